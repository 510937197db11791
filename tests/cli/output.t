#!/usr/bin/env python3
"""Where output goes: a closed pipe, a full disk, -o FILE replaced only when complete, standard input, no file at all, progress
on a terminal only."""
import fcntl
import os
import pty
import re
import select
import stat
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import (BUILD, GOOD, GOOD_FIGURES, SANITIZED, SMTPLOG, Directory, Tap, analyze, environment, events, good_figures, gzipped, run)

tap = Tap()
MANY = b"".join(GOOD.replace(b"3F2A1B0C9D", b"%010X" % n) for n in range(0x1000000000, 0x1000000000 + 2000))


def shell(command, *arguments):
    done = subprocess.run(["sh", "-c", command, "sh", SMTPLOG, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment())
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def under_pty(arguments, stdout_too=False, env=None, size=(24, 100)):
    """Runs with standard error (and output) on a terminal; (status, what the terminal got, standard output)."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[0], size[1], 0, 0))
    process = subprocess.Popen([SMTPLOG, *arguments], stdin=subprocess.DEVNULL, stdout=slave if stdout_too else subprocess.DEVNULL,
                               stderr=slave, env=env or environment(TERM="xterm"))
    os.close(slave)
    got = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([master], [], [], 0.2)
        if ready:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            got += piece
        elif process.poll() is not None:
            break
    status = process.wait()
    os.close(master)
    return status, got.decode("utf-8", "replace")


with Directory() as directory:
    log = directory("mail.log", GOOD)
    many = directory("many.log", MANY)

    # ---- a closed pipe
    for name, command in [("events", '"$1" events "$2"'), ("tsv", '"$1" events --format tsv "$2"'), ("report", '"$1" analyze "$2"'),
                          ("json", '"$1" analyze --format json "$2"'), ("patterns", '"$1" patterns show'), ("help", '"$1" help')]:
        status, out, err = shell("{ %s; echo $? >&3; } 3>\"$3\" | head -n 1" % command, many, directory("status"))
        with open(directory("status")) as file:
            own = file.read().strip()
        tap.ok(err == "" and out.count("\n") == 1 and own == "0", "a closed pipe ends quietly: " + name, own, err)
    status, out, err = shell('{ "$1" events "$2"; echo $? >&3; } 3>"$3" | true', many, directory("status"))
    with open(directory("status")) as file:
        tap.ok(err == "" and file.read().strip() == "0", "a pipe closed at once ends quietly", err)
    if os.path.exists("/dev/full"):
        for command in (["events", many], ["analyze", "--year", "2026", many], ["analyze", "--format", "json", many]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([SMTPLOG, *command], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, env=environment())
            tap.ok(done.returncode == 3 and b"No space left on device" in done.stderr, "a full disk is said: " + command[0], done)
    status, out, err = shell('"$1" analyze --format json "$2" >&-', log)
    tap.ok(status != 0 and "smtplog:" in err, "a closed standard output is no success", status, err)

    # ---- -o FILE
    wanted = analyze("--now", "2026-11-22", log).out
    target = directory("report.json")
    done = run("analyze", "--year", "2026", "--tz", "UTC", "--now", "2026-11-22", "-o", target, log)
    tap.ok(done.status == 0 and done.out == b"" and done.err == b"", "-o FILE: nothing on standard output", done)
    with open(target, "rb") as file:
        tap.equal(file.read(), wanted, "-o report.json chooses JSON, the same bytes")
    tap.ok(not stat.S_IMODE(os.stat(target).st_mode) & 0o007, "the file is closed to others (it holds addresses)")
    done = run("events", "-o", directory("e.tsv"), log)
    with open(directory("e.tsv"), "rb") as file:
        tap.ok(file.read().startswith(b"file\tline\t"), "-o e.tsv chooses TSV")
    done = run("analyze", "--format", "text", "-o", directory("t.json"), log)
    with open(directory("t.json"), "rb") as file:
        tap.ok(not file.read().startswith(b"{"), "--format wins over the suffix")
    directory("kept.json", b"old")
    done = run("analyze", "-o", directory("kept.json"), directory("missing.log"))
    with open(directory("kept.json"), "rb") as file:
        tap.ok(done.status == 4 and file.read() == b"old", "nothing could be read: the old file stays", done)
    done = run("events", "-o", directory("kept.json"), directory("missing.log"))
    with open(directory("kept.json"), "rb") as file:
        tap.ok(done.status == 4 and file.read() == b"old", "the same with events", done)
    left = [name for name in os.listdir(directory.path) if re.search(r"\.json\.|\.tsv\.", name)]
    tap.equal(left, [], "no temporary file is left behind")
    before = os.stat(target).st_ino
    with open(target, "rb") as reader:
        run("analyze", "--year", "2026", "--format", "json", "-o", target, many)
        tap.equal(reader.read(), wanted, "who has the old file open keeps reading it whole")
    tap.ok(os.stat(target).st_ino != before, "the file is replaced, not written over")
    os.mkdir(directory("sealed"))
    for path, said in ((directory("nowhere/x.json"), "nowhere/x.json: No such file"), (directory("sealed"), "sealed: ")):
        done = run("analyze", "-o", path, log)
        tap.ok(done.status == 2 and said in done.errors and done.out == b"", "-o that cannot be written is named", done)
    # ---- suffixes and places, asked before anything is read
    for command, known in (("analyze", ".txt .json .csv .html .htm .md .prom .eml .snap"), ("events", ".ndjson .jsonl .json .tsv .txt"), ("figures", ".json .txt")):
        done = run(command, "-o", directory("report.xyz"), log)
        tap.ok(done.status == 2 and ".xyz says no format" in done.errors and known in done.errors and not os.path.exists(directory("report.xyz")),
               command + ": an unknown suffix names the known ones", done)
    done = run("trace", "-o", directory("report.xyz"), "3F2A1B0C9D", log)
    tap.ok(done.status == 2 and ".md .txt" in done.errors, "trace too", done)
    for name in ("report", ".hidden", "dir.d/report"):
        os.makedirs(directory("dir.d"), exist_ok=True)
        done = run("analyze", "--year", "2026", "-o", directory(name), log)
        tap.ok(done.status == 0 and os.path.getsize(directory(name)) > 0, "no suffix is text: " + name, done)
    done = run("analyze", "--year", "2026", "--format", "json", "-o", directory("report.xyz"), log)
    tap.ok(done.status == 0 and os.path.exists(directory("report.xyz")), "--format says it all the same", done)
    slow = directory("fifo")
    os.mkfifo(slow)
    for place in ("missing/x.json", "missing/deep/", "good.json/x.csv", "dir.d"):
        done = run("analyze", "-o", directory(place), slow)
        tap.ok(done.status == 2 and place in done.errors and done.out == b"", "-o %s: refused before the log is read" % place, done)
    done = run("analyze", "--year", "2026", "-o", directory("missing/x.json"), "-o", directory("written.json"), log)
    tap.ok(done.status == 3 and "missing/x.json" in done.errors and os.path.getsize(directory("written.json")) > 0,
           "when one of two places cannot be had, the other is written", done)
    for command in (["analyze", log], ["daily", "--state-dir", directory("state"), log], ["merge", log]):
        done = run(*command, "--table", "codes")
        tap.ok(done.status == 2 and "--table is for csv" in done.errors, command[0] + ": --table without csv is said", done)
    done = run("analyze", "--year", "2026", "--table", "codes", "-o", directory("codes.csv"), "-o", directory("all.html"), log)
    tap.ok(done.status == 0 and open(directory("codes.csv")).read().startswith("code,"), "with a csv among the files it is taken", done)
    for command in ("daily", "merge"):
        for option in (["--code", "450"], ["--domain=example.org"], ["--since", "yesterday"], ["--redact"], ["--host", "mx1"]):
            done = run(command, *option, log)
            tap.ok(done.status == 2 and "a snapshot holds all of a log; smtplog analyze shows parts of one" in done.errors,
                   "%s %s: why there is no such option" % (command, option[0]), done)
        done = run(command, "--nonsense", log)
        tap.ok(done.status == 2 and "has no option --nonsense; try" in done.errors, "%s --nonsense is none at all" % command, done)
    whole = run("figures", "--year", "2026", log)
    part = run("figures", "--year", "2026", "--code", "550", "--redact", log)
    tap.ok(part.status == 0 and "code.550 " in part.text and "code.450 " in whole.text and "code.450 " not in part.text, "figures has filters", part)
    done = run("analyze", "--format", "json", "--year", "2026", "-o", "-", log)
    tap.ok(done.status == 0 and done.out.startswith(b"{"), "-o - is standard output", done)
    done = run("events", "-o", "/dev/null", log)
    tap.ok(done.status == 0 and os.path.exists("/dev/null") and stat.S_ISCHR(os.stat("/dev/null").st_mode), "-o /dev/null writes, replaces nothing")
    os.symlink("report.json", directory("link.json"))
    run("analyze", "-o", directory("link.json"), "--year", "2026", log)
    tap.ok(os.path.islink(directory("link.json")) or os.path.isfile(directory("link.json")), "-o a symbolic link gives a file")

    # ---- standard input
    for name, feed in (("a pipe", GOOD), ("gzip on a pipe", gzipped(GOOD))):
        for arguments in ([], ["-"]):
            done = analyze(*arguments, stdin=feed)
            tap.ok(done.status == 0 and good_figures(done.json()) == GOOD_FIGURES, "%s on standard input%s" % (name, ", named -" * bool(arguments)), done)
    with open(log, "rb") as file:
        done = analyze(stdin=file)
    tap.ok(done.status == 0 and good_figures(done.json()) == GOOD_FIGURES, "a regular file on standard input", done)
    done = events("-", stdin=GOOD)
    tap.ok(done.records()[0]["file"] == "-", "records of standard input have the file `-`")
    done = analyze("-", stdin=b"")
    tap.ok(done.status == 0, "an empty pipe is an empty input", done)
    done = analyze(stdin=b"\x1f\x8bjunk")
    tap.ok(done.status in (3, 4) and "smtplog: -:" in done.errors, "damage on standard input is named `-`", done)
    done = analyze("-", directory("missing.log"), stdin=GOOD)
    tap.ok(done.status == 3 and good_figures(done.json()) == GOOD_FIGURES, "standard input beside a missing file", done)

    # ---- no file at all
    usual = any(__import__("glob").glob(pattern) for pattern in ("/var/log/mail.log*", "/var/log/maillog*", "/var/log/exim4/mainlog*",
                                                              "/var/log/exim/main.log*", "/var/log/journal/*/*.journal",
                                                              "/run/log/journal/*/*.journal"))
    if usual:
        tap.ok(True, "no file, nothing on standard input # SKIP this host has mail logs or a journal")
    else:
        for command in ("analyze", "events"):
            done = run(command)
            tap.ok(done.status == 2 and "journalctl" in done.errors and done.out == b"",
                   "no file and /dev/null (as from cron): wrong usage that tells how, " + command, done)
        done = run()
        tap.ok(done.status == 2, "no argument at all: the same", done)

    # ---- progress
    big = directory("big.log", b"")
    with open(big, "wb") as file:
        for _ in range(6 if SANITIZED else 50):
            file.write(MANY)
    done = events(big)
    tap.equal(done.err, b"", "no progress when standard error is no terminal")
    done = events("--progress", "always", big)
    shown = done.errors.count("MB")
    tap.ok("\x1b" not in done.errors and "\r" not in done.errors, "--progress always into a file: plain lines (%d)" % shown, done.errors[:300])
    status, got = under_pty(["events", "--progress", "never", big])
    tap.ok(status == 0 and got == "", "--progress never says nothing on a terminal", got[:200])
    status, got = under_pty(["events", big])
    tap.ok(status == 0 and (got == "" or (re.search(r"\d+ MB of \d+, \d+ %, \d+ MB/s, \d+ s left", got) and got.endswith("\x1b[K"))),
           "progress on a terminal: bytes, per cent, rate, time left; wiped at the end", repr(got[:200]))

    # ---- colour and width follow the terminal
    status, got = under_pty(["analyze", "--year", "2026", log], True)
    coloured = "\x1b[" in got
    tap.ok(status == 0 and coloured, "colour on a terminal", repr(got[:200]))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", got)
    tap.ok("\x1b" not in plain, "and no other escape sequence", repr(plain[:200]))
    tap.ok(80 < max(map(len, plain.replace("\r", "").split("\n"))) <= 100, "the terminal's 100 columns are used", max(map(len, plain.split("\n"))))
    status, got = under_pty(["analyze", "--year", "2026", log], True, environment(TERM="xterm", NO_COLOR="1"))
    tap.ok("\x1b" not in got, "NO_COLOR is honoured", repr(got[:200]))
    status, got = under_pty(["analyze", "--color", "never", "--year", "2026", log], True)
    tap.ok("\x1b" not in got, "--color never is honoured")
    tap.ok(b"\x1b" not in run("analyze", log).out, "no colour into a file")
    tap.ok(b"\x1b[" in run("analyze", "--color", "always", log).out, "--color always")
    tap.ok(run("analyze", log).out.isascii(), "plain ASCII without a UTF-8 locale")
    same = run("analyze", "--now", "2026-11-22", log).out
    tap.equal(run("analyze", "--now", "2026-11-22", log, env=environment(LC_ALL="tr_TR.UTF-8", LANG="de_DE.UTF-8")).out.isascii(), False,
              "block characters with one")
    tap.equal(re.sub(r"\x1b\[[0-9;]*m", "", run("analyze", "--now", "2026-11-22", "--color", "always", log).text), same.decode(),
              "colour adds escape sequences and nothing else")
tap.done()
