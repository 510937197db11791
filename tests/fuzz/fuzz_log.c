/* A whole log through the whole program: from the bytes of a file to records and to a report of
 * each format. The first two bytes choose format and options. Records are the same however read(2)
 * cuts the file and whether it is compressed; what is written is clean; every line is counted. */
#include "support.h"

#include <unistd.h>
#include <zlib.h>

#include "smtplog.h"

#define LOG_MOST ((size_t)256 * 1024)

static void note(void *context, enum smtplog_severity severity, const char *text)
{
    (void)context;
    (void)severity;
    FUZZ_REQUIRE(fuzz_is_clean(span_cstr(text)));
}

static struct smtplog_analyzer *analyzer_of(int descriptor)
{
    struct smtplog_analyzer *analyzer = smtplog_analyzer_new();
    char path[32];
    FUZZ_REQUIRE(analyzer != NULL);
    fuzz_path(descriptor, path);
    smtplog_analyzer_set_diagnostic(analyzer, note, NULL);
    FUZZ_REQUIRE(smtplog_analyzer_set(analyzer, "tz", "UTC") == SMTPLOG_OK);
    FUZZ_REQUIRE(smtplog_analyzer_set(analyzer, "year", "2026") == SMTPLOG_OK);
    FUZZ_REQUIRE(smtplog_analyzer_set(analyzer, "now", "2026-11-22T00:00:00Z") == SMTPLOG_OK);
    FUZZ_REQUIRE(smtplog_analyzer_add_file(analyzer, path) == SMTPLOG_OK);
    return analyzer;
}

static void records(struct span log, const char *format, unsigned seed, struct strbuf *out)
{
    int descriptor = fuzz_file(log);
    struct smtplog_analyzer *analyzer = analyzer_of(descriptor);
    fuzz_cut_reads(seed);
    FUZZ_REQUIRE(smtplog_analyzer_set(
                     analyzer, "fields",
                     "line,line_end,time,kind,mta,host,daemon,code,"
                     "enhanced,text,class,status,queue_id,sender,recipient,peer,delay,repeat") ==
                 SMTPLOG_OK);
    FUZZ_REQUIRE(smtplog_analyzer_events(analyzer, format, fuzz_write, out) == SMTPLOG_OK);
    fuzz_cut_reads(0);
    FUZZ_REQUIRE(fuzz_is_clean(strbuf_span(out)) || strcmp(format, "tsv") == 0);
    smtplog_analyzer_free(analyzer);
    close(descriptor);
}

static void pack_log(struct span log, struct strbuf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)log.p, .avail_in = (uInt)log.n};
    char *packed = malloc(LOG_MOST + 65536);
    FUZZ_REQUIRE(packed != NULL);
    FUZZ_REQUIRE(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_out = (Bytef *)packed;
    z.avail_out = (uInt)(LOG_MOST + 65536);
    FUZZ_REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
    strbuf_add(out, packed, LOG_MOST + 65536 - z.avail_out);
    deflateEnd(&z);
    free(packed);
}

static void compare_records(struct span log, unsigned seed)
{
    static const char *const formats[] = {"ndjson", "tsv", "text"};
    struct strbuf one, two, packed;
    const char *format = formats[seed % COUNT_OF(formats)];
    strbuf_init(&one, 1 << 26);
    strbuf_init(&two, 1 << 26);
    strbuf_init(&packed, 1 << 20);
    records(log, format, 0, &one);
    if (seed % 2 == 0) {
        pack_log(log, &packed);
    } else {
        strbuf_add_span(&packed, log);
    }
    records(strbuf_span(&packed), format, seed * 97 + 1, &two);
    FUZZ_REQUIRE(span_equal(strbuf_span(&one), strbuf_span(&two)));
    strbuf_free(&one);
    strbuf_free(&two);
    strbuf_free(&packed);
}

static void report(struct span log, unsigned choice)
{
    static const char *const formats[] = {"text", "html",       "markdown", "json",
                                          "csv",  "prometheus", "snapshot"};
    static const struct {
        const char *name, *value;
    } options[] = {{"top", "0"},
                   {"detail", "full"},
                   {"explain", "full"},
                   {"code", "5xx"},
                   {"input", "transcript"},
                   {"redact", "yes"},
                   {"since", "2026-11-21"},
                   {"detail", "brief"}};
    int descriptor = fuzz_file(log);
    struct smtplog_analyzer *analyzer = analyzer_of(descriptor);
    struct smtplog_outcome outcome;
    struct strbuf out;
    const char *format = formats[choice % COUNT_OF(formats)];
    bool is_snapshot = strcmp(format, "snapshot") == 0;
    size_t option = choice / COUNT_OF(formats) % COUNT_OF(options);
    size_t lines = 0;
    strbuf_init(&out, 1 << 26);
    if (is_snapshot) {
        FUZZ_REQUIRE(smtplog_analyzer_keep(analyzer) == SMTPLOG_OK);
    } else {
        FUZZ_REQUIRE(smtplog_analyzer_set(analyzer, options[option].name, options[option].value) ==
                     SMTPLOG_OK);
    }
    FUZZ_REQUIRE(smtplog_analyzer_run(analyzer) == SMTPLOG_OK);
    FUZZ_REQUIRE(smtplog_analyzer_report(analyzer, format, fuzz_write, &out) == SMTPLOG_OK);
    FUZZ_REQUIRE(is_snapshot ||
                 (format == formats[0] ? fuzz_is_laid_out : fuzz_is_clean)(strbuf_span(&out)));
    smtplog_analyzer_outcome(analyzer, &outcome);
    for (size_t i = 0; i < log.n; i++) {
        lines += log.p[i] == '\n' || i + 1 == log.n;
    }
    FUZZ_REQUIRE(outcome.lines_read == lines || outcome.files_damaged > 0);
    smtplog_analyzer_free(analyzer);
    close(descriptor);
    strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    unsigned seed = feed_byte(&feed);
    unsigned choice = feed_byte(&feed);
    struct span log = feed.rest.n > LOG_MOST ? span_of(feed.rest.p, LOG_MOST) : feed.rest;
    if (log.n >= 2 && memcmp(log.p, "\x1f\x8b", 2) == 0) {
        return 0; /* fuzz_inflate */
    }
    compare_records(log, seed);
    report(log, choice);
    return 0;
}
