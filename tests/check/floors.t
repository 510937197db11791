#!/usr/bin/env python3
"""The floors hold, and the check sees every kind of breach."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import TOP, Directory, Tap

CHECK = os.path.join(TOP, "tests/check/floors.sh")
tap = Tap()


def floors(top):
    done = subprocess.run(["sh", CHECK, top], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


status, said = floors(TOP)
tap.ok(status == 0 and said == "", "every file keeps to its floor", said)

# file, what is planted into it, what is said
BREACHES = [
    ("base/span.c", '#include "event/event.h"', "looks up to"),
    ("base/span.c", '  #  include   "track/message.h"', "looks up to"),
    ("event/reply.c", '#include "pattern/pattern.h"', "share a floor"),
    ("input/source.c", '#include "data/record_file.h"', "share a floor"),
    ("catalog/catalog.c", '#include "logfmt/header.h"', "share a floor"),
    ("report/escape.c", '#include "lib/analyzer.h"', "looks up to"),
    ("lib/plan.c", '#include "cli/cli.h"', "no floor that others see"),
    ("cli/main.c", '#include "base/span.h"', "cli/ sees"),
    ("cli/main.c", '#include <base/span.h>', "with quotes"),
    ("tools/embed.c", '#include "base/span.h"', "stand alone"),
    ("track/message.c", '#include "smtplog.h"', "public header"),
    ("base/span.h", '#include "smtplog.h"', "public header"),
    ("track/message.c", '#include "../base/span.h"', "FOLDER/FILE"),
    ("track/message.c", '#include "message.h"', "FOLDER/FILE"),
    ("track/message.c", '#include NAME', "names its file"),
    ("track/message.c", '#include "base/nothing.h"', "there is no"),
    ("track/message.c", '#include <zlib.h>', "belongs to"),
    ("logfmt/header.c", '#include <pcre2.h>', "belongs to"),
    ("extra/new.c", '/* new */', "has no floor"),
    ("base/deep/new.c", '/* new */', "right below"),
]
for path, planted, wanted in BREACHES:
    with Directory() as directory:
        shutil.copytree(os.path.join(TOP, "src"), directory("src"))
        file = directory("src/" + path)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "a") as out:
            out.write("\n" + planted + "\n")
        status, said = floors(directory.path)
        tap.ok(status == 1 and "src/" + path in said and wanted in said and said.count("\n") == 1,
               "a planted breach is found: %s in %s" % (planted, path), status, said)
tap.done()
