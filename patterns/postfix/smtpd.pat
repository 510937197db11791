# Postfix smtpd(8), the receiving side: sessions, arrivals, refusals and other actions, failed log-ins. Most sessions
# come from strangers who choose names, addresses and text.

[file]
format = 1
name = postfix/smtpd
version = 1
mta = postfix

[context connect]
daemon = smtpd qmqpd
queue = no
regex = connect from %{client}
set fact = connect

[sample a name]
line = connect from mail.a.example[192.0.2.10]
want peer = mail.a.example
want peer_ip = 192.0.2.10
want fact = connect

[sample no name, with port]
line = connect from unknown[2001:db8::7]:40112
want peer_ip = 2001:db8::7
want peer_port = 40112
want fact = connect

[sample gone before it was known]
line = connect from unknown[unknown]
want fact = connect

[nomatch the end]
line = disconnect from mail.a.example[192.0.2.10]

[context disconnect]
daemon = smtpd qmqpd
queue = no
regex = disconnect from %{client}(?: (?<counters>[a-z]++=.*+))?+
set fact = disconnect

[sample with counters]
line = disconnect from mail.a.example[192.0.2.10] ehlo=2 starttls=1 auth=0/3 mail=1 rcpt=1/2 data=1 quit=1 commands=6/10
want peer = mail.a.example
want peer_ip = 192.0.2.10
want counters = ehlo=2 starttls=1 auth=0/3 mail=1 rcpt=1/2 data=1 quit=1 commands=6/10
want fact = disconnect

[sample before 3.0]
line = disconnect from unknown[198.51.100.7]
want peer_ip = 198.51.100.7
want fact = disconnect

[nomatch the start]
line = connect from mail.a.example[192.0.2.10]

[context arrival]
daemon = smtpd qmqpd
regex = client=%{client}(?:, sasl_method=(?<method>[^ ,]++))?+(?:, sasl_username=(?<sasl_user>[^,]++))?+(?:, sasl_sender=[^ ,]++)?+(?:, orig_queue_id=(?<orig_queue_id>[^ ,]++))?+(?:, orig_client=(?<client>.*+))?+
set fact = arrival

[sample from outside]
line = 4fDT9L5p3Xz2Qc2: client=mail.a.example[192.0.2.10]
want queue_id = 4fDT9L5p3Xz2Qc2
want peer = mail.a.example
want peer_ip = 192.0.2.10
want fact = arrival

[sample logged in]
line = 3F2A1B0C9D: client=unknown[198.51.100.7], sasl_method=PLAIN, sasl_username=ann@x.example
want queue_id = 3F2A1B0C9D
want peer_ip = 198.51.100.7
want sasl_user = ann@x.example
want method = PLAIN
want fact = arrival

[sample sender given with AUTH=]
line = 3F2A1B0C9D: client=unknown[198.51.100.7]:50122, sasl_method=PLAIN, sasl_username=ann, sasl_sender=ann@x.example
want queue_id = 3F2A1B0C9D
want peer_ip = 198.51.100.7
want peer_port = 50122
want sasl_user = ann
want method = PLAIN
want fact = arrival

[sample back from a content filter]
line = 7A9B1C2D3E: client=localhost[127.0.0.1], orig_queue_id=3F2A1B0C9D, orig_client=mail.a.example[192.0.2.10]
want queue_id = 7A9B1C2D3E
want peer = localhost
want peer_ip = 127.0.0.1
want orig_queue_id = 3F2A1B0C9D
want client = mail.a.example[192.0.2.10]
want fact = arrival

[sample handed to a proxy filter]
line = NOQUEUE: client=mail.a.example[192.0.2.10]
want peer = mail.a.example
want peer_ip = 192.0.2.10
want fact = arrival

[nomatch no address]
line = 3F2A1B0C9D: client=

# ---- refusals ----

