#!/bin/sh
# Brings Debian's logrotate, libfaketime and systemd (its analyzer and its units) into build/e2e/cron-root. Run again, it does nothing.
#
# exit: 0 the root is ready; 77 it cannot be had here (the reason is the last line on standard error)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
base=${E2E_DIR:-$top/build/e2e}
root=$base/cron-root
stamp=$base/cron-root.ready
# shellcheck source=tests/e2e/package.sh
. "$here/../package.sh"

[ ! -e "$stamp" ] || exit 0
need_packages logrotate
mkdir -p "$base"
unpack "$base/cron-debs" "$root" 'logrotate libpopt0 libfaketime systemd libsystemd-shared'
libraries=$root/usr/lib/$triplet:$root/lib/$triplet:$root/usr/lib/$triplet/systemd
need_libraries "$libraries" "$root/usr/sbin/logrotate"
clock=$(find "$root" -name 'libfaketime.so.1' | head -n 1)
[ -n "$clock" ] || cannot 'the libfaketime package holds no library'
printf 'CRON_LIBRARIES=%s\nFAKETIME=%s\n' "$libraries" "$clock" >"$stamp"
