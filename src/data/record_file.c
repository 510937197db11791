/* Parser of the record format. Two passes: the first counts records and pairs, so that both live in
 * arrays; the second fills them. */
#include "data/record_file.h"

#include "base/hashmap.h"

struct record_parser {
    struct record_file *file;
    struct arena *arena;
    const struct diagnostic *diagnostic;
    struct record *records;
    struct record_pair *pairs;
    size_t record_count, pair_count;
    bool keep_samples;
    bool skips;   /* lines belong to a sample that is not kept */
    char *joined; /* the last value that was continued */
    bool failed;
    bool out_of_memory;
};

enum smtplog_status record_complain(const struct record_file *file, unsigned line,
                                    const struct diagnostic *diagnostic, const char *what,
                                    struct span detail)
{
    what = diagnostic_text(diagnostic, what);
    if (detail.n > 0) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%.*s:%u: %s: %.*s", SPAN_ARGS(file->label), line,
                       what, (int)(detail.n > 200 ? 200 : detail.n), detail.p);
    } else {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%.*s:%u: %s", SPAN_ARGS(file->label), line,
                       what);
    }
    return SMTPLOG_FORMAT;
}

static void parser_fail(struct record_parser *parser, unsigned line, const char *what,
                        struct span detail)
{
    parser->failed = true;
    (void)record_complain(parser->file, line, parser->diagnostic, what, detail);
}

static bool is_sample_header(struct span text)
{
    return span_starts(text, SPAN_LITERAL("[sample ")) ||
           span_starts(text, SPAN_LITERAL("[nomatch "));
}

static void parse_header(struct record_parser *parser, struct span text, unsigned line)
{
    struct record *record = &parser->records[parser->record_count++];
    *record = (struct record){.line = line, .pairs = parser->pairs + parser->pair_count};
    if (text.p[text.n - 1] != ']') {
        parser_fail(parser, line, "a record header must end with ]", text);
        return;
    }
    struct span inside = span_of(text.p + 1, text.n - 2);
    if (!span_next_word(&inside, &record->type)) {
        parser_fail(parser, line, "a record header needs a type", text);
    }
    record->name = span_trim(inside);
}

static void parse_pair(struct record_parser *parser, struct span text, unsigned line)
{
    if (parser->record_count == 0) {
        parser_fail(parser, line, "a key stands before the first record", text);
        return;
    }
    const char *equals = memchr(text.p, '=', text.n);
    if (equals == NULL) {
        parser_fail(parser, line, "neither a comment, a [record] nor key = value", text);
        return;
    }
    struct record *record = &parser->records[parser->record_count - 1];
    struct span key = span_trim(span_of(text.p, (size_t)(equals - text.p)));
    struct span value = span_from(text, (size_t)(equals - text.p) + 1);
    while (value.n > 0 && byte_is_blank(value.p[0])) {
        value = span_from(value, 1);
    }
    for (size_t i = 0; i < record->pair_count; i++) {
        if (span_equal(record->pairs[i].key, key)) {
            parser_fail(parser, line, "the key stands twice in this record", key);
        }
    }
    parser->pairs[parser->pair_count++] = (struct record_pair){key, value, line};
    record->pair_count++;
}

static void parse_continuation(struct record_parser *parser, struct span text, unsigned line)
{
    if (parser->record_count == 0 || parser->records[parser->record_count - 1].pair_count == 0) {
        parser_fail(parser, line, "a continued line without a key above", SPAN_EMPTY);
        return;
    }
    struct record_pair *pair = &parser->pairs[parser->pair_count - 1];
    struct span more = span_trim(text);
    size_t length = pair->value.n + 1 + more.n;
    bool again = pair->value.p == parser->joined;
    char *joined = again ? arena_grow(parser->arena, parser->joined, pair->value.n, length)
                         : arena_alloc(parser->arena, length);
    if (joined == NULL) {
        parser->out_of_memory = true;
        return;
    }
    if (!again) {
        memcpy(joined, pair->value.p, pair->value.n);
    }
    joined[pair->value.n] = '\n';
    memcpy(joined + pair->value.n + 1, more.p, more.n);
    parser->joined = joined;
    pair->value = span_of(joined, length);
}

static void parse_line(struct record_parser *parser, struct span text, unsigned line)
{
    if (text.n == 0 || text.p[0] == '#') {
        return;
    }
    if (byte_is_space(text.p[text.n - 1])) {
        parser_fail(parser, line, "blanks at the end of the line: write [ ] or \\x20", SPAN_EMPTY);
        return;
    }
    if (text.p[0] == '[') {
        parser->skips = !parser->keep_samples && is_sample_header(text);
    }
    if (parser->skips) {
        return;
    }
    if (byte_is_blank(text.p[0])) {
        parse_continuation(parser, text, line);
    } else if (text.p[0] == '[') {
        parse_header(parser, text, line);
    } else {
        parse_pair(parser, text, line);
    }
}

static bool record_same(const void *item, const void *key)
{
    const struct record *a = item;
    const struct record *b = key;
    return span_equal(a->type, b->type) && span_equal(a->name, b->name);
}

