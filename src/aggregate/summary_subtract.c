/* Taking figures out of a summary, by the table of fields. */
#include "aggregate/summary_field.h"

static enum smtplog_status subtract_record(const struct record_type *type, char *from,
                                           const char *part);

static enum smtplog_status leave_row(void *context, void *from, const void *part)
{
    const struct record_type *type = context;
    return type != NULL ? subtract_record(type, from, part) : SMTPLOG_OK;
}

static enum smtplog_status subtract_table(const struct record_field *field, char *from,
                                          const char *part)
{
    bool used = field->guard == 0 ||
                (*(bool *)(from + field->guard) && *(const bool *)(part + field->guard));
    return used ? topk_subtract((struct topk *)(from + field->offset),
                                (const struct topk *)(part + field->offset), leave_row,
                                (void *)field->type)
                : SMTPLOG_OK;
}

static void subtract_words(const struct record_field *field, char *from, const char *part)
{
    struct word_count *words = (struct word_count *)(from + field->offset);
    const struct word_count *taken = (const struct word_count *)(part + field->offset);
    const size_t *count = (const size_t *)(from + field->guard);
    for (size_t i = 0; i < *(const size_t *)(part + field->guard); i++) {
        for (size_t k = 0; k < *count; k++) {
            if (span_equal(words[k].word, taken[i].word)) {
                words[k].count -= taken[i].count; /* their order tells which came first */
                break;
            }
        }
    }
}

static enum smtplog_status subtract_records(const struct record_field *field, char *from,
                                            const char *part)
{
    bool apart = field->kind == FIELD_RECORDS;
    char *of = apart ? *(char **)(from + field->offset) : from + field->offset;
    const char *what = apart ? *(char *const *)(part + field->offset) : part + field->offset;
    for (size_t i = 0; i < field->count; i++) {
        TRY(subtract_record(field->type, of + i * field->type->size, what + i * field->type->size));
    }
    return SMTPLOG_OK;
}

static enum smtplog_status subtract_field(const struct record_field *field, char *from,
                                          const char *part)
{
    uint64_t *left = (uint64_t *)(from + field->offset);
    const uint64_t *taken = (const uint64_t *)(part + field->offset);
    switch (field->kind) {
    case FIELD_COUNT:
    case FIELD_COUNTS:
        for (size_t i = 0; i < field->count; i++) {
            left[i] -= taken[i];
        }
        return SMTPLOG_OK;
    case FIELD_HISTOGRAM:
        return histogram_subtract((struct histogram *)left, (const struct histogram *)taken);
    case FIELD_TIMELINE:
        return timeline_subtract((struct timeline *)left, (const struct timeline *)taken);
    case FIELD_TABLE:
        return subtract_table(field, from, part);
    case FIELD_WORDS:
        subtract_words(field, from, part);
        return SMTPLOG_OK;
    case FIELD_RECORD:
    case FIELD_RECORDS:
        return subtract_records(field, from, part);
    default:
        return SMTPLOG_OK;
    }
}

static enum smtplog_status subtract_record(const struct record_type *type, char *from,
                                           const char *part)
{
    for (size_t f = 0; f < type->field_count; f++) {
        TRY(subtract_field(&type->fields[f], from, part));
    }
    return SMTPLOG_OK;
}

enum smtplog_status summary_subtract(struct summary *from, const struct summary *part)
{
    return subtract_record(&summary_type, (char *)from, (const char *)part);
}

static void tidy_record(const struct record_type *type, char *record);

static void tidy_table(const struct record_field *field, char *record)
{
    struct topk *table = (struct topk *)(record + field->offset);
    if (field->guard != 0 && !*(bool *)(record + field->guard)) {
        return;
    }
    topk_tidy(table);
    for (size_t i = 0; field->type != NULL && i < table->count; i++) {
        tidy_record(field->type, table->rows[i]->value);
    }
}

static void tidy_words(const struct record_field *field, char *record)
{
    struct word_count *words = (struct word_count *)(record + field->offset);
    size_t *count = (size_t *)(record + field->guard);
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        if (words[i].count > 0) {
            words[kept++] = words[i];
        }
    }
    *count = kept;
}

static void tidy_record(const struct record_type *type, char *record)
{
    for (size_t f = 0; f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        bool apart = field->kind == FIELD_RECORDS;
        char *items = apart ? *(char **)(record + field->offset) : record + field->offset;
        if (field->kind == FIELD_TABLE) {
            tidy_table(field, record);
        } else if (field->kind == FIELD_WORDS) {
            tidy_words(field, record);
        }
        for (size_t i = 0; (apart || field->kind == FIELD_RECORD) && i < field->count; i++) {
            tidy_record(field->type, items + i * field->type->size);
        }
    }
}

void summary_tidy(struct summary *summary)
{
    tidy_record(&summary_type, (char *)summary);
}
