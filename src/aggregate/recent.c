/* The last hour of a log that grows. */
#include "aggregate/recent.h"

#include <stdlib.h>

#define MINUTE 60

enum smtplog_status recent_new(struct recent **recent)
{
    struct recent *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t t = 0; t < RECENT_TABLES; t++) {
        topk_init(&made->table[t], RECENT_ROWS, sizeof(struct recent_row), NULL);
    }
    made->events = calloc(RECENT_EVENTS, sizeof *made->events);
    if (made->events == NULL) {
        recent_free(made);
        return SMTPLOG_NO_MEMORY;
    }
    *recent = made;
    return SMTPLOG_OK;
}

void recent_free(struct recent *recent)
{
    if (recent == NULL) {
        return;
    }
    for (size_t t = 0; t < RECENT_TABLES; t++) {
        topk_free(&recent->table[t]);
    }
    free(recent->events);
    free(recent);
}

/* ---- series ---------------------------------------------------------------------------------- */

/* Moves the ring to a second; false when that lies before all it holds, or before 1970. */
static bool reach_second(struct recent *recent, int64_t second)
{
    if (second <= 0) {
        return false;
    }
    if (recent->second == 0 || second - recent->second >= RECENT_SECONDS) {
        memset(recent->series, 0, sizeof recent->series);
        recent->second = second;
    }
    while (recent->second < second) {
        recent->second++;
        for (size_t s = 0; s < TIMELINE_SERIES; s++) {
            recent->series[s][recent->second % RECENT_SECONDS] = 0;
        }
    }
    return second > recent->second - RECENT_SECONDS;
}

static void count(struct recent *recent, enum timeline_series series, const struct event *event)
{
    if (reach_second(recent, event->time.seconds)) {
        recent->series[series][event->time.seconds % RECENT_SECONDS] += event->repeat;
    }
}

static void add_series(struct recent *recent, const struct event *event)
{
    int status = event_value(event, EVENT_STATUS);
    if (event_is_refusal(event) && span_is(event->reason_class, "greylisting")) {
        count(recent, TIMELINE_GREYLISTED, event);
    }
    if (event_value(event, EVENT_KIND) == KIND_REJECT) {
        count(recent, TIMELINE_REJECTED, event);
    } else if (event_value(event, EVENT_KIND) == KIND_CONTEXT) {
        if (event_value(event, EVENT_FACT) == FACT_ARRIVAL) {
            count(recent, TIMELINE_RECEIVED, event);
        }
    } else if (event_is_attempt(event)) {
        if (status == OUTCOME_DELIVERED) {
            count(recent, TIMELINE_DELIVERED, event);
        } else if (status == OUTCOME_DEFERRED) {
            count(recent, TIMELINE_DEFERRED, event);
        } else if (status == OUTCOME_BOUNCED) {
            count(recent, TIMELINE_BOUNCED, event);
        }
    }
}

