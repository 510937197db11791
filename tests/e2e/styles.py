"""The same flow in every header style, plain or gzip, whole or cut into rotated files in any order: the same figures.

usage: styles.py --binary SMTPLOG --run DIRECTORY        (DIRECTORY as flow.py leaves it; writes DIRECTORY/styles)
One TAP line for each style and form; prints no plan.
"""

import argparse
import datetime
import gzip
import itertools
import json
import os
import re
import sys

from compare import Tap, run
from restyle import NO_DAEMON, STYLES, last_time, restyle

STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$")
# Names of daemons and what hangs on them cannot be the same where the log does not have them.
# Slots of time begin at whole hours and minutes: elsewhere when all stamps are moved.
LOCAL_TIME = ("days", "hours")
BY_TIME = ("timeline", "findings") + LOCAL_TIME
DAEMON_ONLY = ("warnings", "lines", "findings", "queue_time", "transports", "tls", "connections")


def normal(value, first):
    """Times as seconds since the first line; otherwise as it is."""
    if isinstance(value, dict):
        return {key: normal(item, first) for key, item in value.items()}
    if isinstance(value, list):
        return [normal(item, first) for item in value]
    if isinstance(value, str) and STAMP.match(value):
        return "+%d s" % (int(instant(value)) - first)
    return value


