/* Events as records. */
#include "report/event_writer.h"

#include <stdio.h>
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
    COLUMN_CELL,    /* the same where it is no JSON */
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

#define THE_FILE SIZE_MAX /* the text is that of the input's name, not one of the event */

/* How the columns of a kind come by their value. */
struct kind_trait {
    bool by_field; /* that of a field of the event */
    bool quoted;   /* in JSON always */
    size_t text;   /* where in an event its text, or that of the first field, stands; 0: no text */
};

static const struct kind_trait traits[] = {
    [COLUMN_FILE] = {.quoted = true, .text = THE_FILE},
    [COLUMN_LINE] = {.quoted = false},
    [COLUMN_LINE_END] = {.quoted = false},
    [COLUMN_TIME] = {.quoted = true},
    [COLUMN_MTA] = {.quoted = true},
    [COLUMN_TEXT] = {.by_field = true, .quoted = true, .text = offsetof(struct event, text)},
    [COLUMN_DIGITS] = {.by_field = true, .text = offsetof(struct event, text)},
    [COLUMN_DECIMAL] = {.by_field = true, .text = offsetof(struct event, text)},
    [COLUMN_PHASES] = {.by_field = true, .text = offsetof(struct event, text)},
    [COLUMN_WORD] = {.by_field = true, .quoted = true},
    [COLUMN_NUMBER] = {.by_field = true},
    [COLUMN_CLASS] = {.quoted = true, .text = offsetof(struct event, reason_class)},
    [COLUMN_RULE] = {.quoted = true, .text = offsetof(struct event, reason)},
    [COLUMN_POSSIBLE] = {.quoted = true},
    [COLUMN_DOMAIN] = {.quoted = true, .text = offsetof(struct event, domain)},
    [COLUMN_PROVIDER] = {.quoted = true, .text = offsetof(struct event, provider)},
    [COLUMN_REPEAT] = {.quoted = false},
    [COLUMN_STALE] = {.by_field = true},
};

/* A column that is written: what stands before its value and behind it, with room to copy each in
 * one step. What parts columns stands behind the value; that of the last one is written over. */
#define HEAD 24 /* `"orig_recipient":"` */
#define TAIL 2

struct chosen {
    uint64_t needs; /* bit of the field that it shows; 0: of none */
    size_t text;    /* where in an event its text stands; 0: it shows none */
    enum column_kind kind;
    enum event_field field;
    const char *key;
    uint8_t head_length, tail_length;
    char tail[TAIL];
    char head[HEAD];
};

/* A word of our own, with room to copy it in one step. */
struct word {
    char text[15];
    uint8_t length;
};

#define WORDS 20 /* values that a field with words may have */

struct event_writer {
    enum event_format format;
    bool implies; /* implied codes are shown */
    size_t count;
    struct date_text date;
    struct chosen chosen[COUNT_OF(columns)];
    struct word mta[MTA_TRANSCRIPT + 1];
    struct word words[EVENT_FIELDS - EVENT_TEXTS][WORDS];
};

/* What a person wants of a record: columns of text when none are asked for. */
static const char TEXT_FIELDS[] =
    "time,code,implied_code,direction,stage,class,status,queue_id,recipient,peer,peer_ip,text";

static bool is_code(const struct column *column, enum event_field field)
{
    return column->kind == COLUMN_NUMBER && column->field == field;
}

/* In text the reply is quoted, and an implied code has a + behind it. */
static void frame(const struct event_writer *writer, const struct column *column,
                  struct chosen *chosen)
{
    bool reply = column->kind == COLUMN_TEXT && column->field == EVENT_TEXT;
    const char *quote = "";
    const char *tail = "\t";
    int length = 0;
    if (writer->format == EVENT_NDJSON) {
        quote = traits[column->kind].quoted ? "\"" : "";
        tail = quote[0] != '\0' ? "\"," : ",";
        length = snprintf(chosen->head, HEAD, "\"%s\":%s", column->key, quote);
    } else if (writer->format == EVENT_LINES) {
        tail = reply ? "\" " : is_code(column, EVENT_IMPLIED_CODE) ? "+ " : " ";
        length = snprintf(chosen->head, HEAD, "%s", reply ? "\"" : "");
    }
    chosen->head_length = (uint8_t)length;
    chosen->tail_length = (uint8_t)strlen(tail);
    memcpy(chosen->tail, tail, chosen->tail_length);
}

/* Numbers and phases among the texts are of interest to JSON only. */
static void choose(struct event_writer *writer, const struct column *column)
{
    const struct kind_trait *trait = &traits[column->kind];
    struct chosen *chosen = &writer->chosen[writer->count++];
    size_t place = trait->by_field && trait->text != 0 ? column->field * sizeof(struct span) : 0;
    chosen->needs = trait->by_field ? (uint64_t)1 << column->field : 0;
    chosen->text = trait->text + place;
    chosen->kind = trait->text == 0                 ? column->kind
                   : writer->format != EVENT_NDJSON ? COLUMN_CELL
                   : trait->quoted                  ? COLUMN_TEXT
                                                    : column->kind;
    chosen->field = column->field;
    chosen->key = column->key;
    frame(writer, column, chosen);
    writer->implies = writer->implies || is_code(column, EVENT_IMPLIED_CODE);
}

