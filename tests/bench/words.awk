# Counts in a generated log what became of things, in the simplest way, and holds it against the truth's "words".
# Variables: truth, the line of the truth; kind, what wrote the log.
# Postfix: the words after `status=`; Exim: the arrows behind a message id; transcripts: replies by their first digit.

kind == "postfix" && match($0, /status=(sent|deferred|bounced)/) {
    n[substr($0, RSTART + 7, RLENGTH - 7)]++
}

kind == "exim" && match($0, / (<=|=>|==|\*\*) /) {
    word = substr($0, RSTART + 1, 2)
    n[word == "=>" ? "sent" : word == "==" ? "deferred" : word == "**" ? "bounced" : "arrived"]++
}

kind == "transcript" && /^(<[-~*]+ +|reply: b.|S: )[2-5][0-9][0-9]([ \\]|$)/ {
    match($0, /[2-5][0-9][0-9]/)
    digit = substr($0, RSTART, 1)
    n[digit == 5 ? "bounced" : digit == 4 ? "deferred" : "sent"]++
}

END {
    want = "\"words\": {\"sent\": " n["sent"] + 0 ", \"deferred\": " n["deferred"] + 0 ", \"bounced\": " n["bounced"] + 0 "},"
    if (truth != want) {
        print "truth " truth
        print "awk   " want
        exit 1
    }
}
