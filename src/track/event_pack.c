/* Events as bytes. Trust: bytes to read come from files that anybody may have damaged; texts in
 * them come from logs. */
#include "track/event_pack.h"

#define WORDS_MOST 64 /* of a field */

#define NUMBER_MOST 10 /* bytes of a number */
#define HEAD_MOST   ((size_t)12 * NUMBER_MOST)
#define FIELD_MOST  ((size_t)2 * NUMBER_MOST)

#define FIELD(field) ((uint64_t)1 << (field))

/* Captures that the reader of the format has turned into other fields are left out. */
#define RAW_FIELDS ((FIELD(EVENT_TEXTS) - 1) & ~(FIELD(EVENT_REPLY) - 1))

/* What of a message's line no figure is made of; sessions are found by service and process. */
#define UNUSED_FIELDS \
    (FIELD(EVENT_SERVICE) | FIELD(EVENT_PID) | FIELD(EVENT_PEER_PORT) | FIELD(EVENT_MESSAGE_ID))

static uint64_t fields_of(enum kept_use use, const struct event *event)
{
    uint64_t fields = event->set & ~RAW_FIELDS;
    if (use != KEPT_MESSAGE) {
        return fields;
    }
    int fact = event_value(event, EVENT_FACT);
    bool plain = fact == FACT_REMOVED || fact == FACT_QUEUED || fact == FACT_MESSAGE_ID;
    return fields & ~(plain ? UNUSED_FIELDS | FIELD(EVENT_DAEMON) : UNUSED_FIELDS);
}

/* ---- writing: as base/pack.h does it, into room that is there -------------------------------- */

static inline char *put_u64(char *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (char)(value | 0x80);
        value >>= 7;
    }
    *to++ = (char)value;
    return to;
}

static inline char *put_i64(char *to, int64_t value)
{
    return put_u64(to, ((uint64_t)value << 1) ^ (uint64_t)(value < 0 ? -1 : 0));
}

/* Eight or four bytes at once, of which the second ones may be among the first. */
static inline void put_overlapping(char *to, const char *from, size_t n, size_t piece)
{
    uint64_t first = 0;
    uint64_t last = 0;
    memcpy(&first, from, piece);
    memcpy(&last, from + n - piece, piece);
    memcpy(to, &first, piece);
    memcpy(to + n - piece, &last, piece);
}

/* Most texts are short, and there are ten to an event: a call for each would be most of the work.
 */
