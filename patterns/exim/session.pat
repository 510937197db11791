# Exim: sessions with clients. Logins, connections that came to nothing, commands that are none, and refusals that Exim
# words itself, with the client in the middle of the line.

[file]
format = 1
name = exim/session
version = 1
mta = exim

# ---- logins ----

[event login failed]
daemon = exim
kind = auth
regex = (?<method>[^ :]++) authenticator failed for %{identity}: (?<reply>[45][0-9][0-9](?![^ \-])(?s:.*+))
set direction = inbound
set stage = auth
refine reply = login name

[sample wrong password]
line = login authenticator failed for (User) [198.51.100.20]:2222: 535 Incorrect authentication data (set_id=admin)
want text = Incorrect authentication data (set_id=admin)
want peer_ip = 198.51.100.20
want peer_port = 2222
want helo = User
want sasl_user = admin
want method = login
want direction = inbound
want stage = auth
want code = 535

[sample all fields]
line = plain authenticator failed for mail.a.example (bot.c.example) [198.51.100.201]:57239 I=[203.0.113.26]:25: 535 Incorrect authentication data (set_id=bob@x.example)
want text = Incorrect authentication data (set_id=bob@x.example)
want peer = mail.a.example
want peer_ip = 198.51.100.201
want peer_port = 57239
want helo = bot.c.example
want sasl_user = bob@x.example
want method = plain
want direction = inbound
want stage = auth
want code = 535

[sample no name]
line = dovecot_login authenticator failed for (ylmf-pc) [198.51.100.20]: 535 Incorrect authentication data
want text = Incorrect authentication data
want peer_ip = 198.51.100.20
want helo = ylmf-pc
want method = dovecot_login
want direction = inbound
want stage = auth
want code = 535

[sample not possible now]
line = plain authenticator failed for (h.example) [198.51.100.20]: 435 Unable to authenticate at present (set_id=ann): lookup failed
want text = Unable to authenticate at present (set_id=ann): lookup failed
want peer_ip = 198.51.100.20
want helo = h.example
want sasl_user = ann
want method = plain
want direction = inbound
want stage = auth
want code = 435

[nomatch a server refused ours]
line = 1xV7nY-0000LF-2Z plain authenticator failed H=mx.nologin.example [198.51.100.41] 535 5.7.8 no

