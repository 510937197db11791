/* Packed events in columns and back. Trust: columns to read come from files that anybody may have
 * damaged. */
#include "track/event_column.h"

#include <stddef.h>
#include <stdlib.h>

#define MARK_FIRST '\0'   /* columns of version 3; no event is kept for that */
#define MARK       '\x7f' /* nor for that */
#define KEY_DIGITS 16
#define KEY_BYTES  8
#define KEYED      0x40 /* beside what an event is kept for */
#define EVENT_MOST ((size_t)16 * 1024 * 1024)
#define SHAPE_MOST ((uint64_t)1 << 20)

/* Columns of version 3 where those of now have others: what stands before and behind a key is one
 * column, the lengths of both are in another. */
#define FIRST_KEYED EVENT_COLUMN_SHAPE

/* ---- cutting an event ------------------------------------------------------------------------ */

static bool is_keyed(enum kept_use use)
{
    return use >= KEPT_REFUSAL && use < KEPT_USES;
}

static bool is_hex(struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        bool digit = text.p[i] >= '0' && text.p[i] <= '9';
        if (!digit && !(text.p[i] >= 'a' && text.p[i] <= 'f')) {
            return false;
        }
    }
    return true;
}

/* The key in what stands behind the time; empty when there is none. */
static struct span find_key(struct unpacker in)
{
    const uint64_t recipient = (EVENT_RECIPIENT + 1) * 2 + 1;
    struct span key = SPAN_EMPTY;
    for (int i = 0; i < 6; i++) {
        (void)unpack_u64(&in); /* offset and digits of the time, mta, file, line, repeat */
    }
    (void)unpack_text(&in);
    (void)unpack_text(&in);
    (void)unpack_u64(&in);
    for (uint64_t field = unpack_u64(&in); field != 0 && !in.damaged; field = unpack_u64(&in)) {
        struct span text = SPAN_EMPTY;
        if (field % 2 == 1) {
            text = unpack_text(&in);
        } else {
            (void)unpack_u64(&in);
        }
        bool fits = field == recipient && text.n == KEY_DIGITS && is_hex(text);
        key = fits ? text : key;
    }
    return in.damaged || in.rest.n > 0 ? SPAN_EMPTY : key;
}

