"""smtplog watch, on a screen and as plain lines, while a real Postfix writes the log with its own postlogd: mail is delivered,
refused, deferred and turned away, and the log is rotated by Postfix itself, by renaming with a late reload, by copying and
truncating, and deleted. What the scripted servers and clients saw is the truth. Prints TAP.

usage (inside ../namespace.sh): live.py PLACE LIBRARIES
"""

import collections
import glob
import gzip
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
from flow import Client, listens                                            # noqa: E402
from harness import SMTPLOG, UNSAFE_TEXT, Directory, Tap                     # noqa: E402
from incident import Server                                                  # noqa: E402
from instance import Instance, wait_for                                      # noqa: E402
from watcher import Terminal, Watcher, ended, until, watching      # noqa: E402

IN_IP, OUT_IP, STRANGER, APPLICATION = "203.0.113.25", "192.0.2.10", "192.0.2.103", "192.0.2.101"
OTHER = "198.51.100.11"
PAUSE = 0.02        # between two mails
LINE = re.compile(r'^\d\d:\d\d:\d\d (\d{3}) (?:in|out)bound \S+ \S+ \S+ \S+ (\S+@\S+) \S+ "', re.M)


class World:
    """One Postfix, one server of somebody else, and mail that flows until it is told to stop."""

    def __init__(self, place, libraries):
        self.root, self.run = place + "/root", place + "/run"
        self.log = self.run + "/log/mail.log"
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LANG": "C", "LD_LIBRARY_PATH": libraries}
        self.home = place + "/work/mx"
        self.lock, self.told = threading.Lock(), collections.Counter()  # (code, recipient): times a refusal was sent
        self.accepted = 0
        self.number, self.flowing, self.stopped = 0, threading.Event(), False

    def start(self):
        os.mkdir(self.home)
        os.mkdir(os.path.dirname(self.log))
        with open("/etc/hosts", "w", encoding="ascii") as hosts:
            hosts.write("127.0.0.1 localhost\n%s mx1.example.org\n%s mail.partner.example\n%s mx.other.example\n" %
                        (OUT_IP, STRANGER, OTHER))
        Server(OTHER, "mx.other.example", self.answer).start()
        transport = os.path.join(os.path.dirname(self.home), "transport")
        with open(transport, "w", encoding="ascii") as out:
            out.write("other.example smtp:[mx.other.example]\n")
        self.postfix = Instance("mx", self.root, self.home, self.log, self.environment, {
            "myhostname": "mx1.example.org", "mydomain": "example.org", "mynetworks": APPLICATION + "/32",
            "inet_protocols": "ipv4", "inet_interfaces": IN_IP, "smtp_bind_address": OUT_IP,
            "transport_maps": "texthash:" + transport, "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
            "minimal_backoff_time": "2s", "maximal_backoff_time": "2s", "maillog_file_compressor": "gzip",
            "maillog_file_rotate_suffix": "%s",
        }, "%s:25 inet n - n - - smtpd\n" % IN_IP)
        self.postfix.prepare()
        self.postfix.start()
        return wait_for(lambda: listens((IN_IP, 25)), 20)

    @staticmethod
    def make_terminals():
        """Our /dev has none."""
        os.mkdir("/dev/pts")
        subprocess.run(["mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", "/dev/pts"], check=True)
        os.symlink("pts/ptmx", "/dev/ptmx")

    def note(self, code, recipient):
        with self.lock:
            self.told[code, recipient] += 1

    def answer(self, stage, _client, _sender, recipient):
        """Of the other server."""
        if stage == "rcpt" and recipient.startswith("gone"):
            self.note("550", recipient)
            return "550 5.1.1 <%s>: Recipient address rejected: User unknown" % recipient
        if stage == "rcpt" and recipient.startswith("full"):
            self.note("452", recipient)
            return "452 4.2.2 <%s>: mailbox is full" % recipient
        self.accepted += stage == "eod"
        return None

    def visit(self, number):
        """A mail of ours, or a stranger who wants to relay."""
        stranger = number % 10 == 9
        user = "relay" if stranger else ("kim", "gone", "kim", "full", "kim")[number % 5]
        if user == "full" and number % 20 != 3:
            user = "kim"  # these come again and again
        recipient = "%s-%d@other.example" % (user, number)
        client = Client(IN_IP, 25, STRANGER if stranger else APPLICATION)
        client.reply()
        client.command("EHLO " + ("mail.partner.example" if stranger else "app.example.org"))
        client.command("MAIL FROM:<ann@example.org>")
        answer = client.command("RCPT TO:<%s>" % recipient)[0]
        if answer.startswith("2"):
            client.command("DATA")
            client.command("Subject: hello\r\n\r\nhello\r\n.")
        else:
            self.note(answer[:3], recipient)
        client.command("QUIT")
        client.close()

    def flow(self):
        while not self.stopped:
            if self.flowing.wait(0.1):
                self.number += 1
                self.visit(self.number)
                time.sleep(PAUSE)

    # -- what is done to the log
    def postfix_logrotate(self):
        """`postfix logrotate`: renames, makes Postfix open a new one, compresses the old one a second later."""
        done = subprocess.run([self.root + "/usr/sbin/postfix", "-c", self.postfix.config, "logrotate"], stderr=subprocess.PIPE,
                              env=dict(self.environment, MAIL_CONFIG=self.postfix.config, daemon_directory=self.root))
        return done.returncode == 0 and glob.glob(self.log + ".*.gz") != []

    def reload(self):
        self.postfix.master.send_signal(1)

    def rename_and_reload_late(self):
        """As logrotate does it with `create`."""
        os.rename(self.log, self.log + ".renamed")
        with open(self.log, "xb"):
            pass
        time.sleep(1.0)  # Postfix writes on into the old one
        self.reload()
        return until(lambda: os.path.getsize(self.log) > 0)

    def copy_and_truncate(self):
        shutil.copyfile(self.log, self.log + ".copied")
        os.truncate(self.log, 0)

    def delete(self):
        os.link(self.log, self.log + ".deleted")  # a second name, for counting afterwards
        os.unlink(self.log)
        time.sleep(0.6)
        self.reload()
        return until(lambda: os.path.exists(self.log))

    def lines(self):
        """Of all that was ever written."""
        count = 0
        for path in glob.glob(self.log + "*"):
            with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
                count += file.read().count(b"\n")
        return count

    def become_quiet(self):
        """Waits until Postfix has written what it had to."""
        counts = [-1]

        def still():
            counts.append(self.lines())
            return counts[-1] == counts[-2]

        until(still, 0.7)