[refine login name/shown]
regex = [^(]*+(?:\((?!set_id=)[^(]*+){0,20}+\(set_id=(?<sasl_user>[^)]++)

[event server refused our login]
daemon = exim
kind = reply
regex = (?<method>[^ :]++) authenticator failed H=%{server} (?<reply>%{code}(?s:.*+))
set direction = outbound
set stage = auth

[sample first of two lines]
line = 1xV7nY-0000LF-2Z plain authenticator failed H=mx.nologin.example [198.51.100.41] 535-5.7.8 Username and Password not accepted. Learn more at
want enhanced = 5.7.8
want text = Username and Password not accepted. Learn more at
want queue_id = 1xV7nY-0000LF-2Z
want peer = mx.nologin.example
want peer_ip = 198.51.100.41
want method = plain
want direction = outbound
want stage = auth
want code = 535

[sample one line]
line = 1vMPaa-00000000001-0001 login authenticator failed H=relay.x.example [192.0.2.53]:587 535 Incorrect authentication data
want text = Incorrect authentication data
want queue_id = 1vMPaa-00000000001-0001
want peer = relay.x.example
want peer_ip = 192.0.2.53
want peer_port = 587
want method = login
want direction = outbound
want stage = auth
want code = 535

[nomatch a client's login]
line = plain authenticator failed for (h.example) [198.51.100.20]: 535 Incorrect authentication data

[event login broken off]
daemon = exim
kind = connection
regex = (?<text>[^ :]++ authenticator cancelled authentication H=%{server}(?s:.*+))
set direction = outbound
set action = log-in failed
set stage = auth

[sample by us]
line = 1vMPaa-00000000001-0001 cram authenticator cancelled authentication H=relay.x.example [192.0.2.53] unable to expand secret
want text = cram authenticator cancelled authentication H=relay.x.example [192.0.2.53] unable to expand secret
want queue_id = 1vMPaa-00000000001-0001
want peer = relay.x.example
want peer_ip = 192.0.2.53
want direction = outbound
want stage = auth
want action = log-in failed

[nomatch refused]
line = 1vMPaa-00000000001-0001 cram authenticator failed H=relay.x.example [192.0.2.53] 535 no

# ---- refusals in Exim's own words ----

[event bad greeting]
daemon = exim
kind = reject
regex = rejected (?<stage_word>[HE]+LO) from %{identity}: (?<text>syntactically invalid argument(?s:.*+))
set direction = inbound
set status = rejected
set implied_code = 501

[sample underscore]
line = rejected EHLO from [192.0.2.105]:52329 I=[203.0.113.26]:25: syntactically invalid argument(s): under_score!
want text = syntactically invalid argument(s): under_score!
want peer_ip = 192.0.2.105
want peer_port = 52329
want direction = inbound
want stage = ehlo
want implied_code = 501
want status = rejected

[sample nothing]
line = rejected HELO from mail.a.example [192.0.2.10]: syntactically invalid argument(s): (no argument given)
want text = syntactically invalid argument(s): (no argument given)
want peer = mail.a.example
want peer_ip = 192.0.2.10
want direction = inbound
want stage = helo
want implied_code = 501
want status = rejected

[nomatch by the administrator]
line = H=(bad.helo.example) [192.0.2.105] rejected EHLO or HELO bad.helo.example: no such name

[event no greeting]
daemon = exim
kind = reject
regex = rejected MAIL from %{identity}: (?<text>no HELO/EHLO given)
set direction = inbound
set stage = mail
set status = rejected
set implied_code = 503

[sample rude]
line = rejected MAIL from [192.0.2.105]:52329 I=[203.0.113.26]:25: no HELO/EHLO given
want text = no HELO/EHLO given
want peer_ip = 192.0.2.105
want peer_port = 52329
want direction = inbound
want stage = mail
want implied_code = 503
want status = rejected

[nomatch too big]
line = rejected MAIL FROM:<big@d.example> H=(mail.d.example) [192.0.2.104]: message too big: size=99000000 max=20000

[event too many messages]
daemon = exim
kind = reject
regex = rejected MAIL command %{identity}: (?<text>too many messages in one connection)
set direction = inbound
set stage = mail
set status = rejected
set implied_code = 421

[sample eager]
line = rejected MAIL command H=mail.a.example [192.0.2.10]: too many messages in one connection
want text = too many messages in one connection
want peer = mail.a.example
want peer_ip = 192.0.2.10
want direction = inbound
want stage = mail
want implied_code = 421
want status = rejected

[nomatch no greeting]
line = rejected MAIL from [192.0.2.105]: no HELO/EHLO given

[event announced too big]
daemon = exim
kind = reject
regex = rejected MAIL FROM:<(?<sender>%{address})> %{identity}: (?<text>message too big: (?s:.*+))
set direction = inbound
set stage = mail
set status = rejected
set implied_code = 552

[sample by its SIZE]
line = rejected MAIL FROM:<big@d.example> H=(mail.d.example) [192.0.2.104]:40417 I=[203.0.113.26]:25: message too big: size=99000000 max=20000
want text = message too big: size=99000000 max=20000
want sender = big@d.example
want peer_ip = 192.0.2.104
want peer_port = 40417
want helo = mail.d.example
want direction = inbound
want stage = mail
want implied_code = 552
want status = rejected

[nomatch after all of it]
line = 1vMPac-00000000003-0003 rejected from <big@d.example> H=(mail.d.example) [192.0.2.104]: message too big: read=20400 max=20000

[event is too big]
daemon = exim
kind = reject
regex = rejected from <(?<sender>%{address})>(?: (?!U=)%{identity})?+(?: U=[^ :]++)?+: (?<text>(?:message too big: |Non-CRLF-terminated header)(?s:.*+))
set direction = inbound
set stage = eod
set status = rejected
set implied_code = 552

[sample after all of it]
line = 1vMPac-00000000003-0003 rejected from <big@d.example> H=(mail.d.example) [192.0.2.104]: message too big: read=20400 max=20000
want text = message too big: read=20400 max=20000
want queue_id = 1vMPac-00000000003-0003
want sender = big@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = eod
want implied_code = 552
want status = rejected

[nomatch by its SIZE]
line = rejected MAIL FROM:<big@d.example> H=(mail.d.example) [192.0.2.104]: message too big: size=99000000 max=20000

[event goes in circles]
daemon = exim
kind = reject
regex = rejected from <(?<sender>%{address})>(?: (?!U=)%{identity})?+(?: U=[^ :]++)?+: (?<text>Too many "Received" headers)
set direction = inbound
set stage = eod
set status = rejected
set implied_code = 550

[sample a loop]
line = 1vMPac-00000000003-0003 rejected from <ann@x.example> H=(mail.d.example) [192.0.2.104]: Too many "Received" headers
want text = Too many "Received" headers
want queue_id = 1vMPac-00000000003-0003
want sender = ann@x.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = eod
want implied_code = 550
want status = rejected

[nomatch too big]
line = 1vMPac-00000000003-0003 rejected from <big@d.example> H=(mail.d.example) [192.0.2.104]: message too big: read=20400 max=20000

[event unqualified address]
daemon = exim
kind = reject
regex = unqualified (?<stage_word>sender|recipient|verify) rejected: <(?<text>%{address})> %{identity}
set direction = inbound
set status = rejected
set implied_code = 501
refine stage_word = unqualified

[sample sender]
line = unqualified sender rejected: <unqualified> H=(mail.d.example) [192.0.2.104]:55273 I=[203.0.113.26]:25
want text = sender address must contain a domain
want peer_ip = 192.0.2.104
want peer_port = 55273
want helo = mail.d.example
want direction = inbound
want stage = mail
want implied_code = 501
want status = rejected

[sample recipient]
line = unqualified recipient rejected: <unqualified> H=(mail.d.example) [192.0.2.104]
want text = recipient address must contain a domain
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = rcpt
want implied_code = 501
want status = rejected

[sample VRFY]
line = unqualified verify rejected: <kim> H=(h.example) [192.0.2.103]:42267 I=[203.0.113.26]:25
want text = recipient address must contain a domain
want peer_ip = 192.0.2.103
want peer_port = 42267
want helo = h.example
want direction = inbound
want stage = vrfy
want implied_code = 501
want status = rejected

[nomatch unknown]
line = H=(h.example) [192.0.2.103] F=<> rejected RCPT <kim@x.example>: Unrouteable address

[refine unqualified/sender]
regex = sender
set stage = mail
set text = sender address must contain a domain

[refine unqualified/recipient]
regex = recipient
set stage = rcpt
set text = recipient address must contain a domain

[refine unqualified/verify]
regex = verify
set stage = vrfy
set text = recipient address must contain a domain

[event too many recipients]
daemon = exim
kind = reject
regex = too many recipients: message rejected: sender=<(?<sender>%{address})> %{identity}
set direction = inbound
set stage = rcpt
set status = rejected
set implied_code = 552
set text = too many recipients: message rejected

[sample all of it]
line = too many recipients: message rejected: sender=<friend@d.example> H=(mail.d.example) [192.0.2.104]
want text = too many recipients: message rejected
want sender = friend@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = rcpt
want implied_code = 552
want status = rejected

[nomatch the excess]
line = too many recipients: excess temporarily rejected: sender=<friend@d.example> H=(mail.d.example) [192.0.2.104]

[event some recipients too many]
daemon = exim
kind = reject
regex = too many recipients: excess temporarily rejected: sender=<(?<sender>%{address})> %{identity}
set direction = inbound
set stage = rcpt
set status = rejected
set implied_code = 452
set text = too many recipients: excess temporarily rejected

[sample the excess]
line = too many recipients: excess temporarily rejected: sender=<friend@d.example> H=(mail.d.example) [192.0.2.104]:40821 I=[203.0.113.26]:25
want text = too many recipients: excess temporarily rejected
want sender = friend@d.example
want peer_ip = 192.0.2.104
want peer_port = 40821
want helo = mail.d.example
want direction = inbound
want stage = rcpt
want implied_code = 452
want status = rejected

[nomatch all of it]
line = too many recipients: message rejected: sender=<friend@d.example> H=(mail.d.example) [192.0.2.104]

[event busy]
daemon = exim
kind = reject
regex = Connection from %{identity} refused: (?<text>(?:too many connections|load average)(?s:.*+))
set direction = inbound
set stage = connect
set status = rejected
set implied_code = 421

[sample too many of one]
line = Connection from [198.51.100.9]:40001 refused: too many connections from that IP address
want text = too many connections from that IP address
want peer_ip = 198.51.100.9
want peer_port = 40001
want direction = inbound
want stage = connect
want implied_code = 421
want status = rejected

[sample load]
line = Connection from [198.51.100.9] refused: load average = 21.40
want text = load average = 21.40
want peer_ip = 198.51.100.9
want direction = inbound
want stage = connect
want implied_code = 421
want status = rejected

[nomatch no reserve]
line = temporarily refused connection from [198.51.100.9]: not in reserve list: connected=20 max=20 reserve=5

[event no reserve]
daemon = exim
kind = reject
regex = temporarily refused connection from %{identity}(?:: (?<text>not in reserve list(?s:.*+)))?+
set direction = inbound
set stage = connect
set status = rejected
set implied_code = 421

[sample full]
line = temporarily refused connection from mail.a.example [192.0.2.10]: not in reserve list: connected=20 max=20 reserve=5
want text = not in reserve list: connected=20 max=20 reserve=5
want peer = mail.a.example
want peer_ip = 192.0.2.10
want direction = inbound
want stage = connect
want implied_code = 421
want status = rejected

[nomatch listed]
line = refused connection from mail.a.example [192.0.2.10] (host_reject_connection)

[event refused host]
daemon = exim
kind = reject
regex = refused connection from %{identity}(?: \((?<text>[^)]++)\))?+
set direction = inbound
set stage = connect
set status = rejected
set implied_code = 554

[sample listed]
line = refused connection from mail.a.example [192.0.2.10] (host_reject_connection)
want text = host_reject_connection
want peer = mail.a.example
want peer_ip = 192.0.2.10
want direction = inbound
want stage = connect
want implied_code = 554
want status = rejected

[nomatch busy]
line = Connection from [198.51.100.9] refused: too many connections

[event spoke before the greeting]
daemon = exim
kind = reject
regex = SMTP protocol synchronization error \(input sent without waiting for greeting\): rejected connection from %{identity}
set direction = inbound
set stage = connect
set status = rejected
set implied_code = 554
set text = SMTP protocol synchronization error (input sent without waiting for greeting)

[sample a bot]
line = SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=[198.51.100.9]:40001 I=[203.0.113.26]:25 input="EHLO x\r\n"
want text = SMTP protocol synchronization error (input sent without waiting for greeting)
want peer_ip = 198.51.100.9
want peer_port = 40001
want direction = inbound
want stage = connect
want implied_code = 554
want status = rejected

[nomatch later]
line = SMTP protocol synchronization error (next input sent too soon: pipelining was not advertised): rejected "HELO x" H=[198.51.100.9] next input="MAIL FROM:<a@b.example>\r\n"

[event spoke out of turn]
daemon = exim
kind = reject
regex = SMTP protocol synchronization error \([^)]*+\): rejected "(?<stage_word>[^"]*+)" %{identity}
set direction = inbound
set status = rejected
set implied_code = 554
set text = SMTP protocol synchronization error (next input sent too soon)

