#!/usr/bin/env python3
"""Every system call that reads, writes, opens, closes or renames fails once: the run ends with the same result, or says what went wrong and
does not end with status 0; no output file is there that is not whole, and state that was there stays. Then reads and writes that give less
than was asked for, and a disk that is full for good. LONG=1: all calls of all runs, else some of each."""
import os
import random
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, GOOD, SANITIZED, SMTPLOG, Directory, Tap, calls_of, environment, gzipped, skip_all

LONG = bool(os.environ.get("LONG"))
SOME = int(os.environ.get("SOME", "2"))  # calls tried of a kind
SEED = int(os.environ.get("SEED", "421"))
dice = random.Random(SEED)
WHEN = ["-j", "1", "--year", "2026", "--tz", "UTC", "--now", "2026-11-22T06:00:00Z"]
FAULTS = {"openat": ("EMFILE", "EACCES", "EINTR"), "read": ("EIO", "EINTR"), "pread64": ("EIO",), "write": ("ENOSPC", "EIO"), "close": ("EIO", "EINTR"),
          "rename": ("EIO",), "renameat": ("EIO",), "fsync": ("EIO", "ENOSPC"), "fchmod": ("EPERM",), "mkdir": ("ENOSPC",), "lseek": ("EIO",),
          "newfstatat": ("EIO",), "getdents64": ("EIO",), "flock": ("EWOULDBLOCK",), "unlink": ("EIO",), "unlinkat": ("EIO",)}
STRACE = shutil.which("strace")