[event reject]
daemon = smtpd
kind = reject
regex = (?:milter-)?+reject: (?<stage_word>[A-Z-]++)(?: content)?+ from %{client}: (?:(?=[2-5][0-9][0-9] (?:[245]\.[0-9]++\.[0-9]++ )?+Service unavailable; [^;\[]*+\[[^;\]]*+\] blocked using (?<list>[^ ;]++))|)
 (?<reply>[2-5][0-9][0-9](?:[ -]%{to_tail})?+)(?:%{tail})?+
set direction = inbound
set status = rejected

[sample no such user]
line = NOQUEUE: reject: RCPT from mail.a.example[192.0.2.10]: 550 5.1.1 <no@x.example>: Recipient address rejected: User unknown in virtual mailbox table; from=<ann@a.example> to=<no@x.example> proto=ESMTP helo=<mail.a.example>
want direction = inbound
want stage = rcpt
want code = 550
want enhanced = 5.1.1
want text = <no@x.example>: Recipient address rejected: User unknown in virtual mailbox table
want status = rejected
want sender = ann@a.example
want recipient = no@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP

[sample greylisted]
line = NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 450 4.2.0 <b@x.example>: Recipient address rejected: Greylisted, see http://pg.example/help; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h.y.example>
want direction = inbound
want stage = rcpt
want code = 450
want enhanced = 4.2.0
want text = <b@x.example>: Recipient address rejected: Greylisted, see http://pg.example/help
want status = rejected
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want helo = h.y.example
want proto = ESMTP

[sample others of the message were taken]
line = 3F2A1B0C9D: reject: RCPT from mail.a.example[192.0.2.10]:41022: 550 5.1.1 <no@x.example>: Recipient address rejected: User unknown; from=<> to=<no@x.example> proto=ESMTP helo=<mail.a.example>
want direction = inbound
want stage = rcpt
want code = 550
want enhanced = 5.1.1
want text = <no@x.example>: Recipient address rejected: User unknown
want status = rejected
want queue_id = 3F2A1B0C9D
want recipient = no@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want peer_port = 41022
want helo = mail.a.example
want proto = ESMTP

[sample block list]
line = NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.bl.example; see https://bl.example/7; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>
want direction = inbound
want stage = rcpt
want code = 554
want enhanced = 5.7.1
want text = Service unavailable; Client host [198.51.100.7] blocked using zen.bl.example; see https://bl.example/7
want status = rejected
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want helo = h
want proto = ESMTP
want list = zen.bl.example

[sample at the connection]
line = NOQUEUE: reject: CONNECT from unknown[198.51.100.7]: 554 5.7.1 <unknown[198.51.100.7]>: Client host rejected: Access denied; proto=SMTP
want direction = inbound
want stage = connect
want code = 554
want enhanced = 5.7.1
want text = <unknown[198.51.100.7]>: Client host rejected: Access denied
want status = rejected
want peer_ip = 198.51.100.7
want proto = SMTP

[sample relay, logged in]
line = NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 <b@z.example>: Relay access denied; from=<s@y.example> to=<b@z.example> proto=ESMTP helo=<h> sasl_method=LOGIN sasl_username=ann sasl_sender=ann@x.example
want direction = inbound
want stage = rcpt
want code = 554
want enhanced = 5.7.1
want text = <b@z.example>: Relay access denied
want status = rejected
want sender = s@y.example
want recipient = b@z.example
want peer_ip = 198.51.100.7
want helo = h
want sasl_user = ann
want proto = ESMTP
want method = LOGIN

[sample an address made to deceive]
line = NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 450 4.1.8 <"a; from=<x> to=<y> proto=ESMTP"@y.example>: Sender address rejected: Domain not found; from=<"a; from=<x> to=<y> proto=ESMTP"@y.example> to=<b@x.example> proto=ESMTP helo=<x; from=<z>>
want direction = inbound
want stage = rcpt
want code = 450
want enhanced = 4.1.8
want text = <"a; from=<x> to=<y> proto=ESMTP"@y.example>: Sender address rejected: Domain not found
want status = rejected
want sender = "a; from=<x> to=<y> proto=ESMTP"@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want helo = x; from=<z
want proto = ESMTP

