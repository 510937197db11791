#!/usr/bin/env python3
"""Transcripts, one a folder tests/golden/transcript-NAME:
  input.txt       what a tool printed, or what somebody wrote around it
  records.ndjson  every record, but for class, rule and provider; read by a person
  said.jsonl      for recorded sessions (tests/e2e/transcripts/record.py): what the server really said, in order;
                  "shown": false is what the tool did not print
UPDATE=yes writes the records anew (read the difference before you keep it)."""
import glob
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap, run

HERE = os.path.dirname(os.path.abspath(__file__))
COMMON = ["--tz", "UTC", "--year", "2026", "--now", "2026-11-22T14:00:00Z"]
SOFT = ("file", "class", "rule", "provider", "possible")
# User, password and tokens of the recorded log-ins, as they went over the wire.
SECRETS = ("geheim", "Z2VoZWlt", "AGFubgBnZWhlaW0=", "d3Jvbmc=", "d3JvbmcAd3JvbmcAZ2VoZWlt", "AHdyb25nAGdlaGVpbQ==",
           "YW5uQGV4YW1wbGUuY29t", "dXNlcj1hbm4B")
tap = Tap()


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def step(record):
    return record["code"], record.get("enhanced"), record.get("stage")


folders = sorted(glob.glob(os.path.join(HERE, "transcript-*")))
tap.ok(len(folders) >= 60, "there are transcripts (%d)" % len(folders))
for folder in folders:
    name = os.path.basename(folder)[len("transcript-"):]
    done = run("events", *COMMON, "input.txt", cwd=folder)
    got = [{k: v for k, v in record.items() if k not in SOFT} for record in done.records()]
    expected = os.path.join(folder, "records.ndjson")
    if os.environ.get("UPDATE") == "yes":
        with open(expected, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in got)
    wanted = read_lines(expected)
    found = ["got    %r\nwanted %r" % pair for pair in zip(got, wanted) if pair[0] != pair[1]]
    found += ["%d records, wanted %d" % (len(got), len(wanted))] if len(got) != len(wanted) else []
    tap.ok(not found, name + ": records", *found[:5])
    tap.ok(all(record["kind"] == "reply" for record in got if record["mta"] == "transcript"), name + ": replies only")
    said = os.path.join(folder, "said.jsonl")
    if os.path.exists(said):
        shown = [step(entry) for entry in read_lines(said) if entry.get("shown", True)]
        tap.equal([step(record) for record in got], shown, name + ": what the server said")
    report = run("analyze", *COMMON, "--format", "json", "input.txt", cwd=folder)
    output = done.text + done.errors + report.text + report.errors
    tap.ok(not [secret for secret in SECRETS if secret in output], name + ": no credentials")
    lines = report.json()["lines"]
    bins = ("event", "context", "foreign", "unknown", "malformed", "outside")
    tap.equal(sum(lines[word] for word in bins), lines["read"], name + ": every line is in one bin")
for name in ("dsn-postfix", "dsn-exim"):
    report = run("analyze", *COMMON, os.path.join(HERE, "transcript-" + name, "input.txt"))
    tap.ok(re.match(r"\d+ refusals?, told without", report.text), name + ": the first sentence knows of the refusals", report.text[:200])
tap.done()
