#!/bin/sh
# Brings Debian's exim4-daemon-heavy, with the libraries this machine lacks, into build/e2e-exim/root. Run again, it does nothing.
#
# usage: tests/e2e/exim/fetch.sh [--force]
# exit:  0 the root is ready; 77 it cannot be had here (the reason is the last line on standard error)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
base=${E2E_EXIM_DIR:-$top/build/e2e-exim}
root=$base/root
stamp=$base/root.ready
# shellcheck source=tests/e2e/package.sh
. "$here/../package.sh"

if [ "${1:-}" = --force ]; then rm -rf "$root" "$stamp" "$base/debs"; fi
if [ -e "$stamp" ]; then exit 0; fi
need_packages Exim dpkg-deb
mkdir -p "$base"
# What Exim needs besides Debian's essential packages.
with_needed 'exim4-daemon-heavy exim4-base exim4-config' 'libidn12 libmariadb3 libspf2-2 libpq5 libldap-2.5-0
    libopendmarc2 libgnutls-dane0 libunbound8 libhiredis0.14 libsasl2-2 libperl5.36 libsqlite3-0'
unpack "$base/debs" "$root.new" "$list"
[ -x "$root.new/usr/sbin/exim4" ] || cannot 'the package holds no usr/sbin/exim4'
rm -rf "$root"
mv "$root.new" "$root"
# Unpacked files may be set-user-id; nothing here needs that.
find "$root" -type f -perm /6000 -exec chmod a-s {} +

libraries=$root/usr/lib:$root/usr/lib/$triplet:$root/lib/$triplet
need_libraries "$libraries" "$root/usr/sbin/exim4"

printf 'LIBRARIES=%s\n' "$libraries" >"$stamp"
say "ready: $(LD_LIBRARY_PATH=$libraries "$root"/usr/sbin/exim4 -C /dev/null -bV 2>/dev/null | head -n 1) in $root"
