#!/usr/bin/env python3
"""--redact: no address, host, IP address, user or id of a log in any output; the same figures; pseudonyms that are stable under a key
and differ under another."""
import gzip
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, GOOD, Directory, Tap, analyze, events, run

tap = Tap()
NOW = ["--now", "2026-11-23T00:00:00Z", "--year", "2026", "--tz", "UTC"]
FORMATS = ["text", "json", "html", "csv", "markdown", "prometheus", "mail", "nagios", "snapshot"]


def data(*names):
    return [os.path.join(DATA, name) for name in names]


LOGS = {
    "postfix": data("postfix-outbound.log", "postfix-inbound.log"),
    "rotated": data("rotated/mail.log", "rotated/mail.log.1", "rotated/mail.log.2.gz"),
    "exim": data("exim-out.log", "exim-in.log", "exim-in-reject.log"),
    "exim +all": data("exim-outall.log", "exim-inall.log", "exim-inall-reject.log"),
    "exim syslog": data("exim-outsys.log", "exim-insys.log"),
    "transcripts": [os.path.join(DATA, "transcripts", name) for name in sorted(os.listdir(os.path.join(DATA, "transcripts")))
                    if name.endswith((".txt", ".log"))],
}
# Words that a log uses as a name here and as a word there, and that our own reports use too.
WORDS = set("""unknown localhost user users mail mailbox host recipient sender postmaster root abuse server domain message test info admin mx smtp
esmtp local client data from to list error policy relay daemon full quota blocked main retry tls big busy rate spam who drop hung late old two
away lines callout""".split())
# Top names of the reports themselves, not of the log.
OWN = {"example.org", "example.com", "example.net", "main.cf", "master.cf"}


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8", "replace")


