"""smtplog's figures and records over Exim's logs against the journal: one TAP line a figure.

usage: check.py --binary SMTPLOG --run DIRECTORY                the comparison
       check.py --binary SMTPLOG --run DIRECTORY --self-test    one journal entry changed at a time: each must be noticed
DIRECTORY holds journal.jsonl and the logs as flow_exim.py leaves them, or exim-journal.jsonl.gz and exim-NAME.log as
record.sh does. Prints no plan: run.sh and recorded.sh do.
"""

import argparse
import json
import os
import re
import sys

import compare
import world_exim as world
from compare import Observed, Tap, compare_lines, compare_view, spoil
from journal import load
from truth_exim import EximTruth, asked_again

compare.SLACK = 6.0       # seconds: a reply is journaled before Exim logs it, and local deliveries wait for a queue run


def figures(truths):
    """Those of the test with Postfix; that Exim gives up after a last attempt is no attempt of its own."""
    result = plain_figures(truths)
    result["attempts.total"] -= sum(r.get("status") == "expired" for t in truths for r in t.records)
    return result


plain_figures, compare.figures = compare.figures, figures


def logs_of(directory, name):
    recorded = [os.path.join(directory, "exim-%s%s.log" % (name, log)) for log in ("", "-reject")]
    if os.path.exists(recorded[0]):
        return [path for path in recorded if os.path.exists(path)]
    facts = {**world.SENDERS, **world.RECEIVERS}[name]
    if facts["log"] == "syslog":
        return [os.path.join(directory, "exim-%s.syslog" % name)]
    found = [os.path.join(directory, name, log) for log in ("mainlog", "rejectlog", "paniclog")]
    return [path for path in found if os.path.exists(path)]


def compare_places(tap, name, observed):
    """Each record's line, read as a person would: the reply and the recipient stand there, Exim's sign too."""
    text, wrong = {}, []
    for path in observed.logs:
        with open(path, encoding="utf-8", errors="replace") as lines:
            text[path] = [line.rstrip("\n") for line in lines]
    for event in observed.events:
        line = text[event["file"]][event["line"] - 1]
        signs = {"delivered": r" (=>|->) ", "deferred": r" == ", "bounced": r" \*\* ", "expired": r" \*\* ",
                 "discarded": r" => ", "rejected": r"reject|refus| \(= "}
        fine = re.search(signs.get(event.get("status"), ""), line) is not None
        fine = fine and (event.get("code") is None or re.search(r"[ \"]%d([ -]|$|\\)" % event["code"], line))
        recipient = event.get("recipient", "")
        fine = fine and (recipient in line or recipient.split("@")[0] in line)
        if not fine:
            wrong.append("%s:%d %s" % (event["file"], event["line"], json.dumps(event)))
    tap.check(not wrong, "%s: %d records at their lines" % (name, len(observed.events)), [], wrong)


def compare_sessions(tap, name, truth, observed):
    """What was no reply: sessions broken off, and servers that gave no answer."""
    kinds = [event for event in observed.events if event["kind"] == "connection"]
    replies = [event for event in kinds if "code" in event]
    tap.check(not replies, "%s: no reply where there was none" % name, [], replies)
    failed = [e for e in observed.events if e["kind"] == "auth"]
    tap.check(len(failed) == truth.logins["failed"] and all(e["code"] == 535 and e["stage"] == "auth" and
                                                            e["direction"] == "inbound" for e in failed),
              "%s: failed logins, one by one" % name, truth.logins["failed"], failed)
    if name in world.RECEIVERS:
        wanted = ("disconnection", "dropped: too many unrec", "dropped: too many syntax", "SMTP command timeout",
                  "TLS error on connection")
        missing = [words for words in wanted if not any(words in e.get("text", "") for e in kinds)]
        tap.check(not missing, "%s: sessions that broke off are told" % name, [], missing)


def check(arguments, journal):
    tap = Tap()
    unexpected = [e for e in journal if "unexpected" in e]
    tap.check(not unexpected, "the flow: every reply was the one the scripts want", [], unexpected)
    for name in (*world.SENDERS, *world.RECEIVERS):
        truth = EximTruth(journal, name)
        observed = Observed(arguments.binary, logs_of(arguments.run, name), journal)
        compare_lines(tap, name, observed)
        compare_view(tap, name, [truth], observed)
        compare_places(tap, name, observed)
        compare_sessions(tap, name, truth, observed)
    return tap


# ---- negative control ------------------------------------------------------------------------------------------------
def changes(journal):
    """(what was changed, whose log it concerns, the changed journal), one entry at a time."""
    for index, entry in enumerate(journal):
        role, code = entry["role"], entry.get("code")
        if role == "sink" and code and entry["sink"] != "home" and not asked_again(entry, journal):
            # Of a refused STARTTLS the log says only that it failed.
            ways = ["code", "class", "enhanced", "gone"] if entry["stage"] != "starttls" else ["gone"]
            ways = ["enhanced"] if entry["stage"] == "rcpt" and code == 452 else ways
        elif role == "client" and entry.get("verdict") in ("reject", "auth"):
            ways = ["gone"] if entry["verdict"] == "auth" else ["code", "gone"]
        elif role == "client" and entry["stage"] == "eod" and code < 300:
            ways = ["gone", "recipient"] if entry["sender"] != "away@d.example" else ["gone"]
        else:
            ways = []
        if not ways:
            continue
        way = ways[index % len(ways)]
        yield "%s of entry %d (%s)" % (way, index + 1, entry.get("sink") or entry.get("client")), spoil(journal, index, way)


def self_test(arguments, journal):
    tap, base, observed = Tap(), Tap(quiet=True), {}
    names = ("out", "inall")
    for name in names:
        observed[name] = Observed(arguments.binary, logs_of(arguments.run, name), journal)
        compare_view(base, name, [EximTruth(journal, name)], observed[name])
        compare_sessions(base, name, EximTruth(journal, name), observed[name])
    known, count, unnoticed = set(base.failed), 0, []
    mine = {world.SENDERS["out"]["ip"], world.RECEIVERS["inall"]["ip"]}
    for what, changed in changes(journal):
        gone = next((a for a, b in zip(journal, changed) if a != b), journal[-1])
        if gone.get("client") not in mine and gone.get("instance") != "inall":
            continue
        count += 1
        now = Tap(quiet=True)
        for name in names:
            truth = EximTruth(changed, name)
            compare_view(now, name, [truth], observed[name])
            compare_sessions(now, name, truth, observed[name])
        if not set(now.failed) - known:
            unnoticed.append(what)
    tap.check(count > 100 and not unnoticed, "negative control: %d changes of the journal, each one noticed" % count,
              "each noticed", unnoticed[:20])
    return tap


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    recorded = os.path.join(arguments.run, "exim-journal.jsonl.gz")
    journal = load(recorded if os.path.exists(recorded) else os.path.join(arguments.run, "journal.jsonl"))
    return 1 if (self_test if arguments.self_test else check)(arguments, journal).failed else 0


if __name__ == "__main__":
    sys.exit(main())
