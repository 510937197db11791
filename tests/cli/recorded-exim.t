#!/bin/sh
# The recorded logs of Exim against their journal (tests/e2e/exim/recorded.sh): the end-to-end comparison without root or Exim.
build=$(cd "${BUILD:-build}" && pwd) || exit 1
SMTPLOG=$build/smtplog exec sh "$(dirname "$0")/../e2e/exim/recorded.sh"
