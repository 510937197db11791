#!/usr/bin/env python3
"""Named figures are those of the JSON, and rules over them decide on the exit status, or on the state that Nagios is told."""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, GOOD, Tap, analyze, run

tap = Tap()
LOGS = sorted(glob.glob(os.path.join(DATA, "rotated/mail.log*")))
WHEN = ["--year", "2026", "--tz", "UTC", "--now", "2026-11-23"]


def named(report):
    """The numbers of a report by the names that rules use, worked out from the JSON a second time."""
    found = {}

    def walk(value, path):
        for key, member in value.items():
            name = (path + "." if path else "") + key.replace(" ", "_")
            if isinstance(member, dict):
                walk(member, name)
            elif isinstance(member, (int, float)) and not isinstance(member, bool):
                found[name] = member
    walk({key: value for key, value in report.items() if key != "schema"}, "")
    for array, row, label in (("codes", "code", "code"), ("classes", "class", "class"), ("stages", "stage", "stage"),
                              ("providers", "provider", "name")):
        for entry in report[array]:
            name = "%s.%s" % (row, str(entry[label]).replace(" ", "_"))
            inner = {key: value for key, value in entry.items() if key != label}
            if "count" in inner:
                found[name] = inner.pop("count")
            walk(inner, name)
    def left(group):
        return group["recipients"] - group["null_sender"]["recipients"]
    whole = report["recipients"]["total"] - report["recipients"]["null_sender"]["total"]
    for name, group in (("hard_share", report["hard"]), ("greylisting_share", report["greylisting"])):
        found[name] = round(left(group) / whole, 6) if left(group) else 0
    return found


def figures(*arguments):
    return run("figures", *WHEN, *arguments)


