#!/bin/sh
# The recorded logs in testdata/ against the journals recorded with them: the end-to-end comparison without root, network
# or Postfix. TAP on standard output.
#
# environment: SMTPLOG  the program (default build/smtplog)
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
SMTPLOG=${SMTPLOG:-$top/build/smtplog}
PYTHON=${PYTHON:-python3}
data=$top/testdata
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C TZ=UTC

command -v "$PYTHON" >/dev/null 2>&1 || { echo "1..0 # SKIP $PYTHON is missing"; exit 0; }
[ -x "$SMTPLOG" ] || { echo "1..1"; echo "not ok - there is no $SMTPLOG (make first)"; exit 1; }

{
    "$PYTHON" "$here/compare.py" --binary "$SMTPLOG" --journal "$data/postfix-journal.jsonl.gz" \
        --out "$data/postfix-outbound.log" --in "$data/postfix-inbound.log" \
        --both "$data/postfix-outbound.log" "$data/postfix-inbound.log" || echo "# exit $?"
    "$PYTHON" "$here/compare.py" --binary "$SMTPLOG" --journal "$data/rotated/journal.jsonl.gz" \
        --both "$data/rotated/mail.log" "$data/rotated/mail.log.1" "$data/rotated/mail.log.2.gz" || echo "# exit $?"
} 2>&1 | awk '
    /^(not )?ok / { n++ }
    /^Traceback/ { broken = 1 }
    { print }
    END { if (broken || n < 200) { print "not ok - the comparison came to its end"; n++ } print "1.." n }'
