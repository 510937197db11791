# Postfix smtp(8) and lmtp(8), the sending side: outcomes with the reply that decided them, replies and failures at
# one server before the next is tried, and what these programs note on the way.

[file]
format = 1
name = postfix/smtp
version = 1
mta = postfix

# ---- an outcome for a recipient ----

[event delivery]
daemon = smtp
kind = delivery
regex = %{to}(?:none|%{remote})%{stats}%{outcome}(?<text>%{to_paren})
set direction = outbound
refine text = answer

[sample sent to another Postfix]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1.2, delays=0.1/0.01/0.6/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4fDT9L5p3Xz2Qc2)
want direction = outbound
want stage = eod
want code = 250
want enhanced = 2.0.0
want text = Ok: queued as 4fDT9L5p3Xz2Qc2
want status = delivered
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1.2
want delays = 0.1/0.01/0.6/0.5
want linked_id = 4fDT9L5p3Xz2Qc2

[sample sent, other words]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[2001:db8::25]:25, conn_use=2, delay=1.2, delays=0.1/0/0.6/0.5, dsn=2.0.0, status=sent (250 OK id=1vMPaa-00000000001-0001)
want direction = outbound
want stage = eod
want code = 250
want text = OK id=1vMPaa-00000000001-0001
want status = delivered
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 2001:db8::25
want peer_port = 25
want delay = 1.2
want delays = 0.1/0/0.6/0.5

[sample through a content filter]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=0.9, delays=0.1/0/0/0.8, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 7A9B1C2D3E)
want direction = outbound
want stage = eod
want code = 250
want enhanced = 2.0.0
want text = from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 7A9B1C2D3E
want status = delivered
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want peer = 127.0.0.1
want peer_ip = 127.0.0.1
want peer_port = 10024
want delay = 0.9
want delays = 0.1/0/0/0.8
want linked_id = 7A9B1C2D3E

[sample by BDAT]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1.2, delays=0.1/0/0.6/0.5, tls=may, dsn=2.0.0, status=sent (250 2.0.0 Ok: 1187 bytes queued as 7A9B1C2D3E)
want direction = outbound
want stage = eod
want code = 250
want enhanced = 2.0.0
want text = Ok: 1187 bytes queued as 7A9B1C2D3E
want status = delivered
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1.2
want delays = 0.1/0/0.6/0.5
want linked_id = 7A9B1C2D3E
want level = may

