#!/usr/bin/env python3
"""smtplog daily: a snapshot a day, found again, filled in, never written twice; weeks and months as merges; other days beside it; the state
directory when it is missing, damaged, full of strangers, or the run is killed at any call that writes."""
import glob
import gzip
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, GOOD, Result, SANITIZED, SMTPLOG, Tap, calls_of, environment, figures, run

tap = Tap()
NOW = "2026-11-22T06:00:00Z"
WHEN = ["--year", "2026", "--tz", "UTC"]


def day_of(content, day):
    """The same lines on another day of November."""
    return b"".join(b"Nov %2d" % day + line[6:] if re.match(rb"Nov [ \d]\d ", line) else line for line in content.splitlines(keepends=True))


def load(name):
    with open(os.path.join(DATA, name), "rb") as file:
        content = file.read()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def comparable(report):
    report = figures(report, "against")
    for row in report["not_understood"] + report.get("contradictions", []):
        row.pop("file", None)
        row.pop("line", None)
    return report


MAIL = load("rotated/mail.log.1")
with Directory() as directory:
    # Fourteen days in three files. The first of them begins in the middle of the day before.
    older = day_of(GOOD, 7) + b"".join(day_of(MAIL, day) for day in range(8, 14))
    newer = b"".join(day_of(MAIL, day) for day in range(14, 20))
    newest = day_of(MAIL, 20) + day_of(MAIL, 21) + day_of(GOOD, 22)
    logs = [directory("mail.log.2.gz", gzip.compress(older)), directory("mail.log.1", newer), directory("mail.log", newest)]
    state = directory("state")

    def daily(*arguments, where=state, files=logs, now=NOW, env=None):
        return run("daily", "--state-dir", where, "--now", now, *WHEN, *arguments, *files, env=env)

    def snapshots(where=state):
        return {name: (os.stat(os.path.join(where, name)).st_mtime_ns, open(os.path.join(where, name), "rb").read())
                for name in sorted(os.listdir(where)) if name.endswith(".snap")}

    # ---- the first run
    done = daily("--format", "json", "--top", "0")
    tap.ok(done.status == 0 and done.err == b"", "the first run reports yesterday", done)
    made = snapshots()
    tap.equal([name[:10] for name in made], ["2026-11-%02d" % day for day in range(8, 22)],
              "it fills in the days that the logs hold whole, and none of today")
    tap.ok(all(stat.S_IMODE(os.stat(os.path.join(state, name)).st_mode) == 0o640 for name in made) and
           stat.S_IMODE(os.stat(state).st_mode) == 0o750, "files and directory are closed to others")
    first = done.json()
    tap.equal((first["period"]["first"][:10], first["period"]["last"][:10]), ("2026-11-21", "2026-11-21"), "the report is of yesterday alone")
    alone = run("analyze", "--format", "json", "--top", "0", *WHEN, directory("day.log", day_of(MAIL, 21))).json()
    tap.same_json({key: first[key] for key in ("lines", "events", "codes", "rejects", "attempts", "stages")},
                  {key: alone[key] for key in ("lines", "events", "codes", "rejects", "attempts", "stages")},
                  "what lines say is that of the day's lines")

    # ---- twice
    again = daily("--format", "json", "--top", "0")
    tap.ok(again.status == 0 and figures(again.json()) == figures(first) and snapshots() == made, "a second run changes nothing", again)
    gone = daily("--format", "json", "--top", "0", files=[directory("other.log", day_of(GOOD, 22))])
    tap.ok(gone.status == 0 and comparable(gone.json()) == comparable(first), "the logs may be gone: the snapshot is there", gone)
    tap.equal([name for name in os.listdir(state) if not name.endswith(".snap")], [".lock"], "nothing else is left")
    named = glob.glob(os.path.join(state, "*"))
    every = run("merge", "--format", "json", *named)
    tap.ok(every.status == 0 and not every.errors, "the directory's files, as a shell names them, are snapshots", named, every.errors)

    # A day made by hand is the same part: it counts once.
    by_hand = directory("by_hand.snap")
    run("analyze", *WHEN, "--now", NOW, "--since", "2026-11-21", "--until", "2026-11-21", "-o", by_hand, *logs)
    kept = os.path.join(state, [name for name in made if "-21_" in name][0])
    tap.equal(run("merge", *WHEN[2:], "--now", NOW, "--format", "json", by_hand, kept).out, run("merge", *WHEN[2:], "--now", NOW, "--format", "json", kept).out,
              "a snapshot of the day made by analyze is the same, and counts once")

    # ---- weeks and months are merges
    week = daily("--week", "--format", "json", "--top", "0").json()
    lines = b"".join(day_of(MAIL, day) for day in range(15, 22))
    whole = run("analyze", "--format", "json", "--top", "0", *WHEN, directory("week.log", lines)).json()
    tap.same_json({key: week[key] for key in ("lines", "events", "codes", "rejects", "attempts")},
                  {key: whole[key] for key in ("lines", "events", "codes", "rejects", "attempts")}, "--week is the seven days read at once")
    month = daily("--month", "--format", "json").json()
    tap.equal((month["period"]["first"][:10], month["period"]["last"][:10]), ("2026-11-08", "2026-11-21"), "--month is what there is of it")
    other = daily("--date", "2026-11-10", "--format", "json").json()
    tap.equal(other["period"]["first"][:10], "2026-11-10", "--date")
    for arguments, said in ((["--date", "2026-11-22"], "is not over"), (["--date", "2026-11-31"], "is not a day"), (["--date", "soon"], "is not a day"),
                            (["--keep", "0"], "a number of days")):
        done = daily(*arguments)
        tap.ok(done.status == 2 and said in done.errors, " ".join(arguments) + " is refused", done)
    done = daily("--date", "2026-10-01")
    tap.ok(done.status == 4 and "no line of 2026-10-01" in done.errors, "a day that nobody knows", done)

    # ---- against other days
    against = first["against"]
    tap.ok(against["days"] == 13 and all(row["says"] == "as usual" for row in against["figures"]), "beside thirteen equal days: as usual", against)
    bad = re.sub(rb"(?m)^.*status=sent.*\n", b"", MAIL) + GOOD.replace(b"550 5.1.1", b"550 5.7.1") * 1
    odd = day_of(MAIL, 21) + b"".join(day_of(GOOD, 21).replace(b"3F2A1B0C9D", b"%010X" % (2 ** 36 + n)).replace(b"no@w", b"no%d@w" % n)
                                      .replace(b"550 5.1.1", b"556 5.1.10") for n in range(200))
    odd_state = directory("odd")
    shutil.copytree(state, odd_state)
    os.unlink(os.path.join(odd_state, [name for name in made if "-21_" in name][0]))
    done = daily("--format", "json", where=odd_state, files=logs[:2] + [directory("odd/mail.log", odd)])
    rows = {row["name"]: row for row in done.json()["against"]["figures"]}
    tap.ok(rows["hard_share"]["says"] == "more" and rows["recipients.total"]["says"] == "more" and rows["rejects.total"]["says"] == "as usual",
           "a day that is not like the others", rows)
    tap.ok("code.556" in done.json()["against"]["new"], "a code that no day before had is new", done.json()["against"])
    text = daily("--width", "120", where=odd_state).text
    tap.ok("times the usual" in text and "New, on none of these days before" in text and "code.556" in text, "in words", text[:3500])
    changes = [(row["change"], row["kind"], row["name"]) for row in done.json()["against"]["changes"]]
    tap.ok(("new", "finding", "dead-list") in changes and ("new", "text", "556 5.1.10 <address>: User unknown") in changes,
           "findings and reply texts that no day before had are new", changes)
    tap.ok("new finding" in text and "We send to a dead list" in text and '"556 5.1.10 <address>: User unknown"' in text, "in words too", text[:3500])
    new = next(row for row in done.json()["against"]["changes"] if row["name"].startswith("556"))
    tap.ok(new["count"] == 200 and new["first"].startswith("2026-11-21T06:00:0") and new["days"] == 0 and new["code"] == 556, "with count and first time", new)
    tap.equal([change for change in changes if change[2] in ("450 4.2.0 <address>: Recipient address rejected: Greylisted, see <url>",)], [],
              "what other days had too is not new")
    tap.equal([row for row in first["against"]["changes"] if row["change"] != "known"], [], "nothing is new or gone on a day like the others")
    # The day behind it: what was new is gone or known.
    next_state = directory("next")
    shutil.copytree(odd_state, next_state)
    calm = day_of(MAIL, 22)
    done = run("daily", "--state-dir", next_state, "--now", "2026-11-23T06:00:00Z", *WHEN, "--format", "json", directory("next.log", odd + calm + day_of(GOOD, 23)))
    gone = {(row["change"], row["name"]): row for row in done.json()["against"]["changes"]}
    tap.ok(gone.get(("gone", "dead-list"), {}).get("last_day") == "2026-11-21" and ("gone", "556 5.1.10 <address>: User unknown") not in gone,
           "a finding of the day before is gone; a text of one day only is not missed", gone)
    again = odd.replace(b"Nov 21", b"Nov 22").replace(b": 10000000", b": 20000000")
    shutil.rmtree(next_state)
    shutil.copytree(odd_state, next_state)
    done = run("daily", "--state-dir", next_state, "--now", "2026-11-23T06:00:00Z", *WHEN, "--format", "json", directory("next.log", again + day_of(GOOD, 23)))
    known = {(row["change"], row["name"]): row for row in done.json()["against"]["changes"]}
    tap.ok(known.get(("known", "dead-list"), {}).get("first_day") == "2026-11-21" and known[("known", "dead-list")]["days"] == 1,
           "one of both days is known since the first", known)
    half = day_of(MAIL, 22)
    half = b"".join(line for line in half.splitlines(keepends=True) if b"User unknown in virtual mailbox" not in line)
    shutil.rmtree(next_state)
    shutil.copytree(state, next_state)
    done = run("daily", "--state-dir", next_state, "--now", "2026-11-23T06:00:00Z", *WHEN, "--format", "json", directory("next.log", half + day_of(GOOD, 23)))
    gone = [(row["change"], row["name"], row["last_day"]) for row in done.json()["against"]["changes"] if row["change"] != "known"]
    tap.ok(gone and all(row[0] == "gone" and row[2] == "2026-11-21" and "virtual mailbox table" in row[1] for row in gone), "a text of most days is missed", gone)
    table = daily("--format", "csv", "--table", "changes", where=odd_state).text
    tap.ok(table.startswith("change,kind,name,place,class,count,first,day,days") and "new,finding,dead-list" in table, "as a table", table[:400])
    done = daily("--fail-if", "hard_share > 1.5 * baseline(hard_share)", where=odd_state)
    tap.ok(done.status == 1 and "usual hard_share = " in done.errors, "baseline() in a rule", done)
    done = daily("--fail-if", "hard_share > 1.5 * baseline(hard_share)")
    tap.equal(done.status, 0, "which does not hold on a day like the others")
    quiet = daily("--quiet-if-ok", "--fail-if", "greylisting.lost > 1000")
    tap.ok(quiet.status == 0 and quiet.out == quiet.err == b"", "--quiet-if-ok says nothing when no rule holds", quiet)
    loud = daily("--quiet-if-ok", "--fail-if", "events > 0")
    tap.ok(loud.status == 1 and loud.out and "rule held" in loud.errors, "and reports when one does", loud)
    done = run("daily", "--state-dir", directory("new"), "--now", NOW, *WHEN, "--fail-if", "events > 2 * baseline(events)", directory("one.log", day_of(GOOD, 21)))
    tap.ok(done.status == 0, "without earlier days a rule about them does not hold", done)
    message = daily("--format", "mail", "--mail-to", "post@example.org")
    tap.ok(message.status == 0 and b"To: post@example.org" in message.out, "--format mail writes the message", message)
    done = daily("--format", "nagios", "--crit-if", "events > 0")
    tap.ok(done.status == 2 and done.text.startswith("SMTPLOG CRITICAL"), "nagios", done)

    # ---- mail: a program in the place of sendmail, in a mount namespace of its own
    def mailed(script, *arguments):
        fake = directory("sendmail", script)
        os.chmod(fake, 0o755)
        inner = 'mount -t tmpfs none /usr/sbin && { [ ! -s "$1" ] || cp -p "$1" /usr/sbin/sendmail; } && shift && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", inner, "sh", fake, SMTPLOG, "daily", "--state-dir", state, "--now", NOW, *WHEN, *arguments, *logs]
        return subprocess.run(command, env=environment(TOLD=directory("told")), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    can_mount = os.geteuid() == 0 and subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/usr/sbin"], stderr=subprocess.DEVNULL).returncode == 0
    if not can_mount:
        tap.ok(True, "mail # SKIP no mount namespaces here")
    else:
        keep = '#!/bin/sh\n{ echo "$*"; cat; } > "%s"\n' % directory("told")
        done = mailed(keep, "--mail-to", "post@example.org")
        told = open(directory("told"), "rb").read() if os.path.exists(directory("told")) else b""
        head, _, body = told.partition(b"\n\n")
        tap.ok(done.returncode == 0 and done.stdout == done.stderr == b"" and head.startswith(b"-i -t\n") and b"\nTo: post@example.org" in head and body,
               "--mail-to hands the message to sendmail", done, told[:300])
        os.unlink(directory("told"))
        done = mailed(keep, "--mail-to", "post@example.org", "--quiet-if-ok", "--fail-if", "events < 0")
        tap.ok(done.returncode == 0 and not os.path.exists(directory("told")), "nothing is sent when all is well and quiet is asked for", done)
        done = mailed("#!/bin/sh\ncat >/dev/null\nexit 75\n", "--mail-to", "post@example.org")
        tap.ok(done.returncode == 3 and b"exit status 75" in done.stderr, "a sendmail that fails is said", done)
        done = mailed("#!/bin/sh\nexit 0\n", "--mail-to", "post@example.org")
        tap.ok(done.returncode in (0, 3), "one that does not read ends nothing", done)
        done = mailed("", "--mail-to", "post@example.org")
        tap.ok(done.returncode == 3 and b"sendmail: No such file" in done.stderr, "none at all is said", done)

    # ---- a silent day, days of 23 and 25 hours
    quiet_state = directory("quiet")
    done = run("daily", "--state-dir", quiet_state, "--now", NOW, "--format", "json", *WHEN, directory("q.log", day_of(GOOD, 18) + day_of(GOOD, 19) + day_of(GOOD, 21)))
    tap.ok(done.status == 0 and done.json()["against"]["silent_days"] == ["2026-11-20"], "a day without a line, with lines before and behind it, is silent", done)
    for date, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        hour = b"".join(b"2026-%02d-%02dT%02d:30:00+00:00 mx1 postfix/smtpd[1]: connect from a.example[192.0.2.1]\n" % (int(date[5:7]), day, h)
                        for day in range(int(date[8:]) - 2, int(date[8:]) + 2) for h in range(24))
        done = run("daily", "--state-dir", directory("dst" + date), "--tz", "Europe/Berlin", "--now", date[:8] + "%02dT12:00:00Z" % (int(date[8:]) + 1),
                   "--format", "json", directory("dst.log", hour))
        tap.ok(done.status == 0 and done.json()["lines"]["read"] == hours, "%s has %d hours" % (date, hours), done)

    # ---- damage
    broken = directory("broken")
    shutil.copytree(state, broken)
    name = [name for name in made if "-15_" in name][0]
    with open(os.path.join(broken, name), "r+b") as file:
        file.seek(100)
        file.write(b"damage")
    done = daily("--format", "json", where=broken)
    tap.ok(done.status == 3 and name in done.errors and done.json()["against"]["days"] == 12, "a damaged day is named and passed over", done)

    # ---- keep
    kept = directory("kept")
    shutil.copytree(state, kept)
    directory("kept/2026-01-01_other-host.snap", b"another host's")
    directory("kept/notes.txt", b"mine")
    daily("--keep", "5", where=kept)
    tap.equal(sorted(n[:10] for n in os.listdir(kept)), sorted(["2026-11-%d" % d for d in range(17, 22)] + ["2026-01-01", "notes.txt", ".lock"]),
              "--keep removes older snapshots of this host, and nothing else")

    # ---- the directory
    with open(os.path.join(state, ".lock"), "r+b") as file:
        import fcntl
        fcntl.flock(file, fcntl.LOCK_EX)
        done = daily()
        tap.ok(done.status == 4 and "another run is at work" in done.errors, "two runs at once: the second says so", done)

    # What cannot be used is said, and costs the snapshot and the other days, not the report.
    alone = [row for row in first["codes"]]

    def without(done, said, name):
        """The report of the day all the same, from the logs alone."""
        report = json.loads(done.out) if done.out else {}
        tap.ok(done.status == 3 and said in done.errors and "from the logs alone" in done.errors and report.get("codes") == alone and "against" not in report,
               name, done.errors, done.status)

    def refused(where, said, name):
        without(daily("--format", "json", "--top", "0", where=where), said, name)

    open_to_all = directory("open")
    os.mkdir(open_to_all)
    os.chmod(open_to_all, 0o777)
    refused(open_to_all, "others may write there", "a directory that others may write to")
    tap.equal(os.listdir(open_to_all), [], "nothing is written to it")
    if os.geteuid() == 0:
        os.chmod(open_to_all, 0o770)
        refused(open_to_all, "others may write there", "one that a group may write to, for root")
        os.chmod(open_to_all, 0o750)
        os.chown(open_to_all, 12345, 12345)
        refused(open_to_all, "belongs to somebody else (user 12345)", "somebody else's directory")
        tap.equal(os.listdir(open_to_all), [], "nothing is written to it either")
    os.symlink(state, directory("link"))
    refused(directory("link"), "not a directory of its own", "a link in its place")
    refused(directory("file", b"x"), "not a directory of its own", "a file in its place")
    planted = directory("planted")
    os.mkdir(planted, 0o750)
    victim = directory("victim", b"precious")
    os.symlink(victim, os.path.join(planted, ".lock"))
    refused(planted, "/.lock: ", "a link planted as the lock")
    os.unlink(os.path.join(planted, ".lock"))
    day_file = [n for n in made if "-21_" in n][0]
    os.symlink(victim, os.path.join(planted, ".new." + day_file[:-5]))
    os.symlink(victim, os.path.join(planted, day_file))
    done = daily(where=planted)
    with open(victim, "rb") as file:
        tap.ok(done.status == 0 and file.read() == b"precious" and not os.path.islink(os.path.join(planted, day_file)),
               "links in the place of a snapshot and of a new file are replaced, not followed", done)
    done = daily(where=directory("a/b/c"))
    tap.ok(done.status == 0 and len(os.listdir(directory("a/b/c"))) == 15, "a directory that is missing is made, with those above it", done)

    # Full: what is there is used, the day comes from memory.
    missing = directory("missing")
    shutil.copytree(state, missing)
    for name in made:
        if name[8:10] in ("20", "21"):
            os.unlink(os.path.join(missing, name))
    before = sorted(os.listdir(missing))

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    def limited(*arguments):
        command = [SMTPLOG, "daily", "--state-dir", missing, "--now", NOW, *WHEN, "--top", "0", "--format", "json", *arguments, *logs]
        # A build that counts writes larger files at the end: they are put aside.
        done = subprocess.run(command, env=environment(GCOV_PREFIX=directory("counters")), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, preexec_fn=small_files)
        return Result(done.returncode, done.stdout, done.stderr, 0)

    def unkept(done, said, days, name):
        report = json.loads(done.out) if done.out else {}
        tap.ok(done.status == 3 and said in done.errors and report.get("codes") == alone and report.get("against", {}).get("days") == days,
               name, done.errors, done.status, report.get("against", {}).get("days"))
        tap.equal(sorted(os.listdir(missing)), before, "nothing half written is left")

    unkept(limited(), "File too large", 12, "a limit of size: the report and the days that are there, no snapshot")
    done = limited("--week")
    tap.ok(done.status == 3 and comparable(done.json()) == comparable(week), "a week of which two days cannot be kept", done.errors)
    done = limited("--format", "nagios", "--crit-if", "events < 0")
    tap.ok(done.status == 3 and done.text.startswith("SMTPLOG UNKNOWN") and "state directory" in done.text, "Nagios is told that it is not sure", done)
    done = limited("--format", "nagios", "--crit-if", "events > 0")
    tap.ok(done.status == 2 and done.text.startswith("SMTPLOG CRITICAL"), "and what is certain", done)

    def mounted(mount, *arguments):
        """With the directory on a file system of its own, in a mount namespace of its own."""
        inner = 'cp -a "$1" "$2" && ' + mount + ' && shift 2 && "$@"; status=$?; ls "$STATE" >&2; exit $status'
        command = ["unshare", "-m", "sh", "-c", inner, "sh", missing, directory("copy"), SMTPLOG, "daily", "--state-dir", missing, "--now", NOW, *WHEN,
                   "--top", "0", "--format", "json", *arguments, *logs]
        shutil.rmtree(directory("copy"), ignore_errors=True)
        done = subprocess.run(command, env=environment(STATE=missing), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return Result(done.returncode, done.stdout, done.stderr, 0)

    if not can_mount:
        tap.ok(True, "full and read-only file systems # SKIP no mount namespaces here")
    else:
        size = sum((os.stat(os.path.join(missing, name)).st_size + 4095) // 4096 * 4096 for name in before)
        full = mounted('mount -t tmpfs -o size=%d none "$1" && cp -a "$2/." "$1"' % (size + 4096))
        unkept(full, "No space left on device", 12, "a full file system")
        tap.ok(not re.search(r"2026-11-2[01]_|\.new\.", full.errors.split("makes it again")[-1]), "with nothing half written on it", full.errors)
        none = mounted('mount -t tmpfs -o size=%d,nr_inodes=2 none "$1" && mkdir "$1/s" && mount --bind "$1/s" "$1"' % size)
        tap.ok(none.status == 3 and "/.lock: No space left on device" in none.errors and none.json()["codes"] == alone, "no room even for the lock", none.errors)
        locked = mounted('mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"')
        unkept(locked, "Read-only file system", 12, "a read-only file system")
        nowhere = mounted('mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"', "--state-dir", os.path.join(missing, "below"))
        without(nowhere, "Read-only file system", "a directory that cannot be made")
    if os.geteuid() != 0:
        os.chmod(missing, 0o550)
        unkept(daily("--format", "json", "--top", "0", where=missing), "Permission denied", 12, "a directory that we may not write to")
        os.chmod(missing, 0o750)
    if os.geteuid() == 0 and os.path.isdir("/proc/self"):
        refused("/proc/smtplog", "/proc/smtplog", "a place where nothing can be made")
    home = directory("home")
    os.mkdir(home)
    if os.geteuid() != 0:
        done = run("daily", "--now", NOW, *WHEN, *logs, env=environment(HOME=home))
        tap.ok(done.status == 0 and os.path.isdir(os.path.join(home, ".local/state/smtplog")), "without --state-dir: in the home directory", done)

    # ---- a read that fails
    strace = shutil.which("strace")
    works = strace and not SANITIZED and subprocess.run([strace, "-f", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode == 0
    if not works:
        tap.ok(True, "a read that fails # SKIP strace cannot be used here")
    else:
        long_log = directory("f/mail.log", day_of(GOOD, 21) * 1000)
        where = directory("failed")
        command = [SMTPLOG, "daily", "-j", "1", "--state-dir", where, "--now", NOW, *WHEN, "--format", "json", long_log]
        traced = [strace, "-f", "-qq", "-P", os.path.realpath(long_log), "-o", directory("calls"), "-e", "trace=read"]
        subprocess.run(traced + command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wanted = {name: content for name, (_, content) in snapshots(where).items()}
        calls = calls_of(directory("calls")).count("read")
        shutil.rmtree(where)
        done = subprocess.run(traced + ["-e", "inject=read:error=EIO:when=%d" % (calls - 1)] + command, env=environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        tap.ok(len(wanted) == 1 and done.returncode == 3 and b"read error" in done.stderr and b"is not kept; the next run makes it again" in done.stderr
               and not snapshots(where), "the snapshot of a day that was not read to its end is not kept", done)
        tap.ok(0 < json.loads(done.stdout)["lines"]["read"] < 6000, "what was read is reported", done)
        done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        tap.ok(done.returncode == 0 and {name: content for name, (_, content) in snapshots(where).items()} == wanted, "and the next run keeps it", done)

    # ---- killed at every call that writes
    if not works:
        tap.ok(True, "killed at every call that writes # SKIP strace cannot be used here")
    else:
        two = [directory("k/mail.log", day_of(GOOD, 19) + day_of(GOOD, 20) + day_of(GOOD, 21))]
        wanted = directory("wanted")
        daily("--format", "json", where=wanted, files=two)
        wanted = {name: content for name, (_, content) in snapshots(wanted).items()}
        broken, kills = [], 0
        kinds = ("mkdir", "openat", "write", "fchmod", "fsync", "close", "renameat", "unlinkat", "flock")
        command = [SMTPLOG, "daily", "--state-dir", directory("counted"), "--now", NOW, *WHEN, "-o", "/dev/null", *two]
        subprocess.run([strace, "-f", "-qq", "-o", directory("calls"), "-e", "trace=" + ",".join(kinds), *command], env=environment(),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        calls = calls_of(directory("calls"))
        for call in kinds:
            for number in range(1, calls.count(call) + 1):
                where = directory("killed")
                shutil.rmtree(where, ignore_errors=True)
                command = [strace, "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=%s:signal=KILL:when=%d" % (call, number),
                           SMTPLOG, "daily", "--state-dir", where, "--now", NOW, *WHEN, "-o", "/dev/null", *two]
                # What a build that counts was about to write is put aside.
                done = subprocess.run(command, env=environment(GCOV_PREFIX=directory("counters")), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                kills += done.returncode != 0
                got = {name: content for name, (_, content) in snapshots(where).items()} if os.path.isdir(where) else {}
                if any(wanted.get(name) != content for name, content in got.items()):
                    broken.append((call, number, sorted(got)))
                if number % 5 == 1:
                    after = daily(where=where, files=two)
                    if after.status != 0 or {n: c for n, (_, c) in snapshots(where).items()} != wanted:
                        broken.append((call, number, "the next run", after))
        tap.ok(kills == len(calls) > 40, "killed %d times, at every call that writes, opens or closes" % kills, len(calls))
        tap.ok(not broken, "every snapshot there is whole, and the next run makes the rest", *broken[:5])
tap.done()
