# Exim: lines that begin with the other side, `H=host (helo) [ip]:port ...`, or with `F=<sender>`. What we refuse, what a
# server answered before the next one is tried, what a sender's server said when asked. The rules see what follows the
# fields.

[file]
format = 1
name = exim/peer
version = 1
mta = exim

# ---- what we refuse ----

# No reply was given: the message came from a program of this host.
[event message of this host refused]
daemon = peer
kind = reject
regex = (?:temporarily )?+rejected by non-SMTP ACL: (?<text>(?s:.*+))
set status = rejected

[sample a program's message]
line = 1vMPac-00000000003-0003 F=<root@x.example> rejected by non-SMTP ACL: local mail is closed
want text = local mail is closed
want queue_id = 1vMPac-00000000003-0003
want sender = root@x.example
want status = rejected

[nomatch at RCPT]
line = H=(mail.a.example) [192.0.2.101] F=<news@a.example> rejected RCPT <nobody@x.example>: Unrouteable address

# For three commands Exim's table of codes has not 550.
[event ETRN refused]
daemon = peer
kind = reject
regex = rejected ETRN[^:]*+(?:: %{said})?+
set direction = inbound
set stage = etrn
set status = rejected
set implied_code = 458

[sample no queue run for strangers]
line = H=(h.example) [192.0.2.103] rejected ETRN #x
want peer_ip = 192.0.2.103
want helo = h.example
want direction = inbound
want stage = etrn
want implied_code = 458
want status = rejected

[nomatch EXPN]
line = H=(h.example) [192.0.2.103] rejected EXPN staff

[event VRFY refused]
daemon = peer
kind = reject
regex = rejected VRFY[^:]*+(?:: %{said})?+
set direction = inbound
set stage = vrfy
set status = rejected
set implied_code = 252

[sample no answer]
line = H=(h.example) [192.0.2.103] rejected VRFY kim: no
want text = no
want peer_ip = 192.0.2.103
want helo = h.example
want direction = inbound
want stage = vrfy
want implied_code = 252
want status = rejected

[nomatch EXPN]
line = H=(h.example) [192.0.2.103] rejected EXPN staff

[event AUTH refused]
daemon = peer
kind = reject
regex = rejected AUTH[^:]*+(?:: %{said})?+
set direction = inbound
set stage = auth
set status = rejected
set implied_code = 503

[sample not for this client]
line = H=(h.example) [192.0.2.103] rejected AUTH PLAIN: not from here
want text = not from here
want peer_ip = 192.0.2.103
want helo = h.example
want direction = inbound
want stage = auth
want implied_code = 503
want status = rejected

[nomatch EXPN]
line = H=(h.example) [192.0.2.103] rejected EXPN staff

[event rejected]
daemon = peer
kind = reject
regex = rejected (?<stage_word>(?s:.*+))
set direction = inbound
set status = rejected
set implied_code = 550
refine stage_word = refused

[sample no such user]
line = H=(mail.a.example) [192.0.2.101] F=<news@a.example> rejected RCPT <nobody-2@hosted.test>: Unrouteable address
want text = Unrouteable address
want sender = news@a.example
want recipient = nobody-2@hosted.test
want peer_ip = 192.0.2.101
want helo = mail.a.example
want direction = inbound
want stage = rcpt
want implied_code = 550
want status = rejected

[sample all fields]
line = H=mail.f.example (helo.f.example) [2001:db8::9]:59165 I=[203.0.113.26]:25 X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no SNI="mx.x.example" F=<bot@c.example> A=plain:bob rejected RCPT <"odd : name"@hosted.test>: relay not permitted: at all
want text = relay not permitted: at all
want sender = bot@c.example
want recipient = "odd : name"@hosted.test
want peer = mail.f.example
want peer_ip = 2001:db8::9
want peer_port = 59165
want helo = helo.f.example
want sasl_user = bob
want tls = TLSv1.3
want method = plain
want cipher = TLS_AES_256_GCM_SHA384:256
want direction = inbound
want stage = rcpt
want implied_code = 550
want status = rejected

[sample a code in the text]
line = H=(mail.d.example) [192.0.2.104] F=<friend@d.example> rejected RCPT <code550@hosted.test>: 550 5.7.1 This text has a code of its own
want enhanced = 5.7.1
want text = This text has a code of its own
want sender = friend@d.example
want recipient = code550@hosted.test
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = rcpt
want code = 550
want status = rejected

[sample no text]
line = H=(h.example) [198.51.100.8] F=<> rejected RCPT <ann@x.example>
want recipient = ann@x.example
want peer_ip = 198.51.100.8
want helo = h.example
want direction = inbound
want stage = rcpt
want implied_code = 550
want status = rejected

[sample parameters, no angle brackets]
line = H=(h.example) [198.51.100.8] F=<> rejected RCPT ann@x.example: relay not permitted
want text = relay not permitted
want recipient = ann@x.example
want peer_ip = 198.51.100.8
want helo = h.example
want direction = inbound
want stage = rcpt
want implied_code = 550
want status = rejected

[sample a list]
line = H=[198.51.100.7]:2222 F=<s@y.example> rejected RCPT <b@x.example>: 198.51.100.7 is in a black list at zen.bl.example
want text = 198.51.100.7 is in a black list at zen.bl.example
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want peer_port = 2222
want direction = inbound
want stage = rcpt
want implied_code = 550
want status = rejected

[sample the sender's server was asked]
line = H=(mail.d.example) [192.0.2.104] F=<nouser-9@ok.example> rejected RCPT <callout@hosted.test>: Sender verify failed
want text = Sender verify failed
want sender = nouser-9@ok.example
want recipient = callout@hosted.test
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = rcpt
want implied_code = 550
want status = rejected

[sample the sender]
line = H=(mail.d.example) [192.0.2.104] rejected MAIL <blocked@d.example>: 5.7.1 You are not welcome here
want enhanced = 5.7.1
want text = You are not welcome here
want sender = blocked@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = mail
want implied_code = 550
want status = rejected

[sample before the message]
line = H=(mail.d.example) [192.0.2.104] F=<nodata@d.example> rejected DATA: no data from you
want text = no data from you
want sender = nodata@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = data
want implied_code = 550
want status = rejected

[sample the message]
line = 1xV7nX-0000IR-2c H=(mail.d.example) [192.0.2.104] F=<friend@d.example> rejected after DATA: We buy no gold
want text = We buy no gold
want queue_id = 1xV7nX-0000IR-2c
want sender = friend@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = eod
want implied_code = 550
want status = rejected

[sample a part of the message]
line = 1vMPac-00000000003-0003 H=(mail.d.example) [192.0.2.104] F=<friend@d.example> rejected during MIME ACL checks: no programs here
want text = no programs here
want queue_id = 1vMPac-00000000003-0003
want sender = friend@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = eod
want implied_code = 550
want status = rejected

[sample local code]
line = 1vMPac-00000000003-0003 H=(mail.d.example) [192.0.2.104] F=<friend@d.example> rejected by local_scan(): spam
want text = spam
want queue_id = 1vMPac-00000000003-0003
want sender = friend@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = eod
want implied_code = 550
want status = rejected

[sample local code, the sender in front and without brackets]
line = 1vMPac-00000000003-0003 F=friend@d.example H=(mail.d.example) [192.0.2.104]:43671 I=[203.0.113.26]:25 P=esmtp rejected by local_scan(): spam
want text = spam
want queue_id = 1vMPac-00000000003-0003
want sender = friend@d.example
want peer_ip = 192.0.2.104
want peer_port = 43671
want helo = mail.d.example
want direction = inbound
want stage = eod
want implied_code = 550
want status = rejected

[sample the connection]
line = H=[198.51.101.7] rejected connection in "connect" ACL: on our own list
want text = on our own list
want peer_ip = 198.51.101.7
want direction = inbound
want stage = connect
want implied_code = 550
want status = rejected

[sample the greeting]
line = H=(bad.helo.example) [192.0.2.105]:37121 I=[203.0.113.26]:25 rejected EHLO or HELO bad.helo.example: no such name
want text = no such name
want peer_ip = 192.0.2.105
want peer_port = 37121
want helo = bad.helo.example
want direction = inbound
want stage = ehlo
want implied_code = 550
want status = rejected

[sample a command]
line = H=(h.example) [192.0.2.103] rejected EXPN staff
want peer_ip = 192.0.2.103
want helo = h.example
want direction = inbound
want stage = expn
want implied_code = 550
want status = rejected

[nomatch for the time being]
line = H=(mail.b.example) [192.0.2.102] F=<Bea@b.example> temporarily rejected RCPT <kim@hosted.test>: greylisted.

[event temporarily rejected]
daemon = peer
kind = reject
regex = temporarily rejected (?<stage_word>(?s:.*+))
set direction = inbound
set status = rejected
set implied_code = 451
refine stage_word = refused

[sample greylisted]
line = H=(mail.b.example) [192.0.2.102] F=<Bea@b.example> temporarily rejected RCPT <grey-kim@hosted.test>: greylisted.
want text = greylisted.
want sender = Bea@b.example
want recipient = grey-kim@hosted.test
want peer_ip = 192.0.2.102
want helo = mail.b.example
want direction = inbound
want stage = rcpt
want implied_code = 451
want status = rejected

[sample a code in the text]
line = H=(mail.d.example) [192.0.2.104] F=<friend@d.example> temporarily rejected RCPT <code451@hosted.test>: 451 4.7.1 Try later, with a code
want enhanced = 4.7.1
want text = Try later, with a code
want sender = friend@d.example
want recipient = code451@hosted.test
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = rcpt
want code = 451
want status = rejected

[sample the message]
line = 1xV7nY-0000Ja-03 H=(mail.d.example) [192.0.2.104] F=<friend@d.example> temporarily rejected after DATA: Not today
want text = Not today
want queue_id = 1xV7nY-0000Ja-03
want sender = friend@d.example
want peer_ip = 192.0.2.104
want helo = mail.d.example
want direction = inbound
want stage = eod
want implied_code = 451
want status = rejected

[sample the connection]
line = H=[198.51.100.202] temporarily rejected connection in "connect" ACL: slow down
want text = slow down
want peer_ip = 198.51.100.202
want direction = inbound
want stage = connect
want implied_code = 451
want status = rejected

[nomatch for good]
line = H=[198.51.101.7] rejected connection in "connect" ACL: on our own list

[refine refused/recipient]
regex = RCPT <(?<recipient>%{address})>[^:]*+(?:: %{said})?+
set stage = rcpt

[refine refused/recipient without brackets]
regex = RCPT (?<recipient>[^ :<>]++)[^:]*+(?:: %{said})?+
set stage = rcpt

[refine refused/sender]
regex = MAIL <(?<sender>%{address})>[^:]*+(?:: %{said})?+
set stage = mail

[refine refused/message]
regex = (?:after DATA(?: PRDR)?+|during MIME ACL checks|by local_scan\(\))(?:: %{said})?+
set stage = eod

[refine refused/greeting]
regex = EHLO or HELO (?<helo>[^ :]++(?::(?! )[^ :]*+)*+)(?:: %{said})?+
set stage = ehlo

[refine refused/command]
regex = (?:DATA|connection|EXPN|VRFY|ETRN|AUTH|STARTTLS|QUIT|BDAT|NOOP)[^:]*+(?:: %{said})?+

[context discarded]
daemon = peer
regex = RCPT <(?<recipient>%{address})>: (?<text>discarded by (?s:.*+))
set action = discard

[sample by an ACL]
line = H=(mail.d.example) [192.0.2.104] F=<friend@d.example> RCPT <kim@hosted.test>: discarded by RCPT ACL: no interest
want text = discarded by RCPT ACL: no interest
want sender = friend@d.example
want recipient = kim@hosted.test
want peer_ip = 192.0.2.104
want helo = mail.d.example
want action = discard

[nomatch refused]
line = H=(mail.d.example) [192.0.2.104] F=<friend@d.example> rejected RCPT <kim@hosted.test>: no interest

# ---- what other servers answered ----

[event reply of a server]
daemon = peer
kind = reply
queue = yes
regex = (?:SMTP|LMTP|PRDR) error (?:from remote mail(?:er| server) )?+after %{answered}
set direction = outbound

[sample after the message]
line = 1xV7nR-00004W-1x H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after end of data: 451 4.7.1 Greylisting in effect, try again later
want enhanced = 4.7.1
want text = Greylisting in effect, try again later
want queue_id = 1xV7nR-00004W-1x
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = eod
want code = 451

[sample the next server is tried]
line = 1xV7nY-0000K0-0c H=mx.first.example [198.51.100.31]:25 SMTP error from remote mail server after RCPT TO:<ok-17@two.example>: 450 4.3.2 <ok-17@two.example>: Backup only, try the other
want enhanced = 4.3.2
want text = <ok-17@two.example>: Backup only, try the other
want queue_id = 1xV7nY-0000K0-0c
want peer = mx.first.example
want peer_ip = 198.51.100.31
want peer_port = 25
want direction = outbound
want stage = rcpt
want code = 450

[sample at the greeting, two lines]
line = 1xV7nW-0000Fi-2L H=mx.shut.example [198.51.100.16]:25: SMTP error from remote mail server after initial connection: 554-5.7.1 mx.shut.example: 192.0.2.10\n554 5.7.1 is not welcome
want enhanced = 5.7.1
want text = mx.shut.example: 192.0.2.10 is not welcome
want queue_id = 1xV7nW-0000Fi-2L
want peer = mx.shut.example
want peer_ip = 198.51.100.16
want peer_port = 25
want direction = outbound
want stage = connect
want code = 554

[sample while the message was sent]
line = 1vMPaa-00000000001-0001 H=mx.z.example [192.0.2.50]: SMTP error from remote mail server after pipelined sending data block: 552 too big
want text = too big
want queue_id = 1vMPaa-00000000001-0001
want peer = mx.z.example
want peer_ip = 192.0.2.50
want direction = outbound
want stage = eod
want code = 552

[nomatch the reply of a delivery]
line = 1xV7nR-00004W-1x == greyeod-1@ok.example R=hosts T=remote_smtp defer (-46) H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after end of data: 451 4.7.1 Greylisting

[event answer about a sender]
daemon = peer
kind = reply
regex = sender verify (?:fail|defer) for <%{address}>: %{server} ?+: SMTP error from remote mail server after %{answered}
set direction = outbound

[sample user unknown]
line = H=(mail.d.example) [192.0.2.104]:33681 I=[203.0.113.26]:25 sender verify fail for <nouser-9@ok.example>: mx.ok.example [198.51.100.11] : SMTP error from remote mail server after RCPT TO:<nouser-9@ok.example>: 550 5.1.1 <nouser-9@ok.example>: Recipient address rejected: User unknown in virtual mailbox table
want enhanced = 5.1.1
want text = <nouser-9@ok.example>: Recipient address rejected: User unknown in virtual mailbox table
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = rcpt
want code = 550

[nomatch nobody was asked]
line = H=(mail.d.example) [192.0.2.104] sender verify fail for <nouser@x.example>: Unrouteable address

[event answer about a sender, older wording]
daemon = peer
kind = reply
regex = sender verify (?:fail|defer) for <%{address}>: response to "(?<stage_word>[^"]++)" from %{server} was: (?<reply>%{code}(?s:.*+))
set direction = outbound

