/* Greylisting in detail, notices, and what the log shows in part only, as JSON. */
#include "report/json_greylist.h"

#include <stdlib.h>

#include "report/json_line.h"

void json_quantiles(struct json_writer *json, const char *name, struct histogram *histogram)
{
    json_object(json, name);
    if (histogram->count > 0) {
        json_number(json, "p50", histogram_quantile(histogram, 0.50));
        json_number(json, "p90", histogram_quantile(histogram, 0.90));
        json_number(json, "p95", histogram_quantile(histogram, 0.95));
        json_number(json, "max", histogram->maximum);
    }
    json_end(json, '}');
}

static void ends(struct json_writer *json, const struct greylist_counts *counts)
{
    uint64_t ended = counts->recovered + counts->lost;
    json_u64(json, "recipients", counts->recipients);
    json_u64(json, "recovered", counts->recovered);
    json_u64(json, "refused_later", counts->refused_later);
    json_u64(json, "lost", counts->lost);
    json_u64(json, "waiting", counts->waiting);
    json_u64(json, "other", counts->other);
    if (ended > 0) {
        json_number(json, "recovery_share", (double)counts->recovered / (double)ended);
    }
}

static enum smtplog_status add_table(const struct report *report, struct json_writer *json,
                                     const char *name, const struct topk *table)
{
    size_t count = 0;
    struct topk_row **rows = NULL;
    TRY(json_list(report, json, table, &rows, &count));
    json_array(json, name);
    for (size_t i = 0; i < count; i++) {
        struct greylist_row *row = rows[i]->value;
        json_object(json, NULL);
        json_text(json, "name", rows[i]->key);
        ends(json, &row->ends);
        json_quantiles(json, "wait", &row->wait);
        if (table->replaced > 0) {
            json_u64(json, "error_at_most", rows[i]->error);
        }
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
    return SMTPLOG_OK;
}

enum smtplog_status json_greylist_outbound(const struct report *report, struct json_writer *json)
{
    struct greylist_figures *f = &report->summary->greylist_detail;
    json_object(json, "retry");
    json_u64(json, "retried", f->retried);
    json_u64(json, "not_retried", f->not_retried);
    json_quantiles(json, "wait", &f->retry);
    json_end(json, '}');
    json_object(json, "asked");
    json_u64(json, "recipients", f->asked);
    json_quantiles(json, "wait", &f->asked_wait);
    json_u64(json, "retried_early", f->asked_early);
    json_u64(json, "retried_in_time", f->asked_in_time);
    json_u64(json, "not_retried", f->asked_not_retried);
    json_quantiles(json, "late", &f->asked_late);
    json_end(json, '}');
    json_object(json, "null_sender");
    ends(json, &f->null_sender);
    json_end(json, '}');
    TRY(add_table(report, json, "domains", &f->domains));
    return add_table(report, json, "providers", &f->providers);
}

/* Those that never came back first, then the most greylisted. */
static int compare_senders(const void *a, const void *b)
{
    const struct topk_row *x = *(struct topk_row *const *)a;
    const struct topk_row *y = *(struct topk_row *const *)b;
    const struct returning_row *p = x->value;
    const struct returning_row *q = y->value;
    if (p->never_returned != q->never_returned) {
        return p->never_returned > q->never_returned ? -1 : 1;
    }
    if (p->greylisted != q->greylisted) {
        return p->greylisted > q->greylisted ? -1 : 1;
    }
    size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
    int order = memcmp(x->key.p, y->key.p, n);
    return order != 0 ? order : x->key.n < y->key.n ? -1 : 1;
}

enum smtplog_status greylist_senders(const struct report *report, struct topk_row ***rows,
                                     size_t *count)
{
    const struct topk *table = &report->summary->greylist_detail.inbound_senders;
    TRY(topk_sorted(table, 0, rows, count));
    if (*count > 0) {
        qsort(*rows, *count, sizeof(struct topk_row *), compare_senders);
    }
    if (report->top > 0 && *count > report->top) {
        *count = report->top;
    }
    return SMTPLOG_OK;
}

static enum smtplog_status add_greylisters(const struct report *report, struct json_writer *json)
{
    struct greylist_figures *f = &report->summary->greylist_detail;
    struct topk_row **rows = NULL;
    size_t count = 0;
    TRY(topk_sorted(&f->greylisters, 0, &rows, &count));
    json_object(json, "greylisters");
    json_u64(json, "triplets", f->greylister_triplets);
    json_u64(json, "passed", f->greylister_passed);
    json_u64(json, "waiting", f->greylister_waiting);
    json_u64(json, "never_returned", f->greylister_never);
    json_quantiles(json, "wait", &f->greylister_wait);
    json_array(json, "programs");
    for (size_t i = 0; i < count; i++) {
        struct greylister_row *row = rows[i]->value;
        json_object(json, NULL);
        json_text(json, "name", rows[i]->key);
        json_u64(json, "lines", rows[i]->count);
        for (size_t d = 0; d < GREYLISTER_DECISIONS; d++) {
            json_u64(json, greylister_decision_name((enum greylister_decision)d), row->decision[d]);
        }
        json_quantiles(json, "delay", &row->delay);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
    free(rows);
    return SMTPLOG_OK;
}

enum smtplog_status json_greylist_inbound(const struct report *report, struct json_writer *json)
{
    static const char *const kinds[INBOUND_450_KINDS] = {"greylisting", "postscreen", "check",
                                                         "other"};
    const struct greylist_figures *f = &report->summary->greylist_detail;
    struct topk_row **rows = NULL;
    size_t count = 0;
    TRY(greylist_senders(report, &rows, &count));
    json_array(json, "senders");
    for (size_t i = 0; i < count; i++) {
        const struct returning_row *row = rows[i]->value;
        json_object(json, NULL);
        json_text(json, "name", rows[i]->key);
        json_u64(json, "triplets", row->greylisted);
        json_u64(json, "recovered", row->recovered);
        json_u64(json, "waiting", row->waiting);
        json_u64(json, "never_returned", row->never_returned);
        if (f->inbound_senders.replaced > 0) {
            json_u64(json, "error_at_most", rows[i]->error);
        }
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
    TRY(add_greylisters(report, json));
    json_object(json, "lines_450");
    for (size_t k = 0; k < INBOUND_450_KINDS; k++) {
        json_u64(json, kinds[k], f->inbound_450[k]);
    }
    json_end(json, '}');
    return SMTPLOG_OK;
}

enum smtplog_status json_notices(const struct report *report, struct json_writer *json)
{
    const struct greylist_figures *f = &report->summary->greylist_detail;
    struct topk_row **rows = NULL;
    size_t count = 0;
    uint64_t total = 0;
    TRY(topk_sorted(&f->notice_causes, 0, &rows, &count));
    for (size_t n = 1; n < NOTICES; n++) {
        total += f->notices[n];
    }
    json_object(json, "notices");
    json_u64(json, "total", total);
    for (size_t n = 1; n < NOTICES; n++) {
        json_u64(json, track_notice_name((enum track_notice)n), f->notices[n]);
    }
    json_object(json, "states");
    for (size_t s = 0; s < RECIPIENT_STATES; s++) {
        json_u64(json, recipient_state_name((enum recipient_state)s), f->notice_states[s]);
    }
    json_end(json, '}');
    json_object(json, "causes");
    for (size_t i = 0; i < count; i++) {
        json_u64_at(json, rows[i]->key, rows[i]->count);
    }
    json_end(json, '}');
    json_end(json, '}');
    free(rows);
    return SMTPLOG_OK;
}
