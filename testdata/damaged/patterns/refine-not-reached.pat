# expect status 1
# expect 18: no sample reaches refine
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[event delivery]
daemon = smtp
kind = delivery
regex = to=<(?<recipient>[^>]*+)>, status=(?<status_word>\w++)
refine recipient = test_x
[sample sent]
line = 3F2A1B0C9D: to=<bob@example.org>, status=sent
want recipient = bob@example.org
want status = delivered
want queue_id = 3F2A1B0C9D
[refine test_x/y]
regex = nobody
