# Postfix pickup(8): mail that programs of this host hand to sendmail(1).

[file]
format = 1
name = postfix/pickup
version = 1
mta = postfix

[context arrival]
daemon = pickup
regex = uid=[0-9]++ from=<(?<sender>%{address})>(?: orig_id=(?<orig_queue_id>[^ ]++))?+
set fact = arrival

[sample a program]
line = 4fDT9L5p3Xz2Qc2: uid=0 from=<root>
want queue_id = 4fDT9L5p3Xz2Qc2
want sender = root
want fact = arrival

[sample requeued]
line = 3F2A1B0C9D: uid=1000 from=<ann@x.example> orig_id=7A9B1C2D3E
want queue_id = 3F2A1B0C9D
want sender = ann@x.example
want orig_queue_id = 7A9B1C2D3E
want fact = arrival

[nomatch the queue manager]
line = 3F2A1B0C9D: from=<root@x.example>, size=512, nrcpt=1 (queue active)