[sample user unknown]
line = H=mail.d.example [192.0.2.104] sender verify fail for <s@y.example>: response to "RCPT TO:<s@y.example>" from mx.y.example [192.0.2.52] was: 550-Verification failed\n550 No such user
want text = Verification failed No such user
want peer = mx.y.example
want peer_ip = 192.0.2.52
want direction = outbound
want stage = rcpt
want code = 550

[nomatch the newer wording]
line = H=(mail.d.example) [192.0.2.104] sender verify fail for <s@y.example>: mx.ok.example [198.51.100.11] : SMTP error from remote mail server after RCPT TO:<s@y.example>: 550 5.1.1 no

[event answer about a sender, wording between]
daemon = peer
kind = reply
regex = sender verify (?:fail|defer) for <%{address}>: %{server} ?+: response to "(?<stage_word>[^"]++)" was: (?<reply>%{code}(?s:.*+))
set direction = outbound

[sample the empty sender is refused]
line = H=mail.d.example [192.0.2.104] sender verify fail for <s@y.example>: mx.y.example [192.0.2.52] : response to "MAIL FROM:<>" was: 550 5.7.1 No bounces
want enhanced = 5.7.1
want text = No bounces
want peer = mx.y.example
want peer_ip = 192.0.2.52
want direction = outbound
want stage = mail
want code = 550

