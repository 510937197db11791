#!/usr/bin/env python3
"""Figures that must add up, in every log there is; two hosts in one log are the sum of both; one per cent of damage leaves the other
lines' records as they were."""
import glob
import gzip
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, Tap, analyze, events, figures

SEED = int(os.environ.get("SEED", "550"))
dice = random.Random(SEED)
tap = Tap()
tap.note("SEED=%d" % SEED)
STATES = ["delivered", "bounced", "expired", "deferred", "discarded", "forwarded", "unknown"]
STAGES = "connect helo ehlo starttls auth mail rcpt data bdat eod rset vrfy expn etrn noop quit other".split()


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def sums(name, report, records):
    """Every equation of a summary, against itself and against the records of the same input."""
    lines, recipients = report["lines"], report["recipients"]
    grey, refusals = report["greylisting"], report["greylisting_450_vs_hard_550"]
    weigh = lambda *tests: sum(r.get("repeat", 1) for r in records if all(test(r) for test in tests))
    kind = lambda word: lambda r: r["kind"] == word
    code = lambda r: r.get("code") or r.get("implied_code") or 0
    outbound = lambda r: r.get("direction") == "outbound"
    refusal = lambda r: r["kind"] in ("delivery", "reject") and code(r) >= 400 and not r.get("stale")
    attempt = lambda r: r["kind"] == "delivery" and not r.get("stale") and r.get("hop") != "filter" and r.get("status") != "expired"
    wrong = []

    def same(what, got, wanted):
        if got != wanted:
            wrong.append("%s: %r is not %r" % (what, got, wanted))

    def most(what, got, limit):
        if got > limit:
            wrong.append("%s: %r is more than %r" % (what, got, limit))

    same("bins add up to read", sum(lines[b] for b in ("event", "context", "foreign", "unknown", "malformed", "outside")), lines["read"])
    same("inputs' lines add up to read", sum(i["lines"] for i in report["inputs"]), lines["read"])
    same("records", len(records), lines["event"])
    same("events weigh", report["events"], weigh())
    same("states of recipients", sum(recipients[s] for s in STATES), recipients["total"])
    same("delivered, by how", recipients["delivered_first_try"] + recipients["delivered_after_greylisting"] +
         recipients["delivered_after_deferral"], recipients["delivered"])
    null = recipients["null_sender"]
    same("states, empty sender", sum(null[s] for s in STATES), null["total"])
    for state in STATES + ["total"]:
        most("empty sender " + state, null[state], recipients[state])
    same("ends of greylisting", grey["recovered"] + grey["refused_later"] + grey["lost"] + grey["waiting"] + grey["other"], grey["recipients"])
    same("greylisting by code", sum(grey["by_code"].values()), grey["events"])
    same("greylisted twice told", grey["recipients"], refusals["greylisted"])
    same("hard twice told", report["hard"]["recipients"], refusals["hard"])
    same("hard by code", sum(report["hard"]["recipients_by_code"].values()), report["hard"]["recipients"])
    same("hard 550", report["hard"]["recipients_by_code"].get("550", 0), refusals["hard_550"])
    most("hard 550", refusals["hard_550"], refusals["hard"])
    most("greylisted 450", refusals["greylisted_450"], refusals["greylisted"])
    most("both", refusals["both"], min(refusals["greylisted"], refusals["hard_550"]))
    most("refused", refusals["recipients_refused"], recipients["total"])
    same("bounced, by reply or without", report["hard"]["recipients"] + report["hard"]["bounced_without_reply"], recipients["bounced"])
    if recipients["delivered"] and grey["recovered"] + grey["lost"]:
        same("recovery share", round(grey["recovery_share"], 5), round(grey["recovered"] / (grey["recovered"] + grey["lost"]), 5))
    for key in ("greylisted", "greylisted_450", "hard", "hard_550"):
        if refusals["recipients_refused"]:
            same("share of " + key, round(refusals["share_" + key], 5), round(refusals[key] / refusals["recipients_refused"], 5))
    attempts = report["attempts"]
    same("attempts", sum(v for k, v in attempts.items() if k != "total"), attempts["total"])
    seen = {}
    for r in records:
        if "code" in r:
            row = seen.setdefault(r["code"], {"count": 0, "stages": {}, "outbound": 0, "inbound": 0})
            weight = r.get("repeat", 1)
            row["count"] += weight
            stage = r.get("stage", "unknown")
            row["stages"][stage] = row["stages"].get(stage, 0) + weight
            if "direction" in r:
                row[r["direction"]] += weight
    for row in report["codes"]:
        mine = seen.pop(row["code"], {"count": 0, "stages": {}, "outbound": 0, "inbound": 0})
        same("code %d" % row["code"], row["count"], mine["count"])
        implied = weigh(lambda r: r.get("implied_code") == row["code"])
        same("code %d implied" % row["code"], row["implied"], implied)
        if not implied:
            same("code %d outbound" % row["code"], (row["outbound"], row["inbound"]), (mine["outbound"], mine["inbound"]))
            same("code %d by stage" % row["code"], {k: v for k, v in row["stages"].items() if k != "unknown"},
                 {k: v for k, v in mine["stages"].items() if k != "unknown"})
        most("code %d by class" % row["code"], sum(row["classes"].values()), row["count"] + row["implied"])
        most("code %d by enhanced" % row["code"], sum(e["count"] for e in row["enhanced"]), row["count"] + row["implied"])
    same("codes that codes[] does not have", seen, {})
    sizes = [row["count"] + row["implied"] for row in report["codes"]]
    same("codes[] are ordered", sizes, sorted(sizes, reverse=True))
    same("rejects", report["rejects"]["total"], weigh(kind("reject")))
    same("rejects by stage", sum(report["rejects"]["by_stage"].values()), weigh(kind("reject"), lambda r: "stage" in r))
    same("rejects by code", sum(report["rejects"]["by_code"].values()), weigh(kind("reject"), lambda r: "code" in r))
    same("rejects by implied code", sum(report["rejects"]["by_implied_code"].values()), weigh(kind("reject"), lambda r: "implied_code" in r))
    same("rejects by class", sum(report["rejects"]["by_class"].values()), weigh(kind("reject"), lambda r: "class" in r))
    told = refusals["lines"]
    same("refusal lines", told["refusals"], weigh(refusal, outbound))
    same("greylisting lines", told["greylisting"], weigh(refusal, outbound, lambda r: r.get("class") == "greylisting"))
    same("greylisting 450 lines", told["greylisting_450"], weigh(refusal, outbound, lambda r: r.get("class") == "greylisting" and r.get("code") == 450))
    hard = lambda r: r["kind"] == "delivery" and r.get("status") == "bounced" and r.get("code", 0) >= 500
    same("hard lines", told["hard"], weigh(hard, outbound))
    same("hard 550 lines", told["hard_550"], weigh(hard, outbound, lambda r: r["code"] == 550))
    inbound = lambda r: r.get("direction") == "inbound"
    given = refusals["inbound"]["lines"]
    same("inbound refusal lines", given["refusals"], weigh(refusal, inbound))
    same("inbound 550 lines", given["rejected_550"], weigh(refusal, inbound, lambda r: r.get("code") == 550))
    same("inbound implied 550 lines", given["rejected_550_implied"], weigh(refusal, inbound, lambda r: r.get("implied_code") == 550))
    keys = report["greylisting"]["inbound"]
    same("ends of inbound greylisting", keys["recovered"] + keys["waiting"] + keys["never_returned"], keys["triplets"])
    for series, test in (("delivered", lambda r: r.get("status") == "delivered"), ("deferred", lambda r: r.get("status") == "deferred"),
                         ("bounced", lambda r: r.get("status") == "bounced")):
        same("timeline " + series, sum(slot[series] for slot in report["timeline"]), attempts[series])
    same("timeline rejected", sum(slot["rejected"] for slot in report["timeline"]), report["rejects"]["total"])
    same("timeline received", sum(slot["received"] for slot in report["timeline"]), report["messages"]["received"])
    same("tried again or not", grey["retry"]["retried"] + grey["retry"]["not_retried"], grey["recipients"])
    asked = grey["asked"]
    same("asked to wait", asked["retried_early"] + asked["retried_in_time"] + asked["not_retried"], asked["recipients"])
    ends = ("recipients", "recovered", "refused_later", "lost", "waiting", "other")
    for end in ends:
        same("greylisting by domain: " + end, sum(row[end] for row in grey["domains"]), grey[end])
        most("greylisting by provider: " + end, sum(row[end] for row in grey["providers"]), grey[end])
        most("greylisting, empty sender: " + end, grey["null_sender"][end], grey[end])
    for row in grey["domains"] + grey["providers"] + [grey["null_sender"]]:
        same("ends of " + row.get("name", "<>"), sum(row[end] for end in ends[1:]), row["recipients"])
    for end in ("triplets", "recovered", "waiting", "never_returned"):
        same("inbound by sender: " + end, sum(row[end] for row in keys["senders"]), keys[end])
    said = keys["greylisters"]
    same("triplets of greylisters", said["passed"] + said["waiting"] + said["never_returned"], said["triplets"])
    for row in said["programs"]:
        same("lines of " + row["name"], row["greylisted"] + row["early"] + row["passed"] + row["exempt"], row["lines"])
    same("rejects with 450", sum(keys["lines_450"].values()), report["rejects"]["by_code"].get("450", 0))
    messages, notices = report["messages"], report["notices"]
    same("states of messages", sum(messages[s] for s in STATES), messages["total"])
    same("notices by kind", sum(notices[k] for k in ("non_delivery", "delay", "success", "postmaster", "other")), notices["total"])
    same("states of notices", sum(notices["states"].values()), notices["total"])
    most("notices", notices["total"], messages["total"])
    most("messages that began before", messages["began_before"], messages["total"])
    most("messages open at the end", messages["open_at_end"], messages["total"])
    most("recipients open at the end", recipients["open_at_end"], recipients["deferred"] + recipients["unknown"])
    same("the program's own word", report["accuracy"]["sums"], "add up")
    same("timeline is ordered", [s["start"] for s in report["timeline"]], sorted(s["start"] for s in report["timeline"]))
    for table in ("domains", "peers"):
        for word in ("delivered", "deferred", "bounced"):
            most("%s: %s" % (table, word), sum(row[word] for row in report[table]), attempts[word])
        for row in report[table]:
            most("%s %s" % (table, row["name"]), row["delivered"] + row["deferred"] + row["bounced"], row["attempts"])
    for row in report["stages"]:
        most("stage " + row["stage"], row["ok"] + row["temporary"] + row["permanent"], row["replies"])
        if row["stage"] not in STAGES + ["unknown"]:
            wrong.append("no such stage: " + row["stage"])
    for record in records:
        for key, value in record.items():
            if value is None or value == "" or value == []:
                wrong.append("%s:%d: %s is empty" % (record["file"], record["line"], key))
    tap.ok(not wrong, name + ": every sum adds up", *wrong)


