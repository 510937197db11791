#!/bin/sh
# The cron script over three days of a live Postfix, rotated every night by logrotate as our hint says; then the same as the
# systemd unit runs it (cron/live.py). The clock of all of them is moved by libfaketime; about a minute.
build=$(cd "${BUILD:-build}" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
E2E_DIR=${E2E_DIR:-$build/e2e}
PYTHON=${PYTHON:-python3}
SMTPLOG=${SMTPLOG:-$build/smtplog}
work=$E2E_DIR/cron
BUILD=$build
export E2E_DIR BUILD PYTHONDONTWRITEBYTECODE=1 LC_ALL=C TZ=UTC
# shellcheck source=tests/e2e/begin.sh
. "$here/begin.sh"

need_world gzip setpriv prlimit
need_program
sh "$here/fetch.sh" 2>"$E2E_DIR/fetch.err" || skip "no Postfix packages: $(tail -n 1 "$E2E_DIR/fetch.err")"
sh "$here/cron/fetch.sh" 2>"$E2E_DIR/fetch.err" || skip "no logrotate or libfaketime: $(tail -n 1 "$E2E_DIR/fetch.err")"
find_place
# shellcheck disable=SC1091  # written by fetch.sh
. "$E2E_DIR/root.ready"
# shellcheck disable=SC1091
. "$E2E_DIR/cron-root.ready"
inside() { printf '%s\n' "$1" | sed "s#$E2E_DIR/root#$place/root#g"; }

rm -rf "$work"
mkdir -p "$work"
exec unshare -n -m -p -u -i -f --kill-child --mount-proc \
    sh "$here/namespace.sh" "$place" "$E2E_DIR/root" "$work" \
    timeout 150 "$PYTHON" "$here/cron/live.py" "$place" "$(inside "$LIBRARIES")" "$E2E_DIR/cron-root" "$CRON_LIBRARIES" "$FAKETIME"
