# expect status 1
# expect 3: [file] needs format, name and version
[file]
format = 1
version = 1
