/* Events as records. */
#include "report/event_writer.h"

#include <stdlib.h>
#include <string.h>

#include "report/escape.h"

enum column_kind {
    COLUMN_FILE,
    COLUMN_LINE,
    COLUMN_LINE_END,
    COLUMN_TIME,
    COLUMN_MTA,
    COLUMN_TEXT,    /* a text field */
    COLUMN_DIGITS,  /* a text field that is a number when it is all digits */
    COLUMN_DECIMAL, /* a text field with a decimal number */
    COLUMN_PHASES,  /* Postfix's delays */
    COLUMN_WORD,    /* a numeric field with words */
    COLUMN_NUMBER,  /* a numeric field */
    COLUMN_CLASS,
    COLUMN_RULE,
    COLUMN_POSSIBLE,
    COLUMN_DOMAIN,
    COLUMN_PROVIDER,
    COLUMN_REPEAT,
    COLUMN_STALE
};

struct column {
    const char *key;
    enum column_kind kind;
    enum event_field field;
};

static const struct column columns[] = {
    {"file", COLUMN_FILE, 0},
    {"line", COLUMN_LINE, 0},
    {"line_end", COLUMN_LINE_END, 0},
    {"time", COLUMN_TIME, 0},
    {"kind", COLUMN_WORD, EVENT_KIND},
    {"mta", COLUMN_MTA, 0},
    {"host", COLUMN_TEXT, EVENT_HOST},
    {"service", COLUMN_TEXT, EVENT_SERVICE},
    {"daemon", COLUMN_TEXT, EVENT_DAEMON},
    {"pid", COLUMN_DIGITS, EVENT_PID},
    {"direction", COLUMN_WORD, EVENT_DIRECTION},
    {"stage", COLUMN_WORD, EVENT_STAGE},
    {"hop", COLUMN_WORD, EVENT_HOP},
    {"code", COLUMN_NUMBER, EVENT_CODE},
    {"implied_code", COLUMN_NUMBER, EVENT_IMPLIED_CODE},
    {"enhanced", COLUMN_TEXT, EVENT_ENHANCED},
    {"text", COLUMN_TEXT, EVENT_TEXT},
    {"class", COLUMN_CLASS, 0},
    {"rule", COLUMN_RULE, 0},
    {"possible", COLUMN_POSSIBLE, 0},
    {"status", COLUMN_WORD, EVENT_STATUS},
    {"dsn", COLUMN_TEXT, EVENT_DSN},
    {"queue_id", COLUMN_TEXT, EVENT_QUEUE_ID},
    {"message_id", COLUMN_TEXT, EVENT_MESSAGE_ID},
    {"sender", COLUMN_TEXT, EVENT_SENDER},
    {"recipient", COLUMN_TEXT, EVENT_RECIPIENT},
    {"orig_recipient", COLUMN_TEXT, EVENT_ORIG_RECIPIENT},
    {"peer", COLUMN_TEXT, EVENT_PEER},
    {"peer_ip", COLUMN_TEXT, EVENT_PEER_IP},
    {"peer_port", COLUMN_DIGITS, EVENT_PEER_PORT},
    {"helo", COLUMN_TEXT, EVENT_HELO},
    {"sasl_user", COLUMN_TEXT, EVENT_SASL_USER},
    {"tls", COLUMN_TEXT, EVENT_TLS},
    {"domain", COLUMN_DOMAIN, 0},
    {"provider", COLUMN_PROVIDER, 0},
    {"delay", COLUMN_DECIMAL, EVENT_DELAY},
    {"delays", COLUMN_PHASES, EVENT_DELAYS},
    {"repeat", COLUMN_REPEAT, 0},
    {"stale", COLUMN_STALE, EVENT_STALE},
    {"client", COLUMN_TEXT, EVENT_CLIENT}, /* of joined records */
};

#define JOINED_COLUMNS 1 /* at the end of the table */

#define HEAD 24 /* `,"orig_recipient":` and room to copy it in one step */

/* A column that is written, and what stands before its value. */
struct chosen {
    const struct column *column;
    uint64_t needs; /* bit of the field that it shows; 0: of none */
    char head[HEAD];
    size_t head_length;
};

struct event_writer {
    enum event_format format;
    struct chosen chosen[COUNT_OF(columns)];
    size_t count;
};

/* What a person wants of a record: columns of text when none are asked for. */
static const char TEXT_FIELDS[] =
    "time,code,implied_code,direction,stage,class,status,queue_id,recipient,peer,peer_ip,text";

