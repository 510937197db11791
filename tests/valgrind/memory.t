#!/usr/bin/env python3
"""The program under valgrind's memcheck: no read or write of memory that is not its own, no jump on a value that was never set (which the
sanitizers do not see), and nothing that was asked for is still held at the end. A share of the test data for every command; LONG=1: all of
it, and the unit tests. Not part of `make check`: `make valgrind`."""
import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, DATA, GOOD, SMTPLOG, TOP, Directory, Tap, environment, gzipped

LONG = bool(os.environ.get("LONG"))
ERROR = 99
CHECKED = ["valgrind", "--quiet", "--error-exitcode=%d" % ERROR, "--leak-check=full", "--show-leak-kinds=all", "--errors-for-leak-kinds=all",
           "--num-callers=20", "--suppressions=" + os.path.join(TOP, "tests/valgrind/memory.supp")]
# Valgrind does not know the calls that confine a run.
WHEN = ["--no-sandbox", "--year", "2026", "--tz", "UTC", "--now", "2026-11-22T06:00:00Z"]

tap = Tap()


def checked(name, command, statuses=(0,), stdin=None, **more):
    """Runs a command under valgrind and says what that found."""
    done = subprocess.run([*CHECKED, *command], input=stdin, env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    found = re.findall(rb"^==\d+==.*", done.stderr, re.M)
    tap.ok(done.returncode in statuses and not found, name, done.returncode, b"\n".join(found[:40] or [done.stderr[-600:]]).decode("utf-8", "replace"))
    return done


def data(*patterns):
    return sorted(path for pattern in patterns for path in glob.glob(os.path.join(DATA, pattern)))


with Directory() as directory:
    # The check itself: what is wrong on purpose is found, so that silence means something.
    wrong = {"held": "char *p = malloc(7); return p == 0;", "beyond": "char *p = malloc(7); int c = p[7]; free(p); return c == 77;",
             "unset": "int x[2]; volatile int *p = x; if (p[argc] == 421) puts(\"\"); return 0;"}
    for name, body in wrong.items():
        source, program = directory(name + ".c", "#include <stdio.h>\n#include <stdlib.h>\nint main(int argc, char **argv) { (void)argc; (void)argv; %s }\n" % body), directory(name)
        subprocess.run([os.environ.get("CC", "cc"), "-w", "-O0", "-o", program, source], check=True)
        done = subprocess.run([*CHECKED, program], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        tap.ok(done.returncode == ERROR, "valgrind finds memory that is %s" % name, done.returncode, done.stderr)

    log = directory("mail.log", GOOD)
    packed = directory("mail.log.gz", gzipped(GOOD))
    rotated = data("rotated/mail.log*")
    everything = ["--detail", "full", "--explain", "full", "--top", "0"]
    hand, transcripts = data("hand/*.log"), data("transcripts/*")
    odd = (0, 3)
    noise = directory("noise.log", bytes(range(256)) * 40 + GOOD + b"\0" * 4096 + GOOD[:700])
    checked("analyze: a log", [SMTPLOG, "analyze", *WHEN, log])
    checked("analyze: every table of rotated files", [SMTPLOG, "analyze", *WHEN, *everything, *rotated], odd)
    checked("analyze: threads", [SMTPLOG, "analyze", "-j", "3", *WHEN, *rotated, *data("incidents/full-disk.log.gz")], odd)
    checked("events: threads", [SMTPLOG, "events", "-j", "3", *WHEN, *data("incidents/expired-certificate.log.gz")], odd)
    checked("analyze: what was written by hand", [SMTPLOG, "analyze", *WHEN, *everything, *hand], odd)
    checked("analyze: transcripts", [SMTPLOG, "analyze", *WHEN, *everything, *transcripts], odd)
    checked("analyze: transcripts of twenty tools", [SMTPLOG, "analyze", *WHEN, *sorted(glob.glob(os.path.join(TOP, "tests/golden/*/input.txt")))[:20]], odd)
    checked("analyze: bytes of any kind, a gzip file that breaks off", [SMTPLOG, "analyze", *WHEN, noise, directory("cut.gz", gzipped(GOOD * 40)[:-30])], odd)
    checked("analyze: Exim, JSON lines", [SMTPLOG, "analyze", *WHEN, *data("exim-in.log", "exim-journal.jsonl.gz")], odd)
    outputs = [word for kind in ("txt", "json", "csv", "html", "md", "prom", "eml", "snap") for word in ("-o", directory("report." + kind))]
    checked("analyze: every format", [SMTPLOG, "analyze", *WHEN, "--mail-to", "root@example.org", "--lang", "de", *outputs, log, packed])
    checked("analyze: filters, rules, redacted", [SMTPLOG, "analyze", *WHEN, "--redact", "--code", "4xx,550", "--domain", ".example", "--fail-if",
                                                  "greylisting.lost > 5 or hard_share > 99%", log], odd)
    checked("analyze: nothing of it is a log", [SMTPLOG, "analyze", *WHEN, "--fail-if", "no such figure", log], (2,))
    checked("events: records", [SMTPLOG, "events", *WHEN, "--join", log, packed])
    checked("events: columns, from standard input", [SMTPLOG, "events", *WHEN, "--format", "tsv", "--fields", "time,code,recipient", "-"], stdin=GOOD)
    checked("events: what was written by hand", [SMTPLOG, "events", *WHEN, *hand], odd)
    checked("explain: all", [SMTPLOG, "explain", "--no-sandbox"])
    checked("explain: codes, a reply, a provider", [SMTPLOG, "explain", "--no-sandbox", "450", "5.7.26", "550 5.1.1 <bob@example.org>: User unknown", "google"])
    checked("explain: replies of standard input, as a page", [SMTPLOG, "explain", "--no-sandbox", "--format", "html", "-"], stdin=b"450 4.2.0 Greylisted\n\n421 later\n")
    checked("compare", [SMTPLOG, "compare", "--no-sandbox", "450", "550", "4.7.1"])
    checked("trace: a message", [SMTPLOG, "trace", *WHEN, "3F2A1B0C9D", log])
    checked("trace: an address, with lines, as a page", [SMTPLOG, "trace", *WHEN, "--lines", "--format", "html", "bob@z.example", *rotated, log], odd)
    checked("daily", [SMTPLOG, "daily", *WHEN, "--state-dir", directory("state"), log, *rotated], odd)
    checked("daily: again, a day later", [SMTPLOG, "daily", *WHEN[:-1], "2026-11-23T06:00:00Z", "--state-dir", directory("state"), "--format", "json", log, *rotated], odd)
    checked("merge", [SMTPLOG, "merge", *WHEN[:1], *WHEN[3:], directory("report.snap"), directory("report.snap"), *data("snapshots/*.snap")[:3]], odd)
    checked("figures", [SMTPLOG, "figures", *WHEN, log])
    checked("patterns list", [SMTPLOG, "patterns", "list"])
    checked("patterns test", [SMTPLOG, "patterns", "test"])
    if LONG:
        for path in data("*.log", "*.gz", "incidents/*", "hand/*.log"):
            name = os.path.relpath(path, DATA)
            checked("analyze: " + name, [SMTPLOG, "analyze", *WHEN, *everything, path], odd)
            checked("events: " + name, [SMTPLOG, "events", *WHEN, "--join", path], odd)
        for path in transcripts + sorted(glob.glob(os.path.join(TOP, "tests/golden/*/input.txt"))):
            checked("analyze: " + os.path.relpath(path, TOP), [SMTPLOG, "analyze", *WHEN, "--explain", "full", path], odd)
        for program in sorted(path for path in glob.glob(os.path.join(BUILD, "test", "test_*")) if not path.endswith(".d")):
            checked(os.path.basename(program), [program])
tap.done()