[sample before 2.3]
line = 3F2A1B0C9D: reject: RCPT from mail.a.example[192.0.2.10]: 554 <b@z.example>: Relay access denied; from=<s@y.example> to=<b@z.example> proto=SMTP helo=<h>
want direction = inbound
want stage = rcpt
want code = 554
want text = <b@z.example>: Relay access denied
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@z.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = h
want proto = SMTP

[sample a milter]
line = 3F2A1B0C9D: milter-reject: RCPT from mail.a.example[192.0.2.10]: 451 4.7.1 Service unavailable - try again later; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example> sasl_username=<ann@a.example>
want direction = inbound
want stage = rcpt
want code = 451
want enhanced = 4.7.1
want text = Service unavailable - try again later
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = ann@a.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want sasl_user = ann@a.example
want proto = ESMTP

[sample too big]
line = NOQUEUE: reject: MAIL from mail.a.example[192.0.2.10]: 552 5.3.4 Message size exceeds fixed limit; proto=ESMTP helo=<mail.a.example>
want direction = inbound
want stage = mail
want code = 552
want enhanced = 5.3.4
want text = Message size exceeds fixed limit
want status = rejected
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP

[sample cut]
line = NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 550 5.7.1 a long text without an e
want direction = inbound
want stage = rcpt
want code = 550
want enhanced = 5.7.1
want text = a long text without an e
want status = rejected
want peer_ip = 198.51.100.7

[sample our own fault]
line = NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 421 4.3.0 mx1.x.example Server local data error
want direction = inbound
want stage = rcpt
want code = 421
want enhanced = 4.3.0
want text = mx1.x.example Server local data error
want status = rejected
want peer_ip = 198.51.100.7

[nomatch a warning only]
line = NOQUEUE: reject_warning: RCPT from unknown[198.51.100.7]: 554 5.7.1 <b@z.example>: Relay access denied; from=<s@y.example> to=<b@z.example> proto=ESMTP helo=<h>

[nomatch postscreen has no name]
line = NOQUEUE: reject: RCPT from [198.51.100.9]:40000: 450 4.3.2 Service currently unavailable; from=<s@y.example>, to=<b@x.example>, proto=ESMTP, helo=<h>

[event reject without reply]
daemon = smtpd
kind = reject
regex = (?:milter-)?+reject: (?<stage_word>[A-Z-]++)(?: content)?+ from %{client}: (?<text>%{to_tail})(?:%{tail})?+
set direction = inbound
set status = rejected

[sample bare newline]
line = NOQUEUE: reject: DATA from unknown[198.51.100.7]: bare <LF> received; from=<s@y.example> to=<b@x.example> proto=SMTP helo=<h>
want direction = inbound
want stage = data
want text = bare <LF> received
want status = rejected
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want helo = h
want proto = SMTP

[nomatch a code]
line = NOQUEUE: reject: no stage

[event ETRN refused]
daemon = smtpd
kind = reject
queue = no
regex = (?:warning: )?+(?<text>reject: ETRN [^ ]++ from %{client}.*+)
set direction = inbound
set stage = etrn
set status = rejected
set implied_code = 459

[sample ETRN]
line = warning: reject: ETRN z.example... from unknown[198.51.100.7]
want direction = inbound
want stage = etrn
want implied_code = 459
want text = reject: ETRN z.example... from unknown[198.51.100.7]
want status = rejected
want peer_ip = 198.51.100.7

[nomatch another warning]
line = warning: reject nothing

[event proxy-reject]
daemon = smtpd
kind = reject
regex = proxy-reject: (?<stage_word>[A-Z-]++)(?: from %{client})?+: (?<reply>[2-5][0-9][0-9](?:[ -]%{to_tail})?+)(?:%{tail})?+
set direction = inbound
set status = rejected

[sample the filter said no]
line = proxy-reject: END-OF-MESSAGE: 550 5.7.1 blocked; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>
want direction = inbound
want stage = eod
want code = 550
want enhanced = 5.7.1
want text = blocked
want status = rejected
want sender = s@y.example
want recipient = b@x.example
want helo = h
want proto = ESMTP

[nomatch it said yes]
line = proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 7A9B1C2D3E; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>