static void choose(struct event_writer *writer, const struct column *column)
{
    struct chosen *chosen = &writer->chosen[writer->count++];
    size_t length = strlen(column->key);
    bool by_field = column->kind == COLUMN_TEXT || column->kind == COLUMN_DIGITS ||
                    column->kind == COLUMN_DECIMAL || column->kind == COLUMN_PHASES ||
                    column->kind == COLUMN_WORD || column->kind == COLUMN_NUMBER ||
                    column->kind == COLUMN_STALE;
    *chosen = (struct chosen){.column = column, .head_length = length + 4};
    chosen->needs = by_field ? (uint64_t)1 << column->field : 0;
    memcpy(chosen->head, ",\"", 2);
    memcpy(chosen->head + 2, column->key, length);
    memcpy(chosen->head + 2 + length, "\":", 2);
}

enum smtplog_status event_writer_new(enum event_format format, bool joined, struct span fields,
                                     struct event_writer **writer, struct span *unknown)
{
    struct event_writer *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->format = format;
    if (format == EVENT_LINES && fields.n == 0) {
        fields = span_cstr(TEXT_FIELDS);
    }
    struct span rest = fields;
    struct span name;
    size_t all = COUNT_OF(columns) - (joined ? 0 : JOINED_COLUMNS);
    for (size_t i = 0; fields.n == 0 && i < all; i++) {
        choose(made, &columns[i]);
    }
    while (fields.n > 0 && span_next_piece(&rest, ',', &name)) {
        size_t i = 0;
        while (i < COUNT_OF(columns) && !span_is(span_trim(name), columns[i].key)) {
            i++;
        }
        if (i == COUNT_OF(columns) || made->count == COUNT_OF(columns)) {
            *unknown = name;
            free(made);
            return SMTPLOG_USAGE;
        }
        choose(made, &columns[i]);
    }
    *writer = made;
    return SMTPLOG_OK;
}

void event_writer_free(struct event_writer *writer)
{
    free(writer);
}

void event_writer_header(const struct event_writer *writer, struct strbuf *out)
{
    if (writer->format != EVENT_TSV) {
        return;
    }
    for (size_t i = 0; i < writer->count; i++) {
        if (i > 0) {
            strbuf_add_byte(out, '\t');
        }
        strbuf_add_cstr(out, writer->chosen[i].column->key);
    }
    strbuf_add_byte(out, '\n');
}

static bool is_decimal(struct span text)
{
    size_t points = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.' && i > 0 && i + 1 < text.n) {
            points++;
        } else if (!byte_is_digit(text.p[i])) {
            return false;
        }
    }
    return text.n > 0 && text.n < 18 && points < 2 &&
           (text.p[0] != '0' || text.n == 1 || text.p[1] == '.');
}

/* What a record shows in a column. */
enum value_kind {
    VALUE_NONE,
    VALUE_TEXT,
    VALUE_WORD, /* text of our own */
    VALUE_BARE, /* text that is written as it stands: a number */
    VALUE_PHASES,
    VALUE_NUMBER,
    VALUE_TIME,
    VALUE_TRUE
};

struct value {
    enum value_kind kind;
    struct span text;
    uint64_t number;
};

static void set_text(struct value *value, enum value_kind kind, struct span text)
{
    value->kind = text.n > 0 ? kind : VALUE_NONE;
    value->text = text;
}

static void set_number(struct value *value, uint64_t number)
{
    value->kind = number > 0 ? VALUE_NUMBER : VALUE_NONE;
    value->number = number;
}

static void set_word(struct value *value, const char *word)
{
    set_text(value, VALUE_WORD, word != NULL ? span_cstr(word) : SPAN_EMPTY);
}

/* Of a field of the event that is set. */
static void field_value(const struct column *column, const struct event *event, struct value *value)
{
    struct span text = column->field < EVENT_TEXTS ? event->text[column->field] : SPAN_EMPTY;
    switch (column->kind) {
    case COLUMN_DIGITS:
    case COLUMN_DECIMAL:
        set_text(value, is_decimal(text) ? VALUE_BARE : VALUE_TEXT, text);
        break;
    case COLUMN_PHASES:
        set_text(value, VALUE_PHASES, text);
        break;
    case COLUMN_WORD:
        set_word(value, event_value_name(column->field, event_value(event, column->field)));
        break;
    case COLUMN_NUMBER:
        set_number(value, (uint64_t)event_value(event, column->field));
        break;
    case COLUMN_STALE:
        value->kind = event_value(event, EVENT_STALE) != 0 ? VALUE_TRUE : VALUE_NONE;
        break;
    default:
        set_text(value, VALUE_TEXT, text);
    }
}

