"""The journal: what really happened, written by those who took part (never read out of a log).

One JSON object a line. Every entry has `t` (seconds since 1970, UTC), `role` (who wrote it: sink, client, submit, syn,
maildir, auth, flow) and the facts of that role. Everything compare.py expects is computed from these entries alone.
"""

import gzip
import json
import threading
import time


class Journal:
    """Appends entries to a file and keeps them in memory for the conditions the flow waits for."""

    def __init__(self, path):
        self.entries = []
        self.lock = threading.Lock()
        self.file = open(path, "w", encoding="utf-8")

    def write(self, role, **facts):
        entry = {"t": round(time.time(), 6), "role": role}
        entry.update({key: value for key, value in facts.items() if value is not None})
        with self.lock:
            self.entries.append(entry)
            self.file.write(json.dumps(entry) + "\n")
            self.file.flush()
        return entry

    def find(self, **wanted):
        with self.lock:
            entries = list(self.entries)
        return [e for e in entries if all(e.get(key) == value for key, value in wanted.items())]

    def close(self):
        self.file.close()


def load(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def split_reply(lines):
    """Wire lines of one reply -> (code, enhanced or None). The first line counts."""
    first = lines[0]
    code = int(first[:3])
    word = first[4:].split(" ")[0] if len(first) > 4 else ""
    parts = word.split(".")
    enhanced = None
    if len(parts) == 3 and parts[0] in ("2", "4", "5") and all(p.isdigit() and len(p) <= 3 for p in parts):
        enhanced = word
    return code, enhanced
