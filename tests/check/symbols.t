#!/usr/bin/env python3
"""What the libraries show: the shared one exports what the header declares and nothing else; neither holds data that can be
written, so that several analyzers in one process are independent."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BUILD, TOP, SANITIZED, Directory, Tap, skip_all
import source

if SANITIZED:
    skip_all("sanitizers add symbols of their own")
tap = Tap()


def nm(*arguments):
    return subprocess.run(["nm", *arguments], stdout=subprocess.PIPE, check=True, text=True).stdout


header = source.bare(source.read(TOP, "include/smtplog.h"))
declared = set(re.findall(r"\b(smtplog_\w+)\s*\(", header))
exported = {line.split()[-1].split("@")[0] for line in nm("-D", "--defined-only", os.path.join(BUILD, "libsmtplog.so")).splitlines()}
tap.ok(len(declared) >= 10, "the header declares functions (%d)" % len(declared))
tap.equal(sorted(exported - declared), [], "libsmtplog.so exports nothing that the header does not declare")
tap.equal(sorted(declared - exported), [], "libsmtplog.so exports every function of the header")
in_archive = {line.split()[-1] for line in nm("--defined-only", os.path.join(BUILD, "libsmtplog.a")).splitlines()
              if re.match(r"[0-9a-f]+ T ", line)}
tap.equal(sorted(declared - in_archive), [], "libsmtplog.a has every function of the header")

# Variables the library may write to, with the reason.
WRITABLE = {}


def writable(archive):
    """Names of variables outside read-only sections, thread-local and common ones included."""
    found = []
    for line in nm("-f", "sysv", archive).splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 7 and (cells[3] in ("OBJECT", "TLS", "COMMON") or cells[2] in "CdDbB") and cells[2] != "U":
            section = cells[6]
            if not section.startswith((".rodata", ".data.rel.ro")):
                found.append("%s in %s" % (cells[0], section))
    return found


found = [entry for entry in writable(os.path.join(BUILD, "libsmtplog.a")) if entry.split()[0] not in WRITABLE]
tap.equal(found, [], "libsmtplog.a holds no data that can be written")
for planted in ("int counter;", "static int counter = 1; int next(void) { return counter++; }",
                "_Thread_local int counter;", "static char *names[2]; char **f(void) { return names; }"):
    with Directory() as directory:
        directory("x.c", planted + "\n")
        subprocess.run(["gcc", "-fPIC", "-c", directory("x.c"), "-o", directory("x.o")], check=True)
        tap.ok(len(writable(directory("x.o"))) == 1, "planted data is found: " + planted)
with Directory() as directory:
    directory("x.c", "static const char *const names[] = {\"a\"}; const char *f(int i) { return names[i]; }\n")
    subprocess.run(["gcc", "-fPIC", "-c", directory("x.c"), "-o", directory("x.o")], check=True)
    tap.equal(writable(directory("x.o")), [], "constant tables are let pass")

needed = subprocess.run(["readelf", "-d", os.path.join(BUILD, "libsmtplog.so")], stdout=subprocess.PIPE, text=True).stdout
libraries = set(re.findall(r"\[(lib[\w+.-]+?)\.so", needed))
OPTIONAL = {"libjansson", "libzstd", "liblzma", "libbz2"}
tap.equal(sorted(libraries - OPTIONAL - {"libsmtplog", "libpcre2-8", "libz", "libm", "libc"}), [],
          "it needs PCRE2, zlib and libc, and no more than the optional libraries that were there")
stack = subprocess.run(["readelf", "-lW", os.path.join(BUILD, "smtplog")], stdout=subprocess.PIPE, text=True).stdout
tap.ok("GNU_STACK" in stack and not re.search(r"GNU_STACK.*RWE", stack) and "GNU_RELRO" in stack,
       "the program has no executable stack and read-only relocations")
tap.done()
