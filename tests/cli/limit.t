#!/usr/bin/env python3
"""Inputs at and beyond every limit: long lines, fields, nesting, compression bombs, times from year 1 to 9999, clocks that go backwards,
millions of names, thousands of files, names of any bytes, files that change while they are read. Nothing ends the run, memory stays bounded,
and the lines around it are counted as if it were not there. LONG=1: at full size."""
import bisect
import gzip
import json
import os
import random
import re
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import (DATA, GOOD, GOOD_FIGURES, SANITIZED, SMTPLOG, UNSAFE_TEXT, Directory, Tap, analyze, environment, events, good_figures, gzipped, run)

LONG = bool(os.environ.get("LONG"))
SEED = int(os.environ.get("SEED", "421"))
MEMORY = 96 * 1024  # KiB that no input of these takes more than
WHEN = ["--year", "2026", "--tz", "UTC"]
dice = random.Random(SEED)
tap = Tap()
tap.note("SEED=%d" % SEED)


def among_good(line):
    """The good log with a line after its third."""
    lines = GOOD.splitlines(keepends=True)
    return b"".join(lines[:3]) + line + b"\n" + b"".join(lines[3:])


def bounded(done):
    return SANITIZED or done.rss < MEMORY


DEFERRED = (b"Nov 21 06:00:05 mx1 postfix/smtp[103]: 3F2A1B0C9E: to=<%s>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.5/0.4, "
            b"dsn=4.2.0, status=deferred (host mx.z.example[192.0.2.50] said: 450 4.2.0 %s (in reply to RCPT TO command))")

