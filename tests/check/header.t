#!/bin/sh
# The public header stands alone: it compiles by itself as C11 with gcc and clang and as C++17, without a warning, also when
# included twice; and the whole project's own headers each compile by themselves.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
failed=0

ok() { # STATUS NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; failed=1; sed 's/^/# /' "$work/said"; fi
}
skip() { number=$((number + 1)); echo "ok $number - $1 # SKIP $2"; }

strict='-Wall -Wextra -pedantic -Werror -Wshadow -Wconversion -Wundef -fsyntax-only'
printf '#include "smtplog.h"\n#include "smtplog.h"\nint main(void) { struct smtplog_outcome o; smtplog_analyzer_outcome(0, &o); return 0; }\n' \
    >"$work/use.c"
cp "$work/use.c" "$work/use.cc"
compile() { # COMPILER OPTIONS FILE
    if ! command -v "$1" >/dev/null 2>&1; then skip "$1 $2" "$1 is missing"; return; fi
    # shellcheck disable=SC2086
    $1 $2 $strict -I"$top/include" "$3" >"$work/said" 2>&1
    ok $? "include/smtplog.h compiles alone: $1 $2"
}
for compiler in gcc clang; do
    compile $compiler '-std=c11' "$work/use.c"
    compile $compiler '-std=c99' "$work/use.c"
done
for compiler in g++ clang++; do compile $compiler '-std=c++17' "$work/use.cc"; done

# A planted mistake is seen.
printf '#include "smtplog.h"\nint main(void) { smtplog_analyzer_run(0); return 0; }\n' >"$work/ignores.c"
gcc -std=c11 -Wall -Werror -I"$top/include" -c "$work/ignores.c" -o "$work/ignores.o" >"$work/said" 2>&1
ok $(($? == 0)) 'ignoring a status does not compile'

bad=
for header in "$top"/src/*/*.h; do
    name=${header#"$top/src/"}
    printf '#include "%s"\n#include "%s"\n' "$name" "$name" >"$work/one.c"
    gcc -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Wall -Wextra -Werror -fsyntax-only -I"$top/include" -I"$top/src" \
        "$work/one.c" >>"$work/said" 2>&1 || bad="$bad $name"
done
[ -z "$bad" ]
ok $? "every header of src/ compiles alone$bad"
echo "1..$number"
exit $failed
