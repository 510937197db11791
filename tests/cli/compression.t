#!/usr/bin/env python3
"""Rotated logs as gzip, zstd, xz and bzip2 leave them, told by their contents: whole, in several members, cut, damaged, from a pipe. The
programs themselves compress."""
import json
import os
import random
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, GOOD, SMTPLOG, Directory, Tap, analyze, environment, events, figures, run

tap = Tap()
dice = random.Random(7)
KINDS = {"gzip": [["gzip", "-c"], ["gzip", "-1c"]], "zstd": [["zstd", "-qc"], ["zstd", "-19", "-qc"]], "xz": [["xz", "-c"], ["xz", "-9ec"]],
         "bzip2": [["bzip2", "-c"], ["bzip2", "-1c"]]}
LIBRARY = {"gzip": "libz", "zstd": "libzstd", "xz": "liblzma", "bzip2": "libbz2"}
LINKED = subprocess.run(["ldd", SMTPLOG], stdout=subprocess.PIPE, check=False).stdout.decode()


def packed(command, content):
    return subprocess.run(command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


with open(os.path.join(DATA, "postfix-outbound.log"), "rb") as file:
    LOG = file.read()
LONG = LOG * (1 + 400000 // len(LOG))
WANTED = figures(analyze("--top", "0", "-", stdin=LOG).json())
LONG_WANTED = figures(analyze("--top", "0", "-", stdin=LONG).json())

with Directory() as directory:
    for kind, commands in KINDS.items():
        if not shutil.which(commands[0][0]):
            tap.skip(kind, "the program is not here")
            continue
        whole = packed(commands[0], LOG)
        path = directory("mail.log.1", whole)
        if LIBRARY[kind] + ".so" not in LINKED:
            done = analyze(path)
            tap.ok(done.status == 4 and b"this build does not read" in done.err, "%s: a build without its library says so" % kind, done)
            continue
        done = analyze("--top", "0", path)
        tap.same_json(figures(done.json()), WANTED, "%s: the figures of the log itself" % kind)
        tap.equal((done.status, done.json()["inputs"][0].get("compression"), done.json()["inputs"][0]["gzip"]), (0, kind, kind == "gzip"),
                  "%s: told by its contents, and said" % kind)
        for command in commands:
            long = packed(command, LONG)
            tap.same_json(figures(analyze("--top", "0", "-j", "3", "-", stdin=long).json()), LONG_WANTED, "%s: a long log from a pipe" % " ".join(command))
        lines = LOG.splitlines(keepends=True)
        places = [0] + sorted(dice.sample(range(1, len(lines)), 3)) + [len(lines)]
        members = b"".join(packed(commands[i % 2], b"".join(lines[a:b])) for i, (a, b) in enumerate(zip(places, places[1:])))
        tap.same_json(figures(analyze("--top", "0", directory("members", members)).json()), WANTED, "%s: four members" % kind)
        tap.same_json(figures(analyze("--top", "0", directory("padded", whole + bytes(1000))).json()), WANTED, "%s: zero bytes behind it" % kind)
        tap.equal(analyze(directory("empty", packed(commands[0], b""))).status, 0, "%s: of nothing" % kind)

        unpacked = LONG.splitlines(keepends=True)
        for what, bad, words in (("cut", long[:len(long) // 2], b"cut short; read up to there"),
                                 ("damaged", long[:len(long) // 2] + b"\xff" * 64 + long[len(long) // 2 + 64:], b"corrupt; read up to there"),
                                 ("followed by text", whole + b"more\n", b"; read up to there"),
                                 ("a head alone", whole[:7], b"cut short")):
            done = analyze(directory("bad", bad), directory("good.log", GOOD))
            tap.ok(done.status == 3 and words in done.err, "%s, %s: said, with status 3" % (kind, what), done.status, done.err)
            read = done.json()["lines"]["read"] - GOOD.count(b"\n")
            expected = {"a head alone": 0, "followed by text": len(lines)}.get(what)
            tap.ok(read == expected if expected is not None else read < len(unpacked), "%s, %s: what stood before is read, and the other file" % (kind, what), read)
        got = events(directory("bad", long[:len(long) * 3 // 4])).out
        tap.ok(kind == "xz" or len(got) > 0, "%s: records from the part before a cut" % kind)
        full = events("-", stdin=LONG).out.replace(b'"file":"-"', b"")
        got = got[:got[:-1].rfind(b"\n") + 1]  # the last one may be of half a line
        tap.ok(full.startswith(got.replace(b'"file":"%s"' % os.fsencode(directory("bad")), b"")), "%s: and they are those of the whole log" % kind)

    if "liblzma" in LINKED and shutil.which("xz"):
        big = packed(["xz", "--lzma2=dict=400MiB", "-c"], GOOD)
        done = analyze(directory("dictionary.xz", big))
        tap.ok(done.status == 3 and b"too much memory" in done.err, "xz: a dictionary of 400 MiB is refused", done)
    if "libzstd" in LINKED and shutil.which("zstd"):
        big = subprocess.run(["zstd", "-q", "--long=28", "-c"], input=GOOD, stdout=subprocess.PIPE, check=True).stdout
        done = analyze(directory("window.zst", big))
        tap.ok(done.status == 3 and b"too much memory" in done.err, "zstd: a window of 256 MiB is refused", done)
        # Two blocks, the second damaged: the first one is read whole, in whatever pieces it comes.
        text = b"".join(b"%s %x\n" % (line, dice.getrandbits(99)) for line in LONG.splitlines())[:150000]
        block = text[:131072].count(b"\n")
        two = packed(["zstd", "-qc"], text)
        path = directory("two.zst", two[:-20] + b"\xff" * 16 + two[-4:])
        for cut in (None, 5, 300, len(two) // 2, len(two) - 21):
            feed = "cat" if cut is None else "head -c %d '%s'; sleep 0.1; tail -c +%d" % (cut, path, cut + 1)
            piped = subprocess.run(["sh", "-c", "{ %s '%s'; } | \"$0\" \"$@\"" % (feed, path), SMTPLOG, "analyze", "--format", "json", "--tz", "UTC", "--year", "2026", "-"],
                                   env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            tap.ok(piped.returncode == 3 and b"corrupt" in piped.stderr and json.loads(piped.stdout)["lines"]["read"] in (block, block + 1),
                   "zstd: a block before a damaged one is read, cut at %s" % cut, piped.stderr, block, piped.stdout[:200])
        tap.ok(analyze(path).json()["lines"]["read"] in (block, block + 1), "zstd: and of a file")
    bomb = packed(["bzip2", "-9c"], bytes(100 << 20))
    tap.ok("libbz2" not in LINKED or analyze(directory("bomb.bz2", bomb)).rss < 100 << 10, "bzip2: 100 MB of nothing take less than that")
    tap.equal(analyze(directory("letters.log", b"BZhello, this is no bzip2\n" + GOOD)).json()["lines"]["read"], GOOD.count(b"\n") + 1,
              "a log that begins with the letters of bzip2's mark is a log")
tap.done()
