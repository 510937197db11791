#!/bin/sh
# The recorded logs of Exim in testdata/ against the journal recorded with them: the end-to-end comparison without root,
# network or Exim. TAP on standard output.
#
# environment: SMTPLOG  the program (default build/smtplog)
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
SMTPLOG=${SMTPLOG:-$top/build/smtplog}
PYTHON=${PYTHON:-python3}
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C TZ=UTC PYTHONPATH="$here/..:$here"

command -v "$PYTHON" >/dev/null 2>&1 || { echo "1..0 # SKIP $PYTHON is missing"; exit 0; }
[ -x "$SMTPLOG" ] || { echo "1..1"; echo "not ok - there is no $SMTPLOG (make first)"; exit 1; }

{ "$PYTHON" "$here/check.py" --binary "$SMTPLOG" --run "$top/testdata" || echo "# exit $?"; } 2>&1 | awk '
    /^(not )?ok / { n++ }
    /^Traceback/ { broken = 1 }
    { print }
    END { if (broken || n < 600) { print "not ok - the comparison came to its end"; n++ } print "1.." n }'
