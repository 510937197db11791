#!/usr/bin/env python3
"""Records what real SMTP tools print while they talk to the scripted server of server.py on loopback.

usage: record.py [-o DIR] [NAME...]     writes DIR/NAME.txt (what the tool printed) and DIR/NAME.jsonl (what was said)

Tools come from PATH or from packages unpacked (not installed) below build/transcripts: see fetch.sh. A tool that is not
there is skipped and said."""
import argparse
import os
import shutil
import socket
import subprocess
import sys
import time

import server

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
BASE = os.path.join(TOP, "build", "transcripts")
ROOT = os.path.join(BASE, "root")
ANN, BOB = "ann@example.com", "bob@example.org"
MANY = "bob@example.org,unknown@example.org,grey@example.org,multi@example.org"
BODY = ("From: ann@example.com\nTo: bob@example.org\nSubject: figures\n\n550 5.1.1 fake\n250 ok\n<** 550 quoted\n<-  250 x\n"
        "< 550 quoted\n 221 bye\n...\n.. two dots\nDATA\nQUIT\n")
MESSAGE = b"Subject: figures\n\n550 5.1.1 fake\n250 ok\n  SMTP<< 550 quoted\n.dot\n"
ENV = dict(os.environ, LC_ALL="C", LD_LIBRARY_PATH=":".join([ROOT + "/usr/lib/x86_64-linux-gnu", ROOT + "/usr/lib"]),
           NODE_PATH=BASE + "/npm/node_modules", PHPMAILER=ROOT + "/usr/share/php/libphp-phpmailer/src",
           PERL5LIB=":".join([ROOT + "/usr/share/perl5", ROOT + "/usr/lib/x86_64-linux-gnu/perl5/5.36"]))


def tool(name, *places):
    for place in places:
        path = os.path.join(ROOT, place)
        if os.path.exists(path):
            return path
    return shutil.which(name)


def mail_file():
    path = os.path.join(BASE, "mail.eml")
    with open(path, "w", newline="\r\n", encoding="ascii") as out:
        out.write(BODY)
    return path


def swaks(*words):
    def command(port):
        return [tool("swaks", "usr/bin/swaks"), "--server", "127.0.0.1", "--port", str(port), "--from", ANN, "--ehlo",
                "client.example.net", "--body", "@" + mail_file(), *words]
    return command


def python(version, *words):
    def command(port):
        found = {2: sorted(p for p in ["/usr/bin/python2.7", os.path.expanduser("~/.pyenv/versions/2.7.18/bin/python2.7")]
                           if os.path.exists(p))[:1] or [None], 3: [sys.executable]}[version][0]
        return [found, os.path.join(HERE, "clients_smtplib.py"), str(port), *words]
    return command


def curl(*words, sender=ANN, to=(BOB,)):
    def command(port):
        return [tool("curl"), "smtp://127.0.0.1:%d/client.example.net" % port, "--mail-from", sender,
                *[x for r in to for x in ("--mail-rcpt", r)], "--upload-file", mail_file(), "-k", "-sS", *words]
    return command


def perl(*words):
    return lambda port: ["perl", os.path.join(HERE, "client.pl"), str(port), *words]


def node(*words):
    return lambda port: [tool("node"), os.path.join(HERE, "client_nodemailer.js"), str(port), *words]


def php(level, *words):
    return lambda port: [tool("php8.2", "usr/bin/php8.2"), "-n", os.path.join(HERE, "client.php"), str(port), level, *words]


def java(*words):
    jars = ":".join(os.path.join(ROOT, "usr/share/java", j) for j in ("javax.mail.jar", "javax.activation.jar"))
    return lambda port: [tool("java"), "-cp", jars, os.path.join(HERE, "Client.java"), str(port), *words]


class Typed:
    """Lines typed into an interactive tool, one each time the server has answered the one before."""

    def __init__(self, argv, lines, ahead=False):
        self.argv, self.lines, self.ahead = argv, lines, ahead


def typed(argv, lines, ahead=False):
    return lambda port: Typed([word.format(port=port) for word in argv], lines, ahead)


