#!/usr/bin/env python3
"""The machinery of languages: which one is spoken, what happens with one that is not known, and a made-up language whose every
word is twice as wide as in English, through explain and compare."""
import csv
import json
import os
import re
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import DATA, GOOD, SANITIZED, Directory, Tap, differences, environment, run
from speaker import Speaker, widen

tap = Tap()

# ISO 639 keeps qaa to qtz free for local use: there will never be a translation of that name.
NOBODY = "qqa"

# ---- one that is not known
with Directory() as directory:
    log = directory("mail.log", GOOD)
    english = run("analyze", "--tz", "UTC", "--year", "2026", log)
    done = run("analyze", "--lang", NOBODY, "--tz", "UTC", "--year", "2026", log)
    tap.ok(done.status == 0 and done.out == english.out, "an unknown language: English", done)
    tap.equal(done.errors.count('there is no translation for "%s"' % NOBODY), 1, "... and it is said once")
    tap.match(done.errors, r"there are: en[ a-z]*\n", "... with those there are")
    for name in ("C", "POSIX", "en_GB", "qqb_PL.ISO-8859-2", "", "../../etc/passwd", "x" * 5000):
        done = run("analyze", "--tz", "UTC", "--year", "2026", log, env=environment(LC_ALL=name))
        tap.ok(done.out == english.out and done.err == b"", "LC_ALL=%s: English, nothing said" % name[:20], done)

# ---- a made-up one
if SANITIZED:
    tap.note("the made-up language is not linked again for the sanitizers")
    tap.done()


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


