#!/usr/bin/env python3
"""Snapshots of any cut of a log into days and hosts, merged in any order and grouping, give the figures of one run over everything: JSON is
compared whole, but for `generated`, `inputs` and the places in files. A snapshot that comes twice counts once."""
import gzip
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, SANITIZED, Tap, figures, run

SEED = int(os.environ.get("SEED", "450"))
dice = random.Random(SEED)
tap = Tap()
tap.note("SEED=%d" % SEED)
WHEN = ["--tz", "UTC", "--now", "2026-11-23"]
STAMP = re.compile(rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")


def load(name):
    with open(os.path.join(DATA, name), "rb") as file:
        content = file.read()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def comparable(report):
    report = figures(report)
    for row in report["not_understood"] + report.get("contradictions", []):
        row.pop("file", None)
        row.pop("line", None)
    return report


def whole(directory, name, content):
    return comparable(run("analyze", "--format", "json", "--top", "0", "--year", "2026", *WHEN, directory(name, content)).json())


def snapshot(directory, name, content):
    """The path of the snapshot of a log."""
    path = directory(name + ".snap")
    done = run("analyze", "-o", path, "--year", "2026", *WHEN, directory(name + ".log", content))
    if done.status not in (0, 3):
        tap.ok(False, name + ": a snapshot is made", done)
    return path


def merged(*paths):
    done = run("merge", "--format", "json", "--top", "0", *WHEN, *paths)
    return done, comparable(done.json()) if done.status in (0, 3) else {}


def cuts(lines, pieces):
    """Days begin between two seconds; lines without a stamp go with those before."""
    places = [n for n in range(1, len(lines)) if STAMP.match(lines[n]) and STAMP.match(lines[n - 1]) and
              STAMP.match(lines[n]).group() != STAMP.match(lines[n - 1]).group()]
    places = [0] + sorted(dice.sample(places, pieces - 1)) + [len(lines)]
    return [b"".join(lines[a:b]) for a, b in zip(places, places[1:])]


# One day of two hosts with stamps to the microsecond, so that no two lines are of the same time.
def two_hosts(content):
    lines = {}
    for host, shift in ((b"mx1", 0), (b"mx2", 137)):
        for number, line in enumerate(content.splitlines(keepends=True)):
            parts = line.split(b" ", 2) if line[:1].isdigit() else None
            stamp = STAMP.match(line)
            if stamp is None or parts is not None:
                continue
            second = int(line[13:15]) + 60 * int(line[10:12]) + 3600 * int(line[7:9])
            rest = line[16:].split(b" ", 1)[1]
            when = b"2026-11-22T%02d:%02d:%02d.%06d+00:00" % (second // 3600, second // 60 % 60, second % 60, (number % 4000) * 200 + shift)
            lines.setdefault(when, []).append(when + b" " + host + b" " + rest)
    return [line for when in sorted(lines) for line in lines[when]]


LOGS = {"outbound": load("postfix-outbound.log"), "inbound": load("postfix-inbound.log"), "exim": load("exim-out.log"), "exim in": load("exim-in.log"),
        "exim syslog": load("exim-outsys.log"), "rotated": b"".join(load("rotated/mail.log" + suffix) for suffix in (".2.gz", ".1", ""))}
TRIALS = (2, 4) if SANITIZED else (1, 2, 3, 5, 8)

with Directory() as directory:
    for name, content in LOGS.items():
        lines = content.splitlines(keepends=True)
        wanted = whole(directory, name + ".log", content)
        for trial in TRIALS:
            pieces = [snapshot(directory, "%s-%d-%d" % (name, trial, n), piece) for n, piece in enumerate(cuts(lines, trial))]
            dice.shuffle(pieces)
            done, got = merged(*pieces)
            tap.same_json(got, wanted, "%s: %d days merged are the log read at once" % (name, trial))
            if trial < 3:
                continue
            # In groups: merged snapshots of merged snapshots.
            places = sorted(dice.sample(range(1, trial), 2))
            groups = []
            for n, group in enumerate((pieces[:places[0]], pieces[places[0]:places[1]], pieces[places[1]:])):
                groups.append(directory("%s-%d-group%d.snap" % (name, trial, n)))
                run("merge", "-o", groups[-1], *WHEN, *group)
            again, _ = merged(*groups)
            tap.equal(again.out, done.out, "%s: %d days in three groups, byte for byte the same" % (name, trial))
            again, _ = merged(*reversed(pieces))
            tap.equal(again.out, done.out, "%s: and in another order" % name)
            again, _ = merged(*pieces, groups[0], pieces[0], *groups)
            tap.equal(again.out, done.out, "%s: and with some of them twice and thrice" % name)

    # ---- hosts
    for name in ("outbound", "inbound", "rotated"):
        lines = two_hosts(LOGS[name])
        wanted = whole(directory, name + "-hosts.log", b"".join(lines))
        tap.ok(wanted["events"] > 100, name + ": two hosts in one log")
        # A cut may fall anywhere into what belongs together: between a mail's way into a content filter and the line that tells of it, say.
        even = [len(lines) * n // 48 for n in range(8, 42)] if name == "rotated" and not SANITIZED else []
        for middle in (dice.randrange(len(lines) // 4, 3 * len(lines) // 4), *even):
            pieces = []
            for host in (b" mx1 ", b" mx2 "):
                for n, day in enumerate((lines[:middle], lines[middle:])):
                    pieces.append(snapshot(directory, "%s-%s-%d" % (name, host.decode().strip(), n), b"".join(line for line in day if host in line[:45])))
            dice.shuffle(pieces)
            _, got = merged(*pieces)
            tap.same_json(got, wanted, "%s: two hosts, two days each, cut at line %d" % (name, middle))
tap.done()