TELNET = [os.path.join(ROOT, "usr/bin/inetutils-telnet"), "127.0.0.1", "{port}"]
NETCAT = [os.path.join(ROOT, "bin/nc.openbsd"), "-C", "127.0.0.1", "{port}"]
S_CLIENT = ["openssl", "s_client", "-starttls", "smtp", "-crlf", "-connect", "127.0.0.1:{port}"]
DIALOGUE = ["EHLO client.example.net", "MAIL FROM:<ann@example.com>", "RCPT TO:<unknown@example.org>",
            "RCPT TO:<bob@example.org>", "DATA", "Subject: figures\n\n550 5.1.1 fake\n250 ok\n.", "QUIT"]

# s_client takes lines that begin with R and Q for orders to itself.
LOWER = [line if line.startswith("Subject") else line.replace("RCPT TO", "rcpt to").replace("QUIT", "quit") for line in DIALOGUE]

BS = ["EHLO client.example.com", "MAIL FROM:<ann@example.com>", "RCPT TO:<unknown@example.net>", "RCPT TO:<grey@example.net>",
      "RCPT TO:<bob@example.net>", "DATA", "Subject: figures\n\n550 5.1.1 fake\n250 ok\n.", "QUIT"]


def exim(*words):
    """Exim delivers one message to the scripted server; it runs where it finds its user (see fetch.sh)."""
    def command(port):
        conf = os.path.join(BASE, "exim-%d.conf" % port)
        with open(os.path.join(HERE, "exim.conf"), encoding="ascii") as template, open(conf, "w", encoding="ascii") as out:
            out.write(template.read().replace("PORT", str(port)).replace("BASE", BASE))
        return [tool("unshare"), "-m", os.path.join(BASE, "in_root.sh"), "/usr/sbin/exim4", "-C", conf, *words]
    return command


def from_file(argv, lines):
    """The whole dialogue comes from a file: only what the server says is shown."""
    return lambda port: ["sh", "-c", "(sleep 0.3; while read -r l; do printf '%%s\\r\\n' \"$l\"; sleep 0.2; done) <<'END' | %s\n%s\nEND\n" % (
        " ".join(word.format(port=port) for word in argv), "\n".join(lines))]


TO_MANY = ["-odi", "-f", ANN, *MANY.split(",")]

