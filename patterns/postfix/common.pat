# Postfix: what all daemons share. The building blocks of the other files, what a delivery line quotes in
# parentheses (answer, failure), deliveries without a server (relay=none), TLS lines, and the MTA's own
# warnings. Quoted text is written by strangers and cut at 2000 bytes: no rule insists on the end of a line.

[file]
format = 1
name = postfix/common
version = 1
mta = postfix

[define queue_id]
regex = (?:[0-9A-F]{6,15}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20})(?![0-9A-Za-z-])

[define ip]
regex = [0-9A-Fa-f:.]++(?:%[^\]]++)?+

# name[ip] or name[ip]:port of an SMTP client. No reverse name is "unknown": then there is no peer.
[define client]
regex = (?:unknown(?=\[)|(?<peer>[^ \[\]]++))\[(?:unknown|(?:IPv6:)?+(?<peer_ip>%{ip}))\](?::(?<peer_port>[0-9]++))?+

# [ip]:port, all that postscreen and tlsproxy know of a client.
[define client_port]
regex = \[(?:IPv6:)?+(?<peer_ip>%{ip})\]:(?<peer_port>[0-9]++)

# host[ip]:port of a server.
[define remote]
regex = (?<peer>[^ \[\],]++)\[(?<peer_ip>%{ip})\](?::(?<peer_port>[0-9]++))?+

# The same; in brackets a socket's path when the next hop is on this host.
[define server]
regex = (?<peer>[^ \[\],]++)\[(?:(?<peer_ip>%{ip})|[^\]]++)\](?::(?<peer_port>[0-9]++))?+

# What stands between < and >. A quoted local part may hold anything, also >.
[define address]
regex = (?:"(?:[^"\\]++|\\.)*+"[^>]*+|[^>]*+)

# The same where a comma must follow the >.
[define address_comma]
regex = (?:"(?:[^"\\]++|\\.)*+"[^>]*+|[^>]*+(?:>+(?!, )[^>]*+){0,20}+)

[define to]
regex = to=<(?<recipient>%{address_comma})>,(?: orig_to=<(?<orig_recipient>%{address_comma})>,)?+ relay=

# From behind relay= to the status word. tls= since 3.11; no delays= and no dsn= before 2.3.
[define stats]
regex = (?:, conn_use=[0-9]++)?+, delay=(?<delay>[0-9.]++)(?:, delays=(?<delays>[0-9./]++))?+(?:, tls=(?<level>[^ ,]++))?+(?:, (?!dsn=|status=)[a-z_]++=[^ ,]*+){0,9}+(?:, dsn=(?<dsn>[0-9.]++))?+, status=

[define outcome]
regex = (?<status_word>sent|deferred|bounced|expired|SOFTBOUNCE) \(

[define failed]
regex = (?<status_word>deferred|bounced|expired|SOFTBOUNCE) \(

# Text up to the parenthesis that ends the line; all of it when the line was cut. (?s: lets .* jump to the end.
[define to_paren]
regex = (?s:(?(?=.*+(?<=\)))(?:.*)(?=\)$)|.*+))

# Ends with the command that the server answered (looks only; the text itself may say so too).
[define answered]
regex = (?=(?s:.*+)(?<= \(in reply to RCPT TO command\)| \(in reply to end of DATA command\)| \(in reply to MAIL FROM command\)| \(in reply to DATA command\)
 | \(in reply to XFORWARD name/address command\)| \(in reply to XFORWARD helo/protocol command\)| \(in reply to final RSET command\)| \(in reply to RSET probe\)
 | \(in reply to QUIT command\)| \(in reply to EHLO command\)| \(in reply to HELO command\)| \(in reply to LHLO command\)| \(in reply to AUTH command\)
 | \(in reply to STARTTLS command\)))

