# Exim: the life of a message. Arrival, deliveries with their outcome, the end.

[file]
format = 1
name = exim/delivery
version = 1
mta = exim

# ---- arrival ----

[context arrival]
daemon = exim
queue = yes
regex = <= (?<client>(?s:.*+))
set fact = arrival

[sample by SMTP, all fields]
line = 1vMPaa-00000000001-0001 <= ann@a.example H=mail.a.example (helo.a.example) [192.0.2.10]:40000 I=[192.0.2.1]:25 P=esmtpsa L.- X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no SNI="mx.x.example" A=plain:ann K S=2048 M8S=0 RT=0.100s id=a1@a.example T="say \"hello\" for (me) => you" from <ann@a.example> for b@x.example c@x.example
want queue_id = 1vMPaa-00000000001-0001
want message_id = a1@a.example
want sender = ann@a.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want peer_port = 40000
want helo = helo.a.example
want sasl_user = ann
want tls = TLSv1.3
want proto = esmtpsa
want size = 2048
want nrcpt = 2
want method = plain
want cipher = TLS_AES_256_GCM_SHA384:256
want fact = arrival

[sample few fields, old id]
line = 1xV5CS-00000t-0P <= news@a.example H=(mail.a.example) [192.0.2.101] P=esmtp S=324 id=20261122.1@client.example
want queue_id = 1xV5CS-00000t-0P
want message_id = 20261122.1@client.example
want sender = news@a.example
want peer_ip = 192.0.2.101
want helo = mail.a.example
want proto = esmtp
want size = 324
want fact = arrival

[sample a bounce]
line = 1xV7nS-00005x-2l <= <> R=1xV7nS-00005W-1N U=Debian-exim P=local S=1880
want queue_id = 1xV7nS-00005x-2l
want linked_id = 1xV7nS-00005W-1N
want proto = local
want size = 1880
want fact = arrival
want local_user = Debian-exim

[sample from this host]
line = 1vMPab-00000000002-0002 <= root@x.example U=root P=local S=412 T="Cron <root@x> run-parts" for root@x.example
want queue_id = 1vMPab-00000000002-0002
want sender = root@x.example
want proto = local
want size = 412
want nrcpt = 1
want fact = arrival
want local_user = root

[sample the helo is an address]
line = 1vMPab-00000000002-0002 <= ann@a.example H=([198.51.100.9]) [192.0.2.1]:1234 P=smtp S=77
want queue_id = 1vMPab-00000000002-0002
want sender = ann@a.example
want peer_ip = 192.0.2.1
want peer_port = 1234
want helo = [198.51.100.9]
want proto = smtp
want size = 77
want fact = arrival

[sample host name checked by DNSSEC]
line = 1vMPab-00000000002-0002 <= ann@a.example H=mail.a.example DS (mail.a.example) [2001:db8::25]:1234 P=esmtps X=TLS1.2:ECDHE_RSA_AES_128_GCM_SHA256:128 CV=yes DN="CN=mail.a.example,O=A \"quoted\" firm" S=77
want queue_id = 1vMPab-00000000002-0002
want sender = ann@a.example
want peer = mail.a.example
want peer_ip = 2001:db8::25
want peer_port = 1234
want helo = mail.a.example
want tls = TLSv1.2
want proto = esmtps
want size = 77
want cipher = ECDHE_RSA_AES_128_GCM_SHA256:128
want fact = arrival

[nomatch delivered]
line = 1vMPaa-00000000001-0001 => bob <bob@x.example> R=local_user T=mail_spool

# Told "550", kept all the same (control = fakereject).
[event fakereject]
daemon = exim
kind = reject
queue = yes
regex = \(= (?<client>(?s:.*+))
set direction = inbound
set stage = eod
set status = rejected
set implied_code = 550
set fact = arrival

[sample kept for evaluation]
line = 1xV7nY-0000K8-0j (= friend@d.example H=(mail.d.example) [192.0.2.104] P=esmtp S=327 id=20261122.1@client.example
want queue_id = 1xV7nY-0000K8-0j
want message_id = 20261122.1@client.example
want sender = friend@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want proto = esmtp
want size = 327
want direction = inbound
want stage = eod
want implied_code = 550
want status = rejected
want fact = arrival

[nomatch arrival]
line = 1xV7nY-0000K8-0j <= friend@d.example H=(mail.d.example) [192.0.2.104] P=esmtp S=327

# ---- thrown away ----

[event blackhole]
daemon = exim
kind = delivery
queue = yes
regex = => (?<text>blackhole \((?:system filter|[^)]*+(?<=discarded recipients))\)(?s:.*+))
set status = discarded

[sample by an ACL]
line = 1xV7nY-0000KH-1N => blackhole (DATA ACL discarded recipients): thrown away
want text = blackhole (DATA ACL discarded recipients): thrown away
want queue_id = 1xV7nY-0000KH-1N
want status = discarded

[nomatch a mailbox]
line = 1vMPaa-00000000001-0001 => blackhole <blackhole@x.example> R=local_user T=mail_spool

[event discarded]
daemon = exim
kind = delivery
queue = yes
regex = => (?<text>discarded \((?:system filter|[^)]*+(?<=discarded recipients))\)(?s:.*+))
set status = discarded