[event proxy-reject without reply]
daemon = smtpd
kind = reject
regex = proxy-reject: (?<stage_word>[A-Z-]++)(?: from %{client})?+: (?![2-5][0-9][0-9][ -])(?<text>%{to_tail})(?:%{tail})?+
set direction = inbound
set status = rejected

[sample the filter said nothing]
line = NOQUEUE: proxy-reject: END-OF-MESSAGE: ; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>
want direction = inbound
want stage = eod
want status = rejected
want sender = s@y.example
want recipient = b@x.example
want proto = ESMTP
want helo = h

[nomatch with a reply]
line = proxy-reject: END-OF-MESSAGE: 550 5.7.1 blocked; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>

[event proxy-accept]
daemon = smtpd
kind = reply
regex = proxy-accept: (?<stage_word>[A-Z-]++)(?: from %{client})?+: (?<text>[2-5][0-9][0-9](?:[ -]%{to_tail})?+)(?:%{tail})?+
set direction = inbound
refine text = answer

[sample the filter said yes]
line = NOQUEUE: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 7A9B1C2D3E; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h> sasl_username=<ann>
want direction = inbound
want stage = eod
want code = 250
want enhanced = 2.0.0
want text = Ok: queued as 7A9B1C2D3E
want sender = s@y.example
want recipient = b@x.example
want helo = h
want sasl_user = ann
want linked_id = 7A9B1C2D3E
want proto = ESMTP

[nomatch it said no]
line = NOQUEUE: proxy-reject: END-OF-MESSAGE: 550 5.7.1 blocked; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>

# ---- actions that refuse nothing ----

[context reject_warning]
daemon = smtpd
regex = (?<action>reject_warning): (?<stage_word>[A-Z-]++)(?: content)?+ from %{client}: (?<reply>[2-5][0-9][0-9](?:[ -]%{to_tail})?+)(?:%{tail})?+

[sample would have been refused]
line = NOQUEUE: reject_warning: RCPT from unknown[198.51.100.7]: 554 5.7.1 <b@z.example>: Relay access denied; from=<s@y.example> to=<b@z.example> proto=ESMTP helo=<h>
want stage = rcpt
want code = 554
want enhanced = 5.7.1
want text = <b@z.example>: Relay access denied
want sender = s@y.example
want recipient = b@z.example
want peer_ip = 198.51.100.7
want helo = h
want proto = ESMTP
want action = reject_warning

[nomatch refused]
line = NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 <b@z.example>: Relay access denied; from=<s@y.example> to=<b@z.example> proto=ESMTP helo=<h>

[context action]
daemon = smtpd
regex = (?<action>hold|discard|filter|redirect|bcc|warn|warning|info|prepend|permit|delay|hangup|quarantine|milter-(?:hold|discard|quarantine)): (?<stage_word>[A-Z-]++)(?: content)?+ from %{client}: (?<text>%{to_tail})(?:%{tail})?+

[sample hold]
line = NOQUEUE: hold: RCPT from mail.a.example[192.0.2.10]: <ann@a.example>: Sender address triggers HOLD action; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>
want stage = rcpt
want text = <ann@a.example>: Sender address triggers HOLD action
want sender = ann@a.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP
want action = hold

[sample redirect]
line = 3F2A1B0C9D: redirect: RCPT from mail.a.example[192.0.2.10]: <b@x.example>: Recipient address triggers REDIRECT c@x.example; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>
want stage = rcpt
want text = <b@x.example>: Recipient address triggers REDIRECT c@x.example
want queue_id = 3F2A1B0C9D
want sender = ann@a.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP
want action = redirect

[sample permit]
line = NOQUEUE: permit: RCPT from mail.a.example[192.0.2.10]: action=permit_dnswl_client for Client host=mail.a.example[192.0.2.10]; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>
want stage = rcpt
want text = action=permit_dnswl_client for Client host=mail.a.example[192.0.2.10]
want sender = ann@a.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP
want action = permit

