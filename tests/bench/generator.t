#!/bin/sh
# Is the benchmark's log generator to be trusted? The same options give the same bytes; its truth is what an independent count
# of the file finds, for every kind of log it can write; and smtplog, when it is built, finds the same.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
smtplog=${SMTPLOG:-$top/build/smtplog}
base=${BENCH_DIR:-$top/build/bench}/check
mkdir -p "$base"
number=0
failed=0

ok() { # STATUS NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        failed=1
    fi
}
comment() { sed 's/^/# /'; }

command -v python3 >/dev/null 2>&1 || {
    echo '1..0 # SKIP python3 is missing'
    exit 0
}
# shellcheck disable=SC2086  # CC may hold words
${CC:-cc} -O2 -Wall -Wextra -Wshadow -Wconversion -Werror -o "$base/generate" "$here"/generate*.c 2>"$base/cc.log"
status=$?
ok $status 'the generator compiles without a warning'
if [ $status -ne 0 ]; then
    comment <"$base/cc.log"
    echo "1..$number"
    exit 1
fi

generate() { # NAME OPTION...
    name=$1
    shift
    "$base/generate" --size 2M -o "$base/$name.log" --truth "$base/$name.json" "$@"
}

analyze() { "$smtplog" analyze --year 2026 --tz UTC --format json "$@" >"$base/actual.json" 2>"$base/error"; }

count=0
while read -r options; do
    count=$((count + 1))
    # shellcheck disable=SC2086
    generate "$count" $options && generate again $options
    ok $? "generates: $options"

    cmp -s "$base/$count.log" "$base/again.log" && cmp -s "$base/$count.json" "$base/again.json"
    ok $? 'the same bytes again'

    case " $options " in
    *" --mta exim "*) kind=exim ;;
    *" --mta transcript "*) kind=transcript ;;
    *) kind=postfix ;;
    esac
    awk -v truth="$(grep '"words"' "$base/$count.json")" -v kind=$kind -f "$here/words.awk" "$base/$count.log" >"$base/difference"
    status=$?
    ok $status 'outcomes: awk counts the same'
    [ $status -eq 0 ] || comment <"$base/difference"

    if [ $kind = postfix ]; then
        python3 "$here/recount.py" "$base/$count.log" >"$base/recount.json" &&
            python3 "$here/check_truth.py" "$base/$count.json" "$base/recount.json" >"$base/difference"
        status=$?
        ok $status 'the truth is what an independent count finds'
        [ $status -eq 0 ] || comment <"$base/difference"
    fi

    [ -x "$smtplog" ] || continue
    gzip -c "$base/$count.log" >"$base/again.log.gz"
    for way in plain gzip pipe; do
        case $way in
        plain) analyze -j 1 "$base/$count.log" ;;
        gzip) analyze -j 2 "$base/again.log.gz" ;;
        pipe) cat "$base/$count.log" | analyze -j 2 - ;;
        esac
        status=$?
        ok $status "$way: smtplog reads it"
        [ $status -eq 0 ] || comment <"$base/error"
        python3 "$here/check_truth.py" "$base/$count.json" "$base/actual.json" >"$base/difference"
        status=$?
        ok $status "$way: smtplog finds the truth"
        [ $status -eq 0 ] || comment <"$base/difference"
    done
done <<END
--seed 1
--seed 2 --style iso --queue-id long
--seed 3 --cardinality high --noise 40
--seed 4 --cut --rate 1
--seed 5 --open --queue-id long --retry 60
--seed 6 --rate 0.05 --style iso
--seed 7 --hosts 3 --noise 0 --cut
--seed 8 --hostile --style iso
--seed 9 --size 1M --mta exim
--seed 10 --size 1M --mta exim --selector rich --style full --queue-id long
--seed 11 --size 1M --mta exim --selector rich --style bsd --hosts 2
--seed 12 --size 1M --mta exim --style iso --hosts 3 --noise 40
--seed 13 --size 1M --mta exim --style millisec --cut --rate 1
--seed 14 --size 1M --mta exim --selector rich --style zone --cut --rate 1 --cardinality high
--seed 15 --size 1M --mta exim --open --queue-id long --retry 60
--seed 16 --size 1M --mta exim --rate 0.05
--seed 17 --size 1M --mta exim --hostile --noise 0
--seed 18 --size 1M --mta transcript
--seed 19 --size 1M --mta transcript --noise 50 --cut
--seed 20 --size 1M --mta transcript --hostile --cardinality high
END

generate other --seed 99
cmp -s "$base/1.log" "$base/other.log"
ok $((1 - $?)) 'another seed, another log'

LC_ALL=C sort -c -s -k1,1 "$base/2.log"
ok $? 'lines are in the order of time'

bytes=$(wc -c <"$base/1.log")
[ "$bytes" -gt 1900000 ] && [ "$bytes" -lt 2600000 ]
ok $? "the size is about right ($bytes bytes for 2M)"

"$base/generate" --style swiss -o "$base/x.log" --truth "$base/x.json" 2>"$base/error"
[ $? -eq 2 ]
ok $? 'an unknown style is wrong usage'

"$base/generate" --style plain -o "$base/x.log" --truth "$base/x.json" 2>"$base/error"
[ $? -eq 2 ]
ok $? "Postfix has not Exim's stamps"

"$base/generate" --mta exim --hosts 2 -o "$base/x.log" --truth "$base/x.json" 2>"$base/error"
[ $? -eq 2 ]
ok $? "Exim's own log names no hosts"

echo "1..$number"
exit $failed
