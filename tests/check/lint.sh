#!/bin/sh
# Formatting, static analysis, both compilers. Says every finding; exit 1 when there is one.
#
# usage: lint.sh [STEP...]     steps: format scripts gcc clang analyzer tidy cppcheck; default: all of them
# environment: BUILD           where the compilers build (below BUILD/lint; default build)
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}/lint
jobs=$(nproc 2>/dev/null || echo 2)
STANDARD='-std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Iinclude -Isrc -Itests/unit'
mkdir -p "$build" || exit 2
failed=0

c_files() { ls src/*/*.c src/*/*.h include/*.h tests/unit/*.[ch] tests/fuzz/*.[ch] tests/fault/*.c 2>/dev/null; }
result() { # STATUS STEP
    if [ "$1" -eq 0 ]; then echo "lint: $2: nothing found"; else echo "lint: $2: FAILED"; failed=1; fi
}
has() { command -v "$1" >/dev/null 2>&1 || { echo "lint: $1 is missing (make deps)"; failed=1; return 1; }; }

step_format() {
    has clang-format || return
    # shellcheck disable=SC2046  # one word a file
    clang-format --dry-run -Werror $(c_files) 2>"$build/format"
    status=$?
    sed -n 's/^\([a-z][^ :]*\.[ch]\):[0-9]*:.*/\1/p' "$build/format" | sort | uniq -c |
        sed 's/^ *\([0-9]*\) \(.*\)/\2: \1 places (make format)/'
    result $status format
}

step_scripts() {
    status=0
    for script in .ci/run $(find tests src -name '*.sh') $(grep -lE '^#!/bin/(ba)?sh' tests/*/*.t); do
        case $(head -n 1 "$script") in *bash*) shell=bash ;; *) shell=sh ;; esac
        $shell -n "$script" || status=1
    done
    find tests src -name '*.py' -o -name '*.t' | xargs python3 -B -c '
import ast, sys
bad = 0
for path in sys.argv[1:]:
    text = open(path, encoding="utf-8").read()
    if path.endswith(".t") and not text.startswith("#!/usr/bin/env python3"):
        continue
    try:
        ast.parse(text, path)
    except SyntaxError as error:
        print("%s:%s: %s" % (path, error.lineno, error.msg))
        bad = 1
sys.exit(bad)' || status=1
    result $status scripts
}

# A build of its own, warnings as errors (as every build), some more of them here.
compile() { # COMPILER FLAGS
    has "$1" || return
    ${MAKE:-make} -s -j"$jobs" CC="$1" BUILD="$build/$1" CFLAGS="-O2 $2" all >"$build/$1.out" 2>&1
    status=$?
    [ $status -eq 0 ] || cat "$build/$1.out"
    result $status "$1"
}
step_gcc() { compile gcc '-Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wlogical-op -Wduplicated-cond'; }
step_clang() { compile clang '-Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wcomma -Wassign-enum'; }

# gcc -fanalyzer says much that is not so. What was looked at is answered in analyzer.txt, by function, since lines move; what is not fails. Another
# gcc finds other things, so an answer that nothing asks for is only told.
step_analyzer() {
    has gcc || return
    LC_ALL=C ${MAKE:-make} -s -j"$jobs" --output-sync=target CC=gcc BUILD="$build/analyzer" \
        CFLAGS='-O2 -fanalyzer -Wno-error -fdiagnostics-plain-output' all >"$build/analyzer.out" 2>&1
    status=$?
    [ $status -eq 0 ] || tail -n 40 "$build/analyzer.out"
    awk '
        FILENAME ~ /analyzer\.txt$/ { if ($0 !~ /^#/ && NF > 2) answered[$1 " " $2] = 1; next }
        /In function / { name = $0; gsub(/.*In function [^A-Za-z_]|[^A-Za-z0-9_]*$/, "", name) }
        / warning: .*-Wanalyzer-/ { kind = $0; gsub(/.*-Wanalyzer-|\].*/, "", kind); said[name " " kind] = $0 }
        END { for (each in said) if (!(each in answered)) { print "not answered: " each ": " said[each]; bad = 1 }
              for (each in answered) if (!(each in said)) print "answered, but not found by this gcc: " each
              exit bad }' tests/check/analyzer.txt "$build/analyzer.out" || status=1
    result $status 'gcc -fanalyzer'
}

step_tidy() {
    has clang-tidy || return
    rm -f "$build"/tidy.*
    # shellcheck disable=SC2016
    ls src/*/*.c | xargs -P "$jobs" -n 4 sh -c '
        build=$1; standard=$2; shift 2
        for file; do clang-tidy --quiet "$file" -- $standard 2>/dev/null; done >"$build/tidy.$$"' sh "$build" "$STANDARD"
    cat "$build"/tidy.* >"$build/tidy"
    grep -E '(warning|error):' "$build/tidy" | sed "s#^$PWD/##" | sort -u
    ! grep -qE '(warning|error):' "$build/tidy"
    result $? "clang-tidy (all of it: $build/tidy)"
}

step_cppcheck() {
    has cppcheck || return
    # shellcheck disable=SC2086
    cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr -j "$jobs" --error-exitcode=1 \
        --suppress=missingIncludeSystem -D_POSIX_C_SOURCE=200809L -Iinclude -Isrc src
    result $? cppcheck
}

for step in ${*:-format scripts gcc clang analyzer tidy cppcheck}; do
    case $step in
        format | scripts | gcc | clang | tidy | cppcheck | analyzer) "step_$step" ;;
        *) echo "lint: no step $step" >&2; exit 2 ;;
    esac
done
exit $failed
