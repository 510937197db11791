#!/usr/bin/env python3
"""smtplog against Debian's pflogsumm (1.1.5) and eximstats (4.96), on generated logs and on logs recorded from real servers.

Every figure must agree, or differ by a fault of the other program that is known: each such fault names the lines of the log
that show it, and the difference must be exactly what these lines explain. The programs are unpacked below build/, never
installed; without them the test is skipped with the reason.
"""
import collections
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "differential"))
from harness import BUILD, DATA, TOP, Tap, environment, run, skip_all
import eximstats
import pflogsumm

PACKAGES = "pflogsumm libdate-calc-perl libbit-vector-perl libcarp-clan-perl exim4-base"
PLACE = os.path.join(BUILD, "differential")
BENCH = os.path.join(TOP, "tests", "bench")
# Hours and days are compared in one zone; stamps without a year are of this one, the year pflogsumm takes them for.
# Every name of these logs has room in the memory that is used unless said otherwise.
OPTIONS = ("--tz", "UTC", "--top", "0")

tap = Tap()


# ---- the programs -------------------------------------------------------------------------------------------------------

def fetch():
    """Paths of pflogsumm and eximstats, unpacked; ends the test when they cannot be had."""
    if shutil.which("perl") is None or shutil.which("cc") is None:
        skip_all("perl and a C compiler are needed")
    os.makedirs(PLACE, exist_ok=True)
    done = subprocess.run(["sh", os.path.join(BENCH, "fetch.sh")], env=dict(os.environ, BENCH_DIR=PLACE, BENCH_PACKAGES=PACKAGES),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    root = os.path.join(PLACE, "root")
    found = [os.path.join(root, "usr/sbin", name) for name in ("pflogsumm", "eximstats")]
    for path in found:
        if not os.path.exists(path):
            skip_all("%s cannot be had: %s" % (os.path.basename(path), done.stdout.strip().split("\n")[-1][:200]))
    modules = subprocess.run([os.path.join(BENCH, "perl_path.sh"), root], stdout=subprocess.PIPE, text=True).stdout.strip()
    return found[0], found[1], dict(environment(), PERL5LIB=modules)


def peer(program, env, *words):
    done = subprocess.run(["perl", program, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0 or not text.strip():
        tap.ok(False, "%s runs" % os.path.basename(program), done.stderr.decode("utf-8", "replace")[:600])
    return text


def generate(name, *options):
    """A log of the project's generator."""
    program = os.path.join(PLACE, "generate")
    if not os.path.exists(program):
        sources = sorted(os.path.join(BENCH, f) for f in os.listdir(BENCH) if f.startswith("generate") and f.endswith(".c"))
        subprocess.run(["cc", "-O2", "-o", program, *sources], check=True)
    path = os.path.join(PLACE, name + ".log")
    subprocess.run([program, "-o", path, "--truth", os.path.join(PLACE, name + ".json"), *options], check=True)
    return path


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().split("\n")


# ---- comparing ----------------------------------------------------------------------------------------------------------

class Faults:
    """Lines of the log that the other program counts otherwise, by fault."""

    def __init__(self, log):
        self.log, self.lines = log, collections.defaultdict(list)

    def add(self, fault, line):
        self.lines[fault].append(line)

    def tell(self):
        for fault, lines in sorted(self.lines.items()):
            tap.note("%s: %s (%d lines), for example" % (self.log, fault, len(lines)))
            tap.note("  " + lines[0].encode("ascii", "backslashreplace").decode()[:300])


def holds(figure, value):
    """Theirs may be rounded."""
    return figure.holds(value) if isinstance(figure, pflogsumm.Figure) else figure == value


def same(theirs, ours, name):
    tap.ok(holds(theirs, ours), name, "theirs %r" % (theirs,), "ours   %r" % (ours,))


def same_rows(theirs, ours, name):
    """Two tables {name: (figure, ...)}."""
    wrong = []
    for key in sorted(set(theirs) | set(ours)):
        if key not in theirs or key not in ours:
            wrong.append("%s is only %s" % (key, "ours: %r" % (ours[key],) if key in ours else "theirs: %r" % (theirs[key],)))
        elif not all(holds(t, o) for t, o in zip(theirs[key], ours[key])):
            wrong.append("%s: theirs %r, ours %r" % (key, theirs[key], ours[key]))
    tap.ok(not wrong and len(ours) > 0, "%s (%d rows)" % (name, len(ours)), *wrong[:10])


# ---- Postfix ------------------------------------------------------------------------------------------------------------

TO = re.compile(r"postfix/(?:[a-z]+/)?(\w+)\[[0-9]+\]: ([0-9A-Za-z]+): to=<([^>]*)>, (?:orig_to=<[^>]*>, )?relay=[^,]+, "
                r"(?:conn_use=[^,]+, )?delay=[0-9.]+, .*?status=(\w+) \((.*)$")
FROM = re.compile(r"\]: ([0-9A-Za-z]+): from=<([^>]*)>, size=([0-9]+)")
CLIENT = re.compile(r"\]: ([0-9A-Za-z]+): (?:client=|uid=)")
HOP = re.compile(r"250 2\.0\.0 from MTA\(smtp:\[127\.")
FULL = re.compile(r"milter-reject: (?:CONNECT|EHLO|HELO|MAIL|RCPT|DATA) |proxy-reject: ")


class PostfixExtra:
    """What pflogsumm counts and we do not, line by line, as additions to our figures."""

    def __init__(self, path, log):
        self.faults = Faults(log)
        self.count = collections.Counter()
        self.domain = collections.defaultdict(lambda: [0, 0, 0])  # delivered, bytes, deferred
        self.recipient = collections.defaultdict(lambda: [0, 0])
        self.hour = collections.defaultdict(collections.Counter)
        self.day = collections.defaultdict(collections.Counter)
        self.touched = set()
        size = {}
        for line in text_of(path):
            m = FROM.search(line)
            if m:
                size[m.group(1)] = int(m.group(3))
            self.reject(line)
            m = TO.search(line)
            if m:
                self.delivery(line, size.get(m.group(2), 0), *m.groups())

    def reject(self, line):
        if FULL.search(line):
            self.faults.add("smtpd's milter-reject and proxy-reject are not counted", line)
            self.count["rejected"] -= 1

    def delivery(self, line, size, daemon, _, address, status, text):
        domain = address[address.rfind("@") + 1:].lower()
        stamp = re.match(r"([A-Z][a-z]{2}) +([0-9]+) ([0-9]{2}):", line)
        hour, day = int(stamp.group(3)), " ".join(stamp.groups()[:2])
        if status == "sent" and daemon == "discard":
            self.more(line, "what discard(8) throws away is counted as delivered", "delivered", size, domain, address, hour, day)
        elif status == "sent" and HOP.search(text):
            self.more(line, "mail handed to a content filter is counted as delivered", "delivered", size, domain, address, hour, day)
        elif status == "deferred":
            if text.startswith("delivery temporarily suspended: "):
                self.faults.add("an old failure told again is counted as a deferral", line)
                self.count["deferrals"] += 1
                self.domain[domain][2] += 1
                self.hour[hour]["deferred"] += 1
                self.day[day]["deferred"] += 1
                self.touched.add(domain)

    def more(self, line, fault, name, size, domain, address, hour, day):
        self.faults.add(fault, line)
        self.count[name] += 1
        self.count["bytes delivered"] += size
        self.domain[domain][0] += 1
        self.domain[domain][1] += size
        self.recipient[address][0] += 1
        self.recipient[address][1] += size
        self.hour[hour][name] += 1
        self.day[day][name] += 1
        self.touched.add(domain)


def domain_rows(report, extra):
    """{domain: (delivered, bytes, deferred)} as pflogsumm would have them."""
    rows = {}
    for row in report["domains"]:
        more = extra.domain.get(row["name"], (0, 0, 0))
        figures = (row["delivered"] + more[0], row["bytes_delivered"] + more[1], row["deferred"] + more[2])
        if figures[0] + figures[2] > 0:
            rows[row["name"]] = figures
    return rows


def check_delays(theirs, report, extra, log):
    """Mean and longest delay of the domains that have no line counted otherwise."""
    wrong, seen = [], 0
    for row in report["domains"]:
        printed = theirs["domains"].get(row["name"])
        if printed is None or row["name"] in extra.touched or row["delivered"] == 0:
            continue
        longest = max(row["delay"]["max"], row["delay"].get("deferred_max", 0))
        seen += 1
        if not printed[3].holds(row["delay"]["mean"]) or not printed[4].holds(longest):
            wrong.append("%s: theirs %r %r, ours %r %r" % (row["name"], printed[3], printed[4], row["delay"]["mean"], longest))
    tap.ok(seen > 0 and not wrong, "%s: mean and longest delay by domain (%d domains)" % (log, seen), *wrong[:10])


def period(row, more):
    """received, delivered, deferred, bounced, rejected as pflogsumm would have them."""
    return [row["received"], row["delivered"] + more["delivered"], row["deferred"] + more["deferred"], row["bounced"],
            row["rejected"]]


def check_times(theirs, report, extra, log):
    """By hour, or when the log has several days the hour's daily average, rounded; and by day."""
    days = len(theirs["days"]) or 1
    wrong = []
    for row in report["hours"]:
        ours = [int(n / days + 0.5) if days > 1 else n for n in period(row, extra.hour[row["hour"]])]
        if theirs["hours"].get(row["hour"]) != ours:
            wrong.append("%02d: theirs %r, ours %r" % (row["hour"], theirs["hours"].get(row["hour"]), ours))
    tap.ok(len(report["hours"]) == 24 and not wrong, log + ": messages and attempts by hour", *wrong)
    if days > 1:
        months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
        ours = {}
        for row in report["days"]:
            _, month, day = row["date"].split("-")
            name = "%s %d" % (months[int(month) - 1], int(day))
            ours[name] = tuple(period(row, extra.day[name]))
        same_rows({day.rsplit(" ", 1)[0]: tuple(row) for day, row in theirs["days"].items()}, ours,
                  log + ": messages and attempts by day")


def renamed(path):
    """The log with the service names that pflogsumm knows: what it says of others is nothing at all."""
    copy = os.path.join(PLACE, "renamed-" + os.path.basename(path))
    with open(copy, "w", encoding="utf-8") as file:
        file.write("\n".join(re.sub(r" postfix(?:-\w+)?/(?:\w+/)?(\w+\[)", r" postfix/\1", line, count=1) for line in text_of(path)))
    return copy


def check_blind(path, program, env):
    """Services with names of their own: zeros and status 0."""
    total = pflogsumm.read(peer(program, env, path))["totals"]
    log = os.path.basename(path)
    faults = Faults(log)
    for line in text_of(path):
        if re.search(r" postfix-\w+/smtp\[[0-9]+\]: .* status=", line):
            faults.add("a service name that it does not know leaves nothing but zeros", line)
    same((total["received"].low, total["delivered"].low), (0, 0), log + ": pflogsumm sees none of it")
    tap.ok(len(faults.lines) == 1, log + ": the lines are there")
    faults.tell()


def check_postfix(path, program, env):
    log = os.path.basename(path)
    known = renamed(path)
    theirs = pflogsumm.read(peer(program, env, known))
    result = run("analyze", "--format", "json", *OPTIONS, path)
    report = result.json()
    extra = PostfixExtra(known, log)
    total, messages, attempts = theirs["totals"], report["messages"], report["attempts"]
    tap.ok(len(total) >= 15, "%s: pflogsumm's totals were read" % log, total)
    count = extra.count
    same(total["received"], messages["received"], log + ": received")
    same(total["delivered"], attempts["delivered"] + count["delivered"], log + ": delivered")
    same(total["forwarded"], attempts.get("forwarded", 0), log + ": forwarded")
    same(total.get("deferrals", 0), attempts["deferred"] + count["deferrals"], log + ": deferrals")
    same(total["deferred"], messages["with_deferral"], log + ": messages deferred")
    same(total["bounced"], attempts["bounced"], log + ": bounced")
    same(total["rejected"], report["rejects"]["total"] + count["rejected"], log + ": rejected")
    for name, action in (("reject warnings", "reject_warning"), ("held", "hold"), ("discarded", "discard")):
        same(total[name], report["actions"].get(action, 0), "%s: %s" % (log, name))
    same(total["bytes received"], messages["bytes_received"], log + ": bytes received")
    delivered = sum(row["bytes_delivered"] for row in report["transports"])
    same(total["bytes delivered"], delivered + count["bytes delivered"], log + ": bytes delivered")
    same(total["senders"], report["distinct"]["senders"]["count"], log + ": senders")
    same(total["sending hosts/domains"], report["distinct"]["sender_domains"]["count"], log + ": sending hosts and domains")
    recipients = {row["name"]: (row["delivered"] + extra.recipient[row["name"]][0],
                                row["bytes_delivered"] + extra.recipient[row["name"]][1])
                  for row in report["recipient_addresses"]}
    recipients = {name: row for name, row in recipients.items() if row[0] > 0}
    domains = domain_rows(report, extra)
    same(total["recipients"], len(recipients), log + ": recipients")
    same(total["recipient hosts/domains"], sum(1 for row in domains.values() if row[0] > 0), log + ": recipient domains")
    same_rows({k: v[:3] for k, v in theirs["domains"].items()}, domains, log + ": delivered, bytes and deferred by domain")
    check_delays(theirs, report, extra, log)
    check_times(theirs, report, extra, log)
    received = report["received"]
    same_rows(theirs["sender_domains"], {r["name"]: (r["messages"], r["bytes"]) for r in received["sender_domains"]},
              log + ": received by domain")
    senders = {("from=<>" if r["name"] == "<>" else r["name"]): r for r in received["senders"]}
    same_rows({k: (v,) for k, v in theirs["senders"].items()}, {k: (r["messages"],) for k, r in senders.items()},
              log + ": senders by message count")
    same_rows({k: (v,) for k, v in theirs["senders_by_size"].items()}, {k: (r["bytes"],) for k, r in senders.items()},
              log + ": senders by message size")
    same_rows({k: (v,) for k, v in theirs["recipients"].items()}, {k: (r[0],) for k, r in recipients.items()},
              log + ": recipients by message count")
    same_rows({k: (v,) for k, v in theirs["recipients_by_size"].items()}, {k: (r[1],) for k, r in recipients.items()},
              log + ": recipients by message size")
    extra.faults.tell()
    return theirs, report


def check_reused_ids(path, program, env):
    """Short queue ids come again: pflogsumm takes the later message for the one before."""
    log = os.path.basename(path)
    total = pflogsumm.read(peer(program, env, path))["totals"]
    report = run("analyze", "--format", "json", *OPTIONS, path).json()
    faults, seen, lost = Faults(log), set(), 0
    received = set()
    for line in text_of(path):
        m = CLIENT.search(line)
        if m:
            received.add(m.group(1))
        m = FROM.search(line)
        if m and m.group(1) in received:
            received.discard(m.group(1))
            if m.group(1) in seen:
                faults.add("a queue id that comes again is taken for the message before: size and sender are lost", line)
                lost += int(m.group(3))
        if m:
            seen.add(m.group(1))
    same(total["received"], report["messages"]["received"], log + ": received")
    same(total["bytes received"], report["messages"]["bytes_received"] - lost, log + ": bytes received")
    faults.tell()


# ---- Exim ---------------------------------------------------------------------------------------------------------------

FLAG = re.compile(r"^\S+ \S+ (?:[+-][0-9]{4} )?(?:\[[0-9]+\] )?(\w{6}-\w{6}-\w{2}) (<=|=>|->|>>|\*>|==|\*\*|\(=|Completed)(?: |$)(.*)")
REJECT_WORD = re.compile(r"rejected|refused|dropped")


class EximExtra:
    """Lines that eximstats counts otherwise."""

    def __init__(self, path, records):
        self.faults = Faults(os.path.basename(path))
        self.count = collections.Counter()
        self.transport = collections.defaultdict(lambda: [0, 0])  # bytes, deliveries
        kinds = {record["line"]: record for record in records}
        size, delayed, fake = {}, set(), set()
        for number, line in enumerate(text_of(path), 1):
            m = FLAG.match(line)
            flag, queue_id = (m.group(2), m.group(1)) if m else (None, None)
            bytes_ = re.search(r" S=([0-9]+)(?: |$)", line)
            if flag in ("<=", "(="):
                size[queue_id] = int(bytes_.group(1)) if bytes_ else 0
            if flag == "(=":
                self.faults.add("mail kept though the client was told 550 (fakereject) is not counted as received", line)
                self.count["received"] -= 1
                self.count["bytes"] -= size[queue_id]
                fake.add(queue_id)
            self.delivery(line, flag, size.get(queue_id, 0), queue_id in fake)
            if flag == "==" and queue_id in size and queue_id not in fake:
                tried = "retry time not reached" not in line
                delayed.add((queue_id, tried))
                if not tried:
                    self.faults.add("a message whose retry time is not reached counts as delayed", line)
            self.rejection(line, flag, kinds.get(number))
        tried = {queue_id for queue_id, real in delayed if real}
        self.count["delayed"] += len({queue_id for queue_id, real in delayed} - tried)

    def delivery(self, line, flag, size, fake):
        m = re.search(r" T=(\S+)", line)
        row = self.transport[m.group(1) if m else ":blackhole:"]
        if flag == "=>" and not m:
            self.faults.add("what goes to :blackhole: counts as delivered, and as a reject", line)
            self.count["delivered"] += 1
            self.count["rejects"] += 1
            self.count["delivered bytes"] += 0 if fake else size
            row[0] += 0 if fake else size
            row[1] += 1
        elif flag == "->":
            self.faults.add("the size of a further recipient of one delivery is not counted", line)
            self.count["delivered bytes"] -= size
            row[0] -= size
        elif flag == "=>" and fake:
            self.faults.add("the size of mail kept after a fakereject is not known", line)
            self.count["delivered bytes"] -= size
            row[0] -= size

    def rejection(self, line, flag, record):
        """Theirs: any line with one of three words that is no delivery. Ours: what we refused."""
        theirs = flag in (None, "(=", ">>", "*>") and REJECT_WORD.search(line) and len(line) >= 38
        theirs = theirs and not line.startswith(" ")
        ours = record is not None and record["kind"] == "reject"
        if theirs and not ours:
            what = record["kind"] if record else "context"
            self.faults.add("a line of kind %s with the word rejected, refused or dropped is counted as our reject" % what, line)
            self.count["rejects"] += 1
        elif ours and not theirs:
            self.faults.add("a refusal without the word rejected, refused or dropped is not counted", line)
            self.count["rejects"] -= 1


QUEUE = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "3h": 10800, "6h": 21600, "12h": 43200, "1d": 86400}


def queue_bins(report, which):
    return {bin_.get("below", "over"): bin_["messages"] for bin_ in report["queue_time"][which]["bins"] if bin_["messages"]}


def check_exim(path, program, env):
    log = os.path.basename(path)
    theirs = eximstats.read(peer(program, env, "-nvr", "-t1000000", path))
    report = run("analyze", "--format", "json", *OPTIONS, path).json()
    extra = EximExtra(path, run("events", path).records())
    total, count = theirs["totals"], extra.count
    tap.ok("received" in total and "delivered" in total, log + ": eximstats's totals were read", total)
    received, delivered = total["received"], total["delivered"]
    messages, attempts = report["messages"], report["attempts"]
    same(received["messages"], messages["received"] + count["received"], log + ": received")
    same(received["volume"], messages["bytes_received"] + count["bytes"], log + ": bytes received")
    same(received["delayed"], messages["with_deferral"] + count["delayed"], log + ": messages with an address delayed")
    same(received["failed"], messages["with_failure"], log + ": messages with an address failed")
    deliveries = sum(row["deliveries"] for row in report["transports"])
    same(delivered["messages"], deliveries + count["delivered"], log + ": deliveries")
    same(delivered["addresses"], attempts["delivered"] + count["delivered"], log + ": addresses delivered")
    same(delivered["volume"], sum(row["bytes_delivered"] for row in report["transports"]) + count["delivered bytes"],
         log + ": bytes delivered")
    rejects = sum(total.get(row, {}).get("messages", 0) for row in ("rejects", "temp"))
    same(rejects, report["rejects"]["total"] + count["rejects"], log + ": rejects, permanent and temporary")
    ours = {row["name"]: [row["bytes_delivered"], row["deliveries"]] for row in report["transports"]}
    for name, more in extra.transport.items():
        ours[name] = [a + b for a, b in zip(ours.get(name, [0, 0]), more)]
    ours = {name: tuple(row) for name, row in ours.items() if row[1]}
    same_rows(theirs["transports"], ours, log + ": bytes and deliveries by transport")
    same(theirs["received_hours"], [row["received"] + (count["received"] if row["received"] else 0) for row in report["hours"]],
         log + ": received by hour")
    same(sum(theirs["delivered_hours"]), deliveries + count["delivered"], log + ": deliveries by hour, in all")
    users = {row["name"]: (row["messages"], row["bytes"]) for row in report["received"]["local_users"]}
    same({k: v[:2] for k, v in theirs["users"].items()}, users, log + ": local senders")
    check_peers(theirs, report, log)
    check_queue(theirs, report, path, log)
    extra.faults.tell()


def check_peers(theirs, report, log):
    """Hosts that mail went to: deliveries and addresses."""
    peers = {row["name"]: (row["deliveries"], row["delivered"]) for row in report["peers"] if row["delivered"]}
    named = {name: row[:2] for name, row in theirs["destinations"].items() if name != "local"}
    same(named, peers, log + ": deliveries and addresses by host")


def check_queue(theirs, report, path, log):
    """Time in the queue. Theirs needs no arrival (it takes the id's time), and LMTP to this host is remote for it."""
    text = text_of(path)
    arrived = {m.group(1) for m in map(FLAG.match, text) if m and m.group(2) in ("<=", "(=")}
    faults = Faults(log)
    lost = [line for line in text if FLAG.match(line) and FLAG.match(line).group(2) == "Completed" and
            FLAG.match(line).group(1) not in arrived]
    for line in lost:
        faults.add("a message that was completed without an arrival in the log is counted by the time in its id", line)
    ours = queue_bins(report, "all")
    same(sum(theirs["queue"].values()), sum(ours.values()) + len(lost), log + ": messages by time in the queue, in all")
    if not lost:
        same({QUEUE.get(name, name): n for name, n in theirs["queue"].items()}, ours, log + ": messages by time in the queue")
    faults.tell()


def check_readers():
    """A comparison that always agrees is none."""
    cut = pflogsumm.Figure("12", "k")
    tap.ok(not cut.holds(12 * 1024 - 1) and cut.holds(12 * 1024) and cut.holds(13 * 1024 - 1) and not cut.holds(13 * 1024),
           "12k stands for 12 to 13 KiB")
    tap.ok(pflogsumm.Figure("12", " ").holds(12) and not pflogsumm.Figure("12", " ").holds(13), "12 stands for 12")
    time = pflogsumm.seconds("1.5", "m")
    tap.ok(time.holds(90) and time.holds(93) and not time.holds(86) and not time.holds(94), "1.5 m is rounded")
    rows = eximstats.table(["  Messages      Bytes    Average   Sending host", "         3        988        329   mail.d.example"], 3)
    tap.equal(rows, {"mail.d.example": (3, 988, 329)}, "a row of eximstats")


def main():
    summary, statistics, env = fetch()
    check_readers()
    for path in (generate("long", "--size", "3M", "--seed", "7", "--queue-id", "long"),
                 generate("days", "--size", "2M", "--seed", "3", "--queue-id", "long", "--rate", "0.01"),
                 os.path.join(DATA, "postfix-outbound.log"), os.path.join(DATA, "postfix-inbound.log")):
        check_postfix(path, summary, env)
    check_blind(os.path.join(DATA, "postfix-outbound.log"), summary, env)
    check_reused_ids(generate("short", "--size", "3M", "--seed", "7", "--queue-id", "short"), summary, env)
    for name in ("exim-out", "exim-in", "exim-outall", "exim-inall"):
        check_exim(os.path.join(DATA, name + ".log"), statistics, env)
    tap.done()


main()
