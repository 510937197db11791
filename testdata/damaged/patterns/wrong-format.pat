# expect status 1
# expect 3: unknown format, this program reads format = 1: 7
[file]
format = 7
name = test/broken
version = 1
mta = postfix
