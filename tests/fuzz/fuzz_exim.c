/* Lines of Exim as they stand in files and in syslog: records in pieces, continuations, copies. The
 * first byte of a line chooses what stands in front. Two parsers that see the same lines agree, a
 * line that is put back and read again means the same, and so does one that another parser has read
 * ahead. */
#include "support.h"

static const char *const fronts[] = {"",
                                     "2026-11-21 06:00:01 ",
                                     "2026-11-21 06:00:01 1vMPaa-00000000001-0001 ",
                                     "2026-11-21 06:00:01.123 +0100 [123] 1xV5CS-00000t-0P ",
                                     "2026-11-21 06:00:02 [124] ",
                                     "Nov 21 06:00:01 mx1 exim[12]: ",
                                     "Nov 21 06:00:01 mx1 exim[12]: 1vMPaa-00000000001-0001 ",
                                     "Nov 21 06:00:01 mx1 exim[12]: [1/3] ",
                                     "Nov 21 06:00:01 mx1 exim[12]: [2/3] ",
                                     "Nov 21 06:00:01 mx1 exim[12]: [3/3] ",
                                     "Nov 21 06:00:01 mx1 exim[13]: [1\\2] 2026-11-21 06:00:01 ",
                                     "Nov 21 06:00:01 mx1 exim[13]: [2\\2] "};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    struct fuzz_parser one, two, three, reader;
    bool own = false;
    struct strbuf line, got, again;
    struct span message;
    uint64_t number = 0;
    strbuf_init(&line, 1 << 21);
    strbuf_init(&got, 1 << 22);
    strbuf_init(&again, 1 << 22);
    fuzz_parser_new(&one, 0);
    fuzz_parser_new(&two, 0);
    fuzz_parser_new(&three, 0);
    fuzz_parser_new(&reader, parser_seed(three.parser));
    while (feed_line(&feed, &message)) {
        struct feed parts = {message};
        const char *front = fronts[feed_below(&parts, COUNT_OF(fronts))];
        strbuf_clear(&line);
        strbuf_clear(&got);
        strbuf_clear(&again);
        strbuf_add_cstr(&line, front);
        strbuf_add_span(&line, parts.rest);
        number++;
        fuzz_parse(&one, strbuf_span(&line), SPAN_EMPTY, number, &got);
        fuzz_parse(&two, strbuf_span(&line), SPAN_EMPTY, number, &again);
        FUZZ_REQUIRE(span_equal(strbuf_span(&got), strbuf_span(&again)));
        strbuf_clear(&again);
        fuzz_parse(&two, strbuf_span(&line), SPAN_EMPTY, number, &again);
        FUZZ_REQUIRE(span_equal(strbuf_span(&got), strbuf_span(&again)));
        strbuf_clear(&again);
        fuzz_parse_apart(&reader, &three, &own, strbuf_span(&line), SPAN_EMPTY, number, &again);
        FUZZ_REQUIRE(span_equal(strbuf_span(&got), strbuf_span(&again)));
    }
    fuzz_parser_free(&one);
    fuzz_parser_free(&two);
    fuzz_parser_free(&three);
    fuzz_parser_free(&reader);
    strbuf_free(&line);
    strbuf_free(&got);
    strbuf_free(&again);
    return 0;
}
