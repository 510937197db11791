#!/usr/bin/env python3
"""Commands and options are told in three places: the table in the source, the help text, the manual page. They agree."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import TOP, SMTPLOG, Tap, environment, run

tap = Tap()


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


# ---- the table
table = {}
for letter, name, argument in re.findall(r'^    \{(0|\'.\'), "([a-z-]+)", (NULL|"[^"]*"), CLI_OPTION_', read("src/cli/option.c"), re.M):
    table[name] = (letter.strip("'") if letter != "0" else "", argument != "NULL")
tap.ok(len(table) >= 15, "the option table was read (%d options)" % len(table))
commands = re.findall(r'^    \{"([a-z]+)", "[^"]*",', read("src/cli/main.c"), re.M)
tap.ok({"analyze", "events", "patterns"} <= set(commands), "the command table was read: " + " ".join(commands))

# ---- the help text
whole = run("--help")
tap.ok(whole.status == 0 and whole.err == b"", "smtplog --help: status 0, nothing on standard error", whole)
tap.equal(run("help").out, whole.out, "smtplog help is the same")
tap.equal(run("-h").out, whole.out, "smtplog -h is the same")
named = re.findall(r"^  ([a-z]+) ", whole.text, re.M)
tap.equal(sorted(set(named)), sorted(commands + ["help"]), "the help names every command")
helped = {}
by_command = {}
for command in commands:
    done = run("help", command)
    tap.ok(done.status == 0 and done.err == b"" and done.text.startswith("Usage: smtplog " + command), "smtplog help " + command, done)
    tap.equal(run(command, "--help").out, done.out, "smtplog %s --help is the same" % command)
    tap.ok(max(map(len, done.text.split("\n"))) <= 100, "the help of %s fits into 100 columns" % command)
    options = re.findall(r"^  (?:-(\w), |    )--([a-z-]+)( [A-Z]+|\[=[A-Z]+\])?\s*$", done.text, re.M)
    by_command[command] = {name for _, name, _ in options}
    for letter, name, argument in options:
        helped[name] = (letter, argument != "")
tap.equal(helped, table, "the help texts show the options of the table, each with its letter and argument")

# ---- the manual page
page = read("src/man/smtplog.1")
described = {}
for line in re.findall(r"^\.It ((?:Fl|,).*)$", page, re.M):
    pieces = re.findall(r"Fl (\S+)((?: (?:Ar|Ns Op|Op|Ns) [^,]+)?)", line)
    letter = ""
    shared = any(argument for _, argument in pieces)
    for name, argument in pieces:
        if name.startswith("-"):
            described[name[1:]] = (letter, bool(argument) or (len(pieces) == 2 and letter != "" and shared))
            letter = ""
        else:
            letter = name
tap.equal(described, table, "the manual page describes the options of the table, each with its letter and argument")
told = set(re.findall(r"^\.Cm (\w+)$", page, re.M)) | set(re.findall(r"^\.It Cm (\w+)", page, re.M)) | \
    set(re.findall(r"^\.Op Cm (\w+)", page, re.M))
tap.equal(sorted(set(commands) - told), [], "the manual page names every command")
statuses = re.findall(r"^\.It ([0-9])$", page, re.M)
tap.equal(statuses, ["0", "1", "2", "3", "4"], "the manual page lists the exit statuses")
for name in sorted(os.listdir(os.path.join(TOP, "src/man"))):
    if not name.endswith((".1", ".5")):
        continue
    if shutil.which("mandoc") is None:
        tap.ok(True, "%s is well formed # SKIP mandoc is missing" % name)
        continue
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", os.path.join(TOP, "src/man", name)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    tap.ok(done.returncode == 0, "%s is well formed" % name, done.stdout)

# ---- what the table says is what happens
for command in commands:
    for name, (letter, argument) in sorted(table.items()):
        if name in by_command[command]:
            continue
        done = run(command, "--" + name + ("=1" if argument else ""))
        tap.ok(done.status == 2 and "has no option" in done.errors, "%s does not take --%s" % (command, name), done)
for version in (["--version"], ["-V"], ["analyze", "--version"], ["events", "-V"]):
    done = run(*version)
    tap.match(done.text, r"^smtplog \d+\.\d+\.\d+\n$", "smtplog " + " ".join(version))
version = re.search(r'SMTPLOG_VERSION "([^"]+)"', read("include/smtplog.h")).group(1)
tap.equal(run("--version").text, "smtplog %s\n" % version, "the version is that of the header")
tap.done()
