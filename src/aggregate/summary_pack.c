/* The summary as bytes. Trust: bytes to read come from files that anybody may have damaged; counts
 * are checked against what the tables hold. */
#include "aggregate/summary_pack.h"

#include <stdlib.h>

#define NAMES_MOST 1024 /* fields of a structure */
#define ROWS_MOST  65536
#define DEPTH_MOST 6

/* How a field is written; the letters stand in files. */
enum form {
    FORM_NONE = 0,
    FORM_NUMBERS = 'n',
    FORM_FLAG = 'b',
    FORM_INSTANT = 'i',
    FORM_HISTOGRAM = 'h',
    FORM_TIMELINE = 't',
    FORM_SERIES = 'e',
    FORM_TABLE = 'k',
    FORM_WORDS = 'w',
    FORM_RECORDS = 'r',
    FORM_TEXT = 's',
    FORM_NUMBER = 'm'
};

static enum form form_of(enum field_kind kind)
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

/* ---- writing --------------------------------------------------------------------------------- */

static enum smtplog_status pack_record(const struct record_type *type, const char *record,
                                       struct strbuf *out);

static void pack_type(const struct record_type *type, struct strbuf *out)
{
    uint64_t named = 0;
    for (size_t f = 0; f < type->field_count; f++) {
        named += form_of(type->fields[f].kind) != FORM_NONE;
    }
    pack_u64(out, named);
    for (size_t f = 0; f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        enum form form = form_of(field->kind);
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
    switch (form_of(field->kind)) {
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

/* ---- reading --------------------------------------------------------------------------------- */

/* A field as a file has it; field == NULL: not known here, passed over. */
struct stored_field {
    enum form form;
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
                                             enum form form)
{
    for (size_t f = 0; type != NULL && f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        if (field->name != NULL && span_is(name, field->name)) {
            return form_of(field->kind) == form ? field : NULL;
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
        enum form form = (enum form)unpack_count(r->in, 'z');
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
