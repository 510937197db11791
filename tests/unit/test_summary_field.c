/* Tests of the table that describes the summary: it covers every byte, names are told apart, and a
 * merge by it adds every kind of field. */
#include "aggregate/summary_field.h"

#include "tap.h"

/* Bytes that may lie between two fields: what the next one's alignment asks for. */
#define PADDING 8

static void test_cover(const struct record_type *type)
{
    size_t at = 0;
    for (size_t f = 0; f <= type->field_count; f++) {
        size_t next = type->size;
        size_t found = type->field_count;
        for (size_t i = 0; i < type->field_count; i++) {
            if (type->fields[i].offset >= at && type->fields[i].offset < next) {
                next = type->fields[i].offset;
                found = i;
            }
        }
        /* No field in between: only what alignment leaves free. */
        if (next - at >= PADDING) {
            tap_ok(false, "%s: bytes %zu to %zu are not described", type->name, at, next);
        }
        if (found == type->field_count) {
            break;
        }
        at = next + type->fields[found].size;
    }
    tap_ok(at <= type->size && type->size - at < PADDING, "%s: described to its end", type->name);
}

static size_t expected_size(const struct record_field *field)
{
    switch (field->kind) {
    case FIELD_COUNT:
    case FIELD_MOST:
        return sizeof(uint64_t);
    case FIELD_COUNTS:
        return field->count * sizeof(uint64_t);
    case FIELD_FLAG:
        return sizeof(bool);
    case FIELD_FIRST:
    case FIELD_LAST:
        return sizeof(struct instant);
    case FIELD_HISTOGRAM:
        return sizeof(struct histogram);
    case FIELD_BITS:
        return field->count * sizeof(uint64_t);
    case FIELD_SERIES:
        return sizeof(struct series);
    case FIELD_LAST_FLAG:
        return sizeof(bool);
    case FIELD_TIMELINE:
        return sizeof(struct timeline);
    case FIELD_TABLE:
        return sizeof(struct topk);
    case FIELD_WORDS:
        return field->count * sizeof(struct word_count);
    case FIELD_RECORD:
        return field->count * field->type->size;
    case FIELD_RECORDS:
    case FIELD_SAMPLE_STRING:
        return sizeof(void *);
    case FIELD_SAMPLE_FILE:
        return sizeof(uint32_t);
    default:
        return field->size;
    }
}

static void test_type(const struct record_type *type)
{
    size_t wrong = 0;
    test_cover(type);
    for (size_t f = 0; f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        bool ok = field->size == expected_size(field) &&
                  (field->name != NULL) == (field->kind < FIELD_WORK);
        for (size_t k = 0; k < f; k++) {
            const struct record_field *other = &type->fields[k];
            ok = ok && (field->name == NULL || other->name == NULL ||
                        strcmp(field->name, other->name) != 0);
            ok = ok && (other->offset + other->size <= field->offset ||
                        field->offset + field->size <= other->offset);
        }
        if (!ok) {
            tap_ok(false, "%s: field %zu (%s) has its size, its own name and its own bytes",
                   type->name, f, field->name != NULL ? field->name : "without name");
        }
        wrong += !ok;
        if (field->type != NULL) {
            test_type(field->type);
        }
    }
    tap_ok(wrong == 0, "%s: %zu fields of their size, names and bytes", type->name,
           type->field_count);
}

static void add(struct topk *table, const char *key, uint64_t weight)
{
    struct topk_row *row = NULL;
    TAP_MUST(topk_add(table, span_cstr(key), weight, &row));
}

/* Every counter gets a number of its own; what comes of it twice over is twice the number. */
static void fill_counts(struct summary *summary)
{
    for (size_t f = 0; f < summary_type.field_count; f++) {
        const struct record_field *field = &summary_type.fields[f];
        uint64_t *numbers = (uint64_t *)((char *)summary + field->offset);
        for (size_t i = 0; i < field->count && field->kind <= FIELD_COUNTS; i++) {
            numbers[i] = 1 + f * 1000 + i;
        }
    }
}

static void fill_rest(struct summary *s, int64_t when, const char *sample)
{
    struct topk_row *row = NULL;
    struct instant time = {.seconds = when};
    s->has_period = true;
    s->first = s->last = time;
    s->code[550].count = 3;
    s->code[550].classes[0] = (struct word_count){SPAN_LITERAL("user-unknown"), 3};
    s->code[550].class_count = 1;
    s->refusal_lines[1].hard = 4;
    TAP_MUST(histogram_add(&s->wait, (double)when, 1));
    TAP_MUST(timeline_add(&s->timeline, &time, TIMELINE_BOUNCED, 2));
    add(&s->actions, "hold", 2);
    TAP_MUST(topk_add(&s->templates, SPAN_LITERAL("550 no"), 3, &row));
    struct template_row *template = row->value;
    template->sample = strdup(sample);
    template->first = template->last = time;
    template->weight = 3;
    TAP_MUST(topk_add(&s->warnings, SPAN_LITERAL("w"), 1, &row));
    struct sample_row *warning = row->value;
    warning->first = time;
    warning->file = 1;
    snprintf(warning->sample, sizeof warning->sample, "%s", sample);
}

