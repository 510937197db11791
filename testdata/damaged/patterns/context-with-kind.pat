# expect status 1
# expect 8: a rule needs daemon, and an event its kind: delivery
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[context delivery]
daemon = smtp
kind = delivery
regex = to=<(?<recipient>[^>]*+)>, status=(?<status_word>\w++)
[sample sent]
line = 3F2A1B0C9D: to=<bob@example.org>, status=sent
want recipient = bob@example.org
want status = delivered
want queue_id = 3F2A1B0C9D
