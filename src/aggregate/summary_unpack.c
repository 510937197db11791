/* A summary from bytes. Trust: they come from files that anybody may have damaged; counts are
 * checked against what the tables hold. */
#include <stdlib.h>

#include "aggregate/summary_form.h"
#include "aggregate/summary_pack.h"

#define NAMES_MOST 1024 /* fields of a structure */
#define ROWS_MOST  65536
#define DEPTH_MOST 6

/* A field as a file has it; field == NULL: not known here, passed over. */
struct stored_field {
    enum summary_form form;
    const struct record_field *field;
    struct stored_type *type;
};

struct stored_type {
    struct stored_field *fields;
    size_t count;
    const struct record_type *type;
};

struct reader {
    struct unpacker *in;
    struct arena arena;  /* of stored types */
    struct arena *words; /* of the summary */
    size_t file_count;
};

static enum smtplog_status unpack_record(struct reader *r, const struct stored_type *type,
                                         char *record);

static const struct record_field *find_field(const struct record_type *type, struct span name,
                                             enum summary_form form)
{
    for (size_t f = 0; type != NULL && f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        if (field->name != NULL && span_is(name, field->name)) {
            return summary_form_of(field->kind) == form ? field : NULL;
        }
    }
    return NULL;
}

static enum smtplog_status unpack_type(struct reader *r, const struct record_type *type, int depth,
                                       struct stored_type **stored)
{
    struct stored_type *made = arena_alloc(&r->arena, sizeof *made);
    size_t count = (size_t)unpack_count(r->in, NAMES_MOST);
    if (depth > DEPTH_MOST) {
        return SMTPLOG_FORMAT;
    }
    struct stored_field *fields = arena_alloc(&r->arena, (count + 1) * sizeof *fields);
    if (made == NULL || fields == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    *made = (struct stored_type){fields, count, type};
    for (size_t f = 0; f < count && !r->in->damaged; f++) {
        struct span name = unpack_text(r->in);
        enum summary_form form = (enum summary_form)unpack_count(r->in, 'z');
        const struct record_field *field = find_field(type, name, form);
        bool nested = form == FORM_RECORDS || (form == FORM_TABLE && unpack_count(r->in, 1) == 1);
        fields[f].form = form;
        fields[f].field = field;
        if (nested) {
            TRY(unpack_type(r, field != NULL ? field->type : NULL, depth + 1, &fields[f].type));
        }
    }
    *stored = made;
    return r->in->damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

static void unpack_numbers(struct reader *r, uint64_t *numbers, size_t count)
{
    uint64_t set = unpack_count(r->in, ROWS_MOST);
    uint64_t at = 0;
    for (uint64_t i = 0; i < set && !r->in->damaged; i++) {
        at += unpack_count(r->in, ROWS_MOST);
        uint64_t value = (uint64_t)unpack_i64(r->in);
        if (at < count) {
            numbers[at] = value;
        }
    }
}

static enum smtplog_status unpack_histogram(struct reader *r, struct histogram *h)
{
    int64_t index = 0;
    uint64_t count = unpack_u64(r->in);
    if (count == 0) {
        return SMTPLOG_OK;
    }
    double maximum = unpack_double(r->in);
    h->exact_limit = (uint32_t)unpack_count(r->in, ROWS_MOST);
    size_t values = (size_t)unpack_count(r->in, ROWS_MOST);
    for (size_t i = 0; i < values && !r->in->damaged; i++) {
        TRY(histogram_add(h, unpack_double(r->in), 1));
    }
    uint64_t zeros = unpack_u64(r->in);
    TRY(zeros > 0 ? histogram_add_sketched(h, INT32_MIN, zeros) : SMTPLOG_OK);
    size_t buckets = (size_t)unpack_count(r->in, ROWS_MOST);
    for (size_t i = 0; i < buckets && !r->in->damaged; i++) {
        index += unpack_i64(r->in);
        uint64_t times = unpack_u64(r->in);
        if (index <= INT32_MIN || index > INT32_MAX) {
            return SMTPLOG_FORMAT;
        }
        TRY(histogram_add_sketched(h, (int32_t)index, times));
    }
    h->maximum = maximum;
    return h->count == count ? SMTPLOG_OK : SMTPLOG_FORMAT;
}

static enum smtplog_status unpack_timeline(struct reader *r, struct timeline *timeline)
{
    struct timeline read;
    int64_t start = 0;
    timeline_init(&read);
    read.seconds = unpack_i64(r->in);
    read.day_offset = (int32_t)unpack_i64(r->in);
    size_t count = (size_t)unpack_count(r->in, ROWS_MOST);
    read.slots = calloc(count + 1, sizeof *read.slots);
    if (read.slots == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    bool sound = read.seconds >= 3600;
    for (size_t i = 0; i < count && !r->in->damaged; i++) {
        struct timeline_slot *slot = &read.slots[read.count++];
        int64_t step = unpack_i64(r->in);
        start += step;
        sound = sound && (i == 0 || step > 0);
        slot->start = start;
        slot->offset = (int32_t)unpack_i64(r->in);
        unpack_numbers(r, slot->count, TIMELINE_SERIES);
    }
    enum smtplog_status status = SMTPLOG_FORMAT;
    if (sound && !r->in->damaged) {
        status = timeline != NULL ? timeline_merge(timeline, &read) : SMTPLOG_OK;
    }
    timeline_free(&read);
    return status;
}

static enum smtplog_status unpack_series(struct reader *r, struct series *series)
{
    struct series read = {0};
    size_t count = (size_t)unpack_count(r->in, ROWS_MOST);
    read.slots = calloc(count + 1, sizeof *read.slots);
    if (read.slots == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    uint64_t index = 0;
    bool sound = true;
    for (size_t i = 0; i < count && !r->in->damaged; i++) {
        uint64_t step = unpack_count(r->in, UINT32_MAX);
        index += step;
        sound = sound && (i == 0 || step > 0) && index <= UINT32_MAX;
        read.slots[i].index = (uint32_t)index;
        read.slots[i].offset = (uint32_t)unpack_count(r->in, UINT32_MAX);
        read.slots[i].count = unpack_u64(r->in);
        read.count = i + 1;
    }
    enum smtplog_status status = sound && !r->in->damaged ? SMTPLOG_OK : SMTPLOG_FORMAT;
    if (status == SMTPLOG_OK && series != NULL) {
        status = series_merge(series, &read);
    }
    series_free(&read);
    return status;
}

static enum smtplog_status unpack_table(struct reader *r, const struct stored_field *stored,
                                        char *record)
{
    const struct record_field *field = stored->field;
    struct topk *table = field != NULL ? (struct topk *)(record + field->offset) : NULL;
    uint64_t replaced = unpack_u64(r->in);
    size_t count = (size_t)unpack_count(r->in, ROWS_MOST);
    if (count > 0 && field != NULL && field->guard != 0) {
        topk_init(table, field->count, field->type != NULL ? field->type->size : 1, NULL);
        *(bool *)(record + field->guard) = true;
    }
    for (size_t i = 0; i < count && !r->in->damaged; i++) {
        struct topk_row *row = NULL;
        struct span key = unpack_text(r->in);
        uint64_t weight = (uint64_t)unpack_i64(r->in);
        uint64_t error = unpack_u64(r->in);
        if (table != NULL && table->count == table->capacity) {
            replaced++; /* written where more memory was allowed */
        } else if (table != NULL) {
            size_t before = table->count;
            TRY(topk_add(table, key, weight, &row));
            if (table->count == before) {
                return SMTPLOG_FORMAT; /* the same key twice */
            }
            row->error = error;
        }
        if (stored->type != NULL) {
            TRY(unpack_record(r, stored->type, row != NULL ? row->value : NULL));
        }
    }
    if (table != NULL) {
        table->replaced = replaced;
    }
    return r->in->damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

static enum smtplog_status unpack_words(struct reader *r, const struct record_field *field,
                                        char *record)
{
    uint64_t count = unpack_count(r->in, field != NULL ? field->count : ROWS_MOST);
    for (uint64_t i = 0; i < count && !r->in->damaged; i++) {
        struct span word = unpack_text(r->in);
        uint64_t times = unpack_u64(r->in);
        if (field != NULL) {
            struct word_count *words = (struct word_count *)(record + field->offset);
            if (!arena_copy(r->words, word, &words[i].word)) {
                return SMTPLOG_NO_MEMORY;
            }
            words[i].count = times;
            *(size_t *)(record + field->guard) = (size_t)i + 1;
        }
    }
    return SMTPLOG_OK;
}

static enum smtplog_status unpack_records(struct reader *r, const struct stored_field *stored,
                                          char *record)
{
    const struct record_field *field = stored->field;
    char *items = NULL;
    if (field != NULL) {
        items = field->kind == FIELD_RECORDS ? *(char **)(record + field->offset)
                                             : record + field->offset;
    }
    for (;;) {
        uint64_t at = unpack_count(r->in, ROWS_MOST);
        if (at == 0 || r->in->damaged) {
            return r->in->damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
        }
        bool known = field != NULL && at <= field->count;
        TRY(unpack_record(r, stored->type,
                          known ? items + (size_t)(at - 1) * field->type->size : NULL));
    }
}

static enum smtplog_status take_text(const struct record_field *field, char *at, struct span text)
{
    if (field->kind == FIELD_SAMPLE_TEXT) {
        size_t n = text.n < field->size - 1 ? text.n : field->size - 1;
        memcpy(at, text.p, n);
        at[n] = '\0';
        return SMTPLOG_OK;
    }
    const char **kept = (const char **)at;
    bool shows = text.n > 0 && text.p[0] != '\0'; /* else it would be empty, and nobody's */
    char *copy = shows ? strndup(text.p, text.n) : NULL;
    if (shows && copy == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (*kept != NULL && (*kept)[0] != '\0') {
        free((char *)*kept); /* a damaged file names the field twice */
    }
    *kept = copy != NULL ? copy : "";
    return SMTPLOG_OK;
}

static void take_number(const struct record_field *field, char *at, uint64_t number)
{
    uint32_t small = (uint32_t)number;
    if (field->size == sizeof small) {
        memcpy(at, &small, sizeof small);
    } else {
        memcpy(at, &number, sizeof number);
    }
}

static enum smtplog_status unpack_instant_into(struct reader *r, const struct record_field *field,
                                               char *record)
{
    struct instant read;
    unpack_instant(r->in, &read);
    if (field == NULL) {
        return SMTPLOG_OK;
    }
    *(struct instant *)(record + field->offset) = read;
    if (field->guard != 0) {
        *(bool *)(record + field->guard) = read.seconds != 0;
    }
    return SMTPLOG_OK;
}

static enum smtplog_status unpack_field(struct reader *r, const struct stored_field *stored,
                                        char *record)
{
    const struct record_field *field = record != NULL ? stored->field : NULL;
    struct stored_field known = {stored->form, field, stored->type};
    char *at = field != NULL ? record + field->offset : NULL;
    struct histogram unused;
    bool flag = false;
    enum smtplog_status status = SMTPLOG_OK;
    switch (stored->form) {
    case FORM_NUMBERS:
        unpack_numbers(r, (uint64_t *)at, field != NULL ? field->count : 0);
        break;
    case FORM_FLAG:
        flag = unpack_count(r->in, 1) == 1;
        *(field != NULL ? (bool *)at : &flag) = flag;
        break;
    case FORM_INSTANT:
        return unpack_instant_into(r, field, record);
    case FORM_HISTOGRAM:
        histogram_init(&unused, 0);
        status = unpack_histogram(r, field != NULL ? (struct histogram *)at : &unused);
        histogram_free(&unused);
        break;
    case FORM_TIMELINE:
        return unpack_timeline(r, (struct timeline *)at);
    case FORM_SERIES:
        return unpack_series(r, (struct series *)at);
    case FORM_TABLE:
        return unpack_table(r, &known, record);
    case FORM_WORDS:
        return unpack_words(r, field, record);
    case FORM_RECORDS:
        return unpack_records(r, &known, record);
    case FORM_TEXT: {
        struct span text = unpack_text(r->in);
        return field != NULL ? take_text(field, at, text) : SMTPLOG_OK;
    }
    case FORM_NUMBER: {
        uint64_t number = unpack_u64(r->in);
        if (field != NULL && field->kind == FIELD_SAMPLE_FILE && number >= r->file_count) {
            number = 0;
            status = r->file_count == 0 ? SMTPLOG_FORMAT : SMTPLOG_OK;
        }
        if (field != NULL) {
            take_number(field, at, number);
        }
        break;
    }
    default:
        return SMTPLOG_FORMAT;
    }
    return status;
}

/* record == NULL: passed over. */
static enum smtplog_status unpack_record(struct reader *r, const struct stored_type *type,
                                         char *record)
{
    for (size_t f = 0; f < type->count; f++) {
        TRY(unpack_field(r, &type->fields[f], record));
        if (r->in->damaged) {
            return SMTPLOG_FORMAT;
        }
    }
    return SMTPLOG_OK;
}

enum smtplog_status summary_unpack(struct unpacker *in, size_t file_count, struct summary *summary)
{
    struct reader r = {.in = in, .words = &summary->words, .file_count = file_count};
    struct stored_type *type = NULL;
    arena_init(&r.arena);
    enum smtplog_status status = unpack_type(&r, &summary_type, 0, &type);
    status = status == SMTPLOG_OK ? unpack_record(&r, type, (char *)summary) : status;
    arena_free(&r.arena);
    return status;
}
