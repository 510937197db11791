"""From the journal to the records and figures smtplog must report about one Exim daemon's log. Knows the scenario
(world_exim.py), the counting rules of the manual, and how Exim logs what it meets; never looks into a log.

What Exim writes (4.96, seen and read in its manual):
  - a 4yz to MAIL, DATA or the message, and any reply to the connection: an `H=` line with the reply and, when no other
    server is left, `==` (4yz) or `**` (5yz) for each recipient with the same reply
  - a 5yz to MAIL, DATA or the message: `**` alone; to RCPT `**`; a 4yz to RCPT `==`, or an `H=` line when another server is left
  - a refused login: its reply once, `==` without a code
  - after the last attempt that its retry rule allows: `** ... retry timeout exceeded`
"""

from collections import Counter

import world_exim as world
from truth import Record, Recipient

FIRST = {"first", "firstshut", "firstdead"}                  # another server follows
SEEN = {"code550@hosted.test", "code451@hosted.test"}        # the administrator's text begins with the code
NO_SENDER = {"connect", "ehlo", "helo", "expn", "vrfy", "etrn", "data"}


def asked_again(entry, journal):
    """A 452 to one recipient among accepted ones means `not so many` to Exim: it asks again in the same session, and only
    the last answer is logged."""
    return entry["stage"] == "rcpt" and entry.get("code") == 452 and any(
        e["role"] == "sink" and e["session"] == entry["session"] and e["transaction"] > entry["transaction"]
        and e.get("recipient") == entry["recipient"] for e in journal)