/* Of what stands beside the fields. */
static void other_value(const struct column *column, const struct event *event, struct span file,
                        struct value *value)
{
    switch (column->kind) {
    case COLUMN_FILE:
        set_text(value, VALUE_TEXT, file);
        break;
    case COLUMN_LINE:
        set_number(value, event->line);
        break;
    case COLUMN_LINE_END:
        set_number(value, event->line_end > event->line ? event->line_end : 0);
        break;
    case COLUMN_TIME:
        value->kind = event->has_time ? VALUE_TIME : VALUE_NONE;
        break;
    case COLUMN_MTA:
        set_word(value, event_mta_name(event->mta));
        break;
    case COLUMN_CLASS:
        set_text(value, VALUE_TEXT, event->reason_class);
        break;
    case COLUMN_RULE:
        set_text(value, VALUE_TEXT, event->reason);
        break;
    case COLUMN_POSSIBLE:
        set_word(value, event->possible_greylisting ? "greylisting" : NULL);
        break;
    case COLUMN_DOMAIN:
        set_text(value, VALUE_TEXT, event->domain);
        break;
    case COLUMN_PROVIDER:
        set_text(value, VALUE_TEXT, event->provider);
        break;
    case COLUMN_REPEAT:
        set_number(value, event->repeat > 1 ? event->repeat : 0);
        break;
    default:
        value->kind = VALUE_NONE;
    }
}

static inline bool chosen_value(const struct chosen *chosen, const struct event *event,
                                struct span file, struct value *value)
{
    if (chosen->needs == 0) {
        other_value(chosen->column, event, file, value);
    } else if ((event->set & chosen->needs) != 0) {
        field_value(chosen->column, event, value);
    } else {
        return false;
    }
    return value->kind != VALUE_NONE;
}

/* ---- a record being written ------------------------------------------------------------------ */

#define ROOM 2048 /* asked for at once: most records fit in */

/* Behind the text of out there is room from at to end; what stands there is no part of it before it
 * is kept. */
struct pen {
    struct strbuf *out;
    char *begin, *at, *end;
};

static void pen_take(struct pen *pen, size_t length)
{
    pen->begin = pen->at = strbuf_room(pen->out, length);
    pen->end = pen->at != NULL ? pen->at + length : NULL;
}

static void pen_keep(struct pen *pen)
{
    if (pen->at != pen->begin) {
        strbuf_fill(pen->out, (size_t)(pen->at - pen->begin));
    }
    pen->begin = pen->at = pen->end = NULL;
}

/* Whether there is room; without memory there is none ever after. */
static inline bool pen_has(struct pen *pen, size_t length)
{
    if ((size_t)(pen->end - pen->at) < length) {
        pen_keep(pen);
        pen_take(pen, length + ROOM);
    }
    return pen->at != NULL;
}

static void pen_copy(struct pen *pen, struct span text)
{
    if (pen_has(pen, text.n)) {
        memcpy(pen->at, text.p, text.n);
        pen->at += text.n;
    }
}

static void pen_number(struct pen *pen, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    pen_copy(pen, span_of(digits + first, sizeof digits - first));
}

static void pen_byte(struct pen *pen, char byte)
{
    if (pen_has(pen, 1)) {
        *pen->at++ = byte;
    }
}

/* Text that mostly needs no escapes is copied at once; what does is left to escape_json. */
static void pen_json(struct pen *pen, struct span text)
{
    if (!pen_has(pen, text.n + 2)) {
        return;
    }
    if (escape_json_copy(pen->at + 1, text)) {
        pen->at[0] = pen->at[1 + text.n] = '"';
        pen->at += text.n + 2;
        return;
    }
    pen_keep(pen);
    escape_json(pen->out, text);
}

static void pen_tsv(struct pen *pen, struct span text)
{
    if (pen_has(pen, text.n) && escape_tsv_copy(pen->at, text)) {
        pen->at += text.n;
        return;
    }
    pen_keep(pen);
    escape_tsv(pen->out, text);
}

/* What all formats write alike. False: it is text. */
static bool pen_bare(struct pen *pen, const struct value *value, const struct event *event)
{
    switch (value->kind) {
    case VALUE_BARE:
        pen_copy(pen, value->text);
        return true;
    case VALUE_NUMBER:
        pen_number(pen, value->number);
        return true;
    case VALUE_TIME:
        pen_keep(pen);
        instant_add(pen->out, &event->time);
        return true;
    case VALUE_TRUE:
        pen_copy(pen, SPAN_LITERAL("true"));
        return true;
    default:
        return false;
    }
}

/* ---- NDJSON ---------------------------------------------------------------------------------- */

/* `0.1/0/5/0.9` as an array; a string when it is something else. */
static void pen_json_phases(struct pen *pen, struct span text)
{
    struct span rest = text;
    struct span piece;
    bool fine = true;
    while (fine && span_next_piece(&rest, '/', &piece)) {
        fine = is_decimal(piece);
    }
    if (!fine || !pen_has(pen, text.n + 2)) {
        pen_json(pen, text);
        return;
    }
    *pen->at++ = '[';
    for (size_t i = 0; i < text.n; i++) {
        *pen->at++ = text.p[i] == '/' ? ',' : text.p[i];
    }
    *pen->at++ = ']';
}

