/* Events as bytes. Trust: bytes to read come from files that anybody may have damaged; texts in
 * them come from logs. */
#include "track/event_pack.h"

#define WORDS_MOST 64 /* of a field */

/* Captures that the reader of the format has turned into other fields. */
static bool is_raw(enum event_field field)
{
    return field >= EVENT_REPLY && field < EVENT_TEXTS;
}

void event_pack(enum kept_use use, const struct event *event, struct strbuf *out)
{
    strbuf_add_byte(out, (char)use);
    pack_instant(out, &event->time);
    pack_u64(out, (uint64_t)event->mta);
    pack_u64(out, event->file);
    pack_u64(out, event->line);
    pack_u64(out, event->repeat);
    pack_text(out, event->domain);
    pack_text(out, use == KEPT_REFUSAL || use == KEPT_TRIPLET ? event->reason_class : SPAN_EMPTY);
    strbuf_add_byte(out, event->possible_greylisting ? 1 : 0);
    for (int f = 0; f < EVENT_FIELDS; f++) {
        enum event_field field = (enum event_field)f;
        if (!event_has(event, field) || is_raw(field)) {
            continue;
        }
        pack_u64(out, (uint64_t)(f + 1) * 2 + (field < EVENT_TEXTS));
        if (field < EVENT_TEXTS) {
            pack_text(out, event->text[field]);
        } else {
            pack_i64(out, event->value[field - EVENT_TEXTS]);
        }
    }
    pack_u64(out, 0);
}

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
