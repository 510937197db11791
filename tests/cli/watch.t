#!/usr/bin/env python3
"""smtplog watch: plain lines through every kind of rotation, nothing lost and nothing twice; the screen in a real terminal."""
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import GOOD, SMTPLOG, UNSAFE_TEXT, Directory, Tap, gzipped, run
from watcher import PATIENCE, Terminal, Watcher, ended, watching

NOW = ("--now", "2026-11-21T07:00:00Z")
tap = Tap()


def refusal(number, text="User unknown"):
    return ("Nov 21 06:20:%02d mx1 postfix/smtp[103]: %012X: to=<user%d@w.example>, relay=mx.w.example[192.0.2.60]:25, delay=2, "
            "delays=0.1/0/0.5/1.4, dsn=5.1.1, status=bounced (host mx.w.example[192.0.2.60] said: 550 5.1.1 <user%d@w.example>: %s "
            "(in reply to RCPT TO command))\n" % (number // 10 % 60, 0x100000 + number, number, number, text)).encode()


def append(path, content):
    with open(path, "ab") as file:
        file.write(content)


def numbers(text):
    return [int(n) for n in re.findall(r" user(\d+)@w\.example mx", text)]


with Directory() as directory:
    # ---- what is there, then what comes
    log = directory("mail.log", GOOD)
    watcher = Watcher(directory, *NOW, log)
    tap.ok(watcher.wait(r"read 6 lines, 3 events; new refusals"), "what is there is read first", watcher.text())
    tap.ok(watcher.wait(r"the last hour: delivered 1 deferred 1 bounced 1 rejected 0 greylisted 1 received 1"), "and summed up",
           watcher.text())
    append(log, refusal(1))
    tap.ok(watcher.wait(r'550 outbound rcpt user-unknown bounced 000000100001 user1@w\.example mx\.w\.example "<user1@w\.example>: User'),
           "a new refusal is one line", watcher.text())
    append(log, refusal(2)[:80])
    time.sleep(0.5)
    tap.equal(numbers(watcher.text()[0]), [1], "a line is not read before its end")
    append(log, refusal(2)[80:])
    tap.ok(watcher.wait(r"user2@"), "but then it is")
    append(log, refusal(3, "\x1b[31mred\u202e\x9b"))
    tap.ok(watcher.wait(r"user3@"), "a hostile text comes through")
    out, err = watcher.stop()
    tap.ok(UNSAFE_TEXT.search(out) is None, "... and is harmless", out)

    # ---- rotation while lines are written: each refusal once
    log = directory("rotating.log", b"")
    watcher = Watcher(directory, *NOW, log)
    tap.ok(watcher.wait("read 0 lines"), "an empty file can be watched")
    number = 0
    for round_ in range(12):
        for _ in range(20):
            number += 1
            append(log, refusal(number))
        # copytruncate loses what is written between its two steps, whoever reads: it waits here until all was read
        seen = watcher.wait(r"user%d@" % number)
        if round_ % 4 == 0:  # rename; the writer goes on into the old file, as before its HUP
            os.rename(log, log + ".1")
            number += 1
            append(log + ".1", refusal(number))
            append(log, b"")
            time.sleep(0.3)
            number += 1
            append(log + ".1", refusal(number))
        elif round_ % 4 == 1:  # copytruncate
            shutil.copyfile(log, log + ".1")
            os.truncate(log, 0)
            time.sleep(0.3)
        elif round_ % 4 == 2:  # rename and compress, then a new file
            os.rename(log, log + ".1")
            with open(log + ".1", "rb") as old:
                directory("rotating.log.2.gz", gzipped(old.read()))
            os.unlink(log + ".1")
            time.sleep(0.3)
        else:  # deleted; comes back later
            os.unlink(log)
            time.sleep(0.5)
    append(log, refusal(number + 1))
    tap.ok(watcher.wait(r"user%d@" % (number + 1)), "twelve rotations of four kinds: it still reads", watcher.text()[1])
    out, err = watcher.stop()
    tap.equal(sorted(numbers(out)), list(range(1, number + 2)), "every refusal of twelve rotations is told exactly once")
    for words in ("rotated; reading the new file", "truncated; reading from its beginning", "gone; waiting for it"):
        tap.ok("rotating.log: " + words in err, "it says: " + words, err)

    # ---- several files, one of them late; standard input
    first, second = directory("a.log", GOOD), os.path.join(directory.path, "late.log")
    watcher = Watcher(directory, *NOW, first, second)
    tap.ok(watcher.wait("late.log: not there or not readable; waiting", 1), "a file that is not there is waited for")
    watcher.wait(r"read 6 lines, 3 events; new refusals")  # what comes before that is no news
    append(second, refusal(7))
    append(first, refusal(8))
    tap.ok(watcher.wait("user7@") and watcher.wait("user8@"), "both files are read when it comes")
    watcher.stop()
    pipe = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    watcher = Watcher(directory, *NOW, "-", stdin=pipe.stdout)
    pipe.stdin.write(GOOD)
    pipe.stdin.flush()
    # What comes after the first look at an empty pipe is new already.
    tap.ok(watcher.wait("read 6 lines|550 outbound rcpt user-unknown bounced 3F2A1B0C9D no@w"), "standard input is watched", watcher.text())
    pipe.stdin.write(refusal(9))
    pipe.stdin.close()
    tap.equal(watcher.process.wait(PATIENCE), 0, "its end is the end: status 0")
    tap.match(watcher.text()[0], "user9@", "what came last is told")
    pipe.wait()

    # ---- the last 24 hours, or all
    old = GOOD.replace(b"Nov 21", b"Nov 19")
    log = directory("old.log", old + GOOD)
    for arguments, lines in (([], 6), (["--from-start"], 12), (["--since", "2026-11-21 06:00:03"], 3)):
        watcher = Watcher(directory, *NOW, *arguments, log)
        tap.ok(watcher.wait(r"read %d lines" % lines), "%s: %d lines of two days" % (" ".join(arguments) or "default", lines),
               watcher.text())
        watcher.stop()

    # ---- filters choose what is told
    log = directory("filtered.log", GOOD)
    watcher = Watcher(directory, *NOW, "--recipient", "user2@w.example,user4@w.example", log)
    tap.ok(watcher.wait("the last hour: delivered 0 deferred 0 bounced 0"), "a filter hides what is there", watcher.text())
    append(log, refusal(1) + refusal(2) + refusal(3) + refusal(4))
    tap.ok(watcher.wait("user4@"), "... and lets pass what it names")
    out, err = watcher.stop()
    tap.equal(numbers(out), [2, 4], "... alone")

    # ---- what cannot be watched
    for name, path, words in (("a directory", directory.path, "is a directory"),
                              ("a compressed file", directory("x.gz", gzipped(GOOD)), "is compressed")):
        done = run("watch", path)
        tap.ok(done.status == 4 and words in done.errors, "%s: status 4, said" % name, done)
    done = run("watch", "--journal", "x")
    tap.equal(done.status, 2, "--journal is wrong usage")

    # ---- the screen
    if shutil.which("tmux") is None:
        tap.ok(True, "the screen # SKIP there is no tmux")
        tap.done()

    log = directory("screen.log", GOOD)
    command = [SMTPLOG, "watch", "--tz", "UTC", "--now", "2026-11-21T07:00:00Z", log]
    terminal = Terminal(directory.path, 80, 24, *command)
    tap.ok(terminal.wait(r"smtplog watch +screen\.log .* 6 lines"), "the screen says what is watched", terminal.last)
    tap.ok(terminal.wait(r" 1 +1 +100 % +1 +550 +no such address"), "the table of codes has a row with its meaning", terminal.last)
    append(log, refusal(1) + refusal(2))
    tap.ok(terminal.wait(r" 2 +2 +100 % +3 +550 "), "new lines change it", terminal.last)
    terminal.send("7")
    tap.ok(terminal.wait(r"06:20:00 550 +user-unknown +user2@w\.example.*user1@w\.example"), "7: the newest refusals", terminal.last)
    terminal.send("Enter")
    tap.ok(terminal.wait(r"Reason class +user-unknown.*Sender, do"), "Enter explains the reply of the row", terminal.last)
    terminal.send("q")
    terminal.send("t")
    tap.ok(terminal.wait(r"000000100002.*550.*User unknown"), "t traces its message", terminal.last)
    terminal.send("q")
    terminal.send("f")
    terminal.send("user1")
    terminal.send("Enter")
    tap.ok(terminal.wait(r'only rows that hold "user1"') and "user2@" not in terminal.last, "f shows what holds a text", terminal.last)
    terminal.send("f", "BSpace", "BSpace", "BSpace", "BSpace", "BSpace", "Enter")
    terminal.send("p")
    tap.ok(terminal.wait("PAUSED"), "p pauses", terminal.last)
    append(log, refusal(3))
    time.sleep(1)
    tap.ok(terminal.wait("PAUSED") and "user3@" not in terminal.last, "paused, the screen stands still", terminal.last)
    terminal.send("p")
    tap.ok(terminal.wait(r"user3@"), "and goes on", terminal.last)
    terminal.resize(20, 5)
    tap.ok(terminal.wait("smtplog watch: windo"), "a tiny window is no accident", terminal.last)
    terminal.resize(120, 40)
    tap.ok(terminal.wait(r'user3@w\.example +mx\.w\.example +"<user3@w\.example>: User unknown"'), "a wide one shows more", terminal.last)
    terminal.send("?")
    tap.ok(terminal.wait("trace the row"), "? lists the keys", terminal.last)
    terminal.send("q")
    append(log, refusal(4, "wide \u65e5\u672c\u8a9e " * 20) + refusal(5, "\x1b]0;gone\x07"))
    tap.ok(terminal.wait(r"user5@"), "wide and hostile texts", terminal.last)
    tap.ok(UNSAFE_TEXT.search(terminal.last) is None and all(len(line) <= 120 for line in terminal.last.split("\n")),
           "... stay within the window", terminal.last)
    os.rename(log, log + ".1")
    append(log, refusal(6))
    tap.ok(terminal.wait(r"user6@.*rotated; reading the new file"), "rotation is said on the screen", terminal.last)
    terminal.send("q")
    tap.ok(terminal.wait("status 0"), "q quits with status 0", terminal.last)
    terminal.close()

    terminal = Terminal(directory.path, 80, 24, *command, locale="C")
    tap.ok(terminal.wait(r"6 lines|\b1 line\b") and all(ord(c) < 128 for c in terminal.last), "without UTF-8 the screen is ASCII", terminal.last)
    terminal.send("C-c")
    tap.ok(terminal.wait("status 0"), "Ctrl-C quits and gives the terminal back", terminal.last)
    terminal.close()

    terminal = Terminal(directory.path, 80, 24, *command)
    terminal.wait("screen.log")
    found = watching("screen.log")
    tap.equal(len(found), 1, "one watch runs")
    terminal.close()
    tap.ok(found and ended(found[0]), "it ends when its terminal goes away")
tap.done()
