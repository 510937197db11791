"""What the tests of the page share: a log whose every name is an attack on who shows it."""

HOSTILE_NAMES = [b"<script>run()</script>", b"\"><img src=x onerror=run()>", b"'onmouseover='run()", b"</title><script>run()</script>",
                 b"javascript:run()//\"<svg/onload=run()>", b"</style><script>run()</script>", b"<!--", b"]]>",
                 b"\xe2\x80\xaegpj.exe\xe2\x81\xa6", b"\xff\xfe\x80<b>\xc3", b"`${run()}`<a href=javascript:run()>x</a>"]


def hostile_log():
    """Every attack as domain, address, reply text, client, log-in name and warning."""
    lines = []
    for number, name in enumerate(HOSTILE_NAMES):
        word = name.replace(b" ", b"/")
        queue_id = b"3F2A1B%04X" % number
        head = b"Nov 21 06:%02d:01 mx1 postfix/" % number
        for code in (b"450 4.2.0", b"550 5.1.1"):
            lines.append(head + b"smtp[103]: " + queue_id + b": to=<a@" + word + b".example>, relay=" + word +
                         b"[192.0.2.50]:25, delay=1, delays=0.1/0/0.5/0.4, dsn=" + code[4:] + b", status=" +
                         (b"deferred" if code[:1] == b"4" else b"bounced") + b" (host " + word + b"[192.0.2.50] said: " + code +
                         b" Greylisted " + name + b" (in reply to RCPT TO command))")
        lines.append(head + b"smtpd[104]: NOQUEUE: reject: RCPT from " + word + b"[192.0.2.9]: 554 5.7.1 " + name +
                     b"; from=<" + word + b"> to=<b@a.example> proto=ESMTP helo=<" + word + b">")
        lines.append(head + b"smtpd[105]: warning: " + word + b"[192.0.2.7]: SASL LOGIN authentication failed: " + name +
                     b", sasl_username=" + word)
        lines.append(head + b"smtpd[105]: warning: hostname " + word + b" does not resolve to address 192.0.2.7: " + name)
        lines.append(head + b"smtp[106]: strange " + name + b" unheard of")
    return b"\n".join(lines) + b"\n"


HOSTILE = hostile_log()