if SANITIZED or not STRACE or subprocess.run([STRACE, "-f", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode != 0:
    skip_all("strace cannot be used here")
tap = Tap()
tap.note("SEED=%d" % SEED)


class Run:
    """What a run left: status, output, files. before makes the files that are there at first."""

    def __init__(self, directory, command, before, stdin=None, env=None):
        self.where = directory("out")
        shutil.rmtree(self.where, ignore_errors=True)
        os.mkdir(self.where, 0o750)
        before(self.where)
        with open(stdin or os.devnull, "rb") as feed:
            done = subprocess.run([a.replace("OUT", self.where) for a in command], env=env or environment(), stdin=feed, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=60, cwd=directory.path)
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.files = {}
        for top, _, names in os.walk(self.where):
            for name in names:
                with open(os.path.join(top, name), "rb") as file:
                    self.files[os.path.relpath(os.path.join(top, name), self.where)] = file.read()


def loading(run):
    """The program had not even begun."""
    return run.status in (126, 127) or b"error while loading shared libraries" in run.err


def whole_file(run, name, content):
    """Of an input that broke off and was said to: a report of what could be read is whole, too."""
    if b"read up to there" not in run.err:
        return False
    if name.endswith(".snap"):
        return subprocess.run([SMTPLOG, "merge", os.path.join(run.where, name)], env=environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode in (0, 3)
    return content.rstrip().endswith(b"</html>")


def wrong(run, whole, old):
    if run.status < 0 or run.status > 127:
        return "ended by a signal"
    same = run.status == whole.status and run.out == whole.out
    files = {n: c for n, c in run.files.items() if not n.endswith("lock")}
    wanted = {n: c for n, c in whole.files.items() if not n.endswith("lock")}
    for name, content in files.items():
        if content not in (wanted.get(name), old.get(name)) and ".new." not in name and not (run.status == 3 and whole_file(run, name, content)):
            return "not whole: " + name
    for name in old:
        if name not in files:
            return "gone: " + name
    if same and files == wanted:
        return None
    if not run.err:
        return "nothing said, status %d" % run.status
    return "said, but status 0" if run.status == 0 and files != wanted else None


def nothing(where):
    pass


def old_report(where):
    with open(os.path.join(where, "report.html"), "wb") as file:
        file.write(b"the report of yesterday")


with Directory() as directory:
    log = directory("mail.log", GOOD)
    packed = directory("mail.log.gz", gzipped(GOOD))
    state = directory("before")
    for when in ("2026-11-21T06:00:00Z", "2026-11-22T06:00:00Z")[:1]:
        subprocess.run([SMTPLOG, "daily", "--state-dir", state, *WHEN[:-1], when, directory("older.log", GOOD.replace(b"Nov 21", b"Nov 20"))],
                       env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run([SMTPLOG, "analyze", *WHEN, "-o", directory("one.snap"), log], env=environment(), check=True)

    def old_state(where):
        shutil.copytree(state, os.path.join(where, "state"))

    runs = {
        "analyze": (["analyze", *WHEN, log], nothing, None),
        "analyze into a file that is there": (["analyze", *WHEN, "-o", "OUT/report.html", packed], old_report, None),
        "analyze standard input": (["analyze", *WHEN, "--format", "json", "-"], nothing, packed),
        "events": (["events", *WHEN, log, packed], nothing, None),
        "daily": (["daily", *WHEN, "--state-dir", "OUT/state", "--format", "json", log], old_state, None),
        "merge": (["merge", "--now", "2026-11-22T06:00:00Z", "--tz", "UTC", directory("one.snap")], nothing, None),
        "explain": (["explain", "450", "550 5.1.1 no"], nothing, None),
        "trace": (["trace", *WHEN, "bob@z.example", "-"], nothing, log),
    }
    total = 0
    for name, (arguments, before, stdin) in runs.items():
        whole = Run(directory, [SMTPLOG, *arguments], before, stdin)
        before(directory("old-%d" % total)) if not os.mkdir(directory("old-%d" % total)) else None
        old = {}
        for top, _, names in os.walk(directory("old-%d" % total)):
            for each in names:
                with open(os.path.join(top, each), "rb") as file:
                    old[os.path.relpath(os.path.join(top, each), directory("old-%d" % total))] = file.read()
        old = {n: c for n, c in old.items() if not n.endswith("lock")}
        tap.ok(whole.status == 0, name + ": without a fault", whole.err)
        counted = Run(directory, [STRACE, "-f", "-qq", "-o", directory("trace"), "-e", "trace=" + ",".join(FAULTS), SMTPLOG, *arguments], before, stdin)
        calls = calls_of(directory("trace"))
        found, tried = [], 0
        for call, errors in FAULTS.items():
            count = calls.count(call)
            places = range(1, count + 1)
            if not LONG:
                places = sorted(set(dice.sample(places, min(SOME, count)) + list(places[-SOME:])))
            for number in places:
                for error in errors if LONG else [dice.choice(errors)]:
                    fault = [STRACE, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=%s:error=%s:when=%d" % (call, error, number)]
                    try:
                        got = Run(directory, [*fault, SMTPLOG, *arguments], before, stdin)
                    except subprocess.TimeoutExpired:
                        found.append("%s %d %s: hangs" % (call, number, error))
                        continue
                    tried += 1
                    what = None if loading(got) else wrong(got, whole, old)
                    if what is not None:
                        found.append("%s %d %s: %s: %r" % (call, number, error, what, got.err[-200:]))
        total += tried
        tap.ok(not found, "%s: %d calls failed, one a run" % (name, tried), *found[:15])

        # Pieces: less than was asked for, once.
        found = []
        for call in ("read", "write"):
            for number in range(1, 60 if LONG else 6):
                env = environment(LD_PRELOAD=os.path.join(BUILD, "fault", "fault.so"), FAULT_CALL=call, FAULT_AT=str(number), FAULT_HOW="0")
                got = Run(directory, [SMTPLOG, *arguments], before, stdin, env)
                if (got.status, got.out) != (whole.status, whole.out):
                    found.append("%s %d: %r" % (call, number, got.err[-200:]))
        tap.ok(not found, name + ": reads and writes that give one byte change nothing", *found)
    tap.note("%d runs" % total)

    # A disk that is full and stays so.
    if os.path.exists("/dev/full"):
        for arguments in (["analyze", *WHEN, log], ["events", *WHEN, log], ["explain", "450"], ["explain"], ["compare", "450", "550"], ["figures", *WHEN, log],
                          ["trace", *WHEN, "3F2A1B0C9D", log], ["patterns", "list"], ["merge", directory("one.snap")], ["help"], ["--version"],
                          ["daily", *WHEN, "--state-dir", directory("full-state"), log]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([SMTPLOG, *arguments], env=environment(), stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE)
            tap.ok(done.returncode not in (0, 1) and b"No space left" in done.stderr, "standard output is full: %s says so" % arguments[0],
                   done.returncode, done.stderr)
        done = subprocess.run([SMTPLOG, "analyze", *WHEN, "-o", "/dev/full", log], env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        tap.ok(done.returncode not in (0, 1) and b"No space left" in done.stderr, "-o /dev/full says so", done.returncode, done.stderr)

    # A program that is allowed few files: those that cannot be opened are said, the others counted.
    many = [directory("many/mail.log.%d" % n, GOOD.replace(b"3F2A1B0C9D", b"3F2A1B%04X" % n)) for n in range(60)]
    done = subprocess.run(["sh", "-c", 'ulimit -n 20; exec "$0" "$@"', SMTPLOG, "analyze", *WHEN, "--format", "json", *many], env=environment(),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tap.ok(done.returncode in (0, 3, 4) and (done.returncode == 0 or b"Too many open files" in done.stderr), "20 descriptors for 60 files", done.returncode,
           done.stderr[-500:])
tap.done()
