#!/usr/bin/env python3
"""How the program and the library are built: what makes an overflow harder to use is there, told by the binaries themselves."""
import os
import platform
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import BUILD, SANITIZED, SMTPLOG, Tap, skip_all

if SANITIZED or BUILD.endswith("coverage"):
    skip_all("this build is made in its own way")
tap = Tap()


def readelf(*arguments):
    return subprocess.run(["readelf", "--wide", *arguments], stdout=subprocess.PIPE, check=True).stdout.decode()


for path in (SMTPLOG, os.path.join(BUILD, "libsmtplog.so")):
    name = os.path.basename(path)
    header, segments, dynamic, symbols = readelf("-h", path), readelf("-l", path), readelf("-d", path), readelf("--dyn-syms", path)
    tap.match(header, r"Type:\s+DYN", name + ": can lie at any address")
    tap.match(segments, r"GNU_RELRO", name + ": tables of the linker are read-only after the start")
    tap.match(dynamic, r"BIND_NOW|FLAGS.*NOW", name + ": and complete by then")
    stack = re.search(r"GNU_STACK.*", segments).group(0)
    tap.ok("RWE" not in stack and "E " not in stack.split("0x")[-1], name + ": the stack is no code", stack)
    tap.ok(not re.search(r"LOAD.*RWE", segments), name + ": nothing is both writable and code")
    tap.match(symbols, r"__stack_chk_fail", name + ": stacks are guarded")
    tap.match(symbols, r"__\w+_chk\b(?!_fail)", name + ": sizes known to the compiler are checked")
    tap.ok(not re.search(r"\bTEXTREL\b", dynamic), name + ": code needs no changes when loaded")
if platform.machine() == "x86_64":
    # Of our objects: the C library's start files may be made without, and then the whole is said to be so.
    # As the archive holds them, where no object of a source that is gone lies about.
    notes = subprocess.run(["readelf", "--wide", "-n", BUILD + "/libsmtplog.a"], stdout=subprocess.PIPE, check=True).stdout.decode()
    objects = [part for part in notes.split("File: ") if part.strip()]
    bare = [part.split("\n")[0] for part in objects if "IBT" not in part or "SHSTK" not in part]
    tap.ok(len(objects) > 50 and not bare, "jumps and returns of our code go where they may", *bare[:5])
tap.match(readelf("-d", SMTPLOG), r"FLAGS_1.*PIE", "the program is linked to be moved")
tap.done()
