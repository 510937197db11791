#!/usr/bin/env python3
"""--journal: the entries of mail servers from journal files, which Debian's systemd-journal-remote makes here. The same events as
from the plain log and from journalctl -o json; only mail; ranges; damage; a build without libsystemd."""
import glob
import json
import os
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
sys.path.insert(0, os.path.join(here, "../e2e"))
import harness
from harness import BUILD, DATA, GOOD, GOOD_FIGURES, SANITIZED, TOP, UNSAFE_TEXT, Directory, Tap, analyze, events, good_figures, run, skip_all
from restyle import Parts, journal_entry

tap = Tap()
SECOND = 1795240801  # 2026-11-21T06:00:01Z
REPLY = "3F2A1B0C9D: host mx.z.example[192.0.2.50] said: 450 4.2.0 <bob@z.example>: Greylisted (in reply to RCPT TO command)"


def entry(second, message=REPLY, **fields):
    whole = {"__REALTIME_TIMESTAMP": "%d123456" % (SECOND + second), "_BOOT_ID": "0" * 31 + "1", "_HOSTNAME": "mx1",
             "SYSLOG_IDENTIFIER": "postfix/smtp", "_PID": "103", "SYSLOG_FACILITY": "2", "MESSAGE": message}
    whole.update(fields)
    return {key: value for key, value in whole.items() if value is not None}


