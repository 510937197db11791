"""A scripted SMTP and LMTP server on loopback that journals every reply it gives: the truth for recorded transcripts.

What it answers depends on the first letters of the local part of sender and recipient (see SENDERS, RECIPIENTS), so that
a client needs no special options to meet a refusal."""
import base64
import json
import socket
import ssl
import threading

RECIPIENTS = {
    "unknown": ["550 5.1.1 <{r}>: Recipient address rejected: User unknown"],
    "grey": ["450 4.2.0 <{r}>: Recipient address rejected: Greylisted for 300 seconds"],
    "multi": ["550-5.7.1 Our system has detected that this message is", "550-5.7.1 likely unsolicited mail. See",
              "550 5.7.1 https://mx.example.org/why for details"],
    "full": ["452 4.2.2 Mailbox full"],
    "plain": ["550 No such person here"],
    "bye": ["421 4.3.2 Service shutting down"],
    "odd": ["499 4.9.9 Strange code"],
}
SENDERS = {
    "nosender": ["553 5.7.1 <{s}>: Sender address rejected: not owned by user"],
    "busy": ["451 4.3.0 Try again later"],
}
END = {
    "spam": ["554-5.7.1 Message rejected as spam", "554 5.7.1 Score 17.3, 250 points, 550 rules"],
    "later": ["451 4.7.1 Greylisting in action, please come back later"],
}


def find(table, address):
    """The scripted reply for an address, or None."""
    for word, lines in table.items():
        if address.split("@")[0].startswith(word):
            return lines
    return None