with Directory() as directory:
    log = directory("mail.log", GOOD)
    for name, files in (("rotated", LOGS), ("a small log", [log]), ("inbound", [os.path.join(DATA, "postfix-inbound.log")])):
        report = run("analyze", "--format", "json", "--top", "0", *WHEN, *files).json()
        done = figures("--format", "json", *files)
        got = {row["name"]: row["value"] for row in done.json()["figures"]}
        tap.ok(done.status == 0 and len(got) > 100, name + ": figures: status 0, all of them (%d)" % len(got), done)
        tap.same_json(got, named(report), name + ": figures are the numbers of the JSON report under their paths")
    units = {row["name"]: row["unit"] for row in done.json()["figures"]}
    tap.ok(units["hard_share"] == "share" and units["messages.bytes_received"] == "bytes" and units["events"] == "count" and
           units["greylisting.inbound.wait.p50"] == "seconds", "each figure has its unit", units)
    text = figures(log)
    lines = dict(line.split(None, 1) for line in text.text.splitlines())
    tap.ok(text.status == 0 and lines["hard.recipients"] == "1" and lines["hard_share"] == "0.5 (50.0 %)" and
           lines["greylisting.wait.p50"] == "601 s", "as text: a line each, with units", text)
    tap.equal(list(lines), sorted(lines), "in order of the names")
    tap.ok(figures("--format", "csv", log).status == 2, "no other format")
    done = figures("-o", directory("f.json"), log)
    with open(directory("f.json"), "rb") as file:
        tap.ok(done.status == 0 and file.read().startswith(b"{"), "-o f.json chooses JSON", done)

    # ---- rules
    def rule(*rules, format="text", files=(log,)):
        return run("analyze", "--format", format, *WHEN, *(piece for text in rules for piece in ("--fail-if", text)), *files)

    done = rule("hard_share > 5% and recipients.total > 1")
    tap.ok(done.status == 1 and done.out == run("analyze", *WHEN, log).out, "a rule that holds: status 1, the same report", done)
    tap.equal(done.errors, "smtplog: rule held: hard_share > 5% and recipients.total > 1 (hard_share = 0.5 (50.0 %), "
              "recipients.total = 2)\n", "it stands on standard error with its values")
    for text, status in (("hard_share > 50%", 0), ("code.550 = 1", 1), ("code.599 > 0", 0), ("code.550.inbound > 0", 0), ("code.599.stages.rcpt > 0", 0),
                         ("code.599.classes.greylisting > 0", 0), ("delays.delivered.p95 > 5 d", 0), ("queue_time.all.p50 > 5 d", 0),
                         ("notices.causes.greylisting > 0", 0), ("sizes.max > 1000000000", 0), ("greylisting.null_sender.recovery_share > 2", 0), ("greylisting.wait.mean > 0", 2),
                         ("class.user-unknown = 1", 1), ("class.mailbox-full > 0", 0), ("rejects.by_stage.rcpt > 0", 0),
                         ("rejects.by_code.550 > 0", 0), ("greylisting.wait.p95 > 10 min", 1),
                         ("greylisting.behaved_like.wait.p95 > 0", 0), ("stage.eod.replies >= 1", 1), ("stage.auth.replies > 0", 0),
                         ("attempts.discarded > 0", 0), ("greylisting.inbound.wait.max > 1 d", 0), ("greylisting_450_vs_hard_550.hard_550 = 1", 1),
                         ("recipients.total - recipients.delivered = 1", 1), ("hard.recipients / recipients.total = 50%", 1)):
        tap.equal(rule(text).status, status, "%s: status %d" % (text, status))
    done = rule("code.550 > 5", "events > 1", "code.450 > 0")
    tap.ok(done.status == 1 and done.errors.count("rule held") == 2, "several rules: each that holds is said", done)
    done = rule("events > 0", files=(log, directory("missing.log")))
    tap.ok(done.status == 1 and "missing.log" in done.errors, "a rule counts more than an input that could not be read", done)
    done = rule("events > 100", files=(log, directory("missing.log")))
    tap.equal(done.status, 3, "no rule held: 3 as without rules")
    done = rule("events = 0", files=(directory("missing.log"),))
    tap.equal(done.status, 4, "nothing could be read: 4, whatever the rule")
    done = rule("events = 3", format="json")
    tap.ok(done.status == 1 and done.json()["events"] == 3, "JSON too", done)
    tap.equal(figures("--fail-if", "events = 3", log).status, 1, "figures takes rules too")

    done = run("analyze", *WHEN, "--warn-if", "events > 0", "--crit-if", "events > 0", log)
    tap.ok(done.status == 0 and done.err == b"", "--warn-if and --crit-if are Nagios's alone", done)

    # ---- mistakes are told before anything is read
    for text, said in (("hard_shar > 1", 'at 1 of "hard_shar > 1": there is no figure "hard_shar", did you mean hard_share'),
                       ("1 < 2 and lost > 0", 'at 11 of "1 < 2 and lost > 0": there is no figure "lost", did you mean greylisting.lost'),
                       ("class.nonsense > 1", 'there is no figure "class.nonsense"'), ("code.999 > 1", 'no figure "code.999"'),
                       ("greylisting > 1", 'no figure "greylisting"'), ("inputs.bytes > 1", "no figure"), ("schema > 0", "no figure"),
                       ("rejects.by_stage.nowhere > 1", "no figure"), ("greylisting.wait.p42 > 1", "no figure"),
                       ("code.550 >", 'at 11 of "code.550 >": expected a number'), ("code.550 > baseline(code.550)", "needs earlier days")):
        done = run("analyze", "--fail-if", text, directory("missing.log"))
        tap.ok(done.status == 2 and said in done.errors and done.out == b"" and "missing.log" not in done.errors,
               "refused: %s" % text, done)
    tap.ok(run("analyze", "--fail-if").status == 2, "--fail-if without a rule")
    done = run("analyze", *(["--fail-if", "events > 0"] * 40), log)
    tap.ok(done.status == 2 and "more than" in done.errors, "too many rules", done)

    # ---- Nagios
    def nagios(*arguments, files=(log,)):
        return run("analyze", "--format", "nagios", *WHEN, *arguments, *files)

    for arguments, status, begin in (
            ([], 0, "SMTPLOG OK: 2 recipients, 1 ended in a hard 5yz; 0 rules weighed |"),
            (["--warn-if", "hard_share > 60%"], 0, "SMTPLOG OK: "),
            (["--warn-if", "hard_share > 5%"], 1, "SMTPLOG WARNING: hard_share > 5% (hard_share = 0.5 (50.0 %)) |"),
            (["--warn-if", "hard_share > 5%", "--crit-if", "hard_share > 40%"], 2, "SMTPLOG CRITICAL: "),
            (["--crit-if", "hard_share > 40%", "--warn-if", "hard_share > 5%"], 2, "SMTPLOG CRITICAL: "),
            (["--warn-if", "hard_share > 5%", "--crit-if", "hard_share > 60%"], 1, "SMTPLOG WARNING: "),
            (["--fail-if", "events > 0"], 2, "SMTPLOG CRITICAL: ")):
        done = nagios(*arguments)
        tap.ok(done.status == status and done.text.startswith(begin) and done.text.count("\n") == 1 and done.text.count("|") == 1,
               "nagios %s: %d" % (" ".join(arguments), status), done)
    performance = nagios("--warn-if", "greylisting.wait.p95 > 1 h and messages.bytes_received > 1 and recipients.total > 1").text.split("|")[1].split()
    tap.ok(all(re.fullmatch(r"[a-z0-9_.-]+=-?\d+(\.\d+)?(s|%|B|)", piece) for piece in performance) and
           {"hard_share=50%", "greylisting.wait.p95=601s", "recipients.total=2"} <= set(performance) and
           len({piece.split("=")[0] for piece in performance}) == len(performance),
           "performance data: the usual figures and those of the rules, each once, with units", performance)
    done = nagios(files=(directory("missing.log"),))
    tap.ok(done.status == 3 and done.text.startswith("SMTPLOG UNKNOWN: "), "nothing could be read: unknown", done)
    done = nagios(files=(log, directory("missing.log")))
    tap.ok(done.status == 3 and done.text.startswith("SMTPLOG UNKNOWN: "), "a part could not be read: unknown", done)
    done = nagios("--crit-if", "events > 0", files=(log, directory("missing.log")))
    tap.ok(done.status == 2, "but a rule that holds counts more", done)
    done = nagios("--warn-if", "nonsense > 1")
    tap.ok(done.status == 3 and done.text == "SMTPLOG UNKNOWN: wrong usage, see standard error\n" and "nonsense" in done.errors,
           "wrong usage is unknown to Nagios, in the one line it wants", done)
    snap = directory("day.snap")
    run("analyze", *WHEN, "-o", snap, log)
    for command in (["analyze", "--format", "nagios", "--nonsense", log], ["analyze", "--nonsense", "--format=nagios", log], ["--form", "nagios", "--crit-if"],
                    ["analyze", "--format", "nagios", "--crit-if", "events >", log], ["analyze", "--format", "nagios", "--table", "codes", log],
                    ["merge", "--format", "nagios", "--code", "450", snap], ["merge", "--format", "nagios"], ["merge", "--format", "nagios", directory("none.snap")],
                    ["daily", "--format", "nagios", "--date", "soon", log], ["figures", "--format", "nagios", log], ["events", "--format", "nagios", log],
                    ["daily", "--format", "nagios", "--state-dir", directory("s"), "--date", "2026-10-01", log], ["nonsense", "--format", "nagios"]):
        done = run(*command)
        tap.ok(done.status == 3 and done.text.startswith("SMTPLOG UNKNOWN: ") and done.text.count("\n") == 1 and done.errors.startswith("smtplog: "),
               " ".join(command).replace(directory(""), "") + ": unknown, with a line", done)
    done = run("analyze", "--code", "nagios", log)
    tap.ok(done.status == 2 and done.out == b"", "other options that are wrong stay wrong usage", done)
    tap.equal(run("analyze", "--format", "nagios", "--help").status, 0, "help is no question of Nagios'")
tap.done()
