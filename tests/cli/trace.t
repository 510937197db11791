#!/usr/bin/env python3
"""smtplog trace: which lines belong to what is asked for, in which order, over which links; the story; formats; hostile words
and hostile lines; standard input; exit statuses."""
import glob
import json
import os
import re
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, DATA, GOOD, SANITIZED, SMTPLOG, UNSAFE_TEXT, Directory, Tap, environment, gzipped, run

tap = Tap()
OUTBOUND = os.path.join(DATA, "postfix-outbound.log")
INBOUND = os.path.join(DATA, "postfix-inbound.log")
EXIM = os.path.join(DATA, "exim-out.log")
ROTATED = sorted(glob.glob(os.path.join(DATA, "rotated", "mail.log*")))


def trace(*arguments, **options):
    return run("trace", "--tz", "UTC", "--year", "2026", *arguments, **options)


def raw(*arguments, **options):
    """The lines found, as they stand in the log."""
    return [record["raw"] for record in trace("--format", "ndjson", *arguments, **options).records()]


def chains(*arguments, **options):
    """{number: queue ids in it}"""
    found = {}
    for record in trace("--format", "ndjson", *arguments, **options).records():
        found.setdefault(record["chain"], set()).add(record.get("queue_id"))
    return found


def text_of(path):
    return open(path, encoding="utf-8").read().splitlines()


def by_id(lines, *ids):
    """Lines that name one of the ids: what grep would find."""
    return [line for line in lines if re.search(r"(?<![\w-])(?:%s)(?![\w-])" % "|".join(map(re.escape, ids)), line)]


OUT = text_of(OUTBOUND)
EXIM_OUT = text_of(EXIM)

# ---- a message by everything that names it
GREY = "4jXV0F57Jmz4c"
tap.equal(raw(GREY, OUTBOUND), by_id(OUT, GREY), "a queue id of Postfix: all its lines, in order")
for what in ("grey1@desk.example.org", "<grey1@desk.example.org>", "grey-1@ok.example", "GREY-1@OK.EXAMPLE",
             "ann-grey1@home.example", "<ann-grey1@home.example>"):
    tap.equal(raw(what, OUTBOUND), by_id(OUT, GREY), "%s finds the same lines" % what)
tap.equal(raw(GREY.swapcase(), OUTBOUND), [], "the case of a queue id matters")
tap.equal(raw(GREY[:-1], OUTBOUND), [], "the beginning of a queue id is no queue id")
tap.equal(raw("rey-1@ok.example", OUTBOUND), [], "a part of an address is no address")
tap.equal(raw("grey-1@ok.exampl", OUTBOUND), [], "nor is a part of its domain")
ids = {m.group(1) for line in OUT for m in [re.search(r"\]: (\w+): .*(?:[@.]| )ok\.example\b", line)] if m}
found = set().union(*chains("ok.example", OUTBOUND).values()) - {None}
tap.ok(ids <= found and len(ids) > 20, "a host stands for hosts below it and for addresses there (%d messages)" % len(ids), ids - found)
found = set().union(*chains("@ok.example", OUTBOUND).values()) - {None}
tap.ok({m.group(1) for line in OUT for m in [re.search(r"\]: (\w+): to=<[^>]*@ok\.example>", line)] if m} <= found,
       "@domain stands for its addresses")

# ---- links
bounced, notice = next(m.groups() for line in OUT for m in [re.search(r"(\w+): sender non-delivery notification: (\w+)", line)] if m)
for what in (bounced, notice):
    tap.equal(raw(what, OUTBOUND), by_id(OUT, bounced, notice), "a bounce and what it is about, from either (%s)" % what)
hop = next(line for line in OUT if "10026" in line and "queued as" in line)
first, second = re.search(r"\]: (\w+): .*queued as (\w+)\)", hop).groups()
third = next(m.group(1) for line in OUT for m in [re.search(second + r": sender non-delivery notification: (\w+)", line)] if m)
for what in (first, second, third):
    tap.equal(raw(what, OUTBOUND), by_id(OUT, first, second, third), "a content filter's hop and the bounce behind it, from any (%s)" % what)
