#!/usr/bin/env python3
"""Counts a generated Postfix log again, in the simplest way: a few regular expressions and dictionaries, written from the
counting rules alone. Prints the same keys as the generator's truth, so that one can be held against the other.
It knows the lines the generator writes, no others: it is no log analyzer.

usage: recount.py LOG > recount.json
"""
import calendar
import collections
import ipaddress
import json
import re
import sys

HEADER = re.compile(r'(?:(\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d)|(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)\+00:00)'
                    r' (\S+) ([^\s\[:]+)(?:\[(\d+)\])?: (.*)')
QUEUE_ID = re.compile(r'((?:[0-9A-F]{6,12}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10}z[0-9A-Za-z]+)): (.*)')
DELIVERY = re.compile(r'to=<([^>]*)>, (?:orig_to=<([^>]*)>, )?relay=.*?, dsn=(\S+), status=(\w+) \((.*)\)$')
REFUSED = re.compile(r'host \S+ (?:said|refused to talk to me): (\d{3})(.*)')
REJECT = re.compile(r'reject: (\w+) from (\S+): (\d{3}) (.*)')
PARTIES = re.compile(r'; from=<([^>]*)>,? to=<([^>]*)>,? proto=')
ADDRESS = re.compile(r'\[([0-9a-f.:]+)\]')
GREY = re.compile(r'gr[ea]y-?list', re.I)
MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()
ORDER = 'bounced expired deferred unknown discarded forwarded delivered'.split()
DAY = 86400


class Recipient:
    def __init__(self):
        self.state = None
        self.grey_at = None
        self.grey_450 = self.last_grey = self.deferred = self.refused = self.possible = self.behaves = False
        self.bounce = 0


class Message:
    def __init__(self):
        self.sender = None
        self.size = self.count = 0
        self.client = None
        self.recipients = collections.OrderedDict()


