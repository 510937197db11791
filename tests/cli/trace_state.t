#!/usr/bin/env python3
"""smtplog trace on messages that something was done to by hand or by a rule (held, released, requeued, taken back, thawed), on notices, on
messages with many recipients, and on addresses of IPv6: which line each belongs to, and what the story says."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Directory, Tap, run

tap = Tap()


def queued(number, at, recipients=1):
    return "Nov 21 %s mx1 postfix/qmgr[102]: 3F2A1B0C%s: from=<ann@a.example>, size=2048, nrcpt=%d (queue active)\n" % (at, number, recipients)


def said(number, at, words):
    return "Nov 21 %s mx1 postfix/%s: 3F2A1B0C%s: %s\n" % (at, words[0], number, words[1])


def attempt(number, at, recipient, code, status, text):
    reply = "(%s %s)" % (code, text) if status == "sent" else "(host mx.z.example[192.0.2.50] said: %s %s (in reply to RCPT TO command))" % (code, text)
    return said(number, at, ("smtp[104]", "to=<%s>, relay=mx.z.example[192.0.2.50]:25, delay=65, delays=64/0/1/1, dsn=%s, status=%s %s" % (
        recipient, {"250": "2.0.0", "450": "4.1.1", "550": "5.1.1"}[code], status, reply)))


def delivered(number, at, recipient="bob@z.example"):
    return attempt(number, at, recipient, "250", "sent", "2.0.0 Ok: queued as 4AB")


CLIENT = ("smtpd[101]", "client=mail.a.example[192.0.2.10]")
POSTFIX = "".join((
    queued("01", "06:00:01"), said("01", "06:00:05", ("postsuper[110]", "placed on hold")),
    queued("02", "06:01:01"), said("02", "06:01:05", ("postsuper[110]", "placed on hold")),
    said("02", "06:02:05", ("postsuper[111]", "released from hold")), delivered("02", "06:02:06"), said("02", "06:02:06", ("qmgr[102]", "removed")),
    said("03", "06:03:01", CLIENT), said("03", "06:03:05", ("cleanup[110]", "removed (canceled)")),
    said("04", "06:04:01", CLIENT),
    queued("05", "06:05:01"), said("05", "06:05:05", ("postsuper[110]", "requeued")),
    attempt("05", "06:05:06", "bob@z.example", "450", "deferred", "4.1.1 try later"),
    said("05", "06:05:07", ("bounce[105]", "sender delay notification: 3F2A1B0CAA")),
    queued("06", "06:06:01"), delivered("06", "06:06:06"),
    said("06", "06:06:07", ("bounce[105]", "sender delivery status notification: 3F2A1B0CAB")), said("06", "06:06:07", ("qmgr[102]", "removed")),
    queued("07", "06:07:01", 15), *(delivered("07", "06:07:06", "r%02d@z.example" % n) for n in range(1, 12)),
    *(attempt("07", "06:07:07", "r%02d@z.example" % n, "550", "bounced", "5.1.1 no") for n in (12, 13)),
    attempt("07", "06:07:08", "r14@z.example", "450", "deferred", "4.1.1 later"),
    said("07", "06:07:09", ("local[107]", "to=<r15@z.example>, relay=local, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (forwarded as 3F2A1B0CAC)"))))
EXIM = """\
2026-11-21 06:00:01 1vMPaa-00000000001-0001 <= <> R=1vMPaa-00000000009-0001 U=Debian-exim P=local S=1000
2026-11-21 06:00:02 1vMPaa-00000000001-0001 ** ann@a.example R=dnslookup T=remote_smtp H=mx.a.example [2001:db8::25]: SMTP error from remote mail \
server after RCPT TO:<ann@a.example>: 550 5.1.1 no
2026-11-21 06:00:03 1vMPaa-00000000001-0001 Frozen (delivery error message)
2026-11-21 08:00:03 1vMPaa-00000000001-0001 Unfrozen by errmsg timer
2026-11-21 08:00:03 1vMPaa-00000000001-0001 Completed
2026-11-21 09:00:01 1vMPab-00000000001-0001 <= bob@b.example H=h.b.example [2001:db8::251] P=esmtp S=1000
2026-11-21 09:00:02 1vMPab-00000000001-0001 => c@c.example R=dnslookup T=remote_smtp H=mx.c.example [2001:db8:0:1::25] C="250 ok"
2026-11-21 09:00:02 1vMPab-00000000001-0001 Completed
2026-11-21 09:30:01 1vMPac-00000000001-0001 <= eve@b.example H=h.b.example [2001:db8::25:7] P=esmtp S=1000
"""


def trace(*arguments):
    return run("trace", "--tz", "UTC", "--year", "2026", *arguments)


def words(done):
    return " ".join(done.text.split())


with Directory() as directory:
    postfix, exim = directory("mail.log", POSTFIX), directory("mainlog", EXIM)

    # ---- steps and story
    for number, name, steps, story, silent in (
            ("01", "held", ["06:00:05 postsuper put on hold"], "It is on hold since 06:00:05: nothing happens until somebody releases it.", "released"),
            ("02", "held and released", ["06:01:05 postsuper put on hold", "06:02:05 postsuper released from hold", "06:02:06 smtp mx.z.example 250 2.0.0 delivered"],
             "bob@z.example: delivered to mx.z.example at 06:02:06, at the first attempt.", "It is on hold"),
            ("03", "taken back", ["06:03:05 cleanup taken back before it was queued"], "It was taken back at 06:03:05, before it was queued.", "became of it"),
            ("04", "nothing but its arrival", ["06:04:01 smtpd mail.a.example came in"], "It came in at 06:04:01; the log does not say what became of it.", "taken back"),
            ("05", "requeued, and the sender told of the delay", ["06:05:05 postsuper put back into the queue", "06:05:07 bounce notice written: 3F2A1B0CAA"],
             "after 1 attempt at 06:05:06; the answer was 450 4.1.1 \"try later\". The sender was told of the delay by the notice 3F2A1B0CAA.", "had asked"),
            ("06", "the sender had asked to be told", ["06:06:07 bounce notice written: 3F2A1B0CAB"],
             "The sender had asked to be told of the delivery, and was by the notice 3F2A1B0CAB.", "of the delay"),
            ("07", "many recipients: ten have a sentence, the others are counted", ["06:07:07 smtp mx.z.example r13@z.example: 550 5.1.1 user-unknown"],
             "r10@z.example: delivered to mx.z.example at 06:07:06, at the first attempt. Of 5 more recipients: 1 delivered, 1 waiting, 2 refused for good, "
             "1 forwarded.", "r11@z.example: delivered")):
        done = trace("3F2A1B0C" + number, postfix)
        for step in steps:
            tap.ok(step in words(done), "%s: %s" % (name, step), done.text)
        tap.ok(done.status == 0 and story in words(done) and silent not in words(done), name + ": the story", done.text)
    done = trace("1vMPaa-00000000001-0001", exim)
    tap.ok("06:00:03 exim put on hold 08:00:03 exim released from hold" in words(done) and "It is on hold" not in words(done), "Exim: frozen and thawed", done.text)

    # ---- addresses of IPv6, however they are written
    def lines(what):
        return [record["line"] for record in trace("--format", "ndjson", what, exim).records()]

    for what in ("2001:db8::25", "2001:DB8::25", "2001:0db8:0:0:0:0:0:0025", "[2001:db8::25]", "[IPv6:2001:db8::25]", "ipv6:2001:db8::25"):
        tap.equal(lines(what), [1, 2, 3, 4, 5], "%s: the message that had to do with it, and not 2001:db8::251 nor 2001:db8::25:7" % what)
    tap.equal(lines("2001:db8:0:1::25"), [6, 7, 8], "another address")
    tap.equal(lines("2001:db8::25:7"), [9], "an address that begins like it")
    tap.equal(lines("db8::25"), [], "the end of an address is another address")
    tap.equal(lines("2001:db8::2"), [], "its beginning, too")
tap.done()
