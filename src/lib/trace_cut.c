/* Records that Exim cut into pieces for syslog. */
#include "lib/trace_cut.h"

#define RECORD_MAXIMUM ((size_t)64 * 1024)

bool trace_cut_is_piece(const struct header *header, unsigned *number, struct span *text)
{
    struct span message = header->message;
    size_t at = 1;
    if (message.n < 6 || message.p[0] != '[' || !span_starts(header->tag, SPAN_LITERAL("exim"))) {
        return false;
    }
    *number = 0;
    while (at < 5 && byte_is_digit(message.p[at])) {
        *number = *number * 10 + (unsigned)(message.p[at++] - '0');
    }
    bool fits = at > 1 && (message.p[at] == '/' || message.p[at] == '\\');
    at++;
    while (at < message.n && byte_is_digit(message.p[at])) {
        at++;
    }
    if (!fits || at + 1 >= message.n || message.p[at] != ']' || message.p[at + 1] != ' ') {
        return false;
    }
    *text = span_from(message, at + 2);
    return true;
}

void trace_cut_init(struct trace_cut *cut)
{
    for (size_t i = 0; i < TRACE_CUT_RECORDS; i++) {
        strbuf_init(&cut->records[i].text, RECORD_MAXIMUM);
    }
}

static void give_back(struct trace_cut_record *record, struct trail *trail)
{
    for (size_t i = 0; i < record->count; i++) {
        trail_discard(trail, record->lines[i]);
    }
    record->count = 0;
    record->key_length = 0;
    record->node = NULL;
    strbuf_clear(&record->text);
}

void trace_cut_clear(struct trace_cut *cut, struct trail *trail)
{
    for (size_t i = 0; i < TRACE_CUT_RECORDS; i++) {
        give_back(&cut->records[i], trail);
    }
}

void trace_cut_free(struct trace_cut *cut)
{
    for (size_t i = 0; i < TRACE_CUT_RECORDS; i++) {
        strbuf_free(&cut->records[i].text);
    }
}

static struct trace_cut_record *find(struct trace_cut *cut, struct span process)
{
    for (size_t i = 0; i < TRACE_CUT_RECORDS; i++) {
        struct trace_cut_record *record = &cut->records[i];
        if (record->key_length > 0 &&
            span_equal(span_of(record->key, record->key_length), process)) {
            return record;
        }
    }
    return NULL;
}

/* Room for a new record: a free place, else the oldest. */
static struct trace_cut_record *oldest(struct trace_cut *cut)
{
    struct trace_cut_record *best = &cut->records[0];
    for (size_t i = 0; i < TRACE_CUT_RECORDS; i++) {
        struct trace_cut_record *record = &cut->records[i];
        if (record->key_length == 0) {
            return record;
        }
        best = record->age < best->age ? record : best;
    }
    return best;
}

struct trace_cut_record *trace_cut_piece(struct trace_cut *cut, struct trail *trail,
                                         struct span process, unsigned number, struct span text)
{
    struct trace_cut_record *record = find(cut, process);
    if (process.n == 0 || (record == NULL && number != 1)) {
        return NULL;
    }
    if (number == 1) {
        record = record != NULL ? record : oldest(cut);
        give_back(record, trail);
        memcpy(record->key, process.p, process.n);
        record->key_length = process.n;
        record->age = ++cut->age;
    }
    strbuf_add_span(&record->text, text);
    return record;
}
