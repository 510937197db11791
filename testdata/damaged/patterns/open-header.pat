# expect status 1
# expect 8: a record header must end with ]
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[define X
regex = a