/* Samples may share a name with another rule's sample; everything else is named once. */
static enum smtplog_status check_unique(struct record_parser *parser)
{
    struct hashmap seen;
    hashmap_init(&seen);
    enum smtplog_status status = SMTPLOG_OK;
    for (size_t i = 0; i < parser->record_count && status == SMTPLOG_OK; i++) {
        struct record *record = &parser->records[i];
        if (span_is(record->type, "sample") || span_is(record->type, "nomatch")) {
            continue;
        }
        uint64_t hash = hash_mix(hash_span(0, record->type), hash_span(0, record->name));
        if (hashmap_find(&seen, hash, record_same, record) != NULL) {
            parser_fail(parser, record->line, "this record stands twice", record->name);
        } else {
            status = hashmap_add(&seen, hash, record);
        }
    }
    hashmap_free(&seen);
    return status;
}

static void check_file_record(struct record_parser *parser)
{
    struct record_file *file = parser->file;
    if (parser->record_count == 0 || !span_is(parser->records[0].type, "file")) {
        parser_fail(parser, 1, "the first record must be [file]", SPAN_EMPTY);
        return;
    }
    const struct record *head = &parser->records[0];
    file->name = record_value(head, "name");
    file->version = record_value(head, "version");
    if (!span_is(record_value(head, "format"), "1")) {
        parser_fail(parser, head->line, "unknown format, this program reads format = 1",
                    record_value(head, "format"));
    }
    static const char *const keys[] = {"format", "name", "version", "mta"};
    for (size_t i = 0; i < head->pair_count; i++) {
        bool known = false;
        for (size_t k = 0; k < COUNT_OF(keys); k++) {
            known = known || span_is(head->pairs[i].key, keys[k]);
        }
        if (!known) {
            parser_fail(parser, head->pairs[i].line, "unknown key", head->pairs[i].key);
        }
    }
    if (file->name.n == 0 || file->version.n == 0) {
        parser_fail(parser, head->line, "[file] needs format, name and version", SPAN_EMPTY);
    }
}

/* Lines that begin a record, and lines that may hold a pair. */
static void count_lines(struct span bytes, bool keep_samples, size_t *headers, size_t *pairs)
{
    struct span text;
    bool skips = false;
    while (span_next_piece(&bytes, '\n', &text)) {
        bool other = text.n == 0 || text.p[0] == '#' || byte_is_blank(text.p[0]);
        bool header = !other && text.p[0] == '[';
        skips = header ? !keep_samples && is_sample_header(text) : skips;
        *headers += header && !skips;
        *pairs += !other && !header && !skips;
    }
}

enum smtplog_status record_file_parse(struct span label, struct span bytes, bool keep_samples,
                                      struct arena *arena, const struct diagnostic *diagnostic,
                                      struct record_file *file)
{
    *file = (struct record_file){.label = label};
    struct record_parser parser = {
        .file = file, .arena = arena, .diagnostic = diagnostic, .keep_samples = keep_samples};
    if (bytes.n > RECORD_FILE_MAXIMUM) {
        return record_complain(file, 1, diagnostic, "the file is too large", SPAN_EMPTY);
    }
    size_t headers = 0;
    size_t pairs = 0;
    count_lines(bytes, keep_samples, &headers, &pairs);
    parser.records = arena_alloc(arena, (headers + 1) * sizeof *parser.records);
    parser.pairs = arena_alloc(arena, (pairs + 1) * sizeof *parser.pairs);
    if (parser.records == NULL || parser.pairs == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    struct span rest = bytes;
    struct span text;
    for (unsigned line = 1; span_next_piece(&rest, '\n', &text); line++) {
        parse_line(&parser, text, line);
    }
    file->records = parser.records;
    file->record_count = parser.record_count;
    check_file_record(&parser);
    TRY(check_unique(&parser));
    if (parser.out_of_memory) {
        return SMTPLOG_NO_MEMORY;
    }
    return parser.failed ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

const struct record_pair *record_find(const struct record *record, const char *key)
{
    for (size_t i = 0; i < record->pair_count; i++) {
        if (span_is(record->pairs[i].key, key)) {
            return &record->pairs[i];
        }
    }
    return NULL;
}

struct span record_value(const struct record *record, const char *key)
{
    const struct record_pair *pair = record_find(record, key);
    return pair != NULL ? pair->value : SPAN_EMPTY;
}

static enum smtplog_status record_join(struct arena *arena, struct span value, const char *between,
                                       struct span *joined)
{
    if (memchr(value.p, '\n', value.n) == NULL) {
        *joined = value;
        return SMTPLOG_OK;
    }
    char *out = arena_alloc(arena, value.n + 1);
    if (out == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] != '\n') {
            out[n++] = value.p[i];
        } else if (*between != '\0') {
            out[n++] = *between;
        }
    }
    *joined = span_of(out, n);
    return SMTPLOG_OK;
}

void record_make_prose(struct record_pair *pair)
{
    /* Only values that were continued hold line ends, and those are our own in the arena. */
    char *at = (char *)pair->value.p;
    char *end = at + pair->value.n;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        *at++ = ' ';
    }
}

enum smtplog_status record_regex(struct arena *arena, struct span value, struct span *regex)
{
    return record_join(arena, value, "", regex);
}

enum smtplog_status record_prose(struct arena *arena, struct span value, struct span *prose)
{
    return record_join(arena, value, " ", prose);
}
