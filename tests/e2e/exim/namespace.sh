#!/bin/sh
# Runs one command in a world of its own: network, mounts, processes and host name are private, and everything started
# here dies with it. Called by run.sh as
#   unshare -n -m -p -u -i -f --kill-child --mount-proc sh namespace.sh PLACE ROOT RUN COMMAND...
# PLACE is an existing directory (never one above this repository) that a tmpfs covers, in this namespace only.
# There: PLACE/root = the unpacked packages, PLACE/run = the directory for logs and journals.
set -eu

place=$1 root=$2 run=$3
shift 3

hostname mx-exim
ip link set lo up
for address in $("${PYTHON:-python3}" "$(dirname "$0")/world_exim.py" addresses); do
    ip address add "$address/32" dev lo
done

mount -t tmpfs -o mode=755 tmpfs "$place"
mkdir "$place/root" "$place/run" "$place/dev" "$place/work"
mount --bind "$root" "$place/root"
mount --bind "$run" "$place/run"

# A /dev of our own, so that there can be a /dev/log.
mount -t tmpfs -o mode=755 tmpfs "$place/dev"
for node in null zero full random urandom; do
    : >"$place/dev/$node"
    mount --bind "/dev/$node" "$place/dev/$node"
done
mkdir "$place/dev/shm"
ln -s /proc/self/fd "$place/dev/fd"
mount --move "$place/dev" /dev

# A copy of /etc: Exim takes configurations from the files named in /etc/exim4/trusted_configs only, and that
# directory is not there on a machine without Exim.
cp -a /etc "$place/etc"
rm -rf "$place/etc/exim4" "$place/etc/localtime"
mkdir "$place/etc/exim4"
cat >"$place/etc/passwd" <<END
root:x:0:0:root:/root:/bin/sh
mail:x:8:8:mail:/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
Debian-exim:x:5101:5101::/nonexistent:/usr/sbin/nologin
END
printf 'root:x:0:\nmail:x:8:\nnogroup:x:65534:\nDebian-exim:x:5101:\n' >"$place/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n' >"$place/etc/nsswitch.conf"
printf 'smtp 25/tcp\nlmtp 24/tcp\nsubmission 587/tcp\n' >"$place/etc/services"
: >"$place/etc/resolv.conf"
: >"$place/etc/hosts"        # filled by flow_exim.py
mount --bind "$place/etc" /etc

exec "$@"
