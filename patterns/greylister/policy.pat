# Greylisters that Postfix asks (policy servers), by the names they log under: postgrey, sqlgrey, policyd and its
# successor. Their lines are evidence of what became of a triplet (client, sender, recipient); the refusal itself is the
# MTA's line, so none of these is a reply. What no rule knows is another program's line.
#
# fact: greylist_new     refused, never seen before
#       greylist_early   refused, came back too soon
#       greylist_pass    let in, because it came back
#       greylist_exempt  let in without a test: on a list, or known from before
# delay: seconds, or hours:minutes:seconds, from the first refusal to the pass, as the greylister says

[file]
format = 1
name = greylister/policy
version = 1
mta = greylister

# An empty sender is left out.
[define postgrey_triplet]
regex = client_name=(?<peer>[^,]*+), client_address=(?<peer_ip>[0-9A-Fa-f:.]++)(?:/[0-9]++)?+(?:, sender=(?<sender>(?:[^,]++|,(?! recipient=))*+))?+(?:, recipient=(?<recipient>.*+))?+

[define postgrey_head]
regex = (?:(?<queue_id>[0-9A-Za-z]{5,24}+): )?+

[context postgrey new]
daemon = postgrey
regex = %{postgrey_head}action=greylist, reason=new, %{postgrey_triplet}
set fact = greylist_new

[sample first]
line = action=greylist, reason=new, client_name=mail.b.example, client_address=192.0.2.102, sender=Bea@b.example, recipient=kim@x.example
want peer = mail.b.example
want peer_ip = 192.0.2.102
want sender = Bea@b.example
want recipient = kim@x.example
want fact = greylist_new

[sample empty sender, with a queue id]
line = 4fDT9L5p3Xz2Qc2: action=greylist, reason=new, client_name=unknown, client_address=2001:db8::25/128, recipient=kim@x.example
want queue_id = 4fDT9L5p3Xz2Qc2
want peer = unknown
want peer_ip = 2001:db8::25
want recipient = kim@x.example
want fact = greylist_new

[nomatch passed]
line = action=pass, reason=triplet found, delay=312, client_name=mail.b.example, client_address=192.0.2.102, sender=Bea@b.example, recipient=kim@x.example

[context postgrey early]
daemon = postgrey
regex = %{postgrey_head}action=greylist, (?:reason=early-retry(?: \([0-9]++s missing\))?+), %{postgrey_triplet}
set fact = greylist_early

[sample too soon]
line = action=greylist, reason=early-retry (240s missing), client_name=mail.b.example, client_address=192.0.2.102/32, sender=Bea@b.example, recipient=kim@x.example
want peer = mail.b.example
want peer_ip = 192.0.2.102
want sender = Bea@b.example
want recipient = kim@x.example
want fact = greylist_early

[nomatch first]
line = action=greylist, reason=new, client_name=mail.b.example, client_address=192.0.2.102, sender=Bea@b.example, recipient=kim@x.example

# delay= stands there the first time only.
[context postgrey pass]
daemon = postgrey
regex = %{postgrey_head}action=pass, reason=triplet found, delay=(?<delay>[0-9]++), %{postgrey_triplet}
set fact = greylist_pass

[sample came back]
line = action=pass, reason=triplet found, delay=312, client_name=mail.b.example, client_address=192.0.2.102, sender=Bea@b.example, recipient=kim@x.example
want delay = 312
want peer = mail.b.example
want peer_ip = 192.0.2.102
want sender = Bea@b.example
want recipient = kim@x.example
want fact = greylist_pass

[nomatch known from before]
line = action=pass, reason=triplet found, client_name=mail.b.example, client_address=192.0.2.102, sender=Bea@b.example, recipient=kim@x.example

[context postgrey exempt]
daemon = postgrey
regex = %{postgrey_head}action=pass, (?:reason=(?:triplet found|client whitelist|client AWL|recipient whitelist)), %{postgrey_triplet}
set fact = greylist_exempt

[sample on a list]
line = action=pass, reason=client whitelist, client_name=mail.a.example, client_address=192.0.2.10, sender=ann@a.example, recipient=kim@x.example
want peer = mail.a.example
want peer_ip = 192.0.2.10
want sender = ann@a.example
want recipient = kim@x.example
want fact = greylist_exempt

[sample known from before]
line = action=pass, reason=triplet found, client_name=mail.b.example, client_address=192.0.2.102, sender=Bea@b.example, recipient=kim@x.example
want peer = mail.b.example
want peer_ip = 192.0.2.102
want sender = Bea@b.example
want recipient = kim@x.example
want fact = greylist_exempt

[nomatch starting]
line = Process Backgrounded

# ---- sqlgrey: network(address), sender -> recipient ----

