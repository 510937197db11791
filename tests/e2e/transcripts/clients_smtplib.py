"""A session by Python's smtplib with its debug output; runs under Python 2.7 and 3.
usage: clients_smtplib.py PORT LEVEL SENDER RECIPIENT,... [tls] [login USER] [lmtp]"""
import smtplib
import ssl
import sys

port, level, sender, recipients = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4].split(",")
words = sys.argv[5:]
BODY = """From: %s\r\nTo: %s\r\nSubject: figures\r\n\r\n550 5.1.1 fake reply in a body\r\n250 ok\r\n354 go on
reply: b'550 5.7.1 quoted'\r\nSERVER -> CLIENT: 550 no\r\n.\r\n< 554 no reply\r\n221 bye\r\n""" % (sender, recipients[0])
kind = smtplib.LMTP if "lmtp" in words else smtplib.SMTP
server = kind("127.0.0.1", port) if sys.version_info[0] > 2 and level == 9 else None
if server is None:
    server = kind()
    server.set_debuglevel(level)
    server._host = "localhost"
    server.connect("127.0.0.1", port)
try:
    if "tls" in words:
        server.ehlo()
        if sys.version_info[0] > 2:
            server.starttls(context=ssl._create_unverified_context())
        else:
            server.starttls()
        server.ehlo()
    if "login" in words:
        server.login(words[words.index("login") + 1], "geheim")
    server.sendmail(sender, recipients, BODY)
except smtplib.SMTPException as error:
    print("failed: %s" % type(error).__name__)
try:
    server.quit()
except smtplib.SMTPException:
    pass