forwarded, forward = next(m.groups() for line in OUT for m in [re.search(r"\]: (\w+): .*forwarded as (\w+)", line)] if m)
for what in (forwarded, forward):
    tap.equal(sorted(set().union(*chains(what, OUTBOUND).values())), sorted([forwarded, forward]), "a forward, from either (%s)" % what)
EXIM_BOUNCE, EXIM_ABOUT = next(m.groups() for line in EXIM_OUT for m in [re.search(r" (\S+) <= <> R=(\S+)", line)] if m)
for what in (EXIM_BOUNCE, EXIM_ABOUT):
    tap.equal(raw(what, EXIM), by_id(EXIM_OUT, EXIM_BOUNCE, EXIM_ABOUT), "Exim: a bounce and what it is about (%s)" % what)
relay = chains("4jXV0V53pPz4q", *ROTATED)
tap.equal(relay, {1: {"4jXV0V53pPz4q", "4jXV0V6f5Mz6w", "69E741D1"}}, "a relay to another host of the same log, and a bounce")
tap.equal(chains("69E741D1", *ROTATED), relay, "the same from the receiving host")

# ---- files
one = [record["raw"] for record in trace("--format", "ndjson", "4jXV0V53pPz4q", *ROTATED).records()]
tap.equal([record["raw"] for record in trace("--format", "ndjson", "4jXV0V53pPz4q", *reversed(ROTATED)).records()], one,
          "rotated files (one of them gzip) in any order")
