/* Adding one summary to another, by the table of fields. */
#include "aggregate/summary_field.h"

#include <stdlib.h>

struct merge {
    struct arena *words;
    uint32_t file_shift;
    bool consumes; /* tables that have been added go at once */
};

static enum smtplog_status merge_record(const struct merge *merge, const struct record_type *type,
                                        char *into, const char *from, bool fresh);

static bool has_flag(const struct record_field *field)
{
    return field->guard != 0 && field->kind != FIELD_WORDS && field->kind != FIELD_LAST_FLAG;
}

static bool in_use(const struct record_field *field, const char *record)
{
    return !has_flag(field) || *(const bool *)(record + field->guard);
}

/* True when from's samples are the earlier ones. */
static bool from_is_earlier(const struct record_type *type, const char *into, const char *from)
{
    for (size_t f = 0; f < type->field_count; f++) {
        size_t at = type->fields[f].offset;
        if (type->fields[f].kind == FIELD_FIRST) {
            return instant_compare((const struct instant *)(from + at),
                                   (const struct instant *)(into + at)) < 0;
        }
    }
    return false;
}

static enum smtplog_status merge_words(const struct merge *merge, const struct record_field *field,
                                       char *into, const char *from)
{
    struct word_count *words = (struct word_count *)(into + field->offset);
    const struct word_count *added = (const struct word_count *)(from + field->offset);
    size_t *count = (size_t *)(into + field->guard);
    for (size_t i = 0; i < *(const size_t *)(from + field->guard); i++) {
        size_t at = 0;
        while (at < *count && !span_equal(words[at].word, added[i].word)) {
            at++;
        }
        if (at == field->count) {
            continue;
        }
        if (at == *count) {
            words[at].count = 0;
            if (!arena_copy(merge->words, added[i].word, &words[at].word)) {
                return SMTPLOG_NO_MEMORY;
            }
            ++*count;
        }
        words[at].count += added[i].count;
    }
    return SMTPLOG_OK;
}

struct row_merge {
    const struct merge *merge;
    const struct record_type *type;
};

static enum smtplog_status merge_row(void *context, void *into, const void *from, bool fresh)
{
    const struct row_merge *row = context;
    return row->type != NULL ? merge_record(row->merge, row->type, into, from, fresh) : SMTPLOG_OK;
}

static enum smtplog_status merge_table(const struct merge *merge, const struct record_field *field,
                                       char *into, const char *from)
{
    struct topk *table = (struct topk *)(into + field->offset);
    const struct topk *added = (const struct topk *)(from + field->offset);
    struct row_merge row = {merge, field->type};
    if (field->guard != 0 && !*(bool *)(into + field->guard)) {
        topk_init(table, field->count, field->type != NULL ? field->type->size : 1, NULL);
        *(bool *)(into + field->guard) = true;
    }
    TRY(topk_merge(table, added, merge_row, &row));
    if (merge->consumes) {
        topk_free((struct topk *)added); /* summary_take was given it to use up */
    }
    return SMTPLOG_OK;
}

static void merge_instant(const struct record_field *field, char *into, const char *from,
                          bool fresh)
{
    struct instant *kept = (struct instant *)(into + field->offset);
    const struct instant *other = (const struct instant *)(from + field->offset);
    int order = instant_compare(other, kept);
    if (fresh || (field->kind == FIELD_FIRST ? order < 0 : order > 0)) {
        *kept = *other;
    }
}

