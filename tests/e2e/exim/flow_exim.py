"""Brings the world of world_exim.py to life, once: starts Exim daemons and the scripts of the other side, sends the
mails, lets strangers come, waits until all has happened, and stops with nothing on the way.

usage (inside namespace.sh): flow_exim.py PLACE LIBRARIES
Leaves in PLACE/run: NAME/mainlog, NAME/rejectlog, NAME/paniclog of every daemon (or NAME.syslog), journal.jsonl.
"""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import world_exim as world
import configuration
import flow
from flow import Client, Dialogue, RefusalWatcher
from instance import wait_for
from journal import Journal, split_reply
from sink import Session, Sink

USER = 5101
flow.STAGES.update({"EXPN": "expn", "ETRN": "etrn"})


# ---- the other side ------------------------------------------------------------------------------------------------------
class LoginSession(Session):
    """A session that offers AUTH and answers it as the sink says."""

    def on_ehlo(self, _line):
        self.plain("250-%s" % self.sink.hostname, "250-SIZE 10240000", "250-PIPELINING", "250 AUTH PLAIN LOGIN")

    def on_auth(self, _line):
        self.say("auth", self.sink.auth)


class LoginSink(Sink):
    def __init__(self, *arguments, auth=None, **more):
        super().__init__(*arguments, **more)
        self.auth = auth

    def listen(self):
        while True:
            connection, peer = self.socket.accept()
            connection.settimeout(60)
            threading.Thread(target=LoginSession(self, connection, peer).run, daemon=True).start()


class Greylister(threading.Thread):
    """Answers the receiving Exim: `no` until two seconds after the first question about a key, then `yes`."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.seen = {}
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.socket.listen(32)

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            key = connection.makefile().readline()
            first = self.seen.setdefault(key, time.time())
            connection.sendall(b"yes" if time.time() - first > 2 else b"no")
            connection.close()


class SyslogWriter(threading.Thread):
    """/dev/log: writes what comes as rsyslog would, one file a program."""

    def __init__(self, directory, host):
        super().__init__(daemon=True)
        self.directory, self.host = directory, host
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)

    def run(self):
        while True:
            text = self.socket.recv(65536).rstrip(b"\n\0").split(b">", 1)[-1][16:]
            program = text.split(b"[")[0].split(b":")[0].decode("ascii", "replace")
            stamp = time.strftime("%b %e %H:%M:%S", time.gmtime())
            with open("%s/%s.syslog" % (self.directory, program), "ab") as out:
                out.write(b"%s %s %s\n" % (stamp.encode(), self.host.encode(), text))


class EximDialogue(Dialogue):
    """The same visits for Exim: without HELO where that is the point, or speaking before the greeting."""

    def note(self, stage, reply, verdict, recipient=None):
        """Every reply, with what it becomes in the log; a verdict that does not fit the reply is said."""
        if not reply or not reply[0][:3].isdigit():          # the alert of a broken TLS handshake
            return 0
        code, enhanced = split_reply(reply)
        self.journal.write(
            "client", instance=self.talk["instance"], client=self.talk["client"], helo=self.talk["helo"], stage=stage,
            code=code, enhanced=enhanced, lines=reply, sender=self.sender, recipient=recipient,
            recipients=list(self.accepted) if stage == "eod" else None, verdict=verdict)
        if verdict in ("reject", "auth") and code < 400:
            self.journal.write("flow", unexpected="%s: %s gave %s" % (self.talk["client"], stage, reply[0]))
        if verdict is None and code >= 400 and stage in ("rcpt", "eod") and not self.talk.get("clumsy"):
            self.journal.write("flow", unexpected="%s: %s gave %s" % (self.talk["client"], stage, reply[0]))
        return code

    def run(self):
        if self.talk["helo"] and not self.talk.get("eager"):
            Dialogue.run(self)
            return
        client = Client(self.talk["server"], 25, self.talk["client"])
        if self.talk.get("eager"):
            client.send("EHLO " + "too.early.example")
        code = self.note("connect", client.reply(), self.talk.get("greeting"))
        for text, verdict in self.lines if 0 < code < 400 else []:
            if not self.line(client, text, verdict):
                break
        client.close()


# ---- Exim ----------------------------------------------------------------------------------------------------------------
class Exim:
    def __init__(self, flow, name, facts, make):
        self.flow, self.name = flow, name
        home = "%s/%s" % (flow.work, name)
        logs = "%s/%s" % (flow.run_directory, name)
        for path in (home, home + "/spool", home + "/mail"):
            os.mkdir(path)
            os.chown(path, USER, USER)
        if facts["log"] == "file":
            os.mkdir(logs)
            os.chown(logs, USER, USER)
        self.path = "/etc/exim4/%s.conf" % name
        with open(self.path, "w", encoding="ascii") as out:
            out.write(make(
                name=world.OUT_NAME if name in world.SENDERS else world.IN_NAME, home=home, ip=facts["ip"],
                log=logs + "/%slog" if facts["log"] == "file" else "syslog", selector=facts["selector"],
                root=flow.root, work=flow.work, more=facts.get("more", ""), syslog="exim-" + name))
        with open("/etc/exim4/trusted_configs", "a", encoding="ascii") as out:
            out.write(self.path + "\n")
        self.daemon = None

    def command(self, *words):
        return [self.flow.root + "/usr/sbin/exim4", "-C", self.path, *words]

    def start(self):
        self.daemon = subprocess.Popen(self.command("-bdf", "-q1s"), env=self.flow.environment, stdin=subprocess.DEVNULL,
                                       stdout=open(self.flow.work + "/%s.stdout" % self.name, "wb"),
                                       stderr=subprocess.STDOUT, start_new_session=True)

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        try:
            self.daemon.wait(5)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()


def exims():
    """Process ids of all Exim processes (ours: we are alone here)."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.readlink("/proc/%s/exe" % entry).endswith("/exim4"):
                    found.append(int(entry))
            except OSError:
                pass
    return found