def instant(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def comparable(report, without=()):
    first = report.get("period", {}).get("first")
    first = int(instant(first)) if first else 0
    kept = {key: value for key, value in report.items() if key not in ("generated", "inputs") + tuple(without)}
    return normal(kept, first)


def differences(left, right, path=""):
    """[(path, left, right)] of two JSON values."""
    if isinstance(left, dict) and isinstance(right, dict):
        return [d for key in sorted(set(left) | set(right))
                for d in differences(left.get(key), right.get(key), "%s.%s" % (path, key))]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return [d for i, (a, b) in enumerate(zip(left, right)) for d in differences(a, b, "%s[%d]" % (path, i))]
    return [] if left == right else [(path, left, right)]


class Variants:
    """Writes a log in one style in several forms, and asks smtplog about each."""

    def __init__(self, binary, directory, log, tap):
        self.binary, self.log, self.tap = binary, log, tap
        with open(os.path.join(directory, log + ".log"), encoding="utf-8") as text:
            self.lines = text.read().split("\n")[:-1]
        with open(os.path.join(directory, "journal.jsonl"), encoding="utf-8") as text:
            begin = json.loads(text.readline())["t"]
        self.begin = datetime.datetime.fromtimestamp(begin, datetime.timezone.utc)
        self.place = os.path.join(directory, "styles", log)
        os.makedirs(self.place, exist_ok=True)

    def write(self, name, lines, stamp, compress=False):
        path = os.path.join(self.place, name)
        data = "".join(line + "\n" for line in lines).encode("utf-8")
        with open(path, "wb") as out:
            out.write(gzip.compress(data) if compress else data)
        os.utime(path, (stamp, stamp))
        return path

    def report(self, files, stamp):
        now = datetime.datetime.fromtimestamp(stamp + 60, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        status, out, errors = run(self.binary, "analyze", "--format", "json", "--top", "0", "--tz", "UTC", "--now", now,
                                  *files)
        try:
            return status, json.loads(out), errors
        except ValueError:
            return status, {}, errors

    def check(self, name, files, stamp, base, without=()):
        status, report, errors = self.report(files, stamp)
        base = {key: value for key, value in base.items() if key not in without}
        found = differences(base, comparable(report, without)) if report else [("report", "a report", errors)]
        self.tap.check(status == 0 and not found, "%s: %s" % (self.log, name), "the figures of the original, exit 0",
                       "exit %d %s\n%s" % (status, errors, "\n".join("%s: %s / %s" % d for d in found[:12])))

    def cut(self, style, lines, stamp, name="mail.log", days=0.0):
        """Three files as logrotate leaves them, the oldest one compressed: oldest first."""
        third = len(lines) // 3
        first, second = last_time(self.lines[:third], self.begin.year), last_time(self.lines[:2 * third], self.begin.year)
        shift = stamp - last_time(self.lines, self.begin.year) if not days else days * 86400
        return [self.write("%s.%s.2.gz" % (style, name), lines[:third], first + shift, compress=True),
                self.write("%s.%s.1" % (style, name), lines[third:2 * third], second + shift),
                self.write("%s.%s" % (style, name), lines[2 * third:], stamp)]

    def run(self):
        year = self.begin.year
        end = last_time(self.lines, year)
        original = self.write("original", self.lines, end)
        status, report, errors = self.report([original], end)
        if not self.tap.check(status == 0 and report, "%s: the original" % self.log, "exit 0 and a report",
                              "%d %s" % (status, errors)):
            return
        base = comparable(report)
        for style in STYLES:
            without = DAEMON_ONLY if style in NO_DAEMON else ()
            if style == "rfc3339-local":                     # the hour of the day is the log's own
                without += LOCAL_TIME
            # A day of one digit shows what the zero and the blank are for.
            shift = 3 - self.begin.day if style in ("zero-padded", "journal-short", "docker-compose", "priority") else 0
            without += LOCAL_TIME if shift else ()
            lines, stamp = restyle(self.lines, style, year, shift), end + shift * 86400
            self.check("%s" % style, [self.write(style, lines, stamp)], stamp, base, without)
            self.check("%s, gzip" % style, [self.write(style + ".gz", lines, stamp, compress=True)], stamp, base, without)
            files = self.cut(style, lines, stamp)
            orders = list(itertools.permutations(files)) if style == "traditional" else [files, files[::-1]]
            for order in orders:
                numbers = " ".join(str(files.index(f) + 1) for f in order)
                self.check("%s, cut in three, given as %s" % (style, numbers), list(order), stamp, base, without)
        self.new_year(base)
        self.overlap(base, end)

    def new_year(self, base):
        """The flow as if midnight of New Year had been in its middle, in stamps without year; rotated in mid-flight."""
        year = self.begin.year
        midnight = datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc).timestamp()
        middle = (last_time(self.lines[:1], year) + last_time(self.lines, year) + 1) // 2
        shift = (midnight - middle) / 86400
        lines = restyle(self.lines, "traditional", year, shift)
        stamp = last_time(self.lines, year, shift)
        seen = {line[:3] for line in lines}
        self.tap.check(seen == {"Dec", "Jan"}, "%s: half of it is last year's" % self.log, ["Dec", "Jan"], sorted(seen))
        self.check("across New Year", [self.write("year", lines, stamp)], stamp, base, BY_TIME)
        thirds = self.cut("year", lines, stamp, "mail.log", shift)
        for order in itertools.permutations(thirds):
            numbers = " ".join(str(thirds.index(f) + 1) for f in order)
            self.check("across New Year, cut in three, given as %s" % numbers, list(order), stamp, base, BY_TIME)

    def overlap(self, base, end):
        """copytruncate: the end of one file is the beginning of the next. Read once, and said."""
        half = len(self.lines) // 2
        files = [self.write("overlap.1", self.lines[:half + 5], end), self.write("overlap", self.lines[half:], end)]
        status, report, errors = self.report(files, end)
        found = differences({k: v for k, v in base.items() if k != "lines"}, comparable(report, ("lines",)))
        self.tap.check(status == 0 and not found, "%s: five lines in both files are read once" % self.log,
                       "the figures of the original", "exit %d %s\n%s" % (status, errors, found[:12]))
        lines = report.get("lines", {})
        self.tap.check(lines.get("duplicate") == 5 and lines.get("read") == len(self.lines) + 5,
                       "%s: and counted as duplicate" % self.log, {"duplicate": 5, "read": len(self.lines) + 5}, lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--run", required=True)
    arguments = parser.parse_args()
    tap = Tap()
    for log in ("mx-out", "mx-in"):
        Variants(arguments.binary, arguments.run, log, tap).run()
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