[sample by the system filter]
line = 1vMPaa-00000000001-0001 => discarded (system filter)
want text = discarded (system filter)
want queue_id = 1vMPaa-00000000001-0001
want status = discarded

[nomatch a mailbox called so]
line = 1vMPaa-00000000001-0001 => discarded <discarded@x.example> R=local_user T=mail_spool

# ---- delivered ----

[event discarded recipient]
daemon = exim
kind = delivery
queue = yes
regex = => (?<relay>:blackhole:(?s:.*+))
set status = discarded

[sample an alias to nowhere]
line = 1xV7nZ-0000OB-2e => :blackhole: <hole@local.test> R=aliases
want queue_id = 1xV7nZ-0000OB-2e
want recipient = hole@local.test
want status = discarded

[nomatch a delivery]
line = 1vMPaa-00000000001-0001 => n@z.example R=dnslookup T=remote_smtp H=mx.z.example [192.0.2.50]

[event not delivered]
daemon = exim
kind = delivery
queue = yes
regex = \*> (?<relay>(?s:.*+))
set status = discarded

[sample because of -N]
line = 1vMPaa-00000000001-0001 *> n@z.example R=dnslookup T=remote_smtp
want queue_id = 1vMPaa-00000000001-0001
want recipient = n@z.example
want status = discarded
want transport = remote_smtp

[nomatch a delivery that went well]
line = 1vMPaa-00000000001-0001 => n@z.example R=dnslookup T=remote_smtp H=mx.z.example [192.0.2.50]

[event delivery]
daemon = exim
kind = delivery
queue = yes
regex = (?:=>|>>) (?<relay>(?s:.*+))
set status = delivered
refine reply = confirmation

[sample to another server]
line = 1xV7nQ-00003J-0X => ok-2@ok.example R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11] C="250 2.0.0 Ok: queued as A000000101"
want enhanced = 2.0.0
want text = Ok: queued as A000000101
want queue_id = 1xV7nQ-00003J-0X
want recipient = ok-2@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want linked_id = A000000101
want direction = outbound
want stage = eod
want code = 250
want status = delivered
want transport = remote_smtp

[sample all fields]
line = 1vMPaa-00000000001-0001 => grey-3@secure.example F=<ann-secure@home.example> P=<ann-secure@home.example> R=hosts T=remote_smtp S=292 H=mx.secure.example [198.51.100.22]:25* I=[192.0.2.11]:38041 X=TLS1.3:ECDHE_SECP256R1__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=no DN="CN=test.example" L K C="250 2.0.0 Ok: queued as 4fDT9L5p3Xz2Qc2" QT=1h5m2s DT=0.046s
want enhanced = 2.0.0
want text = Ok: queued as 4fDT9L5p3Xz2Qc2
want queue_id = 1vMPaa-00000000001-0001
want sender = ann-secure@home.example
want recipient = grey-3@secure.example
want peer = mx.secure.example
want peer_ip = 198.51.100.22
want peer_port = 25
want tls = TLSv1.3
want delay = 3902
want linked_id = 4fDT9L5p3Xz2Qc2
want cipher = ECDHE_SECP256R1__RSA_PSS_RSAE_SHA256__AES_256_GCM:256
want direction = outbound
want stage = eod
want code = 250
want status = delivered
want transport = remote_smtp
want delivery_time = 0.046

[sample a reply of two lines with quotes]
line = 1xV7nQ-00003S-1r => okquotes-1@ok.example R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11] C="250-2.0.0 first \"line\" of two\\n250 2.0.0 Ok: queued as ABC123DEF" QT=0.330s
want enhanced = 2.0.0
want text = first "line" of two Ok: queued as ABC123DEF
want queue_id = 1xV7nQ-00003S-1r
want recipient = okquotes-1@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want delay = 0.330
want linked_id = ABC123DEF
want direction = outbound
want stage = eod
want code = 250
want status = delivered
want transport = remote_smtp