with Directory() as d:
    half = OUT.index(by_id(OUT, GREY)[4])
    older = d("mail.log.1.gz", gzipped("\n".join(OUT[:half + 3] + [""]).encode()))
    newer = d("mail.log", "\n".join(OUT[half - 3:] + [""]))
    tap.equal(raw(GREY, newer, older), by_id(OUT, GREY), "a message that goes over a rotation whose ends overlap")
    hosts = d("hosts.log", "\n".join(
        "Nov 21 06:00:%02d %s postfix/%s" % (second, host, line.replace("%s", host)) for second, line in enumerate([
            "smtpd[1]: 3F2A1B0C9D: client=mail.a.example[192.0.2.10]", "cleanup[2]: 3F2A1B0C9D: message-id=<%s@a.example>",
            "qmgr[3]: 3F2A1B0C9D: from=<%s@a.example>, size=1, nrcpt=1 (queue active)",
            "smtp[4]: 3F2A1B0C9D: to=<bob-%s@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, "
            "status=sent (250 2.0.0 Ok: queued as 4AB)", "qmgr[3]: 3F2A1B0C9D: removed"])
        for host in ("mx1", "mx2")) + "\n")
    tap.equal(len(raw("bob-mx2@z.example", hosts)), 5, "equal queue ids on two hosts: the lines of one only")
    tap.ok(all(" mx2 " in line for line in raw("bob-mx2@z.example", hosts)), "of the right one")
    tap.equal(len(chains("3F2A1B0C9D", hosts)), 2, "asked for by the queue id they are two stories")
    again = d("again.log", "\n".join(line % n for n in (1, 2, 3) for line in [
        "Nov 21 0%d:00:01 mx1 postfix/smtpd[1]: 3F2A1B0C9D: client=mail.a.example[192.0.2.10]",
        "Nov 21 0%d:00:02 mx1 postfix/qmgr[3]: 3F2A1B0C9D: from=<ann@a.example>, size=1, nrcpt=1 (queue active)"]
        + ["Nov 21 0%%d:00:03 mx1 postfix/local[4]: 3F2A1B0C9D: to=<bob%d@x.example>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, "
           "status=sent (delivered to maildir)" % n, "Nov 21 0%d:00:04 mx1 postfix/qmgr[3]: 3F2A1B0C9D: removed"]) + "\n")
    tap.equal(raw("bob2@x.example", again), [line for line in text_of(again) if " 02:" in line], "a queue id used again is another message")
    tap.equal(len(chains("3F2A1B0C9D", again)), 3, "asked for by the queue id all of them are told")
    chance = d("chance.log", """\
Nov 21 06:00:01 mx1 postfix/smtp[4]: AAAA000001: to=<bob@x.example>, relay=mx2[192.0.2.50]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as BBBB000002)
Nov 21 06:00:01 mx1 postfix/qmgr[3]: AAAA000001: removed
Nov 23 06:00:02 mx2 postfix/smtpd[1]: BBBB000002: client=other.example[192.0.2.99]
Nov 23 06:00:03 mx2 postfix/qmgr[3]: BBBB000002: removed
""")
    tap.equal(raw("AAAA000001", chance), text_of(chance)[:2], "a queue id that is the same by chance, days later, is no relay")
    silent = d("silent.log", """\
Nov 21 06:00:01 mx1 postfix/local[4]: AAAA000001: to=<bob@x.example>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (forwarded as BBBB000002)
Nov 21 06:00:02 mx1 postfix/smtp[5]: BBBB000002: to=<bob@y.example>, relay=none, delay=1, delays=0/0/0/1, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=y.example type=A: Host not found)
Nov 21 06:00:03 mx1 postfix/bounce[6]: BBBB000002: sender non-delivery notification: CCCC000003
Nov 21 06:00:04 mx1 postfix/bounce[6]: BBBB000002: postmaster non-delivery notification: DDDD000004
Nov 21 06:00:05 mx1 postfix/qmgr[3]: CCCC000003: removed
Nov 21 06:00:05 mx1 postfix/qmgr[3]: DDDD000004: removed
""")
    for what in ("AAAA000001", "BBBB000002", "CCCC000003", "DDDD000004"):
        tap.equal(raw(what, silent), text_of(silent), "links alone, without message ids, from %s" % what)
    flat = re.sub(r"\s+", " ", trace("BBBB000002", silent).text)
    tap.match(flat, r"forwarded at 06:00:01 as BBBB000002\. .*bob@y\.example: failed for good at 06:00:02: \"Host or domain name not found.*"
              r"The sender was told by the notice CCCC000003\. The postmaster was told by the notice DDDD000004\.", "notices and who got them")
    good = d("good.log", GOOD)
    flat = re.sub(r"\s+", " ", trace("3F2A1B0C9D", good).text)
    tap.match(flat, r"bob@z\.example: greylisted at 06:00:02 by mx\.z\.example, retried at 06:10:03, delivered; 10 min 1 s\. no@w\.example: "
              r"refused for good by mx\.w\.example at 06:00:03 with 550 5\.1\.1", "greylisted once, retried, delivered; and a hard 550")
    requeue = d("requeue.log", """\
Nov 21 06:00:01 mx1 postfix/smtpd[1]: AAAA000001: client=mail.a.example[192.0.2.10]
Nov 21 06:00:02 mx1 postfix/cleanup[2]: AAAA000001: message-id=<m1@a.example>
Nov 21 06:00:03 mx1 postfix/postsuper[9]: AAAA000001: requeued
Nov 21 06:00:03 mx1 postfix/pickup[8]: BBBB000002: uid=89 from=<ann@a.example> orig_id=AAAA000001
Nov 21 06:00:03 mx1 postfix/cleanup[2]: BBBB000002: message-id=<m1@a.example>
Nov 21 06:00:03 mx1 postfix/cleanup[2]: CCCC000003: message-id=<m1@a.example>
Nov 21 06:00:03 mx1 postfix/smtpd[1]: CCCC000003: client=other.example[192.0.2.99]
Nov 21 06:00:04 mx1 postfix/local[4]: BBBB000002: to=<bob@x.example>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)
Nov 21 06:00:04 mx1 postfix/qmgr[3]: BBBB000002: removed
Nov 21 06:00:05 mx1 opendkim[7]: BBBB000002: DKIM-Signature field added
""")
    for what in ("AAAA000001", "BBBB000002", "bob@x.example"):
        tap.equal(raw(what, requeue), [line for line in text_of(requeue) if "CCCC" not in line],
                  "postsuper's requeue, and another program's line with the queue id, from %s" % what)
        tap.equal(len(chains(what, requeue)), 1, "in one chain")
    pipe = d("pipe.log", """\
Nov 21 06:00:01 mx1 postfix/smtpd[1]: AAAA000001: client=mail.a.example[192.0.2.10]
Nov 21 06:00:01 mx1 postfix/cleanup[2]: AAAA000001: message-id=<m1@a.example>
Nov 21 06:00:02 mx1 postfix/pipe[4]: AAAA000001: to=<bob@x.example>, relay=spamfilter, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via spamfilter service)
Nov 21 06:00:02 mx1 postfix/qmgr[3]: AAAA000001: removed
Nov 21 06:00:02 mx1 postfix/pickup[8]: BBBB000002: uid=89 from=<ann@a.example>
Nov 21 06:00:02 mx1 postfix/cleanup[2]: BBBB000002: message-id=<m1@a.example>
Nov 21 06:00:03 mx1 postfix/local[4]: BBBB000002: to=<bob@x.example>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)
Nov 21 06:00:03 mx1 postfix/qmgr[3]: BBBB000002: removed
Nov 21 06:00:04 mx1 postfix/pickup[8]: CCCC000003: uid=0 from=<root>
Nov 21 06:00:04 mx1 postfix/cleanup[2]: CCCC000003: message-id=<other@a.example>
""")
    for what in ("AAAA000001", "BBBB000002"):
        tap.equal(raw(what, pipe), text_of(pipe)[:8], "a filter that says nothing, by the message id (%s)" % what)