[sample not asked to pipeline]
line = SMTP protocol synchronization error (next input sent too soon: pipelining was not advertised): rejected "HELO x" H=[198.51.100.9] next input="MAIL FROM:<a@b.example>\r\n"
want text = SMTP protocol synchronization error (next input sent too soon)
want peer_ip = 198.51.100.9
want direction = inbound
want stage = helo
want implied_code = 554
want status = rejected

[nomatch before the greeting]
line = SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=[198.51.100.9] input="EHLO x\r\n"

# ---- sessions that came to nothing ----

[event bad command]
daemon = exim
kind = connection
regex = SMTP (?:protocol|syntax) error in "(?<stage_word>(?:[^"]++|"(?! H=| \[))*+)" (?:%{identity} )?+(?<text>(?s:.*+))
set direction = inbound
set action = protocol error

[sample binary]
line = SMTP syntax error in "\026\003\001\001" H=[198.51.100.9]:40001 I=[203.0.113.26]:25 unrecognized command
want text = unrecognized command
want peer_ip = 198.51.100.9
want peer_port = 40001
want direction = inbound
want stage = other
want action = protocol error

[sample AUTH where there is none]
line = SMTP protocol error in "AUTH LOGIN" H=(ylmf-pc) [198.51.100.20] AUTH command used when not advertised
want text = AUTH command used when not advertised
want peer_ip = 198.51.100.20
want helo = ylmf-pc
want direction = inbound
want stage = auth
want action = protocol error