[sample milter-hold]
line = 3F2A1B0C9D: milter-hold: MAIL from mail.a.example[192.0.2.10]: milter triggers HOLD action; from=<ann@a.example> proto=ESMTP helo=<mail.a.example>
want stage = mail
want text = milter triggers HOLD action
want queue_id = 3F2A1B0C9D
want sender = ann@a.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP
want action = milter-hold

[nomatch a refusal]
line = NOQUEUE: milter-reject: CONNECT from unknown[198.51.100.7]: 421 4.7.0 Server closing connection; proto=SMTP

# ---- log-ins ----

[event log-in failed]
daemon = smtpd
kind = auth
queue = no
regex = warning: %{client}: SASL (?<method>[^ ]++) (?<text>authentication (?:failed|aborted)[^,]*+(?:,++(?! sasl_username=)[^,]*+){0,20}+)(?:, sasl_username=(?<sasl_user>.*+))?+
set direction = inbound
set stage = auth

[sample with the name tried]
line = warning: unknown[198.51.100.20]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=bob
want direction = inbound
want stage = auth
want text = authentication failed: (reason unavailable)
want peer_ip = 198.51.100.20
want sasl_user = bob
want method = LOGIN

[sample before 3.5]
line = warning: mail.a.example[192.0.2.10]: SASL PLAIN authentication failed: authentication failure
want direction = inbound
want stage = auth
want text = authentication failed: authentication failure
want peer = mail.a.example
want peer_ip = 192.0.2.10
want method = PLAIN

[sample a challenge for a reason]
line = warning: unknown[198.51.100.20]:40111: SASL LOGIN authentication failed: UGFzc3dvcmQ6
want direction = inbound
want stage = auth
want text = authentication failed: UGFzc3dvcmQ6
want peer_ip = 198.51.100.20
want peer_port = 40111
want method = LOGIN

[sample given up]
line = warning: unknown[198.51.100.20]: SASL LOGIN authentication aborted
want direction = inbound
want stage = auth
want text = authentication aborted
want peer_ip = 198.51.100.20
want method = LOGIN

[nomatch the library]
line = warning: SASL authentication failure: Password verification failed

# ---- sessions that broke ----

[event session broken]
daemon = smtpd
kind = connection
regex = (?<text>(?:lost connection|timeout|too many errors) after (?<stage_word>[A-Z-]++)(?: content)?+(?: \((?:approximately )?+[0-9]++ bytes\))?+ from %{client}.*+)
set direction = inbound
refine text = broken

[sample lost]
line = lost connection after RCPT from unknown[198.51.100.7]
want direction = inbound
want stage = rcpt
want text = lost connection after RCPT from unknown[198.51.100.7]
want peer_ip = 198.51.100.7
want action = lost

[sample in the message, before 2.9]
line = lost connection after DATA (approximately 4711 bytes) from mail.a.example[192.0.2.10]
want direction = inbound
want stage = data
want text = lost connection after DATA (approximately 4711 bytes) from mail.a.example[192.0.2.10]
want peer = mail.a.example
want peer_ip = 192.0.2.10
want action = lost

[sample timed out]
line = timeout after DATA (5120 bytes) from mail.a.example[192.0.2.10]
want direction = inbound
want stage = data
want text = timeout after DATA (5120 bytes) from mail.a.example[192.0.2.10]
want peer = mail.a.example
want peer_ip = 192.0.2.10
want action = timeout

[sample with a queue id, since 3.10]
line = 3F2A1B0C9D: lost connection after BDAT (4711 bytes) from mail.a.example[192.0.2.10]
want direction = inbound
want stage = bdat
want text = lost connection after BDAT (4711 bytes) from mail.a.example[192.0.2.10]
want queue_id = 3F2A1B0C9D
want peer = mail.a.example
want peer_ip = 192.0.2.10
want action = lost

[sample thrown out]
line = NOQUEUE: too many errors after AUTH from unknown[198.51.100.20]
want direction = inbound
want stage = auth
want text = too many errors after AUTH from unknown[198.51.100.20]
want peer_ip = 198.51.100.20
want action = too many errors

[nomatch the sending side]
line = lost connection with mx.z.example[192.0.2.50] while receiving the initial server greeting

