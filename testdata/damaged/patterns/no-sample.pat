# expect status 1
# expect 8: [delivery] has no sample
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[event delivery]
daemon = smtp
kind = delivery
regex = to=<(?<recipient>[^>]*+)>, status=(?<status_word>\w++)