[sample greylisted]
line = 3F2A1B0C9D: to=<r@z.example>, orig_to=<alias@x.example>, relay=mx.z.example[192.0.2.50]:25, conn_use=2, delay=6, delays=0.1/0/5/0.9, tls=may:none, dsn=4.7.1, status=deferred (host mx.z.example[192.0.2.50] said: 450 4.7.1 <r@z.example>: Recipient address rejected: Greylisted for 300 seconds (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want code = 450
want enhanced = 4.7.1
want text = <r@z.example>: Recipient address rejected: Greylisted for 300 seconds
want status = deferred
want dsn = 4.7.1
want queue_id = 3F2A1B0C9D
want recipient = r@z.example
want orig_recipient = alias@x.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 6
want delays = 0.1/0/5/0.9
want level = may:none

[sample bounced]
line = 3F2A1B0C9D: to=<nobody@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=5.1.1, status=bounced (host mx.z.example[192.0.2.50] said: 550 5.1.1 <nobody@z.example>: Recipient address rejected: User unknown (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want code = 550
want enhanced = 5.1.1
want text = <nobody@z.example>: Recipient address rejected: User unknown
want status = bounced
want dsn = 5.1.1
want queue_id = 3F2A1B0C9D
want recipient = nobody@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 0.4
want delays = 0.1/0/0.2/0.1

[sample a reply of several lines]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=5.7.1, status=bounced (host mx.z.example[192.0.2.50] said: 550-5.7.1 [192.0.2.1] looks like spam, 550-5.7.1 see our page 550 5.7.1 about it (in reply to end of DATA command))
want direction = outbound
want stage = eod
want code = 550
want enhanced = 5.7.1
want text = [192.0.2.1] looks like spam, see our page about it
want status = bounced
want dsn = 5.7.1
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 0.4
want delays = 0.1/0/0.2/0.1

[sample a bare code]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=5.0.0, status=bounced (host mx.z.example[192.0.2.50] said: 550 (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want code = 550
want status = bounced
want dsn = 5.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 0.4
want delays = 0.1/0/0.2/0.1

[sample quoted text is hostile]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=5.7.0, status=bounced (host mx.z.example[192.0.2.50] said: 554 5.7.0 dsn=2.0.0, status=sent (250 2.0.0 Ok) to=<ann@x.example>, relay=none (in reply to RCPT TO command) ;) (in reply to MAIL FROM command))
want direction = outbound
want stage = mail
want code = 554
want enhanced = 5.7.0
want text = dsn=2.0.0, status=sent (250 2.0.0 Ok) to=<ann@x.example>, relay=none (in reply to RCPT TO command) ;)
want status = bounced
want dsn = 5.7.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 0.4
want delays = 0.1/0/0.2/0.1

[sample cut at 2000 bytes]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=5.7.1, status=bounced (host mx.z.example[192.0.2.50] said: 550 5.7.1 a long sermon about our pol
want direction = outbound
want code = 550
want enhanced = 5.7.1
want text = a long sermon about our pol
want status = bounced
want dsn = 5.7.1
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 0.4
want delays = 0.1/0/0.2/0.1

[sample an odd address]
line = 3F2A1B0C9D: to=<"b>, relay=x"@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=5.1.3, status=bounced (host mx.z.example[192.0.2.50] said: 501 5.1.3 Bad recipient address syntax (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want code = 501
want enhanced = 5.1.3
want text = Bad recipient address syntax
want status = bounced
want dsn = 5.1.3
want queue_id = 3F2A1B0C9D
want recipient = "b>, relay=x"@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 0.4
want delays = 0.1/0/0.2/0.1

[sample an odd address without quotes]
line = 3F2A1B0C9D: to=<b>c@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=5.1.3, status=bounced (host mx.z.example[192.0.2.50] said: 501 5.1.3 Bad recipient address syntax (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want code = 501
want enhanced = 5.1.3
want text = Bad recipient address syntax
want status = bounced
want dsn = 5.1.3
want queue_id = 3F2A1B0C9D
want recipient = b>c@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 0.4
want delays = 0.1/0/0.2/0.1

[sample before 2.3]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50], delay=1, status=sent (250 Ok: queued as 7A9B1C2D3E)
want direction = outbound
want stage = eod
want code = 250
want text = Ok: queued as 7A9B1C2D3E
want status = delivered
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want delay = 1
want linked_id = 7A9B1C2D3E

[sample before 2.3, deferred]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50], delay=1, status=deferred (host mx.z.example[192.0.2.50] said: 451 try later (in reply to DATA command))
want direction = outbound
want stage = data
want code = 451
want text = try later
want status = deferred
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want delay = 1

[sample soft_bounce]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.2/0.7, dsn=4.1.1, status=SOFTBOUNCE (host mx.z.example[192.0.2.50] said: 550 5.1.1 unknown (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want code = 550
want enhanced = 5.1.1
want text = unknown
want status = deferred
want dsn = 4.1.1
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.2/0.7

[sample a positive reply in the wrong place]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.2/0.7, dsn=5.5.0, status=bounced (Protocol error: host mx.z.example[192.0.2.50] said: 354 go ahead (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want code = 354
want text = go ahead
want status = bounced
want dsn = 5.5.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.2/0.7

[sample 554 at the greeting is tried again]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=4.0.0, status=deferred (host mx.z.example[192.0.2.50] refused to talk to me: 554 mx.z.example no mail from your network)
want direction = outbound
want stage = connect
want code = 554
want text = mx.z.example no mail from your network
want status = deferred
want dsn = 4.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample refused connection]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=1, delays=0.1/0/0.9/0, dsn=4.4.1, status=deferred (connect to mx.z.example[192.0.2.50]:25: Connection refused)
want direction = outbound
want stage = connect
want text = connect to mx.z.example[192.0.2.50]:25: Connection refused
want status = deferred
want dsn = 4.4.1
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample lost connection]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=4.4.2, status=deferred (lost connection with mx.z.example[192.0.2.50] while performing the EHLO handshake)
want direction = outbound
want stage = ehlo
want text = lost connection with mx.z.example[192.0.2.50] while performing the EHLO handshake
want status = deferred
want dsn = 4.4.2
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample lost connection at the greeting]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=4.4.2, status=deferred (lost connection with mx.z.example[192.0.2.50] while receiving the initial server greeting)
want direction = outbound
want stage = connect
want text = lost connection with mx.z.example[192.0.2.50] while receiving the initial server greeting
want status = deferred
want dsn = 4.4.2
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample time-out]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=301, delays=0.1/0/0.9/300, dsn=4.4.2, status=deferred (conversation with mx.z.example[192.0.2.50] timed out while sending message body)
want direction = outbound
want stage = eod
want text = conversation with mx.z.example[192.0.2.50] timed out while sending message body
want status = deferred
want dsn = 4.4.2
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 301
want delays = 0.1/0/0.9/300

[sample time-out behind the dot]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=601, delays=0.1/0/0.9/600, dsn=4.4.2, status=deferred (conversation with mx.z.example[192.0.2.50] timed out while sending end of data -- message may be sent more than once)
want direction = outbound
want stage = eod
want text = conversation with mx.z.example[192.0.2.50] timed out while sending end of data -- message may be sent more than once
want status = deferred
want dsn = 4.4.2
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 601
want delays = 0.1/0/0.9/600

[sample no such domain]
line = 3F2A1B0C9D: to=<bob@nowhere.example>, relay=none, delay=0.1, delays=0.1/0/0/0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=nowhere.example type=AAAA: Host not found)
want direction = outbound
want text = Host or domain name not found. Name service error for name=nowhere.example type=AAAA: Host not found
want status = bounced
want dsn = 5.4.4
want queue_id = 3F2A1B0C9D
want recipient = bob@nowhere.example
want delay = 0.1
want delays = 0.1/0/0/0

[sample null MX]
line = 3F2A1B0C9D: to=<bob@nomail.example>, relay=none, delay=0.1, delays=0.1/0/0/0, dsn=5.1.0, status=bounced (Domain nomail.example does not accept mail (nullMX))
want direction = outbound
want text = Domain nomail.example does not accept mail (nullMX)
want status = bounced
want dsn = 5.1.0
want queue_id = 3F2A1B0C9D
want recipient = bob@nomail.example
want delay = 0.1
want delays = 0.1/0/0/0

[sample loop]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=0.1, delays=0.1/0/0/0, dsn=5.4.6, status=bounced (mail for z.example loops back to myself)
want direction = outbound
want text = mail for z.example loops back to myself
want status = bounced
want dsn = 5.4.6
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 0.1
want delays = 0.1/0/0/0

[sample TLS wanted]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, tls=encrypt!, dsn=4.7.4, status=deferred (TLS is required, but was not offered by host mx.z.example[192.0.2.50])
want direction = outbound
want stage = starttls
want text = TLS is required, but was not offered by host mx.z.example[192.0.2.50]
want status = deferred
want dsn = 4.7.4
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0
want level = encrypt!

[sample STARTTLS refused]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=4.7.0, status=deferred (TLS is required, but host mx.z.example[192.0.2.50] refused to start TLS: 454 4.7.0 TLS not available due to local problem)
want direction = outbound
want stage = starttls
want code = 454
want enhanced = 4.7.0
want text = TLS not available due to local problem
want status = deferred
want dsn = 4.7.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample handshake failed]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=4.7.5, status=deferred (Cannot start TLS: handshake failure)
want direction = outbound
want stage = starttls
want text = Cannot start TLS: handshake failure
want status = deferred
want dsn = 4.7.5
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample log-in refused]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=relay.example.net[192.0.2.60]:587, delay=1, delays=0.1/0/0.9/0, dsn=4.7.8, status=deferred (SASL authentication failed; server relay.example.net[192.0.2.60] said: 535 5.7.8 Error: authentication failed: bad password)
want direction = outbound
want stage = auth
want code = 535
want enhanced = 5.7.8
want text = Error: authentication failed: bad password
want status = deferred
want dsn = 4.7.8
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = relay.example.net
want peer_ip = 192.0.2.60
want peer_port = 587
want delay = 1
want delays = 0.1/0/0.9/0

[sample no way to log in]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=relay.example.net[192.0.2.60]:587, delay=1, delays=0.1/0/0.9/0, dsn=4.7.0, status=deferred (SASL authentication failed; cannot authenticate to server relay.example.net[192.0.2.60]: no mechanism available)
want direction = outbound
want stage = auth
want text = SASL authentication failed; cannot authenticate to server relay.example.net[192.0.2.60]: no mechanism available
want status = deferred
want dsn = 4.7.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = relay.example.net
want peer_ip = 192.0.2.60
want peer_port = 587
want delay = 1
want delays = 0.1/0/0.9/0

[sample too big for that server]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=5.3.4, status=bounced (message size 41943040 exceeds size limit 20971520 of server mx.z.example[192.0.2.50])
want direction = outbound
want text = message size 41943040 exceeds size limit 20971520 of server mx.z.example[192.0.2.50]
want status = bounced
want dsn = 5.3.4
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample told again]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=301, delays=301/0/0/0, dsn=4.0.0, status=deferred (delivery temporarily suspended: connect to mx.z.example[192.0.2.50]:25: No route to host)
want direction = outbound
want stage = connect
want text = delivery temporarily suspended: connect to mx.z.example[192.0.2.50]:25: No route to host
want status = deferred
want dsn = 4.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 301
want delays = 301/0/0/0
want stale = true

[nomatch a probe]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=2.1.5, status=deliverable (250 2.1.5 Ok)

[nomatch a local delivery]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=local, delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)

# LMTP by a socket of this host, or to its loopback address, ends in a mailbox.
[event local LMTP]
daemon = lmtp
kind = delivery
regex = %{to}(?<peer>[^ \[\],]++)\[(?:(?<peer_ip>127\.[0-9.]++|::1|::ffff:127\.[0-9.]++)|[^\]/]*+/[^\]]*+)\](?::(?<peer_port>[0-9]++))?+%{stats}%{outcome}(?<text>%{to_paren})
set direction = outbound
set hop = store
refine text = answer

