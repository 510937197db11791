"""A program that speaks made-up languages: the one under test, linked again with their texts. Each language is a function from an
English text to its own."""
import os
import re
import subprocess

import po
from harness import BUILD, TOP, Directory

# Stays as it is in every language: placeholders and conversions, words with capitals or digits, what is typed.
FIXED = re.compile(r"\{[a-z0-9-]+\}|%[-0-9.*]*(?:ll|z|l)?[a-zA-Z%]|\S*[A-Z0-9_=/<>@.-]\S*")
HEADER = "Language: %s\nContent-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def outside(change, text):
    """text with the runs between fixed words changed."""
    pieces, at = [], 0
    for found in FIXED.finditer(text):
        pieces += [change(text[at:found.start()]), found.group(0)]
        at = found.end()
    return "".join(pieces) + change(text[at:])


def widen(text):
    """Letters at full width: every word takes twice the columns."""
    return outside(lambda run: re.sub(r"[a-z]", lambda m: chr(ord(m.group(0)) + 0xfee0), run), text)


def pair(text):
    """Two letters as one wide character, so that every word takes as many columns as before."""
    return outside(lambda run: re.sub(r"[a-z]{2}", lambda m: chr(0x4e00 + 26 * (ord(m.group(0)[0]) - 97) + ord(m.group(0)[1]) - 97), run), text)


def unpair(text):
    return re.sub("[\u4e00-\u50a3]", lambda m: chr(97 + (ord(m.group(0)) - 0x4e00) // 26) + chr(97 + (ord(m.group(0)) - 0x4e00) % 26), text)


def mark(text):
    """A combining accent on every letter."""
    return outside(lambda run: re.sub(r"[a-z]", lambda m: m.group(0) + "\u0301", run), text)


def unmark(text):
    return text.replace("\u0301", "")


def turn(text):
    """Hebrew letters."""
    return outside(lambda run: re.sub(r"[a-z]", lambda m: chr(0x5d0 + ord(m.group(0)) - 97), run), text)


def unturn(text):
    return re.sub("[\u05d0-\u05e9]", lambda m: chr(ord(m.group(0)) - 0x5d0 + 97), text)


class Speaker:
    """languages: {name: function, or None for a file without texts}. changes: {context: text} for all of them."""

    def __init__(self, directory, languages, changes=None):
        made = subprocess.run(["make", "-s", "BUILD=" + os.environ.get("BUILD", "build"), os.environ.get("BUILD", "build") + "/smtplog.pot"],
                              cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.problem = made.stdout if made.returncode != 0 else None
        self.program = directory("smtplog")
        if self.problem is not None:
            return
        self.template = po.read(os.path.join(BUILD, "smtplog.pot"))[1:]
        for name, function in languages.items():
            texts = [(m, [(changes or {}).get(m.context) or function(form) for form in ([m.id] + ([m.plural] if m.plural is not None else []))])
                     for m in self.template] if function is not None else []
            po.write(directory(name + ".po"), HEADER % name, texts)
        files = " ".join(directory(name + ".mo") for name in languages)
        command = "for l in {4}; do msgfmt -o {0}/$l.mo {0}/$l.po || exit 1; done; " \
                  "{1}/embed embedded_translations {0}/ {5} >{0}/t.c && " \
                  "{2} -std=c11 -D_DEFAULT_SOURCE -Iinclude -Isrc {0}/t.c {1}/obj/cli/*.o {1}/libsmtplog.a -o {3} " \
                  "$(make -s link-flags | grep -v ^make)".format(
                      directory.path, BUILD, os.environ.get("CC", "cc"), self.program, " ".join(languages), files)
        built = subprocess.run(["sh", "-c", command], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.problem = built.stdout or "not linked" if built.returncode != 0 else None
