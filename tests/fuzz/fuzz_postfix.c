/* Messages of Postfix's daemons and of greylisters: each line of the input is one, its first byte
 * chooses the daemon. A line means the same whatever was read before it, and to whoever wants
 * records only it is in the same bin, and the same record. */
#include "support.h"

static const char *const tags[] = {"postfix/smtp",
                                   "postfix/smtpd",
                                   "postfix/lmtp",
                                   "postfix/local",
                                   "postfix/virtual",
                                   "postfix/pipe",
                                   "postfix/error",
                                   "postfix/bounce",
                                   "postfix/qmgr",
                                   "postfix/cleanup",
                                   "postfix/pickup",
                                   "postfix/postscreen",
                                   "postfix/dnsblog",
                                   "postfix/anvil",
                                   "postfix/tlsproxy",
                                   "postfix/postsuper",
                                   "postfix/verify",
                                   "postfix/scache",
                                   "postfix/master",
                                   "postfix/trivial-rewrite",
                                   "postfix/submission/smtpd",
                                   "postfix-out/smtp",
                                   "postfix",
                                   "postgrey",
                                   "milter-greylist",
                                   "sqlgrey",
                                   "gld",
                                   "postfix/policy-spf"};

static bool is_record(struct span described)
{
    return span_starts(described, SPAN_LITERAL("event"));
}

/* What is described first is the bin. */
static void check_wish(struct fuzz_parser *parser, struct span line, uint64_t number,
                       struct span described)
{
    struct strbuf got;
    strbuf_init(&got, 1 << 22);
    parser_want(parser->parser, PARSER_WANTS_RECORDS);
    fuzz_parse(parser, line, SPAN_EMPTY, number, &got);
    parser_want(parser->parser, PARSER_WANTS_ALL);
    struct span wished = strbuf_span(&got);
    struct span bin[2];
    (void)(span_next_word(&wished, &bin[0]) && span_next_word(&described, &bin[1]));
    FUZZ_REQUIRE(span_equal(bin[0], bin[1]));
    FUZZ_REQUIRE(!is_record(bin[0]) || span_equal(wished, described));
    strbuf_free(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    struct fuzz_parser used, other;
    struct strbuf line, got, again;
    struct span message;
    uint64_t number = 0;
    strbuf_init(&line, 1 << 21);
    strbuf_init(&got, 1 << 22);
    strbuf_init(&again, 1 << 22);
    fuzz_parser_new(&used, 0);
    fuzz_parser_new(&other, 0);
    while (feed_line(&feed, &message)) {
        struct feed parts = {message};
        const char *tag = tags[feed_below(&parts, COUNT_OF(tags))];
        strbuf_clear(&line);
        strbuf_clear(&got);
        strbuf_clear(&again);
        strbuf_addf(&line, "2026-11-21T06:00:01+00:00 mx1 %s[12]: ", tag);
        strbuf_add_span(&line, parts.rest);
        fuzz_parse(&used, strbuf_span(&line), SPAN_EMPTY, ++number, &got);
        fuzz_parse(&other, SPAN_LITERAL("Nov 21 06:00:01 mx1 postfix/smtp[9]: 3F2A1B0C9D: removed"),
                   SPAN_EMPTY, 1, &again);
        strbuf_clear(&again);
        fuzz_parse(&other, strbuf_span(&line), SPAN_EMPTY, number, &again);
        FUZZ_REQUIRE(span_equal(strbuf_span(&got), strbuf_span(&again)));
        check_wish(&used, strbuf_span(&line), number, strbuf_span(&got));
    }
    fuzz_parser_free(&used);
    fuzz_parser_free(&other);
    strbuf_free(&line);
    strbuf_free(&got);
    strbuf_free(&again);
    return 0;
}
