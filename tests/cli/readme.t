#!/usr/bin/env python3
"""Every command shown in README.md and the manual pages gives the output that stands below it. TAP."""
import glob
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", "build")


def examples(path):
    """(line number, command, expected output) of each ```console block or .Bd example."""
    number, block, start = 0, None, 0
    with open(path, encoding="utf-8") as file:
        for text in file:
            number += 1
            text = text.rstrip("\n")
            if block is None:
                if text in ("```console", ".\\\" example"):
                    block, start = [], number
            elif text in ("```", ".\\\" end"):
                yield from split(block, start)
                block = None
            else:
                block.append(text)


def split(block, start):
    command, output, line = None, [], start
    for offset, text in enumerate(block, 1):
        text = re.sub(r"^\.(nf|fi|EX|EE)$", "", text) if text.startswith(".") else text
        if text.startswith("$ "):
            if command is not None:
                yield line, command, output
            command, output, line = text[2:], [], start + offset
        elif command is not None:
            output.append(text.replace("\\-", "-").replace("\\e", "\\"))
    if command is not None:
        yield line, command, output


def main():
    os.chdir(TOP)
    count = failed = 0
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/nonexistent"}
    for path in ["README.md"] + sorted(glob.glob("src/man/*.[15]")):
        for line, command, expected in examples(path):
            count += 1
            command = command.replace("\\-", "-")
            run = command.replace("build/smtplog", BUILD + "/smtplog")
            done = subprocess.run(["bash", "-c", run], env=env, capture_output=True, text=True)
            got = done.stdout.rstrip("\n").split("\n") if done.stdout else []
            while expected and expected[-1] == "":
                expected.pop()
            good = got == expected
            failed += not good
            print(f"{'ok' if good else 'not ok'} {count} - {path}:{line}: {command[:60]}")
            if not good:
                for want, have in zip(expected + [""] * len(got), got + [""] * len(expected)):
                    if want != have:
                        print(f"# expected: {want}\n# got:      {have}")
                        break
    if count == 0:
        count, failed = 1, 1
        print("not ok 1 - no example found")
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
