"""Compares mails as they were delivered with the one that was sent. TAP without a plan.

usage: delivered.py SENT DELIVERED...
"""

import email
import email.policy
import sys


def ok(good, name, *details):
    print("%sok - %s" % ("" if good else "not ", name))
    for detail in () if good else details:
        print("#   " + ascii(detail)[:600])


def read(path):
    with open(path, "rb") as file:
        return email.message_from_bytes(file.read(), policy=email.policy.default)


sent = read(sys.argv[1])
for path in sys.argv[2:]:
    name = path.rsplit("/", 1)[1]
    got = read(path)
    ok(got["delivered-to"] == name + "@example.org" and got["received"] and got["message-id"], name + ": it went through Postfix", dict(got))
    ok(not got.defects and got["subject"] == sent["subject"] and got["to"] == sent["to"] and "smtplog" in got["subject"],
       name + ": the head is as it was sent", got.defects, got["subject"])
    parts = [(part.get_content_type(), part.get_content()) for part in got.iter_parts()]
    ok(parts == [(part.get_content_type(), part.get_content()) for part in sent.iter_parts()] and len(parts) == 2,
       name + ": text and page are as they were sent")
    ok("OUTCOME" in parts[0][1] and parts[1][1].startswith("<!doctype html>") and "\u2588" in parts[0][1],
       name + ": the text has its bars, the page is one", parts[0][1][:200])
