/* Packed events in columns and back. An event is cut into what it is kept for, its second, its key
 * if it is one of inbound mail, and the rest. Trust: columns to read come from files that anybody
 * may have damaged. */
#include "track/event_column.h"

#define MARK       '\0' /* no event is kept for that */
#define KEY_DIGITS 16
#define KEY_BYTES  8

enum column {
    COLUMN_USE,
    COLUMN_SECOND, /* less that of the event before */
    COLUMN_KEY,
    COLUMN_KEYED, /* rest of events with a key */
    COLUMN_LENGTH,
    COLUMN_OTHER, /* rest of those without */
    COLUMNS
};

/* One event: where it is cut. */
struct cut {
    int64_t second;
    struct span before, key, behind; /* key: 16 digits; empty when there is none */
};

static bool is_keyed(int use)
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

/* Reads over an event behind its second. */
static void cut_event(struct unpacker *in, bool keyed, struct cut *cut)
{
    const char *begin = in->rest.p;
    const uint64_t recipient = (EVENT_RECIPIENT + 1) * 2 + 1;
    for (int i = 0; i < 7; i++) {
        (void)unpack_u64(in); /* of the time, mta, file, line, repeat */
    }
    (void)unpack_text(in);
    (void)unpack_text(in);
    (void)unpack_u64(in);
    cut->key = SPAN_EMPTY;
    for (uint64_t field = unpack_u64(in); field != 0 && !in->damaged; field = unpack_u64(in)) {
        struct span text = SPAN_EMPTY;
        if (field % 2 == 1) {
            text = unpack_text(in);
        } else {
            (void)unpack_u64(in);
        }
        if (keyed && field == recipient && text.n == KEY_DIGITS && is_hex(text)) {
            cut->key = text;
        }
    }
    size_t all = (size_t)(in->rest.p - begin);
    size_t at = cut->key.n > 0 ? (size_t)(cut->key.p - begin) : all;
    cut->before = span_of(begin, at);
    cut->behind = cut->key.n > 0 ? span_of(begin + at + KEY_DIGITS, all - at - KEY_DIGITS)
                                 : SPAN_EMPTY;
}

static unsigned value_of(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a') + 10;
}

static void add_cut(struct strbuf columns[COLUMNS], int use, const struct cut *cut)
{
    bool keyed = cut->key.n > 0;
    struct strbuf *rest = &columns[keyed ? COLUMN_KEYED : COLUMN_OTHER];
    strbuf_add_byte(&columns[COLUMN_USE], (char)(use | (keyed ? 0x40 : 0)));
    for (size_t i = 0; i < cut->key.n; i += 2) {
        unsigned byte = value_of(cut->key.p[i]) << 4 | value_of(cut->key.p[i + 1]);
        strbuf_add_byte(&columns[COLUMN_KEY], (char)byte);
    }
    pack_u64(&columns[COLUMN_LENGTH], cut->before.n);
    if (keyed) {
        pack_u64(&columns[COLUMN_LENGTH], cut->behind.n);
    }
    strbuf_add_span(rest, cut->before);
    strbuf_add_span(rest, cut->behind);
}

enum smtplog_status event_column_pack(struct span events, uint64_t count, struct strbuf *out)
{
    struct strbuf columns[COLUMNS];
    struct unpacker in = {events, false};
    int64_t before = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        strbuf_init(&columns[c], out->maximum);
    }
    for (uint64_t i = 0; i < count && !in.damaged; i++) {
        struct cut cut;
        int use = (int)unpack_count(&in, KEPT_USES - 1);
        cut.second = unpack_i64(&in);
        cut_event(&in, is_keyed(use), &cut);
        pack_i64(&columns[COLUMN_SECOND], cut.second - before);
        before = cut.second;
        add_cut(columns, use, &cut);
    }
    enum smtplog_status status = in.damaged || in.rest.n > 0 ? SMTPLOG_FORMAT : SMTPLOG_OK;
    strbuf_add_byte(out, MARK);
    for (size_t c = 0; c < COLUMNS; c++) {
        status = status == SMTPLOG_OK ? strbuf_status(&columns[c]) : status;
        pack_text(out, strbuf_span(&columns[c]));
        strbuf_free(&columns[c]);
    }
    return status == SMTPLOG_OK ? strbuf_status(out) : status;
}

bool event_column_is(struct span bytes)
{
    return bytes.n > 0 && bytes.p[0] == MARK;
}

static void add_event(struct unpacker columns[COLUMNS], int64_t *second, struct strbuf *events)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t use = unpack_count(&columns[COLUMN_USE], 0x7f);
    bool keyed = (use & 0x40) != 0;
    struct unpacker *rest = &columns[keyed ? COLUMN_KEYED : COLUMN_OTHER];
    *second = (int64_t)((uint64_t)*second + (uint64_t)unpack_i64(&columns[COLUMN_SECOND]));
    strbuf_add_byte(events, (char)(use & 0x3f));
    pack_i64(events, *second);
    strbuf_add_span(events, unpack_bytes(rest, unpack_u64(&columns[COLUMN_LENGTH])));
    if (!keyed) {
        return;
    }
    struct span key = unpack_bytes(&columns[COLUMN_KEY], KEY_BYTES);
    for (size_t i = 0; i < key.n; i++) {
        unsigned byte = (unsigned char)key.p[i];
        strbuf_add_byte(events, digits[byte >> 4]);
        strbuf_add_byte(events, digits[byte & 15]);
    }
    strbuf_add_span(events, unpack_bytes(rest, unpack_u64(&columns[COLUMN_LENGTH])));
}

enum smtplog_status event_column_unpack(struct span bytes, uint64_t count, struct strbuf *events)
{
    struct unpacker columns[COLUMNS];
    struct unpacker in = {bytes, false};
    int64_t second = 0;
    bool damaged = unpack_u64(&in) != MARK;
    for (size_t c = 0; c < COLUMNS; c++) {
        columns[c] = (struct unpacker){unpack_text(&in), false};
    }
    damaged = damaged || in.damaged || in.rest.n > 0;
    for (uint64_t i = 0; i < count && !damaged && events->status == SMTPLOG_OK; i++) {
        add_event(columns, &second, events);
        for (size_t c = 0; c < COLUMNS; c++) {
            damaged = damaged || columns[c].damaged;
        }
    }
    return damaged ? SMTPLOG_FORMAT : strbuf_status(events);
}
