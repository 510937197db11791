/* The summary as JSON, with the keys of interface, section 4. One function a key of the outermost
 * object. */
#include "aggregate/summary_memory.h"
#include "report/dialogue_report.h"
#include "report/finding_report.h"
#include "report/json_code.h"
#include "report/json_funnel.h"
#include "report/json_greylist.h"
#include "report/json_line.h"
#include "report/json_traffic.h"
#include "report/report.h"
#include "report/report_against.h"

#include <stdlib.h>

#define JSON_MAXIMUM ((size_t)64 * 1024 * 1024)

static const char *const bin_names[SUMMARY_BINS] = {"event",   "context",   "foreign",
                                                    "unknown", "malformed", "outside"};

struct json_report {
    struct json_writer json;
    const struct report *report;
    const struct summary *summary;
    enum smtplog_status status;
};

static void note_status(struct json_report *r, enum smtplog_status status)
{
    if (status != SMTPLOG_OK) {
        r->status = status;
    }
}

static const char *code_key(int code, char key[8])
{
    key[0] = (char)('0' + code / 100);
    key[1] = (char)('0' + code / 10 % 10);
    key[2] = (char)('0' + code % 10);
    key[3] = '\0';
    return key;
}

/* An object of counts by code, those that are not 0. */
static void by_code(struct json_writer *json, const char *name,
                    const uint64_t counts[SUMMARY_CODES])
{
    char key[8];
    json_object(json, name);
    for (int code = 0; code < SUMMARY_CODES; code++) {
        if (counts[code] > 0 && code > 0) {
            json_u64(json, code_key(code, key), counts[code]);
        }
    }
    json_end(json, '}');
}

/* Rows of a table, sorted; released by the caller. */
static struct topk_row **rows_of(struct json_report *r, const struct topk *table, size_t limit,
                                 size_t *count)
{
    struct topk_row **rows = NULL;
    *count = 0;
    enum smtplog_status status = topk_sorted(table, limit, &rows, count);
    if (status != SMTPLOG_OK) {
        r->status = status;
    }
    return rows;
}

static void counts_of(struct json_report *r, const char *name, const struct topk *table)
{
    size_t count = 0;
    struct topk_row **rows = rows_of(r, table, 0, &count);
    json_object(&r->json, name);
    for (size_t i = 0; i < count; i++) {
        json_u64_at(&r->json, rows[i]->key, rows[i]->count);
    }
    json_end(&r->json, '}');
    free(rows);
}

/* ---- head ------------------------------------------------------------------------------------ */

