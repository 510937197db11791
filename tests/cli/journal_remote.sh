#!/bin/sh
# Brings Debian's systemd-journal-remote, which writes journal files, into build/journal-remote. Nothing is installed: packages are
# downloaded with apt-get and unpacked with dpkg. Run again, it does nothing. On standard output: a command that runs it.
#
# usage: tests/cli/journal_remote.sh
# exit:  0 it is there; 77 it cannot be had here (the reason is the last line on standard error)
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
base=$(cd "${BUILD:-$top/build}" && pwd)/journal-remote
root=$base/root

cannot() { echo "$*" >&2; exit 77; }

# What the program needs besides what every Debian machine has. No waiting for a network that is not there.
download() {
    packages=$(apt-get -s -q --no-install-recommends install systemd-journal-remote 2>/dev/null |
        awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }')
    packages=$(printf '%s\n' $packages systemd-journal-remote libsystemd-shared libmicrohttpd12 | sort -u)
    mkdir -p "$base/debs" || return 1
    # shellcheck disable=SC2086  # names are words
    (cd "$base/debs" && apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=0 -o Acquire::http::Timeout=15 \
        download $packages) >"$base/download.log" 2>&1 </dev/null
}

if [ ! -e "$base/ready" ]; then
    for tool in apt-get dpkg ldd; do
        command -v $tool >/dev/null 2>&1 || cannot "$tool is missing: systemd-journal-remote comes from a Debian package"
    done
    mkdir -p "$base"
    if ! download; then
        [ "$(id -u)" -ne 0 ] || apt-get -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=15 update >/dev/null 2>&1 </dev/null
        download || cannot "systemd-journal-remote cannot be downloaded: $(grep -m1 '^E:' "$base/download.log")"
    fi
    rm -rf "$root"
    for package in "$base"/debs/*.deb; do
        dpkg -x "$package" "$root" || cannot "cannot unpack $package"
    done
fi

program=$(find "$root" -name systemd-journal-remote -type f -perm -u+x | head -n 1)
[ -n "$program" ] || cannot 'the package holds no systemd-journal-remote'
libraries=$(find "$root" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -s -d :)
missing=$(LD_LIBRARY_PATH=$libraries ldd "$program" | awk '/not found/ { print $1 }' | tr '\n' ' ')
[ -z "$missing" ] || cannot "systemd-journal-remote lacks shared libraries: $missing"
: >"$base/ready"
echo "env LD_LIBRARY_PATH=$libraries $program"
