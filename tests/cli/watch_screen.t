#!/usr/bin/env python3
"""The screen of smtplog watch as an administrator uses it in an incident: what stands where, in windows narrow and wide, and that
a chosen row, a filter and a pause hold while the log goes on."""
import gzip
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, SMTPLOG, TOP, Directory, Tap, skip_all
from watcher import Terminal, until

if shutil.which("tmux") is None:
    skip_all("there is no tmux")
tap = Tap()


def refusal(number):
    return ("2026-11-21T23:58:%02d.000000+01:00 mx1 postfix/smtp[103]: %012X: to=<new%d@w.example>, relay=mx.w.example[192.0.2.60]:25, "
            "delay=2, delays=0.1/0/0.5/1.4, dsn=5.1.1, status=bounced (host mx.w.example[192.0.2.60] said: 550 5.1.1 "
            "<new%d@w.example>: User unknown (in reply to RCPT TO command))\n" % (number, 0x100000 + number, number, number)).encode()


def rows(terminal):
    """Of the list of refusals."""
    return [line for line in terminal.look().split("\n") if re.match(r"\d\d:\d\d:\d\d ", line)]


with Directory() as directory:
    with gzip.open(os.path.join(DATA, "incidents", "password-guessing.log.gz")) as file:
        log = directory("mail.log", file.read())
    terminal = Terminal(directory.path, 80, 24, SMTPLOG, "watch", "--tz", "UTC", "--now", "2026-11-22T07:00:00Z", log)
    tap.ok(terminal.wait(r"smtplog watch +mail\.log +23:5\d:\d\d "), "the time is that of the log's own stamps, whatever the zone",
           terminal.last)
    tap.ok(terminal.wait(r"\nSomebody guesses passwords, since 14:05"), "the worst finding is above all tables", terminal.last)

    # ---- findings
    terminal.send("8")
    tap.ok(terminal.wait(r"worst first *\nSomebody guesses passwords, since 14:05:03: 555 log-ins failed"), "8: what to act on", terminal.last)
    terminal.send("Enter")
    tap.ok(terminal.wait(r"What to do: Block.*sends since then\."), "Enter shows it whole", terminal.last)
    tap.ok(re.search(r"Block the clients named\s+\(fail2ban on this log\)", terminal.last), "... between words", terminal.last)
    terminal.send("q")

    # ---- the list of refusals
    terminal.send("7")
    tap.ok(terminal.wait("time     code reason +recipient or user +other host"), "7: its columns have heads", terminal.last)
    head = next(line for line in terminal.last.split("\n") if line.startswith("time "))
    places = [head.index(words) for words in ("recipient", "other host")]
    lines = rows(terminal)
    tap.ok(len(lines) > 8 and all(line[place - 1] == " " and line[place] != " " for line in lines for place in places),
           "... and every row keeps to them", terminal.last)
    terminal.send("f")
    terminal.send("auth-failed")
    terminal.send("Enter")
    tap.ok(terminal.wait(r"\n\d\d:\d\d:\d\d -    auth-failed +\w+ +198\.51\.10"), "no code is a hyphen, like in plain lines", terminal.last)
    terminal.resize(200, 24)
    tap.ok(terminal.wait(r'"authentication failed: \(reason unavailable\)"'), "a wide window has room for whole texts", terminal.last)
    os.rename(log, log + ".1")
    with open(log, "ab") as out:
        out.write(refusal(1))
    tap.ok(terminal.wait(r'only rows that hold "auth-failed" \(f changes\) .*rotated; reading'), "a note does not hide the filter",
           terminal.last)
    terminal.send("f", *["BSpace"] * 11, "Enter")
    tap.ok(terminal.wait("new1@") and terminal.wait(r"\n23:5\d:\d\d .*mail\.log: rotated; reading the new file"), "a note has its time",
           terminal.last)

    # ---- a chosen row
    terminal.send("Down", "Down")
    third = re.search(r"<(\S+)>:", rows(terminal)[2]).group(1)
    with open(log, "ab") as out:
        out.write(refusal(2) + refusal(3))
    tap.ok(terminal.wait("new3@"), "new refusals come", terminal.last)
    terminal.send("Enter")
    tap.ok(terminal.wait(r"^ \d{3} <%s>" % re.escape(third)), "Enter explains the row that was chosen before they came", terminal.last)
    terminal.send("q")
    terminal.send("Home")
    with open(log, "ab") as out:
        out.write(refusal(4))
    terminal.wait("new4@")
    terminal.send("Enter")
    tap.ok(terminal.wait(r"^ 550 <new4@w\.example>"), "the first row is always the newest", terminal.last)
    terminal.send("q")

    # ---- from a table into its refusals
    terminal.send("6")
    tap.ok(terminal.wait(r" 198\.51\.100\.201\n"), "6: clients", terminal.last)
    terminal.send("Enter")
    tap.ok(terminal.wait(r'text\n.*only rows that hold "198\.51\.\d+\.\d+" \(q: back\)') and rows(terminal) and
           all("198.51." in line for line in rows(terminal)), "Enter on a client shows its refusals", terminal.last)
    terminal.send("q")
    tap.ok(terminal.wait(r"total  clients ") and "only rows" not in terminal.last, "q goes back to the table", terminal.last)
    terminal.send("3", "w", "w")
    tap.ok(terminal.wait(r" 30  bad\.example"), "3, w: domains, of all that was read", terminal.last)
    terminal.send("f", "bad", "Enter", "Enter")
    tap.ok(terminal.wait(r'info\d+@example\.org .*only rows that hold "bad\.example"'), "Enter on a sender's domain too", terminal.last)
    terminal.send("q", "w", "w", "w")

    # ---- pause
    terminal.send("5")
    tap.ok(terminal.wait(r" mx\.w\.example"), "5: hosts", terminal.last)
    terminal.send("p")
    tap.ok(terminal.wait("PAUSED"), "p pauses", terminal.last)
    terminal.send("3")
    tap.ok(terminal.wait(r"total  domains .*\d  w\.example") and " mx.w.example" not in terminal.last,
           "another table in a pause has rows of its own", terminal.last)
    terminal.send("p", "4")
    tap.ok(terminal.wait(r"nothing in this time \(w: longer\)"), "an empty table says of what time", terminal.last)
    terminal.resize(60, 24)
    tap.ok(terminal.wait(r"refused  share      total  providers\n"), "heads do not overlap in a narrow window", terminal.last)
    tap.ok(terminal.wait(r"1 min: recv \d+ dlvd \d+ .*reject \d+ grey \d+\n"), "rates are shortened where there is little room", terminal.last)
    terminal.send("?")
    terminal.resize(80, 30)
    tap.ok(until(lambda: "q, Esc          back, quit" in terminal.look() and "the log's own." in terminal.last and
                 all(len(line) < 80 for line in terminal.last.split("\n")[1:-2])), "the help fits and is not cut", terminal.last)
    terminal.send("q", "q")
    tap.ok(terminal.wait("status 0"), "q quits", terminal.last)
    terminal.close()
    # ---- what the README shows
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
        shown = re.search(r"```text\n( smtplog watch .*?)```", file.read(), re.S).group(1).rstrip("\n").split("\n")
    with gzip.open(os.path.join(DATA, "incidents", "provider-block.log.gz")) as file:
        log = directory("mail.log", file.read())
    terminal = Terminal(directory.path, 80, len(shown) + 1, SMTPLOG, "watch", "--tz", "UTC", "--now", "2026-11-22T07:00:00Z", log)
    tap.ok(terminal.wait("5618 lines"), "the log of the README", terminal.last)
    terminal.send("2", "w", "w")
    tap.ok(terminal.wait(r"reasons +all, by count") and terminal.wait("bigmail"), "its view", terminal.last)
    lines = terminal.last.split("\n")[:len(shown) + 1]
    tap.equal([line.rstrip() for line in lines[6:-3] + lines[-1:]], shown[6:-2] + shown[-1:], "the screen is the one in the README")
    tap.equal(lines[0][:27], shown[0][:27], "its title too")
    terminal.send("C-c")
    terminal.close()
tap.done()
