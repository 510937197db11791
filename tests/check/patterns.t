#!/usr/bin/env python3
"""Pattern and catalogue files: every sample in the built-in ones holds; each broken file in testdata/damaged/patterns is refused
with the message it asks for in its own comments (`# expect status N`, `# expect LINE: TEXT`)."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, GOOD, UNSAFE_TEXT, Directory, Tap, analyze, events, run

tap = Tap()

whole = run("patterns", "test")
tap.equal(whole.status, 0, "smtplog patterns test: status 0")
found = re.search(r"(\d+) samples hold, (\d+) fail", whole.text)
tap.ok(found and int(found.group(1)) > 300 and found.group(2) == "0", "every sample in the built-in files holds",
       whole.text[-2000:], whole.errors[-2000:])
listed = run("patterns", "list")
tap.ok(listed.status == 0 and "postfix/smtp" in listed.text and "codes/replies" in listed.text, "patterns list names the files")
shown = run("patterns", "show")
tap.ok(shown.status == 0 and shown.text.count("\n") > listed.text.count("\n") + 50, "patterns show names the rules")

folder = os.path.join(DATA, "damaged/patterns")
for name in sorted(os.listdir(folder)):
    path = os.path.join(folder, name)
    with open(path, encoding="latin-1", newline="") as file:
        wanted = re.findall(r"^# expect (.*)$", file.read(), re.M)
    status = [int(line[7:]) for line in wanted if line.startswith("status ")] or [1]
    texts = [line for line in wanted if not line.startswith("status ")]
    done = run("patterns", "test", path)
    said = done.text + done.errors
    missing = [text for text in texts if path + ":" + text not in said and not (text[0].isalpha() and text in said)]
    own = [line for line in said.splitlines() if path in line or "refine group" in line]
    tap.ok(done.status == status[0] and not missing and own, "refused with file and line: " + name,
           "status %d, wanted %d" % (done.status, status[0]), "missing %r" % missing, "\n".join(own) or said[-800:])
    tap.ok(not UNSAFE_TEXT.search(said), "no control character is passed on: " + name)

done = run("patterns", "test", os.path.join(folder, "nothing.pat"))
tap.ok(done.status in (2, 4) and "nothing.pat: No such file" in done.errors, "a missing pattern file is named", done)
done = run("patterns", "test", folder)
tap.ok(done.status in (1, 2, 4) and folder in done.errors, "a directory in place of a pattern file is named", done)

# A user's directory: overrides by name, adds, and stops the run when it is broken.
RULE = """[file]
format = 1
name = %s
version = 9
mta = postfix
[event %s]
daemon = mydaemon
kind = reply
set direction = outbound
regex = answer (?<reply>[2-5][0-9][0-9] [^;]*+)
[sample answer]
line = answer 450 4.2.0 not now
want direction = outbound
want code = 450
want enhanced = 4.2.0
want text = not now
"""
LINE = b"Nov 21 06:00:01 mx1 postfix/mydaemon[7]: answer 450 4.2.0 not now\n"
with Directory() as directory:
    log = directory("mail.log", LINE + GOOD)
    own = directory("patterns/mine.pat", RULE % ("site/mine", "my_answer"))
    done = run("patterns", "test", own)
    tap.ok(done.status == 0 and re.search(r"[1-9]\d* samples hold, 0 fail", done.text), "a pattern file of one's own passes its samples", done)
    done = events("--patterns", directory("patterns"), "--fields", "daemon,code", log)
    tap.ok(done.status == 0 and b'{"daemon":"mydaemon","code":450}' in done.out, "--patterns DIR adds rules", done)
    done = events("--fields", "daemon,code", log)
    tap.ok(b"mydaemon" not in done.out, "without it the line is not understood", done)
    done = run("patterns", "list", "--patterns", directory("patterns"))
    tap.ok(done.status == 0 and "site/mine" in done.text, "patterns list --patterns shows it", done)
    directory("broken/mine.pat", (RULE % ("site/mine", "my_answer")).replace("kind = reply", "kind = nonsense"))
    done = analyze("--patterns", directory("broken"), log)
    tap.ok(done.status == 2 and "mine.pat:6: unknown kind: nonsense" in done.errors and done.out == b"",
           "a broken file in --patterns stops the run", done)
    done = analyze("--patterns", directory("nowhere"), log)
    tap.ok(done.status in (2, 4) and "nowhere" in done.errors and done.out == b"", "--patterns with a missing directory stops the run", done)
tap.done()