static void add_inputs(struct json_report *r)
{
    struct json_writer *json = &r->json;
    json_array(json, "inputs");
    for (size_t i = 0; i < r->report->input_count; i++) {
        const struct report_input *input = &r->report->inputs[i];
        json_object(json, NULL);
        json_text(json, "file", input->path);
        if (input->mta.n > 0) {
            json_text(json, "mta", input->mta);
        }
        json_u64(json, "bytes", input->bytes);
        json_u64(json, "lines", input->lines);
        json_bool(json, "gzip", strcmp(input->compression, "gzip") == 0);
        if (input->compression[0] != '\0') {
            json_text(json, "compression", span_cstr(input->compression));
        }
        if (!input->readable) {
            json_text(json, "damaged", SPAN_LITERAL("could not be read"));
        } else if (input->damage.n > 0) {
            json_text(json, "damaged", input->damage);
        } else {
            json_bool(json, "damaged", false);
        }
        if (input->has_period) {
            json_instant(json, "first", &input->first);
            json_instant(json, "last", &input->last);
        }
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void add_head(struct json_report *r)
{
    struct json_writer *json = &r->json;
    const struct summary *s = r->summary;
    json_u64(json, "schema", 1);
    json_instant(json, "generated", &r->report->generated);
    json_object(json, "period");
    if (s->has_period) {
        json_instant(json, "first", &s->first);
        json_instant(json, "last", &s->last);
    }
    json_end(json, '}');
    add_inputs(r);
    json_object(json, "lines");
    json_u64(json, "read", s->lines_read);
    for (size_t i = 0; i < SUMMARY_BINS; i++) {
        json_u64(json, bin_names[i], s->bin[i]);
    }
    json_u64(json, "overlong", s->overlong);
    json_u64(json, "duplicate", s->duplicate);
    json_u64(json, "match_limit", s->limits_hit);
    json_end(json, '}');
    json_u64(json, "events", s->events);
}

/* What a filter hid; nothing when all events are shown. */
static void add_filter(struct json_report *r)
{
    const struct report *report = r->report;
    if (report->filter.n > 0) {
        json_object(&r->json, "shown");
        json_u64(&r->json, "events", report->events_shown);
        json_u64(&r->json, "of", report->events_seen);
        json_text(&r->json, "filter", report->filter);
        json_text(&r->json, "note",
                  catalog_phrase(report->catalog, "report", SPAN_LITERAL("filter/meaning")));
        json_end(&r->json, '}');
    }
}

/* ---- greylisting and hard failure ------------------------------------------------------------ */

static void add_headline(struct json_report *r)
{
    struct json_writer *json = &r->json;
    const struct summary *s = r->summary;
    const struct refusal_lines *out = &s->refusal_lines[DIRECTION_OUTBOUND];
    const struct refusal_lines *in = &s->refusal_lines[DIRECTION_INBOUND];
    json_object(json, "greylisting_450_vs_hard_550");
    json_u64(json, "recipients_refused", s->recipients_refused);
    json_u64(json, "greylisted", s->greylisted);
    json_u64(json, "greylisted_450", s->greylisted_450);
    json_u64(json, "hard", s->hard_recipients);
    json_u64(json, "hard_550", s->hard_recipient_code[550]);
    json_u64(json, "both", s->greylisted_and_hard_550);
    json_share(json, "share_greylisted", s->greylisted, s->recipients_refused);
    json_share(json, "share_greylisted_450", s->greylisted_450, s->recipients_refused);
    json_share(json, "share_hard", s->hard_recipients, s->recipients_refused);
    json_share(json, "share_hard_550", s->hard_recipient_code[550], s->recipients_refused);
    json_object(json, "lines");
    json_u64(json, "refusals", out->refusals);
    json_u64(json, "greylisting", out->greylisting);
    json_u64(json, "greylisting_450", out->greylisting_450);
    json_u64(json, "hard", out->hard);
    json_u64(json, "hard_550", out->hard_550);
    json_end(json, '}');
    json_object(json, "inbound");
    json_u64(json, "triplets_refused", s->inbound_refused);
    json_u64(json, "greylisted", s->inbound_greylisted);
    json_u64(json, "greylisted_450", s->inbound_greylisted_450);
    json_u64(json, "rejected_550", s->inbound_550);
    json_u64(json, "rejected_550_implied", s->inbound_550_implied);
    json_object(json, "lines");
    json_u64(json, "refusals", in->refusals);
    json_u64(json, "greylisting", in->greylisting);
    json_u64(json, "greylisting_450", in->greylisting_450);
    json_u64(json, "rejected_550", in->rejected_550);
    json_u64(json, "rejected_550_implied", in->rejected_550_implied);
    json_end(json, '}');
    json_end(json, '}');
    json_end(json, '}');
}

static void add_greylisting(struct json_report *r)
{
    struct json_writer *json = &r->json;
    struct summary *s = r->report->summary;
    const struct greylist_counts *g = &s->greylist;
    json_object(json, "greylisting");
    json_u64(json, "events", s->refusal_lines[DIRECTION_OUTBOUND].greylisting);
    by_code(json, "by_code", s->greylist_code);
    json_u64(json, "recipients", g->recipients);
    json_u64(json, "recovered", g->recovered);
    json_u64(json, "refused_later", g->refused_later);
    json_u64(json, "lost", g->lost);
    json_u64(json, "waiting", g->waiting);
    json_u64(json, "other", g->other);
    json_share(json, "recovery_share", g->recovered, g->recovered + g->lost);
    json_quantiles(json, "wait", &s->wait);
    json_object(json, "possible");
    json_u64(json, "events", s->refusal_lines[DIRECTION_OUTBOUND].possible);
    json_u64(json, "recipients", s->possible_recipients);
    json_end(json, '}');
    json_object(json, "behaved_like");
    json_u64(json, "recipients", s->behaved_like);
    json_quantiles(json, "wait", &s->behaved_wait);
    json_end(json, '}');
    note_status(r, json_greylist_outbound(r->report, json));
    json_object(json, "inbound");
    json_u64(json, "events", s->refusal_lines[DIRECTION_INBOUND].greylisting);
    json_u64(json, "triplets", s->inbound_greylisted);
    json_u64(json, "recovered", s->inbound_recovered);
    json_u64(json, "waiting", s->inbound_ends.waiting);
    json_u64(json, "never_returned", s->inbound_ends.never_returned);
    json_quantiles(json, "wait", &s->inbound_wait);
    note_status(r, json_greylist_inbound(r->report, json));
    json_end(json, '}');
    json_end(json, '}');
}

static void add_hard(struct json_report *r)
{
    struct json_writer *json = &r->json;
    const struct summary *s = r->summary;
    json_object(json, "hard");
    json_u64(json, "events",
             s->refusal_lines[DIRECTION_OUTBOUND].hard + s->refusal_lines[DIRECTION_NONE].hard);
    by_code(json, "by_code", s->hard_code);
    json_u64(json, "recipients", s->hard_recipients);
    by_code(json, "recipients_by_code", s->hard_recipient_code);
    json_u64(json, "bounced_without_reply", s->bounced_without_reply);
    json_object(json, "null_sender");
    json_u64(json, "recipients", s->null_hard);
    json_end(json, '}');
    json_end(json, '}');
}

/* ---- outcome --------------------------------------------------------------------------------- */

static void add_states(struct json_writer *json, const struct state_counts *counts)
{
    for (int state = 0; state < RECIPIENT_STATES; state++) {
        json_u64(json, recipient_state_name((enum recipient_state)state), counts->by_state[state]);
    }
}

static void add_outcome(struct json_report *r)
{
    struct json_writer *json = &r->json;
    const struct summary *s = r->summary;
    json_object(json, "attempts");
    json_u64(json, "total", s->attempts_total);
    for (int outcome = OUTCOME_DELIVERED; outcome < OUTCOMES; outcome++) {
        bool always = outcome <= OUTCOME_BOUNCED;
        if (always || s->attempts[outcome] > 0) {
            json_u64(json, event_value_name(EVENT_STATUS, outcome), s->attempts[outcome]);
        }
    }
    json_end(json, '}');
    json_object(json, "recipients");
    json_u64(json, "total", s->recipients.total);
    add_states(json, &s->recipients);
    json_u64(json, "delivered_first_try", s->delivered.first_try);
    json_u64(json, "delivered_after_greylisting", s->delivered.after_greylisting);
    json_u64(json, "delivered_after_deferral", s->delivered.after_deferral);
    json_u64(json, "began_before", s->greylist_detail.recipients_before);
    json_u64(json, "open_at_end", s->greylist_detail.recipients_open);
    json_object(json, "null_sender");
    json_u64(json, "total", s->null_recipients.total);
    add_states(json, &s->null_recipients);
    json_end(json, '}');
    json_end(json, '}');
    struct json_traffic traffic = {json, r->report, r->report->summary, SMTPLOG_OK};
    json_object(json, "messages");
    json_u64(json, "received", s->messages_received);
    json_u64(json, "total", s->messages.total);
    add_states(json, &s->messages);
    json_u64(json, "began_before", s->greylist_detail.messages_before);
    json_u64(json, "open_at_end", s->greylist_detail.messages_open);
    json_u64(json, "bytes_received", s->bytes_received);
    json_u64(json, "bytes_delivered", s->bytes_delivered);
    json_traffic_messages(&traffic);
    json_end(json, '}');
}

static void add_rejects(struct json_report *r)
{
    struct json_writer *json = &r->json;
    const struct summary *s = r->summary;
    json_object(json, "rejects");
    json_u64(json, "total", s->rejects_total);
    json_by_stage(json, "by_stage", s->reject_stage);
    by_code(json, "by_code", s->reject_code);
    by_code(json, "by_implied_code", s->reject_implied);
    counts_of(r, "by_class", &s->reject_classes);
    json_end(json, '}');
    counts_of(r, "actions", &s->actions);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void add_stages(struct json_report *r)
{
    struct json_writer *json = &r->json;
    const struct summary *s = r->summary;
    json_array(json, "stages");
    for (int stage = 0; stage < STAGES; stage++) {
        const char *word = event_value_name(EVENT_STAGE, stage);
        if (s->stage_replies[stage] == 0) {
            continue;
        }
        json_object(json, NULL);
        json_text(json, "stage", span_cstr(word != NULL ? word : "unknown"));
        json_u64(json, "replies", s->stage_replies[stage]);
        json_u64(json, "ok", s->stage_ok[stage]);
        json_u64(json, "temporary", s->stage_temporary[stage]);
        json_u64(json, "permanent", s->stage_permanent[stage]);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void add_named_counts(struct json_report *r, const char *name, const struct topk *table)
{
    size_t count = 0;
    struct topk_row **rows = NULL;
    note_status(r, json_list(r->report, &r->json, table, &rows, &count));
    json_array(&r->json, name);
    for (size_t i = 0; i < count; i++) {
        json_object(&r->json, NULL);
        json_text(&r->json, "name", rows[i]->key);
        json_u64(&r->json, "failed", rows[i]->count);
        json_end(&r->json, '}');
    }
    json_end(&r->json, ']');
    free(rows);
}

static void add_auth(struct json_report *r)
{
    const struct summary *s = r->summary;
    json_object(&r->json, "auth");
    json_u64(&r->json, "ok", s->auth_ok);
    json_u64(&r->json, "failed", s->auth_failed);
    by_code(&r->json, "by_code", s->auth_code);
    add_named_counts(r, "clients", &s->auth_clients);
    add_named_counts(r, "users", &s->auth_users);
    enum smtplog_status status = json_funnel_auth(r->report, &r->json);
    r->status = status != SMTPLOG_OK ? status : r->status;
    json_end(&r->json, '}');
}

static void add_timeline(struct json_report *r)
{
    struct json_writer *json = &r->json;
    const struct timeline *timeline = &r->summary->timeline;
    json_array(json, "timeline");
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_slot *slot = &timeline->slots[i];
        struct instant start = {.seconds = slot->start, .offset = slot->offset};
        json_object(json, NULL);
        json_instant(json, "start", &start);
        json_u64(json, "seconds", (uint64_t)timeline->seconds);
        for (size_t k = 0; k < TIMELINE_SERIES; k++) {
            json_u64(json, timeline_series_name((enum timeline_series)k), slot->count[k]);
        }
        json_end(json, '}');
    }
    json_end(json, ']');
}

/* A table that had no room for all its names. */
static void add_approximate(void *context, struct span name, struct topk *table)
{
    struct json_writer *json = context;
    if (table->replaced > 0) {
        json_object(json, NULL);
        json_text(json, "table", name);
        json_u64(json, "rows", table->count);
        json_u64(json, "error_at_most", topk_error(table));
        json_end(json, '}');
    }
}

static void add_checks(struct json_report *r)
{
    struct strbuf text;
    strbuf_init(&text, 4096);
    summary_check(r->summary, &text);
    json_object(&r->json, "accuracy");
    if (r->summary->memory > 0) {
        json_u64(&r->json, "memory", r->summary->memory);
    }
    json_u64(&r->json, "state_lost", r->summary->evicted);
    json_array(&r->json, "approximate");
    summary_each_table(r->report->summary, add_approximate, &r->json);
    json_end(&r->json, ']');
    json_text(&r->json, "sums", text.length > 0 ? strbuf_span(&text) : SPAN_LITERAL("add up"));
    json_end(&r->json, '}');
    strbuf_free(&text);
}

static enum smtplog_status write_all(const struct report *report, struct strbuf *out,
                                     const struct json_listener *listener)
{
    struct json_report r = {.report = report, .summary = report->summary};
    struct json_traffic traffic = {&r.json, report, report->summary, SMTPLOG_OK};
    json_begin(&r.json, out, true);
    r.json.listener = listener;
    json_object(&r.json, NULL);
    add_head(&r);
    add_filter(&r);
    note_status(&r, json_codes(report, &r.json));
    add_headline(&r);
    add_greylisting(&r);
    add_hard(&r);
    add_outcome(&r);
    note_status(&r, json_notices(report, &r.json));
    add_rejects(&r);
    note_status(&r, json_classes(report, &r.json));
    json_traffic_tables(&traffic);
    add_stages(&r);
    json_funnel(report, &r.json);
    add_auth(&r);
    add_timeline(&r);
    json_traffic_flow(&traffic);
    json_traffic_connections(&traffic);
    json_traffic_matrix(&traffic);
    r.status = traffic.status != SMTPLOG_OK ? traffic.status : r.status;
    note_status(&r, json_templates(report, &r.json));
    finding_report_json(report, &r.json);
    note_status(&r, json_warnings(report, &r.json));
    note_status(&r, json_not_understood(report, &r.json));
    add_checks(&r);
    if (report->against != NULL) {
        against_json(report->against, &r.json);
    }
    if (dialogue_report_count(report) > 0) {
        dialogue_report_json(report, &r.json);
    }
    json_end(&r.json, '}');
    strbuf_add_byte(out, '\n');
    return r.status != SMTPLOG_OK ? r.status : strbuf_status(out);
}

enum smtplog_status report_write_json(const struct report *report, struct strbuf *out)
{
    return write_all(report, out, NULL);
}

enum smtplog_status report_tell_json(const struct report *report,
                                     const struct json_listener *listener)
{
    struct strbuf unread;
    strbuf_init(&unread, JSON_MAXIMUM);
    enum smtplog_status status = write_all(report, &unread, listener);
    strbuf_free(&unread);
    return status;
}
