# What both end-to-end runs begin with: read by run.sh and exim/run.sh, which set $top, $work (the directory where all of it
# goes), $SMTPLOG and $PYTHON before.
# shellcheck shell=sh disable=SC2154  # those four come from the script that reads this

skip() { echo "1..0 # SKIP $*"; exit 0; }
count=0
# Prints the TAP lines of a command and counts them, for the plan at the end.
tap() {
    "$@" >"$work/tap.out" 2>"$work/tap.err"
    result=$?
    cat "$work/tap.out"
    count=$((count + $(grep -cE '^(not )?ok ' "$work/tap.out")))
    # A command that broke off has not checked what it should.
    if [ $result -ne 0 ] && ! grep -q '^not ok ' "$work/tap.out"; then
        count=$((count + 1))
        echo "not ok - $(basename "$2") came to its end (exit $result)"
        sed 's/^/# /' "$work/tap.err"
    fi
}
result() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok - $2"; else echo "not ok - $2"; fi
}

# need_world TOOL...: skips the run where a world of its own cannot be made, or a tool is missing.
need_world() {
    [ "$(id -u)" -eq 0 ] || skip 'needs root (namespaces, ports, accounts)'
    for tool in unshare ip mount hostname "$PYTHON" "$@"; do
        command -v "$tool" >/dev/null 2>&1 || skip "$tool is missing"
    done
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 7))' || skip "$PYTHON is older than 3.7"
    unshare -n -m -p -u -i -f --kill-child --mount-proc true 2>/dev/null || skip 'unshare cannot make namespaces here'
    mkdir -p "$work"
}

# need_program: nothing to compare without smtplog, unless only the flow is wanted.
need_program() {
    [ "${E2E_ONLY_FLOW:-no}" = yes ] || [ -x "$SMTPLOG" ] || { echo "1..1"; echo "not ok - there is no $SMTPLOG (make first)"; exit 1; }
}

# find_place: $place, a directory that a tmpfs may cover inside the namespace: there, and nothing of ours below it.
find_place() {
    place=
    for candidate in /srv /mnt /media /opt; do
        case "$top/ $work/" in *"$candidate"/*) continue ;; esac
        if [ -d "$candidate" ] && [ ! -L "$candidate" ]; then place=$candidate; break; fi
    done
    [ -n "$place" ] || skip 'no directory to mount over (/srv, /mnt, /media, /opt)'
}
