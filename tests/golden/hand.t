#!/usr/bin/env python3
"""Small logs written by hand (testdata/hand/NAME.log) and what must come out. The files beside a log decide what is compared:
  NAME.ndjson   every record; `class` only where it is given, `rule` and `provider` not
  NAME.json     the part of the summary that it holds
  NAME.txt      the text report
UPDATE=yes writes the records anew (read the difference before you keep it)."""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Tap, run

HAND = os.path.join(DATA, "hand")
COMMON = ["--tz", "Europe/Berlin", "--year", "2026", "--now", "2026-11-22T12:00:00Z"]
SOFT = ("class", "rule", "provider")
tap = Tap()


def missing(got, wanted, path=""):
    """What of wanted is not so in got."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key, value in wanted.items():
            if key not in got:
                yield "%s.%s is missing" % (path, key)
            else:
                yield from missing(got[key], value, "%s.%s" % (path, key))
    elif isinstance(wanted, list) and isinstance(got, list):
        if len(got) != len(wanted):
            yield "%s has %d items, wanted %d" % (path, len(got), len(wanted))
        for index, (a, b) in enumerate(zip(got, wanted)):
            yield from missing(a, b, "%s[%d]" % (path, index))
    elif got != wanted:
        yield "%s: got %r, wanted %r" % (path, got, wanted)


def record_differences(got, wanted):
    for key in dict.fromkeys(list(wanted) + list(got)):
        if key in SOFT and key not in wanted:
            continue
        if got.get(key) != wanted.get(key):
            yield "line %s: %s: got %r, wanted %r" % (got.get("line"), key, got.get(key), wanted.get(key))


logs = sorted(os.path.basename(path)[:-4] for path in glob.glob(os.path.join(HAND, "*.log")))
tap.ok(len(logs) >= 25, "there are logs (%d)" % len(logs))
for name in logs:
    expected = {kind: os.path.join(HAND, "%s.%s" % (name, kind)) for kind in ("ndjson", "json", "txt")}
    tap.ok(any(map(os.path.exists, expected.values())) or os.environ.get("UPDATE") == "yes", name + ": something is expected of it")
    if os.path.exists(expected["ndjson"]) or os.environ.get("UPDATE") == "yes":
        done = run("events", *COMMON, name + ".log", cwd=HAND)
        if os.environ.get("UPDATE") == "yes":
            with open(expected["ndjson"], "w", encoding="utf-8") as file:
                for record in done.records():
                    file.write(json.dumps({k: v for k, v in record.items() if k not in SOFT or v == "greylisting"}, ensure_ascii=False) + "\n")
        with open(expected["ndjson"], encoding="utf-8") as file:
            wanted = [json.loads(line) for line in file]
        got = done.records()
        found = ["%d records, wanted %d" % (len(got), len(wanted))] if len(got) != len(wanted) else []
        for a, b in zip(got, wanted):
            found += record_differences(a, b)
        tap.ok(not found, name + ": the records", *found)
    if os.path.exists(expected["json"]):
        with open(expected["json"], encoding="utf-8") as file:
            wanted = json.load(file)
        done = run("analyze", "--format", "json", "--top", "0", *COMMON, name + ".log", cwd=HAND)
        found = list(missing(done.json(), wanted))
        tap.ok(not found, name + ": the figures", *found)
    if os.path.exists(expected["txt"]):
        done = run("analyze", *COMMON, name + ".log", cwd=HAND)
        with open(expected["txt"], encoding="utf-8") as file:
            wanted = file.read()
        tap.ok(done.text == wanted, name + ": the text report", "--- got", done.text, "--- wanted", wanted)
tap.done()
