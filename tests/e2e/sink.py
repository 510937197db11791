"""Scripted SMTP and LMTP servers: the other side of our Postfix. They write every reply they give into the journal.

A sink is chosen by address (world.py gives one to every MX). What it says at RCPT and at the end of data is decided by
the recipient's first word (`grey-a@mx.example` -> behaviour `grey`), what it says at the greeting by its own rules.
Not a mail server: no limits, no distrust of the peer needed, because only our own Postfix can reach it.
"""

import socket
import threading
import time

from journal import split_reply


class Drop(Exception):
    """The script closes the connection without a word."""


class Reply:
    """One reply of a script. `mark` says what it is meant to be: named, possible (greylisting) or None."""

    def __init__(self, *lines, mark=None, close=False):
        self.lines = list(lines)
        self.mark = mark
        self.close = close

    def filled(self, recipient):
        return [line.replace("{r}", recipient) for line in self.lines]


class Step:
    """A reply that is given for `seconds` after the first time, or for `times` times, then the next step's turn."""

    def __init__(self, reply, seconds=None, times=None):
        self.reply, self.seconds, self.times = reply, seconds, times


class Script:
    """A behaviour at one stage: steps in order; after the last one the default reply."""

    def __init__(self, stage, *steps):
        self.stage = stage
        self.steps = steps


class Memory:
    """Where each (script, sender, recipient) stands: what makes a greylister remember."""

    def __init__(self):
        self.lock = threading.Lock()
        self.state = {}

    def next_reply(self, script, key):
        with self.lock:
            place = self.state.setdefault((id(script), key), {"step": 0, "since": None, "count": 0})
            while place["step"] < len(script.steps):
                step = script.steps[place["step"]]
                now = time.time()
                if place["since"] is None:
                    place["since"] = now
                over = step.seconds is not None and now - place["since"] >= step.seconds
                over = over or (step.times is not None and place["count"] >= step.times)
                if not over:
                    place["count"] += 1
                    return step.reply
                place.update(step=place["step"] + 1, since=None, count=0)
        return None


