# Postfix bounce(8): notices, each a message of its own.

[file]
format = 1
name = postfix/bounce
version = 1
mta = postfix

[context notification]
daemon = bounce defer trace
queue = yes
regex = (?<text>(?:sender|postmaster) (?:non-delivery|delay|delivery status) notification: (?<linked_id>[0-9A-Za-z]++).*+)
set fact = notification

[sample to the sender]
line = 3F2A1B0C9D: sender non-delivery notification: 7A9B1C2D3E
want text = sender non-delivery notification: 7A9B1C2D3E
want queue_id = 3F2A1B0C9D
want linked_id = 7A9B1C2D3E
want fact = notification

[sample a delay]
line = 4fDT9L5p3Xz2Qc2: sender delay notification: 4fDT9M11Fzz2Qc3
want text = sender delay notification: 4fDT9M11Fzz2Qc3
want queue_id = 4fDT9L5p3Xz2Qc2
want linked_id = 4fDT9M11Fzz2Qc3
want fact = notification

[sample a receipt]
line = 3F2A1B0C9D: sender delivery status notification: 7A9B1C2D3E
want text = sender delivery status notification: 7A9B1C2D3E
want queue_id = 3F2A1B0C9D
want linked_id = 7A9B1C2D3E
want fact = notification

[sample to the postmaster]
line = 3F2A1B0C9D: postmaster non-delivery notification: 7A9B1C2D3E
want text = postmaster non-delivery notification: 7A9B1C2D3E
want queue_id = 3F2A1B0C9D
want linked_id = 7A9B1C2D3E
want fact = notification

[nomatch none]
line = 3F2A1B0C9D: not sending trace/success notification for double-bounce message

[context no notification]
daemon = bounce defer trace
queue = yes
regex = (?<text>not sending trace/success notification .*+)

[sample of a bounce]
line = 3F2A1B0C9D: not sending trace/success notification for double-bounce message
want text = not sending trace/success notification for double-bounce message
want queue_id = 3F2A1B0C9D

[nomatch one is sent]
line = 3F2A1B0C9D: sender delivery status notification: 7A9B1C2D3E
