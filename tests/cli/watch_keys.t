#!/usr/bin/env python3
"""The keys of smtplog watch's screen: views in turn, orders of a table, the zoom of the chart, to the end of a list and back, what cannot be
explained or traced, and a filter as it is typed."""
import gzip
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, SMTPLOG, Directory, Tap, skip_all
from watcher import Terminal

if shutil.which("tmux") is None:
    skip_all("there is no tmux")
tap = Tap()

with Directory() as directory:
    with gzip.open(os.path.join(DATA, "incidents", "password-guessing.log.gz")) as file:
        log = directory("mail.log", file.read())
    terminal = Terminal(directory.path, 80, 24, SMTPLOG, "watch", "--tz", "UTC", "--now", "2026-11-22T07:00:00Z", log)
    tap.ok(terminal.wait("6832 lines"), "the log is read", terminal.last)
    tap.ok(terminal.wait("\n +1 .*\u2588"), "where the terminal has UTF-8, the chart has blocks", terminal.last)

    def press(name, keys, pattern):
        terminal.send(*keys)
        return tap.ok(terminal.wait(pattern), name, terminal.last)

    # ---- orders of a table
    press("w, w: all that was read", ["w", "w"], r"all, by count *\n +\d+ +0 +0 % +\d+  250 ")
    press("s: by refusals", ["s"], r"all, by refused *\n +(\d+) +\1 +100 % +\1  450 .* 250 ")
    press("s: by total", ["s"], r"all, by total *\n +\d+ +0 +0 % +\d+  250 ")
    press("s: by name", ["s"], r"all, by name *\n.*  250 .*\n.*  450 .*\n.*  452 .*\n.*  550 .*\n.*  554 ")
    press("s: by count again", ["s"], r"all, by count *\n")

    # ---- views in turn
    press("Tab: the next view", ["Tab"], r"total  reasons +all, by count *\n.*  auth-failed ")
    press("Shift-Tab: the one before", ["BTab"], r"total  codes ")
    press("Shift-Tab: from the first to the last", ["BTab"], r"what to act on, worst first")
    press("Tab: from the last to the first", ["Tab"], r"total  codes ")

    # ---- the chart
    press("z: minutes", ["z"], r"\n +/60 s ")
    press("z: seconds", ["z"], r"\n +/1 s ")
    press("z: ten seconds", ["z"], r"\n +/10 s ")

    # ---- a long list: the screen keeps the newest refusals
    def listed():
        return [line for line in terminal.look().split("\n") if re.match(r"\d\d:\d\d:\d\d ", line)]

    press("7: the newest first", ["7"], r"\n23:53:04 554 ")
    first = listed()
    terminal.send("End")
    tap.ok(terminal.wait(r"\n17:\d\d:\d\d ") and "\n23:53:04" not in terminal.last, "End: the oldest that is kept", terminal.last)
    last = listed()
    tap.ok(len(first) == len(last) and last == sorted(last, key=lambda line: line[:8], reverse=True), "as many rows as at the top", last)
    terminal.send("PPage")
    tap.ok(terminal.wait(re.escape(last[0]) + r"(?s:.)+\n") and listed()[-1] != last[-1], "Page-Up: rows before", terminal.last)
    press("Page-Down: back at the end", ["NPage", "NPage"], re.escape(last[-1].rstrip()))
    press("Home: the newest again", ["Home"], r"\n23:53:04 554 .*\n")
    press("Down, Up: the first row", ["Down", "Down", "Up", "Up", "Enter"], r"^ 554 <test@elsewhere\.example>")
    press("q: back", ["q"], r"\n23:53:04 554 ")
    press("a refusal without a code is explained by its reason", ["End", "Enter"], r"^ auth-failed *\n")
    press("q: back in the list", ["q"], r"\n17:\d\d:\d\d ")
    press("a reason is explained", ["2", "Enter"], r"^ auth-failed *\n(?s:.)*Whose problem")
    terminal.send("q")
    press("the help is longer than a low window", ["?"], r"q, Esc +back, quit")
    terminal.resize(80, 12)
    press("... its beginning", ["Home"], r"^ keys(?s:.)*1 to 8, Tab")
    press("Page-Down: the page scrolls", ["NPage", "NPage"], r"q, Esc +back, quit")
    press("Up: and back", ["PPage", "PPage", "Up"], r"^ keys(?s:.)*1 to 8, Tab")
    terminal.send("q")
    terminal.resize(80, 24)

    # ---- nothing there
    press("Enter on an empty table", ["4", "Enter"], r"nothing to explain here")
    press("t on an empty table", ["t"], r"nothing to trace here")

    # ---- typing a filter
    press("f: what is typed is shown", ["3", "f", "gr\u00fc"], r"rows that hold: gr\u00fc_")
    press("Backspace takes a whole character", ["BSpace"], r"rows that hold: gr_")
    press("Enter: only such rows", ["ey", "Enter"], r"greymail\.example(?s:.)*only rows that hold \"grey\"")
    press("Escape leaves the filter as it was", ["f", "xxx", "Escape"], r"greymail\.example(?s:.)*only rows that hold \"grey\"")
    terminal.send("C-l")
    press("Ctrl-L draws the screen again", [], r"smtplog watch +mail\.log(?s:.)*greymail\.example(?s:.)*only rows that hold \"grey\"")
    press("q quits", ["q"], r"status 0")
    terminal.close()
tap.done()
