#!/usr/bin/env python3
"""Logs of mail servers that are not read: named as such when one line shows it, status 3, never silently zero."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import GOOD, GOOD_FIGURES, SANITIZED, UNSAFE_TEXT, Directory, Tap, analyze, events, good_figures, gzipped, run

tap = Tap()
HEAD = "Nov 21 06:00:01 mx1 "
LOGS = {
    "Sendmail": [HEAD + "sm-mta[101]: 6ALE01aB000101: from=<ann@a.example>, size=2048, class=0, nrcpts=1, proto=ESMTP, relay=a.example [192.0.2.10]",
                 HEAD + "sm-mta[102]: 6ALE01aB000101: to=<bob@z.example>, delay=00:00:01, mailer=esmtp, dsn=2.0.0, stat=Sent (ok)"],
    "OpenSMTPD": [HEAD + "smtpd[101]: 8ad2f1c2a0e3b4d5 smtp connected address=192.0.2.10 host=mail.a.example",
                  HEAD + 'smtpd[101]: 8ad2f1c2a0e3b4d6 mta delivery to=<bob@z.example> result="Ok" stat="250 2.0.0 Ok"'],
    "Microsoft Exchange": ["#Software: Microsoft Exchange Server", "#Version: 15.02.1118.007", "#Log-type: Message Tracking Log",
                           "2026-11-21T06:00:01.123Z,192.0.2.10,mx1,192.0.2.1,mx1,,SMTP,RECEIVE,1,<a1@a.example>"],
    "qmail": ["@400000006741c0d50a1b2c3d new msg 4711", "@400000006741c0d50a1b2c3d starting delivery 7: msg 4711 to remote bob@z.example"],
    "Courier": [HEAD + "courieresmtpd: started,ip=[::ffff:192.0.2.10]"],
    "Haraka": ["2026-11-21T06:00:01.123Z [NOTICE] [8A7C3D1E-0000-4000-8000-000000000001] [core] connect ip=192.0.2.10 port=40000"],
    "hMailServer": ['"SMTPD"\t1234\t5\t"2026-11-21 06:00:01.123"\t"192.0.2.10"\t"SENT: 220 mx1.example.org ESMTP"'],
}
OTHERS = HEAD + "sshd[3]: Accepted publickey for ann\n"

with Directory() as directory:
    good = directory("good.log", GOOD)
    for name, lines in LOGS.items():
        text = "\n".join(lines) + "\n"
        said = "shows a log of %s, which is not supported" % name
        path = directory("server.log", text)
        for command in ("analyze", "events"):
            done = run(command, "--year", "2026", "--tz", "UTC", path)
            tap.ok(done.status == 3 and "server.log:1: no line of a supported mail server among its %d; " % len(lines) + "this one " + said
                   in done.errors, "%s: %s names it, status 3" % (name, command), done)
        done = analyze(directory("server.gz", gzipped(text.replace("\n", "\r\n").encode())))
        tap.ok(done.status == 3 and said in done.errors, "%s: gzip, CRLF" % name, done)
        done = analyze(stdin=(OTHERS * 50 + text).encode())
        tap.ok(done.status == 3 and "-:51: " in done.errors and said in done.errors, "%s: behind other programs' lines" % name, done)
        done = analyze(path, good)
        tap.ok(done.status == 3 and said in done.errors and good_figures({**done.json()}) == GOOD_FIGURES, "%s: beside a good log" % name, done)
        done = analyze(directory("mixed.log", GOOD.decode() + text))
        tap.ok("not supported" not in done.errors, "%s: its lines among a known server's are not complained of" % name, done)
    done = analyze(directory("others.log", OTHERS * 3))
    tap.ok(done.status == 3 and "others.log:1: no line of a mail server among its 3" in done.errors and "not supported" not in done.errors,
           "a log without any mail server", done)
    noise = "".join("%s%s %d @40000000 #Software: \x1b[31m\n" % (HEAD, word, n) for n in range(4000)
                    for word in ("sendmail[1]: x", "smtpd[1]: y", "qmail: 1.1 z", "courier", "] [core] "))
    done = analyze(directory("noise.log", noise))
    tap.ok(done.status == 3 and not UNSAFE_TEXT.search(done.errors) and (SANITIZED or done.rss < 64 * 1024), "lines that only look like it", done)
tap.done()
