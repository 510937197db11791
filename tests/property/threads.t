#!/usr/bin/env python3
"""Any number of threads gives the same bytes: of every log in testdata, shuffled into one, of rotated and cut files, from a pipe. Under
ThreadSanitizer (make sanitize) the same runs must be silent."""
import gzip
import os
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, SANITIZED, SMTPLOG, Directory, Tap, environment, gzipped, run

SEED = int(os.environ.get("SEED", "354"))
LINES = 30000  # threads are started for inputs of some 4,000 lines
dice = random.Random(SEED)
tap = Tap()
tap.note("SEED=%d" % SEED)
CLOCK = ["--tz", "UTC", "--year", "2026", "--now", "2026-11-22T00:00:00Z"]
COMMANDS = {"records": ["events"], "records, joined": ["events", "--join", "--format", "tsv"], "figures": ["analyze", "--format", "json", "--top", "0"],
            "the report": ["analyze", "--detail", "full"]}


def samples():
    for where, _, names in sorted(os.walk(DATA)):
        for name in sorted(names):
            if "snapshot" in where or name.endswith((".md", ".pat", ".cat", ".snap")):
                continue
            with open(os.path.join(where, name), "rb") as file:
                content = file.read()
            if content[:2] == b"\x1f\x8b":
                try:
                    content = gzip.decompress(content)
                except (EOFError, OSError):
                    continue
            yield content


def mixed():
    """All samples again and again, in pieces of some lines and in any order, so that blocks begin anywhere."""
    pieces = []
    for content in samples():
        lines = content.splitlines(keepends=True)
        while lines:
            size = dice.choice((1, 5, 40, 400))
            pieces.append(lines[:size])
            lines = lines[size:]
    lines = []
    while len(lines) < LINES:
        dice.shuffle(pieces)
        lines += [line for piece in pieces for line in piece]
    return lines


def orderly(name):
    """One log long enough for threads."""
    with open(os.path.join(DATA, name), "rb") as file:
        content = file.read()
    return content * (1 + 6000 // content.count(b"\n"))


def unsure():
    """Whether a stamp alone is Exim's depends on the lines before."""
    kinds = (b"2026-11-21 06:%02d:%02d 1vMDvB-0000000000A-0a1B <= ann@a.example H=(a) [192.0.2.1] P=smtp S=9\n", b"2026-11-21 06:%02d:%02d nothing that is known\n",
             b"2026-11-21 06:%02d:%02d H=(h) [192.0.2.1] F=<a@a.example> rejected RCPT <no@b.example>: no such user\n",
             b"Nov 21 06:%02d:%02d mx1 postfix/qmgr[9]: 3F2A1B0C9D: removed\n", b"2026-11-21 06:%02d:%02d error in something\n", b"%02d%02d\n")
    return b"".join(dice.choice(kinds) % (n // 1000 % 60, n // 17 % 60) for n in range(LINES))


def doubled():
    """Exim writes refusals twice into syslog; here they lie far enough apart to meet in different blocks."""
    lines = []
    for n in range(LINES // 2):
        stamp = b"Nov 21 %02d:%02d:%02d" % (n // 3600, n // 60 % 60, n % 60)
        line = stamp + b" mx1 exim[%d]: H=(h) [192.0.2.%d] F=<a%d@a.example> rejected RCPT <no@b.example>: no such user\n" % (n % 9, n % 200, n)
        lines += [line, line]
    return b"".join(lines)


def said(threads, command, files, stdin=None):
    done = run(*command, "-j", str(threads), *CLOCK, *files, stdin=stdin)
    return done.status, re.sub(rb'"generated": ?"[^"]*"', b"", done.out), done.err


with Directory() as directory:
    lines = mixed()
    whole = directory("mixed.log", b"".join(lines))
    third = len(lines) // 3
    rotated = [directory("mail.log", b"".join(lines[2 * third:])), directory("mail.log.1", b"".join(lines[third:2 * third + 50])),
               directory("mail.log.2.gz", gzipped(b"".join(lines[:third])))]
    cut = directory("cut.gz", gzipped(b"".join(lines))[:-5000])
    exim = directory("exim.log", orderly("exim-out.log"))
    postfix = directory("postfix.log", orderly("postfix-outbound.log"))
    inputs = {"all samples, mixed": [whole], "in rotated files that overlap": rotated, "a cut gzip": [cut], "Exim's mainlog": [exim],
              "two servers' logs at once": [exim, postfix], "a log given twice": [postfix, postfix],
              "lines that need the one before": [directory("unsure.log", unsure())], "lines told twice": [directory("doubled.log", doubled())]}
    for what, files in inputs.items():
        for name, command in COMMANDS.items():
            wanted = said(1, command, files)
            tap.ok(len(wanted[1]) > 1000, "%s: %s: there is something to compare" % (what, name), *wanted)
            for threads in (2, 3, 8) if name == "records" else (3,):
                got = said(threads, command, files)
                tap.ok(got == wanted, "%s: %s: %d threads print what one prints" % (what, name, threads), got[0], got[2], wanted[0], wanted[2])
    for option in (["--input", "postfix"], ["--redact", "--redact-key", "k"], ["--since", "2026-11-21"], ["--code", "4xx"]):
        command = ["analyze", "--format", "json", *option]
        tap.ok(said(4, command, [whole]) == said(1, command, [whole]), "threads and " + " ".join(option))
    with open(whole, "rb") as file:
        content = file.read()
    tap.ok(said(4, COMMANDS["figures"], ["-"], content)[1] == said(1, COMMANDS["figures"], ["-"], content)[1], "threads and a pipe")

    if not shutil.which("strace") or SANITIZED:
        tap.skip("threads are counted", "no strace, or a sanitizer's own threads")
    else:
        trace = directory("trace")
        started = {}
        for threads in (1, 3):
            subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=clone,clone3", SMTPLOG, "analyze", "-j", str(threads), postfix],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
            with open(trace, encoding="utf-8") as file:
                started[threads] = len(re.findall(r"clone3?\(.*(?:= \d+|<unfinished)", file.read()))
        tap.equal(started, {1: 0, 3: 2}, "-j says how many threads work, the first of them included")
tap.done()
