#!/usr/bin/env python3
"""Logs, file names and arguments are written by strangers: none of their control bytes reaches standard output or standard error,
in any format; JSON stays JSON, TSV keeps its columns."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import GOOD, UNSAFE_TEXT, Directory, Tap, environment, run

tap = Tap()

# What a stranger may put into an address, a HELO name, a reply, a host name of the log.
ATTACKS = {
    "escape sequence": b"\x1b[31;1mred\x1b[0m",
    "window title": b"\x1b]0;gone\x07",
    "C1 as a byte": b"\x9b31mred",
    "C1 as UTF-8": b"\xc2\x9b31mred",
    "bell and backspace": b"a\x07b\x08\x08c",
    "carriage return": b"harmless\rroot@",
    "NUL": b"a\x00b",
    "DEL": b"a\x7fb",
    "vertical tab, form feed": b"a\x0bb\x0cc",
    "tab": b"a\tb",
    "right to left": "a\u202eb\u2066c".encode(),
    "line separator": "a\u2028b\u2029c".encode(),
    "next line": b"a\xc2\x85b",
    "cut UTF-8": b"a\xe2\x82",
    "overlong UTF-8": b"\xc0\x9b[31m \xe0\x80\x9b",
    "surrogate": b"\xed\xa0\x9b",
    "above the last": b"\xf5\x80\x80\x80",
    "quotes and backslashes": b'"\\",{}[]\\u001b<script>&amp;\'',
    "percent": b"%s%n%1$s%999999d",
    "byte order mark": b"\xef\xbb\xbfx",
    "8 bit": bytes(range(0xa0, 0x100)),
}
TEMPLATES = [
    b"Nov 21 06:00:02 mx1 postfix/smtp[103]: 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, "
    b"delays=0.1/0/0.5/0.4, dsn=5.1.1, status=bounced (host mx.z.example[192.0.2.50] said: 550 5.1.1 no %s here (in reply to RCPT TO command))",
    b"Nov 21 06:00:02 mx1 postfix/smtp[103]: 3F2A1B0C9D: to=<%s@z.example>, relay=%s[192.0.2.50]:25, delay=1, "
    b"delays=0.1/0/0.5/0.4, dsn=2.0.0, status=sent (250 2.0.0 %s)",
    b"Nov 21 06:00:02 mx1 postfix/smtpd[103]: NOQUEUE: reject: RCPT from %s[198.51.100.7]: 450 4.2.0 <b@x.example>: Greylisted %s; "
    b"from=<%s@y.example> to=<b@x.example> proto=ESMTP helo=<%s>",
    b"Nov 21 06:00:02 mx1 postfix/smtpd[103]: warning: %s[198.51.100.20]: SASL LOGIN authentication failed: %s, sasl_username=%s",
    b"Nov 21 06:00:02 mx1 postfix/smtpd[103]: warning: %s",
    b"Nov 21 06:00:02 mx1 postfix/smtpd[103]: what is %s",
    b"Nov 21 06:00:02 %s postfix/smtp[103]: 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=1, delays=0.1/0/0.5/0.4, dsn=4.4.1, "
    b"status=deferred (connect to %s[192.0.2.50]:25: Connection refused)",
    b"Nov 21 06:00:02 mx1 %s/smtp[103]: 3F2A1B0C9D: to=<bob@z.example>, relay=none, delay=1, delays=0.1/0/0.5/0.4, dsn=4.4.1, "
    b"status=deferred (lost connection with %s while sending RCPT TO)",
    b"Nov 21 06:00:02 mx1 postfix/%s[103]: %s",
    b"%s",
]


def clean(done):
    found = UNSAFE_TEXT.search(done.text) or UNSAFE_TEXT.search(done.errors)
    try:
        done.out.decode("utf-8")
        done.err.decode("utf-8")
    except UnicodeDecodeError as error:
        return False, error
    return found is None, "%r around %r" % (found and found.group(0), found and (done.text + done.errors)[max(0, found.start() - 40):found.start() + 40])


FORMATS = [("text", ["analyze", "--color", "never"]), ("text with bars", ["analyze", "--color", "never", "--width", "132"]),
           ("json", ["analyze", "--format", "json", "--top", "0"]), ("ndjson", ["events"]), ("tsv", ["events", "--format", "tsv"])]

with Directory() as directory:
    for name, attack in ATTACKS.items():
        content = b"".join(template.replace(b"%s", attack).replace(b"\n", b" ") + b"\n" for template in TEMPLATES)
        log = directory("mail.log", content + GOOD)
        for format, command in FORMATS:
            env = environment(LC_ALL="C.UTF-8") if format == "text with bars" else None
            done = run(*command, "--tz", "UTC", "--year", "2026", log, env=env)
            good, why = clean(done)
            tap.ok(good and done.status in (0, 3), "%s in a log: %s" % (name, format), why, done.status)
            if format == "json":
                tap.ok(isinstance(done.json(), dict), "%s in a log: JSON is JSON" % name)
            elif format == "ndjson":
                records = [json.loads(line) for line in done.out.split(b"\n")[:-1]]
                tap.ok(len(records) >= 3 and all(value not in (None, "", []) for r in records for value in r.values()),
                       "%s in a log: every line is a record, nothing null or empty" % name)
            elif format == "tsv":
                rows = done.text.split("\n")[:-1]
                columns = {row.count("\t") for row in rows}
                tap.ok(len(columns) == 1 and len(rows) == len(records) + 1, "%s in a log: a row has as many columns as the head" % name,
                       columns)

    # ---- names of files
    for name, attack in ATTACKS.items():
        if b"\0" in attack:
            continue
        base = attack.replace(b"/", b"_")
        log = directory(b"log " + base, GOOD)
        missing = directory(b"missing " + base)
        bad = directory(b"bad " + base, b"\x1b[31m\nno log\n")
        cases = [("text", ["analyze", log, bad, missing]), ("json", ["analyze", "--format", "json", log, bad, missing]),
                 ("events", ["events", log, bad, missing]), ("tsv", ["events", "--format", "tsv", log, bad, missing]),
                 ("missing alone", ["analyze", missing]), ("output", ["analyze", log, "-o", os.path.join(missing, "x")]),
                 ("patterns test", ["patterns", "test", missing]), ("patterns directory", ["analyze", "--patterns", missing, log])]
        for what, command in cases:
            done = run(*command)
            good, why = clean(done)
            tap.ok(good and done.status in (1, 2, 3, 4), "%s in a file name: %s" % (name, what), why, done)

    # ---- arguments
    for name, attack in ATTACKS.items():
        if b"\0" in attack:
            continue
        text = os.fsdecode(attack)
        cases = [["analyze", "--" + text], ["analyze", "--since", text], ["analyze", "--format", text], ["events", "--fields", text],
                 ["analyze", "--tz", text], ["analyze", "--color", text], ["analyze", "--color=" + text], ["-j" + text], ["help", text],
                 ["patterns", text], ["events", "--format", text], ["analyze", "--year", text], [text], ["analyze", "-" + text]]
        whys = []
        for command in cases:
            done = run(*command)
            good, why = clean(done)
            if not good or done.status not in (2, 4) or not done.err:
                whys.append("%r: %s %s" % (command, why, done))
        tap.ok(not whys, "%s in an argument" % name, *whys)
tap.done()
