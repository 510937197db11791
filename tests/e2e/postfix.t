#!/bin/sh
# run.sh for prove: the program of this build, everything else below it.
build=$(cd "${BUILD:-build}" && pwd) || exit 1
SMTPLOG=$build/smtplog exec sh "$(dirname "$0")/run.sh"