# ---- records that Exim cut for syslog
CUT_LOG = text_of(os.path.join(DATA, "exim-outsys.log"))
found = raw("long-1@ok.example", os.path.join(DATA, "exim-outsys.log"))
pieces = [line for line in CUT_LOG if re.search(r"exim-outsys\[753\]: \[\d/2\] ", line)]
tap.ok(len(pieces) == 2 and [line for line in found if line in pieces] == pieces, "both pieces of a record", *found)
with Directory() as d:
    cut = d("cut.log", """\
Nov 22 14:17:38 mx exim[75]: [1/3] 1xV8Ns-00008f-2R ** bob@ok.exa
Nov 22 14:17:38 mx exim[76]: [1/2] 1xV8Ns-00008g-2R ** bob@ok.exa
Nov 22 14:17:38 mx exim[75]: [2/3] mple R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after
Nov 22 14:17:38 mx exim[76]: [2/2] m R=hosts T=remote_smtp H=mx.ok.example [198.51.100.11]: SMTP error from remote mail server after RCPT TO:<bob@ok.exam>: 550 no
Nov 22 14:17:38 mx exim[75]: [3/3]  RCPT TO:<bob@ok.other>: 550 5.1.1 no
Nov 22 14:17:39 mx exim[77]: 1xV8Ns-00008f-2R Completed
""")
    tap.equal(raw("bob@ok.example", cut), [line for line in text_of(cut) if "[75]" in line or "[77]" in line],
              "a word cut in two, two records at a time")
    reject = d("reject.log", """\
2026-11-22 14:17:38 H=(h.example) [192.0.2.7] F=<a@b.example> rejected after DATA: no
Envelope-from: <a@b.example>
P Received: from h.example
2026-11-22 14:17:39 H=(i.example) [192.0.2.8] F=<c@d.example> rejected after DATA: no
Envelope-from: <c@d.example>
""")
    tap.equal(raw("192.0.2.7", reject), text_of(reject)[:3], "headers that the rejectlog dumps go with their line")

both = raw("192.0.2.104", os.path.join(DATA, "exim-in.log"), os.path.join(DATA, "exim-in-reject.log"))
dated = [line for line in both if line.startswith("2026") and " rejected " in line]
tap.ok(len(dated) > 5 and len(dated) == len(set(dated)), "a line that the rejectlog has as well is shown once", *dated)

