#!/usr/bin/env python3
"""Hashes are seeded anew in every run, and no result depends on it: of a log that overflows every table, any number of runs print the same
bytes (but for the time of the run), and so do snapshots of its parts that are merged."""
import hashlib
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Directory, Tap, differences, figures, run

SEED = int(os.environ.get("SEED", "450"))
RUNS = 3
dice = random.Random(SEED)
tap = Tap()
tap.note("SEED=%d" % SEED)
CLOCK = ["--tz", "UTC", "--now", "2026-11-22T00:00:00Z"]


def name_of(count):
    """Some names are met often, most of them once."""
    n = int(dice.paretovariate(0.4)) % count
    return hashlib.md5(b"%d" % n).hexdigest()[:12]


def log(messages):
    lines = []
    for n in range(messages):
        head = "Nov 21 %02d:%02d:%02d mx1 postfix/" % (n // 3600 % 24, n // 60 % 60, n % 60)
        identity = "%08X" % (0x5A000000 + n * 7)
        place, user, client = name_of(messages), name_of(messages), "%d.%d.%d.9" % (dice.randrange(1, 200), dice.randrange(40), n % 5)
        to = "smtp[9]: %s: to=<u%s@%s.example>, relay=mx.%s.example[192.0.2.%d]:25, delay=%d, delays=0.1/0/0.5/0.4, " % (
            identity, user, place, place, n % 200, n % 1000)
        lines.append(head + "smtpd[9]: %s: client=h%s.example[%s], sasl_method=PLAIN, sasl_username=%s" % (identity, place, client, user))
        lines.append(head + "qmgr[9]: %s: from=<%s@%s.example>, size=%d, nrcpt=1 (queue active)" % (identity, user, name_of(messages), n))
        lines.append(head + to + "dsn=4.2.0, status=deferred (host mx.%s.example[192.0.2.%d] said: 450 4.2.0 Greylisted by rule %s)" % (
            place, n % 200, place[:6]))
        if n % 3:
            lines.append(head + to + "dsn=2.0.0, status=sent (250 Ok)")
        if n % 3 == 1:
            lines.append(head + "qmgr[9]: %s: removed" % identity)
        lines.append(head + "smtpd[8]: warning: unknown[%s]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=%s" % (
            client, user))
        lines.append(head + "smtpd[7]: NOQUEUE: reject: RCPT from h.%s.example[%s]: 450 4.2.0 <u@x.example>: Recipient address rejected: "
                     "Greylisted; from=<s@%s.example> to=<%s@x.example> proto=ESMTP helo=<h>" % (place, client, place, user))
        if n % 4:
            lines.append(head + "smtpd[7]: %s: client=h.%s.example[%s]" % (identity + "F", place, client))
    return lines


def report(*arguments):
    return figures(run(*arguments[:1], "--format", "json", "--top", "0", *CLOCK, *arguments[1:]).json())


def same(got, wanted, name):
    wrong = list(differences(got, wanted))
    tap.ok(not wrong, name, *wrong[:5])


with Directory() as directory:
    lines = log(12000)
    path = directory("large.log", "\n".join(lines) + "\n")
    for size in ("1M", "4M", "16M"):
        first = report("analyze", "--memory", size, path)
        if size == "1M":
            approximate = {table["table"] for table in first["accuracy"]["approximate"]}
            for table in ("domains", "senders", "recipient_addresses", "clients", "greylisting.detail.domains"):
                tap.ok(table in approximate, "%s: too many %s for the table" % (size, table), *sorted(approximate))
            tap.ok(first["accuracy"]["state_lost"] > 0, size + ": and too many messages")
        for n in range(1, RUNS):
            same(report("analyze", "--memory", size, path), first, "%s: run %d as the first" % (size, n + 1))
    halves = [directory("half%d.log" % at, "\n".join(lines[at::2]) + "\n") for at in (0, 1)]
    merged = []
    for n in range(RUNS):
        parts = [directory("%d.%d.snap" % (n, at)) for at in (0, 1)]
        for half, part in zip(halves, parts):
            run("analyze", "-o", part, "--memory", "1M", *CLOCK, half)
        merged.append(report("merge", *parts))
    for n in range(1, RUNS):
        same(merged[n], merged[0], "snapshots, merged: run %d as the first" % (n + 1))
tap.done()
