# Sessions whose lines have no markers: telnet, netcat, openssl s_client, JavaMail's debug output, a raw stream. What the
# tools say beside them. A sample that begins with | has blanks in front.

[file]
format = 1
name = transcript/bare
version = 1
mta = transcript

# ---- JavaMail (Jakarta Mail) with mail.debug ----

[dialect javamail]
direction = outbound
bare = both

[line javamail/connect]
effect = begin
regex = DEBUG SMTPS?+: trying to connect to host "(?<peer>[^"]*+)", port (?<peer_port>[0-9]++).*

[sample connect]
line = DEBUG SMTP: trying to connect to host "mx.example.org", port 587, isSSL false
want peer = mx.example.org
want peer_port = 587

[line javamail/auth]
effect = auth
regex = DEBUG SMTPS?+: (?:AUTH [A-Z0-9-]++ command trace suppressed|Using mechanism ).*

[sample lines not shown]
line = DEBUG SMTP: AUTH LOGIN command trace suppressed

[line javamail/note]
regex = DEBUG(?: SMTPS?+)?+: .*

[sample an extension]
line = DEBUG SMTP: Found extension "PIPELINING", arg ""

# ---- telnet ----

[dialect telnet]
direction = outbound
bare = both

[line telnet/trying]
effect = begin
regex = Trying (?<peer_ip>[0-9A-Fa-f:]++(?:\.[0-9]++)*+)\.\.\.

[sample trying]
line = Trying 192.0.2.25...
want peer_ip = 192.0.2.25

[line telnet/connected]
regex = Connected to (?<peer>[^ /]++)$

[sample connected]
line = Connected to mx.example.org.
want peer = mx.example.org.

[nomatch a library's log]
line = Connected to smtp://mx.example.org:587/?starttls=when-available

[line telnet/command]
effect = begin
regex = (?:[^ ]*[$#%>] )?+(?:telnet|nc|ncat|netcat)(?: -[A-Za-z]++)*+ (?<peer>[A-Za-z0-9.:-]++) (?<peer_port>[0-9]++|smtp|submission)

[sample on a prompt]
line = $ telnet mx.example.org 25
want peer = mx.example.org
want peer_port = 25

[line telnet/note]
regex = (?:Escape character is .*|telnet> .*)

[sample escape]
line = Escape character is '^]'.

[line telnet/closed]
effect = end
regex = Connection closed(?: by foreign host)?+\.?+

[sample closed]
line = Connection closed by foreign host.

# ---- openssl s_client; the greeting and the first EHLO are its own business ----

[dialect s_client]
direction = outbound
bare = both

[line s_client/begin]
effect = begin
regex = CONNECTED\([0-9A-F]++\)

[sample connected]
line = CONNECTED(00000003)

[line s_client/tls]
effect = tls
regex = (?:New, (?<tls>TLSv[0-9.]++), Cipher is |[ ]{4}Protocol[ ]*+: TLSv).*

[sample version]
line = New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384
want tls = TLSv1.3

[line s_client/note]
regex = (?:---$|depth=|verify |Certificate chain|Server certificate|-----(?:BEGIN|END) |subject=|issuer=|[ ]++[0-9]++ s:|[ ]++[0-9]++ - [0-9a-f]{2}[ -]|[ ]{3}[aiv]:|No client certificate|Peer sign|Server Temp Key|SSL handshake|Verif|Server public key|Secure Renegotiation|Compression:|Expansion:|No ALPN|Early data|Post-Handshake|SSL-Session:|[ ]{4}[A-Z][A-Za-z -]++:|read R BLOCK|Peer Temp Key|DONE|RENEGOTIATING|Can't use SSL_get_servername).*

[sample a dump]
line = |    0010 - 5e 0b 11 22 33 44 55 66-77 88 99 aa bb cc dd ee   ^.."3DUf

[sample a session]
line = |    Verify return code: 18 (self-signed certificate)

[line s_client/closed]
effect = end
regex = (?:closed|[0-9A-F]{8,}:error:.*)$

[sample closed]
line = closed

# ---- nothing but the stream itself ----

[dialect raw]
direction = outbound
bare = both
