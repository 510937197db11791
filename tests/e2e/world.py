"""The little world of the end-to-end test: addresses, the scripts of the other side, the mails we send, the dialogues
strangers have with us. Data only; flow.py brings it to life, truth.py computes what must come out of it.

Every address is from the ranges and names kept for documentation. The first word of a local part chooses the script.
"""

from sink import Drop, Reply, Script, Step

OUT_IP = "192.0.2.10"          # our sending Postfix (three instances, one log)
IN_IP = "203.0.113.25"         # our receiving Postfix: RCPT-stage checks, postgrey
SCREEN_IP = "203.0.113.26"     # the same behind postscreen
EARLY_IP = "203.0.113.27"      # the same, refusing at once (smtpd_delay_reject=no)
SUBMISSION_IP = "203.0.113.28" # the same with AUTH
TAP_IP = "203.0.113.5"         # the recorded wire to IN_IP
DEAD_IPS = {                   # nobody listens; one address for each mail that goes there
    "dead": "198.51.100.66", "firstdead": "198.51.100.67", "shortdead": "198.51.100.68"}
OUT_NAME, IN_NAME = "mx-out.example.org", "mx-in.example.net"

GREY_WINDOW = 4                # seconds a sink greylists
POSTGREY_DELAY = 3
SHORT_LIFETIME = 6             # queue lifetime of the instance whose mail expires


def rcpt(*steps):
    return Script("rcpt", *steps)


def always(*lines, **more):
    return Step(Reply(*lines, **more))


def grey(*lines, seconds=GREY_WINDOW):
    return Step(Reply(*lines, mark="named"), seconds=seconds)


NO_SUCH_USER = Reply("550 5.1.1 <{r}>: Recipient address rejected: User unknown in virtual mailbox table")
GREY_TEXT = "450 4.7.1 <{r}>: Recipient address rejected: Greylisted for 5 seconds"

WORDS = {
    # greylisting, in the words of several implementations
    "grey": rcpt(grey(GREY_TEXT)),
    "grey451": rcpt(grey("451 4.7.1 Greylisting in action, please come back later")),
    "greybare": rcpt(grey("450 Greylisted, please try again in 4 seconds")),
    "greylines": rcpt(grey("450-4.2.0 <{r}>: Recipient address rejected: Greylisted,",
                           "450 4.2.0 see https://postmaster.example/grey for help")),
    "greyeod": Script("eod", grey("451 4.7.1 Greylisting in effect, try again later", seconds=3)),
    "greyno": rcpt(grey(GREY_TEXT, seconds=2), Step(NO_SUCH_USER)),
    "greyno554": rcpt(grey(GREY_TEXT, seconds=2), always("554 5.7.1 <{r}>: Recipient address rejected: Access denied")),
    "greyever": rcpt(grey(GREY_TEXT, seconds=None)),
    "greyfull": rcpt(grey(GREY_TEXT, seconds=1), always("452 4.2.2 <{r}> Mailbox full, try again later")),
    # wordings greylisters share with others
    "tryagain": Script("eod", Step(Reply("451 4.7.1 Try again later", mark="possible"), seconds=3)),
    "deep": rcpt(Step(Reply("450 4.3.2 Service currently unavailable", mark="possible"), seconds=3)),
    # final refusals
    "nouser": rcpt(Step(NO_SUCH_USER)),
    "nouserlines": rcpt(always("550-5.1.1 The email account that you tried to reach does not exist. Please try",
                               "550-5.1.1 double-checking the recipient's email address for typos or",
                               "550 5.1.1 unnecessary spaces. <{r}>")),
    "bare": rcpt(always("550")),
    "noenhanced": rcpt(always("550 No such user here")),
    "blocked": rcpt(always("554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using bl.example; listed")),
    "odd": rcpt(always("571 Delivery not authorized, message refused")),
    "full552": rcpt(always("552 5.2.2 <{r}> Quota exceeded (mailbox for user is full)")),
    "hostile": rcpt(always("550 5.7.1 to=<x@y.example>, relay=z, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 450)")),
    "spam": Script("eod", always("550 5.7.1 Spam message rejected; If this is not spam contact abuse")),
    "spamlines": Script("eod", always("554-5.7.1 [192.0.2.10] our system has detected that this message is",
                                      "554-5.7.1 likely unsolicited mail. To reduce the amount of spam it has",
                                      "554 5.7.1 been blocked.")),
    "badsender": Script("mail", always("550 5.1.8 Sender address rejected: Domain not found")),
    "laststraw": Script("data", always("550 5.5.3 Multi-recipient bounce")),
    # try again, without greylisting
    "full": rcpt(always("452 4.2.2 <{r}> Mailbox full, try again later")),
    "fullonce": rcpt(Step(Reply("452 4.2.2 <{r}> Mailbox full, try again later"), times=1)),
    "rate": rcpt(Step(Reply("421 4.7.0 Too many messages, slow down", close=True), times=1)),
    "toofast": rcpt(Step(Reply("450 4.7.1 Rate limit exceeded, 250 messages in 460 seconds"), times=1)),
    "noserver": Script("data", Step(Reply("451 4.3.0 Temporary server error. Please try again later"), times=1)),
    "mailbusy": Script("mail", Step(Reply("451 4.3.2 System not accepting network messages"), times=1)),
    "drop": rcpt(Step(Drop, times=1)),
    "dropeod": Script("eod", Step(Drop, times=1)),
    # LMTP, after the dot
    "lmtpfull": Script("eod", always("552 5.2.2 <{r}> Quota exceeded (mailbox for user is full)")),
    "lmtpbusy": Script("eod", Step(Reply("451 4.3.0 <{r}> Temporary internal error"), times=1)),
}

