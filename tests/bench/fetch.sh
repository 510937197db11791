#!/bin/sh
# Brings the programs that the benchmark compares with into build/bench/root: Debian's pflogsumm with its Perl modules,
# eximstats (of exim4-base), and ripgrep. Nothing is installed: packages are downloaded with apt-get and unpacked with dpkg.
# What cannot be had is named on standard error and left out; the benchmark goes on without it. Run again, it does nothing.
#
# usage: tests/bench/fetch.sh [--force]
# exit:  0 always, unless the directory cannot be written
# BENCH_DIR and BENCH_PACKAGES say where to and which, for other tests that compare.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
base=${BENCH_DIR:-$top/build/bench}
root=$base/root
debs=$base/debs
packages=${BENCH_PACKAGES:-pflogsumm libdate-calc-perl libbit-vector-perl libcarp-clan-perl ripgrep exim4-base}

say() { echo "bench: $*" >&2; }

if [ "${1:-}" = --force ]; then rm -rf "$root" "$debs"; fi
mkdir -p "$root" "$debs"

for tool in apt-get dpkg; do
    command -v "$tool" >/dev/null 2>&1 || {
        say "$tool is missing: no peers but those installed"
        exit 0
    }
done

# The package lists may be empty or old: update once, if we may.
refreshed=no
refresh() {
    if [ "$refreshed" = yes ] || [ "$(id -u)" -ne 0 ]; then return 1; fi
    refreshed=yes
    say 'apt-get update (package lists are missing or old)'
    apt-get -qq update >"$base/apt-update.log" 2>&1
}
download() { (cd "$debs" && apt-get -q -o APT::Sandbox::User=root download "$1") >"$base/apt-download.log" 2>&1; }

for package in $packages; do
    if [ -e "$root/.$package" ]; then continue; fi
    if download "$package" || { refresh && download "$package"; }; then
        deb=$(find "$debs" -name "${package}_*.deb" | sort | tail -n 1)
        dpkg -x "$deb" "$root"
        basename "$deb" .deb >"$root/.$package"
    else
        say "skipped: $package ($(grep -m1 '^E:' "$base/apt-download.log" || echo 'see apt-download.log'))"
    fi
done

if [ -e "$root/usr/sbin/pflogsumm" ]; then
    PERL5LIB=$("$here/perl_path.sh" "$root") perl -MDate::Calc -e 1 2>"$base/perl.log" ||
        say "pflogsumm will not run: $(head -n 1 "$base/perl.log")"
fi
