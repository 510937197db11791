"""Brings the world of world.py to life, once: starts the Postfix instances, postgrey and the scripts of the other side,
sends the mails, lets strangers come, waits until all has happened, and stops with nothing on the way.

usage (inside namespace.sh): flow.py PLACE LIBRARIES MODULES
Leaves in PLACE/run: mx-out.log, mx-in.log, journal.jsonl, and flow.json (what could not be brought to its end).
"""

import base64
import ctypes
import json
import os
import select
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

import world
from instance import Instance, wait_for
from journal import Journal, split_reply
from sink import Reply, Sink
from tap import Tap


# ---- small servers that are no sinks ---------------------------------------------------------------------------------
class SyslogWriter(threading.Thread):
    """/dev/log: postgrey's lines go into the receiving host's log as rsyslog would write them, others are kept apart."""

    def __init__(self, log, stray):
        super().__init__(daemon=True)
        self.log, self.stray = log, stray
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)

    def run(self):
        while True:
            data = self.socket.recv(65536).decode("utf-8", "replace").rstrip("\n\0")
            text = data.split(">", 1)[-1]
            path = self.log if " postgrey[" in text or text.startswith("postgrey[") else self.stray
            stamp = time.strftime("%b %e %H:%M:%S", time.gmtime())
            if text[3:4] == " " and text[9:10] == ":":      # the sender's own stamp
                text = text[16:]
            with open(path, "a", encoding="utf-8") as out:
                out.write("%s %s %s\n" % (stamp, world.IN_NAME.split(".")[0], text))


class RefusalWatcher(threading.Thread):
    """Sees connection attempts to the addresses where nobody listens: the only witness of `Connection refused`.

    The kernel passes on nothing but TCP packets with SYN and without ACK, so that none is lost on a busy machine.
    """

    ONLY_SYN = ((0x30, 0, 0, 23), (0x15, 0, 5, 6),           # protocol is TCP?
                (0xb1, 0, 0, 14), (0x50, 0, 0, 27),          # flags, behind an IP header of any length
                (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x02),      # SYN, no ACK?
                (0x06, 0, 0, 0xffff), (0x06, 0, 0, 0))       # whole packet, nothing
    SO_ATTACH_FILTER = 26

    def __init__(self, journal, names):
        super().__init__(daemon=True)
        self.journal, self.names = journal, {ip: name for name, ip in names.items()}
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in self.ONLY_SYN))
        self.socket.setsockopt(socket.SOL_SOCKET, self.SO_ATTACH_FILTER,
                               struct.pack("HL", len(self.ONLY_SYN), ctypes.addressof(program)))
        self.socket.bind(("lo", 0))

    def run(self):
        while True:
            packet, address = self.socket.recvfrom(65536)
            if address[2] == socket.PACKET_OUTGOING:         # loopback may show each packet twice
                continue
            internet = packet[14:]
            header = (internet[0] & 15) * 4
            ip = socket.inet_ntoa(internet[16:20])
            if ip in self.names:
                self.journal.write("syn", sink=self.names[ip], ip=ip, client=socket.inet_ntoa(internet[12:16]),
                                   port=struct.unpack(">H", internet[header + 2:header + 4])[0])


class LoginServer(threading.Thread):
    """Answers Postfix's questions about passwords (Dovecot's authentication protocol, version 1)."""

    USERS = {"bob": "secret"}

    def __init__(self, journal, port):
        super().__init__(daemon=True)
        self.journal = journal
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(16)

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.sendall(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t1\nCUID\t1\n"
                           b"COOKIE\t00112233445566778899aabbccddeeff\nDONE\n")
        waiting = {}
        for line in connection.makefile("rb"):
            words = line.decode("ascii", "replace").rstrip("\n").split("\t")
            if words[0] not in ("AUTH", "CONT"):
                continue
            number = words[1]
            if words[0] == "AUTH":
                method = words[2]
                response = next((w[5:] for w in words if w.startswith("resp=")), None)
                said = [base64.b64decode(response).decode()] if response else []
                waiting[number] = (method, said)
            else:
                method, said = waiting[number]
                said.append(base64.b64decode(words[2]).decode())
            if method == "PLAIN" and said:
                user, password = said[0].split("\0")[1:]
            elif method == "LOGIN" and len(said) == 2:
                user, password = said
            else:
                prompt = b"Username:" if not said else b"Password:"
                connection.sendall(b"CONT\t%s\t%s\n" % (number.encode(), base64.b64encode(prompt)))
                continue
            right = self.USERS.get(user) == password
            self.journal.write("auth", user=user, ok=right)
            answer = "OK\t%s\tuser=%s\n" if right else "FAIL\t%s\tuser=%s\n"
            connection.sendall((answer % (number, user)).encode())


