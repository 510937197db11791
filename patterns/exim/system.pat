# Exim: the daemon, queue runners, DNS, checks, and the lines of the panic log.

[file]
format = 1
name = exim/system
version = 1
mta = exim

[context queue run]
daemon = exim
queue = no
regex = (?<text>(?:Start|End|Abandon) (?:'[^']*+' )?+queue run: (?s:.*+))

[sample begins]
line = Start queue run: pid=174
want text = Start queue run: pid=174

[sample a queue with a name]
line = End 'slow' queue run: pid=174 -qqff
want text = End 'slow' queue run: pid=174 -qqff

[nomatch arguments]
line = cwd=/var/spool/exim4 4 args: /usr/sbin/exim4 -C /etc/exim4/x.conf -q

[context arguments]
daemon = exim
queue = no
regex = (?<text>cwd=[^ ]++ [0-9]++ args: (?s:.*+))

[sample queue runner]
line = cwd=/var/spool/exim4 4 args: /usr/sbin/exim4 -C /etc/exim4/x.conf -q
want text = cwd=/var/spool/exim4 4 args: /usr/sbin/exim4 -C /etc/exim4/x.conf -q

[nomatch queue run]
line = Start queue run: pid=174

[context daemon]
daemon = exim
queue = no
regex = (?<text>(?:exim [^ ]++ daemon (?:started|terminating)|pid [0-9]++: SIGHUP received|SIGHUP received|daemon |waiting for )(?s:.*+))
set fact = restart

[sample started]
line = exim 4.96 daemon started: pid=156, -q1s, listening for SMTP on [192.0.2.10]:587
want text = exim 4.96 daemon started: pid=156, -q1s, listening for SMTP on [192.0.2.10]:587
want fact = restart

[sample read again]
line = pid 156: SIGHUP received: re-exec daemon
want text = pid 156: SIGHUP received: re-exec daemon
want fact = restart

[nomatch queue run]
line = Start queue run: pid=174

[context name of a client]
daemon = exim
regex = (?<text>(?:no (?:host name|IP address) found for |no host name|lookup of host |host name alias list truncated|host name lookup |(?:getting )?+IP address for |reverse DNS |DNS |dnslists? |callout |ident connection |Sender identification |unqualified address |log string overflowed|recipients refused|no such |temporary |ACL )(?s:.*+))

[sample no reverse name]
line = no host name found for IP address 198.51.100.9
want text = no host name found for IP address 198.51.100.9

[sample names do not agree]
line = no IP address found for host mail.f.example (during SMTP connection from [198.51.100.9]:40001)
want text = no IP address found for host mail.f.example (during SMTP connection from [198.51.100.9]:40001)

[nomatch a connection]
line = SMTP connection from [198.51.100.9] closed by QUIT

[context check of the message]
daemon = exim
regex = (?<text>(?:DKIM|ARC|SPF|DMARC|DANE|PRDR|SNI|Action|SA|spam acl condition|malware acl condition|DCC|clamd|Subject|X-[A-Za-z-]++|greylist[a-z]*+|Greylist[a-z]*+)[ :](?s:.*+))

[sample signature]
line = 1vMPac-00000000003-0003 DKIM: d=d.example s=s1 c=relaxed/relaxed a=rsa-sha256 b=2048 [verification succeeded]
want text = DKIM: d=d.example s=s1 c=relaxed/relaxed a=rsa-sha256 b=2048 [verification succeeded]
want queue_id = 1vMPac-00000000003-0003

[sample spam filter]
line = 1vMPac-00000000003-0003 SA: Action: flagged as Spam but accepted: score=6.1 required=5.0 (scanned in 2/2 secs)
want text = SA: Action: flagged as Spam but accepted: score=6.1 required=5.0 (scanned in 2/2 secs)
want queue_id = 1vMPac-00000000003-0003

[nomatch a warning]
line = Warning: purging the environment.

[context warning]
daemon = exim
regex = (?:Warning: |WARNING: )(?<text>(?s:.*+))
set fact = warning
set severity = warning

[sample certificate]
line = Warning: No server certificate defined; will use a selfsigned one.
want text = No server certificate defined; will use a selfsigned one.
want severity = warning
want fact = warning

[nomatch by an ACL]
line = H=(mail.d.example) [192.0.2.104] Warning: first of many

# What the panic log and bad configurations say. Always shown.
[context panic]
daemon = exim
regex = (?<text>(?:socket bind\(\) to port |listen\(\) failed on interface |string too large in |exim user lost privilege|Exim configuration error|Failed to create (?:IPv6 )?+socket|Format error in spool file |Spool error: |spool (?:file|directory) |Couldn't chown |Tainted '|attempt to use tainted |Child process of |Process [0-9]++ \(parent |daemon\([^)]*+\): |daemon: )(?s:.*+))
set fact = warning
set severity = panic

[sample port in use]
line = socket bind() to port 25 for address 192.0.2.1 failed: Address already in use: daemon abandoned
want text = socket bind() to port 25 for address 192.0.2.1 failed: Address already in use: daemon abandoned
want severity = panic
want fact = warning

[sample in the spool]
line = 1vMPac-00000000003-0003 Format error in spool file 1vMPac-00000000003-0003-H: size=0
want text = Format error in spool file 1vMPac-00000000003-0003-H: size=0
want queue_id = 1vMPac-00000000003-0003
want severity = panic
want fact = warning

[nomatch a client]
line = no host name found for IP address 198.51.100.9

# The same in words that other programs use too: believed in a log that is known to be Exim's.
[context trouble]
daemon = exim
regex = (?<text>(?:Failed to |failed to |Fork failed|fork of |socket bind\(\) |listen\(\) |string too large|unable to |Unable to |Cannot |cannot |can't |Couldn't |Format error in spool file|spool (?:file|directory) |Spool error|Error (?:in|reading|while|writing) |error (?:in|reading|while|writing) |expansion of |Expansion of |Exim configuration |exim: |exim user |internal |Tainted |attempt to use tainted |Process [0-9]++ |setgroups: |setuid |no transport |getpeername|getsockname|unknown |invalid |Too many |too many |Berkeley DB |remote delivery process |queue run: |malloc |SIGTERM|SIGSEGV|LDAP|MYSQL|PGSQL|SQLITE|REDIS|Database |search_|ratelimit|Cyrus |GnuTLS|TLS (?:cache|cert|session|cipher|library|failure)|tls_|log |mailbox |routing |transport |[a-z_]++ (?:router|transport|authenticator)[: ]|daemon: |local_scan\(\) |host |message |[^ ]++ router |Exim )(?s:.*+))
set fact = warning
set severity = error

[sample lookup]
line = 1vMPac-00000000003-0003 failed to expand ACL string "${lookup{x}lsearch{/none}}": failed to open /none for linear search: No such file or directory
want text = failed to expand ACL string "${lookup{x}lsearch{/none}}": failed to open /none for linear search: No such file or directory
want queue_id = 1vMPac-00000000003-0003
want severity = error
want fact = warning

[nomatch a client]
line = no host name found for IP address 198.51.100.9
