/* What the fuzz targets share. */
#define _GNU_SOURCE /* memfd_create */
#include "support.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"

_Noreturn void fuzz_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

struct feed feed_of(const uint8_t *bytes, size_t size)
{
    return (struct feed){size > 0 ? span_of((const char *)bytes, size) : SPAN_EMPTY};
}

unsigned feed_byte(struct feed *feed)
{
    if (feed->rest.n == 0) {
        return 0;
    }
    unsigned byte = (unsigned char)feed->rest.p[0];
    feed->rest = span_from(feed->rest, 1);
    return byte;
}

size_t feed_below(struct feed *feed, size_t below)
{
    return feed_byte(feed) % below;
}

bool feed_line(struct feed *feed, struct span *line)
{
    if (feed->rest.n == 0) {
        return false;
    }
    const char *end = memchr(feed->rest.p, '\n', feed->rest.n);
    size_t n = end != NULL ? (size_t)(end - feed->rest.p) : feed->rest.n;
    *line = span_of(feed->rest.p, n);
    feed->rest = span_from(feed->rest, n + (end != NULL));
    return true;
}

struct knowledge *fuzz_knowledge(void)
{
    static struct knowledge knowledge;
    static bool loaded;
    if (!loaded) {
        const struct knowledge_source source = {.built_in = true};
        const struct diagnostic silent = {.function = NULL, .context = NULL};
        FUZZ_REQUIRE(knowledge_load(&knowledge, &source, &silent) == SMTPLOG_OK);
        loaded = true;
    }
    return &knowledge;
}

/* ---- files --------------------------------------------------------------------------------- */

int fuzz_file(struct span bytes)
{
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_REQUIRE(descriptor >= 0);
    FUZZ_REQUIRE(bytes.n == 0 || write(descriptor, bytes.p, bytes.n) == (ssize_t)bytes.n);
    FUZZ_REQUIRE(lseek(descriptor, 0, SEEK_SET) == 0);
    return descriptor;
}

void fuzz_path(int descriptor, char path[32])
{
    snprintf(path, 32, "/proc/self/fd/%d", descriptor);
}

static unsigned cut_seed;

void fuzz_cut_reads(unsigned seed)
{
    cut_seed = seed;
}

ssize_t __real_read(int descriptor, void *bytes, size_t size);
ssize_t __wrap_read(int descriptor, void *bytes, size_t size);

/* Linked with --wrap=read: the library's reads come here. */
ssize_t __wrap_read(int descriptor, void *bytes, size_t size)
{
    if (cut_seed != 0 && size > 1) {
        cut_seed = cut_seed * 1103515245u + 12345u;
        unsigned bits = cut_seed >> 8;
        size_t piece = 1 + (size_t)(bits >> 5) % ((size_t)1 << (bits % 19));
        size = piece < size ? piece : size;
    }
    return __real_read(descriptor, bytes, size);
}

/* ---- parsing ------------------------------------------------------------------------------- */

void fuzz_parser_new(struct fuzz_parser *parser, uint64_t seed)
{
    struct knowledge *knowledge = fuzz_knowledge();
    FUZZ_REQUIRE(zone_load("UTC", &parser->zone) == SMTPLOG_OK);
    FUZZ_REQUIRE(parser_new(knowledge->postfix, seed, &parser->parser) == SMTPLOG_OK);
    FUZZ_REQUIRE(parser_set_exim(parser->parser, knowledge->exim) == SMTPLOG_OK);
    parser_set_greylister(parser->parser, knowledge->greylister);
    clock_init(&parser->clock, parser->zone, 2026);
}

void fuzz_parser_free(struct fuzz_parser *parser)
{
    parser_free(parser->parser);
    zone_free(parser->zone);
}

bool fuzz_inside(struct span whole, struct span part)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

#define ISOLATE     0x2068
#define ISOLATE_END 0x2069

static bool holds_nothing_unsafe(struct span text, bool isolates)
{
    bool isolated = false;
    while (text.n > 0) {
        uint32_t character = 0;
        size_t n = utf8_read(text, &character);
        if (isolates && character == (isolated ? ISOLATE_END : ISOLATE)) {
            isolated = !isolated;
        } else if (n == 0 || (character == '\n' ? isolated : utf8_is_unsafe(character))) {
            return false;
        }
        text = span_from(text, n);
    }
    return !isolated;
}

