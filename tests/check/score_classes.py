#!/usr/bin/env python3
"""Scores the classifier on labelled replies: score_classes.py SMTPLOG [LABELLED.jsonl]

Each line of the file is an object with text, class and clean. Prints accuracy, macro-F1 over classes with five rows
or more, and the greylisting misses and false positives, for the clean rows and for all. Exit status 1 when the clean
rows miss accuracy 0.90, macro-F1 0.85, or greylisting has a false positive or more than one miss."""
import collections
import json
import os
import subprocess
import sys


def classify(binary, texts):
    """The classes of replies, in order."""
    lines = [" ".join(text.split()) for text in texts]
    done = subprocess.run([binary, "explain", "--format", "json", "-"], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=False)
    sheets = json.loads(done.stdout)
    if len(sheets) != len(lines):
        sys.exit(f"{len(lines)} replies given, {len(sheets)} answers: {done.stderr[:400]}")
    return [sheet.get("class", "unknown") for sheet in sheets]


def score(rows, verbose):
    right = sum(row["class"] == row["got"] for row in rows)
    count = collections.Counter(row["class"] for row in rows)
    f1 = {}
    for name, n in count.items():
        hits = sum(row["class"] == name == row["got"] for row in rows)
        claimed = sum(row["got"] == name for row in rows)
        f1[name] = 2 * hits / (n + claimed) if n + claimed else 0
    large = [name for name, n in count.items() if n >= 5]
    macro = sum(f1[name] for name in large) / len(large) if large else 0
    false = sum(row["got"] == "greylisting" != row["class"] for row in rows)
    missed = sum(row["class"] == "greylisting" != row["got"] for row in rows)
    accuracy = right / len(rows)
    print(f"{len(rows)} rows: accuracy {accuracy:.4f}, macro-F1 {macro:.4f} over {len(large)} classes, "
          f"greylisting false {false}, missed {missed}")
    if verbose:
        for name in sorted(count):
            print(f"  {name:22} {count[name]:4}  F1 {f1[name]:.3f}")
    return accuracy >= 0.90 and macro >= 0.85 and false == 0 and missed <= 1


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: make score-classes LABELLED=replies.jsonl")
    with open(sys.argv[2], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    for row, got in zip(rows, classify(sys.argv[1], [row["text"] for row in rows])):
        row["got"] = got
    print("all:   ", end="")
    score(rows, False)
    print("clean: ", end="")
    good = score([row for row in rows if row["clean"]], True)
    if os.environ.get("VERBOSE"):
        for row in rows:
            if row["got"] != row["class"]:
                print(f"{row['class']} <> {row['got']}: {row['text'][:140]}")
    return 0 if good else 1


sys.exit(main())
