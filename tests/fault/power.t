#!/usr/bin/env python3
"""A power cut at any moment: what was not forced to the disk may be lost, what was renamed may be renamed or not yet. The calls that write are
recorded, and every state that a cut can leave is worked out from them: under the name of a snapshot or report stands the old one or the new
one, all of it. (tests/cli/daily.t kills the program at every call; then nothing that was written is lost.)"""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import GOOD, SANITIZED, SMTPLOG, Directory, Tap, environment, skip_all

WHEN = ["-j", "1", "--year", "2026", "--tz", "UTC", "--now", "2026-11-22T06:00:00Z"]
CALLS = "openat,write,pwrite64,writev,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat,close"
STRACE = shutil.which("strace")
if SANITIZED or not STRACE or subprocess.run([STRACE, "-f", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode != 0:
    skip_all("strace cannot be used here")
tap = Tap()


class Disk:
    """Files and names as they are, and as a cut could leave them: bytes that were forced out, names of pending renames or before them."""

    def __init__(self, names):
        self.written = dict.fromkeys(names, 1)   # by name now: (file, bytes)
        self.files = {name: {"bytes": 1, "forced": 1, "old": True} for name in names}
        self.names = {name: self.files[name] for name in names}
        self.durable = dict(self.names)
        self.pending = []

    def states(self):
        """Directories that a cut now could leave."""
        yield dict(self.durable)
        at = dict(self.durable)
        for change in self.pending:
            change(at)
            yield dict(at)

    def change(self, what):
        what(self.names)
        self.pending.append(what)

    def force_names(self):
        for what in self.pending:
            what(self.durable)
        self.pending = []


def rename(old, new):
    def change(names):
        if old in names:
            names[new] = names.pop(old)
    return change


def remove(name):
    return lambda names: names.pop(name, None)


def create(name, file):
    def change(names):
        names[name] = file
    return change


def replay(lines, where, precious, disk):
    """What is wrong with any state a cut could leave; and how many moments there were."""
    broken, moments, open_files = [], 0, {}

    def path(text):
        return os.path.normpath(os.path.join(where, text))

    for line in lines:
        call = re.match(r"(?:\d+ +)?(\w+)\((.*)\) = (-?\d+)", line)
        if not call or int(call.group(3)) < 0:
            continue
        name, arguments, result = call.group(1), call.group(2), int(call.group(3))
        number = re.match(r"(\d+)<([^>]*)>", arguments)
        quoted = re.findall(r'(?:AT_FDCWD<[^>]*>|\d+<([^>]*)>)?,? ?"([^"]*)"', arguments)
        if name == "openat":
            base, text = quoted[0]
            full = os.path.normpath(os.path.join(base or where, text))
            if full.startswith(where):
                if "O_CREAT" in arguments and full not in disk.names:
                    disk.change(create(full, {"bytes": 0, "forced": 0, "old": False}))
                if "O_TRUNC" in arguments:
                    disk.names[full].update(bytes=0, forced=0, old=False)
                open_files[result] = disk.names.get(full, full)
        elif name in ("write", "pwrite64", "writev") and number and int(number.group(1)) in open_files:
            file = open_files[int(number.group(1))]
            if isinstance(file, dict):
                file["bytes"] += result
                file["old"] = False
        elif name in ("fsync", "fdatasync") and number:
            file = open_files.get(int(number.group(1)))
            if isinstance(file, dict):
                file["forced"] = file["bytes"]
            elif number.group(2).startswith(where):
                disk.force_names()
        elif name.startswith("rename"):
            old, new = [os.path.normpath(os.path.join(base or where, text)) for base, text in quoted[:2]]
            disk.change(rename(old, new))
        elif name.startswith("unlink"):
            base, text = quoted[0]
            disk.change(remove(os.path.normpath(os.path.join(base or where, text))))
        elif name == "close" and number:
            open_files.pop(int(number.group(1)), None)
        else:
            continue
        moments += 1
        for state in disk.states():
            for each, file in state.items():
                if re.search(precious, each) and not file["old"] and file["forced"] < max(file["bytes"], 1):
                    broken.append("after %s: %s may be half there" % (line.strip()[:150], each))
    return broken, moments


def record(directory, arguments, where):
    trace = directory("trace")
    done = subprocess.run([STRACE, "-f", "-y", "-s", "300", "-o", trace, "-e", "trace=" + CALLS, SMTPLOG, *arguments], env=environment(),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=where)
    with open(trace, encoding="latin-1") as file:
        return done, file.readlines()


with Directory() as directory:
    log = directory("mail.log", GOOD.replace(b"Nov 21", b"Nov 20").replace(b"3F2A1B0C9D", b"3F2A1B0C9E") + GOOD)
    state = os.path.realpath(directory.path) + "/state"
    report = os.path.realpath(directory.path) + "/report"
    os.mkdir(state, 0o750)
    os.mkdir(report)
    with open(report + "/day.html", "w", encoding="ascii") as file:
        file.write("yesterday's")
    for name, arguments, where, precious, forced in (
            ("daily", ["daily", *WHEN, "--state-dir", state, log], state, r"\.snap$", True),
            ("a report over another", ["analyze", *WHEN, "-o", report + "/day.html", log], report, r"day\.html$", False),
            ("a new snapshot", ["analyze", *WHEN, "-o", report + "/new.snap", log], report, r"new\.snap$", False)):
        disk = Disk([os.path.join(where, n) for n in os.listdir(where)])
        done, lines = record(directory, arguments, where)
        made = [n for n in os.listdir(where) if re.search(precious, os.path.join(where, n))]
        tap.ok(done.returncode in (0, 3) and made, name + ": is made", done.stderr)
        broken, moments = replay(lines, where, precious, disk)
        tap.ok(moments > 5 and set(disk.names) >= {os.path.join(where, n) for n in made}, "%s: its %d steps were followed" % (name, moments), disk.names)
        tap.ok(not broken, name + ": a cut at any of them leaves the old one or the new one", *broken[:5])
        if forced:
            tap.ok(not disk.pending, name + ": at the end the names are on the disk, too", len(disk.pending))

    # The model itself: without forcing the bytes out, or with a rename before, it finds what is wrong.
    daily = record(directory, ["daily", *WHEN, "--state-dir", state + "2", log], directory.path)[1]
    os.mkdir(state + "3")
    for what, keep in (("without fsync", [line for line in daily if "fsync(" not in line]), ("as it is", daily)):
        broken, _ = replay([line.replace(state + "2", state + "3") for line in keep], state + "3", r"\.snap$", Disk([]))
        tap.ok(bool(broken) == (what == "without fsync"), "the model: " + what, *broken[:2])
tap.done()
