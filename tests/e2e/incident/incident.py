"""One day of a mail server, lived through in little more than a minute: a real Postfix in a network of its own sends to
scripted servers and is visited by scripted clients. The clock of its log runs SPEED times as fast as ours: stamps are
given by our own syslog. At 14:05 of that day the incident begins.

usage (inside ../namespace.sh): incident.py PLACE LIBRARIES MODULES NAME
Leaves in PLACE/run: mail.log.
"""

import datetime
import os
import random
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from flow import Client, LoginServer, listens          # noqa: E402
from instance import Instance, wait_for                # noqa: E402

SPEED = 1200
DAY = 86400.0
START = datetime.datetime(2026, 11, 21, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
ONSET = 14 * 3600 + 5 * 60
OUT_IP, IN_IP, SUBMISSION_IP = "192.0.2.10", "203.0.113.25", "203.0.113.28"
APPLICATION_IP = "192.0.2.101"
POOL = ["192.0.2.10", "198.51.101.7", "198.51.100.201", "203.0.113.5"]
# share of our mail, address, domain
PLACES = [(0.40, "198.51.100.11", "bigmail.example"), (0.25, "198.51.100.12", "greymail.example"),
          (0.20, "198.51.100.13", "partner.example"), (0.15, "198.51.100.14", "school.example")]
CLIENTS = {"192.0.2.102": "mail.partner.example", "192.0.2.103": "mx.school.example",
           "192.0.2.104": "out.bigmail.example", "192.0.2.105": "mail.club.example"}
BOTS = ["198.51.100.201", "198.51.100.202", "198.51.101.7"]
USERS = ["ann", "bob", "carla", "david", "emil"]
GREYLISTING = 0.35                                     # seconds of ours a greylister waits


class Clock:
    """The time of the log."""

    def __init__(self):
        self.begin, self.started = time.monotonic(), False

    def now(self):
        return (time.monotonic() - self.begin) * SPEED

    def stamp(self):
        return (START + datetime.timedelta(seconds=self.now())).isoformat(timespec="microseconds")


class Syslog(threading.Thread):
    """/dev/log, with the stamps of the fast clock."""

    def __init__(self, clock, path):
        super().__init__(daemon=True)
        self.clock, self.out = clock, open(path, "w", encoding="utf-8")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)

    def run(self):
        while True:
            text = self.socket.recv(65536).decode("utf-8", "replace").rstrip("\n\0").split(">", 1)[-1]
            if text[3:4] == " " and text[9:10] == ":":  # the sender's own stamp
                text = text[16:]
            if not self.clock.started or self.clock.now() >= DAY:
                continue
            self.out.write("%s mx1 %s\n" % (self.clock.stamp(), text))
            self.out.flush()


class Server(threading.Thread):
    """A mail server of somebody else: 250 to everything, but for what `answer(stage, client, sender, recipient)` says."""

    def __init__(self, ip, name, answer):
        super().__init__(daemon=True)
        self.name_, self.answer, self.count = name, answer, 0
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((ip, 25))
        self.listener.listen(64)

    def run(self):
        while True:
            connection, (client, _) = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection, client), daemon=True).start()

    def serve(self, connection, client):
        sender, recipient = "", ""

        def say(text):
            connection.sendall(text.encode() + b"\r\n")

        try:
            say("220 %s ESMTP" % self.name_)
            lines = connection.makefile("rb")
            for raw in lines:
                line = raw.decode("utf-8", "replace").strip()
                verb = line[:4].upper()
                if verb in ("EHLO", "HELO"):
                    say("250 " + self.name_)
                elif verb == "MAIL":
                    sender = line[line.find("<") + 1:line.find(">")]
                    say(self.answer("mail", client, sender, "") or "250 2.1.0 Ok")
                elif verb == "RCPT":
                    recipient = line[line.find("<") + 1:line.find(">")]
                    say(self.answer("rcpt", client, sender, recipient) or "250 2.1.5 Ok")
                elif verb == "DATA":
                    say("354 End data with <CR><LF>.<CR><LF>")
                    while next(lines, b".\r\n").rstrip(b"\r\n") != b".":
                        pass
                    self.count += 1
                    say(self.answer("eod", client, sender, recipient) or
                        "250 2.0.0 Ok: queued as %08X" % (0x5A000000 + self.count * 977))
                elif verb == "QUIT":
                    say("221 2.0.0 Bye")
                    break
                else:
                    say("250 2.0.0 Ok")
        except OSError:
            pass
        connection.close()


class Silent:
    """A journal nobody reads."""

    def write(self, *_, **__):
        pass


