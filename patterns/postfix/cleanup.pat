# Postfix cleanup(8): message ids, header and body checks, what milters say behind the end of the message. Its
# refusals show an enhanced code alone; smtpd(8) sends 550 for 5.x and 451 for 4.x.

[file]
format = 1
name = postfix/cleanup
version = 1
mta = postfix

[context message-id]
daemon = cleanup
regex = message-id=<?+(?<message_id>[^>]*+)
set fact = message_id

[sample usual]
line = 4fDT9L5p3Xz2Qc2: message-id=<a1@a.example>
want queue_id = 4fDT9L5p3Xz2Qc2
want message_id = a1@a.example
want fact = message_id

[sample empty]
line = 3F2A1B0C9D: message-id=<>
want queue_id = 3F2A1B0C9D
want fact = message_id

[sample without brackets]
line = 3F2A1B0C9D: message-id=20261121-1
want queue_id = 3F2A1B0C9D
want message_id = 20261121-1
want fact = message_id

[nomatch no id]
line = 3F2A1B0C9D: message-size=1

[context message-id of a mail sent on]
daemon = cleanup
regex = resent-message-id=<?+(?<message_id>[^>]*+)
set fact = message_id

[sample resent]
line = 3F2A1B0C9D: resent-message-id=<a2@a.example>
want queue_id = 3F2A1B0C9D
want message_id = a2@a.example
want fact = message_id

[nomatch its first id]
line = 3F2A1B0C9D: message-id=<a1@a.example>

# Words up to the ` from ` of the origin: quoted header text is cut at 200 bytes, and may hold anything.
[define to_client]
regex = (?:[^ ]*+ (?!from [^ \[]*+\[[^\] ]*+\](?::[0-9]++)?+;))*+[^ ]*+ from %{client}

[define to_local]
regex = (?:[^ ]*+ (?!from (?:local|unknown);))*+[^ ]*+ from (?:local|unknown)

[define checked]
regex = (?:header|body|content)

[event milter-reject]
daemon = cleanup
kind = reject
regex = milter-reject: (?<stage_word>[A-Z-]++) from %{client}: (?![2-5][0-9][0-9][ -])(?<text>%{to_tail})(?:%{tail})?+
set direction = inbound
set status = rejected
refine text = alone

[sample spam]
line = 3F2A1B0C9D: milter-reject: END-OF-MESSAGE from unknown[198.51.100.7]: 5.7.1 Spam message rejected; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h.y.example>
want direction = inbound
want stage = eod
want implied_code = 550
want enhanced = 5.7.1
want text = Spam message rejected
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want helo = h.y.example
want proto = ESMTP

[sample come again]
line = 3F2A1B0C9D: milter-reject: END-OF-MESSAGE from mail.a.example[192.0.2.10]: 4.7.1 Try again later; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>
want direction = inbound
want stage = eod
want implied_code = 451
want enhanced = 4.7.1
want text = Try again later
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = ann@a.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP

[sample no code at all]
line = 3F2A1B0C9D: milter-reject: END-OF-MESSAGE from mail.a.example[192.0.2.10]: message content rejected; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>
want direction = inbound
want stage = eod
want text = message content rejected
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = ann@a.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP

[nomatch smtpd shows the whole reply]
line = 3F2A1B0C9D: milter-reject: RCPT from mail.a.example[192.0.2.10]: 451 4.7.1 Try again later; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>

[nomatch the message is held]
line = 3F2A1B0C9D: milter-hold: END-OF-MESSAGE from mail.a.example[192.0.2.10]: milter triggers HOLD action; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>

[refine alone/temporary]
regex = (?<enhanced_reply>4\.[0-9]{1,3}\.[0-9]{1,3}(?: .*+|$))
set implied_code = 451

[refine alone/permanent]
regex = (?<enhanced_reply>5\.[0-9]{1,3}\.[0-9]{1,3}(?: .*+|$))
set implied_code = 550

[event header or body refused]
daemon = cleanup
kind = reject
regex = (?:milter-(?:header|body)-)?+reject: %{checked} %{to_client}(?:%{tail})?+(?:: (?<text>.*+))?+
set direction = inbound
set stage = eod
set status = rejected
refine text = alone

[sample a header]
line = 3F2A1B0C9D: reject: header Subject: cheap watches from the maker from unknown[198.51.100.7]; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h.y.example>: 5.7.1 no watches here
want direction = inbound
want stage = eod
want implied_code = 550
want enhanced = 5.7.1
want text = no watches here
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want helo = h.y.example
want proto = ESMTP

[sample a header, for now]
line = 3F2A1B0C9D: reject: header X-Load: high from mail.a.example[192.0.2.10]; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h.y.example>: 4.7.1 later
want direction = inbound
want stage = eod
want implied_code = 451
want enhanced = 4.7.1
want text = later
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = h.y.example
want proto = ESMTP

[sample a line of the body]
line = 3F2A1B0C9D: reject: body http://bad.example/ from unknown[198.51.100.7]:40022; from=<s@y.example> to=<b@x.example> proto=SMTP helo=<h>: 5.7.1 message content rejected
want direction = inbound
want stage = eod
want implied_code = 550
want enhanced = 5.7.1
want text = message content rejected
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want peer_port = 40022
want helo = h
want proto = SMTP

