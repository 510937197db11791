#!/usr/bin/env python3
"""Seeds of the fuzz targets, drawn from the logs, transcripts, patterns and snapshots of the project.

usage: seed.py DIRECTORY [SHARE]    writes DIRECTORY/TARGET/NAME; SHARE: every how many-th log line (default 1)

What each target makes of its first bytes stands in its own header comment."""
import glob
import gzip
import hashlib
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, DATA, TOP, run

POSTFIX = ("smtp smtpd lmtp local virtual pipe error bounce qmgr cleanup pickup postscreen dnsblog anvil tlsproxy "
           "postsuper verify scache master trivial-rewrite").split()
GREYLISTERS = {"postgrey": 23, "milter-greylist": 24, "sqlgrey": 25, "gld": 26}
TOGETHER = 12  # lines in a seed


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def found(pattern):
    return sorted(glob.glob(os.path.join(TOP, pattern)))


class Seeds:
    def __init__(self, directory):
        self.directory = directory
        self.sizes = {}

    def add(self, target, content):
        directory = os.path.join(self.directory, target)
        os.makedirs(directory, exist_ok=True)
        name = hashlib.sha1(content).hexdigest()[:16]
        with open(os.path.join(directory, name), "wb") as file:
            file.write(content)

    def lines(self, target, lines, head=b""):
        for at in range(0, len(lines), TOGETHER):
            self.add(target, head + b"\n".join(lines[at:at + TOGETHER]) + b"\n")