# As tlsproxy(8) has it.
[define client_only]
regex = \[[^\]]++\]:[0-9]++

[event TLS handshake failed]
daemon = smtpd tlsproxy
kind = connection
queue = no
regex = (?<text>SSL_accept error from (?:%{client}|%{client_only}): .*+)
set direction = inbound
set action = TLS error
set stage = starttls

[sample a number]
line = SSL_accept error from unknown[198.51.100.7]: -1
want direction = inbound
want stage = starttls
want text = SSL_accept error from unknown[198.51.100.7]: -1
want peer_ip = 198.51.100.7
want action = TLS error

[sample words]
line = SSL_accept error from mail.a.example[192.0.2.10]: lost connection
want direction = inbound
want stage = starttls
want text = SSL_accept error from mail.a.example[192.0.2.10]: lost connection
want peer = mail.a.example
want peer_ip = 192.0.2.10
want action = TLS error

[sample tlsproxy]
daemon = tlsproxy
line = SSL_accept error from [198.51.100.9]:40000: Connection reset by peer
want direction = inbound
want stage = starttls
want text = SSL_accept error from [198.51.100.9]:40000: Connection reset by peer
want action = TLS error

[nomatch the sending side]
line = SSL_connect error to mx.z.example[192.0.2.50]:25: -1

[event TLS demanded]
daemon = smtpd
kind = connection
regex = (?<text>abort: TLS from %{client}: .*+)
set direction = inbound
set action = TLS error
set stage = starttls

[sample no certificate]
line = NOQUEUE: abort: TLS from unknown[198.51.100.7]: No client certificate presented
want direction = inbound
want stage = starttls
want text = abort: TLS from unknown[198.51.100.7]: No client certificate presented
want peer_ip = 198.51.100.7
want action = TLS error

[nomatch something else]
line = NOQUEUE: abort: all

# The session is ended; a browser or a proxy worm, usually.
[event no SMTP]
daemon = smtpd
kind = connection
queue = no
regex = (?<severity>warning): (?<text>non-SMTP command from %{client}: .*+)
set direction = inbound
set action = protocol error
set fact = warning

[sample a browser]
line = warning: non-SMTP command from unknown[198.51.100.7]: GET / HTTP/1.1
want direction = inbound
want text = non-SMTP command from unknown[198.51.100.7]: GET / HTTP/1.1
want peer_ip = 198.51.100.7
want severity = warning
want fact = warning
want action = protocol error

[nomatch SMTP]
line = warning: Illegal address syntax from unknown[198.51.100.7] in MAIL command: <x

# ---- warnings worth telling apart ----

[context name and address disagree]
daemon = smtpd
queue = no
regex = (?<severity>warning): (?<text>hostname [^ ]++ does not resolve to address (?<peer_ip>%{ip}).*+)
set fact = warning

[sample no such name]
line = warning: hostname h.example does not resolve to address 198.51.100.7: Name or service not known
want text = hostname h.example does not resolve to address 198.51.100.7: Name or service not known
want peer_ip = 198.51.100.7:
want severity = warning
want fact = warning

[sample other addresses]
line = warning: hostname h.example does not resolve to address 2001:db8::7
want text = hostname h.example does not resolve to address 2001:db8::7
want peer_ip = 2001:db8::7
want severity = warning
want fact = warning

[nomatch another host]
line = warning: Unable to look up MX host for z.example: Host not found, try again

[context name and address disagree, before 2.8]
daemon = smtpd
queue = no
regex = (?<severity>warning): (?<peer_ip>[0-9A-Fa-f:.]+): (?<text>(?:hostname [^ ]++ verification failed|address not listed for hostname ).*+)
set fact = warning

[sample no such name]
line = warning: 198.51.100.7: hostname h.example verification failed: Name or service not known
want text = hostname h.example verification failed: Name or service not known
want peer_ip = 198.51.100.7
want severity = warning
want fact = warning

[sample other addresses]
line = warning: 198.51.100.7: address not listed for hostname h.example
want text = address not listed for hostname h.example
want peer_ip = 198.51.100.7
want severity = warning
want fact = warning

