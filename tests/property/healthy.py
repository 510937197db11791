"""Logs of healthy mail servers, made from a seed: small and large ones, over one to five days, with the background that
every server has: bots that guess names and passwords, listed clients, greylisting both ways, full mailboxes, hosts that
are down for an hour, a newsletter with some dead addresses, reloads and a restart. Nothing in them needs anybody.
"""

import math
import random
import time

BEGIN = 1793577600                                     # 2026-11-02T00:00:00Z
DOMAINS = ["%s.example" % word for word in
           "anchor barley cedar dune ember fjord glade harbor iris juniper kestrel lagoon meadow nectar orchid "
           "pebble quartz river spruce thistle umber violet willow yarrow zephyr".split()]
USERS = "ann bob carla david emil fay gus hana ida jo".split()


class Server:
    """Writes the log of one server."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.days = self.random.choice([1, 1, 2, 3, 5])
        self.outgoing = int(10 ** self.random.uniform(1.3, 3.2))    # messages a day
        self.incoming = int(10 ** self.random.uniform(1.3, 3.2))
        self.weekend = self.random.random() < 0.5
        self.lines, self.number = [], 0
        self.strangers = ["198.51.100.%d" % n for n in self.random.sample(range(1, 255), 40)]
        self.domains = self.random.sample(DOMAINS, self.random.randint(6, len(DOMAINS)))
        self.greylisters = set(self.domains[-max(1, len(self.domains) // 5):])

    def say(self, at, daemon, text):
        self.lines.append((at, len(self.lines), "%s mx1 postfix/%s: %s" % (
            time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".%06d+00:00" % (at % 1 * 1000000), daemon, text)))

    def queue_id(self):
        self.number += 1
        return "4j%04dz%05dz1" % (self.number // 10000, self.number % 100000)

    def moments(self, count):
        """Times: few at night, most before noon and after lunch."""
        for _ in range(count):
            while True:
                at = self.random.random() * self.days
                wave = (1 - math.cos(2 * math.pi * at)) / 2
                quiet = 0.3 if self.weekend and int(at) % 7 >= 5 else 1
                if self.random.random() < (0.08 + 0.92 * wave) * quiet:
                    break
            yield BEGIN + at * 86400

    def deliver(self, qid, at, recipient, status, dsn, text, relay, delay):
        self.say(at, "smtp[%d]" % self.random.randint(300, 400),
                 "%s: to=<%s>, relay=%s, delay=%.2f, delays=0.1/0/0.2/0.3, dsn=%s, status=%s (%s)" %
                 (qid, recipient, relay, delay, dsn, status, text))

    def send(self, at, recipient, sender="ann@example.org"):
        qid, domain = self.queue_id(), recipient.split("@")[1]
        host = "mx.%s[203.0.113.%d]:25" % (domain, 1 + DOMAINS.index(domain))
        said = "host %s said: " % host[:-3]
        draw, tries, begin = self.random.random(), 0, at
        self.say(at, "smtpd[201]", "%s: client=app.example.org[192.0.2.20]" % qid)
        self.say(at, "cleanup[202]", "%s: message-id=<%s@example.org>" % (qid, qid))
        self.say(at, "qmgr[100]", "%s: from=<%s>, size=%d, nrcpt=1 (queue active)" % (
            qid, sender, self.random.randint(800, 90000)))
        at += self.random.uniform(0.2, 3)
        end = BEGIN + self.days * 86400
        reason = None
        if domain in self.greylisters and draw < 0.5:
            reason, tries = "450 4.2.0 <%s>: Recipient address rejected: Greylisted (in reply to RCPT TO command)", 1
        elif draw < 0.012:
            reason, tries = "452 4.2.2 <%s>: Mailbox full (in reply to RCPT TO command)", 400
        elif draw < 0.022:
            reason, tries = "421 4.7.0 <%s> Try again later, closing connection (in reply to MAIL FROM command)", 1
        elif draw < 0.03:
            reason, tries = "connect to mx: Connection timed out", self.random.randint(1, 3)
        while tries > 0 and at < end:
            reply = reason % recipient if "%s" in reason else reason
            relay = "none" if reply.startswith("connect") else host
            self.deliver(qid, at, recipient, "deferred", "4.0.0", reply if relay == "none" else said + reply, relay,
                         at - begin)
            tries -= 1
            at += self.random.uniform(400, 900) + min(at - begin, 3600)
        if at >= end:
            return
        if draw > 0.985:
            self.deliver(qid, at, recipient, "bounced", "5.1.1", said + "550 5.1.1 <%s>: Recipient address rejected: "
                         "User unknown in virtual mailbox table (in reply to RCPT TO command)" % recipient, host, 1)
        else:
            self.deliver(qid, at, recipient, "sent", "2.0.0", "250 2.0.0 Ok: queued as %s" % qid[::-1], host, at - begin)
        self.say(at + 0.01, "qmgr[100]", "%s: removed" % qid)

    def receive(self, at):
        qid, domain = self.queue_id(), self.random.choice(self.domains)
        client = "mail.%s[203.0.113.%d]" % (domain, 1 + DOMAINS.index(domain))
        user = self.random.choice(USERS)
        pid = "smtpd[%d]" % self.random.randint(210, 230)
        if self.random.random() < 0.1:
            self.say(at, pid, "connect from " + client)
            self.say(at + 1, pid, "NOQUEUE: reject: RCPT from %s: 450 4.2.0 <%s@example.org>: Recipient address "
                     "rejected: Greylisted, see http://grey.example/; from=<pen@%s> to=<%s@example.org> proto=ESMTP "
                     "helo=<mail.%s>" % (client, user, domain, user, domain))
            self.say(at + 2, pid, "disconnect from %s ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4" % client)
            at += self.random.uniform(310, 1500)
        self.say(at, pid, "connect from " + client)
        self.say(at + 0.1, pid, "%s: client=%s" % (qid, client))
        self.say(at + 0.2, "cleanup[240]", "%s: message-id=<%s@%s>" % (qid, qid, domain))
        self.say(at + 0.3, "qmgr[100]", "%s: from=<pen@%s>, size=4711, nrcpt=1 (queue active)" % (qid, domain))
        self.say(at + 0.4, pid, "disconnect from %s ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7" % client)
        self.say(at + 0.5, "virtual[250]", "%s: to=<%s@example.org>, relay=virtual, delay=0.4, delays=0.3/0/0/0.1, "
                 "dsn=2.0.0, status=sent (delivered to maildir)" % (qid, user))
        self.say(at + 0.6, "qmgr[100]", "%s: removed" % qid)

    def bot(self, at):
        client = "unknown[%s]" % self.random.choice(self.strangers)
        pid = "smtpd[%d]" % self.random.randint(260, 290)
        kind = self.random.randrange(6)
        self.say(at, pid, "connect from " + client)
        tail = "; from=<x@bad.example> to=<%s@example.org> proto=ESMTP helo=<user>" % self.random.choice(
            ["info", "sales", "admin", "office", "spam%d" % self.random.randrange(99)])
        counters = "ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4"
        if kind == 0:
            self.say(at + 1, pid, "NOQUEUE: reject: RCPT from %s: 550 5.1.1 <info@example.org>: Recipient address "
                     "rejected: User unknown in virtual mailbox table%s" % (client, tail))
        elif kind == 1:
            self.say(at + 1, pid, "NOQUEUE: reject: RCPT from %s: 554 5.7.1 Service unavailable; Client host [x] blocked "
                     "using bl.example; listed%s" % (client, tail))
        elif kind == 2:
            self.say(at + 1, pid, "NOQUEUE: reject: RCPT from %s: 450 4.7.25 Client host rejected: cannot find your "
                     "hostname%s" % (client, tail))
        elif kind == 3:
            self.say(at + 1, pid, "warning: %s: SASL LOGIN authentication failed: UGFzc3dvcmQ6" % client)
            counters = "ehlo=1 auth=0/1 quit=1 commands=2/3"
        elif kind == 4:
            self.say(at + 1, pid, "lost connection after CONNECT from " + client)
            counters = "commands=0/0"
        else:
            self.say(at + 1, pid, "SSL_accept error from %s: %s" % (client, self.random.choice(["lost connection", "-1"])))
            counters = "ehlo=1 starttls=0/1 commands=1/2"
        self.say(at + 2, pid, "disconnect from %s %s" % (client, counters))

    def write(self):
        for at in self.moments(self.outgoing * self.days):
            domain = self.domains[min(int(self.random.expovariate(0.25)), len(self.domains) - 1)]
            self.send(at, "%s%d@%s" % (self.random.choice(USERS), self.random.randrange(50), domain))
        for at in self.moments(self.incoming * self.days):
            self.receive(at)
        for _ in range(int(self.random.uniform(30, 250)) * self.days):        # bots do not sleep
            self.bot(BEGIN + self.random.random() * 86400 * self.days)
        if self.random.random() < 0.5:                 # a newsletter
            at = BEGIN + 86400 * (self.days - 1) + 36000
            for number in range(self.random.randint(100, 800)):
                self.send(at + number * 0.7, "reader%d@%s" % (number, self.random.choice(self.domains)),
                          "news@example.org")
        for day in range(self.days):
            self.say(BEGIN + day * 86400 + 60, "master[99]", "reload -- version 3.7.11, configuration /etc/postfix")
        if self.random.random() < 0.3:                 # an update
            at = BEGIN + self.random.random() * 86400
            self.say(at, "master[99]", "terminating on signal 15")
            self.say(at + 3, "master[98]", "daemon started -- version 3.7.11, configuration /etc/postfix")
        end = BEGIN + self.days * 86400
        return "".join(line + "\n" for at, _, line in sorted(self.lines) if at < end)


def healthy_log(seed):
    return Server(seed).write()