static void set_word(struct word *word, const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;
    word->length = (uint8_t)(length < sizeof word->text ? length : sizeof word->text);
    memcpy(word->text, text != NULL ? text : "", word->length);
}

static void collect_words(struct event_writer *writer)
{
    for (int mta = 0; mta <= MTA_TRANSCRIPT; mta++) {
        set_word(&writer->mta[mta], event_mta_name((enum event_mta)mta));
    }
    for (int field = EVENT_TEXTS; field < EVENT_FIELDS; field++) {
        for (int value = 0; value < WORDS; value++) {
            set_word(&writer->words[field - EVENT_TEXTS][value],
                     event_value_name((enum event_field)field, value));
        }
    }
}

enum smtplog_status event_writer_new(enum event_format format, bool joined, struct span fields,
                                     struct event_writer **writer, struct span *unknown)
{
    struct event_writer *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->format = format;
    collect_words(made);
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
        strbuf_add_cstr(out, writer->chosen[i].key);
    }
    strbuf_add_byte(out, '\n');
}

/* ---- values ---------------------------------------------------------------------------------- */

#define DECIMAL 17 /* bytes of a number that is written as one */

/* Length of the decimal number at the front of text as JSON knows it: no needless 0, digits on both
 * sides of a point. 0: none, or too long. */
static size_t decimal_length(struct span text)
{
    size_t n = 0;
    while (n < text.n && byte_is_digit(text.p[n])) {
        n++;
    }
    if (n == 0 || (n > 1 && text.p[0] == '0')) {
        return 0;
    }
    if (n + 1 < text.n && text.p[n] == '.' && byte_is_digit(text.p[n + 1])) {
        n += 2;
        while (n < text.n && byte_is_digit(text.p[n])) {
            n++;
        }
    }
    return n <= DECIMAL ? n : 0;
}

/* A text that is a number when it looks like one. */
static char *put_decimal(char *at, struct span text)
{
    bool bare = decimal_length(text) == text.n;
    *at = '"';
    at = escape_json_put(at + !bare, text);
    *at = '"';
    return at + !bare;
}

static bool is_phases(struct span text)
{
    for (;;) {
        size_t n = decimal_length(text);
        if (n == text.n || n == 0 || text.p[n] != '/') {
            return n > 0 && n == text.n;
        }
        text = span_from(text, n + 1);
    }
}

/* `0.1/0/5/0.9` as an array; a string when it is something else. */
static char *put_phases(char *at, struct span text)
{
    if (!is_phases(text)) {
        return put_decimal(at, text);
    }
    *at++ = '[';
    for (size_t i = 0; i < text.n; i++) {
        at[i] = text.p[i] == '/' ? ',' : text.p[i];
    }
    at[text.n] = ']';
    return at + text.n + 1;
}

static inline char *put_text(enum column_kind kind, char *at, struct span text)
{
    switch (kind) {
    case COLUMN_CELL:
        return escape_tsv_put(at, text); /* for terminals it is the same */
    case COLUMN_DIGITS:
    case COLUMN_DECIMAL:
        return put_decimal(at, text);
    case COLUMN_PHASES:
        return put_phases(at, text);
    default:
        return escape_json_put(at, text);
    }
}

#define NUMBER_DIGITS 20

