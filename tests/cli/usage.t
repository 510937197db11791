#!/usr/bin/env python3
"""The command line: wrong usage gives status 2, a message, and no output; options may stand anywhere; `--` and files that are
named like commands or options."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import GOOD, GOOD_FIGURES, Directory, Tap, analyze, figures, good_figures, run

tap = Tap()

with Directory() as directory:
    log = directory("mail.log", GOOD)

    # arguments, what is said
    for arguments, said in [
        (["analyze", "--nonsense", log], "has no option --nonsense"),
        (["analyze", "--nonsense=1", log], "has no option --nonsense"),
        (["analyze", "-x", log], "has no option -x"),
        (["analyze", "--s", "x", log], None),
        (["analyze", "--help=yes"], "takes no value"),
        (["analyze", log, "--since"], "--since needs a value"),
        (["analyze", log, "-j"], "--jobs needs a value"),
        (["analyze", log, "-o"], "--output needs a value"),
        (["analyze", "--since", "sometime", log], "--since: \"sometime\" is not a time"),
        (["analyze", "--since", "", log], "--since: \"\" is not a time"),
        (["analyze", "--until", "2026-02-30", log], "is not a time"),
        (["analyze", "--until", "2026-13-01", log], "is not a time"),
        (["analyze", "--until", "-2y", log], "is not a time"),
        (["analyze", "--until", "25:00", log], "is not a time"),
        (["analyze", "--now", "then", log], "--now: \"then\" is not a time"),
        (["analyze", "--year", "26x", log], "--year: \"26x\" is not"),
        (["analyze", "--year", "0", log], "--year: \"0\" is not"),
        (["analyze", "--year", "10000", log], "--year: \"10000\" is not"),
        (["analyze", "--year", "-1", log], "--year: \"-1\" is not"),
        (["analyze", "--tz", "Nowhere/Town", log], "--tz: \"Nowhere/Town\" is not a time zone"),
        (["analyze", "--tz", "../../../etc/passwd", log], "is not a time zone"),
        (["analyze", "--tz", "/etc/passwd", log], "is not a time zone"),
        (["analyze", "--tz", "/etc", log], "is not a time zone"),
        (["analyze", "--tz", "Europe", log], "is not a time zone"),
        (["analyze", "--tz", "+99:00", log], "is not a time zone"),
        (["analyze", "--input", "sendmail", log], "--input: \"sendmail\" is not"),
        (["analyze", "--format", "yaml", log], "--format"),
        (["analyze", "--format", "ndjson", log], "--format"),
        (["events", "--format", "json", log], "--format"),
        (["analyze", "--color", "sometimes", log], "--color is auto, always or never"),
        (["analyze", "--progress", "1", log], "--progress is auto, always or never"),
        (["analyze", "-j", "0", log], "-j takes a number"),
        (["analyze", "-j", "x", log], "-j takes a number"),
        (["analyze", "-j", "-1", log], "-j takes a number"),
        (["analyze", "-j", "99999999999", log], "-j takes a number"),
        (["analyze", "--top", "x", log], "--top: \"x\" is not a number"),
        (["analyze", "--top", "-1", log], "--top: \"-1\" is not a number"),
        (["analyze", "--top", "99999999999999999999999", log], "--top"),
        (["analyze", "--width", "3", log], "--width: \"3\" is not a number"),
        (["analyze", "--width", "99999999", log], "--width"),
        (["events", "--fields", "time,nonsense", log], "there is no field \"nonsense\""),
        (["events", "--fields", "time,,code", log], "there is no field"),
        (["events", "--top", "3", log], "has no option --top"),
        (["analyze", "--fields", "time", log], "has no option --fields"),
        (["patterns", "nonsense"], "nonsense"),
        (["help", "nonsense"], "there is no command nonsense"),
    ]:
        if said is None:
            continue
        done = run(*arguments)
        tap.ok(done.status == 2 and said in done.errors and done.out == b"" and done.errors.startswith("smtplog: "),
               "wrong usage: " + " ".join(arguments).replace(directory.path, "."), done)
    done = run("analyze", "--t", "3", log)
    tap.ok(done.status == 2 and done.out == b"", "a beginning that two options share is wrong usage", done)

    # ---- options stand anywhere, in every form
    plain = run("analyze", "--format", "json", "--year", "2026", "--now", "2026-11-22", log)
    tap.equal(plain.status, 0, "options in front")
    for name, arguments in [
        ("behind", ["analyze", log, "--format", "json", "--year", "2026", "--now", "2026-11-22"]),
        ("with =", ["analyze", "--format=json", "--year=2026", "--now=2026-11-22", log]),
        ("shortened", ["analyze", "--form", "json", "--ye", "2026", "--now", "2026-11-22", log]),
        ("in between", ["analyze", "--format", "json", log, "--year", "2026", "--now", "2026-11-22"]),
        ("the last of two counts", ["analyze", "--format", "text", "--year", "2020", "--year", "2026", "--now", "2026-11-22",
                                    "--format", "json", log]),
        ("no command", ["--format", "json", "--year", "2026", "--now", "2026-11-22", log]),
        ("the file first", [log, "--format", "json", "--year", "2026", "--now", "2026-11-22"]),
        ("behind --", ["analyze", "--format", "json", "--year", "2026", "--now", "2026-11-22", "--", log]),
        ("-j", ["analyze", "-j", "2", "--format", "json", "--year", "2026", "--now", "2026-11-22", log]),
        ("-j2", ["analyze", "-j2", "--format", "json", "--year", "2026", "--now", "2026-11-22", log]),
        ("--jobs", ["analyze", "--jobs=3", "--format", "json", "--year", "2026", "--now", "2026-11-22", log]),
        ("--input", ["analyze", "--input", "postfix", "--format", "json", "--year", "2026", "--now", "2026-11-22", log]),
        ("--input auto", ["analyze", "--input=auto", "--format", "json", "--year", "2026", "--now", "2026-11-22", log]),
    ]:
        done = run(*arguments)
        tap.ok(done.status == 0 and done.out == plain.out, "the same report: options " + name, done)

    # ---- names
    directory("events", GOOD)
    directory("analyze", GOOD)
    directory("-dash.log", GOOD)
    directory("--since", GOOD)
    directory("help", GOOD)
    directory("two words.log", GOOD)
    for name, arguments, good in [
        ("./events", ["analyze", "./events"], True), ("events behind --", ["analyze", "--", "events"], True),
        ("events as a file of analyze", ["analyze", "events"], True), ("./analyze alone", ["./analyze"], True),
        ("-dash.log behind --", ["analyze", "--", "-dash.log"], True), ("./-dash.log", ["analyze", "./-dash.log"], True),
        ("--since behind --", ["analyze", "--", "--since"], True), ("two words", ["two words.log"], True),
        ("./help", ["./help"], True), ("-dash.log as an option", ["analyze", "-dash.log"], False),
    ]:
        done = run(*arguments, "--format", "json", "--year", "2026", cwd=directory.path) if "--" not in arguments else \
            run(arguments[0], "--format", "json", "--year", "2026", *arguments[1:], cwd=directory.path)
        if good:
            tap.ok(done.status == 0 and good_figures(done.json()) == GOOD_FIGURES, "a file named " + name, done)
        else:
            tap.equal(done.status, 2, "a file named " + name)
    done = run("events", stdin=b"", cwd=directory.path)
    tap.ok(done.status == 0 and done.out == b"", "the command `events` wins over a file of that name")
    done = run("nosuch", cwd=directory.path)
    tap.ok(done.status == 4 and "nosuch: No such file" in done.errors, "no command and no file: named", done)

    # ---- help: of each command what may follow, and no blanks at the ends of lines
    plain_status = "Exit status: 0 done, 2 wrong usage."
    for command, wanted in [("analyze", "3 done but something"), ("daily", "1 a rule held"), ("merge", "1 a rule held"), ("events", "4 nothing could be read"),
                            ("watch", "3 done but something"), ("patterns", "1 a test failed"), ("explain", plain_status), ("compare", plain_status)]:
        done = run(command, "--help")
        told = " ".join(done.text.split())
        tap.ok(done.status == 0 and wanted in told[told.rindex("Exit status"):], "help %s: how it ends" % command, told[-300:])
        tap.ok(not re.search(r"[ \t]$", done.text, re.M), "help %s: no blanks at the ends of lines" % command, done)

    # ---- the command behind options; one that is written nearly right
    for name, arguments in [("an option with a value", ["--year", "2026", "events"]), ("a glued one", ["--year=2026", "events"]),
                            ("a letter", ["-j", "1", "--year", "2026", "events"])]:
        done = run(*arguments, log)
        tap.ok(done.status == 0 and len(done.records()) == 3, "a command behind " + name, done)
    done = run("--lang", "en", "explain", "450")
    tap.ok(done.status == 0 and done.text.startswith("450 "), "explain behind --lang", done)
    done = run("--lang", "en", "help", "explain")
    tap.ok(done.status == 0 and "smtplog explain" in done.text, "help behind --lang", done)
    done = run("help", "--lang", "en", "explain")
    tap.ok(done.status == 0 and "smtplog explain" in done.text, "help with an option", done)
    done = run("--", "events", cwd=directory.path)
    tap.ok(done.status == 0 and b"REPLY CODES" in done.out, "behind -- it is a file", done)
    done = run("analyz", log)
    tap.ok(done.status == 2 and "did you mean analyze?" in done.errors, "analyz is neither command nor file", done)

    # ---- --top, --fields, --width
    report = analyze("--top", "1", log).json()
    tap.ok(len(report["domains"]) == 1 and len(report["codes"]) == 3, "--top cuts tables, not codes[]", report["domains"])
    tap.ok(len(analyze("--top", "0", log).json()["domains"]) == 2, "--top 0 shows all")
    done = run("events", "--fields", "code,recipient", log)
    tap.equal(done.out, b'{"code":450,"recipient":"bob@z.example"}\n{"code":550,"recipient":"no@w.example"}\n'
              b'{"code":250,"recipient":"bob@z.example"}\n', "--fields picks, in the order given")
    done = run("events", "--format", "tsv", "--fields", "recipient,code,stale", log)
    tap.equal(done.out, b"recipient\tcode\tstale\nbob@z.example\t450\t\nno@w.example\t550\t\nbob@z.example\t250\t\n", "the same as TSV")
    done = run("events", "--format", "text", "--fields", "line,recipient,stale,text", log)
    tap.match(done.text, r'\A3 bob@z.example - ".+"\n', "events as lines to read")
    done = run("events", "--format", "text", log)
    tap.match(done.text, r"\A\S+ 450 outbound rcpt \S+ deferred \w+ bob@z.example \S+ \S+ \".*\"\n", "with the usual columns")
    done = run("events", "--format", "csv", log)
    tap.ok(done.status == 2 and "ndjson, tsv or text" in done.errors, "and no others", done)
    for width in (72, 80, 132, 1000):
        done = run("analyze", "--width", str(width), "--year", "2026", log)
        longest = max(done.text.split("\n"), key=len)
        tap.ok(done.status == 0 and len(longest) <= width, "--width %d: no line is longer" % width, "%d: %s" % (len(longest), longest))
tap.done()
