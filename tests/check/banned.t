#!/usr/bin/env python3
"""No source calls a banned function, and the check sees planted calls."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import TOP, Directory, Tap

tap = Tap()


def banned(top):
    done = subprocess.run([sys.executable, "-B", os.path.join(TOP, "tests/check/banned.py"), top],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


status, said = banned(TOP)
tap.ok(status == 0 and said == "", "no banned function is called", said)

# file, what is planted, whether it is a breach
PLANTED = [
    ("src/base/span.c", "void f(char *a, char *b) { strcpy(a, b); }", True),
    ("src/base/span.c", "void f(void) {\n    system (\"ls\");\n}", True),
    ("src/base/span.c", "int f(char *a) { return sscanf(a, \"%d\", 0); }", True),
    ("src/cli/main.c", "void f(char *a) { sprintf(a, \"x\"); }", True),
    ("src/cli/main.c", "int f(char *a) { return atoi(a); }", True),
    ("src/lib/plan.c", "void f(void) { printf(\"x\"); }", True),
    ("src/track/message.c", "void f(void) { exit(1); }", True),
    ("src/track/message.c", "void f(void) { abort(); }", True),
    ("src/report/escape.c", "void f(void) { perror(\"x\"); }", True),
    ("src/report/escape.c", "void *f(void) { return stderr; }", True),
    ("src/base/zone.c", "void f(void) { tzset(); }", True),
    ("src/cli/main.c", "void f(void) { setlocale(0, \"\"); }", True),
    ("src/tools/embed.c", "void f(time_t t) { localtime(&t); }", True),
    ("src/cli/main.c", "void f(void) { printf(\"x\"); exit(0); }", False),
    ("src/base/span.c", "/* strcpy(a, b) is banned */ // exit(1)", False),
    ("src/base/span.c", "const char *f(void) { return \"strcpy(a) exit(1) stderr\"; }", False),
    ("src/base/span.c", "void my_exit(int); void f(void) { my_exit(1); snprintf(0, 0, \"\"); }", False),
]
for path, planted, breach in PLANTED:
    with Directory() as directory:
        shutil.copytree(os.path.join(TOP, "src"), directory("src"))
        with open(directory(path), "a") as out:
            out.write("\n" + planted + "\n")
        status, said = banned(directory.path)
        wanted = status == 1 and path in said if breach else status == 0 and said == ""
        tap.ok(wanted, "%s: %s" % ("found" if breach else "let pass", " ".join(planted.split())), status, said)
tap.done()
