/* Snapshot files from anybody. The first byte says how: the input is the file behind its first
 * line, its checksum set right here; or it is one part unpacked, its named figures in front (two
 * bytes tell how many), and packed and sealed here. Merging it fails cleanly or gives a report. */
#include "support.h"

#include <unistd.h>

#include "base/pack.h"
#include "input/deflate.h"
#include "smtplog.h"

#define MAGIC "smtplog snapshot\n"

static void pack_part(struct feed *feed, struct strbuf *out)
{
    struct strbuf packed;
    size_t named = feed_byte(feed) << 8;
    named |= feed_byte(feed);
    named = named < feed->rest.n ? named : feed->rest.n;
    struct span figures = span_of(feed->rest.p, named);
    struct span part = span_from(feed->rest, named);
    pack_u64(out, 2); /* version */
    pack_u64(out, 1); /* parts */
    pack_u64(out, 1); /* id */
    strbuf_init(&packed, 1 << 24);
    FUZZ_REQUIRE(deflate_pack(part, &packed) == SMTPLOG_OK);
    pack_u64(out, part.n);
    pack_text(out, strbuf_span(&packed));
    strbuf_clear(&packed);
    FUZZ_REQUIRE(deflate_pack(figures, &packed) == SMTPLOG_OK);
    pack_u64(out, figures.n);
    pack_text(out, strbuf_span(&packed));
    strbuf_free(&packed);
}

static void silent(void *context, enum smtplog_severity severity, const char *text)
{
    (void)context;
    (void)severity;
    FUZZ_REQUIRE(fuzz_is_clean(span_cstr(text)));
}

static void merge(const char *path)
{
    static const char *const formats[] = {"text", "json", "snapshot"};
    struct smtplog_analyzer *analyzer = smtplog_analyzer_new();
    struct smtplog_outcome outcome;
    struct strbuf out;
    strbuf_init(&out, 1 << 26);
    FUZZ_REQUIRE(analyzer != NULL);
    smtplog_analyzer_set_diagnostic(analyzer, silent, NULL);
    FUZZ_REQUIRE(smtplog_analyzer_add_file(analyzer, path) == SMTPLOG_OK);
    FUZZ_REQUIRE(smtplog_analyzer_set(analyzer, "tz", "UTC") == SMTPLOG_OK);
    enum smtplog_status status = smtplog_analyzer_merge(analyzer);
    FUZZ_REQUIRE(status == SMTPLOG_OK || status == SMTPLOG_FORMAT || status == SMTPLOG_IO ||
                 status == SMTPLOG_LIMIT);
    smtplog_analyzer_outcome(analyzer, &outcome);
    for (size_t i = 0; status == SMTPLOG_OK && i < COUNT_OF(formats); i++) {
        strbuf_clear(&out);
        enum smtplog_status written = smtplog_analyzer_report(analyzer, formats[i], fuzz_write,
                                                              &out);
        FUZZ_REQUIRE(written == SMTPLOG_OK || outcome.files_unreadable > 0);
        FUZZ_REQUIRE(i == 2 || fuzz_is_clean(strbuf_span(&out)));
    }
    smtplog_analyzer_free(analyzer);
    strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    struct strbuf file;
    char path[32];
    strbuf_init(&file, 1 << 24);
    strbuf_add_cstr(&file, MAGIC);
    if (feed_byte(&feed) % 4 == 0) {
        strbuf_add_span(&file, feed.rest);
    } else {
        pack_part(&feed, &file);
    }
    uint32_t checksum = deflate_checksum(strbuf_span(&file));
    for (int shift = 0; shift < 32; shift += 8) {
        strbuf_add_byte(&file, (char)(checksum >> shift));
    }
    int descriptor = fuzz_file(strbuf_span(&file));
    fuzz_path(descriptor, path);
    merge(path);
    close(descriptor);
    strbuf_free(&file);
    return 0;
}
