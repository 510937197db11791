/* Files of patterns and catalogue from outside: read, linked, checked and their samples run, as
 * `smtplog patterns test FILE` does. A mistake is said, never met with a crash. */
#include "support.h"

#include <unistd.h>

static void note(void *context, enum smtplog_severity severity, const char *text)
{
    bool *said = context;
    (void)severity;
    *said = true;
    FUZZ_REQUIRE(fuzz_is_clean(span_cstr(text)));
}

static void parse_alone(struct span bytes, const struct diagnostic *diagnostic, bool *said)
{
    struct arena arena;
    struct record_file file;
    arena_init(&arena);
    *said = false;
    enum smtplog_status status = record_file_parse(SPAN_LITERAL("input"), bytes, true, &arena,
                                                   diagnostic, &file);
    FUZZ_REQUIRE(status == SMTPLOG_OK || status == SMTPLOG_FORMAT);
    FUZZ_REQUIRE(*said == (status == SMTPLOG_FORMAT));
    for (size_t i = 0; status == SMTPLOG_OK && i < file.record_count; i++) {
        const struct record *record = &file.records[i];
        FUZZ_REQUIRE(fuzz_inside(bytes, record->type) && fuzz_inside(bytes, record->name));
        for (size_t j = 0; j < record->pair_count; j++) {
            FUZZ_REQUIRE(fuzz_inside(bytes, record->pairs[j].key));
        }
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    bool said = false;
    struct diagnostic diagnostic = {.function = note, .context = &said};
    parse_alone(feed.rest, &diagnostic, &said);
    struct strbuf out;
    char path[32];
    const char *paths[] = {path};
    uint64_t passed = 0;
    uint64_t failed = 0;
    strbuf_init(&out, 1 << 24);
    int descriptor = fuzz_file(feed.rest);
    fuzz_path(descriptor, path);
    enum smtplog_status status = smtplog_patterns_test(paths, 1, fuzz_write, &out, note, &said,
                                                       &passed, &failed);
    FUZZ_REQUIRE(status == SMTPLOG_OK || status == SMTPLOG_FORMAT);
    FUZZ_REQUIRE(status == SMTPLOG_OK || said || out.length > 0);
    close(descriptor);
    strbuf_free(&out);
    return 0;
}
