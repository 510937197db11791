# expect status 1
# expect 8: unknown record type: evnt
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[evnt delivery]
regex = a
