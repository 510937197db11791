"""The little world of the end-to-end test with Exim: addresses, the scripts of the other side, the mails we send, the
dialogues strangers have with us. Data only; flow_exim.py brings it to life, truth_exim.py computes what must come out.

The scripts' words and the sinks are those of the test with Postfix (../world.py). `exim-x` as the name of a sender or
receiver stands for one Exim daemon with a log of its own.
"""

import os
import sys

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import world  # noqa: E402
from sink import Reply, Script, Step  # noqa: E402

# ---- daemons -----------------------------------------------------------------------------------------------------------
# log_selector, and where it writes: a file or syslog
SENDERS = {
    "out": dict(ip="192.0.2.10", selector="", log="file"),
    "outall": dict(ip="192.0.2.11", selector="+all", log="file", more="log_timezone = yes\n"),
    "outsys": dict(ip="192.0.2.12", selector="+pid", log="syslog"),
}
RECEIVERS = {
    "in": dict(ip="203.0.113.25", selector="", log="file"),
    "inall": dict(ip="203.0.113.26", selector="+all", log="file", more="log_timezone = yes\n"),
    "insys": dict(ip="203.0.113.27", selector="+smtp_connection", log="syslog", more="syslog_timestamp = no\n"),
}
OUT_NAME, IN_NAME = "mx-out.example.org", "mx-in.example.net"

# ---- the other side ----------------------------------------------------------------------------------------------------
WORDS = dict(world.WORDS)
WORDS.update({
    "quotes": Script("rcpt", Step(Reply("550 5.7.1 \"quoted\" text: with C=\"250 OK\" and \\n in it"))),
    "long": Script("rcpt", Step(Reply(*["550-5.7.1 line %02d of a long story that no log line can hold in one piece, "
                                        "so that it is cut" % n for n in range(1, 12)],
                                      "550 5.7.1 and this is the end of it <{r}>"))),
    "okquotes": Script("eod", Step(Reply("250-2.0.0 first \"line\" of two", "250 2.0.0 Ok: queued as ABC123DEF"))),
    "eightbit": Script("rcpt", Step(Reply("550 5.1.1 Postfach unbekannt, pr\u00fcfen Sie die Adresse"))),
})
WORDS["quotes"].steps[0].times = None

SINKS = {name: dict(world.SINKS[name]) for name in
         ("ok", "slow", "old", "home", "shut", "shut550", "busy", "hung", "notls", "secure", "first", "firstshut",
          "second")}
SINKS["nologin"] = dict(ip="198.51.100.41", stages={}, auth=Reply(
    "535-5.7.8 Username and Password not accepted. Learn more at", "535 5.7.8 https://support.example/BadCredentials"))
SINKS["brief"] = dict(ip="198.51.100.42")                    # domain with a short retry rule
DEAD_IPS = {"dead": "198.51.100.66", "firstdead": "198.51.100.67"}

ROUTES = {"%s.example" % name: "mx.%s.example" % name for name in SINKS}
ROUTES.update({"two.example": "mx.first.example:mx.second.example",
               "twoshut.example": "mx.firstshut.example:mx.second.example",
               "twodead.example": "mx.firstdead.example:mx.second.example",
               "dead.example": "mx.dead.example"})


def mail(tag, to, sender=None, **more):
    return dict(tag=tag, sender=sender or "ann-%s@home.example" % tag,
                recipients=[to] if isinstance(to, str) else to, **more)