with Directory() as directory:
    # ---- one line
    nested = b"x"
    for _ in range(5000):
        nested = b"message repeated 3 times: [ " + nested + b"]"
    lines = {
        "a reply of 60,000 bytes": (DEFERRED % (b"bob@z.example", b"y" * 60000), 1),
        "a reply of 3 MiB": (DEFERRED % (b"bob@z.example", b"y" * 3145728), None),
        "8 MiB without a line end": (b"z" * 8388608, None),
        "an address of 60,000 bytes": (DEFERRED % (b"b" * 60000 + b"@z.example", b"no"), None),
        "a domain of 60,000 bytes": (DEFERRED % (b"bob@" + b"z." * 30000 + b"example", b"no"), None),
        "20,000 fields": (b"Nov 21 06:00:05 mx1 postfix/smtp[103]: 3F2A1B0C9E: " + b"a=b, " * 20000, None),
        "20,000 fields of Exim": (b"2026-11-21 06:00:05 1vMPaa-00000000001-0001 => bob@z.example " + b"A=b " * 20000, None),
        "5,000 times \"message repeated\"": (b"Nov 21 06:00:05 mx1 postfix/smtp[103]: " + nested, None),
        "repeated four thousand million times": (b"Nov 21 06:00:05 mx1 postfix/smtp[103]: message repeated 99999999999 times: [ 3F2A1B0C9E: removed]", None),
        "JSON 100,000 deep": (b'{"a":' + b"[" * 100000 + b"]" * 100000 + b"}", None),
        "JSON objects 10,000 deep": (b'{"a":' * 10000 + b"1" + b"}" * 10000, None),
        "JSON of 900 KB": (b'{"MESSAGE":"' + b"x" * 900000 + b'"}', None),
        "all bytes": (bytes(b for b in range(256) if b != 10), None),
        "a digit of 100,000 digits": (b"Nov 21 06:00:05 mx1 postfix/qmgr[1]: 3F2A1B0C9E: from=<a@b.example>, size=" + b"9" * 100000 + b", nrcpt=1 (queue active)", None),
        "a process id of 50,000 digits": (b"Nov 21 06:00:05 mx1 postfix/smtp[" + b"1" * 50000 + b"]: 3F2A1B0C9E: removed", None),
        "2,000 hops in a queue id": (b"Nov 21 06:00:05 mx1 postfix/smtp[1]: " + b"3F2A1B0C9E: " * 2000 + b"removed", None),
    }
    for name, (line, more) in lines.items():
        path = directory("one.log", among_good(line))
        done = analyze(path)
        report = done.json() if done.status in (0, 3) else {"lines": {}}
        tap.ok(done.status in (0, 3) and report["lines"]["read"] == 7 and bounded(done), "%s: counted, memory bounded" % name, done.status, done.rss, done.err[-300:])
        tap.equal((report["lines"]["overlong"], sum(v for k, v in report["lines"].items() if k in (
            "event", "context", "foreign", "unknown", "malformed", "outside"))), (1 if len(line) > 1048576 else 0, 7), name + ": in one bin")
        got = [r for r in events(path).out.splitlines() if b'"line":4,' not in r]
        alone = [r.replace(b"one.log", b"two.log") for r in got]
        wanted = events(directory("two.log", among_good(b"Nov 21 06:00:05 mx1 kernel: nothing"))).out.splitlines()
        tap.equal(alone, wanted, name + ": the records of the other lines are byte-identical")
        if more:
            records = [r for r in events(path).records() if r["line"] == 4]
            tap.ok(len(records) == more and records[0]["code"] == 450 and len(records[0]["text"]) > 59000, name + ": matched whole", records[:1])

    # ---- compressed
    member = gzip.compress(b"\0" * 10000000, 9, mtime=0)
    bomb = directory("bomb.gz", gzipped(GOOD) + member * (1000 if LONG else 20) + gzipped(b"\n" + GOOD.replace(b"3F2A1B0C9D", b"4F2A1B0C9D")))
    done = analyze(bomb)
    report = done.json()
    tap.ok(report["lines"]["read"] == 13 and report["lines"]["overlong"] == 1 and report["events"] == 6 and bounded(done),
           "%d bytes that stand for %s of zeros: the lines around are counted, in %d KiB" % (os.path.getsize(bomb), "10 GB" if LONG else "200 MB", done.rss), done)
    lined = gzip.compress(b"\n" * 5000000, 9, mtime=0)
    done = analyze(directory("lines.gz", gzipped(GOOD) + lined * (20 if LONG else 1)))
    tap.ok(done.json()["events"] == 3 and done.json()["lines"]["read"] == 6 + 5000000 * (20 if LONG else 1) and bounded(done), "millions of empty lines", done.rss)

    # ---- times
    many = b"".join(b"%04d-0%d-21T06:00:%02d+00:00 mx1 postfix/smtp[103]: 3F2A1B%04X: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, "
                    b"delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n" % (year, 1 + year % 9, year % 60, year) for year in range(1, 10000, 1 if LONG else 7))
    for name, content in (("in order", many), ("backwards", b"".join(reversed(many.splitlines(True)))),
                          ("shuffled", b"".join(dice.sample(many.splitlines(True), many.count(b"\n"))))):
        path = directory("years.log", content)
        done = analyze(path)
        got = events(path)
        tap.ok(done.status == 0 and done.json()["recipients"]["total"] == many.count(b"\n") and bounded(done), "years 1 to 9999 %s: each message is counted" % name, done)
        tap.ok([r["time"][:4] for r in got.records()] == [line[:4].decode() for line in content.splitlines()], "years 1 to 9999 %s: times as they stand" % name)
        for form in ("text", "html", "prometheus", "csv"):
            shown = run("analyze", *WHEN, "--format", form, "--detail", "full", path)
            tap.ok(shown.status == 0 and not UNSAFE_TEXT.search(shown.text), "years 1 to 9999 %s: %s" % (name, form), shown)
    path = directory("odd.log", b"".join(stamp + b" mx1 postfix/qmgr[1]: 3F2A1B0C9D: removed\n" for stamp in (
        b"0000-01-01T00:00:00Z", b"9999-12-31T23:59:60-23:59", b"0001-01-01T00:00:00+23:59", b"2026-02-30T00:00:00Z", b"Feb 30 00:00:00", b"Dec 31 24:00:00",
        b"2026-11-21T06:00:00.999999999999999999Z", b"99999-01-01T00:00:00Z", b"Nov 21 06:00:61", b"-001-01-01T00:00:00Z")))
    done = analyze(path)
    tap.ok(done.status in (0, 3) and done.json()["lines"]["read"] == 10, "stamps that no clock shows", done)

    # ---- names
    count = 10000000 if LONG else 20000

    def addresses(write):
        for n in range(count):
            write(b"Nov 21 %02d:%02d:%02d mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from h%d.example[198.51.%d.%d]: 550 5.1.1 <u%d@d%d.example>: Recipient "
                  b"address rejected: User unknown; from=<s%d@s%d.example> to=<u%d@d%d.example> proto=ESMTP helo=<h%d>\n"
                  % (n * 86399 // count // 3600, n * 86399 // count // 60 % 60, n * 86399 // count % 60, n, n >> 8 & 255, n & 255, n, n, n, n, n, n, n))

    process = subprocess.Popen([SMTPLOG, "analyze", "--format", "json", *WHEN, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment())
    report = []
    reader = threading.Thread(target=lambda: report.append(process.stdout.read()))
    reader.start()
    with process.stdin as feed:
        addresses(feed.write)
    reader.join()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    shown = json.loads(report[0])
    tap.ok(status == 0 and shown["rejects"]["total"] == count and (SANITIZED or usage.ru_maxrss < MEMORY),
           "%d distinct addresses, hosts and domains: all counted, in %d KiB" % (count, usage.ru_maxrss), status, errors[-300:])
    for process_stream in (process.stdout, process.stderr):
        process_stream.close()

    # ---- files
    paths = [directory("many/mail.log.%d" % n, b"Nov %2d %02d:%02d:%02d mx1 postfix/smtp[1]: 3F2A1B%04X: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, "
                       b"delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n" % (20 - n // 1000, 23 - n // 60 % 16, 59 - n % 60, 30, n))
             for n in range(4097)]
    done = analyze(*paths[:4096])
    tap.ok(done.status == 0 and done.json()["recipients"]["delivered"] == 4096, "4,096 files", done)
    done = run("analyze", *["x"] * 65537)
    tap.ok(done.status == 2 and "too many files" in done.errors, "more than 65,536 files are refused", done.status, done.errors[-300:])
    wrong = []
    ODD = set(range(1, 48)) | set(b"\\`|\x7f\x80\x9b\xc3\xe2\xff")
    for byte in [b for b in range(1, 256) if b != ord("/")]:
        for name in (bytes([byte]) + b"mail.log", b"mail" + bytes([byte]) + b".log", b"mail.log" + bytes([byte])):
            if not LONG and (byte not in ODD or dice.randrange(3)):
                continue
            path = directory(b"names/" + name, GOOD)
            whole = analyze("--", path)
            inside = run("analyze", "--format", "json", *WHEN, "--", os.path.basename(path), cwd=os.path.dirname(path))
            bare = run("events", *WHEN, os.path.basename(path) if byte != ord("-") else "./" + os.path.basename(path), cwd=os.path.dirname(path))
            fine = all(d.status == 0 and good_figures(d.json()) == GOOD_FIGURES for d in (whole, inside)) and len(bare.records()) == 3
            if not fine or UNSAFE_TEXT.search(whole.text) or "\n" in bare.records()[0]["file"]:
                wrong.append((name, whole.status, inside.status, bare.status, whole.err[-100:], inside.err[-100:]))
            missing = run("analyze", "--", path + "x")
            if missing.status != 4 or UNSAFE_TEXT.search(missing.errors.replace("\n", "")):
                wrong.append((name, "missing", missing))
            os.unlink(path)
    tap.ok(not wrong, "file names with every byte in front, inside and behind", *wrong[:6])
    os.chdir(directory.path)
    piped = directory("id|", b"#!/bin/sh\ntouch %s\n" % directory("ran").encode())
    run("analyze", "--", "id|", "|id", "-", "$(touch ran)", cwd=directory.path)
    tap.ok(not os.path.exists(directory("ran")), "names that look like commands run nothing")
    os.symlink(directory("good.log", GOOD), directory("link.log"))
    os.symlink(directory("loop.log"), directory("loop.log"))
    os.symlink("/nonexistent/file", directory("nowhere.log"))
    done = analyze(directory("link.log"), directory("loop.log"), directory("nowhere.log"))
    tap.ok(done.status == 3 and good_figures(done.json()) == GOOD_FIGURES and "loop.log" in done.errors and "nowhere.log" in done.errors,
           "links: one that leads somewhere is read, the others are said", done)

    # ---- files that change while they are read: the first input is a pipe that is fed, and meanwhile the second changes
    early = b"".join(b"Nov 20 %02d:%02d:%02d mx1 postfix/qmgr[1]: 3F2A1B%05X: removed\n" % (n // 3600 % 24, n // 60 % 60, n % 60, n) for n in range(20000))
    late = b"".join(GOOD.replace(b"3F2A1B0C9D", b"5F%08X" % n) for n in range(3000))

    def meanwhile(what):
        fifo, path = directory("feed"), directory("late.log", late)
        if not os.path.exists(fifo):
            os.mkfifo(fifo)

        def feed():
            with open(fifo, "wb") as pipe:
                pipe.write(early)  # more than a pipe holds: both are open by now
                pipe.flush()
                what(path)

        writer = threading.Thread(target=feed)
        writer.start()
        done = analyze(path, fifo)  # the pipe is opened last: then the file is open
        writer.join()
        return done

    def shrink(path):
        os.truncate(path, len(late) // 2)

    def empty(path):
        os.truncate(path, 0)

    def grow(path):
        with open(path, "ab") as file:
            file.write(GOOD.replace(b"3F2A1B0C9D", b"6F2A1B0C9D"))

    def vanish(path):
        os.unlink(path)

    def replace(path):
        os.rename(directory("other.log", GOOD), path)

    def overwrite(path):
        with open(path, "r+b") as file:
            file.seek(len(late) // 3)
            file.write(os.urandom(5000))

    for what in (lambda path: None, shrink, empty, grow, vanish, replace, overwrite):
        done = meanwhile(what)
        name = what.__name__.replace("<lambda>", "nothing")
        report = done.json() if done.status in (0, 3) else None
        tap.ok(report is not None and report["lines"]["context"] >= 20000 and sum(
            v for k, v in report["lines"].items() if k in ("event", "context", "foreign", "unknown", "malformed", "outside")) == report["lines"]["read"],
               "a file that changes while it is read (%s): the rest is counted" % name, done)
        whole = report["codes"] and report["codes"][0]["count"] == 3000
        tap.ok(whole if name == "nothing" else whole or done.status == 3 or name not in ("vanish", "empty", "shrink"),
               "a file that changes while it is read (%s): nothing is lost, or it is said" % name, report["codes"], done.err)

    # ---- damage
    outbound = b"".join(open(os.path.join(DATA, name), "rb").read() for name in ("postfix-outbound.log", "postfix-inbound.log"))
    lines = outbound.splitlines()
    clean = directory("damage/mail.log", outbound)
    before = events(clean).out.splitlines()
    places = 1000
    for name, change in (("another byte", lambda b: bytes([b ^ 1 << dice.randrange(8)])), ("NUL", lambda b: b"\0"), ("0xff", lambda b: b"\xff")):
        content = bytearray(outbound)
        hit = set()
        starts = [0]
        for line in outbound.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        for _ in range(places if LONG else 400):
            at = dice.randrange(len(content))
            new = change(content[at])
            if content[at] != 10 and new != b"\n":
                content[at:at + 1] = new
                hit.add(bisect.bisect_right(starts, at))
        repeated = {n + 1 for n, line in enumerate(lines) if b"last message repeated" in line}
        after = events(directory("damage/mail.log", bytes(content)))

        def number(record):
            return int(re.search(rb'"line":(\d+)', record).group(1))

        kept = [r for r in before if number(r) not in hit | repeated]
        got = [r for r in after.out.splitlines() if number(r) not in hit | repeated]
        tap.ok(kept == got and kept, "%s at %d places: the records of the other %d lines are byte-identical" % (name, len(hit), len(lines) - len(hit)),
               *[(a, b) for a, b in zip(kept, got) if a != b][:2])

    # One in a hundred bytes of everything, beyond any repair: a report all the same, which says how much it did not understand.
    content = bytearray(outbound)
    for _ in range(len(content) // 100):
        content[dice.randrange(len(content))] = dice.randrange(256)
    done = run("analyze", *WHEN, directory("damage/mail.log", bytes(content)))
    report = analyze(directory("damage/mail.log")).json()
    tap.ok(done.status == 3 and report["lines"]["unknown"] + report["lines"]["malformed"] > 100, "1 % of all bytes: status 3", done.status)
    tap.ok(re.search(r"(match no pattern|without a log header): \d+, the first: ", done.errors) and re.search(r"not understood|understood", done.text),
           "1 % of all bytes: the report and the message say how much was not understood", done.errors[:500], done.text[:1500])
tap.done()