[nomatch the older wording]
line = H=mail.d.example [192.0.2.104] sender verify fail for <s@y.example>: response to "MAIL FROM:<>" from mx.y.example [192.0.2.52] was: 550 no

[context sender verified]
daemon = peer
regex = (?<text>sender verify (?:fail|defer) for (?s:.*+))

[sample no such domain]
line = H=(mail.d.example) [192.0.2.104] sender verify fail for <nouser@x.example>: Unrouteable address
want text = sender verify fail for <nouser@x.example>: Unrouteable address
want peer_ip = 192.0.2.104
want helo = mail.d.example

[nomatch refused]
line = H=(mail.d.example) [192.0.2.104] F=<nouser@x.example> rejected RCPT <a@x.example>: Sender verify failed

# ---- other servers that gave no answer ----

[event server closed]
daemon = peer
kind = connection
regex = (?<text>(?:Remote host closed connection in response to|(?:SMTP|LMTP) timeout after|Malformed SMTP reply(?: \(an empty line\))?+ in response to) (?:pipelined )?+(?<stage_word>(?s:.*+)))
set direction = outbound
refine text = broken

[sample at RCPT]
line = 1xV7nW-0000E5-0N H=mx.ok.example [198.51.100.11]: Remote host closed connection in response to pipelined RCPT TO:<drop-1@ok.example>
want text = Remote host closed connection in response to pipelined RCPT TO:<drop-1@ok.example>
want queue_id = 1xV7nW-0000E5-0N
want peer = mx.ok.example
want peer_ip = 198.51.100.11
want direction = outbound
want stage = rcpt
want action = lost

