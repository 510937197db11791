#!/usr/bin/env python3
"""How far sessions get, how log-ins ended, when codes and classes were seen first and last: a log counted by hand."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Directory, Tap, analyze, run       # noqa: E402

LOG = """\
06:00:01 postfix/smtpd[1]: disconnect from mail.a.example[192.0.2.1] ehlo=2 starttls=1 mail=1 rcpt=1/2 data=1 quit=1 commands=7/8
06:00:02 postfix/smtpd[1]: disconnect from unknown[192.0.2.2] ehlo=1 auth=0/3 commands=1/4
06:00:03 postfix/smtpd[1]: disconnect from unknown[192.0.2.3] helo=1 mail=1 rcpt=0/2 commands=2/4
06:00:04 postfix/smtpd[1]: disconnect from unknown[192.0.2.4] commands=0/0
06:00:05 postfix/smtpd[1]: disconnect from unknown[192.0.2.5]
06:00:06 postfix/submission/smtpd[1]: 3F2A1B0C01: client=pc[192.0.2.6], sasl_method=PLAIN, sasl_username=ann
06:00:07 postfix/smtpd[1]: warning: unknown[192.0.2.2]: SASL LOGIN authentication failed: no, sasl_username=ann
06:01:00 postfix/smtp[2]: 3F2A1B0C02: to=<a@z.example>, relay=mx.z.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, \
status=sent (250 2.0.0 Ok)
06:01:01 postfix/smtp[2]: 3F2A1B0C03: to=<b@z.example>, relay=mx.z.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, \
status=bounced (host mx.z.example[192.0.2.9] said: 550 5.1.1 no (in reply to RCPT TO command))
06:01:02 postfix/smtp[2]: 3F2A1B0C04: to=<c@z.example>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred \
(connect to mx.z.example[192.0.2.9]:25: Connection refused)
06:01:03 postfix/smtp[2]: 3F2A1B0C05: to=<d@z.example>, relay=mx.z.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, \
status=bounced (host mx.z.example[192.0.2.9] said: 550 5.1.1 no (in reply to end of DATA command))
"""
LOG = "".join("Nov 21 %s mx1 %s\n" % tuple(line.split(" ", 1)) for line in LOG.splitlines())

INBOUND = {"sessions": 4, "stages": [
    {"stage": "ehlo", "sessions": 3, "passed": 3, "lost": 0, "commands": 4, "refused": 0},
    {"stage": "starttls", "sessions": 1, "passed": 1, "lost": 0, "commands": 1, "refused": 0},
    {"stage": "auth", "sessions": 1, "passed": 0, "lost": 1, "commands": 3, "refused": 3},
    {"stage": "mail", "sessions": 2, "passed": 2, "lost": 0, "commands": 2, "refused": 0},
    {"stage": "rcpt", "sessions": 2, "passed": 1, "lost": 1, "commands": 4, "refused": 3},
    {"stage": "data", "sessions": 1, "passed": 1, "lost": 0, "commands": 1, "refused": 0}]}
OUTBOUND = {"attempts": 4, "stages": [
    {"stage": "connect", "attempts": 4, "lost": 1}, {"stage": "rcpt", "attempts": 3, "lost": 1},
    {"stage": "eod", "attempts": 2, "lost": 1}], "lost_elsewhere": 0, "delivered": 1}

tap = Tap()
with Directory() as files:
    log = files("mail.log", LOG)
    report = analyze(log).json()
    tap.same_json(report["funnel"], {"inbound": INBOUND, "outbound": OUTBOUND}, "stages of both directions")
    logins = report["auth"]["logins"]
    tap.equal({row["name"]: (row["ok"], row["failed"]) for row in logins["users"]}, {"ann": (1, 1)}, "log-ins of a user")
    tap.equal({row["name"]: (row["ok"], row["failed"]) for row in logins["clients"]},
              {"192.0.2.2": (0, 4), "192.0.2.6": (1, 0)}, "log-ins of clients, those without a line of their own included")
    codes = {row["code"]: (row["first"][11:19], row["last"][11:19]) for row in report["codes"]}
    tap.equal(codes, {250: ("06:01:00", "06:01:00"), 550: ("06:01:01", "06:01:03")}, "codes first and last seen")
    classes = {row["class"]: (row["first"][11:19], row["last"][11:19]) for row in report["classes"]}
    tap.equal(classes["user-unknown"], ("06:01:01", "06:01:03"), "a class first and last seen")
    shares = sum(row["share"] for row in report["templates"])
    tap.ok(abs(shares - 1) < 1e-5, "shares of templates are of all texts", shares)
    text = run("analyze", "--section", "funnel", "--tz", "UTC", "--year", "2026", log).text
    tap.match(text, r"rcpt +3 +1 +33\.3 %", "our attempts in words")
    tap.match(text, r"auth +1 +1 +100\.0 % +3 +3", "their sessions in words")

    replies = ("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: x\nS: 334 UGFzc3dvcmQ6\nC: x\nS: 535 5.7.8 wrong\n"
               "C: AUTH PLAIN x\nS: 235 2.7.0 ok\nC: QUIT\nS: 221 bye\n")
    session = "S: 220 mx.z.example ESMTP\nC: EHLO a\nS: 250-mx.z.example\nS: 250 AUTH LOGIN PLAIN\n" + replies
    auth = analyze(files("session.txt", session)).json()["auth"]
    tap.equal(auth["replies"], {"235": 1, "334": 2, "535": 1}, "replies to AUTH in a dialogue")
tap.done()