# ---- what is told apart by bytes alone is what is read: JSON lines are all parsed
with Directory() as d:
    with open(os.path.join(BUILD, "found"), encoding="ascii") as file:
        supported = "jansson" in file.read().split()
    if supported:
        for path, names in ((OUTBOUND, (GREY, "ok.example", "192.0.2.10", "home.example")), (INBOUND, ("192.0.2.101", "kim@hosted.test"))):
            lines = text_of(path)
            wrapped = d(os.path.basename(path), "".join(
                json.dumps({"log": line + "\n", "time": "2026-11-22T%sZ" % line[7:15]}) + "\n" for line in lines))
            for name in names:
                plain = [(r["line"], r["chain"]) for r in trace("--format", "ndjson", name, path).records()]
                json_lines = [(r["line"], r["chain"]) for r in trace("--format", "ndjson", name, wrapped).records()]
                tap.ok(plain == json_lines and len(plain) > 5, "the same lines of %s in JSON: %s (%d)" % (os.path.basename(path), name, len(plain)),
                       [x for x in plain if x not in json_lines][:5], [x for x in json_lines if x not in plain][:5])

# ---- sessions
IN = text_of(INBOUND)
session = [i for i, line in enumerate(IN) if "smtpd[144]" in line][:4]
for what in ("nobody-2@hosted.test", "who@elsewhere.example"):
    tap.equal(raw(what, INBOUND)[:4], [IN[i] for i in session], "a reject without queue id: its session from connect to disconnect (%s)" % what)
found = chains("192.0.2.101", INBOUND)
tap.ok(len(found) >= 3 and {"BB509206"} <= set().union(*found.values()), "a client: its sessions and what came in them", found)
tap.equal([line for line in raw("192.0.2.101", INBOUND) if "192.0.2.101" in line], [line for line in IN if re.search(r"\b192\.0\.2\.101\b", line)],
          "every line that names the client")
tap.equal(raw("192.0.2.1010", INBOUND) + raw("92.0.2.101", INBOUND), [], "a part of an address is no client")
tap.equal(raw("mail.a.example", INBOUND)[:4], [IN[i] for i in session], "a client by its name")

found = raw("list@a.example", INBOUND)
tap.equal(found[:4], [line for line in IN if "[192.0.2.101]:60221" in line], "postscreen: all lines of the client's connection")
with Directory() as d:
    process = d("process.log", """\
Nov 21 06:00:00 mx1 postfix/smtpd[1]: connect from a.example[192.0.2.1]
Nov 21 06:00:00 mx1 postfix/smtpd[1]: disconnect from a.example[192.0.2.1] ehlo=1 commands=1
Nov 21 06:00:01 mx1 postfix/smtpd[1]: warning: hostname b.example does not resolve to address 192.0.2.2
Nov 21 06:00:01 mx1 postfix/smtpd[1]: connect from unknown[192.0.2.2]
Nov 21 06:00:02 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.2]: 554 5.7.1 <x@x.example>: Relay access denied; from=<a@b.example> to=<x@x.example> proto=ESMTP helo=<h>
Nov 21 06:00:04 mx1 postfix/smtpd[1]: connect from c.example[192.0.2.3]
Nov 21 06:00:05 mx1 postfix/smtpd[1]: lost connection after EHLO from c.example[192.0.2.3]
Nov 21 06:00:05 mx1 postfix/smtpd[1]: disconnect from c.example[192.0.2.3] ehlo=1 commands=1
""")
    tap.equal(raw("x@x.example", process), text_of(process)[2:5], "a session begins with the warning before its connect, and ends with the next one")

# ---- the story
story = trace(GREY, OUTBOUND)
tap.ok(story.status == 0 and story.err == b"", "found: status 0, nothing on standard error", story)
tap.match(story.text, r"^%s  from \"ann-grey1@home\.example\" to \"grey-1@ok\.example\"\n" % GREY, "the head: queue id, sender, recipient")
flat = re.sub(r"\s+", " ", story.text)
tap.match(flat, r"Story: grey-1@ok\.example: greylisted at 13:14:21 by mx\.ok\.example, 3 further attempts, delivered at 13:14:27; 6 s\. "
          r"Nothing to do\. \(11 log lines", "greylisted, retried, delivered")