[sample at the greeting]
line = 1xV7nX-0000Hd-15 H=mx.hung.example [198.51.100.19]: Remote host closed connection in response to initial connection
want text = Remote host closed connection in response to initial connection
want queue_id = 1xV7nX-0000Hd-15
want peer = mx.hung.example
want peer_ip = 198.51.100.19
want direction = outbound
want stage = connect
want action = lost

[sample no answer]
line = 1vMPaa-00000000001-0001 H=mx.z.example [192.0.2.50]: SMTP timeout after initial connection
want text = SMTP timeout after initial connection
want queue_id = 1vMPaa-00000000001-0001
want peer = mx.z.example
want peer_ip = 192.0.2.50
want direction = outbound
want stage = connect
want action = timeout

[sample what came back is no reply]
line = 1vMPaa-00000000001-0001 H=mx.z.example [192.0.2.50]: Malformed SMTP reply in response to EHLO mx.x.example: 45O later
want text = Malformed SMTP reply in response to EHLO mx.x.example: 45O later
want queue_id = 1vMPaa-00000000001-0001
want peer = mx.z.example
want peer_ip = 192.0.2.50
want direction = outbound
want stage = ehlo
want action = protocol error

[nomatch a reply]
line = 1vMPaa-00000000001-0001 H=mx.z.example [192.0.2.50]: SMTP error from remote mail server after EHLO mx.x.example: 450 later