def kinds(lines):
    """One line of each kind: the same but for numbers and names."""
    seen = {}
    for line in lines:
        key = bytes(c for c in line[16:] if not (48 <= c <= 57))[:60]
        seen.setdefault((key, len(line) // 40), line)
    return list(seen.values())


def daemon_of(line):
    tag = line.split(b": ", 1)[0].split(b" ")[-1].split(b"[")[0].decode("ascii", "replace")
    last = tag.split("/")[-1]
    if tag in GREYLISTERS:
        return GREYLISTERS[tag]
    return POSTFIX.index(last) if last in POSTFIX else None


def messages(seeds, lines):
    postfix = [bytes([daemon_of(line)]) + line.split(b": ", 1)[1] for line in lines
               if b": " in line and daemon_of(line) is not None]
    exim = [b"\x01" + line[20:] for line in lines if line[4:5] == b"-" and line[10:11] == b" "]
    seeds.lines("postfix", postfix)
    seeds.lines("exim", exim)


def pattern_samples(seeds):
    texts, lines = [], []
    for path in found("patterns/*/*.[pc]at"):
        content = read(path)
        records = content.split(b"\n[")
        for at in range(1, len(records), 6):
            seeds.add("record", records[0] + b"\n[" + b"\n[".join(records[at:at + 6]) + b"\n")
        for line in content.split(b"\n"):
            if line.startswith((b"line =", b"reply =")):
                (texts if line.startswith(b"reply") else lines).append(line.split(b"= ", 1)[-1])
    for number, text in enumerate(texts):
        seeds.add("reply", bytes([number % 18]) + text)
    seeds.lines("postfix", [b"\x00" + line for line in lines])
    for path in found("testdata/damaged/patterns/*"):
        seeds.add("record", read(path))


def replies(seeds, lines):
    for number, line in enumerate(lines):
        if b" said: " in line:
            seeds.add("reply", bytes([number % 18]) + line.split(b" said: ", 1)[1])


def transcripts(seeds):
    for path in found("tests/golden/transcript-*/input.*") + found("testdata/transcripts/*.txt"):
        lines = read(path).split(b"\n")
        for at in range(0, len(lines), 40):
            seeds.add("transcript", b"\x00\x00" + b"".join(b"\x0f" + line + b"\n" for line in lines[at:at + 40]))
    for dialect in range(16):
        session = [0, 0, 0, 4, 0, 0, 1, 3, 1, 2, 1, 4, 3, 0, 1, 0, 1, 4, 4, 0, 1, 0, 6, 4, 5, 0, 3, 0, 8, 15]
        seeds.add("transcript", bytes([dialect, 0] + session) + b"hello\n" + bytes([11, 0, 1, 0, 13, 4, 6, 0, 7, 0, 14, 7, 2]))


def number(content, at):
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def text(content, at):
    size, at = number(content, at)
    return content[at:at + size], at + size


def snapshot(seeds, content):
    """A file as it is, and its parts unpacked."""
    head = b"smtplog snapshot\n"
    body = content[len(head):-4]
    seeds.add("snapshot", b"\x00" + body)
    version, at = number(body, 0)
    count, at = number(body, at)
    for _ in range(count):
        _, at = number(body, at)
        _, at = number(body, at)
        part, at = text(body, at)
        figures = b""
        if version >= 2:
            _, at = number(body, at)
            figures, at = text(body, at)
        figures = zlib.decompress(figures) if figures else b""
        seeds.add("snapshot", b"\x01" + struct.pack(">H", len(figures)) + figures + zlib.decompress(part))


def small_texts(seeds):
    rules = ("hard_share > 5% and recipients.total > 50", "code.421 > 3 * baseline(code.421)", "not (1 h = 60 min) or -x / 2 < .5",
             "greylisting.wait.p95 >= 5 min", "class.user-unknown - 1 != 2 s", "yesterday", "-2h", "2026-11-21 10:30",
             "2026-11-21T06:00:01.5+01:00", "now", "today", "9999-12-31")
    for rule in rules:
        seeds.add("rule", rule.encode())
    filters = ("\x00450,5xx,400-459", "\x015.1.1,4.7.x,!5.*", "\x03user-unknown,!greylisting", "\x08.example.org,!a.example", "\x0c@example.org,<>",
               "\x0bmx*.example.?rg", "\x0a192.0.2.0/24", "\x11mx1,*", "\x05inbound", "\x07bounced,deferred")
    for one in filters:
        seeds.add("filter", one.encode("latin-1") + b"\n\x7d\x04\x01\x02\x03bob@example.org\n")
    asked = ("450", "5.7.26\nX.7.1", "4.7.x", "550 5.1.1 <bob@example.org>: User unknown", "greylisting", "google\n450\n550", "4.9.99", "999", "user-unknwon")
    for at, one in enumerate(asked):
        seeds.add("explain", bytes([at % 4, 80]) + one.encode())
    for path in sorted(glob.glob(os.path.join(BUILD, "po", "*.mo"))):
        seeds.add("translation", b"450/fix\nnplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n%10>=2 ? 1 : 2;\n" + read(path)[:60000])
    for name in ("Europe/Berlin", "America/St_Johns", "UTC", "Asia/Kathmandu", "Africa/Casablanca"):
        path = "/usr/share/zoneinfo/" + name
        if os.path.exists(path):
            seeds.add("zone", read(path))


def line_and_inflate(seeds):
    for body in (b"a\r\nb\n\nc", b"\x1b\x3f\x61\n\x1b\x41\x62\r\nx\n", b"\x1b\xff\x61\nb\r", b"\r\n\r\r\n", b"x\x1b\x40\x0a\x1b\x40\x61\nlast\x1b\x41\x0d"):
        for head in (b"\x01", b"\x77"):
            seeds.add("line", head + body)
    packed = gzip.compress(b"one\ntwo\n" * 30, mtime=0)
    for what in range(4):
        seeds.add("inflate", b"\x00\x05" + bytes([what]) + b"\x00\x15\x10" + b"one line of text " * 9 + b"\n\nthree\n")
    for content in (packed, packed + packed, packed + b"\0" * 600 + packed, packed[:20], packed + b"rest"):
        seeds.add("inflate", b"\x01" + content)
    seeds.add("inflate", b"\x02\x00\xf0" + zlib.compress(b"one\ntwo\n" * 30))


def main(directory, share):
    seeds = Seeds(directory)
    logs = found("testdata/*.log") + found("testdata/hand/*.log") + found("testdata/*.jsonl.gz") + found("testdata/rotated/*")
    everything = []
    for path in logs:
        lines = read(path).split(b"\n")
        everything += kinds(lines)
        if "hand" in path:
            seeds.add("log", bytes([len(lines) % 256, lines[0][-1] if lines[0] else 0]) + b"\n".join(lines[:60]))
    for path in found("tests/golden/transcript-*/input.txt")[::4]:
        seeds.add("log", b"\x02\x01" + read(path)[:6000])
    everything = kinds(everything)[::share]
    seeds.lines("header", everything, b"\x00")
    messages(seeds, everything)
    for at in range(0, len(everything), 25):
        seeds.add("log", bytes([at % 256, at // 25 % 56]) + b"\n".join(everything[at:at + 25]) + b"\n")
    replies(seeds, everything)
    pattern_samples(seeds)
    transcripts(seeds)
    small_texts(seeds)
    line_and_inflate(seeds)
    for path in found("testdata/snapshots/*.snap"):
        snapshot(seeds, read(path))
    for name in ("filter-and-proxy", "greylist-detail"):
        made = run("analyze", "--year", "2026", "--tz", "UTC", "--format", "snapshot", os.path.join(DATA, "hand", name + ".log"))
        if made.out.startswith(b"smtplog snapshot\n"):
            snapshot(seeds, made.out)


main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1)
