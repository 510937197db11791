/* All figures of a run: adding events and stories. */
#include "aggregate/summary.h"

#include <stdlib.h>

#define EXACT_WAITS 4096 /* values kept before a distribution becomes a sketch */

static void template_release(void *value)
{
    struct template_row *row = value;
    if (row->sample != NULL && row->sample[0] != '\0') {
        free((char *)row->sample);
    }
}

/* A copy of text, cut at SUMMARY_SAMPLE; false when memory is short, *sample is then empty. */
static bool copy_sample(struct span text, const char **sample)
{
    size_t n = text.n < SUMMARY_SAMPLE - 1 ? text.n : SUMMARY_SAMPLE - 1;
    bool shows = n > 0 && text.p[0] != '\0'; /* else it would be empty, and nobody's */
    char *copy = shows ? malloc(n + 1) : NULL;
    *sample = "";
    if (copy != NULL) {
        memcpy(copy, text.p, n);
        copy[n] = '\0';
        *sample = copy;
    }
    return copy != NULL || !shows;
}

enum smtplog_status summary_new(struct summary **summary)
{
    struct summary *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->code = calloc(SUMMARY_CODES, sizeof *made->code);
    traffic_init(made->traffic, SUMMARY_TABLE_ROWS);
    topk_init(&made->classes, 64, sizeof(struct class_row), NULL);
    topk_init(&made->reject_classes, 64, 1, NULL);
    topk_init(&made->templates, SUMMARY_TABLE_ROWS, sizeof(struct template_row), template_release);
    topk_init(&made->actions, 64, 1, NULL);
    topk_init(&made->warnings, 512, sizeof(struct sample_row), NULL);
    topk_init(&made->unknown, 512, sizeof(struct sample_row), NULL);
    topk_init(&made->auth_clients, SUMMARY_TABLE_ROWS, 1, NULL);
    topk_init(&made->auth_users, SUMMARY_TABLE_ROWS, 1, NULL);
    timeline_init(&made->timeline);
    flow_init(&made->flow);
    funnel_init(&made->funnel);
    sightings_init(&made->sightings);
    greylist_figures_init(&made->greylist_detail, SUMMARY_TABLE_ROWS);
    histogram_init(&made->wait, EXACT_WAITS);
    histogram_init(&made->behaved_wait, EXACT_WAITS);
    histogram_init(&made->inbound_wait, EXACT_WAITS);
    arena_init(&made->words);
    strbuf_init(&made->scratch, 8192);
    made->template_slots = calloc(SUMMARY_TEMPLATE_SLOTS, sizeof *made->template_slots);
    if (made->code == NULL || made->template_slots == NULL ||
        signal_set_new(&made->signals) != SMTPLOG_OK) {
        summary_free(made);
        return SMTPLOG_NO_MEMORY;
    }
    *summary = made;
    return SMTPLOG_OK;
}

void summary_free(struct summary *summary)
{
    if (summary == NULL) {
        return;
    }
    for (size_t c = 0; summary->code != NULL && c < SUMMARY_CODES; c++) {
        if (summary->code[c].has_enhanced) {
            topk_free(&summary->code[c].enhanced);
        }
    }
    free(summary->code);
    traffic_free(summary->traffic);
    struct topk *const tables[] = {
        &summary->classes,  &summary->reject_classes, &summary->templates,    &summary->actions,
        &summary->warnings, &summary->unknown,        &summary->auth_clients, &summary->auth_users};
    for (size_t t = 0; t < COUNT_OF(tables); t++) {
        topk_free(tables[t]);
    }
    timeline_free(&summary->timeline);
    signal_set_free(summary->signals);
    flow_free(&summary->flow);
    funnel_free(&summary->funnel);
    sightings_free(&summary->sightings);
    greylist_figures_free(&summary->greylist_detail);
    histogram_free(&summary->wait);
    histogram_free(&summary->behaved_wait);
    histogram_free(&summary->inbound_wait);
    arena_free(&summary->words);
    strbuf_free(&summary->scratch);
    free(summary->template_slots);
    free(summary);
}

static void keep_text(char *kept, size_t size, struct span text)
{
    size_t n = text.n < size - 1 ? text.n : size - 1;
    if (n > 0) {
        memcpy(kept, text.p, n);
    }
    kept[n] = '\0';
}

/* ---- codes ---------------------------------------------------------------------------------- */