[sample Dovecot's socket]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=mx1.x.example[private/dovecot-lmtp], delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 <bob@x.example> q1D0ABCd8WIBAAAA Saved)
want direction = outbound
want stage = eod
want hop = store
want code = 250
want enhanced = 2.0.0
want text = <bob@x.example> q1D0ABCd8WIBAAAA Saved
want status = delivered
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want peer = mx1.x.example
want delay = 0.2
want delays = 0.1/0/0/0.1

[sample over quota]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=mx1.x.example[/run/dovecot/lmtp], delay=0.2, delays=0.1/0/0/0.1, dsn=5.2.2, status=bounced (host mx1.x.example[/run/dovecot/lmtp] said: 552 5.2.2 <bob@x.example> Quota exceeded (mailbox for user is full) (in reply to end of DATA command))
want direction = outbound
want stage = eod
want hop = store
want code = 552
want enhanced = 5.2.2
want text = <bob@x.example> Quota exceeded (mailbox for user is full)
want status = bounced
want dsn = 5.2.2
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want peer = mx1.x.example
want delay = 0.2
want delays = 0.1/0/0/0.1

[sample loopback]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=127.0.0.1[127.0.0.1]:24, delay=0.2, delays=0.1/0/0/0.1, dsn=4.2.0, status=deferred (host 127.0.0.1[127.0.0.1] said: 451 4.2.0 <bob@x.example> Temporary internal error (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want hop = store
want code = 451
want enhanced = 4.2.0
want text = <bob@x.example> Temporary internal error
want status = deferred
want dsn = 4.2.0
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want peer = 127.0.0.1
want peer_ip = 127.0.0.1
want peer_port = 24
want delay = 0.2
want delays = 0.1/0/0/0.1

[nomatch another machine]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=store.x.example[192.0.2.70]:24, delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok)

[event LMTP]
daemon = lmtp
kind = delivery
regex = %{to}(?:none|%{server})%{stats}%{outcome}(?<text>%{to_paren})
set direction = outbound
refine text = answer

[sample another machine]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=store.x.example[192.0.2.70]:24, delay=0.2, delays=0.1/0/0/0.1, dsn=2.1.5, status=sent (250 2.1.5 Ok)
want direction = outbound
want stage = eod
want code = 250
want enhanced = 2.1.5
want text = Ok
want status = delivered
want dsn = 2.1.5
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want peer = store.x.example
want peer_ip = 192.0.2.70
want peer_port = 24
want delay = 0.2
want delays = 0.1/0/0/0.1

[sample no socket]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=none, delay=0.2, delays=0.1/0/0.1/0, dsn=4.4.1, status=deferred (connect to mx1.x.example[private/dovecot-lmtp]: No such file or directory)
want direction = outbound
want stage = connect
want text = connect to mx1.x.example[private/dovecot-lmtp]: No such file or directory
want status = deferred
want dsn = 4.4.1
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want peer = mx1.x.example
want delay = 0.2
want delays = 0.1/0/0.1/0

[nomatch no parenthesis]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=store.x.example[192.0.2.70]:24, delay=0.2, delays=0.1/0/0/0.1, dsn=2.1.5, status=sent

# What error(8) and the queue manager say about servers without "delivery temporarily suspended".
[event undelivered]
daemon = error retry qmgr oqmgr nqmgr cleanup
kind = delivery
regex = %{to}none%{stats}%{failed}(?<text>%{to_paren})
refine text = failure

[sample the transport table sends it to retry:]
daemon = retry
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.4.6, status=deferred (mail for z.example loops back to myself)
want direction = outbound
want text = mail for z.example loops back to myself
want status = deferred
want dsn = 4.4.6
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0

[sample a reply]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.7.1, status=deferred (host mx.z.example[192.0.2.50] said: 450 4.7.1 later (in reply to MAIL FROM command))
want direction = outbound
want stage = mail
want code = 450
want enhanced = 4.7.1
want text = later
want status = deferred
want dsn = 4.7.1
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0

[nomatch a server]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=store.x.example[192.0.2.70]:24, delay=0.2, delays=0.1/0/0/0.1, dsn=4.4.2, status=deferred (lost connection)

# Address verification: asks up to RCPT TO, sends nothing.
[event probe]
daemon = smtp lmtp
kind = reply
regex = %{to}(?:none|%{server})%{stats}(?:un)?+deliverable(?:-but-not-cached)?+ \((?<text>%{to_paren})
set direction = outbound
refine text = probed

[sample there is such a mailbox]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=2.1.5, status=deliverable (250 2.1.5 Ok)
want direction = outbound
want stage = rcpt
want code = 250
want enhanced = 2.1.5
want text = Ok
want dsn = 2.1.5
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample there is none]
line = 3F2A1B0C9D: to=<no@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=5.1.1, status=undeliverable (host mx.z.example[192.0.2.50] said: 550 5.1.1 no such user (in reply to RCPT TO command))
want direction = outbound
want stage = rcpt
want code = 550
want enhanced = 5.1.1
want text = no such user
want dsn = 5.1.1
want queue_id = 3F2A1B0C9D
want recipient = no@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want delay = 1
want delays = 0.1/0/0.9/0

[sample no answer]
daemon = lmtp
line = 3F2A1B0C9D: to=<no@z.example>, relay=none, delay=1, delays=0.1/0/0.9/0, dsn=4.4.1, status=undeliverable (connect to mx.z.example[192.0.2.50]:24: Connection timed out)
want direction = outbound
want stage = connect
want text = connect to mx.z.example[192.0.2.50]:24: Connection timed out
want dsn = 4.4.1
want queue_id = 3F2A1B0C9D
want recipient = no@z.example
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 24
want delay = 1
want delays = 0.1/0/0.9/0

[nomatch mail]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.9/0, dsn=2.0.0, status=sent (250 2.0.0 Ok)

# ---- one server failed, the next one is tried ----

[event refused by one server]
daemon = smtp lmtp
kind = reply
regex = (?:warning: )?+(?<text>(?:Protocol error: )?+host %{server} (?:said|refused to talk to me): .*+)
set direction = outbound
refine text = failure

[sample at RCPT TO]
line = 3F2A1B0C9D: host mx1.z.example[192.0.2.49] said: 450 4.7.1 <bob@z.example>: Recipient address rejected: Greylisted (in reply to RCPT TO command)
want direction = outbound
want stage = rcpt
want code = 450
want enhanced = 4.7.1
want text = <bob@z.example>: Recipient address rejected: Greylisted
want queue_id = 3F2A1B0C9D
want peer = mx1.z.example
want peer_ip = 192.0.2.49

[sample at the greeting]
line = 4fDT9L5p3Xz2Qc2: host mx1.z.example[192.0.2.49] refused to talk to me: 421 4.3.2 too many connections
want direction = outbound
want stage = connect
want code = 421
want enhanced = 4.3.2
want text = too many connections
want queue_id = 4fDT9L5p3Xz2Qc2
want peer = mx1.z.example
want peer_ip = 192.0.2.49

[sample cut]
line = 3F2A1B0C9D: host mx1.z.example[192.0.2.49] said: 452 4.2.2 over quota, and a lot of te
want direction = outbound
want code = 452
want enhanced = 4.2.2
want text = over quota, and a lot of te
want queue_id = 3F2A1B0C9D
want peer = mx1.z.example
want peer_ip = 192.0.2.49

[sample a server that chokes on XFORWARD]
line = warning: host filter.x.example[192.0.2.61] said: 501 5.5.4 bad attribute (in reply to XFORWARD name/address command)
want direction = outbound
want stage = other
want code = 501
want enhanced = 5.5.4
want text = bad attribute
want peer = filter.x.example
want peer_ip = 192.0.2.61

[nomatch a note]
line = host mx.z.example[192.0.2.50] offers SMTPUTF8 support, but not 8BITMIME

[event TLS or log-in refused by one server]
daemon = smtp lmtp
kind = reply
regex = (?<text>(?:TLS is required, but host|SASL (?:\[CACHED\] )?+authentication failed; server) %{server} (?:refused to start TLS|said): [2-5].*+)
set direction = outbound
refine text = failure

[sample STARTTLS]
line = 3F2A1B0C9D: TLS is required, but host mx1.z.example[192.0.2.49] refused to start TLS: 454 4.7.0 TLS currently unavailable
want direction = outbound
want stage = starttls
want code = 454
want enhanced = 4.7.0
want text = TLS currently unavailable
want queue_id = 3F2A1B0C9D
want peer = mx1.z.example
want peer_ip = 192.0.2.49

[sample log-in]
line = 3F2A1B0C9D: SASL authentication failed; server relay.example.net[192.0.2.60] said: 535 5.7.8 Error: authentication failed
want direction = outbound
want stage = auth
want code = 535
want enhanced = 5.7.8
want text = Error: authentication failed
want queue_id = 3F2A1B0C9D
want peer = relay.example.net
want peer_ip = 192.0.2.60

[nomatch no reply]
line = 3F2A1B0C9D: TLS is required, but was not offered by host mx1.z.example[192.0.2.49]

[event connect failed]
daemon = smtp lmtp
kind = connection
regex = (?<text>connect to %{server}: .*+)
set direction = outbound
set action = not reached
set stage = connect

[sample time-out]
line = connect to mx.z.example[2001:db8::5]:25: Connection timed out
want direction = outbound
want stage = connect
want text = connect to mx.z.example[2001:db8::5]:25: Connection timed out
want peer = mx.z.example
want peer_ip = 2001:db8::5
want peer_port = 25
want action = not reached

[sample socket]
daemon = lmtp
line = connect to mx1.x.example[private/dovecot-lmtp]: Connection refused
want direction = outbound
want stage = connect
want text = connect to mx1.x.example[private/dovecot-lmtp]: Connection refused
want peer = mx1.x.example
want action = not reached

[nomatch the other direction]
line = connect from mail.a.example[192.0.2.10]

[event connection lost]
daemon = smtp lmtp
kind = connection
regex = (?<text>(?:lost connection|conversation) with %{server} (?:timed out )?+%{while}.*+)
set direction = outbound
refine text = broken

[sample lost]
line = 3F2A1B0C9D: lost connection with mx1.z.example[192.0.2.49] while receiving the initial server greeting
want direction = outbound
want stage = connect
want text = lost connection with mx1.z.example[192.0.2.49] while receiving the initial server greeting
want queue_id = 3F2A1B0C9D
want peer = mx1.z.example
want peer_ip = 192.0.2.49
want action = lost

[sample timed out]
line = 3F2A1B0C9D: conversation with mx1.z.example[192.0.2.49] timed out while sending RCPT TO
want direction = outbound
want stage = rcpt
want text = conversation with mx1.z.example[192.0.2.49] timed out while sending RCPT TO
want queue_id = 3F2A1B0C9D
want peer = mx1.z.example
want peer_ip = 192.0.2.49
want action = timeout

[sample no greeting, as versions before 2.4 say it]
line = 3F2A1B0C9D: conversation with mx1.z.example[192.0.2.49] timed out while receiving the initial SMTP greeting
want direction = outbound
want stage = connect
want text = conversation with mx1.z.example[192.0.2.49] timed out while receiving the initial SMTP greeting
want queue_id = 3F2A1B0C9D
want peer = mx1.z.example
want peer_ip = 192.0.2.49
want action = timeout

[nomatch the receiving side]
line = lost connection after RCPT from mail.a.example[192.0.2.10]

[event TLS handshake failed]
daemon = smtp lmtp tlsproxy
kind = connection
regex = (?<text>SSL_connect error to %{server}: .*+)
set direction = outbound
set action = TLS error
set stage = starttls

[sample a number]
line = SSL_connect error to mx.z.example[192.0.2.50]:25: -1
want direction = outbound
want stage = starttls
want text = SSL_connect error to mx.z.example[192.0.2.50]:25: -1
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want action = TLS error

[sample words]
line = SSL_connect error to mx.z.example[192.0.2.50]:25: lost connection
want direction = outbound
want stage = starttls
want text = SSL_connect error to mx.z.example[192.0.2.50]:25: lost connection
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want action = TLS error

[nomatch the receiving side]
line = SSL_accept error from mail.a.example[192.0.2.10]: -1

[event TLS or log-in failed]
daemon = smtp lmtp
kind = connection
queue = yes
regex = (?<text>(?:%{tls_failure}|SASL (?:\[CACHED\] )?+authentication failed).*+)
set direction = outbound
refine text = failure

[sample not offered]
line = 3F2A1B0C9D: TLS is required, but was not offered by host mx1.z.example[192.0.2.49]
want direction = outbound
want stage = starttls
want text = TLS is required, but was not offered by host mx1.z.example[192.0.2.49]
want queue_id = 3F2A1B0C9D

[sample handshake]
line = 3F2A1B0C9D: Cannot start TLS: handshake failure
want direction = outbound
want stage = starttls
want text = Cannot start TLS: handshake failure
want queue_id = 3F2A1B0C9D

[sample certificate]
line = 3F2A1B0C9D: Server certificate not trusted
want direction = outbound
want stage = starttls
want text = Server certificate not trusted
want queue_id = 3F2A1B0C9D

[sample no mechanism]
line = 3F2A1B0C9D: SASL authentication failed; cannot authenticate to server relay.example.net[192.0.2.60]: no mechanism available
want direction = outbound
want stage = auth
want text = SASL authentication failed; cannot authenticate to server relay.example.net[192.0.2.60]: no mechanism available
want queue_id = 3F2A1B0C9D

[nomatch without a message]
line = Server certificate not trusted

[event server not usable]
daemon = smtp lmtp
kind = connection
queue = yes
regex = (?<text>(?:%{unanswered}|SMTPUTF8 is required|local data error while talking to |unexpected server message|message size [0-9]++ exceeds size limit ).*+)
set direction = outbound

[sample the name server]
line = 3F2A1B0C9D: Host or domain name not found. Name service error for name=mx1.z.example type=A: Host not found, try again
want direction = outbound
want text = Host or domain name not found. Name service error for name=mx1.z.example type=A: Host not found, try again
want queue_id = 3F2A1B0C9D

[sample a loop]
line = 3F2A1B0C9D: mail for z.example loops back to myself
want direction = outbound
want text = mail for z.example loops back to myself
want queue_id = 3F2A1B0C9D

[nomatch without a message]
line = mail for z.example loops back to myself

# ---- notes ----

[context work-around]
daemon = smtp lmtp
regex = (?<text>enabling PIX (?:workarounds: |<CRLF>\.<CRLF> workaround ).*+|breaking line > .*+)

[sample PIX]
line = 3F2A1B0C9D: enabling PIX workarounds: disable_esmtp delay_dotcrlf for mx.z.example[192.0.2.50]:25
want text = enabling PIX workarounds: disable_esmtp delay_dotcrlf for mx.z.example[192.0.2.50]:25
want queue_id = 3F2A1B0C9D

[sample PIX, before 2.4]
line = 3F2A1B0C9D: enabling PIX <CRLF>.<CRLF> workaround for mx.z.example[192.0.2.50]:25
want text = enabling PIX <CRLF>.<CRLF> workaround for mx.z.example[192.0.2.50]:25
want queue_id = 3F2A1B0C9D

[sample a long line]
line = 3F2A1B0C9D: breaking line > 998 bytes with <CR><LF>SPACE
want text = breaking line > 998 bytes with <CR><LF>SPACE
want queue_id = 3F2A1B0C9D

[nomatch another fix]
line = 3F2A1B0C9D: enabling nothing

[context header or body check]
daemon = smtp lmtp
queue = yes
regex = (?<action>warning|info|replace|prepend|strip|ignore|filter|redirect|bcc|hold|discard): (?<text>(?:header|body|content|mime-error) .*+)

[sample replaced]
line = 3F2A1B0C9D: replace: header Received: from [10.0.0.7] (localhost [127.0.0.1]): Received: by mx1.x.example
want text = header Received: from [10.0.0.7] (localhost [127.0.0.1]): Received: by mx1.x.example
want queue_id = 3F2A1B0C9D
want action = replace

[nomatch a warning of the program]
line = warning: header_checks.pcre is older than its source

[context remark about a server]
daemon = smtp lmtp
regex = (?<text>host [^ ]++ (?:offers|greeted|replied) .*+|Host offered STARTTLS: .*+|[^ \[]++\[[^\]]++\]:[0-9]++: replacing server reply .*+|skipping SRV lookup for .*+|SMTPS wrappermode .*+
 |pref +[0-9]++ host .*+|(?:begin|end) [^ ]++ address list)

[sample could be upgraded]
line = Host offered STARTTLS: [mx.z.example]
want text = Host offered STARTTLS: [mx.z.example]

[sample odd]
line = host mx.z.example[192.0.2.50] offers SMTPUTF8 support, but not 8BITMIME
want text = host mx.z.example[192.0.2.50] offers SMTPUTF8 support, but not 8BITMIME

[sample filtered]
line = mx.z.example[192.0.2.50]:25: replacing server reply "250-XTRA" with "250-SIZE"
want text = mx.z.example[192.0.2.50]:25: replacing server reply "250-XTRA" with "250-SIZE"

[nomatch a reply]
line = 3F2A1B0C9D: host mx1.z.example[192.0.2.49] said: 450 4.7.1 no (in reply to RCPT TO command)

# ---- debug_peer_list: the dialogue itself. Of a reply with several lines the last one counts. ----

[event dialogue, reply]
daemon = smtp lmtp
kind = reply
queue = no
regex = < %{server}: (?<reply>[2-5][0-9][0-9](?: .*+|$))
set direction = outbound

[sample last line]
line = < mx.z.example[192.0.2.50]:25: 250 2.1.0 Ok
want direction = outbound
want code = 250
want enhanced = 2.1.0
want text = Ok
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25

[nomatch more lines follow]
line = < mx.z.example[192.0.2.50]:25: 250-PIPELINING

[context dialogue]
daemon = smtp lmtp
queue = no
regex = (?:<|>(?! [^ ]++ [2-5][0-9][0-9][ -])) [^ \[]++\[[^\]]++\](?::[0-9]++)?+: (?<text>.*+)

[sample our command]
line = > mx.z.example[192.0.2.50]:25: MAIL FROM:<ann@x.example> SIZE=512
want text = MAIL FROM:<ann@x.example> SIZE=512

[sample first lines of a reply]
line = < mx.z.example[192.0.2.50]:25: 250-PIPELINING
want text = 250-PIPELINING

[nomatch no peer]
line = > something else