# A reply with the command it answers; the last "(in reply to" counts.
[define reply_to]
regex = %{answered}(?<reply>[2-5][0-9][0-9](?s:[ -].*)?) \(in reply to (?:final )?+(?<stage_word>end of DATA|[A-Z]++(?: FROM| TO)?+)

[define reply_cut]
regex = (?<reply>[2-5][0-9][0-9](?s:[ -].*+|$))

[define while]
regex = while (?:performing the |receiving the |sending (?!end of data)(?:final )?+)?+(?<stage_word>initial (?:server|SMTP) greeting|sending end of data|message body|[A-Z]++(?: FROM| TO)?+)

# Words of the network side: no server answered. The name server, our own tables, TLS rules.
[define unanswered]
regex = (?:Host or domain name not found\. |Host not found|Name service error |Name server loop |Error looking up name=|unable to look up host |unable to find primary relay |[^ ]++: host not found
 |mail for [^ ]++ loops back|Domain [^ ]++ does not |all network protocols are disabled|network address conversion failed|TLSA lookup error |server unavailable or unable to receive mail)

[define tls_failure]
regex = (?:TLS is required, but (?:was not offered|unavailable|our TLS engine)|Cannot start TLS|Server certificate not |client TLS configuration problem|Sender requires verified TLS|REQUIRETLS )

# Tail of smtpd's, postscreen's and cleanup's lines: who to whom. postscreen sets commas.
[define tail]
regex = ;++(?: from=<(?<sender>%{address})>,?+)?+(?: to=<(?<recipient>%{address})>,?+)?+(?: proto=(?<proto>[A-Za-z0-9]++),?+)?+(?: helo=<(?<helo>[^>]*+)>)?+
 (?: sasl_method=(?<method>[^ ]++))?+(?: sasl_username=<?+(?<sasl_user>[^ >]++(?: (?!sasl_sender=)[^ >]++){0,9}+))?+

# Text in front of that tail: a quoted address may hold ; from=<, and so may a helo name.
[define to_tail]
regex = (?:[245]\.[0-9]++\.[0-9]++ )?+(?:<%{address}>)?+[^;]*+(?:;++(?! (?:from=<|to=<|proto=|helo=<)|$)[^;]*+){0,40}+

# ---- what stands in parentheses behind status= of an SMTP or LMTP client ----

[refine answer/queued]
regex = (?<reply>[2-5][0-9][0-9] [^q]*+queued as (?<linked_id>%{queue_id})(?s:.*+))
set stage = eod

[refine answer/accepted]
regex = %{reply_cut}
set stage = eod

# The same as failure/said, here for speed.
[refine answer/said]
regex = host [^ ]++ said: %{reply_to}
set direction = outbound

[refine answer/failed]
regex = .
refine text = failure

# A probe ends behind RCPT TO, so the bare reply is the one to that.
[refine probed/accepted]
regex = %{reply_cut}
set stage = rcpt

[refine probed/failed]
regex = .
refine text = failure

[refine failure/said]
regex = (?:Protocol error: )?+host [^ ]++ said: %{reply_to}
set direction = outbound

# A cut line: the code is sure, the command is not.
[refine failure/said, cut]
regex = (?:Protocol error: )?+host [^ ]++ said: %{reply_cut}
set direction = outbound

[refine failure/connect]
regex = connect to %{server}: .
set direction = outbound
set stage = connect

[refine failure/lost]
regex = (?:lost connection with|conversation with) [^ ]++ (?:timed out )?+%{while}
set direction = outbound

[refine failure/refused to talk]
regex = (?:Protocol error: )?+host [^ ]++ refused to talk to me: %{reply_cut}
set direction = outbound
set stage = connect

[refine failure/unanswered]
regex = %{unanswered}
set direction = outbound

[refine failure/refused TLS]
regex = TLS is required, but host [^ ]++ refused to start TLS: %{reply_cut}
set direction = outbound
set stage = starttls

[refine failure/TLS]
regex = %{tls_failure}
set direction = outbound
set stage = starttls

[refine failure/log-in]
regex = SASL (?:\[CACHED\] )?+authentication failed; server [^ ]++ said: %{reply_cut}
set direction = outbound
set stage = auth

[refine failure/log-in, no reply]
regex = SASL (?:\[CACHED\] )?+authentication failed
set direction = outbound
set stage = auth

# An old failure told again for mail that was not even tried.
[refine failure/suspended]
regex = delivery temporarily suspended: .
set stale = true
refine text = suspended

[refine suspended/said]
regex = delivery temporarily suspended: (?:Protocol error: )?+host [^ ]++ said: %{reply_to}
set direction = outbound

[refine suspended/said, cut]
regex = delivery temporarily suspended: (?:Protocol error: )?+host [^ ]++ said: %{reply_cut}
set direction = outbound

[refine suspended/connect]
regex = delivery temporarily suspended: connect to .
set direction = outbound
set stage = connect

[refine suspended/lost]
regex = delivery temporarily suspended: (?:lost connection with|conversation with) [^ ]++ (?:timed out )?+%{while}
set direction = outbound

[refine suspended/refused to talk]
regex = delivery temporarily suspended: (?:Protocol error: )?+host [^ ]++ refused to talk to me: %{reply_cut}
set direction = outbound
set stage = connect

[refine suspended/unanswered]
regex = delivery temporarily suspended: %{unanswered}
set direction = outbound

[refine suspended/refused TLS]
regex = delivery temporarily suspended: TLS is required, but host [^ ]++ refused to start TLS: %{reply_cut}
set direction = outbound
set stage = starttls

[refine suspended/TLS]
regex = delivery temporarily suspended: %{tls_failure}
set direction = outbound
set stage = starttls

[refine suspended/log-in]
regex = delivery temporarily suspended: SASL (?:\[CACHED\] )?+authentication failed; server [^ ]++ said: %{reply_cut}
set direction = outbound
set stage = auth

[refine suspended/log-in, no reply]
regex = delivery temporarily suspended: SASL (?:\[CACHED\] )?+authentication failed
set direction = outbound
set stage = auth

# ---- how a session broke off ----

[refine broken/lost]
regex = lost connection .
set action = lost

[refine broken/timeout]
regex = timeout after |conversation with .
set action = timeout

[refine broken/errors]
regex = too many errors .
set action = too many errors

# ---- relay=none: decided without a server, by the queue manager, error(8), retry(8), cleanup(8) ----
# Not words that smtp(8) says itself: where the log lost the program's name, those are told by smtp.pat.

[event undelivered]
daemon = error retry qmgr oqmgr nqmgr cleanup
kind = delivery
regex = %{to}none%{stats}%{failed}(?!connect to |host [^ ]++ (?:said|refused)|lost connection with |conversation with |%{unanswered})(?<text>%{to_paren})
refine text = failure

[sample an old refusal told again]
line = 4fDT9L5p3Xz2Qc2: to=<bob@z.example>, relay=none, delay=301, delays=301/0.01/0/0, dsn=4.7.1, status=deferred (delivery temporarily suspended: host mx.z.example[192.0.2.50] said: 450 4.7.1 Service unavailable (in reply to MAIL FROM command))
want direction = outbound
want stage = mail
want code = 450
want enhanced = 4.7.1
want text = Service unavailable
want status = deferred
want dsn = 4.7.1
want queue_id = 4fDT9L5p3Xz2Qc2
want recipient = bob@z.example
want delay = 301
want delays = 301/0.01/0/0
want stale = true

[sample an old refusal told again, cut]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=301, delays=301/0.01/0/0, dsn=4.7.1, status=deferred (delivery temporarily suspended: host mx.z.example[192.0.2.50] said: 421 4.7.0 Too many messages from this add
want direction = outbound
want code = 421
want enhanced = 4.7.0
want text = Too many messages from this add
want status = deferred
want dsn = 4.7.1
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 301
want delays = 301/0.01/0/0
want stale = true

[sample a server that could not be reached]
line = 3F2A1B0C9D: to=<bob@z.example>, orig_to=<ann@x.example>, relay=none, delay=5521, delays=5521/0/0/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to mx.z.example[192.0.2.50]:25: Connection timed out)
want direction = outbound
want stage = connect
want text = delivery temporarily suspended: connect to mx.z.example[192.0.2.50]:25: Connection timed out
want status = deferred
want dsn = 4.4.1
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want orig_recipient = ann@x.example
want delay = 5521
want delays = 5521/0/0/0
want stale = true

[sample a lost connection]
daemon = retry
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.4.2, status=deferred (delivery temporarily suspended: lost connection with mx.z.example[192.0.2.50] while receiving the initial server greeting)
want direction = outbound
want stage = connect
want text = delivery temporarily suspended: lost connection with mx.z.example[192.0.2.50] while receiving the initial server greeting
want status = deferred
want dsn = 4.4.2
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample a time-out]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.4.2, status=deferred (delivery temporarily suspended: conversation with mx.z.example[192.0.2.50] timed out while sending end of data -- message may be sent more than once)
want direction = outbound
want stage = eod
want text = delivery temporarily suspended: conversation with mx.z.example[192.0.2.50] timed out while sending end of data -- message may be sent more than once
want status = deferred
want dsn = 4.4.2
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample a refused greeting]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.0.0, status=deferred (delivery temporarily suspended: host mx.z.example[192.0.2.50] refused to talk to me: 554 no mail from you)
want direction = outbound
want stage = connect
want code = 554
want text = no mail from you
want status = deferred
want dsn = 4.0.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample no such host]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.4.3, status=deferred (delivery temporarily suspended: Host or domain name not found. Name service error for name=z.example type=MX: Host not found, try again)
want direction = outbound
want text = delivery temporarily suspended: Host or domain name not found. Name service error for name=z.example type=MX: Host not found, try again
want status = deferred
want dsn = 4.4.3
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample STARTTLS refused]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.7.0, status=deferred (delivery temporarily suspended: TLS is required, but host mx.z.example[192.0.2.50] refused to start TLS: 454 4.7.0 TLS not available due to local problem)
want direction = outbound
want stage = starttls
want code = 454
want enhanced = 4.7.0
want text = TLS not available due to local problem
want status = deferred
want dsn = 4.7.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample no STARTTLS]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.7.4, status=deferred (delivery temporarily suspended: TLS is required, but was not offered by host mx.z.example[192.0.2.50])
want direction = outbound
want stage = starttls
want text = delivery temporarily suspended: TLS is required, but was not offered by host mx.z.example[192.0.2.50]
want status = deferred
want dsn = 4.7.4
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample a refused log-in]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.7.8, status=deferred (delivery temporarily suspended: SASL authentication failed; server relay.example.net[192.0.2.60] said: 535 5.7.8 Error: authentication failed)
want direction = outbound
want stage = auth
want code = 535
want enhanced = 5.7.8
want text = Error: authentication failed
want status = deferred
want dsn = 4.7.8
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample no way to log in]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.7.0, status=deferred (delivery temporarily suspended: SASL authentication failed; cannot authenticate to server relay.example.net[192.0.2.60]: no mechanism available)
want direction = outbound
want stage = auth
want text = delivery temporarily suspended: SASL authentication failed; cannot authenticate to server relay.example.net[192.0.2.60]: no mechanism available
want status = deferred
want dsn = 4.7.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample a reason of our own]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=62, delays=62/0/0/0, dsn=4.3.0, status=deferred (delivery temporarily suspended: unknown mail transport error)
want text = delivery temporarily suspended: unknown mail transport error
want status = deferred
want dsn = 4.3.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 62
want delays = 62/0/0/0
want stale = true

