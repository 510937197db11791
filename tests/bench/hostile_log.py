#!/usr/bin/env python3
"""Writes a log of lines that are made to be dear: what an expression may try to match from every place of a long line. The
attacker's text stands where a client or a server can put it: HELO, addresses, replies.

usage: hostile_log.py from|equals LENGTH BYTES >hostile.log     (LENGTH of the junk in a line)
"""
import sys

POSTFIX = ('mx1 postfix/smtpd[999]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 554 5.7.1 <x>: Helo command rejected: {junk}; '
           'from=<s@a.example> to=<b@example.org> proto=ESMTP helo=<x>',
           'mx1 postfix/smtpd[999]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 450 4.7.1 {junk}',
           'mx1 postfix/smtp[998]: ABCDEF0123: host mx1.a.example[192.0.2.8] said: 451 4.3.0 {junk} (in reply to RCPT TO command)',
           'mx1 postfix/smtp[998]: ABCDEF0123: to=<b@a.example>, relay=mx1.a.example[192.0.2.8]:25, delay=1, delays=0/0/0/1, '
           'dsn=5.0.0, status=bounced (host mx1.a.example[192.0.2.8] said: 550 {junk} (in reply to RCPT TO command))',
           'mx1 postfix/smtpd[999]: lost connection after RCPT from {junk}')
EXIM = ('1vXbcd-0000Ab-2e <= a@a.example H=({junk}) [192.0.2.9] P=esmtp S=450',
        '1vXbcd-0000Ab-2e => b@a.example {junk}',
        '1vXbcd-0000Ab-2e ** b@a.example R=dnslookup T=remote_smtp H=mx1.a.example [192.0.2.8]: SMTP error from remote mail server '
        'after RCPT TO:<b@a.example>: 550 {junk}',
        'H=({junk}) [192.0.2.9] F=<s@a.example> rejected RCPT <b@example.org>: 550 {junk}',
        'H={junk} rejected RCPT')


def main(kind, length, size):
    piece = {'from': '; from=<a', 'equals': 'a=a='}[kind]
    shapes, stamp = (POSTFIX, 'Nov  2 {}') if kind == 'from' else (EXIM, '2026-11-02 {}')
    junk = (piece * (length // len(piece) + 1))[:length]
    written = number = 0
    while written < size:
        time = f'{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}'
        line = stamp.format(time) + ' ' + shapes[number % len(shapes)].format(junk=junk) + '\n'
        written += len(line)
        number += 1
        sys.stdout.write(line)


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
