# expect status 1
# expect 9: blanks at the end of the line
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[define X]
regex = a
