"""Reads what eximstats -nvr (volumes in bytes) prints: sections, and the figures in them under names of our own."""
import re

ROW = re.compile(r"^  (\S.{0,21}?) +((?:[0-9]+(?:\.[0-9]+%)? *)+)$")


def sections(text):
    """{title: [line]}."""
    found, title, lines = {}, None, text.split("\n")
    for at, line in enumerate(lines):
        if at + 1 < len(lines) and line and re.fullmatch(r"-+", lines[at + 1]):
            title = line.strip()
            found[title] = []
        elif title and line.strip() and not re.fullmatch(r"-+", line):
            found[title].append(line)
    return found


def totals(lines):
    """Rows of the grand total; which columns are there depends on the row."""
    result = {}
    for line in lines:
        words = line.split()
        numbers = [int(w) for w in re.findall(r"(?<![0-9.])[0-9]+(?![0-9.%])", line)]
        if words and words[0] == "Received":
            volume, messages, hosts, delayed, failed = numbers[:5]
            result["received"] = {"volume": volume, "messages": messages, "hosts": hosts, "delayed": delayed, "failed": failed}
        elif words and words[0] == "Delivered":
            result["delivered"] = dict(zip(("volume", "messages", "addresses", "hosts"), numbers))
        elif words and words[0] in ("Rejects", "Temp"):
            result[words[0].lower()] = dict(zip(("messages", "hosts"), numbers))
    return result


def hours(lines):
    return [int(m.group(2)) for m in (re.match(r"^([0-9]{2})-[0-9]{2} +([0-9]+) ", line + " ") for line in lines) if m]


def table(lines, numbers):
    """{name: (number, ...)} of a list with so many number columns in front."""
    result = {}
    for line in lines:
        m = re.match(r"^ +" + r"([0-9]+) +" * numbers + r"(\S.*)$", line)
        if m:
            result[m.group(numbers + 1)] = tuple(int(m.group(i + 1)) for i in range(numbers))
    return result


def bins(lines):
    """{bound: messages}, such as {"1m": 68}; "Over" for the last."""
    result = {}
    for line in lines:
        m = re.match(r"^(Under|Over) +(\S+) +([0-9]+) ", line)
        if m:
            result[m.group(2) if m.group(1) == "Under" else "over"] = int(m.group(3))
    return result


def read(text):
    parts = sections(text)
    found = {name: lines for name, lines in parts.items()}

    def part(start):
        return next((lines for title, lines in found.items() if title.startswith(start)), [])

    transports = {}
    for line in part("Deliveries by transport"):
        m = re.match(r"^  (\S+) +([0-9]+) +([0-9]+)$", line)
        if m:
            transports[m.group(1)] = (int(m.group(2)), int(m.group(3)))
    return {
        "totals": totals(part("Grand total summary")),
        "transports": transports,
        "received_hours": hours(part("Messages received per hour")),
        "delivered_hours": hours(part("Deliveries per hour")),
        "queue": bins(part("Time spent on the queue: all")),
        "queue_remote": bins(part("Time spent on the queue: messages with")),
        "relayed": sum(int(m.group(1)) for m in (re.match(r"^ +([0-9]+) ", line) for line in part("Relayed messages")) if m),
        "hosts": table(part("Top 1000000 sending hosts by message count"), 3),
        "users": table(part("Top 1000000 local senders by message count"), 3),
        "destinations": table(part("Top 1000000 host destinations by message count"), 4),
        "rejected_ips": table(part("Top 1000000 rejected ips"), 1),
        "temporary_ips": table(part("Top 1000000 temporarily rejected ips"), 1),
        "titles": sorted(parts),
    }
