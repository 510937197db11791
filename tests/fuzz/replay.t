#!/usr/bin/env python3
"""Every fuzz target over its seeds, over what once went wrong, and over variants of both; `make fuzz` looks for more. LONG=1: many variants."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, SANITIZED, TOP, Tap, environment

HERE = os.path.join(TOP, "tests", "fuzz")
LONG = bool(os.environ.get("LONG"))
SLOW = {"log", "record", "snapshot", "explain"}  # load all patterns for each input

tap = Tap()
targets = sorted(name[5:-2] for name in os.listdir(HERE) if name.startswith("fuzz_") and name.endswith(".c"))
regressions = sorted(os.listdir(os.path.join(HERE, "regression")))
tap.equal(sorted(set(regressions) - set(targets)), [], "every folder of regressions has its target")


def replay(target, variants, *places):
    return subprocess.run([os.path.join(BUILD, "fuzz", target), "-m", str(variants), *places], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=3000, env=environment(), cwd=TOP)


with tempfile.TemporaryDirectory(prefix="smtplog-fuzz-") as seeds:
    drawn = subprocess.run([sys.executable, "-B", os.path.join(HERE, "seed.py"), seeds, "1" if LONG else "4"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
    tap.ok(drawn.returncode == 0, "seeds are drawn from the test data", drawn.stdout)
    for target in targets:
        variants = (40 if target in SLOW else 1000) if LONG else 0 if target in SLOW and SANITIZED else 1 if target in SLOW else 8
        places = [os.path.join(seeds, target)]
        if target in regressions:
            places.append(os.path.join(HERE, "regression", target))
        done = replay(target, variants, *places)
        tap.ok(done.returncode == 0, "%s: its seeds and %d variants of each" % (target, variants), done.stdout.decode("utf-8", "replace")[-3000:])

# The driver itself: a target that dies is seen, and so is a place with nothing in it.
with tempfile.TemporaryDirectory(prefix="smtplog-fuzz-") as empty:
    tap.ok(replay("rule", 0, empty).returncode != 0, "no input at all is no success")
    tap.ok(replay("rule", 0, os.path.join(empty, "missing")).returncode != 0, "an input that is not there is no success")
tap.done()
