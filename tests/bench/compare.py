#!/usr/bin/env python3
"""Runs smtplog and its peers in turn (A B C, A B C, ...) on the same files and prints medians: wall time, CPU time, peak
memory, and how smtplog relates to each. Decides nothing: times are for people to read.

usage: compare.py --measure PROGRAM --smtplog BINARY --root DIR --log FILE --small FILE --gzip FILE --result JSON
                  [--runs 5] [--slow-runs 3] [--more NAME=FILE ...]
"""
import argparse
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
    def __init__(self, name, command, path, runs, environment=None, plain=None):
        self.name, self.command, self.path, self.runs = name, command, path, runs
        self.plain = plain or path      # of a gzip file: what it holds
        self.environment = dict(os.environ, **(environment or {}))
        self.samples = []
        self.failure = None

    def median(self, key):
        return statistics.median(sample[key] for sample in self.samples)

    def summary(self):
        wall, size = self.median('wall'), os.path.getsize(self.plain)
        return {'name': self.name, 'command': self.command, 'file': os.path.basename(self.path), 'bytes': size,
                'runs': len(self.samples), 'wall': round(wall, 4), 'cpu': round(self.median('cpu'), 4),
                'rss_mib': round(max(sample['rss_kib'] for sample in self.samples) / 1024, 1),
                'mb_per_second': round(size / wall / 1e6, 1),
                'wall_all': [round(sample['wall'], 4) for sample in self.samples]}


def find(root, name):
    """A peer: unpacked under ROOT, or installed."""
    for place in ('usr/sbin', 'usr/bin'):
        path = os.path.join(root, place, name)
        if os.path.exists(path):
            return path
    return shutil.which(name)


def entries_of(options):
    """Everything to be measured, and what is missing."""
    missing = []
    entries = [Entry('wc -l', ['wc', '-l', options.log], options.log, options.runs),
               Entry('grep -cE', ['grep', '-cE', GREP, options.log], options.log, options.runs, {'LC_ALL': 'C'})]
    rg = find(options.root, 'rg')
    if rg:
        entries.append(Entry('rg -c', [rg, '-c', GREP, options.log], options.log, options.runs))
    else:
        missing.append('rg')
    entries.append(Entry('zcat', ['zcat', options.gzip], options.gzip, options.runs, plain=options.log))
    pflogsumm = find(options.root, 'pflogsumm')
    if pflogsumm:
        libraries = subprocess.run([os.path.join(HERE, 'perl_path.sh'), options.root], check=True, capture_output=True, text=True)
        environment = {'PERL5LIB': libraries.stdout.strip()}
        for name, path in (('pflogsumm', options.log), ('pflogsumm, small', options.small)):
            entries.append(Entry(name, ['perl', pflogsumm, path], path, options.slow_runs, environment))
    else:
        missing.append('pflogsumm')
    if os.access(options.smtplog, os.X_OK):
        add_smtplog(entries, options)
    else:
        missing.append('smtplog')
    return entries, missing


def add_smtplog(entries, options):
    analyze = [options.smtplog, 'analyze', '--year', '2026', '--tz', 'UTC', '--format', 'text']
    single = analyze + ['-j', '1']
    entries.append(Entry('smtplog -j 1', single + [options.log], options.log, options.runs))
    entries.append(Entry('smtplog', analyze + [options.log], options.log, options.runs))
    entries.append(Entry('smtplog -j 1, small', single + [options.small], options.small, options.runs))
    entries.append(Entry('smtplog -j 1, gzip', single + [options.gzip], options.gzip, options.runs, plain=options.log))
    entries.append(Entry('smtplog, gzip', analyze + [options.gzip], options.gzip, options.runs, plain=options.log))
    for more in options.more:
        name, path = more.split('=', 1)
        entries.append(Entry('smtplog -j 1, ' + name, single + [path], path, options.runs))


