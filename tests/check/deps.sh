#!/bin/sh
# Makes sure that the packages named are there. Quick and silent when they are. Debian and its kin, as root: installs what is
# missing with apt-get, one by one when not all can be had, and names the rest. Elsewhere, or without root: says what is missing,
# by what it is needed for, and fails.
#
# usage: deps.sh PACKAGE...    (Debian's names)
# environment: DEPS_DRY=yes    say what would be done, install nothing
set -u

# How to see a package where there is no dpkg: a command, or a library that pkg-config knows.
seen_by() {
    case $1 in
        libpcre2-dev) echo 'lib libpcre2-8' ;;
        zlib1g-dev) echo 'lib zlib' ;;
        libjansson-dev) echo 'lib jansson' ;;
        libsystemd-dev) echo 'lib libsystemd' ;;
        libzstd-dev) echo 'lib libzstd' ;;
        liblzma-dev) echo 'lib liblzma' ;;
        libbz2-dev) echo 'lib bzip2' ;;
        libseccomp-dev) echo 'lib libseccomp' ;;
        xz-utils) echo 'command xz' ;;
        gettext) echo 'command msgfmt' ;;
        iproute2) echo 'command ip' ;;
        util-linux) echo 'command unshare' ;;
        libclang-rt-*) echo 'none' ;; # part of clang elsewhere
        *) echo "command $1" ;;
    esac
}

present() {
    if command -v dpkg-query >/dev/null 2>&1; then
        case $(dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null) in *'ok installed'*) return 0 ;; *) return 1 ;; esac
    fi
    # shellcheck disable=SC2046
    set -- $(seen_by "$1")
    case $1 in
        command) command -v "$2" >/dev/null 2>&1 ;;
        lib) pkg-config --exists "$2" 2>/dev/null ;;
        *) true ;;
    esac
}

install() { apt-get install -q -y --no-install-recommends "$@" </dev/null >/dev/null; }

missing=
for package in "$@"; do present "$package" || missing="$missing $package"; done
[ -n "$missing" ] || exit 0

if [ "${DEPS_DRY:-no}" = yes ]; then
    echo "deps: missing:$missing"
    exit 1
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    echo "deps: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    failed=$missing
    # shellcheck disable=SC2086  # names are words
    if apt-get update -q >/dev/null; then
        install $missing && exit 0
        # One that is unknown here keeps apt-get from installing any: each by itself, to have the others.
        failed=
        for package in $missing; do install "$package" || failed="$failed $package"; done
    fi
    [ -n "$failed" ] || exit 0
    echo "deps: apt-get could not install$failed" >&2
    exit 1
fi
echo "deps: missing:$missing" >&2
if command -v apt-get >/dev/null 2>&1; then
    echo "deps: as root: apt-get install$missing" >&2
else
    echo "deps: these are Debian's names; install what your system calls them" >&2
fi
exit 1
