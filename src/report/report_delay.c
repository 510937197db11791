/* How long it took and when, in full detail: delays and their phases, time in the queue, sizes,
 * days and hours of the day. */
#include <stdlib.h>

#include "aggregate/traffic_total.h"
#include "report/section.h"

#define MICROSECONDS 1e6

/* ---- delays ---- */

static void add_spread(struct report_builder *b, struct table *table, const char *key,
                       const char *label, struct spread *spread)
{
    if (spread->histogram.count == 0) {
        return;
    }
    struct cell *cells = table_row(b->document, table);
    if (cells != NULL) {
        cells[0] = cell_words(key);
        cells[1] = cell_text(CELL_WORDS, builder_words(b, label));
        cells[2] = cell_count(spread->histogram.count);
        cells[3] = cell_number(CELL_SECONDS, spread_mean(spread, MICROSECONDS));
        cells[4] = cell_number(CELL_SECONDS, histogram_quantile(&spread->histogram, 0.50));
        cells[5] = cell_number(CELL_SECONDS, histogram_quantile(&spread->histogram, 0.95));
        cells[6] = cell_number(CELL_SECONDS, spread->histogram.maximum);
    }
}

void build_delays(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "delay", .audience = COLUMN_DATA},
        {.wraps = true, .audience = COLUMN_PEOPLE},
        {.key = "count", .label = "column/count", .right = true},
        {.key = "mean_seconds", .label = "column/delay-mean", .right = true},
        {.key = "p50_seconds", .label = "column/delay-p50", .right = true},
        {.key = "p95_seconds", .label = "column/delay-p95", .right = true},
        {.key = "max_seconds", .label = "column/delay-max", .right = true}};
    struct flow *flow = &b->summary->flow;
    struct spread total;
    enum smtplog_status status = traffic_delay_total(&b->summary->traffic[TRAFFIC_TRANSPORT],
                                                     &total);
    if (status != SMTPLOG_OK) {
        b->document->status = status;
    }
    if (total.histogram.count + flow->delivery_time.histogram.count > 0) {
        struct section *section = builder_section(b, "delays", builder_words(b, "unit/deliveries"));
        struct table *table = TABLE(b, section, "delays", columns);
        add_spread(b, table, "delivered", "delay/delivered", &total);
        add_spread(b, table, "before_queue", "delay/before-queue", &flow->phase[0]);
        add_spread(b, table, "in_queue", "delay/in-queue", &flow->phase[1]);
        add_spread(b, table, "connection", "delay/connection", &flow->phase[2]);
        add_spread(b, table, "transmission", "delay/transmission", &flow->phase[3]);
        add_spread(b, table, "delivery_time", "delay/delivery-time", &flow->delivery_time);
    }
    histogram_free(&total.histogram);
}

/* ---- time in the queue ---- */

void build_queue_time(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "below_seconds", .label = "column/below"},
        {.key = "messages", .label = "column/messages", .right = true},
        {.key = "share", .label = "column/share", .right = true},
        {.key = "cumulative_share", .label = "column/cumulative", .right = true},
        {.key = "remote_messages", .label = "column/remote", .right = true},
        {.key = "remote_share", .label = "column/share", .right = true},
        {.key = "remote_cumulative_share", .label = "column/cumulative", .right = true}};
    const struct queue_time *all = &b->summary->flow.queue;
    const struct queue_time *remote = &b->summary->flow.queue_remote;
    uint64_t seen = 0;
    uint64_t seen_remote = 0;
    if (all->spread.histogram.count == 0) {
        return;
    }
    struct section *section = builder_section(b, "queue_time", builder_words(b, "unit/ended"));
    struct table *table = TABLE(b, section, "queue_time", columns);
    for (size_t i = 0; i < FLOW_QUEUE_BINS; i++) {
        struct cell *cells = all->bin[i] > 0 ? table_row(b->document, table) : NULL;
        seen += all->bin[i];
        seen_remote += remote->bin[i];
        if (cells == NULL) {
            continue;
        }
        cells[0] = i < FLOW_QUEUE_BINS - 1
                       ? cell_number(CELL_SECONDS, (double)flow_queue_bin[i])
                       : cell_text(CELL_WORDS, builder_words(b, "queue/longer"));
        cells[1] = cell_count(all->bin[i]);
        cells[2] = cell_share(all->bin[i], all->spread.histogram.count);
        cells[3] = cell_share(seen, all->spread.histogram.count);
        if (remote->spread.histogram.count > 0) {
            cells[4] = cell_count(remote->bin[i]);
            cells[5] = cell_share(remote->bin[i], remote->spread.histogram.count);
            cells[6] = cell_share(seen_remote, remote->spread.histogram.count);
        }
    }
}

/* ---- days and hours ---- */

static void add_period(struct report_builder *b, struct table *table, struct span name,
                       const struct period_row *row)
{
    struct cell *cells = table_row(b->document, table);
    if (cells == NULL) {
        return;
    }
    static const enum timeline_series counts[] = {TIMELINE_RECEIVED, TIMELINE_DELIVERED,
                                                  TIMELINE_DEFERRED, TIMELINE_BOUNCED,
                                                  TIMELINE_REJECTED};
    cells[0] = cell_text(CELL_WORDS, name);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        cells[1 + i] = cell_count(row->count[counts[i]]);
    }
    cells[6] = cell_bytes(row->count[TIMELINE_BYTES_RECEIVED]);
    cells[7] = cell_bytes(row->count[TIMELINE_BYTES_DELIVERED]);
}

#define PERIOD_COLUMNS(name)                                                         \
    {.key = (name)}, {.key = "received", .label = "column/received", .right = true}, \
        {.key = "delivered", .label = "column/delivered-short", .right = true},      \
        {.key = "deferred", .label = "column/deferred-short", .right = true},        \
        {.key = "bounced", .label = "column/bounced-short", .right = true},          \
        {.key = "rejected", .label = "column/rejected-short", .right = true},        \
        {.key = "bytes_received", .label = "column/bytes-in", .right = true},        \
    {                                                                                \
        .key = "bytes_delivered", .label = "column/bytes-out", .right = true         \
    }

void build_days(struct report_builder *b)
{
    static const struct column columns[] = {PERIOD_COLUMNS("date")};
    struct period_row *rows = NULL;
    size_t count = 0;
    enum smtplog_status status = timeline_days(&b->summary->timeline, &rows, &count);
    if (status != SMTPLOG_OK) {
        b->document->status = status;
    }
    if (count > 0) {
        struct table *table = TABLE(b, builder_section(b, "days", builder_words(b, "unit/days")),
                                    "days", columns);
        for (size_t i = 0; i < count; i++) {
            struct civil c;
            civil_from_seconds(rows[i].start, &c);
            add_period(b, table,
                       document_printf(b->document, "%04d-%02d-%02d", c.year, c.month, c.day),
                       &rows[i]);
        }
    }
    free(rows);
}

void build_hours(struct report_builder *b)
{
    static const struct column columns[] = {PERIOD_COLUMNS("hour")};
    struct period_row rows[HOURS_OF_DAY];
    if (b->summary->timeline.count == 0 || !timeline_hours(&b->summary->timeline, rows)) {
        return;
    }
    struct table *table = TABLE(b, builder_section(b, "hours", builder_words(b, "unit/hours")),
                                "hours", columns);
    for (int h = 0; h < HOURS_OF_DAY; h++) {
        add_period(b, table, document_printf(b->document, "%02d:00", h), &rows[h]);
    }
}
