"""Three days of a live Postfix: mail is delivered, greylisted, refused and deferred over midnight, the log is rotated each night
by logrotate with our hint, and the shipped cron script reports each day the morning after. What the other server and the
strangers saw is the truth. Then the command of the systemd unit, with the restrictions of that unit. Prints TAP.

The clock of Postfix, logrotate and smtplog is moved forward by libfaketime; ours is not.

usage (inside ../namespace.sh): live.py PLACE LIBRARIES CRON_ROOT CRON_LIBRARIES FAKETIME
"""

import collections
import datetime
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for directory in ("..", "../incident", "../.."):
    sys.path.insert(0, os.path.join(HERE, directory))
from flow import Client, listens                                             # noqa: E402
from harness import SMTPLOG, TOP, Tap, figures                               # noqa: E402
from incident import Server                                                  # noqa: E402
from instance import Instance, wait_for                                      # noqa: E402

IN_IP, OUT_IP, STRANGER, APPLICATION = "203.0.113.25", "192.0.2.10", "192.0.2.103", "192.0.2.101"
OTHER = "198.51.100.11"
CONTRIB = os.path.join(TOP, "src/contrib")
HOUR = 3600
MAILS = {1: "kim gone grey kim full kim grey gone kim kim", 2: "kim grey kim gone kim kim", 3: "gone kim grey kim kim gone gone busy kim"}