flat = re.sub(r"\s+", " ", trace("greyno-1@ok.example", OUTBOUND).text)
tap.match(flat, r"greylisted at 13:14:21, then refused for good by mx\.ok\.example at 13:14:25 with 550 5\.1\.1 .* The sender was told by "
          r"the notice 4jXV0K3VyPz97\. What to do \(user-unknown\): Correct or remove the address", "refused in the end: by whom, why, what to do")
tap.ok("Nothing to do" not in flat, "and then there is something to do")
flat = re.sub(r"\s+", " ", trace(first, OUTBOUND).text)
tap.match(flat, "handed to the content filter at [0-9:]+, which gave it back as " + second, "the hop to the filter")
flat = re.sub(r"\s+", " ", trace("nobody-2@hosted.test", INBOUND).text)
tap.match(flat, r"session without a queue id .*We refused 2 times .*554 5\.7\.1", "a session")
flat = re.sub(r"\s+", " ", trace(EXIM_ABOUT, EXIM).text)
tap.match(flat, r"refused for good by .*The sender was told by the notice " + EXIM_BOUNCE, "Exim's bounce")
for path, want in ((OUTBOUND, "still waiting when the log ends"), (OUTBOUND, "given up at"), (OUTBOUND, "forwarded at"),
                   (EXIM, "thrown away on purpose"), (EXIM, "still waiting when the log ends"), (EXIM, "given up at")):
    flat = re.sub(r"\s+", " ", trace("home.example", path).text)
    tap.match(flat, want, "%s tells: %s" % (os.path.basename(path), want))
for path in sorted(glob.glob(os.path.join(DATA, "*.log")) + glob.glob(os.path.join(DATA, "hand", "*.log"))):
    done = trace("-e", "example", "-e", "test", "-e", "home.example", "-e", "x.example", "-e", "ok.example", path)
    bad = [line for line in done.text.split("\n") if len(line) > 80 or re.search(r"\{[a-z-]+\}|\[(?:trace|step)/", line)]
    tap.ok(done.status in (0, 1) and not bad, "%s: 80 columns, every sentence filled" % os.path.basename(path), *bad[:3])

# ---- --lines, formats
lines = trace("--lines", GREY, OUTBOUND).text.split("\n")
tap.equal(lines[:11], by_id(OUT, GREY), "--lines shows the lines as they stand")
tap.ok(any(line.startswith("  Story: ") for line in lines[11:]), "and the story behind them")
tsv = trace("--format", "tsv", GREY, OUTBOUND).text.splitlines()
tap.ok(tsv[0].split("\t")[-3:] == ["chain", "asked", "raw"] and len({line.count("\t") for line in tsv}) == 1 and len(tsv) == 12,
       "TSV: a header line, the same columns in each", *tsv[:2])
tap.equal([line.split("\t")[-1] for line in tsv[1:]], by_id(OUT, GREY), "with the lines")
record = trace("--format", "ndjson", GREY, OUTBOUND).records()[3]
tap.equal({key: record[key] for key in ("kind", "code", "class", "recipient", "queue_id", "line", "chain", "asked")},
          {"kind": "delivery", "code": 450, "class": "greylisting", "recipient": "grey-1@ok.example", "queue_id": GREY,
           "line": OUT.index(by_id(OUT, GREY)[3]) + 1, "chain": 1, "asked": True}, "NDJSON has the keys of events")
with Directory() as d:
    trace("-o", d("out.ndjson"), GREY, OUTBOUND)
    tap.equal(len(text_of(d("out.ndjson"))), 11, "-o FILE.ndjson chooses the format")
page = trace("--format", "html", GREY, OUTBOUND).text
tap.ok(page.lower().startswith("<!doctype html>") and "greylisted at 13:14:21" in re.sub(r"\s+", " ", page), "a page", page[:300])
page = trace("--lines", "--format", "html", GREY, OUTBOUND).text
tap.ok(all(line.split("]: ")[1].split(",")[0].replace("<", "&lt;").replace(">", "&gt;") in page for line in by_id(OUT, GREY)), "with the lines")
ticket = trace("--format", "markdown", GREY, OUTBOUND).text
tap.ok("greylisted at 13:14:21" in re.sub(r"\s+", " ", ticket) and "| " in ticket, "for a ticket", ticket[:300])
tap.ok(trace("--format", "json5", GREY, OUTBOUND).status == 2, "an unknown format is wrong usage")