# name: (options of the server, command)
SCENES = {
    "swaks-ok": ({}, swaks("--to", BOB)),
    "swaks-refused": ({}, swaks("--to", MANY)),
    "swaks-tls-auth": ({"tls": 1, "auth": "PLAIN LOGIN"}, swaks("--to", BOB, "-tls", "--auth", "LOGIN", "--auth-user", ANN,
                                                             "--auth-password", "geheim")),
    "swaks-tls-wrong": ({"tls": 1, "auth": "PLAIN LOGIN"}, swaks("--to", BOB, "-tls", "--auth-user", "wrong@example.com",
                                                              "--auth-password", "geheim")),
    "swaks-cram": ({"auth": "CRAM-MD5"}, swaks("--to", BOB, "--auth", "CRAM-MD5", "--auth-user", ANN, "--auth-password", "geheim")),
    "swaks-noauth": ({"tls": 1, "auth": "PLAIN LOGIN", "need_auth": True}, swaks("--to", BOB)),
    "swaks-lmtp": ({"lmtp": True}, swaks("--protocol", "LMTP", "--to", "bob@example.org,carl@example.org,unknown@example.org")),
    "swaks-prdr": ({"prdr": True}, swaks("--prdr", "--to", "bob@example.org,carl@example.org")),
    "swaks-pipeline": ({}, swaks("--pipeline", "--to", MANY)),
    "swaks-spam": ({}, swaks("--to", BOB, "--from", "spam@example.com")),
    "swaks-greeting": ({"greeting": ["554-mx.example.org", "554 5.7.1 No SMTP service here for [192.0.2.9]"]}, swaks("--to", BOB)),
    "swaks-421": ({"greeting": ["421 4.7.0 Too many connections"]}, swaks("--to", BOB)),
    "swaks-bye": ({}, swaks("--to", "bob@example.org,bye@example.org,carl@example.org")),
    "smtplib3": ({}, python(3, "1", ANN, MANY)),
    "smtplib3-stamped": ({}, python(3, "2", ANN, MANY)),
    "smtplib3-tls-login": ({"tls": 1, "auth": "PLAIN LOGIN"}, python(3, "1", ANN, BOB, "tls", "login", "ann")),
    "smtplib3-wrong": ({"auth": "LOGIN"}, python(3, "1", ANN, BOB, "login", "wrong")),
    "smtplib3-cram": ({"auth": "CRAM-MD5"}, python(3, "1", ANN, BOB, "login", "ann")),
    "smtplib3-lmtp": ({"lmtp": True}, python(3, "1", ANN, "bob@example.org", "lmtp")),
    "smtplib3-later": ({}, python(3, "1", "later@example.com", BOB)),
    "smtplib2": ({}, python(2, "1", ANN, MANY)),
    "smtplib2-login": ({"auth": "PLAIN LOGIN"}, python(2, "1", ANN, BOB, "login", "ann")),
    "curl-v": ({}, curl("-v")),
    "curl-v-refused": ({}, curl("-v", to=("unknown@example.org",))),
    "curl-v-tls-auth": ({"tls": 1, "auth": "PLAIN LOGIN"}, curl("-v", "--ssl-reqd", "--user", "ann:geheim")),
    "curl-v-login": ({"auth": "LOGIN"}, curl("-v", "--user", "wrong:geheim")),
    "curl-v-xoauth2": ({"auth": "XOAUTH2"}, curl("-v", "--user", "ann", "--oauth2-bearer", "ya29.geheim")),
    "curl-v-time": ({}, curl("-v", "--trace-time", to=("multi@example.org",))),
    "curl-ascii": ({}, curl("--trace-ascii", "-")),
    "curl-ascii-auth": ({"auth": "PLAIN"}, curl("--trace-ascii", "-", "--user", "ann:geheim")),
    "curl-ascii-time": ({}, curl("--trace-ascii", "-", "--trace-time", sender="spam@example.com")),
    "curl-trace": ({"auth": "PLAIN"}, curl("--trace", "-", "--user", "ann:geheim")),
    "perl": ({}, perl(ANN, MANY)),
    "perl-auth": ({"auth": "PLAIN LOGIN"}, perl(ANN, BOB, "auth", "wrong")),
    "nodemailer": ({}, node(ANN, MANY)),
    "nodemailer-auth": ({"tls": 1, "auth": "PLAIN LOGIN"}, node(ANN, BOB, "ann")),
    "nodemailer-wrong": ({"auth": "LOGIN"}, node(ANN, BOB, "wrong")),
    "phpmailer-2": ({}, php("2", ANN, MANY)),
    "phpmailer-2-wrong": ({"auth": "LOGIN"}, php("2", ANN, BOB, "wrong")),
    "phpmailer-4": ({"auth": "PLAIN"}, php("4", ANN, BOB, "ann")),
    "phpmailer-3-cram": ({"auth": "CRAM-MD5"}, php("3", ANN, BOB, "ann")),
    "javamail": ({}, java(ANN, MANY)),
    "javamail-auth": ({"auth": "LOGIN PLAIN"}, java(ANN, BOB, "wrong")),
    "telnet": ({}, typed(TELNET, DIALOGUE)),
    "netcat": ({}, typed(NETCAT, DIALOGUE)),
    "s_client": ({"tls": 1, "chunking": True}, typed(S_CLIENT, LOWER)),
    "s_client-quiet": ({"tls": 1}, typed(S_CLIENT + ["-quiet"], LOWER)),
    "netcat-file": ({}, from_file(NETCAT, "\n".join(DIALOGUE).split("\n"))),
    "telnet-ahead": ({}, typed(TELNET, DIALOGUE[:4] + ["DATA", "Subject: x\n\nhello\n.\nQUIT"])),
    "telnet-garbage": ({}, typed(TELNET, ["HELO client", "FOO bar", "MAIL FROM:<ann@example.com>", "VRFY ann", "EXPN list",
                                          "HELP", "NOOP", "RSET", "QUIT"])),
    "telnet-auth": ({"auth": "LOGIN PLAIN"}, typed(TELNET, ["EHLO client", "AUTH LOGIN", "d3Jvbmc=", "Z2VoZWlt", "AUTH PLAIN",
                                                     "AHdyb25nAGdlaGVpbQ==", "AUTH PLAIN AHdyb25nAGdlaGVpbQ==", "QUIT"])),
    "curl-meter": ({}, lambda port: [word for word in curl("-v")(port) if word != "-sS"]),
    "javamail-authdebug": ({"auth": "LOGIN PLAIN"}, lambda port: ["env", "AUTHDEBUG=1", *java(ANN, BOB, "wrong")(port)]),
    "exim-v": ({}, exim("-v", *TO_MANY)),
    "exim-v-tls": ({"tls": 1}, exim("-v", *TO_MANY)),
    "exim-v-prdr": ({"prdr": True}, exim("-v", *TO_MANY)),
    "exim-v-chunking": ({"chunking": True}, exim("-v", *TO_MANY)),
    "exim-d": ({}, exim("-d", *TO_MANY)),
    "exim-d-stamped": ({}, exim("-d-all+transport+timestamp+pid", *TO_MANY)),
    "exim-bs": (None, typed(exim("-bs")(0), BS)),
    "exim-v-bs": (None, typed(exim("-v", "-bs")(0), BS)),
    "exim-bh": (None, typed(exim("-bh", "192.0.2.9")(0), BS)),
    "exim-d-bs": (None, typed(exim("-d-all+receive", "-bs")(0), BS)),
}


