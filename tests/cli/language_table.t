#!/usr/bin/env python3
"""Tables and lines in languages whose characters are wide, combine, or run to the left, over the whole report and every other text:
languages that take as many columns as English must give the same page, character by character, once their letters are put back;
one that takes twice as many must keep to 80 columns."""
import glob
import os
import re
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import DATA, SANITIZED, Directory, Tap, run, skip_all
from speaker import Speaker, mark, pair, turn, unmark, unpair, unturn, widen

if SANITIZED:
    skip_all("made-up languages are not linked again for the sanitizers")
tap = Tap()
ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")
FIXED = ["--tz", "UTC", "--year", "2026", "--now", "2026-11-23T05:00:00Z"]


def columns(line):
    return sum(0 if unicodedata.combining(c) or c in "\u2068\u2069" else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def first_difference(got, wanted):
    for number, (a, b) in enumerate(zip(got.split("\n"), wanted.split("\n")), 1):
        if a != b:
            return ["line %d" % number, "got    " + a, "wanted " + b]
    return ["one is longer"]


def unisolate(text):
    return text.replace("\u2068", "").replace("\u2069", "")


with Directory() as directory:
    speaker = Speaker(directory, {"zz": widen, "qqw": pair, "qqm": mark, "he": turn})
    if not tap.ok(speaker.problem is None, "a program that speaks them is linked", speaker.problem):
        tap.done()
    harness.SMTPLOG = speaker.program
    rotated = [os.path.join(DATA, "rotated", name) for name in ("mail.log", "mail.log.1", "mail.log.2.gz")]
    logs = sorted(glob.glob(os.path.join(DATA, "*.log")))
    transcripts = sorted(glob.glob(os.path.join(DATA, "transcripts", "*")))
    everything = ["--detail", "full", "--explain", "full", "--top", "20"]
    cases = [("the whole report of %s" % os.path.basename(log), ["analyze", *everything, *FIXED, log]) for log in logs]
    cases += [("the whole report of rotated files", ["analyze", *everything, *FIXED, *rotated]),
              ("an incident", ["analyze", *everything, *FIXED, *sorted(glob.glob(os.path.join(DATA, "incidents", "*.log*")))[:1]]),
              ("transcripts", ["analyze", *everything, *FIXED, *transcripts[:12]]),
              ("explain all", ["explain"]), ("explain a code", ["explain", "450", "550", "421", "299"]),
              ("explain enhanced codes", ["explain", "5.7.1", "X.7.26", "5.7.x"]), ("explain a reply", ["explain", "550 5.1.1 <bob@example.org>: User unknown"]),
              ("explain a class and a provider", ["explain", "greylisting", "google"]), ("compare", ["compare", "235", "450", "550"]),
              ("trace", ["trace", *FIXED, "ok.example", *rotated]), ("help", ["help"]), ("help of analyze", ["help", "analyze"])]
    state = iter(range(1000))
    cases.append(("daily", ["daily", *FIXED, "--detail", "full"]))
    for name, command in cases:
        def said(language, command=command):
            more = ["--state-dir", directory("state%d" % next(state)), *rotated] if command[0] == "daily" else []
            return run(*command, *more, "--lang", language)
        english = said("en")
        tap.ok(english.text.strip() and max(map(columns, english.text.split("\n"))) <= 80, "%s: English keeps to 80 columns" % name, english)
        for language, what, back in (("qqw", "wide characters", unpair), ("qqm", "combining characters", unmark),
                                     ("he", "letters from right to left", lambda text: unturn(unisolate(text)))):
            done = said(language)
            got = back(done.text)
            tap.ok(done.status == english.status and got == english.text and done.text != english.text, "%s: %s stand where the English ones do" % (name, what),
                   *first_difference(got, english.text))
        done = said("zz")
        wrong = [line for line in done.text.split("\n") if columns(line) > 80]
        tap.ok(done.status == english.status and not wrong, "%s: words of twice the width keep to 80 columns" % name, *wrong[:5])

    # ---- from right to left: in a table every such text is isolated, so that the columns beside it stay
    page = run("analyze", *everything, *FIXED, *rotated, "--lang", "he").text
    rows = [line for line in page.split("\n") if re.match(r"  +\S.* {2,}\S", line)]
    wrong = [line for line in rows if RIGHT_TO_LEFT.search(ISOLATED.sub("", line))]
    tap.ok(len(rows) > 100 and not wrong, "texts of tables are isolated", *wrong[:5])
    tap.ok(page.count("\u2068") == page.count("\u2069") > 100, "each isolate ends")
    tap.ok(all(line.count("\u2068") == line.count("\u2069") for line in page.split("\n")), "... in its line")
    html = run("analyze", "--format", "html", *FIXED, *rotated, "--lang", "he").text
    tap.ok('<html lang="he" dir=rtl>' in html, "a page says that it runs to the left", html[:80])
    mail = run("analyze", "--format", "mail", "--mail-to", "a@example.org", *FIXED, *rotated, "--lang", "he").text
    tap.ok("\nContent-Language: he\n" in mail and "charset=utf-8" in mail, "a mail names its language")
tap.done()
