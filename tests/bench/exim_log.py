#!/usr/bin/env python3
"""A long Exim log made of a short one: the mails of the sample again and again, each time under new message ids, later.

usage: tests/bench/exim_log.py BYTES <testdata/exim-out.log >long.log
"""
import datetime
import re
import sys

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID = re.compile(r"\b[0-9A-Za-z]{6}-([0-9A-Za-z]{6}-[0-9A-Za-z]{2})\b")
STAMP = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(.*)$", re.S)


def in_base_62(number):
    text = ""
    for _ in range(5):
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return "1" + text


def main():
    wanted = int(sys.argv[1])
    lines = sys.stdin.read().splitlines(keepends=True)
    stamps = [datetime.datetime.strptime(STAMP.match(line).group(1), "%Y-%m-%d %H:%M:%S") if STAMP.match(line) else None for line in lines]
    length = max(stamp for stamp in stamps if stamp) - min(stamp for stamp in stamps if stamp) + datetime.timedelta(seconds=1)
    # Message ids are made anew by their first part, which is the second they were made in.
    known = {match.group(0)[:6]: place for place, match in enumerate(match for line in lines for match in ID.finditer(line))}
    order = {first: place for place, first in enumerate(sorted(known))}
    written = turn = 0
    while written < wanted:
        for line, stamp in zip(lines, stamps):
            text = ID.sub(lambda match: in_base_62(turn * len(order) + order[match.group(0)[:6]] + 40000000) + "-" + match.group(1), line)
            if stamp:
                text = (stamp + turn * length).strftime("%Y-%m-%d %H:%M:%S") + text[19:]
            written += len(text.encode())
            sys.stdout.write(text)
        turn += 1


if __name__ == "__main__":
    main()
