/* Tests of report/event_writer: records of events made by chance, in each format, against a writer
 * that takes the slow way. Texts are empty, plain, numbers, phases, anything, and long ones. */
#include "report/event_writer.h"

#include <string.h>

#include "report/escape.h"

#include "tap.h"

#define LONGEST 6000

static uint64_t chance_state = 88172645463325252u;

static unsigned chance(unsigned below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (unsigned)(chance_state >> 33) % below;
}

/* ---- events ---------------------------------------------------------------------------------- */

static const char *const texts[] = {
    "",
    "0",
    "25",
    "007",
    "0.5",
    "1.",
    ".5",
    "1.2.3",
    "00.1",
    "12345678901234567",
    "123456789012345678",
    "1234567890123456.7",
    "12345678.90123456",
    "0.1/0/5/0.9",
    "0/0/0/0",
    "1/2//3",
    "1/2/",
    "/1",
    "0.02/01/1/2",
    "1/2/3/x",
    "mx1",
    "dina.2@lists.example.org",
    "Ok: queued as 0346F05AA0",
    "say \"no\"",
    "\\",
    "a\tb\nc",
    "gr\xc3\xbc\xc3\x9f",
    "\xe2\x80\xae\xff",
};

struct memory {
    char *texts[EVENT_TEXTS + 8];
    size_t count;
};

/* Each in memory of its own that ends where it ends, for tools that watch. */
static struct span chance_text(struct memory *memory)
{
    struct span kind = span_cstr(texts[chance(COUNT_OF(texts))]);
    size_t n = kind.n;
    if (chance(4) == 0) {
        n = chance(100);
    } else if (chance(40) == 0) {
        n = chance(LONGEST);
    }
    char *text = malloc(n > 0 ? n : 1);
    bool hostile = chance(4) == 0;
    for (size_t i = 0; i < n; i++) {
        text[i] = hostile ? (char)chance(256) : kind.n > 0 ? kind.p[i % kind.n] : ' ';
    }
    memory->texts[memory->count++] = text;
    return span_of(text, n);
}

static void chance_event(struct event *event, struct memory *memory, struct span *file)
{
    static const uint8_t digits[] = {0, 0, 0, 3, 6, 9};
    *event = (struct event){.line = chance(3) == 0 ? chance_state : chance(2000000)};
    memory->count = 0;
    for (int f = 0; f < EVENT_TEXTS; f++) {
        event->text[f] = chance_text(memory);
        event->set |= (uint64_t)chance(2) << f;
    }
    for (int f = EVENT_TEXTS; f < EVENT_FIELDS; f++) {
        bool code = f == EVENT_CODE || f == EVENT_IMPLIED_CODE;
        event->value[f - EVENT_TEXTS] = (int)chance(code ? 600 : 30);
        event->set |= (uint64_t)chance(2) << f;
    }
    event->mta = (enum event_mta)chance(MTA_TRANSCRIPT + 1);
    event->has_time = chance(8) > 0;
    event->time = (struct instant){(int64_t)chance(2000000000) - 86400, (int32_t)chance(1000000000),
                                   ((int32_t)chance(25) - 12) * 3600, digits[chance(6)]};
    event->line_end = event->line + chance(3) - 1;
    event->repeat = chance(4);
    event->possible_greylisting = chance(2) == 0;
    event->reason_class = chance_text(memory);
    event->reason = chance_text(memory);
    event->provider = chance_text(memory);
    event->domain = chance_text(memory);
    *file = chance_text(memory);
}

/* ---- the slow way ---------------------------------------------------------------------------- */

static size_t count_digits(struct span text)
{
    size_t n = 0;
    while (n < text.n && byte_is_digit(text.p[n])) {
        n++;
    }
    return n;
}

static bool is_number(struct span text)
{
    size_t whole = count_digits(text);
    size_t part = whole < text.n && text.p[whole] == '.' ? count_digits(span_from(text, whole + 1))
                                                         : 0;
    return whole > 0 && text.n < 18 && (whole == 1 || text.p[0] != '0') &&
           text.n == whole + (part > 0 ? part + 1 : 0);
}

static void add_text(struct strbuf *out, enum event_format format, struct span key,
                     struct span text)
{
    if (format != EVENT_NDJSON) {
        escape_tsv(out, text);
        return;
    }
    bool number = span_is(key, "pid") || span_is(key, "peer_port") || span_is(key, "delay");
    bool phases = span_is(key, "delays");
    struct span rest = text;
    struct span piece;
    while (phases && span_next_piece(&rest, '/', &piece)) {
        phases = is_number(piece);
    }
    size_t begin = out->length;
    if (phases || (number && is_number(text))) {
        strbuf_add_cstr(out, phases ? "[" : "");
        strbuf_add_span(out, text);
        strbuf_add_cstr(out, phases ? "]" : "");
    } else {
        escape_json(out, text);
    }
    for (size_t i = begin; phases && i < out->length; i++) {
        out->bytes[i] = out->bytes[i] == '/' ? ',' : out->bytes[i];
    }
}

