# expect status 1
# expect 1: the first record must be [file]
