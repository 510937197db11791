# expect status 1
# expect 3: a key stands before the first record
format = 1
[file]
format = 1
name = test/broken
version = 1
mta = postfix
