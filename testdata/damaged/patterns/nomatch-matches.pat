# expect status 1
# expect 17: [delivery] sample "other": matches, but must not
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[event delivery]
daemon = nosuch
kind = delivery
regex = to=<(?<recipient>[^>]*+)>, status=(?<status_word>\w++)
[sample sent]
line = 3F2A1B0C9D: to=<bob@example.org>, status=sent
want recipient = bob@example.org
want status = delivered
want queue_id = 3F2A1B0C9D
[nomatch other]
line = 3F2A1B0C9D: to=<x@example.org>, status=sent
