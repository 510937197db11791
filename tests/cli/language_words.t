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
from harness import DATA, GOOD, SANITIZED, TOP, Directory, Tap, analyze, run, skip_all

if SANITIZED:
    skip_all("words are the same under the sanitizers")
tap = Tap()
FIXED = ["--tz", "UTC", "--year", "2026", "--now", "2026-11-23T05:00:00Z"]

# Words without which there is hardly an English sentence; less those that are words of the language too.
ENGLISH = "the and of with is to for not was were by from that which when are this but has have be been it its will would their what who " \
          "no or if as at an on in a you your can may must one".split()
SHARED = {"de": "an in was will die", "fr": "a an on or as", "id": "an a", "tr": "on an at be in is"}
# What is no sentence: texts from logs in quotes, options with their values, addresses, names of hosts, paths, and names that are the same everywhere.
TYPED = re.compile(r"--[a-z-]+(?:[ =]?\[?=?[A-Z]+\]?)?|'hard_share > 5%\s+and\s+recipients\.total\s+> 50'|\ba,b\b|\S*[/@<>_=\\]\S*|"
                   r"\b[\w-]+(?:\.[\w-]+)+\b|\b\w+(?:-\w+)+\b")


def columns(line):
    return sum(0 if unicodedata.combining(c) or c in "\u2068\u2069" else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def unquoted(line):
    """The line without what stands in double quotes. A cell of a table that is a quoted text as a whole may hold further quotes."""
    cells = [cell for cell in re.split(r" {2,}", line) if not re.fullmatch(r'".*"', cell)]
    return re.sub(r'"[^"]*(?:"|$)', " ", "  ".join(cells))


def english_words(text, words):
    found = []
    for line in re.sub(r"'hard_share[^']*'", "", text).split("\n"):
        plain = TYPED.sub(" ", unquoted(line))
        hits = [w for w in re.findall(r"(?<![\w'’])[a-z]+(?![\w'’])", plain) if w in words]
        if hits:
            found.append("%s | %s" % (" ".join(hits), line.strip()))
    return found


# The readers themselves.
tap.equal(english_words('Der Grund: "the mailbox of bob is full" steht da', {"the", "of", "is"}), [], "quoted text is nobody's")
tap.equal(english_words('  12  "450 say "N" to the end of it"  zwei', {"to", "the", "of"}), [], "with quotes of its own as well")
tap.equal(len(english_words("Der Grund the mailbox", {"the"})), 1, "an English word is found")
tap.equal(english_words("--mail-to ADDRESS of.example in/to log-in a,b", {"to", "of", "in"}), [], "what is typed is left out")

rotated = [os.path.join(DATA, "rotated", name) for name in ("mail.log", "mail.log.1", "mail.log.2.gz")]
logs = sorted(glob.glob(os.path.join(DATA, "*bound.log")) + glob.glob(os.path.join(DATA, "exim-*all.log"))) + \
    sorted(glob.glob(os.path.join(DATA, "incidents", "*.log.gz")))
codes = [sheet for sheet in json.loads(run("explain", "--format", "json").out)]
everything = sorted({key for sheet in codes for key in sheet if key not in ("kind", "title", "summary")})
tap.ok(len(everything) > 150, "codes, classes and providers are known (%d)" % len(everything))
names = sorted(os.path.basename(path)[:-3] for path in glob.glob(os.path.join(TOP, "patterns/po/*.po")))

with Directory() as directory:
    log = directory("mail.log", GOOD)

    reports = [["explain", *everything[at:at + 40]] for at in range(0, len(everything), 40)]
    reports += [["explain"], ["explain", "550 5.1.1 <bob@example.org>: User unknown"], ["compare", "235", "450"], ["compare", "450", "550"],
                ["compare", "421", "451", "4.7.1"], ["compare", "X.7.1", "5.7.26"], ["trace", *FIXED, "ok.example", *rotated],
                ["analyze", *FIXED, "--detail", "full", *rotated], ["daily", *FIXED, "--state-dir", directory("state"), *rotated]]
    reports += [["analyze", *FIXED, "--detail", "full", "--explain", "full", path] for path in logs]
    others = [["help"], ["analyze", *FIXED, "--format", "nagios", log]]
    others += [["help", command] for command in "analyze events watch trace explain compare figures daily merge patterns".split()]
    errors = [["analyze", "--since", "x", log], ["analyze", "--top", "x", log], ["analyze", "--format", "x", log], ["trace"], ["explain", "99"],
              ["analyze", "--tz", "Mars", log], ["analyze", directory("missing")], ["compare", "450"], ["analyze", "--code", "9", log],
              ["analyze", "--fail-if", "1 >", log], ["analyze", "--fail-if", "nosuch > 1", log], ["analyze", "--class", "x", log],
              ["nosuch"], ["analyze", "--bogus"], ["daily", "--date", "x", log], ["merge"], ["analyze", "--stage", "x", log]]
    transcripts = sorted(glob.glob(os.path.join(DATA, "transcripts", "*")))

    def title(command):
        return " ".join(os.path.basename(word) for word in command if word not in FIXED)[:60]

    def read(language, words):
        """English lines, lines too wide, and how many texts were read. A width without end keeps quoted texts on one line."""
        left, wide, count = [], [], 0
        for command in reports + others + errors:
            done = run(*command, "--lang", language)
            text = done.errors if command in errors else done.text
            count += 1
            if command not in errors:
                wide += ["%s: %s" % (title(command), line) for line in text.split("\n") if columns(line) > 80 and " |" not in line]
            if command in reports:
                text = run(*command, "--lang", language, "--width", "1000").text
            left += ["%s: %s" % (title(command), fault) for fault in english_words(text, words)]
        for path in transcripts:
            for session in analyze(path, "--lang", language).json().get("sessions", []):
                said = [session["diagnosis_text"]] + [exchange.get(key, "") for exchange in session["exchanges"] for key in ("meaning", "fix")]
                left += ["%s: %s" % (title([path]), fault) for fault in english_words("\n".join(said), words)]
        return left, wide, count

    for name in names:
        words = set(ENGLISH) - set(SHARED.get(name, "").split())
        left, wide, count = read(name, words)
        if name in po.COMPLETE:
            tap.ok(not left, "%s: no English sentence is left (%d texts)" % (name, count), *left[:30])
            tap.ok(not wide, "%s: nothing is wider than 80 columns" % name, *wide[:30])
        else:
            tap.note("%s, not complete: English in %d lines, wider than 80 columns %d" % (name, len(left), len(wide)))
            for fault in (left + wide)[:5]:
                tap.note("  " + fault[:150])

# French sets a blank before a colon, which a name joined to its value in the program would lack.
captions = re.findall(r"<caption>([^<]*)", analyze("--lang", "fr", "--format", "html", *FIXED, os.path.join(DATA, "hand", "greylist-detail.log")).text)
joined = [caption for caption in captions if ":" in caption]
tap.ok(joined and not [caption for caption in joined if "\u00a0: " not in caption], "fr: a blank stands before the colon of a caption", *joined)
codes = [line for line in run("explain", "google", "--lang", "fr").text.split("\n") if re.match(r"  -  [45][.]", line)]
tap.ok(codes and not [line for line in codes if "\u00a0: " not in line], "fr: ... and of a provider's code", *codes)
tap.done()
