#!/usr/bin/env python3
"""smtplog trace against exigrep, Exim's own program for the question: on recorded logs of Exim both find the same lines of the
same messages. exigrep follows no links, so it is asked again for the message ids it showed until it shows no more. It comes out
of Debian's package (tests/e2e/exim/fetch.sh), nothing is installed."""
import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, DATA, TOP, Tap, run, skip_all

ROOT = os.environ.get("E2E_EXIM_DIR", os.path.join(BUILD, "e2e-exim"))
EXIGREP = os.environ.get("EXIGREP", os.path.join(ROOT, "root", "usr", "sbin", "exigrep"))
ID = re.compile(r"(?<![\w-])[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}(?![\w-])")
REFERENCE = re.compile(r" <= <> R=(\S+)")
SYSLOG = re.compile(r"^\w{3} [ \d]\d [\d:]{8} \S+ exim-\w+\[\d+\]: ")  # exigrep leaves it out
PIECE = re.compile(r"\]: \[\d+[/\\]\d+\] ")
OWN = re.compile(r"^\S+ \d\d:\d\d:\d\d\S*(?: [+-]\d{4})?(?: \[\d+\])? ([0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}) ")

if not os.path.exists(EXIGREP):
    environment = dict(os.environ, E2E_EXIM_DIR=ROOT)
    fetch = subprocess.run(["sh", os.path.join(TOP, "tests", "e2e", "exim", "fetch.sh")], env=environment, stderr=subprocess.PIPE, text=True)
    if not os.path.exists(EXIGREP):
        skip_all("no exigrep: " + (fetch.stderr.strip().split("\n") or [""])[-1])

tap = Tap()


def exigrep(pattern, path):
    """Lines that exigrep shows."""
    done = subprocess.run(["perl", EXIGREP, "--no-pager", "-I", pattern, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = done.stdout.decode("utf-8", "replace").split("\n")
    return {line for line in lines if line and not line.startswith("+++ ")}


def own_id(line):
    match = OWN.match(line)
    return match.group(1) if match else None


class Asked:
    """What exigrep says of a log, each message asked for once."""

    def __init__(self, path):
        self.path, self.known = path, {}

    def of_message(self, name):
        if name not in self.known:
            self.known[name] = exigrep(r"(?<![\w-])%s(?![\w-])" % re.escape(name), self.path)
        return self.known[name]

    def closure(self, pattern):
        found = exigrep(pattern, self.path)
        asked = set()
        while True:
            ids = {own_id(line) for line in found} | {name for line in found for name in REFERENCE.findall(line)}
            ids -= asked | {None}
            if not ids:
                return found
            for name in ids:
                asked.add(name)
                found |= self.of_message(name)


def words(lines):
    """{word: pattern} to ask for: some ids, addresses, hosts, clients, spread over the log (MORE times as many)."""
    more = int(os.environ.get("MORE", "1"))
    text = "\n".join(lines)
    found = {}
    kinds = ((ID, r"(?<![\w-])%s(?![\w-])", 5),
             (re.compile(r"(?<=[<\s])[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?=[>\s])"), r"(?i)(?<![\w.+%%-])%s(?![\w-]|\.\w)", 6),
             (re.compile(r"(?<=\[)\d+\.\d+\.\d+\.\d+(?=\])"), r"(?<![\w.])%s(?![\w-]|\.\w)", 3),
             (re.compile(r"(?<=H=)[\w-]+(?:\.[\w-]+)+(?= )"), r"(?i)(?<![\w-])%s(?![\w-]|\.\w|@)", 3))
    for expression, pattern, count in kinds:
        names = list(dict.fromkeys(expression.findall(text)))
        count *= more
        for name in names[::max(1, len(names) // count)][:count]:
            found[name] = pattern % re.escape(name)
    return found


for path in sorted(glob.glob(os.path.join(DATA, "exim-*.log"))):
    if "reject" in path or "insys" in path:  # syslog without Exim's own stamp: exigrep reads nothing of it
        continue
    name = os.path.basename(path)
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().split("\n")
    asked = Asked(path)
    # exigrep joins no pieces of records: what only these tell is ours alone.
    cut = {name for line in lines if PIECE.search(line) for name in ID.findall(line)}
    cut |= {own_id(SYSLOG.sub("", line)) for line in lines if cut & set(REFERENCE.findall(line))}
    whole = [line for line in lines if not PIECE.search(line)]
    for word, pattern in words(whole).items():
        wanted = asked.closure(pattern)
        done = run("trace", "--tz", "UTC", "--year", "2026", "--format", "ndjson", "-e", word, path)
        got = {SYSLOG.sub("", record["raw"]) for record in done.records()}
        clean = {line.replace("\x7f", "\ufffd") for line in wanted}
        missing = clean - got
        # What exigrep has no idea of: sessions by their process, the second line of a record.
        more = {line for line in got - clean if own_id(line) and own_id(line) not in cut}
        tap.ok(not missing and not more and (got or not wanted), "%s: %s (%d lines)" % (name, word, len(wanted)),
               *["missing: " + line for line in sorted(missing)[:3]], *["more: " + line for line in sorted(more)[:3]])
tap.done()