static void count_class(struct code_count *code, struct span word, uint64_t weight)
{
    for (size_t i = 0; i < code->class_count; i++) {
        if (span_equal(code->classes[i].word, word)) {
            code->classes[i].count += weight;
            return;
        }
    }
    if (code->class_count < SUMMARY_CLASSES) {
        code->classes[code->class_count++] = (struct word_count){word, weight};
    }
}

static enum smtplog_status count_enhanced(struct code_count *code, struct span enhanced,
                                          uint64_t weight)
{
    struct topk_row *row = NULL;
    if (!code->has_enhanced) {
        topk_init(&code->enhanced, SUMMARY_ENHANCED, 1, NULL);
        code->has_enhanced = true;
    }
    return topk_add_again(&code->enhanced, enhanced, weight, &row);
}

static enum smtplog_status add_code(struct summary *summary, const struct event *event)
{
    int seen = event_value(event, EVENT_CODE);
    int any = event_any_code(event);
    if (any <= 0 || any >= SUMMARY_CODES) {
        return SMTPLOG_OK;
    }
    struct code_count *code = &summary->code[any];
    uint64_t weight = event->repeat;
    int stage = event_value(event, EVENT_STAGE);
    if (seen == 0) {
        code->implied += weight;
        return SMTPLOG_OK;
    }
    code->count += weight;
    code->direction[event_value(event, EVENT_DIRECTION)] += weight;
    code->stage[stage] += weight;
    if (event->reason_class.n > 0) {
        count_class(code, event->reason_class, weight);
    }
    summary->stage_replies[stage] += weight;
    summary->stage_ok[stage] += any < 400 ? weight : 0;
    summary->stage_temporary[stage] += any >= 400 && any < 500 ? weight : 0;
    summary->stage_permanent[stage] += any >= 500 ? weight : 0;
    struct span enhanced = event_text(event, EVENT_ENHANCED);
    return enhanced.n > 0 ? count_enhanced(code, enhanced, weight) : SMTPLOG_OK;
}

/* ---- refusals ------------------------------------------------------------------------------- */

static void add_refusal_lines(struct summary *summary, const struct event *event)
{
    uint64_t weight = event->repeat;
    int code = event_value(event, EVENT_CODE);
    int direction = event_value(event, EVENT_DIRECTION);
    struct refusal_lines *lines = &summary->refusal_lines[direction];
    bool named = span_is(event->reason_class, "greylisting");
    lines->refusals += weight;
    lines->greylisting += named ? weight : 0;
    lines->greylisting_450 += named && code == 450 ? weight : 0;
    lines->possible += event->possible_greylisting ? weight : 0;
    lines->rejected_550 += code == 550 ? weight : 0;
    lines->rejected_550_implied += event_value(event, EVENT_IMPLIED_CODE) == 550 ? weight : 0;
    if (named && direction == DIRECTION_OUTBOUND) {
        summary->greylist_code[event_any_code(event)] += weight;
    }
    if (event_value(event, EVENT_KIND) == KIND_DELIVERY &&
        event_value(event, EVENT_STATUS) == OUTCOME_BOUNCED && code >= 500) {
        lines->hard += weight;
        lines->hard_550 += code == 550 ? weight : 0;
        summary->hard_code[code] += weight;
    }
}

static enum smtplog_status add_reject(struct summary *summary, const struct event *event)
{
    uint64_t weight = event->repeat;
    struct topk_row *row = NULL;
    summary->rejects_total += weight;
    summary->reject_stage[event_value(event, EVENT_STAGE)] += weight;
    greylist_figures_refusal(&summary->greylist_detail, event);
    if (event_has(event, EVENT_CODE)) {
        summary->reject_code[event_value(event, EVENT_CODE)] += weight;
    } else if (event_has(event, EVENT_IMPLIED_CODE)) {
        summary->reject_implied[event_value(event, EVENT_IMPLIED_CODE)] += weight;
    }
    return topk_add_again(&summary->reject_classes, event->reason_class, weight, &row);
}

/* "CODE ENHANCED " and what follows into scratch. */
static void add_reply_head(struct strbuf *out, const struct event *event)
{
    struct span enhanced = event_text(event, EVENT_ENHANCED);
    int code = event_any_code(event);
    strbuf_clear(out);
    if (code > 0) {
        strbuf_add_u64(out, (uint64_t)code);
        strbuf_add_byte(out, ' ');
    }
    if (enhanced.n > 0) {
        strbuf_add_span(out, enhanced);
        strbuf_add_byte(out, ' ');
    }
}

