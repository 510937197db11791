/* The line reader against a second opinion: the same lines, however read(2) cuts the input, and
 * those that a plain walk over all the bytes finds. In an input ESC COUNT BYTE stands for COUNT
 * times 16 KiB of BYTE, so that few bytes make lines beyond every limit. */
#include "support.h"

#include <unistd.h>

#include "input/decompress.h"
#include "input/line_reader.h"

#define INPUT_MOST ((size_t)6 * 1024 * 1024)
#define RUN        ((size_t)16 * 1024)

static void expand(struct feed *feed, struct strbuf *out)
{
    while (feed->rest.n > 0) {
        unsigned byte = feed_byte(feed);
        if (byte == 0x1b) {
            size_t n = feed_byte(feed) * RUN;
            unsigned fill = feed_byte(feed);
            for (; n > 0 && out->length < INPUT_MOST; n--) {
                strbuf_add_byte(out, (char)fill);
            }
        } else {
            strbuf_add_byte(out, (char)byte);
        }
    }
}

static struct span without_cr(struct span line)
{
    return line.n > 0 && line.p[line.n - 1] == '\r' ? span_of(line.p, line.n - 1) : line;
}

/* What a line between two line feeds must be given as. */
static struct span kept(struct span line)
{
    return line.n > LINE_MAXIMUM ? span_of(line.p, LINE_KEPT) : without_cr(line);
}

static bool same(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static void check(struct line_reader *reader, struct span whole)
{
    struct line line;
    struct span previous = SPAN_EMPTY;
    uint64_t number = 0;
    size_t at = 0;
    while (at < whole.n) {
        const char *end = memchr(whole.p + at, '\n', whole.n - at);
        size_t length = end != NULL ? (size_t)(end - whole.p) - at : whole.n - at;
        struct span text = span_of(whole.p + at, length);
        FUZZ_REQUIRE(line_reader_next(reader, &line) == SMTPLOG_OK);
        FUZZ_REQUIRE(same(line.text, kept(text)));
        FUZZ_REQUIRE(line.length == length && line.offset == at && line.number == ++number);
        FUZZ_REQUIRE(line.overlong == (length > LINE_MAXIMUM));
        FUZZ_REQUIRE(line.unterminated == (end == NULL));
        FUZZ_REQUIRE(same(line.previous, line.overlong ? SPAN_EMPTY : previous));
        previous = kept(text);
        at += length + 1;
    }
    FUZZ_REQUIRE(line_reader_next(reader, &line) == SMTPLOG_END);
    FUZZ_REQUIRE(line_reader_next(reader, &line) == SMTPLOG_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    struct strbuf text;
    strbuf_init(&text, INPUT_MOST * 2);
    unsigned seed = feed_byte(&feed);
    expand(&feed, &text);
    struct span whole = strbuf_span(&text);
    bool packed = compression_of(whole) != NULL; /* then its lines are others */
    for (unsigned turn = 0; turn < 2 && !packed; turn++) {
        struct source *source = NULL;
        struct line_reader *reader = NULL;
        const char *why = NULL;
        int descriptor = fuzz_file(whole);
        fuzz_cut_reads(turn * (seed * 7919 + 1));
        FUZZ_REQUIRE(source_open_again(descriptor, 0, &source, &why) == SMTPLOG_OK);
        FUZZ_REQUIRE(line_reader_new(source, &reader) == SMTPLOG_OK);
        check(reader, whole);
        FUZZ_REQUIRE(source_damage(source) == NULL);
        line_reader_free(reader);
        source_close(source);
        close(descriptor);
    }
    fuzz_cut_reads(0);
    strbuf_free(&text);
    return 0;
}
