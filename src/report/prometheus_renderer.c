/* The figures of a document in Prometheus' text format.
 *
 * Tables of metrics have a row a figure: its path and its value. attempts.delivered becomes
 * smtplog_attempts_delivered. What stands behind a part that ends with by_X is the label X:
 * greylisting.by_code.450 becomes smtplog_greylisting_by_code{code="450"}; and so do the parts
 * behind code, class, stage, provider and actions: code.450.implied becomes
 * smtplog_code_implied{code="450"}. A last part called total, count or share adds nothing to the
 * name; units stand at its end as Prometheus wants them. All are gauges: figures of one log, not of
 * a process that runs. */
#include "report/prometheus_renderer.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/cell.h"
#include "report/escape.h"

#define METRIC_NAME 128

struct sample {
    char name[METRIC_NAME];
    size_t length;
    struct span figure; /* path without the label */
    struct span label, value_of_label;
    const struct cell *cell;
    size_t order;
};

static void add_part(struct sample *sample, struct span part)
{
    if (sample->length + part.n + 2 > sizeof sample->name) {
        part.n = 0;
    }
    sample->name[sample->length++] = '_';
    for (size_t i = 0; i < part.n; i++) {
        char c = byte_lower(part.p[i]);
        bool good = byte_is_alpha(c) || byte_is_digit(c);
        sample->name[sample->length++] = good ? c : '_';
    }
    sample->name[sample->length] = '\0';
}

/* The unit at the end of the name, as Prometheus has it. */
static void add_unit(struct sample *sample)
{
    static const struct {
        enum cell_kind kind;
        const char *unit;
    } units[] = {{CELL_SHARE, "ratio"}, {CELL_SECONDS, "seconds"}, {CELL_BYTES, "bytes"}};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        struct span name = span_of(sample->name, sample->length);
        if (units[i].kind == sample->cell->kind &&
            span_find(name, span_cstr(units[i].unit)) == SIZE_MAX) {
            add_part(sample, span_cstr(units[i].unit));
        }
    }
}

/* The label that a part of a path begins, empty for none. */
static struct span label_of(struct span part, bool is_first)
{
    static const struct {
        const char *part, *label;
    } rows[] = {{"code", "code"},
                {"class", "class"},
                {"stage", "stage"},
                {"provider", "provider"},
                {"actions", "action"}};
    for (size_t i = 0; i < COUNT_OF(rows) && is_first; i++) {
        if (span_is(part, rows[i].part)) {
            return span_cstr(rows[i].label);
        }
    }
    size_t by = span_find(part, SPAN_LITERAL("by_"));
    bool whole = by != SIZE_MAX && (by == 0 || part.p[by - 1] == '_');
    return whole ? span_from(part, by + 3) : SPAN_EMPTY;
}

static bool is_silent(struct span part, bool is_last)
{
    return is_last && (span_is(part, "count") || span_is(part, "total") || span_is(part, "share"));
}

static void make_sample(struct sample *sample, struct span path, const struct cell *cell)
{
    struct span part = SPAN_EMPTY;
    struct span left = path;
    bool is_first = true;
    sample->length = (size_t)snprintf(sample->name, sizeof sample->name, "smtplog");
    sample->figure = path;
    sample->label = sample->value_of_label = SPAN_EMPTY;
    sample->cell = cell;
    while (left.n > 0 && span_next_piece(&left, '.', &part)) {
        if (!is_silent(part, left.n == 0)) {
            add_part(sample, part);
        }
        struct span label = left.n > 0 && sample->label.n == 0 ? label_of(part, is_first)
                                                               : SPAN_EMPTY;
        if (label.n > 0) {
            sample->label = label;
            sample->figure = span_of(path.p, (size_t)(left.p - path.p) - 1);
            /* A row of a table has members; of a count by something all the rest is the label. */
            if (!is_first || span_is(part, "actions")) {
                sample->value_of_label = left;
                break;
            }
            span_next_piece(&left, '.', &sample->value_of_label);
        }
        is_first = false;
    }
    add_unit(sample);
}

static int compare_samples(const void *a, const void *b)
{
    const struct sample *x = a;
    const struct sample *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void add_sample(struct strbuf *out, const struct sample *sample)
{
    strbuf_add_cstr(out, sample->name);
    if (sample->label.n > 0) {
        strbuf_addf(out, "{%.*s=\"", SPAN_ARGS(sample->label));
        escape_prometheus(out, sample->value_of_label);
        strbuf_add_cstr(out, "\"}");
    }
    strbuf_add_byte(out, ' ');
    cell_add_value(out, sample->cell);
    strbuf_add_byte(out, '\n');
}

/* Samples of one metric stand together. */
static enum smtplog_status add_table(const struct phrases *phrases, const struct table *table,
                                     struct strbuf *out)
{
    struct sample *samples = malloc((table->row_count + 1) * sizeof *samples);
    if (samples == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t row = 0; row < table->row_count; row++) {
        make_sample(&samples[row], table_cell(table, row, 0)->text, table_cell(table, row, 1));
        samples[row].order = row;
    }
    qsort(samples, table->row_count, sizeof *samples, compare_samples);
    for (size_t i = 0; i < table->row_count; i++) {
        if (i == 0 || strcmp(samples[i].name, samples[i - 1].name) != 0) {
            strbuf_addf(out, "# HELP %s ", samples[i].name);
            PHRASE_ADD(phrases, out, "metric/help", phrase_words("figure", samples[i].figure));
            strbuf_addf(out, "\n# TYPE %s gauge\n", samples[i].name);
        }
        add_sample(out, &samples[i]);
    }
    free(samples);
    return SMTPLOG_OK;
}

enum smtplog_status prometheus_render(const struct document *document,
                                      const struct phrases *phrases, struct strbuf *out)
{
    for (const struct section *s = document->first; s != NULL; s = s->next) {
        for (const struct block *block = s->first; block != NULL; block = block->next) {
            if (block->kind == BLOCK_TABLE && block->table->is_metric) {
                TRY(add_table(phrases, block->table, out));
            }
        }
    }
    return document->status != SMTPLOG_OK ? document->status : strbuf_status(out);
}
