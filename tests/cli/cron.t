#!/usr/bin/env python3
"""The cron script over three simulated days, against the logs of a real Postfix that are rotated every night."""
import gzip
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, SMTPLOG, TOP, Tap, environment

tap = Tap()
SCRIPT = os.path.join(TOP, "src/contrib/smtplog.cron.daily")


def load(name):
    with open(os.path.join(DATA, name), "rb") as file:
        content = file.read()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


MAIL = b"".join(load("rotated/mail.log" + suffix) for suffix in (".2.gz", ".1", ""))

with Directory() as directory:
    os.mkdir(directory("log"))
    os.mkdir(directory("metrics"))
    state = directory("state")

    def log_of(day):
        return b"".join(b"Nov %2d" % day + line[6:] if re.match(rb"Nov [ \d]\d ", line) else line for line in MAIL.splitlines(keepends=True))

    def rotate():
        """As logrotate does with compress and delaycompress."""
        for number in range(6, 0, -1):
            for suffix in ("", ".gz"):
                name = directory("log/mail.log.%d%s" % (number, suffix))
                if os.path.exists(name):
                    os.rename(name, directory("log/mail.log.%d%s" % (number + 1, suffix)))
        if os.path.exists(directory("log/mail.log.2")):
            with open(directory("log/mail.log.2"), "rb") as file:
                directory("log/mail.log.2.gz", gzip.compress(file.read(), mtime=0))
            os.unlink(directory("log/mail.log.2"))
        os.rename(directory("log/mail.log"), directory("log/mail.log.1"))
        directory("log/mail.log", b"")

    def cron(day, options):
        """What run-parts does in the morning of a day."""
        wrapper = directory("smtplog", '#!/bin/sh\ncommand=$1\nshift\nexec "%s" "$command" --state-dir "%s" --year 2026 --tz UTC --now 2026-11-%02dT06:25:00Z "$@"\n'
                            % (SMTPLOG, state, day))
        os.chmod(wrapper, 0o755)
        defaults = directory("default", "OPTIONS=\"%s\"\nLOGS='%s*'\nMETRICS=%s\n" % (options, directory("log/mail.log"), directory("metrics/smtplog.prom")))
        return subprocess.run(["sh", SCRIPT], env=environment(SMTPLOG=wrapper, DEFAULTS=defaults), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    for day in (19, 20, 21):
        name = directory("log/mail.log")
        directory("log/mail.log", (open(name, "rb").read() if os.path.exists(name) else b"") + log_of(day))
        rotate()
        directory("log/mail.log", log_of(day + 1)[:2000])
        done = cron(day + 1, "--quiet-if-ok --fail-if 'hard_share > 90%'" if day == 20 else "--width 100")
        if day == 20:
            tap.ok(done.returncode == 0 and done.stdout == "" and done.stderr == "", "day 2: nothing to say, nothing mailed", done)
        else:
            tap.ok(done.returncode == 0 and "60 recipients met a refusal" in done.stdout and "%d Nov 2026" % day in done.stdout and done.stderr == "",
                   "a morning: the report of the day before goes to cron", done.stdout[:600], done.stderr)
        with open(directory("log/mail.log"), "wb") as file:
            file.write(b"")
        tap.ok(any("-%02d_" % day in name for name in os.listdir(state)), "the snapshot of the %dth is kept" % day)
        with open(directory("metrics/smtplog.prom"), encoding="utf-8") as file:
            metrics = file.read()
        tap.ok("smtplog_greylisting_lost 1\n" in metrics and oct(os.stat(directory("metrics/smtplog.prom")).st_mode & 0o777) == "0o644",
               "the metrics of the day can be read by the exporter")
    tap.ok("AGAINST OTHER DAYS" in done.stdout, "the third morning has other days to compare with", done.stdout[:1500])
    done = cron(22, "--fail-if 'greylisting.lost > 0'")
    tap.ok(done.returncode == 0 and "rule held: greylisting.lost > 0" in done.stderr, "a rule that holds is said; cron is not told that the script failed", done)
    done = cron(22, "--fail-if 'nonsense > 0'")
    tap.ok(done.returncode == 2 and "no figure" in done.stderr, "a mistake is: status 2", done)
    missing = subprocess.run(["sh", SCRIPT], env=environment(SMTPLOG="/nowhere/smtplog"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    tap.ok(missing.returncode == 0 and missing.stdout + missing.stderr == "", "a program that was removed: silence", missing)
tap.done()
