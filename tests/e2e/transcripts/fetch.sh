#!/bin/sh
# Brings the SMTP tools that record.py runs into build/transcripts: Debian packages, unpacked there, and nodemailer.
# Nothing is installed. Run again, it does nothing.
#
# usage: tests/e2e/transcripts/fetch.sh
# exit:  0 ready; 77 the packages cannot be had here
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
base=$top/build/transcripts
root=$base/root
packages='swaks libphp-phpmailer php8.2-cli inetutils-telnet netcat-openbsd exim4-daemon-heavy exim4-base libmail-java
    libactivation-java libauthen-sasl-perl libio-socket-ssl-perl libnet-ssleay-perl libidn12 libspf2-2 libmariadb3'

[ ! -e "$base/ready" ] || exit 0
mkdir -p "$base/debs" "$root"
(cd "$base/debs" && apt-get -q -o APT::Sandbox::User=root download $packages) >"$base/download.log" 2>&1 ||
    { echo "transcripts: apt-get download failed, see $base/download.log" >&2; exit 77; }
for deb in "$base"/debs/*.deb; do dpkg -x "$deb" "$root"; done
chmod -R u-s,g-s "$root/usr/sbin"
if command -v npm >/dev/null; then
    mkdir -p "$base/npm"
    (cd "$base/npm" && npm install --no-audit --no-fund nodemailer) >"$base/npm.log" 2>&1 || true
fi

# Exim insists on its own user and path: both are there inside a mount namespace only.
mkdir -p "$base/exim/spool"
(cat /etc/passwd; echo 'Debian-exim:x:109:116::/var/spool/exim4:/usr/sbin/nologin') >"$base/passwd"
(cat /etc/group; echo 'Debian-exim:x:116:') >"$base/group"
chown -R 109:116 "$base/exim" 2>/dev/null || true
cat >"$base/in_root.sh" <<END
#!/bin/sh
mount --bind $base/passwd /etc/passwd
mount --bind $base/group /etc/group
mount -t overlay overlay -o lowerdir=$root/usr/sbin:/usr/sbin /usr/sbin
export LD_LIBRARY_PATH=$root/usr/lib:$root/usr/lib/x86_64-linux-gnu LC_ALL=C
exec "\$@"
END
chmod +x "$base/in_root.sh"
: >"$base/ready"
