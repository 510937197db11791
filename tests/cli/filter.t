#!/usr/bin/env python3
"""Filters: which events are shown, what of recipients, messages and inbound keys follows from that, what is said; joined records;
ranges, which are filters by time."""
import collections
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, GOOD, Directory, Tap, analyze, events, figures, run

tap = Tap()
POSTFIX = [os.path.join(DATA, name) for name in ("postfix-outbound.log", "postfix-inbound.log")]
EXIM = [os.path.join(DATA, name) for name in ("exim-out.log", "exim-in.log", "exim-in-reject.log")]
NOW = ["--now", "2026-11-23T00:00:00Z"]


def weight(records):
    return sum(record.get("repeat", 1) for record in records)


def same_lines(report, records):
    """Where line figures of a report differ from what its records say."""
    codes, stages = collections.Counter(), collections.Counter()
    for record in records:
        if "code" in record:
            codes[record["code"]] += record.get("repeat", 1)
        if record["kind"] == "reject":
            stages[record.get("stage")] += record.get("repeat", 1)
    if report["events"] != weight(records):
        yield "events %d, records %d" % (report["events"], weight(records))
    if {row["code"]: row["count"] for row in report["codes"] if row["count"]} != dict(codes):
        yield "codes %r, records %r" % (report["codes"], codes)
    if report["rejects"]["total"] != sum(stages.values()):
        yield "rejects %d, records %d" % (report["rejects"]["total"], sum(stages.values()))
    classes = collections.Counter()
    for record in records:
        if "class" in record:
            classes[record["class"]] += record.get("repeat", 1)
    if {row["class"]: row["count"] for row in report["classes"]} != dict(classes):
        yield "classes %r, records %r" % (report["classes"], classes)


# ---- records and figures agree, whatever the filter
everything = {}
for name, logs in (("postfix", POSTFIX), ("exim", EXIM)):
    everything[name] = events("--join", *NOW, *logs).records()
FILTERS = [["--code", "450"], ["--code", "4xx,!450"], ["--code", "500-559"], ["--class", "greylisting"], ["--class", "!*"],
           ["--stage", "rcpt,mail"], ["--direction", "inbound"], ["--kind", "delivery"], ["--kind", "reject", "--kind", "auth"],
           ["--status", "bounced"], ["--status", "!delivered"], ["--domain", "*.example"], ["--domain", "!*o*"],
           ["--peer", "198.51.100.0/24"], ["--peer", "!127.0.0.0/8,!::1"], ["--sender", "<>"], ["--sender", "!<>"],
           ["--recipient", "*ok*"], ["--client", "192.0.2.0/24"], ["--enhanced", "5.1.1"], ["--dsn", "4.*"],
           ["--code", "4xx", "--direction", "outbound", "--stage", "rcpt"], ["--daemon", "smtp,smtpd"], ["--mta", "exim"],
           ["--message-id", "*.example.org*"], ["--host", "!mx-out"], ["--sasl-user", "*"]]
met = collections.Counter()
for name, logs in (("postfix", POSTFIX), ("exim", EXIM)):
    plain = analyze(*NOW, *logs).json()
    for options in FILTERS:
        shown = events("--join", *NOW, *options, *logs).records()
        report = analyze(*NOW, *options, *logs).json()
        wrong = list(same_lines(report, shown))
        tap.ok(not wrong, "%s %s: %d records, figures of lines agree" % (name, " ".join(options), len(shown)), *wrong)
        tap.equal((report["shown"]["events"], report["shown"]["of"], report["accuracy"]["sums"]),
                  (weight(shown), plain["events"], "add up"), "%s %s: what is hidden is said, sums add up" % (name, " ".join(options)))
        tap.equal((report["lines"], report["period"]), (plain["lines"], plain["period"]),
                  "%s %s: lines and period are those of the log" % (name, " ".join(options)))
        named = {(r.get("host"), r["queue_id"], r.get("message_id")) for r in shown if "queue_id" in r}
        states = sum(report["messages"].get(s, 0) for s in ("delivered", "bounced", "expired", "deferred", "unknown", "discarded", "forwarded"))
        named |= {(r["host"], "behind", r["queue_id"]) for r in shown if r.get("hop") == "filter"}  # the story goes on there
        tap.ok(states <= len(named) and report["messages"]["received"] <= len(named),
               "%s %s: messages are those with a record shown" % (name, " ".join(options)), report["messages"], len(named))
        met[" ".join(options)] += len(shown)
tap.equal([options for options, count in met.items() if count == 0], [], "every filter of this test shows something in one of the logs")
for name, logs in (("postfix", POSTFIX), ("exim", EXIM)):
    for option, value in [("--code", "450"), ("--class", "greylisting"), ("--peer", "198.51.100.0/24"), ("--sender", "<>"), ("--domain", "*o*")]:
        parts = [events(*NOW, option, sign + value, *logs).records() for sign in ("", "!")]
        key = lambda r: (r["file"], r["line"])
        tap.equal(sorted(map(key, parts[0] + parts[1])), sorted(map(key, everything[name])), "%s %s %s and its negation are all" % (name, option, value))

