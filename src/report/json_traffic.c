/* Traffic in the JSON summary: tables by name, messages, distributions, days and hours. */
#include "report/json_traffic.h"

#include <stdio.h>
#include <stdlib.h>

#include "aggregate/traffic_total.h"

#define MICROSECONDS 1e6

/* Rows of a table, as many as asked for; providers have figures of their own, the others are lists.
 */
static struct topk_row **rows_of(struct json_traffic *t, const struct topk *table, size_t *count)
{
    struct topk_row **rows = NULL;
    *count = 0;
    if (!json_wants_lists(t->json) && table != &t->summary->traffic[TRAFFIC_PROVIDER]) {
        return NULL;
    }
    enum smtplog_status status = topk_sorted(table, t->report->top, &rows, count);
    if (status != SMTPLOG_OK) {
        t->status = status;
    }
    return rows;
}

/* ---- tables of attempts ---------------------------------------------------------------------- */

static void add_row(struct json_writer *json, struct traffic *row)
{
    json_u64(json, "attempts", row->attempts);
    json_u64(json, "delivered", row->delivered);
    json_u64(json, "deferred", row->deferred);
    json_u64(json, "bounced", row->bounced);
    json_u64(json, "rejected", row->rejected);
    json_u64(json, "rejected_temporary", row->rejected_temporary);
    json_u64(json, "greylisted", row->greylisted);
    json_u64(json, "deliveries", row->deliveries);
    json_u64(json, "bytes_delivered", row->bytes);
}

static void add_delay(struct json_writer *json, const struct traffic *row, struct histogram *delay)
{
    json_object(json, "delay");
    if (delay != NULL) {
        struct spread spread = {.sum = row->delay_sum, .histogram = *delay};
        json_number(json, "mean", spread_mean(&spread, MICROSECONDS));
        json_number(json, "p50", histogram_quantile(delay, 0.50));
        json_number(json, "p95", histogram_quantile(delay, 0.95));
        json_number(json, "max", delay->maximum);
    }
    if (row->deferred_delay > 0) {
        json_number(json, "deferred_max", (double)row->deferred_delay / MICROSECONDS);
    }
    json_end(json, '}');
}

