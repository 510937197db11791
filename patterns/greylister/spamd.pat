# OpenBSD's spamd(8), which talks to the client itself before any mail server does. (SpamAssassin's daemon of that name
# writes other lines.) Facts as in policy.pat.

[file]
format = 1
name = greylister/spamd
version = 1
mta = greylister

[context spamd refused]
daemon = spamd
regex = \(GREY\) (?<peer_ip>[0-9.]++|(?:[0-9A-Fa-f]*+:(?! ))++[0-9A-Fa-f.]*+): <(?<sender>[^>]*+)> -> <(?<recipient>[^>]*+)>
set fact = greylist_new

[sample refused]
line = (GREY) 192.0.2.102: <bea@b.example> -> <kim@x.example>
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_new

[sample by IPv6]
line = (GREY) 2001:db8::25: <bea@b.example> -> <kim@x.example>
want peer_ip = 2001:db8::25
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_new

[nomatch on a black list]
line = (BLACK) 198.51.100.7: <x@c.example> -> <kim@x.example>

# The client as a whole is let in from now on; no sender, no recipient.
[context spamd pass]
daemon = spamd
regex = whitelisting (?<peer_ip>[0-9A-Fa-f:.]++) in [^ ]++
set fact = greylist_pass

[sample came back]
line = whitelisting 192.0.2.102 in /var/db/spamd
want peer_ip = 192.0.2.102
want fact = greylist_pass

[nomatch SpamAssassin]
line = spamd: result: . -1 - BAYES_00 scantime=0.3,size=2048
