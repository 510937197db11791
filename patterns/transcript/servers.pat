# What mail servers write about a dialogue: sendmail -v, Exim -v, -d and -bh, Postfix's notices to the postmaster and
# its debug_peer_list, the <<< and >>> of returned mail. A sample that begins with | has blanks in front.

[file]
format = 1
name = transcript/servers
version = 1
mta = transcript

# ---- Exim as a server on a terminal: exim -v -bs. Its log lines stand between the bare dialogue ----

[dialect exim-terminal]
direction = inbound
bare = both

[line exim-terminal/begin]
effect = begin
regex = [ ]{2}SMTP connection from [^ ]++(?: \([^)]*+\))?+(?: \[(?<peer_ip>[^\] ]++)\](?::(?<peer_port>[0-9]++))?+)?+(?: I=[^ ]++)?+(?: \(TCP/IP.*)?+$

[sample a local user]
line = |  SMTP connection from root

[nomatch the end]
line = |  SMTP connection from root closed by QUIT

[line exim-terminal/note]
regex = (?:LOG: |[ ]{2}[^ ]).*

[sample a log line follows]
line = LOG: MAIN REJECT

[sample a log line]
line = |  U=root F=<ann@example.com> rejected RCPT <unknown@example.net>: no such user

# ---- Exim as a client: exim -v, -d. A reply's later lines are indented, without a marker ----

[dialect exim]
direction = outbound
proof = markers

[line exim/reply]
role = server
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+[ ]{0,3}+SMTP<< (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample -v]
line = |  SMTP<< 250-mx.example.org
want line = 250-mx.example.org

[sample -d with time and process]
line = 13:35:11  6831   SMTP<< 550 5.1.1 <unknown@example.org>: User unknown
want key = 6831
want line = 550 5.1.1 <unknown@example.org>: User unknown

[nomatch a command read by a server]
line = |  SMTP<< EHLO client.example.net

[line exim/body]
effect = body
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+[ ]{0,3}+SMTP>> (?:\(writing message\)|writing message and terminating ".").*

[sample the message]
line = |  SMTP>> (writing message)

[sample the message of earlier versions]
line = |  SMTP>> writing message and terminating "."

[line exim/command]
role = client
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+[ ]{0,3}+SMTP(?:>>|\|>|\+>|>\|) (?<line>(?![2-5][0-9][0-9][ -]).*)

[sample -v]
line = |  SMTP>> EHLO mx1.example.net
want line = EHLO mx1.example.net

[sample pipelined]
line = |  SMTP|> RCPT TO:<bob@example.org>
want line = RCPT TO:<bob@example.org>

[nomatch a reply given by a server]
line = |  SMTP>> 250 OK

[line exim/more]
role = more
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+[ ]{4,}+(?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample -v]
line = |         250-PIPELINING
want line = 250-PIPELINING

[sample -d with time and process]
line = 13:35:11  6831          250 DSN
want key = 6831
want line = 250 DSN

[line exim/closed]
effect = end
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+[ ]{0,3}+SMTP\(close\)>>.*

[sample closed]
line = |  SMTP(close)>>

[line exim/connect]
effect = begin
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+Connecting to (?<peer>[^ ]++) \[(?<peer_ip>[^\] ]++)\]:?+(?<peer_port>[0-9]*+).*

[sample connect]
line = Connecting to mx.example.org [192.0.2.25]:25 ...  TFO mode sendto, no data: EINPROGRESS
want peer = mx.example.org
want peer_ip = 192.0.2.25
want peer_port = 25

