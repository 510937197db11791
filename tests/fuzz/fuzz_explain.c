/* What `smtplog explain` and `compare` are asked for: each line of the input is one thing. Every
 * format says it or refuses it, in clean text. */
#include "support.h"

#include "smtplog.h"

#define ASKED 6

static void note(void *context, enum smtplog_severity severity, const char *text)
{
    bool *said = context;
    (void)severity;
    *said = true;
    FUZZ_REQUIRE(fuzz_is_clean(span_cstr(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const formats[] = {"text", "json", "html", "markdown"};
    struct feed feed = feed_of(bytes, size);
    const char *format = formats[feed_below(&feed, COUNT_OF(formats))];
    bool (*clean)(struct span) = format == formats[0] ? fuzz_is_laid_out : fuzz_is_clean;
    size_t width = feed_byte(&feed);
    char *asked[ASKED] = {NULL};
    struct span line;
    size_t count = 0;
    struct strbuf out;
    bool said = false;
    strbuf_init(&out, 1 << 24);
    while (count < ASKED && feed_line(&feed, &line)) {
        asked[count] = strndup(line.p, line.n);
        FUZZ_REQUIRE(asked[count++] != NULL);
    }
    if (count > 0) {
        enum smtplog_status status = smtplog_explain((const char *const *)asked, count, format,
                                                     width, NULL, fuzz_write, &out, note, &said);
        FUZZ_REQUIRE(status == SMTPLOG_OK || status == SMTPLOG_USAGE);
        FUZZ_REQUIRE(said == (status == SMTPLOG_USAGE));
        FUZZ_REQUIRE(clean(strbuf_span(&out)));
        strbuf_clear(&out);
        said = false;
        status = smtplog_compare((const char *const *)asked, count, format, width, NULL, fuzz_write,
                                 &out, note, &said);
        FUZZ_REQUIRE(status == SMTPLOG_OK || (status == SMTPLOG_USAGE && said));
        FUZZ_REQUIRE(clean(strbuf_span(&out)));
    }
    while (count > 0) {
        free(asked[--count]);
    }
    strbuf_free(&out);
    return 0;
}
