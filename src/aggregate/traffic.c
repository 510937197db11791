/* Who the mail goes to and comes from: rows of attempts, outcomes, refusals and delays by name. */
#include "aggregate/traffic.h"

#define EXACT_DELAYS 16 /* delays of a row kept before they become a sketch */

static void traffic_release(void *value)
{
    histogram_free(&((struct traffic *)value)->delay);
}

void traffic_init(struct topk tables[TRAFFIC_TABLES], size_t rows)
{
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        topk_init(&tables[t], rows, sizeof(struct traffic), traffic_release);
    }
}

void traffic_free(struct topk tables[TRAFFIC_TABLES])
{
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        topk_free(&tables[t]);
    }
}

/* Decimal seconds as Postfix prints them, such as "0.31" or "3601". */
static double seconds_of(struct span text)
{
    double value = 0;
    double unit = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.') {
            unit = 1;
        } else if (!byte_is_digit(text.p[i])) {
            return -1;
        } else if (unit > 0) {
            unit /= 10;
            value += (text.p[i] - '0') * unit;
        } else {
            value = value * 10 + (text.p[i] - '0');
        }
    }
    return text.n > 0 ? value : -1;
}

/* What one event adds to a row. */
struct traffic_share {
    bool rejected, greylisted;
    int outcome;
    uint64_t weight;
    const struct histogram_value *delay; /* NULL: none */
};

static enum smtplog_status add_share(struct traffic *traffic, const struct traffic_share *share)
{
    traffic->greylisted += share->greylisted ? share->weight : 0;
    if (share->rejected) {
        traffic->rejected += share->weight;
        return SMTPLOG_OK;
    }
    traffic->attempts += share->weight;
    traffic->deferred += share->outcome == OUTCOME_DEFERRED ? share->weight : 0;
    traffic->bounced += share->outcome == OUTCOME_BOUNCED ? share->weight : 0;
    traffic->delivered += share->outcome == OUTCOME_DELIVERED ? share->weight : 0;
    if (share->delay == NULL) {
        return SMTPLOG_OK;
    }
    traffic->delay.exact_limit = EXACT_DELAYS;
    return histogram_add_placed(&traffic->delay, share->delay, share->weight);
}

static struct span peer_name(const struct event *event)
{
    struct span peer = event_text(event, EVENT_PEER);
    bool nameless = peer.n == 0 || span_is(peer, "unknown");
    return nameless ? event_text(event, EVENT_PEER_IP) : peer;
}

/* The names under which an event counts, one a table; empty for none. */
static void traffic_names(const struct event *event, struct span sender,
                          struct span names[TRAFFIC_TABLES])
{
    bool reject = event_value(event, EVENT_KIND) == KIND_REJECT;
    bool outbound = event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND;
    names[TRAFFIC_DOMAIN] = event->domain;
    names[TRAFFIC_PROVIDER] = event->provider;
    names[TRAFFIC_PEER] = !reject && outbound ? peer_name(event) : SPAN_EMPTY;
    names[TRAFFIC_CLIENT] = reject ? event_text(event, EVENT_PEER_IP) : SPAN_EMPTY;
    names[TRAFFIC_SENDER] = SPAN_EMPTY;
    if (reject) {
        names[TRAFFIC_SENDER] = event_text(event, EVENT_SENDER);
    } else if (sender.p != NULL) {
        names[TRAFFIC_SENDER] = sender.n > 0 ? sender : SPAN_LITERAL("<>");
    }
}

/* The tables are larger than the nearest caches: all look-ups of an event are begun before the
 * first is ended. */
enum smtplog_status traffic_add(struct topk tables[TRAFFIC_TABLES], const struct event *event,
                                struct span sender)
{
    struct span names[TRAFFIC_TABLES];
    struct topk_key keys[TRAFFIC_TABLES];
    int outcome = event_value(event, EVENT_STATUS);
    double seconds = outcome == OUTCOME_DELIVERED ? seconds_of(event_text(event, EVENT_DELAY)) : -1;
    traffic_names(event, sender, names);
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        keys[t] = names[t].n > 0 ? topk_prepare(&tables[t], names[t])
                                 : (struct topk_key){names[t], 0};
    }
    struct histogram_value placed = histogram_place(seconds);
    struct traffic_share share = {
        .rejected = event_value(event, EVENT_KIND) == KIND_REJECT,
        .greylisted = event_is_refusal(event) && span_is(event->reason_class, "greylisting"),
        .outcome = outcome,
        .weight = event->repeat,
    };
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        if (names[t].n > 0) {
            topk_approach(&tables[t], &keys[t]);
        }
    }
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        struct topk_row *row = NULL;
        if (names[t].n == 0) {
            continue;
        }
        TRY(topk_add_key(&tables[t], &keys[t], event->repeat, &row));
        share.delay = seconds >= 0 ? &placed : NULL;
        TRY(add_share(row->value, &share));
    }
    return SMTPLOG_OK;
}