class Incident:
    """The day. Subclasses make something go wrong from ONSET on."""

    outgoing, incoming, seed = 380, 300, 1

    def __init__(self, place, libraries):
        self.root, self.work, self.run_directory = place + "/root", place + "/work", place + "/run"
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LANG": "C",
                            "LD_LIBRARY_PATH": libraries}
        self.random = random.Random(self.seed)
        self.clock, self.seen = Clock(), {}
        self.home = self.work + "/mx"
        os.mkdir(self.home)

    # -- what an incident may change
    def parameters(self):
        return {}

    def services(self):
        return ""

    def prepare(self):
        pass

    def answer_bigmail(self, stage, client, sender, recipient):
        return None

    def grey_key(self, client, sender, recipient):
        return sender, recipient

    def extra(self, at):
        """More that happens at a time, once in five minutes."""

    # -- the world
    def wrong(self):
        return self.clock.now() >= ONSET

    def greylist(self, stage, client, sender, recipient):
        """As postgrey with --lookup-by-host: the first try of client, sender and recipient is put off."""
        if stage != "rcpt":
            return None
        key = self.grey_key(client, sender, recipient)
        first = self.seen.setdefault(key, time.monotonic())
        if time.monotonic() - first >= GREYLISTING:
            return None
        return "450 4.2.0 <%s>: Recipient address rejected: Greylisted, see http://grey.example/help.html" % recipient

    def somewhat(self, stage, client, sender, recipient):
        """What every server answers now and then."""
        if stage == "rcpt" and recipient.startswith("gone"):
            return "550 5.1.1 <%s>: Recipient address rejected: User unknown in virtual mailbox table" % recipient
        if stage == "rcpt" and recipient.startswith("full"):
            return "452 4.2.2 <%s>: mailbox is full" % recipient
        return None

    def write(self, name, text):
        path = os.path.join(self.work, name)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        os.chmod(path, 0o644)
        return path

    def start(self):
        names = [("127.0.0.1", "localhost"), (OUT_IP, "mx1.example.org")] + list(CLIENTS.items())
        names += [(ip, "mx.%s %s" % (domain, domain)) for _, ip, domain in PLACES]
        with open("/etc/hosts", "w", encoding="ascii") as out:
            out.write("".join("%s %s\n" % pair for pair in names))
        Syslog(self.clock, self.run_directory + "/mail.log").start()
        LoginServer(Silent(), 12345).start()
        for _, ip, domain in PLACES:
            answer = {"bigmail.example": lambda *a: self.answer_bigmail(*a) or self.somewhat(*a),
                      "greymail.example": self.greylist}.get(domain, self.somewhat)
            Server(ip, "mx." + domain, answer).start()
        self.prepare()
        transport = self.write("transport", "".join("%s smtp:[mx.%s]\n" % (domain, domain) for _, _, domain in PLACES))
        mailboxes = self.write("mailboxes", "".join("%s@example.org %s/\n" % (user, user) for user in USERS))
        os.mkdir(self.work + "/mailbox")
        os.chown(self.work + "/mailbox", 5001, 5001)
        parameters = {
            "maillog_file": "", "maillog_file_prefixes": "/var", "myhostname": "mx1.example.org", "mydomain": "example.org",
            "mynetworks": APPLICATION_IP + "/32", "inet_protocols": "ipv4",
            "inet_interfaces": IN_IP + ", " + SUBMISSION_IP, "smtp_bind_address": OUT_IP,
            "transport_maps": "texthash:" + transport, "virtual_mailbox_domains": "example.org",
            "virtual_mailbox_maps": "texthash:" + mailboxes, "virtual_mailbox_base": self.work + "/mailbox",
            "virtual_uid_maps": "static:5001", "virtual_gid_maps": "static:5001", "virtual_minimum_uid": "1000",
            "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
            "minimal_backoff_time": "1s", "maximal_backoff_time": "4s", "queue_run_delay": "1s",
            "message_size_limit": "1000000", "syslog_name": "postfix",
        }
        parameters.update(self.parameters())
        services = "%s:25 inet n - n - - smtpd\n" % IN_IP
        services += ("%s:25 inet n - n - - smtpd\n -o syslog_name=postfix/submission\n -o smtpd_sasl_auth_enable=yes\n"
                     " -o smtpd_sasl_type=dovecot\n -o smtpd_sasl_path=inet:127.0.0.1:12345\n"
                     " -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject\n") % SUBMISSION_IP
        self.postfix = Instance("mx", self.root, self.home, "", self.environment, parameters,
                                services + self.services())
        self.postfix.prepare()
        self.postfix.start()
        if not wait_for(lambda: listens((IN_IP, 25)) and listens((SUBMISSION_IP, 25)), 20):
            sys.exit("Postfix does not listen")
        self.clock.begin, self.clock.started = time.monotonic(), True

    # -- visits
    def mail(self, server, source, helo, sender, recipient, login=None):
        try:
            client = Client(server, 25, source)
            client.reply()
            client.command("EHLO " + helo)
            if login:
                client.command("AUTH PLAIN " + login)
            answer = client.command("MAIL FROM:<%s>" % sender)
            if answer and answer[0].startswith("2") and client.command("RCPT TO:<%s>" % recipient)[0].startswith("2"):
                client.command("DATA")
                client.command("Subject: hello\r\n\r\n" + "x" * self.random.randint(20, 900) + "\r\n.")
            client.command("QUIT")
            client.close()
        except (OSError, IndexError):
            pass

    def send_out(self, number):
        draw, domain = self.random.random(), PLACES[-1][2]
        for share, _, name in PLACES:
            draw -= share
            if draw < 0:
                domain = name
                break
        user = "gone" if self.random.random() < 0.012 else "full" if self.random.random() < 0.006 else "kim"
        self.mail(IN_IP, APPLICATION_IP, "app.example.org", "%s@example.org" % self.random.choice(USERS),
                  "%s-%d@%s" % (user, number, domain))

    def take_in(self, number):
        source, helo = self.random.choice(list(CLIENTS.items()))
        self.mail(IN_IP, source, helo, "pen-%d@%s" % (number, helo.split(".", 1)[1]),
                  "%s@example.org" % self.random.choice(USERS))

    def bot(self, number):
        """The background of every server: unknown users, relaying, a guessed password now and then."""
        source = self.random.choice(BOTS)
        kind = number % 3
        if kind == 0:
            self.mail(IN_IP, source, "user", "x@bad.example", "info%d@example.org" % number)
        elif kind == 1:
            self.mail(IN_IP, source, "user", "x@bad.example", "test@elsewhere.example")
        else:
            self.guess(source, "admin")

    def guess(self, source, user):
        client = Client(SUBMISSION_IP, 25, source)
        client.reply()
        client.command("EHLO user")
        client.command("AUTH PLAIN " + base64_of("\0%s\0wrong" % user))
        client.command("QUIT")
        client.close()

    def plan(self):
        """Times of the day at which something comes: little at night."""
        events = []
        for kind, count in ((self.send_out, self.outgoing), (self.take_in, self.incoming), (self.bot, 45)):
            number = 0
            while number < count:
                at = self.random.random()
                weight = 0.1 + 0.9 * max(0.0, 1 - abs(at - 0.55) / 0.4)
                if self.random.random() < weight or kind == self.bot:
                    number += 1
                    events.append((at * DAY, kind, number))
        events += [(at * 300.0, None, at) for at in range(288)]
        return sorted(events, key=lambda event: event[0])

    def live(self):
        self.start()
        for at, kind, number in self.plan():
            pause = (at - self.clock.now()) / SPEED
            if pause > 0:
                time.sleep(pause)
            if kind is None:
                self.extra(at)
            else:
                threading.Thread(target=kind, args=(number,), daemon=True).start()
        while self.clock.now() < DAY:
            time.sleep(0.05)
        self.end()

    def end(self):
        self.postfix.hold_queue()
        time.sleep(0.2)


