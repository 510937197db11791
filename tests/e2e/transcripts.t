#!/usr/bin/env python3
"""Records sessions of real SMTP tools against a scripted server and compares the records of smtplog with what the server
said: code, enhanced code and stage of every reply, in order. Tools that cannot be had are left out."""
import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from harness import Tap, run, skip_all

# What a tool does not print: curl its farewell, s_client what comes before it hands over, JavaMail a log-in, Exim what
# follows a reply it does not expect.
HIDDEN = {"curl": {(221, "quit")}, "s_client": {(220, "connect"), (220, "starttls"), (250, "ehlo")},
          "javamail-auth": {(334, "auth"), (535, "auth")}, "exim-v-prdr": {(250, "eod"), (221, "quit")}}
HIDDEN_MOST = 3

if subprocess.run(["sh", os.path.join(HERE, "transcripts", "fetch.sh")], check=False).returncode:
    skip_all("the packages cannot be had here")
tap = Tap()
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, os.path.join(HERE, "transcripts", "record.py"), "-o", folder], check=False,
                   stdout=subprocess.DEVNULL, timeout=900)
    journals = sorted(glob.glob(os.path.join(folder, "*.jsonl")))
    tap.ok(len(journals) >= 20, "sessions were recorded (%d)" % len(journals))
    for journal in journals:
        name = os.path.basename(journal)[:-6]
        with open(journal, encoding="utf-8") as file:
            said = [json.loads(line) for line in file]
        hidden = next((steps for head, steps in HIDDEN.items() if name.startswith(head)), set())
        records = run("events", "--tz", "UTC", journal[:-6] + ".txt").records()
        got = [(record["code"], record.get("enhanced"), record.get("stage")) for record in records]
        wrong, missing, place = [], 0, 0
        for entry in said:
            step = entry["code"], entry.get("enhanced"), entry["stage"]
            if place < len(got) and got[place] == step:
                place += 1
            elif (step[0], step[2]) in hidden and missing < HIDDEN_MOST:
                missing += 1
            else:
                wrong.append("said %r, shown %r" % (step, got[place] if place < len(got) else None))
        tap.ok(not wrong and place == len(got), name, *wrong[:5], "%d of %d records" % (place, len(got)))
        outbound = [record for record in records if record["direction"] != "outbound"]
        tap.ok(not outbound, name + ": direction", *outbound[:3])
tap.done()
