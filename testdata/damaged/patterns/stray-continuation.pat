# expect status 1
# expect 9: a continued line without a key above
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[define X]
  more
regex = a