class Clock:
    """Ours plus an offset that is written into a file, from which libfaketime takes it."""

    def __init__(self, path):
        self.path, self.offset = path, 0
        now = datetime.datetime.now(datetime.timezone.utc)
        # In the future, so that nothing of today's is younger than the simulated day.
        self.first = (now + datetime.timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()

    def set(self, day, hour):
        """Day 1 is the first of the three."""
        self.offset = int(self.first + (day - 1) * 24 * HOUR + hour * HOUR - time.time())
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write("+%d\n" % self.offset)
        os.chmod(self.path + ".new", 0o644)
        os.rename(self.path + ".new", self.path)

    def now(self):
        return time.time() + self.offset

    def day(self):
        return int((self.now() - self.first) // (24 * HOUR)) + 1

    def date(self, day):
        return time.strftime("%Y-%m-%d", time.gmtime(self.first + (day - 1) * 24 * HOUR))


class World:
    """One Postfix, one server of somebody else, a log, and what runs over it at night."""

    def __init__(self, place, libraries, cron_root, cron_libraries, faketime):
        self.root, self.run, self.work = place + "/root", place + "/run", place + "/work"
        self.cron_root, self.cron_libraries = cron_root, cron_libraries
        self.log = self.run + "/log/mail.log"
        self.clock = Clock(self.work + "/clock")
        self.moved = {"LD_PRELOAD": faketime, "FAKETIME_TIMESTAMP_FILE": self.clock.path, "FAKETIME_NO_CACHE": "1", "NO_FAKE_STAT": "1",
                      "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LANG": "C", "LD_LIBRARY_PATH": libraries}
        self.lock = threading.Lock()
        self.codes = collections.defaultdict(collections.Counter)      # by day: replies that refuse, theirs and ours
        self.delivered = collections.defaultdict(list)                 # by day: recipients let in
        self.received = collections.Counter()                          # by day: mails we took
        self.tried = set()
        self.number = 0

    # ---- the other server
    def answer(self, stage, _client, _sender, recipient):
        user = recipient.split("-")[0]
        refusal = None
        if stage == "rcpt":
            refusal = self.refuse(user, recipient)
        with self.lock:
            if refusal is not None:
                self.codes[self.clock.day()][refusal[:3]] += 1
            elif stage == "eod":
                self.delivered[self.clock.day()].append(recipient)
        return refusal

    def refuse(self, user, recipient):
        first = recipient not in self.tried
        self.tried.add(recipient)
        if user == "gone":
            return "550 5.1.1 <%s>: Recipient address rejected: User unknown" % recipient
        if user == "grey" and first:
            return "450 4.7.1 <%s>: Recipient address rejected: Greylisted for 2 seconds" % recipient
        if user == "night" and recipient.endswith("-%d@other.example" % self.clock.day()):
            return "450 4.2.0 <%s>: Recipient address rejected: Greylisted, see https://postmaster.example/" % recipient
        if user == "full" and first:
            return "452 4.2.2 <%s>: mailbox is full" % recipient
        if user == "busy" and first:
            return "451 4.3.0 Temporary server error. Please try again later"
        return None

    # ---- mail
    def mail(self, user, source=APPLICATION):
        self.number += 1
        recipient = "%s-%d-%d@other.example" % (user, self.number, self.clock.day())
        client = Client(IN_IP, 25, source)
        client.reply()
        client.command("EHLO app.example.org")
        client.command("MAIL FROM:<ann@example.org>")
        answer = client.command("RCPT TO:<%s>" % recipient)[0]
        if answer.startswith("2"):
            client.command("DATA")
            client.command("Subject: hello\r\n\r\nhello\r\n.")
            self.received[self.clock.day()] += 1
        else:
            self.codes[self.clock.day()][answer[:3]] += 1
        client.command("QUIT")
        client.close()
        return recipient

    def read(self):
        with open(self.log, encoding="ascii", errors="replace") as file:
            return file.read()

    def queue_is_empty(self, but=()):
        """Every mail but those is gone from the queue, and its end is in the log."""
        left = []
        for directory, _, names in os.walk(self.postfix.queue):
            if os.path.basename(os.path.dirname(directory)) in ("deferred", "active", "incoming") or os.path.basename(directory) in (
                    "active", "incoming", "maildrop", "deferred"):
                left += names
        return len(left) <= len(but)

    def become_quiet(self):
        sizes = [-1]

        def still():
            sizes.append(os.path.getsize(self.log))
            return sizes[-1] == sizes[-2]

        return wait_for(still, 20, 1.2)

    # ---- the machine
    def start(self):
        os.mkdir(self.work + "/mx")
        os.makedirs(os.path.dirname(self.log))
        os.chmod(os.path.dirname(self.log), 0o755)
        with open("/etc/hosts", "w", encoding="ascii") as hosts:
            hosts.write("127.0.0.1 localhost\n%s mx1.example.org\n%s mail.partner.example\n%s mx.other.example\n" % (OUT_IP, STRANGER, OTHER))
        with open("/etc/passwd", "a", encoding="ascii") as accounts:
            accounts.write("syslog:x:5010:5010::/nonexistent:/usr/sbin/nologin\nsmtplog:x:61234:61234::/nonexistent:/usr/sbin/nologin\n")
        with open("/etc/group", "a", encoding="ascii") as groups:
            groups.write("adm:x:4:\nsyslog:x:5010:\nsystemd-journal:x:5011:\nsmtplog:x:61234:\n")
        Server(OTHER, "mx.other.example", self.answer).start()
        transport = self.work + "/transport"
        with open(transport, "w", encoding="ascii") as out:
            out.write("other.example smtp:[mx.other.example]\nexample.org smtp:[mx.other.example]\n")
        self.postfix = Instance("mx", self.root, self.work + "/mx", self.log, dict(self.environment, **self.moved), {
            "myhostname": "mx1.example.org", "mydomain": "example.org", "mynetworks": APPLICATION + "/32",
            "inet_protocols": "ipv4", "inet_interfaces": IN_IP, "smtp_bind_address": OUT_IP,
            "transport_maps": "texthash:" + transport, "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
            "minimal_backoff_time": "2s", "maximal_backoff_time": "2s",
            "import_environment": "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH=%s %s" %
                                  (self.environment["LD_LIBRARY_PATH"], " ".join("%s=%s" % pair for pair in self.moved.items())),
        }, "%s:25 inet n - n - - smtpd\n" % IN_IP)
        self.postfix.prepare()
        self.postfix.start()
        return wait_for(lambda: listens((IN_IP, 25)), 20)

    def command(self, arguments, **environment):
        """Under the moved clock, as cron runs things."""
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LC_ALL": "C", "HOME": "/root", **self.moved, **environment}
        return subprocess.run(arguments, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def install_rotation(self):
        """Our hint with the path of this log, and our server in place of rsyslog."""
        with open(os.path.join(CONTRIB, "smtplog.logrotate"), encoding="ascii") as file:
            hint = file.read()
        reload = self.work + "/reload"
        with open(reload, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nkill -HUP %d\n" % self.postfix.master.pid)
        os.chmod(reload, 0o755)
        self.rotation = self.work + "/logrotate.conf"
        with open(self.rotation, "w", encoding="ascii") as file:
            file.write(hint.replace("/var/log/mail.log", self.log).replace("/usr/lib/rsyslog/rsyslog-rotate", reload))
        os.chmod(self.rotation, 0o644)

    def rotate(self):
        # The files have the times of our clock; logrotate looks at them by the moved one.
        if os.path.exists(self.log):
            os.utime(self.log, (self.clock.now(), self.clock.now()))
        return self.command([self.cron_root + "/usr/sbin/logrotate", "-s", self.work + "/logrotate.state", self.rotation],
                            LD_LIBRARY_PATH=self.cron_libraries)

    def cron(self, options):
        """The script as run-parts starts it in the morning."""
        program = self.work + "/smtplog"
        if not os.path.exists(program):
            shutil.copy(SMTPLOG, program)
        wrapper = self.work + "/smtplog.sh"
        # libfaketime reads the moved clock from a file all along, which the sandbox would refuse.
        with open(wrapper, "w", encoding="ascii") as file:
            file.write('#!/bin/sh\ncommand=$1\nshift\nexec "%s" "$command" --no-sandbox --state-dir "%s" "$@"\n' % (program, self.work + "/state"))
        os.chmod(wrapper, 0o755)
        with open(self.work + "/default", "w", encoding="ascii") as file:
            file.write("LOGS='%s*'\nMETRICS=%s\n%s\n" % (self.log, self.work + "/smtplog.prom", options))
        return self.command(["sh", os.path.join(CONTRIB, "smtplog.cron.daily")], SMTPLOG=wrapper, DEFAULTS=self.work + "/default")


def one_day(tap, world, day):
    """Nine o'clock to midnight, the rotation, and the morning after. The report of the day."""
    world.clock.set(day, 9)
    for user in MAILS[day].split():
        world.mail(user)
    world.mail("relay", STRANGER)
    tap.ok(wait_for(world.queue_is_empty, 40), "day %d: all mail of the day is gone" % day)
    world.clock.set(day, 23.9)
    night = world.mail("night")
    tap.ok(wait_for(lambda: night in world.tried, 20) and wait_for(lambda: "Greylisted, see" in world.read(), 20),
           "day %d: one is greylisted and waits over midnight" % day)
    world.postfix.hold_queue()
    tap.ok(world.become_quiet(), "day %d: the log is quiet" % day)
    world.clock.set(day + 1, 0.1)
    done = world.rotate()
    tap.ok(done.returncode == 0 and os.path.exists(world.log + ".1") and os.stat(world.log).st_mode & 0o777 == 0o640, "night %d: logrotate" % day,
           done.stdout, done.stderr, sorted(os.listdir(os.path.dirname(world.log))))
    world.postfix.release_queue()
    tap.ok(wait_for(lambda: night in world.delivered[day + 1], 30) and wait_for(lambda: night in world.read(), 20) and world.become_quiet(),
           "night %d: the one that waited is let in, which is in the new log" % day)
    world.clock.set(day + 1, 6.4)
    os.utime(world.log, (world.clock.now(), world.clock.now()))
    done = world.cron("OPTIONS='--format json --top 0'")
    tap.ok(done.returncode == 0 and done.stderr == "", "morning %d: the cron script" % (day + 1), done.stderr, done.returncode)
    return json.loads(done.stdout) if done.stdout.startswith("{") else {}


def check_report(tap, world, day, report):
    """Against what was seen."""
    if not report:
        tap.ok(False, "day %d: there is a report" % day)
        return
    seen = {str(row["code"]): row["count"] for row in report["codes"] if row["code"] >= 400}
    tap.equal(seen, dict(world.codes[day]), "day %d: refusals by code are those that were said" % day)
    tap.equal(report["messages"]["received"], world.received[day], "day %d: messages received" % day)
    tap.equal(report["attempts"]["delivered"], len(world.delivered[day]), "day %d: deliveries" % day)
    night = [recipient for recipient in world.delivered[day] if recipient.startswith("night")]
    grey = [recipient for recipient in world.delivered[day] if recipient.startswith("grey")]
    tap.equal(report["greylisting"]["recovered"], len(night) + len(grey), "day %d: greylisted and let in, also those of the day before" % day)
    tap.equal(report["period"]["first"][:10], world.clock.date(day), "day %d: it is that day" % day)
    tap.equal(report["lines"]["unknown"] + report["lines"]["malformed"], 0, "day %d: all lines are understood" % day)


def check_all(tap, world, reports):
    """The three days as a whole."""
    state = world.work + "/state"
    snapshots = sorted(glob.glob(state + "/*.snap"))
    tap.equal([os.path.basename(name)[:10] for name in snapshots], [world.clock.date(day) for day in (1, 2, 3)], "a snapshot a day")
    names = sorted(os.path.basename(name) for name in glob.glob(world.log + "*"))
    tap.equal(names, ["mail.log", "mail.log.1", "mail.log.2.gz", "mail.log.3.gz"] + (["mail.log.4.gz"] if len(names) > 4 else []),
              "the files that logrotate left")
    merged = world.command([SMTPLOG, "merge", "--no-sandbox", "--format", "json", "--top", "0", *snapshots])
    whole = world.command([SMTPLOG, "analyze", "--no-sandbox", "--format", "json", "--top", "0", "--since", world.clock.date(1), "--until", world.clock.date(3),
                           *glob.glob(world.log + "*")])
    one, other = json.loads(merged.stdout), json.loads(whole.stdout)
    for key in ("codes", "recipients", "greylisting", "hard", "messages", "attempts", "rejects", "classes", "domains", "events"):
        tap.same_json(one[key], other[key], "%s: the merged days are the whole log" % key)
    with open(world.work + "/smtplog.prom", encoding="utf-8") as file:
        metrics = file.read()
    tap.ok("\nsmtplog_attempts_delivered %d\n" % len(world.delivered[3]) in metrics, "the metrics are those of the last day", metrics[-600:])
    tap.equal(reports[3].get("against", {}).get("days"), 2, "the third morning has two days to compare with")


def check_mail(tap, world):
    """With MAILTO the report goes through the sendmail of the same Postfix."""
    # postdrop is setgid: the loader takes its libraries from the cache only.
    with open(world.work + "/ld.so.conf", "w", encoding="ascii") as file:
        file.write("\n".join(world.environment["LD_LIBRARY_PATH"].split(":")) + "\ninclude /etc/ld.so.conf\n")
    subprocess.run(["/sbin/ldconfig", "-X", "-f", world.work + "/ld.so.conf", "-C", world.work + "/ld.so.cache"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["mount", "--bind", world.work + "/ld.so.cache", "/etc/ld.so.cache"], check=True)
    os.mkdir(world.work + "/usr-sbin")
    with open(world.work + "/usr-sbin/sendmail", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nMAIL_CONFIG='%s' exec '%s/usr/sbin/sendmail' \"$@\"\n" % (world.postfix.config, world.root))
    os.chmod(world.work + "/usr-sbin/sendmail", 0o755)
    subprocess.run(["mount", "--bind", world.work + "/usr-sbin", "/usr/sbin"], check=True)
    done = world.cron("MAILTO=postmaster@other.example")
    tap.ok(done.returncode == 0 and done.stdout == done.stderr == "", "MAILTO: nothing for cron to send", done.stdout[:300], done.stderr)
    tap.ok(wait_for(lambda: any("postmaster@other.example" in seen for seen in world.delivered.values()), 30), "the report came by mail, through sendmail and Postfix")
    # The same from the unit: it writes the message, sendmail is given it by another.
    state = world.work + "/unit-state"
    words = re.search(r"^#   ExecStart=(smtplog .*)$", open(UNIT, encoding="ascii").read(), re.M).group(1).replace("${STATE_DIRECTORY}", state).split()
    words[0], words[words.index("postmaster")] = world.work + "/smtplog", "hostmaster@other.example"
    check_service(tap, world, state, words)
    with open(state + "/report.eml", "rb") as message:
        done = subprocess.run(["/usr/sbin/sendmail", "-i", "-t"], stdin=message, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    tap.ok(done.returncode == 0 and wait_for(lambda: any("hostmaster@other.example" in seen for seen in world.delivered.values()), 30),
           "the unit's message is one that sendmail takes", done)


UNIT = os.path.join(CONTRIB, "smtplog.service")


def systemd_analyze(world, *arguments):
    """Debian's, unpacked, with its own units beside ours."""
    libraries = world.cron_libraries
    units = "%s:%s/lib/systemd/system:%s/usr/lib/systemd/system" % (world.work + "/units", world.cron_root, world.cron_root)
    return subprocess.run([world.cron_root + "/usr/bin/systemd-analyze", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "LD_LIBRARY_PATH": libraries, "SYSTEMD_UNIT_PATH": units})


def check_units(tap, world):
    os.makedirs(world.work + "/units")
    for name in ("smtplog.service", "smtplog.timer"):
        with open(os.path.join(CONTRIB, name), encoding="ascii") as file:
            text = file.read()
        with open(world.work + "/units/" + name, "w", encoding="ascii") as file:
            file.write(text.replace("ExecStart=smtplog", "ExecStart=" + world.work + "/smtplog"))
    paths = [world.work + "/units/" + name for name in ("smtplog.service", "smtplog.timer")]
    done = systemd_analyze(world, "verify", "--man=no", *paths)
    own = [line for line in done.stdout.splitlines() if "smtplog" in line]
    tap.ok(not own and done.returncode == 0, "systemd-analyze verify has nothing against the units", *own, done.stdout[-600:])
    done = systemd_analyze(world, "security", "--offline=yes", "--threshold=20", paths[0])
    level = re.search(r"Overall exposure level for smtplog.service: ([0-9.]+)", done.stdout)
    tap.ok(level and float(level.group(1)) <= 2.0 and done.returncode == 0, "exposure at most 2.0 of 10", done.stdout[-600:])
    done = systemd_analyze(world, "calendar", "*-*-* 06:05")
    tap.ok(done.returncode == 0 and "06:05:00" in done.stdout, "the timer's time is one", done.stdout)


def allowed_calls(world, unit):
    """What the unit's filters leave."""
    allowed = set()
    for setting in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        names = set()
        for group in setting.lstrip("~").split():
            if not group.startswith("@"):
                names.add(group)
                continue
            shown = systemd_analyze(world, "syscall-filter", group).stdout
            pending = re.findall(r"^    ([@a-z0-9_-]+)$", shown, re.M)
            while pending:
                name = pending.pop()
                if name.startswith("@"):
                    pending += re.findall(r"^    ([@a-z0-9_-]+)$", systemd_analyze(world, "syscall-filter", name).stdout, re.M)
                else:
                    names.add(name)
        allowed = allowed - names if setting.startswith("~") else allowed | names
    return allowed


CONFINE = """set -e
state=$1
shift
mount --bind "$state" "$state"
mount -t tmpfs -o mode=1777 none /tmp
mount -t tmpfs -o mode=1777 none /dev/shm
for home in /root /home /run/user; do [ ! -d $home ] || mount -t tmpfs -o mode=0 none $home; done
# ProtectSystem=strict: everything is read-only but the state directory, /dev, /proc and /tmp.
awk '{ print $5 }' /proc/self/mountinfo | sort -u | while read -r point; do
    case "$point" in "$state"|/dev*|/proc*|/tmp|/sys*) continue ;; esac
    mount -o remount,ro,bind "$point" 2>/dev/null || true
done
mount -t proc -o subset=pid,hidepid=invisible none /proc
umask 0027
exec prlimit --as=536870912 setpriv --reuid=61234 --regid=61234 --groups=4,5011 --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
"""


def check_service(tap, world, state, command):
    """The unit's command with what of its restrictions can be had without systemd; returns the names of the calls it made."""
    trace = os.path.join(state, "calls") if shutil.which("strace") else None
    traced = ["strace", "-f", "-c", "-S", "name", "-o", trace] if trace else []
    # The moved clock comes last: what runs as root before would leave a semaphore that the account may not open.
    moved = ["env"] + ["%s=%s" % pair for pair in world.moved.items()]
    command = [*command, "--no-sandbox"]  # libfaketime reads the moved clock from a file all along
    done = subprocess.run(["unshare", "-m", "-n", "-p", "-f", "sh", "-c", CONFINE, "sh", state, *traced, *moved, *command],
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LC_ALL": "C", "STATE_DIRECTORY": state},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    tap.ok(done.returncode in (0, 1, 3) and "rror" not in done.stderr, "the unit's command, confined", done.returncode, done.stdout[:300], done.stderr[:900])
    if trace is None or not os.path.exists(trace):
        return None
    with open(trace, encoding="ascii") as file:
        return set(re.findall(r"^ *[0-9.]+ +[0-9.]+ +[0-9]+ +[0-9]+ +(?:[0-9]+ +)?([a-z0-9_]+)$", file.read(), re.M)) - {"total"}


def check_systemd(tap, world):
    with open(UNIT, encoding="ascii") as file:
        unit = file.read()
    command = re.search(r"^ExecStart=(.*)$", unit, re.M).group(1)
    state = world.work + "/unit-state"
    os.mkdir(state, 0o750)
    os.chown(state, 61234, 61234)
    shutil.copy(world.moved["LD_PRELOAD"], world.work + "/clock.so")
    world.moved["LD_PRELOAD"] = world.work + "/clock.so"
    os.makedirs("/var/log", exist_ok=True)
    subprocess.run(["mount", "--bind", os.path.dirname(world.log), "/var/log"], check=True)
    for name in glob.glob(world.log + "*"):
        os.chown(name, 5010, 4)
        os.chmod(name, 0o640)
    words = [word.replace("${STATE_DIRECTORY}", state) for word in command.split()]
    words[0] = world.work + "/smtplog"
    calls = check_service(tap, world, state, words)
    with open(state + "/smtplog.prom", encoding="utf-8") as file:
        own = file.read()
    with open(world.work + "/smtplog.prom", encoding="utf-8") as file:
        cron = file.read()
    tap.equal(own, cron, "it tells what the cron script told")
    with open(state + "/report.html", encoding="utf-8") as file:
        tap.ok("smtplog" in file.read(), "its page is there")
    days = sorted(name[:10] for name in os.listdir(state + "/days") if name.endswith(".snap"))
    tap.equal(days, [world.clock.date(day) for day in (1, 2, 3)], "the first run keeps the days that the log still holds")
    modes = {oct(os.stat(os.path.join(state, "days", name)).st_mode & 0o777) for name in os.listdir(state + "/days")}
    tap.equal(modes, {"0o640"}, "closed to others")
    if calls:
        allowed = allowed_calls(world, unit)
        calls |= {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp", "prctl"}
        tap.ok(len(allowed) > 100 and not calls - allowed, "every system call it makes is one that the unit allows", len(allowed), sorted(calls - allowed))
    else:
        tap.ok(True, "its system calls # SKIP strace cannot be used here")


def main():
    tap = Tap()
    world = World(*sys.argv[1:6])
    world.clock.set(0, 20)
    if not tap.ok(world.start(), "Postfix runs under a clock of its own"):
        tap.done()
    world.install_rotation()
    world.mail("kim")
    tap.ok(wait_for(world.queue_is_empty, 20) and world.become_quiet(), "the evening before: the log begins")
    world.postfix.hold_queue()
    done = world.rotate()
    tap.ok(done.returncode == 0, "logrotate sees the log for the first time", done.stderr)
    world.clock.set(1, 0.1)
    done = world.rotate()
    tap.ok(done.returncode == 0 and os.path.exists(world.log + ".1"), "and rotates it after midnight", done.stderr)
    world.postfix.release_queue()
    reports = {}
    for day in (1, 2, 3):
        reports[day] = one_day(tap, world, day)
        check_report(tap, world, day, reports[day])
    check_all(tap, world, reports)
    check_units(tap, world)
    check_systemd(tap, world)
    check_mail(tap, world)
    world.postfix.stop()
    tap.done()


if __name__ == "__main__":
    main()
