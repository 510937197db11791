/* Who sent and got how much, in full detail: messages received by sender, domain, host and user;
 * what was delivered by recipient, domain, peer and transport; totals. */
#include <stdlib.h>

#include "aggregate/traffic_total.h"
#include "report/section.h"

#define MICROSECONDS 1e6

static void say_approximate(struct report_builder *b, struct section *section,
                            const struct topk *table)
{
    if (section != NULL && table->replaced > 0) {
        SAY(b, "traffic/approximate", phrase_count("error", topk_error(table)));
        builder_paragraph(b, section);
    }
}

/* The last word where figures are the same. */
static int by_name(const struct topk_row *x, const struct topk_row *y)
{
    size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
    int order = memcmp(x->key.p, y->key.p, n);
    return order != 0 ? order : (x->key.n > y->key.n) - (x->key.n < y->key.n);
}

typedef int (*row_order)(const void *a, const void *b);

/* Puts rows in another order; false when the first ones stay as they are. */
static bool reorder(struct report_builder *b, struct topk_row **rows, size_t count, size_t shown,
                    row_order order)
{
    struct topk_row **before = malloc((shown + 1) * sizeof(struct topk_row *));
    if (before == NULL) {
        b->document->status = SMTPLOG_NO_MEMORY;
        return false;
    }
    memcpy(before, rows, shown * sizeof(struct topk_row *));
    qsort(rows, count, sizeof(struct topk_row *), order);
    bool same = memcmp(before, rows, shown * sizeof(struct topk_row *)) == 0;
    free(before);
    return !same;
}

/* ---- messages received ---- */

static int by_bytes(const void *a, const void *b)
{
    const struct topk_row *x = *(struct topk_row *const *)a;
    const struct topk_row *y = *(struct topk_row *const *)b;
    uint64_t m = ((const struct received_row *)x->value)->bytes;
    uint64_t n = ((const struct received_row *)y->value)->bytes;
    return m != n ? (m > n ? -1 : 1) : by_name(x, y);
}

static void add_received_rows(struct report_builder *b, struct table *table, struct topk_row **rows,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            return;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(rows[i]->count);
        cells[2] = cell_bytes(((const struct received_row *)rows[i]->value)->bytes);
    }
}

/* By messages, and below it by bytes when that is another order. */
static void add_received(struct report_builder *b, const char *label, enum received_table which,
                         struct section *section, const char *key, const char *key_by_size)
{
    const struct column columns[] = {{.key = "name", .label = label, .wraps = true},
                                     {.key = "messages", .label = "column/messages", .right = true},
                                     {.key = "bytes", .label = "column/bytes", .right = true}};
    const struct topk *table = &b->summary->flow.received[which];
    struct topk_row **rows = NULL;
    size_t count = 0;
    enum smtplog_status status = topk_sorted(table, 0, &rows, &count);
    size_t shown = builder_top(b, count);
    if (status != SMTPLOG_OK) {
        b->document->status = status;
        return;
    }
    add_received_rows(b, TABLE(b, section, key, columns), rows, shown);
    say_approximate(b, section, table);
    if (shown < count && reorder(b, rows, count, shown, by_bytes)) {
        builder_say_plain(b, "volume/by-size");
        builder_paragraph(b, section);
        add_received_rows(b, TABLE(b, section, key_by_size, columns), rows, shown);
    }
    free(rows);
}

static struct span received_aside(struct report_builder *b, enum received_table which)
{
    size_t count = b->summary->flow.received[which].count;
    return builder_aside(b, "unit/received", builder_top(b, count), count);
}

void build_senders(struct report_builder *b)
{
    if (b->summary->flow.received[RECEIVED_SENDER].count > 0) {
        struct section *section = builder_section(b, "senders", received_aside(b, RECEIVED_SENDER));
        add_received(b, "column/sender", RECEIVED_SENDER, section, "senders", "senders_by_size");
    }
}

void build_sender_domains(struct report_builder *b)
{
    if (b->summary->flow.received[RECEIVED_SENDER_DOMAIN].count > 0) {
        struct section *section = builder_section(b, "sender_domains",
                                                  received_aside(b, RECEIVED_SENDER_DOMAIN));
        add_received(b, "column/domain", RECEIVED_SENDER_DOMAIN, section, "sender_domains",
                     "sender_domains_by_size");
    }
}

void build_sending_hosts(struct report_builder *b)
{
    if (b->summary->flow.received[RECEIVED_HOST].count > 0) {
        struct section *section = builder_section(b, "sending_hosts",
                                                  received_aside(b, RECEIVED_HOST));
        add_received(b, "column/host", RECEIVED_HOST, section, "sending_hosts",
                     "sending_hosts_by_size");
    }
}

