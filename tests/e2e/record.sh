#!/bin/sh
# Records testdata/ anew: two flows of the end-to-end test. The first gives postfix-outbound.log, postfix-inbound.log and
# the journal that says what really happened; the second the rotated set (both hosts in one file, as on a log server).
# Run it when world.py has changed: the journals are read with the scenario of today.
#
# usage: tests/e2e/record.sh      (as root; what run.sh needs)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
E2E_DIR=${E2E_DIR:-$top/build/e2e}
run=$E2E_DIR/run
data=$top/testdata
mkdir -p "$data/rotated"

E2E_ONLY_FLOW=yes sh "$here/run.sh" | tee "$E2E_DIR/record.tap"
if grep -qE '^not ok|SKIP' "$E2E_DIR/record.tap"; then exit 1; fi
cp "$run/mx-out.log" "$data/postfix-outbound.log"
cp "$run/mx-in.log" "$data/postfix-inbound.log"
gzip -n -9 <"$run/journal.jsonl" >"$data/postfix-journal.jsonl.gz"

E2E_ONLY_FLOW=yes sh "$here/run.sh" | tee "$E2E_DIR/record.tap"
if grep -qE '^not ok|SKIP' "$E2E_DIR/record.tap"; then exit 1; fi
# Both files are in order and of one day: merged by the time of day, lines of one second in the order of the files.
sort -s -m -k 3,3 "$run/mx-out.log" "$run/mx-in.log" >"$E2E_DIR/merged.log"
third=$(($(wc -l <"$E2E_DIR/merged.log") / 3))
head -n $third "$E2E_DIR/merged.log" | gzip -n -9 >"$data/rotated/mail.log.2.gz"
tail -n +$((third + 1)) "$E2E_DIR/merged.log" | head -n $third >"$data/rotated/mail.log.1"
tail -n +$((2 * third + 1)) "$E2E_DIR/merged.log" >"$data/rotated/mail.log"
gzip -n -9 <"$run/journal.jsonl" >"$data/rotated/journal.jsonl.gz"
chmod 644 "$data"/postfix-* "$data"/rotated/*
ls -l "$data"/postfix-* "$data"/rotated
