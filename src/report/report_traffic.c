/* Where mail went and who came: domains, providers, peers, and the clients we refused. */
#include <stdlib.h>

#include "report/report_chart.h"
#include "report/section.h"

/* Rows that mail was sent to, most attempts first; those that were only refused are another
 * table's. */
static struct topk_row **attempted_rows(struct report_builder *b, const struct topk *table,
                                        size_t *count)
{
    struct topk_row **rows = NULL;
    size_t all = 0;
    size_t kept = 0;
    enum smtplog_status status = topk_sorted(table, 0, &rows, &all);
    if (status != SMTPLOG_OK && b->document->status == SMTPLOG_OK) {
        b->document->status = status;
    }
    for (size_t i = 0; i < all; i++) {
        const struct traffic *row = rows[i]->value;
        if (row->attempts > 0) {
            rows[kept++] = rows[i];
        }
    }
    *count = kept;
    return rows;
}

static void add_traffic_rows(struct report_builder *b, struct table *table, const struct topk *all,
                             struct topk_row **rows, size_t shown)
{
    for (size_t i = 0; i < shown; i++) {
        const struct traffic *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(row->attempts);
        cells[2] = count_or_nothing(row->delivered);
        cells[3] = count_or_nothing(row->deferred);
        cells[4] = count_or_nothing(row->bounced);
        cells[5] = count_or_nothing(row->greylisted);
        struct histogram *delay = traffic_delay(all, rows[i]);
        if (delay != NULL) {
            cells[6] = cell_number(CELL_SECONDS, histogram_quantile(delay, 0.95));
        }
    }
}

/* name: of the section and its table; title and unit are phrases. Returns the section, NULL when
 * there is nothing to show. */
static struct section *add_traffic(struct report_builder *b, const char *name, const char *title,
                                   const char *unit, enum traffic_table which)
{
    const struct column columns[] = {
        {.key = "name", .label = title, .wraps = true},
        {.key = "attempts", .label = "column/attempts", .right = true},
        {.key = "delivered", .label = "column/delivered-short", .right = true},
        {.key = "deferred", .label = "column/deferred-short", .right = true},
        {.key = "bounced", .label = "column/bounced-short", .right = true},
        {.key = "greylisted", .label = "column/greylisted-short", .right = true},
        {.key = "delay_p95_seconds", .label = "column/delay-p95", .right = true}};
    const struct topk *all = &b->summary->traffic[which];
    size_t count = 0;
    struct topk_row **rows = attempted_rows(b, all, &count);
    size_t shown = builder_top(b, count);
    struct section *section = builder_filled(b, shown)
                                  ? builder_section(b, name, builder_aside(b, unit, shown, count))
                                  : NULL;
    if (which == TRAFFIC_DOMAIN) {
        report_chart_delay(b, section, all, rows, shown);
    }
    add_traffic_rows(b, TABLE(b, section, name, columns), all, rows, shown);
    if (section != NULL && all->replaced > 0) {
        SAY(b, "traffic/approximate", phrase_count("error", topk_error(all)));
        builder_paragraph(b, section);
    }
    free(rows);
    return section;
}

void build_domains(struct report_builder *b)
{
    add_traffic(b, "domains", "column/domain", "unit/domains", TRAFFIC_DOMAIN);
}

void build_peers(struct report_builder *b)
{
    add_traffic(b, "peers", "column/peer", "unit/peers", TRAFFIC_PEER);
}

/* What to do about the providers that refused us. */
static void add_provider_advice(struct report_builder *b, struct section *section)
{
    static const struct column columns[] = {{.key = "provider"}, {.key = "advice", .wraps = true}};
    size_t count = 0;
    struct topk_row **rows = attempted_rows(b, &b->summary->traffic[TRAFFIC_PROVIDER], &count);
    size_t shown = builder_top(b, count);
    struct table *table = NULL;
    for (size_t i = 0; i < shown; i++) {
        const struct traffic *row = rows[i]->value;
        const struct catalog_entry *entry = catalog_find(b->report->catalog, "provider",
                                                         rows[i]->key);
        struct span todo = catalog_text(entry, "action");
        if (row->deferred + row->bounced == 0 || todo.n == 0) {
            continue;
        }
        if (table == NULL) {
            table = TABLE(b, section, "provider_advice", columns);
        }
        struct cell *cells = table_row(b->document, table);
        if (cells != NULL) {
            cells[0] = cell_text(CELL_NAME, rows[i]->key);
            cells[1] = cell_text(CELL_WORDS, todo);
        }
    }
    free(rows);
}

void build_providers(struct report_builder *b)
{
    struct section *section = add_traffic(b, "providers", "column/provider", "unit/providers",
                                          TRAFFIC_PROVIDER);
    if (section != NULL) {
        add_provider_advice(b, section);
    }
}

void build_clients(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "client", .label = "column/client", .wraps = true},
        {.key = "refused", .label = "column/refused", .right = true},
        {.key = "greylisted", .label = "column/greylisted", .right = true}};
    const struct topk *all = &b->summary->traffic[TRAFFIC_CLIENT];
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, all, &count);
    struct section *section = builder_list(b, "clients", "unit/rejects", count, all->count);
    struct table *table = TABLE(b, section, "clients", columns);
    for (size_t i = 0; i < count; i++) {
        const struct traffic *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(row->rejected);
        cells[2] = count_or_nothing(row->greylisted);
    }
    free(rows);
}
