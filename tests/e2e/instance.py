"""A private Postfix: writes its configuration, makes its queue, starts and stops it. One object, one `master`.

Runs only inside the test's own namespaces (namespace.sh): the accounts it names exist in the private /etc/passwd there.
"""

import grp
import os
import pwd
import signal
import subprocess
import time

SERVICES = """\
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp      unix  - - n - - smtp
lmtp      unix  - - n - - lmtp
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
local     unix  - n n - - local
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
showq     unix  n - n - - showq
postlog   unix-dgram n - n - 1 postlogd
"""

COMMON = {
    "compatibility_level": "3.6",
    "biff": "no",
    "smtp_host_lookup": "native",
    "smtp_dns_support_level": "disabled",
    "smtputf8_enable": "no",
    "local_recipient_maps": "",
    "alias_database": "",
    "alias_maps": "",
    "mydestination": "",
    "append_dot_mydomain": "no",
    "notify_classes": "",
    "smtpd_error_sleep_time": "0",
    "smtpd_client_connection_rate_limit": "0",
    "smtp_connect_timeout": "5s",
    "smtp_helo_timeout": "10s",
    "queue_run_delay": "1s",
    "minimal_backoff_time": "3s",
    "maximal_backoff_time": "3s",
    "default_destination_concurrency_failed_cohort_limit": "0",
    "enable_long_queue_ids": "yes",
    "smtp_tls_security_level": "",
    "delay_warning_time": "0",
}


class Instance:
    """name, the root with Debian's files, where it lives, its own log."""

    def __init__(self, name, root, home, log, environment, parameters, services):
        self.name, self.root, self.home, self.log = name, root, home, log
        self.environment = dict(environment)
        self.config, self.queue, self.data = (os.path.join(home, d) for d in ("config", "queue", "data"))
        self.parameters = dict(COMMON)
        self.parameters.update({
            "queue_directory": self.queue, "data_directory": self.data,
            "daemon_directory": root + "/usr/lib/postfix/sbin", "command_directory": root + "/usr/sbin",
            "meta_directory": self.config, "shlib_directory": root + "/usr/lib/postfix",
            "mail_owner": "postfix", "setgid_group": "postdrop",
            "maillog_file": log, "maillog_file_prefixes": os.path.dirname(log),
            "import_environment": "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME "
                                  "LD_LIBRARY_PATH=" + environment["LD_LIBRARY_PATH"],
        })
        self.parameters.update(parameters)
        self.services = services
        self.master = None

    def write_file(self, name, text):
        path = os.path.join(self.config, name)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        return path

    def prepare(self):
        owner, drop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        os.makedirs(self.config)
        os.makedirs(self.queue)
        os.makedirs(self.data, mode=0o700)
        os.chown(self.data, owner, -1)
        for name in ("incoming", "active", "bounce", "defer", "deferred", "flush", "saved", "trace", "corrupt", "hold",
                     "private"):
            os.mkdir(os.path.join(self.queue, name), 0o700)
            os.chown(os.path.join(self.queue, name), owner, -1)
        os.mkdir(os.path.join(self.queue, "pid"), 0o755)
        for name, mode in (("maildrop", 0o1730), ("public", 0o2710)):
            path = os.path.join(self.queue, name)
            os.mkdir(path)
            os.chown(path, owner, drop)
            os.chmod(path, mode)
        self.write_file("main.cf", "".join("%s = %s\n" % pair for pair in self.parameters.items()))
        self.write_file("master.cf", SERVICES + self.services)
        self.write_file("dynamicmaps.cf", "")

    def start(self):
        environment = dict(self.environment, MAIL_CONFIG=self.config)
        self.master = subprocess.Popen(
            [self.root + "/usr/lib/postfix/sbin/master", "-c", self.config, "-d"], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.home + "/stderr", "wb"),
            start_new_session=True)

    def stop(self):
        if self.master is None:
            return
        self.master.send_signal(signal.SIGTERM)
        try:
            self.master.wait(10)
        except subprocess.TimeoutExpired:
            self.master.kill()
            self.master.wait()

    def managers(self):
        """Process ids of this instance's queue manager (children of our master)."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open("/proc/%s/stat" % entry, encoding="ascii", errors="replace") as stat:
                    fields = stat.read().rsplit(")", 1)
                if fields[0].endswith("(qmgr") and int(fields[1].split()[1]) == self.master.pid:
                    found.append(int(entry))
            except (OSError, ValueError, IndexError):
                continue
        return found

    def hold_queue(self):
        """No new delivery is begun from here on; those under way end and are logged."""
        for pid in self.managers():
            os.kill(pid, signal.SIGSTOP)

    def release_queue(self):
        for pid in self.managers():
            os.kill(pid, signal.SIGCONT)


def wait_for(condition, seconds, pause=0.1):
    """True as soon as condition() holds, False when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return bool(condition())
