# Postfix local(8), virtual(8), pipe(8): mailboxes and programs of this host, no SMTP and no replies; and discard(8).
# What error(8) and retry(8) decide is in common.pat.

[file]
format = 1
name = postfix/local
version = 1
mta = postfix

# relay= is the name of the delivery agent or, for pipe(8), of the service in master.cf.
[define agent]
regex = (?<relay>(?!none,)[^ ,\[\]]++)

[event delivery]
daemon = local virtual pipe
kind = delivery
regex = %{to}%{agent}%{stats}%{outcome}(?<text>%{to_paren})
refine text = mailbox

[sample to a mailbox]
line = 3F2A1B0C9D: to=<bob@x.example>, orig_to=<postmaster>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=2.0.0, status=sent (delivered to mailbox)
want hop = store
want text = delivered to mailbox
want status = delivered
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want orig_recipient = postmaster
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[sample to a maildir]
daemon = virtual
line = 4fDT9L5p3Xz2Qc2: to=<bob@x.example>, relay=virtual, delay=0.05, delays=0.04/0/0/0.01, dsn=2.0.0, status=sent (delivered to maildir)
want hop = store
want text = delivered to maildir
want status = delivered
want dsn = 2.0.0
want queue_id = 4fDT9L5p3Xz2Qc2
want recipient = bob@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = virtual

[sample to a program]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=2.0.0, status=sent (delivered to command: /usr/bin/procmail -a "$EXTENSION")
want hop = store
want text = delivered to command: /usr/bin/procmail -a "$EXTENSION"
want status = delivered
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[sample forwarded]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=2.0.0, status=sent (forwarded as 7A9B1C2D3E)
want text = forwarded as 7A9B1C2D3E
want status = forwarded
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local
want linked_id = 7A9B1C2D3E

[sample a double bounce]
line = 3F2A1B0C9D: to=<double-bounce@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=2.0.0, status=sent (discarded)
want text = discarded
want status = discarded
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = double-bounce@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[sample no such user]
line = 3F2A1B0C9D: to=<nobody@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=5.1.1, status=bounced (unknown user: "nobody")
want hop = store
want text = unknown user: "nobody"
want status = bounced
want dsn = 5.1.1
want queue_id = 3F2A1B0C9D
want recipient = nobody@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[sample disk full]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=4.2.0, status=deferred (cannot update mailbox /var/mail/bob for user bob. error writing message: No space left on device)
want hop = store
want text = cannot update mailbox /var/mail/bob for user bob. error writing message: No space left on device
want status = deferred
want dsn = 4.2.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[sample a loop]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=5.4.6, status=bounced (mail forwarding loop for bob@x.example)
want hop = store
want text = mail forwarding loop for bob@x.example
want status = bounced
want dsn = 5.4.6
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[sample a filter by pipe(8)]
daemon = pipe
line = 3F2A1B0C9D: to=<bob@x.example>, relay=spamfilter, delay=1.2, delays=0.04/0/0/1.2, dsn=2.0.0, status=sent (delivered via spamfilter service)
want hop = store
want text = delivered via spamfilter service
want status = delivered
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 1.2
want delays = 0.04/0/0/1.2
want relay = spamfilter

[sample a program that failed]
daemon = pipe
line = 3F2A1B0C9D: to=<bob@x.example>, relay=maildrop, delay=1.2, delays=0.04/0/0/1.2, dsn=5.3.0, status=bounced (Command died with status 67: "/usr/bin/maildrop". Command output: status=sent (ok))
want hop = store
want text = Command died with status 67: "/usr/bin/maildrop". Command output: status=sent (ok)
want status = bounced
want dsn = 5.3.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 1.2
want delays = 0.04/0/0/1.2
want relay = maildrop

[sample before 2.3]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=local, delay=0, status=sent (delivered to mailbox)
want hop = store
want text = delivered to mailbox
want status = delivered
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 0
want relay = local

[sample soft_bounce]
line = 3F2A1B0C9D: to=<nobody@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=4.1.1, status=SOFTBOUNCE (unknown user: "nobody")
want hop = store
want text = unknown user: "nobody"
want status = deferred
want dsn = 4.1.1
want queue_id = 3F2A1B0C9D
want recipient = nobody@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[nomatch no agent]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=0.2, delays=0.2/0/0/0, dsn=4.3.0, status=deferred (mail transport unavailable)

[nomatch a server]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1.2, delays=0.1/0.01/0.6/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)

# A message of its own from here on.
[refine mailbox/forwarded]
regex = forwarded as (?<linked_id>%{queue_id})
set status = forwarded

[refine mailbox/discarded]
regex = discarded$
set status = discarded

[refine mailbox/stored]
regex = .
set hop = store

[event probe]
daemon = local virtual pipe error retry
kind = reply
regex = %{to}(?:none|%{agent})%{stats}(?:un)?+deliverable(?:-but-not-cached)?+ \((?<text>%{to_paren})
refine text = failure

[sample there is such a mailbox]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=2.0.0, status=deliverable (delivers to mailbox)
want text = delivers to mailbox
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[sample there is none]
daemon = error
line = 3F2A1B0C9D: to=<nobody@x.example>, relay=none, delay=0.05, delays=0.04/0/0/0.01, dsn=5.1.1, status=undeliverable (User unknown in virtual alias table)
want text = User unknown in virtual alias table
want dsn = 5.1.1
want queue_id = 3F2A1B0C9D
want recipient = nobody@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01

[sample the answer could not be kept]
line = 3F2A1B0C9D: to=<nobody@x.example>, relay=local, delay=0.05, delays=0.04/0/0/0.01, dsn=5.1.1, status=undeliverable-but-not-cached (unknown user: "nobody")
want text = unknown user: "nobody"
want dsn = 5.1.1
want queue_id = 3F2A1B0C9D
want recipient = nobody@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01
want relay = local

[nomatch mail]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=local, delay=0, status=sent (delivered to mailbox)

# "sent" to nowhere.
[event discarded]
daemon = discard
kind = delivery
regex = %{to}none%{stats}sent \((?<text>%{to_paren})
set status = discarded

[sample a reason]
line = 3F2A1B0C9D: to=<noreply@x.example>, relay=none, delay=0.05, delays=0.04/0/0/0.01, dsn=2.0.0, status=sent (x.example)
want text = x.example
want status = discarded
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = noreply@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01

[nomatch a bounce]
line = 3F2A1B0C9D: to=<nobody@x.example>, relay=none, delay=0.05, delays=0.04/0/0/0.01, dsn=5.1.1, status=bounced (User unknown)

[context passed on]
daemon = local virtual
queue = yes
regex = passing <(?<recipient>%{address})> to transport=(?<relay>[^ ]++)

[sample mailbox_transport]
line = 3F2A1B0C9D: passing <bob@x.example> to transport=lmtp
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want relay = lmtp

[nomatch nothing passed]
line = 3F2A1B0C9D: passing by