def run_all(entries, options):
    scratch = os.path.join(os.path.dirname(os.path.abspath(options.result)), 'stdout')
    for turn in range(max(entry.runs for entry in entries)):
        for entry in entries:
            if turn >= entry.runs or entry.failure:
                continue
            output = '/dev/null' if entry.name == 'zcat' else scratch
            done = subprocess.run([options.measure, output] + entry.command, env=entry.environment, capture_output=True, text=True)
            sample = json.loads(done.stdout) if done.returncode == 0 else {'status': done.returncode}
            if sample['status'] != 0:
                entry.failure = f'exit status {sample["status"]}: {done.stderr.strip()[:200]}'
                continue
            sample['cpu'] = sample['user'] + sample['sys']
            entry.samples.append(sample)
            print(f'  {turn + 1}  {entry.name:24} {sample["wall"]:8.3f} s', file=sys.stderr, flush=True)


# What is held against what: name of ours, name of theirs.
PAIRS = [('smtplog -j 1', 'pflogsumm'), ('smtplog -j 1', 'grep -cE'), ('smtplog -j 1', 'rg -c'), ('smtplog -j 1', 'wc -l'),
         ('smtplog', 'pflogsumm'), ('smtplog', 'grep -cE'), ('smtplog -j 1, gzip', 'zcat'), ('smtplog, gzip', 'zcat'),
         ('smtplog -j 1', 'smtplog -j 1, small'), ('pflogsumm', 'pflogsumm, small')]


def ratios_of(results):
    ratios = []
    for ours, theirs in PAIRS:
        if ours in results and theirs in results:
            one, two = results[ours], results[theirs]
            ratios.append({'name': f'{ours} / {theirs}', 'wall': round(one['wall'] / two['wall'], 4),
                           'cpu': round(one['cpu'] / max(two['cpu'], 1e-6), 4),
                           'rss': round(one['rss_mib'] / max(two['rss_mib'], 0.1), 3)})
    return ratios


def machine():
    model = ''
    with open('/proc/cpuinfo') as cpuinfo:
        for line in cpuinfo:
            if line.startswith('model name'):
                model = line.split(':', 1)[1].strip()
                break
    return {'cpu': model, 'cpus': os.cpu_count(), 'kernel': platform.release(), 'python': platform.python_version()}


def print_tables(results, ratios, failures, missing):
    print(f'{"":26} {"runs":>4} {"wall s":>9} {"CPU s":>9} {"MB/s":>9} {"RSS MiB":>9}')
    for row in results.values():
        print(f'{row["name"]:26} {row["runs"]:4} {row["wall"]:9.3f} {row["cpu"]:9.3f} {row["mb_per_second"]:9.1f} {row["rss_mib"]:9.1f}')
    if ratios:
        print(f'\n{"ratio":42} {"wall":>9} {"CPU":>9} {"RSS":>9}')
    for row in ratios:
        print(f'{row["name"]:42} {row["wall"]:9.4f} {row["cpu"]:9.4f} {row["rss"]:9.3f}')
    for name, failure in failures.items():
        print(f'failed: {name}: {failure}')
    for name in missing:
        print(f'missing, skipped: {name}')


def main():
    parser = argparse.ArgumentParser()
    for name in ('measure', 'smtplog', 'root', 'log', 'small', 'gzip', 'result'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--slow-runs', type=int, default=3)
    parser.add_argument('--more', action='append', default=[])
    options = parser.parse_args()
    entries, missing = entries_of(options)
    run_all(entries, options)
    results = {entry.name: entry.summary() for entry in entries if entry.samples and not entry.failure}
    failures = {entry.name: entry.failure for entry in entries if entry.failure}
    ratios = ratios_of(results)
    print_tables(results, ratios, failures, missing)
    with open(options.result, 'w') as out:
        json.dump({'machine': machine(), 'results': list(results.values()), 'ratios': ratios, 'failures': failures,
                   'missing': missing}, out, indent=1)
        out.write('\n')
    return 1 if any(name.startswith('smtplog') for name in failures) else 0


if __name__ == '__main__':
    sys.exit(main())