# name -> address, MX host name, and what sets it apart. Domains are `name.example`.
SINKS = {
    "ok": dict(ip="198.51.100.11"),
    "slow": dict(ip="198.51.100.12", pipelining=False),
    "old": dict(ip="198.51.100.13", old=True),
    "home": dict(ip="198.51.100.14"),
    "nohome": dict(ip="198.51.100.15", stages={"rcpt": rcpt(always("550 5.7.1 No bounces accepted here"))}),
    "shut": dict(ip="198.51.100.16", stages={"connect": Script("connect", always(
        "554 5.7.1 mx.shut.example: 192.0.2.10 is not welcome", close=True))}),
    "shut550": dict(ip="198.51.100.17", stages={"connect": Script("connect", always(
        "550 5.7.1 Blocked - see https://postmaster.example/blocked", close=True))}),
    "busy": dict(ip="198.51.100.18", stages={"connect": Script("connect", Step(
        Reply("421 4.7.0 mx.busy.example Too many connections from your address", close=True), times=1))}),
    "hung": dict(ip="198.51.100.19", stages={"connect": Script("connect", Step(Drop, times=1))}),
    "notls": dict(ip="198.51.100.20", starttls=Reply("454 4.7.0 TLS not available due to local problem")),
    "secure": dict(ip="198.51.100.22", tls=True),
    "stale": dict(ip="198.51.100.21", stages={"connect": Script("connect", always(
        "421 4.3.2 mx.stale.example Service shutting down", close=True))}),
    # a domain with two MX hosts: the first one turns us away for the time being
    "first": dict(ip="198.51.100.31", stages={"rcpt": rcpt(always("450 4.3.2 <{r}>: Backup only, try the other"))}),
    "firstgrey": dict(ip="198.51.100.32", stages={"rcpt": rcpt(Step(Reply(GREY_TEXT, mark="named")))}),
    "firstshut": dict(ip="198.51.100.33", stages={"connect": Script("connect", always(
        "554 5.3.2 mx.firstshut.example no mail service here", close=True))}),
    "second": dict(ip="198.51.100.34"),
}
NOT_LAST = {"first", "firstgrey", "firstshut", "firstdead"}   # another MX follows
ROUTES = {                                         # transport map: domain -> transport:nexthop
    "two.example": "smtp:[mx.first.example], [mx.second.example]",
    "twogrey.example": "smtp:[mx.firstgrey.example], [mx.second.example]",
    "twoshut.example": "smtp:[mx.firstshut.example], [mx.second.example]",
    "twodead.example": "smtp:[mx.firstdead.example], [mx.second.example]",
    "dead.example": "smtp:[mx.dead.example]",
    "shortdead.example": "smtp:[mx.shortdead.example]",
    "hosted.test": "smtp:[mx.tap.example]",
    "lmtp.test": "smtp:[mx.tap.example]",
    "void.example": "discard:silently",
}
ROUTES.update({"%s.example" % name: "smtp:[mx.%s.example]" % name for name in SINKS})