[sample by BDAT]
line = 1vMPaa-00000000001-0001 => d@z.example R=dnslookup T=remote_smtp H=mx.z.example [192.0.2.50] K C="250- 320 byte chunk, total 320\\n250 OK id=1vMPab-00000000002-0002"
want text = 320 byte chunk, total 320 OK id=1vMPab-00000000002-0002
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want linked_id = 1vMPab-00000000002-0002
want direction = outbound
want stage = eod
want code = 250
want status = delivered
want transport = remote_smtp

[sample the reply is not logged]
line = 1vMPaa-00000000001-0001 => d@z.example R=dnslookup T=remote_smtp H=mx.z.example [2001:db8::50]:25
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want peer = mx.z.example
want peer_ip = 2001:db8::50
want peer_port = 25
want direction = outbound
want status = delivered
want transport = remote_smtp

[sample into a mailbox]
line = 1vMPaa-00000000001-0001 => bob <bob@x.example> F=<ann@a.example> P=<ann@a.example> R=local_user T=local_delivery S=2100 QT=1s DT=0s
want queue_id = 1vMPaa-00000000001-0001
want sender = ann@a.example
want recipient = bob@x.example
want delay = 1
want hop = store
want status = delivered
want transport = local_delivery
want delivery_time = 0

[sample forwarded by an alias]
line = 1xV7nZ-0000Nn-20 => ok-24@ok.example <list@local.test> R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11] C="250 2.0.0 Ok"
want enhanced = 2.0.0
want text = Ok
want queue_id = 1xV7nZ-0000Nn-20
want recipient = ok-24@ok.example
want orig_recipient = list@local.test
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = eod
want code = 250
want status = delivered
want transport = remote_smtp

[sample into a file, parents shown]
line = 1vMPaa-00000000001-0001 => /var/mail/archive (bob@x.example, staff@x.example) <list@x.example> R=aliases T=address_file
want queue_id = 1vMPaa-00000000001-0001
want recipient = bob@x.example
want orig_recipient = list@x.example
want hop = store
want status = delivered
want transport = address_file

[sample to a command]
line = 1xV7na-0000P2-05 => |/usr/bin/filter -u "bob smith" <prog@local.test> R=aliases T=to_pipe
want queue_id = 1xV7na-0000P2-05
want recipient = prog@local.test
want hop = store
want status = delivered
want transport = to_pipe

[sample an automatic answer]
line = 1vMPaa-00000000001-0001 => >ann@a.example <bob@x.example> R=userforward T=address_reply
want queue_id = 1vMPaa-00000000001-0001
want recipient = bob@x.example
want hop = store
want status = delivered
want transport = address_reply

[sample LMTP on this host]
line = 1xV7nZ-0000Mi-0f => box-1@lmtp.test R=lmtp T=local_lmtp H=localhost [127.0.0.1] C="250 2.0.0 <box-1@lmtp.test> 010C Saved"
want enhanced = 2.0.0
want text = <box-1@lmtp.test> 010C Saved
want queue_id = 1xV7nZ-0000Mi-0f
want recipient = box-1@lmtp.test
want peer = localhost
want peer_ip = 127.0.0.1
want direction = outbound
want stage = eod
want hop = store
want code = 250
want status = delivered
want transport = local_lmtp

[sample cutthrough]
line = 1vMPaa-00000000001-0001 >> b@x.example R=dnslookup T=remote_smtp H=mx.x.example [192.0.2.51] C="250 2.0.0 Ok: queued as 3F2A1B0C9D"
want enhanced = 2.0.0
want text = Ok: queued as 3F2A1B0C9D
want queue_id = 1vMPaa-00000000001-0001
want recipient = b@x.example
want peer = mx.x.example
want peer_ip = 192.0.2.51
want linked_id = 3F2A1B0C9D
want direction = outbound
want stage = eod
want code = 250
want status = delivered
want transport = remote_smtp

[sample a quoted local part]
line = 1vMPaa-00000000001-0001 => "john doe"@z.example R=dnslookup T=remote_smtp H=mx.z.example [192.0.2.50] C="250 Ok"
want text = Ok
want queue_id = 1vMPaa-00000000001-0001
want recipient = "john doe"@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want direction = outbound
want stage = eod
want code = 250
want status = delivered
want transport = remote_smtp

[nomatch waiting]
line = 1vMPaa-00000000001-0001 == d@z.example R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host

