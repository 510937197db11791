#!/usr/bin/env python3
"""What is installed beside the program for cron, systemd, logrotate and Prometheus: in the shape that each wants."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, SMTPLOG, TOP, Tap, run

tap = Tap()
CONTRIB = os.path.join(TOP, "src/contrib")


def path(name):
    return os.path.join(CONTRIB, name)


def read(name):
    with open(path(name), encoding="utf-8") as file:
        return file.read()


def check(command, name):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    tap.ok(done.returncode == 0, name, done.stdout[:1500])


tap.equal(sorted(os.listdir(CONTRIB)), ["smtplog.cron.daily", "smtplog.logrotate", "smtplog.rules.yml", "smtplog.service", "smtplog.timer"],
          "the files there are")

# ---- cron
check(["sh", "-n", path("smtplog.cron.daily")], "the cron script is a script")
if shutil.which("shellcheck"):
    check(["shellcheck", path("smtplog.cron.daily")], "shellcheck has nothing against it")
else:
    tap.ok(True, "shellcheck # SKIP not installed")
tap.ok("systemctl is-enabled --quiet smtplog.timer" in read("smtplog.cron.daily"), "it leaves the work to the timer where that is enabled")

# ---- systemd
if shutil.which("systemd-analyze"):
    with tempfile.TemporaryDirectory() as directory:
        for name in ("smtplog.service", "smtplog.timer"):
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(read(name).replace("ExecStart=smtplog", "ExecStart=" + os.path.abspath(SMTPLOG)))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", os.path.join(directory, "smtplog.service"), os.path.join(directory, "smtplog.timer")],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        own = [line for line in done.stdout.splitlines() if "smtplog" in line]
        tap.ok(not own, "systemd-analyze verify has nothing against the units", *own)
        done = subprocess.run(["systemd-analyze", "security", "--offline=yes", os.path.join(directory, "smtplog.service")],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        level = re.search(r"Overall exposure level for smtplog.service: ([0-9.]+)", done.stdout)
        if level:
            tap.ok(float(level.group(1)) <= 2.0, "exposure at most 2.0 of 10 (%s)" % level.group(1), done.stdout[-400:])
        else:
            tap.ok(True, "exposure # SKIP this systemd cannot tell offline")
else:
    tap.ok(True, "systemd # SKIP not installed")
service = read("smtplog.service")
for setting in ("DynamicUser=yes", "ProtectSystem=strict", "PrivateNetwork=yes", "NoNewPrivileges=yes", "SupplementaryGroups=adm"):
    tap.ok(re.search("^" + re.escape(setting), service, re.M) is not None, "the service has " + setting)
tap.ok("postdrop" in service and "MemoryDenyWriteExecute" in service, "it says how mail and the JIT are solved")

# ---- Prometheus
rules = read("smtplog.rules.yml")
exported = run("analyze", "--year", "2026", "--tz", "UTC", "--format", "prometheus", os.path.join(DATA, "postfix-outbound.log"),
               os.path.join(DATA, "postfix-inbound.log")).text
metrics = {re.split(r"[{ ]", line)[0] for line in exported.splitlines() if line and not line.startswith("#")}
used = set(re.findall(r"\bsmtplog_[a-z0-9_]+", " ".join(re.findall(r"expr: (.*)", rules))))
tap.ok(used and not used - metrics, "the alert rules use metrics that are exported", *sorted(used - metrics))
if shutil.which("promtool"):
    check(["promtool", "check", "rules", path("smtplog.rules.yml")], "promtool has nothing against them")
else:
    tap.ok(True, "promtool # SKIP not installed")
tap.done()
