#!/usr/bin/env python3
"""Healthy servers have no findings: generated logs of different size and shape, whole and in rotated pieces. With a
threshold set to nothing they have: the silence is the rules', not that of a report that has none."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Directory, Tap, analyze, gzipped   # noqa: E402
from healthy import healthy_log                        # noqa: E402

LOGS = 20
tap = Tap()


def told(result):
    return [finding["id"] + ": " + finding["evidence"] for finding in result.json()["findings"]]


with Directory() as files:
    for seed in range(1, LOGS + 1):
        log = healthy_log(seed)
        tap.equal(told(analyze(files("mail.log", log))), [], "nothing to act on, %d lines, seed %d" % (
            log.count("\n"), seed))
    lines = log.splitlines(keepends=True)
    third = len(lines) // 3
    pieces = [files("rotated/mail.log.2.gz", gzipped("".join(lines[:third]).encode())),
              files("rotated/mail.log.1", "".join(lines[third:2 * third])),
              files("rotated/mail.log", "".join(lines[2 * third:]))]
    tap.equal(told(analyze(*pieces)), [], "nor in rotated pieces")
    loud = [line.split(":")[0] for line in told(analyze("--threshold", "login-failures=1", files("mail.log")))]
    tap.equal(loud, ["password-guessing"], "one guessed password is a finding when one asks for it")
tap.done()