# The message went to the host once, for this recipient and the one before.
[event delivery, one more recipient]
daemon = exim
kind = delivery
queue = yes
regex = -> (?<relay>(?s:.*+))
set status = delivered
set fact = same_delivery
refine reply = confirmation

[sample the same connection, one more recipient]
line = 1xV7nQ-00003J-0X -> ok-3@ok.example R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11]* C="250 OK id=1xV7nR-00004N-0d"
want text = OK id=1xV7nR-00004N-0d
want queue_id = 1xV7nQ-00003J-0X
want recipient = ok-3@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want linked_id = 1xV7nR-00004N-0d
want direction = outbound
want stage = eod
want code = 250
want status = delivered
want fact = same_delivery
want transport = remote_smtp

[nomatch a delivery of its own]
line = 1vMPaa-00000000001-0001 => d@z.example R=dnslookup T=remote_smtp H=mx.z.example [192.0.2.50]

# ---- waiting ----

# Half of all == lines: it was not even tried.
[context retry time not reached]
daemon = exim
queue = yes
regex = ==(?: (?!defer \()[^ ]++)++ defer \(-5[0-9]\)(?: [A-Z]++=[^ :]++){0,9}+: (?<text>retry time not reached(?s:.*+))

[sample host]
line = 1vMPaa-00000000001-0001 == d@z.example R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host for 'z.example'
want text = retry time not reached for any host for 'z.example'
want queue_id = 1vMPaa-00000000001-0001

[sample host, another number]
line = 1xV868-0000He-0E == ok-15@notls.example R=hosts T=remote_smtp defer (-54): retry time not reached for any host for 'notls.example'
want text = retry time not reached for any host for 'notls.example'
want queue_id = 1xV868-0000He-0E

[sample the time of nothing]
line = 1xV868-0000He-0E == ok-15@notls.example routing defer (-52) DT=0.000s: retry time not reached
want text = retry time not reached
want queue_id = 1xV868-0000He-0E

[sample routing]
line = 1xV5CS-00000t-0P == d@z.example <list@x.example> routing defer (-51): retry time not reached
want text = retry time not reached
want queue_id = 1xV5CS-00000t-0P

[nomatch a reply]
line = 1vMPaa-00000000001-0001 == d@z.example R=dnslookup T=remote_smtp defer (-44) H=mx.z.example [192.0.2.50]: SMTP error from remote mail server after RCPT TO:<d@z.example>: 450 retry time not reached

[event deferred]
daemon = exim
kind = delivery
queue = yes
regex = == (?<relay>(?s:.*+))
set status = deferred
refine text = outcome

[sample greylisted]
line = 1vMPaa-00000000001-0001 == d@z.example R=dnslookup T=remote_smtp defer (-44) H=mx.z.example [192.0.2.50]: SMTP error from remote mail server after RCPT TO:<d@z.example>: 450 4.7.1 <d@z.example>: Recipient address rejected: Greylisted for 5 seconds
want enhanced = 4.7.1
want text = <d@z.example>: Recipient address rejected: Greylisted for 5 seconds
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want direction = outbound
want stage = rcpt
want code = 450
want status = deferred
want transport = remote_smtp

[sample reply of two lines]
line = 1xV7nR-00004Q-1H == greylines-1@ok.example R=hosts T=remote_smtp defer (-44) H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after RCPT TO:<greylines-1@ok.example>: 450-4.2.0 <greylines-1@ok.example>: Recipient address rejected: Greylisted,\n450 4.2.0 see https://postmaster.example/grey for help
want enhanced = 4.2.0
want text = <greylines-1@ok.example>: Recipient address rejected: Greylisted, see https://postmaster.example/grey for help
want queue_id = 1xV7nR-00004Q-1H
want recipient = greylines-1@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = rcpt
want code = 450
want status = deferred
want transport = remote_smtp

[sample all fields]
line = 1xV7nX-0000IG-2W == grey-3@secure.example R=hosts T=remote_smtp defer (-44) H=mx.secure.example [198.51.100.22]:25 I=[192.0.2.11]:39015 DT=0.000s: SMTP error from remote mail server after RCPT TO:<grey-3@secure.example>: 450 4.7.1 Greylisted
want enhanced = 4.7.1
want text = Greylisted
want queue_id = 1xV7nX-0000IG-2W
want recipient = grey-3@secure.example
want peer = mx.secure.example
want peer_ip = 198.51.100.22
want peer_port = 25
want direction = outbound
want stage = rcpt
want code = 450
want status = deferred
want transport = remote_smtp
want delivery_time = 0.000

[sample after the sender, pipelined]
line = 1xV7nV-0000B7-0J == ok-7@ok.example R=hosts T=remote_smtp defer (-45) H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after pipelined MAIL FROM:<mailbusy-1@home.example> SIZE=1336: 451 4.3.2 System not accepting network messages
want enhanced = 4.3.2
want text = System not accepting network messages
want queue_id = 1xV7nV-0000B7-0J
want recipient = ok-7@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = mail
want code = 451
want status = deferred
want transport = remote_smtp

[sample after the message]
line = 1xV7nR-00004W-1x == greyeod-1@ok.example R=hosts T=remote_smtp defer (-46) H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after end of data: 451 4.7.1 Greylisting in effect, try again later
want enhanced = 4.7.1
want text = Greylisting in effect, try again later
want queue_id = 1xV7nR-00004W-1x
want recipient = greyeod-1@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = eod
want code = 451
want status = deferred
want transport = remote_smtp

[sample at the greeting]
line = 1xV7nX-0000H8-0Q == ok-13@busy.example R=hosts T=remote_smtp defer (0) H=mx.busy.example [198.51.100.18]: SMTP error from remote mail server after initial connection: 421 4.7.0 mx.busy.example Too many connections from your address
want enhanced = 4.7.0
want text = mx.busy.example Too many connections from your address
want queue_id = 1xV7nX-0000H8-0Q
want recipient = ok-13@busy.example
want peer = mx.busy.example
want peer_ip = 198.51.100.18
want direction = outbound
want stage = connect
want code = 421
want status = deferred
want transport = remote_smtp

[sample an old version]
line = 1xV5CS-00000t-0P == d@z.example R=lookuphost T=remote_smtp defer (-45): SMTP error from remote mailer after MAIL FROM:<a@x.example>: host mx.z.example [192.0.2.50]: 450 4.1.8 Domain not found
want enhanced = 4.1.8
want text = Domain not found
want queue_id = 1xV5CS-00000t-0P
want recipient = d@z.example
want direction = outbound
want stage = mail
want code = 450
want status = deferred
want transport = remote_smtp

[sample LMTP]
line = 1xV7nZ-0000Mi-0f == lmtpbusy-1@lmtp.test R=lmtp T=local_lmtp defer (0) H=localhost [127.0.0.1]: LMTP error after DATA: 451 4.3.0 <lmtpbusy-1@lmtp.test> Temporary internal error
want enhanced = 4.3.0
want text = <lmtpbusy-1@lmtp.test> Temporary internal error
want queue_id = 1xV7nZ-0000Mi-0f
want recipient = lmtpbusy-1@lmtp.test
want peer = localhost
want peer_ip = 127.0.0.1
want direction = outbound
want stage = eod
want hop = store
want code = 451
want status = deferred
want transport = local_lmtp

[sample closed]
line = 1xV7nW-0000E5-0N == drop-1@ok.example R=hosts T=remote_smtp defer (-18) H=mx.ok.example [198.51.100.11]: Remote host closed connection in response to pipelined RCPT TO:<drop-1@ok.example>
want text = Remote host closed connection in response to pipelined RCPT TO:<drop-1@ok.example>
want queue_id = 1xV7nW-0000E5-0N
want recipient = drop-1@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = rcpt
want status = deferred
want transport = remote_smtp

[sample nobody answers]
line = 1vMPaa-00000000001-0001 == d@z.example R=dnslookup T=remote_smtp defer (110): Connection timed out H=mx.z.example [192.0.2.50]:25 DT=5m
want text = Connection timed out
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want direction = outbound
want status = deferred
want transport = remote_smtp

[sample refused, no host]
line = 1xV7nX-0000JS-3A == ok-16@dead.example R=hosts T=remote_smtp defer (111): Connection refused
want text = Connection refused
want queue_id = 1xV7nX-0000JS-3A
want recipient = ok-16@dead.example
want direction = outbound
want status = deferred
want transport = remote_smtp

[sample no encryption]
line = 1xV7nX-0000Hj-1k == ok-15@notls.example R=hosts T=remote_smtp defer (-38) H=mx.notls.example [198.51.100.20]: a TLS session is required, but an attempt to start TLS failed
want text = a TLS session is required, but an attempt to start TLS failed
want queue_id = 1xV7nX-0000Hj-1k
want recipient = ok-15@notls.example
want peer = mx.notls.example
want peer_ip = 198.51.100.20
want direction = outbound
want stage = starttls
want status = deferred
want transport = remote_smtp

[sample no login]
line = 1xV7nY-0000LF-2Z == ok-21@nologin.example R=hosts T=remote_smtp defer (-42): authentication required but authentication attempt(s) failed
want text = authentication required but authentication attempt(s) failed
want queue_id = 1xV7nY-0000LF-2Z
want recipient = ok-21@nologin.example
want direction = outbound
want stage = auth
want status = deferred
want transport = remote_smtp

[sample no name]
line = 1vMPaa-00000000001-0001 == d@z.example R=dnslookup defer (-1): host lookup did not complete
want text = host lookup did not complete
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want direction = outbound
want status = deferred

[sample what came back is no reply]
line = 1vMPaa-00000000001-0001 == d@z.example R=dnslookup T=remote_smtp defer (-21) H=mx.z.example [192.0.2.50]: Malformed SMTP reply in response to RCPT TO:<d@z.example>: 450_no blank
want text = Malformed SMTP reply in response to RCPT TO:<d@z.example>: 450_no blank
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want direction = outbound
want stage = rcpt
want status = deferred
want transport = remote_smtp

[sample held]
line = 1vMPaa-00000000001-0001 == d@z.example routing defer (-34): domain is held
want text = domain is held
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want status = deferred
want stale = true

[sample mailbox]
line = 1vMPaa-00000000001-0001 == bob@x.example R=local_user T=local_delivery defer (-22): mailbox is full (MTA-imposed quota exceeded while writing to /var/mail/bob)
want text = mailbox is full (MTA-imposed quota exceeded while writing to /var/mail/bob)
want queue_id = 1vMPaa-00000000001-0001
want recipient = bob@x.example
want status = deferred
want transport = local_delivery

[nomatch failed]
line = 1vMPaa-00000000001-0001 ** d@z.example: Unrouteable address

# ---- failed ----

[context error ignored]
daemon = exim
queue = yes
regex = \*\* [^:]++(?::(?! error ignored)[^:]*+){0,30}+: error ignored
set text = error ignored

[sample a bounce that failed]
line = 1vMPab-00000000002-0002 ** ann@a.example: error ignored
want text = error ignored
want queue_id = 1vMPab-00000000002-0002

[nomatch a failure]
line = 1vMPab-00000000002-0002 ** ann@a.example: Unrouteable address

[event failed]
daemon = exim
kind = delivery
queue = yes
regex = \*\* (?<relay>(?s:.*+))
set status = bounced
refine text = outcome

[sample user unknown]
line = 1xV7nS-00005W-1N ** nouser-1@ok.example F=<ann-nouser@home.example> P=<ann-nouser@home.example> R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11]:25 I=[192.0.2.11]:42771: SMTP error from remote mail server after RCPT TO:<nouser-1@ok.example>: 550 5.1.1 <nouser-1@ok.example>: Recipient address rejected: User unknown
want enhanced = 5.1.1
want text = <nouser-1@ok.example>: Recipient address rejected: User unknown
want queue_id = 1xV7nS-00005W-1N
want sender = ann-nouser@home.example
want recipient = nouser-1@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want peer_port = 25
want direction = outbound
want stage = rcpt
want code = 550
want status = bounced
want transport = remote_smtp