[event server without encryption]
daemon = peer
kind = connection
regex = (?<text>(?:a TLS session is required|TLS error on connection|TLS session|DANE |SSL verify error|authentication required but)(?s:.*+))
set direction = outbound
set action = TLS error
set stage = starttls

[sample required]
line = 1xV7nX-0000Hj-1k H=mx.notls.example [198.51.100.20]: a TLS session is required, but an attempt to start TLS failed
want text = a TLS session is required, but an attempt to start TLS failed
want queue_id = 1xV7nX-0000Hj-1k
want peer = mx.notls.example
want peer_ip = 198.51.100.20
want direction = outbound
want stage = starttls
want action = TLS error

[sample broken off]
line = 1xV7nX-0000IG-2W H=mx.secure.example [198.51.100.22] TLS error on connection (recv): The TLS connection was non-properly terminated.
want text = TLS error on connection (recv): The TLS connection was non-properly terminated.
want queue_id = 1xV7nX-0000IG-2W
want peer = mx.secure.example
want peer_ip = 198.51.100.22
want direction = outbound
want stage = starttls
want action = TLS error

[nomatch refused]
line = 1vMPaa-00000000001-0001 H=mx.z.example [192.0.2.50] Connection refused

[event server not reached]
daemon = peer
kind = connection
queue = yes
regex = (?<text>(?:Connection (?:refused|timed out|reset)|No route to host|(?:Network|Host) is unreachable|Network unreachable|Operation timed out|Broken pipe|Cannot assign requested address|Permission denied|Network is down|Protocol |temporary problem|smtp send to |no host name|unable to bind|connection )(?s:.*+))
set direction = outbound
set action = not reached

