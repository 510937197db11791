#!/bin/sh
# End-to-end test: real Postfix and postgrey talk with scripted servers and clients in a network of their own; what those
# wrote down is the truth, and smtplog's figures and records over the logs are compared with it.
# TAP on standard output; run by prove. Needs root, namespaces and Debian packages, and skips with the reason otherwise.
#
# environment: SMTPLOG  the program (default build/smtplog)
#              E2E_DIR  where all of it goes (default build/e2e)
#              E2E_KEEP=yes  use the logs and journals of the last run again
#              E2E_ONLY_FLOW=yes  make logs and journals, compare nothing (record.sh)
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
E2E_DIR=${E2E_DIR:-$top/build/e2e}
SMTPLOG=${SMTPLOG:-$top/build/smtplog}
PYTHON=${PYTHON:-python3}
run=$E2E_DIR/run
export E2E_DIR PYTHONDONTWRITEBYTECODE=1 LC_ALL=C TZ=UTC

work=$E2E_DIR
# shellcheck source=tests/e2e/begin.sh
. "$here/begin.sh"

need_world perl
sh "$here/fetch.sh" 2>"$E2E_DIR/fetch.err" || skip "no Postfix packages: $(tail -n 1 "$E2E_DIR/fetch.err")"
need_program
find_place

if [ "${E2E_KEEP:-no}" != yes ] || [ ! -s "$run/journal.jsonl" ]; then
    rm -rf "$run"
    mkdir -p "$run"
    . "$E2E_DIR/root.ready"
    inside() { printf '%s\n' "$1" | sed "s#$E2E_DIR/root#$place/root#g"; }
    unshare -n -m -p -u -i -f --kill-child --mount-proc \
        sh "$here/namespace.sh" "$place" "$E2E_DIR/root" "$run" \
        timeout 110 "$PYTHON" "$here/flow.py" "$place" "$(inside "$LIBRARIES")" "$(inside "$MODULES")" \
        >"$E2E_DIR/flow.out" 2>&1
    flow=$?
    result $flow 'the flow: everything was sent, answered, retried and returned as the scripts say'
    if [ $flow -ne 0 ]; then
        sed 's/^/# /' "$E2E_DIR/flow.out" "$run/flow.json" 2>/dev/null
        [ -s "$run/journal.jsonl" ] && [ -s "$run/mx-out.log" ] || { echo "1..$count"; exit 1; }
    fi
    [ ! -s "$run/stray.log" ]
    result $? 'no program wrote past the logs'
fi

tap "$PYTHON" "$here/compare.py" --run "$run" --witness
if [ "${E2E_ONLY_FLOW:-no}" = yes ]; then echo "1..$count"; exit 0; fi
tap "$PYTHON" "$here/compare.py" --run "$run" --binary "$SMTPLOG"
tap "$PYTHON" "$here/compare.py" --run "$run" --binary "$SMTPLOG" --self-test
tap "$PYTHON" "$here/styles.py" --run "$run" --binary "$SMTPLOG"
echo "1..$count"
