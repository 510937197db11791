#!/bin/sh
# Runs fuzz targets with libFuzzer, one after the other, and says what each did. What they find is kept below BUILD/fuzzing/finding, the
# corpora that grow below BUILD/fuzzing/corpus.
#
# usage: run.sh TARGET...
# environment: BUILD          where `make fuzz` built them (below BUILD/fuzzing/fuzz; default build)
#              FUZZ_SECONDS   seconds for each (default 60)
set -u
cd "$(dirname "$0")/../.." || exit 2
fuzzing=${BUILD:-build}/fuzzing
status=0
python3 -B tests/fuzz/seed.py "$fuzzing/seed" || exit 2
for target; do
    corpus=$fuzzing/corpus/$target
    found=$fuzzing/finding/$target
    mkdir -p "$corpus" "$found" "$fuzzing/seed/$target"
    words=tests/fuzz/dictionary/$target.dict
    [ -f "$words" ] || words=tests/fuzz/dictionary/smtp.dict
    inputs=$fuzzing/seed/$target
    [ -d "tests/fuzz/regression/$target" ] && inputs="$inputs tests/fuzz/regression/$target"
    # shellcheck disable=SC2086  # directories
    "$fuzzing/fuzz/$target" -max_total_time="${FUZZ_SECONDS:-60}" -dict="$words" -artifact_prefix="$found/" -max_len=16384 \
        -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 "$corpus" $inputs >"$found/log" 2>&1
    ended=$?
    covered=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$found/log" | tail -n 1)
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: //p' "$found/log") executions, $covered, status $ended"
    if [ $ended -ne 0 ]; then
        status=1
        grep -E 'does not hold|ERROR: |runtime error|SUMMARY|Test unit written' "$found/log" | head -n 5
    fi
done
exit $status