static void add_table(struct json_traffic *t, const char *name, enum traffic_table which)
{
    size_t count = 0;
    struct json_writer *json = t->json;
    const struct topk *table = &t->summary->traffic[which];
    struct topk_row **rows = rows_of(t, table, &count);
    json_array(json, name);
    for (size_t i = 0; i < count; i++) {
        json_object(json, NULL);
        json_text(json, "name", rows[i]->key);
        add_row(json, rows[i]->value);
        const struct sighting *seen = which == TRAFFIC_PROVIDER
                                          ? sighting_of(&t->summary->sightings.providers,
                                                        rows[i]->key)
                                          : NULL;
        if (seen != NULL) {
            json_first_last(json, &seen->first, &seen->last);
        }
        if (table->replaced > 0) {
            json_u64(json, "error_at_most", rows[i]->error);
        }
        add_delay(json, rows[i]->value, traffic_delay(table, rows[i]));
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
}

void json_traffic_tables(struct json_traffic *t)
{
    add_table(t, "domains", TRAFFIC_DOMAIN);
    add_table(t, "providers", TRAFFIC_PROVIDER);
    add_table(t, "peers", TRAFFIC_PEER);
    add_table(t, "senders", TRAFFIC_SENDER);
    add_table(t, "recipient_addresses", TRAFFIC_RECIPIENT);
    add_table(t, "clients", TRAFFIC_CLIENT);
    add_table(t, "transports", TRAFFIC_TRANSPORT);
}

/* ---- messages -------------------------------------------------------------------------------- */

void json_traffic_messages(struct json_traffic *t)
{
    const struct flow *flow = &t->summary->flow;
    json_u64(t->json, "with_delivery", flow->with_delivery);
    json_u64(t->json, "with_deferral", flow->with_deferral);
    json_u64(t->json, "with_failure", flow->with_failure);
    json_u64(t->json, "canceled", flow->canceled);
    json_u64(t->json, "from_filter", flow->from_filter);
    json_u64(t->json, "without_size", flow->without_size);
}

static void add_received(struct json_traffic *t, const char *name, enum received_table which)
{
    size_t count = 0;
    struct json_writer *json = t->json;
    const struct topk *table = &t->summary->flow.received[which];
    struct topk_row **rows = rows_of(t, table, &count);
    json_array(json, name);
    for (size_t i = 0; i < count; i++) {
        json_object(json, NULL);
        json_text(json, "name", rows[i]->key);
        json_u64(json, "messages", rows[i]->count);
        json_u64(json, "bytes", ((const struct received_row *)rows[i]->value)->bytes);
        if (table->replaced > 0) {
            json_u64(json, "error_at_most", rows[i]->error);
        }
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
}

static void add_distinct(struct json_writer *json, const char *name, struct distinct distinct)
{
    json_object(json, name);
    json_u64(json, "count", distinct.count);
    json_bool(json, "exact", distinct.exact);
    json_end(json, '}');
}

static void add_all_distinct(struct json_traffic *t)
{
    struct json_writer *json = t->json;
    const struct flow *flow = &t->summary->flow;
    json_object(json, "distinct");
    add_distinct(json, "senders", received_distinct(&flow->received[RECEIVED_SENDER]));
    add_distinct(json, "sender_domains",
                 received_distinct(&flow->received[RECEIVED_SENDER_DOMAIN]));
    add_distinct(json, "sending_hosts", received_distinct(&flow->received[RECEIVED_HOST]));
    add_distinct(json, "recipients", traffic_distinct(&t->summary->traffic[TRAFFIC_RECIPIENT]));
    add_distinct(json, "recipient_domains", traffic_distinct(&t->summary->traffic[TRAFFIC_DOMAIN]));
    json_end(json, '}');
}

/* ---- distributions --------------------------------------------------------------------------- */

/* Members of a distribution; unit is what its sum counts by. */
static void add_spread(struct json_writer *json, struct spread *spread, double unit)
{
    struct histogram *histogram = &spread->histogram;
    json_u64(json, "count", histogram->count);
    if (histogram->count > 0) {
        json_number(json, "mean", spread_mean(spread, unit));
        json_number(json, "p50", histogram_quantile(histogram, 0.50));
        json_number(json, "p90", histogram_quantile(histogram, 0.90));
        json_number(json, "p95", histogram_quantile(histogram, 0.95));
        json_number(json, "max", histogram->maximum);
    }
}

static void add_named_spread(struct json_writer *json, const char *name, struct spread *spread,
                             double unit)
{
    json_object(json, name);
    add_spread(json, spread, unit);
    json_end(json, '}');
}

static void add_delays(struct json_traffic *t)
{
    static const char *const phases[FLOW_PHASES] = {"before_queue", "in_queue", "connection",
                                                    "transmission"};
    struct flow *flow = &t->summary->flow;
    struct spread total;
    enum smtplog_status status = traffic_delay_total(&t->summary->traffic[TRAFFIC_TRANSPORT],
                                                     &total);
    t->status = status != SMTPLOG_OK ? status : t->status;
    json_object(t->json, "delays");
    add_named_spread(t->json, "delivered", &total, MICROSECONDS);
    json_object(t->json, "phases");
    for (size_t i = 0; i < FLOW_PHASES; i++) {
        add_named_spread(t->json, phases[i], &flow->phase[i], MICROSECONDS);
    }
    json_end(t->json, '}');
    add_named_spread(t->json, "delivery_time", &flow->delivery_time, MICROSECONDS);
    json_end(t->json, '}');
    histogram_free(&total.histogram);
}

static void add_queue_time(struct json_writer *json, const char *name, struct queue_time *queue)
{
    json_object(json, name);
    add_spread(json, &queue->spread, MICROSECONDS);
    json_array(json, "bins");
    for (size_t i = 0; i < FLOW_QUEUE_BINS; i++) {
        json_object(json, NULL);
        if (i < FLOW_QUEUE_BINS - 1) {
            json_u64(json, "below", (uint64_t)flow_queue_bin[i]);
        }
        json_u64(json, "messages", queue->bin[i]);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

/* ---- days and hours -------------------------------------------------------------------------- */

static void add_series(struct json_writer *json, const struct period_row *row)
{
    for (int s = 0; s < TIMELINE_SERIES; s++) {
        json_u64(json, timeline_series_name((enum timeline_series)s), row->count[s]);
    }
}

static void add_days(struct json_traffic *t)
{
    struct json_writer *json = t->json;
    struct period_row *rows = NULL;
    struct period_row hours[HOURS_OF_DAY];
    size_t count = 0;
    enum smtplog_status status = timeline_days(&t->summary->timeline, &rows, &count);
    t->status = status != SMTPLOG_OK ? status : t->status;
    json_array(json, "days");
    for (size_t i = 0; i < count; i++) {
        struct civil c;
        char date[48];
        civil_from_seconds(rows[i].start, &c);
        int n = snprintf(date, sizeof date, "%04d-%02d-%02d", c.year, c.month, c.day);
        json_object(json, NULL);
        json_text(json, "date", span_of(date, n > 0 ? (size_t)n : 0));
        add_series(json, &rows[i]);
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
    bool hourly = timeline_hours(&t->summary->timeline, hours) && t->summary->timeline.count > 0;
    json_array(json, "hours");
    for (size_t h = 0; h < HOURS_OF_DAY && hourly; h++) {
        json_object(json, NULL);
        json_u64(json, "hour", h);
        add_series(json, &hours[h]);
        json_end(json, '}');
    }
    json_end(json, ']');
}

void json_traffic_flow(struct json_traffic *t)
{
    struct json_writer *json = t->json;
    struct flow *flow = &t->summary->flow;
    json_object(json, "received");
    add_received(t, "senders", RECEIVED_SENDER);
    add_received(t, "sender_domains", RECEIVED_SENDER_DOMAIN);
    add_received(t, "hosts", RECEIVED_HOST);
    add_received(t, "local_users", RECEIVED_LOCAL_USER);
    json_end(json, '}');
    add_all_distinct(t);
    add_named_spread(json, "sizes", &flow->size, 1);
    add_delays(t);
    json_object(json, "queue_time");
    add_queue_time(json, "all", &flow->queue);
    add_queue_time(json, "remote", &flow->queue_remote);
    json_end(json, '}');
    add_days(t);
}