class Count:
    def __init__(self):
        self.n = collections.Counter()
        self.code = collections.defaultdict(lambda: {'count': 0, 'outbound': 0, 'inbound': 0})
        self.table = collections.defaultdict(collections.Counter)
        self.open = {}
        self.logins = {}
        self.triplets = {}      # key -> [refused, greylisted since, 550, state]
        self.waits = []
        self.first = self.last = None

    def reply(self, code, direction):
        self.code[code]['count'] += 1
        self.code[code][direction] += 1

    # --- the lines ---

    def line(self, raw):
        self.n['read'] += 1
        match = HEADER.match(raw)
        when = stamp(match)
        self.first = self.first if self.first is not None else when
        self.last = when
        host, tag, pid, text = match.group(13, 14, 15, 16)
        if not tag.startswith('postfix/'):
            self.n['context' if tag == 'postgrey' and text.startswith('action=') else 'foreign'] += 1
            return
        self.n['event' if self.postfix(when, host, tag.rsplit('/', 1)[1], pid, text) else 'context'] += 1

    def postfix(self, when, host, daemon, pid, text):
        """True when the line is an event."""
        if daemon in ('smtpd', 'postscreen'):
            return self.server(host, pid, text, when)
        match = QUEUE_ID.match(text)
        if match is None:
            return text.startswith('connect to ')
        key, text = (host, match.group(1)), match.group(2)
        if daemon == 'qmgr':
            return self.queue(key, text)
        if daemon in ('cleanup', 'bounce', 'pickup'):
            self.n['received'] += daemon == 'pickup'
            return False
        match = DELIVERY.match(text)
        if match is not None:
            self.delivery(when, key, *match.groups())
            return True
        self.reply(REFUSED.match(text).group(1), 'outbound')
        return True

    def server(self, host, pid, text, when):
        match = REJECT.search(text)
        if match is not None:
            self.reject(when, text, *match.groups())
            return True
        if 'SASL' in text and 'authentication failed' in text:
            self.logins[host, pid] = self.logins.get((host, pid), 0) + 1
            self.n['login_failed'] += 1
            return True
        if text.startswith('disconnect from '):
            match = re.search(r' auth=(\d+)/(\d+)', text)
            seen = self.logins.pop((host, pid), 0)
            if match is not None:
                self.n['login_failed'] += max(int(match.group(2)) - int(match.group(1)) - seen, 0)
            return False
        match = QUEUE_ID.match(text)
        if match is not None:
            message = self.open.setdefault((host, match.group(1)), Message())
            message.client = ADDRESS.search(text).group(1)
            self.n['received'] += 1
            self.n['login_ok'] += 'sasl_username=' in text
            return False
        return text.startswith(('lost connection', 'timeout', 'HANGUP'))

    def reject(self, when, text, stage, client, code, reply):
        self.reply(code, 'inbound')
        self.table['reject_stage'][stage.lower()] += 1
        self.table['reject_code'][code] += 1
        grey = code[0] == '4' and GREY.search(reply) is not None
        self.n['reject_grey'] += grey
        self.n['reject_grey_450'] += grey and code == '450'
        parties = PARTIES.search(text)
        if parties is None:
            return
        key = triplet(ADDRESS.search(client).group(1), *parties.groups())
        state = self.triplets.setdefault(key, {'grey': None, '450': False, '550': False, 'back': False})
        state['550'] |= code == '550'
        if grey:
            state['grey'] = when if state['grey'] is None else state['grey']
            state['450'] |= code == '450'

    def queue(self, key, text):
        message = self.open.setdefault(key, Message())
        match = re.match(r'from=<([^>]*)>, (?:size=(\d+), nrcpt=(\d+)|status=expired)', text)
        if match is None:               # removed
            self.close(self.open.pop(key))
        elif match.group(2) is None:    # expired
            for recipient in message.recipients.values():
                if recipient.state == 'deferred':
                    recipient.state = 'expired'
        else:
            message.sender, message.size, message.count = match.group(1), int(match.group(2)), int(match.group(3))
        return False

    def delivery(self, when, key, address, alias, dsn, status, text):
        self.n['word_' + status] += 1
        message = self.open.setdefault(key, Message())
        recipient = message.recipients.setdefault(address, Recipient())
        self.come_back(when, message, alias or address)
        stale = text.startswith('delivery temporarily suspended: ')
        refused = REFUSED.match(text[len('delivery temporarily suspended: '):] if stale else text)
        code = refused.group(1) if refused else text[:3] if text.startswith('250 ') else None
        if code:
            self.reply(code, 'outbound')
        recipient.state = {'sent': 'delivered'}.get(status, status)
        if text.startswith('forwarded as '):
            recipient.state = 'forwarded'
        if 'relay=none' in text or (status == 'sent' and re.fullmatch(r'[\w.-]+', text)):
            recipient.state = 'discarded'
        if stale:
            return
        self.n['attempts'] += 1
        self.table['attempt'][recipient.state] += 1
        grey = False
        if code and code[0] in '45':
            grey = self.refusal(when, recipient, code, refused.group(2))
        recipient.deferred |= status == 'deferred' and not grey
        if status == 'bounced' and code and code[0] == '5':
            recipient.bounce = code
            self.table['hard_code'][code] += 1
        if recipient.state == 'delivered' and recipient.grey_at is not None:
            self.waits.append(when - recipient.grey_at)

    def refusal(self, when, recipient, code, reply):
        self.n['refusals'] += 1
        grey = code[0] == '4' and GREY.search(reply) is not None
        possible = code == '451' and 'Try again later' in reply
        recipient.behaves |= possible and not recipient.refused
        recipient.possible |= possible
        recipient.refused = True
        recipient.last_grey = grey
        self.n['possible'] += possible
        if grey:
            self.table['grey_code'][code] += 1
            recipient.grey_at = when if recipient.grey_at is None else recipient.grey_at
            recipient.grey_450 |= code == '450'
        return grey

    def come_back(self, when, message, address):
        if message.client is None or not message.sender:
            return
        state = self.triplets.get(triplet(message.client, message.sender, address))
        if state and state['grey'] is not None and when - state['grey'] <= DAY:
            state['back'] = True

    # --- the end ---

    def close(self, message):
        while len(message.recipients) < message.count:
            message.recipients[len(message.recipients)] = Recipient()
        for recipient in message.recipients.values():
            recipient.state = recipient.state or 'unknown'
            self.recipient(message, recipient)
        states = [recipient.state for recipient in message.recipients.values()]
        if states:
            self.table['message'][min(states, key=ORDER.index)] += 1

    def recipient(self, message, recipient):
        null, state = message.sender == '', recipient.state
        self.table['recipient'][state] += 1
        self.table['null'][state] += null
        self.n['refused'] += recipient.refused
        self.n['possible_recipients'] += recipient.possible
        if state == 'delivered':
            self.n['bytes'] += message.size
            self.n['behaved'] += recipient.behaves
            self.n['after_grey' if recipient.grey_at is not None else 'after_deferral' if recipient.deferred else 'first'] += 1
        if state == 'bounced' and recipient.bounce:
            self.table['hard_recipient'][recipient.bounce] += 1
            self.n['hard_null'] += null
        elif state == 'bounced':
            self.n['no_reply'] += 1
        if recipient.grey_at is not None:
            self.n['grey'] += 1
            self.n['grey_450'] += recipient.grey_450
            self.n['both'] += state == 'bounced' and recipient.bounce == '550'
            self.table['grey'][grey_end(recipient)] += 1

    def finish(self):
        for message in self.open.values():
            self.close(message)
        for state in self.triplets.values():
            if state['grey'] is not None:
                late = int(self.last) - int(state['grey']) >= DAY
                self.table['back']['recovered' if state['back'] else 'never_returned' if late else 'waiting'] += 1