[nomatch out of turn]
line = SMTP protocol synchronization error (next input sent too soon: pipelining was not advertised): rejected "HELO x" H=[198.51.100.9] next input="x"

[event dropped]
daemon = exim
kind = connection
regex = SMTP call from %{identity} (?<text>dropped: (?s:.*+))
set direction = inbound
set action = too many errors

[sample too many errors]
line = SMTP call from (bot.c.example) [198.51.100.201]:45031 I=[203.0.113.26]:25 dropped: too many unrecognized commands (last was "Accept: z")
want text = dropped: too many unrecognized commands (last was "Accept: z")
want peer_ip = 198.51.100.201
want peer_port = 45031
want helo = bot.c.example
want direction = inbound
want action = too many errors

[nomatch lost]
line = SMTP connection from (bot.c.example) [198.51.100.201] lost D=0.001s

[context connected]
daemon = exim
regex = SMTP connection from %{identity} \(TCP/IP connection count = [0-9]++\)
set fact = connect

[sample a client]
line = SMTP connection from [192.0.2.101]:53469 I=[203.0.113.26]:25 (TCP/IP connection count = 1)
want peer_ip = 192.0.2.101
want peer_port = 53469
want fact = connect

[nomatch closed]
line = SMTP connection from [192.0.2.101] closed by QUIT

