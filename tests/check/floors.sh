#!/bin/sh
# Does every C file keep to its floor? A file may include its own folder and lower floors; folders on one floor do not see each
# other; the command line sees the public header only. The list below is the only one.
#
# usage: floors.sh [DIRECTORY]    (default: the project); says every breach with file:line, exit 1 when there is one
set -u
top=${1:-$(cd "$(dirname "$0")/../.." && pwd)}

FLOORS='base=0 input=1 data=1 event=2 pattern=2 catalog=3 filter=3 logfmt=3 track=4 aggregate=5 finding=6 report=7 lib=8'
# Libraries that one folder wraps for the rest.
WRAPPED='zlib.h=input zstd.h=input lzma.h=input bzlib.h=input systemd/sd-journal.h=input pcre2.h=pattern jansson.h=logfmt ncurses.h=cli'

cd "$top/src" || exit 2
# shellcheck disable=SC2046  # one word a file
awk -v floors="$FLOORS" -v wrapped="$WRAPPED" '
function breach(what) { printf "src/%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
BEGIN {
    n = split(floors, pair, " ")
    for (i = 1; i <= n; i++) { split(pair[i], word, "="); floor[word[1]] = word[2] + 0 }
    n = split(wrapped, pair, " ")
    for (i = 1; i <= n; i++) { split(pair[i], word, "="); owner[word[1]] = word[2] }
}
FNR == 1 {
    depth = split(FILENAME, part, "/")
    folder = part[1]
    if (depth != 2) breach("a source file lies in a folder right below src/")
    else if (!(folder in floor) && folder != "cli" && folder != "tools") breach("the folder " folder " has no floor")
}
/^[ \t]*#[ \t]*include/ {
    line = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
    if (line ~ /^</) {
        name = substr(line, 2); sub(/>.*/, "", name)
        if (name in owner && owner[name] != folder) breach(name " belongs to " owner[name] "/")
        split(name, part, "/")
        if (name == "smtplog.h" || part[1] in floor || part[1] == "cli") breach("own headers are included with quotes: " name)
        next
    }
    if (line !~ /^"/) { breach("an include names its file: " line); next }
    name = substr(line, 2); sub(/".*/, "", name)
    if (name == "smtplog.h") {
        if (folder != "lib" && folder != "cli" && FILENAME != "base/status.h")
            breach("only lib/, cli/ and base/status.h see the public header")
        next
    }
    if (split(name, part, "/") != 2 || name ~ /\.\./) { breach("an include is FOLDER/FILE.h: " name); next }
    if ((getline dummy < name) < 0) breach("there is no " name)
    close(name)
    if (part[1] == folder) next
    if (folder == "cli") { breach("cli/ sees cli/ and smtplog.h only, not " name); next }
    if (folder == "tools") { breach("tools/ stand alone, not " name); next }
    if (!(part[1] in floor)) { breach(part[1] "/ is no floor that others see: " name); next }
    if (floor[part[1]] > floor[folder]) breach(folder " (floor " floor[folder] ") looks up to " name " (floor " floor[part[1]] ")")
    if (floor[part[1]] == floor[folder]) breach(folder " and " part[1] " share a floor: " name)
}
END { exit bad }
' $(find . -name '*.[ch]' | sed 's#^\./##' | sort)