void build_local_users(struct report_builder *b)
{
    if (b->summary->flow.received[RECEIVED_LOCAL_USER].count > 0) {
        struct section *section = builder_section(b, "local_users",
                                                  received_aside(b, RECEIVED_LOCAL_USER));
        add_received(b, "column/user", RECEIVED_LOCAL_USER, section, "local_users",
                     "local_users_by_size");
    }
}

/* ---- what was delivered ---- */

static int by_delivered_bytes(const void *a, const void *b)
{
    const struct topk_row *x = *(struct topk_row *const *)a;
    const struct topk_row *y = *(struct topk_row *const *)b;
    uint64_t m = ((const struct traffic *)x->value)->bytes;
    uint64_t n = ((const struct traffic *)y->value)->bytes;
    return m != n ? (m > n ? -1 : 1) : by_name(x, y);
}

static int by_delivered(const void *a, const void *b)
{
    const struct topk_row *x = *(struct topk_row *const *)a;
    const struct topk_row *y = *(struct topk_row *const *)b;
    uint64_t m = ((const struct traffic *)x->value)->delivered;
    uint64_t n = ((const struct traffic *)y->value)->delivered;
    return m != n ? (m > n ? -1 : 1) : by_delivered_bytes(a, b);
}

/* Rows that had attempts; those that were only refused are others. */
static size_t attempted_rows(struct report_builder *b, const struct topk *table,
                             struct topk_row ***rows)
{
    size_t all = 0;
    size_t kept = 0;
    enum smtplog_status status = topk_sorted(table, 0, rows, &all);
    if (status != SMTPLOG_OK) {
        b->document->status = status;
        return 0;
    }
    for (size_t i = 0; i < all; i++) {
        if (((const struct traffic *)(*rows)[i]->value)->attempts > 0) {
            (*rows)[kept++] = (*rows)[i];
        }
    }
    return kept;
}

static void add_delivered_rows(struct report_builder *b, struct table *table,
                               const struct topk *all, struct topk_row **rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct traffic *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            return;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(row->delivered);
        cells[2] = cell_bytes(row->bytes);
        cells[3] = count_or_nothing(row->deferred);
        cells[4] = count_or_nothing(row->bounced);
        const struct histogram *delay = traffic_delay(all, rows[i]);
        if (delay != NULL) {
            struct spread spread = {.sum = row->delay_sum, .histogram = *delay};
            cells[5] = cell_number(CELL_SECONDS, spread_mean(&spread, MICROSECONDS));
            cells[6] = cell_number(CELL_SECONDS, delay->maximum);
        }
    }
}

static void add_delivered(struct report_builder *b, const char *label, enum traffic_table which,
                          struct section *section, const char *key, const char *key_by_size)
{
    const struct column columns[] = {
        {.key = "name", .label = label, .wraps = true},
        {.key = "delivered", .label = "column/delivered-short", .right = true},
        {.key = "bytes", .label = "column/bytes", .right = true},
        {.key = "deferred", .label = "column/deferred-short", .right = true},
        {.key = "bounced", .label = "column/bounced-short", .right = true},
        {.key = "delay_mean_seconds", .label = "column/delay-mean", .right = true},
        {.key = "delay_max_seconds", .label = "column/delay-max", .right = true}};
    const struct topk *table = &b->summary->traffic[which];
    struct topk_row **rows = NULL;
    size_t count = attempted_rows(b, table, &rows);
    size_t shown = builder_top(b, count);
    if (count > 0) {
        qsort(rows, count, sizeof(struct topk_row *), by_delivered);
    }
    add_delivered_rows(b, TABLE(b, section, key, columns), table, rows, shown);
    say_approximate(b, section, table);
    if (shown < count && reorder(b, rows, count, shown, by_delivered_bytes)) {
        builder_say_plain(b, "volume/by-size");
        builder_paragraph(b, section);
        add_delivered_rows(b, TABLE(b, section, key_by_size, columns), table, rows, shown);
    }
    free(rows);
}

static struct span delivered_unit(struct report_builder *b)
{
    return builder_aside(b, "unit/delivered", 0, 0);
}

static bool has_attempts(const struct report_builder *b)
{
    return b->summary->attempts_total > 0;
}

void build_recipients(struct report_builder *b)
{
    if (has_attempts(b)) {
        add_delivered(b, "column/recipient", TRAFFIC_RECIPIENT,
                      builder_section(b, "recipients", delivered_unit(b)), "recipients",
                      "recipients_by_size");
    }
}

void build_domain_volume(struct report_builder *b)
{
    if (has_attempts(b)) {
        add_delivered(b, "column/domain", TRAFFIC_DOMAIN,
                      builder_section(b, "domain_volume", delivered_unit(b)), "domain_volume",
                      "domain_volume_by_size");
    }
}

