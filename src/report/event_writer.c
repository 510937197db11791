/* Events as records. */
#include "report/event_writer.h"

#include <stdlib.h>

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

struct event_writer {
    enum event_format format;
    const struct column *columns[COUNT_OF(columns)];
    size_t count;
};

/* What a person wants of a record: columns of text when none are asked for. */
static const char TEXT_FIELDS[] =
    "time,code,implied_code,direction,stage,class,status,queue_id,recipient,peer,peer_ip,text";

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
        made->columns[made->count++] = &columns[i];
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
        made->columns[made->count++] = &columns[i];
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
        strbuf_add_cstr(out, writer->columns[i]->key);
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

static void add_string(const struct event_writer *writer, struct span text, struct strbuf *out)
{
    if (writer->format == EVENT_NDJSON) {
        escape_json(out, text);
    } else if (writer->format == EVENT_TSV) {
        escape_tsv(out, text);
    } else {
        escape_terminal(out, text);
    }
}

/* `0.1/0/5/0.9` as an array; as it stands in TSV or when it is something else. */
static void add_phases(const struct event_writer *writer, struct span text, struct strbuf *out)
{
    struct span rest = text;
    struct span piece;
    bool fine = writer->format == EVENT_NDJSON;
    while (fine && span_next_piece(&rest, '/', &piece)) {
        fine = is_decimal(piece);
    }
    if (!fine) {
        add_string(writer, text, out);
        return;
    }
    strbuf_add_byte(out, '[');
    rest = text;
    for (bool first = true; span_next_piece(&rest, '/', &piece); first = false) {
        if (!first) {
            strbuf_add_byte(out, ',');
        }
        strbuf_add_span(out, piece);
    }
    strbuf_add_byte(out, ']');
}

static struct span column_text(const struct column *column, const struct event *event,
                               struct span file)
{
    switch (column->kind) {
    case COLUMN_FILE:
        return file;
    case COLUMN_MTA:
        return span_cstr(event_mta_name(event->mta));
    case COLUMN_TEXT:
    case COLUMN_DIGITS:
    case COLUMN_DECIMAL:
    case COLUMN_PHASES:
        return event_text(event, column->field);
    case COLUMN_WORD: {
        const char *word = event_value_name(column->field, event_value(event, column->field));
        return word != NULL ? span_cstr(word) : SPAN_EMPTY;
    }
    case COLUMN_CLASS:
        return event->reason_class;
    case COLUMN_RULE:
        return event->reason;
    case COLUMN_POSSIBLE:
        return event->possible_greylisting ? SPAN_LITERAL("greylisting") : SPAN_EMPTY;
    case COLUMN_DOMAIN:
        return event->domain;
    case COLUMN_PROVIDER:
        return event->provider;
    default:
        return SPAN_EMPTY;
    }
}

/* A column that holds a number; 0 is absent. */
static uint64_t column_number(const struct column *column, const struct event *event)
{
    switch (column->kind) {
    case COLUMN_LINE:
        return event->line;
    case COLUMN_LINE_END:
        return event->line_end > event->line ? event->line_end : 0;
    case COLUMN_NUMBER:
        return (uint64_t)event_value(event, column->field);
    case COLUMN_REPEAT:
        return event->repeat > 1 ? event->repeat : 0;
    default:
        return 0;
    }
}

static bool column_is_absent(const struct column *column, const struct event *event,
                             struct span file)
{
    switch (column->kind) {
    case COLUMN_TIME:
        return !event->has_time;
    case COLUMN_STALE:
        return event_value(event, EVENT_STALE) == 0;
    case COLUMN_LINE:
    case COLUMN_LINE_END:
    case COLUMN_NUMBER:
    case COLUMN_REPEAT:
        return column_number(column, event) == 0;
    default:
        return column_text(column, event, file).n == 0;
    }
}

static void add_value(const struct event_writer *writer, const struct column *column,
                      const struct event *event, struct span file, struct strbuf *out)
{
    struct span text = column_text(column, event, file);
    bool json = writer->format == EVENT_NDJSON;
    switch (column->kind) {
    case COLUMN_TIME:
        strbuf_add_cstr(out, json ? "\"" : "");
        instant_add(out, &event->time);
        strbuf_add_cstr(out, json ? "\"" : "");
        break;
    case COLUMN_STALE:
        strbuf_add_cstr(out, "true");
        break;
    case COLUMN_LINE:
    case COLUMN_LINE_END:
    case COLUMN_NUMBER:
    case COLUMN_REPEAT:
        strbuf_add_u64(out, column_number(column, event));
        break;
    case COLUMN_PHASES:
        add_phases(writer, text, out);
        break;
    case COLUMN_DIGITS:
    case COLUMN_DECIMAL:
        if (is_decimal(text)) {
            strbuf_add_span(out, text);
            break;
        }
        add_string(writer, text, out);
        break;
    default:
        add_string(writer, text, out);
        break;
    }
}

/* An implied code is shown, and this event has one. */
static bool has_implied_column(const struct event_writer *writer, const struct event *event)
{
    for (size_t i = 0; i < writer->count; i++) {
        if (writer->columns[i]->kind == COLUMN_NUMBER &&
            writer->columns[i]->field == EVENT_IMPLIED_CODE) {
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
        const struct column *column = writer->columns[i];
        bool absent = column_is_absent(column, event, file);
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
            add_value(writer, column, event, file, out);
        }
        strbuf_add_cstr(out, quoted ? "\"" : implied ? "+" : "");
    }
    strbuf_add_byte(out, '\n');
}

void event_writer_add(const struct event_writer *writer, const struct event *event,
                      struct span file, struct strbuf *out)
{
    bool json = writer->format == EVENT_NDJSON;
    bool first = true;
    if (writer->format == EVENT_LINES) {
        add_line(writer, event, file, out);
        return;
    }
    strbuf_add_cstr(out, json ? "{" : "");
    for (size_t i = 0; i < writer->count; i++) {
        const struct column *column = writer->columns[i];
        bool absent = column_is_absent(column, event, file);
        if (json && absent) {
            continue;
        }
        if (!first) {
            strbuf_add_byte(out, json ? ',' : '\t');
        }
        first = false;
        if (json) {
            strbuf_add_byte(out, '"');
            strbuf_add_cstr(out, column->key);
            strbuf_add_cstr(out, "\":");
        }
        if (!absent) {
            add_value(writer, column, event, file, out);
        }
    }
    strbuf_add_cstr(out, json ? "}\n" : "\n");
}
