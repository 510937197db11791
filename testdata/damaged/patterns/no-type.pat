# expect status 1
# expect 8: a record header needs a type
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[]
regex = a
