#!/bin/sh
# Records testdata/incidents/ anew: a day of a real Postfix for each incident, at more than a thousand times its speed.
#
# usage: tests/e2e/incident/record.sh [NAME...]     (as root; what ../run.sh needs; default: all of incident.py)
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
E2E_DIR=${E2E_DIR:-$top/build/e2e}
PYTHON=${PYTHON:-python3}
SMTPLOG=${SMTPLOG:-$top/build/smtplog}
out=${INCIDENT_DIR:-$top/testdata/incidents}
export E2E_DIR PYTHONDONTWRITEBYTECODE=1 LC_ALL=C TZ=UTC

work=$E2E_DIR
# shellcheck source=tests/e2e/begin.sh
. "$here/../begin.sh"

need_world openssl
sh "$here/../fetch.sh" 2>"$E2E_DIR/fetch.err" || skip "no Postfix packages: $(tail -n 1 "$E2E_DIR/fetch.err")"
find_place
. "$E2E_DIR/root.ready"
inside() { printf '%s\n' "$1" | sed "s#$E2E_DIR/root#$place/root#g"; }

[ $# -gt 0 ] || set -- healthy-day provider-block greylisting-storm expired-certificate full-disk password-guessing
mkdir -p "$out"
for name in "$@"; do
    run=$E2E_DIR/incident/$name
    rm -rf "$run"
    mkdir -p "$run"
    unshare -n -m -p -u -i -f --kill-child --mount-proc \
        sh "$here/../namespace.sh" "$place" "$E2E_DIR/root" "$run" \
        timeout 150 "$PYTHON" "$here/incident.py" "$place" "$(inside "$LIBRARIES")" "$(inside "$MODULES")" "$name" \
        >"$run/out" 2>&1
    result $? "$name: a day was recorded"
    sed 's/^/# /' "$run/out" | head -n 20
    [ -s "$run/mail.log" ] && gzip -n -9 <"$run/mail.log" >"$out/$name.log.gz"
done
echo "1..$count"