static enum smtplog_status add_class(struct summary *summary, const struct event *event)
{
    struct topk_row *row = NULL;
    TRY(topk_add_again(&summary->classes, event->reason_class, event->repeat, &row));
    struct class_row *class_row = row->value;
    int code = event_any_code(event);
    *(code >= 500   ? &class_row->permanent
      : code >= 400 ? &class_row->temporary
                    : &class_row->other) += event->repeat;
    if (class_row->sample[0] == '\0') {
        add_reply_head(&summary->scratch, event);
        struct span text = event_text(event, EVENT_TEXT);
        class_row->first = event->time;
        strbuf_add(&summary->scratch, text.p, text.n < SUMMARY_SAMPLE ? text.n : SUMMARY_SAMPLE);
        keep_text(class_row->sample, sizeof class_row->sample, strbuf_span(&summary->scratch));
        if (strbuf_status(&summary->scratch) == SMTPLOG_NO_MEMORY) {
            return SMTPLOG_NO_MEMORY;
        }
    }
    return SMTPLOG_OK;
}

/* The template of an event's reply, made once for texts that differ in addresses and ids only. */
static enum smtplog_status find_template(struct summary *summary, const struct event *event,
                                         struct span *template)
{
    struct template_slot *slot = &summary
                                      ->template_slots[event->reason_key % SUMMARY_TEMPLATE_SLOTS];
    if (event->reason_key == 0 || slot->key != event->reason_key) {
        add_reply_head(&summary->scratch, event);
        template_make(event_text(event, EVENT_TEXT), &summary->scratch);
        TRY(strbuf_status(&summary->scratch));
        struct span made = strbuf_span(&summary->scratch);
        slot->length = (uint16_t)(made.n < sizeof slot->text ? made.n : sizeof slot->text);
        memcpy(slot->text, made.p, slot->length);
        slot->key = event->reason_key;
    }
    *template = span_of(slot->text, slot->length);
    return SMTPLOG_OK;
}

static enum smtplog_status add_template(struct summary *summary, const struct event *event)
{
    struct span text = event_text(event, EVENT_TEXT);
    int code = event_any_code(event);
    struct span template;
    struct topk_row *row = NULL;
    TRY(find_template(summary, event, &template));
    TRY(topk_add(&summary->templates, template, event->repeat, &row));
    struct template_row *template_row = row->value;
    if (template_row->weight == 0) {
        template_row->code = code;
        template_row->direction = (enum event_direction)event_value(event, EVENT_DIRECTION);
        template_row->first = template_row->last = event->time;
        keep_text(template_row->class_name, sizeof template_row->class_name, event->reason_class);
        if (!copy_sample(text, &template_row->sample)) {
            return SMTPLOG_NO_MEMORY;
        }
    }
    template_row->weight += event->repeat;
    if (instant_compare(&event->time, &template_row->first) < 0) {
        template_row->first = event->time;
    }
    if (instant_compare(&event->time, &template_row->last) > 0) {
        template_row->last = event->time;
    }
    if (event_is_attempt(event) || event_value(event, EVENT_KIND) == KIND_REJECT) {
        template_row->outcome[event_value(event, EVENT_STATUS)] += event->repeat;
    }
    return SMTPLOG_OK;
}

/* ---- time ----------------------------------------------------------------------------------- */

static enum smtplog_status add_time(struct summary *summary, const struct event *event,
                                    uint64_t size)
{
    struct timeline *timeline = &summary->timeline;
    uint64_t weight = event->repeat;
    int kind = event_value(event, EVENT_KIND);
    if (event_is_refusal(event) && span_is(event->reason_class, "greylisting")) {
        TRY(timeline_add(timeline, &event->time, TIMELINE_GREYLISTED, weight));
    }
    if (kind == KIND_REJECT) {
        return timeline_add(timeline, &event->time, TIMELINE_REJECTED, weight);
    }
    if (!event_is_attempt(event)) {
        return SMTPLOG_OK;
    }
    switch (event_value(event, EVENT_STATUS)) {
    case OUTCOME_DELIVERED:
        TRY(timeline_add(timeline, &event->time, TIMELINE_BYTES_DELIVERED, size * weight));
        return timeline_add(timeline, &event->time, TIMELINE_DELIVERED, weight);
    case OUTCOME_DEFERRED:
        return timeline_add(timeline, &event->time, TIMELINE_DEFERRED, weight);
    case OUTCOME_BOUNCED:
        return timeline_add(timeline, &event->time, TIMELINE_BOUNCED, weight);
    default:
        return SMTPLOG_OK;
    }
}

