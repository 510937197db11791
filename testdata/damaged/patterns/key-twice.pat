# expect status 1
# expect 10: the key stands twice in this record: regex
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[define X]
regex = a
regex = b
