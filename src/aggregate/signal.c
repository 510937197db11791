/* Signs of trouble over time: adding events. */
#include <math.h>
#include <stdlib.h>

#include "aggregate/signal_part.h"
#include "aggregate/template.h"

/* Not random: estimates shown must not differ from run to run. Who chooses names so that their
 * hashes meet is counted as one. */
#define SEED 0x5a1e5c0de5eedu

static void row_release(void *value)
{
    struct signal_row *row = value;
    series_free(&row->series);
    if (row->sample != NULL && row->sample[0] != '\0') {
        free((char *)row->sample);
    }
}

static void place_release(void *value)
{
    series_free(&((struct signal_place *)value)->series);
}

enum smtplog_status signal_set_new(struct signal_set **set)
{
    struct signal_set *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = SEED;
    topk_init(&made->rows, SIGNAL_ROWS, sizeof(struct signal_row), row_release);
    topk_init(&made->places, SIGNAL_PLACES, sizeof(struct signal_place), place_release);
    topk_init(&made->notices, SIGNAL_PLACES, sizeof(struct signal_row), row_release);
    topk_init(&made->clients, SIGNAL_PLACES, sizeof(struct signal_row), row_release);
    strbuf_init(&made->scratch, 8192);
    *set = made;
    return SMTPLOG_OK;
}

void signal_set_free(struct signal_set *set)
{
    if (set == NULL) {
        return;
    }
    topk_free(&set->rows);
    topk_free(&set->places);
    topk_free(&set->notices);
    topk_free(&set->clients);
    series_free(&set->outbound.series);
    series_free(&set->inbound.series);
    free(set->waiting);
    free(set->waiting_marks);
    free(set->movers);
    free(set->mover_marks);
    strbuf_free(&set->scratch);
    free(set);
}