static void add_word(struct strbuf *out, enum event_format format, const char *word)
{
    const char *quote = format == EVENT_NDJSON && word != NULL && word[0] != '\0' ? "\"" : "";
    strbuf_add_cstr(out, quote);
    strbuf_add_cstr(out, word != NULL ? word : "");
    strbuf_add_cstr(out, quote);
}

static void add_time(struct strbuf *out, enum event_format format, const struct event *event)
{
    const char *quote = format == EVENT_NDJSON && event->has_time ? "\"" : "";
    strbuf_add_cstr(out, quote);
    if (event->has_time) {
        instant_add(out, &event->time);
    }
    strbuf_add_cstr(out, quote);
}

static void add_number(struct strbuf *out, uint64_t number)
{
    if (number > 0) {
        strbuf_add_u64(out, number);
    }
}

/* Of what is no field; nothing for what is absent. */
static void add_other(struct strbuf *out, enum event_format format, struct span key,
                      const struct event *event, struct span file)
{
    struct span text = span_is(key, "file")       ? file
                       : span_is(key, "class")    ? event->reason_class
                       : span_is(key, "rule")     ? event->reason
                       : span_is(key, "domain")   ? event->domain
                       : span_is(key, "provider") ? event->provider
                                                  : SPAN_EMPTY;
    if (text.n > 0) {
        add_text(out, format, key, text);
    } else if (span_is(key, "line")) {
        add_number(out, event->line);
    } else if (span_is(key, "line_end")) {
        add_number(out, event->line_end > event->line ? event->line_end : 0);
    } else if (span_is(key, "repeat")) {
        add_number(out, event->repeat > 1 ? event->repeat : 0);
    } else if (span_is(key, "mta")) {
        add_word(out, format, event_mta_name(event->mta));
    } else if (span_is(key, "possible")) {
        add_word(out, format, event->possible_greylisting ? "greylisting" : NULL);
    } else if (span_is(key, "time")) {
        add_time(out, format, event);
    }
}

static void add_value(struct strbuf *out, enum event_format format, struct span key,
                      const struct event *event, struct span file)
{
    enum event_field field = event_field_find(key);
    if (field == EVENT_FIELDS) {
        add_other(out, format, key, event, file);
    } else if (!event_has(event, field)) {
        return;
    } else if (field == EVENT_STALE) {
        strbuf_add_cstr(out, event_value(event, field) != 0 ? "true" : "");
    } else if (field == EVENT_CODE || field == EVENT_IMPLIED_CODE) {
        add_number(out, (uint64_t)event_value(event, field));
    } else if (field >= EVENT_TEXTS) {
        add_word(out, format, event_value_name(field, event_value(event, field)));
    } else if (event->text[field].n > 0) {
        add_text(out, format, key, event->text[field]);
    }
}

/* In text one of two codes is shown, the reply in quotes, and - for what is absent. */
static void add_line_value(struct strbuf *out, struct span keys, struct span key,
                           const struct event *event, struct span value)
{
    bool implies = span_find(keys, SPAN_LITERAL("implied_code")) != SIZE_MAX &&
                   event_value(event, EVENT_IMPLIED_CODE) > 0;
    bool implied = span_is(key, "implied_code");
    const char *quote = span_is(key, "text") && value.n > 0 ? "\"" : "";
    if (value.n == 0 && (implied || (span_is(key, "code") && implies))) {
        return;
    }
    strbuf_add_cstr(out, out->length > 0 ? " " : "");
    strbuf_add_cstr(out, quote);
    strbuf_add_span(out, value.n > 0 ? value : SPAN_LITERAL("-"));
    strbuf_add_cstr(out, quote);
    strbuf_add_cstr(out, implied ? "+" : "");
}

static void add_record(struct strbuf *out, enum event_format format, struct span keys,
                       const struct event *event, struct span file)
{
    struct span rest = keys;
    struct span key;
    bool first = true;
    struct strbuf value;
    strbuf_init(&value, 100000);
    while (span_next_piece(&rest, ',', &key)) {
        strbuf_clear(&value);
        add_value(&value, format, key, event, file);
        if (format == EVENT_LINES) {
            add_line_value(out, keys, key, event, strbuf_span(&value));
        } else if (format == EVENT_TSV) {
            strbuf_add_cstr(out, first ? "" : "\t");
            strbuf_add_span(out, strbuf_span(&value));
            first = false;
        } else if (value.length > 0) {
            strbuf_addf(out, "%s\"%.*s\":", first ? "{" : ",", SPAN_ARGS(key));
            strbuf_add_span(out, strbuf_span(&value));
            first = false;
        }
    }
    strbuf_free(&value);
    strbuf_add_cstr(out, format != EVENT_NDJSON ? "\n" : first ? "{}\n" : "}\n");
}