def comparable(records):
    return [{k: v for k, v in r.items() if k not in ("file", "line", "line_end")} for r in records]


logs = sorted(glob.glob(os.path.join(DATA, "*.log"))) + sorted(glob.glob(os.path.join(DATA, "hand/*.log")))
rotated = sorted(glob.glob(os.path.join(DATA, "rotated/mail.log*")))
for path in logs + [rotated]:
    paths = path if isinstance(path, list) else [path]
    done = analyze("--top", "0", *paths)
    sums(os.path.relpath(paths[0], DATA), done.json(), events(*paths).records())

# ---- interleaved hosts
ADDED = ["events", "lines", "attempts", "recipients", "messages", "rejects", "actions", "hard", "auth"]


def added(a, b):
    if isinstance(a, dict) or isinstance(b, dict):
        return {k: added((a or {}).get(k, 0), (b or {}).get(k, 0)) for k in set(a or {}) | set(b or {})}
    if isinstance(a, list) or isinstance(b, list):
        return None
    return a + b


def addable(report):
    kept = {key: report[key] for key in ADDED}
    kept["codes"] = {str(row["code"]): {k: row[k] for k in ("count", "implied", "outbound", "inbound", "stages", "classes")} for row in report["codes"]}
    kept["greylisting"] = {k: report["greylisting"][k] for k in ("events", "by_code", "recipients", "recovered", "refused_later", "lost", "waiting", "other")}
    kept["headline"] = {k: v for k, v in report["greylisting_450_vs_hard_550"].items() if not k.startswith("share")}
    kept["headline"].pop("inbound")  # keys are shared by all hosts
    kept["auth"] = {k: report["auth"][k] for k in ("ok", "failed", "by_code")}
    return kept


