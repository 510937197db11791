"""A recording wire between our sending and our receiving Postfix: passes bytes on, writes every reply into the journal.

Knows just enough SMTP for that: replies belong to the oldest unanswered command, and after 354 the client speaks body
until the lone dot. The journal entries look like those of a sink, so the same code computes what they must lead to.
"""

import socket
import threading

from journal import split_reply

STAGES = {"EHLO": "ehlo", "HELO": "helo", "MAIL": "mail", "RCPT": "rcpt", "DATA": "data", "RSET": "rset",
          "QUIT": "quit", "NOOP": "noop"}


class Tap:
    """Listens at one address and connects to another; the receiving side sees `source` as the client's address."""

    def __init__(self, journal, name, ip, target, source):
        self.journal, self.name, self.ip, self.target, self.source = journal, name, ip, target, source
        self.sessions = 0

    def start(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.ip, 25))
        listener.listen(64)
        threading.Thread(target=self.listen, args=(listener,), daemon=True).start()

    def listen(self, listener):
        while True:
            near, peer = listener.accept()
            self.sessions += 1
            TapSession(self, near, peer[0], self.sessions).start()


class TapSession:
    """One connection through the wire."""

    def __init__(self, tap, near, client, number):
        self.tap, self.near, self.client, self.number = tap, near, client, number
        self.far = socket.create_connection((tap.target, 25), source_address=(tap.source, 0))
        self.lock = threading.Lock()
        self.waiting = [("connect", None)]
        self.body = False
        self.transaction, self.sender, self.accepted = 0, None, []

    def start(self):
        threading.Thread(target=self.commands, daemon=True).start()
        threading.Thread(target=self.replies, daemon=True).start()

    def commands(self):
        try:
            for line in self.near.makefile("rb"):
                with self.lock:
                    self.note_command(line)
                self.far.sendall(line)
        except OSError:
            pass
        finally:
            self.end(self.far)

    def note_command(self, line):
        if self.body:
            if line == b".\r\n":
                self.body = False
                self.waiting.append(("eod", None))
            return
        text = line.decode("utf-8", "replace")
        stage = STAGES.get(text[:4].upper(), "other")
        address = text[text.index("<") + 1:text.index(">")] if stage in ("mail", "rcpt") else None
        self.waiting.append((stage, address))

    def replies(self):
        lines = []
        try:
            for line in self.far.makefile("rb"):
                lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
                if line[3:4] != b"-":
                    with self.lock:
                        self.note_reply(lines)
                    lines = []
                self.near.sendall(line)
        except OSError:
            pass
        finally:
            self.end(self.near)

    def note_reply(self, lines):
        stage, address = self.waiting.pop(0) if self.waiting else ("other", None)
        code, enhanced = split_reply(lines)
        recipients = None
        if stage == "mail":
            self.transaction, self.sender, self.accepted = self.transaction + 1, address, []
        elif stage == "rcpt" and code < 300:
            self.accepted.append(address)
        elif stage == "data" and code == 354:
            self.body = True
        elif stage == "eod":
            recipients = list(self.accepted)
        # Positive replies elsewhere, and DATA refused because no recipient was left, have no consequence.
        if (code < 400 and stage != "eod") or (stage == "data" and not self.accepted):
            return
        mark = "named" if "Greylisted, see" in lines[0] else None
        self.tap.journal.write(
            "sink", sink=self.tap.name, ip=self.tap.ip, client=self.client, session="tap%d" % self.number,
            transaction=self.transaction, stage=stage, code=code, enhanced=enhanced, lines=lines, sender=self.sender,
            recipient=address if stage == "rcpt" else None, recipients=recipients, mark=mark, tap=True)

    @staticmethod
    def end(connection):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