[define sqlgrey_triplet]
regex = [^( ]++\((?<peer_ip>[0-9A-Fa-f:.]++)\), (?:-undef-@-undef-|(?<sender>(?:[^ ]++| (?!-> ))*+)) -> (?<recipient>[^ ]++)

[context sqlgrey new]
daemon = sqlgrey
regex = grey: (?:new|throttling): %{sqlgrey_triplet}
set fact = greylist_new

[sample first]
line = grey: new: 192.0.2(192.0.2.102), bea@b.example -> kim@x.example
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_new

[sample too many at once, empty sender]
line = grey: throttling: 192.0.2.102(192.0.2.102), -undef-@-undef- -> kim@x.example
want peer_ip = 192.0.2.102
want recipient = kim@x.example
want fact = greylist_new

[nomatch too soon]
line = grey: early reconnect: 192.0.2(192.0.2.102), bea@b.example -> kim@x.example

[context sqlgrey early]
daemon = sqlgrey
regex = grey: early reconnect: %{sqlgrey_triplet}
set fact = greylist_early

[sample too soon]
line = grey: early reconnect: 192.0.2(192.0.2.102), bea@b.example -> kim@x.example
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_early

[nomatch first]
line = grey: new: 192.0.2(192.0.2.102), bea@b.example -> kim@x.example

[context sqlgrey pass]
daemon = sqlgrey
regex = grey: reconnect ok: %{sqlgrey_triplet} \((?<delay>[0-9:.]++)\)
set fact = greylist_pass

[sample came back]
line = grey: reconnect ok: 192.0.2(192.0.2.102), bea@b.example -> kim@x.example (00:05:12)
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want delay = 00:05:12
want fact = greylist_pass

[nomatch first]
line = grey: new: 192.0.2(192.0.2.102), bea@b.example -> kim@x.example

[context sqlgrey exempt]
daemon = sqlgrey
regex = (?:grey: (?:domain|from) awl match|whitelist): .++
set fact = greylist_exempt

[sample known domain]
line = grey: domain awl match: updating 192.0.2(192.0.2.102), b.example
want fact = greylist_exempt

[sample on a list]
line = whitelist: bea@b.example, 192.0.2.102(mail.b.example) -> kim@x.example
want fact = greylist_exempt

[nomatch a new entry of the list]
line = grey: domain awl: 192.0.2, b.example added

# ---- policyd 1 ----

[define policyd_triplet]
regex = , host=(?<peer_ip>[0-9A-Fa-f:.]++)[^,]*+, from=<?+(?<sender>[^,>]*+)>?+, to=<?+(?<recipient>[^,> ]++)

[context policyd new]
daemon = policyd postfix-policyd
regex = rcpt=[0-9]++, greylist=new%{policyd_triplet}
set fact = greylist_new

[sample first]
line = rcpt=12, greylist=new, host=192.0.2.102 (mail.b.example), from=bea@b.example, to=kim@x.example, size=2048
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_new

[nomatch came back]
line = rcpt=13, greylist=update, host=192.0.2.102 (mail.b.example), from=bea@b.example, to=kim@x.example, size=2048

[context policyd early]
daemon = policyd postfix-policyd
regex = rcpt=[0-9]++, greylist=abuse%{policyd_triplet}
set fact = greylist_early

[sample too soon]
line = rcpt=12, greylist=abuse, host=192.0.2.102 (mail.b.example), from=bea@b.example, to=kim@x.example, size=2048
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_early

[nomatch first]
line = rcpt=12, greylist=new, host=192.0.2.102 (mail.b.example), from=bea@b.example, to=kim@x.example, size=2048

[context policyd pass]
daemon = policyd postfix-policyd
regex = rcpt=[0-9]++, greylist=update%{policyd_triplet}
set fact = greylist_pass

[sample came back]
line = rcpt=13, greylist=update, host=192.0.2.102 (mail.b.example), from=bea@b.example, to=kim@x.example, size=2048
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_pass

[nomatch first]
line = rcpt=12, greylist=new, host=192.0.2.102 (mail.b.example), from=bea@b.example, to=kim@x.example, size=2048

# ---- policyd 2 (cluebringer) ----

[define cluebringer_triplet]
regex = host=(?<peer_ip>[0-9A-Fa-f:.]++), helo=[^,]*+, from=<?+(?<sender>[^,>]*+)>?+, to=<?+(?<recipient>[^,> ]++)>?+

[context cluebringer new]
daemon = cbpolicyd
regex = module=Greylisting, action=defer, %{cluebringer_triplet}, reason=greylisted
set fact = greylist_new

[sample refused]
line = module=Greylisting, action=defer, host=192.0.2.102, helo=mail.b.example, from=bea@b.example, to=kim@x.example, reason=greylisted
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_new

[nomatch let in]
line = module=Greylisting, action=none, host=192.0.2.102, helo=mail.b.example, from=bea@b.example, to=kim@x.example, reason=authenticated

[context cluebringer pass]
daemon = cbpolicyd
regex = module=Greylisting, action=(?:pass|none), %{cluebringer_triplet}, reason=authenticated
set fact = greylist_pass

[sample let in]
line = module=Greylisting, action=none, host=192.0.2.102, helo=mail.b.example, from=bea@b.example, to=kim@x.example, reason=authenticated
want peer_ip = 192.0.2.102
want sender = bea@b.example
want recipient = kim@x.example
want fact = greylist_pass

[nomatch refused]
line = module=Greylisting, action=defer, host=192.0.2.102, helo=mail.b.example, from=bea@b.example, to=kim@x.example, reason=greylisted