MAILS = [
    mail("plain", "ok-1@ok.example"),
    mail("several", ["ok-2@ok.example", "ok-3@ok.example", "ok-4@slow.example"]),
    mail("old", "ok-5@old.example"),
    mail("okquotes", "okquotes-1@ok.example"),
    mail("grey1", "grey-1@ok.example"),
    mail("grey2", "grey451-1@slow.example"),
    mail("grey3", "greybare-1@old.example"),
    mail("grey4", "greylines-1@ok.example"),
    mail("grey5", "greyeod-1@ok.example"),
    mail("greyno", "greyno-1@ok.example"),
    mail("greyever", "greyever-1@ok.example"),
    mail("expire", "greyever-2@brief.example"),
    mail("nouser", "nouser-1@ok.example"),
    mail("nouserlines", "nouserlines-1@ok.example"),
    mail("bare", "bare-1@slow.example"),
    mail("noenhanced", "noenhanced-1@ok.example"),
    mail("blocked", "blocked-1@ok.example"),
    mail("odd", "odd-1@old.example"),
    mail("hostile", "hostile-1@ok.example"),
    mail("quotes", "quotes-1@ok.example"),
    mail("long", "long-1@ok.example"),
    mail("eightbit", "eightbit-1@ok.example"),
    mail("spam", "spam-1@ok.example"),
    mail("spamlines", ["spamlines-1@slow.example", "spamlines-2@slow.example"]),
    mail("badsender", "ok-6@ok.example", sender="badsender-1@home.example"),
    mail("mailbusy", "ok-7@ok.example", sender="mailbusy-1@home.example"),
    mail("laststraw", "laststraw-1@ok.example"),
    mail("full", "full-1@ok.example"),
    mail("fullonce", "fullonce-1@ok.example"),
    mail("noserver", "noserver-1@slow.example"),
    mail("drop", "drop-1@ok.example"),
    mail("dropeod", "dropeod-1@ok.example"),
    mail("mixed", ["ok-8@ok.example", "grey-2@ok.example", "nouser-2@ok.example", "full-2@ok.example",
                   "ok-9@slow.example"]),
    mail("shut", "ok-10@shut.example"),
    mail("shut550", "ok-11@shut550.example"),
    mail("busy", "ok-13@busy.example"),
    mail("hung", "ok-14@hung.example"),
    mail("notls", "ok-15@notls.example"),
    mail("secure", ["ok-30@secure.example", "nouser-6@secure.example", "grey-3@secure.example"]),
    mail("dead", "ok-16@dead.example"),
    mail("two", "ok-17@two.example"),
    mail("twoshut", "ok-19@twoshut.example"),
    mail("twodead", "ok-20@twodead.example"),
    mail("nologin", "ok-21@nologin.example"),
    mail("unrouteable", "ok-22@nosuchdomain.example"),
    mail("lmtp", ["box-1@lmtp.test", "lmtpfull-1@lmtp.test", "lmtpbusy-1@lmtp.test"]),
    mail("local", ["kim@local.test", "nobody@local.test"]),
    mail("alias", "list@local.test"),
    mail("hole", "hole@local.test"),
    mail("piped", "prog@local.test"),
    mail("oddname", '"john doe"@local.test'),
]
ALIASES = {"list": "ok-24@ok.example, lea@local.test", "hole": ":blackhole:", "prog": "|/bin/cat",
           '"john doe"': "kim@local.test", "nouser": ":fail: no such user", "later": ":defer: not now"}

# ---- what strangers say to our receiving Exim ---------------------------------------------------------------------------
# After each line what its reply becomes in the log:
#   reject   a line that implies or shows the reply; auth a failed login; failed a line about a broken session; None nothing
CLIENTS = {"192.0.2.101": "mail.a.example", "192.0.2.102": "mail.b.example", "192.0.2.103": None,
           "198.51.100.201": "bot.c.example", "198.51.100.202": None, "192.0.2.104": "mail.d.example",
           "198.51.101.7": None, "192.0.2.105": "mail.e.example", "192.0.2.106": "mail.f.example"}
BODY = ("From: <%s>\r\nTo: undisclosed-recipients:;\r\nMessage-ID: <20261122.1@client.example>\r\nSubject: %s\r\n\r\n"
        "Hello.\r\n.")
QUIT = ("QUIT", None)


def letter(sender, recipients, verdict=None, subject="hello", data=None, eod=None, mailed=None):
    lines = [("MAIL FROM:<%s>" % sender, mailed)]
    recipients = [recipients] if isinstance(recipients, str) else recipients
    if mailed is None:
        lines += [("RCPT TO:<%s>" % r, verdict) for r in recipients]
    if verdict is None and mailed is None:
        lines += [("DATA", data)]
    if verdict is None and mailed is None and data is None:
        lines += [(BODY % (sender, subject), eod)]
    return lines


def talk(client, *lines, helo=None, again=None, after=0.0, **more):
    return dict(client=client, helo=CLIENTS.get(client) or "h.example" if helo is None else helo, lines=list(lines), again=again,
                after=after, **more)