# ---- several words, options and files
two = raw("-e", GREY, "--what=" + bounced, OUTBOUND)
tap.equal(sorted(two), sorted(by_id(OUT, GREY, bounced, notice)), "-e may be given again; then every argument is a file")
tap.equal(raw("--until", "2026-11-22T13:14:22Z", GREY, OUTBOUND), by_id(OUT, GREY)[:4], "--until: what comes later is not known")
tap.equal(raw("--since", "2026-11-22T13:14:26Z", GREY, OUTBOUND), by_id(OUT, GREY), "--since: a message with a line in the range, whole")
tap.equal(raw("--since", "2026-11-22T13:14:28Z", GREY, OUTBOUND), [], "--since: a message that is over before is not shown")

tap.equal(sorted(set().union(*chains("--code", "550", "--recipient", "greyno-1@ok.example", "@ok.example", OUTBOUND).values())),
          ["4jXV0F5Dffz4l", "4jXV0K3VyPz97"], "a filter chooses the messages of which an event is shown, whole")
tap.equal(chains("--sender", "ann-grey1@home.example", "--class", "greylisting", "@ok.example", OUTBOUND), {1: {GREY}}, "by the sender, too")
tap.equal(trace("--code", "299", GREY, OUTBOUND).status, 1, "a filter that nothing passes: status 1")

