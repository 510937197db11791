# SMTP test tools and libraries that mark the lines of both sides. A sample that begins with | has blanks in front.

[file]
format = 1
name = transcript/tools
version = 1
mta = transcript

# ---- Ruby's Net::SMTP with set_debug_output: -> is what came, <- what was sent ----

[dialect ruby]
direction = outbound
words = quoted

[line ruby/reply]
role = server
regex = -> (?<line>"[2-5][0-9][0-9](?:[ -]|\\r|\\n|").*)

[sample reply]
line = -> "250-PIPELINING\r\n"
want line = "250-PIPELINING\r\n"

[line ruby/command]
role = client
regex = <- (?<line>".*)

[sample command]
line = <- "EHLO client.example.net\r\n"
want line = "EHLO client.example.net\r\n"

# ---- swaks: <- and <** (an error) in the clear, <~ and <~* under TLS, -> and ~> what it sent ----

[dialect swaks]
direction = outbound

[line swaks/reply]
role = server
regex = <(?:-|\*\*|~\*?+)[ ]{1,2}+(?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample accepted]
line = <-  250-PIPELINING
want line = 250-PIPELINING

[sample refused]
line = <** 550 5.1.1 <unknown@example.org>: Recipient address rejected: User unknown
want line = 550 5.1.1 <unknown@example.org>: Recipient address rejected: User unknown

[sample refused under TLS]
line = <~* 535 5.7.8 Error: authentication failed
want line = 535 5.7.8 Error: authentication failed

[nomatch no code]
line = <-  Hello

[line swaks/command]
role = client
regex = [ ]?+(?:-|~)>(?:[ ](?<line>.*)|$)

[sample in the clear]
line = | -> EHLO client.example.net
want line = EHLO client.example.net

[sample under TLS]
line = | ~> MAIL FROM:<ann@example.com>
want line = MAIL FROM:<ann@example.com>

[sample the end of the message]
line = | -> .
want line = .

[line swaks/connect]
effect = begin
regex = === Trying (?:(?<peer>[^: ]++)|\[(?<peer_ip>[0-9A-Fa-f:.]++)\]):(?<peer_port>[0-9]++)\.\.\.

[sample by name]
line = === Trying mx.example.org:25...
want peer = mx.example.org
want peer_port = 25

[line swaks/attempt]
effect = begin
regex = === (?:Trying|Spawning) .*

[sample a command as the transport]
line = === Spawning process to exim -bs...

[line swaks/tls]
effect = tls
regex = === TLS started (?:with cipher |w/ cipher )?+(?:(?<tls>TLSv[0-9.]++)[:,])?+.*

[sample version and cipher]
line = === TLS started with cipher TLSv1.3:TLS_AES_256_GCM_SHA384:256
want tls = TLSv1.3

[line swaks/closed]
effect = end
regex = === Connection closed.*

[sample closed]
line = === Connection closed with remote host.

[line swaks/broken]
effect = broken
regex = \*\*\* (?:Remote host closed|Error connecting|Timeout|TLS startup failed).*

[sample the server went away]
line = *** Remote host closed connection unexpectedly.

[line swaks/note]
regex = (?:===|\*\*\*) .*

[sample connected]
line = === Connected to 127.0.0.1.

# ---- Python's smtplib with set_debuglevel(1) or (2): every reply twice, once as it came, once taken apart ----

[dialect smtplib]
direction = outbound
proof = markers
words = quoted

[line smtplib/reply]
role = server
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+reply: (?<line>[bu]?+["'][2-5][0-9][0-9].*)

[sample Python 3]
line = reply: b'250-PIPELINING\r\n'
want line = b'250-PIPELINING\r\n'

[sample Python 2]
line = reply: '250 2.1.0 Ok\r\n'
want line = '250 2.1.0 Ok\r\n'

[sample with the time of day]
line = 13:25:06.644647 reply: b'220 mx.example.org ESMTP ready\r\n'
want line = b'220 mx.example.org ESMTP ready\r\n'

[nomatch an answer by HTTP]
line = reply: 'HTTP/1.1 200 OK\r\n'

[line smtplib/again]
role = repeat
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+reply: retcode \((?<code>[0-9]{3})\); Msg: (?:b(?=['"]))?+(?<text>.*)

[sample taken apart]
line = reply: retcode (550); Msg: b'5.1.1 User unknown'
want code = 550
want text = '5.1.1 User unknown'

[line smtplib/data]
role = repeat
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+data: \((?<code>[0-9]{3}), .*

[sample data]
line = data: (354, b'End data with <CR><LF>.<CR><LF>')
want code = 354

[line smtplib/send]
role = client
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+send: (?<line>[bu]?+["'].*)

[sample a command]
line = send: 'mail FROM:<ann@example.com> size=197\r\n'
want line = 'mail FROM:<ann@example.com> size=197\r\n'

[line smtplib/connect]
effect = begin
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+connect: (?:to )?+\(u?+'(?<peer>[^']*+)', (?<peer_port>[0-9]++)\).*

[sample Python 3]
line = connect: to ('mx.example.org', 25) None
want peer = mx.example.org
want peer_port = 25

[line smtplib/note]
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+connect: .*

[sample the greeting once more]
line = connect: b'mx.example.org ESMTP ready'

# ---- curl -v; the message and its dot are not shown, a progress meter may stand in front ----

[dialect curl]
direction = outbound

[line curl/reply]
role = server
regex = (?:[ 0-9.:kMG-]{40,}+\r?+|[0-9]{2}:[0-9]{2}:[0-9.]++ )?+< (?<line>[2-5][0-9][0-9](?:[ \t-].*|\r?$))

[sample plain]
line = < 250-PIPELINING
want line = 250-PIPELINING

[sample with the time of day]
line = 13:25:07.686084 < 550-5.7.1 Our system has detected
want line = 550-5.7.1 Our system has detected

[sample behind the progress meter]
line = |  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0< 220 mx.example.org ESMTP
want line = 220 mx.example.org ESMTP

[nomatch an answer by HTTP]
line = < HTTP/1.1 200 OK

[line curl/command]
role = client
regex = (?:[ 0-9.:kMG-]{40,}+\r?+|[0-9]{2}:[0-9]{2}:[0-9.]++ )?+> (?<line>.*)

[sample plain]
line = > MAIL FROM:<ann@example.com> SIZE=169
want line = MAIL FROM:<ann@example.com> SIZE=169

[line curl/connect]
effect = begin
regex = (?:[ 0-9.:kMG-]{40,}+\r?+|[0-9]{2}:[0-9]{2}:[0-9.]++ )?+\* ++Trying \[?+(?:(?<peer_ip>[0-9.]++)|(?<peer>[^ ]++(?=\.\.\.)))(?:\]?+:(?<peer_port>[0-9]++))?+.*

[sample an address]
line = *   Trying 192.0.2.25:587...
want peer_ip = 192.0.2.25
want peer_port = 587

[line curl/connected]
regex = (?:[ 0-9.:kMG-]{40,}+\r?+|[0-9]{2}:[0-9]{2}:[0-9.]++ )?+\* Connected to (?<peer>[^ ]++) \((?<peer_ip>[^) ]++)\) port (?<peer_port>[0-9]++).*

[sample connected]
line = * Connected to mx.example.org (192.0.2.25) port 587 (#0)
want peer = mx.example.org
want peer_ip = 192.0.2.25
want peer_port = 587

[line curl/tls]
effect = tls
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+\* SSL connection using (?<tls>TLSv[0-9.]++).*

[sample version and cipher]
line = * SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
want tls = TLSv1.3

[line curl/closed]
effect = end
regex = (?:[ 0-9.:kMG-]{40,}+\r?+|[0-9]{2}:[0-9]{2}:[0-9.]++ )?+\* (?:Closing connection|Connection #[0-9]++ to host|shutting down connection).*

[sample closed]
line = * Closing connection 0

[line curl/note]
regex = (?:[ 0-9.:kMG-]{40,}+\r?+|[0-9]{2}:[0-9]{2}:[0-9.]++ )?+(?:\* .*|[{}] \[[0-9]++ bytes data\])

[sample a handshake]
line = * TLSv1.3 (OUT), TLS handshake, Client hello (1):

[sample bytes]
line = { [5 bytes data]

# ---- curl --trace-ascii and --trace: pieces of what was said, with their offset ----

[dialect curl-trace]
direction = outbound

[line curl-trace/received]
role = chunk-server
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+<= Recv header, (?<size>[0-9]++) bytes.*

[sample received]
line = <= Recv header, 32 bytes (0x20)
want size = 32

[line curl-trace/sent]
role = chunk-client
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+=> Send header, (?<size>[0-9]++) bytes.*

[sample sent]
line = 13:25:07.707482 => Send header, 39 bytes (0x27)
want size = 39

[line curl-trace/body]
role = chunk-body
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+(?:=> Send|<= Recv)(?: SSL)?+ data, (?<size>[0-9]++) bytes.*

[sample message]
line = => Send data, 171 bytes (0xab)
want size = 171

[line curl-trace/hex]
role = piece
regex = (?<offset>[0-9a-f]{4,8}+):(?<text>(?: [0-9a-f]{2}){1,16}+)(?: ++(?<line>.*)|$)

[sample hexadecimal]
line = 0010: 72 67 20 45 53 4d 54 50 20 72 65 61 64 79 0d 0a rg ESMTP ready..
want offset = 0010
want text = 72 67 20 45 53 4d 54 50 20 72 65 61 64 79 0d 0a
want line = rg ESMTP ready..

[line curl-trace/text]
role = piece
regex = (?<offset>[0-9a-f]{4,8}+):(?: (?<line>.*)|$)

[sample text]
line = 0000: 250 2.1.0 Ok
want offset = 0000
want line = 250 2.1.0 Ok

[line curl-trace/connect]
effect = begin
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+== Info: ++Trying (?<peer_ip>[0-9.]++):(?<peer_port>[0-9]++).*

[sample an address]
line = == Info:   Trying 192.0.2.25:25...
want peer_ip = 192.0.2.25
want peer_port = 25

[line curl-trace/tls]
effect = tls
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+== Info: SSL connection using (?<tls>TLSv[0-9.]++).*

[sample version and cipher]
line = == Info: SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
want tls = TLSv1.3

[line curl-trace/closed]
effect = end
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+== Info: (?:Closing connection|Connection #).*

[sample left open]
line = == Info: Connection #0 to host 127.0.0.1 left intact

[line curl-trace/note]
regex = (?:[0-9]{2}:[0-9]{2}:[0-9.]++ )?+== Info: .*

[sample connected]
line = == Info: Connected to 127.0.0.1 (127.0.0.1) port 38463 (#0)

# ---- Perl's Net::SMTP with Debug ----

[dialect perl]
direction = outbound
proof = markers

[line perl/reply]
role = server
regex = (?<key>Net::(?:SMTP|Cmd)[\w:]*+=GLOB\(0x[0-9a-f]++\))<<< ?+(?<line>[2-5][0-9][0-9](?:[ \t-].*|\r?$))

[sample reply]
line = Net::SMTP=GLOB(0x55ecb2feaf08)<<< 250 2.1.0 Ok
want key = Net::SMTP=GLOB(0x55ecb2feaf08)
want line = 250 2.1.0 Ok

[line perl/command]
role = client
regex = (?<key>Net::(?:SMTP|Cmd)[\w:]*+=GLOB\(0x[0-9a-f]++\))>>>(?: (?<line>.*)|$)

[sample command]
line = Net::SMTP=GLOB(0x55ecb2feaf08)>>> RCPT TO:<bob@example.org>
want key = Net::SMTP=GLOB(0x55ecb2feaf08)
want line = RCPT TO:<bob@example.org>

[line perl/note]
regex = Net::(?:SMTP|Cmd)[\w:]*+(?:=GLOB\(0x[0-9a-f]++\))?+(?:>>>|<<<|:).*

[sample versions]
line = Net::SMTP>>>   Net::Cmd(3.14)

# ---- nodemailer with logger and debug; the lines of the message stand in the same frame ----

[dialect nodemailer]
direction = outbound
proof = markers
body = framed
zone = utc

[line nodemailer/reply]
role = server
regex = \[(?<stamp>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8})\] [A-Z]++ ++\[(?<key>[^\] ]++)\] S: (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = [2026-11-22 13:25:07] DEBUG [7Sqbjx7itk] S: 250-PIPELINING
want stamp = 2026-11-22 13:25:07
want key = 7Sqbjx7itk
want line = 250-PIPELINING

[line nodemailer/command]
role = client
regex = \[(?<stamp>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8})\] [A-Z]++ ++\[(?<key>[^\] ]++)\] C: (?<line>.*)

[sample command]
line = [2026-11-22 13:25:07] DEBUG [7Sqbjx7itk] C: MAIL FROM:<ann@example.com>
want stamp = 2026-11-22 13:25:07
want key = 7Sqbjx7itk
want line = MAIL FROM:<ann@example.com>

[line nodemailer/connect]
effect = begin
regex = \[[0-9: -]{19}\] INFO ++\[(?<key>[^\] ]++)\] (?:Secure c|C)onnection established to \[?+(?<peer>[^: \]]++)\]?+:(?<peer_port>[0-9]++).*

[sample connect]
line = [2026-11-22 13:25:07] INFO  [7Sqbjx7itk] Connection established to 127.0.0.1:35177
want key = 7Sqbjx7itk
want peer = 127.0.0.1
want peer_port = 35177

[line nodemailer/tls]
effect = tls
regex = \[[0-9: -]{19}\] INFO ++\[(?<key>[^\] ]++)\] Connection upgraded with STARTTLS.*

[sample STARTTLS]
line = [2026-11-22 13:25:07] INFO  [XD10prBCFII] Connection upgraded with STARTTLS
want key = XD10prBCFII

[line nodemailer/note]
regex = \[[0-9: -]{19}\] (?!DEBUG)[A-Z]++ ++(?:\[(?<key>[^\] ]++)\])?+.*

[sample the size]
line = [2026-11-22 13:25:07] INFO  [7Sqbjx7itk] <375 bytes encoded mime message (source size 366 bytes)>
want key = 7Sqbjx7itk

[line nodemailer/frame]
role = frame
regex = \[[0-9: -]{19}\] DEBUG ++\[(?<key>[^\] ]++)\] ?+(?<line>.*)

[sample a line of the message]
line = [2026-11-22 13:25:07] DEBUG [7Sqbjx7itk] Subject: figures
want key = 7Sqbjx7itk
want line = Subject: figures

# ---- PHPMailer with SMTPDebug 2 to 4; of a reply with several lines the later ones are indented ----

[dialect phpmailer]
direction = outbound
proof = markers
zone = utc

[line phpmailer/reply]
role = server
regex = (?:(?<stamp>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8})[ \t]++|\[[^\]]++\] ++)?+(?:SERVER -(?:>|&gt;) CLIENT:|SMTP -(?:>|&gt;) FROM SERVER:)[ \t]*+(?<line>[2-5][0-9][0-9](?:[ \t-].*|\r?$))

[sample today's words]
line = 2026-11-22 13:25:07	SERVER -> CLIENT: 220 mx.example.org ESMTP ready
want stamp = 2026-11-22 13:25:07
want line = 220 mx.example.org ESMTP ready

[sample words of version 5]
line = SMTP -> FROM SERVER:250-mx.example.org
want line = 250-mx.example.org

[sample as HTML]
line = 2026-11-22 13:25:07 SERVER -&gt; CLIENT: 535 5.7.8 authentication failed
want stamp = 2026-11-22 13:25:07
want line = 535 5.7.8 authentication failed

[line phpmailer/command]
role = client
regex = (?:(?<stamp>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8})[ \t]++|\[[^\]]++\] ++)?+CLIENT -(?:>|&gt;) (?:SERVER|SMTP):(?: ?+(?<line>.*))

[sample command]
line = 2026-11-22 13:25:07	CLIENT -> SERVER: RCPT TO:<bob@example.org>
want stamp = 2026-11-22 13:25:07
want line = RCPT TO:<bob@example.org>

[line phpmailer/more]
role = more
regex = [ \t]*+(?<line>[2-5][0-9][0-9](?:[ \t-].*|\r?$))

[sample indented]
line = |                   	                  250-PIPELINING
want line = 250-PIPELINING

[line phpmailer/connect]
effect = begin
regex = (?:(?<stamp>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8})[ \t]++|\[[^\]]++\] ++)?+Connection: opening to (?:[a-z]++://)?+(?<peer>[^:, ]++):(?<peer_port>[0-9]++).*

[sample connect]
line = 2026-11-22 13:25:07	Connection: opening to 127.0.0.1:36767, timeout=300, options=array()
want stamp = 2026-11-22 13:25:07
want peer = 127.0.0.1
want peer_port = 36767

[line phpmailer/closed]
effect = end
regex = (?:[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}[ \t]++|\[[^\]]++\] ++)?+Connection: closed.*

