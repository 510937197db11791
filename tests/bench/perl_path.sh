#!/bin/sh
# Prints PERL5LIB for modules unpacked under ROOT.
# usage: perl_path.sh ROOT
set -eu
list=$1/usr/share/perl5
for directory in "$1"/usr/lib/*/perl5/*; do
    [ ! -d "$directory" ] || list=$list:$directory
done
echo "$list"