[context disconnected]
daemon = exim
regex = SMTP connection from %{identity} (?:D=[^ ]++ )?+closed (?s:.*+)
set fact = disconnect

[sample QUIT]
line = SMTP connection from (mail.b.example) [192.0.2.102]:50401 I=[203.0.113.26]:25 closed by QUIT
want peer_ip = 192.0.2.102
want peer_port = 50401
want helo = mail.b.example
want fact = disconnect

[sample drop]
line = SMTP connection from (mail.d.example) [192.0.2.104] D=5s closed by DROP in ACL
want peer_ip = 192.0.2.104
want helo = mail.d.example
want fact = disconnect

[nomatch lost]
line = SMTP connection from (mail.d.example) [192.0.2.104] lost D=0.3s

[event connection lost]
daemon = exim
kind = connection
regex = SMTP connection from %{identity} (?<text>(?:D=[^ ]++ )?+(?:lost|TLS|Connection reset)(?s:.*+))
set direction = inbound
set action = lost

[sample between commands]
line = SMTP connection from (bot.c.example) [198.51.100.201]:45577 I=[203.0.113.26]:25 lost D=0.001s
want text = lost D=0.001s
want peer_ip = 198.51.100.201
want peer_port = 45577
want helo = bot.c.example
want direction = inbound
want action = lost

[sample within a message]
line = 1vMPac-00000000003-0003 SMTP connection from (bot.c.example) [198.51.100.201] lost while reading message data (header)
want text = lost while reading message data (header)
want queue_id = 1vMPac-00000000003-0003
want peer_ip = 198.51.100.201
want helo = bot.c.example
want direction = inbound
want action = lost

[nomatch closed]
line = SMTP connection from [192.0.2.101] closed by QUIT

[context connection from a program]
daemon = exim
regex = (?<text>SMTP connection (?:from |identification )(?s:.*+))

[sample inetd]
line = SMTP connection from local host (via inetd)
want text = SMTP connection from local host (via inetd)

[nomatch no message]
line = no MAIL in SMTP connection from [192.0.2.105]:37121 D=0.201s C=EHLO,QUIT

