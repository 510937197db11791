#!/bin/sh
# smtplog watch on the log of a real Postfix that sends, is refused and rotates its log meanwhile (watch/live.py), half a minute.
build=$(cd "${BUILD:-build}" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
E2E_DIR=${E2E_DIR:-$build/e2e}
PYTHON=${PYTHON:-python3}
SMTPLOG=${SMTPLOG:-$build/smtplog}
work=$E2E_DIR/watch
BUILD=$build
export E2E_DIR BUILD PYTHONDONTWRITEBYTECODE=1 LC_ALL=C TZ=UTC
# shellcheck source=tests/e2e/begin.sh
. "$here/begin.sh"

need_world tmux pgrep gzip
need_program
sh "$here/fetch.sh" 2>"$E2E_DIR/fetch.err" || skip "no Postfix packages: $(tail -n 1 "$E2E_DIR/fetch.err")"
find_place
. "$E2E_DIR/root.ready"
inside() { printf '%s\n' "$1" | sed "s#$E2E_DIR/root#$place/root#g"; }

rm -rf "$work"
mkdir -p "$work"
exec unshare -n -m -p -u -i -f --kill-child --mount-proc \
    sh "$here/namespace.sh" "$place" "$E2E_DIR/root" "$work" \
    timeout 120 "$PYTHON" "$here/watch/live.py" "$place" "$(inside "$LIBRARIES")"