[sample error(8): no such user]
line = 3F2A1B0C9D: to=<nobody@x.example>, relay=none, delay=0.05, delays=0.04/0/0/0.01, dsn=5.1.1, status=bounced (User unknown in virtual alias table)
want text = User unknown in virtual alias table
want status = bounced
want dsn = 5.1.1
want queue_id = 3F2A1B0C9D
want recipient = nobody@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01

[sample the administrator's own words look like a reply]
line = 3F2A1B0C9D: to=<nobody@x.example>, relay=none, delay=0.05, delays=0.04/0/0/0.01, dsn=5.0.0, status=bounced (550 this domain has moved)
want text = 550 this domain has moved
want status = bounced
want dsn = 5.0.0
want queue_id = 3F2A1B0C9D
want recipient = nobody@x.example
want delay = 0.05
want delays = 0.04/0/0/0.01

[sample the queue manager]
daemon = qmgr
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=0.2, delays=0.2/0/0/0, dsn=4.3.0, status=deferred (mail transport unavailable)
want text = mail transport unavailable
want status = deferred
want dsn = 4.3.0
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 0.2
want delays = 0.2/0/0/0

[sample cleanup: a milter wants the message bounced]
daemon = cleanup
line = 3F2A1B0C9D: to=<bob@x.example>, relay=none, delay=0.12, delays=0.12/0/0/0, dsn=5.7.1, status=bounced (message content rejected)
want text = message content rejected
want status = bounced
want dsn = 5.7.1
want queue_id = 3F2A1B0C9D
want recipient = bob@x.example
want delay = 0.12
want delays = 0.12/0/0/0

[sample before 2.3]
daemon = qmgr
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=12, status=deferred (delivery temporarily suspended: connect to mx.z.example[192.0.2.50]: Connection refused)
want direction = outbound
want stage = connect
want text = delivery temporarily suspended: connect to mx.z.example[192.0.2.50]: Connection refused
want status = deferred
want queue_id = 3F2A1B0C9D
want recipient = bob@z.example
want delay = 12
want stale = true

[nomatch discard(8) delivers]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=none, delay=0.12, delays=0.12/0/0/0, dsn=2.0.0, status=sent (x.example)

[nomatch a server is named]
line = 3F2A1B0C9D: to=<bob@x.example>, relay=mx.x.example[192.0.2.50]:25, delay=0.12, delays=0.12/0/0/0, dsn=4.4.2, status=deferred (lost connection)

# ---- TLS, logged by clients and servers alike ----

[context TLS established]
daemon = smtp lmtp smtpd tlsproxy posttls-finger
regex = (?:(?<level>Anonymous|Untrusted|Trusted|Verified) )?+TLS connection (?:established|reused) (?:from|to) (?:unknown(?=\[)|(?<peer>[^ \[\]]++))?+\[(?:unknown|(?<peer_ip>%{ip})|[^\]]++)\](?::(?<peer_port>[0-9]++))?+
 (?: to [^ :]++)?+: (?<tls>[^ ]++) with cipher (?<cipher>[^ ]++)
set fact = tls

[sample our client]
line = Verified TLS connection established to mx.z.example[192.0.2.50]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want tls = TLSv1.3
want cipher = TLS_AES_256_GCM_SHA384
want level = Verified
want fact = tls

[sample a stranger, old TLS]
daemon = smtpd
line = Anonymous TLS connection established from unknown[198.51.100.7]: TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)
want peer_ip = 198.51.100.7
want tls = TLSv1.2
want cipher = ECDHE-RSA-AES256-GCM-SHA384
want level = Anonymous
want fact = tls

