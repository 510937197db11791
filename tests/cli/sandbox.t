#!/usr/bin/env python3
"""What a run has given up when it reads its first line: a library loaded into the program tries the network, other programs, other
processes and other files from inside. With --no-sandbox the same attempts succeed."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, GOOD, SANITIZED, SMTPLOG, TOP, Directory, Tap, environment, run, skip_all

REFUSED = {"socket", "unix-socket", "execute", "fork", "trace", "kill", "type", "chmod"}
FILES = {"write-input", "read-other", "make-other"}
if SANITIZED or BUILD.endswith("coverage"):
    skip_all("this build needs rights of its own")
with open("/proc/self/status", encoding="utf-8") as status:
    if "Seccomp:\t" not in status.read() or "libseccomp" not in subprocess.run(["ldd", SMTPLOG], stdout=subprocess.PIPE, check=False).stdout.decode():
        skip_all("this kernel or this build has no seccomp")
LANDLOCK = subprocess.run([sys.executable, "-c", "import ctypes; exit(0 if ctypes.CDLL(None).syscall(444, None, 0, 1) > 0 else 1)"],
                          check=False).returncode == 0

tap = Tap()
if not LANDLOCK:
    tap.note("this kernel has no Landlock: files are not confined, and not tried")


def attempts(library, arguments, stdin=b"", **files):
    env = environment(LD_PRELOAD=library, **{name: files[name] for name in files})
    done = subprocess.run([SMTPLOG, *arguments], input=stdin, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60)
    return done, dict(re.findall(r"^TRY (\S+) (\S+)$", done.stderr.decode(), re.M))


with Directory() as directory:
    library = directory("try.so")
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library, os.path.join(TOP, "tests/cli/sandbox_try.c"), "-ldl"], check=True)
    log, other = directory("logs/mail.log", GOOD), directory("secrets/other", b"not for smtplog\n")
    os.mkdir(directory("out"))
    os.mkdir(directory("kept"))
    snapshot = directory("kept/day.snap")
    tap.equal(run("analyze", "-o", snapshot, log).status, 0, "a snapshot to merge")
    commands = {"analyze": ["analyze", "-j", "2", log, "-o", directory("out/report.json")], "events": ["events", log, "-o", directory("out/e.ndjson")],
                "trace": ["trace", "bob@z.example", log, "-o", directory("out/t.txt")], "figures": ["figures", log, "-o", directory("out/f.txt")],
                "merge": ["merge", snapshot, "-o", directory("out/m.json")], "explain": ["explain", "450"], "compare": ["compare", "450", "550"],
                "explain from standard input": ["explain", "-"]}
    for name, command in commands.items():
        made, beside = directory("secrets/made"), directory("out/beside")
        files = {"TRY_INPUT": snapshot if name == "merge" else log, "TRY_OTHER": other, "TRY_MAKE": made, "TRY_OUTPUT": beside}
        stdin = b"450 4.2.0 Greylisted\n"
        done, confined = attempts(library, command, stdin, **files)
        tap.equal(done.returncode, 0, "%s: does its work" % name)
        for what in sorted(REFUSED | (FILES if LANDLOCK else set())):
            tap.equal(confined.get(what), "refused", "%s: %s" % (name, what))
        tap.equal(confined.get("dump-core"), "refused", "%s: no core dump" % name)
        if "-o" in command:
            tap.equal((confined.get("read-input"), confined.get("make-output")), ("done", "done"), "%s: its input and the folder of its output are left" % name)
        elif LANDLOCK:
            tap.equal((confined.get("read-input"), confined.get("make-output")), ("refused", "refused"), "%s: needs no file" % name)
        for path in (made, beside):
            if os.path.exists(path):
                os.unlink(path)
        free = attempts(library, [*command, "--no-sandbox"], stdin, TRY_ANYWAY="yes", **files)[1]
        tap.ok(all(free.get(what) == "done" for what in ("socket", "unix-socket", "execute", "fork", "chmod", "read-other", "make-other")),
               "%s --no-sandbox: nothing is given up" % name, free)
        for path in (made, beside):
            if os.path.exists(path):
                os.unlink(path)

    shutil.rmtree(directory("out"))
    done = subprocess.run(["bash", "-c", '"$0" analyze <(cat "$1") --format json', SMTPLOG, log], env=environment(), stdout=subprocess.PIPE, check=False)
    tap.ok(done.returncode == 0 and b'"greylisting"' in done.stdout, "the end of a pipe may be an input", done)
    os.symlink(log, directory("link.log"))
    tap.equal(run("analyze", directory("link.log")).status, 0, "so may a symbolic link")
    os.mkdir(directory("patterns"))
    tap.equal(run("analyze", "--patterns", directory("patterns"), "--tz", "Europe/Berlin", log).status, 0, "own patterns and other zones are read")
    tap.equal(run("analyze", log, "-o", "/dev/null").status, 0, "a device is written to")
    tap.equal(run("analyze", log, "-o", "here.json", cwd=directory("patterns")).status, 0, "an output in the working directory")
    tap.equal(run("analyze", log, "--format", "csv", "-o", directory("tables/")).status, 0, "a folder of tables is made")
    tap.equal(run("trace", "bob@z.example", stdin=GOOD, env=environment(TMPDIR=directory("patterns"))).status, 0, "trace keeps its standard input where TMPDIR says")
tap.done()
