/* Reply codes and reason classes as JSON, with what the catalogue knows of them. */
#include "report/json_code.h"

#include <stdio.h>
#include <stdlib.h>

static void catalogue_text(struct json_writer *json, const struct catalog_entry *entry,
                           const char *key, const char *from)
{
    struct span text = catalog_text(entry, from);
    if (text.n > 0) {
        json_text(json, key, text);
    }
}

void json_by_stage(struct json_writer *json, const char *name, const uint64_t counts[STAGES])
{
    json_object(json, name);
    for (int stage = 0; stage < STAGES; stage++) {
        const char *word = event_value_name(EVENT_STAGE, stage);
        if (counts[stage] > 0) {
            json_u64(json, word != NULL ? word : "unknown", counts[stage]);
        }
    }
    json_end(json, '}');
}

struct code_order {
    int code;
    uint64_t weight;
};

static int compare_codes(const void *a, const void *b)
{
    const struct code_order *x = a;
    const struct code_order *y = b;
    if (x->weight != y->weight) {
        return x->weight > y->weight ? -1 : 1;
    }
    return x->code - y->code;
}

static size_t order_codes(const struct summary *s, struct code_order order[SUMMARY_CODES])
{
    size_t count = 0;
    for (int code = 0; code < SUMMARY_CODES; code++) {
        uint64_t weight = s->code[code].count + s->code[code].implied;
        if (weight > 0) {
            order[count++] = (struct code_order){code, weight};
        }
    }
    qsort(order, count, sizeof order[0], compare_codes);
    return count;
}

static enum smtplog_status add_enhanced(const struct report *report, struct json_writer *json,
                                        const struct code_count *code)
{
    size_t count = 0;
    struct topk_row **rows = NULL;
    TRY(code->has_enhanced ? topk_sorted(&code->enhanced, 0, &rows, &count) : SMTPLOG_OK);
    json_array(json, "enhanced");
    for (size_t i = 0; i < count; i++) {
        json_object(json, NULL);
        json_text(json, "enhanced", rows[i]->key);
        json_u64(json, "count", rows[i]->count);
        catalogue_text(json, catalog_enhanced(report->catalog, rows[i]->key), "meaning", "meaning");
        json_end(json, '}');
    }
    free(rows);
    json_end(json, ']');
    return SMTPLOG_OK;
}

static int compare_words(const void *a, const void *b)
{
    const struct word_count *x = a;
    const struct word_count *y = b;
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    size_t n = x->word.n < y->word.n ? x->word.n : y->word.n;
    return memcmp(x->word.p, y->word.p, n);
}

static void add_sighting(struct json_writer *json, const struct topk *table, struct span name)
{
    const struct sighting *sighting = sighting_of(table, name);
    if (sighting != NULL) {
        json_first_last(json, &sighting->first, &sighting->last);
    }
}

static enum smtplog_status add_code(const struct report *report, struct json_writer *json,
                                    int number, uint64_t all)
{
    const struct summary *s = report->summary;
    const struct code_count *code = &s->code[number];
    const struct catalog_entry *entry = catalog_reply(report->catalog, number);
    json_object(json, NULL);
    json_u64(json, "code", (uint64_t)number);
    json_u64(json, "count", code->count);
    json_u64(json, "implied", code->implied);
    json_share(json, "share", code->count, all);
    char digits[16];
    int length = snprintf(digits, sizeof digits, "%d", number);
    add_sighting(json, &s->sightings.codes, span_of(digits, (size_t)length));
    json_u64(json, "outbound", code->direction[DIRECTION_OUTBOUND]);
    json_u64(json, "inbound", code->direction[DIRECTION_INBOUND]);
    catalogue_text(json, entry, "name", "name");
    catalogue_text(json, entry, "meaning", "meaning");
    catalogue_text(json, entry, "fix", "fix sender");
    catalogue_text(json, entry, "fix_receiver", "fix receiver");
    catalogue_text(json, entry, "short", "short");
    catalogue_text(json, entry, "action", "action");
    catalogue_text(json, entry, "severity", "severity");
    catalogue_text(json, entry, "source", "source");
    TRY(add_enhanced(report, json, code));
    json_by_stage(json, "stages", code->stage);
    struct word_count classes[SUMMARY_CLASSES];
    memcpy(classes, code->classes, sizeof classes);
    qsort(classes, code->class_count, sizeof classes[0], compare_words);
    json_object(json, "classes");
    for (size_t i = 0; i < code->class_count; i++) {
        json_u64_at(json, classes[i].word, classes[i].count);
    }
    json_end(json, '}');
    json_end(json, '}');
    return SMTPLOG_OK;
}

enum smtplog_status json_codes(const struct report *report, struct json_writer *json)
{
    struct code_order order[SUMMARY_CODES];
    size_t count = order_codes(report->summary, order);
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all += report->summary->code[order[i].code].count;
    }
    json_array(json, "codes");
    for (size_t i = 0; i < count; i++) {
        TRY(add_code(report, json, order[i].code, all));
    }
    json_end(json, ']');
    return SMTPLOG_OK;
}

enum smtplog_status json_classes(const struct report *report, struct json_writer *json)
{
    size_t count = 0;
    struct topk_row **rows = NULL;
    TRY(topk_sorted(&report->summary->classes, 0, &rows, &count));
    json_array(json, "classes");
    for (size_t i = 0; i < count; i++) {
        const struct class_row *row = rows[i]->value;
        const struct catalog_entry *entry = catalog_class(report->catalog, rows[i]->key);
        json_object(json, NULL);
        json_text(json, "class", rows[i]->key);
        json_u64(json, "count", rows[i]->count);
        json_u64(json, "permanent", row->permanent);
        json_u64(json, "temporary", row->temporary);
        json_u64(json, "without_code", row->other);
        add_sighting(json, &report->summary->sightings.classes, rows[i]->key);
        catalogue_text(json, entry, "who", "who");
        catalogue_text(json, entry, "meaning", "meaning");
        catalogue_text(json, entry, "fix", "fix sender");
        json_text(json, "sample", span_cstr(row->sample));
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
    return SMTPLOG_OK;
}