# ---- by hand
with Directory() as directory:
    mail = directory("mail.log", GOOD)
    report = analyze("--code", "450", mail).json()
    tap.equal((report["events"], report["recipients"]["total"], report["recipients"]["delivered_after_greylisting"], report["messages"]["received"],
               report["codes"][0]["code"], len(report["codes"]), report["greylisting"]["recovered"], report["hard"]["recipients_by_code"]),
              (1, 1, 1, 1, 450, 1, 1, {}), "--code 450: one line, and the recipient who met it in the state it came to")
    tap.equal(report["shown"]["filter"], "--code 450", "the filter is named")
    report = analyze("--recipient", "no@w.example", mail).json()
    tap.equal((report["events"], report["recipients"]["total"], report["recipients"]["bounced"], report["messages"]["bounced"]), (1, 1, 1, 1),
              "--recipient: no other recipient of the message")
    text = run("analyze", "--tz", "UTC", "--year", "2026", "--domain", "z.example", mail).text
    tap.match(" ".join(text.split()), r"2 of 3 events shown: --domain z\.example\. Figures of lines", "text: what is hidden is said")
    done = run("analyze", "--tz", "UTC", "--year", "2026", mail)
    tap.ok("events shown" not in done.text and "shown" not in analyze(mail).json(), "without a filter nothing is said")
    done = events("--sender", "ann@a.example", "--client", "192.0.2.10", "--code", "2xx", mail)
    tap.equal([r["recipient"] for r in done.records()], ["bob@z.example"], "sender and client are known from other lines of the queue id")

    # ---- what is wrong, what hides all
    for options, words in [
        (["--class", "greylistng"], 'there is no "greylistng"; did you mean greylisting'),
        (["--provider", "gogle"], "did you mean google"),
        (["--stage", "rcp"], "did you mean rcpt"),
        (["--status", "sent"], "there are delivered, deferred"),
        (["--code", "45"], "is not a reply code"),
        (["--peer", "192.0.2.0/33"], "is not an address"),
        (["--domain", ""], "has an empty value"),
        (["--sender", "a@b.example,"], "the empty address is <>"),
    ]:
        for command in ("analyze", "events"):
            done = run(command, *options, mail)
            tap.ok(done.status == 2 and words in done.errors and done.out == b"", "%s %s is wrong usage" % (command, " ".join(options)), done)
    for options, words in [
        (["--domain", "nobody.example", "--code", "450"], "none of the 3 events is shown: nothing matches --domain nobody.example\n"),
        (["--domain", "w.example", "--code", "450"], "no event matches all: --code 450 (1), --domain w.example (1)\n"),
    ]:
        for command in (analyze, events):
            done = command(*options, mail)
            tap.ok(done.status == 0 and words in done.errors, "%s: the filter that hides all is named" % " ".join(options), done)

    # ---- lines that are no events
    warned = directory("warned.log", GOOD + b"Nov 21 06:11:00 mx2 postfix/smtpd[9]: warning: hostname x.example does not resolve to address 192.0.2.9\n"
                       b"Nov 21 06:11:01 mx2 postfix/smtpd[9]: what no pattern understands\n")
    for options, warnings, unknown in [([], 1, 1), (["--host", "mx2"], 1, 1), (["--host", "mx1"], 0, 0), (["--code", "450"], 0, 0),
                                       (["--host", "mx2", "--code", "450"], 0, 0)]:
        report = analyze(*options, warned).json()
        tap.equal((len(report["warnings"]), len(report["not_understood"]), report["lines"]["unknown"]), (warnings, unknown, 1),
                  "warnings and lines not understood under %s" % " ".join(options or ["no filter"]))

    # ---- joined records
    first, second, third = events("--join", mail).records()
    tap.equal({key: first.get(key) for key in ("sender", "client", "message_id", "hop")},
              {"sender": "ann@a.example", "client": "192.0.2.10", "message_id": None, "hop": None}, "--join: sender and client")
    tap.ok("sender" not in events(mail).records()[0] and "client" not in events(mail).records()[0], "a record alone shows its own line")
    columns = events("--join", "--format", "tsv", mail).text.split("\n")[0].split("\t")
    plain = events("--format", "tsv", mail).text.split("\n")[0].split("\t")
    tap.equal(columns, plain + ["client"], "--join adds its column behind the others")
    hop = directory("hop.log", b"""\
Nov 21 06:00:01 mx1 postfix/smtpd[1]: AAAA1111: client=mail.a.example[192.0.2.10]
Nov 21 06:00:01 mx1 postfix/cleanup[2]: AAAA1111: message-id=<one@a.example>
Nov 21 06:00:01 mx1 postfix/qmgr[3]: AAAA1111: from=<>, size=1, nrcpt=1 (queue active)
Nov 21 06:00:02 mx1 postfix/smtpd[4]: BBBB2222: client=localhost[127.0.0.1]
Nov 21 06:00:02 mx1 postfix/cleanup[2]: BBBB2222: message-id=<one@a.example>
Nov 21 06:00:02 mx1 postfix/qmgr[3]: BBBB2222: from=<>, size=1, nrcpt=1 (queue active)
Nov 21 06:00:02 mx1 postfix/smtp[5]: AAAA1111: to=<b@z.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/0/1, dsn=2.0.0, \
status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as BBBB2222)
Nov 21 06:00:02 mx1 postfix/qmgr[3]: AAAA1111: removed
Nov 21 06:00:03 mx1 postfix/smtp[6]: BBBB2222: to=<b@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, \
status=sent (250 2.0.0 Ok: queued as CCCC3333)
Nov 21 06:00:03 mx1 postfix/qmgr[3]: BBBB2222: removed
""")
    tap.equal([(r["queue_id"], r.get("hop"), r.get("message_id"), r.get("client"), r.get("sender")) for r in events("--join", hop).records()],
              [("AAAA1111", "filter", "one@a.example", "192.0.2.10", None), ("BBBB2222", None, "one@a.example", "127.0.0.1", None)],
              "--join: message id, the hop to a content filter; the empty sender is left out")
    tap.equal([r["queue_id"] for r in events("--message-id", "<one@a.example>", "--sender", "<>", hop).records()], ["AAAA1111", "BBBB2222"],
              "a filter by message id, as the log shows it")

    # ---- ranges: what was before --until is what a log cut there says
    lines = open(POSTFIX[0], "rb").read().splitlines(True)
    stamp = lambda line: re.match(rb"Nov 22 (\d\d:\d\d:\d\d)", line).group(1).decode()
    seconds = sorted({stamp(line) for line in lines})
    for last, second in zip(seconds, seconds[1:]):  # a second given to --until is the last one shown
        whole = analyze(*NOW, directory("cut.log", b"".join(line for line in lines if stamp(line) < second)))
        until = analyze(*NOW, "--until", "2026-11-22T%sZ" % last, POSTFIX[0])
        a, b = figures(until.json(), "lines"), figures(whole.json(), "lines")
        tap.same_json(a, b, "--until %s: as of a log that ends there" % last)

    # ---- inbound keys know their first refusal from before the range
    inbound = directory("inbound.log", b"""\
Nov 21 06:00:00 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from m.a.example[192.0.2.10]: 450 4.2.0 <b@z.example>: Recipient address rejected: \
Greylisted; from=<a@a.example> to=<b@z.example> proto=ESMTP helo=<m.a.example>
Nov 21 06:10:00 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from m.a.example[192.0.2.10]: 450 4.2.0 <b@z.example>: Recipient address rejected: \
Greylisted; from=<a@a.example> to=<b@z.example> proto=ESMTP helo=<m.a.example>
Nov 21 06:20:00 mx1 postfix/smtpd[1]: AAAA1111: client=m.a.example[192.0.2.10]
Nov 21 06:20:00 mx1 postfix/qmgr[3]: AAAA1111: from=<a@a.example>, size=1, nrcpt=1 (queue active)
Nov 21 06:20:01 mx1 postfix/virtual[4]: AAAA1111: to=<b@z.example>, relay=virtual, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)
Nov 21 06:20:01 mx1 postfix/qmgr[3]: AAAA1111: removed
""")
    for options, triplets, recovered, waits in [
        ([], 1, 1, 1200), (["--since", "2026-11-21T06:05:00Z"], 1, 1, 1200), (["--since", "2026-11-21T06:15:00Z"], 0, 0, None),
        (["--until", "2026-11-21T06:15:00Z"], 1, 0, None), (["--kind", "reject"], 1, 1, 1200), (["--code", "2xx"], 0, 0, None),
    ]:
        grey = analyze(*options, inbound).json()["greylisting"]["inbound"]
        tap.equal((grey["triplets"], grey["recovered"], grey["wait"].get("max")), (triplets, recovered, waits),
                  "inbound keys under %s" % " ".join(options or ["no filter"]))

    # ---- messages: those with a shown record
    late = analyze("--since", "2026-11-21T06:20:01Z", inbound).json()["messages"]
    tap.equal(late["delivered"], 1, "a message whose delivery is in the range is shown")
    gone = directory("gone.log", GOOD.replace(b"06:10:03 mx1 postfix/qmgr", b"06:30:00 mx1 postfix/qmgr"))
    tap.equal(sum(analyze("--since", "2026-11-21T06:20:00Z", gone).json()["messages"].get(s, 0) for s in ("delivered", "bounced")), 0,
              "one of which only the last line, no record, is in the range is not")
tap.done()
