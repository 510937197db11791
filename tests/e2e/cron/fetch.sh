#!/bin/sh
# Brings Debian's logrotate, libfaketime and systemd (its analyzer and its units) into build/e2e/cron-root.
# Nothing is installed: packages are downloaded with apt-get and unpacked with dpkg. Run again, it does nothing.
#
# exit: 0 the root is ready; 77 it cannot be had here (the reason is the last line on standard error)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
base=${E2E_DIR:-$top/build/e2e}
root=$base/cron-root
debs=$base/cron-debs
stamp=$base/cron-root.ready

cannot() { echo "e2e: $*" >&2; exit 77; }

[ ! -e "$stamp" ] || exit 0
for tool in apt-get apt-cache dpkg; do
    command -v $tool >/dev/null 2>&1 || cannot "$tool is missing: the test takes logrotate from Debian packages"
done
list='logrotate libpopt0 libfaketime systemd libsystemd-shared'
mkdir -p "$debs"
download() {
    # shellcheck disable=SC2086  # names are words
    (cd "$debs" && apt-get -q -o APT::Sandbox::User=root download $list) >"$base/cron-download.log" 2>&1
}
# The lists may be empty or old.
download || { [ "$(id -u)" -eq 0 ] && apt-get -qq update >"$base/apt-update.log" 2>&1 && download; } ||
    cannot "apt-get download failed: $(grep -m1 '^E:' "$base/cron-download.log" || echo 'see cron-download.log')"
rm -rf "$root"
mkdir -p "$root"
for package in $list; do
    # shellcheck disable=SC2012  # names of packages
    deb=$(ls -t "$debs/${package}"_*.deb 2>/dev/null | head -n 1)
    [ -n "$deb" ] || cannot "no package file for $package"
    dpkg -x "$deb" "$root" || cannot "cannot unpack $deb"
done
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -dumpmachine 2>/dev/null || echo "$(uname -m)-linux-gnu")
libraries=$root/usr/lib/$triplet:$root/lib/$triplet:$root/usr/lib/$triplet/systemd
missing=$(LD_LIBRARY_PATH=$libraries ldd "$root/usr/sbin/logrotate" 2>/dev/null | awk '/not found/ { print $1 }' | sort -u)
[ -z "$missing" ] || cannot "shared libraries are missing: $(echo $missing)"
clock=$(find "$root" -name 'libfaketime.so.1' | head -n 1)
[ -n "$clock" ] || cannot 'the libfaketime package holds no library'
printf 'CRON_LIBRARIES=%s\nFAKETIME=%s\n' "$libraries" "$clock" >"$stamp"
