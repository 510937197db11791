# Postfix postscreen(8), the guard in front of smtpd(8), and its helper tlsproxy(8). They know addresses and ports, no
# names. dnsblog(8) is in misc.pat.

[file]
format = 1
name = postfix/postscreen
version = 1
mta = postfix

[context connect]
daemon = postscreen
queue = no
regex = (?<text>(?<action>CONNECT) from %{client_port} to \[.*+)
set fact = postscreen

[sample from and to]
line = CONNECT from [198.51.100.9]:40000 to [192.0.2.1]:25
want text = CONNECT from [198.51.100.9]:40000 to [192.0.2.1]:25
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = CONNECT

[nomatch tlsproxy names one side]
line = CONNECT from [198.51.100.9]:40000

[context verdict]
daemon = postscreen
queue = no
regex = (?<text>(?<action>PASS (?:NEW|OLD)|DISCONNECT|(?:ALLOW|DENY|WHITE|BLACK)LISTED|(?:ALLOW|WHITE)LIST VETO) %{client_port}.*+)
set fact = postscreen

[sample first visit]
line = PASS NEW [198.51.100.9]:40000
want text = PASS NEW [198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = PASS NEW

[sample seen before]
line = PASS OLD [2001:db8::9]:40000
want text = PASS OLD [2001:db8::9]:40000
want peer_ip = 2001:db8::9
want peer_port = 40000
want fact = postscreen
want action = PASS OLD

[sample by our list]
line = DENYLISTED [198.51.100.9]:40000
want text = DENYLISTED [198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = DENYLISTED

[sample by our list, before 3.6]
line = WHITELISTED [198.51.100.9]:40000
want text = WHITELISTED [198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = WHITELISTED

[sample sent away]
line = DISCONNECT [198.51.100.9]:40000
want text = DISCONNECT [198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = DISCONNECT

[nomatch a client]
line = CONNECT from [198.51.100.9]:40000 to [192.0.2.1]:25

[event reject]
daemon = postscreen
kind = reject
regex = reject: (?<stage_word>[A-Z-]++) from %{client_port}: (?<reply>[2-5][0-9][0-9](?:[ -]%{to_tail})?+)(?:%{tail})?+
set direction = inbound
set status = rejected

[sample come again: the deep tests]
line = NOQUEUE: reject: RCPT from [198.51.100.9]:40000: 450 4.3.2 Service currently unavailable; from=<s@y.example>, to=<b@x.example>, proto=ESMTP, helo=<h.y.example>
want direction = inbound
want stage = rcpt
want code = 450
want enhanced = 4.3.2
want text = Service currently unavailable
want status = rejected
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.9
want peer_port = 40000
want helo = h.y.example
want proto = ESMTP

[sample block list]
line = NOQUEUE: reject: RCPT from [198.51.100.9]:40000: 550 5.7.1 Service unavailable; client [198.51.100.9] blocked using zen.bl.example; from=<s@y.example>, to=<b@x.example>, proto=ESMTP, helo=<h.y.example>
want direction = inbound
want stage = rcpt
want code = 550
want enhanced = 5.7.1
want text = Service unavailable; client [198.51.100.9] blocked using zen.bl.example
want status = rejected
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.9
want peer_port = 40000
want helo = h.y.example
want proto = ESMTP

[sample empty sender]
line = NOQUEUE: reject: RCPT from [2001:db8::9]:40000: 550 5.5.1 Protocol error; from=<>, to=<b@x.example>, proto=SMTP, helo=<>
want direction = inbound
want stage = rcpt
want code = 550
want enhanced = 5.5.1
want text = Protocol error
want status = rejected
want recipient = b@x.example
want peer_ip = 2001:db8::9
want peer_port = 40000
want proto = SMTP

[nomatch smtpd knows a name]
line = NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 450 4.2.0 <b@x.example>: Recipient address rejected: Greylisted; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h.y.example>

# The reply is not logged; the source has 421 for each of the three.
[event no room]
daemon = postscreen
kind = reject
regex = reject: (?:CONNECT|connect) from %{client_port}: (?<text>(?:too many connections|all (?:server|screening) ports busy).*+)
set direction = inbound
set stage = connect
set status = rejected
set implied_code = 421

[sample too many from one address]
line = NOQUEUE: reject: CONNECT from [198.51.100.9]:40000: too many connections
want direction = inbound
want stage = connect
want implied_code = 421
want text = too many connections
want status = rejected
want peer_ip = 198.51.100.9
want peer_port = 40000

[sample no smtpd left]
line = NOQUEUE: reject: CONNECT from [198.51.100.9]:40000: all server ports busy
want direction = inbound
want stage = connect
want implied_code = 421
want text = all server ports busy
want status = rejected
want peer_ip = 198.51.100.9
want peer_port = 40000

[sample no postscreen left]
line = reject: connect from [198.51.100.9]:40000: all screening ports busy
want direction = inbound
want stage = connect
want implied_code = 421
want text = all screening ports busy
want status = rejected
want peer_ip = 198.51.100.9
want peer_port = 40000

[nomatch a refused recipient]
line = NOQUEUE: reject: RCPT from [198.51.100.9]:40000: 450 4.3.2 Service currently unavailable; from=<s@y.example>, to=<b@x.example>, proto=ESMTP, helo=<h.y.example>

[event hangup]
daemon = postscreen
kind = connection
queue = no
regex = (?<text>HANGUP after [0-9.]++ from %{client_port} in .*+)
set direction = inbound
set action = lost
refine text = hangup

[refine hangup/in a hurry]
regex = HANGUP after [0-9.]++ from [^ ]++ in tests before SMTP handshake
set stage = connect

[sample later]
line = HANGUP after 1.2 from [198.51.100.9]:40000 in tests after SMTP handshake
want direction = inbound
want text = HANGUP after 1.2 from [198.51.100.9]:40000 in tests after SMTP handshake
want peer_ip = 198.51.100.9
want peer_port = 40000
want action = lost

[sample before the greeting]
line = HANGUP after 0.3 from [198.51.100.9]:40000 in tests before SMTP handshake
want direction = inbound
want stage = connect
want text = HANGUP after 0.3 from [198.51.100.9]:40000 in tests before SMTP handshake
want peer_ip = 198.51.100.9
want peer_port = 40000
want action = lost

[nomatch a client]
line = CONNECT from [198.51.100.9]:40000 to [192.0.2.1]:25

[context DNSBL rank]
daemon = postscreen
queue = no
regex = (?<text>(?<action>DNSBL) rank (?<count>-?+[0-9]++) for %{client_port}.*+)
set fact = postscreen

[sample listed]
line = DNSBL rank 5 for [198.51.100.9]:40000
want text = DNSBL rank 5 for [198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000
want count = 5
want fact = postscreen
want action = DNSBL

[nomatch a reply that did not come]
line = warning: dnsblog reply timeout 10s for zen.bl.example

[context talks before the greeting]
daemon = postscreen
queue = no
regex = (?<text>(?<action>PREGREET) (?<count>[0-9]++) after [0-9.]++ from %{client_port}.*+)
set fact = postscreen

[sample EHLO]
line = PREGREET 14 after 0.05 from [198.51.100.9]:40000: EHLO ylmf-pc\r\n
want text = PREGREET 14 after 0.05 from [198.51.100.9]:40000: EHLO ylmf-pc\r\n
want peer_ip = 198.51.100.9
want peer_port = 40000
want count = 14
want fact = postscreen
want action = PREGREET

[nomatch a hangup]
line = HANGUP after 0.3 from [198.51.100.9]:40000 in tests before SMTP handshake

[context fails a test]
daemon = postscreen
queue = no
regex = (?<text>(?<action>BARE NEWLINE|NON-SMTP COMMAND|COMMAND PIPELINING|COMMAND (?:TIME|LENGTH|COUNT) LIMIT|(?:DATA|BDAT) without valid RCPT) from %{client_port}(?: after (?<stage_word>[A-Z-]++))?+.*+)
set fact = postscreen

[sample not SMTP]
line = NON-SMTP COMMAND from [198.51.100.9]:40000 after CONNECT: GET / HTTP/1.1
want stage = connect
want text = NON-SMTP COMMAND from [198.51.100.9]:40000 after CONNECT: GET / HTTP/1.1
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = NON-SMTP COMMAND

[sample talks ahead]
line = COMMAND PIPELINING from [198.51.100.9]:40000 after EHLO: MAIL FROM:<s@y.example>\r\n
want stage = ehlo
want text = COMMAND PIPELINING from [198.51.100.9]:40000 after EHLO: MAIL FROM:<s@y.example>\r\n
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = COMMAND PIPELINING

[sample silent]
line = COMMAND TIME LIMIT from [198.51.100.9]:40000 after CONNECT
want stage = connect
want text = COMMAND TIME LIMIT from [198.51.100.9]:40000 after CONNECT
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = COMMAND TIME LIMIT

[sample line feed alone]
line = BARE NEWLINE from [198.51.100.9]:40000 after RCPT
want stage = rcpt
want text = BARE NEWLINE from [198.51.100.9]:40000 after RCPT
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = BARE NEWLINE

[sample DATA]
line = DATA without valid RCPT from [198.51.100.9]:40000
want text = DATA without valid RCPT from [198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000
want fact = postscreen
want action = DATA without valid RCPT

[nomatch another test]
line = COMMAND PERFORMANCE from [198.51.100.9]:40000

[context stress]
daemon = postscreen
queue = no
regex = (?<text>(?:entering|leaving) STRESS mode with (?<count>[0-9]++) connections.*+)
set fact = postscreen

[sample begins]
line = entering STRESS mode with 90 connections
want text = entering STRESS mode with 90 connections
want count = 90
want fact = postscreen

[nomatch other modes]
line = entering LAZY mode with 90 connections

[context note about a client]
daemon = postscreen
queue = no
regex = \[(?<peer_ip>%{ip})\]:?+(?<peer_port>[0-9]++): (?<text>(?:discarding EHLO keywords|replacing command) .*+)

[sample a command filter]
line = [198.51.100.9]:40000: replacing command "HELO" with "HELO x"
want text = replacing command "HELO" with "HELO x"
want peer_ip = 198.51.100.9
want peer_port = 40000

[nomatch a client]
line = CONNECT from [198.51.100.9]:40000 to [192.0.2.1]:25

# ---- tlsproxy(8) speaks TLS for postscreen, and for the sending side ----

[context tlsproxy]
daemon = tlsproxy
queue = no
regex = (?:CONNECT (?:from|to)|DISCONNECT) (?:%{client_port}|[^ ]++)$

[sample start]
line = CONNECT from [198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000

[sample end]
line = DISCONNECT [198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000

[nomatch postscreen names both sides]
line = CONNECT from [198.51.100.9]:40000 to [192.0.2.1]:25

[event tlsproxy handshake failed]
daemon = tlsproxy
kind = connection
queue = no
regex = (?<text>TLS handshake failed for service=[^ ]++ peer=(?:%{client_port}|[^ ]++))
set stage = starttls
set action = TLS error

[sample a client]
line = TLS handshake failed for service=smtpd peer=[198.51.100.9]:40000
want stage = starttls
want text = TLS handshake failed for service=smtpd peer=[198.51.100.9]:40000
want peer_ip = 198.51.100.9
want peer_port = 40000
want action = TLS error

[nomatch it went well]
line = Anonymous TLS connection established from [198.51.100.9]:40000: TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits)
