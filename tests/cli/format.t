#!/usr/bin/env python3
"""The formats of one report: every figure has the same value in all of them; each can be read by what reads such files (JSON by
a schema, CSV by sqlite3, the mail by a mail parser); -o chooses formats and replaces files whole."""
import csv
import email
import email.policy
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import DATA, GOOD, TOP, UNSAFE_TEXT, Directory, Tap, environment, run

COMMON = ["--tz", "UTC", "--year", "2026", "--now", "2026-11-22T15:00:00Z"]
ROTATED = [os.path.join(DATA, "rotated", name) for name in ("mail.log", "mail.log.1", "mail.log.2.gz")]
LOGS = {"rotated": ROTATED, "exim": [os.path.join(DATA, "exim-outall.log"), os.path.join(DATA, "exim-inall.log")]}

tap = Tap()


def report(form, *arguments):
    return run("analyze", "--format", form, "--detail", "full", *COMMON, *arguments)


def tables(text):
    """{name: rows as dictionaries} of all tables in one CSV output."""
    found = {}
    for part in re.split(r"(?m)^# table: ", text)[1:]:
        name, rest = part.split("\n", 1)
        found[name] = list(csv.DictReader(io.StringIO(rest.rstrip("\n") + "\n")))
    return found


def shown(value, unit):
    """A figure as people read it: the rules of base/figure, written once more."""
    if unit == "share":
        percent = value * 100
        return "<0.1 %" if 0 < percent < 0.05 else ">99.9 %" if 99.95 <= percent < 100 else "%.1f %%" % percent
    if unit == "seconds":
        whole = int(value + 0.5)
        if value < 10 and value != int(value):
            return ("%.2f s" if value < 1 else "%.1f s") % value
        if whole < 120:
            return "%d s" % whole
        if whole < 7200:
            return "%d min" % (whole // 60) + (" %d s" % (whole % 60) if whole % 60 else "")
        if whole < 2 * 86400:
            return "%d h" % (whole // 3600) + (" %d min" % (whole % 3600 // 60) if whole % 3600 // 60 else "")
        return "%d d %d h" % (whole // 86400, whole % 86400 // 3600)
    if unit == "bytes":
        units = ["B", "kB", "MB", "GB"]
        while value >= 999.5 and len(units) > 1:
            value /= 1000
            units.pop(0)
        return ("%.1f %s" if units[0] != "B" and value < 9.95 else "%.0f %s") % (value, units[0])
    return "{:,}".format(int(value)) if value == int(value) else ("%.6f" % value).rstrip("0")


def flat(value, path=""):
    """Paths of the numbers in objects, as JSON has them."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        name = path + "." + key.replace(" ", "_") if path else key.replace(" ", "_")
        if isinstance(inner, dict):
            yield from flat(inner, name)
        elif isinstance(inner, (int, float)) and not isinstance(inner, bool):
            yield name, inner


def metric(line):
    found = re.fullmatch(r'(\w+)(?:\{(\w+)="((?:[^"\\]|\\.)*)"\})? (\S+)', line)
    return (found.group(1), found.group(3)), float(found.group(4))


def metric_name(name, unit):
    """The documented road from a figure's name to its metric: (name, value of the label)."""
    parts, out, label = name.split("."), [], None
    while parts:
        part = parts.pop(0)
        if parts or part not in ("total", "count", "share"):
            out.append(part)
        first = len(out) == 1 and part in ("code", "class", "stage", "provider", "actions")
        if parts and label is None and (first or re.search(r"(^|_)by_", part)):
            if first and part != "actions":
                label = parts.pop(0)
            else:
                label, parts = ".".join(parts), []
    text = re.sub(r"[^a-z0-9]", "_", "_".join(["smtplog"] + out).lower())
    ending = {"share": "ratio", "seconds": "seconds", "bytes": "bytes"}.get(unit)
    return text + "_" + ending if ending and ending not in text else text, label


for name, files in LOGS.items():
    data = report("json", *files).json()
    listed = run("figures", "--format", "json", *COMMON, *files).json()["figures"]
    figures = {row["name"]: (row["value"], row["unit"]) for row in listed}
    tap.ok(len(figures) > 150, "%s: there are figures (%d)" % (name, len(figures)))

    wrong = ["%s: %r, in JSON %r" % (path, figures.get(path), value) for path, value in flat(data)
             if path != "schema" and figures.get(path, (None,))[0] != value]
    tap.ok(not wrong, name + ": every number of the JSON is a figure of the same value", *wrong)

    all_tables = tables(report("csv", *files).text)
    in_csv = {row["figure"]: float(row["value"]) for row in all_tables["figures"]}
    tap.equal(set(in_csv.items()) ^ {(k, v) for k, (v, _) in figures.items()}, set(), name + ": CSV has them all, the same")

    samples = dict(metric(line) for line in report("prometheus", *files).text.split("\n") if line and not line.startswith("#"))
    wanted = {metric_name(k, unit): v for k, (v, unit) in figures.items()}
    tap.equal(len(wanted), len(figures), name + ": no two figures are one metric")
    tap.equal(set(samples.items()) ^ set(wanted.items()), set(), name + ": Prometheus has them all, the same")

    words = {k: shown(v, unit) for k, (v, unit) in figures.items()}
    markdown = dict(re.findall(r"^\| `([^`|]+)` \| ([^|]*?) \|$", report("markdown", *files).text.split("### ALL FIGURES")[1], re.M))
    tap.equal(set(markdown.items()) ^ set(words.items()), set(), name + ": Markdown has them all, the same")
    text = report("text", *files).text.split("\nALL FIGURES")[1]
    in_text = dict(re.findall(r"^  (\S+)  +(\S.*)$", text, re.M))
    tap.equal({(k, v) for k, v in words.items() if in_text.get(k) != v}, set(), name + ": the text has them all, the same")
    page = report("html", *files).text
    rows = re.findall(r"<tr><th scope=row[^>]*><bdi>([^<]+)</bdi><td[^>]*>([^<\n]*)", page)
    in_page = {html.unescape(k): html.unescape(v) for k, v in rows}
    tap.equal({(k, v) for k, v in words.items() if in_page.get(k) != v}, set(), name + ": the page has them all, the same")

    # ---- tables
    by_code = {int(row["code"]): row for row in all_tables["codes"]}
    tap.equal({row["code"]: (row["count"], row["implied"]) for row in data["codes"]},
              {code: (int(row["count"]), int(row["implied"])) for code, row in by_code.items()}, name + ": codes in CSV as in JSON")
    whole, all_rows = report("json", "--top", "0", *files).json(), tables(report("csv", "--top", "0", *files).text)
    for kind in ("domains", "peers"):
        keys = ("attempts", "delivered", "deferred", "bounced", "greylisted")
        in_json = [(row["name"],) + tuple(row[key] for key in keys) for row in whole[kind] if row["attempts"]]
        got = [(row["name"],) + tuple(int(row[key]) for key in keys) for row in all_rows[kind]]
        tap.equal(got, in_json, "%s: %s in CSV as in JSON" % (name, kind))
    states = {row["state"]: int(row["recipients"]) for row in all_tables["outcome"]}
    everybody, bounces = data["recipients"], data["recipients"]["null_sender"]
    tap.equal(states, {key: everybody[key] - bounces[key] for key in states}, name + ": outcomes in CSV as in JSON")
    tap.equal(run("analyze", "--format", "csv", "--table", "codes", *COMMON, *files).text.count("\n"), len(by_code) + 1,
              name + ": --table has one table alone")

    # ---- the schema
    try:
        import jsonschema
        with open(os.path.join(TOP, "tests", "check", "summary.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft7Validator.check_schema(schema)
        mistakes = ["%s: %s" % ("/".join(map(str, error.path)), error.message[:200])
                    for error in jsonschema.Draft7Validator(schema).iter_errors(data)]
        tap.ok(not mistakes, name + ": the JSON is as the schema says", *mistakes)
        del data["recipients"]["bounced"]
        data["codes"][0]["count"] = "many"
        tap.equal(len(list(jsonschema.Draft7Validator(schema).iter_errors(data))), 2, name + ": the schema refuses what is wrong")
    except ImportError:
        tap.ok(True, name + ": schema # SKIP python3-jsonschema is missing")

    # ---- Markdown: every row of a table has as many cells as its head
    uneven = []
    for block in re.split(r"\n\n", report("markdown", *files).text):
        rows = [line for line in block.split("\n") if line.startswith("|")]
        uneven += [line for line in rows if len(re.findall(r"(?<!\\)\|", line)) != len(re.findall(r"(?<!\\)\|", rows[0]))]
    tap.ok(not uneven, name + ": Markdown's tables are even", *uneven)

with Directory() as directory:
    # ---- CSV by sqlite3
    out = directory("tables/")
    done = run("analyze", *COMMON, "--top", "0", "-o", out, *ROTATED)
    files = sorted(os.listdir(out))
    tap.ok(done.status == 0 and done.out == b"" and "codes.csv" in files and "figures.csv" in files and len(files) > 10,
           "-o DIR/: a file for each table (%d)" % len(files), done, files)
    data = report("json", "--top", "0", *ROTATED).json()
    if shutil.which("sqlite3"):
        script = ".mode csv\n.import '%s/codes.csv' codes\n.import '%s/domains.csv' domains\n" % (out, out) + \
            "select count from codes where code = 450;\nselect sum(attempts) from domains;\nselect count(*) from codes where meaning like '%,%';\n"
        done = subprocess.run(["sqlite3", "-batch"], input=script, capture_output=True, text=True)
        wanted = [{row["code"]: row["count"] for row in data["codes"]}[450], sum(row["attempts"] for row in data["domains"])]
        got = done.stdout.split()
        tap.ok(done.stderr == "" and [int(x) for x in got[:2]] == wanted and int(got[2]) > 3, "sqlite3 reads the CSV", done, wanted)
    else:
        tap.ok(True, "sqlite3 reads the CSV # SKIP sqlite3 is missing")

    # ---- several outputs in one run
    names = ["r.txt", "r.json", "r.csv", "r.html", "r.md", "r.prom", "r.eml"]
    paths = [directory(name) for name in names]
    with open(paths[0], "w", encoding="utf-8") as file:
        file.write("old")
    done = run("analyze", *COMMON, "--mail-to", "ann@example.org", *sum((["-o", path] for path in paths), []), *ROTATED)
    tap.ok(done.status == 0 and done.out == b"" and done.err == b"", "several -o: done, nothing on standard output", done)
    for path, form in zip(paths, ["text", "json", "csv", "html", "markdown", "prometheus", "mail"]):
        with open(path, "rb") as file:
            got = file.read()
        alone = run("analyze", "--format", form, *COMMON, "--mail-to", "ann@example.org", *ROTATED)
        tap.ok(got == alone.out and len(got) > 500, "%s is %s" % (os.path.basename(path), form), len(got), len(alone.out))
    done = run("analyze", *COMMON, "-o", paths[0], "-o", directory("no/such/r.json"), *ROTATED)
    tap.ok(done.status == 3 and "no/such/r.json" in done.errors, "one that cannot be written: said, status 3", done)
    with open(paths[0], encoding="utf-8") as file:
        tap.match(file.read(), "OUTCOME", "the other is written all the same")
    tap.ok(not [name for name in os.listdir(directory.path) if re.search(r"\.\w{6}$", name)], "nothing half written is left")

    # ---- the mail
    done = run("analyze", "--format", "mail", "--mail-to", "ann@example.org, bob@example.org", *COMMON, *ROTATED)
    mail = email.message_from_bytes(done.out, policy=email.policy.default)
    tap.equal(mail.defects, [], "a mail parser finds nothing to complain about")
    tap.equal([address.addr_spec for address in mail["to"].addresses], ["ann@example.org", "bob@example.org"], "To")
    plain = run("analyze", "--width", "75", *COMMON, *ROTATED, env=environment(LC_ALL="C.UTF-8"))
    first = plain.text.split("\n")[0]
    tap.ok(mail["subject"].startswith("smtplog: ") and mail["subject"][9:30] == first[:21], "the subject begins as the report does", mail["subject"], first)
    tap.equal(mail["date"].datetime.isoformat(), "2026-11-22T15:00:00+00:00", "Date")
    parts = list(mail.iter_parts())
    tap.equal([part.get_content_type() for part in parts], ["text/plain", "text/html"], "text and page, the better one last")
    tap.equal(parts[0].get_content(), plain.text, "the text is the text report")
    page = run("analyze", "--format", "html", *COMMON, *ROTATED)
    tap.equal(parts[1].get_content(), page.text, "the page is the page")
    lines = done.out.split(b"\n")
    tap.ok(max(map(len, done.out.split(b"\n\n", 1)[1].split(b"\n"))) <= 76 and max(map(len, lines)) < 200 and all(byte < 128 for byte in done.out) and b"\r" not in done.out, "short lines of ASCII, ended by line feeds")
    tap.ok(not [line for line in lines if line.startswith((b"From ", b"."))], "no line begins as another MTA's secret")

    # ---- what else comes in Markdown
    done = run("explain", "--format", "markdown", "450", "greylisting")
    tap.ok(done.status == 0 and done.text.count("\n### ") + done.text.startswith("### ") >= 2 and re.search(r"(?m)^\| Means \| \S", done.text),
           "explain in Markdown", done)
    done = run("compare", "--format", "markdown", "450", "550")
    tap.ok(done.status == 0 and re.search(r"(?m)^\|  \| 450 \| 550 \|$", done.text) and re.search(r"(?m)^- \S", done.text), "compare in Markdown", done)
    done = run("analyze", "--format", "markdown", os.path.join(DATA, "transcripts", "login-needed.txt"))
    tap.ok(done.status == 0 and "| `EHLO client.example.net` |" in done.text and "\nDiagnosis: " in done.text, "an annotated transcript in Markdown", done)

    # ---- wrong usage
    for arguments, said in [(["--format", "mail"], "--mail-to"), (["--format", "mail", "--mail-to", "ann"], "mail-to"),
                            (["--format", "mail", "--mail-to", "a@b\nBcc: c@d"], "mail-to"), (["-o", directory("x.eml")], "--mail-to"),
                            (["--format", "pdf"], "pdf"), (["--format", "csv", "--table", "nix"], "codes"),
                            (["--section", "nix"], "codes"), (["--detail", "much"], "brief"), (["--explain", "much"], "short"),
                            (["--format", "json", "-o", directory("tables/")], "csv")]:
        done = run("analyze", *COMMON, *arguments, *ROTATED)
        tap.ok(done.status == 2 and said in done.errors and done.out == b"", "%s: status 2" % " ".join(arguments).replace("\n", "\\n"), done)
    tap.ok(not os.path.exists(directory("x.eml")), "and nothing is written")

    # ---- sections
    listed = run("analyze", "--section", "help")
    sections = listed.text.split()
    tap.ok(listed.status == 0 and {"greylisting", "outcome", "codes", "timeline"} <= set(sections), "--section help lists them", listed)
    only = run("analyze", *COMMON, "--section", "codes,outcome", "--section", "peers", *ROTATED).text
    tap.equal(re.findall(r"(?m)^([A-Z][A-Z ]+[A-Z])(?:  |$)", only), ["OUTCOME", "REPLY CODES", "PEERS"], "--section: these alone, in their order")
    alone = run("analyze", *COMMON, "--format", "csv", "--section", "codes", *ROTATED).text
    tap.equal(re.findall(r"# table: (\w+)", alone), ["codes"], "--section holds for CSV too")
    none = run("analyze", *COMMON, "--section", "codes", "--explain", "none", *ROTATED).text
    full = run("analyze", *COMMON, "--section", "codes", "--explain", "full", *ROTATED).text
    tap.ok("try later" not in none and len(full) > 2 * len(run("analyze", *COMMON, "--section", "codes", *ROTATED).text),
           "--explain none leaves explanations out, full has more of them")

    # ---- names that want to be more than names
    hostile = GOOD.replace(b"bob@z.example", b"=cmd|calc@z.example").replace(b"User unknown", b"|`<b>`| [x](http://x.example) \x1b[31m\xff\xe2\x80\xae")
    hostile += hostile.replace(b"w.example", b"@sum.example").replace(b"3F2A1B0C9D", b"3F2A1B0C9E")
    path = directory("hostile.log", hostile)
    for form in ("text", "markdown", "csv", "prometheus", "json", "html"):
        done = report(form, path)
        tap.ok(not UNSAFE_TEXT.search(done.text) and done.status == 0, form + ": nothing a terminal would obey", done)
    text = report("csv", path).text
    bad = [cell for rows in tables(text).values() for row in rows for cell in row.values()
           if cell and cell[0] in "=+-@" and not re.fullmatch(r"-?[\d.]+", cell)]
    tap.ok(not bad, "CSV: no cell is a formula", *bad)
    text = report("markdown", path).text
    tap.ok("<b>" not in re.sub(r"(`+)[^\n]*?(?<!`)\1(?!`)", "", text), "Markdown: no mark-up outside code spans")
tap.done()