/* Nothing for 0, as for all that is absent. */
static inline char *put_number(char *at, uint64_t number)
{
    size_t length = number > 0;
    for (uint64_t ten = 10; number >= ten && length < NUMBER_DIGITS; ten *= 10) {
        length++;
    }
    for (size_t i = length; i > 0; i--) {
        at[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + length;
}

static inline char *put_word(char *at, const struct word *word)
{
    memcpy(at, word->text, sizeof word->text);
    return at + word->length;
}

static char *put_literal(char *at, bool there, struct span text)
{
    memcpy(at, text.p, text.n);
    return there ? at + text.n : at;
}

static inline char *put_field_word(const struct event_writer *writer, enum event_field field,
                                   char *at, int value)
{
    return (unsigned)value < WORDS ? put_word(at, &writer->words[field - EVENT_TEXTS][value]) : at;
}

/* What is no text of a log. Room for VALUE bytes is there. */
#define VALUE INSTANT_TEXT

static inline char *put_other(struct event_writer *writer, const struct chosen *chosen,
                              const struct event *event, char *at)
{
    switch (chosen->kind) {
    case COLUMN_LINE:
        return put_number(at, event->line);
    case COLUMN_LINE_END:
        return put_number(at, event->line_end > event->line ? event->line_end : 0);
    case COLUMN_TIME:
        return event->has_time ? instant_put(at, &event->time, &writer->date) : at;
    case COLUMN_MTA:
        return put_word(at, &writer->mta[event->mta]);
    case COLUMN_WORD:
        return put_field_word(writer, chosen->field, at, event_value(event, chosen->field));
    case COLUMN_NUMBER:
        return put_number(at, (uint64_t)event_value(event, chosen->field));
    case COLUMN_STALE:
        return put_literal(at, event_value(event, EVENT_STALE) != 0, SPAN_LITERAL("true"));
    case COLUMN_POSSIBLE:
        return put_literal(at, event->possible_greylisting, SPAN_LITERAL("greylisting"));
    case COLUMN_REPEAT:
        return put_number(at, event->repeat > 1 ? event->repeat : 0);
    default:
        return at;
    }
}

/* ---- records --------------------------------------------------------------------------------- */

/* What a record takes beside its texts, and more for those than most have. */
#define FRAME (COUNT_OF(columns) * (HEAD + VALUE + TAIL) + 16)
#define ROOM  2048

/* Behind the text of out there is room up to limit for texts, and for all else behind it; what
 * stands there is no part of out before the record is whole. */
struct pen {
    struct strbuf *out;
    const char *limit;
};

static char *pen_take(struct pen *pen, size_t length)
{
    char *at = strbuf_room(pen->out, length + ROOM + FRAME);
    pen->limit = at != NULL ? at + length + ROOM : NULL;
    return at;
}

static void pen_keep(const struct pen *pen, const char *at)
{
    strbuf_fill(pen->out, (size_t)(at - pen->out->bytes) - pen->out->length);
}

/* Where there is room for a text: at, mostly. NULL without memory. */
static inline char *pen_room(struct pen *pen, char *at, struct span text)
{
    if (pen->limit - at >= (ptrdiff_t)(ESCAPE_GROWTH * text.n)) {
        return at;
    }
    pen_keep(pen, at);
    return pen_take(pen, ESCAPE_GROWTH * text.n);
}

static inline char *put_head(char *at, const struct chosen *chosen)
{
    memcpy(at, chosen->head, HEAD);
    return at + chosen->head_length;
}

static inline struct span text_at(const struct event *event, size_t place)
{
    struct span text;
    memcpy(&text, (const char *)event + place, sizeof text);
    return text;
}

/* A column with what stands around its value; at when it is absent, NULL without memory. */
static inline char *put_column(struct pen *pen, struct event_writer *writer,
                               const struct chosen *chosen, const struct event *event,
                               struct span file, char *at)
{
    char *end;
    if (chosen->text != 0) {
        struct span text = chosen->text != THE_FILE ? text_at(event, chosen->text) : file;
        if (text.n == 0) {
            return at;
        }
        at = pen_room(pen, at, text);
        if (at == NULL) {
            return NULL;
        }
        end = put_text(chosen->kind, put_head(at, chosen), text);
    } else {
        char *value = put_head(at, chosen);
        end = put_other(writer, chosen, event, value);
        if (end == value) {
            return at;
        }
    }
    memcpy(end, chosen->tail, TAIL);
    return end + chosen->tail_length;
}

/* What stands for a value that is absent. In text one of the two codes is enough. */
static char *put_absent(const struct event_writer *writer, const struct chosen *chosen,
                        const struct event *event, char *at)
{
    if (writer->format == EVENT_TSV) {
        *at = '\t';
        return at + 1;
    }
    bool number = chosen->kind == COLUMN_NUMBER;
    bool implied = number && chosen->field == EVENT_IMPLIED_CODE;
    bool replaced = number && chosen->field == EVENT_CODE && writer->implies &&
                    event_value(event, EVENT_IMPLIED_CODE) > 0;
    return put_literal(at, !implied && !replaced, SPAN_LITERAL("- "));
}

/* NULL without memory. */
static char *put_columns(struct pen *pen, struct event_writer *writer, const struct event *event,
                         struct span file, char *at)
{
    const struct chosen *end = writer->chosen + writer->count;
    uint64_t missing = ~event->set;
    bool all = writer->format != EVENT_NDJSON;
    for (const struct chosen *chosen = writer->chosen; chosen < end; chosen++) {
        char *before = at;
        if ((missing & chosen->needs) == 0) {
            at = put_column(pen, writer, chosen, event, file, at);
            if (at == NULL) {
                return NULL;
            }
        }
        if (all && at == before) {
            at = put_absent(writer, chosen, event, at);
        }
    }
    return at;
}

void event_writer_add(struct event_writer *writer, const struct event *event, struct span file,
                      struct strbuf *out)
{
    bool json = writer->format == EVENT_NDJSON;
    size_t begin = out->length + json;
    struct pen pen = {.out = out};
    char *at = pen_take(&pen, 0);
    if (at == NULL) {
        return;
    }
    *at = '{';
    at = put_columns(&pen, writer, event, file, at + json);
    if (at == NULL) {
        return;
    }
    at -= at != out->bytes + begin; /* what would part the last column from another */
    *at = '}';
    at += json;
    *at++ = '\n';
    pen_keep(&pen, at);
}