def stamp(match):
    if match.group(1):
        month, day, hour, minute, second = match.group(1, 2, 3, 4, 5)
        return calendar.timegm((2026, MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second)))
    return calendar.timegm(tuple(int(part) for part in match.group(6, 7, 8, 9, 10, 11))) + float(match.group(12))


def triplet(client, sender, recipient):
    address = ipaddress.ip_address(client)
    net = ipaddress.ip_network((address, 24 if address.version == 4 else 64), strict=False)
    return str(net), sender.lower(), recipient.lower()


def grey_end(recipient):
    if recipient.state == 'delivered':
        return 'recovered'
    if recipient.state == 'bounced' and recipient.bounce:
        return 'refused_later'
    if recipient.state == 'expired' and recipient.last_grey:
        return 'lost'
    return 'waiting' if recipient.state in ('deferred', 'unknown') else 'other'


def quantile(waits, share):
    return sorted(waits)[max(-(-len(waits) * share // 100) - 1, 0)]


def result(count):
    n, table = count.n, count.table
    total = lambda name: sum(table[name].values())
    states = lambda name: {state: table[name][state] for state in ORDER}
    greylisting = {'events': total('grey_code'), 'by_code': dict(table['grey_code']), 'recipients': n['grey'],
                   'possible': {'events': n['possible'], 'recipients': n['possible_recipients']},
                   'behaved_like': {'recipients': n['behaved']},
                   'inbound': {'events': n['reject_grey'], 'triplets': total('back'),
                               **{end: table['back'][end] for end in ('recovered', 'waiting', 'never_returned')}}}
    greylisting.update({end: table['grey'][end] for end in ('recovered', 'refused_later', 'lost', 'waiting', 'other')})
    if count.waits:
        greylisting['wait'] = {'p50': quantile(count.waits, 50), 'p90': quantile(count.waits, 90),
                               'p95': quantile(count.waits, 95), 'max': max(count.waits)}
    some = lambda key: sum(1 for state in count.triplets.values() if state[key])
    return {
        'recount': True,
        'lines': {key: n[key] for key in ('read', 'event', 'context', 'foreign')},
        'events': n['event'],
        'words': {word: n['word_' + word] for word in ('sent', 'deferred', 'bounced')},
        'codes': count.code,
        'greylisting_450_vs_hard_550': {
            'recipients_refused': n['refused'], 'greylisted': n['grey'], 'greylisted_450': n['grey_450'],
            'hard': total('hard_recipient'), 'hard_550': table['hard_recipient']['550'], 'both': n['both'],
            'lines': {'refusals': n['refusals'], 'greylisting': total('grey_code'), 'greylisting_450': table['grey_code']['450'],
                      'hard': total('hard_code'), 'hard_550': table['hard_code']['550']},
            'inbound': {'triplets_refused': len(count.triplets), 'greylisted': some('grey'), 'greylisted_450': some('450'),
                        'rejected_550': some('550'), 'rejected_550_implied': 0,
                        'lines': {'refusals': total('reject_code'), 'greylisting': n['reject_grey'],
                                  'greylisting_450': n['reject_grey_450'], 'rejected_550': table['reject_code']['550'],
                                  'rejected_550_implied': 0}}},
        'greylisting': greylisting,
        'hard': {'events': total('hard_code'), 'by_code': dict(table['hard_code']), 'recipients': total('hard_recipient'),
                 'recipients_by_code': dict(table['hard_recipient']), 'bounced_without_reply': n['no_reply'],
                 'null_sender': {'recipients': n['hard_null']}},
        'attempts': {'total': n['attempts'], **{state: table['attempt'][state] for state in ('delivered', 'deferred', 'bounced')}},
        'recipients': {'total': total('recipient'), **states('recipient'), 'delivered_first_try': n['first'],
                       'delivered_after_greylisting': n['after_grey'], 'delivered_after_deferral': n['after_deferral'],
                       'null_sender': {'total': total('null'), **states('null')}},
        'messages': {'received': n['received'], **states('message'), 'bytes_delivered': n['bytes']},
        'rejects': {'total': total('reject_code'), 'by_code': dict(table['reject_code']), 'by_stage': dict(table['reject_stage'])},
        'auth': {'ok': n['login_ok'], 'failed': n['login_failed']},
    }


def main():
    count = Count()
    with open(sys.argv[1], encoding='utf-8', errors='replace', newline='\n') as log:
        for line in log:
            count.line(line.rstrip('\n'))
    count.finish()
    json.dump(result(count), sys.stdout, indent=1)


if __name__ == '__main__':
    main()