[nomatch a log-in]
line = warning: unknown[198.51.100.20]: SASL LOGIN authentication failed: authentication failure

# anvil(8) counts, smtpd(8) sends 421 or 450 and says so here only.
[context rate limit]
daemon = smtpd
queue = no
regex = (?<severity>warning): (?<text>(?:Connection rate|Connection concurrency|Message delivery request rate|Recipient address rate|New TLS session rate|AUTH command rate) limit exceeded: (?<count>[0-9]++) from %{client} for service .*+)
set fact = warning
set action = rate_limit

[sample connections]
line = warning: Connection rate limit exceeded: 61 from unknown[198.51.100.7] for service smtp
want text = Connection rate limit exceeded: 61 from unknown[198.51.100.7] for service smtp
want peer_ip = 198.51.100.7
want severity = warning
want action = rate_limit
want count = 61
want fact = warning

[sample log-ins]
line = warning: AUTH command rate limit exceeded: 11 from unknown[198.51.100.20] for service submission
want text = AUTH command rate limit exceeded: 11 from unknown[198.51.100.20] for service submission
want peer_ip = 198.51.100.20
want severity = warning
want action = rate_limit
want count = 11
want fact = warning

[nomatch another limit]
line = warning: queue file size limit exceeded

[context command pipelining]
daemon = smtpd
queue = no
regex = (?<text>improper (?<action>command pipelining) after (?<stage_word>[A-Z-]++)(?: content)?+ from %{client}.*+)

[sample talks too early]
line = improper command pipelining after HELO from unknown[198.51.100.7]: MAIL FROM:<s@y.example>\r\nRCPT TO:<b@x.example>\r\n
want stage = helo
want text = improper command pipelining after HELO from unknown[198.51.100.7]: MAIL FROM:<s@y.example>\r\nRCPT TO:<b@x.example>\r\n
want peer_ip = 198.51.100.7
want action = command pipelining

[nomatch a client]
line = connect from unknown[198.51.100.7]

[context QMQP session broken]
daemon = qmqpd
regex = %{client}: (?<text>(?:[^ ]++ (?!while )){0,30}+[^ ]++ while .*+)

[sample lost]
line = NOQUEUE: mail.a.example[192.0.2.10]: lost connection while receiving sender
want text = lost connection while receiving sender
want peer = mail.a.example
want peer_ip = 192.0.2.10

[nomatch a client]
line = connect from unknown[198.51.100.7]

[context command replaced]
daemon = smtpd
queue = no
regex = %{client}: (?<text>replacing command .*+)

[sample a filter for clients that cannot talk]
line = mail.a.example[192.0.2.10]: replacing command "EHLO" with "HELO x"
want text = replacing command "EHLO" with "HELO x"
want peer = mail.a.example
want peer_ip = 192.0.2.10

[nomatch a client]
line = connect from unknown[198.51.100.7]

# ---- debug_peer_list: the dialogue itself. Of a reply with several lines the last one counts. ----

[event dialogue, reply]
daemon = smtpd
kind = reply
queue = no
regex = > %{client}: (?<reply>[2-5][0-9][0-9](?: .*+|$))
set direction = inbound

[sample last line]
line = > mail.a.example[192.0.2.10]: 250 2.1.0 Ok
want direction = inbound
want code = 250
want enhanced = 2.1.0
want text = Ok
want peer = mail.a.example
want peer_ip = 192.0.2.10

[nomatch more lines follow]
line = > mail.a.example[192.0.2.10]: 250-PIPELINING

[context dialogue]
daemon = smtpd
queue = no
regex = [<>] [^ \[]++\[[^\]]++\](?::[0-9]++)?+: (?<text>.*+)

[sample a command]
line = < mail.a.example[192.0.2.10]: RCPT TO:<b@x.example>
want text = RCPT TO:<b@x.example>

[sample first lines of a reply]
line = > mail.a.example[192.0.2.10]: 250-PIPELINING
want text = 250-PIPELINING

[nomatch no peer]
line = > something else
