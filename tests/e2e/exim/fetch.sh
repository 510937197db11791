#!/bin/sh
# Brings Debian's exim4-daemon-heavy, with the libraries this machine lacks, into build/e2e-exim/root.
# Nothing is installed: packages are downloaded with apt-get and unpacked with dpkg. Run again, it does nothing.
#
# usage: tests/e2e/exim/fetch.sh [--force]
# exit:  0 the root is ready; 77 it cannot be had here (the reason is the last line on standard error)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
base=${E2E_EXIM_DIR:-$top/build/e2e-exim}
root=$base/root
debs=$base/debs
stamp=$base/root.ready
wanted='exim4-daemon-heavy exim4-base exim4-config'
# What Exim needs besides Debian's essential packages; used only when apt cannot work it out itself.
fallback='exim4-daemon-heavy exim4-base exim4-config libidn12 libmariadb3 libspf2-2 libpq5 libldap-2.5-0
    libopendmarc2 libgnutls-dane0 libunbound8 libhiredis0.14 libsasl2-2 libperl5.36 libsqlite3-0'

cannot() { echo "e2e: $*" >&2; exit 77; }
say() { echo "e2e: $*" >&2; }

if [ "${1:-}" = --force ]; then rm -rf "$root" "$stamp" "$debs"; fi
if [ -e "$stamp" ]; then exit 0; fi

for tool in apt-get apt-cache dpkg dpkg-deb; do
    command -v $tool >/dev/null 2>&1 || cannot "$tool is missing: the test takes Exim from Debian packages"
done
mkdir -p "$debs"

# The lists may be empty (fresh image) or old (the version they name is gone from the mirror): then update once.
refreshed=no
refresh() {
    [ $refreshed = no ] || return 1
    refreshed=yes
    [ "$(id -u)" -eq 0 ] || return 1
    say 'apt-get update (package lists are missing or old)'
    apt-get -qq update >"$base/apt-update.log" 2>&1
}
known() { apt-cache show --no-all-versions exim4-daemon-heavy >/dev/null 2>&1; }
known || refresh || true
known || cannot 'apt knows no exim4-daemon-heavy: no package lists (run apt-get update) or no network'

# New packages of a simulated installation; upgrades of what is installed ("Inst perl [old] ...") are not needed.
needed() {
    apt-get -s -q --no-install-recommends install $wanted 2>/dev/null |
        awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }'
}
list=$(needed) || list=
[ -n "$list" ] || list=$fallback
list=$(printf '%s\n' $list $wanted | sort -u)

# apt-get download writes into the working directory and takes only what is not there yet.
download() { (cd "$debs" && apt-get -q -o APT::Sandbox::User=root download $list) >"$base/apt-download.log" 2>&1; }
say "downloading $(printf '%s\n' "$list" | wc -l) packages"
download || { refresh && download; } ||
    cannot "apt-get download failed: $(grep -m1 '^E:' "$base/apt-download.log" || echo 'see apt-download.log')"

rm -rf "$root.new"
mkdir -p "$root.new"
for package in $list; do
    deb=$(ls -t "$debs/${package}"_*.deb 2>/dev/null | head -n 1)
    [ -n "$deb" ] || cannot "no package file for $package"
    dpkg -x "$deb" "$root.new" || cannot "cannot unpack $deb"
done
[ -x "$root.new/usr/sbin/exim4" ] || cannot 'the package holds no usr/sbin/exim4'
rm -rf "$root"
mv "$root.new" "$root"
# Unpacked files may be set-user-id; nothing here needs that.
find "$root" -type f -perm /6000 -exec chmod a-s {} +

triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -dumpmachine 2>/dev/null || echo "$(uname -m)-linux-gnu")
libraries=$root/usr/lib:$root/usr/lib/$triplet:$root/lib/$triplet
missing=$(LD_LIBRARY_PATH=$libraries ldd "$root"/usr/sbin/exim4 2>/dev/null | awk '/not found/ { print $1 }' | sort -u)
[ -z "$missing" ] || cannot "shared libraries are missing: $(echo $missing)"

printf 'LIBRARIES=%s\n' "$libraries" >"$stamp"
say "ready: $(LD_LIBRARY_PATH=$libraries "$root"/usr/sbin/exim4 -C /dev/null -bV 2>/dev/null | head -n 1) in $root"
