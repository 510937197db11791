# Exim: building blocks of the other files, and the words that stand behind the fields of a delivery that failed.
#
# Rules see a message without stamp, process id and message id (`queue` tells whether there was one). Two lists:
#   daemon = exim   messages as they are
#   daemon = peer   what follows `H=host (helo) [ip]:port KEY=value ...` or `F=<sender>` at the front, without `: `
# Three captures are read further by the program:
#   relay       recipient and fields of a delivery, in any order; the words behind them become `text`, and then the
#               refinements of the rule apply
#   client      sender and fields of an arrival, or `host (helo) [ip]:port ...` within a line
#   stage_word  names the stage unless the rule sets one
# Quoted text is written by strangers: no lazy quantifiers, nothing insists on the end of a line.

[file]
format = 1
name = exim/common
version = 1
mta = exim

[define ip]
regex = [0-9A-Fa-f:.]++(?:%[^\]]++)?+

# What stands between < and >. A quoted local part may hold anything, also >.
[define address]
regex = (?:"(?:[^"\\]++|\\.)*+"[^>]*+|[^>]*+)

# `host (helo) [ip]:port I=[ip]:port ...` of a client within a line.
[define identity]
regex = (?<client>(?:H=)?+[^\[(]*+(?:\((?:[^)]++|\)(?! \[))*+\) ?+)?+(?:\[[^\]]*+\](?: (?=\[))?+){0,4}+(?::[0-9]++)?+(?: [A-Z][A-Za-z0-9]{0,7}=(?:"(?:[^"\\]++|\\.)*+"|<%{address}>|[^ :]++(?::(?! )[^ :]++)*+)){0,16}+)

# name [ip] of a server.
[define server]
regex = (?<peer>[^ \[\]]++) \[(?<peer_ip>%{ip})\](?::(?<peer_port>[0-9]++))?+

# A reply code where a reply begins.
[define code]
regex = [2-5][0-9][0-9](?![^ \-\t\\])

# The command, up to the first code behind a colon and a blank: `RCPT TO:<a@b.example>: 450 ...`. Old versions name the
# host in between.
[define answered]
regex = (?:pipelined )?+(?<stage_word>[^:]++(?::(?! %{code})(?! host [^ ]++ \[)[^:]*+){0,30}+): (?:host [^ ]++ \[%{ip}\](?::[0-9]++)?+: )?+(?<reply>%{code}(?s:.*+))

# What the log gives of the words of a refusal: with the code, with the enhanced code alone, or without both.
[define said]
regex = (?:(?<reply>[45][0-9][0-9](?![^ \-])(?s:.*+))|(?<enhanced_reply>[45]\.[0-9]{1,3}\.[0-9]{1,3}(?![^ ])(?s:.*+))|(?<text>(?s:.*+)))

# ---- why a delivery failed or waits: the words behind the fields ----

# After the dot LMTP and PRDR give one reply for each recipient.
[refine outcome/reply for one recipient]
regex = (?:LMTP|PRDR) error after (?:DATA|BDAT[^:]*+): (?<reply>%{code}(?s:.*+))
set direction = outbound
set stage = eod
refine reply = given up

[refine outcome/reply]
regex = (?:SMTP|LMTP|PRDR) error (?:from remote mail(?:er| server) )?+after %{answered}
set direction = outbound
refine reply = given up

[refine outcome/retry timeout]
regex = retry timeout exceeded
set status = expired

[refine outcome/all hosts failing]
regex = all hosts(?: for '[^']*+')?+ have been failing for a long time
set status = expired
set direction = outbound

[refine outcome/no reply]
regex = Malformed SMTP reply(?: \(an empty line\))?+ in response to (?:pipelined )?+(?<stage_word>(?s:.*+))
set direction = outbound

[refine outcome/closed]
regex = (?:Remote host closed connection in response to|(?:SMTP|LMTP) timeout after|LMTP connection closed after) (?:pipelined )?+(?<stage_word>(?s:.*+))
set direction = outbound

[refine outcome/no encryption]
regex = a TLS session is required|TLS session: |DANE
set direction = outbound
set stage = starttls

[refine outcome/no login]
regex = authentication required but
set direction = outbound
set stage = auth

[refine outcome/network]
regex = (?:Connection (?:refused|timed out|reset)|No route to host|(?:Network|Host) is unreachable|Network unreachable|Broken pipe|Operation timed out|Remote host|smtp send to |Cannot assign requested address)
set direction = outbound

[refine outcome/names]
regex = (?:host lookup did not complete|(?:all|some) host address lookups|lookup of host |host lookup for |an MX or SRV record indicated no SMTP service|all relevant MX records point to|an upstream|lowest numbered MX record points to local host|remote host address is the local host)
set direction = outbound

# The queue was told not to try: no attempt.
[refine outcome/not tried]
regex = (?:domain is (?:held|in queue_domains)|remote deliveries suppressed|SMTP delivery explicitly queued|concurrency limit reached|delivery bypassed by -N option|connection limit reached for all hosts)
set stale = true

[refine given up/no more time]
regex = 4(?=(?s:.*+)(?<=: retry timeout exceeded))
set status = expired

# Where the other server put the message.
[refine confirmation/queued]
regex = [^q]*+q(?:(?!ueued as )[^q]*+q)*+ueued as (?<linked_id>[0-9A-Za-z-]++)

# Another Exim: its own message id.
[refine confirmation/id]
regex = [^=]*+=(?:(?<!OK id=)[^=]*+=){0,30}+(?<=OK id=)(?<linked_id>[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})

# ---- how a session broke off ----

[refine broken/lost]
regex = Remote host closed .
set action = lost

[refine broken/timeout]
regex = (?:SMTP|LMTP) timeout .
set action = timeout

[refine broken/no reply]
regex = Malformed .
set action = protocol error
