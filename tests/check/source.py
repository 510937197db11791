"""A coarse reader of C sources for the checks: without comments and literals, by functions."""

import os
import re

KEYWORDS = {"if", "for", "while", "switch", "return", "sizeof", "do", "else"}


def files(top, *folders, suffixes=(".c", ".h")):
    """Paths below the top directory, relative to it, in order."""
    for folder in folders:
        for base, folders_here, names in os.walk(os.path.join(top, folder)):
            folders_here.sort()
            for name in sorted(names):
                if name.endswith(suffixes):
                    yield os.path.relpath(os.path.join(base, name), top)


def read(top, path):
    with open(os.path.join(top, path), encoding="utf-8") as file:
        return file.read()


def bare(text):
    """The text with comments and the contents of literals blanked out; line breaks stay."""
    def blank(match):
        found = match.group(0)
        edge = found[0] if found[0] in "\"'" else ""
        return edge + re.sub(r"[^\n]", " ", found[len(edge):len(found) - len(edge)]) + edge
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def functions(text):
    """(name, line of the head, lines from the opening to the closing brace) of every function body. Relies on the
    house style: a body opens and closes with a brace in column 1."""
    lines = bare(text).split("\n")
    for at, line in enumerate(lines):
        if line != "{":
            continue
        head = at - 1
        while head > 0 and lines[head - 1].strip() and not lines[head - 1].rstrip().endswith((";", "}")) and \
                not lines[head - 1].startswith("#"):
            head -= 1
        names = re.findall(r"(\w+)\s*\(", " ".join(lines[head:at]))
        end = at
        while end < len(lines) and lines[end] != "}":
            end += 1
        names = [name for name in names if name not in KEYWORDS and name != "__attribute__"]
        yield names[0] if names else "?", head + 1, end - at + 1