[context no message]
daemon = exim
regex = no MAIL in (?:TLS )?+SMTP connection from %{identity}
set fact = disconnect

[sample left again]
line = no MAIL in SMTP connection from (mail.a.example) [192.0.2.101]:38757 I=[203.0.113.26]:25 D=0.200s X=TLS1.3:TLS_AES_256_GCM_SHA384:256 C=EHLO,STARTTLS,EHLO,QUIT
want peer_ip = 192.0.2.101
want peer_port = 38757
want helo = mail.a.example
want tls = TLSv1.3
want cipher = TLS_AES_256_GCM_SHA384:256
want fact = disconnect

[nomatch closed]
line = SMTP connection from [192.0.2.101] closed by QUIT

[event no more commands]
daemon = exim
kind = connection
regex = SMTP command timeout on(?: TLS)?+ connection from %{identity}
set direction = inbound
set action = timeout
set text = SMTP command timeout

[sample asleep]
line = SMTP command timeout on TLS connection from mail.a.example (h.example) [192.0.2.10]:4242 I=[203.0.113.26]:25 C="EHLO,STARTTLS,EHLO" D=5m
want text = SMTP command timeout
want peer = mail.a.example
want peer_ip = 192.0.2.10
want peer_port = 4242
want helo = h.example
want direction = inbound
want action = timeout

[nomatch the message]
line = SMTP data timeout (message abandoned) on connection from (h.example) [198.51.100.9] F=<a@b.example>

[event no more data]
daemon = exim
kind = connection
regex = SMTP data timeout \(message abandoned\) on(?: TLS)?+ connection from %{identity}
set direction = inbound
set action = timeout
set stage = eod
set text = SMTP data timeout (message abandoned)

[sample asleep]
line = 1vMPac-00000000003-0003 SMTP data timeout (message abandoned) on connection from (h.example) [198.51.100.9] F=<a@b.example>
want text = SMTP data timeout (message abandoned)
want queue_id = 1vMPac-00000000003-0003
want sender = a@b.example
want peer_ip = 198.51.100.9
want helo = h.example
want direction = inbound
want stage = eod
want action = timeout

[nomatch commands]
line = SMTP command timeout on connection from (h.example) [198.51.100.9]

[event gone]
daemon = exim
kind = connection
regex = unexpected (?:disconnection|SIGTERM|[A-Z]++) while reading SMTP command from %{identity}
set direction = inbound
set action = lost
set text = unexpected disconnection while reading SMTP command

[sample hung up]
line = unexpected disconnection while reading SMTP command from (bot.c.example) [198.51.100.201]:37603 I=[203.0.113.26]:25 D=0.000s
want text = unexpected disconnection while reading SMTP command
want peer_ip = 198.51.100.201
want peer_port = 37603
want helo = bot.c.example
want direction = inbound
want action = lost

[nomatch lost]
line = SMTP connection from (bot.c.example) [198.51.100.201] lost D=0.001s

[event gone after the dot]
daemon = exim
kind = connection
regex = (?<text>SMTP connection lost after final dot)(?: %{identity})?+
set direction = inbound
set action = lost
set stage = eod

[sample hung up]
line = 1vMPac-00000000003-0003 SMTP connection lost after final dot H=(h.example) [198.51.100.9] P=esmtp
want text = SMTP connection lost after final dot
want queue_id = 1vMPac-00000000003-0003
want peer_ip = 198.51.100.9
want helo = h.example
want direction = inbound
want stage = eod
want action = lost

[nomatch lost]
line = SMTP connection from (bot.c.example) [198.51.100.201] lost D=0.001s

[event no encryption]
daemon = exim
kind = connection
regex = (?<text>TLS error on (?:SMTP )?+connection(?: from %{identity})?+(?s:.*+))
set direction = inbound
set action = TLS error
set stage = starttls

[sample broken handshake]
line = TLS error on connection from (bot.c.example) [198.51.100.201]:45577 I=[203.0.113.26]:25 (gnutls_handshake): An unexpected TLS packet was received.
want text = TLS error on connection from (bot.c.example) [198.51.100.201]:45577 I=[203.0.113.26]:25 (gnutls_handshake): An unexpected TLS packet was received.
want peer_ip = 198.51.100.201
want peer_port = 45577
want helo = bot.c.example
want direction = inbound
want stage = starttls
want action = TLS error

