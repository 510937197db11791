#!/bin/sh
# deps.sh: quiet and quick when everything is there, names what is missing, works without dpkg. Installs nothing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
failed=0
ok() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; failed=1; sed 's/^/# /' "$work/said"; fi
}

# A world of its own: only the tools that are linked into $work/bin.
mkdir "$work/bin"
for tool in sh id cat sed; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done
world() { env PATH="$work/bin" "$@" >"$work/said" 2>&1; }

printf '#!/bin/sh\nexit 0\n' >"$work/bin/make"
printf '#!/bin/sh\n[ "$2" = zlib ]\n' >"$work/bin/pkg-config"
chmod +x "$work/bin/make" "$work/bin/pkg-config"
world sh "$here/deps.sh" make zlib1g-dev libclang-rt-14-dev && [ ! -s "$work/said" ]
ok $? 'without dpkg: commands and libraries that are there are seen, and nothing is said'
world sh "$here/deps.sh" make libpcre2-dev no-such-thing
[ $? -eq 1 ] && grep -q 'missing: libpcre2-dev no-such-thing$' "$work/said" && grep -q "Debian's names" "$work/said"
ok $? 'without apt-get: what is missing is named'

printf '#!/bin/sh\ncase $4 in make) echo install ok installed;; gone) echo deinstall ok config-files;; *) exit 1;; esac\n' >"$work/bin/dpkg-query"
chmod +x "$work/bin/dpkg-query"
world sh "$here/deps.sh" make && [ ! -s "$work/said" ]
ok $? 'with dpkg: an installed package is seen'
world sh "$here/deps.sh" make gone other
[ $? -eq 1 ] && grep -q 'missing: gone other$' "$work/said"
ok $? 'with dpkg: a removed and an unknown package are missing'

printf '#!/bin/sh\necho 1000\n' >"$work/bin/id2"
chmod +x "$work/bin/id2"
rm "$work/bin/id" && mv "$work/bin/id2" "$work/bin/id"
printf '#!/bin/sh\necho "apt-get $*" >>"%s/apt"\n' "$work" >"$work/bin/apt-get"
chmod +x "$work/bin/apt-get"
world sh "$here/deps.sh" other
[ $? -eq 1 ] && grep -q 'as root: apt-get install other' "$work/said" && [ ! -e "$work/apt" ]
ok $? 'without root: says how to install, and does not try'
printf '#!/bin/sh\necho 0\n' >"$work/bin/id"
world sh "$here/deps.sh" make other more
[ $? -eq 0 ] && grep -q 'apt-get update' "$work/apt" && grep -q 'apt-get install .* other more$' "$work/apt"
ok $? 'as root with apt-get: lists are refreshed and what is missing is installed'
printf '#!/bin/sh\nexit 100\n' >"$work/bin/apt-get"
world sh "$here/deps.sh" other
[ $? -eq 1 ] && grep -q 'could not install other' "$work/said"
ok $? 'a failure of apt-get is one of deps'
printf '#!/bin/sh\necho "apt-get $*" >>"%s/apt"\ncase "$*" in *unknown*) exit 100;; esac\n' "$work" >"$work/bin/apt-get"
: >"$work/apt"
world sh "$here/deps.sh" other unknown more
[ $? -eq 1 ] && grep -q 'could not install unknown$' "$work/said" && grep -q 'apt-get install .* other$' "$work/apt" && grep -q 'apt-get install .* more$' "$work/apt"
ok $? 'a package that this system does not have is named, and the others are installed'
: >"$work/apt"
world sh "$here/deps.sh" other more
[ $? -eq 0 ] && [ "$(grep -c 'apt-get install' "$work/apt")" -eq 1 ]
ok $? 'one call of apt-get when all can be had'
echo "1..$number"
exit $failed
