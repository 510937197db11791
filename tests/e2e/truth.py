"""From the journal to the figures smtplog must report. Knows the scenario (world.py), the counting rules of the manual,
and how Postfix decides (which replies it acts on, at which it tries the next MX); never looks into a log.

Two steps: `Truth.records` are the records the log of one host must hold, `figures()` counts over them by the rules.
"""

from collections import Counter, defaultdict

import world

DOMAIN_SINKS = {domain: [part.strip()[4:-len(".example]")] for part in route[5:].split(",")]
                for domain, route in world.ROUTES.items() if route.startswith("smtp:")}


def domain_of(address):
    return address.split("@")[1]


class Record(dict):
    """kind, direction, stage, code, implied_code, enhanced, status, recipient, sender, peer_ip, stale, hop, mark, t, key."""

    def refusal(self):
        code = self.get("code") or self.get("implied_code")
        return self["kind"] in ("delivery", "reject") and code is not None and code >= 400 and not self.get("stale")


class Recipient:
    """One (message, address) of a host's log and what became of it."""

    def __init__(self, sender, address):
        self.sender, self.address = sender, address
        self.state, self.state_reply = "deferred", None
        self.records = []


class Truth:
    """What the log of one host (`out` or `in`) must show."""

    greylister_logs = True     # postgrey writes lines of its own

    def __init__(self, journal, log):
        self.journal, self.log = sorted(journal, key=lambda e: e["t"]), log
        self.records = []
        self.recipients = {}
        self.open_notice = {}
        self.faults = []
        self.messages = {e["sender"]: e for e in journal if e["role"] == "submit"}
        self.logins = Counter()
        if log == "out":
            self.add_submitted()
        for entry in self.journal:
            if entry["role"] == "sink":
                self.from_sink(entry)
            elif entry["role"] == "syn":
                self.from_syn(entry)
            elif entry["role"] == "client" and log == "in":
                self.from_client(entry)
        if log == "out":
            self.add_unseen()
            self.add_expired()
        self.records.sort(key=lambda r: r["t"])

    # ---- recipients ----------------------------------------------------------------------------------------------
    def recipient(self, key):
        if key not in self.recipients:
            self.recipients[key] = Recipient(key[0], key[1])
        return self.recipients[key]

    def add_submitted(self):
        for entry in self.messages.values():
            for address in entry["recipients"]:
                self.recipient((entry["sender"], address))
                for target in world.ALIASES.get(address, []):
                    self.recipient((entry["sender"], target))

    def key_of(self, sender, address):
        """Bounces have no sender to tell them apart: one notice after the other to the same address."""
        if sender != "":
            return sender, address
        number = self.open_notice.setdefault(address, 1)
        return "", address, number

    def settle(self, key, record):
        if key[0] != "" and key not in self.recipients:
            self.faults.append("nobody sent a mail from %s to %s" % key)
        recipient = self.recipient(key)
        recipient.records.append(record)
        record["key"] = key
        if record["status"] != "deferred" and record.get("hop") != "filter":
            recipient.state, recipient.state_reply = record["status"], record.get("code")
            if key[0] == "":
                self.open_notice[key[1]] += 1

    def pending(self, sender, domains):
        return [key for key, r in self.recipients.items()
                if key[0] == sender and domain_of(key[1]) in domains and r.state == "deferred"]

    # ---- what we send ----------------------------------------------------------------------------------------------
    def mine(self, entry):
        """Does this sink entry belong to the log of this host?"""
        if entry["sink"] == "filter":
            return self.log == "out"
        if entry["sink"] == "lmtp":
            return self.log == "in"
        return entry["client"] == (world.OUT_IP if self.log == "out" else world.IN_IP)

    def from_sink(self, entry):
        if entry.get("tap") and self.log == "in":
            self.from_tap(entry)
        if not self.mine(entry):
            return
        stage, sink = entry["stage"], entry["sink"]
        last = sink not in world.NOT_LAST
        code = entry.get("code")
        if stage == "rcpt":
            keys = [self.key_of(entry["sender"], entry["recipient"])]
        elif stage in ("eod", "data"):
            keys = [self.key_of(entry["sender"], r) for r in entry.get("recipients") or [entry["recipient"]]]
        elif stage == "mail":
            keys = self.pending(entry["sender"], self.domains_of(sink))
        else:                                              # connect, starttls: nobody has named a sender yet
            keys = [key for e in self.messages.values() if not e.get("stale")
                    for key in self.pending(e["sender"], self.domains_of(sink))]
        # A 5yz reply to a command is final at any MX; one to the connection is not.
        final = code is not None and code >= 500 and stage not in ("connect", "starttls")
        if not last and not final and (code is None or code >= 400):
            self.add(entry, kind="reply", direction="outbound")
            return
        status = "deferred" if code is None or (code >= 400 and not final) else "bounced" if final else "delivered"
        for key in keys:
            self.deliver(entry, key, status)
        if entry.get("close") and stage == "rcpt" or entry.get("drop") and stage == "rcpt":
            replied = {e.get("recipient") for e in self.journal if e["role"] == "sink" and e["t"] <= entry["t"]
                       and (e["session"], e.get("transaction")) == (entry["session"], entry["transaction"])}
            for key in self.pending(entry["sender"], self.domains_of(sink)):
                if key[1] not in replied and key not in keys:
                    self.deliver({"t": entry["t"], "stage": None}, key, "deferred")

    @staticmethod
    def domains_of(sink):
        return {domain for domain, sinks in DOMAIN_SINKS.items() if sink in sinks}

    def deliver(self, entry, key, status):
        lmtp, hop = entry.get("lmtp"), None
        if lmtp:
            hop = "store"
        elif entry.get("sink") == "filter":
            hop = "filter"
        record = self.add(entry, kind="delivery", direction="outbound", status=status, recipient=key[1], hop=hop)
        self.settle(key, record)
        return record

    def add(self, entry, **facts):
        record = Record(t=entry["t"], stage=entry.get("stage"), code=entry.get("code"),
                        enhanced=entry.get("enhanced"), mark=entry.get("mark"), peer_ip=entry.get("ip"))
        record.update(facts)
        self.records.append(record)
        return record

    def from_syn(self, entry):
        """Nobody listened. At the last MX this defers every recipient; before it, it is a connection failure only."""
        if self.log != "out" or entry["sink"] in world.NOT_LAST:
            return
        for message in self.messages.values():
            for key in self.pending(message["sender"], self.domains_of(entry["sink"])):
                self.deliver({"t": entry["t"], "stage": None}, key, "deferred")

    def add_unseen(self):
        """Mail that never meets another server: what becomes of it follows from how we are set up."""
        for entry in self.messages.values():
            for address in entry["recipients"]:
                key, when, domain = (entry["sender"], address), {"t": entry["t"], "stage": None}, domain_of(address)
                status = None
                if domain == "nosuchdomain.example":
                    status = "bounced"
                elif domain == "void.example":
                    status = "discarded"
                elif address in world.ALIASES:
                    status = "forwarded"
                if status:
                    record = self.add(when, kind="delivery", status=status, recipient=address,
                                      direction="outbound" if status == "bounced" else None)
                    self.settle(key, record)
                if entry.get("stale"):
                    # The site was found dead by an earlier mail: the same words again, without an attempt.
                    first = next(e for e in self.journal if e["role"] == "sink" and e["sink"] == "stale")
                    record = self.add(dict(first, t=entry["t"]), kind="delivery", direction="outbound",
                                      status="deferred", recipient=address, stale=True)
                    record["peer_ip"] = None
                    self.recipient(key).records.append(record)
                    record["key"] = key

    def add_expired(self):
        """Mail of the short-lived queue that came back although nobody had refused it for good."""
        returned = {address for e in self.journal if e["role"] == "sink" and e.get("sender") == ""
                    for address in (e.get("recipients") or [e.get("recipient")])}
        for (sender, *_), recipient in self.recipients.items():
            message = self.messages.get(sender)
            if message and message["instance"] == "short" and recipient.state == "deferred" and sender in returned:
                recipient.state = "expired"

    # ---- what we take ----------------------------------------------------------------------------------------------
    def from_tap(self, entry):
        """The recorded wire between our two hosts: seen from the receiving one."""
        self.received(entry, "reject" if entry["code"] >= 400 else None, world.OUT_IP)

    def from_client(self, entry):
        if entry["server"] == world.SUBMISSION_IP and entry.get("verdict") == "auth":
            self.logins["failed"] += 1
            return
        if entry["server"] == world.SUBMISSION_IP and entry["stage"] == "auth" and entry["code"] == 235:
            self.logins["ok"] += 1
        self.received(entry, entry.get("verdict"), entry["client"])

    def received(self, entry, verdict, client):
        recipients = entry.get("recipients") or ([entry["recipient"]] if entry.get("recipient") else [])
        if verdict in ("reject", "implied"):
            named = entry.get("mark") == "named" or "Greylisted, see" in entry["lines"][0]
            record = self.add(entry, kind="reject", direction="inbound", status="rejected",
                              sender=entry.get("sender") or None,
                              recipient=recipients[0] if len(recipients) == 1 else None,
                              mark="named" if named else None, peer_ip=client)
            if verdict == "implied":
                record["implied_code"], record["code"] = record["code"], None
            if entry.get("sender") is not None and len(recipients) == 1:
                record["triplet"] = self.triplet(client, entry["sender"], recipients[0])
        elif entry["stage"] == "eod" and entry["code"] < 300:
            for address in recipients:
                # One mail a key in this world: a second acceptance would be a second recipient.
                key = (entry["sender"], address)
                if key in self.recipients and self.recipients[key].state == "delivered":
                    self.faults.append("%s was accepted twice" % (key,))
                self.recipient(key)
                record = Record(t=entry["t"], kind="accepted", triplet=self.triplet(client, entry["sender"], address))
                self.records.append(record)
                if domain_of(address) == "hosted.test":
                    stored = self.add({"t": entry["t"], "stage": None}, kind="delivery", direction=None,
                                      status="delivered", recipient=address, hop="store")
                    self.settle(key, stored)

    @staticmethod
    def triplet(client, sender, recipient):
        return ".".join(client.split(".")[:3]), sender.lower(), recipient.lower()

    # ---- figures -----------------------------------------------------------------------------------------------------
    def check_mailboxes(self):
        """The journal's deliveries against the files really there: two witnesses."""
        if self.log != "in":
            return []
        stored = Counter(r["recipient"].split("@")[0] for r in self.records
                         if r["kind"] == "delivery" and r["status"] == "delivered" and r["direction"] is None)
        return ["%d mails in the mailbox of %s, %d accepted" % (e["count"], e["user"], stored[e["user"]])
                for e in self.journal if e["role"] == "maildir" and e["count"] != stored[e["user"]]]


