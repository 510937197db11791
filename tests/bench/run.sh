#!/bin/sh
# The benchmark: is every figure right, how fast is it, how much memory does it take, and what do others need for the same file.
# Exactness decides the exit status, time never does.
#
# usage: tests/bench/run.sh     (make bench)
#   SIZE=512M        of the log            SMALL=64M   of the one that shows how memory grows
#   RUNS=5           runs of the quick     SLOW_RUNS=3 of pflogsumm
#   SEED=1  OPTIONS= further options of the generator, as --style iso
#   WIDE=1           also logs of high cardinality, and of messages that never end (measured; their figures are shown,
#                    not judged: beyond its tables' quotas smtplog says itself that it is approximate)
# exit:  0 every figure agrees with the truth; 1 some do not; 2 the benchmark could not run
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
base=${BENCH_DIR:-$top/build/bench}
smtplog=${SMTPLOG:-$top/build/smtplog}
size=${SIZE:-512M}
small=${SMALL:-64M}
seed=${SEED:-1}
mkdir -p "$base"

say() { echo "bench: $*" >&2; }
cannot() { say "$*"; exit 2; }

# shellcheck disable=SC2086  # flags and options are lists of words
{
    command -v python3 >/dev/null 2>&1 || cannot 'python3 is missing'
    ${CC:-cc} -O2 -o "$base/generate" "$here"/generate*.c || cannot 'the generator does not compile'
    ${CC:-cc} -O2 -o "$base/measure" "$here/measure.c" || cannot 'measure does not compile'
    "$here/fetch.sh"

    # A log is made once: the generator and the options that made it stand beside it.
    sources=$(cat "$here"/generate*.[ch] | cksum)
    make_log() {
        name=$1
        shift
        if [ "$(cat "$base/$name.options" 2>/dev/null || true)" != "$sources $*" ] || [ ! -s "$base/$name.log" ]; then
            say "generating $name.log ($*)"
            "$base/generate" -o "$base/$name.log" --truth "$base/$name.truth.json" "$@" || cannot 'the generator failed'
            rm -f "$base/$name.log.gz"
            echo "$sources $*" >"$base/$name.options"
        fi
    }
    make_log main --size "$size" --seed "$seed" ${OPTIONS:-}
    make_log small --size "$small" --seed "$seed" ${OPTIONS:-}
    more=
    if [ -n "${WIDE:-}" ]; then
        make_log high --size "$size" --seed "$seed" --cardinality high ${OPTIONS:-}
        make_log open --size "$size" --seed "$seed" --open ${OPTIONS:-}
        more="--more high=$base/high.log --more open=$base/open.log"
    fi
    [ -s "$base/main.log.gz" ] || gzip -kc "$base/main.log" >"$base/main.log.gz"
}

# Exactness: one thread, two threads, and the same bytes from gzip.
wrong=0
check() {
    truth=$1
    shift
    status=0
    "$smtplog" analyze --year 2026 --tz UTC --format json "$@" >"$base/actual.json" || status=$?
    say "exactness of smtplog analyze $*"
    if [ "$status" -ne 0 ]; then
        say "exit status $status"
        wrong=1
    fi
    python3 "$here/check_truth.py" "$truth" "$base/actual.json" || wrong=1
}
if [ -x "$smtplog" ]; then
    check "$base/main.truth.json" -j 1 "$base/main.log"
    check "$base/main.truth.json" -j 2 "$base/main.log"
    check "$base/main.truth.json" "$base/main.log.gz"
    check "$base/small.truth.json" -j 1 "$base/small.log"
    if [ -n "${WIDE:-}" ]; then
        judged=$wrong
        check "$base/high.truth.json" -j 1 "$base/high.log"
        check "$base/open.truth.json" -j 1 "$base/open.log"
        wrong=$judged
    fi
else
    say "no $smtplog: its peers alone are measured"
fi

# shellcheck disable=SC2086
python3 "$here/compare.py" --measure "$base/measure" --smtplog "$smtplog" --root "$base/root" --log "$base/main.log" \
    --small "$base/small.log" --gzip "$base/main.log.gz" --result "$base/result.json" --runs "${RUNS:-5}" \
    --slow-runs "${SLOW_RUNS:-3}" $more || wrong=1
say "written: $base/result.json"
exit "$wrong"
