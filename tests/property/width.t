#!/usr/bin/env python3
"""No line of a text report is wider than asked for, whatever the log holds: wide and combining characters are counted as a
terminal shows them, numbers keep their unit beside them."""
import glob
import os
import re
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, GOOD, SANITIZED, Directory, Tap, environment, run

tap = Tap()


def columns(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


tap.equal([columns(text) for text in ("abc", "例え", "e\u0301", "─█")], [3, 4, 1, 2], "columns are counted as terminals do")
WIDE = GOOD.replace(b"z.example", "例え例え例え例え例え例え.例え".encode()).replace(b"User unknown", ("ユーザー不明です " * 12 + "e\u0301" * 90).encode())
with Directory() as directory:
    logs = sorted(glob.glob(os.path.join(DATA, "*.log")) + glob.glob(os.path.join(DATA, "incidents", "*.gz")) +
                  glob.glob(os.path.join(DATA, "transcripts", "*")) + glob.glob(os.path.join(DATA, "hand", "*.log")))
    logs = [directory("wide.log", WIDE)] + (logs[::6] if SANITIZED else logs)
    for width in (72, 80, 132):
        wide, torn, ragged = [], [], []
        for path in logs:
            text = run("analyze", "--detail", "full", "--top", "0", "--width", str(width), "--year", "2026", "--tz", "UTC", path,
                       env=environment(LC_ALL="C.UTF-8")).text
            lines = text.split("\n")
            wide += ["%s: %s" % (os.path.basename(path), line) for line in lines if columns(line) > width]
            torn += ["%s: %s" % (os.path.basename(path), line) for line in lines if re.match(r"\s*%(\s|$|[.,;)])", line)]
            ragged += ["%s: %r" % (os.path.basename(path), line) for line in lines if line != line.rstrip()]
        tap.ok(not wide, "%d columns: no line is wider (%d logs)" % (width, len(logs)), *wide)
        tap.ok(not torn, "%d columns: no %% sign begins a line" % width, *torn)
        tap.ok(not ragged, "%d columns: no blanks at the end of a line" % width, *ragged)
tap.done()