bool fuzz_is_clean(struct span text)
{
    return holds_nothing_unsafe(text, false);
}

bool fuzz_is_laid_out(struct span text)
{
    return holds_nothing_unsafe(text, true);
}

static bool is_code(int code)
{
    return code == 0 || (code >= 200 && code <= 599);
}

void fuzz_check_event(const struct event *event, enum line_bin bin)
{
    FUZZ_REQUIRE(bin < LINE_BINS && bin != BIN_OUTSIDE);
    FUZZ_REQUIRE(event->repeat > 0);
    FUZZ_REQUIRE(event->line_end >= event->line);
    if (bin != BIN_EVENT && bin != BIN_CONTEXT) {
        return;
    }
    FUZZ_REQUIRE(is_code(event_value(event, EVENT_CODE)));
    FUZZ_REQUIRE(is_code(event_value(event, EVENT_IMPLIED_CODE)));
    FUZZ_REQUIRE(bin != BIN_EVENT || event_value(event, EVENT_KIND) != 0);
    for (int f = EVENT_TEXTS; f < EVENT_FIELDS; f++) {
        int value = event_value(event, (enum event_field)f);
        bool is_number = f == EVENT_CODE || f == EVENT_IMPLIED_CODE || value == 0;
        FUZZ_REQUIRE(is_number || event_value_name((enum event_field)f, value) != NULL);
    }
}

void fuzz_describe_event(const struct event *event, struct strbuf *out)
{
    strbuf_addf(out, "mta %d lines %llu-%llu repeat %u duplicate %d rule %.*s domain %.*s",
                event->mta, (unsigned long long)event->line, (unsigned long long)event->line_end,
                event->repeat, event->duplicate, SPAN_ARGS(event->rule), SPAN_ARGS(event->domain));
    for (int f = 0; f < EVENT_FIELDS; f++) {
        enum event_field field = (enum event_field)f;
        if (event_has(event, field) && f < EVENT_TEXTS) {
            strbuf_addf(out, " %s=", event_field_name(field));
            strbuf_add_span(out, event->text[f]);
        } else if (event_has(event, field)) {
            strbuf_addf(out, " %s=%d", event_field_name(field), event_value(event, field));
        }
    }
    strbuf_add_byte(out, '\n');
}

static void describe_line(const struct event *event, enum line_bin bin, struct strbuf *out)
{
    fuzz_check_event(event, bin);
    strbuf_addf(out, "%s ", line_bin_name(bin));
    if (event->has_time) {
        strbuf_addf(out, "at %lld ", (long long)event->time.seconds);
    }
    if (bin == BIN_EVENT || bin == BIN_CONTEXT) {
        fuzz_describe_event(event, out);
    }
}

void fuzz_parse(struct fuzz_parser *parser, struct span text, struct span previous, uint64_t number,
                struct strbuf *out)
{
    struct line line = {.text = text, .number = number, .length = text.n, .previous = previous};
    struct event event = {0};
    struct parse_note note = {.bin = BIN_FOREIGN};
    FUZZ_REQUIRE(parser_line(parser->parser, &parser->clock, &line, &event, &note) == SMTPLOG_OK);
    describe_line(&event, note.bin, out);
}

void fuzz_parse_apart(struct fuzz_parser *reader, struct fuzz_parser *parser, bool *own,
                      struct span text, struct span previous, uint64_t number, struct strbuf *out)
{
    struct line line = {.text = text, .number = number, .length = text.n, .previous = previous};
    struct event event = {0};
    struct parse_note note = {.bin = BIN_FOREIGN};
    FUZZ_REQUIRE(parser_read(reader->parser, &line, *own, &event, &note) == SMTPLOG_OK);
    *own = note.own_next;
    FUZZ_REQUIRE(parser_place(parser->parser, &parser->clock, &line, &event, &note) == SMTPLOG_OK);
    describe_line(&event, note.bin, out);
}

int fuzz_write(void *strbuf, const char *bytes, size_t length)
{
    strbuf_add(strbuf, bytes, length);
    return strbuf_status(strbuf) != SMTPLOG_OK;
}
