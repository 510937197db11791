# How the worlds come by Debian packages: downloaded with apt-get and unpacked with dpkg below build/; nothing is installed. Read by the
# fetch.sh of each, which sets $base (where downloads and logs go) before.
# shellcheck shell=sh disable=SC2154  # $base comes from the script that reads this

say() { echo "e2e: $*" >&2; }
# The reason why the packages cannot be had here, as the last line.
cannot() { say "$@"; exit 77; }

# need_packages WHAT TOOL...: the tools that unpacking WHAT takes.
need_packages() {
    what=$1
    shift
    for tool in apt-get apt-cache dpkg "$@"; do
        command -v "$tool" >/dev/null 2>&1 || cannot "$tool is missing: the test takes $what from Debian packages"
    done
}

# The lists may be empty (fresh image) or old (the version they name is gone from the mirror): then update once.
refreshed=no
refresh() {
    [ $refreshed = no ] || return 1
    refreshed=yes
    [ "$(id -u)" -eq 0 ] || return 1
    say 'apt-get update (package lists are missing or old)'
    apt-get -qq update >"$base/apt-update.log" 2>&1
}

# with_needed WANTED FALLBACK: the packages with those that they need and this machine lacks; FALLBACK where apt cannot work it out.
with_needed() {
    # shellcheck disable=SC2086  # names are words
    apt-cache show --no-all-versions $1 >/dev/null 2>&1 || refresh || true
    # shellcheck disable=SC2086
    apt-cache show --no-all-versions $1 >/dev/null 2>&1 || cannot "apt does not know $1: no package lists (run apt-get update) or no network"
    # New packages of a simulated installation; upgrades of what is installed ("Inst perl [old] ...") are not needed.
    # shellcheck disable=SC2086
    new=$(apt-get -s -q --no-install-recommends install $1 2>/dev/null | awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }') || new=
    # shellcheck disable=SC2086
    list=$(printf '%s\n' ${new:-$2} $1 | sort -u)
}

# apt-get download writes into the working directory and takes only what is not there yet.
download() {
    # shellcheck disable=SC2086
    (cd "$1" && apt-get -q -o APT::Sandbox::User=root download $2) >"$base/apt-download.log" 2>&1
}

# unpack DEBS ROOT PACKAGES: downloads into DEBS and unpacks into ROOT, which is made anew.
unpack() {
    mkdir -p "$1"
    say "downloading $(printf '%s\n' "$3" | wc -w) packages"
    download "$1" "$3" || { refresh && download "$1" "$3"; } ||
        cannot "apt-get download failed: $(grep -m1 '^E:' "$base/apt-download.log" || echo 'see apt-download.log')"
    rm -rf "$2"
    mkdir -p "$2"
    for package in $3; do
        # shellcheck disable=SC2012  # names of packages
        deb=$(ls -t "$1/${package}"_*.deb 2>/dev/null | head -n 1)
        [ -n "$deb" ] || cannot "no package file for $package"
        dpkg -x "$deb" "$2" || cannot "cannot unpack $deb"
    done
}

triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -dumpmachine 2>/dev/null || echo "$(uname -m)-linux-gnu")

# need_libraries PATH PROGRAM...: all shared libraries are there. Said now, not by a server that does not start.
need_libraries() {
    path=$1
    shift
    missing=$(LD_LIBRARY_PATH=$path ldd "$@" 2>/dev/null | awk '/not found/ { print $1 }' | sort -u)
    # shellcheck disable=SC2086  # one line of them
    [ -z "$missing" ] || cannot "shared libraries are missing: $(echo $missing)"
}
