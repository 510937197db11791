#!/usr/bin/env python3
"""Time: ranges and the bin `outside`, years that stamps do not name, zones, the nights the clock is changed, the order of files."""
import os
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import GOOD, Directory, Tap, analyze, environment, events, figures, gzipped, run

tap = Tap()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def stamp(when):
    return "%s %2d %s" % (MONTHS[when.month - 1], when.day, when.strftime("%H:%M:%S"))


def sent(when, number=1, host="mx1", iso=False):
    text = when if isinstance(when, str) else when.isoformat() if iso else stamp(when)
    return ("%s %s postfix/smtp[7]: %010X: to=<u%d@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.5/0.4, "
            "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4AB%d)\n" % (text, host, 0xA000000000 + number, number, number)).encode()


def times(*arguments, **options):
    done = run("events", "--fields", "time", *arguments, **options)
    return [record["time"] for record in done.records()]


def seconds(written):
    return datetime.fromisoformat(written).timestamp()


with Directory() as directory:
    # ---- ranges: one mail at noon of each day, 10 to 20 November
    days = [datetime(2026, 11, day, 12, 0, 0) for day in range(10, 21)]
    log = directory("days.log", b"".join(sent(day, n) for n, day in enumerate(days)))
    common = ["--year", "2026", "--tz", "UTC", "--now", "2026-11-19T18:00:00Z"]
    for name, arguments, first, last in [
        ("none", [], 10, 20),
        ("a day to a day, both whole", ["--since", "2026-11-12", "--until", "2026-11-14"], 12, 14),
        ("from a day on", ["--since", "2026-11-18"], 18, 20),
        ("up to a day", ["--until", "2026-11-11"], 10, 11),
        ("up to a day without mail behind", ["--until", "2026-11-09"], None, None),
        ("today", ["--since", "today", "--until", "today"], 19, 19),
        ("yesterday", ["--since", "yesterday", "--until", "yesterday"], 18, 18),
        ("since yesterday", ["--since", "yesterday"], 18, 20),
        ("the last six hours", ["--since", "-6h"], 19, 20),
        ("five hours and 59 minutes", ["--since", "-359m"], 20, 20),
        ("two days", ["--since", "-2d", "--until", "now"], 18, 19),
        ("a week", ["--since", "-1w"], 13, 20),
        ("minutes and seconds", ["--since", "-21600s"], 19, 20),
        ("RFC 3339", ["--since", "2026-11-12T12:00:00Z", "--until", "2026-11-14T12:00:00Z"], 12, 14),
        ("RFC 3339 with an offset", ["--since", "2026-11-12T13:00:00+01:00", "--until", "2026-11-14T13:00:00+01:00"], 12, 14),
        ("a second later", ["--since", "2026-11-12T12:00:01Z", "--until", "2026-11-14T11:59:59Z"], 13, 13),
        ("a blank for the T", ["--since", "2026-11-12 12:00"], 12, 20),
        ("the end before the beginning", ["--since", "2026-11-14", "--until", "2026-11-12"], None, None),
    ]:
        shown = [] if first is None else ["2026-11-%02dT12:00:00+00:00" % day for day in range(first, last + 1)]
        tap.equal(times(*common, *arguments, log), shown, "range: " + name)
        lines = run("analyze", "--format", "json", *common, *arguments, log).json()["lines"]
        tap.equal((lines["read"], lines["event"], lines["outside"]), (11, len(shown), 11 - len(shown)), "lines by bin: " + name)

    # Tracking sees every line: sender and first refusal from before the range; later ones change nothing.
    mail = directory("range.log", GOOD)
    report = analyze("--since", "2026-11-21T06:05:00Z", mail).json()
    tap.equal((report["lines"]["outside"], report["recipients"]["total"], report["recipients"]["delivered"],
               report["recipients"]["delivered_after_greylisting"], report["senders"][0]["name"]), (4, 1, 1, 1, "ann@a.example"),
              "a recipient shown knows its sender and first refusal from before the range")
    report = analyze("--until", "2026-11-21T06:05:00Z", mail).json()
    tap.equal((report["lines"]["outside"], report["recipients"]["total"], report["recipients"]["deferred"],
               report["recipients"]["bounced"], report["greylisting"]["waiting"]), (2, 2, 1, 1, 1),
              "recipients are in their state at --until")

    # ---- years that stamps do not name
    eve = datetime(2025, 12, 31, 23, 59, 0)
    year_end = directory("new-year.log", b"".join(sent(eve + timedelta(minutes=n), n) for n in range(3)))
    wanted = ["2025-12-31T23:59:00+00:00", "2026-01-01T00:00:00+00:00", "2026-01-01T00:01:00+00:00"]
    tap.equal(times("--tz", "UTC", "--year", "2026", year_end), wanted, "--year is that of the last line; earlier ones step back over New Year")
    os.utime(year_end, (datetime(2026, 1, 1, 0, 5, tzinfo=timezone.utc).timestamp(),) * 2)
    tap.equal(times("--tz", "UTC", year_end), wanted, "without --year the file's time tells")
    tap.equal(times("--tz", "UTC", "--now", "2026-08-01", year_end), wanted, "also when it is read months later")
    os.utime(year_end, (datetime(2027, 3, 1, tzinfo=timezone.utc).timestamp(),) * 2)
    tap.equal(times("--tz", "UTC", "--now", "2026-02-01", year_end), wanted, "a file time in the future is not believed")
    with open(year_end, "rb") as file:
        tap.equal(times("--tz", "UTC", "--now", "2026-02-01", stdin=file.read()), wanted, "from a pipe the present tells")
    back = directory("back.log", b"".join(sent(datetime(2026, 1, 1, 0, 0, 30) - timedelta(seconds=40 * n), n) for n in range(3)))
    tap.equal(times("--tz", "UTC", "--year", "2025", back)[0], "2026-01-01T00:00:30+00:00", "a line late by a minute on New Year's Eve ...")
    tap.ok(max(seconds(t) for t in times("--tz", "UTC", "--year", "2025", back)) - min(seconds(t) for t in times("--tz", "UTC", "--year", "2025", back)) == 80,
           "... stays within that minute")
    leap = directory("leap.log", sent("Feb 29 12:00:00"), 1709300000)
    tap.equal(times("--tz", "UTC", leap), ["2024-02-29T12:00:00+00:00"], "29 February belongs to a leap year")
    long_log = b"".join(sent(datetime(2024, 11, 1) + timedelta(days=20 * n), n) for n in range(38))
    two_years = directory("two-years.log", long_log)
    got = times("--tz", "UTC", "--year", "2026", two_years)
    tap.equal(got, [(datetime(2024, 11, 1) + timedelta(days=20 * n)).isoformat() + "+00:00" for n in range(38)], "two New Years in one file")
    weeks = [datetime(2025, 9, 29, 12) + timedelta(days=7 * n) for n in range(60)]
    files = [directory("weekly/mail.log%s" % (".%d" % (59 - n) if n < 59 else ""), sent(week, n) + sent(week + timedelta(days=3), 100 + n),
                       (week + timedelta(days=3)).replace(tzinfo=timezone.utc).timestamp()) for n, week in enumerate(weeks)]
    wanted = [(week + timedelta(days=step)).isoformat() + "+00:00" for week in weeks for step in (0, 3)]
    tap.equal(times("--tz", "UTC", "--now", "2026-11-22", *files), wanted, "60 weekly files, more than a year: by their times")
    tap.equal(times("--tz", "UTC", "--now", "2026-11-22", *reversed(files)), wanted, "in the other order")
    tap.equal(times("--tz", "UTC", "--year", "2026", *files), wanted, "60 weekly files with --year")
    for path in files:
        os.utime(path, (1793500000, 1793500000))
    tap.equal(times("--tz", "UTC", "--year", "2026", *files), wanted, "60 weekly files with --year whose times were lost: by their suffixes")
    mixed = directory("mixed.log", sent("2025-12-31T23:59:00Z", 1) + sent("Jan  1 00:00:10", 2) + sent("2026 Jan 01 00:00:20", 3))
    tap.equal(times("--tz", "UTC", "--year", "2026", mixed), ["2025-12-31T23:59:00+00:00", "2026-01-01T00:00:10+00:00", "2026-01-01T00:00:20+00:00"],
              "stamps with and without a year in one file")

    # ---- zones
    noon = directory("noon.log", sent("Jul  1 12:00:00"))
    for zone, wanted in [("UTC", "2026-07-01T12:00:00+00:00"), ("Europe/Berlin", "2026-07-01T12:00:00+02:00"),
                         ("America/New_York", "2026-07-01T12:00:00-04:00"), ("Asia/Kolkata", "2026-07-01T12:00:00+05:30"),
                         ("+01:00", "2026-07-01T12:00:00+01:00"), ("-0330", "2026-07-01T12:00:00-03:30"),
                         ("/usr/share/zoneinfo/Europe/Berlin", "2026-07-01T12:00:00+02:00")]:
        tap.equal(times("--tz", zone, "--year", "2026", noon), [wanted], "--tz " + zone)
    tap.equal(times("--year", "2026", noon, env=environment(TZ="Europe/Berlin")), ["2026-07-01T12:00:00+02:00"], "TZ in the environment")
    tap.equal(times("--year", "2026", noon, env=environment(TZ="CET-1CEST,M3.5.0,M10.5.0/3")), ["2026-07-01T12:00:00+02:00"], "a POSIX rule in TZ")
    tap.equal(times("--year", "2026", noon, env=environment(TZ="Nowhere/Town")), ["2026-07-01T12:00:00+00:00"], "a broken TZ is UTC")
    tap.equal(times("--year", "2026", noon, env=environment(TZ=":Asia/Tokyo")), ["2026-07-01T12:00:00+09:00"], "TZ with a colon")
    own = directory("own.log", sent("2026-07-01T12:00:00.123456+05:45") + sent("2026-07-01T06:20:00Z", 2) + sent("2026-07-01T12:05:00+0545", 3))
    tap.equal(times("--tz", "Europe/Berlin", own), ["2026-07-01T12:00:00.123456+05:45", "2026-07-01T06:20:00+00:00", "2026-07-01T12:05:00+05:45"],
              "a stamp with a zone keeps it, and its digits")

    # ---- the nights the clock is changed: a line every ten minutes of real time
    def night(zone_hours, start):
        """Local stamps of a zone whose offset falls from zone_hours to zone_hours - 1 at 01:00 UTC."""
        return [(start + timedelta(minutes=10 * n), zone_hours if start + timedelta(minutes=10 * n) < datetime(2026, 10, 25, 1) else zone_hours - 1)
                for n in range(24)]

    autumn = night(2, datetime(2026, 10, 24, 23, 0))
    content = b"".join(sent(utc + timedelta(hours=offset), n) for n, (utc, offset) in enumerate(autumn))
    wanted = [(utc + timedelta(hours=offset)).isoformat() + "+%02d:00" % offset for utc, offset in autumn]
    got = times("--tz", "Europe/Berlin", "--year", "2026", directory("autumn.log", content))
    tap.equal(got, wanted, "the doubled hour: the order of lines tells the first from the second")
    report = run("analyze", "--format", "json", "--tz", "Europe/Berlin", "--year", "2026", directory("autumn.log")).json()
    tap.equal([slot["delivered"] for slot in report["timeline"]], [6, 6, 6, 6], "the timeline has the doubled hour twice")
    tap.equal([seconds(slot["start"]) for slot in report["timeline"]], [seconds("2026-10-24T23:00:00+00:00") + 3600 * n for n in range(4)], "and no gap")
    pieces = content.splitlines(True)
    files = [directory("a.log", b"".join(pieces[:9])), directory("b.log", b"".join(pieces[9:]))]
    tap.equal(times("--tz", "Europe/Berlin", "--year", "2026", *reversed(files)), wanted, "cut inside the first pass of that hour")
    spring = [datetime(2026, 3, 29, 0, 30) + timedelta(minutes=10 * n) for n in range(6)]
    content = b"".join(sent(utc + timedelta(hours=1 if utc < datetime(2026, 3, 29, 1) else 2), n) for n, utc in enumerate(spring))
    got = times("--tz", "Europe/Berlin", "--year", "2026", directory("spring.log", content))
    tap.equal([seconds(t) for t in got], [utc.replace(tzinfo=timezone.utc).timestamp() for utc in spring], "the skipped hour: no gap in real time")
    report = run("analyze", "--since", "2026-10-25", "--until", "2026-10-25", "--format", "json", "--tz", "Europe/Berlin", "--year", "2026",
                 directory("autumn.log")).json()
    tap.equal(report["lines"]["outside"], 0, "a day of 25 hours is a whole day")

    # ---- order of files
    parts = [b"".join(sent(datetime(2026, 11, 1) + timedelta(hours=part * 10 + n), part * 10 + n) for n in range(10)) for part in range(4)]
    names = [directory("x/mail.log.3.gz", gzipped(parts[0])), directory("x/mail.log.2.gz", gzipped(parts[1])), directory("x/mail.log.1", parts[2]),
             directory("x/mail.log", parts[3])]
    whole = times("--year", "2026", "--tz", "UTC", directory("whole.log", b"".join(parts)))
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]):
        tap.equal(times("--year", "2026", "--tz", "UTC", *[names[n] for n in order]), whole, "files given as %s are read in order of time" % order)
    same = sent(datetime(2026, 11, 1), 1)
    for name, files in (("rotation suffix", ["mail.log.10", "mail.log.2", "mail.log.1", "mail.log"]),
                        ("dates in the suffix", ["mail.log-20261101", "mail.log-20261102", "mail.log-20261103.gz", "mail.log"])):
        paths = [directory(name.replace(" ", "-") + "/" + file, sent(datetime(2026, 11, 1), n)) for n, file in enumerate(files)]
        got = run("events", "--fields", "file", "--year", "2026", *sorted(paths)).records()
        tap.equal([os.path.basename(r["file"]) for r in got], files, "equal first stamps: by " + name)
    paths = [directory("m/%s.log" % name, sent(datetime(2026, 11, 1), n), 1793500000 + n) for n, name in enumerate(("c", "a", "b"))]
    got = run("events", "--fields", "file", "--year", "2026", *sorted(paths)).records()
    tap.equal([os.path.basename(r["file"]) for r in got], ["c.log", "a.log", "b.log"], "then by the file's time")
    paths = [directory("p/%s.log" % name, sent(datetime(2026, 11, 1), n), 1793500000) for n, name in enumerate(("c", "a", "b"))]
    got = run("events", "--fields", "file", "--year", "2026", *paths).records()
    tap.equal([os.path.basename(r["file"]) for r in got], ["c.log", "a.log", "b.log"], "then by place on the command line")

    # Two hosts in one time: line by line, stable.
    one = directory("one.log", b"".join(sent(datetime(2026, 11, 1, 0, n), n, "mx1") for n in range(0, 20, 2)))
    two = directory("two.log", b"".join(sent(datetime(2026, 11, 1, 0, n), n, "mx2") for n in range(1, 20, 2)))
    got = times("--year", "2026", "--tz", "UTC", two, one)
    tap.ok(len(got) == 20 and got == sorted(got), "overlapping files are merged line by line", got)

    # The end of one file is the beginning of the next.
    a = directory("o/mail.log.1", parts[0] + parts[1])
    b = directory("o/mail.log", parts[1] + parts[2])
    done = analyze(b, a)
    report = done.json()
    tap.ok(done.status == 0 and report["lines"]["duplicate"] == 10 and report["events"] == 30 and report["lines"]["context"] == 10 and
           "first 10 lines stand in" in done.errors, "an overlap is read once, and said", report["lines"], done)
    single = directory("o1/mail.log.1", parts[0])
    again = directory("o1/mail.log", parts[0].splitlines(True)[-1] + parts[1])
    report = analyze(single, again).json()
    tap.equal((report["lines"]["duplicate"], report["events"]), (0, 21), "one equal line is no overlap")
    # syslog writes what is serious to a second file as well: every third line, scattered over the first.
    whole = b"".join(parts).splitlines(True)
    log = directory("s/mail.log", b"".join(whole))
    serious = directory("s/mail.err", b"".join(whole[1::3]))
    alone = analyze(log).json()
    for order in ((log, serious), (serious, log)):
        done = analyze(*order)
        both = done.json()
        tap.equal((both["lines"]["duplicate"], both["events"], both["recipients"]), (len(whole[1::3]), alone["events"], alone["recipients"]),
                  "lines of mail.err that mail.log has, too, count once, given %s first" % os.path.basename(order[0]))
        tap.ok(b"counted once: %d" % len(whole[1::3]) in done.err, "... which is said", done)
    also = analyze(log, directory("s/one.err", whole[4])).json()
    tap.equal((also["lines"]["duplicate"], also["events"]), (1, alone["events"]), "... also if it is only one")
    # A line that another file has not: it is a log of its own, and what is alike counts twice.
    other = directory("s/other.log", whole[0].replace(b"mx1", b"mx2") + b"".join(whole[1::3]))
    tap.equal(analyze(log, other).json()["lines"]["duplicate"], 0, "lines alike in two logs of which none is a part of the other count twice")
    # The same line many times in one second, in both.
    often = directory("s/often.log", whole[0] + 5 * whole[1] + whole[2])
    fewer = directory("s/fewer.log", 3 * whole[1])
    report = analyze(often, fewer).json()
    tap.equal((report["lines"]["duplicate"], report["lines"]["read"]), (3, 10), "a line that stands there several times counts as often as the longer file has it")
    twice = analyze(a, a).json()
    tap.equal((twice["lines"]["read"], twice["lines"]["duplicate"], twice["events"]), (40, 20, 20), "the same file given twice is an overlap too")
tap.done()