[sample three lines]
line = 1xV7nS-00005c-22 ** nouserlines-1@ok.example R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after RCPT TO:<nouserlines-1@ok.example>: 550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces. <nouserlines-1@ok.example>
want enhanced = 5.1.1
want text = The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. <nouserlines-1@ok.example>
want queue_id = 1xV7nS-00005c-22
want recipient = nouserlines-1@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = rcpt
want code = 550
want status = bounced
want transport = remote_smtp

[sample a bare code, the time behind it]
line = 1xV7nS-00005v-2h ** bare-1@slow.example F=<ann-bare@home.example> P=<ann-bare@home.example> R=hosts T=remote_smtp H=mx.slow.example [198.51.100.12]:25 I=[192.0.2.11]:51361: SMTP error from remote mail server after RCPT TO:<bare-1@slow.example>: 550 DT=0.000s
want queue_id = 1xV7nS-00005v-2h
want sender = ann-bare@home.example
want recipient = bare-1@slow.example
want peer = mx.slow.example
want peer_ip = 198.51.100.12
want peer_port = 25
want direction = outbound
want stage = rcpt
want code = 550
want status = bounced
want transport = remote_smtp

[sample hostile words]
line = 1xV7nT-00007R-27 ** hostile-1@ok.example R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after RCPT TO:<hostile-1@ok.example>: 550 5.7.1 to=<x@y.example>, relay=z, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 450)
want enhanced = 5.7.1
want text = to=<x@y.example>, relay=z, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 450)
want queue_id = 1xV7nT-00007R-27
want recipient = hostile-1@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = rcpt
want code = 550
want status = bounced
want transport = remote_smtp