def secrets_of(text):
    """Everything in a log that names somebody."""
    found = set()
    for match in re.findall(r"(?<![\d.-])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", text):
        found.add(match)
    for match in re.findall(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{1,4}(?![\w:])", text):
        if "::" in match or match.count(":") == 7:
            found.add(match)
    for local, domain in re.findall(r"([\w.+=~-]+)@([\w-]+(?:\.[\w-]+)*)", text):
        found.update((local, domain, local + "@" + domain))
    for match in re.findall(r"(?<![\w.@-])(?:[A-Za-z][\w-]*\.)+(?:example|test|invalid|org|com|net|de|fr|uk)(?![\w.-]*\w)", text):
        found.add(match)
    for match in re.findall(r"sasl_username=([^\s,]+)|A=\w+:(\S+)|helo=<([^>]+)>| U=(\S+)", text):
        found.update(part for part in match if part)
    for match in re.findall(r": ([0-9A-F]{8,12}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{12,16}): ", text):
        found.add(match)
    for match in re.findall(r"\b([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})\b", text):
        found.add(match)
    for line in text.split("\n"):
        match = re.match(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (\S+) \S+?(?:\[\d+\])?: ", line)
        if match:
            found.add(match.group(1))
    return {name for name in found if name.lower() not in WORDS and len(name) > 2 and not name.isdigit()}


def leaks(output, secrets):
    """Secrets that stand in output as words of their own."""
    words = set(re.findall(r"[\w.@+=~:-]+", output))
    pieces = set(words)
    for word in words:
        for separator in ("@", "=", ":", ".."):
            pieces.update(word.split(separator))
        pieces.add(word.strip(".:-="))
    lower = {piece.lower() for piece in pieces}
    return sorted(name for name in secrets if name.lower() in lower and name.lower() not in OWN)


def numbers(value, path=""):
    """All numbers of a JSON document by path, rows of tables sorted so that names do not matter."""
    if isinstance(value, dict):
        return tuple((key, numbers(value[key], key)) for key in sorted(value) if key not in ("generated", "bytes_out"))
    if isinstance(value, list):
        return tuple(sorted((numbers(item, path) for item in value), key=repr))
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


formats = [name for name in FORMATS if run("analyze", *NOW, "--format", name, "--redact", LOGS["postfix"][0]).status != 2]
tap.ok({"text", "json", "html"} <= set(formats), "formats looked at: " + " ".join(formats))
for name, logs in LOGS.items():
    text = "".join(map(read, logs))
    secrets = secrets_of(text)
    tap.ok(len(secrets) > 20, "%s: %d names to look for" % (name, len(secrets)))
    plain = run("analyze", *NOW, "--format", "json", "--top", "0", *logs).text
    tap.ok(len(leaks(plain, secrets)) >= 10, "%s: without --redact %d of them are shown" % (name, len(leaks(plain, secrets))))
    for format in formats:
        done = run("analyze", *NOW, "--format", format, "--top", "0", "--redact", *(["--detail", "full", "--width", "300"] if format == "text" else []), *logs)
        found = leaks(done.text + done.errors, secrets)
        tap.ok(done.out and not found, "%s as %s: none" % (name, format), *found[:20])
    for arguments in (["--format", "ndjson"], ["--format", "tsv"], ["--join"]):
        done = run("events", *NOW, "--redact", *arguments, *logs)
        found = leaks(done.text + done.errors, secrets)
        tap.ok(done.out and not found, "%s, events %s: none" % (name, " ".join(arguments)), *found[:20])
    if name in ("postfix", "exim", "exim syslog"):
        recipients = sorted({r["recipient"] for r in run("events", *NOW, *logs).records() if "@" in r.get("recipient", "")})
        what = [word for recipient in recipients[:40] for word in ("-e", recipient)]
        for arguments in (["--width", "300"], ["--width", "300", "--lines"], ["--format", "ndjson"]):
            done = run("trace", *NOW, "--redact", *arguments, *what, *logs)
            found = leaks(done.text + done.errors, secrets)
            tap.ok(done.out and not found, "%s, trace %s: none" % (name, " ".join(arguments)), *found[:20])
    kept = run("events", *NOW, "--redact=keep-domains", *logs)
    found = leaks(kept.text, {secret for secret in secrets if "@" in secret or re.match(r"[\d.]+$", secret)})
    tap.ok(not found, "%s, domains kept: no whole address, no IP address" % name, *found[:20])

    redacted = json.loads(run("analyze", *NOW, "--format", "json", "--top", "0", "--redact", *logs).out)
    plain = json.loads(plain)
    for key in sorted(set(plain) | set(redacted)):
        if key in ("generated", "templates", "actions_texts"):
            continue
        tap.equal(numbers(redacted.get(key)), numbers(plain.get(key)), "%s: %s has the same numbers" % (name, key))

with Directory() as directory:
    # ---- keys
    mail = directory("mail.log", GOOD)
    key = directory("key", b"0123456789abcdef")
    other = directory("other", b"0123456789abcdeg")
    first = events("--redact-key", key, mail).text
    tap.equal(events("--redact", "--redact-key", key, mail).text, first, "the same key, the same pseudonyms")
    tap.ok(events("--redact-key", other, mail).text != first, "another key, others")
    tap.ok(events("--redact", mail).text != events("--redact", mail).text, "without a key they differ from run to run")
    record = json.loads(first.split("\n")[0])
    tap.match(record["recipient"], r"^user-\d\d[a-z0-9]{6}@domain-\d\d[a-z0-9]{6}\.example$", "an address looks like one")
    tap.match(record["peer"], r"^host-\d\d[a-z0-9]{6}\.example$", "a host")
    tap.match(record["peer_ip"], r"^ip4-\d\d[a-z0-9]{6}$", "an IP address")
    tap.equal(record["text"], "<%s>: Recipient address rejected: Greylisted" % record["recipient"], "the same in a reply's text")
    report = analyze("--redact-key", key, mail).json()
    tap.ok(record["domain"] in [row["name"] for row in report["domains"]], "and in a report")
    kept = json.loads(events("--redact=keep-domains", mail).text.split("\n")[0])
    tap.match(kept["recipient"] + " " + kept["peer"], r"^user-\w{8}@z\.example host-\w{8}\.z\.example$", "domains kept")
    short = directory("short", b"0123456789abcde")
    for path, words in [(short, "is shorter than 16 bytes"), (directory("none"), "cannot be read")]:
        done = events("--redact-key", path, mail)
        tap.ok(done.status == 2 and words in done.errors and "head -c 32 /dev/urandom" in done.errors and done.out == b"", "a key that " + words, done)
    tap.equal(run("events", "--redact=all", mail).status, 2, "--redact=all is wrong usage")
    named = directory("mx7.secret.example/mail.log", GOOD)
    done = analyze("--redact", "--recipient", "bob@z.example", named)
    tap.ok("mx7" not in done.text and "bob@" not in done.text and "--recipient user-" in done.text, "file names and filters are redacted too", done)

    # ---- a trace has the same story, a service of its own no name
    story = run("trace", *NOW, "--width", "300", "--redact", "bob@z.example", directory("mail.log"))
    plain = run("trace", *NOW, "--width", "300", "bob@z.example", directory("mail.log"))
    words = lambda text: re.sub(r"\S*(?:example|ip4|id-|host-|3F2A1B0C9D|mx1|4AB)\S*", "*", " ".join(text.split()))
    tap.equal(words(story.text), words(plain.text), "a trace tells the same story")
    own = directory("own.log", GOOD.replace(b"postfix/", b"postfix-customer/"))
    for arguments in (["trace", "--lines", "bob@z.example"], ["events"], ["analyze"]):
        done = run(arguments[0], *NOW, "--redact", *arguments[1:], own)
        tap.ok(done.out and "customer" not in done.text, "an instance's name is none in " + arguments[0], done.text[:600])

    # ---- what a stranger may have put into a text
    texts = {
        "see https://ann:pw@support.z.example/unblock?ip=192.0.2.9&token=a8Kd0sPq2x": "https://host-",
        "user ann@z.example via [IPv6:2001:db8::17]": "ip6-",
        'no mailbox here by the name "walther"': '"user-',
        "unknown user: <walther>": "<user-",
        "queued as 4bXkQ52hP0z9Z": "id-",
        "gsmtp d2e1a72fcca58-7c1e0a4b5dcsi123456b3a.12": "id-",
        "your address 192-0-2-9 is listed": "ip4-",
        "rejected, sasl_username=walther, client mail7": "sasl_username=user-",
        '"Walther Secret"@z.example does not exist': "user-",
        "9.2.0.192.zen.spamhaus.org says 127.0.0.2": "ip4-loopback",
        "rejected: subject: Dear Walther": "subject-",
        "cannot open /home/walther/Maildir/new": "/home/path-",
    }
    lines = "".join("Nov 21 06:00:%02d mail7 postfix/smtp[103]: 3F2A1B0C%02d: to=<bob@z.example>, relay=mx.z.example[192.0.2.50]:25, delay=1, "
                    "delays=0.1/0/0.5/0.4, dsn=5.0.0, status=bounced (host mx.z.example[192.0.2.50] said: 550 5.7.1 %s (in reply to RCPT TO "
                    "command))\n" % (n, n, text) for n, text in enumerate(texts))
    records = run("events", *NOW, "--redact", directory("texts.log", lines)).records()
    for (text, wanted), record in zip(texts.items(), records):
        bad = [word for word in ("ann", "pw", "walther", "secret", "192", "db8", "4bXkQ52hP0z9Z", "d2e1a72f", "123456b3a", "a8Kd0", "z.example", "mail7",
                                 "spamhaus") if re.search(r"(?<![a-z0-9])" + re.escape(word), record["text"], re.I)]
        tap.ok(wanted in record["text"] and not bad, "in a text: " + text, record["text"], *bad)
    header = directory("header.log", b"Nov 21 06:00:00 mx1 postfix/cleanup[9]: 3F2A1B0C9D: reject: header Subject: Dear Walther Secret from "
                       b"mail.a.example[192.0.2.7]; from=<a@a.example> to=<b@z.example> proto=ESMTP helo=<pc-walther>: 5.7.1 no thanks pc-walther\n"
                       b"Nov 21 06:00:01 mx1 postfix/cleanup[9]: something new about \"Walther\" and user=walther on pc-walther\n")
    for format in ("text", "json"):
        done = run("analyze", *NOW, "--redact", "--detail", "full", "--format", format, header)
        tap.ok("alther" not in done.text + done.errors and "Secret" not in done.text and "mx1" not in done.text + done.errors,
               "subjects, names in lines not understood (%s)" % format, done)
tap.done()