def base64_of(text):
    import base64
    return base64.b64encode(text.encode()).decode()


class Healthy(Incident):
    seed = 10


class Block(Incident):
    """The largest provider refuses everything from our address."""

    seed = 11

    def answer_bigmail(self, stage, client, sender, recipient):
        if stage != "rcpt" or not self.wrong() or self.random.random() < 0.1:
            return None
        return ("550 5.7.1 Service unavailable, Client host [%s] blocked using bl.bigmail.example; "
                "see https://postmaster.bigmail.example/delist?ip=%s") % (client, client)


class Greylisting(Incident):
    """Mail leaves from a pool of addresses, chosen anew at each try; the greylister knows none of them."""

    seed = 12

    def parameters(self):
        pool = ", ".join("out%d:" % i for i in range(len(POOL)))
        ours = self.write("ours", "/@example\\.org$/ virtual:\n")
        return {"transport_maps": "regexp:%s, randmap:{%s}" % (ours, pool)}

    def services(self):
        return "".join("out%d unix - - n - - smtp\n -o syslog_name=postfix/out%d\n -o smtp_bind_address=%s\n" %
                       (i, i, ip) for i, ip in enumerate(POOL))

    def grey_key(self, client, sender, recipient):
        # From ONSET on the greylister counts hosts and forgets soon; before, it let known senders through.
        if not self.wrong():
            return sender
        return client, sender, recipient, int(self.clock.now() / 3600)


