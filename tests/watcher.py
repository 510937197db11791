"""What the tests of smtplog watch share: a running watch with its output in files, and one in a real terminal (tmux)."""

import os
import re
import signal
import subprocess
import time

from harness import SMTPLOG, environment

PATIENCE = 30.0  # seconds that something may take before it counts as not happening


def until(condition, pause=0.02):
    """Whether condition() comes true in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return bool(condition())


class Watcher:
    """A running smtplog watch that writes plain lines. directory: harness.Directory."""

    def __init__(self, directory, *arguments, stdin=None):
        self.out, self.err = directory("out", b""), directory("err", b"")
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen([SMTPLOG, "watch", "--tz", "UTC", *arguments], stdin=stdin or subprocess.DEVNULL, stdout=out,
                                            stderr=err, env=environment())

    def text(self):
        with open(self.out, "rb") as out, open(self.err, "rb") as err:
            return out.read().decode("utf-8", "replace"), err.read().decode("utf-8", "replace")

    def wait(self, pattern, stream=0):
        """Waits until the output (or standard error) matches; returns whether it did."""
        return until(lambda: re.search(pattern, self.text()[stream], re.S))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        return self.text()


class Terminal:
    """A command in a window of tmux. place: a directory for its socket."""

    count = 0

    def __init__(self, place, columns, lines, *command, locale="C.UTF-8"):
        Terminal.count += 1
        self.tmux = ["tmux", "-S", os.path.join(place, "tmux%d" % Terminal.count), "-f", "/dev/null"]
        shell = "env -i PATH=%s LC_ALL=%s TERM=screen %s; echo status $?; sleep 100" % (
            os.environ["PATH"], locale, " ".join("'%s'" % word for word in command))
        subprocess.run(self.tmux + ["new-session", "-d", "-x", str(columns), "-y", str(lines), shell], check=True)
        self.last = ""

    def send(self, *keys):
        subprocess.run(self.tmux + ["send-keys", *keys], stderr=subprocess.DEVNULL)

    def resize(self, columns, lines):
        subprocess.run(self.tmux + ["resize-window", "-x", str(columns), "-y", str(lines)], stderr=subprocess.DEVNULL)

    def look(self):
        self.last = subprocess.run(self.tmux + ["capture-pane", "-p"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
        return self.last

    def wait(self, pattern):
        return until(lambda: re.search(pattern, self.look(), re.S), 0.05)

    def close(self):
        subprocess.run(self.tmux + ["kill-server"], stderr=subprocess.DEVNULL)


def watching(file):
    """Process ids of the watches of a file."""
    pattern = "^" + re.escape(SMTPLOG) + " watch .*" + re.escape(file)
    return [int(pid) for pid in subprocess.run(["pgrep", "-f", pattern], stdout=subprocess.PIPE, text=True).stdout.split()]


def ended(pid):
    def gone():
        try:
            with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as stat:
                return stat.read().rsplit(")", 1)[1].split()[0] == "Z"  # nobody has asked for its status
        except OSError:
            return True

    return until(gone, 0.1)
