#!/usr/bin/env python3
"""What the program says in the languages it has: no English sentence is left (English function words outside quotes), nothing is wider
than 80 columns. The languages that are complete are held to it; of the others it is told."""
import glob
import json
import os
import re
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import po
from harness import DATA, GOOD, SANITIZED, TOP, Directory, Tap, environment, run, skip_all

if SANITIZED:
    skip_all("words are the same under the sanitizers")
tap = Tap()
FIXED = ["--tz", "UTC", "--year", "2026", "--now", "2026-11-23T05:00:00Z"]

# Words without which there is hardly an English sentence; less those that are words of the language too.
ENGLISH = "the and of with is to for not was were by from that which when are this but has have be been it its will would their what who " \
          "no or if as at an on in a you your can may must one".split()
SHARED = {"de": "an in was will die", "fr": "a an on or as", "id": "an a", "tr": "on an at be in is"}
# What is no sentence: texts from logs in quotes, options with their values, addresses, names of hosts, paths, and names that are the same everywhere.
QUOTED = re.compile(r'"[^"\n]*(?:"|$)|`[^`]*`|\'[^\'\n]*\'')
TYPED = re.compile(r"--[a-z-]+(?:[ =]?\[?=?[A-Z]+\]?)?|\S*[/@<>_=\\]\S*|\b[\w-]+(?:\.[\w-]+)+\b|\b\w+(?:-\w+)+\b")


def columns(line):
    return sum(0 if unicodedata.combining(c) or c in "\u2068\u2069" else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def unquoted(text):
    """The text without what stands in double quotes, also over several lines of a table's column."""
    lines, open_at = [], None
    for line in text.split("\n"):
        kept = ""
        at = 0
        if open_at is not None:
            end = line.find('"')
            head = line[:open_at].strip()
            if not line.strip() or head:
                open_at = None  # another row: the text was cut
            elif end < 0:
                continue
            else:
                at, open_at = end + 1, None
        while True:
            begin = line.find('"', at)
            if begin < 0:
                kept += line[at:]
                break
            kept += line[at:begin] + " "
            end = line.find('"', begin + 1)
            if end < 0:
                open_at = begin
                break
            at = end + 1
        lines.append(kept)
    return "\n".join(lines)


def english_words(text, words):
    found = []
    for line in unquoted(text).split("\n"):
        plain = TYPED.sub(" ", line)
        hits = [w for w in re.findall(r"(?<![\w'’])[a-z]+(?![\w'’])", plain) if w in words]
        if hits:
            found.append("%s | %s" % (" ".join(hits), line.strip()))
    return found


# The readers themselves.
tap.equal(english_words('Der Grund: "the mailbox of bob is full" steht da', {"the", "of", "is"}), [], "quoted text is nobody's")
tap.equal(english_words('  12  "450 try again\n      to the end of it"  zwei', {"to", "the", "of"}), [], "over two lines of a column as well")
tap.equal(len(english_words("Der Grund the mailbox", {"the"})), 1, "an English word is found")
tap.equal(english_words("--mail-to ADDRESS of.example in/to log-in", {"to", "of", "in"}), [], "what is typed is left out")

rotated = [os.path.join(DATA, "rotated", name) for name in ("mail.log", "mail.log.1", "mail.log.2.gz")]
logs = sorted(glob.glob(os.path.join(DATA, "*bound.log")) + glob.glob(os.path.join(DATA, "exim-*all.log"))) + \
    sorted(glob.glob(os.path.join(DATA, "incidents", "*.log.gz")))
codes = [sheet for sheet in json.loads(run("explain", "--format", "json").out)]
everything = sorted({key for sheet in codes for key in sheet if key not in ("kind", "title", "summary")})
tap.ok(len(everything) > 150, "codes, classes and providers are known (%d)" % len(everything))
names = sorted(os.path.basename(path)[:-3] for path in glob.glob(os.path.join(TOP, "patterns/po/*.po")))

with Directory() as directory:
    log = directory("mail.log", GOOD)
    directory.state = 0

    def outputs(language):
        speak = ["--lang", language]
        for at in range(0, len(everything), 40):
            yield "explain %s ..." % everything[at], run("explain", *speak, *everything[at:at + 40])
        yield "explain", run("explain", *speak)
        yield "explain a reply", run("explain", *speak, "550 5.1.1 <bob@example.org>: User unknown")
        for pair in (("235", "450"), ("450", "550"), ("421", "451", "4.7.1"), ("X.7.1", "5.7.26")):
            yield "compare " + " ".join(pair), run("compare", *speak, *pair)
        for path in logs:
            yield "the whole report of " + os.path.basename(path), run("analyze", *speak, *FIXED, "--detail", "full", "--explain", "full", path)
        yield "the whole report of rotated files", run("analyze", *speak, *FIXED, "--detail", "full", *rotated)
        for path in sorted(glob.glob(os.path.join(DATA, "transcripts", "*")))[::3]:
            yield "the report of " + os.path.basename(path), run("analyze", *speak, *FIXED, path)
        yield "trace", run("trace", *speak, *FIXED, "ok.example", *rotated)
        directory.state += 1
        yield "daily", run("daily", *speak, *FIXED, "--state-dir", directory("state%d" % directory.state), *rotated)
        yield "nagios", run("analyze", *speak, *FIXED, "--format", "nagios", log)
        yield "help", run("help", *speak)
        for command in "analyze events watch trace explain compare figures daily merge patterns".split():
            yield "help " + command, run("help", command, *speak)
        for wrong in (["analyze", "--since", "x", log], ["analyze", "--top", "x", log], ["analyze", "--format", "x", log], ["trace"], ["explain", "99"],
                      ["analyze", "--tz", "Mars", log], ["analyze", directory("missing")], ["compare", "450"], ["analyze", "--code", "9", log],
                      ["analyze", "--fail-if", "1 >", log], ["analyze", "--fail-if", "nosuch > 1", log], ["analyze", "--class", "x", log],
                      ["nosuch"], ["analyze", "--bogus"], ["daily", "--date", "x", log], ["merge"], ["analyze", "--stage", "x", log]):
            done = run(*wrong, *speak)
            done.text, done.wide = done.errors, True
            yield "error of " + " ".join(os.path.basename(word) for word in wrong), done

    for name in names:
        words = set(ENGLISH) - set(SHARED.get(name, "").split())
        left, wide, count = [], [], 0
        for title, done in outputs(name):
            count += 1
            left += ["%s: %s" % (title, fault) for fault in english_words(done.text, words)]
            if not hasattr(done, "wide"):
                wide += ["%s: %s" % (title, line) for line in done.text.split("\n") if columns(line) > 80 and "|" not in line]
        if name in po.COMPLETE:
            tap.ok(not left, "%s: no English sentence is left (%d texts)" % (name, count), *left[:30])
            tap.ok(not wide, "%s: nothing is wider than 80 columns" % name, *wide[:30])
        else:
            tap.note("%s, not complete: English in %d lines, wider than 80 columns %d" % (name, len(left), len(wide)))
            for fault in (left + wide)[:5]:
                tap.note("  " + fault[:150])
tap.done()
