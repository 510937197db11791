"""smtplog's figures and records against the journal: one TAP line a figure.

usage: compare.py --binary SMTPLOG --run DIRECTORY                 the comparison
       compare.py --binary SMTPLOG --run DIRECTORY --self-test     one journal entry changed at a time: each must be noticed
       compare.py --run DIRECTORY --witness                        is the journal itself right? (plain look at the log)
DIRECTORY holds journal.jsonl, mx-out.log, mx-in.log as flow.py leaves them. Instead of --run, recorded logs:
       compare.py --binary SMTPLOG --journal FILE [--out LOG...] [--in LOG...] [--both LOG...]
Prints no plan: run.sh does.
"""

import argparse
import collections
import copy
import datetime
import gzip
import json
import os
import re
import subprocess
import sys

from journal import load
from truth import Truth, figures, logged

VIEWS = {"out": ["out"], "in": ["in"], "both": ["out", "in"]}
SLACK = 2.0           # seconds: log stamps are whole seconds, and a reply is journaled before it is logged
SKETCH = 0.01         # relative error of a quantile


# ---- TAP -----------------------------------------------------------------------------------------------------------
class Tap:
    """Counts and prints; keeps names of failures for the self-test."""

    def __init__(self, quiet=False):
        self.quiet, self.failed = quiet, []

    def check(self, passed, name, expected=None, got=None):
        if not passed:
            self.failed.append((name, repr(expected)))
        if self.quiet:
            return passed
        print("%s - %s" % ("ok" if passed else "not ok", name))
        if not passed:
            print("#   expected: %s\n#   got:      %s" % (show(expected), show(got)))
        return passed


def show(value):
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text.replace("\n", "\n#             ")


# ---- what smtplog says -----------------------------------------------------------------------------------------------
class Absent:
    """A path that is not in the report."""

    def __repr__(self):
        return "(absent)"


ABSENT = Absent()