with Directory() as directory:
    speaker = Speaker(directory, {"qqc": None, "zz": widen})
    if not tap.ok(speaker.problem is None, "a program that speaks it is linked", speaker.problem):
        tap.done()
    tap.ok(len(speaker.template) > 2500, "the template has many texts (%d)" % len(speaker.template))
    expressions = [m.context for m in speaker.template if m.context and m.context.endswith("/text") and not m.context.startswith("phrase ")]
    tap.ok(not expressions, "expressions that recognise replies are no texts to translate", *expressions[:5])
    sources = [m.id for m in speaker.template if m.context == "source"]
    tap.ok("seen in replies" in sources and len(set(sources)) == len(sources), "sources in words stand in it, each once", *sources)
    named = [s for s in sources if re.match(r"RFC \d+(, [0-9.]+)?$|[a-z.-]+\.(com|org)$", s)]
    tap.ok(not named, "... those that are names do not", *named)
    program = speaker.program
    ordinary = harness.SMTPLOG
    harness.SMTPLOG = program

    wide = re.compile("[\uff41-\uff5a]{3}")
    log = directory("mail.log", GOOD)
    for name, env in (("LANGUAGE without a locale", {"LC_ALL": None, "LANGUAGE": "zz"}),
                      ("LANGUAGE, a list", {"LC_ALL": "en_GB.UTF-8", "LANGUAGE": "qqb:zz_ZZ"}), ("LC_ALL", {"LC_ALL": "zz_ZZ.UTF-8"}),
                      ("LC_MESSAGES", {"LC_ALL": "", "LC_MESSAGES": "zz"}), ("LANG", {"LC_ALL": "", "LANG": "zz@x"}),
                      ("LC_MESSAGES before LANG", {"LC_ALL": None, "LC_MESSAGES": "zz", "LANG": "C"}),
                      ("an empty LANGUAGE is none", {"LC_ALL": "zz", "LANGUAGE": ""})):
        done = run("explain", "450", env=environment(**env))
        tap.ok(wide.search(done.text) and done.err == b"", "%s chooses it" % name, done)
    for name, env in (("a locale that is C outweighs LANGUAGE", {"LC_ALL": "C", "LANGUAGE": "zz"}),
                      ("so does POSIX", {"LC_ALL": None, "LANG": "POSIX", "LANGUAGE": "zz"}),
                      ("LANGUAGE outweighs the locale", {"LC_ALL": "zz", "LANGUAGE": "en:zz"}),
                      ("LANGUAGE outweighs it even unknown", {"LC_ALL": "zz", "LANGUAGE": "qqb"})):
        done = run("explain", "450", env=environment(**env))
        tap.ok(done.text.startswith("450 ") and not wide.search(done.text) and done.err == b"", name, done)
    done = run("explain", "450", "--lang", "qqc")
    tap.ok('there is no translation for "qqc"' in done.errors and done.errors.rstrip().endswith("there are: en zz"),
           "a language that nobody has translated anything into is none", done)
    tap.ok(not wide.search(run("explain", "450", env=environment(LC_ALL="C", LANG="zz")).text), "LC_ALL=C outweighs LANG")
    tap.ok(not wide.search(run("explain", "450", "--lang", "en", env=environment(LC_ALL="zz", LANGUAGE="zz")).text), "--lang outweighs all")
    tap.ok(wide.search(run("--help", "--lang", "zz").text) or wide.search(run("help", "--lang=zz").text), "the help speaks it")
    tap.ok(wide.search(run("analyze", "--help", "--lang", "zz").text), "so does the help of a command")
    tap.ok(wide.search(run("analyze", "--lang", "zz", directory("missing.log")).errors) or
           wide.search(run("analyze", "--lang", "zz", "--year", "x", log).errors), "so do errors")

    logs = [os.path.join(DATA, "rotated", name) for name in ("mail.log", "mail.log.1", "mail.log.2.gz")]
    cases = [("explain 450", ["explain", "450"]), ("explain 5.7.26", ["explain", "5.7.26"]), ("explain a reply", ["explain", "550 5.1.1 no such user"]),
             ("explain all", ["explain"]), ("compare", ["compare", "450", "550"]), ("compare 235", ["compare", "235", "450", "421"])]
    tap.match(run("explain", "431", "--lang", "zz").text, widen("printed without dots").replace(" ", r"\s+"), "so does a source in words")
    for name, command in cases:
        done = run(*command, "--lang", "zz")
        tap.ok(done.status == 0 and wide.search(done.text), "%s speaks it" % name, done)
        long = [line for line in done.text.split("\n") if columns(line) > 80]
        tap.ok(not long, "%s keeps to 80 columns" % name, *long[:5])

    # Figures do not depend on the language; keys neither.
    harness.SMTPLOG = ordinary
    english = run("analyze", "--format", "json", "--now", "2026-11-22T15:00:00Z", "--year", "2026", "--tz", "UTC", *logs).json()
    harness.SMTPLOG = program
    other = run("analyze", "--format", "json", "--now", "2026-11-22T15:00:00Z", "--year", "2026", "--tz", "UTC", "--lang", "zz", *logs).json()

    def without_words(value):
        if isinstance(value, dict):
            return {k: without_words(v) for k, v in value.items()}
        if isinstance(value, list):
            return [without_words(v) for v in value]
        return "words" if isinstance(value, str) and (wide.search(value) or " " in value) else value

    found = [d for d in differences(without_words(other), without_words(english)) if not re.search(r"got 'words'|wanted 'words'", d)]
    tap.ok(not found and other != english, "JSON has the same keys and figures in both", *found[:10])

    # So do tables for programs: words stand in columns of words only.
    def machine(language):
        text = run("analyze", "--format", "csv", "--now", "2026-11-22T15:00:00Z", "--year", "2026", "--tz", "UTC", "--lang", language, *logs).text
        head, rows = [], []
        for row in csv.reader(text.split("\n")):
            head = row if head is None else None if row[:1] and row[0].startswith("# table") else head
            rows.append([cell for name, cell in zip(head or row, row) if name not in ("meaning", "advice", "title", "evidence", "fix", "who", "reply")])
        return rows
    tap.same_json(machine("zz"), machine("en"), "CSV has the same heads, names and figures in both")
    prometheus = [re.sub("(?m)^# HELP.*", "", run("analyze", "--format", "prometheus", "--now", "2026-11-22T15:00:00Z", "--year", "2026", "--tz", "UTC",
                                                  "--lang", language, *logs).text) for language in ("zz", "en")]
    tap.ok(prometheus[0] == prometheus[1] and len(prometheus[0]) > 1000, "Prometheus has the same metrics in both")
    tsv = run("events", "--format", "tsv", "--lang", "zz", "--year", "2026", "--tz", "UTC", *logs).out
    harness.SMTPLOG = ordinary
    tap.ok(tsv == run("events", "--format", "tsv", "--year", "2026", "--tz", "UTC", *logs).out, "records are the same in both")
tap.done()
