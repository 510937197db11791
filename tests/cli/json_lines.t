#!/usr/bin/env python3
"""JSON log lines: entries as journalctl -o json shows them, and lines that docker wrote. The same events as from the plain log;
every form a field may have; what is damaged; a build without jansson."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
sys.path.insert(0, os.path.join(here, "../e2e"))
import harness
from harness import BUILD, DATA, GOOD, GOOD_FIGURES, SANITIZED, TOP, Directory, Tap, analyze, events, good_figures, run
from restyle import restyle

tap = Tap()
SECOND = 1795240801  # 2026-11-21T06:00:01Z
REPLY = "3F2A1B0C9D: host mx.z.example[192.0.2.50] said: 450 4.2.0 <bob@z.example>: Greylisted (in reply to RCPT TO command)"


def entry(message=REPLY, **fields):
    """An entry of the journal; a field that is None is left out."""
    whole = {"__REALTIME_TIMESTAMP": "%d123456" % SECOND, "_HOSTNAME": "mx1", "SYSLOG_IDENTIFIER": "postfix/smtp", "_PID": "103",
             "MESSAGE": message}
    whole.update(fields)
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode() + b"\n"


def wrapped(log, time="2026-11-21T06:00:01.123456789Z", **fields):
    return json.dumps({"log": log, "stream": "stdout", "time": time, **fields}).encode() + b"\n"


def without_place(record, *drop):
    return {key: value for key, value in record.items() if key not in ("file",) + drop}


def whole_seconds(records):
    """Records without the fraction that only one of two dresses has."""
    for record in records:
        record["time"] = record["time"][:19] + record["time"][-6:]
    return [without_place(record) for record in records]


with open(os.path.join(BUILD, "found"), encoding="utf-8") as file:
    supported = "jansson" in file.read().split()

with Directory() as directory:
    if supported:
        # ---- the recorded logs in other dress
        for log in ("postfix-inbound.log", "postfix-outbound.log"):
            with open(os.path.join(DATA, log), encoding="utf-8") as file:
                lines = file.read().split("\n")[:-1]
            plain = events(os.path.join(DATA, log))
            wanted = [without_place(record) for record in plain.records()]
            tap.ok(plain.status == 0 and len(wanted) > 50, "%s has records (%d)" % (log, len(wanted)))
            for style, digits in (("journal-json", 6), ("docker-json", 9)):
                path = directory(style + ".json", "\n".join(restyle(lines, style, 2026)) + "\n")
                done = run("events", "--tz", "Asia/Kolkata", path)
                tap.ok(done.status == 0 and done.err == b"", "%s as %s: status 0, nothing said" % (log, style), done)
                tap.ok(all(record["time"][19] == "." and record["time"][20 + digits:] == "+00:00" for record in done.records()),
                       "%s as %s: times are UTC and have %d digits" % (log, style, digits), done.records()[:1])
                tap.equal(whole_seconds(done.records()), wanted, "%s as %s: the same records" % (log, style))
                text = analyze(path)
                drop = ("period", "timeline", "warnings", "templates", "greylisting", "bytes")
                tap.same_json(harness.untimed(harness.figures(text.json(), *drop)),
                              harness.untimed(harness.figures(analyze(os.path.join(DATA, log)).json(), *drop)),
                              "%s as %s: the same figures" % (log, style))

        # ---- forms of the fields of an entry
        want = {"line": 1, "line_end": 1, "time": "2026-11-21T06:00:01.123456+00:00", "host": "mx1", "daemon": "smtp", "pid": 103,
                "code": 450, "enhanced": "4.2.0"}

        def check(line, name, **changes):
            done = events("--fields", ",".join(want), directory("one.json", line))
            expected = {key: value for key, value in {**want, **changes}.items() if value is not None and key != "line_end"}
            tap.ok(done.status == 0 and done.records() == [expected], name, done, "wanted %r" % expected)

        check(entry(), "an entry")
        check(entry().rstrip() + b" \r\n", "an entry, CRLF")
        check(entry(_PID=103), "a number instead of a string")
        check(entry(__REALTIME_TIMESTAMP=SECOND * 1000000 + 123456), "the time as a number")
        check(entry(_PID=None, SYSLOG_PID="103"), "SYSLOG_PID where there is no _PID")
        check(entry(_PID=None), "no process", pid=None)
        check(entry(_HOSTNAME=None), "no host", host=None)
        check(entry(SYSLOG_IDENTIFIER=None, _COMM="postfix/smtp"), "_COMM where there is no SYSLOG_IDENTIFIER")
        check(entry(list(REPLY.encode())), "a message as an array of bytes")
        check(entry(list(REPLY.encode() + b"\n")), "a message as an array of bytes, with a line end")
        check(entry([REPLY, "another"]), "a field that is there twice: the first counts")
        check(entry(REPLY + "\n"), "a line end behind the message")
        check(entry(REPLY.replace("Greylisted ", "Grey\nlisted ")), "a line end inside the message")
        check(entry(REPLY.replace("Greylisted", "Grey\0listed")), "a NUL inside the message")
        check(entry(REPLY.replace("Greylisted", "Gr\u00fc\u00dfe \U0001f4e7")), "escapes and surrogates")
        check(entry(__REALTIME_TIMESTAMP=None, _SOURCE_REALTIME_TIMESTAMP="%d123456" % SECOND), "the source's time alone")
        check(entry(SYSLOG_IDENTIFIER="postfix-out/submission/smtp"), "an instance and a service")
        done = events("--fields", "text", directory("bytes.json", entry(list(REPLY.replace("Greylisted", "Gr\u00fc\u00df").encode("latin-1")))))
        tap.equal(done.records(), [{"text": "<bob@z.example>: Gr\ufffd\ufffd"}], "bytes that are no UTF-8 reach the output replaced")
        done = events("--fields", "mta,queue_id,code", directory("exim.json", entry(
            "2026-11-21 06:00:01 1vMPaa-00000000001-0001 ** no@w.example R=dnslookup T=remote_smtp H=mx.w.example [192.0.2.60]: SMTP error "
            "from remote mail server after RCPT TO:<no@w.example>: 550 5.1.1 User unknown", SYSLOG_IDENTIFIER="exim")))
        tap.equal(done.records(), [{"mta": "exim", "code": 550, "queue_id": "1vMPaa-00000000001-0001"}], "an entry of Exim")

        # ---- lines of a container
        inner = "Nov 21 06:00:01 mx1 postfix/smtp[103]: " + REPLY
        check(wrapped(inner + "\n"), "a line of a container: the time is docker's", time="2026-11-21T06:00:01.123456789+00:00")
        check(wrapped(inner), "without a line end", time="2026-11-21T06:00:01.123456789+00:00")
        check(wrapped(inner + "\r\n", attrs={"tag": "mail"}), "with attributes", time="2026-11-21T06:00:01.123456789+00:00")
        check(wrapped(inner.replace("Nov 21 06:00:01", "2026-11-21T07:00:00.5+01:00") + "\n"),
              "a complete stamp of the container's own counts", time="2026-11-21T07:00:00.5+01:00")
        check(wrapped(inner.replace("Nov 21", "2026 Nov 21") + "\n", time=""), "no time of docker's", time="2026-11-21T06:00:01+00:00")
        done = events("--fields", "time,mta,code,recipient", directory("exim.json", wrapped(
            "2026-11-21 06:00:01 1vMPaa-00000000001-0001 == d@z.example R=dnslookup T=remote_smtp defer (-44) H=mx.z.example [192.0.2.50]: "
            "SMTP error from remote mail server after RCPT TO:<d@z.example>: 450 4.7.1 Greylisted\n")))
        tap.equal(done.records(), [{"time": "2026-11-21T06:00:01.123456789+00:00", "mta": "exim", "code": 450, "recipient": "d@z.example"}],
                  "Exim's own log from a container")
        done = analyze(directory("rest.json", wrapped("the rest of a line that docker cut\n") + wrapped(inner + "\n")))
        tap.ok(done.status == 0 and done.json()["lines"]["foreign"] == 1, "what is no log line inside is another program's", done)
        done = events("--fields", "line,code,repeat", directory("repeated.json", wrapped(inner + "\n") +
                                                                wrapped("Nov 21 06:00:02 mx1 last message repeated 3 times\n")))
        tap.equal(done.records(), [{"line": 1, "code": 450}, {"line": 2, "code": 450, "repeat": 3}], "last message repeated, in a container")

        # ---- order
        early = entry(__REALTIME_TIMESTAMP="%d000000" % SECOND)
        late = entry(__REALTIME_TIMESTAMP="%d000000" % (SECOND + 20))
        middle = inner.replace("06:00:01", "06:00:11").encode() + b"\n"
        later = inner.replace("06:00:01", "06:00:31").encode() + b"\n"
        done = events("--fields", "file,time", directory("b.log", middle + later), directory("a.json", early + late))
        tap.equal([record["time"][17:19] for record in done.records()], ["01", "11", "21", "31"],
                  "a JSON file and a plain one that overlap are merged by time")
        done = events("--fields", "time", directory("mixed.log", early + middle + late + later))
        tap.equal([record["time"][17:19] for record in done.records()], ["01", "11", "21", "31"], "both shapes in one file")
        done = events("--fields", "time", "--since", "2026-11-21T06:00:15Z", directory("range.json", early + late))
        tap.equal(len(done.records()), 1, "--since")
        big = b"".join(entry(__REALTIME_TIMESTAMP="%d%06d" % (SECOND + i, i)) for i in range(4000))
        done = events("--fields", "line", directory("big.json", big))
        tap.equal([record["line"] for record in done.records()], list(range(1, 4001)), "four thousand entries, in order")

        # ---- damage
        deep = b'{"MESSAGE":' + b"[" * 100000 + b"\n"
        for name, line in (("no JSON", b"{nothing}\n"), ("cut", entry()[:-20] + b"\n"), ("text behind", entry().rstrip() + b" and more\n"),
                           ("an empty object", b"{}\n"), ("no time", entry(__REALTIME_TIMESTAMP=None)),
                           ("a time that is none", entry(__REALTIME_TIMESTAMP="yesterday")),
                           ("a time in a far future", entry(__REALTIME_TIMESTAMP="9" * 18)),
                           ("a negative time", entry(__REALTIME_TIMESTAMP=-5)), ("nested deep", deep),
                           ("nested deep, an entry", entry(EXTRA=json.loads("[" * 9 + "]" * 9))),
                           ("longer than any entry", entry("x" * 300000)), ("bytes that are none", entry([256])),
                           ("bytes and words", entry([65, "A"])), ("no UTF-8", entry().replace(b"mx1", b"mx\xff")),
                           ("no time of docker's and none inside", wrapped("hello\n", time="soon"))):
            done = analyze(directory("damaged.json", line + GOOD))
            tap.ok(done.status == 3 and done.json()["lines"]["malformed"] == 1 and good_figures(done.json()) == GOOD_FIGURES,
                   "malformed, and the rest is read: " + name, done)
        for name, line in (("no message", entry(None)), ("an empty message", entry("")), ("a message too long for journalctl", entry("@").replace(b'"@"', b"null")),
                           ("a number as message", entry(5))):
            done = analyze(directory("empty.json", line + GOOD))
            tap.ok(done.json()["lines"]["unknown"] == 1 and good_figures(done.json()) == GOOD_FIGURES, "an entry without text is unknown: " + name, done)
        done = analyze(directory("deep.json", deep * 50 + GOOD))
        tap.ok(SANITIZED or done.rss < 64 * 1024, "deep nesting takes no memory", "%d KiB" % done.rss)
        numbers = b'{"a":[' + b"1," * 120000 + b"1]}\n"
        done = analyze(directory("numbers.json", numbers * 20 + GOOD))
        tap.ok(SANITIZED or done.rss < 64 * 1024, "long arrays take bounded memory", "%d KiB" % done.rss)

    # ---- a build without jansson
    program = harness.SMTPLOG
    if supported and not SANITIZED:
        program = directory("smtplog-without")
        command = "%s -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Iinclude -Isrc src/logfmt/json_line.c %s/obj/cli/*.o " \
                  "%s/libsmtplog.a -o %s $(make -s link-flags WITHOUT=jansson | grep -v ^make)" % (
                      os.environ.get("CC", "cc"), BUILD, BUILD, program)
        built = subprocess.run(["sh", "-c", command], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if built.returncode != 0:
            tap.ok(False, "links without jansson", built.stdout)
            tap.done()
    if not supported or not SANITIZED:
        harness.SMTPLOG = program
        done = analyze(directory("entries.json", entry() * 3))
        tap.ok(done.status == 3 and "entries.json: this build does not read lines of JSON" in done.errors and "jansson" in done.errors and
               done.json()["lines"]["malformed"] == 3, "without jansson: malformed, and it is said", done)
        done = analyze(directory("mixed.json", entry() + GOOD))
        tap.ok(done.status == 3 and "mixed.json: this build does not read lines of JSON" in done.errors and
               good_figures(done.json()) == GOOD_FIGURES, "without jansson: the rest is read", done)
tap.done()