static void test_counts(void)
{
    struct summary *a = NULL;
    struct summary *b = NULL;
    size_t wrong = 0;
    TAP_MUST(summary_new(&a));
    TAP_MUST(summary_new(&b));
    fill_counts(a);
    fill_counts(b);
    TAP_MUST(summary_merge(a, b, 0));
    for (size_t f = 0; f < summary_type.field_count; f++) {
        const struct record_field *field = &summary_type.fields[f];
        const uint64_t *numbers = (const uint64_t *)((const char *)a + field->offset);
        for (size_t i = 0; i < field->count && field->kind <= FIELD_COUNTS; i++) {
            wrong += numbers[i] != 2 * (1 + f * 1000 + i);
        }
    }
    tap_number(0, (long long)wrong, "every counter is added");
    summary_free(a);
    summary_free(b);
}

static void check_merged(const struct summary *s, const char *name)
{
    tap_ok(s->first.seconds == 7000 && s->last.seconds == 90000 && s->has_period, "%s: period",
           name);
    tap_ok(s->code[550].count == 6 && s->code[550].class_count == 1 &&
               s->code[550].classes[0].count == 6 && s->refusal_lines[1].hard == 8,
           "%s: codes, their classes and lines by direction", name);
    tap_ok(s->wait.count == 2 && s->timeline.count == 2 && s->timeline.slots[0].start == 3600 &&
               s->timeline.slots[1].count[TIMELINE_BOUNCED] == 2,
           "%s: distributions and the course of time", name);
    const struct template_row *row = s->templates.rows[0]->value;
    tap_ok(s->templates.count == 1 && s->templates.rows[0]->count == 6 && row->weight == 6 &&
               row->first.seconds == 7000 && row->last.seconds == 90000,
           "%s: a row of both is one", name);
    tap_span("early", span_cstr(row->sample), "%s: the sample is the earlier one", name);
    const struct sample_row *warning = s->warnings.rows[0]->value;
    tap_span("early", span_cstr(warning->sample), "%s: also of warnings", name);
}

static void test_rest(void)
{
    struct summary *s[4] = {NULL};
    for (size_t i = 0; i < 4; i++) {
        TAP_MUST(summary_new(&s[i]));
    }
    fill_rest(s[0], 7000, "early");
    fill_rest(s[1], 90000, "late");
    TAP_MUST(summary_merge(s[2], s[0], 0));
    TAP_MUST(summary_merge(s[2], s[1], 5));
    check_merged(s[2], "first, then last");
    TAP_MUST(summary_merge(s[3], s[1], 0));
    TAP_MUST(summary_merge(s[3], s[0], 5));
    check_merged(s[3], "last, then first");
    tap_number(6, ((const struct sample_row *)s[3]->warnings.rows[0]->value)->file,
               "the file of a sample is counted behind those of the other");
    for (size_t i = 0; i < 4; i++) {
        summary_free(s[i]);
    }
}

static enum smtplog_status join_nothing(void *context, void *into, const void *from, bool fresh)
{
    *(uint64_t *)into += *(const uint64_t *)from;
    *(size_t *)context += fresh;
    return SMTPLOG_OK;
}

/* Full tables: whatever is reported is the truth or more, by its error at most. */
static void test_full_tables(void)
{
    enum {
        ROWS = 40,
        KEYS = 400
    };
    static uint64_t truth[KEYS];
    struct topk left, right;
    uint64_t state = 5;
    size_t fresh = 0;
    unsigned wrong = 0;
    topk_init(&left, ROWS, sizeof(uint64_t), NULL);
    topk_init(&right, ROWS, sizeof(uint64_t), NULL);
    for (unsigned i = 0; i < 20000; i++) {
        char key[16];
        state = state * 6364136223846793005u + 1442695040888963407u;
        /* Keys frequent in one are rare in the other, and so lost there. */
        bool frequent = i % 2 == 0;
        unsigned number = (unsigned)(state >> 40) % (frequent ? 6 : KEYS);
        number += frequent && i % 3 == 0 ? 6 : 0;
        snprintf(key, sizeof key, "%u", number);
        add(i % 3 == 0 ? &left : &right, key, 1);
        truth[number]++;
    }
    TAP_MUST(topk_merge(&left, &right, join_nothing, &fresh));
    for (size_t i = 0; i < left.count; i++) {
        const struct topk_row *row = left.rows[i];
        uint64_t number = 0;
        wrong += !span_to_u64(row->key, KEYS, &number) || row->count < truth[number] ||
                 row->count - row->error > truth[number];
    }
    tap_ok(wrong == 0 && left.count == ROWS && left.replaced > 0,
           "tables that lost keys: the bounds hold after a merge (%u wrong)", wrong);
    topk_free(&left);
    topk_free(&right);
}

int main(void)
{
    test_type(&summary_type);
    test_counts();
    test_rest();
    test_full_tables();
    return tap_end();
}