# ---- a client ----------------------------------------------------------------------------------------------------------
class Client:
    """Speaks SMTP line by line and sees every reply."""

    def __init__(self, server, port, source=None):
        address = (source, 0) if source else None
        self.socket = socket.create_connection((server, port), timeout=20, source_address=address)
        self.file = self.socket.makefile("rb")

    def reply(self):
        """The lines of the next reply; [] when the connection is gone."""
        lines = []
        try:
            for line in self.file:
                lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
                if line[3:4] != b"-":
                    break
        except OSError:
            return []
        return lines

    def send(self, text):
        try:
            self.socket.sendall(text.encode() + b"\r\n")
        except OSError:
            pass

    def command(self, text):
        self.send(text)
        return self.reply()

    def start_tls(self):
        self.command("STARTTLS")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()


STAGES = {"MAIL": "mail", "RCPT": "rcpt", "DATA": "data", "VRFY": "vrfy", "AUTH": "auth", "EHLO": "ehlo", "HELO": "helo"}


class Dialogue:
    """One visit of a stranger to our receiving Postfix; every reply is journaled with what it becomes in the log."""

    def __init__(self, journal, talk, lines):
        self.journal, self.talk, self.lines = journal, talk, lines
        self.sender, self.accepted = None, []
        self.greeting_again = False

    def note(self, stage, reply, verdict, recipient=None):
        if not reply:
            return 0
        code, enhanced = split_reply(reply)
        recipients = list(self.accepted) if stage == "eod" else None
        self.journal.write("client", client=self.talk["client"], server=self.talk["server"], helo=self.talk["helo"],
                           stage=stage, code=code, enhanced=enhanced, lines=reply, sender=self.sender,
                           recipient=recipient, recipients=recipients, verdict=verdict)
        if (verdict in ("reject", "implied", "auth")) != (code >= 400 and verdict is not None):
            self.journal.write("flow", unexpected="%s: %s gave %s" % (self.talk["client"], stage, reply[0]))
        if verdict is None and code >= 400 and stage in ("mail", "rcpt", "eod") and self.sender is not None \
                and not self.talk.get("clumsy"):
            self.journal.write("flow", unexpected="%s: %s gave %s" % (self.talk["client"], stage, reply[0]))
        return code

    def run(self):
        client = Client(self.talk["server"], 25, self.talk["client"])
        verb = self.talk.get("verb", "EHLO")
        hello = "%s %s" % (verb, self.talk["helo"])
        if self.talk.get("eager"):
            client.send(hello)                               # postscreen throws away what comes too early
            self.note("connect", client.reply(), None)
            self.note("ehlo", client.command(hello), None)
        else:
            if self.note("connect", client.reply(), self.talk.get("greeting")) >= 400:
                client.close()
                return
            offered = client.command(hello)
            if self.note(verb.lower(), offered, self.talk.get("hello")) >= 400:
                client.command("QUIT")
                client.close()
                return
            if self.talk.get("tls") and any("STARTTLS" in line for line in offered):
                client.start_tls()
                client.command(hello)
        for text, verdict in self.lines:
            if not self.line(client, text, verdict):
                break
        client.close()

    def line(self, client, text, verdict):
        """False: nothing more to say."""
        if text == "DROP":
            return False
        if text == "HANG":
            self.note("other", client.reply(), verdict)
            return False
        stage = STAGES.get(text.split(" ")[0].upper(), "other")
        recipient = None
        if text.endswith("\r\n."):
            stage = "eod"
        elif stage == "mail" and "<" in text:
            self.sender, self.accepted = text[text.index("<") + 1:text.index(">")], []
        elif stage == "rcpt":
            recipient = text[text.index("<") + 1:text.index(">")]
        elif verdict == "auth":
            stage = "auth"
        reply = client.command(text)
        code = self.note(stage, reply, verdict, recipient)
        if stage == "rcpt" and 200 <= code < 300:
            self.accepted.append(recipient)
        if stage == "eod" or (stage == "mail" and code >= 400):
            self.sender, self.accepted = None, []
        return bool(reply)


