#!/usr/bin/env python3
"""The stories of smtplog trace against what the scripted servers noted while the logs in testdata were written: who took a mail,
who refused it for good, who put it off, when."""
import gzip
import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Tap, run

tap = Tap()
NAME = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"


def journal(name):
    with gzip.open(os.path.join(DATA, name), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def decisions(records, sender, recipient):
    """[(time, code, text, server)] that servers gave about this recipient, in order."""
    found = []
    for record in records:
        if record["role"] != "sink" or record.get("sender") != sender or not record.get("code"):
            continue
        named = [record["recipient"]] if "recipient" in record else record.get("recipients", [])
        if recipient in named and (record["code"] >= 400 or record["stage"] == "eod"):
            found.append((record["t"], record["code"], " ".join(record["lines"]), record["sink"]))
    return sorted(found)


def sentences(text, recipient):
    """What the stories say of a recipient."""
    found = []
    for story in re.findall(r"Story: (.*?)(?:\n\n|\n  What to do|\n  \(\d+ log line|$)", text, re.S):
        story = re.sub(r"\s+", " ", story)
        parts = re.split(r"(?:^| )(%s): (?=[a-z])" % NAME, story)
        found += [what for who, what in zip(parts[1::2], parts[2::2]) if who == recipient]
    return found


def expected(found):
    """What one of the sentences must match."""
    when, code, _, server = found[-1]
    clock = "(?:%s)" % "|".join(time.strftime("%H:%M:%S", time.gmtime(when + shift)) for shift in (-1, 0, 1))
    if code < 300:
        first = next(((t, text) for t, c, text, who in found if who == server and c in (450, 451) and re.search("greylist", text, re.I)), None)
        if first and all(re.search("greylist", text, re.I) for _, c, text, _ in found if c >= 400):
            began = "(?:%s)" % "|".join(time.strftime("%H:%M:%S", time.gmtime(first[0] + shift)) for shift in (-1, 0, 1))
            return r"^greylisted at %s(?:\.\d+)? by .*, (?:retried at %s|.*delivered at %s)" % (began, clock, clock)
        return r"(?:delivered to \S+ at %s|delivered; )" % clock
    if code >= 500:
        return r"(?:refused for good by \S+ at %s(?:\.\d+)? with %d\b|given up at|still waiting)" % (clock, code)
    return r"(?:still waiting when the log ends.*|given up at.*|refused for good.*)"


checked = {}
for name, log, more, instance in (("postfix-journal.jsonl.gz", "postfix-outbound.log", ["postfix-inbound.log"], None),
                                  ("exim-journal.jsonl.gz", "exim-out.log", [], "out"),
                                  ("exim-journal.jsonl.gz", "exim-outall.log", [], "outall"),
                                  ("exim-journal.jsonl.gz", "exim-outsys.log", [], "outsys")):
    records = journal(name)
    checked[log] = 0
    for mail in records:
        if mail["role"] != "submit" or (instance and mail.get("instance") != instance):
            continue
        logs = [os.path.join(DATA, one) for one in [log] + more]
        done = run("trace", "--tz", "UTC", "--year", "2026", mail["sender"], *logs)
        wrong = [] if done.status == 0 else ["status %d" % done.status]
        for recipient in mail["recipients"]:
            found = decisions(records, mail["sender"], recipient)
            said = sentences(done.text, recipient)
            if not found:
                continue
            checked[log] += 1
            if not any(re.search(expected(found), sentence) for sentence in said):
                wrong.append("%s: %r; said %r" % (recipient, found[-1], said))
        tap.ok(not wrong, "%s: %s" % (log, mail["sender"]), *wrong)
tap.ok(all(count >= 50 for count in checked.values()), "recipients compared: %s" % checked)
tap.done()
