"""Reads what pflogsumm prints: {title: lines}, and the figures of each section under names of our own."""
import re

UNIT = {" ": 1, "k": 1024, "m": 1024 * 1024}
TIME = {"s": 1, "m": 60, "h": 3600}
TOTAL = re.compile(r"^ *([0-9]+)([ km])  ?([a-z/ ]+?)(?:  ?\((?:([0-9]+)([ km])  ?deferrals|[0-9]+%)\))?$")
DOMAIN = re.compile(r"^ *([0-9]+)([ km]) +([0-9]+)([ km]) +([0-9]+)([ km]) +([0-9.]+) ([smh]) +([0-9.]+) ([smh])  (.*)$")
RECEIVED = re.compile(r"^ *([0-9]+)([ km]) +([0-9]+)([ km])  (.*)$")
USER = re.compile(r"^ *([0-9]+)([ km])  (.*)$")
HOUR = re.compile(r"^    ([0-9]{2})00-[0-9]{4}  (.*)$")
DAY = re.compile(r"^    ([A-Z][a-z]{2} +[0-9]+ [0-9]{4})(.*)$")


class Figure:
    """A printed number: 155212 of unit k stands for 155212.0 to 155212.99 times 1024 (it is cut, not rounded)."""

    def __init__(self, digits, unit, table=UNIT, step=1.0):
        self.low = float(digits) * table[unit]
        self.high = (float(digits) + step) * table[unit]
        self.shown = digits + unit.strip()
        self.exact = unit == " "

    def holds(self, value):
        return self.low == value if self.exact else self.low <= value < self.high

    def __repr__(self):
        return self.shown


def seconds(digits, unit):
    """Times are rounded to one digit."""
    figure = Figure(digits, unit, TIME)
    step = TIME[unit] * 0.0501
    figure.low, figure.high = float(digits) * TIME[unit] - step, float(digits) * TIME[unit] + step
    return figure


def sections(text):
    """{title: [line]} without rulers and blank lines."""
    found, title, lines = {}, None, text.split("\n")
    for at, line in enumerate(lines):
        if at + 1 < len(lines) and line and re.fullmatch(r"-+", lines[at + 1]) and line[0] != " ":
            title = line.strip()
            found[title] = []
        elif title and line.strip() and not re.fullmatch(r"[- ]+", line):
            found[title].append(line)
    return found


def read(text):
    """Figures by section: totals {name: Figure}, days and hours {name: [count]}, domains, senders ... {name: ...}."""
    parts = sections(text)
    result = {"totals": {}, "days": {}, "hours": {}, "domains": {}, "sender_domains": {}, "senders": {}, "recipients": {},
              "senders_by_size": {}, "recipients_by_size": {}, "titles": sorted(parts)}
    for line in parts.get("Grand Totals", []):
        match = TOTAL.match(line)
        if match:
            result["totals"][match.group(3)] = Figure(match.group(1), match.group(2))
            if match.group(4):
                result["totals"]["deferrals"] = Figure(match.group(4), match.group(5))
    for line in parts.get("Per-Day Traffic Summary", []):
        match = DAY.match(line)
        if match:
            result["days"][" ".join(match.group(1).split())] = [int(n) for n in re.findall(r"[0-9]+", match.group(2))]
    for title in parts:
        if title.startswith("Per-Hour Traffic"):
            result["average"] = title.endswith("Average")
            for line in parts[title]:
                match = HOUR.match(line)
                if match:
                    result["hours"][int(match.group(1))] = [int(n) for n in match.group(2).split()]
    for line in parts.get("Host/Domain Summary: Message Delivery", []):
        m = DOMAIN.match(line)
        if m:
            result["domains"][m.group(11)] = (Figure(*m.group(1, 2)), Figure(*m.group(3, 4)), Figure(*m.group(5, 6)),
                                              seconds(*m.group(7, 8)), seconds(*m.group(9, 10)))
    for line in parts.get("Host/Domain Summary: Messages Received", []):
        m = RECEIVED.match(line)
        if m:
            result["sender_domains"][m.group(5)] = (Figure(*m.group(1, 2)), Figure(*m.group(3, 4)))
    for title, name in (("Senders by message count", "senders"), ("Recipients by message count", "recipients"),
                        ("Senders by message size", "senders_by_size"), ("Recipients by message size", "recipients_by_size")):
        for line in parts.get(title, []):
            m = USER.match(line)
            if m:
                result[name][m.group(3)] = Figure(*m.group(1, 2))
    return result