def export(entries):
    """The export format of the journal: what is no plain text is binary, with its length in front."""
    out = []
    for number, fields in enumerate(entries, 1):
        fields = {"__MONOTONIC_TIMESTAMP": str(number), "_BOOT_ID": "0" * 31 + "1", **fields}
        for key in sorted(fields, key=lambda name: (not name.startswith("__"), name)):
            value = fields[key] if isinstance(fields[key], bytes) else fields[key].encode()
            if b"\n" in value or b"\0" in value or not value.isascii():
                out.append(key.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n")
            else:
                out.append(key.encode() + b"=" + value + b"\n")
        out.append(b"\n")
    return b"".join(out)


def without_place(records):
    return [{key: value for key, value in record.items() if key not in ("file", "line", "line_end")} for record in records]


# ---- a build without libsystemd
with open(os.path.join(BUILD, "found"), encoding="utf-8") as file:
    supported = "libsystemd" in file.read().split()
with Directory() as directory:
    program = harness.SMTPLOG
    if supported and not SANITIZED:
        program = directory("smtplog-without")
        command = "%s -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Iinclude -Isrc src/input/journal.c %s/obj/cli/*.o " \
                  "%s/libsmtplog.a -o %s $(make -s link-flags WITHOUT=libsystemd | grep -v ^make)" % (
                      os.environ.get("CC", "cc"), BUILD, BUILD, program)
        built = subprocess.run(["sh", "-c", command], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        tap.ok(built.returncode == 0, "links without libsystemd", built.stdout)
    if not supported or not SANITIZED:
        harness.SMTPLOG, kept = program, harness.SMTPLOG
        for command in ("analyze", "events"):
            for option in ("--journal", "--journal=" + directory.path):
                done = run(command, option)
                tap.ok(done.status == 2 and "libsystemd" in done.errors and "journalctl" in done.errors and done.out == b"",
                       "without libsystemd: wrong usage that tells how, %s %s" % (command, option.split("=")[0]), done)
        harness.SMTPLOG = kept
    if supported and not SANITIZED:
        # The one that the loader finds is not it.
        directory("x.c", "int x(void);\nint x(void) { return 1; }\n")
        subprocess.run(["cc", "-shared", "-fPIC", directory("x.c"), "-o", directory("libsystemd.so.0")], check=True)
        done = run("events", "--journal", env=dict(os.environ, LD_LIBRARY_PATH=directory.path))
        tap.ok(done.status == 2 and "libsystemd is missing" in done.errors and done.out == b"",
               "libsystemd that cannot be loaded: wrong usage that tells how", done)
if not supported:
    tap.note("this build does not read the journal")
    tap.done()

# ---- what is no journal
with Directory() as directory:
    done = analyze("--journal=" + directory("nowhere"))
    tap.ok(done.status == 4 and "nowhere: No such file or directory" in done.errors and done.out == b"", "a missing directory: status 4, named", done)
    os.mkdir(directory("empty"))
    done = analyze("--journal=" + directory("empty"))
    tap.ok(done.status == 4 and "journal: " in done.errors and "/empty: " in done.errors, "a directory without journal files: status 4, named", done)
    done = analyze("--journal=" + directory("text.journal", GOOD))
    tap.ok(done.status == 4 and "text.journal: " in done.errors, "a file that is no journal: status 4, named", done)
    done = analyze("--journal=" + directory("nowhere"), directory("good.log", GOOD))
    tap.ok(done.status == 3 and good_figures(done.json()) == GOOD_FIGURES, "beside a good log: status 3, the log is analyzed", done)

# ---- the program that makes journal files
fetched = subprocess.run(["sh", os.path.join(here, "journal_remote.sh")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         env={**os.environ, "BUILD": BUILD})
if fetched.returncode == 77:
    reason = fetched.stderr.strip().splitlines()[-1] if fetched.stderr.strip() else "systemd-journal-remote is missing"
    tap.ok(True, "journal files # SKIP " + reason)
    tap.done()
remote = fetched.stdout.split()


def journal(directory, name, entries):
    """A directory with one journal file, or one more file in it."""
    folder = directory(name)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "part%d.journal" % (1 + len(os.listdir(folder))))
    source = directory("export.txt", export(entries))
    made = subprocess.run([*remote, "-o", path, source], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0 or not os.path.exists(path):
        tap.ok(False, "systemd-journal-remote writes " + name, made.stdout)
        tap.done()
    return folder


with Directory() as directory:
    # ---- the recorded logs
    for log in ("postfix-inbound.log", "postfix-outbound.log"):
        with open(os.path.join(DATA, log), encoding="utf-8") as file:
            lines = file.read().split("\n")[:-1]
        entries = [journal_entry(Parts(line, 2026, 0)) for line in lines]
        folder = journal(directory, log, [{key: value for key, value in e.items() if key != "__CURSOR"} for e in entries])
        done = events("--journal=" + folder)
        records = done.records()
        tap.ok(done.status == 0 and done.err == b"" and len(records) > 50, "%s: status 0, nothing said" % log, done)
        tap.ok(all(record["file"] == "journal" and record["time"].endswith(".250000+00:00") for record in records),
               "%s: the input is called journal, times are exact" % log, records[:1])
        for record in records:
            record["time"] = record["time"].replace(".250000", "")
        plain = events(os.path.join(DATA, log)).records()
        tap.equal([{**record, "file": ""} for record in records], [{**record, "file": ""} for record in plain], "%s: the same records" % log)
        with open(os.path.join(BUILD, "found"), encoding="utf-8") as file:
            if "jansson" in file.read().split():
                shown = events(directory("entries.json", "".join(json.dumps(e) + "\n" for e in entries))).records()
                tap.equal(without_place(events("--journal=" + folder).records()), without_place(shown), "%s: the same as its JSON" % log)
        drop = ("period", "timeline", "warnings", "templates", "greylisting")
        report = analyze("--journal=" + folder).json()
        tap.same_json(harness.untimed(harness.figures(report, *drop)),
                      harness.untimed(harness.figures(analyze(os.path.join(DATA, log)).json(), *drop)), "%s: the same figures" % log)
        tap.equal([i["file"] for i in report["inputs"]], ["journal"], "%s: the report calls it journal" % log)
        files = glob.glob(folder + "/*.journal")
        tap.equal(events("--journal=" + files[0]).out, events("--journal=" + folder).out, "%s: a file instead of its directory" % log)
        done = analyze(files[0])
        tap.ok(done.status == 3 and "--journal=FILE" in done.errors and not UNSAFE_TEXT.search(done.errors), "%s: a journal file as a log: told how" % log, done)

    # ---- which entries
    folder = journal(directory, "which", [
        entry(0),
        entry(1, SYSLOG_IDENTIFIER="sshd", SYSLOG_FACILITY="10", _SYSTEMD_UNIT="ssh.service"),
        entry(2, SYSLOG_FACILITY=None),
        entry(3, SYSLOG_IDENTIFIER="postfix-out/smtp", SYSLOG_FACILITY="3"),
        entry(4, "2026-11-21 06:00:05 1vMPaa-00000000001-0001 ** no@w.example R=dnslookup T=remote_smtp H=mx.w.example [192.0.2.60]: SMTP error "
              "from remote mail server after RCPT TO:<no@w.example>: 550 5.1.1 User unknown", SYSLOG_IDENTIFIER="exim", SYSLOG_FACILITY=None),
        entry(5, "starting the mail system", SYSLOG_IDENTIFIER="start", _SYSTEMD_UNIT="postfix@-.service", SYSLOG_FACILITY="3"),
        entry(6, "exim did something", SYSLOG_IDENTIFIER="sh", _SYSTEMD_UNIT="exim4-base.service", SYSLOG_FACILITY=None),
        entry(7, "spf did something", SYSLOG_IDENTIFIER="policyd-spf", SYSLOG_FACILITY="2"),
        entry(8, "postfix is mentioned", SYSLOG_IDENTIFIER="cron", SYSLOG_FACILITY="9", _SYSTEMD_UNIT="cron.service"),
        entry(9, SYSLOG_IDENTIFIER=None, _COMM="postfix/smtp"),
        entry(10, _PID=None, SYSLOG_PID="104"),
        entry(11, _PID=None, _HOSTNAME=None),
        entry(12, REPLY.replace("Greylisted ", "Grey\nlisted ") + "\n"),
        entry(13, REPLY.encode().replace(b"Greylisted", b"Gr\xfc\xdf")),
        entry(14, REPLY.replace("Greylisted", "Grey\0listed")),
        entry(15, SYSLOG_IDENTIFIER="an odd: name [7]", MESSAGE="nothing"),
        entry(16, MESSAGE=None),
        entry(17, REPLY.replace("Greylisted", "words " * 12000))])
    done = events("--fields", "line,time,host,service,daemon,pid,mta,code,text", "--journal=" + folder)
    records = done.records()
    tap.equal([(record["line"], record["time"][17:19], record["code"]) for record in records],
              [(1, "01", 450), (2, "03", 450), (3, "04", 450), (4, "05", 550), (8, "10", 450), (9, "11", 450), (10, "12", 450), (11, "13", 450),
               (12, "14", 450), (13, "15", 450), (16, "18", 450)], "by program, by unit, by facility; nothing else is a line")
    tap.equal(analyze("--journal=" + folder).json()["lines"]["read"], 16, "and nothing else is read")
    by_line = {record["line"]: record for record in records}
    tap.equal([by_line[n].get("pid") for n in (1, 9, 10)], [103, 104, None], "_PID, else SYSLOG_PID")
    tap.ok("host" not in by_line[10] and by_line[1]["host"] == "mx1", "an entry without host")
    tap.equal(by_line[3]["service"], "postfix-out", "the instance is the service")
    tap.equal(by_line[4]["mta"], "exim", "Exim's entries are Exim's")
    tap.equal(by_line[11]["text"], "<bob@z.example>: Grey listed", "a line end inside a message is a blank")
    tap.equal(by_line[12]["text"], "<bob@z.example>: Gr\ufffd\ufffd", "bytes that are no UTF-8")
    tap.ok(len(by_line[16]["text"]) < 66000, "a message longer than 64 KiB is cut")

    # ---- files and ranges
    day = 86400
    folder = journal(directory, "days", [entry(0), entry(2), entry(10 * day), entry(20 * day)])
    journal(directory, "days", [entry(1), entry(3), entry(15 * day)])
    done = events("--fields", "time", "--journal=" + folder)
    tap.equal([record["time"][5:19] for record in done.records()],
              ["11-21T06:00:01", "11-21T06:00:02", "11-21T06:00:03", "11-21T06:00:04", "12-01T06:00:01", "12-06T06:00:01", "12-11T06:00:01"],
              "several files are read in order of time")
    for since, until, shown, read in (("2026-12-01", None, 3, 3), ("2026-12-03", None, 2, 3), (None, "2026-12-01", 5, 5),
                                      ("2026-12-05", "2026-12-07", 1, 1), ("2026-11-21T06:00:03Z", None, 5, 7), (None, "2026-01-01", 0, 0)):
        limits = (["--since", since] if since else []) + (["--until", until] if until else [])
        done = analyze("--journal=" + folder, *limits)
        lines = done.json()["lines"]
        tap.equal((done.status, lines["event"], lines["read"]), (0, shown, read), "%s: %d shown, no more than %d read" % (" ".join(limits), shown, read))
    log = directory("plain.log", b"Nov 21 06:00:02 mx9 postfix/smtp[1]: " + REPLY.encode() + b"\n")
    done = events("--fields", "file,time", log, "--journal=" + folder)
    tap.equal([record["file"] for record in done.records()][:4], ["journal", log, "journal", "journal"], "merged with a file by time")
    done = run("events", "--year", "2026", "--tz", "UTC", "--journal", log)
    tap.ok(log in done.text or "journal: " in done.errors, "--journal alone takes no value: what follows is a file", done)
    quiet = journal(directory, "quiet", [entry(0, SYSLOG_IDENTIFIER="sshd", SYSLOG_FACILITY="10")])
    done = run("analyze", "--journal=" + quiet)
    tap.ok(done.status == 0 and "journal: no entry of a mail server" in done.errors and "no lines" in done.text.lower(),
           "a journal without mail: no lines, said", done)
    first = events("--journal=" + folder)
    tap.equal(events("--journal=" + folder, "-j", "4").out, first.out, "the same with more threads")
    relative = run("events", "--journal=days", cwd=directory.path)
    tap.equal(relative.out, first.out, "a relative path")

    # ---- damage
    path = glob.glob(folder + "/*.journal")[0]
    size = os.path.getsize(path)
    for name, change in (("cut in half", lambda f: f.truncate(size // 2)), ("cut to its header", lambda f: f.truncate(200)),
                         ("emptied", lambda f: f.truncate(0)),
                         ("scribbled over", lambda f: (f.seek(4096), f.write(b"\xff" * 20000))),
                         ("scribbled over, a little", lambda f: [(f.seek(at), f.write(b"\xff\x00\xff")) for at in range(300, 60000, 997)])):
        bad = journal(directory, "bad " + name, [entry(0), entry(1)] + [entry(n) for n in range(2, 40)])
        with open(glob.glob(bad + "/*.journal")[0], "r+b") as file:
            change(file)
        done = run("analyze", "--format", "json", "--journal=" + bad, directory("good.log", GOOD), "--year", "2026", "--tz", "UTC")
        tap.ok(done.status in (0, 3) and done.json()["recipients"]["delivered"] == 1 and not UNSAFE_TEXT.search(done.errors),
               "%s: the rest is still analyzed (status %d)" % (name, done.status), done)
tap.done()
