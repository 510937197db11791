#!/usr/bin/env python3
"""smtplog explain and compare: what is answered, what is refused, and that nothing of an argument reaches the terminal
raw. TAP."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from harness import SMTPLOG, UNSAFE_TEXT, Tap  # noqa: E402


def run(*arguments, stdin=b""):
    done = subprocess.run([SMTPLOG, *arguments], input=stdin, capture_output=True, check=False)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")


def sheets(*arguments, stdin=b""):
    return json.loads(run("explain", "--format", "json", *arguments, stdin=stdin)[1])


ANSWERED = [
    # arguments, kind, (key, part of its text) ...
    (["450"], "code", ("meaning", "mailbox full"), ("retry", "yes"), ("source", "RFC 5321"), ("seen_rcpt", "greylist"), ("who", ""), ("action", "wait"), ("said_by", "server")),
    (["550"], "code", ("retry", "no"), ("seen_eod", "DMARC"), ("fix_sender", ""), ("fix_receiver", "")),
    (["441"], "code", ("status", "not a code"), ("meaning", "4.4.1")),
    (["101"], "code", ("status", "not a code"),),
    (["499"], "code", ("status", "no standard"),),
    (["5.7.26"], "enhanced", ("class", "sender-auth")),
    (["X.7.1"], "enhanced", ("class", "policy")),
    (["x.7.1"], "enhanced", ("class", "policy")),
    (["4.7.x"], "list", ("X.7.1", ""), ("X.7.30", "")),
    (["greylisting"], "class", ("who", "receiver")),
    (["Mailbox-Full"], "class", ("who", "recipient")),
    (["550", "5.1.1"], "reply", ("class", "user-unknown"), ("code", "550"), ("enhanced", "5.1.1")),
    (["550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown"], "reply", ("class", "user-unknown"),
     ("retry", "no")),
    (["550", "5.1.1", "no", "such", "user"], "reply", ("class", "user-unknown")),
    (["450 4.2.0 <bob@example.org>: Recipient address rejected: Greylisted, see http://pg.example/help"], "reply",
     ("class", "greylisting"), ("retry", "yes"), ("rule", "")),
    (["451 4.7.1 Try again later"], "reply", ("possible", "greylisting")),
    (["550-5.7.26 This mail is unauthenticated 550 5.7.26 gsmtp"], "reply", ("class", "sender-auth"),
     ("text", "unauthenticated gsmtp")),
    (["5.7.1 Spam message rejected"], "reply", ("enhanced", "5.7.1"), ("class", "spam-content")),
]

REFUSED = [
    (["999"], "200 to 599"), (["099"], "200 to 599"), (["5.7"], "three parts"), (["4.7.999999"], "three parts"),
    (["450; rm"], "no reply code"), (["greylistin"], "greylisting"), (["4.7.999"], "registry"), ([""], "empty"),
    (["4.99.x"], "no codes"), (["\x1b[31mred"], "no reply code"), (["a" * 100000], "longer"),
]


def main():
    tap = Tap()
    for arguments, kind, *wanted in ANSWERED:
        found = sheets(*arguments)
        name = "explain " + " ".join(arguments)[:50]
        tap.ok(len(found) == 1 and found[0]["kind"] == kind, name + ": one answer, a " + kind, found)
        for key, part in wanted:
            tap.ok(part in found[0].get(key, "(absent)") and key in found[0], f"{name}: {key} says {part!r}",
                   found[0].get(key))
    for arguments, part in REFUSED:
        status, out, err = run("explain", *arguments)
        tap.ok(status == 2 and not out and part in err, f"explain refuses {arguments[0][:20]!r}", status, out, err)
        tap.ok(not UNSAFE_TEXT.search(err), "nothing raw on standard error", err)
    status, out, err = run("explain", "450", "999")
    tap.ok(status == 2 and out.startswith("450") and "999" in err, "what is known is answered beside what is not")
    status, out, err = run("explain", os.fsdecode(b"550 5.1.1 \xff\xfe\x1b]0;x\x07\xc2\x9b31m no such user"))
    tap.ok(status == 0 and not UNSAFE_TEXT.search(out), "invalid UTF-8 and control bytes of a reply are shown harmless", out)
    found = sheets("-", stdin=b"550 5.1.1 no such user here\n\n450 4.7.1 Greylisted\r\n")
    tap.equal([sheet["class"] for sheet in found], ["user-unknown", "greylisting"], "replies from standard input")
    status, _, err = run("explain", "-", stdin=b"a" * 1000000 + b"\n")
    tap.ok(status == 2 and err.count("\n") == 1, "a reply of 1 MB is refused once", err)
    tap.ok(run("explain", "-", stdin=b"")[0] == 2, "no reply on standard input is wrong usage")
    everything = run("explain")[1]
    everything_listed = sheets()
    tap.equal([sheet["title"] for sheet in everything_listed], ["REPLY CODES", "ENHANCED STATUS CODES", "REASON CLASSES", "PROVIDERS"],
              "without arguments: one list of each, however long")
    tap.ok(len(everything_listed[0]) > 70 and "591" in everything_listed[0], "with all reply codes", len(everything_listed[0]))
    tap.equal(everything.count("\n\n"), 3, "and no blank line within one")
    for word in ("450", "X.7.30", "greylisting"):
        tap.ok("\n  " + word in everything, f"without arguments {word} is listed")
    status, out, _ = run("compare", "235", "450")
    tap.ok(status == 0 and "never compete" in out, "235 and 450 never meet")
    status, out, _ = run("compare", "450", "550")
    tap.ok("transient (4yz)" in out and "permanent (5yz)" in out and "never" not in out.split("KEY DIFFERENCES")[0],
           "450 and 550 in one sentence")
    tap.ok(max(map(len, out.split("\n"))) <= 80, "compare fits into 80 columns")
    tap.equal(json.loads(run("compare", "--format", "json", "450", "4.7.1", "550")[1])[0]["of"], ["450", "4.7.1", "550"],
              "three side by side in JSON")
    for arguments in (["450"], [], ["450", "greylisting"], ["450", "599"], ["1"] * 7):
        tap.ok(run("compare", *arguments)[0] == 2, f"compare {arguments} is wrong usage")
    text = run("compare", "--format", "markdown", "450", "550")[1]
    tap.match(text, r"^### 450 .* against 550 .*\| name \| mailbox unavailable for now \| .*### KEY DIFFERENCES\n\n- class: 450 4yz", "compare as Markdown")
    text = run("explain", "--format", "markdown", "550 5.1.1 <b>[x](http://192.0.2.1)</b>: User unknown")[1]
    tap.ok("| Reason class | user-unknown |" in text and "<b>" not in text and "[x](http" not in text, "a reply as Markdown is words", text)
    tap.done()


main()
