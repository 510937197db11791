#!/bin/sh
# The formats of a report read by the programs they are for: the metrics by Prometheus' own promtool, the mail by a real
# Postfix, whose sendmail -t takes it and whose mailbox gives it back.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "$top" && cd "${BUILD:-build}" && pwd) || exit 1
SMTPLOG=$build/smtplog
PYTHON=${PYTHON:-python3}
E2E_DIR=${E2E_DIR:-$top/build/e2e}
work=$E2E_DIR/format
export E2E_DIR
# shellcheck source=tests/e2e/begin.sh
. "$here/begin.sh"
need_world perl
need_program
find_place
rm -rf "$work"
mkdir -p "$work/run"
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

report() {
    LC_ALL=C.UTF-8 "$SMTPLOG" analyze --year 2026 --tz UTC "$@" "$top"/testdata/rotated/mail.log "$top"/testdata/rotated/mail.log.1 \
        "$top"/testdata/rotated/mail.log.2.gz "$top"/testdata/exim-outall.log
}

# ---- promtool, unpacked, never installed: the package would start a service
tools=$build/promtool
if [ ! -x "$tools/usr/bin/promtool" ]; then
    mkdir -p "$tools"
    (cd "$tools" && apt-get -q -o APT::Sandbox::User=root download prometheus && dpkg -x prometheus_*.deb . && rm -f prometheus_*.deb) \
        >"$work/promtool.log" 2>&1
fi
if [ -x "$tools/usr/bin/promtool" ]; then
    report --format prometheus >"$work/report.prom"
    "$tools/usr/bin/promtool" check metrics <"$work/report.prom" >"$work/promtool.out" 2>&1 && [ ! -s "$work/promtool.out" ]
    result $? 'promtool finds nothing to complain about'
    [ -s "$work/promtool.out" ] && sed 's/^/# /' "$work/promtool.out"
    sed 's/^# TYPE \(.*\) gauge/# TYPE \1 counter/' "$work/report.prom" | "$tools/usr/bin/promtool" check metrics >/dev/null 2>&1
    [ $? -ne 0 ]
    result $? 'promtool complains where there is reason to'
else
    count=$((count + 1))
    echo "ok - promtool # SKIP the package prometheus cannot be had"
fi

# ---- a real Postfix
if sh "$here/fetch.sh" 2>"$work/fetch.err"; then
    . "$E2E_DIR/root.ready"
    inside() { printf '%s\n' "$1" | sed "s#$E2E_DIR/root#$place/root#g"; }
    report --format mail --mail-to ann@example.org,bob@example.org >"$work/run/report.eml"
    unshare -n -m -p -u -i -f --kill-child --mount-proc \
        sh "$here/namespace.sh" "$place" "$E2E_DIR/root" "$work/run" \
        timeout 60 "$PYTHON" "$here/deliver.py" "$place" "$(inside "$LIBRARIES")" ann bob >"$work/deliver.out" 2>&1
    result $? 'Postfix takes the mail and delivers it'
    grep -q . "$work/deliver.out" && sed 's/^/# /' "$work/deliver.out"
    tap "$PYTHON" "$here/delivered.py" "$work/run/report.eml" "$work/run/ann" "$work/run/bob"
else
    count=$((count + 1))
    echo "ok - a real Postfix # SKIP $(tail -n 1 "$work/fetch.err")"
fi
echo "1..$count"