[line exim/note]
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+(?:[ ]{0,3}+SMTP\(|LOG: |cmdlog: |[ ]connected$|read response data: |cmd buf flush |sync_responses ).*

[sample shutdown]
line = |  SMTP(shutdown)>>

[sample a log line follows]
line = LOG: MAIN

# ---- Exim as a server: exim -d -bs, a daemon with -d. With -bs the same lines stand bare beside ----

[dialect exim-server]
direction = inbound
proof = markers
beside = repeated

[line exim-server/reply]
role = server
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+[ ]{0,3}+SMTP(?:>>|\|>|\+>|>\|) (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = SMTP>> 250-mx1.example.net Hello client.example.com [192.0.2.9]
want line = 250-mx1.example.net Hello client.example.com [192.0.2.9]

[line exim-server/more]
role = more
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+[ ]*+(?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample the next line]
line = 250-SIZE 52428800
want line = 250-SIZE 52428800

[line exim-server/command]
role = client
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+[ ]{0,3}+SMTP<< (?<line>(?![2-5][0-9][0-9](?:[ -]|$)).*)

[sample command]
line = SMTP<< RCPT TO:<bob@example.net>
want line = RCPT TO:<bob@example.net>

[line exim-server/note]
regex = (?:(?:[0-9-]{10} )?+[0-9]{2}:[0-9]{2}:[0-9.]++ ++)?+(?:(?<key>[0-9]{1,8}+) )?+(?:smtp_setup_msg entered|LOG: ).*

[sample a log line follows]
line = LOG: smtp_connection MAIN

# ---- Exim's rehearsal of a session: exim -bh ADDRESS. Replies and typed commands stand bare ----

[dialect exim-bh]
direction = inbound
bare = both
proof = markers

[line exim-bh/begin]
effect = begin
regex = \*\*\*\* SMTP testing session as if from host (?<peer_ip>[0-9A-Fa-f.:]++).*

[sample begin]
line = **** SMTP testing session as if from host 192.0.2.9
want peer_ip = 192.0.2.9

[line exim-bh/note]
regex = (?:>>>|\*\*\*\*|LOG:)(?: .*|$)

[sample what is checked]
line = >>> host in helo_verify_hosts? no (option unset)

[sample a log line]
line = LOG: H=(client.example.com) [192.0.2.9] F=<ann@example.com> rejected RCPT <unknown@example.net>: no such user

# ---- a server started by hand on a terminal ----

[dialect prompt-bs]
direction = inbound
bare = both

[line prompt-bs/begin]
effect = begin
regex = (?:[^ ]*[$#%>] )?+(?:sudo )?+(?:/[^ ]*/)?+(?:exim4?+|sendmail)(?: -(?!bs)[^ ]++(?: [^- ][^ ]*+)?+)*+ -bs(?: .*|$)

[sample exim -bs]
line = $ exim -bs

[nomatch another option]
line = $ exim -bp

# ---- sendmail -v: commands behind >>>, replies bare ----

[dialect sendmail]
direction = outbound
bare = replies

[line sendmail/connect]
effect = begin
regex = [^ ]+\.\.\. Connecting to (?<peer>[^ ]++) (?:port (?<peer_port>[0-9]++) )?+via .*

[sample connect]
line = bob@example.org... Connecting to mx.example.org. via esmtp...
want peer = mx.example.org.

[sample connect to a port]
line = bob@example.org... Connecting to [127.0.0.1] port 2525 via relay...
want peer = [127.0.0.1]
want peer_port = 2525

[line sendmail/command]
role = client
regex = >>>(?: (?<line>.*)|$)

[sample command]
line = >>> MAIL From:<ann@example.com>
want line = MAIL From:<ann@example.com>

[line sendmail/note]
regex = (?:[^ ]+\.\.\. (?:Sent|Deferred|User unknown|Closing|Using cached|aliased|Timeout|Connection).*|Closing connection to .*)

[sample sent]
line = bob@example.org... Sent (2.0.0 Ok: queued as 4fDT9L5p3Xz2Qc2)

# ---- what sendmail in verbose mode tells its client of the next dialogue (after VERB) ----

[dialect sendmail-050]
direction = outbound
proof = markers

[line sendmail-050/connect]
effect = begin
regex = 050 [^ ]+\.\.\. Connecting to (?<peer>[^ ]++) (?:port (?<peer_port>[0-9]++) )?+via .*

[sample connect]
line = 050 bob@example.org... Connecting to mx.example.org. via esmtp...
want peer = mx.example.org.

[line sendmail-050/command]
role = client
regex = 050 >>>(?: (?<line>.*)|$)

[sample command]
line = 050 >>> MAIL From:<ann@example.com>
want line = MAIL From:<ann@example.com>

[line sendmail-050/reply]
role = server
regex = 050 (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = 050 250 2.1.0 Ok
want line = 250 2.1.0 Ok

[line sendmail-050/note]
regex = 050[ -].*

[sample deferred]
line = 050 bob@example.org... Deferred: 450 4.2.0 Greylisted

# ---- <<< and >>>: returned mail, and tools that mark the lines so ----

[dialect arrows]
direction = outbound
beside = notification

[line arrows/reply]
role = server
regex = [ \t]*+<<< ?+(?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = <<< 550 5.1.1 <unknown@example.org>... User unknown
want line = 550 5.1.1 <unknown@example.org>... User unknown

[line arrows/command]
role = client
regex = [ \t]*+>>>(?: ?+(?<line>.*))

[sample command]
line = >>> RCPT To:<unknown@example.org>
want line = RCPT To:<unknown@example.org>

[line arrows/connect]
effect = begin
regex = \.\.\. while talking to (?<peer>[^ ]+):$

[sample returned mail]
line = ... while talking to mx.example.org.:
want peer = mx.example.org.

# ---- Postfix's notice to the postmaster about a client ----

[dialect notice]
direction = inbound

[line notice/reply]
role = server
regex = [ ]?+Out: (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = | Out: 250-PIPELINING
want line = 250-PIPELINING

[line notice/command]
role = client
regex = [ ]?+In:[ ]{1,2}+(?<line>(?![2-5][0-9][0-9][ -]).*)

[sample command]
line = | In:  MAIL FROM:<ann@example.com>
want line = MAIL FROM:<ann@example.com>

[nomatch a reply that Postfix received]
line = | In:  250 2.1.0 Ok

[line notice/folded]
role = fold
regex = [ ]{4,6}+(?<line>[^ ].*)

[sample the rest of a long line]
line = |    virtual mailbox table
want line = virtual mailbox table

[line notice/end]
effect = end
regex = Session aborted, reason: .*

[sample lost]
line = Session aborted, reason: lost connection

# ---- Postfix's notice to the postmaster about a server ----

[dialect notice-client]
direction = outbound

[line notice-client/reply]
role = server
regex = [ ]?+In:[ ]{1,2}+(?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = | In:  554 mx.example.org ESMTP not accepting messages
want line = 554 mx.example.org ESMTP not accepting messages

[line notice-client/command]
role = client
regex = [ ]?+Out: (?<line>(?![2-5][0-9][0-9][ -]).*)

[sample command]
line = | Out: EHLO mx1.example.net
want line = EHLO mx1.example.net

[line notice-client/folded]
role = fold
regex = [ ]{4,6}+(?<line>[^ ].*)

[sample the rest of a long line]
line = |    (see the list)
want line = (see the list)

[line notice-client/begin]
effect = begin
regex = Unexpected response from (?<peer>[^ \[]++)\[(?<peer_ip>[^\] ]++)\](?::(?<peer_port>[0-9]++))?+\.

[sample begin]
line = Unexpected response from mx.example.org[192.0.2.25]:25.
want peer = mx.example.org
want peer_ip = 192.0.2.25
want peer_port = 25

# ---- Postfix's debug_peer_list, inside syslog ----

[dialect debug-peer]
direction = outbound
proof = markers
daemon = smtp lmtp

[line debug-peer/reply]
role = server
regex = < (?<peer>[^ \[]++)\[(?<peer_ip>[^\] ]++)\](?::(?<peer_port>[0-9]++))?+: (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = < mx.z.example[192.0.2.50]:25: 250-PIPELINING
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want line = 250-PIPELINING

[line debug-peer/command]
role = client
regex = > (?<peer>[^ \[]++)\[(?<peer_ip>[^\] ]++)\](?::(?<peer_port>[0-9]++))?+: (?<line>.*)

[sample command]
line = > mx.z.example[192.0.2.50]:25: MAIL FROM:<ann@x.example> SIZE=512
want peer = mx.z.example
want peer_ip = 192.0.2.50
want peer_port = 25
want line = MAIL FROM:<ann@x.example> SIZE=512

[dialect debug-peer-server]
direction = inbound
proof = markers
daemon = smtpd

[line debug-peer-server/reply]
role = server
regex = > (?:unknown|(?<peer>[^ \[]++))\[(?<peer_ip>[^\] ]++)\](?::(?<peer_port>[0-9]++))?+: (?<line>[2-5][0-9][0-9](?:[ \t-].*|$))

[sample reply]
line = > mail.a.example[192.0.2.10]: 250 2.1.0 Ok
want peer = mail.a.example
want peer_ip = 192.0.2.10
want line = 250 2.1.0 Ok

[line debug-peer-server/command]
role = client
regex = < (?:unknown|(?<peer>[^ \[]++))\[(?<peer_ip>[^\] ]++)\](?::(?<peer_port>[0-9]++))?+: (?<line>.*)

[sample command]
line = < unknown[192.0.2.10]: RCPT TO:<b@x.example>
want peer_ip = 192.0.2.10
want line = RCPT TO:<b@x.example>
