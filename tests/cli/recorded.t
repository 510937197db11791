#!/bin/sh
# The recorded logs against their journals (tests/e2e/recorded.sh): the end-to-end comparison without root or Postfix.
build=$(cd "${BUILD:-build}" && pwd) || exit 1
SMTPLOG=$build/smtplog exec sh "$(dirname "$0")/../e2e/recorded.sh"
