#!/usr/bin/env python3
"""Findings on recorded incidents (testdata/incidents): the head of the report names the cause and the fix, the right one
first; the same in text and JSON, from one file or rotated ones; limits can be set. With INCIDENT_DIR the logs there are
looked at alone (tests/e2e/incident.t, which records them anew)."""

import gzip
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, Tap, analyze, gzipped, run   # noqa: E402

HEAD = 24
WIDTH = 80
# log: its findings in order; what the first lines of the report say of cause and fix; when the first one began
INCIDENTS = {
    "healthy-day": ([], [], None),
    "provider-block": (["provider-blocks-us"], [r"bigmail\.example blocks us", "Since 14:", "5.7.1", "ask for removal"],
                       "14:"),
    "greylisting-storm": (["greylisting-never-ends"], ["Greylisting never lets our mail through", "changing addresses",
                                                       "one address"], None),
    "expired-certificate": (["certificate-expired"], ["certificate has expired", "Renew the certificate"], "14:[01]"),
    "full-disk": (["disk-full"], ["disk is full", "Since 14:0", "Free space"], "14:[01]"),
    "password-guessing": (["password-guessing"], ["guesses passwords", "From 14:0", "198.51.100.", "Block the clients"],
                          "14:0"),
}
tap = Tap()


RECORDED = os.environ.get("INCIDENT_DIR")


def log_of(name):
    return os.path.join(RECORDED or os.path.join(DATA, "incidents"), name + ".log.gz")


def said(text):
    """Without line ends, so that sentences are found."""
    return re.sub(r"\s+", " ", text)


def check_incident(name, ids, words, since):
    text = run("analyze", "--tz", "UTC", "--width", str(WIDTH), log_of(name)).text
    head = text.split("\n")[:HEAD]
    tap.ok(all(len(line) <= WIDTH for line in head), "%s: the report keeps to %d columns" % (name, WIDTH))
    for word in words:
        tap.match(said("\n".join(head)), word, "%s: the first %d lines say \"%s\"" % (name, HEAD, word))
    if not ids:
        tap.ok("WHAT TO ACT ON" not in text, "%s: nothing to act on" % name)
    findings = analyze(log_of(name)).json()["findings"]
    tap.equal([finding["id"] for finding in findings], ids, "%s: findings in JSON" % name)
    for finding in findings:
        tap.ok(said(finding["title"]) in said(text) and said(finding["fix"]) in said(text),
               "%s: %s stands in both reports alike" % (name, finding["id"]))
    if since:
        tap.match(findings[0]["since"], "2026-11-21T" + since, "%s: since when" % name)
    return findings


def check_pieces(files, name, findings):
    """Rotated pieces, in any order, one of them gzip."""
    with gzip.open(log_of(name)) as log:
        lines = log.readlines()
    third = len(lines) // 3
    pieces = [files(name + "/mail.log.2.gz", gzipped(b"".join(lines[:third]))),
              files(name + "/mail.log", b"".join(lines[2 * third:])),
              files(name + "/mail.log.1", b"".join(lines[third:2 * third]))]
    tap.equal(analyze(*pieces).json()["findings"], findings, "%s: the same from rotated pieces" % name)


with Directory() as files:
    for name, (ids, words, since) in INCIDENTS.items():
        if os.path.exists(log_of(name)) or not RECORDED:
            check_pieces(files, name, check_incident(name, ids, words, since))
    if RECORDED:
        tap.done()

    # limits
    quiet = analyze("--threshold", "login-failures=200", log_of("password-guessing")).json()["findings"]
    tap.equal(quiet, [], "a limit above what was seen keeps a finding away")
    quiet = analyze("--threshold", "login-failures=1", "--threshold", "login-failures=200",
                    log_of("password-guessing")).json()["findings"]
    tap.equal(quiet, [], "the limit given last counts")
    own = files("own/findings.cat", "[file]\nformat = 1\nname = own\nversion = 1\n\n[threshold login-failures]\n"
                "value = 200\nmeaning = we are used to it\n")
    quiet = analyze("--patterns", os.path.dirname(own), log_of("password-guessing")).json()["findings"]
    tap.equal(quiet, [], "so does one in a file of one's own")
    for wrong, words in (("nothing=1", "no threshold"), ("login-failures=many", "NAME=NUMBER"),
                         ("login-failures", "NAME=NUMBER")):
        result = run("analyze", "--threshold", wrong, log_of("full-disk"))
        tap.ok(result.status == 2 and words in result.errors, "--threshold %s is refused" % wrong, result)

    # A report without problems is short; of a server that only receives it says what was refused.
    short = run("analyze", "--tz", "UTC", log_of("healthy-day")).text
    tap.ok("tables are left out" in short and "GREYLISTING 450" in short and "WHAT WE REFUSED" not in short, "a healthy day: our own mail alone", short)
    short = run("analyze", "--tz", "UTC", os.path.join(DATA, "exim-in.log")).text
    tap.ok("tables are left out" in short and "WHAT WE REFUSED" in short and "REPLY CODES" not in short, "a server that receives: what it refused", short)

    # nothing is said of nothing
    for name, words in (("provider-block", "wait"), ("password-guessing", "users who logged in")):
        told = analyze(log_of(name)).json()["findings"][0]["evidence"]
        tap.ok(words not in told and " 0 " not in told.replace("0 %", ""), "%s: the evidence names no zero" % name, told)

    # rules
    rule = ("[file]\nformat = 1\nname = own\nversion = 1\n\n[finding many-codes]\nseverity = info\ndirection = inbound\n"
            "code = 452\nwhen = %s\ntitle = Many\nevidence = {count} of {attempts}, {nothing}\n"
            "also = Others: %s.\nwho = you\nfix = None.\n")
    own = files("rule/rule.cat", rule % ("count > 5 and share < 100%", "{attempts}"))
    findings = analyze("--patterns", os.path.dirname(own), log_of("full-disk")).json()["findings"]
    tap.equal([finding["id"] for finding in findings], ["disk-full", "many-codes"], "a rule of one's own, by severity")
    tap.match(findings[-1]["evidence"], r"^\d+ of [\d,]+, \{nothing\}", "names that are none stay as they are")
    tap.match(findings[-1]["evidence"], r" Others: [1-9][\d,]*\.", "a second sentence about a number that is there")
    own = files("zero/rule.cat", rule % ("count > 5", "{waiting}"))
    findings = analyze("--patterns", os.path.dirname(own), log_of("full-disk")).json()["findings"]
    tap.ok("Others" not in findings[-1]["evidence"], "none about a number that is 0", findings[-1])
    for wrong, words in (("count >", "when"), ("counts > 5", "counts"), ("count > few", "few")):
        own = files("wrong/rule.cat", rule % (wrong, "{waiting}"))
        result = run("patterns", "test", own)
        tap.ok(result.status != 0 and "rule.cat:" in result.errors and words in result.errors,
               "a mistake in a condition is said with its place: %s" % wrong, result)
tap.done()
