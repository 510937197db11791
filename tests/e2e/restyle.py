"""Rewrites a traditional Postfix log (`Nov 22 13:01:29 host tag[pid]: text`) into the other header styles of the field.

usage: restyle.py STYLE [--year YEAR] [--shift-days N] <traditional >other
       restyle.py --list
The year is that of the log (default: this year); the stamps are taken as UTC. Each style says the same instants.
"""

import argparse
import datetime
import json
import re
import sys

LINE = re.compile(r"^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\S+) ([^\[:\s]+)(?:\[(\d+)\])?: (.*)$", re.S)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
FRACTION = "250000"      # the same for every line: differences of time stay what they are


class Parts:
    """A line taken apart."""

    def __init__(self, line, year, shift):
        match = LINE.match(line)
        if match is None:
            raise ValueError("not a traditional line: " + line)
        month, day, hour, minute, second, self.host, self.tag, self.pid, self.text = match.groups()
        self.time = datetime.datetime(year, MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second))
        self.time += datetime.timedelta(days=shift)

    def program(self):
        return "%s[%s]:" % (self.tag, self.pid) if self.pid else self.tag + ":"

    def short(self, day="%2d"):
        return "%s %s %s" % (MONTHS[self.time.month - 1], day % self.time.day, self.time.strftime("%H:%M:%S"))

    def iso(self, zone="Z", fraction=True, hours=0):
        local = self.time + datetime.timedelta(hours=hours)
        return local.strftime("%Y-%m-%dT%H:%M:%S") + ("." + FRACTION if fraction else "") + zone

    def rest(self):
        return "%s %s %s" % (self.host, self.program(), self.text)


def rfc5424(parts, name, gap):
    return "<22>1 %s %s %s %s - - %s%s" % (parts.iso("+00:00"), parts.host, name, parts.pid or "-", gap, parts.text)


def journal_entry(parts):
    """What journalctl -o json shows of it, the fields of journald's own among them."""
    microseconds = int(parts.time.replace(tzinfo=datetime.timezone.utc).timestamp()) * 1000000 + int(FRACTION)
    entry = {"__CURSOR": "s=0;i=%x" % microseconds, "__REALTIME_TIMESTAMP": str(microseconds), "__MONOTONIC_TIMESTAMP": "1",
             "_BOOT_ID": "0123456789abcdef0123456789abcdef", "PRIORITY": "6", "SYSLOG_FACILITY": "2", "_TRANSPORT": "syslog",
             "_HOSTNAME": parts.host, "SYSLOG_IDENTIFIER": parts.tag, "MESSAGE": parts.text}
    if parts.pid:
        entry["_PID"] = parts.pid
    return entry


def docker_entry(parts):
    return {"log": "%s %s\n" % (parts.short(), parts.rest()), "stream": "stdout", "time": parts.iso("Z").replace("Z", "000Z")}


STYLES = {
    "traditional": lambda p: "%s %s" % (p.short(), p.rest()),
    "year-first": lambda p: "%d %s %s" % (p.time.year, p.short(), p.rest()),
    "zero-padded": lambda p: "%s %s" % (p.short("%02d"), p.rest()),
    "rfc3339-local": lambda p: "%s %s" % (p.iso("+01:00", hours=1), p.rest()),
    "rfc3339-z": lambda p: "%s %s" % (p.iso("Z"), p.rest()),
    "priority": lambda p: "<22>%s %s" % (p.short(), p.rest()),
    "rfc5424": lambda p: rfc5424(p, p.tag, ""),
    # rsyslog's template cuts APP-NAME at the slash: the daemon's name is gone, the text begins with a blank
    "rfc5424-cut": lambda p: rfc5424(p, p.tag.split("/")[0], " "),
    "journal-short": lambda p: "%s %s" % (p.short("%02d"), p.rest()),
    "journal-short-iso": lambda p: "%s %s" % (p.iso("+0000", fraction=False), p.rest()),
    "journal-short-iso-precise": lambda p: "%s %s" % (p.iso("+00:00"), p.rest()),
    "journal-short-full": lambda p: "%s %s UTC %s" % (DAYS[p.time.weekday()], p.time.strftime("%Y-%m-%d %H:%M:%S"),
                                                      p.rest()),
    "docker-compose": lambda p: "postfix-1  | %s %s" % (p.short(), p.rest()),
    "journal-json": lambda p: json.dumps(journal_entry(p)),
    "docker-json": lambda p: json.dumps(docker_entry(p)),
}
NO_DAEMON = {"rfc5424-cut"}


def restyle(lines, style, year, shift=0):
    """Lines without newline in, lines without newline out."""
    return [STYLES[style](Parts(line, year, shift)) for line in lines]


def last_time(lines, year, shift=0):
    return Parts(lines[-1], year, shift).time.replace(tzinfo=datetime.timezone.utc).timestamp()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("style", nargs="?", choices=sorted(STYLES))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--year", type=int, default=datetime.datetime.now(datetime.timezone.utc).year)
    parser.add_argument("--shift-days", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.list or arguments.style is None:
        print("\n".join(STYLES))
        return 0 if arguments.list else 2
    lines = sys.stdin.read().split("\n")
    if lines[-1] == "":
        lines.pop()
    for line in restyle(lines, arguments.style, arguments.year, arguments.shift_days):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