class EximTruth:
    """What the log of one daemon must show; the same face as truth.Truth."""

    def __init__(self, journal, name):
        self.journal, self.name = sorted(journal, key=lambda e: e["t"]), name
        self.records, self.recipients, self.faults = [], {}, []
        self.logins, self.notices = Counter(), Counter()
        self.messages = {e["sender"]: e for e in journal if e["role"] == "submit" and e["instance"] == name}
        for entry in self.journal:
            if entry["role"] == "sink" and self.mine(entry):
                self.from_sink(entry)
            elif entry["role"] == "syn" and entry["client"] == self.ip() and name in world.SENDERS:
                self.from_syn(entry)
            elif entry["role"] == "client" and entry["instance"] == name:
                self.from_client(entry)
        self.add_local()
        self.add_expired()
        self.records.sort(key=lambda r: r["t"])

    def ip(self):
        return {**world.SENDERS, **world.RECEIVERS}[self.name]["ip"]

    def mine(self, entry):
        if entry["sink"] == "lmtp":
            return entry.get("sender", "").split("@")[0].endswith("-" + self.name)
        return entry["client"] == self.ip()

    # ---- recipients ----------------------------------------------------------------------------------------------
    def settle(self, sender, address, record):
        key = (sender, address)
        if sender == "":                                     # notices to one address come one after the other
            key = (sender, address, self.notices[address])
        recipient = self.recipients.setdefault(key, Recipient(sender, address))
        recipient.records.append(record)
        record["key"] = key
        if record["status"] != "deferred":
            recipient.state, recipient.state_reply = record["status"], record.get("code")
            self.notices[address] += sender == ""
        elif recipient.state == "deferred":
            recipient.state_reply = record.get("code")

    def add(self, entry, **facts):
        record = Record(t=entry["t"], stage=entry.get("stage"), code=entry.get("code"), enhanced=entry.get("enhanced"),
                        mark=entry.get("mark"), peer_ip=entry.get("ip"))
        record.update(facts)
        self.records.append(record)
        return record

    def deliver(self, entry, sender, address, status, **facts):
        self.settle(sender, address, self.add(entry, kind="delivery", status=status, recipient=address, **facts))

    # ---- what we send ----------------------------------------------------------------------------------------------
    def addressed(self, sink):
        """(sender, recipient) of our mails on their way to a sink."""
        domains = {domain for domain, route in world.ROUTES.items() if "mx.%s.example" % sink in route.split(":")}
        return [(e["sender"], address) for e in self.messages.values() for address in e["recipients"]
                if address.split("@")[1] in domains and self.state(e["sender"], address) == "deferred"]

    def state(self, sender, address):
        recipient = self.recipients.get((sender, address))
        return recipient.state if recipient else "deferred"

    def from_sink(self, entry):
        if asked_again(entry, self.journal):
            return
        stage, code, sink = entry["stage"], entry.get("code"), entry["sink"]
        if self.name in world.RECEIVERS:                     # we asked about a sender
            if code and code >= 400:
                self.add(entry, kind="reply", direction="outbound")
            return
        sender = entry.get("sender")
        if stage in ("connect", "starttls", "auth"):
            people = self.addressed(sink)
        elif stage == "mail":
            people = [pair for pair in self.addressed(sink) if pair[0] == sender]
        else:
            people = [(sender, address) for address in entry.get("recipients") or [entry["recipient"]]]
        more = dict(direction="outbound", hop="store" if entry.get("lmtp") else None)
        if code is None or stage in ("starttls", "auth"):
            if stage == "auth":
                self.add(entry, kind="reply", direction="outbound")
            for pair in people:
                self.deliver({"t": entry["t"]}, *pair, "deferred", direction="outbound")
            return
        elsewhere = sink in FIRST and (code < 500 or stage == "connect") and code >= 400
        if code >= 400 and not entry.get("lmtp") and (stage == "connect" or (code < 500 and stage != "rcpt") or elsewhere):
            self.add(entry, kind="reply", direction="outbound")
        if elsewhere:
            return
        status = "delivered" if code < 400 else "deferred" if code < 500 else "bounced"
        for pair in people:
            self.deliver(entry, *pair, status, **more)

    def from_syn(self, entry):
        if entry["sink"] not in FIRST:
            for pair in self.addressed(entry["sink"]):
                self.deliver({"t": entry["t"]}, *pair, "deferred", direction="outbound")

    def add_local(self):
        """Mail that meets no other server: what becomes of it follows from the configuration."""
        fates = {"kim@local.test": "delivered", "list@local.test": "delivered", "prog@local.test": "delivered",
                 '"john doe"@local.test': "delivered", "hole@local.test": "discarded", "nobody@local.test": "bounced",
                 "ok-22@nosuchdomain.example": "bounced"}
        for entry in self.messages.values():
            for address in entry["recipients"]:
                if address in fates:
                    status = fates[address]
                    self.deliver({"t": entry["t"]}, entry["sender"], address, status,
                                 hop="store" if status == "delivered" else None)

    def add_expired(self):
        """The domain with the short retry rule: Exim says so in the run of the last attempt."""
        for (sender, address, *_), recipient in list(self.recipients.items()):
            if address.endswith("@brief.example") and recipient.state == "deferred":
                last = recipient.records[-1]
                self.deliver({"t": last["t"]}, sender, address, "expired")
                # No answer of anybody's: the last one stays the last.
                recipient.records.insert(0, recipient.records.pop())

    # ---- what we take ----------------------------------------------------------------------------------------------
    def from_client(self, entry):
        stage, verdict, code = entry["stage"], entry.get("verdict"), entry["code"]
        if verdict == "auth":
            self.logins["failed"] += 1
            self.add(entry, kind="auth", direction="inbound", peer_ip=entry["client"])
        if code == 235:
            self.logins["ok"] += 1
        if verdict == "reject":
            self.reject(entry)
        if stage == "eod" and (code < 300 or entry["sender"] == "fake@d.example"):
            self.accept(entry)

    def reject(self, entry):
        stage, recipient = entry["stage"], entry.get("recipient")
        recipient = recipient if isinstance(recipient, str) and "@" in recipient else None
        named = stage != "data" and stage not in NO_SENDER and "@" in (entry.get("sender") or "") \
            and not (stage == "mail" and entry["sender"].startswith("early")) \
            and not (stage == "rcpt" and entry.get("recipient") == "unqualified")
        too_many = recipient == "n6@hosted.test"
        facts = dict(kind="reject", direction="inbound", status="rejected", peer_ip=entry["client"],
                     sender=entry["sender"] if named else None,
                     recipient=recipient if stage == "rcpt" and not too_many else None)
        if recipient not in SEEN:
            facts.update(code=None, implied_code=entry["code"])
        if recipient and recipient.startswith("grey-"):
            facts["mark"] = "named"
        record = self.add(entry, **facts)
        if record["sender"] and record["recipient"]:
            record["triplet"] = self.triplet(entry["client"], record["sender"], record["recipient"])

    def accept(self, entry):
        when = {"t": entry["t"]}
        if entry["sender"] == "away@d.example":              # thrown away, whoever was meant
            self.settle(entry["sender"], "", self.add(when, kind="delivery", status="discarded"))
            return
        for address in entry["recipients"] or []:
            if entry["code"] < 300:
                self.records.append(Record(t=entry["t"], kind="accepted",
                                           triplet=self.triplet(entry["client"], entry["sender"], address)))
            key = "%s %s" % (entry["sender"], entry["t"])    # a message each time
            self.settle(key, address, self.add(when, kind="delivery", status="delivered", recipient=address, hop="store"))

    @staticmethod
    def triplet(client, sender, recipient):
        return ".".join(client.split(".")[:3]), sender.lower(), recipient.lower()
