/* The summary as bytes. */
#include "aggregate/summary_pack.h"

#include <stdlib.h>

#include "aggregate/summary_form.h"

enum summary_form summary_form_of(enum field_kind kind)
{
    switch (kind) {
    case FIELD_COUNT:
    case FIELD_COUNTS:
    case FIELD_MOST:
    case FIELD_BITS:
        return FORM_NUMBERS;
    case FIELD_FLAG:
    case FIELD_LAST_FLAG:
        return FORM_FLAG;
    case FIELD_SERIES:
        return FORM_SERIES;
    case FIELD_FIRST:
    case FIELD_LAST:
        return FORM_INSTANT;
    case FIELD_HISTOGRAM:
        return FORM_HISTOGRAM;
    case FIELD_TIMELINE:
        return FORM_TIMELINE;
    case FIELD_TABLE:
        return FORM_TABLE;
    case FIELD_WORDS:
        return FORM_WORDS;
    case FIELD_RECORD:
    case FIELD_RECORDS:
        return FORM_RECORDS;
    case FIELD_SAMPLE_TEXT:
    case FIELD_SAMPLE_STRING:
        return FORM_TEXT;
    case FIELD_SAMPLE_NUMBER:
    case FIELD_SAMPLE_FILE:
        return FORM_NUMBER;
    default:
        return FORM_NONE;
    }
}

static enum smtplog_status pack_record(const struct record_type *type, const char *record,
                                       struct strbuf *out);

static void pack_type(const struct record_type *type, struct strbuf *out)
{
    uint64_t named = 0;
    for (size_t f = 0; f < type->field_count; f++) {
        named += summary_form_of(type->fields[f].kind) != FORM_NONE;
    }
    pack_u64(out, named);
    for (size_t f = 0; f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        enum summary_form form = summary_form_of(field->kind);
        if (form == FORM_NONE) {
            continue;
        }
        pack_text(out, span_cstr(field->name));
        strbuf_add_byte(out, (char)form);
        if (form == FORM_TABLE) {
            strbuf_add_byte(out, field->type != NULL);
        }
        if (field->type != NULL) {
            pack_type(field->type, out);
        }
    }
}

static void pack_numbers(const uint64_t *numbers, size_t count, struct strbuf *out)
{
    uint64_t set = 0;
    size_t before = 0;
    for (size_t i = 0; i < count; i++) {
        set += numbers[i] != 0;
    }
    pack_u64(out, set);
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] != 0) {
            pack_u64(out, i - before);
            pack_i64(out, (int64_t)numbers[i]);
            before = i;
        }
    }
}

static void pack_histogram(const struct histogram *h, struct strbuf *out)
{
    int64_t before = 0;
    pack_u64(out, h->count);
    if (h->count == 0) {
        return;
    }
    pack_double(out, h->maximum);
    pack_u64(out, h->exact_limit);
    pack_u64(out, h->value_count);
    for (size_t i = 0; i < h->value_count; i++) {
        pack_double(out, h->values[i]);
    }
    pack_u64(out, h->zeros);
    pack_u64(out, h->bucket_count);
    for (size_t i = 0; i < h->bucket_count; i++) {
        int64_t index = histogram_bucket_index(h->buckets[i]);
        pack_i64(out, index - before);
        pack_u64(out, histogram_bucket_count(h->buckets[i]));
        before = index;
    }
}

static void pack_timeline(const struct timeline *timeline, struct strbuf *out)
{
    int64_t before = 0;
    pack_i64(out, timeline->seconds);
    pack_i64(out, timeline->day_offset);
    pack_u64(out, timeline->count);
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_slot *slot = &timeline->slots[i];
        pack_i64(out, slot->start - before);
        pack_i64(out, slot->offset);
        pack_numbers(slot->count, TIMELINE_SERIES, out);
        before = slot->start;
    }
}

static void pack_series(const struct series *series, struct strbuf *out)
{
    uint32_t before = 0;
    pack_u64(out, series->count);
    for (size_t i = 0; i < series->count; i++) {
        pack_u64(out, series->slots[i].index - before);
        pack_u64(out, series->slots[i].offset);
        pack_u64(out, series->slots[i].count);
        before = series->slots[i].index;
    }
}