# ---- limits, each of them said
with Directory() as d:
    ladder = d("ladder.log", "".join(
        "Nov 21 06:00:00 mx1 postfix/local[4]: AAAA%06X: to=<a%d@x.example>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, "
        "status=sent (forwarded as AAAA%06X)\n" % (n, n, n + 1) for n in reversed(range(1, 40))))
    done = trace("--format", "ndjson", "a1@x.example", ladder)
    tap.ok(done.status == 0 and 15 <= len(done.records()) < 39 and "after 16 passes links still lead" in done.errors,
           "links that lead backwards again and again", done)
    done = trace("--format", "ndjson", "a30@x.example", ladder)
    tap.ok(len(done.records()) == 39 and done.err == b"", "or forwards, and ten backwards: all of it", done)
    many = d("many.log", "".join(
        "Nov 21 06:%02d:%02d mx1 postfix/smtpd[%d]: NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 554 5.7.1 <x@x.example>: Relay access "
        "denied; from=<a@b.example> to=<x@x.example> proto=ESMTP helo=<h>\n" % (n // 1000 % 60, n // 17 % 60, n) for n in range(50100)))
    done = trace("--format", "ndjson", "192.0.2.1", many)
    tap.ok(done.status == 0 and len(done.out.splitlines()) == 50000 and "more than 50000 lines are concerned" in done.errors and
           (SANITIZED or done.rss < 200 * 1024), "more lines than are kept (%d KiB)" % done.rss, done.errors)

# ---- nothing found, wrong usage
done = trace("nobody@nowhere.example", OUTBOUND)
tap.ok(done.status == 1 and done.out == b"" and "nobody@nowhere.example" in done.errors, "nothing found: status 1, said", done)
tap.ok(trace().status == 2, "nothing asked for: wrong usage")
tap.ok(trace("", OUTBOUND).status == 2 and trace("<>", OUTBOUND).status == 2, "an empty word: wrong usage")
done = trace(OUTBOUND, INBOUND)
tap.ok(done.status == 1 and "is a file" in done.errors, "the word forgotten: said", done)
tap.ok(trace(GREY, "/nonexistent.log").status == 4 and trace(GREY, "/nonexistent.log", OUTBOUND).status == 3, "unreadable files")
tap.ok(trace("nobody@nowhere.example", "/nonexistent.log", OUTBOUND).status == 1, "not found weighs more than partly read")

# ---- standard input
content = open(OUTBOUND, "rb").read()
done = trace("--format", "ndjson", GREY, "-", stdin=content)
tap.equal([record["raw"] for record in done.records()], by_id(OUT, GREY), "a pipe is read twice")
tap.match(done.errors, "standard input is copied to a private temporary file in /tmp", "and that is said")
done = trace("--format", "ndjson", GREY, stdin=gzipped(content))
tap.equal([record["raw"] for record in done.records()], by_id(OUT, GREY), "so is a pipe of gzip, without naming it")
with open(OUTBOUND, "rb") as file:
    done = trace("--format", "ndjson", GREY, stdin=file)
    tap.equal([record["raw"] for record in done.records()], by_id(OUT, GREY), "a redirected file needs no copy")
    tap.equal(done.err, b"", "and nothing is said")
with Directory() as d:
    process = subprocess.Popen([SMTPLOG, "trace", "--tz", "UTC", "--year", "2026", GREY, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment(TMPDIR=d.path))
    process.stdin.write(content)
    process.stdin.flush()
    modes = []
    for _ in range(2000):
        for name in glob.glob("/proc/%d/fd/*" % process.pid):
            try:
                if os.readlink(name).startswith(d.path):
                    modes.append((stat.S_IMODE(os.stat(name).st_mode), os.readlink(name).endswith("(deleted)")))
            except OSError:
                pass
        if modes or process.poll() is not None:
            break
    tap.equal(modes[:1], [(0o600, True)], "the copy is in TMPDIR, nobody else's to open, and has no name")
    tap.equal(os.listdir(d.path), [], "not even while it is used")
    process.communicate()
    done = trace(GREY, "-", stdin=content, env=environment(TMPDIR=d("no-such-directory")))
    tap.ok(done.status == 4 and "cannot be copied" in done.errors, "no place for the copy: said", done)

# ---- hostile words and lines
for word in ("%s%n", "(.*", "[[:alpha:]", "a" * 5000, "\x1b]0;x\x07", "'; rm -rf /", "..", "-", "\xff\xfe", "@", "*@*"):
    done = trace("-e", word, OUTBOUND)
    tap.ok(done.status in (1, 2) and done.out == b"" and not UNSAFE_TEXT.search(done.errors.replace("\n", "")),
           "the word %r finds nothing and does nothing" % word[:20], done)
tap.ok(trace("-e", "-x@example.org", OUTBOUND).status == 1 and trace("--", "-x@example.org", OUTBOUND).status == 1, "a word may begin with a hyphen")
with Directory() as d:
    evil = d("evil.log", b"""\
Nov 21 06:00:01 mx1 postfix/smtpd[1]: connect from evil.example[192.0.2.66]
Nov 21 06:00:02 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from evil.example[192.0.2.66]: 550 5.1.1 <x\x1b[31m\xe2\x80\xaey@x.example>: no; from=<a@b.example> to=<x@x.example> proto=ESMTP helo=<\x1b]0;owned\x07>
Nov 21 06:00:03 mx1 postfix/smtpd[1]: disconnect from evil.example[192.0.2.66] ehlo=1 rcpt=0/1 commands=1/2
Nov 21 06:00:04 mx1 postfix/smtpd[1]: connect from good.example[192.0.2.7]
Nov 21 06:00:05 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from good.example[192.0.2.7]: 450 4.2.0 <y@x.example>: to=<x@x.example.evil.example>, evil.example.org; from=<c@d.example> to=<y@x.example> proto=ESMTP helo=<g>
""")
    for form in ((), ("--lines",), ("--format", "tsv"), ("--format", "ndjson")):
        done = trace(*form, "192.0.2.66", evil)
        tap.ok(done.status == 0 and not UNSAFE_TEXT.search(done.text), "nothing that a terminal would obey %s" % " ".join(form), done)
    tap.equal(len(raw("192.0.2.66", evil)), 3, "a process serves several clients: only the session of this one")
    tap.equal([line[:15] for line in raw("x@x.example", evil)], [line[:15] for line in text_of(evil)[:3]], "an address that only begins like it is another")
    tap.equal(len(raw("mx1", evil)), 0, "the log's own host is not what anybody asks for")
tap.done()