[sample old words]
line = TLS error on connection from h.example [198.51.100.9] (SSL_accept): error:1417A0C1:SSL routines:tls_post_process_client_hello:no shared cipher
want text = TLS error on connection from h.example [198.51.100.9] (SSL_accept): error:1417A0C1:SSL routines:tls_post_process_client_hello:no shared cipher
want peer = h.example
want peer_ip = 198.51.100.9
want direction = inbound
want stage = starttls
want action = TLS error

[nomatch a server]
line = 1xV7nX-0000IG-2W H=mx.secure.example [198.51.100.22] TLS error on connection (recv): The TLS connection was non-properly terminated.

[event header too long]
daemon = exim
kind = reject
regex = (?:ridiculously long message header|overlong message header line) received from %{identity}(?s:.*+)
set direction = inbound
set stage = eod
set status = rejected
set implied_code = 552
set text = message header too long: message abandoned

[sample abuse]
line = ridiculously long message header received from (h.example) [198.51.100.9] (more than 1048576 characters): message abandoned
want text = message header too long: message abandoned
want peer_ip = 198.51.100.9
want helo = h.example
want direction = inbound
want stage = eod
want implied_code = 552
want status = rejected

[nomatch too big]
line = 1vMPac-00000000003-0003 rejected from <big@d.example> H=(mail.d.example) [192.0.2.104]: message too big: read=20400 max=20000

# A server of the old way to say it, without H=.
[event host not reached]
daemon = exim
kind = connection
queue = yes
regex = (?:%{server}):? (?<text>(?:Connection (?:refused|timed out|reset)|No route to host|(?:Network|Host) is unreachable|Remote host closed|Operation timed out|Broken pipe)(?s:.*+))
set direction = outbound
set action = not reached

[sample refused]
line = 1vMPaa-00000000001-0001 mx.z.example [192.0.2.50]:25 Connection refused
want text = Connection refused
want queue_id = 1vMPaa-00000000001-0001
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want direction = outbound
want action = not reached

[sample refused, no port]
line = 1xV5CS-00000t-0P mx.z.example [192.0.2.50]: Connection refused
want text = Connection refused
want queue_id = 1xV5CS-00000t-0P
want peer = mx.z.example
want peer_ip = 192.0.2.50
want direction = outbound
want action = not reached

[nomatch a delivery]
line = 1vMPaa-00000000001-0001 => d@z.example R=dnslookup T=remote_smtp H=mx.z.example [192.0.2.50]

# PRDR: our own answer about one recipient, after the message.
[event refused for one recipient]
daemon = exim
kind = reject
queue = yes
regex = PRDR R=<(?<recipient>%{address})> (?<text>(?:temporary )?+refusal)
set direction = inbound
set stage = eod
set status = rejected

[sample content]
line = 1vMPac-00000000003-0003 PRDR R=<kim@hosted.test> refusal
want text = refusal
want queue_id = 1vMPac-00000000003-0003
want recipient = kim@hosted.test
want direction = inbound
want stage = eod
want status = rejected

[nomatch taken]
line = 1vMPac-00000000003-0003 PRDR R=<kim@hosted.test> acceptance

[context taken for one recipient]
daemon = exim
queue = yes
regex = PRDR R=<(?<recipient>%{address})> acceptance

[sample content]
line = 1vMPac-00000000003-0003 PRDR R=<kim@hosted.test> acceptance
want queue_id = 1vMPac-00000000003-0003
want recipient = kim@hosted.test

[nomatch refused]
line = 1vMPac-00000000003-0003 PRDR R=<kim@hosted.test> refusal

[context ETRN]
daemon = exim
regex = ETRN [^ ]++ received from %{identity}
set text = ETRN received

[sample a client]
line = ETRN #x received from (h.example) [192.0.2.103]:42267 I=[203.0.113.26]:25
want text = ETRN received
want peer_ip = 192.0.2.103
want peer_port = 42267
want helo = h.example

[nomatch refused]
line = H=(h.example) [192.0.2.103] rejected ETRN #x