uint64_t recent_series_sum(const struct recent *recent, enum timeline_series series, int64_t until,
                           int64_t seconds)
{
    uint64_t sum = 0;
    int64_t from = until - seconds + 1;
    int64_t oldest = recent->second - RECENT_SECONDS + 1;
    from = from < oldest ? oldest : from;
    int64_t last = until < recent->second ? until : recent->second;
    from = from < 0 ? 0 : from;
    for (int64_t second = from; recent->second != 0 && second <= last; second++) {
        sum += recent->series[series][second % RECENT_SECONDS];
    }
    return sum;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void keep(char *kept, size_t size, struct span text)
{
    size_t n = text.n < size - 1 ? text.n : size - 1;
    if (n > 0) {
        memcpy(kept, text.p, n);
    }
    kept[n] = '\0';
}

static size_t place_of(int64_t minute)
{
    return (size_t)(minute % RECENT_MINUTES);
}

/* Moves a row's ring to a minute; false when that lies before all it holds, or before 1970. */
static bool row_reach(struct recent_row *row, int64_t minute)
{
    if (minute <= 0) {
        return false;
    }
    if (minute - row->minute >= RECENT_MINUTES) {
        memset(row->all, 0, sizeof row->all);
        memset(row->refused, 0, sizeof row->refused);
        row->minute = minute;
    }
    while (row->minute < minute) {
        row->minute++;
        row->all[place_of(row->minute)] = 0;
        row->refused[place_of(row->minute)] = 0;
    }
    return minute > row->minute - RECENT_MINUTES;
}

/* What an administrator would want to know of: a refusal, or a failure without a reply. */
static bool is_trouble(const struct event *event)
{
    int kind = event_value(event, EVENT_KIND);
    int status = event_value(event, EVENT_STATUS);
    bool failed = status == OUTCOME_DEFERRED || status == OUTCOME_BOUNCED ||
                  status == OUTCOME_EXPIRED;
    return kind == KIND_REJECT || kind == KIND_AUTH || kind == KIND_CONNECTION ||
           (kind == KIND_DELIVERY && failed) || event_any_code(event) >= 400;
}

static enum smtplog_status add_row(struct topk *table, struct span key, const struct event *event,
                                   bool trouble)
{
    struct topk_row *row = NULL;
    int64_t minute = event->time.seconds / MINUTE;
    if (key.n == 0) {
        return SMTPLOG_OK;
    }
    TRY(topk_add(table, span_of(key.p, key.n < RECENT_NAME ? key.n : RECENT_NAME), event->repeat,
                 &row));
    struct recent_row *counts = row->value;
    if (row_reach(counts, minute)) {
        counts->all[place_of(minute)] += event->repeat;
        counts->refused[place_of(minute)] += trouble ? event->repeat : 0;
    }
    counts->refused_total += trouble ? event->repeat : 0;
    if (event_text(event, EVENT_QUEUE_ID).n > 0 && (trouble || counts->queue_id[0] == '\0')) {
        keep(counts->queue_id, sizeof counts->queue_id, event_text(event, EVENT_QUEUE_ID));
    }
    return SMTPLOG_OK;
}

static struct span peer_name(const struct event *event)
{
    struct span peer = event_text(event, EVENT_PEER);
    bool nameless = peer.n == 0 || span_is(peer, "unknown");
    return nameless ? event_text(event, EVENT_PEER_IP) : peer;
}

static enum smtplog_status add_rows(struct recent *recent, const struct event *event, bool trouble)
{
    int code = event_any_code(event);
    bool reject = event_value(event, EVENT_KIND) == KIND_REJECT;
    bool inbound = event_value(event, EVENT_DIRECTION) == DIRECTION_INBOUND;
    char digits[3] = {(char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10),
                      (char)('0' + code % 10)};
    struct topk *table = recent->table;
    if (code > 0) {
        TRY(add_row(&table[RECENT_CODE], span_of(digits, 3), event, trouble));
    }
    TRY(add_row(&table[RECENT_CLASS], event->reason_class, event, trouble));
    TRY(add_row(&table[RECENT_DOMAIN], event->domain, event, trouble));
    if (inbound || reject) {
        return add_row(&table[RECENT_CLIENT], event_text(event, EVENT_PEER_IP), event, trouble);
    }
    TRY(add_row(&table[RECENT_PROVIDER], event->provider, event, trouble));
    return add_row(&table[RECENT_PEER], peer_name(event), event, trouble);
}

struct recent_sum recent_row_sum(const struct recent_row *row, int64_t now, int minutes)
{
    struct recent_sum sum = {0, 0};
    int64_t last = now / MINUTE;
    for (int64_t minute = last - minutes + 1; minute <= last; minute++) {
        if (minute > 0 && minute <= row->minute && minute > row->minute - RECENT_MINUTES) {
            sum.all += row->all[place_of(minute)];
            sum.refused += row->refused[place_of(minute)];
        }
    }
    return sum;
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void add_trouble(struct recent *recent, const struct event *event)
{
    struct recent_event *kept = &recent->events[recent->event_count % RECENT_EVENTS];
    struct span name = event_text(event, EVENT_RECIPIENT);
    kept->number = ++recent->event_count;
    kept->time = event->time;
    kept->code = event_any_code(event);
    kept->implied = kept->code > 0 && !event_has(event, EVENT_CODE);
    kept->direction = (enum event_direction)event_value(event, EVENT_DIRECTION);
    kept->stage = (enum event_stage)event_value(event, EVENT_STAGE);
    kept->status = (enum event_outcome)event_value(event, EVENT_STATUS);
    keep(kept->class_name, sizeof kept->class_name, event->reason_class);
    keep(kept->queue_id, sizeof kept->queue_id, event_text(event, EVENT_QUEUE_ID));
    keep(kept->name, sizeof kept->name, name.n > 0 ? name : event_text(event, EVENT_SASL_USER));
    keep(kept->peer, sizeof kept->peer, peer_name(event));
    keep(kept->peer_ip, sizeof kept->peer_ip, event_text(event, EVENT_PEER_IP));
    keep(kept->domain, sizeof kept->domain, event->domain);
    keep(kept->text, sizeof kept->text, event_text(event, EVENT_TEXT));
}

const struct recent_event *recent_event_at(const struct recent *recent, uint64_t back)
{
    uint64_t there = recent->event_count < RECENT_EVENTS ? recent->event_count : RECENT_EVENTS;
    return back < there ? &recent->events[(recent->event_count - 1 - back) % RECENT_EVENTS] : NULL;
}

enum smtplog_status recent_add(struct recent *recent, const struct event *event)
{
    if (!event->has_time) {
        return SMTPLOG_OK;
    }
    add_series(recent, event);
    if (event_value(event, EVENT_KIND) == KIND_CONTEXT) {
        return SMTPLOG_OK;
    }
    bool trouble = is_trouble(event);
    if (trouble) {
        add_trouble(recent, event);
    }
    return add_rows(recent, event, trouble);
}