static enum smtplog_status pack_table(const struct record_field *field, const char *record,
                                      struct strbuf *out)
{
    const struct topk *table = (const struct topk *)(record + field->offset);
    struct topk_row **rows = NULL;
    size_t count = 0;
    enum smtplog_status status = SMTPLOG_OK;
    if (field->guard != 0 && !*(const bool *)(record + field->guard)) {
        pack_u64(out, 0);
        pack_u64(out, 0);
        return SMTPLOG_OK;
    }
    TRY(topk_sorted(table, 0, &rows, &count));
    pack_u64(out, table->replaced);
    pack_u64(out, count);
    for (size_t i = 0; i < count && status == SMTPLOG_OK; i++) {
        pack_text(out, rows[i]->key);
        pack_i64(out, (int64_t)rows[i]->count);
        pack_u64(out, rows[i]->error);
        status = field->type != NULL ? pack_record(field->type, rows[i]->value, out) : SMTPLOG_OK;
    }
    free(rows);
    return status;
}

static void pack_words(const struct record_field *field, const char *record, struct strbuf *out)
{
    const struct word_count *words = (const struct word_count *)(record + field->offset);
    size_t count = *(const size_t *)(record + field->guard);
    pack_u64(out, count);
    for (size_t i = 0; i < count; i++) {
        pack_text(out, words[i].word);
        pack_u64(out, words[i].count);
    }
}

/* Structures that hold nothing are left out: there are hundreds of reply codes. */
static enum smtplog_status pack_records(const struct record_field *field, const char *record,
                                        struct strbuf *out)
{
    const char *items = field->kind == FIELD_RECORDS ? *(char *const *)(record + field->offset)
                                                     : record + field->offset;
    for (size_t i = 0; i < field->count; i++) {
        const char *item = items + i * field->type->size;
        size_t k = 0;
        while (k < field->type->size && item[k] == 0) {
            k++;
        }
        if (k < field->type->size) {
            pack_u64(out, i + 1);
            TRY(pack_record(field->type, item, out));
        }
    }
    pack_u64(out, 0);
    return SMTPLOG_OK;
}

static uint64_t read_number(const struct record_field *field, const char *at)
{
    uint64_t number = 0;
    uint32_t small = 0;
    if (field->size == sizeof small) {
        memcpy(&small, at, sizeof small);
        return small;
    }
    memcpy(&number, at, sizeof number);
    return number;
}

static enum smtplog_status pack_field(const struct record_field *field, const char *record,
                                      struct strbuf *out)
{
    const char *at = record + field->offset;
    const char *text = field->kind == FIELD_SAMPLE_STRING ? *(const char *const *)at : at;
    switch (summary_form_of(field->kind)) {
    case FORM_NUMBERS:
        pack_numbers((const uint64_t *)at, field->count, out);
        break;
    case FORM_FLAG:
        strbuf_add_byte(out, *(const bool *)at ? 1 : 0);
        break;
    case FORM_INSTANT:
        pack_instant(out, (const struct instant *)at);
        break;
    case FORM_HISTOGRAM:
        pack_histogram((const struct histogram *)at, out);
        break;
    case FORM_TIMELINE:
        pack_timeline((const struct timeline *)at, out);
        break;
    case FORM_SERIES:
        pack_series((const struct series *)at, out);
        break;
    case FORM_TABLE:
        return pack_table(field, record, out);
    case FORM_WORDS:
        pack_words(field, record, out);
        break;
    case FORM_RECORDS:
        return pack_records(field, record, out);
    case FORM_TEXT:
        pack_text(out, text != NULL ? span_cstr(text) : SPAN_EMPTY);
        break;
    case FORM_NUMBER:
        pack_u64(out, read_number(field, at));
        break;
    case FORM_NONE:
        break;
    }
    return strbuf_status(out);
}

static enum smtplog_status pack_record(const struct record_type *type, const char *record,
                                       struct strbuf *out)
{
    for (size_t f = 0; f < type->field_count; f++) {
        TRY(pack_field(&type->fields[f], record, out));
    }
    return SMTPLOG_OK;
}

enum smtplog_status summary_pack(const struct summary *summary, struct strbuf *out)
{
    pack_type(&summary_type, out);
    return pack_record(&summary_type, (const char *)summary, out);
}