class Certificate(Incident):
    """Clients that look at our certificate find it expired."""

    seed = 13

    def openssl(self, *arguments):
        subprocess.run(["openssl"] + list(arguments), cwd=self.work, check=True, stdin=subprocess.DEVNULL,
                       capture_output=True)

    def make(self, name, begin, end):
        """A key and a certificate of our own authority, in one file."""
        self.openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mx1.example.org", "-config", "ca.cnf",
                     "-keyout", name + ".key", "-out", name + ".csr")
        self.openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-in", name + ".csr", "-startdate", begin,
                     "-enddate", end, "-out", name + ".crt")
        path = os.path.join(self.work, name)
        with open(path, "w", encoding="ascii") as both:
            for part in (".key", ".crt"):
                with open(path + part, encoding="ascii") as one:
                    both.write(one.read())
        os.chmod(path, 0o600)
        return path

    def prepare(self):
        self.write("ca.cnf", """[ca]
default_ca = own
[own]
database = index
serial = serial
new_certs_dir = .
private_key = ca.key
certificate = ca.crt
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:TRUE
""")
        self.write("index", "")
        self.write("serial", "01\n")
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
                     "-config", "ca.cnf", "-keyout", "ca.key", "-out", "ca.crt")
        self.old = self.make("old.pem", "200101000000Z", "210101000000Z")
        self.good = self.make("good.pem", "200101000000Z", "490101000000Z")
        self.current = self.work + "/current.pem"
        os.link(self.good, self.current)
        self.changed = False

    def parameters(self):
        return {"smtpd_tls_chain_files": self.current, "smtpd_tls_security_level": "may", "smtpd_tls_loglevel": "1",
                "max_use": "1"}

    def extra(self, at):
        if self.wrong() and not self.changed:           # as if the last hour of the certificate had struck
            self.changed = True
            os.link(self.old, self.current + ".new")
            os.rename(self.current + ".new", self.current)

    def mail(self, server, source, helo, sender, recipient, login=None):
        if server != IN_IP or source in (APPLICATION_IP,) or source in BOTS:
            return super().mail(server, source, helo, sender, recipient, login)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.load_verify_locations(self.work + "/ca.crt")
        try:
            client = Client(server, 25, source)
            client.reply()
            client.command("EHLO " + helo)
            client.command("STARTTLS")
            client.socket = context.wrap_socket(client.socket)
            client.file = client.socket.makefile("rb")
            client.command("EHLO " + helo)
            client.command("MAIL FROM:<%s>" % sender)
            client.command("RCPT TO:<%s>" % recipient)
            client.command("DATA")
            client.command("Subject: hello\r\n\r\nhello\r\n.")
            client.command("QUIT")
            client.close()
        except (OSError, IndexError):
            pass
        return None


class Disk(Incident):
    """The file system of the queue fills up."""

    seed = 14

    def __init__(self, place, libraries):
        super().__init__(place, libraries)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", self.home], check=True)
        self.full = False

    def extra(self, at):
        if self.wrong() and not self.full:
            self.full = True
            with open(self.home + "/core", "wb") as out:
                try:
                    while True:
                        out.write(b"\0" * 65536)
                        out.flush()
                except OSError:
                    pass
            size = os.path.getsize(self.home + "/core")
            os.truncate(self.home + "/core", max(0, size - 300000))


class Guessing(Incident):
    """Three hosts try passwords, one after another."""

    seed = 15

    def extra(self, at):
        if self.wrong() and at < ONSET + 5 * 3600:
            for source in BOTS:
                for _ in range(3):
                    user = self.random.choice(["info", "office", "bob", "ann", "sales", "test"])
                    threading.Thread(target=self.guess, args=(source, user), daemon=True).start()


NAMES = {"healthy-day": Healthy, "provider-block": Block, "greylisting-storm": Greylisting,
         "expired-certificate": Certificate, "full-disk": Disk, "password-guessing": Guessing}


def main():
    place, libraries, _, name = sys.argv[1:5]
    day = NAMES[name](place, libraries)
    try:
        day.live()
    finally:
        if hasattr(day, "postfix"):
            day.postfix.stop()


if __name__ == "__main__":
    main()
