#!/usr/bin/env python3
"""The shape of the sources: lengths, header comments, blanks, leftovers; and what lies at the top level."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import TOP, Tap
import source

FILE_LINES = 650
FUNCTION_LINES = 60
TEXT_SUFFIXES = (".c", ".h", ".py", ".sh", ".t", ".pat", ".cat", ".po", ".map", ".1", ".5", ".md", ".supp", ".css", ".js")

# Longer than the rule, and why a reader is better off so. file or (file, function): reason
EXCEPTIONS = {
    "src/pattern/pattern_set.c": "one reader for the records of pattern files, one function a record type",
    "src/report/json_report.c": "one function a section of the summary, in the order of the document",
}

# Every entry at the top level, and whether it must be there.
TOP_LEVEL = {"Makefile": True, "README.md": True, "include": True, "patterns": True, "src": True, "testdata": True,
             "tests": True, "build": False}

tap = Tap()

# The reader of functions itself.
SAMPLE = "static int one(int a)\n{\n    return a;\n}\n\nint\ntwo(int a,\n    int b)\n{\n    if (a) {\n    }\n    return b;\n}\n"
tap.equal(list(source.functions(SAMPLE)), [("one", 1, 3), ("two", 6, 5)], "functions are told apart and measured")

sources = list(source.files(TOP, "src", "include", "tests"))
too_long, functions_too_long, no_comment = [], [], []
counted = 0
for path in sources:
    text = source.read(TOP, path)
    lines = text.count("\n")
    if lines > FILE_LINES and not EXCEPTIONS.get(path) and not path.startswith("tests/bench/"):
        too_long.append("%s has %d lines, more than %d" % (path, lines, FILE_LINES))
    for name, line, length in source.functions(text):
        counted += 1
        if length > FUNCTION_LINES and not EXCEPTIONS.get((path, name)) and path.startswith(("src/", "include/")):
            functions_too_long.append("%s:%d: %s has %d lines, more than %d" % (path, line, name, length, FUNCTION_LINES))
    if not re.match(r"/\*[^*]{15,}|/\* [^\n]{15,}", text) and path.startswith(("src/", "include/", "tests/unit/")):
        no_comment.append("%s does not begin with a comment that says what it is" % path)
tap.ok(not too_long, "no file is longer than %d lines, but for the named ones" % FILE_LINES, *too_long)
tap.ok(not functions_too_long, "no function is longer than %d lines, but for the named ones" % FUNCTION_LINES,
       *functions_too_long)
tap.ok(all(isinstance(key, str) or len(key) == 2 for key in EXCEPTIONS) and all(EXCEPTIONS.values()),
       "every exception has its reason")
tap.ok(counted > 400, "functions were measured (%d)" % counted)
tap.ok(not no_comment, "every C file begins with a comment that says what it is", *no_comment)

texts = [path for path in source.files(TOP, "src", "include", "patterns", "tests", ".ci",
                                       suffixes=TEXT_SUFFIXES + ("run",))] + ["Makefile"]
blanks, tabs, leftovers, endings = [], [], [], []
for path in texts:
    text = source.read(TOP, path)
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            blanks.append("%s:%d" % (path, number))
        if "\t" in line and path.endswith((".c", ".h", ".py", ".cat")):
            tabs.append("%s:%d" % (path, number))
        if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b(?!X)", line):
            leftovers.append("%s:%d" % (path, number))
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        endings.append(path)
tap.ok(not blanks, "no line ends in a blank", *blanks)
tap.ok(not tabs, "no tab in C, Python and catalogue files", *tabs)
tap.ok(not leftovers, "no note of unfinished work", *leftovers)
tap.ok(not endings, "every text file ends with one line feed", *endings)

present = [name for name in os.listdir(TOP) if not name.startswith(".")]
tap.equal(sorted(set(present) - set(TOP_LEVEL)), [], "nothing but the fixed list lies at the top level")
tap.equal([name for name, needed in TOP_LEVEL.items() if needed and name not in present], [],
          "everything of the fixed list is there")
tap.done()