static inline char *put_bytes(char *to, const char *from, size_t n)
{
    if (n > 16) {
        memcpy(to, from, n);
    } else if (n >= 8) {
        put_overlapping(to, from, n, 8);
    } else if (n >= 4) {
        put_overlapping(to, from, n, 4);
    } else {
        for (size_t i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }
    return to + n;
}

static inline char *put_text(char *to, struct span text)
{
    return put_bytes(put_u64(to, text.n), text.p, text.n);
}

static bool keeps_class(enum kept_use use)
{
    return use == KEPT_REFUSAL || use == KEPT_TRIPLET;
}

size_t event_pack_room(const struct event *event)
{
    size_t room = HEAD_MOST + event->domain.n + event->reason_class.n;
    for (uint64_t left = event->set & ~RAW_FIELDS; left != 0; left &= left - 1) {
        int f = __builtin_ctzll(left);
        room += FIELD_MOST + (f < EVENT_TEXTS ? event->text[f].n : 0);
    }
    return room;
}

_Static_assert((EVENT_FIELDS + 1) * 2 < 0x80, "the number of a field takes one byte");

/* Field by field; NULL when there is no room. */
static char *put_texts(char *to, const char *end, uint64_t fields, const struct event *event)
{
    for (uint64_t left = fields & (FIELD(EVENT_TEXTS) - 1); left != 0; left &= left - 1) {
        int f = __builtin_ctzll(left);
        const struct span *text = &event->text[f];
        if ((size_t)(end - to) <= FIELD_MOST + text->n) {
            return NULL;
        }
        *to++ = (char)((f + 1) * 2 + 1);
        if (text->n < 0x80) {
            *to++ = (char)text->n;
        } else {
            to = put_u64(to, text->n);
        }
        to = put_bytes(to, text->p, text->n);
    }
    return to;
}

/* And the byte behind the last one. */
static char *put_values(char *to, const char *end, uint64_t fields, const struct event *event)
{
    for (uint64_t left = fields >> EVENT_TEXTS; left != 0; left &= left - 1) {
        int v = __builtin_ctzll(left);
        if ((size_t)(end - to) <= FIELD_MOST) {
            return NULL;
        }
        *to++ = (char)((v + EVENT_TEXTS + 1) * 2);
        to = put_i64(to, event->value[v]);
    }
    if (to == end) {
        return NULL;
    }
    *to++ = 0;
    return to;
}

size_t event_pack(enum kept_use use, const struct event *event, char *room, const char *end)
{
    char *to = room;
    struct span class_name = keeps_class(use) ? event->reason_class : SPAN_EMPTY;
    if ((size_t)(end - to) < HEAD_MOST + event->domain.n + class_name.n) {
        return 0;
    }
    *to++ = (char)use;
    to = put_i64(to, event->time.seconds);
    to = put_u64(to, (uint64_t)event->time.nanosecond);
    to = put_i64(to, event->time.offset);
    to = put_u64(to, event->time.digits);
    to = put_u64(to, (uint64_t)event->mta);
    to = put_u64(to, event->file);
    to = put_u64(to, event->line);
    to = put_u64(to, event->repeat);
    to = put_text(to, event->domain);
    to = put_text(to, class_name);
    *to++ = event->possible_greylisting ? 1 : 0;
    uint64_t fields = fields_of(use, event);
    to = put_texts(to, end, fields, event);
    to = to != NULL ? put_values(to, end, fields, event) : NULL;
    return to != NULL ? (size_t)(to - room) : 0;
}

/* ---- names, and reading ---------------------------------------------------------------------- */

void event_pack_names(struct strbuf *out)
{
    pack_u64(out, EVENT_FIELDS);
    for (int f = 0; f < EVENT_FIELDS; f++) {
        enum event_field field = (enum event_field)f;
        pack_text(out, span_cstr(event_field_name(field)));
        int words = 0;
        while (field >= EVENT_TEXTS && words < WORDS_MOST &&
               event_value_name(field, words + 1) != NULL) {
            words++;
        }
        pack_u64(out, (uint64_t)words);
        for (int value = 1; value <= words; value++) {
            pack_text(out, span_cstr(event_value_name(field, value)));
        }
    }
}

static enum smtplog_status unpack_words(struct unpacker *in, struct arena *arena, int field,
                                        struct event_names *names)
{
    size_t count = (size_t)unpack_count(in, WORDS_MOST);
    uint8_t *words = arena_alloc(arena, count + 1);
    if (words == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 1; i <= count; i++) {
        struct span word = unpack_text(in);
        int value = field >= EVENT_TEXTS && field < EVENT_FIELDS
                        ? event_value_find((enum event_field)field, word)
                        : -1;
        words[i] = (uint8_t)(value > 0 && value < 256 ? value : 0);
    }
    if (field >= EVENT_TEXTS && field < EVENT_FIELDS) {
        names->words[field - EVENT_TEXTS] = words;
        names->word_count[field - EVENT_TEXTS] = count;
    }
    return SMTPLOG_OK;
}

enum smtplog_status event_unpack_names(struct unpacker *in, struct arena *arena,
                                       struct event_names *names)
{
    *names = (struct event_names){0};
    names->field_count = (size_t)unpack_count(in, COUNT_OF(names->field));
    for (size_t i = 0; i < names->field_count; i++) {
        struct span name = unpack_text(in);
        enum event_field field = event_field_find(name);
        names->field[i] = (uint8_t)field;
        TRY(unpack_words(in, arena, (int)field, names));
    }
    return in->damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

static void take_value(const struct event_names *names, enum event_field field, int64_t value,
                       struct event *event)
{
    size_t count = names->word_count[field - EVENT_TEXTS];
    if (count > 0) {
        value = value > 0 && (uint64_t)value <= count ? names->words[field - EVENT_TEXTS][value]
                                                      : 0;
    }
    event_set_value(event, field, (int)value);
}

enum smtplog_status event_unpack(struct unpacker *in, const struct event_names *names,
                                 enum kept_use *use, struct event *event)
{
    *event = (struct event){
        .has_time = true, .provider = SPAN_EMPTY, .reason = SPAN_EMPTY, .rule = SPAN_EMPTY};
    *use = (enum kept_use)unpack_count(in, KEPT_USES - 1);
    unpack_instant(in, &event->time);
    event->mta = (enum event_mta)unpack_count(in, MTA_TRANSCRIPT);
    event->file = (uint32_t)unpack_count(in, UINT32_MAX);
    event->line = event->line_end = unpack_u64(in);
    event->repeat = (uint32_t)unpack_count(in, UINT32_MAX);
    event->domain = unpack_text(in);
    event->reason_class = unpack_text(in);
    event->possible_greylisting = unpack_count(in, 1) == 1;
    for (;;) {
        uint64_t number = unpack_count(in, names->field_count * 2 + 1);
        if (number < 2) {
            in->damaged = in->damaged || number == 1;
            break;
        }
        enum event_field field = (enum event_field)names->field[number / 2 - 1];
        bool is_text = number % 2 == 1;
        struct span text = is_text ? unpack_text(in) : SPAN_EMPTY;
        int64_t value = is_text ? 0 : unpack_i64(in);
        if (is_text && field < EVENT_TEXTS) {
            event_set_text(event, field, text);
        } else if (!is_text && field >= EVENT_TEXTS && field < EVENT_FIELDS && value >= INT32_MIN &&
                   value <= INT32_MAX) {
            take_value(names, field, value, event);
        }
    }
    if (in->damaged || *use == 0 || event->repeat == 0) {
        return SMTPLOG_FORMAT;
    }
    return SMTPLOG_OK;
}