[sample refused]
line = 1xV7nX-0000JS-3A H=mx.dead.example [198.51.100.66]:25 Connection refused
want text = Connection refused
want queue_id = 1xV7nX-0000JS-3A
want peer = mx.dead.example
want peer_ip = 198.51.100.66
want peer_port = 25
want direction = outbound
want action = not reached

[sample no answer]
line = 1vMPaa-00000000001-0001 H=mx.z.example [2001:db8::50] Connection timed out
want text = Connection timed out
want queue_id = 1vMPaa-00000000001-0001
want peer = mx.z.example
want peer_ip = 2001:db8::50
want direction = outbound
want action = not reached

[nomatch closed later]
line = 1vMPaa-00000000001-0001 H=mx.z.example [192.0.2.50]: Remote host closed connection in response to EHLO mx.x.example

# ---- remarks ----

[context warning of an ACL]
daemon = peer
regex = Warning: (?<text>(?s:.*+))
set action = warn

[sample by the administrator's rule]
line = H=(mail.d.example) [192.0.2.104] Warning: first of many
want text = first of many
want peer_ip = 192.0.2.104
want helo = mail.d.example
want action = warn

[nomatch refused]
line = H=(mail.d.example) [192.0.2.104] rejected DATA: no data from you

[context incomplete transaction]
daemon = peer
regex = (?<text>incomplete transaction \((?s:.*+))

[sample refused before]
line = H=(mail.d.example) [192.0.2.104]:43887 I=[203.0.113.26]:25 incomplete transaction (QUIT) from <nodata@d.example> for kim@hosted.test
want text = incomplete transaction (QUIT) from <nodata@d.example> for kim@hosted.test
want peer_ip = 192.0.2.104
want peer_port = 43887
want helo = mail.d.example

[nomatch connection lost]
line = SMTP connection from (mail.d.example) [192.0.2.104] lost D=0.3s

[context remark]
daemon = peer
regex = (?<text>(?:AUTH command|DKIM: |SPF: |DMARC |ARC: |ignoring AUTH=|log_message|accepted|PRDR |X-Spam|Accept|Subject|skipped: |connection |no IP address found|Greylist|greylist|using |not |delay|hosts |callout |(?:[A-Za-z0-9_-]++: ))(?s:.*+))

[sample signature checked]
line = 1vMPac-00000000003-0003 H=(mail.d.example) [192.0.2.104] DKIM: d=d.example s=s1 c=relaxed/relaxed a=rsa-sha256 b=2048 [verification succeeded]
want text = DKIM: d=d.example s=s1 c=relaxed/relaxed a=rsa-sha256 b=2048 [verification succeeded]
want queue_id = 1vMPac-00000000003-0003
want peer_ip = 192.0.2.104
want helo = mail.d.example

[nomatch refused]
line = H=(mail.d.example) [192.0.2.104] rejected DATA: no data from you
