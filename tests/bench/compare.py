#!/usr/bin/env python3
"""Runs smtplog and its peers in turn (A B C, A B C, ...) on the same files and prints medians: wall time (and the
best), CPU time, peak memory, how smtplog relates to each, and beside that what is aimed at. Decides nothing: times are for
people to read.

usage: compare.py --measure PROGRAM --smtplog BINARY --root DIR --logs DIR --result JSON [--runs 5] [--slow-runs 3] ROWS...
ROWS: postfix gzip rotations exim transcript events growth cardinality open hostile start (run.sh makes the logs that each needs)
"""
import argparse
import glob
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GREP = 'status=(sent|deferred|bounced)'


class Entry:
    def __init__(self, name, command, paths, runs, environment=None, plain=None, quiet=False):
        self.name, self.command, self.paths, self.runs = name, command, paths, runs
        self.plain = plain or paths     # of gzip files: what they hold
        self.environment = dict(os.environ, **(environment or {}))
        self.quiet = quiet              # output to /dev/null, not to a file
        self.samples = []
        self.failure = None

    def median(self, key):
        return statistics.median(sample[key] for sample in self.samples)

    def summary(self):
        wall, size = self.median('wall'), sum(os.path.getsize(path) for path in self.plain)
        best = min(sample['wall'] for sample in self.samples)
        return {'name': self.name, 'command': self.command, 'file': ' '.join(os.path.basename(path) for path in self.paths),
                'bytes': size, 'runs': len(self.samples), 'wall': round(wall, 5), 'best': round(best, 5), 'cpu': round(self.median('cpu'), 5),
                'rss_mib': round(max(sample['rss_kib'] for sample in self.samples) / 1024, 1),
                'mb_per_second': round(size / wall / 1e6, 1), 'ms': round(wall * 1e3, 2),
                'wall_all': [round(sample['wall'], 5) for sample in self.samples]}


def find(root, name):
    """A peer: unpacked under ROOT, or installed."""
    for place in ('usr/sbin', 'usr/bin'):
        path = os.path.join(root, place, name)
        if os.path.exists(path):
            return path
    return shutil.which(name)


class Plan:
    """What is to be measured, each thing once, however many rows need it; and what cannot be."""

    def __init__(self, options):
        self.options = options
        self.entries = {}
        self.missing = []
        modules = subprocess.run([os.path.join(HERE, 'perl_path.sh'), options.root], check=True, capture_output=True, text=True)
        self.perl = {'PERL5LIB': modules.stdout.strip()}

    def path(self, name):
        return os.path.join(self.options.logs, name)

    def add(self, name, command, *paths, **more):
        more.setdefault('runs', self.options.runs)
        if name not in self.entries:
            self.entries[name] = Entry(name, command + list(paths), paths, **more)

    def absent(self, name):
        if name not in self.missing:
            self.missing.append(name)

    def peer(self, name, before, *paths, program=None, **more):
        """A peer that a machine may lack. BEFORE: words between the program and the files."""
        program = program or name.split()[0]
        found = find(self.options.root, program)
        if found is None:
            self.absent(program)
        else:
            self.add(name, [found] + before, *paths, **more)

    def perl_peer(self, name, *paths):
        program = name.split(',')[0]
        found = find(self.options.root, program)
        if found is None:
            self.absent(program)
        else:
            self.add(name, ['perl', found], *paths, runs=self.options.slow_runs, environment=self.perl)

    def analyze(self, name, words, *paths, **more):
        self.smtplog(name, ['analyze', '--year', '2026', '--tz', 'UTC', '--format', 'text'] + words, *paths, **more)

    def smtplog(self, name, words, *paths, **more):
        if os.access(self.options.smtplog, os.X_OK):
            self.add(name, [self.options.smtplog] + words, *paths, **more)
        else:
            self.absent('smtplog')


# ---- the rows: what is run for each ------------------------------------------------------------------------------------

def postfix(plan):
    log = plan.path('main.log')
    plan.add('wc -l', ['wc', '-l'], log)
    plan.add('grep -cE', ['grep', '-cE', GREP], log, environment={'LC_ALL': 'C'})
    plan.peer('rg -c', ['-c', GREP], log)
    plan.perl_peer('pflogsumm', log)
    plan.analyze('smtplog -j 1', ['-j', '1'], log)
    plan.analyze('smtplog -j 2', ['-j', '2'], log)


def compressed(plan):
    log, packed = plan.path('main.log'), plan.path('main.log.gz')
    plan.add('zcat', ['zcat'], packed, plain=[log], quiet=True)
    for jobs in ('1', '2'):
        plan.analyze(f'smtplog -j {jobs}, gzip', ['-j', jobs], packed, plain=[log])


