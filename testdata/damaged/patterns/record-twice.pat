# expect status 1
# expect 10: this record stands twice: X
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[define X]
regex = a
[define X]
regex = b
