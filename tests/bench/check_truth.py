#!/usr/bin/env python3
"""Holds the summary of `smtplog analyze --format json` (or recount.py's) against the truth of the generator, figure by figure.

usage: check_truth.py TRUTH.json ACTUAL.json [--all]
Prints a table of what differs (--all: of everything). Exit status: 0 all figures agree, 1 some differ, 2 unusable input.
Counts must be equal. Shares are worked out from the truth's counts and may differ by rounding; quantiles of the wait by the
bound of the sketch (1 %) and a second; the greatest wait likewise.
"""
import datetime
import json
import sys

PRIVATE = ('generator', 'words')    # the generator's own keys: not part of a summary


def flatten(value, path=''):
    """{'a': {'b': 1}} -> {'a.b': 1}"""
    if not isinstance(value, dict):
        return {path: value}
    flat = {}
    for key, below in value.items():
        flat.update(flatten(below, path + '.' + key if path else key))
    return flat


def codes_by_number(codes):
    """The summary lists codes, the truth has them by number."""
    if isinstance(codes, dict):
        return codes
    return {str(entry['code']): entry for entry in codes}


def share(part, whole):
    return part / whole if whole else None


def add_shares(truth):
    """Shares follow from the counts; the summary prints them."""
    head = truth['greylisting_450_vs_hard_550']
    for name in ('greylisted', 'greylisted_450', 'hard', 'hard_550'):
        head['share_' + name] = share(head[name], head['recipients_refused'])
    grey = truth['greylisting']
    grey['recovery_share'] = share(grey['recovered'], grey['recovered'] + grey['lost'])


def instant(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).replace(microsecond=0)


def equal(path, want, have):
    if have is None:
        # A table may leave out what is zero.
        return want is None or (want == 0 and not path.startswith(('lines.', 'greylisting.', 'hard.', 'recipients.')))
    if path.startswith('period.'):
        return instant(want) == instant(have)
    if '.wait.' in path:
        return abs(want - have) <= 1 + 0.011 * want
    if want is None:    # a share without a denominator
        return have == 0
    if isinstance(want, float):
        return abs(want - have) <= 0.0006
    return want == have


def unexpected(want, have):
    """Codes that the truth does not know: entries made up by whoever counted."""
    extra = []
    for path in ('codes', 'greylisting.by_code', 'hard.by_code', 'hard.recipients_by_code', 'rejects.by_code',
                 'rejects.by_implied_code', 'rejects.by_stage'):
        below = path + '.'
        known = {key[len(below):].split('.')[0] for key in want if key.startswith(below)}
        found = {key[len(below):].split('.')[0] for key in have if key.startswith(below)}
        extra += [(below + key, 'none', have.get(below + key, 'some')) for key in sorted(found - known)]
    return [row for row in extra if row[2] != 0]


def compare(truth, actual):
    full = not actual.get('recount')    # recount.py leaves out shares, the period and empty bins
    if full:
        add_shares(truth)
    actual['codes'] = codes_by_number(actual.get('codes', []))
    actual['codes'] = {code: {key: entry.get(key) for key in ('count', 'implied', 'outbound', 'inbound')}
                       for code, entry in actual['codes'].items()}
    want = flatten({key: value for key, value in truth.items() if key not in PRIVATE})
    have = flatten(actual)
    rows = []
    for path, value in want.items():
        if not full and path.startswith(('period.', 'lines.')) and path not in have:
            continue
        rows.append((path, value, have.get(path), equal(path, value, have.get(path))))
    rows += [(path, value, other, False) for path, value, other in unexpected(want, have)]
    return rows


def main(arguments):
    show_all = '--all' in arguments
    paths = [argument for argument in arguments if argument != '--all']
    if len(paths) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(paths[0]) as truth_file, open(paths[1]) as actual_file:
            rows = compare(json.load(truth_file), json.load(actual_file))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f'check_truth: {error!r}', file=sys.stderr)
        return 2
    wrong = [row for row in rows if not row[3]]
    shown = rows if show_all else wrong
    if shown:
        width = max(len(row[0]) for row in shown)
        print(f'{"figure":{width}} {"truth":>14} {"found":>14}')
        for path, want, have, good in shown:
            want, have = (f'{value:.4f}' if isinstance(value, float) else str(value) for value in (want, have))
            print(f'{path:{width}} {want:>14} {have:>14}{"" if good else "  <-- differs"}')
    print(f'{len(rows)} figures compared, {len(wrong)} differ')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