/* ---- events --------------------------------------------------------------------------------- */

static enum smtplog_status add_auth(struct summary *summary, const struct event *event)
{
    struct topk_row *row = NULL;
    summary->auth_failed += event->repeat;
    summary->auth_code[event_any_code(event)] += event->repeat;
    struct span client = event_text(event, EVENT_PEER_IP);
    struct span user = event_text(event, EVENT_SASL_USER);
    if (client.n > 0) {
        TRY(topk_add(&summary->auth_clients, client, event->repeat, &row));
    }
    return user.n > 0 ? topk_add(&summary->auth_users, user, event->repeat, &row) : SMTPLOG_OK;
}

enum smtplog_status summary_add_unseen_auth(struct summary *summary, const struct event *event,
                                            uint64_t count)
{
    struct topk_row *row = NULL;
    struct span client = event_text(event, EVENT_PEER_IP);
    summary->auth_failed += count;
    return count > 0 && client.n > 0 ? topk_add(&summary->auth_clients, client, count, &row)
                                     : SMTPLOG_OK;
}

static enum smtplog_status add_warning(struct summary *summary, const struct event *event)
{
    struct topk_row *row = NULL;
    struct span text = event_text(event, EVENT_TEXT);
    struct span key;
    TRY(signal_notice_key(summary->signals, event, &key));
    TRY(topk_add_again(&summary->warnings, key, event->repeat, &row));
    summary->signals->noticed = NULL;
    struct sample_row *sample = row->value;
    if (sample->line == 0) {
        sample->line = event->line;
        sample->file = event->file;
        sample->first = event->time;
        keep_text(sample->sample, sizeof sample->sample, text);
    }
    return SMTPLOG_OK;
}

/* A message came in; with a user or a mechanism after a log-in (Exim's A= may name no user). */
static enum smtplog_status add_arrival(struct summary *summary, const struct event *event)
{
    if (event_text(event, EVENT_QUEUE_ID).n == 0) {
        return SMTPLOG_OK;
    }
    bool logged_in = event_text(event, EVENT_SASL_USER).n > 0 ||
                     event_text(event, EVENT_METHOD).n > 0;
    summary->messages_received += event->repeat;
    summary->auth_ok += logged_in ? event->repeat : 0;
    TRY(flow_add_session(&summary->flow, event));
    return timeline_add(&summary->timeline, &event->time, TIMELINE_RECEIVED, event->repeat);
}

enum smtplog_status summary_add_received(struct summary *summary, const struct instant *arrival,
                                         bool logged_in)
{
    summary->messages_received++;
    summary->auth_ok += logged_in;
    return timeline_add(&summary->timeline, arrival, TIMELINE_RECEIVED, 1);
}

/* What was done with mail without refusing it, with the words of the rule that did it. */
static enum smtplog_status add_action(struct summary *summary, const struct event *event)
{
    struct topk_row *row = NULL;
    struct span text = event_text(event, EVENT_TEXT);
    TRY(topk_add(&summary->actions, event->text[EVENT_ACTION], event->repeat, &row));
    if (event_value(event, EVENT_FACT) != FACT_NONE || text.n == 0) {
        return SMTPLOG_OK;
    }
    add_reply_head(&summary->scratch, event);
    template_make(text, &summary->scratch);
    TRY(strbuf_status(&summary->scratch));
    return flow_add_action(&summary->flow, event, strbuf_span(&summary->scratch));
}

enum smtplog_status summary_add_context(struct summary *summary, const struct event *event)
{
    summary_note_period(summary, event);
    if (event_has(event, EVENT_ACTION)) {
        TRY(add_action(summary, event));
    }
    switch (event_value(event, EVENT_FACT)) {
    case FACT_ARRIVAL:
        return add_arrival(summary, event);
    case FACT_WARNING:
        return add_warning(summary, event);
    case FACT_CONNECT:
    case FACT_DISCONNECT:
    case FACT_TLS:
        return flow_add_session(&summary->flow, event);
    default:
        return SMTPLOG_OK;
    }
}

