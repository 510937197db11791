#!/usr/bin/env python3
"""Line and branch coverage of a build with gcov's counters: a line a folder, then the total. Fails below what is wanted of the whole.

usage: tests/check/coverage.py BUILD [LINES% BRANCHES%]"""
import collections
import json
import os
import subprocess
import sys


def reports(build):
    """What gcov says of every object that ran."""
    for where, _, names in sorted(os.walk(os.path.join(build, "obj"))):
        for name in sorted(names):
            if name.endswith(".gcda"):
                done = subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--stdout", os.path.join(where, name)],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
                for line in done.stdout.splitlines():
                    yield from json.loads(line)["files"]


def main():
    build = sys.argv[1]
    wanted = [float(value) for value in sys.argv[2:4]] or [0.0, 0.0]
    lines, branches = collections.defaultdict(dict), collections.defaultdict(dict)
    for file in reports(build):
        name = os.path.relpath(file["file"])
        if not name.startswith("src/") or name.startswith("src/tools/"):
            continue
        for line in file["lines"]:
            at = line["line_number"]
            lines[name][at] = max(lines[name].get(at, 0), line["count"])
            for i, branch in enumerate(line["branches"]):
                if not branch["throw"]:
                    branches[name][at, i] = max(branches[name].get((at, i), 0), branch["count"])
    sums = collections.defaultdict(lambda: [0, 0, 0, 0])
    for name in lines:
        for key in (os.path.dirname(name), "all"):
            row = sums[key]
            row[0] += sum(count > 0 for count in lines[name].values())
            row[1] += len(lines[name])
            row[2] += sum(count > 0 for count in branches[name].values())
            row[3] += len(branches[name])
    if not sums:
        sys.exit("coverage: nothing below %s was run with counters" % build)
    print("%-16s %22s %22s" % ("", "lines", "branches"))
    for key in sorted(sums, key=lambda key: (key == "all", key)):
        a, b, c, d = sums[key]
        print("%-16s %8d of %6d %4.0f %% %8d of %6d %4.0f %%" % (key, a, b, 100.0 * a / b, c, d, 100.0 * c / d if d else 100))
    a, b, c, d = sums["all"]
    if 100.0 * a / b < wanted[0] or 100.0 * c / d < wanted[1]:
        sys.exit("coverage: less than %g %% of lines or %g %% of branches" % tuple(wanted))


main()
