# Postfix: the helpers and the administrator's commands. None of them gives a reply.

[file]
format = 1
name = postfix/misc
version = 1
mta = postfix

[context listed]
daemon = dnsblog
queue = no
regex = addr (?<peer_ip>%{ip}) listed by domain (?<list>[^ ]++) as (?<text>[^ ]++)

[sample zen]
line = addr 198.51.100.9 listed by domain zen.bl.example as 127.0.0.2
want text = 127.0.0.2
want peer_ip = 198.51.100.9
want list = zen.bl.example

[nomatch not listed]
line = addr 198.51.100.9 not listed by domain zen.bl.example

[context rate statistics]
daemon = anvil
queue = no
regex = (?<text>statistics: max (?:[a-z]++ )?+(?:rate|count) (?<count>[0-9]++)(?:/[0-9]++s)?+ for \((?<client>[^)]++).*+)
set fact = anvil

[sample rate]
line = statistics: max connection rate 3/60s for (smtp:198.51.100.9) at Nov 21 06:00:01
want text = statistics: max connection rate 3/60s for (smtp:198.51.100.9) at Nov 21 06:00:01
want client = smtp:198.51.100.9
want count = 3
want fact = anvil

[sample count]
line = statistics: max connection count 2 for (submission:2001:db8::9) at Nov 21 06:00:01
want text = statistics: max connection count 2 for (submission:2001:db8::9) at Nov 21 06:00:01
want client = submission:2001:db8::9
want count = 2
want fact = anvil

[sample TLS]
line = statistics: max newtls rate 450/60s for (smtp:198.51.100.9) at Nov 21 06:00:01
want text = statistics: max newtls rate 450/60s for (smtp:198.51.100.9) at Nov 21 06:00:01
want client = smtp:198.51.100.9
want count = 450
want fact = anvil

[nomatch the cache]
line = statistics: max cache size 4 at Nov 21 06:00:01

[context cache size]
daemon = anvil
queue = no
regex = (?<text>statistics: max cache size (?<count>[0-9]++).*+)
set fact = anvil

[sample size]
line = statistics: max cache size 4 at Nov 21 06:00:01
want text = statistics: max cache size 4 at Nov 21 06:00:01
want count = 4
want fact = anvil

[nomatch a rate]
line = statistics: max connection rate 3/60s for (smtp:198.51.100.9) at Nov 21 06:00:01

[context connection cache]
daemon = scache
queue = no
regex = (?<text>statistics: (?:start interval|domain lookup|address lookup|max simultaneous) .*+)

[sample hits]
line = statistics: address lookup hits=3 miss=4 success=42%
want text = statistics: address lookup hits=3 miss=4 success=42%

[nomatch anvil]
line = statistics: max cache size 4 at Nov 21 06:00:01

[context restart]
daemon = master
queue = no
regex = (?<text>(?:daemon started|reload) (?:-- version [^,]++|configuration .*+))
set fact = restart

[sample start]
line = daemon started -- version 3.11.7, configuration /etc/postfix
want text = daemon started -- version 3.11.7
want fact = restart

[sample reload]
line = reload -- version 3.7.11, configuration /etc/postfix
want text = reload -- version 3.7.11
want fact = restart

[sample reload, before 2.6]
line = reload configuration /etc/postfix
want text = reload configuration /etc/postfix
want fact = restart

[nomatch the end]
line = terminating on signal 15

[context stop]
daemon = master
queue = no
regex = (?<text>terminating on signal [0-9]++)
set fact = restart

[sample stop]
line = terminating on signal 15
want text = terminating on signal 15
want fact = restart

[nomatch a process of it]
line = ignoring status update from pid 77

[context master]
daemon = master
queue = no
regex = (?<text>master exit time has arrived|ignoring status update from .*+)

[sample end of its time]
line = master exit time has arrived
want text = master exit time has arrived

[nomatch start]
line = daemon started -- version 3.11.7, configuration /etc/postfix