# ---- the flow --------------------------------------------------------------------------------------------------------
class Flow:
    """Everything that runs, in one place."""

    def __init__(self, place, libraries, modules):
        self.root, self.run_directory, self.work = place + "/root", place + "/run", place + "/work"
        self.modules = modules
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LANG": "C",
                            "LD_LIBRARY_PATH": libraries}
        self.journal = Journal(self.run_directory + "/journal.jsonl")
        self.logs = {"out": self.run_directory + "/mx-out.log", "in": self.run_directory + "/mx-in.log"}
        self.instances = {}
        self.certificate = self.make_certificate()

    # -- files
    def write(self, name, text):
        path = os.path.join(self.work, name)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        os.chmod(path, 0o644)
        return path

    def make_certificate(self):
        """A key and certificate in one file, or None: then there is no TLS in this run."""
        if not shutil.which("openssl"):
            return None
        path = self.work + "/certificate.pem"
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test.example",
             "-keyout", path, "-out", path + ".crt"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if made.returncode != 0:
            return None
        with open(path + ".crt", encoding="ascii") as certificate, open(path, "a", encoding="ascii") as both:
            both.write(certificate.read())
        return path

    def hosts(self):
        pairs = [("127.0.0.1", "localhost"), (world.OUT_IP, world.OUT_NAME), (world.IN_IP, world.IN_NAME),
                 (world.TAP_IP, "mx.tap.example")]
        pairs += [(ip, "mx.%s.example" % name) for name, ip in world.DEAD_IPS.items()]
        pairs += [(sink["ip"], "mx.%s.example" % name) for name, sink in world.SINKS.items()]
        pairs += [(ip, name) for ip, name in world.CLIENTS.items() if name]
        with open("/etc/hosts", "w", encoding="ascii") as out:
            out.write("".join("%s %s\n" % pair for pair in pairs))

    # -- our side
    def sending(self, name, lifetime=None, **more):
        transport = self.write("transport", "".join("%s %s\n" % pair for pair in world.ROUTES.items()))
        aliases = self.write("aliases", "".join("%s %s\n" % (key.split("@")[0], ", ".join(value))
                                                for key, value in world.ALIASES.items()))
        parameters = {
            "myhostname": world.OUT_NAME, "mydomain": "example.org", "mynetworks": "127.0.0.0/8, 192.0.2.0/24",
            "inet_interfaces": world.OUT_IP + ", 127.0.0.1", "inet_protocols": "ipv4",
            "smtp_bind_address": world.OUT_IP, "transport_maps": "texthash:" + transport,
            "mydestination": "alias.example", "alias_maps": "texthash:" + aliases,
            "smtpd_recipient_restrictions": "permit_mynetworks, reject",
            "smtp_tls_policy_maps": "inline:{ {[mx.notls.example] = encrypt}, {[mx.secure.example] = may} }",
            "smtp_tls_loglevel": "1",
            "syslog_name": "postfix-" + name,
        }
        if lifetime:
            parameters.update({"maximal_queue_lifetime": "%ds" % lifetime, "bounce_queue_lifetime": "1h"})
        parameters.update(more)
        port = {"out": 587, "short": 588, "slow": 589}[name]
        services = "%s:%d inet n - n - - smtpd\n -o syslog_name=postfix-%s/submission\n" % (world.OUT_IP, port, name)
        if name == "out":
            services += ("%s:10024 inet n - n - - smtpd\n -o syslog_name=postfix-out/filtered\n"
                         " -o content_filter=smtp:[127.0.0.1]:10025\n"
                         "127.0.0.1:10026 inet n - n - - smtpd\n -o syslog_name=postfix-out/10026\n") % world.OUT_IP
        self.add(name, "out", parameters, services)

    def receiving(self):
        mailboxes = self.write("mailboxes", "kim@hosted.test kim/\nlea@hosted.test lea/\nbox-1@lmtp.test x\n"
                               "lmtpfull-1@lmtp.test x\nlmtpbusy-1@lmtp.test x\n")
        transport = self.write("transport-in", "lmtp.test lmtp:inet:127.0.0.1:24\n" + "".join(
            "%s %s\n" % (key, value) for key, value in world.ROUTES.items() if not key.endswith(".test")))
        senders = self.write("senders", "blocked@d.example REJECT\nevil@bad.example REJECT\n"
                             "odd521@e.example 521 5.7.1 Go away and do not come back\n"
                             "odd450@e.example 450 4.7.1 This mailbox is being moved\n")
        late = self.write("late", "late@d.example REJECT\n")
        clients = self.write("clients", "198.51.101.7 REJECT\n")
        trusted = self.write("trusted", "192.0.2.104 OK\n192.0.2.105 OK\n")
        headers = self.write("headers", "/^Subject:.*buy gold/ REJECT We buy no gold\n")
        screen = self.write("screen", "198.51.101.7 reject\n")
        os.mkdir(self.work + "/mailbox")
        os.chown(self.work + "/mailbox", 5001, 5001)
        checks = "reject_unlisted_recipient, check_client_access texthash:%s" % trusted
        parameters = {
            "myhostname": world.IN_NAME, "mydomain": "example.net", "mynetworks": "127.0.0.0/8",
            "inet_interfaces": world.IN_IP + ", 127.0.0.1", "inet_protocols": "ipv4",
            "smtp_bind_address": world.IN_IP, "transport_maps": "texthash:" + transport,
            "enable_long_queue_ids": "no", "syslog_name": "postfix",
            "virtual_mailbox_domains": "hosted.test, lmtp.test", "virtual_mailbox_maps": "texthash:" + mailboxes,
            "virtual_mailbox_base": self.work + "/mailbox", "virtual_uid_maps": "static:5001",
            "virtual_gid_maps": "static:5001", "virtual_minimum_uid": "1000",
            "smtpd_helo_required": "yes", "disable_vrfy_command": "yes", "smtpd_timeout": "4s",
            "smtpd_hard_error_limit": "8", "smtpd_relay_restrictions": "permit_mynetworks, "
            "permit_sasl_authenticated, reject_unauth_destination",
            "smtpd_client_restrictions": "check_client_access texthash:" + clients,
            "smtpd_helo_restrictions": "reject_invalid_helo_hostname",
            "smtpd_sender_restrictions": "reject_non_fqdn_sender, check_sender_access texthash:" + senders,
            "smtpd_recipient_restrictions": checks + ", check_policy_service inet:127.0.0.1:10023",
            "smtpd_data_restrictions": "reject_multi_recipient_bounce",
            "smtpd_end_of_data_restrictions": "check_sender_access texthash:" + late,
            "header_checks": "regexp:" + headers, "message_size_limit": "10240000",
            "smtpd_policy_service_default_action": "451 4.3.5 policy service is not there",
            "postscreen_greet_wait": "1s", "postscreen_greet_action": "enforce",
            "postscreen_cache_map": "btree:" + self.work + "/in/data/postscreen_cache",
            "postscreen_pipelining_enable": "yes", "postscreen_pipelining_action": "enforce",
            "postscreen_access_list": "cidr:" + screen, "postscreen_denylist_action": "enforce",
            "postscreen_greet_banner": "mx-in.example.net ESMTP please wait",
            "postscreen_cache_cleanup_interval": "0",
        }
        if self.certificate:
            parameters.update({"smtpd_tls_chain_files": self.certificate, "smtpd_tls_security_level": "may",
                               "smtpd_tls_loglevel": "1"})
        services = (
            "%s:25 inet n - n - - smtpd\n"
            "%s:25 inet n - n - 1 postscreen\n"
            "smtpd pass - - n - - smtpd\n -o smtpd_recipient_restrictions=reject_unlisted_recipient\n"
            "tlsproxy unix - - n - 0 tlsproxy\ndnsblog unix - - n - 0 dnsblog\n"
            "%s:25 inet n - n - - smtpd\n -o smtpd_delay_reject=no\n"
            "%s:25 inet n - n - - smtpd\n -o syslog_name=postfix/submission\n -o smtpd_sasl_auth_enable=yes\n"
            " -o smtpd_sasl_type=dovecot\n -o smtpd_sasl_path=inet:127.0.0.1:12345\n"
            " -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject\n"
        ) % (world.IN_IP, world.SCREEN_IP, world.EARLY_IP, world.SUBMISSION_IP)
        self.add("in", "in", parameters, services)

    def add(self, name, log, parameters, services):
        instance = Instance(name, self.root, os.path.join(self.work, name), self.logs[log], self.environment,
                            parameters, services)
        instance.prepare()
        self.instances[name] = instance

    def start_postgrey(self):
        directory = self.work + "/postgrey"
        os.mkdir(directory, 0o700)
        os.chown(directory, 5002, 5003)
        empty = self.write("nothing", "")
        command = ["perl", "-T"] + ["-I" + path for path in self.modules.split(":")] + [
            self.root + "/usr/sbin/postgrey", "--inet=127.0.0.1:10023", "--delay=%d" % world.POSTGREY_DELAY,
            "--dbdir=" + directory, "--pidfile=" + self.work + "/postgrey.pid", "--daemonize",
            "--auto-whitelist-clients=1000", "--whitelist-clients=" + empty, "--whitelist-recipients=" + empty,
            "--hostname=" + world.IN_NAME]
        with open(self.work + "/postgrey.err", "wb") as errors:
            subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                           check=False)

    # -- the other side
    def start_sinks(self):
        context = None
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
        for name, facts in world.SINKS.items():
            facts = dict(facts, tls=context if facts.get("tls") else None)
            Sink(self.journal, name, hostname="mx.%s.example" % name, words=world.WORDS, **facts).start()
        Sink(self.journal, "lmtp", "127.0.0.1", "localhost", words=world.WORDS, port=24, lmtp=True).start()
        Sink(self.journal, "filter", "127.0.0.1", "localhost", port=10025, accept=self.filter_mail).start()
        Tap(self.journal, "tap", world.TAP_IP, world.IN_IP, world.OUT_IP).start()

    def filter_mail(self, session, recipients):
        """A content filter that likes everything: back into Postfix, and its answer inside ours."""
        client = Client("127.0.0.1", 10026)
        client.reply()
        client.command("EHLO localhost")
        client.command("MAIL FROM:<%s>" % session.sender)
        for recipient in recipients:
            client.command("RCPT TO:<%s>" % recipient)
        client.command("DATA")
        client.socket.sendall(b"".join(session.body))
        answer = client.command(".")
        client.command("QUIT")
        client.close()
        return Reply("250 2.0.0 from MTA(smtp:[127.0.0.1]:10026): " + answer[0])

    # -- traffic
    def submit(self, mail):
        ports = {"out": 587, "short": 588, "slow": 589, "filtered": 10024}
        client = Client(world.OUT_IP, ports[mail["instance"]], world.OUT_IP)
        client.reply()
        client.command("EHLO desk.example.org")
        client.command("MAIL FROM:<%s>" % mail["sender"])
        for recipient in mail["recipients"]:
            client.command("RCPT TO:<%s>" % recipient)
        client.command("DATA")
        reply = client.command("From: <%s>\r\nTo: undisclosed-recipients:;\r\nSubject: %s\r\n"
                               "Message-ID: <%s@desk.example.org>\r\n\r\nHello.\r\n."
                               % (mail["sender"], mail["tag"], mail["tag"]))
        if not reply or not reply[0].startswith("250"):
            self.journal.write("flow", unexpected="%s was not taken: %s" % (mail["tag"], reply))
        self.journal.write("submit", tag=mail["tag"], instance=mail["instance"], sender=mail["sender"],
                           recipients=mail["recipients"], ok=bool(reply) and reply[0].startswith("250"),
                           stale=mail.get("stale"))
        client.command("QUIT")
        client.close()

    def submit_all(self):
        begin = time.monotonic()
        for mail in sorted(world.MAILS, key=lambda m: m["wait"]):
            time.sleep(max(0.0, begin + mail["wait"] - time.monotonic()))
            self.submit(mail)

    def visit(self, talk):
        Dialogue(self.journal, talk, talk["lines"]).run()
        if talk["again"]:
            time.sleep(talk["after"])
            Dialogue(self.journal, talk, talk["again"]).run()

    def visits(self):
        """Strangers come one after the other, a few at the same time, so that their lines mix as they do in life."""
        threads = []
        for talk in world.DIALOGUES:
            thread = threading.Thread(target=self.visit, args=(talk,), daemon=True)
            thread.start()
            threads.append(thread)
            time.sleep(0.15)
        return threads

    # -- ends
    def delivered(self, sender, recipient):
        return any(e.get("stage") == "eod" and e["code"] < 300 and recipient in e.get("recipients", [])
                   and e.get("sender") == sender and e["sink"] not in ("tap", "filter")
                   for e in self.journal.find(role="sink") if not e.get("drop"))

    def mailbox(self, user):
        directory = self.work + "/mailbox/%s/new" % user
        return len(os.listdir(directory)) if os.path.isdir(directory) else 0

    def awaited(self):
        """What must have happened before the end: name -> condition."""
        wanted = {}
        for mail in world.MAILS:
            for recipient in mail["recipients"]:
                word = recipient.split("-")[0]
                fate = world.fate(mail, recipient)
                if fate == "delivered":
                    wanted["delivered " + recipient] = lambda s=mail["sender"], r=recipient: self.delivered(s, r)
                elif fate == "returned":
                    count = world.notices(mail)
                    wanted["returned " + mail["tag"]] = lambda s=mail["sender"], n=count: len([
                        e for e in self.journal.find(role="sink", sender="")
                        if s in (e.get("recipients") or [e.get("recipient")])
                        and (e["stage"] == "eod" and e["code"] < 300 or e["sink"] == "nohome")]) >= n
                elif fate == "waiting" and word in ("greyever", "full"):
                    wanted["refused " + recipient] = lambda s=mail["sender"], r=recipient: len(
                        self.journal.find(role="sink", sender=s, recipient=r)) >= 2
        for user, count in world.MAILBOXES.items():
            wanted["mailbox " + user] = lambda u=user, n=count: self.mailbox(u) >= n
        return wanted

    def wait_for_all(self, seconds):
        missing = self.awaited()

        def all_there():
            for name in [name for name, condition in missing.items() if condition()]:
                del missing[name]
            return not missing
        wait_for(all_there, seconds, 0.25)
        return sorted(missing)

    def start_all(self):
        self.hosts()
        SyslogWriter(self.logs["in"], self.run_directory + "/stray.log").start()
        RefusalWatcher(self.journal, world.DEAD_IPS).start()
        LoginServer(self.journal, 12345).start()
        self.start_sinks()
        self.start_postgrey()
        self.sending("out")
        self.sending("short", lifetime=world.SHORT_LIFETIME)
        self.sending("slow", minimal_backoff_time="300s", maximal_backoff_time="300s",
                     default_destination_concurrency_failed_cohort_limit="1",
                     default_destination_concurrency_limit="1")
        self.receiving()
        for instance in self.instances.values():
            instance.start()
        ports = [(world.OUT_IP, p) for p in (587, 588, 589, 10024)] + [("127.0.0.1", 10023)]
        ports += [(ip, 25) for ip in (world.IN_IP, world.EARLY_IP, world.SUBMISSION_IP)]
        return [port for port in ports if not wait_for(lambda p=port: listens(p), 20)]

    def stop_all(self):
        """Retries stop, what is on the way ends and is logged, then everything stops."""
        for instance in self.instances.values():
            instance.hold_queue()
        time.sleep(2.0)
        for instance in self.instances.values():
            instance.stop()
        for log in self.logs.values():
            os.chmod(log, 0o644)
        for user in world.MAILBOXES:
            self.journal.write("maildir", user=user, count=self.mailbox(user))

    def run(self):
        begin = time.monotonic()
        silent = self.start_all()
        missing = []
        if not silent:
            sender = threading.Thread(target=self.submit_all, daemon=True)
            sender.start()
            threads = self.visits() + [sender]
            for thread in threads:
                thread.join(40)
            missing = self.wait_for_all(40)
        self.stop_all()
        unexpected = [e["unexpected"] for e in self.journal.find(role="flow") if "unexpected" in e]
        with open(self.run_directory + "/flow.json", "w", encoding="utf-8") as out:
            json.dump({"silent": ["%s:%d" % port for port in silent], "missing": missing, "unexpected": unexpected,
                       "seconds": round(time.monotonic() - begin, 1)}, out, indent=1)
        self.journal.close()
        return 1 if silent or missing or unexpected else 0


def listens(port):
    """Somebody listens there, told by the kernel's table (a connection would leave lines in the log)."""
    wanted = "%s:%04X" % ("".join("%02X" % int(part) for part in reversed(port[0].split("."))), port[1])
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1] == wanted and line.split()[3] == "0A" for line in list(table)[1:])


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    time.tzset()
    sys.exit(Flow(*sys.argv[1:4]).run())
