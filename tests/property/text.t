#!/usr/bin/env python3
"""Whatever bytes a reply holds, records give it back as JSON strings: what is valid UTF-8 and harmless as it was, the rest as
U+FFFD, byte by byte."""
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SANITIZED, Directory, Tap, events

SEED = int(os.environ.get("SEED", "5321"))
dice = random.Random(SEED)
tap = Tap()
tap.note("SEED=%d" % SEED)
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def clean(raw):
    """The rule of base/utf8, written once more."""
    out, at = [], 0
    while at < len(raw):
        for length in (1, 2, 3, 4):
            try:
                character = raw[at:at + length].decode("utf-8")
            except UnicodeDecodeError:
                continue
            if len(character) == 1:
                out.append("\ufffd" if UNSAFE.match(character) else character)
                at += length
                break
        else:
            out.append("\ufffd")
            at += 1
    return "".join(out)


PIECES = [b"a", b" ", b'"', b"\\", b"\\u0041", b"\\n", b"/", b"<", b">", b"&", b"{}", b"[]", b"\x00", b"\x1b[", b"\x7f", b"\x80", b"\xc2", b"\xc2\x85",
          b"\xc3\xbc", b"\xe2\x82\xac", b"\xe2\x82", b"\xe2\x80\xae", b"\xf0\x9f\x93\xa7", b"\xf0\x9f", b"\xff", b"\xfe", b"\xed\xa0\x80",
          b"\xef\xbb\xbf", b"\xc0\x80", b"\t", b"\r", b"\x0b", "中文".encode(), b"%s", b"null", b"true", b"'"]
HEAD = b"Nov 21 06:00:02 mx1 postfix/smtp[103]: 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, " \
       b"delays=0.1/0/0.5/0.4, dsn=5.0.0, status=bounced (host mx.z.example[192.0.2.50] said: 550 "
TAIL = b" (in reply to RCPT TO command))\n"

texts = [bytes([byte]) * 3 for byte in range(256) if byte != 10]
texts += ["x{}y".format(chr(code)).encode() for code in list(range(0x80, 0x900)) + list(range(0x2000, 0x2100)) + [0xfeff, 0xfffd, 0xffff, 0x1f4e7, 0x10ffff]]
texts += [b"".join(dice.choice(PIECES) for _ in range(dice.randrange(1, 40))) for _ in range(500 if SANITIZED else 3000)]
texts = [b"x" + text + b"x" for text in texts]
with Directory() as directory:
    done = events("--fields", "line,text,stage", directory("mail.log", b"".join(HEAD + text + TAIL for text in texts)))
    records = {record["line"]: record for record in done.records()}
    tap.equal(len(records), len(texts), "every line gives a record")
    wrong = []
    for number, text in enumerate(texts, 1):
        got = records.get(number, {})
        if got.get("text") != clean(text) or got.get("stage") != "rcpt":
            wrong.append("line %d: %r became %r, wanted %r" % (number, text, got, clean(text)))
    tap.ok(not wrong, "%d texts come back as they were, or made harmless" % len(texts), *wrong[:8])
    tap.ok(b"\x1b" not in done.out and b"\x00" not in done.out, "no control byte on the way")
    rows = events("--format", "tsv", "--fields", "line,text", directory("mail.log")).out.decode("utf-8").split("\n")[1:-1]
    wrong = ["line %s" % row for row, text in zip(rows, texts) if row.split("\t")[1:] != [clean(text)]]
    tap.ok(len(rows) == len(texts) and not wrong, "and in TSV", *wrong[:8])
tap.done()
