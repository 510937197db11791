#!/usr/bin/env python3
"""Every allocation of a run fails once: the run ends with the same output, or says that memory was short and ends with status 4 without a
report; it never crashes, hangs or leaks, and no output file is there that is not whole. LONG=1: all allocations of all runs, else some of
each. Under the sanitizers the program's own allocations fail, otherwise those of the libraries that it uses, too."""
import os
import random
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, DATA, GOOD, SANITIZED, SMTPLOG, Directory, Tap, environment, gzipped

LONG = bool(os.environ.get("LONG"))
SOME = int(os.environ.get("SOME", "6" if SANITIZED else "12"))  # allocations tried of a run
SEED = int(os.environ.get("SEED", "421"))
dice = random.Random(SEED)
WHEN = ["-j", "1", "--year", "2026", "--tz", "UTC", "--now", "2026-11-22T06:00:00Z"]
PROGRAM = os.path.join(BUILD, "fault", "smtplog") if SANITIZED else SMTPLOG

tap = Tap()
tap.note("SEED=%d" % SEED)


def hand(name):
    return os.path.join(DATA, "hand", name)


class Faulty:
    """A run with one allocation failing: exit status, output, the files it made, allocations and those not given back."""

    def __init__(self, directory, arguments, at):
        where = directory("out")
        count = directory("count")
        shutil.rmtree(where, ignore_errors=True)
        os.mkdir(where)
        if os.path.exists(count):
            os.unlink(count)
        faults = {"FAULT_CALL": "allocation", "FAULT_AT": str(at), "FAULT_COUNT": count}
        if not SANITIZED:
            faults["LD_PRELOAD"] = os.path.join(BUILD, "fault", "fault.so")
        done = subprocess.run([PROGRAM, *[a.replace("OUT", where) for a in arguments], "--no-sandbox"], env=environment(**faults), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, cwd=directory.path)
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.files = {}
        for top, _, names in os.walk(where):
            for name in names:
                with open(os.path.join(top, name), "rb") as file:
                    self.files[os.path.relpath(os.path.join(top, name), where)] = file.read()
        self.calls = self.held = None
        if os.path.exists(count):
            with open(count, encoding="ascii") as file:
                self.calls, self.held = map(int, file.read().split())


def wrong(got, whole):
    """What is not right about a run in which an allocation failed, or None."""
    if got.status < 0 or b"Sanitizer" in got.err or b"runtime error" in got.err:
        return "crash"
    if got.calls is None:
        return "no end"
    if not SANITIZED and got.held > whole.held:
        return "%d allocations not given back" % (got.held - whole.held)
    same = got.status == whole.status and got.out == whole.out and got.files == whole.files
    said = b"memory" in got.err or b"Speicher" in got.err
    if not same and not said:
        return "neither the same nor said"
    if not same and got.status not in (3, 4):
        return "status %d" % got.status
    for name, content in got.files.items():
        if not name.endswith("lock") and whole.files.get(name) != content:
            return "a file that is not whole: " + name
    return None


with Directory() as directory:
    log = directory("mail.log", GOOD)
    one = directory("one.snap")
    two = directory("two.snap")
    for path, content in ((one, GOOD), (two, GOOD.replace(b"Nov 21", b"Nov 20").replace(b"3F2A1B0C9D", b"3F2A1B0C9E"))):
        made = subprocess.run([SMTPLOG, "analyze", *WHEN, "-o", path, directory("part.log", content)], env=environment(), stderr=subprocess.PIPE)
        tap.ok(made.returncode == 0, "a snapshot to merge", made.stderr)
    with open(hand("exim-alias.log"), "rb") as file:
        exim = directory("exim.log.gz", gzipped(file.read()))
    runs = {
        "analyze": ["analyze", *WHEN, log],
        "analyze, every table": ["analyze", *WHEN, "--detail", "full", "--explain", "full", "--top", "0", hand("greylist-detail.log")],
        "analyze, JSON of gzip": ["analyze", *WHEN, "--format", "json", exim],
        "analyze, HTML in German": ["analyze", *WHEN, "--lang", "de", "-o", "OUT/page.html", log],
        "analyze, Markdown redacted": ["analyze", *WHEN, "--redact", "--redact-key", directory("key", b"0123456789abcdef" * 2), "--format", "markdown", hand("filter-and-proxy.log")],
        "analyze, CSV filtered": ["analyze", *WHEN, "--code", "4xx,550", "--domain", ".example", "--format", "csv", log],
        "analyze, Prometheus and rules": ["analyze", *WHEN, "--fail-if", "greylisting.lost > 5 or hard_share > 99%", "--format", "prometheus", log],
        "analyze, a mail": ["analyze", *WHEN, "--format", "mail", "--mail-to", "root@example.org", log],
        "analyze, a transcript": ["analyze", *WHEN, os.path.join(DATA, "transcripts", "smtplib.txt")],
        "analyze, snapshot": ["analyze", *WHEN, "-o", "OUT/day.snap", log],
        "events": ["events", *WHEN, "--join", log],
        "events, TSV of JSON lines": ["events", *WHEN, "--format", "tsv", "--fields", "time,code,recipient", directory("journal.jsonl", b"".join(
            b'{"MESSAGE":"%s","SYSLOG_IDENTIFIER":"postfix/smtp","_PID":"7","_HOSTNAME":"mx1","__REALTIME_TIMESTAMP":"1795327201123456"}\n'
            % line.split(b": ", 1)[1] for line in GOOD.splitlines()))],
        "daily": ["daily", *WHEN, "--state-dir", "OUT/state", log],
        "merge": ["merge", "--tz", "UTC", "--now", "2026-11-22T06:00:00Z", "--format", "json", one, two],
        "explain": ["explain", "450", "5.7.26", "550 5.1.1 <bob@example.org>: User unknown", "google"],
        "explain, HTML": ["explain", "--format", "html", "550"],
        "compare": ["compare", "450", "550", "4.7.1"],
        "trace": ["trace", *WHEN, "3F2A1B0C9D", log],
        "trace, HTML with lines": ["trace", *WHEN, "--lines", "--format", "html", "bob@z.example", log],
        "figures": ["figures", *WHEN, log],
    }
    total = 0
    for name, arguments in runs.items():
        whole = Faulty(directory, arguments, 0)
        if not tap.ok(whole.status in (0, 3) and whole.calls, "%s: %s allocations, status %d" % (name, whole.calls, whole.status), whole.err):
            continue
        # The first ones take the command line, the last ones make the report.
        places = range(1, whole.calls + 1)
        if not LONG:
            early, late = range(1, min(60, whole.calls) + 1), range(max(1, whole.calls - 300), whole.calls + 1)
            places = sorted({at for some in (early, places, late) for at in dice.sample(some, min(SOME, len(some)))})
        found = []
        for at in places:
            try:
                got = Faulty(directory, arguments, at)
            except subprocess.TimeoutExpired:
                found.append("%d: hangs" % at)
                continue
            what = wrong(got, whole)
            if what is not None:
                found.append("%d: %s: %r" % (at, what, got.err[-300:]))
        total += len(places)
        tap.ok(not found, "%s: %d of them failed, one a run" % (name, len(places)), *found[:12])
    tap.note("%d runs" % total)
    # The shim itself: a failure is one, and an allocation kept is counted.
    got = Faulty(directory, runs["analyze"], 3)
    tap.ok(got.status == 4 and b"memory" in got.err, "an allocation that fails is noticed", got.err)
tap.done()
