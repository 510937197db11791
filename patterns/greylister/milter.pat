# Greylisters behind the milter interface: milter-greylist, rspamd. Facts as in policy.pat.

[file]
format = 1
name = greylister/milter
version = 1
mta = greylister

[define client]
regex = addr [^\[]*+\[(?:IPv6:)?+(?<peer_ip>[0-9A-Fa-f:.]++)\](?:\[[^\]]*+\])?+

[context milter-greylist refused]
daemon = milter-greylist
regex = (?:[^:]++: )?+%{client} from <(?<sender>[^>]*+)> to <(?<recipient>[^>]*+)> (?:delayed for [0-9:]++)
set fact = greylist_new

[sample refused]
line = 4fDT9L5p3Xz2Qc2: addr mail.b.example[192.0.2.102] from <bea@b.example> to <kim@x.example> delayed for 00:05:00 (ACL 87)
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_new

[sample without id]
line = (unknown id): addr [192.0.2.102][192.0.2.102] from <> to <kim@x.example> delayed for 00:05:00 (ACL 87)
want peer_ip = 192.0.2.102
want recipient = kim@x.example
want fact = greylist_new

[nomatch let in]
line = 4fDT9L5p3Xz2Qc2: addr mail.b.example[192.0.2.102] from <bea@b.example> rcpt <kim@x.example>: autowhitelisted for another 24:00:00 (ACL 87)

[context milter-greylist pass]
daemon = milter-greylist
regex = (?:[^:]++: )?+%{client} from <(?<sender>[^>]*+)> rcpt <(?<recipient>[^>]*+)>: autowhitelisted for
set fact = greylist_pass

[sample let in]
line = 4fDT9L5p3Xz2Qc2: addr mail.b.example[192.0.2.102] from <bea@b.example> rcpt <kim@x.example>: autowhitelisted for another 24:00:00 (ACL 87)
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_pass

[nomatch refused]
line = 4fDT9L5p3Xz2Qc2: addr mail.b.example[192.0.2.102] from <bea@b.example> to <kim@x.example> delayed for 00:05:00 (ACL 87)

[context milter-greylist exempt]
daemon = milter-greylist
regex = (?:[^:]++: )?+skipping greylist because
set fact = greylist_exempt

[sample on a list]
line = 4fDT9L5p3Xz2Qc2: skipping greylist because address 192.0.2.10 is whitelisted, (from=<ann@a.example>, rcpt=<kim@x.example>, addr=mail.a.example[192.0.2.10]) ACL 80
want fact = greylist_exempt

[nomatch refused]
line = 4fDT9L5p3Xz2Qc2: addr mail.b.example[192.0.2.102] from <bea@b.example> to <kim@x.example> delayed for 00:05:00 (ACL 87)

# rspamd names no triplet in these lines.
[define rspamd_head]
regex = <[^>]*+>; (?:lua; )?+(?:greylist\.lua:[0-9]++: )?+

[context rspamd new]
daemon = rspamd
regex = %{rspamd_head}(?:greylisted until "[^"]*+", new record)
set fact = greylist_new

[sample first]
line = <a1b2c3>; lua; greylist.lua:430: greylisted until "Sat, 21 Nov 2026 06:05:00 GMT", new record
want fact = greylist_new

[nomatch too soon]
line = <a1b2c3>; lua; greylist.lua:285: greylisted until "Sat, 21 Nov 2026 06:05:00 GMT" (body)

[context rspamd early]
daemon = rspamd
regex = %{rspamd_head}(?:greylisted until "[^"]*+" \()
set fact = greylist_early

[sample too soon]
line = <a1b2c3>; lua; greylist.lua:285: greylisted until "Sat, 21 Nov 2026 06:05:00 GMT" (body)
want fact = greylist_early

[nomatch first]
line = <a1b2c3>; lua; greylist.lua:430: greylisted until "Sat, 21 Nov 2026 06:05:00 GMT", new record

[context rspamd pass]
daemon = rspamd
regex = %{rspamd_head}(?:greylisting pass \([^)]*+\))
set fact = greylist_pass

[sample came back]
line = <a1b2c3>; lua; greylist.lua:404: greylisting pass (body) until Sun, 22 Nov 2026 06:05:00 GMT
want fact = greylist_pass

[nomatch first]
line = <a1b2c3>; lua; greylist.lua:430: greylisted until "Sat, 21 Nov 2026 06:05:00 GMT", new record

[context rspamd exempt]
daemon = rspamd
regex = %{rspamd_head}(?:skip greylisting for whitelisted (?:IP|domain))
set fact = greylist_exempt

[sample on a list]
line = <a1b2c3>; lua; greylist.lua:224: skip greylisting for whitelisted IP
want fact = greylist_exempt

[nomatch another module]
line = <a1b2c3>; lua; dmarc.lua:224: skip DMARC checks for local networks
