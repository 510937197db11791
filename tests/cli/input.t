#!/usr/bin/env python3
"""Bad input, each kind alone and beside a good log: the exit status, a message that names the file (and the line), the rest of
the input still analyzed, memory bounded, nothing that a terminal would obey."""
import os
import random
import re
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import (GOOD, GOOD_FIGURES, SANITIZED, SMTPLOG, UNSAFE_TEXT, Directory, Tap, analyze, environment, events,
                     good_figures, gzipped, run)

MEMORY = 64 * 1024  # KiB
tap = Tap()
noise = random.Random(450)
MEGABYTE = 1 << 20
SCALE = 10 if SANITIZED else 1  # sanitizers are slow


def junk(size):
    return noise.getrandbits(8 * size).to_bytes(size, "little")


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb\x00C\x00" + junk(20000) + b"\xff\xd9"
HEADER = b"Nov 21 06:00:05 mx1 postfix/smtp[9]: "
CUT = gzipped(b"".join(GOOD.replace(b"3F2A1B0C9D", b"%010X" % n) for n in range(0x1000000000, 0x1000000800)))


def sparse(directory, name, size):
    path = directory(name, b"")
    os.truncate(path, size)
    return path


def long_line(directory, name, head, size):
    path = directory(name, head)
    with open(path, "ab") as file:
        for _ in range(size // MEGABYTE):
            file.write(b"x" * MEGABYTE)
    return path


def bind(directory, name):
    path = directory(name)
    socket.socket(socket.AF_UNIX).bind(path)
    return path


# name: how it is made, exit status alone, exit status beside a good log, what is said of it (None: nothing)
CASES = [
    ("missing.log", lambda d, n: d(n), {4}, 3, "No such file or directory"),
    ("directory.log", lambda d, n: (os.mkdir(d(n)), d(n))[1], {4}, 3, "is a directory"),
    ("socket.log", bind, {4}, 3, "No such device or address"),
    ("loop.log", lambda d, n: (os.symlink(n, d(n)), d(n))[1], {4}, 3, "Too many levels of symbolic links"),
    ("photo.jpg", lambda d, n: d(n, JPEG), {3}, 3, "no line of a mail server among its [0-9]+"),
    ("zeros.log", lambda d, n: sparse(d, n, 100 * 1000 * 1000 // SCALE), {3}, 3, "no line of a mail server among its 1$"),
    ("long-line.log", lambda d, n: long_line(d, n, b"", 200 * MEGABYTE // SCALE), {3}, 3, "no line of a mail server among its 1$"),
    ("long-mail-line.log", lambda d, n: long_line(d, n, HEADER + b"3F2A1B0C9E: nothing known ", 200 * MEGABYTE // SCALE), {3}, 3, None),
    ("empty.log", lambda d, n: d(n, b""), {0}, 0, None),
    ("empty.gz", lambda d, n: d(n, gzipped(b"")), {0}, 0, None),
    ("nothing.gz", lambda d, n: d(n, b"\x1f"), {3}, 3, "no line of a mail server among its 1$"),
    ("head-only.gz", lambda d, n: d(n, b"\x1f\x8b"), {3, 4}, 3, "cut short"),
    ("nul.log", lambda d, n: d(n, b"\0\0\0\n" + HEADER + b"\0\0\n\0" * 20), {3}, 3, None),
    ("garbage.log", lambda d, n: d(n, junk(300000)), {3}, 3, "no line of a mail server among its [0-9]+"),
    ("cut.gz", lambda d, n: d(n, CUT[:len(CUT) // 2]), {3}, 3, "the compressed data is cut short; read up to there"),
    ("corrupt.gz", lambda d, n: d(n, CUT[:len(CUT) // 2] + b"\xff" * 64 + CUT[len(CUT) // 2 + 64:]), {3}, 3,
     "the compressed data is corrupt; read up to there"),
    ("wrong-sum.gz", lambda d, n: d(n, gzipped(HEADER + b"connect from a[192.0.2.1]\n")[:-8] + b"\0" * 8), {3}, 3, "corrupt"),
    ("tail.gz", lambda d, n: d(n, gzipped(HEADER + b"3F2A1B0C9E: removed\n") + b"not gzip\n"), {3}, 3, "not gzip; read up to there"),
    ("garbage.gz", lambda d, n: d(n, gzipped(junk(100000))), {3}, 3, "no line of a mail server among its [0-9]+"),
    ("fake.gz", lambda d, n: d(n, b"\x1f\x8b" + junk(5000)), {3, 4}, 3, "corrupt"),
    ("bomb.gz", lambda d, n: d(n, gzipped(bytes(300 * MEGABYTE // SCALE), 9)), {3}, 3, "no line of a mail server among its 1$"),
    ("bomb-lines.gz", lambda d, n: d(n, gzipped(b"\n" * (20 * MEGABYTE // SCALE), 9)), {3}, 3, "no line of a mail server among its [0-9]+"),
    ("text.log", lambda d, n: d(n, b"Dear diary,\nno mail today.\n"), {3}, 3, r"text\.log:1: no line of a mail server among its 2$"),
    ("foreign.log", lambda d, n: d(n, b"Nov 21 06:00:04 mx1 sshd[3]: Accepted publickey for ann\n"), {3}, 3, "no line of a mail server among its 1$"),
]


def check(name, done, statuses, said, path):
    good = done.status in statuses
    lines = done.errors.splitlines()
    good = good and all(line.startswith("smtplog: ") for line in lines) and not UNSAFE_TEXT.search(done.errors)
    if said is None and statuses == {0}:
        good = good and not lines
    elif said is not None:
        good = good and any(path in line and re.search(said, line) for line in lines)
    tap.ok(good, name + ": exit status %s%s" % ("/".join(map(str, sorted(statuses))), ", the file is named" if said else ""), done)
    tap.ok(SANITIZED or done.rss < MEMORY, name + ": memory is bounded", "%d KiB" % done.rss)


with Directory() as directory:
    good = directory("good.log", GOOD)
    tap.equal(good_figures(analyze(good).json()), GOOD_FIGURES, "the good log alone has its figures")
    tap.equal(analyze(good).status, 0, "the good log alone: status 0")
    for name, make, alone, beside, said in CASES:
        path = make(directory, name)
        done = analyze(path)
        check(name + " alone", done, alone, said, path)
        if done.status == 4:
            tap.equal(done.out, b"", name + " alone: no report")
        else:
            report = done.json()
            bins = {key: value for key, value in report["lines"].items() if key not in ("read", "overlong", "duplicate")}
            tap.equal(sum(bins.values()), report["lines"]["read"], name + " alone: the bins add up")
        done = analyze(path, good)
        check(name + " beside a good log", done, {beside}, said, path)
        report = done.json()
        if name not in ("cut.gz", "corrupt.gz"):
            # Blank lines and lines of no consequence may stand in the bad one: they are context too.
            tap.equal({**good_figures(report), "context": 3}, GOOD_FIGURES, name + " beside a good log: its figures are unchanged")
        else:
            tap.ok(report["recipients"]["delivered"] > 500 and report["hard"]["recipients_by_code"]["550"] > 500,
                   name + " beside a good log: what stands before the damage is counted", report["recipients"])
        listed = {entry["file"]: entry for entry in report["inputs"]}
        damaged = bool(listed.get(path, {}).get("damaged"))
        tap.ok(4 in alone and 3 not in alone or damaged == bool(re.search("cut short|corrupt|not gzip", said or "")),
               name + " beside a good log: `damaged` in inputs[]", listed)
        text = run("analyze", "--tz", "UTC", "--year", "2026", path, good)
        tap.ok(text.status == beside and text.err == done.err and not UNSAFE_TEXT.search(text.text),
               name + ": the same status and messages with the text report", text)
        stream = events(path, good)
        tap.ok(stream.status == beside and stream.err == done.err, name + ": the same status and messages with events", stream)
        if name.endswith((".log", ".jpg")) and name not in ("missing.log", "directory.log"):
            if name not in ("zeros.log", "long-line.log", "long-mail-line.log"):
                stripped = [{k: v for k, v in record.items() if k != "file"} for record in stream.records()]
                wanted = [{k: v for k, v in record.items() if k != "file"} for record in events(good).records()]
                tap.equal(stripped, wanted, name + ": the good log's records are unchanged")
        if os.path.isfile(path):
            os.unlink(path)

    # ---- what a reader must not be able to tell
    for name, content in (("crlf", GOOD.replace(b"\n", b"\r\n")), ("no-last-line-end", GOOD[:-1]), ("gzip", gzipped(GOOD)),
                          ("gzip-members", b"".join(gzipped(line + b"\n") for line in GOOD.splitlines())),
                          ("gzip-padded", gzipped(GOOD) + bytes(1000)), ("gzip-stored", gzipped(GOOD, 0)),
                          ("gzip-split-line", gzipped(GOOD[:333]) + gzipped(b"") + gzipped(GOOD[333:]))):
        done = analyze(directory(name + ".log", content))
        tap.ok(done.status == 0 and done.err == b"" and good_figures(done.json()) == GOOD_FIGURES,
               "the same figures: " + name, done)

    # ---- lines at the limit of a mebibyte: 64 KiB of a longer one are matched
    record = GOOD.splitlines()[2]
    for size, overlong in ((MEGABYTE - 1, 0), (MEGABYTE, 0), (MEGABYTE + 1, 1), (3 * MEGABYTE, 1)):
        filler = size - len(record)
        text = record.replace(b"Greylisted", b"Greylisted" + b"x" * filler)
        done = analyze(directory("limit.log", text + b"\n" + GOOD))
        if not tap.ok(done.status == 0, "a line of %d bytes does not end the run" % size, done):
            continue
        report = done.json()
        tap.equal((report["lines"]["overlong"], report["lines"]["event"], report["lines"]["read"]), (overlong, 4, 7),
                  "a line of %d bytes: overlong %d, one record" % (size, overlong))

    # ---- damage between good lines
    lines = GOOD.splitlines(keepends=True)
    mixed = b"".join(line + bad for line, bad in zip(lines, [b"\0\0\0\n", b"\xff\xfe garbage\n", b"\x1b[31m\n", b"\r\n", b" \n", JPEG + b"\n"]))
    done = analyze(directory("mixed.log", mixed))
    report = done.json()
    tap.ok(done.status == 3 and re.search(r"mixed\.log:2: ", done.errors), "more than 0.5 % malformed: status 3, the first is named", done)
    report["lines"]["context"] -= sum(1 for line in mixed.split(b"\n")[:-1] if not line.strip())
    tap.equal(good_figures(report), GOOD_FIGURES, "junk between good lines: the figures are unchanged")
    unknown = GOOD.splitlines(keepends=True)
    unknown.insert(3, HEADER + b"3F2A1B0C9E: a line nobody understands\n")
    done = analyze(directory("unknown.log", b"".join(unknown)))
    tap.ok(done.status == 3 and re.search(r"unknown\.log:4: .*nobody understands", done.errors) and
           done.json()["lines"]["unknown"] == 1, "a mail line without pattern: status 3, named, counted", done)
    few = GOOD + b"\xff\n" + b"".join(b"Nov 21 06:10:04 mx1 postfix/qmgr[1]: %010X: removed\n" % n for n in range(0xA000000000, 0xA000000000 + 400))
    done = analyze(directory("few.log", few))
    tap.ok(done.status == 0 and done.json()["lines"]["malformed"] == 1, "less than 0.5 % malformed: counted, status 0", done)

    # ---- no right to read
    path = directory("secret.log", GOOD)
    os.chmod(path, 0)
    os.chmod(directory.path, 0o755)
    user = 65534 if os.getuid() == 0 else None
    done = None
    try:
        done = subprocess.run([SMTPLOG, "analyze", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment(), cwd="/", user=user)
    except PermissionError:
        tap.ok(True, "unreadable file # SKIP the build directory is closed to other users")
    if done is not None:
        tap.ok(done.returncode == 4 and path.encode() + b": Permission denied" in done.stderr and done.stdout == b"",
               "an unreadable file: status 4, named", done)
        done = subprocess.run([SMTPLOG, "analyze", "--format", "json", "--year", "2026", path, good], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd="/", user=user)
        tap.ok(done.returncode == 3 and b"Permission denied" in done.stderr and b'"delivered": 1' in done.stdout,
               "beside a good log: status 3, the rest is analyzed", done)

    # ---- several at once
    done = analyze(directory("missing.log"), directory("empty.log", b""), directory("photo.jpg", JPEG), good)
    tap.ok(done.status == 3 and "missing.log" in done.errors and "photo.jpg" in done.errors and len(done.errors.splitlines()) >= 2,
           "every bad input is named", done)
    done = analyze(directory("missing.log"), directory("gone.log"))
    tap.ok(done.status == 4 and "missing.log" in done.errors and "gone.log" in done.errors, "nothing could be read: status 4", done)
    done = analyze("/dev/null")
    tap.ok(done.status == 0, "/dev/null as a file is an empty one", done)
    done = run("analyze", directory("empty.log"))
    tap.ok(done.status == 0 and "no lines" in done.text.lower(), "an empty file: `no lines`", done)
    fifo = directory("pipe.log")
    os.mkfifo(fifo)
    with subprocess.Popen(["sh", "-c", 'cat "$0" >"$1"', good, fifo]):
        done = analyze(fifo)
    tap.ok(done.status == 0 and good_figures(done.json()) == GOOD_FIGURES, "a named pipe is read once", done)
tap.done()
