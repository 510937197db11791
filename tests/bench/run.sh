#!/bin/sh
# The benchmark: is every figure right, how fast is it, how much memory does it take, and what do others need for the same file.
# Exactness decides the exit status, time never does.
#
# usage: tests/bench/run.sh     (make bench)
#   ROWS="postfix gzip rotations exim transcript events growth cardinality open hostile start"   what to measure (default: all of it)
#   SIZE=512M        of the logs           SMALL=64M   of those that show how time and memory grow
#   RUNS=5           runs of the quick     SLOW_RUNS=3 of pflogsumm and eximstats
#   SEED=1  OPTIONS= further options of the generator, as --style iso
# Beyond its tables' quotas (high cardinality, messages that never end) smtplog says itself that it is approximate: those
# figures are shown, not judged.
# exit:  0 every figure agrees with the truth; 1 some do not; 2 the benchmark could not run
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
base=${BENCH_DIR:-$top/build/bench}
smtplog=${SMTPLOG:-$top/build/smtplog}
size=${SIZE:-512M}
small=${SMALL:-64M}
seed=${SEED:-1}
rows=${ROWS:-postfix gzip rotations exim transcript events growth cardinality open hostile start}
mkdir -p "$base"

say() { echo "bench: $*" >&2; }
cannot() { say "$*"; exit 2; }
wanted() { # ROW...: is one of them to be measured
    for row in "$@"; do
        case " $rows " in *" $row "*) return 0 ;; esac
    done
    return 1
}

# shellcheck disable=SC2086  # flags and options are lists of words
{
    command -v python3 >/dev/null 2>&1 || cannot 'python3 is missing'
    ${CC:-cc} -O2 -o "$base/generate" "$here"/generate*.c || cannot 'the generator does not compile'
    ${CC:-cc} -O2 -o "$base/measure" "$here/measure.c" || cannot 'measure does not compile'
    "$here/fetch.sh"

    # A log is made once: what made it and how stands beside it.
    sources=$(cat "$here"/generate*.[ch] "$here/hostile_log.py" | cksum)
    stale() { # NAME OPTION...
        name=$1
        shift
        [ "$(cat "$base/$name.options" 2>/dev/null || true)" != "$sources $*" ] || [ ! -s "$base/$name.log" ]
    }
    make_log() {
        if stale "$@"; then
            name=$1
            shift
            say "generating $name.log ($*)"
            "$base/generate" -o "$base/$name.log" --truth "$base/$name.truth.json" "$@" || cannot 'the generator failed'
            rm -f "$base/$name.log.gz"
            [ "$name" != main ] || rm -f "$base"/part.log.*.gz
            echo "$sources $*" >"$base/$name.options"
        fi
    }
    if wanted postfix gzip rotations events growth start; then make_log main --size "$size" --seed "$seed" ${OPTIONS:-}; fi
    if wanted growth; then make_log small --size "$small" --seed "$seed" ${OPTIONS:-}; fi
    if wanted cardinality; then
        make_log high --size "$size" --seed "$seed" --cardinality high ${OPTIONS:-}
        make_log high-small --size "$small" --seed "$seed" --cardinality high ${OPTIONS:-}
    fi
    if wanted open; then make_log open --size "$size" --seed "$seed" --open ${OPTIONS:-}; fi
    if wanted gzip && [ ! -s "$base/main.log.gz" ]; then gzip -kc "$base/main.log" >"$base/main.log.gz"; fi
    if wanted rotations && [ ! -s "$base/part.log.1.gz" ]; then
        # Four rotations: the oldest has the highest number.
        split -n l/4 --numeric-suffixes=1 --suffix-length=1 "$base/main.log" "$base/part.cut."
        for part in 1 2 3 4; do
            gzip -c "$base/part.cut.$part" >"$base/part.log.$((5 - part)).gz"
            rm "$base/part.cut.$part"
        done
    fi
    if wanted exim; then make_log exim --mta exim --size "$size" --seed "$seed"; fi
    if wanted transcript; then make_log transcript --mta transcript --size "$small" --seed "$seed"; fi
    if wanted hostile; then
        for kind in from equals; do
            for length in 4 60; do
                stale "hostile-$kind-${length}k" || continue
                python3 "$here/hostile_log.py" "$kind" "${length}000" 67108864 >"$base/hostile-$kind-${length}k.log"
                echo "$sources " >"$base/hostile-$kind-${length}k.options"
            done
        done
    fi
    if wanted start; then head -c 2048 "$base/main.log" | sed '$d' >"$base/start.log"; fi
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
    if wanted postfix growth events; then
        check "$base/main.truth.json" -j 1 "$base/main.log"
        check "$base/main.truth.json" -j 2 "$base/main.log"
    fi
    if wanted gzip; then check "$base/main.truth.json" "$base/main.log.gz"; fi
    if wanted rotations; then check "$base/main.truth.json" -j 2 "$base"/part.log.*.gz; fi
    if wanted exim; then
        check "$base/exim.truth.json" -j 1 "$base/exim.log"
        check "$base/exim.truth.json" -j 2 "$base/exim.log"
    fi
    if wanted transcript; then check "$base/transcript.truth.json" -j 1 "$base/transcript.log"; fi
    if wanted growth; then check "$base/small.truth.json" -j 1 "$base/small.log"; fi
    judged=$wrong
    if wanted cardinality; then check "$base/high.truth.json" -j 1 "$base/high.log"; fi
    if wanted open; then check "$base/open.truth.json" -j 1 "$base/open.log"; fi
    wrong=$judged
else
    say "no $smtplog: its peers alone are measured"
fi

# shellcheck disable=SC2086
python3 "$here/compare.py" --measure "$base/measure" --smtplog "$smtplog" --root "$base/root" --logs "$base" \
    --result "$base/result.json" --runs "${RUNS:-5}" --slow-runs "${SLOW_RUNS:-3}" $rows || wrong=1
say "written: $base/result.json"
exit "$wrong"
