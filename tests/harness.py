"""What the Python tests share: TAP on standard output, the program under test, small logs.

Run by prove from the top directory. BUILD (default build) names the directory the program was built in.
"""

import gzip
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, os.environ.get("BUILD", "build"))
SMTPLOG = os.path.join(BUILD, "smtplog")
DATA = os.path.join(TOP, "testdata")
SANITIZED = BUILD.rstrip("/").endswith("sanitize")

# What must never reach a terminal: C0 but tab and line feed, DEL, C1 (as UTF-8 or as bare bytes), separators, turns.
UNSAFE_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Tap:
    """Counts assertions and prints them; done() prints the plan and ends the program."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, *details):
        self.count += 1
        if not good:
            self.failed += 1
        print("%sok %d - %s" % ("" if good else "not ", self.count, name.replace("#", "\\#")))
        for detail in () if good else details:
            for line in str(detail).split("\n")[:30]:
                print("#   " + line.encode("ascii", "backslashreplace").decode()[:400])
        sys.stdout.flush()
        return good

    def skip(self, name, reason):
        """An assertion that cannot be made here, told as such: a name's own # would be escaped."""
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name.replace("#", "\\#"), reason))

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, "got    %r" % (got,), "wanted %r" % (wanted,))

    def match(self, text, pattern, name):
        return self.ok(re.search(pattern, text, re.S) is not None, name, "in     %r" % text[:600],
                       "wanted /%s/" % pattern)

    def same_json(self, got, wanted, name):
        found = list(differences(got, wanted))
        return self.ok(not found, name, *found[:10])

    def note(self, text):
        print("# " + text)

    def done(self):
        print("1..%d" % self.count)
        sys.stdout.flush()
        sys.exit(1 if self.failed else 0)


def skip_all(reason):
    print("1..0 # SKIP " + reason)
    sys.exit(0)


def differences(got, wanted, path=""):
    """Where two JSON values differ, as text."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        for key in sorted(set(got) | set(wanted)):
            if key not in got or key not in wanted:
                yield "%s.%s is %s" % (path, key, "missing" if key not in got else "new: %r" % (got[key],))
            else:
                yield from differences(got[key], wanted[key], "%s.%s" % (path, key))
    elif isinstance(got, list) and isinstance(wanted, list):
        if len(got) != len(wanted):
            yield "%s has %d items, wanted %d" % (path, len(got), len(wanted))
        for index, (a, b) in enumerate(zip(got, wanted)):
            yield from differences(a, b, "%s[%d]" % (path, index))
    elif got != wanted or type(got) != type(wanted):
        yield "%s: got %r, wanted %r" % (path, got, wanted)


class Result:
    """A finished run of the program: exit status, output as bytes and as text, peak resident memory in KiB."""

    def __init__(self, status, out, err, rss):
        self.status, self.out, self.err, self.rss = status, out, err, rss
        self.text = out.decode("utf-8", "replace")
        self.errors = err.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)

    def records(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def __repr__(self):
        return "status %d, stdout %r, stderr %r" % (self.status, self.text[:300], self.errors[:600])


def environment(**changes):
    """A clean environment: no locale, no zone, no personal pattern files."""
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.update((k, v) for k, v in changes.items() if v is not None)
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
    return env


def run(*arguments, stdin=None, env=None, cwd=None):
    """Runs smtplog. stdin: bytes, an open file, or None for /dev/null."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        feed = subprocess.DEVNULL if stdin is None else stdin
        source = None
        if isinstance(feed, bytes):
            feed = subprocess.PIPE
        elif hasattr(feed, "fileno"):
            source = feed
        process = subprocess.Popen([SMTPLOG, *arguments], stdin=source or feed, stdout=out, stderr=err,
                                   env=env or environment(), cwd=cwd)
        if isinstance(stdin, bytes):
            try:
                process.stdin.write(stdin)
                process.stdin.close()
            except BrokenPipeError:
                pass
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Result(process.returncode, out.read(), err.read(), usage.ru_maxrss)


