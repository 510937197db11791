# expect status 1
# expect 8: unknown or endless define: nowhere
[file]
format = 1
name = test/broken
version = 1
mta = postfix
[event delivery]
daemon = smtp
kind = delivery
regex = %{nowhere}to=<(?<recipient>[^>]*+)>, status=(?<status_word>\w++)
[sample sent]
line = 3F2A1B0C9D: %{nowhere}to=<bob@example.org>, status=sent
want recipient = bob@example.org
want status = delivered
want queue_id = 3F2A1B0C9D
