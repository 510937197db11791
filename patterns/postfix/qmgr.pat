# Postfix qmgr(8), the queue manager: which message, how big, for how many, and when it was done with. Deliveries it
# decides itself (relay=none) are in common.pat.

[file]
format = 1
name = postfix/qmgr
version = 1
mta = postfix

# Told again at every run of the queue.
[context queued]
daemon = qmgr oqmgr nqmgr
regex = from=<(?<sender>%{address_comma})>, size=(?<size>[0-9]++)(?:, nrcpt=(?<nrcpt>[0-9]++))?+
set fact = queued

[sample active]
line = 4fDT9L5p3Xz2Qc2: from=<s@y.example>, size=2048, nrcpt=2 (queue active)
want queue_id = 4fDT9L5p3Xz2Qc2
want sender = s@y.example
want size = 2048
want nrcpt = 2
want fact = queued

[sample a bounce]
line = 3F2A1B0C9D: from=<>, size=3144, nrcpt=1 (queue active)
want queue_id = 3F2A1B0C9D
want size = 3144
want nrcpt = 1
want fact = queued

[nomatch expired]
line = 3F2A1B0C9D: from=<s@y.example>, status=expired, returned to sender

[context removed]
daemon = qmgr oqmgr nqmgr postsuper
queue = yes
regex = removed$
set fact = removed

[sample done with]
line = 4fDT9L5p3Xz2Qc2: removed
want queue_id = 4fDT9L5p3Xz2Qc2
want fact = removed

[sample deleted by the administrator]
daemon = postsuper
line = 3F2A1B0C9D: removed
want queue_id = 3F2A1B0C9D
want fact = removed

[nomatch never was in the queue]
line = 3F2A1B0C9D: removed (canceled)

[context expired]
daemon = qmgr oqmgr nqmgr
regex = from=<(?<sender>%{address_comma})>, status=expired,
set fact = expired

[sample too old]
line = 3F2A1B0C9D: from=<s@y.example>, status=expired, returned to sender
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want fact = expired

[nomatch by hand]
line = 3F2A1B0C9D: from=<s@y.example>, status=force-expired, returned to sender

[context force-expired]
daemon = qmgr oqmgr nqmgr
regex = from=<(?<sender>%{address_comma})>, status=force-expired,
set fact = force_expired

[sample by hand]
line = 3F2A1B0C9D: from=<s@y.example>, status=force-expired, returned to sender
want queue_id = 3F2A1B0C9D
want sender = s@y.example
want fact = force_expired

[nomatch too old]
line = 3F2A1B0C9D: from=<s@y.example>, status=expired, returned to sender

[context skipped]
daemon = qmgr oqmgr nqmgr
queue = yes
regex = (?<text>skipped, still being delivered.*+)

[sample overtaken]
line = 3F2A1B0C9D: skipped, still being delivered
want text = skipped, still being delivered
want queue_id = 3F2A1B0C9D

[nomatch skipped]
line = 3F2A1B0C9D: skipped

[event notification discarded]
daemon = qmgr oqmgr nqmgr
kind = delivery
regex = %{to}none%{stats}sent \((?<text>%{to_paren})
set status = discarded

[sample the postmaster's own bounce]
line = 3F2A1B0C9D: to=<postmaster@x.example>, relay=none, delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, status=sent (undeliverable postmaster notification discarded)
want text = undeliverable postmaster notification discarded
want status = discarded
want dsn = 2.0.0
want queue_id = 3F2A1B0C9D
want recipient = postmaster@x.example
want delay = 0.1
want delays = 0.1/0/0/0

[nomatch deferred]
line = 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=0.2, delays=0.2/0/0/0, dsn=4.3.0, status=deferred (mail transport unavailable)

[context scheduler debugging]
daemon = qmgr oqmgr nqmgr
queue = no
regex = (?<text>[^ ]++ [^ ]++ feedback type .*+|qmgr_[a-z_]++: .*+|(?:start|end) sorted recipient list)

[sample feedback]
line = smtp: default_destination_concurrency_positive_feedback feedback type 1 value at 5: 0.2
want text = smtp: default_destination_concurrency_positive_feedback feedback type 1 value at 5: 0.2

[nomatch a message]
line = 3F2A1B0C9D: removed