class Session:
    """One connection to a sink."""

    number = 0
    number_lock = threading.Lock()

    def __init__(self, sink, connection, peer):
        self.sink, self.connection = sink, connection
        self.file = connection.makefile("rb")
        with Session.number_lock:
            Session.number += 1
            self.id = Session.number
        self.peer = peer[0] if peer else "local"
        self.sender, self.accepted, self.refused, self.transaction = None, [], 0, 0
        self.body = []

    # ---- replies -------------------------------------------------------------------------------------------------
    def say(self, stage, reply, recipient=None, recipients=None):
        """Writes the reply to the journal first, so that the truth is there before Postfix can act on it."""
        lines = reply.filled(recipient or "")
        code, enhanced = split_reply(lines)
        self.sink.journal.write(
            "sink", sink=self.sink.name, ip=self.sink.ip, client=self.peer, session=self.id,
            transaction=self.transaction, stage=stage, code=code, enhanced=enhanced, lines=lines, sender=self.sender,
            recipient=recipient, recipients=recipients, mark=reply.mark, close=reply.close or None,
            lmtp=self.sink.lmtp or None)
        self.connection.sendall("".join(line + "\r\n" for line in lines).encode())
        if reply.close:
            raise Drop

    def plain(self, *lines):
        """A reply the log never shows (positive, or answered without consequence)."""
        self.connection.sendall("".join(line + "\r\n" for line in lines).encode())

    def scripted(self, stage, recipient):
        """The reply a script has for this stage, or None: the default."""
        script = self.sink.script_for(stage, self.sender, recipient)
        if script is None:
            return None
        reply = self.sink.memory.next_reply(script, (self.sender, recipient))
        if reply is Drop:
            self.sink.journal.write(
                "sink", sink=self.sink.name, client=self.peer, session=self.id, transaction=self.transaction,
                stage=stage, drop=True, sender=self.sender, recipient=recipient,
                recipients=list(self.accepted) or None)
            raise Drop
        return reply

    # ---- the dialogue --------------------------------------------------------------------------------------------
    def run(self):
        try:
            reply = self.scripted("connect", None)
            self.say("connect", reply) if reply else self.plain("220 %s ESMTP" % self.sink.hostname)
            while True:
                line = self.file.readline()
                if not line:
                    return
                if not self.command(line.decode("utf-8", "replace").rstrip("\r\n")):
                    return
        except (Drop, OSError):
            pass
        finally:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.connection.close()

    def command(self, line):
        verb = line.split(" ")[0].upper()
        handler = getattr(self, "on_" + verb.lower(), None)
        if handler is None:
            self.plain("502 5.5.2 Error: command not recognized")
            return True
        return handler(line) is not False

    def on_ehlo(self, _line):
        if self.sink.old:
            self.plain("502 unimplemented (#5.5.1)")
            return
        words = ["SIZE 10240000", "8BITMIME", "ENHANCEDSTATUSCODES"]
        words += ["PIPELINING"] if self.sink.pipelining else []
        words += ["STARTTLS"] if self.sink.starttls or self.sink.tls else []
        lines = [self.sink.hostname] + words
        self.plain(*["250%s%s" % ("-" if i < len(lines) - 1 else " ", word) for i, word in enumerate(lines)])

    on_lhlo = on_ehlo

    def on_helo(self, _line):
        self.plain("250 " + self.sink.hostname)

    def on_starttls(self, _line):
        if self.sink.starttls:
            self.say("starttls", self.sink.starttls)
            return
        self.plain("220 2.0.0 Ready to start TLS")
        self.connection = self.sink.tls.wrap_socket(self.connection, server_side=True)
        self.file = self.connection.makefile("rb")

    def on_mail(self, line):
        self.sender = line[line.index("<") + 1:line.index(">")]
        self.transaction += 1
        self.accepted, self.refused = [], 0
        reply = self.scripted("mail", None)
        if reply:
            self.say("mail", reply)
            self.sender = None
        else:
            self.plain("250 2.1.0 Ok")

    def on_rcpt(self, line):
        if self.sender is None:
            self.plain("503 5.5.1 Error: need MAIL command")
            return
        recipient = line[line.index("<") + 1:line.index(">")]
        reply = self.scripted("rcpt", recipient)
        if reply:
            self.refused += 1
            self.say("rcpt", reply, recipient=recipient)
        else:
            self.accepted.append(recipient)
            self.plain("250 2.1.5 Ok")

    def on_data(self, _line):
        if not self.accepted:
            self.plain("554 5.5.1 Error: no valid recipients")
            return
        reply = self.scripted("data", self.accepted[0])
        if reply:
            self.say("data", reply, recipients=list(self.accepted))
            return
        self.plain("354 End data with <CR><LF>.<CR><LF>")
        self.body = []
        while True:
            line = self.file.readline()
            if not line:
                raise Drop
            if line == b".\r\n":
                break
            self.body.append(line)
        if self.sink.lmtp:
            for recipient in self.accepted:
                self.end_of_data([recipient])
        else:
            self.end_of_data(list(self.accepted))
        self.sender, self.accepted = None, []

    def end_of_data(self, recipients):
        reply = self.scripted("eod", recipients[0]) or self.sink.accept(self, recipients)
        self.say("eod", reply, recipient=recipients[0] if self.sink.lmtp else None, recipients=recipients)

    def on_rset(self, _line):
        self.sender, self.accepted = None, []
        self.plain("250 2.0.0 Ok")

    def on_noop(self, _line):
        self.plain("250 2.0.0 Ok")

    def on_quit(self, _line):
        self.plain("221 2.0.0 Bye")
        return False


class Sink:
    """A listening script. `words` maps a recipient's first word to a Script; `stages` a stage to one for everybody."""

    def __init__(self, journal, name, ip, hostname, words=None, stages=None, port=25, pipelining=True, old=False,
                 lmtp=False, starttls=None, tls=None, accept=None):
        self.journal, self.name, self.ip, self.port, self.hostname = journal, name, ip, port, hostname
        self.words, self.stages = words or {}, stages or {}
        self.pipelining, self.old, self.lmtp, self.starttls = pipelining, old, lmtp, starttls
        self.tls, self.accept_with = tls, accept
        self.memory = Memory()
        self.socket = None

    def script_for(self, stage, sender, recipient):
        script = self.stages.get(stage)
        if script is None and recipient is not None:
            script = self.words.get(recipient.split("@")[0].split("-")[0])
        if script is None and stage == "mail" and sender:
            script = self.words.get(sender.split("@")[0].split("-")[0])
        return script if script is not None and script.stage == stage else None

    def accept(self, session, recipients):
        if self.accept_with:
            return self.accept_with(session, recipients)
        if self.lmtp:
            return Reply("250 2.0.0 <{r}> %04X Saved" % session.id)
        return Reply("250 2.0.0 Ok: queued as %08X%02X" % (0xA0000000 + session.id, session.transaction))

    def start(self):
        family = socket.AF_INET6 if ":" in self.ip else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((self.ip, self.port))
        self.socket.listen(64)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            connection, peer = self.socket.accept()
            connection.settimeout(60)
            threading.Thread(target=Session(self, connection, peer).run, daemon=True).start()