[sample SNI]
daemon = smtpd
line = Anonymous TLS connection established from mail.a.example[192.0.2.10] to mx1.x.example: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
want peer = mail.a.example
want peer_ip = 192.0.2.10
want tls = TLSv1.3
want cipher = TLS_AES_256_GCM_SHA384
want level = Anonymous
want fact = tls

[sample tlsproxy]
daemon = tlsproxy
line = Anonymous TLS connection reused from [198.51.100.9]:40000: TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits)
want peer_ip = 198.51.100.9
want peer_port = 40000
want tls = TLSv1.3
want cipher = TLS_AES_128_GCM_SHA256
want level = Anonymous
want fact = tls

[sample Postfix 2.4]
daemon = smtpd
line = TLS connection established from mail.a.example[192.0.2.10]: TLSv1 with cipher AES256-SHA (256/256 bits)
want peer = mail.a.example
want peer_ip = 192.0.2.10
want tls = TLSv1
want cipher = AES256-SHA
want fact = tls

[nomatch other words]
line = TLS connection failed to mx.z.example[192.0.2.50]:25: TLSv1.3 with cipher x

# ---- all daemons ----

[context warning]
daemon = *
queue = no
regex = (?<severity>warning|error|fatal|panic): (?:(?<queue_id>%{queue_id}): )?+(?<text>.*+)
set fact = warning

