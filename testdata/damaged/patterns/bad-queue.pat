# expect status 1
# expect 8: queue is yes, no or any: maybe
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[event delivery]
daemon = smtp
queue = maybe
kind = delivery
regex = to=<(?<recipient>[^>]*+)>, status=(?<status_word>\w++)
[sample sent]
line = 3F2A1B0C9D: to=<bob@example.org>, status=sent
want recipient = bob@example.org
want status = delivered
want queue_id = 3F2A1B0C9D