def wait_for(journal, count, seconds=5):
    end = time.time() + seconds
    while len(journal) < count and time.time() < end:
        time.sleep(0.02)
    time.sleep(0.15)


def run_typed(scene, mx):
    """Types a line each time a reply has come; what was typed stands in the record as on a terminal."""
    read, write = os.pipe()
    process = subprocess.Popen(scene.argv, stdin=subprocess.PIPE, stdout=write, stderr=write, env=ENV, cwd="/")
    os.close(write)
    if mx:
        wait_for(mx.journal, 1)
    time.sleep(0.8)
    out = b""
    os.set_blocking(read, False)

    def drain():
        got = b""
        try:
            while True:
                piece = os.read(read, 65536)
                if not piece:
                    break
                got += piece
        except BlockingIOError:
            pass
        return got
    for line in scene.lines:
        out += drain() + (line + "\n").encode()
        count = len(mx.journal) if mx else 0
        process.stdin.write((line + "\n").encode())
        process.stdin.flush()
        if mx:
            wait_for(mx.journal, count + 1)
        else:
            time.sleep(0.6)
    time.sleep(0.3)
    process.stdin.close()
    process.wait(10)
    out += drain()
    os.close(read)
    return out


def record(name, directory, certificate):
    options, make = SCENES[name]
    if name.startswith("exim"):  # what an earlier scene left waiting would be delivered in this one
        shutil.rmtree(os.path.join(BASE, "exim", "spool"), ignore_errors=True)
        os.makedirs(os.path.join(BASE, "exim", "spool"))
        os.chown(os.path.join(BASE, "exim", "spool"), 109, 116)
    mx = None
    if options is not None:
        options = dict(options)
        if options.get("tls"):
            options["tls"] = certificate
        mx = server.Server(**options)
    scene = make(mx.port if mx else 0)
    argv = scene.argv if isinstance(scene, Typed) else scene
    if argv[0] is None or not os.path.exists(shutil.which(argv[0]) or argv[0]):
        print("# %s: the tool is not here, skipped" % name)
        return
    if isinstance(scene, Typed):
        out = run_typed(scene, mx)
    else:
        out = subprocess.run(scene, input=MESSAGE if name.startswith("exim") else b"", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENV, cwd="/",
                             timeout=60, check=False).stdout
    if mx:
        mx.stop()
        mx.write_journal(os.path.join(directory, name + ".jsonl"))
    # Nothing of this machine stays in a record.
    for own, other in ((os.path.join(BASE, "exim-%d.conf" % (mx.port if mx else 0)), "/etc/exim4/exim4.conf"),
                       (BASE, "/var/lib"), ("@" + socket.gethostname() + ">", "@client.example.net>")):
        out = out.replace(own.encode(), other.encode())
    with open(os.path.join(directory, name + ".txt"), "wb") as text:
        text.write(out)
    print("%s: %d bytes, %d replies" % (name, len(out), len(mx.journal) if mx else 0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", default=os.path.join(BASE, "recorded"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    os.makedirs(options.output, exist_ok=True)
    certificate = os.path.join(BASE, "server.pem")
    if not os.path.exists(certificate):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj",
                        "/CN=mx.example.org", "-keyout", certificate, "-out", certificate + ".crt"], check=True,
                       stderr=subprocess.DEVNULL)
        with open(certificate, "a", encoding="ascii") as pem, open(certificate + ".crt", encoding="ascii") as crt:
            pem.write(crt.read())
    for name in options.names or SCENES:
        try:
            record(name, options.output, certificate)
        except (OSError, subprocess.TimeoutExpired) as error:
            print("# %s: %s" % (name, error))


if __name__ == "__main__":
    main()