[sample a warning]
daemon = smtpd
line = warning: dict_nis_init: NIS domain name not set - NIS lookups disabled
want text = dict_nis_init: NIS domain name not set - NIS lookups disabled
want severity = warning
want fact = warning

[sample a warning about a message]
daemon = cleanup
line = warning: 3F2A1B0C9D: queue file size limit exceeded
want text = queue file size limit exceeded
want queue_id = 3F2A1B0C9D
want severity = warning
want fact = warning

[sample a long queue id]
daemon = cleanup
line = warning: 4fDT9L5p3Xz2Qc2: unreasonable virtual_alias_maps map expansion size for ann@x.example -- message not accepted, try again later
want text = unreasonable virtual_alias_maps map expansion size for ann@x.example -- message not accepted, try again later
want queue_id = 4fDT9L5p3Xz2Qc2
want severity = warning
want fact = warning

[sample fatal]
daemon = master
line = fatal: bind 0.0.0.0 port 25: Address already in use
want text = bind 0.0.0.0 port 25: Address already in use
want severity = fatal
want fact = warning

[sample error]
daemon = smtp
line = error: open database /etc/postfix/transport.db: No such file or directory
want text = open database /etc/postfix/transport.db: No such file or directory
want severity = error
want fact = warning

[sample panic]
daemon = qmgr
line = panic: vbuf_print: null string argument
want text = vbuf_print: null string argument
want severity = panic
want fact = warning