[sample refused at the greeting]
line = 1xV7nW-0000Fh-2L ** ok-10@shut.example R=hosts T=remote_smtp H=mx.shut.example [198.51.100.16]: SMTP error from remote mail server after initial connection: 554 5.7.1 mx.shut.example: 192.0.2.10 is not welcome
want enhanced = 5.7.1
want text = mx.shut.example: 192.0.2.10 is not welcome
want queue_id = 1xV7nW-0000Fh-2L
want recipient = ok-10@shut.example
want peer = mx.shut.example
want peer_ip = 198.51.100.16
want direction = outbound
want stage = connect
want code = 554
want status = bounced
want transport = remote_smtp

[sample the message was refused]
line = 1xV7nU-00009t-2C ** spamlines-1@slow.example R=hosts T=remote_smtp H=mx.slow.example [198.51.100.12]: SMTP error from remote mail server after end of data: 554-5.7.1 [192.0.2.10] our system has detected that this message is\n554-5.7.1 likely unsolicited mail. To reduce the amount of spam it has\n554 5.7.1 been blocked.
want enhanced = 5.7.1
want text = [192.0.2.10] our system has detected that this message is likely unsolicited mail. To reduce the amount of spam it has been blocked.
want queue_id = 1xV7nU-00009t-2C
want recipient = spamlines-1@slow.example
want peer = mx.slow.example
want peer_ip = 198.51.100.12
want direction = outbound
want stage = eod
want code = 554
want status = bounced
want transport = remote_smtp