def rotations(plan):
    parts = sorted(glob.glob(plan.path('part.log.*.gz')))
    log = plan.path('main.log')
    plan.add('zcat, 4 files', ['zcat'], *parts, plain=[log], quiet=True)
    for jobs in ('1', '2'):
        plan.analyze(f'smtplog -j {jobs}, 4 gzip', ['-j', jobs], *parts, plain=[log])


def exim(plan):
    log = plan.path('exim.log')
    plan.perl_peer('eximstats', log)
    plan.analyze('smtplog -j 1, exim', ['-j', '1'], log)
    plan.analyze('smtplog -j 2, exim', ['-j', '2'], log)


def transcript(plan):
    plan.analyze('smtplog -j 1, transcript', ['-j', '1'], plan.path('transcript.log'))


def events(plan):
    log = plan.path('main.log')
    plan.perl_peer('pflogsumm', log)
    for form in ('ndjson', 'tsv'):
        words = ['events', '--year', '2026', '--tz', 'UTC', '--format', form, '-j', '1']
        plan.smtplog(f'smtplog events, {form}', words, log, quiet=True)


def growth(plan):
    for name, log in (('', 'main.log'), (', small', 'small.log')):
        plan.perl_peer('pflogsumm' + name, plan.path(log))
        plan.analyze('smtplog -j 1' + name, ['-j', '1'], plan.path(log))


def cardinality(plan):
    for name, log in ((', high', 'high.log'), (', high, small', 'high-small.log')):
        plan.analyze('smtplog -j 1' + name, ['-j', '1'], plan.path(log))


def left_open(plan):
    plan.analyze('smtplog -j 1, open', ['-j', '1'], plan.path('open.log'))


HOSTILE = ('from-4k', 'from-60k', 'equals-4k', 'equals-60k')


def hostile(plan):
    for name in HOSTILE:
        plan.analyze(f'smtplog -j 1, {name}', ['-j', '1'], plan.path(f'hostile-{name}.log'))


def start(plan):
    plan.analyze('smtplog analyze, 2 KB', [], plan.path('start.log'))
    plan.smtplog('smtplog explain 450', ['explain', '450'], runs=plan.options.runs)


ROWS = {'postfix': postfix, 'gzip': compressed, 'rotations': rotations, 'exim': exim, 'transcript': transcript,
        'events': events, 'growth': growth, 'cardinality': cardinality, 'open': left_open, 'hostile': hostile, 'start': start}

GROWTH = 8      # what is aimed at for a large file against a small one holds for eight times the size

# What is held against what: name of ours, name of theirs, and what is aimed at: {figure: at most}.
PAIRS = [('smtplog -j 1', 'pflogsumm', {'wall': 1 / 30}), ('smtplog -j 2', 'pflogsumm', {}),
         ('smtplog -j 1', 'grep -cE', {'wall': 2.2}), ('smtplog -j 2', 'grep -cE', {}), ('smtplog -j 1', 'rg -c', {}),
         ('smtplog -j 1', 'wc -l', {}), ('smtplog -j 2', 'smtplog -j 1', {'wall': 0.58}),
         ('smtplog -j 1, gzip', 'zcat', {'wall': 0.80}), ('smtplog -j 2, gzip', 'zcat', {'wall': 0.52}),
         ('smtplog -j 1, 4 gzip', 'zcat, 4 files', {}), ('smtplog -j 2, 4 gzip', 'zcat, 4 files', {'wall': 0.40}),
         ('smtplog -j 1, exim', 'eximstats', {'wall': 1 / 30}), ('smtplog -j 2, exim', 'smtplog -j 1, exim', {}),
         ('smtplog events, ndjson', 'pflogsumm', {'wall': 1 / 20}), ('smtplog events, tsv', 'pflogsumm', {}),
         ('smtplog -j 1', 'smtplog -j 1, small', {'wall': 8.4, 'rss': 1.15}),
         ('smtplog -j 1, high', 'smtplog -j 1, high, small', {}), ('pflogsumm', 'pflogsumm, small', {})]

# Figures that stand for themselves: name, figure, unit, at most (a figure of speed: at least).
FIGURES = [('smtplog -j 1', 'rss_mib', 'MiB', 8), ('smtplog -j 1, gzip', 'rss_mib', 'MiB', 12),
           ('smtplog -j 1, high', 'rss_mib', 'MiB', 24), ('smtplog -j 1, exim', 'rss_mib', 'MiB', 8),
           ('smtplog -j 2', 'rss_mib', 'MiB', 16), ('smtplog -j 2, gzip', 'rss_mib', 'MiB', 20),
           *((f'smtplog -j 1, {name}', 'mb_per_second', 'MB/s', 100) for name in HOSTILE),
           ('smtplog analyze, 2 KB', 'ms', 'ms', 15), ('smtplog explain 450', 'ms', 'ms', 15)]


# ---- measuring, and what comes of it -----------------------------------------------------------------------------------

