#!/bin/sh
# Incidents lived through anew by a real Postfix (incident/record.sh), and the findings of the program on their logs: one of
# them, a little more than a minute; INCIDENTS="healthy-day full-disk ..." chooses others, INCIDENTS=all all six.
build=$(cd "${BUILD:-build}" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
names=${INCIDENTS:-full-disk}
[ "$names" != all ] || names=
INCIDENT_DIR=$build/incidents
export INCIDENT_DIR
rm -rf "$INCIDENT_DIR"
mkdir -p "$INCIDENT_DIR"
# shellcheck disable=SC2086  # names are words
sh "$here/incident/record.sh" $names >"$INCIDENT_DIR/record.tap" 2>&1
if grep -q '^1\.\.0 # SKIP' "$INCIDENT_DIR/record.tap"; then
    grep '^1\.\.0 # SKIP' "$INCIDENT_DIR/record.tap"
    exit 0
fi
if grep -q '^not ok' "$INCIDENT_DIR/record.tap" || ! grep -q '^ok' "$INCIDENT_DIR/record.tap"; then
    sed 's/^/# /' "$INCIDENT_DIR/record.tap"
    echo '1..1'
    echo 'not ok 1 - the incidents were recorded'
    exit 1
fi
exec "${PYTHON:-python3}" "$here/../cli/finding.t"
