#!/bin/sh
# End-to-end test: real Exim talks with scripted servers and clients in a network of its own; what those wrote down is the
# truth, and smtplog's figures and records over the logs (own files and syslog, default and all log selectors, mainlog with
# rejectlog) are compared with it.
# TAP on standard output; run by prove. Needs root, namespaces and Debian packages, and skips with the reason otherwise.
#
# environment: SMTPLOG  the program (default build/smtplog)
#              E2E_EXIM_DIR  where all of it goes (default build/e2e-exim)
#              E2E_KEEP=yes  use the logs and the journal of the last run again
#              E2E_ONLY_FLOW=yes  make logs and journal, compare nothing (record.sh)
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
E2E_EXIM_DIR=${E2E_EXIM_DIR:-$top/build/e2e-exim}
SMTPLOG=${SMTPLOG:-$top/build/smtplog}
PYTHON=${PYTHON:-python3}
run=$E2E_EXIM_DIR/run
export E2E_EXIM_DIR PYTHONDONTWRITEBYTECODE=1 LC_ALL=C TZ=UTC
export PYTHONPATH="$here/..:$here"

work=$E2E_EXIM_DIR
# shellcheck source=tests/e2e/begin.sh
. "$here/../begin.sh"

need_world openssl
sh "$here/fetch.sh" 2>"$E2E_EXIM_DIR/fetch.err" || skip "no Exim packages: $(tail -n 1 "$E2E_EXIM_DIR/fetch.err")"
need_program
find_place

if [ "${E2E_KEEP:-no}" != yes ] || [ ! -s "$run/journal.jsonl" ]; then
    rm -rf "$run"
    mkdir -p "$run"
    . "$E2E_EXIM_DIR/root.ready"
    inside=$(printf '%s\n' "$LIBRARIES" | sed "s#$E2E_EXIM_DIR/root#$place/root#g")
    unshare -n -m -p -u -i -f --kill-child --mount-proc \
        sh "$here/namespace.sh" "$place" "$E2E_EXIM_DIR/root" "$run" \
        timeout 170 "$PYTHON" "$here/flow_exim.py" "$place" "$inside" >"$E2E_EXIM_DIR/flow.out" 2>&1
    flow=$?
    count=$((count + 1))
    if [ $flow -eq 0 ]; then echo "ok - the flow came to its end"; else
        echo "not ok - the flow came to its end"
        sed 's/^/# /' "$E2E_EXIM_DIR/flow.out"
        echo "1..$count"
        exit 1
    fi
fi

if [ "${E2E_ONLY_FLOW:-no}" = yes ]; then echo "1..$count"; exit 0; fi
tap "$PYTHON" "$here/check.py" --run "$run" --binary "$SMTPLOG"
tap "$PYTHON" "$here/check.py" --run "$run" --binary "$SMTPLOG" --self-test
echo "1..$count"