[sample a header that a milter made]
line = 3F2A1B0C9D: milter-header-reject: header X-Spam: yes from unknown[198.51.100.7]; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>: 5.7.1 spam
want direction = inbound
want stage = eod
want implied_code = 550
want enhanced = 5.7.1
want text = spam
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want helo = h
want proto = ESMTP

[nomatch of this host]
line = 3F2A1B0C9D: reject: header Subject: x from local; from=<root@x.example> to=<b@x.example>: 5.7.1 no

# Mail of this host that is refused becomes a bounce: no reply was sent.
[event header or body of local mail refused]
daemon = cleanup
kind = reject
regex = reject: (?:%{checked}|mime-error) %{to_local}(?:%{tail})?+(?:: (?<text>.*+))?+
set status = rejected
refine text = bounced

[refine bounced/with code]
regex = (?<enhanced_reply>[45]\.[0-9]{1,3}\.[0-9]{1,3}(?: .*+|$))

[sample a header]
line = 3F2A1B0C9D: reject: header Subject: x from local; from=<root@x.example> to=<b@x.example>: 5.7.1 no
want enhanced = 5.7.1
want text = no
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = root@x.example
want recipient = b@x.example

[nomatch a client]
line = 3F2A1B0C9D: reject: header Subject: x from unknown[198.51.100.7]; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>: 5.7.1 no

# Always 550: the source has no other code for content errors.
[event MIME refused]
daemon = cleanup
kind = reject
regex = reject: mime-error (?<text>[^:]++): %{to_client}(?:%{tail})?+
set direction = inbound
set stage = eod
set status = rejected
set implied_code = 550

[sample 8-bit header]
line = 3F2A1B0C9D: reject: mime-error improper use of 8-bit data in message header: Subject: caf? from mail.a.example[192.0.2.10]; from=<s@y.example> to=<b@x.example>
want direction = inbound
want stage = eod
want implied_code = 550
want text = improper use of 8-bit data in message header
want status = rejected
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10

[nomatch a header check]
line = 3F2A1B0C9D: reject: header Subject: x from unknown[198.51.100.7]; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>: 5.7.1 no

[context header or body check]
daemon = cleanup
queue = yes
regex = (?:milter-(?:header|body)-)?+(?<action>warning|info|replace|prepend|strip|hold|discard|filter|redirect|bcc|pass|delay|ignore): (?:header|body|content|mime-error) (?:%{to_client})?+(?:%{tail})?+(?:: (?<text>.*+))?+

[sample warned]
line = 3F2A1B0C9D: warning: header Subject: hello from the south from mail.a.example[192.0.2.10]; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>: seen
want text = seen
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = h
want proto = ESMTP
want action = warning

[sample replaced]
line = 3F2A1B0C9D: replace: header Received: from localhost by mx1 from local; from=<root@x.example> to=<b@x.example>: Received: by mx1
want queue_id = 3F2A1B0C9D
want action = replace

[sample by a milter's header]
line = 3F2A1B0C9D: milter-header-hold: header X-Spam: maybe from unknown[198.51.100.7]; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want recipient = b@x.example
want peer_ip = 198.51.100.7
want helo = h
want proto = ESMTP
want action = hold

[nomatch a warning of the program]
line = warning: 3F2A1B0C9D: queue file size limit exceeded

[context milter action]
daemon = cleanup
regex = (?<action>milter-(?:hold|discard|quarantine)): (?<stage_word>[A-Z-]++) from %{client}: (?<text>%{to_tail})(?:%{tail})?+

[sample held]
line = 3F2A1B0C9D: milter-hold: END-OF-MESSAGE from mail.a.example[192.0.2.10]: milter triggers HOLD action; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>
want stage = eod
want text = milter triggers HOLD action
want queue_id = 3F2A1B0C9D
want sender = ann@a.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP
want action = milter-hold

[sample thrown away]
line = 3F2A1B0C9D: milter-discard: END-OF-MESSAGE from mail.a.example[192.0.2.10]: milter triggers DISCARD action; from=<ann@a.example> to=<b@x.example> proto=ESMTP helo=<mail.a.example>
want stage = eod
want text = milter triggers DISCARD action
want queue_id = 3F2A1B0C9D
want sender = ann@a.example
want recipient = b@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want helo = mail.a.example
want proto = ESMTP
want action = milter-discard

[nomatch refused]
line = 3F2A1B0C9D: milter-reject: END-OF-MESSAGE from unknown[198.51.100.7]: 5.7.1 Spam; from=<s@y.example> to=<b@x.example> proto=ESMTP helo=<h>

# Taken back before it was in the queue: refused at the end, or the client went away.
[context canceled]
daemon = cleanup
queue = yes
regex = removed \((?:canceled|discarded)\)
set fact = canceled

[sample refused]
line = 3F2A1B0C9D: removed (canceled)
want queue_id = 3F2A1B0C9D
want fact = canceled

[nomatch done]
line = 3F2A1B0C9D: removed

[context lookup problem]
daemon = cleanup
queue = yes
regex = (?<text>[^ ]++ map lookup problem -- .*+)

[sample a map is away]
line = 3F2A1B0C9D: masquerade_exceptions map lookup problem -- message not accepted, try again later
want text = masquerade_exceptions map lookup problem -- message not accepted, try again later
want queue_id = 3F2A1B0C9D

[nomatch no problem]
line = 3F2A1B0C9D: message-id=<a1@a.example>
