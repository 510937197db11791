#!/usr/bin/env python3
"""The same lines give the same figures: whole, cut into rotated files in any order, plain or gzip, from a pipe, with overlaps, on any
number of threads. JSON is compared whole, but for `generated` and `inputs` (and what an overlap adds)."""
import gzip
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, Tap, analyze, differences, events, figures, gzipped

SEED = int(os.environ.get("SEED", "421"))
dice = random.Random(SEED)
tap = Tap()
tap.note("SEED=%d" % SEED)


def load(name):
    with open(os.path.join(DATA, name), "rb") as file:
        content = file.read()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def cut(lines, pieces):
    places = [0] + sorted(dice.sample(range(1, len(lines)), pieces - 1)) + [len(lines)]
    return [lines[a:b] for a, b in zip(places, places[1:])]


def rotated(directory, prefix, pieces):
    """Paths of the pieces as rotated files, the oldest with the highest number, some of them gzip."""
    paths = []
    for number, piece in enumerate(pieces):
        age = len(pieces) - 1 - number
        packed = age > 0 and dice.random() < 0.5
        name = "%s/mail.log%s%s" % (prefix, ".%d" % age if age else "", ".gz" if packed else "")
        content = b"".join(piece)
        paths.append(directory(name, gzipped(content) if packed else content))
    return paths


LOGS = {"outbound": load("postfix-outbound.log"), "inbound": load("postfix-inbound.log"),
        "rotated": b"".join(load("rotated/mail.log" + suffix) for suffix in (".2.gz", ".1", ""))}

with Directory() as directory:
    for name, content in LOGS.items():
        lines = content.splitlines(keepends=True)
        whole = analyze("--top", "0", directory(name + ".log", content))
        wanted = figures(whole.json())
        tap.ok(whole.status == 0 and wanted["events"] > 50, name + ": the whole log is analyzed", whole)
        records = [{k: v for k, v in r.items() if k not in ("file", "line", "line_end")} for r in events(directory(name + ".log")).records()]
        tap.equal(len(records), wanted["events"], name + ": as many records as events")

        for trial, pieces in enumerate((2, 3, 5, 9)):
            paths = rotated(directory, "%s-%d" % (name, trial), cut(lines, pieces))
            dice.shuffle(paths)
            done = analyze("--top", "0", *paths)
            tap.same_json(figures(done.json()), wanted, "%s: cut into %d rotated files in any order" % (name, pieces))
            got = [{k: v for k, v in r.items() if k not in ("file", "line", "line_end")} for r in events(*paths).records()]
            tap.ok(got == records, "%s: %d files, the same records in the same order" % (name, pieces),
                   next((a, b) for a, b in zip(got, records) if a != b) if got != records and len(got) == len(records) else (len(got), len(records)))
        for how, done in [("gzip", analyze("--top", "0", directory(name + ".log.gz", gzipped(content)))),
                          ("gzip in members", analyze("--top", "0", directory(name + ".gz", b"".join(gzipped(b"".join(p)) for p in cut(lines, 7))))),
                          ("from a pipe", analyze("--top", "0", "-", stdin=content)),
                          ("gzip from a pipe", analyze("--top", "0", stdin=gzipped(content))),
                          ("CR LF", analyze("--top", "0", directory(name + ".crlf", content.replace(b"\n", b"\r\n")))),
                          ("no last line end", analyze("--top", "0", directory(name + ".cut", content[:-1]))),
                          ("one file empty", analyze("--top", "0", directory("empty.log", b""), directory(name + ".log")))]:
            tap.ok(done.status == 0, "%s: %s: status 0" % (name, how), done)
            tap.same_json(figures(done.json()), wanted, "%s: %s" % (name, how))
        for threads in "1234":
            paths = rotated(directory, "%s-j%s" % (name, threads), cut(lines, 3))
            done = analyze("-j", threads, "--top", "0", "--now", "2026-11-22", *paths)
            tap.same_json(figures(done.json()), wanted, "%s: -j %s" % (name, threads))
            one = analyze("-j", "1", "--top", "0", "--now", "2026-11-22", *paths)
            tap.equal(done.out, one.out, "%s: -j %s and -j 1 are byte-identical" % (name, threads))
            tap.equal(events("-j", threads, *paths).out, events("-j", "1", *paths).out, "%s: records with -j %s too" % (name, threads))

        # The last lines of a file are the first of the next.
        for count in (2, 20):
            middle = dice.randrange(count, len(lines) - count)
            older, newer = lines[:middle], lines[middle - count:]
            paths = rotated(directory, "%s-o%d" % (name, count), [older, newer])
            report = analyze("--top", "0", *reversed(paths)).json()
            got = figures(report)
            tap.equal(got["lines"]["duplicate"], count, "%s: an overlap of %d lines is seen" % (name, count))
            got["lines"]["read"] -= count
            got["lines"]["context"] -= count
            got["lines"]["duplicate"] = 0
            tap.same_json(got, wanted, "%s: an overlap of %d lines is read once" % (name, count))

        # A file that holds a part of another: a copy made before, the end, something in the middle, all of it.
        # (Files that begin in the same second are in order of their rotation: a middle begins later than the whole.)
        third = next(n for n in range(len(lines) // 3, len(lines)) if lines[n][:15] != lines[0][:15])
        for what, part in (("beginning", lines[:third]), ("middle", lines[third:-third // 4]), ("end", lines[-third // 4:]), ("all", lines)):
            packed = dice.random() < 0.5
            piece = directory("part/mail.log.9" + (".gz" if packed else ""), gzipped(b"".join(part)) if packed else b"".join(part))
            paths = [directory("whole/mail.log", b"".join(lines)), piece]
            dice.shuffle(paths)
            got = figures(analyze("--top", "0", *paths).json())
            tap.equal(got["lines"]["duplicate"], len(part), "%s: the %s in another file is seen" % (name, what))
            got["lines"]["read"] -= len(part)
            got["lines"]["context"] -= len(part)
            got["lines"]["duplicate"] = 0
            tap.same_json(got, wanted, "%s: the %s in another file is read once" % (name, what))
tap.done()
