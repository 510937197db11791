#!/bin/sh
# Runs one command in a world of its own: network, mounts, processes and host name are private, and everything started
# here dies with it. Called by run.sh as
#   unshare -n -m -p -u -i -f --kill-child --mount-proc sh namespace.sh PLACE ROOT RUN COMMAND...
# PLACE is an existing directory (never one above this repository) that a tmpfs covers, in this namespace only.
# There: PLACE/root = the unpacked packages, PLACE/run = the directory for logs and journals.
set -eu

place=$1 root=$2 run=$3
shift 3

hostname mx-in
ip link set lo up
for address in 192.0.2.10 192.0.2.101 192.0.2.102 192.0.2.103 192.0.2.104 192.0.2.105 \
    198.51.101.7 198.51.100.201 198.51.100.202 \
    203.0.113.5 203.0.113.25 203.0.113.26 203.0.113.27 203.0.113.28 \
    198.51.100.11 198.51.100.12 198.51.100.13 198.51.100.14 198.51.100.15 198.51.100.16 198.51.100.17 \
    198.51.100.18 198.51.100.19 198.51.100.20 198.51.100.21 198.51.100.22 198.51.100.31 198.51.100.32 198.51.100.33 \
    198.51.100.34 198.51.100.66 198.51.100.67 198.51.100.68; do
    ip address add $address/32 dev lo
done

mount -t tmpfs -o mode=755 tmpfs "$place"
mkdir "$place/root" "$place/run" "$place/etc" "$place/dev" "$place/work"
mount --bind "$root" "$place/root"
mount --bind "$run" "$place/run"

# A /dev of our own, so that there can be a /dev/log (postgrey speaks to syslog only).
mount -t tmpfs -o mode=755 tmpfs "$place/dev"
for node in null zero full random urandom; do
    : >"$place/dev/$node"
    mount --bind "/dev/$node" "$place/dev/$node"
done
mkdir "$place/dev/shm"
ln -s /proc/self/fd "$place/dev/fd"
mount --move "$place/dev" /dev

# Accounts and names, covering the machine's own.
cat >"$place/etc/passwd" <<END
root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
postfix:x:5001:5001::/nonexistent:/usr/sbin/nologin
postgrey:x:5002:5003::/nonexistent:/usr/sbin/nologin
END
cat >"$place/etc/group" <<END
root:x:0:
nogroup:x:65534:
postfix:x:5001:
postdrop:x:5002:
postgrey:x:5003:
END
printf 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n' >"$place/etc/nsswitch.conf"
printf 'smtp 25/tcp\nlmtp 24/tcp\n' >"$place/etc/services"
printf 'multi on\n' >"$place/etc/host.conf"
: >"$place/etc/resolv.conf"
: >"$place/etc/hosts"        # filled by flow.py from world.py
for name in passwd group nsswitch.conf services host.conf resolv.conf hosts; do
    if [ -e "/etc/$name" ]; then mount --bind "$place/etc/$name" "/etc/$name"; fi
done

exec "$@"