def logged(records):
    return [r for r in records if r["kind"] != "accepted"]


def median_range(values):
    """The two middle values (the same one for an odd number): a median may be any number between."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]


def code_figures(truths):
    """codes.NNN.{count,implied,outbound,inbound}, its enhanced codes and stages."""
    figures = {}
    seen, implied, enhanced, stages = Counter(), Counter(), defaultdict(Counter), defaultdict(Counter)
    direction = Counter()
    for truth in truths:
        for r in logged(truth.records):
            if r.get("implied_code"):
                implied[r["implied_code"]] += 1
            if r.get("code"):
                seen[r["code"]] += 1
                direction[r["code"], r["direction"]] += 1
                stages[r["code"]][r["stage"]] += 1
                if r.get("enhanced"):
                    enhanced[r["code"]][r["enhanced"]] += 1
    for code in sorted(set(seen) | set(implied)):
        figures["codes.%d" % code] = {
            "seen": seen[code], "implied": implied[code], "outbound": direction[code, "outbound"],
            "inbound": direction[code, "inbound"]}
        figures["codes.%d.enhanced" % code] = dict(enhanced[code])
        figures["codes.%d.stages" % code] = dict(stages[code])
    return figures


def attempt_figures(truths):
    tries = [r for t in truths for r in t.records
             if r["kind"] == "delivery" and not r.get("stale") and r.get("hop") != "filter"]
    count = Counter(r["status"] for r in tries)
    return {"attempts.total": len(tries), "attempts.delivered": count["delivered"],
            "attempts.deferred": count["deferred"], "attempts.bounced": count["bounced"]}


def recipient_figures(truths):
    people = [r for t in truths for r in t.recipients.values()]
    states = Counter(r.state for r in people)
    nobody = Counter(r.state for r in people if r.sender == "")
    figures = {"recipients.total": len(people)}
    for state in ("delivered", "bounced", "expired", "deferred", "discarded", "forwarded", "unknown"):
        figures["recipients." + state] = states[state]
    figures["recipients.null_sender.total"] = sum(nobody.values())
    for state in ("delivered", "bounced"):
        figures["recipients.null_sender." + state] = nobody[state]
    done = [r for r in people if r.state == "delivered"]
    grey = [r for r in done if any(x.get("mark") == "named" for x in r.records if x.refusal())]
    first = [r for r in done if not any(x["status"] == "deferred" for x in r.records)]
    figures["recipients.delivered_first_try"] = len(first)
    figures["recipients.delivered_after_greylisting"] = len(grey)
    figures["recipients.delivered_after_deferral"] = len(done) - len(first) - len(grey)
    return figures


def outbound_refusals(truths):
    """[(recipient, its refusals)] of everyone refused at least once by another server."""
    refused = []
    for truth in truths:
        for person in truth.recipients.values():
            refusals = [r for r in person.records if r.refusal() and r["direction"] == "outbound"]
            if refusals:
                refused.append((person, refusals))
    return refused


def hard_person(person):
    return person.state == "bounced" and person.state_reply is not None and person.state_reply >= 500


def greylisting_figures(truths):
    refused = outbound_refusals(truths)
    lines = [r for _, refusals in refused for r in refusals if r.get("mark") == "named"]
    figures = {"greylisting.events": len(lines),
               "greylisting.by_code": {str(c): n for c, n in Counter(r["code"] for r in lines).items()}}
    ends, waits, retries, domains = Counter(), [], [], defaultdict(Counter)
    for person, refusals in refused:
        named = [r for r in refusals if r.get("mark") == "named"]
        if not named:
            continue
        if person.state == "delivered":
            end = "recovered"
            waits.append(max(r["t"] for r in person.records if r["status"] == "delivered") - named[0]["t"])
        elif hard_person(person):
            end = "refused_later"
        elif person.state == "expired":
            end = "lost" if person.records[-1].get("mark") == "named" else "other"
        elif person.state in ("deferred", "unknown"):
            end = "waiting"
        else:
            end = "other"
        ends[end] += 1
        tries = sorted(r["t"] for r in person.records if r["kind"] == "delivery" and not r.get("stale")
                       and r.get("hop") != "filter" and r["status"] != "expired")
        later = [t for t in tries if t > named[0]["t"]]
        retries += [later[0] - named[0]["t"]] if later else []
        domains[domain_of(named[0]["recipient"])].update(["recipients", end])
    figures["greylisting.recipients"] = sum(ends.values())
    figures["greylisting.retry.retried"] = len(retries)
    figures["greylisting.retry.not_retried"] = sum(ends.values()) - len(retries)
    if retries:
        figures["greylisting.retry.wait.max"] = (max(retries), max(retries))
    for name, count in domains.items():
        figures["greylisting.domains.%s" % name] = {key: count[key] for key in (
            "recipients", "recovered", "refused_later", "lost", "waiting", "other")}
    for end in ("recovered", "refused_later", "lost", "waiting", "other"):
        figures["greylisting." + end] = ends[end]
    if ends["recovered"] + ends["lost"]:
        figures["greylisting.recovery_share"] = ends["recovered"] / (ends["recovered"] + ends["lost"])
    if waits:
        figures["greylisting.wait.p50"] = median_range(waits)
        figures["greylisting.wait.max"] = (max(waits), max(waits))
    possible = [(p, [r for r in refusals if r.get("mark") == "possible"]) for p, refusals in refused]
    possible = [(p, lines) for p, lines in possible if lines]
    figures["greylisting.possible.events"] = sum(len(lines) for _, lines in possible)
    figures["greylisting.possible.recipients"] = len(possible)
    figures["greylisting.behaved_like.recipients"] = sum(
        p.state == "delivered" and next(r for r in p.records if r.refusal()) is lines[0] for p, lines in possible)
    figures.update(inbound_greylisting(truths))
    return figures


def inbound_greylisting(truths):
    refusals = [r for t in truths for r in t.records if r["kind"] == "reject" and r.get("mark") == "named"]
    first = {}
    for r in refusals:
        first.setdefault(r["triplet"], r["t"])
    accepted = defaultdict(list)
    for t in truths:
        for r in t.records:
            if r["kind"] == "accepted":
                accepted[r["triplet"]].append(r["t"])
    waits = [min(after) - since for key, since in first.items()
             for after in [[t for t in accepted[key] if t >= since]] if after]
    figures = {"greylisting.inbound.events": len(refusals), "greylisting.inbound.triplets": len(first),
               "greylisting.inbound.recovered": len(waits), "greylisting.inbound.waiting": len(first) - len(waits),
               "greylisting.inbound.never_returned": 0}
    # postgrey, which alone greylists there, says the same in lines of its own
    if all(getattr(t, "greylister_logs", False) for t in truths):
        figures.update({"greylisting.inbound.greylisters." + key: figures["greylisting.inbound." + other] for key, other in
                        (("triplets", "triplets"), ("passed", "recovered"), ("waiting", "waiting"))})
    if waits:
        figures["greylisting.inbound.wait.p50"] = median_range(waits)
        figures["greylisting.inbound.wait.max"] = (max(waits), max(waits))
    return figures


def hard_figures(truths):
    lines = [r for t in truths for r in t.records if r["kind"] == "delivery" and r["status"] == "bounced"
             and (r.get("code") or 0) >= 500 and not r.get("stale")]
    people = [p for t in truths for p in t.recipients.values() if hard_person(p)]
    bounced = [p for t in truths for p in t.recipients.values() if p.state == "bounced"]
    return {"hard.events": len(lines),
            "hard.by_code": {str(c): n for c, n in Counter(r["code"] for r in lines).items()},
            "hard.recipients": len(people),
            "hard.recipients_by_code": {str(c): n for c, n in Counter(p.state_reply for p in people).items()},
            "hard.bounced_without_reply": len(bounced) - len(people),
            "hard.null_sender.recipients": sum(p.sender == "" for p in people)}


def comparison_figures(truths):
    """greylisting_450_vs_hard_550: recipients, log lines, and the same for what we refuse ourselves."""
    name = "greylisting_450_vs_hard_550."
    refused = outbound_refusals(truths)
    grey = [p for p, refusals in refused if any(r.get("mark") == "named" for r in refusals)]
    grey450 = [p for p, refusals in refused
               if any(r.get("mark") == "named" and r["code"] == 450 for r in refusals)]
    hard = [p for p, _ in refused if hard_person(p)]
    hard550 = [p for p in hard if p.state_reply == 550]
    lines = [r for _, refusals in refused for r in refusals]
    bounced = [r for r in lines if r["status"] == "bounced" and r["code"] >= 500]
    figures = {"recipients_refused": len(refused), "greylisted": len(grey), "greylisted_450": len(grey450),
               "hard": len(hard), "hard_550": len(hard550), "both": sum(p in grey for p in hard550),
               "lines.refusals": len(lines), "lines.greylisting": sum(r.get("mark") == "named" for r in lines),
               "lines.greylisting_450": sum(r.get("mark") == "named" and r["code"] == 450 for r in lines),
               "lines.hard": len(bounced), "lines.hard_550": sum(r["code"] == 550 for r in bounced)}
    if refused:
        for figure in ("greylisted", "greylisted_450", "hard", "hard_550"):
            figures["share_" + figure] = figures[figure] / len(refused)
    rejects = [r for t in truths for r in t.records if r["kind"] == "reject"]
    figures["inbound.triplets_refused"] = len({r["triplet"] for r in rejects if r.get("triplet")})
    kinds = {"greylisted": lambda r: r.get("mark") == "named",
             "greylisted_450": lambda r: r.get("mark") == "named" and r["code"] == 450,
             "rejected_550": lambda r: r.get("code") == 550,
             "rejected_550_implied": lambda r: r.get("implied_code") == 550}
    figures["inbound.lines.refusals"] = len(rejects)
    for figure, test in kinds.items():
        figures["inbound." + figure] = len({r["triplet"] for r in rejects if r.get("triplet") and test(r)})
        line = figure.replace("greylisted", "greylisting")
        figures["inbound.lines." + line] = sum(bool(test(r)) for r in rejects)
    return {name + key: value for key, value in figures.items()}


def reject_figures(truths):
    rejects = [r for t in truths for r in t.records if r["kind"] == "reject"]
    return {"rejects.total": len(rejects),
            "rejects.by_stage": dict(Counter(r["stage"] for r in rejects)),
            "rejects.by_code": {str(c): n for c, n in Counter(r["code"] for r in rejects if r.get("code")).items()},
            "rejects.by_implied_code": {str(c): n for c, n in Counter(
                r["implied_code"] for r in rejects if r.get("implied_code")).items()}}


def figures(truths):
    """Every expected figure of a report over the logs of these truths: path -> value ((low, high) for a measured time)."""
    result = {}
    for part in (code_figures, attempt_figures, recipient_figures, greylisting_figures, hard_figures,
                 comparison_figures, reject_figures):
        result.update(part(truths))
    result["auth.failed"] = sum(t.logins["failed"] for t in truths)
    result["auth.ok"] = sum(t.logins["ok"] for t in truths)
    return result


if __name__ == "__main__":
    import json
    import sys

    from journal import load
    everything = load(sys.argv[1])
    for which in sys.argv[2:] or ["out", "in"]:
        truth = Truth(everything, which)
        print(which, json.dumps(figures([truth]), indent=1), truth.faults, truth.check_mailboxes())
