#!/bin/sh
# Brings Debian's postfix and postgrey, with the libraries this machine lacks, into build/e2e/root. Run again, it does nothing.
#
# usage: tests/e2e/fetch.sh [--force]
# exit:  0 the root is ready; 77 it cannot be had here (the reason is the last line on standard error)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
base=${E2E_DIR:-$top/build/e2e}
root=$base/root
stamp=$base/root.ready
# shellcheck source=tests/e2e/package.sh
. "$here/package.sh"

if [ "${1:-}" = --force ]; then rm -rf "$root" "$stamp" "$base/debs"; fi
if [ -e "$stamp" ]; then exit 0; fi
need_packages Postfix dpkg-deb
mkdir -p "$base"
# What the two need besides Debian's essential packages and perl.
with_needed 'postfix postgrey' 'libberkeleydb-perl libdb5.3 libio-multiplex-perl libnet-cidr-perl libnet-dns-perl
    libnet-server-perl libnetaddr-ip-perl libsasl2-2 libsasl2-modules-db libdigest-hmac-perl'
unpack "$base/debs" "$root.new" "$list"
[ -x "$root.new/usr/lib/postfix/sbin/master" ] || cannot 'the postfix package holds no usr/lib/postfix/sbin/master'
rm -rf "$root"
mv "$root.new" "$root"

libraries=$root/usr/lib/postfix:$root/usr/lib/$triplet:$root/lib/$triplet
need_libraries "$libraries" "$root"/usr/lib/postfix/sbin/* "$root"/usr/sbin/post*
modules=$root/usr/share/perl5
for directory in "$root/usr/lib/$triplet"/perl5/*; do
    [ ! -d "$directory" ] || modules=$modules:$directory
done
LD_LIBRARY_PATH=$libraries PERL5LIB=$modules perl -MNet::Server::Multiplex -MBerkeleyDB -MNetAddr::IP -e 1 2>"$base/perl.log" ||
    cannot "perl modules for postgrey are missing: $(head -n 1 "$base/perl.log")"

printf 'LIBRARIES=%s\nMODULES=%s\n' "$libraries" "$modules" >"$stamp"
say "ready: $("$root"/usr/sbin/postconf -d -h mail_version 2>/dev/null || ls "$base/debs" | grep -o '^postfix_[^_]*' || true) in $root"
