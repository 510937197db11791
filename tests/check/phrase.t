#!/usr/bin/env python3
"""The report's words (patterns/codes/report.cat, page.cat, trace.cat, against.cat, explain.cat, dialogue.cat) and the code that uses them agree: every key exists and is used, the values
given are the placeholders of the sentence, sections and figures have their words, nothing unfilled reaches a report."""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import DATA, TOP, Tap, run
import source

CATALOGUES = ["patterns/codes/report.cat", "patterns/codes/page.cat", "patterns/codes/trace.cat", "patterns/codes/against.cat",
              "patterns/codes/explain.cat", "patterns/codes/dialogue.cat"]
VALUE = re.compile(r'\bphrase_(?:count|percent|share|seconds|bytes|instant|words|log)\(\s*"([a-z0-9-]+)"')
KEY = re.compile(r'"([a-z][a-z-]*/[a-z0-9_-]+)"')
CALL = re.compile(r"\b(?:WORDS|SAY|PHRASE_ADD|builder_words|builder_say_plain|fact_book_words|fact_book_plain)\(")

tap = Tap()


def phrases(text):
    """{key: {"text": ..., "one": ...}} of a catalogue file."""
    found, key, field = {}, None, None
    for line in text.split("\n"):
        head = re.fullmatch(r"\[phrase report/(.+)\]", line)
        pair = re.match(r"(text|one) = (.*)", line)
        if head:
            key = head.group(1)
            found[key] = {}
        elif pair and key:
            field = pair.group(1)
            found[key][field] = pair.group(2)
        elif line.startswith(" ") and key and field:
            found[key][field] += " " + line.strip()
        else:
            field = None
    return found


def calls(text):
    """The text of every call that takes a phrase, with its own arguments only: calls inside it are cut out."""
    for match in CALL.finditer(text):
        depth, at, quoted = 0, match.end() - 1, False
        while True:
            c = text[at]
            if c == '"' and text[at - 1] != "\\":
                quoted = not quoted
            depth += 0 if quoted else {"(": 1, ")": -1}.get(c, 0)
            at += 1
            if depth == 0:
                break
        inside = text[match.end():at - 1]
        yield text.count("\n", 0, match.start()) + 1, cut_inner(inside)


def cut_inner(text):
    """text without the calls inside it that take phrases of their own."""
    match = CALL.search(text)
    while match:
        depth, at = 0, match.end() - 1
        while True:
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
            if depth == 0:
                break
        text = text[:match.start()] + text[at:]
        match = CALL.search(text)
    return text


def placeholders(text):
    return set(re.findall(r"\{([a-z0-9-]+)\}", text))


# The readers themselves.
SAMPLE = 'x = WORDS(b, "a/b", phrase_count("n", 1), phrase_words("w", WORDS(b, "c/d", phrase_log("t", x))));'
tap.equal([(line, KEY.findall(text), VALUE.findall(text)) for line, text in calls(SAMPLE)],
          [(1, ["a/b"], ["n", "w"]), (1, ["c/d"], ["t"])], "calls are told apart")

words = {}
for catalogue in CATALOGUES:
    words.update(phrases(source.read(TOP, catalogue)))
tap.ok(len(words) > 120, "the words were read (%d phrases)" % len(words))
used, wrong = set(), []
for path in source.files(TOP, "src/report", "src/finding", "src/lib"):
    text = source.read(TOP, path)
    used.update(KEY.findall(text))
    made = re.findall(r'struct phrase_value (\w+) = phrase_\w+\("\1"', text)
    for line, call in calls(text):
        keys = KEY.findall(call)
        place = "%s:%d" % (path, line)
        for key in keys:
            if key not in words:
                wrong.append("%s: there is no phrase %s" % (place, key))
        given = set(VALUE.findall(call))
        if len(keys) == 1 and keys[0] in words:
            wanted = placeholders(words[keys[0]]["text"])
            given.update(name for name in made if re.search(r"[(,]\s*%s\s*(?=[,)]|$)" % name, call))
            if given != wanted:
                wrong.append("%s: %s has {%s}, given are {%s}" % (place, keys[0], " ".join(sorted(wanted)), " ".join(sorted(given))))
tap.ok(not wrong, "every phrase that is asked for exists and gets the values it names", *wrong)

sections = re.findall(r"^    X\((\w+),", source.read(TOP, "src/report/section.h"), re.M)
tap.ok(len(sections) >= 15, "the table of sections was read (%d)" % len(sections))
named = re.findall(r'builder_(?:section|list)\(\s*\w+,\s*"(\w+)"', "".join(source.read(TOP, p) for p in source.files(TOP, "src/report")))
named += re.findall(r'add_traffic\(b, "(\w+)"', source.read(TOP, "src/report/report_traffic.c"))
used.update("section/" + name for name in named)
used.update(key for key in words if key.split("/")[0] in ("diagnosis", "diagnosis-fix"))  # test_transcript_dialogue reads each
actions = {value for path in source.files(TOP, "patterns/postfix", "patterns/exim", suffixes=(".pat",))
           for value in re.findall(r"^set action = (.+)", source.read(TOP, path), re.M)} | {"other"}
used.update("problem/" + value.lower().replace(" ", "-") for value in actions if "problem/" + value.lower().replace(" ", "-") in words)
used.update("first-digit/" + digit for digit in "12345X")
used.update("figure/" + name for path in source.files(TOP, "src/report") for name in
            re.findall(r'builder_bar\(b, table, "(\w+)"', source.read(TOP, path)))
missing = sorted(key for key in used if key.split("/")[0] in {k.split("/")[0] for k in words} and key not in words)
tap.ok(not missing, "every key in the sources has its words", *missing)
tap.equal(sorted(set(words) - used), [], "every phrase is used")

bad = []
for key, forms in words.items():
    if "one" in forms and not placeholders(forms["one"]) <= placeholders(forms["text"]):
        bad.append("%s: `one` names a placeholder that `text` does not" % key)
    if "one" in forms and forms["one"] == forms["text"]:
        bad.append("%s: `one` says the same" % key)
    if re.sub(r"\{[a-z0-9-]+\}", "", forms["text"]).count("{"):
        bad.append("%s: a brace that is no placeholder" % key)
tap.ok(not bad, "singulars and placeholders are well formed", *bad)

# ---- at run time
unfilled = re.compile(r"\{[a-z][a-z0-9-]*\}|\[[a-z-]+/[a-z0-9_-]+\]")
logs = sorted(glob.glob(os.path.join(DATA, "*.log")) + glob.glob(os.path.join(DATA, "hand", "*.log")) +
              glob.glob(os.path.join(DATA, "transcripts", "*")))
found = []
for path in logs:
    for explain in ("short", "full"):
        text = run("analyze", "--detail", "full", "--explain", explain, "--tz", "UTC", "--year", "2026", path).text
        found += ["%s: %s" % (os.path.basename(path), line) for line in text.split("\n") if unfilled.search(line)]
tap.ok(len(logs) > 30 and not found, "nothing unfilled reaches a report (%d logs)" % len(logs), *found)
tap.done()