# postlog is the tag of the same words where no syslog runs; postfix(1) and sendmail(1) speak at start only.
[context start and stop]
daemon = postfix-script postlog postfix postmulti postmulti-script
queue = no
regex = (?<text>(?:starting|stopping|refreshing|aborting) the Postfix mail system|waiting for the Postfix mail system to terminate|the Postfix mail system is (?:not )?+running|Postfix is (?:using|running) .*+
 |See https?://www\.postfix\.org/.*+|To disable backwards compatibility .*+|set-permissions: .*+)

[sample start]
line = starting the Postfix mail system
want text = starting the Postfix mail system

[sample running]
line = the Postfix mail system is running: PID: 1234
want text = the Postfix mail system is running

[sample old defaults]
daemon = postfix
line = Postfix is using backwards-compatible default settings
want text = Postfix is using backwards-compatible default settings

[nomatch a warning]
line = warning: not owned by root: /var/spool/postfix/.

[context requeued]
daemon = postsuper
queue = yes
regex = requeued$
set fact = requeued

[sample by hand]
line = 3F2A1B0C9D: requeued
want queue_id = 3F2A1B0C9D
want fact = requeued

[nomatch removed]
line = 3F2A1B0C9D: removed

[context held]
daemon = postsuper
queue = yes
regex = placed on hold$
set fact = held

[sample by hand]
line = 3F2A1B0C9D: placed on hold
want queue_id = 3F2A1B0C9D
want fact = held

[nomatch released]
line = 3F2A1B0C9D: released from hold

[context released]
daemon = postsuper
queue = yes
regex = released from hold$
set fact = released

[sample by hand]
line = 4fDT9L5p3Xz2Qc2: released from hold
want queue_id = 4fDT9L5p3Xz2Qc2
want fact = released

[nomatch held]
line = 3F2A1B0C9D: placed on hold

# The queue manager logs the expiry itself afterwards.
[context marked as expired]
daemon = postsuper
queue = yes
regex = expired$

[sample by hand]
line = 3F2A1B0C9D: expired
want queue_id = 3F2A1B0C9D

[nomatch removed]
line = 3F2A1B0C9D: removed

[context queue maintenance]
daemon = postsuper
queue = no
regex = (?<text>(?:Requeued|Deleted|Force-expired|Placed on hold|Released from hold|Renamed to match inode number): (?<count>[0-9]++) message.*+)

[sample some]
line = Deleted: 3 messages
want text = Deleted: 3 messages
want count = 3

[nomatch one message]
line = 3F2A1B0C9D: requeued

[context tlsmgr]
daemon = tlsmgr
queue = no
regex = (?<text>(?:cannot read from entropy device |lost connection to EGD server |exiting to reopen external entropy source |(?:write|read|put|delete|lookup|open|close) [^ ]++ (?:TLS cache|session id)|cannot (?:write to|read [^ ]++ bytes from|read from) EGD server |EGD server ).*+)

[sample entropy]
line = exiting to reopen external entropy source /dev/urandom
want text = exiting to reopen external entropy source /dev/urandom

[nomatch a cache of another kind]
line = cache of nothing

# The helpers that have no lines of their own but warnings; named here so that they are known as Postfix's.
[context helper exits]
daemon = verify trivial-rewrite proxymap proxywrite flush showq spawn postlogd postmap postalias newaliases sendmail mailq postdrop postqueue postcat postconf postkick postlock postmulti postfix-wrapper postfix-tls-script post-install qshape
queue = no
regex = (?<text>(?:idle timeout|master disconnect|time to retire) -- exiting)

[sample idle]
line = idle timeout -- exiting
want text = idle timeout -- exiting

[nomatch a table]
line = table hash:/etc/postfix/transport(0,lock|fold_fix) has changed -- restarting

# Policy programs that log under Postfix's name.
[context SPF policy]
daemon = policy-spf policyd-spf spf-policy
queue = no
regex = (?<text>(?:: )?+(?:Policy action=|SPF [a-z]|handler [a-z]|prepend Received-SPF:|prepend Authentication-Results:|spfcheck:|Starting|Config:|None; |Pass; |Fail; |Neutral; |Softfail; |Temperror; |Permerror; |Action: |Attribute: |testing:).*+)

[sample Perl]
line = : Policy action=PREPEND Received-SPF: pass (y.example: 192.0.2.10 is authorized to use 's@y.example' in 'mfrom' identity)
want text = : Policy action=PREPEND Received-SPF: pass (y.example: 192.0.2.10 is authorized to use 's@y.example' in 'mfrom' identity)

[sample Python]
daemon = policyd-spf
line = prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.10; helo=mail.y.example
want text = prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.10; helo=mail.y.example

[nomatch a queue id]
line = 3F2A1B0C9D: removed
