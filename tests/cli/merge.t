#!/usr/bin/env python3
"""Snapshots: made, merged in every format, damaged ones named and passed over, old versions read, and what merge refuses."""
import glob
import os
import random
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, GOOD, GOOD_FIGURES, SANITIZED, Tap, analyze, figures, good_figures, run

tap = Tap()
WHEN = ["--tz", "UTC", "--now", "2026-11-23"]
LOGS = sorted(glob.glob(os.path.join(DATA, "rotated/mail.log*")))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def merge(*arguments, stdin=None):
    return run("merge", *WHEN, *arguments, stdin=stdin)


with Directory() as directory:
    log = directory("mail.log", GOOD)
    good = directory("good.snap")
    done = run("analyze", *WHEN, "--year", "2026", "-o", good, log)
    tap.ok(done.status == 0 and done.out == b"" and not stat.S_IMODE(os.stat(good).st_mode) & 0o007,
           "-o good.snap makes a snapshot, closed to others", done)
    same = run("analyze", *WHEN, "--year", "2026", "--format", "snapshot", log)
    tap.equal(same.out, read(good), "--format snapshot is the same, byte for byte")
    later = run("analyze", "--tz", "UTC", "--now", "2027-01-01", "--year", "2026", "--format", "snapshot", log)
    tap.equal(later.out, read(good), "it does not depend on when it is made")
    done = merge("--format", "json", good)
    tap.ok(done.status == 0 and good_figures(done.json()) == GOOD_FIGURES and done.json()["inputs"][0]["file"] == log,
           "merged alone it has the figures and inputs of the log", done)
    tap.equal(merge("--format", "json", good, good).out, done.out, "given twice it counts once")
    tap.equal(merge("--format", "json", "-", stdin=read(good)).out, done.out, "from standard input")
    tap.equal(merge("--format", "snapshot", good).out, read(good), "a snapshot of one snapshot is that snapshot")

    # ---- every format
    rotated = directory("rotated.snap")
    run("analyze", *WHEN, "--year", "2026", "-o", rotated, *LOGS)
    for format in ("text", "html"):
        one = run("analyze", *WHEN, "--year", "2026", "--format", format, *LOGS)
        two = merge("--format", format, rotated)
        tap.ok(two.status == 0 and two.out == one.out, format + ": as from the logs", two)
    done = merge("--format", "nagios", "--crit-if", "hard_share > 5%", rotated)
    tap.ok(done.status == 2 and done.text.startswith("SMTPLOG CRITICAL: hard_share > 5%"), "nagios", done)
    done = merge("--fail-if", "greylisting.lost > 0", rotated)
    tap.ok(done.status == 1 and "rule held" in done.errors, "rules", done)
    tap.ok(os.path.getsize(rotated) < 40000, "a small log makes a small snapshot (%d bytes)" % os.path.getsize(rotated))

    # ---- a range
    head = run("analyze", *WHEN, "--year", "2026", "-o", directory("head.snap"), "--until", "2026-11-21T06:00:01Z", log)
    tail = run("analyze", *WHEN, "--year", "2026", "-o", directory("tail.snap"), "--since", "2026-11-21T06:00:02Z", log)
    whole, parts = merge("--format", "json", good), merge("--format", "json", directory("tail.snap"), directory("head.snap"))
    tap.ok(head.status == tail.status == 0, "snapshots of parts of a log", head, tail)
    tap.same_json(figures(parts.json()), figures(whole.json()), "ranges of one log make the whole: lines outside are not counted twice")

    # ---- two of the same host and time
    run("analyze", *WHEN, "--year", "2026", "-o", directory("more.snap"), directory("more.log", GOOD + b"Nov 21 06:20:00 mx1 postfix/qmgr[1]: 4BCD12345: removed\n"))
    done = merge(good, directory("more.snap"))
    tap.ok(done.status == 0 and "two snapshots of mx1 cover the same time" in done.errors, "the same time twice is said", done)

    # ---- damage
    whole = read(rotated)
    for name, content, said in (("empty", b"", "not a snapshot"), ("a log", GOOD, "not a snapshot"), ("cut", whole[:-1], "checksum"),
                                ("cut short", whole[:20], "checksum"), ("longer", whole + b"x", "checksum")):
        bad = directory("bad.snap", content)
        done = merge("--format", "json", bad, good)
        tap.ok(done.status == 3 and "bad.snap: " in done.errors and said in done.errors and good_figures(done.json()) == GOOD_FIGURES,
               "%s: named and passed over" % name, done)
        tap.equal(merge(bad).status, 4, "%s alone: nothing could be read" % name)
    dice = random.Random(7)
    wrong = []
    for _ in range(20 if SANITIZED else 100):
        place = dice.randrange(len(whole))
        bad = directory("bad.snap", whole[:place] + bytes([whole[place] ^ (1 << dice.randrange(8))]) + whole[place + 1:])
        done = merge("--format", "json", bad, good)
        if done.status != 3 or "bad.snap" not in done.errors or good_figures(done.json()) != GOOD_FIGURES:
            wrong.append((place, done))
    tap.ok(not wrong, "one bit that flipped, wherever: named and passed over", *wrong[:3])

    # Contents that lie behind a checksum that fits: no crash, no endless work.
    def sealed(content):
        import zlib
        return content + zlib.crc32(content).to_bytes(4, "little")
    wrong = []
    for _ in range(30 if SANITIZED else 200):
        content = bytearray(whole[:-4])
        for _ in range(dice.randrange(1, 4)):
            content[dice.randrange(17, min(len(content), 60) if dice.random() < 0.5 else len(content))] = dice.randrange(256)
        done = merge("--format", "json", directory("bad.snap", sealed(bytes(content))))
        if done.status not in (0, 2, 3, 4) or done.rss > (2000000 if SANITIZED else 400000):
            wrong.append(done)
    tap.ok(not wrong, "damage behind a checksum that fits: no crash", *wrong[:3])

    # ---- versions
    samples = sorted(glob.glob(os.path.join(DATA, "snapshots", "version-*.snap")))
    tap.ok(len(samples) >= 1, "a sample of every version is kept")
    for sample in samples:
        done = merge("--format", "json", sample)
        tap.ok(done.status == 0, "%s is read" % os.path.basename(sample), done)
        got, wanted = good_figures(done.json()), GOOD_FIGURES
        tap.equal(got, wanted, "with its figures")
    newer = bytearray(read(good)[:-4])
    newer[17] = 99
    done = merge(directory("newer.snap", sealed(bytes(newer))))
    tap.ok(done.status == 4 and "newer version" in done.errors, "one of a newer version is said to be that", done)

    # ---- wrong usage
    tap.ok(merge().status == 2, "merge without a snapshot")
    done = merge(directory("missing.snap"), good)
    tap.ok(done.status == 3 and "missing.snap: No such file" in done.errors, "a missing one is said", done)
    done = merge(directory.path, good)
    tap.ok(done.status == 3, "a directory is none", done)
    done = run("analyze", *WHEN, "--code", "450", "-o", directory("f.snap"), log)
    tap.ok(done.status == 2 and "without filters" in done.errors and not os.path.exists(directory("f.snap")), "no snapshot of what a filter shows", done)
    tap.equal(run("analyze", *WHEN, "--redact", "-o", directory("f.snap"), log).status, 2, "nor a redacted one")
    tap.ok(run("merge", "--since", "yesterday", good).status == 2, "merge has no options of reading logs")
    tap.ok(merge("--format", "csv", good).status in (0, 2), "a format that is none is refused")
tap.done()