void summary_widen_period(struct summary *summary, const struct instant *time)
{
    if (!summary->has_period || instant_compare(time, &summary->first) < 0) {
        summary->first = *time;
    }
    if (!summary->has_period || instant_compare(time, &summary->last) > 0) {
        summary->last = *time;
    }
    summary->has_period = true;
}

void summary_expect(struct summary *summary, const struct event *event)
{
    int kind = event_value(event, EVENT_KIND);
    summary->lookup.event = NULL;
    summary->lookup.approached = false;
    if (kind == KIND_DELIVERY || kind == KIND_REJECT) {
        traffic_expect(summary->traffic, &summary->lookup, event);
        signal_expect(summary->signals, event);
        if (event->reason_key != 0) {
            const char *slot = (const char *)&summary
                                   ->template_slots[event->reason_key % SUMMARY_TEMPLATE_SLOTS];
            __builtin_prefetch(slot);
            __builtin_prefetch(slot + 64);
        }
    }
}

void summary_approach(struct summary *summary, const struct traffic_message *message)
{
    if (summary->lookup.event != NULL) {
        traffic_approach(summary->traffic, &summary->lookup, message);
        summary->lookup.approached = true;
        signal_approach(summary->signals);
    }
}

static enum smtplog_status add_traffic(struct summary *summary, const struct event *event,
                                       const struct traffic_message *message)
{
    if (summary->lookup.event != event || !summary->lookup.approached) {
        return traffic_add(summary->traffic, event, message, summary->flow.memo);
    }
    enum smtplog_status status = traffic_add_expected(&summary->lookup, message,
                                                      summary->flow.memo);
    summary->lookup.event = NULL;
    return status;
}

enum smtplog_status summary_add_event(struct summary *summary, const struct event *event,
                                      const struct traffic_message *message)
{
    int kind = event_value(event, EVENT_KIND);
    if (kind == KIND_CONTEXT) {
        return summary_add_context(summary, event);
    }
    summary_note_period(summary, event);
    summary->events += event->repeat;
    if (event_value(event, EVENT_FACT) == FACT_ARRIVAL) {
        TRY(add_arrival(summary,
                        event)); /* accepted, though the client was told otherwise: Exim's (= */
    }
    TRY(add_code(summary, event));
    matrix_add(&summary->matrix, event);
    if (event_is_refusal(event)) {
        add_refusal_lines(summary, event);
    }
    if (event->reason_class.n > 0) {
        TRY(add_class(summary, event));
        if (event_text(event, EVENT_TEXT).n > 0) {
            TRY(add_template(summary, event));
        }
    }
    if (event_is_attempt(event)) {
        summary->attempts_total += event->repeat;
        summary->attempts[event_value(event, EVENT_STATUS)] += event->repeat;
        TRY(flow_add_delivery(&summary->flow, event));
        TRY(add_traffic(summary, event, message));
    } else if (kind == KIND_REJECT) {
        TRY(add_reject(summary, event));
        TRY(add_traffic(summary, event, message));
    } else if (kind == KIND_AUTH) {
        TRY(add_auth(summary, event));
    } else if (kind == KIND_CONNECTION) {
        TRY(flow_add_session(&summary->flow, event));
    }
    return add_time(summary, event, message->size);
}

enum smtplog_status summary_add_unknown(struct summary *summary, const struct event *event,
                                        struct span line)
{
    struct topk_row *row = NULL;
    summary_note_period(summary, event);
    strbuf_clear(&summary->scratch);
    strbuf_add_span(&summary->scratch, event_text(event, EVENT_DAEMON));
    strbuf_add_byte(&summary->scratch, '\t');
    size_t colon = span_find(line, SPAN_LITERAL("]: "));
    template_make(colon == SIZE_MAX ? line : span_from(line, colon + 3), &summary->scratch);
    TRY(strbuf_status(&summary->scratch));
    TRY(topk_add(&summary->unknown, strbuf_span(&summary->scratch), 1, &row));
    struct sample_row *sample = row->value;
    if (sample->line == 0) {
        sample->line = event->line;
        sample->file = event->file;
        sample->first = event->time;
        keep_text(sample->sample, sizeof sample->sample, line);
    }
    return SMTPLOG_OK;
}
