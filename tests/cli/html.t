#!/usr/bin/env python3
"""The report as a page: one file that needs nothing, whose policy lets nothing in, and what strangers wrote stays words.
That a browser agrees is tested in tests/e2e/page.t."""
import base64
import hashlib
import html.parser
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, GOOD, Directory, Tap, analyze, run
from page import HOSTILE, HOSTILE_NAMES

VOID = {"meta"}
OPTIONAL_END = {"li", "dt", "dd", "tr", "td", "th", "thead", "tbody"}
# Everything that may stand on an element; nothing of it can run or load.
ATTRIBUTES = {"lang", "dir", "charset", "http-equiv", "content", "name", "class", "href", "id", "aria-label", "aria-labelledby", "tabindex",
              "scope", "data-v", "data-filter", "data-rows", "data-h", "aria-hidden", "role", "width", "height", "rx", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d",
              "viewbox", "preserveaspectratio"}


class Page(html.parser.HTMLParser):
    """Elements in order, the text of style and script, mistakes in nesting."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.mistakes, self.raw, self.words, self.tables = [], [], [], {}, {}, []
        self.feed(text)
        self.close()
        self.mistakes += ["<%s> is never closed" % tag for tag in self.open if tag not in OPTIONAL_END]

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL_END:
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            self.mistakes.append("</%s> closes nothing, open is %s" % (tag, self.open[-3:]))
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in ("style", "script"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        else:
            self.words.setdefault(self.open[-1] if self.open else "", []).append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def sha256(text):
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


tap = Tap()
with Directory() as directory:
    log = directory("mail.log", GOOD)
    hostile = directory("x\"'><script>run()</script>.log", HOSTILE)
    rotated = [os.path.join(DATA, "rotated", name) for name in ("mail.log", "mail.log.1", "mail.log.2.gz")]
    transcripts = [os.path.join(DATA, "transcripts", name) for name in sorted(os.listdir(os.path.join(DATA, "transcripts")))
                   if name.endswith(".txt")][:3]
    analyze_page = ["analyze", "--format", "html", "--year", "2026", "--tz", "UTC"]
    for name, arguments in [("a log", analyze_page + [log]), ("real logs", analyze_page + rotated),
                            ("in full", analyze_page + ["--detail", "full", "--explain", "full"] + rotated),
                            ("hostile names", analyze_page + [hostile]), ("nothing", analyze_page + [directory("0", b"")]),
                            ("transcripts", analyze_page + transcripts), ("explain", ["explain", "--format", "html", "450", "5.7.26"]),
                            ("explain a reply", ["explain", "--format", "html", "550 5.1.1 <b>\"x\"</b>: User unknown"]),
                            ("compare", ["compare", "--format", "html", "450", "550", "421"])]:
        done = run(*arguments)
        text = done.out.decode("utf-8")
        page = Page(text)
        tap.ok(done.status in (0, 3) and text.startswith("<!doctype html>") and text.endswith("</html>\n"), name + ": a page", done)
        tap.equal(page.mistakes[:5], [], name + ": elements nest")
        used = {key for _, attributes in page.elements for key in attributes}
        tap.equal(sorted(used - ATTRIBUTES), [], name + ": no attribute that could run or load something")
        tap.equal([a for a in page.all("a") if not a.get("href", "").startswith("#")], [], name + ": links stay in the page")
        policy = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
        tap.equal(policy, ["default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'" %
                           (sha256(page.raw["style"]), sha256(page.raw["script"]))], name + ": the policy names style and script by hash")
        tap.ok(len(page.all("style")) == len(page.all("script")) == len(page.all("h1")) == 1 and page.all("html")[0]["lang"] == "en",
               name + ": one style, one script, one first heading, a language")
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        tap.ok(len(ids) == len(set(ids)), name + ": ids are unique")
        pointed = [word for _, a in page.elements for word in a.get("aria-labelledby", "").split()] + \
            [a["href"][1:] for a in page.all("a")]
        tap.equal(sorted(set(pointed) - set(ids)), [], name + ": what is pointed at is there")
        tap.equal(len(page.all("table")), len(page.all("caption")), name + ": every table has a caption")
        tap.ok(all(a.get("scope") in ("row", "col") for a in page.all("th")), name + ": every header has a scope")
        images = [a for a in page.all("svg") if a.get("role") == "img"]
        tap.ok(all(len(a["aria-labelledby"].split()) == 2 for a in images), name + ": every chart has title and description")

    # ---- a file is chosen by its suffix, and is the same as the format
    target = directory("report.html")
    done = run("analyze", "--now", "2026-11-22", log, "-o", target)
    with open(target, "rb") as file:
        tap.ok(done.status == 0 and file.read() == run("analyze", "--now", "2026-11-22", "--format", "html", log).out,
               "-o report.html writes the page", done)

    # ---- what strangers wrote is words
    text = run("analyze", "--format", "html", "--top", "0", "--year", "2026", "--tz", "UTC", hostile).out.decode("utf-8")
    for attack in HOSTILE_NAMES:
        tap.ok(attack.decode("utf-8", "replace") not in text, "not as it stands: %r" % attack)
    tap.ok("&lt;script&gt;" in text and "&quot;&gt;&lt;img" in text, "but escaped")
    tap.ok(not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]", text),
           "no control character, nothing that turns the text")

    # ---- figures are those of the other formats
    figures = analyze(*rotated).json()
    text = run("analyze", "--format", "html", "--year", "2026", "--tz", "UTC", "--top", "0", *rotated).text
    for row in figures["codes"]:
        tap.ok(re.search(r"<th scope=row>%d<td class=n[^>]*>%s\b" % (row["code"], format(row["count"], ",")), text) is not None,
               "code %d stands with its count" % row["code"])

    # ---- charts say the figures of the summary
    def number(text):
        return int(text.replace(",", ""))

    def chart(title):
        return re.search(r"<figcaption>%s</figcaption>.*?</figure>" % title, text, re.S).group(0)

    def said(part):
        return [number(n) for n in re.findall(r"(?<![\d.])[\d,]*\d(?![\d.]| %| s\b| min|yz)", re.search(r"<desc[^>]*>(.*?)</desc>", part, re.S).group(1))]

    shares = figures["greylisting_450_vs_hard_550"]
    tap.equal([n for n in said(chart("Greylisting against hard failure")) if n not in (450, 550)],
              [shares["recipients_refused"], shares["greylisted"], shares["greylisted_450"], figures["greylisting"]["recovered"],
               shares["hard_550"], shares["hard"]], "greylisting against hard failure, in words")
    bars = re.findall(r"<tspan class=q>([\d,]+)</tspan>[^<]*?([\d.]+) %</text>", chart("Greylisting against hard failure"))
    tap.equal([(number(n), share) for n, share in bars],
              [(shares[key], "%.1f" % (100 * shares["share_" + key])) for key in ("greylisted", "greylisted_450", "hard_550", "hard")],
              "and in bars")
    waits = [number(n) for n in re.findall(r"<td class=n[^>]*>([\d,]+)", chart("Wait from the first greylisting to delivery"))]
    tap.equal(sum(waits), figures["greylisting"]["recovered"], "the classes of waits add up to those who recovered")
    digits = {}
    for row in figures["codes"]:
        digits[row["code"] // 100] = digits.get(row["code"] // 100, 0) + row["count"]
    part = chart("Replies by first digit")
    tap.equal([number(n) for n in re.findall(r"<tspan class=q>([\d,]+)</tspan>", part)], [digits.get(d, 0) for d in (2, 3, 4, 5)],
              "replies by first digit")
    part = chart("Codes that refuse")
    tap.equal(re.findall(r"<text class=e x=-8 y=\d+>(\d{3})</text>.*?<tspan class=q>([\d,]+)<", part),
              [(str(row["code"]), format(row["count"], ",")) for row in
               sorted(figures["codes"], key=lambda row: (-row["count"], row["code"])) if row["code"] >= 400 and row["count"]][:10],
              "codes that refuse, most first")
    sums = {"delivered": 0, "deferred": 0, "bounced": 0, "rejected": 0}
    for title in re.findall(r"<rect class=hit x=\d+[^>]*><title>(.*?)</title>", chart("Timeline by outcome")):
        for name in sums:
            found = re.search(r"\b%s(?: by us)? ([\d,]+)" % name, title)
            sums[name] += number(found.group(1)) if found else 0
    tap.equal(sums, {name: sum(slot[name] for slot in figures["timeline"]) for name in sums}, "the columns of the timeline add up")

    # ---- the language is said
    # One that is not known is English.
    german = run("analyze", "--format", "html", "--lang", "de", log)
    spoken = "en" if "there is no translation" in german.errors else "de"
    tap.ok('<html lang="%s" dir=ltr>' % spoken in german.text, "the page names its language", german.text[:60])
tap.done()