bool event_shape_of(struct span packed, struct event_shape *shape)
{
    struct unpacker in = {packed, false};
    enum kept_use use = (enum kept_use)unpack_u64(&in);
    (void)unpack_i64(&in);
    (void)unpack_u64(&in);
    struct span key = is_keyed(use) ? find_key(in) : SPAN_EMPTY;
    if (key.n == 0) {
        return false;
    }
    size_t at = (size_t)(key.p - in.rest.p);
    shape->before = span_of(in.rest.p, at);
    shape->behind = span_from(in.rest, at + KEY_DIGITS);
    return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

void event_columns_init(struct event_columns *columns, size_t maximum)
{
    *columns = (struct event_columns){.count = 0};
    for (size_t c = 0; c < EVENT_COLUMNS; c++) {
        strbuf_init(&columns->column[c], maximum);
    }
    strbuf_init(&columns->shapes, maximum);
}

void event_columns_free(struct event_columns *columns)
{
    for (size_t c = 0; c < EVENT_COLUMNS; c++) {
        strbuf_free(&columns->column[c]);
    }
    strbuf_free(&columns->shapes);
}

static void add_time(struct event_columns *columns, int use, int64_t second)
{
    strbuf_add_byte(&columns->column[EVENT_COLUMN_USE], (char)use);
    pack_i64(&columns->column[EVENT_COLUMN_SECOND],
             (int64_t)((uint64_t)second - (uint64_t)columns->before));
    columns->before = second;
    columns->count++;
}

void event_columns_add_shape(struct event_columns *columns, const struct event_shape *shape)
{
    pack_text(&columns->shapes, shape->before);
    pack_text(&columns->shapes, shape->behind);
    columns->shape_count++;
}

void event_columns_add_key(struct event_columns *columns, enum kept_use use, int64_t second,
                           uint32_t nanosecond, uint64_t key, uint64_t shape)
{
    char bytes[KEY_BYTES];
    for (size_t i = 0; i < KEY_BYTES; i++) {
        bytes[i] = (char)(key >> (56 - 8 * i));
    }
    add_time(columns, (int)use | KEYED, second);
    pack_u64(&columns->column[EVENT_COLUMN_PART], nanosecond);
    strbuf_add(&columns->column[EVENT_COLUMN_KEY], bytes, sizeof bytes);
    pack_u64(&columns->column[EVENT_COLUMN_SHAPE], shape);
}

enum smtplog_status event_columns_add(struct event_columns *columns, struct span packed)
{
    struct unpacker in = {packed, false};
    int use = (int)unpack_count(&in, KEPT_USES - 1);
    add_time(columns, use, unpack_i64(&in));
    pack_u64(&columns->column[EVENT_COLUMN_LENGTH], in.rest.n);
    strbuf_add_span(&columns->column[EVENT_COLUMN_OTHER], in.rest);
    return in.damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

static size_t size_of_number(uint64_t number)
{
    size_t size = 1;
    while (number >= 0x80) {
        number >>= 7;
        size++;
    }
    return size;
}

static size_t size_of_text(const struct strbuf *text)
{
    return size_of_number(text->length) + text->length;
}

enum smtplog_status event_columns_write(struct event_columns *columns, struct strbuf *out,
                                        struct span *events)
{
    enum smtplog_status status = strbuf_status(&columns->shapes);
    size_t size = 1 + size_of_number(columns->shape_count) + size_of_text(&columns->shapes);
    for (size_t c = 0; c < EVENT_COLUMNS; c++) {
        size += size_of_text(&columns->column[c]);
    }
    pack_u64(out, size);
    size_t begin = out->length;
    strbuf_add_byte(out, MARK);
    pack_u64(out, columns->shape_count);
    pack_text(out, strbuf_span(&columns->shapes));
    for (size_t c = 0; c < EVENT_COLUMNS; c++) {
        status = status == SMTPLOG_OK ? strbuf_status(&columns->column[c]) : status;
        pack_text(out, strbuf_span(&columns->column[c]));
        strbuf_free(&columns->column[c]);
    }
    *events = span_from(strbuf_span(out), begin);
    return status == SMTPLOG_OK ? strbuf_status(out) : status;
}

/* ---- reading --------------------------------------------------------------------------------- */

static enum smtplog_status open_shapes(struct event_reader *reader, struct unpacker *in,
                                       struct arena *arena)
{
    size_t count = (size_t)unpack_count(in, SHAPE_MOST);
    struct unpacker texts = {unpack_text(in), false};
    if (in->damaged || count > texts.rest.n) { /* each takes more than a byte */
        return SMTPLOG_FORMAT;
    }
    struct event_shape *shapes = arena_alloc(arena, (count + 1) * sizeof *shapes);
    if (shapes == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        shapes[i].before = unpack_text(&texts);
        shapes[i].behind = unpack_text(&texts);
    }
    reader->shapes = shapes;
    reader->shape_count = count;
    return texts.damaged || texts.rest.n > 0 ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

static enum smtplog_status open_columns(struct event_reader *reader, struct unpacker *in,
                                        struct arena *arena)
{
    static const enum event_column_number first[] = {EVENT_COLUMN_USE,    EVENT_COLUMN_SECOND,
                                                     EVENT_COLUMN_KEY,    FIRST_KEYED,
                                                     EVENT_COLUMN_LENGTH, EVENT_COLUMN_OTHER};
    bool old = reader->mark == MARK_FIRST;
    TRY(old ? SMTPLOG_OK : open_shapes(reader, in, arena));
    for (size_t c = 0; c < (old ? COUNT_OF(first) : EVENT_COLUMNS); c++) {
        reader->column[old ? first[c] : c] = (struct unpacker){unpack_text(in), false};
    }
    return in->damaged || in->rest.n > 0 ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

enum smtplog_status event_reader_open(struct event_reader *reader, struct span bytes,
                                      struct arena *arena)
{
    *reader = (struct event_reader){.mark = bytes.n > 0 ? bytes.p[0] : MARK_FIRST};
    strbuf_init(&reader->event, EVENT_MOST);
    if (bytes.n > 0 && (reader->mark == MARK || reader->mark == MARK_FIRST)) {
        struct unpacker in = {span_from(bytes, 1), false};
        return open_columns(reader, &in, arena);
    }
    reader->column[EVENT_COLUMN_OTHER] = (struct unpacker){bytes, false};
    return SMTPLOG_OK;
}

/* The next key as digits. */
static void read_key(struct event_reader *reader)
{
    static const char digits[] = "0123456789abcdef";
    struct span key = unpack_bytes(&reader->column[EVENT_COLUMN_KEY], KEY_BYTES);
    for (size_t i = 0; i < key.n; i++) {
        unsigned byte = (unsigned char)key.p[i];
        reader->key[2 * i] = digits[byte >> 4];
        reader->key[2 * i + 1] = digits[byte & 15];
    }
}

static void add_keyed(struct event_reader *reader, const struct event_shape *shape, uint64_t part)
{
    pack_u64(&reader->event, part);
    strbuf_add_span(&reader->event, shape->before);
    strbuf_add(&reader->event, reader->key, KEY_DIGITS);
    strbuf_add_span(&reader->event, shape->behind);
}

static void add_first_keyed(struct event_reader *reader)
{
    struct unpacker *length = &reader->column[EVENT_COLUMN_LENGTH];
    struct unpacker *rest = &reader->column[FIRST_KEYED];
    strbuf_add_span(&reader->event, unpack_bytes(rest, unpack_u64(length)));
    read_key(reader);
    strbuf_add(&reader->event, reader->key, KEY_DIGITS);
    strbuf_add_span(&reader->event, unpack_bytes(rest, unpack_u64(length)));
}

static enum smtplog_status reader_status(const struct event_reader *reader)
{
    for (size_t c = 0; c < EVENT_COLUMNS; c++) {
        if (reader->column[c].damaged) {
            return SMTPLOG_FORMAT;
        }
    }
    return strbuf_status(&reader->event);
}

static void begin_event(struct event_reader *reader, uint64_t use)
{
    strbuf_clear(&reader->event);
    strbuf_add_byte(&reader->event, (char)use);
    pack_i64(&reader->event, reader->second);
}

/* ---- events of shapes ------------------------------------------------------------------------ */

/* There are some hundred shapes of ten thousands of events: most are read once. */
#define RECENT ((size_t)512)

struct event_of_shape {
    size_t number; /* of the shape, and one */
    char *bytes;   /* owned: what the event borrows from */
    int key_field;
    struct event event;
};

static void forget_shapes(struct event_reader *reader)
{
    for (size_t i = 0; reader->recent != NULL && i < RECENT; i++) {
        free(reader->recent[i].bytes);
    }
    free(reader->recent);
    reader->recent = NULL;
}

/* Which of its texts the key is. */
static int find_key_field(const struct event *event, const char *key)
{
    for (int f = 0; f < EVENT_TEXTS; f++) {
        if (event_has(event, (enum event_field)f) && event->text[f].n == KEY_DIGITS &&
            event->text[f].p == key) {
            return f;
        }
    }
    return -1;
}

static enum smtplog_status read_shape(struct event_reader *reader, const struct event_names *names,
                                      uint64_t use, size_t number, struct event_of_shape *read)
{
    const struct event_shape *shape = &reader->shapes[number];
    begin_event(reader, use);
    add_keyed(reader, shape, 0);
    TRY(strbuf_status(&reader->event));
    char *bytes = malloc(reader->event.length);
    if (bytes == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    free(read->bytes);
    *read = (struct event_of_shape){.bytes = bytes};
    memcpy(bytes, reader->event.bytes, reader->event.length);
    struct unpacker in = {span_of(bytes, reader->event.length), false};
    enum kept_use again = KEPT_USES;
    TRY(event_unpack(&in, names, &again, &read->event));
    read->key_field = find_key_field(&read->event,
                                     bytes + reader->event.length - shape->behind.n - KEY_DIGITS);
    read->number = number + 1;
    return read->key_field >= 0 ? SMTPLOG_OK : SMTPLOG_FORMAT;
}

/* What is not set is not looked at: most of an event. */
static void copy_event(const struct event *from, struct event *event)
{
    event->set = from->set;
    for (uint64_t left = from->set; left != 0; left &= left - 1) {
        int f = __builtin_ctzll(left);
        if (f < EVENT_TEXTS) {
            event->text[f] = from->text[f];
        } else {
            event->value[f - EVENT_TEXTS] = from->value[f - EVENT_TEXTS];
        }
    }
    size_t rest = offsetof(struct event, mta);
    memcpy((char *)event + rest, (const char *)from + rest, sizeof *event - rest);
}

static enum smtplog_status next_of_shape(struct event_reader *reader,
                                         const struct event_names *names, uint64_t use,
                                         struct event *event)
{
    size_t number = (size_t)unpack_u64(&reader->column[EVENT_COLUMN_SHAPE]);
    uint64_t part = unpack_count(&reader->column[EVENT_COLUMN_PART], 999999999);
    read_key(reader);
    TRY(reader_status(reader));
    if (number >= reader->shape_count || use == 0 || use >= KEPT_USES) {
        return SMTPLOG_FORMAT;
    }
    if (reader->recent == NULL) {
        reader->recent = calloc(RECENT, sizeof *reader->recent);
    }
    if (reader->recent == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    struct event_of_shape *read = &reader->recent[number % RECENT];
    if (read->number != number + 1) {
        TRY(read_shape(reader, names, use, number, read));
    }
    copy_event(&read->event, event);
    event->time.seconds = reader->second;
    event->time.nanosecond = (int32_t)part;
    event->text[read->key_field] = span_of(reader->key, KEY_DIGITS);
    return SMTPLOG_OK;
}

/* ---- one after the other --------------------------------------------------------------------- */

void event_reader_close(struct event_reader *reader)
{
    strbuf_free(&reader->event);
    forget_shapes(reader);
}

enum smtplog_status event_reader_next(struct event_reader *reader, const struct event_names *names,
                                      enum kept_use *use, struct event *event)
{
    struct unpacker *second = &reader->column[EVENT_COLUMN_SECOND];
    struct unpacker *length = &reader->column[EVENT_COLUMN_LENGTH];
    if (reader->mark != MARK && reader->mark != MARK_FIRST) {
        return event_unpack(&reader->column[EVENT_COLUMN_OTHER], names, use, event);
    }
    uint64_t flags = unpack_count(&reader->column[EVENT_COLUMN_USE], 0x7f);
    uint64_t kept_for = flags & ~(uint64_t)KEYED;
    reader->second = (int64_t)((uint64_t)reader->second + (uint64_t)unpack_i64(second));
    if (flags != kept_for && reader->mark == MARK) {
        *use = (enum kept_use)kept_for;
        return next_of_shape(reader, names, kept_for, event);
    }
    begin_event(reader, kept_for);
    if (flags != kept_for) {
        add_first_keyed(reader);
    } else {
        strbuf_add_span(&reader->event,
                        unpack_bytes(&reader->column[EVENT_COLUMN_OTHER], unpack_u64(length)));
    }
    TRY(reader_status(reader));
    struct unpacker in = {strbuf_span(&reader->event), false};
    return event_unpack(&in, names, use, event);
}