# ---- the flow ------------------------------------------------------------------------------------------------------------
class Flow:
    def __init__(self, place, libraries):
        self.root, self.run_directory, self.work = place + "/root", place + "/run", place + "/work"
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LANG": "C",
                            "LD_LIBRARY_PATH": libraries}
        self.journal = Journal(self.run_directory + "/journal.jsonl")
        self.daemons = {}

    def write(self, name, text):
        with open(self.work + "/" + name, "w", encoding="ascii") as out:
            out.write(text)

    def prepare(self):
        pairs = [("127.0.0.1", "localhost")]
        pairs += [(facts["ip"], world.OUT_NAME) for facts in world.SENDERS.values()]
        pairs += [(ip, "mx.%s.example" % name) for name, ip in world.DEAD_IPS.items()]
        pairs += [(sink["ip"], "mx.%s.example" % name) for name, sink in world.SINKS.items()]
        pairs += [(ip, name) for ip, name in world.CLIENTS.items() if name]
        with open("/etc/hosts", "w", encoding="ascii") as out:
            out.write("".join("%s %s\n" % pair for pair in pairs))
        self.write("routes", "".join("%s: %s\n" % pair for pair in world.ROUTES.items()))
        self.write("aliases", "".join("%s: %s\n" % pair for pair in world.ALIASES.items()))
        path = self.work + "/certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=test.example", "-keyout", path, "-out", path + ".crt"], stdin=subprocess.DEVNULL,
                       capture_output=True, check=True)
        with open(path + ".crt", encoding="ascii") as certificate, open(path, "a", encoding="ascii") as both:
            both.write(certificate.read())
        os.chmod(path, 0o644)

    def start_sinks(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.work + "/certificate.pem")
        for name, facts in world.SINKS.items():
            facts = dict(facts, tls=context if facts.get("tls") else None)
            kind = LoginSink if "auth" in facts else Sink
            kind(self.journal, name, hostname="mx.%s.example" % name, words=world.WORDS, **facts).start()
        Sink(self.journal, "lmtp", "127.0.0.1", "localhost", words=world.WORDS, port=24, lmtp=True).start()

    def submit(self, name, mail):
        """The sender's address tells the daemons apart, and the messages: greylisting scripts go by it."""
        mail = dict(mail, sender=mail["sender"].replace("@", "-%s@" % name))
        client = Client(world.SENDERS[name]["ip"], 587)
        client.reply()
        client.command("EHLO submit.example")
        client.command("MAIL FROM:<%s>" % mail["sender"])
        for recipient in mail["recipients"]:
            client.command("RCPT TO:<%s>" % recipient)
        client.command("DATA")
        reply = client.command("From: <%s>\r\nSubject: \"%s\" for you \\ (test)\r\n\r\nHello.\r\n."
                               % (mail["sender"], mail["tag"]))
        self.journal.write("submit", instance=name, reply=reply, **mail)
        client.command("QUIT")
        client.close()

    def converse(self, name, talk):
        talk = dict(talk, server=world.RECEIVERS[name]["ip"], instance=name)
        EximDialogue(self.journal, talk, talk["lines"]).run()
        if talk["again"]:
            time.sleep(talk["after"])
            EximDialogue(self.journal, talk, talk["again"]).run()

    def run(self):
        self.prepare()
        self.start_sinks()
        if os.path.exists("/dev/log"):
            os.unlink("/dev/log")
        SyslogWriter(self.run_directory, "mx-exim").start()
        Greylister(self.work + "/greylist").start()
        RefusalWatcher(self.journal, world.DEAD_IPS).start()
        for name, facts in world.SENDERS.items():
            self.daemons[name] = Exim(self, name, facts, configuration.sender)
        for name, facts in world.RECEIVERS.items():
            self.daemons[name] = Exim(self, name, facts, configuration.receiver)
        for daemon in self.daemons.values():
            daemon.start()
        for name, facts in {**world.SENDERS, **world.RECEIVERS}.items():
            port = 587 if name in world.SENDERS else 25
            if not wait_for(lambda: self.answers(facts["ip"], port), 10):
                raise SystemExit("no answer from %s: %s" % (name, open(self.work + "/%s.stdout" % name).read()))
        threads = [threading.Thread(target=self.strangers, args=(name,)) for name in world.RECEIVERS]
        threads += [threading.Thread(target=lambda n=name: [self.submit(n, mail) for mail in world.MAILS])
                    for name in world.SENDERS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.journal.write("flow", said="all sent")
        time.sleep(float(os.environ.get("E2E_EXIM_SECONDS", "14")))
        for daemon in self.daemons.values():
            daemon.stop()
        if not wait_for(lambda: not exims(), 20):
            self.journal.write("flow", unexpected="Exim processes are left: %s" % exims())
        time.sleep(0.5)
        self.journal.close()
        for name in self.daemons:
            shutil.copy("/etc/exim4/%s.conf" % name, self.run_directory)

    @staticmethod
    def answers(ip, port):
        try:
            client = Client(ip, port, "192.0.2.101" if port == 25 else None)
            client.reply()
            client.command("QUIT")
            client.close()
            return True
        except OSError:
            return False

    def strangers(self, name):
        for talk in world.DIALOGUES:
            try:
                self.converse(name, talk)
            except OSError as error:
                self.journal.write("flow", unexpected="%s: %s: %s" % (name, talk["client"], error))


if __name__ == "__main__":
    Flow(sys.argv[1], sys.argv[2]).run()