def mail(tag, to, instance="out", sender=None, wait=0.0, **more):
    """`tag` makes the sender address, which is unique: it tells messages apart in the journals."""
    recipients = [to] if isinstance(to, str) else to
    return dict(tag=tag, instance=instance, sender=sender or "ann-%s@home.example" % tag, recipients=recipients,
                wait=wait, **more)


MAILS = [
    mail("plain", "ok-1@ok.example"),
    mail("several", ["ok-2@ok.example", "ok-3@ok.example", "ok-4@slow.example"]),
    mail("old", "ok-5@old.example"),
    mail("grey1", "grey-1@ok.example"),
    mail("grey2", "grey451-1@slow.example"),
    mail("grey3", "greybare-1@old.example"),
    mail("grey4", "greylines-1@ok.example"),
    mail("grey5", "greyeod-1@ok.example"),
    mail("greyno", "greyno-1@ok.example"),
    mail("greyno554", "greyno554-1@slow.example"),
    mail("greyever", "greyever-1@ok.example"),
    mail("postgrey1", "kim@hosted.test"),
    mail("postgrey2", ["lea@hosted.test", "nobody-1@hosted.test"]),
    mail("postgrey3", "box-1@lmtp.test", sender="ann-postgrey3@home.example"),
    mail("postgrey4", ["lmtpfull-1@lmtp.test", "lmtpbusy-1@lmtp.test", "kim@hosted.test"]),
    mail("tryagain", "tryagain-1@ok.example"),
    mail("deep", "deep-1@slow.example"),
    mail("nouser", "nouser-1@ok.example"),
    mail("nouserlines", "nouserlines-1@ok.example"),
    mail("bare", "bare-1@slow.example"),
    mail("noenhanced", "noenhanced-1@ok.example"),
    mail("blocked", "blocked-1@ok.example"),
    mail("odd", "odd-1@old.example"),
    mail("full552", "full552-1@ok.example"),
    mail("hostile", "hostile-1@ok.example"),
    mail("spam", "spam-1@ok.example"),
    mail("spamlines", ["spamlines-1@slow.example", "spamlines-2@slow.example"]),
    mail("badsender", "ok-6@ok.example", sender="badsender-1@home.example"),
    mail("laststraw", "laststraw-1@ok.example"),
    mail("full", "full-1@ok.example"),
    mail("fullonce", "fullonce-1@ok.example"),
    mail("rate", "rate-1@ok.example"),
    mail("rateall", ["rate-2@ok.example", "ok-29@ok.example"]),
    mail("toofast", "toofast-1@ok.example"),
    mail("noserver", "noserver-1@slow.example"),
    mail("mailbusy", "ok-7@ok.example", sender="mailbusy-1@home.example"),
    mail("drop", "drop-1@ok.example"),
    mail("dropeod", "dropeod-1@ok.example"),
    mail("mixed", ["ok-8@ok.example", "grey-2@ok.example", "nouser-2@ok.example", "full-2@ok.example",
                   "greyno-2@ok.example", "ok-9@slow.example"]),
    mail("nobounce", "nouser-3@ok.example", sender="bob-nobounce@nohome.example"),
    mail("greybounce", "nouser-4@ok.example", sender="grey-bounce@home.example"),
    mail("shut", "ok-10@shut.example"),
    mail("shut550", ["ok-11@shut550.example", "ok-12@shut550.example"]),
    mail("busy", "ok-13@busy.example"),
    mail("hung", "ok-14@hung.example"),
    mail("notls", "ok-15@notls.example"),
    mail("secure", ["ok-30@secure.example", "nouser-6@secure.example", "grey-3@secure.example"]),
    mail("dead", "ok-16@dead.example"),
    mail("two", "ok-17@two.example"),
    mail("twogrey", "ok-18@twogrey.example"),
    mail("twoshut", "ok-19@twoshut.example"),
    mail("twodead", "ok-20@twodead.example"),
    mail("unknowndomain", "ok-21@nosuchdomain.example"),
    mail("void", "ok-23@void.example"),
    mail("alias", "list@alias.example"),
    mail("filtered", ["ok-25@ok.example", "nouser-5@ok.example"], instance="filtered"),
    mail("expire1", "greyever-2@ok.example", instance="short"),
    mail("expire2", "greyfull-1@ok.example", instance="short"),
    mail("expire3", "full-3@slow.example", instance="short"),
    mail("expire4", "ok-26@shortdead.example", instance="short"),
    mail("shortok", "grey451-2@ok.example", instance="short"),
    mail("stale1", "ok-27@stale.example", instance="slow"),
    mail("stale2", "ok-28@stale.example", instance="slow", wait=3.0, stale=True),
]
ALIASES = {"list@alias.example": ["ok-24@ok.example"]}