static enum smtplog_status take_string(char *into, const char *from)
{
    const char **kept = (const char **)into;
    const char *text = *(const char *const *)from;
    const char *copy = "";
    if (text != NULL && text[0] != '\0') {
        copy = strdup(text);
    }
    if (copy == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (*kept != NULL && (*kept)[0] != '\0') {
        free((char *)*kept);
    }
    *kept = copy;
    return SMTPLOG_OK;
}

static enum smtplog_status take_sample(const struct merge *merge, const struct record_field *field,
                                       char *into, const char *from)
{
    if (field->kind == FIELD_SAMPLE_STRING) {
        return take_string(into + field->offset, from + field->offset);
    }
    memcpy(into + field->offset, from + field->offset, field->size);
    if (field->kind == FIELD_SAMPLE_FILE) {
        *(uint32_t *)(into + field->offset) += merge->file_shift;
    }
    return SMTPLOG_OK;
}

static enum smtplog_status merge_records(const struct merge *merge,
                                         const struct record_field *field, char *into,
                                         const char *from)
{
    bool apart = field->kind == FIELD_RECORDS;
    char *to = apart ? *(char **)(into + field->offset) : into + field->offset;
    const char *of = apart ? *(char *const *)(from + field->offset) : from + field->offset;
    size_t size = field->type->size;
    for (size_t i = 0; i < field->count; i++) {
        char *item = to + i * size;
        bool fresh = item[0] == 0 && memcmp(item, item + 1, size - 1) == 0; /* nothing in it yet */
        TRY(merge_record(merge, field->type, item, of + i * size, fresh));
    }
    return SMTPLOG_OK;
}

static void merge_numbers(const struct record_field *field, char *into, const char *from)
{
    uint64_t *sum = (uint64_t *)(into + field->offset);
    const uint64_t *added = (const uint64_t *)(from + field->offset);
    for (size_t i = 0; i < field->count; i++) {
        if (field->kind != FIELD_MOST) {
            sum[i] += added[i];
        } else if (added[i] > sum[i]) {
            sum[i] = added[i];
        }
    }
}

static void merge_bits(const struct record_field *field, char *into, const char *from)
{
    for (size_t i = 0; i < field->count; i++) {
        ((uint64_t *)(into + field->offset))[i] |= ((const uint64_t *)(from + field->offset))[i];
    }
}

/* Summaries are merged in order of time: the later one speaks, if it says anything. */
static void merge_last_flag(const struct record_field *field, char *into, const char *from)
{
    const uint64_t *said = (const uint64_t *)(from + field->guard);
    if (said[0] + said[1] > 0) {
        *(bool *)(into + field->offset) = *(const bool *)(from + field->offset);
    }
}

static enum smtplog_status merge_histogram(char *into, const char *from)
{
    struct histogram *sum = (struct histogram *)into;
    const struct histogram *added = (const struct histogram *)from;
    if (sum->exact_limit < added->exact_limit) {
        sum->exact_limit = added->exact_limit; /* a row that had none before */
    }
    return histogram_merge(sum, added);
}

/* fresh: `into` had nothing. earlier: the samples of `from` are to be taken. */
static enum smtplog_status merge_field(const struct merge *merge, const struct record_field *field,
                                       char *into, const char *from, bool fresh, bool earlier)
{
    switch (field->kind) {
    case FIELD_COUNT:
    case FIELD_COUNTS:
    case FIELD_MOST:
        merge_numbers(field, into, from);
        return SMTPLOG_OK;
    case FIELD_BITS:
        merge_bits(field, into, from);
        return SMTPLOG_OK;
    case FIELD_SERIES:
        return series_merge((struct series *)(into + field->offset),
                            (const struct series *)(from + field->offset));
    case FIELD_LAST_FLAG:
        merge_last_flag(field, into, from);
        return SMTPLOG_OK;
    case FIELD_FLAG:
        *(bool *)(into + field->offset) |= *(const bool *)(from + field->offset);
        return SMTPLOG_OK;
    case FIELD_FIRST:
    case FIELD_LAST:
        merge_instant(field, into, from, fresh || !in_use(field, into));
        return SMTPLOG_OK;
    case FIELD_HISTOGRAM:
        return merge_histogram(into + field->offset, from + field->offset);
    case FIELD_TIMELINE:
        return timeline_merge((struct timeline *)(into + field->offset),
                              (const struct timeline *)(from + field->offset));
    case FIELD_TABLE:
        return merge_table(merge, field, into, from);
    case FIELD_WORDS:
        return merge_words(merge, field, into, from);
    case FIELD_RECORD:
    case FIELD_RECORDS:
        return merge_records(merge, field, into, from);
    case FIELD_SAMPLE_TEXT:
    case FIELD_SAMPLE_STRING:
    case FIELD_SAMPLE_NUMBER:
    case FIELD_SAMPLE_FILE:
        return fresh || earlier ? take_sample(merge, field, into, from) : SMTPLOG_OK;
    default:
        return SMTPLOG_OK;
    }
}

static enum smtplog_status merge_record(const struct merge *merge, const struct record_type *type,
                                        char *into, const char *from, bool fresh)
{
    bool earlier = !fresh && from_is_earlier(type, into, from);
    for (size_t f = 0; f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        if (in_use(field, from)) {
            TRY(merge_field(merge, field, into, from, fresh, earlier));
        }
    }
    for (size_t f = 0; f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        if (has_flag(field) && in_use(field, from)) {
            *(bool *)(into + field->guard) = true;
        }
    }
    return SMTPLOG_OK;
}

enum smtplog_status summary_merge(struct summary *into, const struct summary *from,
                                  uint32_t file_shift)
{
    struct merge merge = {&into->words, file_shift, false};
    return merge_record(&merge, &summary_type, (char *)into, (const char *)from, false);
}

enum smtplog_status summary_take(struct summary *into, struct summary *from, uint32_t file_shift)
{
    struct merge merge = {&into->words, file_shift, true};
    return merge_record(&merge, &summary_type, (char *)into, (const char *)from, false);
}