/* ---- comparing ------------------------------------------------------------------------------- */

/* The columns of all records, from the header of TSV. */
static void all_keys(struct strbuf *keys, bool joined)
{
    struct event_writer *writer = NULL;
    struct span unknown;
    tap_number(SMTPLOG_OK, event_writer_new(EVENT_TSV, joined, SPAN_EMPTY, &writer, &unknown),
               "a writer");
    event_writer_header(writer, keys);
    event_writer_free(writer);
    for (size_t i = 0; i < keys->length; i++) {
        keys->bytes[i] = keys->bytes[i] == '\t' ? ',' : keys->bytes[i];
    }
    keys->length--;
}

static bool is_same(struct event_writer *writer, enum event_format format, struct span keys,
                    struct strbuf *out)
{
    struct memory memory;
    struct event event;
    struct span file;
    struct strbuf wanted;
    chance_event(&event, &memory, &file);
    strbuf_init(&wanted, 1 << 24);
    add_record(&wanted, format, keys, &event, file);
    size_t before = out->length;
    event_writer_add(writer, &event, file, out);
    struct span got = span_from(strbuf_span(out), before);
    bool same = strbuf_status(out) == SMTPLOG_OK && span_equal(strbuf_span(&wanted), got);
    if (!same) {
        tap_show("wanted", strbuf_span(&wanted));
        tap_show("got   ", got);
    }
    for (size_t i = 0; i < memory.count; i++) {
        free(memory.texts[i]);
    }
    strbuf_free(&wanted);
    return same;
}

/* Records behind each other, and to memory of their own. */
static void compare(enum event_format format, struct span keys, size_t records)
{
    static const char *const names[] = {"NDJSON", "TSV", "text"};
    struct event_writer *writer = NULL;
    struct span unknown = SPAN_EMPTY;
    struct strbuf out;
    size_t unlike = 0;
    if (event_writer_new(format, false, keys, &writer, &unknown) != SMTPLOG_OK) {
        tap_ok(false, "a writer of %.*s", SPAN_ARGS(keys));
        return;
    }
    strbuf_init(&out, 1 << 24);
    for (size_t i = 0; i < records && unlike < 5; i++) {
        unlike += !is_same(writer, format, keys, &out);
        if (chance(3) == 0) {
            strbuf_clear(&out);
        } else if (chance(2) == 0) {
            strbuf_free(&out);
        }
    }
    tap_number(0, (long long)unlike, "%s: %.*s", names[format], SPAN_ARGS(keys));
    strbuf_free(&out);
    event_writer_free(writer);
}

/* As many columns as there may be, of those that take most room. */
static void compare_many(enum event_format format, const char *key)
{
    struct strbuf keys;
    strbuf_init(&keys, 10000);
    for (size_t i = 0; i < 40; i++) {
        strbuf_addf(&keys, "%s%s", i > 0 ? "," : "", key);
    }
    compare(format, strbuf_span(&keys), 300);
    strbuf_free(&keys);
}

static void test_starved(void)
{
    struct event_writer *writer = NULL;
    struct span unknown;
    struct strbuf out;
    char text[5000] = "";
    struct event event = {.line = 1};
    event_set_text(&event, EVENT_TEXT, span_of(text, sizeof text));
    tap_number(SMTPLOG_OK, event_writer_new(EVENT_NDJSON, false, SPAN_EMPTY, &writer, &unknown),
               "a writer");
    for (size_t maximum = 0; maximum < 15000; maximum += 3000) {
        strbuf_init(&out, maximum);
        event_writer_add(writer, &event, SPAN_LITERAL("x"), &out);
        tap_number(SMTPLOG_LIMIT, strbuf_status(&out), "no room for a record in %zu bytes",
                   maximum);
        strbuf_free(&out);
    }
    event_writer_free(writer);
}

int main(void)
{
    static const char *const lists[] = {
        "time",
        "code,text,implied_code,stale",
        "implied_code,code",
        "code",
        "implied_code",
        "text,text,delays,delay,file",
        "client,provider,possible,repeat,line_end,hop",
    };
    struct strbuf keys;
    strbuf_init(&keys, 10000);
    all_keys(&keys, true);
    for (int f = EVENT_NDJSON; f <= EVENT_LINES; f++) {
        enum event_format format = (enum event_format)f;
        compare(format, strbuf_span(&keys), 6000);
        for (size_t i = 0; i < COUNT_OF(lists); i++) {
            compare(format, span_cstr(lists[i]), 1000);
        }
        compare_many(format, "time");
        compare_many(format, "orig_recipient");
        compare_many(format, "line");
    }
    strbuf_free(&keys);
    test_starved();
    return tap_end();
}
