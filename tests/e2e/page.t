#!/usr/bin/env python3
"""The page of the report in a real browser: Debian's Chromium, driven by playwright-core from the npm registry (installed below
build/), looked over by axe-core. Pictures of every look are left in build/browser/picture."""
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from harness import BUILD, DATA, Directory, Tap, run, skip_all
from page import HOSTILE

SIZE_MOST = 300000
ROOM = os.path.join(BUILD, "browser")
PACKAGES = ["playwright-core@1", "axe-core@4"]

for command, package in (("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm")):
    if shutil.which(command) is None:
        skip_all("there is no %s (Debian: %s)" % (command, package))
if not all(os.path.isdir(os.path.join(ROOM, "node_modules", name.split("@")[0])) for name in PACKAGES):
    os.makedirs(ROOM, exist_ok=True)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-save", "--prefix", ROOM, *PACKAGES],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    if done.returncode:
        skip_all("npm cannot install %s: %s" % (" ".join(PACKAGES), done.stdout.decode("utf-8", "replace").strip().split("\n")[-1]))

tap = Tap()


def generate(directory, size):
    """A log of several days with every kind of outcome, from the generator of the benchmark."""
    generator = directory("generate")
    sources = [os.path.join(HERE, "..", "bench", name) for name in sorted(os.listdir(os.path.join(HERE, "..", "bench")))
               if name.startswith("generate") and name.endswith(".c")]
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", generator, *sources], check=True)
    log = directory("mail.log")
    subprocess.run([generator, "-o", log, "--truth", directory("truth.json"), "--size", size, "--rate", "0.2"], check=True,
                   stderr=subprocess.DEVNULL)
    return log


def write(directory, name, *inputs):
    done = run("analyze", "--year", "2026", "--tz", "UTC", "-o", directory(name), *inputs)
    tap.ok(done.status in (0, 3), name + " is written", done)
    with open(directory(name), "rb") as file:
        return file.read()


with Directory() as directory:
    report = write(directory, "report.html", generate(directory, "8M"))
    tap.ok(len(report) < SIZE_MOST, "the page of a log is small (%d bytes)" % len(report))
    hostile = write(directory, "hostile.html", directory("hostile.log", HOSTILE))
    write(directory, "empty.html", directory("empty.log", b""))
    write(directory, "session.html", os.path.join(DATA, "transcripts", "login-needed.txt"))
    done = run("compare", "--format", "html", "450", "550")
    tap.ok(done.status == 0, "compare.html is written", done)
    directory("compare.html", done.out)
    # What the page would be without its two protections: shows that the browser's test sees it.
    for escaped, raw in ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&#39;", b"'"), (b"http-equiv", b"x-http-equiv")):
        hostile = hostile.replace(escaped, raw)
    hostile = hostile.replace(b"<!--", b"")  # would take the rest of the page along
    directory("control.html", hostile)
    pictures = os.path.join(ROOM, "picture")
    os.makedirs(pictures, exist_ok=True)
    done = subprocess.run(["node", os.path.join(HERE, "page.js"), os.path.join(ROOM, "node_modules"), directory.path, pictures],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False)
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        found = json.loads(line)
        tap.ok(found["ok"], found["name"], *found["details"])
    tap.ok(done.returncode == 0 and tap.count > 60, "the browser was driven to the end", done.stderr.decode("utf-8", "replace"))
tap.done()