# ---- what strangers say to our receiving Postfix -------------------------------------------------------------------
# A dialogue is a client and its lines; after each line what its reply becomes in the log:
#   reject   a line with the reply, `implied` one without the basic code, `auth` a failed login, None nothing
# `again` is what the same client says `after` seconds later (a client that comes back).
CLIENTS = {
    "192.0.2.101": "mail.a.example", "192.0.2.102": "mail.b.example", "192.0.2.103": None,
    "198.51.100.201": "bot.c.example", "198.51.100.202": None, "192.0.2.104": "mail.d.example",
    "198.51.101.7": None, "192.0.2.105": "mail.e.example",
}
BODY = ("From: <%s>\r\nTo: undisclosed-recipients:;\r\nMessage-ID: <20261122.1@client.example>\r\nSubject: %s\r\n\r\n"
        "Hello.\r\n.")


def talk(client, *lines, server=IN_IP, helo=None, again=None, after=0.0, **more):
    return dict(client=client, server=server, helo=helo or CLIENTS.get(client) or "h.example", lines=list(lines),
                again=again, after=after, **more)


def letter(sender, recipients, verdict=None, subject="hello", data=None, eod=None):
    """MAIL, RCPTs with the verdict for each, DATA, body. `data`, `eod`: what those replies become."""
    lines = [("MAIL FROM:<%s>" % sender, None)]
    recipients = [recipients] if isinstance(recipients, str) else recipients
    lines += [("RCPT TO:<%s>" % r, verdict) for r in recipients]
    if verdict is None:
        lines += [("DATA", data)]
    if verdict is None and data is None:
        lines += [(BODY % (sender, subject), eod)]
    return lines