class Session:
    """One connection."""

    def __init__(self, server, connection, number):
        self.server, self.connection, self.number = server, connection, number
        self.file = connection.makefile("rb")
        self.authed = self.tls = False
        self.sender, self.accepted, self.bdat = None, [], False

    def say(self, stage, *lines):
        code, rest = lines[0][:3], lines[0][4:]
        word = rest.split(" ")[0]
        parts = word.split(".")
        enhanced = word if len(parts) == 3 and all(p.isdigit() for p in parts) and parts[0] in "245" else None
        self.server.journal.append({"session": self.number, "stage": stage, "code": int(code), "enhanced": enhanced,
                                    "lines": list(lines)})
        self.connection.sendall("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        return self.file.readline().decode("utf-8", "replace").rstrip("\r\n")

    def run(self):
        try:
            greeting = self.server.greeting
            self.say("connect", *greeting)
            if greeting[0][0] == "4":
                return
            while True:
                raw = self.file.readline()
                if not raw or self.command(raw.decode("utf-8", "replace").rstrip("\r\n")) is False:
                    return
        except (OSError, ValueError):
            pass
        finally:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.connection.close()

    def command(self, line):
        handler = getattr(self, "on_" + line.split(" ")[0].lower(), None)
        if handler is None:
            self.say("other", "502 5.5.2 Error: command not recognized")
            return True
        return handler(line)

    def on_ehlo(self, _line):
        words = ["PIPELINING", "SIZE 10240000", "VRFY", "ETRN"]
        words += ["STARTTLS"] if self.server.tls and not self.tls else []
        words += ["AUTH " + self.server.auth] if self.server.auth and (self.tls or not self.server.tls) else []
        words += ["ENHANCEDSTATUSCODES", "8BITMIME", "DSN"]
        words += ["CHUNKING"] if self.server.chunking else []
        words += ["PRDR"] if self.server.prdr else []
        lines = [self.server.hostname] + words
        self.say("ehlo", *["250%s%s" % ("-" if i < len(lines) - 1 else " ", w) for i, w in enumerate(lines)])

    on_lhlo = on_ehlo

    def on_helo(self, _line):
        self.say("helo", "250 " + self.server.hostname)

    def on_starttls(self, _line):
        if not self.server.tls:
            self.say("starttls", "454 4.7.0 TLS not available due to local problem")
            return
        self.say("starttls", "220 2.0.0 Ready to start TLS")
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.file = self.connection.makefile("rb")
        self.tls = True

    def on_auth(self, line):
        words = line.split(" ")
        method = words[1].upper()
        blob = words[2] if len(words) > 2 else None
        if method == "PLAIN":
            if blob is None:
                self.say("auth", "334 ")
                blob = self.line()
            user = base64.b64decode(blob).split(b"\0")[1]
        elif method == "LOGIN":
            if blob is None:
                self.say("auth", "334 VXNlcm5hbWU6")
                blob = self.line()
            user = base64.b64decode(blob)
            self.say("auth", "334 UGFzc3dvcmQ6")
            self.line()
        elif method == "CRAM-MD5":
            self.say("auth", "334 " + base64.b64encode(b"<17.42@mx.example.org>").decode())
            user = base64.b64decode(self.line()).split(b" ")[0]
        else:
            user = base64.b64decode(blob or "").split(b"\1")[0][5:]
        if user.startswith(b"wrong"):
            if method == "XOAUTH2":
                self.say("auth", "334 " + base64.b64encode(b'{"status":"400","scope":"mail"}').decode())
                self.line()
            self.say("auth", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6")
        else:
            self.authed = True
            self.say("auth", "235 2.7.0 Authentication successful")

    def on_mail(self, line):
        self.sender = line[line.index("<") + 1:line.index(">")]
        self.accepted = []
        if self.server.auth and self.server.need_auth and not self.authed:
            self.say("mail", "530 5.7.0 Authentication required")
            self.sender = None
            return
        lines = find(SENDERS, self.sender)
        if lines:
            self.say("mail", *[text.format(s=self.sender) for text in lines])
            self.sender = None
            return
        self.say("mail", "250 2.1.0 Ok")

    def on_rcpt(self, line):
        if self.sender is None:
            self.say("rcpt", "503 5.5.1 Error: need MAIL command")
            return True
        recipient = line[line.index("<") + 1:line.index(">")]
        lines = find(RECIPIENTS, recipient)
        if lines is None:
            self.accepted.append(recipient)
            lines = ["250 2.1.5 Ok"]
        self.say("rcpt", *[text.format(r=recipient) for text in lines])
        return lines[0][:3] != "421"

    def on_data(self, _line):
        if not self.accepted:
            self.say("data", "554 5.5.1 Error: no valid recipients")
            return
        self.say("data", "354 End data with <CR><LF>.<CR><LF>")
        while self.file.readline() not in (b".\r\n", b""):
            pass
        self.finish()

    def on_bdat(self, line):
        words = line.split()
        self.file.read(int(words[1]))
        if len(words) > 2:
            self.finish("bdat")
        else:
            self.say("bdat", "250 2.0.0 Ok: %s bytes" % words[1])

    def finish(self, stage="eod"):
        lines = find(END, self.sender) or ["250 2.0.0 Ok: queued as 4fDT9L5p3Xz2Qc2"]
        if self.server.lmtp:
            for i, recipient in enumerate(self.accepted):
                self.say(stage, "250 2.0.0 <%s> Saved" % recipient if i % 2 == 0 else "452 4.2.2 <%s> Quota exceeded" % recipient)
        elif self.server.prdr:
            self.say(stage, "353 Content analysis has started")
            for recipient in self.accepted:
                self.say(stage, "250 2.1.5 <%s> ok" % recipient)
            self.say(stage, *lines)
        else:
            self.say(stage, *lines)
        self.sender, self.accepted = None, []

    def on_rset(self, _line):
        self.sender, self.accepted = None, []
        self.say("rset", "250 2.0.0 Ok")

    def on_noop(self, _line):
        self.say("noop", "250 2.0.0 Ok")

    def on_vrfy(self, _line):
        self.say("vrfy", "252 2.0.0 ann")

    def on_expn(self, _line):
        self.say("expn", "502 5.5.1 EXPN command is disabled")

    def on_help(self, _line):
        self.say("other", "214-2.0.0 Commands:", "214-2.0.0 HELO EHLO MAIL RCPT DATA", "214 2.0.0 End of HELP info")

    def on_quit(self, _line):
        self.say("quit", "221 2.0.0 Bye")
        return False


class Server:
    """Listens on a free port of 127.0.0.1 until stopped; journal holds the replies in order."""

    def __init__(self, hostname="mx.example.org", tls=None, auth=None, need_auth=False, lmtp=False, chunking=False,
                 prdr=False, greeting=None, implicit=False):
        self.hostname, self.auth, self.need_auth, self.lmtp = hostname, auth, need_auth, lmtp
        self.chunking, self.prdr, self.implicit = chunking, prdr, implicit
        self.greeting = greeting or ["220 %s ESMTP ready" % hostname]
        self.tls = None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(tls)
        self.journal = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.threads = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        number = 0
        while True:
            try:
                connection, _ = self.socket.accept()
                connection.settimeout(20)
                if self.implicit:
                    connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:
                return
            number += 1
            session = Session(self, connection, number)
            session.tls = self.implicit
            thread = threading.Thread(target=session.run, daemon=True)
            self.threads.append(thread)
            thread.start()

    def stop(self):
        for thread in self.threads:
            thread.join(5)
        self.socket.close()

    def write_journal(self, path):
        with open(path, "w", encoding="utf-8") as out:
            for entry in self.journal:
                out.write(json.dumps({k: v for k, v in entry.items() if v is not None}) + "\n")