def analyze(*arguments, **options):
    return run("analyze", "--format", "json", "--tz", "UTC", "--year", "2026", *arguments, **options)


def events(*arguments, **options):
    return run("events", "--tz", "UTC", "--year", "2026", *arguments, **options)


def figures(report, *drop):
    """A summary without what may differ between runs over the same lines."""
    return {key: value for key, value in report.items() if key not in ("generated", "inputs") + drop}


def untimed(value):
    """JSON without the times at which things were seen: another header may tell them to the fraction."""
    if isinstance(value, dict):
        return {key: untimed(item) for key, item in value.items() if key not in ("first", "last")}
    return [untimed(item) for item in value] if isinstance(value, list) else value


class Directory:
    """A directory of files made for a test, gone when the program ends."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="smtplog-test-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def __call__(self, name, content=None, mtime=None):
        """The path of a file, written when content is given."""
        path = os.path.join(os.fsencode(self.path), name if isinstance(name, bytes) else os.fsencode(name))
        path = os.fsdecode(path)
        if content is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
        if mtime is not None:
            os.utime(path, (mtime, mtime))
        return path


def calls_of(trace):
    """The system calls in a file that strace wrote, in order, but for those at the end of a build that counts: it writes its counters."""
    with open(trace, encoding="latin-1") as file:
        return [line.split("(")[0].split()[-1] for line in itertools.takewhile(lambda line: ".gcda" not in line, file) if "(" in line]


def gzipped(content, level=6):
    return gzip.compress(content, level, mtime=0)


# Six lines: a greylisted and a delivered recipient, a hard 550. The figures of GOOD_FIGURES are counted by hand.
GOOD = b"""\
Nov 21 06:00:01 mx1 postfix/smtpd[101]: 3F2A1B0C9D: client=mail.a.example[192.0.2.10]
Nov 21 06:00:01 mx1 postfix/qmgr[102]: 3F2A1B0C9D: from=<ann@a.example>, size=2048, nrcpt=2 (queue active)
Nov 21 06:00:02 mx1 postfix/smtp[103]: 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, \
delays=0.1/0/0.5/0.4, dsn=4.2.0, status=deferred (host mx.z.example[192.0.2.50] said: 450 4.2.0 <bob@z.example>: \
Recipient address rejected: Greylisted (in reply to RCPT TO command))
Nov 21 06:00:03 mx1 postfix/smtp[103]: 3F2A1B0C9D: to=<no@w.example>, relay=mx.w.example[192.0.2.60]:25, delay=2, \
delays=0.1/0/0.5/1.4, dsn=5.1.1, status=bounced (host mx.w.example[192.0.2.60] said: 550 5.1.1 <no@w.example>: \
User unknown (in reply to RCPT TO command))
Nov 21 06:10:03 mx1 postfix/smtp[104]: 3F2A1B0C9D: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=602, \
delays=600/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4AB)
Nov 21 06:10:03 mx1 postfix/qmgr[102]: 3F2A1B0C9D: removed
"""


def good_figures(report):
    """The figures that GOOD alone determines."""
    codes = {row["code"]: row["count"] for row in report["codes"]}
    lines = report["lines"]
    return {"codes": {c: codes.get(c) for c in (250, 450, 550)}, "events": report["events"],
            "event": lines["event"], "context": lines["context"],
            "delivered": report["recipients"]["delivered"], "bounced": report["recipients"]["bounced"],
            "recovered": report["greylisting"]["recovered"], "hard": report["hard"]["recipients_by_code"]}


GOOD_FIGURES = {"codes": {250: 1, 450: 1, 550: 1}, "events": 3, "event": 3, "context": 3,
                "delivered": 1, "bounced": 1, "recovered": 1, "hard": {"550": 1}}
