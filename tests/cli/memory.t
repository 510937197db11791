#!/usr/bin/env python3
"""--memory: what is remembered of a log stays within it, however many names there are and however few messages end; what that
costs in exactness is said, with its bound."""
import hashlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SANITIZED, SMTPLOG, Directory, Tap, run

tap = Tap()
NAMES = 4000
CLOCK = ["--year", "2026", "--tz", "UTC", "--now", "2026-11-22T00:00:00Z"]


def log(messages):
    """Every sender, recipient, domain, host and text is another one; no message is removed, every third one waits."""
    lines = []
    for n in range(messages):
        name = hashlib.md5(b"%d" % n).hexdigest()
        head = "Nov 21 %02d:%02d:%02d mx1 postfix/" % (n // 72000 % 24, n // 1200 % 60, n // 20 % 60)
        to = head + "smtp[9]: %s: to=<u%s@%s.example>, relay=mx.%s.example[192.0.2.%d]:25, delay=%d.%d, delays=0.1/0/0.5/0.4, " % (
            name[:11].upper(), name, name[8:], name[:16], n % 200, n % 1000, n % 10)
        lines.append(head + "qmgr[9]: %s: from=<%s@%s.example>, size=%d, nrcpt=1 (queue active)" % (
            name[:11].upper(), name, name[:20], n))
        lines.append(to + "dsn=4.2.0, status=deferred (host mx.%s.example[192.0.2.%d] said: 450 4.2.0 Greylisted by rule %s)" % (
            name[:16], n % 200, name[:6]))
        if n % 3:
            lines.append(to + "dsn=2.0.0, status=sent (250 Ok)")
        lines.append(head + "smtpd[9]: NOQUEUE: reject: RCPT from h.%s.example[%d.%d.%d.9]: 450 4.2.0 <u@x.example>: Recipient address "
                     "rejected: Greylisted; from=<s@%s.example> to=<u@x.example> proto=ESMTP helo=<h>" % (
                         name, n % 199 + 1, n // 199 % 250, n // 49750 % 250, name[:9]))
    return "\n".join(lines) + "\n"


def exact_log(names):
    """So many senders, recipients and domains, and peers; half as many clients that were refused and domains that greylisted."""
    lines = []
    for n in range(names):
        head = "Nov 21 %02d:%02d:%02d mx1 postfix/" % (n // 3600, n // 60 % 60, n % 60)
        to = head + "smtp[9]: %08X: to=<user%d@place%d.example>, relay=mx.place%d.example[192.0.2.%d]:25, delay=%d.5, delays=0.1/0/0/0, " % (
            n, n, n, n, n % 200, n % 77)
        lines.append(head + "qmgr[9]: %08X: from=<sender%d@here%d.example>, size=%d, nrcpt=1 (queue active)" % (n, n, n % 9, n))
        if n % 2:
            lines.append(to + "dsn=4.2.0, status=deferred (host mx.place%d.example[192.0.2.%d] said: 450 4.2.0 Greylisted)" % (n, n % 200))
            lines.append(head + "smtpd[9]: NOQUEUE: reject: RCPT from unknown[%d.%d.9.9]: 554 5.7.1 <u@x.example>: Relay access denied; "
                         "from=<sender%d@here%d.example> to=<u@x.example> proto=ESMTP helo=<h>" % (n // 200 + 1, n % 200, n, n % 9))
        lines.append(to + "dsn=2.0.0, status=sent (250 Ok)")
        lines.append(head + "qmgr[9]: %08X: removed" % n)
    return "\n".join(lines) + "\n"


def fits(path, size, kilobytes, threads=1):
    """Whether a run comes to its end with so much memory for data, and no more."""
    done = subprocess.run(["sh", "-c", 'ulimit -d "$1"; shift; exec "$@"', "sh", str(kilobytes), SMTPLOG, "analyze", "--format", "json",
                           "--memory", size, "-j", str(threads), *CLOCK, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0 and done.stdout.endswith(b"}\n")


def need(path, size):
    """The memory that a run needs, in KiB (to 128 KiB)."""
    low, high = 0, 1 << 20
    while high - low > 128:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(path, size, middle) else (middle, high)
    return high


with Directory() as directory:
    count = 25000
    small, large = directory("small.log", log(count)), directory("large.log", log(3 * count))
    tiny = directory("tiny.log", log(3))
    if SANITIZED:
        tap.note("the sanitizers need memory of their own: not measured")
    else:
        base = need(tiny, "1M")
        tap.ok(fits(large, "1M", base + 6 * 1024), "1M: 6 MiB over what a log of three messages needs (%d KiB) suffice" % base)
        tap.ok(fits(large, "16M", base + 26 * 1024), "16M: 26 MiB over it suffice")
        tap.ok(fits(large, "16M", base + (26 + 8) * 1024, threads=2), "with a second thread 8 MiB more suffice")
        tap.ok(not fits(large, "1G", base + 26 * 1024), "with 1G that is not enough: the log is one that needs memory")
    for size, exact in (("1M", False), ("1G", True)):
        report = run("analyze", "--format", "json", "--top", "0", "--memory", size, *CLOCK, small).json()
        accuracy, recipients = report["accuracy"], report["recipients"]
        waiting = len([n for n in range(count) if n % 3 == 0])
        tap.equal(accuracy["sums"], "add up", size + ": the sums add up")
        tap.equal((recipients["total"], recipients["delivered"], recipients["deferred"]), (count, count - waiting, waiting),
                  size + ": every recipient is told once, in its state")
        tap.equal(report["greylisting"]["recipients"], count, size + ": and its greylisting")
        tap.ok((accuracy["state_lost"] == 0) == exact, size + ": what was given up is counted (%d)" % accuracy["state_lost"])
        names = {table["table"]: table for table in accuracy["approximate"]}
        tap.ok("domains" in names and names["domains"]["rows"] >= 256, size + ": tables without room for all names are told")
        wrong = [row for row in report["domains"] if not row["attempts"] <= 2 <= row["attempts"] + row.get("error_at_most", 0) + 1]
        tap.ok(not wrong, size + ": no row is off by more than its error", *wrong[:3])
    report = run("analyze", "--format", "json", "--top", "0", *CLOCK, directory("exact.log", exact_log(NAMES))).json()
    tap.equal(report["accuracy"]["approximate"], [], "what is used unless said otherwise has room for %d of every name" % NAMES)
    tap.equal([len(report[table]) for table in ("peers", "senders", "recipient_addresses", "clients")], [NAMES] * 3 + [NAMES // 2],
              "and shows them")
    text = run("analyze", "--memory", "1M", *CLOCK, small).text
    tap.ok("State lost: " in text and "approximate" in text, "the report says both")
    for size in ("0", "10K", "x", "16X", "", "-1M", "1000000000000000G"):
        done = run("analyze", "--memory", size, tiny)
        tap.ok(done.status == 2 and "--memory" in done.errors, "--memory %r is refused" % size, done.errors)
    for size in ("1M", "1m", "1048576", "2G"):
        tap.equal(run("analyze", "--memory", size, *CLOCK, tiny).status, 0, "--memory %s is understood" % size)
tap.done()
