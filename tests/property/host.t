#!/usr/bin/env python3
"""State is kept for each host: logs of two hosts in one run give the sum of both, line by line interleaved or file by file, Postfix and
Exim, with ids that both use. Keys of refusals we gave are shared by all hosts, whoever greylists and whoever lets in."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, Directory, Tap, analyze

tap = Tap()
ADDED = ["events", "lines", "attempts", "recipients", "messages", "notices", "rejects", "actions", "hard"]


def read(name):
    with open(os.path.join(DATA, name), "rb") as file:
        return file.read()


def added(a, b):
    if isinstance(a, dict):
        return {key: added(a.get(key, 0), b.get(key, 0)) for key in set(a) | set(b)}
    return a + b


def addable(report):
    kept = {key: report[key] for key in ADDED}
    grey = report["greylisting"]
    ends = ("recipients", "recovered", "refused_later", "lost", "waiting", "other")
    kept["greylisting"] = {end: grey[end] for end in ends + ("events",)}
    kept["retry"] = {key: grey["retry"][key] for key in ("retried", "not_retried")}
    kept["asked"] = {key: grey["asked"][key] for key in ("recipients", "retried_early", "retried_in_time", "not_retried")}
    kept["domains"] = {row["name"]: {end: row[end] for end in ends} for row in grey["domains"]}
    kept["lines_450"] = grey["inbound"]["lines_450"]
    return kept


def normal(value):
    """Without zeros: a name that only one of two has is the same as one that is 0."""
    if isinstance(value, dict):
        return {k: v for k, v in ((k, normal(v)) for k, v in value.items()) if v not in (0, {})}
    return value


def interleave(a, b):
    a, b = a.splitlines(True), b.splitlines(True)
    both = [line for pair in zip(a, b) for line in pair]
    return b"".join(both + a[len(b):] + b[len(a):])


with Directory() as directory:
    def report(*paths):
        return analyze("--top", "0", *paths).json()

    for name, host, other in (("postfix-outbound.log", b" mx-out ", b" mx-two "), ("postfix-inbound.log", b" mx-in ", b" mx-two "),
                              ("exim-outsys.log", None, b" mx-two "), ("hand/greylist-detail.log", b" mx1 ", b" mx-two ")):
        one = read(name)
        host = host or b" " + one.split(b"\n")[0].split()[3] + b" "
        two = one.replace(host, other)
        alone = addable(report(directory("one.log", one)))
        wanted = normal(added(alone, addable(report(directory("two.log", two)))))
        tap.ok(two != one and alone["recipients"]["total"] + alone["rejects"]["total"] > 0, name + ": there are two hosts")
        for what, paths in (("line by line", [directory("both.log", interleave(one, two))]),
                            ("two files", [directory("one.log", one), directory("two.log", two)]),
                            ("two files, the other way round", [directory("two.log", two), directory("one.log", one)])):
            tap.same_json(normal(addable(report(*paths))), wanted, "%s: %s, the sum of both" % (name, what))

    # ---- one server greylists, the other lets in
    grey = (b"Nov 21 06:00:00 mx1 postfix/smtpd[9]: NOQUEUE: reject: RCPT from mail.b.example[192.0.2.20]: 450 4.2.0 <kim@x.example>: "
            b"Recipient address rejected: Greylisted; from=<bea@b.example> to=<kim@x.example> proto=ESMTP helo=<h>\n")
    let_in = (b"Nov 21 06:06:00 mx2 postfix/smtpd[9]: A10000000001: client=mail.b.example[192.0.2.21]\n"
              b"Nov 21 06:06:00 mx2 postfix/qmgr[9]: A10000000001: from=<bea@b.example>, size=900, nrcpt=1 (queue active)\n"
              b"Nov 21 06:06:01 mx2 postfix/virtual[9]: A10000000001: to=<kim@x.example>, relay=virtual, delay=1, "
              b"delays=0.1/0/0.5/0.4, dsn=2.0.0, status=sent (delivered to maildir)\n")
    for what, paths in (("in one log", [directory("both.log", grey + let_in)]),
                        ("in two", [directory("two.log", let_in), directory("one.log", grey)])):
        inbound = report(*paths)["greylisting"]["inbound"]
        tap.equal((inbound["triplets"], inbound["recovered"], inbound["wait"].get("max")), (1, 1, 360),
                  "greylisted by one server, let in by another, %s" % what)
tap.done()