static void keep_text(char *kept, size_t size, struct span text)
{
    size_t n = text.n < size - 1 ? text.n : size - 1;
    if (n > 0) {
        memcpy(kept, text.p, n);
    }
    kept[n] = '\0';
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* "550 5.7.1 text" as a sample. */
static enum smtplog_status keep_sample(struct signal_row *row, const struct event *event)
{
    struct strbuf text;
    struct span enhanced = event_text(event, EVENT_ENHANCED);
    enum smtplog_status status = SMTPLOG_OK;
    strbuf_init(&text, 65536);
    if (event_has(event, EVENT_CODE)) {
        strbuf_addf(&text, "%d ", event_value(event, EVENT_CODE));
    }
    if (enhanced.n > 0) {
        strbuf_addf(&text, "%.*s ", SPAN_ARGS(enhanced));
    }
    strbuf_add_span(&text, event_text(event, EVENT_TEXT));
    size_t n = text.length < SIGNAL_SAMPLE ? text.length : SIGNAL_SAMPLE;
    bool shows = n > 0 && text.bytes[0] != '\0'; /* else it would be empty, and nobody's */
    char *copy = shows ? malloc(n + 1) : NULL;
    if (copy != NULL) {
        memcpy(copy, text.bytes, n);
        copy[n] = '\0';
        row->sample = copy;
    } else if (shows) {
        status = SMTPLOG_NO_MEMORY;
    }
    if (strbuf_status(&text) == SMTPLOG_NO_MEMORY) {
        status = SMTPLOG_NO_MEMORY;
    }
    strbuf_free(&text);
    return status;
}

static enum smtplog_status count_row(struct signal_row *row, const struct event *event,
                                     uint64_t weight)
{
    if (row->sample == NULL) {
        row->sample = "";
        TRY(keep_sample(row, event));
    }
    if (!event->has_time) {
        return SMTPLOG_OK;
    }
    if (!row->has_time || instant_compare(&event->time, &row->first) < 0) {
        row->first = event->time;
    }
    if (!row->has_time || instant_compare(&event->time, &row->last) > 0) {
        row->last = event->time;
    }
    row->has_time = true;
    return series_add(&row->series, event->time.seconds, weight);
}

static void name_row(struct signal_row *row, const struct event *event)
{
    if (row->sample != NULL) {
        return;
    }
    row->direction = (enum event_direction)event_value(event, EVENT_DIRECTION);
    row->code = event_any_code(event);
    keep_text(row->class_name, sizeof row->class_name, event->reason_class);
    keep_text(row->enhanced, sizeof row->enhanced, event_text(event, EVENT_ENHANCED));
}

struct span signal_place_name(struct span key)
{
    size_t at = key.n;
    while (at > 0 && key.p[at - 1] != '\t') {
        at--;
    }
    return span_from(key, at);
}

static struct span place_of(const struct event *event)
{
    return event->provider.n > 0 ? event->provider : event->domain;
}

static enum smtplog_status add_refusal(struct signal_set *set, const struct event *event)
{
    bool outbound = event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND;
    struct span place = outbound ? place_of(event) : SPAN_EMPTY;
    struct topk_row *row = NULL;
    strbuf_clear(&set->scratch);
    strbuf_add_byte(&set->scratch, outbound ? 'o' : 'i');
    strbuf_add_u64(&set->scratch, (uint64_t)event_any_code(event));
    strbuf_add_byte(&set->scratch, '\t');
    strbuf_add_span(&set->scratch, event_text(event, EVENT_ENHANCED));
    strbuf_add_byte(&set->scratch, '\t');
    strbuf_add_span(&set->scratch, event->reason_class);
    strbuf_add_byte(&set->scratch, '\t');
    strbuf_add_span(&set->scratch, place);
    TRY(strbuf_status(&set->scratch));
    TRY(topk_add(&set->rows, strbuf_span(&set->scratch), event->repeat, &row));
    name_row(row->value, event);
    return count_row(row->value, event, event->repeat);
}

static void note_tried(struct signal_set *set, struct signal_row *row, struct span what)
{
    if (what.n > 0) {
        uint64_t hash = hash_lasting(set->seed, what);
        row->tried[hash >> 6 & 3] |= (uint64_t)1 << (hash & 63);
    }
}

uint64_t signal_tried(const struct signal_row *row)
{
    int zeros = 256;
    for (size_t i = 0; i < COUNT_OF(row->tried); i++) {
        zeros -= __builtin_popcountll(row->tried[i]);
    }
    return (uint64_t)(256 * log(256.0 / (zeros > 0 ? zeros : 1)) + 0.5); /* linear counting */
}

/* A client that tries names: users to log in as, recipients that do not exist. */
static enum smtplog_status add_client(struct signal_set *set, const struct event *event,
                                      struct span class_name, uint64_t weight)
{
    struct span client = event_text(event, EVENT_PEER_IP);
    struct topk_row *row = NULL;
    if (client.n == 0 || weight == 0) {
        return SMTPLOG_OK;
    }
    strbuf_clear(&set->scratch);
    strbuf_add_span(&set->scratch, class_name);
    strbuf_add_byte(&set->scratch, '\t');
    strbuf_add_span(&set->scratch, client);
    TRY(topk_add(&set->clients, strbuf_span(&set->scratch), weight, &row));
    struct signal_row *value = row->value;
    if (value->sample == NULL) {
        name_row(value, event);
        value->direction = DIRECTION_INBOUND;
        keep_text(value->class_name, sizeof value->class_name, class_name);
    }
    struct span user = event_text(event, EVENT_SASL_USER);
    note_tried(set, value, user.n > 0 ? user : event_text(event, EVENT_RECIPIENT));
    return count_row(value, event, weight);
}

/* ---- events --------------------------------------------------------------------------------- */

static enum smtplog_status count_place(struct signal_place *place, const struct event *event,
                                       uint64_t weight)
{
    place->attempts += weight;
    place->delivered += event_value(event, EVENT_STATUS) == OUTCOME_DELIVERED ? weight : 0;
    return event->has_time ? series_add(&place->series, event->time.seconds, weight) : SMTPLOG_OK;
}

static enum smtplog_status add_attempt(struct signal_set *set, const struct event *event)
{
    int status = event_value(event, EVENT_STATUS);
    struct span name = place_of(event);
    struct topk_row *row = NULL;
    if (event_value(event, EVENT_DIRECTION) != DIRECTION_OUTBOUND) {
        return SMTPLOG_OK;
    }
    TRY(count_place(&set->outbound, event, event->repeat));
    if (name.n > 0) {
        TRY(set->expected == event ? topk_add_key(&set->places, &set->place, event->repeat, &row)
                                   : topk_add(&set->places, name, event->repeat, &row));
        TRY(count_place(row->value, event, event->repeat));
    }
    if (status == OUTCOME_DEFERRED && event_text(event, EVENT_QUEUE_ID).n > 0) {
        TRY(signal_keep_waiting(set, event, name));
    }
    if (event->reason_class.n == 0) {
        return SMTPLOG_OK;
    }
    if (span_is(event->reason_class, "greylisting")) {
        signal_note_holder(set, event_text(event, EVENT_SERVICE));
    }
    return add_refusal(set, event);
}

static bool begins_with(struct span text, const char *head)
{
    return span_starts(text, span_cstr(head));
}

/* What the master process says of itself. */
static void note_restart(struct signal_set *set, const struct event *event, struct span text)
{
    bool stop = begins_with(text, "terminating") ||
                span_find(text, SPAN_LITERAL("daemon terminat")) != SIZE_MAX;
    bool start = begins_with(text, "daemon started") ||
                 span_find(text, SPAN_LITERAL("daemon started")) != SIZE_MAX;
    set->starts += start ? event->repeat : 0;
    set->stops += stop ? event->repeat : 0;
    set->stopped = stop || (set->stopped && !start);
}

enum smtplog_status signal_notice_key(struct signal_set *set, const struct event *event,
                                      struct span *key)
{
    if (set->noticed != event || set->noticed_line != event->line) {
        strbuf_clear(&set->scratch);
        strbuf_add_span(&set->scratch, event_text(event, EVENT_SEVERITY));
        strbuf_add_byte(&set->scratch, '\t');
        strbuf_add_span(&set->scratch, event_text(event, EVENT_DAEMON));
        strbuf_add_byte(&set->scratch, '\t');
        template_make(event_text(event, EVENT_TEXT), &set->scratch);
        TRY(strbuf_status(&set->scratch));
        set->noticed = event;
        set->noticed_line = event->line;
    }
    *key = strbuf_span(&set->scratch);
    return SMTPLOG_OK;
}

static enum smtplog_status add_notice(struct signal_set *set, const struct event *event)
{
    struct topk_row *row = NULL;
    struct span key;
    TRY(signal_notice_key(set, event, &key));
    TRY(topk_add_again(&set->notices, key, event->repeat, &row));
    name_row(row->value, event);
    return count_row(row->value, event, event->repeat);
}

static enum smtplog_status add_context(struct signal_set *set, const struct event *event)
{
    struct span text = event_text(event, EVENT_TEXT);
    switch (event_value(event, EVENT_FACT)) {
    case FACT_ARRIVAL:
        return event_text(event, EVENT_PEER_IP).n > 0
                   ? count_place(&set->inbound, event, event->repeat)
                   : SMTPLOG_OK;
    case FACT_WARNING:
        return add_notice(set, event);
    case FACT_RESTART:
        note_restart(set, event, text);
        return add_notice(set, event);
    case FACT_REMOVED:
        if (set->waiting_count > 0) {
            signal_forget_waiting(set, signal_message_key(set, event));
        }
        return SMTPLOG_OK;
    default:
        return SMTPLOG_OK;
    }
}

static enum smtplog_status add_inbound(struct signal_set *set, const struct event *event,
                                       const struct event *logged)
{
    bool greylisted = span_is(event->reason_class, "greylisting");
    TRY(count_place(&set->inbound, event, event->repeat));
    if (greylisted) {
        TRY(signal_note_mover(set, logged));
    }
    if (span_is(event->reason_class, "user-unknown")) {
        TRY(add_client(set, event, event->reason_class, event->repeat));
    }
    return add_refusal(set, event);
}

void signal_expect(struct signal_set *set, const struct event *event)
{
    bool attempt = event_value(event, EVENT_KIND) == KIND_DELIVERY &&
                   event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND;
    set->expected = attempt && place_of(event).n > 0 ? event : NULL;
    if (set->expected != NULL) {
        set->place = topk_prepare(&set->places, place_of(event));
    }
}

void signal_approach(struct signal_set *set)
{
    if (set->expected != NULL) {
        topk_approach(&set->places, &set->place);
    }
}

static enum smtplog_status add_any(struct signal_set *set, const struct event *event,
                                   const struct event *logged)
{
    bool inbound = event_value(event, EVENT_DIRECTION) == DIRECTION_INBOUND;
    switch (event_value(event, EVENT_KIND)) {
    case KIND_CONTEXT:
        return add_context(set, event);
    case KIND_DELIVERY:
        return event_is_attempt(event) ? add_attempt(set, event) : SMTPLOG_OK;
    case KIND_REJECT:
        return add_inbound(set, event, logged);
    case KIND_AUTH:
        if (!inbound) {
            return add_refusal(set, event);
        }
        TRY(count_place(&set->inbound, event, event->repeat));
        TRY(add_client(set, event, SPAN_LITERAL("auth-failed"), event->repeat));
        return add_refusal(set, event);
    case KIND_CONNECTION:
        return inbound ? add_inbound(set, event, logged) : SMTPLOG_OK;
    default:
        return SMTPLOG_OK;
    }
}

enum smtplog_status signal_add(struct signal_set *set, const struct event *event,
                               const struct event *logged)
{
    set->noticed = NULL;
    enum smtplog_status status = add_any(set, event, logged);
    set->expected = NULL;
    return status;
}

enum smtplog_status signal_add_unseen_auth(struct signal_set *set, const struct event *event,
                                           uint64_t count)
{
    if (count == 0) {
        return SMTPLOG_OK;
    }
    struct event failed = *event;
    set->noticed = NULL;
    failed.reason_class = SPAN_LITERAL("auth-failed");
    failed.repeat = (uint32_t)count;
    event_set_value(&failed, EVENT_DIRECTION, DIRECTION_INBOUND);
    event_set_text(&failed, EVENT_TEXT, event_text(event, EVENT_COUNTERS));
    TRY(count_place(&set->inbound, &failed, count));
    TRY(add_client(set, &failed, failed.reason_class, count));
    return add_refusal(set, &failed);
}

enum smtplog_status signal_note_waiting(struct signal_set *set, const struct event *event)
{
    if (event_value(event, EVENT_FACT) == FACT_REMOVED) {
        return add_context(set, event);
    }
    bool deferred = event_value(event, EVENT_KIND) == KIND_DELIVERY && event_is_attempt(event) &&
                    event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND &&
                    event_value(event, EVENT_STATUS) == OUTCOME_DEFERRED;
    return deferred ? signal_keep_waiting(set, event, place_of(event)) : SMTPLOG_OK;
}

static void lessen_place(struct signal_place *place, const struct event *event)
{
    uint64_t weight = event->repeat;
    bool delivered = event_value(event, EVENT_STATUS) == OUTCOME_DELIVERED;
    place->attempts -= weight < place->attempts ? weight : place->attempts;
    place->delivered -= !delivered ? 0 : weight < place->delivered ? weight : place->delivered;
    if (event->has_time) {
        series_take(&place->series, event->time.seconds, weight);
    }
}

void signal_take_back(struct signal_set *set, const struct event *event)
{
    struct span name = place_of(event);
    struct topk_row *row = NULL;
    if (event_value(event, EVENT_DIRECTION) != DIRECTION_OUTBOUND) {
        return;
    }
    lessen_place(&set->outbound, event);
    if (name.n > 0) {
        row = topk_find(&set->places, hash_span(set->places.seed, name));
    }
    if (row != NULL) {
        lessen_place(row->value, event);
        topk_lessen(&set->places, row, event->repeat);
    }
}

/* ---- the end -------------------------------------------------------------------------------- */

static void settle_rows(struct topk *table, int64_t last)
{
    for (size_t i = 0; i < table->count; i++) {
        series_settle(&((struct signal_row *)table->rows[i]->value)->series, last);
    }
}

static void count_waiting(struct signal_set *set)
{
    for (size_t i = 0; set->waiting != NULL && i < set->waiting_slots; i++) {
        uint64_t place = set->waiting[i].place;
        struct topk_row *row = set->waiting[i].message != 0 ? topk_find(&set->places, place) : NULL;
        if (row != NULL) {
            ((struct signal_place *)row->value)->waiting++;
        }
    }
}

void signal_finish(struct signal_set *set, const struct instant *last)
{
    settle_rows(&set->rows, last->seconds);
    settle_rows(&set->clients, last->seconds);
    settle_rows(&set->notices, last->seconds);
    for (size_t i = 0; i < set->places.count; i++) {
        struct signal_place *place = set->places.rows[i]->value;
        series_settle(&place->series, last->seconds);
        place->waiting = 0;
    }
    series_settle(&set->outbound.series, last->seconds);
    series_settle(&set->inbound.series, last->seconds);
    set->outbound.waiting = set->waiting_count;
    count_waiting(set);
    set->moved = set->movers_stuck = 0;
    for (size_t i = 0; set->movers != NULL && i < SIGNAL_MOVERS; i++) {
        bool moves = set->movers[i].nets >= 3;
        set->moved += moves;
        set->movers_stuck += moves && !set->movers[i].accepted;
    }
}