def told(watcher):
    return collections.Counter(LINE.findall(watcher.text()[0]))


def main():
    tap = Tap()
    world = World(sys.argv[1], sys.argv[2])
    world.make_terminals()
    if not tap.ok(world.start(), "Postfix runs"):
        tap.done()
    threading.Thread(target=world.flow, daemon=True).start()
    with Directory() as directory:
        plain = Watcher(directory, "--from-start", world.log)
        tap.ok(plain.wait("new refusals and failures follow"), "plain lines: the log is watched", plain.text())
        screen = Terminal(world.run, 80, 24, SMTPLOG, "watch", "--tz", "UTC", "--from-start", world.log)
        tap.ok(screen.wait("smtplog watch +mail.log"), "the screen is there", screen.last)
        world.flowing.set()
        until(lambda: world.number > 60)
        tap.ok(screen.wait(r"\d %  +\d+  550"), "refusals come in", screen.last)

        tap.ok(world.postfix_logrotate(), "rotated by postfix logrotate, compressed")
        tap.ok(plain.wait("rotated; reading the new file", 1), "which is said", plain.text()[1])
        screen.resize(120, 40)
        tap.ok(world.rename_and_reload_late(), "renamed, Postfix reloaded a second later")
        screen.resize(20, 5)
        tap.ok(world.postfix_logrotate(), "rotated by postfix logrotate again")
        subprocess.run(["gzip", world.log + ".renamed"], check=True)
        tap.ok(world.delete(), "deleted and made again")
        tap.ok(screen.wait("smtplog watch: windo"), "a tiny window says that it is", screen.last)
        screen.resize(80, 24)
        until(lambda: world.number > 400)

        # Copying and truncating loses what is written between the two steps, whoever reads: here nothing is.
        world.flowing.clear()
        world.postfix.hold_queue()
        tap.ok(until(lambda: told(plain) == world.told), "all refusals told before it is copied and truncated",
               world.told - told(plain), told(plain) - world.told)
        world.become_quiet()
        tap.ok(screen.wait(r" %d lines" % world.lines()), "the screen has read all %d lines of all files" % world.lines(), screen.last)
        world.copy_and_truncate()
        tap.ok(plain.wait("truncated; reading from its beginning", 1), "copied and truncated, which is said", plain.text()[1])
        world.postfix.release_queue()
        world.flowing.set()
        mark = world.number
        until(lambda: world.number > mark + 60)
        world.flowing.clear()
        time.sleep(1.0)
        world.postfix.hold_queue()
        until(lambda: told(plain) == world.told)
        world.become_quiet()

        tap.ok(told(plain) == world.told and len(world.told) > 100, "every refusal was told exactly once",
               world.told - told(plain), told(plain) - world.told)
        tap.ok(sum(1 for code, _ in world.told if code == "550") > 50 and any(n > 1 for n in world.told.values()),
               "550s and deferrals that come again were among them", world.told)
        tap.ok(UNSAFE_TEXT.search("".join(plain.stop())) is None, "plain lines are plain")

        # the screen: everything, not only the last minutes
        screen.send("w", "w")
        sums = collections.Counter()
        for (code, _), times in world.told.items():
            sums[code] += times
        sums["250"] = world.accepted
        for code, count in sums.items():
            tap.ok(screen.wait(r"\n +%d +\d+ +\d+ %% +%d +%s" % (count, count, code)), "the screen shows %d times %s" % (count, code),
                   screen.last)
        tap.ok(screen.wait(r" %d lines" % world.lines()), "and all %d lines of all files" % world.lines(), screen.last)
        screen.send("7")
        tap.ok(screen.wait(r"-\d+@other\.example"), "the newest refusals", screen.last)
        pids = watching("mail.log")
        tap.equal(len(pids), 1, "one watch runs")
        screen.close()
        tap.ok(pids and ended(pids[0]), "it ends when its terminal goes away")
    world.stopped = True
    world.postfix.release_queue()
    world.postfix.stop()
    tap.done()


main()