[sample octal escapes]
line = 1xV7nU-00009W-0r ** eightbit-1@ok.example R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after RCPT TO:<eightbit-1@ok.example>: 550 5.1.1 Postfach unbekannt, pr\303\274fen Sie die Adresse
want enhanced = 5.1.1
want text = Postfach unbekannt, pr\303\274fen Sie die Adresse
want queue_id = 1xV7nU-00009W-0r
want recipient = eightbit-1@ok.example
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = rcpt
want code = 550
want status = bounced
want transport = remote_smtp

[sample LMTP quota]
line = 1xV7nZ-0000Mi-0f ** lmtpfull-1@lmtp.test R=lmtp T=local_lmtp H=localhost [127.0.0.1]: LMTP error after DATA: 552 5.2.2 <lmtpfull-1@lmtp.test> Quota exceeded (mailbox for user is full)
want enhanced = 5.2.2
want text = <lmtpfull-1@lmtp.test> Quota exceeded (mailbox for user is full)
want queue_id = 1xV7nZ-0000Mi-0f
want recipient = lmtpfull-1@lmtp.test
want peer = localhost
want peer_ip = 127.0.0.1
want direction = outbound
want stage = eod
want hop = store
want code = 552
want status = bounced
want transport = local_lmtp

[sample no such domain]
line = 1xV7nZ-0000Lx-00 ** ok-22@nosuchdomain.example: Unrouteable address
want text = Unrouteable address
want queue_id = 1xV7nZ-0000Lx-00
want recipient = ok-22@nosuchdomain.example
want status = bounced

[sample an address that is none]
line = 1xV7na-0000Pe-0k ** john doe@local.test <"john doe"@local.test>: Unrouteable address
want text = Unrouteable address
want queue_id = 1xV7na-0000Pe-0k
want recipient = "john doe"@local.test
want status = bounced

[sample given up]
line = 1xV7nS-00005S-0i ** greyever-2@brief.example: retry timeout exceeded
want text = retry timeout exceeded
want queue_id = 1xV7nS-00005S-0i
want recipient = greyever-2@brief.example
want status = expired

[sample given up, the reply is quoted]
line = 1vMPaa-00000000001-0001 ** d@z.example R=dnslookup T=remote_smtp H=mx.z.example [192.0.2.50]: SMTP error from remote mail server after RCPT TO:<d@z.example>: 450 4.7.1 Greylisted: retry timeout exceeded
want enhanced = 4.7.1
want text = Greylisted: retry timeout exceeded
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want direction = outbound
want stage = rcpt
want code = 450
want status = expired
want transport = remote_smtp

[sample all hosts are dead]
line = 1vMPaa-00000000001-0001 ** d@z.example R=dnslookup T=remote_smtp: all hosts for 'z.example' have been failing for a long time (and retry time not reached)
want text = all hosts for 'z.example' have been failing for a long time (and retry time not reached)
want queue_id = 1vMPaa-00000000001-0001
want recipient = d@z.example
want direction = outbound
want status = expired
want transport = remote_smtp