DIALOGUES = [
    talk("192.0.2.101", *letter("news@a.example", "nobody-2@hosted.test", "reject"),
         ("RSET", None), *letter("news@a.example", "who@elsewhere.example", "reject"), QUIT),
    talk("192.0.2.102", *letter("Bea@b.example", "grey-kim@hosted.test", "reject"), QUIT,
         again=[*letter("Bea@b.example", "grey-kim@hosted.test"), QUIT], after=3),
    talk("192.0.2.103", *letter("carl@b.example", ["grey-kim@hosted.test", "grey-lea@hosted.test"], "reject"), QUIT,
         again=[*letter("carl@b.example", ["grey-kim@hosted.test", "grey-lea@hosted.test"]), QUIT], after=3.5),
    talk("198.51.100.201", *letter("bot@c.example", "grey-kim@hosted.test", "reject"), QUIT),
    talk("192.0.2.104", *letter("friend@d.example", ["kim@hosted.test", "lea@hosted.test"]), QUIT, tls=True),
    talk("192.0.2.104", *letter("friend@d.example", "kim@hosted.test", subject="buy gold", eod="reject"), QUIT),
    talk("192.0.2.104", *letter("friend@d.example", "kim@hosted.test", subject="later please", eod="reject"), QUIT),
    talk("192.0.2.104", *letter("fake@d.example", "kim@hosted.test", subject="fake it", eod="reject"), QUIT),
    talk("192.0.2.104", *letter("away@d.example", "kim@hosted.test", subject="throw away"), QUIT),
    talk("192.0.2.104", *letter("blocked@d.example", "kim@hosted.test", mailed="reject"), QUIT),
    talk("192.0.2.104", *letter("moving@d.example", "kim@hosted.test", mailed="reject"), QUIT),
    talk("192.0.2.104", *letter("nodata@d.example", "kim@hosted.test", data="reject"), QUIT),
    talk("192.0.2.104", ("MAIL FROM:<big@d.example> SIZE=99000000", "reject"), QUIT),
    talk("192.0.2.104", *letter("friend@d.example", "code550@hosted.test", "reject"), QUIT),
    talk("192.0.2.104", *letter("friend@d.example", "code451@hosted.test", "reject"), QUIT),
    talk("192.0.2.104", *letter("friend@d.example", "lines@hosted.test", "reject"), QUIT),
    talk("192.0.2.104", *letter("friend@d.example", "drop@hosted.test", "reject")),
    talk("192.0.2.104", *letter("unqualified", "kim@hosted.test", mailed="reject"), QUIT),
    talk("192.0.2.104", ("MAIL FROM:<friend@d.example>", None), ("RCPT TO:<unqualified>", "reject"), QUIT),
    talk("192.0.2.104", *letter("nouser-9@ok.example", "callout@hosted.test", "reject"), QUIT),
    talk("192.0.2.104", *letter("friend@d.example", ["n%d@hosted.test" % n for n in range(1, 5)]), QUIT),
    talk("192.0.2.104", ("MAIL FROM:<friend@d.example>", None), *[("RCPT TO:<n%d@hosted.test>" % n, None)
                                                                for n in range(1, 6)],
         ("RCPT TO:<n6@hosted.test>", "reject"), QUIT),
    talk("192.0.2.105", QUIT, helo="bad.helo.example", hello="reject"),
    talk("192.0.2.105", QUIT, helo="under_score!", hello="reject"),
    talk("192.0.2.105", ("MAIL FROM:<early@e.example>", "reject"), QUIT, helo=""),
    talk("198.51.101.7", greeting="reject"),
    talk("198.51.100.202", greeting="reject"),
    talk("192.0.2.106", QUIT, greeting="reject", eager=True),
    # passwords
    talk("198.51.100.201", ("AUTH PLAIN AGJvYgB3cm9uZw==", "auth"), ("AUTH PLAIN AGFubgB3cm9uZw==", "auth"), QUIT),
    talk("192.0.2.101", ("AUTH PLAIN AGxhdGVyAHNlY3JldA==", "auth"), QUIT),
    talk("192.0.2.101", ("AUTH PLAIN AGJvYgBzZWNyZXQ=", None), *letter("bob@home.example", "kim@hosted.test"), QUIT),
    talk("192.0.2.101", ("AUTH LOGIN", None), ("Ym9i", None), ("d3Jvbmc=", "auth"), QUIT),
    # clumsy ones
    talk("192.0.2.103", ("EXPN staff", "reject"), ("VRFY kim", "reject"), ("ETRN #x", "reject"), QUIT),
    talk("198.51.100.201", ("MAIL FROM:<x@c.example>", None), ("DROP", "failed")),
    talk("198.51.100.201", ("GET / HTTP/1.1", None), ("Host: x", None), ("User-Agent: y", None), ("Accept: z", "failed")),
    talk("198.51.100.201", *[("MAIL FROM nonsense %d" % n, None) for n in range(3)],
         ("RSET now", None), ("NOOP", "failed"), clumsy=True),
    talk("198.51.100.201", ("MAIL FROM:<x@c.example>", None), ("HANG", "failed")),
    talk("198.51.100.201", ("STARTTLS", None), ("nonsense instead of a handshake", "failed"), blunt=True),
]


def addresses():
    pairs = [d["ip"] for d in (*SENDERS.values(), *RECEIVERS.values(), *SINKS.values())]
    return sorted({*pairs, *DEAD_IPS.values(), *CLIENTS})


if __name__ == "__main__" and sys.argv[1:] == ["addresses"]:
    print("\n".join(addresses()))
