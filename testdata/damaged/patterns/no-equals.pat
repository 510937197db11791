# expect status 1
# expect 9: neither a comment, a [record] nor key = value
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[define X]
regex a
regex = a