[nomatch a header check of that name]
daemon = cleanup
line = 3F2A1B0C9D: warning: header Subject: hello from local; from=<ann@x.example> to=<bob@x.example>: seen

[context table changed]
daemon = *
regex = table [^ ]++(?: (?!has changed)[^ ]++){0,30}+ has changed

[sample a map]
daemon = smtpd
line = table hash:/etc/postfix/access(0,lock|fold_fix|utf8_request) has changed -- restarting

[sample postscreen goes on]
daemon = postscreen
line = table cidr:/etc/postfix/postscreen_access.cidr(0,lock) has changed - finishing in the background

[nomatch another table]
daemon = smtpd
line = table of contents

[context bounce service failed]
daemon = *
queue = yes
regex = status=deferred \((?<text>%{to_paren})

[sample no bounce could be made]
daemon = qmgr
line = 3F2A1B0C9D: status=deferred (bounce failed)
want text = bounce failed
want queue_id = 3F2A1B0C9D

[nomatch a recipient is named]
daemon = qmgr
line = 3F2A1B0C9D: to=<bob@x.example>, relay=none, delay=1, status=deferred (bounce failed)

[context old default]
daemon = *
regex = (?<text>(?:[^ ]++ line [0-9]++: )?+using backwards-compatible default setting .*+)

[sample chroot]
daemon = master
line = /etc/postfix/master.cf: line 16: using backwards-compatible default setting chroot=y
want text = /etc/postfix/master.cf: line 16: using backwards-compatible default setting chroot=y

[sample relay]
daemon = smtpd
line = using backwards-compatible default setting smtputf8_enable=no to accept non-ASCII sender address "b?r@x.example" from mail.a.example[192.0.2.10]
want text = using backwards-compatible default setting smtputf8_enable=no to accept non-ASCII sender address "b?r@x.example" from mail.a.example[192.0.2.10]

[nomatch only at the front]
daemon = smtpd
line = we are not using backwards-compatible default setting x

[context cache cleanup]
daemon = *
regex = (?<text>cache [^ ]++ (?:full|partial) cleanup: .*+)

[sample postscreen's cache]
daemon = postscreen
line = cache btree:/var/lib/postfix/postscreen_cache full cleanup: retained=31 dropped=7 entries
want text = cache btree:/var/lib/postfix/postscreen_cache full cleanup: retained=31 dropped=7 entries

[nomatch no cache]
daemon = postscreen
line = cache of something

[context certificate]
daemon = *
regex = (?<text>(?:server |client )?+certificate verification failed for (?:unknown(?=\[)|(?<peer>[^ \[\]]++))?+\[(?:(?<peer_ip>%{ip})|[^\]]++)\](?::(?<peer_port>[0-9]++))?+: .*+)

[sample issuer]
daemon = smtp
line = certificate verification failed for mx.z.example[192.0.2.50]:25: untrusted issuer /O=Example Root/CN=Example CA
want text = certificate verification failed for mx.z.example[192.0.2.50]:25: untrusted issuer /O=Example Root/CN=Example CA
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25

[sample expired]
daemon = smtp
line = server certificate verification failed for mx.z.example[2001:db8::25]:25: certificate has expired
want text = server certificate verification failed for mx.z.example[2001:db8::25]:25: certificate has expired
want peer = mx.z.example
want peer_ip = 2001:db8::25
want peer_port = 25

[nomatch no certificate]
daemon = smtp
line = certificate for mx.z.example

# The peer may be name[ip] or name[ip]:port.
[context TLS detail]
daemon = *
regex = (?<text>(?:setting up TLS connection (?:from|to) |initializing the (?:client|server)-side TLS engine|TLS SNI [^ ]++ from |TLS support is not compiled in|TLSRPT: status=
 |(?:looking for|reloaded|save|remove) session |SSL_(?:connect|accept):|SSL3 alert |(?:Trusted|Untrusted|Verified|Unverified): subject_CN=|using DANE RR: |certificate peer name verification failed for |DNSSEC-signed TLSA record: |fingerprint: |TA (?:cert|pkey) as TLSA record: |subject=|issuer=|SSL_set_fd error
 |[^ \[]*+\[[^\]]++\](?::[0-9]++)?+: (?:subject_CN=|re-using session |Reusing old session|raw public key |matched peername|Matched |subjectAltName: |(?:Trusted|Untrusted|Verified|Unverified): subject_CN=|SNI hostname|TLS cipher list |looking up session |reloaded session |save session |remove session
 |Issuing session ticket|Decrypting session ticket|depth=|verify=|certificate verification |peer certificate |TLSA |tlsa ))
 .*+)

[sample set-up]
daemon = smtpd
line = setting up TLS connection from unknown[198.51.100.7]
want text = setting up TLS connection from unknown[198.51.100.7]

[sample certificate of the peer]
daemon = smtp
line = mx.z.example[192.0.2.50]:25: subject_CN=mx.z.example, issuer=Example CA, cert fingerprint=AA:BB, pkey fingerprint=CC:DD
want text = mx.z.example[192.0.2.50]:25: subject_CN=mx.z.example, issuer=Example CA, cert fingerprint=AA:BB, pkey fingerprint=CC:DD

[sample certificate of the peer, before 2.5]
daemon = smtpd
line = Unverified: subject_CN=mail.a.example, issuer=Example CA
want text = Unverified: subject_CN=mail.a.example, issuer=Example CA

[sample reused]
daemon = smtp
line = mx.z.example[192.0.2.50]:25: re-using session with untrusted certificate, look for details earlier in the log
want text = mx.z.example[192.0.2.50]:25: re-using session with untrusted certificate, look for details earlier in the log

[sample ticket]
daemon = smtpd
line = mail.a.example[192.0.2.10]: Issuing session ticket, key expiration: 1764000000
want text = mail.a.example[192.0.2.10]: Issuing session ticket, key expiration: 1764000000

[sample alert]
daemon = smtpd
line = SSL3 alert read:fatal:unknown CA
want text = SSL3 alert read:fatal:unknown CA

[sample report]
daemon = smtp
line = TLSRPT: status=success, domain=z.example, receiving_mx=mx.z.example[192.0.2.50]
want text = TLSRPT: status=success, domain=z.example, receiving_mx=mx.z.example[192.0.2.50]

[nomatch a client is no detail]
daemon = smtpd
line = connect from mail.a.example[192.0.2.10]

[context low-level note]
daemon = *
regex = (?<text>(?:discarding EHLO keywords: |ignoring DNS RR: |skipping address family |mapping DSN status |sane_(?:link|rename)\(|database lmdb:|close database |Run-time linked against |cannot load Certific(?:ation|ate) Authority data|unable to dlopen |Relaying allowed for certified client:[ ]
 |cannot set default OpenSSL |SASL authentication (?:info|problem|failure): |running: |sql_select option missing|auxpropfunc error |_sasl_plugin_load failed|(?:DIGEST-MD5|GSSAPI|NTLM|CRAM-MD5|SCRAM-[A-Z0-9-]++) [a-z]
 |[a-z0-9_]++:[^ ]*+ (?:lookup|update|delete|sequence): |(?:sql|ldapdb) (?:auxprop )?+plugin |looking for plugins in |could not find auxprop plugin)
 .*+)

[sample a client with a certificate]
daemon = smtpd
line = Relaying allowed for certified client: mail.a.example
want text = Relaying allowed for certified client: mail.a.example

[sample EHLO]
daemon = smtpd
line = discarding EHLO keywords: CHUNKING
want text = discarding EHLO keywords: CHUNKING

[sample the SASL library]
daemon = smtpd
line = DIGEST-MD5 common mech free
want text = DIGEST-MD5 common mech free

[sample a map under debug:]
line = hash:/etc/aliases lookup: "bob" = "not_found"
want text = hash:/etc/aliases lookup: "bob" = "not_found"

[sample LMDB]
daemon = tlsmgr
line = database lmdb:/var/lib/postfix/smtpd_scache.lmdb: using size limit 16777216 during open
want text = database lmdb:/var/lib/postfix/smtpd_scache.lmdb: using size limit 16777216 during open

[nomatch other notes]
daemon = smtpd
line = discarding nothing