def run_all(entries, options):
    scratch = os.path.join(os.path.dirname(os.path.abspath(options.result)), 'stdout')
    for turn in range(max((entry.runs for entry in entries), default=0)):
        for entry in entries:
            if turn >= entry.runs or entry.failure:
                continue
            output = '/dev/null' if entry.quiet else scratch
            done = subprocess.run([options.measure, output] + entry.command, env=entry.environment, capture_output=True, text=True)
            sample = json.loads(done.stdout) if done.returncode == 0 else {'status': done.returncode}
            # 3: lines that are no log lines, as hostile ones may be; the work was done.
            if sample['status'] != 0 and not (sample['status'] == 3 and 'hostile' in entry.command[-1]):
                entry.failure = f'exit status {sample["status"]}: {done.stderr.strip()[:200]}'
                continue
            sample['cpu'] = sample['user'] + sample['sys']
            entry.samples.append(sample)
            print(f'  {turn + 1}  {entry.name:26} {sample["wall"]:8.3f} s', file=sys.stderr, flush=True)


def ratios_of(results):
    ratios = []
    for ours, theirs, aim in PAIRS:
        if ours in results and theirs in results:
            one, two = results[ours], results[theirs]
            row = {'name': f'{ours} / {theirs}', 'wall': round(one['wall'] / two['wall'], 4),
                   'best': round(one['best'] / two['best'], 4),
                   'cpu': round(one['cpu'] / max(two['cpu'], 1e-6), 4), 'rss': round(one['rss_mib'] / max(two['rss_mib'], 0.1), 3)}
            times = one['bytes'] / two['bytes']
            row['aim'] = {key: round(bound, 4) for key, bound in aim.items()} if times < 1.01 or abs(times - GROWTH) < 0.5 else {}
            ratios.append(row)
    return ratios


def figures_of(results):
    return [{'name': name, 'figure': figure, 'unit': unit, 'value': results[name][figure], 'aim': aim}
            for name, figure, unit, aim in FIGURES if name in results]


def machine():
    model = ''
    with open('/proc/cpuinfo') as cpuinfo:
        for line in cpuinfo:
            if line.startswith('model name'):
                model = line.split(':', 1)[1].strip()
                break
    return {'cpu': model, 'cpus': os.cpu_count(), 'kernel': platform.release(), 'python': platform.python_version()}


def print_tables(found, failures, missing):
    print(f'{"":28} {"runs":>4} {"wall s":>9} {"best s":>9} {"CPU s":>9} {"MB/s":>9} {"RSS MiB":>9}')
    for row in found['results']:
        print(f'{row["name"]:28} {row["runs"]:4} {row["wall"]:9.3f} {row["best"]:9.3f} {row["cpu"]:9.3f} '
              f'{row["mb_per_second"]:9.1f} {row["rss_mib"]:9.1f}')
    if found['ratios']:
        print(f'\n{"ratio":46} {"wall":>9} {"best":>9} {"CPU":>9} {"RSS":>9}   aim')
    for row in found['ratios']:
        aim = ', '.join(f'{"RSS" if key == "rss" else key} {bound}' for key, bound in row['aim'].items())
        print(f'{row["name"]:46} {row["wall"]:9.4f} {row["best"]:9.4f} {row["cpu"]:9.4f} {row["rss"]:9.3f}   {aim}'.rstrip())
    if found['figures']:
        print(f'\n{"figure":46} {"":39}   aim')
    for row in found['figures']:
        bound = 'at least' if row['figure'] == 'mb_per_second' else 'at most'
        print(f'{row["name"]:46} {row["value"]:9.1f} {row["unit"]:29}   {bound} {row["aim"]}')
    for name, failure in failures.items():
        print(f'failed: {name}: {failure}')
    for name in missing:
        print(f'missing, skipped: {name}')


def main():
    parser = argparse.ArgumentParser()
    for name in ('measure', 'smtplog', 'root', 'logs', 'result'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--slow-runs', type=int, default=3)
    parser.add_argument('rows', nargs='+', choices=list(ROWS))
    options = parser.parse_args()
    plan = Plan(options)
    for row in options.rows:
        ROWS[row](plan)
    entries = list(plan.entries.values())
    run_all(entries, options)
    results = {entry.name: entry.summary() for entry in entries if entry.samples and not entry.failure}
    failures = {entry.name: entry.failure for entry in entries if entry.failure}
    found = {'results': list(results.values()), 'ratios': ratios_of(results), 'figures': figures_of(results)}
    print_tables(found, failures, plan.missing)
    with open(options.result, 'w') as out:
        json.dump({'machine': machine(), **found, 'failures': failures, 'missing': plan.missing}, out, indent=1)
        out.write('\n')
    return 1 if any(name.startswith('smtplog') for name in failures) else 0


if __name__ == '__main__':
    sys.exit(main())
