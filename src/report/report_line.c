/* Tables of texts from the log: refusal texts, failed log-ins, the server's own warnings, what was
 * not understood. */
#include <stdlib.h>

#include "report/section.h"

void build_texts(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "count", .label = "column/count", .right = true},
        {.key = "class", .label = "column/class"},
        {.key = "text", .label = "column/text", .wraps = true}};
    const struct topk *all = &b->summary->templates;
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, all, &count);
    struct section *section = builder_list(b, "texts", "unit/texts", count, all->count);
    struct table *table = TABLE(b, section, "texts", columns);
    for (size_t i = 0; i < count; i++) {
        const struct template_row *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_count(rows[i]->count);
        cells[1] = cell_words(row->class_name);
        cells[2] = cell_text(CELL_LOG, rows[i]->key);
    }
    free(rows);
}

void build_auth(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "client", .label = "column/client", .wraps = true},
        {.key = "failed", .label = "column/failed", .right = true}};
    const struct summary *s = b->summary;
    size_t count = 0;
    if (!builder_filled(b, s->auth_failed)) {
        return;
    }
    struct topk_row **rows = builder_rows(b, &s->auth_clients, &count);
    struct section *section = builder_section(b, "auth",
                                              WORDS(b, "aside/auth",
                                                    phrase_count("failed", s->auth_failed),
                                                    phrase_count("ok", s->auth_ok)));
    struct table *table = TABLE(b, section, "auth", columns);
    for (size_t i = 0; i < count; i++) {
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(rows[i]->count);
    }
    free(rows);
}

void build_warnings(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "count", .label = "column/count", .right = true},
        {.key = "severity", .audience = COLUMN_DATA},
        {.key = "daemon", .label = "column/daemon"},
        {.key = "text", .audience = COLUMN_DATA},
        {.label = "column/text", .audience = COLUMN_PEOPLE, .wraps = true}};
    const struct topk *all = &b->summary->warnings;
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, all, &count);
    struct section *section = builder_list(b, "warnings", "unit/lines", count, all->count);
    struct table *table = TABLE(b, section, "warnings", columns);
    for (size_t i = 0; i < count; i++) {
        const struct sample_row *row = rows[i]->value;
        struct span rest = rows[i]->key;
        struct span severity = SPAN_EMPTY;
        struct span daemon = SPAN_EMPTY;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL || !span_next_piece(&rest, '\t', &severity) ||
            !span_next_piece(&rest, '\t', &daemon)) {
            break;
        }
        cells[0] = cell_count(rows[i]->count);
        cells[1] = cell_text(CELL_NAME, severity);
        cells[2] = cell_text(CELL_NAME, daemon);
        cells[3] = cell_text(CELL_LOG, span_cstr(row->sample));
        cells[4] = cells[3];
        if (!span_is(severity, "warning")) { /* "fatal: ..." as the daemon wrote it */
            cells[4].text = document_printf(b->document, "%.*s: %s", SPAN_ARGS(severity),
                                            row->sample);
        }
    }
    free(rows);
}

/* The last part of a path. */
static struct span file_name(struct span path)
{
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/') {
        slash--;
    }
    return span_from(path, slash);
}

void build_unknown(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "count", .label = "column/count", .right = true},
        {.key = "first_at", .label = "column/first-at"},
        {.key = "line", .label = "column/line", .wraps = true}};
    const struct topk *all = &b->summary->unknown;
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, all, &count);
    struct section *section = builder_list(b, "unknown", "unit/unknown", count, all->count);
    struct table *table = TABLE(b, section, "unknown", columns);
    for (size_t i = 0; i < count; i++) {
        const struct sample_row *row = rows[i]->value;
        struct span file = file_name(b->report->inputs[row->file].path);
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_count(rows[i]->count);
        cells[1] = cell_text(CELL_NAME, document_printf(b->document, "%.*s:%llu", SPAN_ARGS(file),
                                                        (unsigned long long)row->line));
        cells[2] = cell_text(CELL_LOG, span_cstr(row->sample));
    }
    free(rows);
}