void build_peer_volume(struct report_builder *b)
{
    if (has_attempts(b)) {
        add_delivered(b, "column/peer", TRAFFIC_PEER,
                      builder_section(b, "peer_volume", delivered_unit(b)), "peer_volume",
                      "peer_volume_by_size");
    }
}

void build_transports(struct report_builder *b)
{
    if (b->summary->traffic[TRAFFIC_TRANSPORT].count > 0) {
        add_delivered(b, "column/transport", TRAFFIC_TRANSPORT,
                      builder_section(b, "transports", delivered_unit(b)), "transports",
                      "transports_by_size");
    }
}

/* ---- totals ---- */

static void add_total(struct report_builder *b, struct table *table, const char *key,
                      const char *label, struct cell value)
{
    struct cell *cells = value.kind != CELL_NONE ? table_row(b->document, table) : NULL;
    if (cells != NULL) {
        cells[0] = cell_words(key);
        cells[1] = cell_text(CELL_WORDS, builder_words(b, label));
        cells[2] = value;
    }
}

/* A number of names; at least so many when the table is full. */
static struct cell distinct_cell(struct report_builder *b, struct distinct distinct)
{
    return distinct.exact ? cell_count(distinct.count)
                          : cell_text(CELL_WORDS, WORDS(b, "volume/at-least",
                                                        phrase_count("count", distinct.count)));
}

static void add_names(struct report_builder *b, struct table *table)
{
    const struct flow *flow = &b->summary->flow;
    const struct topk *traffic = b->summary->traffic;
    add_total(b, table, "senders", "total/senders",
              distinct_cell(b, received_distinct(&flow->received[RECEIVED_SENDER])));
    add_total(b, table, "sender_domains", "total/sender-domains",
              distinct_cell(b, received_distinct(&flow->received[RECEIVED_SENDER_DOMAIN])));
    add_total(b, table, "sending_hosts", "total/sending-hosts",
              distinct_cell(b, received_distinct(&flow->received[RECEIVED_HOST])));
    add_total(b, table, "recipients", "total/recipients",
              distinct_cell(b, traffic_distinct(&traffic[TRAFFIC_RECIPIENT])));
    add_total(b, table, "recipient_domains", "total/recipient-domains",
              distinct_cell(b, traffic_distinct(&traffic[TRAFFIC_DOMAIN])));
}

void build_totals(struct report_builder *b)
{
    static const struct column columns[] = {{.key = "figure", .audience = COLUMN_DATA},
                                            {.wraps = true, .audience = COLUMN_PEOPLE},
                                            {.key = "value", .right = true}};
    struct summary *s = b->summary;
    struct flow *flow = &s->flow;
    if (s->messages_received + s->attempts_total + s->rejects_total == 0) {
        return;
    }
    struct section *section = builder_section(b, "totals", SPAN_EMPTY);
    struct table *table = TABLE(b, section, "totals", columns);
    add_total(b, table, "messages.received", "total/received", cell_count(s->messages_received));
    add_total(b, table, "messages.from_filter", "total/from-filter",
              count_or_nothing(flow->from_filter));
    add_total(b, table, "messages.with_delivery", "total/with-delivery",
              cell_count(flow->with_delivery));
    add_total(b, table, "messages.with_deferral", "total/with-deferral",
              cell_count(flow->with_deferral));
    add_total(b, table, "messages.with_failure", "total/with-failure",
              cell_count(flow->with_failure));
    add_total(b, table, "messages.canceled", "total/canceled", count_or_nothing(flow->canceled));
    add_total(b, table, "messages.without_size", "total/without-size",
              count_or_nothing(flow->without_size));
    add_total(b, table, "attempts.delivered", "total/delivered",
              cell_count(s->attempts[OUTCOME_DELIVERED]));
    add_total(b, table, "attempts.forwarded", "total/forwarded",
              count_or_nothing(s->attempts[OUTCOME_FORWARDED]));
    add_total(b, table, "attempts.deferred", "total/deferred",
              cell_count(s->attempts[OUTCOME_DEFERRED]));
    add_total(b, table, "attempts.bounced", "total/bounced",
              cell_count(s->attempts[OUTCOME_BOUNCED]));
    add_total(b, table, "rejects.total", "total/rejected", cell_count(s->rejects_total));
    add_total(b, table, "messages.bytes_received", "total/bytes-received",
              cell_bytes(s->bytes_received));
    add_total(b, table, "messages.bytes_delivered", "total/bytes-delivered",
              cell_bytes(s->bytes_delivered));
    add_names(b, table);
}