[sample mail loop]
line = 1vMPaa-00000000001-0001 ** bob@x.example: Too many "Received" headers - suspected mail loop
want text = Too many "Received" headers - suspected mail loop
want queue_id = 1vMPaa-00000000001-0001
want recipient = bob@x.example
want status = bounced

[sample refused by a command]
line = 1vMPaa-00000000001-0001 ** |/usr/bin/vacation bob <bob@x.example> F=<ann@a.example> R=aliases T=address_pipe: Child process of address_pipe transport returned 127 (could mean unable to exec or command does not exist) from command: /usr/bin/vacation
want text = Child process of address_pipe transport returned 127 (could mean unable to exec or command does not exist) from command: /usr/bin/vacation
want queue_id = 1vMPaa-00000000001-0001
want sender = ann@a.example
want recipient = bob@x.example
want status = bounced
want transport = address_pipe

[nomatch deferred]
line = 1vMPaa-00000000001-0001 == d@z.example R=dnslookup defer (-1): host lookup did not complete

# ---- the end, and what may delay it ----

[context completed]
daemon = exim
queue = yes
regex = Completed(?: QT=|$)
set fact = removed

[sample done with]
line = 1xV7nP-00003B-35 Completed
want queue_id = 1xV7nP-00003B-35
want fact = removed

[sample time in the queue]
line = 1vMPaa-00000000001-0001 Completed QT=10m1s
want queue_id = 1vMPaa-00000000001-0001
want fact = removed

[nomatch frozen]
line = 1vMPaa-00000000001-0001 Frozen (delivery error message)

[context removed]
daemon = exim
queue = yes
regex = (?<text>(?:removed by|cancelled by|Message removed because older than) (?s:.*+))

[sample by the administrator]
line = 1vMPaa-00000000001-0001 removed by root
want text = removed by root
want queue_id = 1vMPaa-00000000001-0001

[sample too long frozen]
line = 1vMPaa-00000000001-0001 cancelled by timeout_frozen_after
want text = cancelled by timeout_frozen_after
want queue_id = 1vMPaa-00000000001-0001

[nomatch completed]
line = 1vMPaa-00000000001-0001 Completed

[context frozen]
daemon = exim
queue = yes
regex = (?<text>(?:\*\*\* )?+(?:Frozen|frozen by|Message is frozen|frozen on arrival)(?s:.*+))
set action = frozen
set fact = held

[sample a bounce that cannot be delivered]
line = 1vMPaa-00000000001-0001 Frozen (delivery error message)
want text = Frozen (delivery error message)
want queue_id = 1vMPaa-00000000001-0001
want action = frozen
want fact = held

[sample at each queue run]
line = 1vMPaa-00000000001-0001 Message is frozen
want text = Message is frozen
want queue_id = 1vMPaa-00000000001-0001
want action = frozen
want fact = held

[sample by hand]
line = 1vMPaa-00000000001-0001 frozen by root
want text = frozen by root
want queue_id = 1vMPaa-00000000001-0001
want action = frozen
want fact = held

[nomatch thawed]
line = 1vMPaa-00000000001-0001 Unfrozen by forced delivery

[context thawed]
daemon = exim
queue = yes
regex = (?<text>(?:Unfrozen by|unfrozen by)(?s:.*+))
set fact = released

[sample by time]
line = 1vMPaa-00000000001-0001 Unfrozen by errmsg timer
want text = Unfrozen by errmsg timer
want queue_id = 1vMPaa-00000000001-0001
want fact = released

[nomatch frozen]
line = 1vMPaa-00000000001-0001 frozen by root

[context waits]
daemon = exim
queue = yes
regex = (?<text>(?:Spool file is locked|no immediate delivery|delivery deferred|Delivery deferred by|original recipients ignored|error ignored|routing failed for|(?:marked as|all recipients|recipient|sender|one_time:|changed sender) |Unable to |no (?:local|remote) |delay_warning|suppressed|discarded|Message log|Spool |msglog)(?s:.*+))

[sample another process delivers it]
line = 1vMPaa-00000000001-0001 Spool file is locked (another process is handling this message)
want text = Spool file is locked (another process is handling this message)
want queue_id = 1vMPaa-00000000001-0001

[sample only queued]
line = 1vMPaa-00000000001-0001 no immediate delivery: queued by daemon
want text = no immediate delivery: queued by daemon
want queue_id = 1vMPaa-00000000001-0001

[nomatch completed]
line = 1vMPaa-00000000001-0001 Completed
