#!/usr/bin/env python3
"""Translations against the English texts (patterns/po/*.po, build/smtplog.pot): what is not translated or fuzzy, and for what is
translated: placeholders, conversions, reply codes, enhanced codes, RFC numbers, commands of SMTP, options, commands and names of
files are those of the English text, in every form."""
import collections
import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import po
from harness import BUILD, TOP, Tap

VERBS = "EHLO HELO LHLO STARTTLS AUTH MAIL RCPT DATA BDAT RSET VRFY EXPN NOOP QUIT ETRN XCLIENT XFORWARD".split()
KEPT = [
    ("placeholders", re.compile(r"\{[a-z0-9-]+\}")),
    ("conversions", re.compile(r"%(?!%)[-0-9.*]*(?:ll|z|l)?[diouxXeEfgGcsp](?![a-z])")),
    ("enhanced codes", re.compile(r"(?<![\w.])[245X]\.[0-9X]{1,3}\.[0-9X]{1,3}(?![\w.]*\d)")),
    ("reply codes", re.compile(r"(?<![\w.:/{%-])[245](?:[0-9]{2}|[0-9]yz|yz)(?![\w/}])(?![:.]\d)")),
    ("RFC numbers", re.compile(r"\bRFC \d+")),
    ("commands of SMTP", re.compile(r"(?<![\w-])(?:%s)(?!\w)" % "|".join(VERBS))),
    ("options", re.compile(r"(?<![\w-])--[a-z][a-z-]*")),
    ("commands", re.compile(r"\bsmtplog (?:analyze|events|watch|trace|explain|compare|figures|daily|merge|patterns|help)\b")),
    ("files", re.compile(r"(?<![\w<])/(?:etc|var|run|dev|usr)/[\w./*-]*\w")),
    ("places", re.compile(r"https?://[^\s,;)]+|\b[\w.+-]+@[\w-]+\.[\w.]*\w")),
]

tap = Tap()


def found(pattern, text):
    return collections.Counter(pattern.findall(text))


def faults(message):
    """What a translation does not keep. A form for one thing may leave out the count, and may repeat what the English says once."""
    english = [message.id] + ([message.plural] if message.plural is not None else [])
    for text in message.text:
        for name, pattern in KEPT:
            allowed = [found(pattern, form) for form in english]
            got = found(pattern, text)
            if name in ("placeholders", "conversions"):
                good = got in allowed or (len(allowed) > 1 and set(got) == set(allowed[0]) & set(allowed[1]))
            else:
                good = set(got) in [set(form) for form in allowed]
            if not good:
                yield "%s: %s %s, English %s" % (message.where(), name, " ".join(sorted(got.elements())) or "none",
                                                 " or ".join(" ".join(sorted(form.elements())) or "none" for form in allowed))
        # What the program writes behind the text itself: html_label, fact_book_label.
        if message.id.endswith(": {value}") and not text.endswith("{value}"):
            yield "%s: order {value}, English at the end" % message.where()
        for end in ("startswith", "endswith"):
            if getattr(text, end)("\n") != getattr(message.id, end)("\n"):
                yield "%s: a line feed at one end" % message.where()


# The check itself.
def sample(english, translated, plural=None):
    message = po.Message()
    message.id, message.plural, message.text = english, plural, translated
    return [next(name for name in [*(name for name, _ in KEPT), "order"] if ": %s " % name in fault).split(" ")[0] for fault in faults(message)]


for english, plural, translated, wanted in (
        ("{n} of {all} got 450 4.2.0, RFC 6647", None, ["{all}: {n} mit 450 4.2.0, RFC 6647"], []),
        ("{n} of {all}", None, ["{n} von {n}"], ["placeholders"]),
        ("{n} recipient", "{n} recipients", ["ein Empfänger", "{n} Empfänger"], ["placeholders"]),
        ("a 550 after RCPT TO", None, ["eine 550 nach DATA"], ["commands"]),
        ("450 greylisting", None, ["451 Greylisting"], ["reply"]),
        ("a 4yz", None, ["ein 5yz"], ["reply"]),
        ("5.7.26 by RFC 7489", None, ["5.7.25 nach RFC 7488"], ["enhanced", "RFC"]),
        ("see --top and smtplog figures", None, ["siehe --oben und smtplog Zahlen"], ["options", "commands"]),
        ("%s: %d of %.0f %%", None, ["%s: %d von %%%.0f"], []),
        ("%s: %d", None, ["%d"], ["conversions"]),
        ("{name}: {value}", None, ["{value} ({name})"], ["order"]),
        ("{name}: {value}", None, ["{name} : {value}"], []),
        ("in /var/log/mail.log", None, ["in /var/log/post.log"], ["files"])):
    tap.equal(sample(english, translated, plural), wanted, "checked: %s" % english)

made = subprocess.run(["make", "-s", "BUILD=" + os.environ.get("BUILD", "build"), os.environ.get("BUILD", "build") + "/smtplog.pot"],
                      cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
if not tap.ok(made.returncode == 0, "the template is made", made.stdout):
    tap.done()
template = {(m.context, m.id): m for m in po.read(os.path.join(BUILD, "smtplog.pot"))[1:]}
tap.ok(len(template) > 2500, "it has many texts (%d)" % len(template))
paths = sorted(glob.glob(os.path.join(TOP, "patterns/po/*.po")))
names = [os.path.basename(path)[:-3] for path in paths]
tap.ok(set(po.COMPLETE) <= set(names), "the complete languages are there", names)
for path, name in zip(paths, names):
    messages = po.read(path)[1:]
    translated = {(m.context, m.id): m for m in messages if all(m.text) and m.text and "fuzzy" not in m.flags}
    missing = [m.where() for key, m in template.items() if key not in translated]
    fuzzy = sum("fuzzy" in m.flags for m in messages)
    left = "%s: %d of %d texts are not translated, %d fuzzy" % (name, len(missing), len(template), fuzzy)
    if name in po.COMPLETE:
        tap.ok(not missing and not fuzzy, "%s: everything is translated" % name, left, *missing[:30])
    else:
        print("# " + left, file=sys.stderr)  # prove shows it
    wrong = [fault for key, m in translated.items() if key in template for fault in faults(m)]
    tap.ok(not wrong, "%s: translations keep what is not to be translated (%d)" % (name, len(translated)), *wrong[:30])
tap.done()