[sample closed]
line = 2026-11-22 13:25:07	Connection: closed

[line phpmailer/note]
regex = (?:[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}[ \t]++|\[[^\]]++\] ++)?+(?:SMTP (?:ERROR|Error|INBOUND|NOTICE|connect)|Connection: |Auth method|Requested auth method).*

[sample the reply once more]
line = 2026-11-22 13:25:07	SMTP INBOUND: "250-PIPELINING"

[sample what failed]
line = 2026-11-22 13:25:07	SMTP ERROR: RCPT TO command failed: 550 5.1.1 User unknown

# ---- msmtp --debug ----

[dialect msmtp]
direction = outbound

[line msmtp/reply]
role = server
regex = <-- (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = <-- 250 2.1.0 Ok
want line = 250 2.1.0 Ok

[line msmtp/command]
role = client
regex = --> (?<line>.*)

[sample command]
line = --> MAIL FROM:<ann@example.com>
want line = MAIL FROM:<ann@example.com>

# ---- mutt's debug file ----

[dialect mutt]
direction = outbound

[line mutt/reply]
role = server
regex = (?:\[[0-9: -]{19}\] )?+[0-9]< (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = [2026-11-22 13:25:07] 4< 250 2.1.0 Ok
want line = 250 2.1.0 Ok

[line mutt/command]
role = client
regex = (?:\[[0-9: -]{19}\] )?+[0-9]> (?<line>.*)

[sample command]
line = 4> RCPT TO:<bob@example.org>
want line = RCPT TO:<bob@example.org>

# ---- S: and C: as in the RFCs, MailKit's protocol log and many tickets; also in full words ----

[dialect letters]
direction = outbound

[line letters/reply]
role = server
regex = [ \t]*+(?:S|s|Server|SERVER|server): ?+(?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample as in the RFCs]
line = |      S: 250-foo.example greets bar.example
want line = 250-foo.example greets bar.example

[nomatch prose]
line = S: see below

[line letters/command]
role = client
regex = [ \t]*+(?:C|c|Client|CLIENT|client):(?: ++(?<line>.*)|$)

[sample as in the RFCs]
line = |      C: MAIL FROM:<ann@example.com>
want line = MAIL FROM:<ann@example.com>

[line letters/connect]
effect = begin
regex = Connected to smtps?+://(?<peer>[^:/ ]++)(?::(?<peer_port>[0-9]++))?+.*

[sample MailKit]
line = Connected to smtp://mx.example.org:587/?starttls=when-available
want peer = mx.example.org
want peer_port = 587