QUIT = ("QUIT", None)
DIALOGUES = [
    talk("192.0.2.101", *letter("news@a.example", "nobody-2@hosted.test", "reject"),
         ("RSET", None), *letter("news@a.example", "who@elsewhere.example", "reject"), QUIT),
    talk("192.0.2.102", *letter("Bea@b.example", "kim@hosted.test", "reject"), QUIT,
         again=[*letter("Bea@b.example", "kim@hosted.test"), QUIT], after=4),
    talk("192.0.2.103", *letter("carl@b.example", ["kim@hosted.test", "lea@hosted.test"], "reject"), QUIT,
         again=[*letter("carl@b.example", ["kim@hosted.test", "lea@hosted.test"]), QUIT], after=5),
    talk("198.51.100.201", *letter("bot@c.example", "kim@hosted.test", "reject"), QUIT),
    talk("198.51.100.202", *letter("bot2@c.example", "lea@hosted.test", "reject"), ("DROP", None)),
    talk("192.0.2.104", *letter("friend@d.example", "kim@hosted.test"), QUIT, tls=True),
    talk("192.0.2.104", *letter("friend@d.example", "kim@hosted.test", subject="buy gold", eod="implied"), QUIT),
    talk("192.0.2.104", *letter("blocked@d.example", "kim@hosted.test", "reject"), QUIT),
    talk("192.0.2.104", *letter("late@d.example", "kim@hosted.test", eod="reject"), QUIT),
    talk("192.0.2.104", *letter("", ["kim@hosted.test", "lea@hosted.test"], data="reject"), QUIT),
    talk("192.0.2.104", ("MAIL FROM:<big@d.example> SIZE=99000000", "reject"), QUIT),
    talk("192.0.2.104", *letter("nodots@localhost", "kim@hosted.test", "reject"), QUIT),
    talk("192.0.2.104", *letter("friend@d.example", "kim@hosted.test", "reject"), QUIT, helo="bad_helo!"),
    talk("198.51.101.7", *letter("s@y.example", "kim@hosted.test", "reject"), QUIT, helo="spammer.example"),
    talk("192.0.2.105", *letter("odd521@e.example", "kim@hosted.test", "reject"), helo="mail.e.example"),
    talk("192.0.2.105", *letter("odd450@e.example", "kim@hosted.test", "reject"), QUIT),
    # not understood, out of order, hung up: no reply of these is logged
    talk("192.0.2.103", ("EXPN staff", None), ("RCPT TO:<kim@hosted.test>", None), ("MAIL FROM:nonsense", None),
         ("VRFY kim", None), ("DATA", None), QUIT, clumsy=True),
    talk("198.51.100.201", ("MAIL FROM:<x@c.example>", None), ("DROP", None)),
    talk("198.51.100.201", ("GET / HTTP/1.1", None)),
    talk("198.51.100.202", *[("JUNK%d" % n, None) for n in range(12)]),
    talk("198.51.100.202", ("MAIL FROM:<x@c.example>", None), ("HANG", None)),
    # refused at once
    talk("198.51.101.7", server=EARLY_IP, greeting="reject"),
    talk("192.0.2.105", ("MAIL FROM:<evil@bad.example>", "reject"), QUIT, server=EARLY_IP),
    talk("192.0.2.105", QUIT, server=EARLY_IP, helo="bad_helo!", hello="reject"),
    talk("192.0.2.105", QUIT, server=EARLY_IP, helo="bad_helo!", hello="reject", verb="HELO"),
    # postscreen: deep tests first, accepted when it comes back; one speaks before its turn, one is on the list
    talk("192.0.2.101", *letter("list@a.example", "kim@hosted.test", "reject"), QUIT, server=SCREEN_IP,
         again=[*letter("list@a.example", "kim@hosted.test"), QUIT], after=3),
    talk("198.51.100.202", *letter("rush@c.example", "kim@hosted.test", "reject"), QUIT, server=SCREEN_IP,
         eager=True),
    talk("198.51.101.7", *letter("s@y.example", "lea@hosted.test", "reject"), QUIT, server=SCREEN_IP),
    # passwords
    talk("198.51.100.201", ("AUTH PLAIN AGJvYgB3cm9uZw==", "auth"), ("AUTH PLAIN AGFubgB3cm9uZw==", "auth"), QUIT,
         server=SUBMISSION_IP),
    talk("198.51.100.202", ("AUTH LOGIN", None), ("Ym9i", None), ("d3Jvbmc=", "auth"), ("DROP", None),
         server=SUBMISSION_IP),
    talk("198.51.100.202", ("AUTH PLAIN AGJvYgBzZWNyZXQ=", None), ("MAIL FROM:<bob@home.example>", None),
         ("RCPT TO:<kim@hosted.test>", None), ("DATA", None), (BODY % ("bob@home.example", "hi"), None), QUIT,
         server=SUBMISSION_IP),
]

# ---- the end of each recipient, as the scripts fix it (only to know when the flow is over; truth.py computes it anew) ----
RETURNED = {"greyno", "greyno554", "nouser", "nouserlines", "bare", "noenhanced", "blocked", "odd", "full552",
            "hostile", "spam", "spamlines", "laststraw", "nobody", "lmtpfull"}
WAITING = {"greyever", "full", "greyfull"}


def fate(mail, recipient):
    """delivered, returned or waiting."""
    word, domain = recipient.split("@")[0].split("-")[0], recipient.split("@")[1]
    if mail["instance"] == "short" and (word in WAITING or domain == "shortdead.example"):
        return "returned"
    if mail["instance"] == "slow" or word in WAITING or domain in (
            "shut.example", "shut550.example", "notls.example", "dead.example"):
        return "waiting"
    if word in RETURNED or domain in ("nosuchdomain.example",) or mail["sender"].startswith("badsender"):
        return "returned"
    if domain in ("void.example", "alias.example", "hosted.test"):
        return "elsewhere"
    return "delivered"


def notices(mail):
    """At least so many bounce messages come back."""
    return 2 if mail["tag"] == "mixed" else 1


# mails that must be in each mailbox at the end: letters of known clients, greylisted ones that came back, submissions
MAILBOXES = {"kim": 7, "lea": 2}