static void add_json_value(struct pen *pen, const struct value *value, const struct event *event)
{
    bool quoted = value->kind == VALUE_TIME || value->kind == VALUE_WORD;
    if (quoted) {
        pen_byte(pen, '"');
    }
    if (value->kind == VALUE_WORD) {
        pen_copy(pen, value->text);
    } else if (value->kind == VALUE_PHASES) {
        pen_json_phases(pen, value->text);
    } else if (!pen_bare(pen, value, event)) {
        pen_json(pen, value->text);
    }
    if (quoted) {
        pen_byte(pen, '"');
    }
}

static void add_json(const struct event_writer *writer, const struct event *event, struct span file,
                     struct strbuf *out)
{
    struct pen pen = {.out = out};
    struct value value = {.kind = VALUE_NONE};
    char before = '{';
    for (size_t i = 0; i < writer->count; i++) {
        const struct chosen *chosen = &writer->chosen[i];
        if (!chosen_value(chosen, event, file, &value) || !pen_has(&pen, HEAD)) {
            continue;
        }
        memcpy(pen.at, chosen->head, HEAD);
        *pen.at = before;
        before = ',';
        pen.at += chosen->head_length;
        add_json_value(&pen, &value, event);
    }
    pen_copy(&pen, before == '{' ? SPAN_LITERAL("{}\n") : SPAN_LITERAL("}\n"));
    pen_keep(&pen);
}

/* ---- TSV ------------------------------------------------------------------------------------- */

static void add_tsv(const struct event_writer *writer, const struct event *event, struct span file,
                    struct strbuf *out)
{
    struct pen pen = {.out = out};
    struct value value = {.kind = VALUE_NONE};
    for (size_t i = 0; i < writer->count; i++) {
        bool there = chosen_value(&writer->chosen[i], event, file, &value);
        if (i > 0) {
            pen_byte(&pen, '\t');
        }
        if (there && value.kind == VALUE_WORD) {
            pen_copy(&pen, value.text);
        } else if (there && !pen_bare(&pen, &value, event)) {
            pen_tsv(&pen, value.text);
        }
    }
    pen_byte(&pen, '\n');
    pen_keep(&pen);
}

/* ---- text ------------------------------------------------------------------------------------ */

/* An implied code is shown, and this event has one. */
static bool has_implied_column(const struct event_writer *writer, const struct event *event)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct column *column = writer->chosen[i].column;
        if (column->kind == COLUMN_NUMBER && column->field == EVENT_IMPLIED_CODE) {
            return event_value(event, EVENT_IMPLIED_CODE) > 0;
        }
    }
    return false;
}

/* One line to read: the values with a blank between, the reply's text in double quotes, an implied
 * code with a + in the place of the code. */
static void add_line(const struct event_writer *writer, const struct event *event, struct span file,
                     struct strbuf *out)
{
    bool has_code = event_value(event, EVENT_CODE) > 0;
    bool first = true;
    for (size_t i = 0; i < writer->count; i++) {
        const struct column *column = writer->chosen[i].column;
        struct value value = {.kind = VALUE_NONE};
        bool absent = !chosen_value(&writer->chosen[i], event, file, &value);
        bool quoted = column->kind == COLUMN_TEXT && column->field == EVENT_TEXT && !absent;
        bool implied = column->kind == COLUMN_NUMBER && column->field == EVENT_IMPLIED_CODE;
        bool code = column->kind == COLUMN_NUMBER && column->field == EVENT_CODE;
        if ((implied && absent) || (code && !has_code && has_implied_column(writer, event))) {
            continue;
        }
        strbuf_add_cstr(out, first ? "" : " ");
        first = false;
        strbuf_add_cstr(out, quoted ? "\"" : "");
        if (absent) {
            strbuf_add_byte(out, '-');
        } else {
            struct pen pen = {.out = out};
            bool bare = pen_bare(&pen, &value, event);
            pen_keep(&pen);
            if (!bare) {
                escape_terminal(out, value.text);
            }
        }
        strbuf_add_cstr(out, quoted ? "\"" : implied ? "+" : "");
    }
    strbuf_add_byte(out, '\n');
}

void event_writer_add(const struct event_writer *writer, const struct event *event,
                      struct span file, struct strbuf *out)
{
    if (writer->format == EVENT_NDJSON) {
        add_json(writer, event, file, out);
    } else if (writer->format == EVENT_TSV) {
        add_tsv(writer, event, file, out);
    } else {
        add_line(writer, event, file, out);
    }
}
