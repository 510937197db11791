#!/usr/bin/env python3
"""Every kind of finding, on a log that has little else: it comes first, begins when it began, and names its place."""

import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Directory, Tap, analyze            # noqa: E402

tap = Tap()
ONSET = 14 * 3600


def stamp(second):
    return "2026-11-21T%02d:%02d:%02d.000000+00:00 mx1 " % (second // 3600, second // 60 % 60, second % 60)


class Day:
    """A quiet day, 600 mails to three places and 300 from outside, with more put into it."""

    def __init__(self, outbound=None, inbound=None, more=()):
        self.random, self.lines = random.Random(4), []
        for number in range(600):
            second = 600 + number * 140
            domain = ("north.example", "south.example", "west.example")[number % 3]
            reply = outbound(second, number, domain) if outbound else None
            self.send(second, number, domain, reply)
        for number in range(300):
            second = 650 + number * 280
            self.receive(second, number, inbound(second, number) if inbound else None)
        for second, text in more:
            self.say(second, text)

    def say(self, second, text):
        self.lines.append((second, len(self.lines), stamp(second) + text + "\n"))

    def send(self, second, number, domain, reply):
        qid = "%010X" % (0xA000000000 + number)
        status, dsn, text = reply or ("sent", "2.0.0", "250 2.0.0 Ok: queued as 4711")
        relay = "mx.%s[192.0.2.%d]:25" % (domain, 10 + number % 3)
        if text.startswith(("4", "5")):
            text = "host %s said: %s (in reply to RCPT TO command)" % (relay[:-3], text)
        elif status != "sent":
            relay = "none"
        self.say(second, "postfix/qmgr[9]: %s: from=<ann@example.org>, size=900, nrcpt=1 (queue active)" % qid)
        self.say(second + 1, "postfix/smtp[300]: %s: to=<kim%d@%s>, relay=%s, delay=1, delays=0/0/0/1, dsn=%s, "
                 "status=%s (%s)" % (qid, number, domain, relay, dsn, status, text))
        if status != "deferred":
            self.say(second + 2, "postfix/qmgr[9]: %s: removed" % qid)

    def receive(self, second, number, reject):
        if reject:
            self.say(second, "postfix/smtpd[200]: " + reject)
            return
        self.say(second, "postfix/smtpd[200]: %010X: client=mail.east.example[198.51.100.9]" % (0xB000000000 + number))

    def text(self):
        return "".join(line for _, _, line in sorted(self.lines))


def from_onset(place, status, dsn, text, part=1.0):
    """Goes wrong towards one place from ONSET on."""
    dice = random.Random(9)

    def answer(second, _, domain):
        wrong = (place is None or domain == place) and second >= ONSET and dice.random() < part
        return (status, dsn, text) if wrong else None
    return answer


def rejects(text, part=1.0, tail="from=<x@a.example> to=<bob@example.org> proto=ESMTP helo=<m>"):
    dice = random.Random(9)

    def answer(second, number):
        if second < ONSET or dice.random() >= part:
            return None
        return "NOQUEUE: reject: RCPT from mail.east.example[198.51.100.9]: %s; %s" % (
            text, tail.replace("NUMBER", str(number)))
    return answer


def guesses(count, client):
    return [(ONSET + n, "postfix/smtpd[7]: warning: unknown[%s]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, "
             "sasl_username=u%d" % (client(n), n)) for n in range(count)]


def harvest(count, client="203.0.113.77"):
    return [(ONSET + n * 3, "postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[%s]: 550 5.1.1 <u%d@example.org>: "
             "Recipient address rejected: User unknown in virtual mailbox table; from=<x@a.example> "
             "to=<u%d@example.org> proto=ESMTP helo=<m>" % (client, n, n)) for n in range(count)]


def stuck(tries):
    """Recipients greylisted at every try."""
    lines = []
    for n in range(12):
        qid = "C%09X" % n
        lines.append((ONSET, "postfix/qmgr[9]: %s: from=<ann@example.org>, size=900, nrcpt=1 (queue active)" % qid))
        for k in range(tries):
            lines.append((ONSET + 60 + n + k * 1200, "postfix/out%d/smtp[300]: %s: to=<kim%d@grey.example>, "
                          "relay=mx.grey.example[192.0.2.99]:25, delay=9, delays=0/0/0/9, dsn=4.2.0, status=deferred (host "
                          "mx.grey.example[192.0.2.99] said: 450 4.2.0 <kim@grey.example>: Recipient address rejected: "
                          "Greylisted (in reply to RCPT TO command))" % (k % 4, qid, n)))
    return lines


def moving():
    return [(ONSET + n * 40 + k * 900, "postfix/smtpd[7]: NOQUEUE: reject: RCPT from out.pool.example[203.0.%d.7]: 450 "
             "4.2.0 <bob@example.org>: Recipient address rejected: Greylisted, see http://grey.example/; "
             "from=<s%d@pool.example> to=<bob@example.org> proto=ESMTP helo=<m>" % (100 + k, n))
            for n in range(8) for k in range(4)]


def restarts(count, final_stop=False):
    lines = []
    for n in range(count):
        lines.append((ONSET + n * 600, "postfix/master[5]: terminating on signal 15"))
        lines.append((ONSET + n * 600 + 9, "postfix/master[5]: daemon started -- version 3.7.11, configuration /etc/postfix"))
    return lines + ([(86300, "postfix/master[5]: terminating on signal 15")] if final_stop else [])


def notices(text, count=5):
    return [(ONSET + n * 60, "postfix/" + text) for n in range(count)]


KINDS = {
    "a provider refuses us for our reputation": (Day(from_onset(
        "north.example", "bounced", "5.7.1", "554 5.7.1 Client host [192.0.2.1] blocked using bl.example; listed")),
        "provider-blocks-us", "north.example", "14:0"),
    "a provider limits our rate": (Day(from_onset(
        "south.example", "deferred", "4.7.28", "421 4.7.28 Our system has detected an unusual rate of unsolicited mail", 0.4)),
        "provider-limits-us", "south.example", "14:"),
    "SPF fails": (Day(from_onset(
        "west.example", "bounced", "5.7.23", "550 5.7.23 The message was rejected because of Sender Policy Framework violation")),
        "sender-authentication", "west.example", "14:0"),
    "DMARC fails": (Day(from_onset(
        "west.example", "bounced", "5.7.26", "550 5.7.26 Unauthenticated email from example.org is not accepted due to "
        "domain's DMARC policy")), "sender-authentication", "DMARC", "14:0"),
    "our PTR is wrong": (Day(from_onset(
        "north.example", "deferred", "4.7.25", "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]")),
        "reverse-name", "north.example", "14:0"),
    "our HELO is wrong": (Day(from_onset(
        "north.example", "bounced", "5.7.1", "550 5.7.1 <localhost>: Helo command rejected: Host not found")),
        "reverse-name", "HELO", "14:0"),
    "a host is down": (Day(from_onset(
        "north.example", "deferred", "4.4.1", "connect to mx.north.example[192.0.2.10]:25: Connection timed out")),
        "queue-fills", "north.example", "14:0"),
    "our disk is full": (Day(None, rejects("452 4.3.1 Insufficient system storage")), "disk-full", "disk", "14:"),
    "our configuration is wrong": (Day(None, rejects("451 4.3.5 Server configuration error")), "configuration", "", "14:0"),
    "our tables do not answer": (Day(None, rejects("451 4.3.0 <bob@example.org>: Temporary lookup failure")),
                                 "configuration", "", "14:0"),
    "our certificate has expired": (Day(None, None, notices(
        "smtpd[7]: warning: TLS library problem: error:0A000415:SSL routines::sslv3 alert certificate expired:../ssl/record/"
        "rec_layer_s3.c:1605:SSL alert number 45:", 30)), "certificate-expired", "certificate", "14:0"),
    "our certificate does not fit": (Day(None, None, [(ONSET + n * 60, "postfix/smtpd[7]: SSL_accept error from "
                                                       "mail.east.example[198.51.100.9]: -1") for n in range(80)]),
                                     "tls-trouble", "TLS", "14:0"),
    "our resolver fails": (Day(from_onset(
        None, "deferred", "4.4.3", "Host or domain name not found. Name service error for name=north.example type=MX: Host "
        "not found, try again")), "dns-fails", "resolver", "14:0"),
    "a block list says open resolver": (Day(None, rejects(
        "554 5.7.1 Service unavailable; Client host [198.51.100.9] blocked using bl.example; Error: open resolver; "
        "https://bl.example/open", 0.5)), "blocklist-refuses-us", "open resolver", "14:"),
    "one client guesses passwords": (Day(None, None, guesses(150, lambda n: "203.0.113.5")),
                                     "password-guessing", "203.0.113.5", "14:0"),
    "many clients guess passwords": (Day(None, None, guesses(1200, lambda n: "203.0.%d.%d" % (113 + n % 2, n % 120 + 1))),
                                     "password-guessing", "1,200", "14:0"),
    "only the session tells of guessing": (Day(None, None, [
        (ONSET + n, "postfix/smtpd[7]: disconnect from unknown[203.0.113.5] ehlo=1 auth=0/5 commands=1/6") for n in range(40)]),
        "password-guessing", "200", "14:0"),
    "a dead list": (Day(lambda second, number, domain: ("bounced", "5.1.1", "550 5.1.1 <x@%s>: Recipient address rejected: "
                                                        "User unknown" % domain) if number % 4 == 0 else None),
                    "dead-list", "no such user", "00:1"),
    "addresses are harvested": (Day(None, None, harvest(120)), "address-harvesting", "203.0.113.77", "14:0"),
    "greylisting never ends": (Day(None, None, stuck(5)), "greylisting-never-ends", "12 recipients", "14:0"),
    "senders that move are greylisted": (Day(None, None, moving()), "greylisting-moving-clients", "8 senders", "14:0"),
    "the server restarts": (Day(None, None, restarts(6)), "server-restarts", "6 times", "14:0"),
    "the server was stopped": (Day(None, None, restarts(1, True)), "server-stopped", "stopped", "14:0"),
    "processes die": (Day(None, None, notices(
        "master[5]: warning: process /usr/lib/postfix/sbin/smtpd pid 77 killed by signal 11")), "server-crashes", "die", "14:0"),
    "nothing is delivered": (Day(lambda second, number, domain: (
        "deferred", "4.4.1", "connect to mx.%s[192.0.2.10]:25: Connection timed out" % domain)),
        "nothing-delivered", "not one", "00:1"),
    "the relay refuses our log-in": (Day(from_onset(
        "north.example", "deferred", "4.7.8", "SASL authentication failed; server mx.north.example[192.0.2.10] said: "
        "535 5.7.8 Error: authentication failed")), "relay-login", "north.example", "14:0"),
}

def exim(second, text):
    return "2026-11-21 %02d:%02d:%02d %s\n" % (second // 3600, second // 60 % 60, second % 60, text)


class EximDay:
    """The same of an Exim: 600 mails out, `wrong` from ONSET on, and more."""

    def __init__(self, wrong=None, more=()):
        lines = []
        for number in range(600):
            second, qid = 600 + number * 140, "1vM%03d-000001-AB" % number
            head = "%s %%s kim%d@north.example R=dnslookup T=remote_smtp H=mx.north.example [192.0.2.10]" % (qid, number)
            lines.append(exim(second, "%s <= ann@example.org H=app.example.org [192.0.2.20] P=esmtp S=900" % qid))
            if wrong and second >= ONSET:
                lines.append(exim(second + 1, head % "**" + ": SMTP error from remote mail server after RCPT "
                                  "TO:<kim%d@north.example>: %s" % (number, wrong)))
            else:
                lines.append(exim(second + 1, head % "=>" + ' C="250 2.0.0 Ok"'))
            lines.append(exim(second + 2, "%s Completed" % qid))
        self.lines = sorted(lines + [exim(*one) for one in more])

    def text(self):
        return "".join(self.lines)


KINDS.update({
    "Exim: blocked": (EximDay("550 5.7.1 Client host [192.0.2.1] blocked using bl.example"),
                      "provider-blocks-us", "north.example", "14:0"),
    "Exim: guessing": (EximDay(None, [
        (ONSET + n, "login authenticator failed for (User) [203.0.113.5]: 535 Incorrect authentication data (set_id=u%d)" % n)
        for n in range(150)]), "password-guessing", "203.0.113.5", "14:0"),
    "Exim: our certificate has expired": (EximDay(None, [
        (ONSET + n * 60, "TLS error on connection from mail.east.example [198.51.100.9] (SSL_accept): error:0A000415:SSL "
         "routines::sslv3 alert certificate expired") for n in range(80)]), "certificate-expired", "certificate", "14:0"),
    "Exim: greylisting never ends": (EximDay(None, [
        (ONSET + 60 + n + k * 1200, "1vN%03d-000001-AB == kim%d@grey.example R=dnslookup T=remote_smtp defer (-44) "
         "H=mx.grey.example [192.0.2.99]: SMTP error from remote mail server after RCPT TO:<kim%d@grey.example>: 450 4.2.0 "
         "Greylisted" % (n, n, n)) for n in range(12) for k in range(5)]), "greylisting-never-ends", "12 recipients", "14:0"),
    "Exim: the server was stopped": (EximDay(None, [
        (86390, "exim 4.96 daemon terminating: pid=156")]), "server-stopped", "stopped", "23:59"),
})

# Close to a finding, and none.
QUIET = {
    "nothing but the day": Day(),
    "greylisted twice, then the log ends": Day(None, None, stuck(2)),
    "a client that tries ninety passwords": Day(None, None, guesses(90, lambda n: "203.0.113.5")),
    "forty unknown users": Day(None, None, harvest(40)),
    "one restart": Day(None, None, restarts(1)),
    "two failures of our own": Day(None, None, notices("cleanup[7]: warning: queue file write error: No space left on device", 2)),
    "ten refusals": Day(lambda second, number, domain: ("bounced", "5.7.1", "554 5.7.1 blocked using bl.example")
                        if number % 60 == 0 else None),
}

with Directory() as files:
    for name, (day, wanted, words, since) in KINDS.items():
        findings = analyze(files("mail.log", day.text())).json()["findings"]
        found = findings[0] if findings else {"id": "none", "title": "", "evidence": "", "fix": "", "since": ""}
        tap.equal([f["id"] for f in findings], [wanted], name)
        tap.ok(words in found["title"] + found["evidence"] + found["fix"], "%s: it says \"%s\"" % (name, words), found)
        tap.ok(found["since"].startswith("2026-11-21T" + since), "%s: since %s" % (name, since), found["since"])
    for name, day in QUIET.items():
        findings = analyze(files("mail.log", day.text())).json()["findings"]
        tap.equal([f["id"] for f in findings], [], "no finding: " + name)
tap.done()
