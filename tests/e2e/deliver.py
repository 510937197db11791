"""Hands a mail to a Postfix of our own with sendmail -t and waits for it in the mailboxes. Runs inside namespace.sh.

usage: deliver.py PLACE LIBRARIES USER...    takes PLACE/run/report.eml, leaves PLACE/run/USER
"""

import os
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from instance import Instance

place, libraries, users = sys.argv[1], sys.argv[2], sys.argv[3:]
root, work = place + "/root", place + "/work"
environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LD_LIBRARY_PATH": libraries, "TZ": "UTC"}
boxes = work + "/mailbox"
os.makedirs(boxes)
os.chmod(work, 0o755)
os.chown(boxes, 65534, 65534)
os.makedirs(work + "/log", exist_ok=True)
# A program that sets its group takes no library path: a copy that does not, which root does not need.
os.makedirs(work + "/sbin")
for name in os.listdir(root + "/usr/sbin"):
    if name.startswith("post"):
        shutil.copyfile(root + "/usr/sbin/" + name, work + "/sbin/" + name)
        os.chmod(work + "/sbin/" + name, 0o755)
parameters = {"command_directory": work + "/sbin", "export_environment": "TZ MAIL_CONFIG LANG LD_LIBRARY_PATH",
              "myhostname": "mx.example.org", "mydomain": "example.org", "inet_interfaces": "loopback-only", "mynetworks": "127.0.0.0/8",
              "virtual_mailbox_domains": "example.org", "virtual_mailbox_base": boxes, "virtual_uid_maps": "static:65534",
              "virtual_gid_maps": "static:65534", "virtual_minimum_uid": "100"}
postfix = Instance("mail", root, work + "/mail", work + "/log/mail.log", environment, parameters, "")
os.makedirs(work + "/mail")
postfix.prepare()
table = postfix.write_file("boxes", "".join("/^%s@example\\.org$/ %s/\n" % (user, user) for user in users))
with open(os.path.join(postfix.config, "main.cf"), "a", encoding="ascii") as file:
    file.write("virtual_mailbox_maps = regexp:%s\n" % table)
postfix.start()
try:
    time.sleep(2)
    with open(place + "/run/report.eml", "rb") as mail:
        done = subprocess.run([root + "/usr/sbin/sendmail", "-C", postfix.config, "-t", "-f", "smtplog@example.org"], stdin=mail,
                              env=dict(environment, MAIL_CONFIG=postfix.config), capture_output=True, check=False)
    if done.returncode:
        sys.exit("sendmail -t: %d %r" % (done.returncode, done.stderr))
    for user in users:
        folder, found = os.path.join(boxes, user, "new"), []
        deadline = time.monotonic() + 20
        while not found and time.monotonic() < deadline:
            found = os.listdir(folder) if os.path.isdir(folder) else []
            time.sleep(0.2)
        if len(found) != 1:
            with open(work + "/log/mail.log", encoding="utf-8", errors="replace") as log:
                sys.exit("%s has %d mails\n%s" % (user, len(found), log.read()[-3000:]))
        shutil.copy(os.path.join(folder, found[0]), place + "/run/" + user)
finally:
    postfix.stop()
