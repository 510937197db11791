#!/usr/bin/env python3
"""A day beside the days before it: what is usual is worked out here from the same days, and what is more, less, gone or silent is said in the
table, the paragraph and the JSON."""
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Directory, Tap, run

tap = Tap()
WHEN = ["--year", "2026", "--tz", "UTC", "--now", "2026-11-22T06:00:00Z"]
SILENT = 15
OUTCOMES = {"sent": "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4AB)",
            "bounced": "dsn=5.1.1, status=bounced (host mx.z.example[192.0.2.50] said: 550 5.1.1 <u@z.example>: User unknown (in reply to RCPT TO command))"}


def lines_of(day, **outcomes):
    """A message a minute quarter, each with one recipient."""
    lines = []
    for outcome in OUTCOMES:
        for _ in range(outcomes[outcome]):
            number = len(lines) // 3
            head = "Nov %2d %02d:%02d:%02d mx1 postfix/" % (day, 6 + number // 240, number // 4 % 60, number % 4 * 15)
            queue_id = "%02X%06X" % (day, number)
            lines += [head + "qmgr[102]: %s: from=<ann@a.example>, size=2048, nrcpt=1 (queue active)\n" % queue_id,
                      head + "smtp[103]: %s: to=<u%d@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, delays=0.1/0/0.5/0.4, %s\n" % (
                          queue_id, number, OUTCOMES[outcome]),
                      head + "qmgr[102]: %s: removed\n" % queue_id]
    return "".join(lines)


# The first day may have begun before the log: it is none to compare with.
BEFORE = {day: {"sent": 100 + 4 * (day % 3), "bounced": 10 + day % 3} for day in range(8, 21) if day != SILENT}
COMPARED = [BEFORE.get(day, {"sent": 0, "bounced": 0}) for day in range(9, 21)]


def words_of(text):
    return " ".join(text.split())


with Directory() as directory:
    def daily(name, *arguments, **today):
        log = directory("log-" + name, "".join(lines_of(day, **day_of) for day, day_of in BEFORE.items()) + lines_of(21, **today))
        return run("daily", "--state-dir", directory("state-" + name), *WHEN, *arguments, log)

    for name, today, recipients, hard, gone in (("less than half", {"sent": 30, "bounced": 0}, "less than half of the usual", "none on this day", True),
                                                ("less", {"sent": 70, "bounced": 7}, "less than usual", "as usual", False),
                                                ("as usual", {"sent": 104, "bounced": 11}, "as usual", "as usual", False),
                                                ("more", {"sent": 150, "bounced": 14}, "more than usual", "as usual", False),
                                                ("times", {"sent": 500, "bounced": 60}, "5 times the usual", "as usual", False)):
        done = daily(name, **today)
        said = words_of(done.text)
        total = sum(today.values())
        usual = statistics.median(sum(day.values()) for day in COMPARED)
        tap.ok(done.status == 0 and "recipients %d %d 120 %s" % (total, usual, recipients) in said, name + ": recipients, the median, the same weekday, in words", done.text)
        tap.ok("hard 5yz %.1f %% 9.6 %% 10.0 %% %s" % (100 * today["bounced"] / total, hard) in said, name + ": the share of hard refusals", done.text)
        tap.equal("Gone, though on most of these days: class.user-unknown, code.550." in said, gone, name + ": what is gone")
        tap.ok("Days without an event: 2026-11-%d." % SILENT in said, name + ": the silent day", done.text)
        against = daily(name, "--format", "json", **today).json()["against"]
        rows = {row["name"]: row for row in against["figures"]}
        tap.equal((rows["recipients.total"]["value"], rows["recipients.total"]["usual"], rows["recipients.total"]["same_weekday"]),
                  (total, usual, 120), name + ": the same figures in JSON")
        shares = [day["bounced"] / max(1, sum(day.values())) for day in COMPARED]
        tap.ok(abs(rows["hard_share"]["usual"] - statistics.median(shares)) < 1e-6, name + ": and the median of shares", rows["hard_share"])
        tap.equal((against["days"], against["gone"], against["silent_days"]),
                  (12, ["class.user-unknown", "code.550"] if gone else [], ["2026-11-%d" % SILENT]), name + ": days, gone, silent in JSON")
    done = daily("never before", "--date", "2026-11-21", sent=104, bounced=0)
    tap.ok("Gone, though on most of these days: class.user-unknown, code.550." in words_of(done.text), "a day that is named", done.text)

    # Days before the log begins.
    log = directory("late.log", lines_of(18, sent=2, bounced=0))
    for arguments, days in ((["--date", "2026-10-31", "--month"], "2026-10-01 to 2026-10-31"), (["--date", "2026-11-14", "--week"], "2026-11-08 to 2026-11-14"),
                            (["--date", "2026-11-14"], "2026-11-14")):
        done = run("daily", "--state-dir", directory("state-late"), *WHEN, *arguments, log)
        tap.ok(done.status == 4 and done.out == b"" and "the logs hold no line of %s\n" % days in done.errors, "nothing of %s: said, no report" % days, done)
tap.done()