def run(binary, *arguments):
    environment = dict(os.environ, LC_ALL="C", TZ="UTC", HOME="/nonexistent")
    done = subprocess.run([binary, *arguments], stdin=subprocess.DEVNULL, capture_output=True, env=environment,
                          check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def look_up(report, path):
    """The value a figure's path names. codes.NNN is the entry of that code in a comparable form."""
    words = path.split(".")
    if words[0] == "codes":
        entry = next((e for e in report.get("codes", []) if e.get("code") == int(words[1])), None)
        if entry is None:
            return ABSENT
        if words[2:] == ["enhanced"]:
            return {e["enhanced"]: e["count"] for e in entry.get("enhanced", [])}
        if words[2:] == ["stages"]:
            return entry.get("stages", {})
        return {"seen": entry.get("count"), "implied": entry.get("implied", 0),
                "outbound": entry.get("outbound", 0), "inbound": entry.get("inbound", 0)}
    if words[:2] == ["greylisting", "domains"]:
        name = path.split(".", 2)[2]
        row = next((r for r in report["greylisting"]["domains"] if r["name"] == name), None)
        keys = ("recipients", "recovered", "refused_later", "lost", "waiting", "other")
        return ABSENT if row is None else {key: row[key] for key in keys}
    value = report
    for word in words:
        if not isinstance(value, dict) or word not in value:
            return ABSENT
        value = value[word]
    return value


def agrees(expected, got):
    if isinstance(expected, tuple):                          # a measured time: (low, high)
        low, high = expected
        return isinstance(got, (int, float)) and \
            low * (1 - SKETCH) - SLACK <= got <= high * (1 + SKETCH) + SLACK
    if isinstance(expected, float):
        return isinstance(got, (int, float)) and abs(got - expected) < 0.0005
    if isinstance(expected, dict) and got is ABSENT:
        return not expected
    return expected == got and not isinstance(got, bool)


# ---- records ---------------------------------------------------------------------------------------------------------
def expected_records(truths):
    """{what a record says: [times]} of all records with a recipient or a reply."""
    records = collections.defaultdict(list)
    for truth in truths:
        for r in logged(truth.records):
            fact = {key: r.get(key) for key in ("kind", "direction", "stage", "code", "implied_code", "enhanced",
                                                "status", "recipient", "sender", "peer_ip", "stale")}
            if r["kind"] == "reply":
                fact["status"] = fact["recipient"] = None
            if r["kind"] == "delivery":
                fact["hop"] = "store" if r.get("hop") == "store" else None
            if r.get("code") is None and r.get("implied_code") is None:
                fact["stage"] = fact["peer_ip"] = None       # what the words still say is not this test's matter
            records[freeze(fact)].append(r["t"])
    return records


def freeze(fact):
    return tuple(sorted((key, value) for key, value in fact.items() if value is not None))


def seen_records(lines):
    records = collections.defaultdict(list)
    for event in lines:
        if event["kind"] not in ("delivery", "reject", "reply"):
            continue
        fact = {key: event.get(key) for key in ("kind", "direction", "stage", "code", "implied_code", "enhanced",
                                                "status", "recipient", "peer_ip", "stale")}
        if event["kind"] == "reject":
            fact["sender"] = event.get("sender")
        if event["kind"] == "delivery":
            fact["hop"] = event.get("hop")
        if event.get("code") is None and event.get("implied_code") is None:
            fact["stage"] = fact["peer_ip"] = None
        if event.get("stale"):
            fact["peer_ip"] = None
        records[freeze(fact)].append(seconds(event["time"]))
    return records


def seconds(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def compare_records(tap, name, expected, seen):
    """Records of each kind: the same facts, equally often, at the same times."""
    for kind in ("delivery", "reject", "reply"):
        wanted = {key: sorted(times) for key, times in expected.items() if ("kind", kind) in key}
        got = {key: sorted(times) for key, times in seen.items() if ("kind", kind) in key}
        missing = [key for key in wanted for _ in range(len(wanted[key]) - len(got.get(key, [])))]
        extra = [key for key in got for _ in range(len(got[key]) - len(wanted.get(key, [])))]
        late = [key for key in wanted if len(wanted[key]) == len(got.get(key, []))
                and any(abs(a - b) > SLACK for a, b in zip(wanted[key], got[key]))]
        total = sum(len(times) for times in wanted.values())
        tap.check(not missing and not extra and not late, "%s: events: %d %s records, one by one" % (name, total, kind),
                  "\n".join(map(plain, missing + late)) or "no other record", "\n".join(map(plain, extra)) or "not there")


def plain(key):
    return " ".join("%s=%s" % pair for pair in key)


# ---- the comparison ----------------------------------------------------------------------------------------------------
class Observed:
    """smtplog's answers for one view, asked for once."""

    def __init__(self, binary, logs, journal):
        self.logs = logs
        now = datetime.datetime.fromtimestamp(journal[-1]["t"] + 60, datetime.timezone.utc)
        clock = ["--tz", "UTC", "--now", now.strftime("%Y-%m-%dT%H:%M:%SZ")]
        self.status, out, self.errors = run(binary, "analyze", "--format", "json", "--top", "0", *clock, *logs)
        self.report = json.loads(out) if out.strip() else {}
        self.event_status, out, self.event_errors = run(
            binary, "events", "--format", "ndjson", *clock, *logs)
        self.events = [json.loads(line) for line in out.splitlines() if line.strip()]


def compare_view(tap, name, truths, observed):
    expected = figures(truths)
    for path, value in expected.items():
        got = look_up(observed.report, path)
        tap.check(agrees(value, got), "%s: %s" % (name, path), value, got)
    faults = [fault for truth in truths for fault in truth.faults]
    tap.check(not faults, "%s: the journal is complete" % name, [], faults)
    known = {int(path.split(".")[1]) for path in expected if path.startswith("codes.")}
    seen = {entry["code"] for entry in observed.report.get("codes", [])}
    tap.check(seen <= known, "%s: no code that nobody sent" % name, sorted(known), sorted(seen))
    compare_records(tap, name, expected_records(truths), seen_records(observed.events))


def compare_lines(tap, name, observed):
    lines = observed.report.get("lines", {})
    bins = [lines.get(key, 0) for key in ("event", "context", "foreign", "unknown", "malformed", "outside")]
    physical = 0
    for log in observed.logs:
        opener = gzip.open if log.endswith(".gz") else open
        with opener(log, "rb") as text:
            physical += sum(1 for _ in text)
    tap.check(observed.status == 0, "%s: exit status 0" % name, 0, "%d %s" % (observed.status, observed.errors))
    tap.check(observed.event_status == 0, "%s: exit status 0 of events" % name, 0,
              "%d %s" % (observed.event_status, observed.event_errors))
    tap.check(lines.get("read") == physical, "%s: every line was read" % name, physical, lines.get("read"))
    tap.check(sum(bins) == lines.get("read"), "%s: the bins add up to the lines read" % name, lines.get("read"), lines)
    tap.check(lines.get("event") == len(observed.events), "%s: as many records as event lines" % name,
              lines.get("event"), len(observed.events))
    for kind in ("unknown", "malformed"):
        tap.check(lines.get(kind) == 0, "%s: no %s line" % (name, kind), 0, lines.get(kind))
    recipients = observed.report.get("recipients", {})
    states = ("delivered", "bounced", "expired", "deferred", "discarded", "forwarded", "unknown")
    tap.check(sum(recipients.get(s, 0) for s in states) == recipients.get("total"),
              "%s: the recipients' states add up" % name, recipients.get("total"), recipients)
    grey = observed.report.get("greylisting", {})
    ends = ("recovered", "refused_later", "lost", "waiting", "other")
    tap.check(sum(grey.get(e, 0) for e in ends) == grey.get("recipients"),
              "%s: the ends of greylisting add up" % name, grey.get("recipients"), grey)


def log_paths(arguments, view):
    if arguments.run:
        return [os.path.join(arguments.run, "mx-%s.log" % log) for log in VIEWS[view]]
    return {"out": arguments.out, "in": arguments.inward, "both": arguments.both}[view]


def compare(arguments, journal):
    tap = Tap()
    for view, logs in VIEWS.items():
        paths = log_paths(arguments, view)
        if not paths:
            continue
        truths = [Truth(journal, log) for log in logs]
        observed = Observed(arguments.binary, paths, journal)
        compare_lines(tap, view, observed)
        compare_view(tap, view, truths, observed)
    return tap


# ---- negative control ------------------------------------------------------------------------------------------------
def spoil(journal, index, way):
    """A copy of the journal that lies about one entry, in one way."""
    changed = copy.deepcopy(journal)
    victim = changed[index]
    if way == "gone":
        del changed[index]
    elif way == "code":
        victim["code"] += 7
    elif way == "class":
        victim["code"] += 100 if victim["code"] < 500 else -100
    elif way == "enhanced":
        victim["enhanced"] = "%d.9.99" % (victim["code"] // 100)
    elif way == "recipient":
        victim["recipients"] = ["x" + victim["recipients"][0]] + victim["recipients"][1:]
    return changed


def changes(journal):
    """(what was changed, the changed journal), one entry at a time; entries without consequence are left out."""
    for index, entry in enumerate(journal):
        role, verdict = entry["role"], entry.get("verdict")
        if role == "client" and verdict is None and not (entry["stage"] == "eod" and entry["code"] < 300):
            continue
        if role == "client" and verdict == "auth":
            ways = ["gone"]
        elif role == "client" and verdict is None:
            ways = ["gone", "recipient"]
        elif role in ("sink", "client") and entry.get("code"):
            ways = ["code", "class", "enhanced", "gone"]
        elif role in ("submit", "sink"):
            ways = ["gone"]
        elif role == "syn" and entry["sink"] != "firstdead":
            ways = ["gone"]
        else:
            continue
        way = ways[index % len(ways)]
        if entry.get("sink") == "stale" and way == "gone":
            way = "code"                                     # without it there is no stale mail to compute
        yield "%s of entry %d (%s %s)" % (way, index + 1, role, entry.get("sink") or entry.get("client") or ""), spoil(journal, index, way)


def self_test(arguments, journal):
    """Every change must lead to a difference that is not there without it."""
    tap = Tap()
    base, observed = Tap(quiet=True), {}
    for view, logs in VIEWS.items():
        if view != "both":
            observed[view] = Observed(arguments.binary, log_paths(arguments, view), journal)
            compare_view(base, view, [Truth(journal, log) for log in logs], observed[view])
    known, count, unnoticed = set(base.failed), 0, []
    for what, changed in changes(journal):
        count += 1
        now = Tap(quiet=True)
        for view in observed:
            compare_view(now, view, [Truth(changed, view)], observed[view])
        if not set(now.failed) - known:
            unnoticed.append(what)
    tap.check(count > 250 and not unnoticed,
              "negative control: %d changes of the journal, each one noticed" % count, "each noticed", unnoticed[:20])
    return tap


# ---- is the journal right? -------------------------------------------------------------------------------------------
DELIVERY = re.compile(r": (?:to)=<([^>]*)>, .*?dsn=[\d.]+, status=(\w+) \((.*)$")
REPLY = re.compile(r"^(?:host \S+ said: |host \S+ refused to talk to me: |TLS is required, but host \S+ refused to "
                   r"start TLS: |delivery temporarily suspended: host \S+ refused to talk to me: )?([2-5]\d\d)(?:[ -]|$)")
STATUS = {"sent": "delivered", "bounced": "bounced", "deferred": "deferred"}


def witness(arguments, journal):
    """The log, read as a person would who knows this one log: does it tell what the journal tells? Shows whether a
    difference is smtplog's or this test's. Says nothing about smtplog."""
    tap = Tap()
    for log in ("out", "in"):
        truth = Truth(journal, log)
        told, rejects = collections.Counter(), collections.Counter()
        with open(log_paths(arguments, log)[0], encoding="utf-8") as lines:
            for line in lines:
                match = DELIVERY.search(line.rstrip("\n"))
                if match:
                    code = REPLY.match(match[3])
                    status = STATUS[match[2]]
                    status = "discarded" if "/discard[" in line else \
                        "forwarded" if match[3].startswith("forwarded as") else status
                    told[match[1], status, int(code[1]) if code else None] += 1
                match = re.search(r" reject: (?:(\S+) from \S+: (\d\d\d)|(header))", line)
                if match:
                    rejects[match[2] or match[3]] += 1
        mine = collections.Counter((r["recipient"], r["status"], r.get("code"))
                                   for r in truth.records if r["kind"] == "delivery")
        tap.check(told == mine, "%s: the log's deliveries are the journal's" % log,
                  sorted(map(str, (mine - told).elements())), sorted(map(str, (told - mine).elements())))
        mine = collections.Counter(str(r["code"]) if r.get("code") else "header"
                                   for r in truth.records if r["kind"] == "reject")
        tap.check(rejects == mine, "%s: the log's rejects are the journal's" % log, dict(mine), dict(rejects))
        faults = truth.faults + truth.check_mailboxes()
        tap.check(not faults, "%s: the witnesses agree" % log, [], faults)
    return tap


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary")
    parser.add_argument("--run")
    parser.add_argument("--journal")
    parser.add_argument("--out", nargs="+")
    parser.add_argument("--in", nargs="+", dest="inward")
    parser.add_argument("--both", nargs="+")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--witness", action="store_true")
    arguments = parser.parse_args()
    journal = load(arguments.journal or os.path.join(arguments.run, "journal.jsonl"))
    action = witness if arguments.witness else self_test if arguments.self_test else compare
    return 1 if action(arguments, journal).failed else 0


if __name__ == "__main__":
    sys.exit(main())
