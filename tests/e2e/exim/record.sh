#!/bin/sh
# Records testdata/exim-* anew: one flow of the end-to-end test, every daemon's log and the journal that says what really
# happened. Run it when world_exim.py has changed: the journal is read with the scenario of today.
#
# usage: tests/e2e/exim/record.sh      (as root; what run.sh needs)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
E2E_EXIM_DIR=${E2E_EXIM_DIR:-$top/build/e2e-exim}
run=$E2E_EXIM_DIR/run
data=$top/testdata

E2E_ONLY_FLOW=yes sh "$here/run.sh" | tee "$E2E_EXIM_DIR/record.tap"
if grep -qE '^not ok|SKIP' "$E2E_EXIM_DIR/record.tap"; then exit 1; fi
rm -f "$data"/exim-*.log
for log in "$run"/*/mainlog "$run"/*/rejectlog "$run"/exim-*.syslog; do
    name=$(basename "$(dirname "$log")")
    case $log in
    */mainlog) cp "$log" "$data/exim-$name.log" ;;
    */rejectlog) cp "$log" "$data/exim-$name-reject.log" ;;
    *.syslog) cp "$log" "$data/$(basename "$log" .syslog).log" ;;
    esac
done
gzip -n -9 <"$run/journal.jsonl" >"$data/exim-journal.jsonl.gz"
chmod 644 "$data"/exim-*
ls -l "$data"/exim-*