with Directory() as directory:
    content = read(os.path.join(DATA, "postfix-outbound.log"))
    one = analyze("--top", "0", directory("one.log", content)).json()
    other = content.replace(b" mx-out ", b" mx-two ")
    tap.ok(other != content, "a second host is made of the first")
    both = [line for pair in zip(content.splitlines(True), other.splitlines(True)) for line in pair]
    wanted = added(addable(one), addable(one))
    for name, paths in [("in one file", [directory("both.log", b"".join(both))]),
                        ("in two files", [directory("one.log"), directory("two.log", other)])]:
        got = addable(analyze("--top", "0", *paths).json())
        tap.same_json(json.loads(json.dumps(got)), json.loads(json.dumps(wanted)), "two hosts %s are the sum of both" % name)

    # ---- damage
    def damage(line):
        kind = dice.randrange(8)
        at = dice.randrange(len(line))
        return [line[:at], line[:at] + bytes([dice.randrange(256)]) + line[at + 1:], line[:at] + b"\0" * 9 + line[at:], line[at:],
                dice.getrandbits(8 * 80).to_bytes(80, "little").replace(b"\n", b"x"), b"", line + line, line[:at] + b"\n" + line[at:]][kind]

    for path in logs[:4] + [rotated[0]]:
        lines = read(path).splitlines()
        chosen = set(dice.sample(range(len(lines)), max(1, len(lines) // 100)))
        damaged = [damage(line) if n in chosen else line for n, line in enumerate(lines)]
        clean = directory("clean.log", b"\n".join(line for n, line in enumerate(lines)) + b"\n")
        broken = directory("broken.log", b"\n".join(damaged) + b"\n")
        before = events(clean)
        after = events(broken)
        # Lines move where a line was cut in two: number them by what stands in front.
        moved, offset = {}, 0
        for n, line in enumerate(damaged):
            moved[n + 1 + offset] = n + 1
            offset += line.count(b"\n")
        kept = {r["line"]: r for r in before.records() if r["line"] - 1 not in chosen}
        got = {moved[r["line"]]: r for r in after.records() if r["line"] in moved and moved[r["line"]] - 1 not in chosen}
        wrong = []
        for n in sorted(set(kept) | set(got)):
            a, b = kept.get(n), got.get(n)
            # A repeat borrows from the line before, which may be a damaged one.
            if b"last message repeated" in lines[n - 1]:
                continue
            if a is None or b is None or comparable([a]) != comparable([b]):
                wrong.append("line %d: %r became %r" % (n, a, b))
        tap.ok(after.status in (0, 3) and not wrong, "%s: the records of undamaged lines are as before (%d damaged)" %
               (os.path.relpath(path, DATA), len(chosen)), *wrong[:5])
        done = analyze("--top", "0", broken)
        sums(os.path.relpath(path, DATA) + ", damaged", done.json(), after.records())
tap.done()
