# expect status 1
# expect 12: no value of this field: sideways
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[event delivery]
daemon = smtp
kind = delivery
regex = to=<(?<recipient>[^>]*+)>, status=(?<status_word>\w++)
set direction = sideways
[sample sent]
line = 3F2A1B0C9D: to=<bob@example.org>, status=sent
want recipient = bob@example.org
want status = delivered
want queue_id = 3F2A1B0C9D
