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
        /* Recipients have no distribution: their rows own nothing, and more of them fit. */
        bool is_short = t == TRAFFIC_RECIPIENT || t == TRAFFIC_CLIENT;
        topk_init(&tables[t], rows, is_short ? TRAFFIC_SHORT_ROW : sizeof(struct traffic),
                  is_short ? NULL : traffic_release);
        tables[t].owned = 0; /* delays ask the budget themselves */
    }
}

struct histogram *traffic_delay(const struct topk *table, const struct topk_row *row)
{
    struct traffic *traffic = row->value;
    return table->value_size == sizeof *traffic && traffic->delay.count > 0 ? &traffic->delay
                                                                            : NULL;
}

void traffic_free(struct topk tables[TRAFFIC_TABLES])
{
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        topk_free(&tables[t]);
    }
}

#define DOMAIN_KEPT   255
#define MICROSECONDS  1000000
#define LONGEST_DELAY ((int64_t)1 << 32) /* seconds; beyond it is no delay */

int64_t traffic_microseconds(struct span text)
{
    int64_t seconds = 0;
    int64_t fraction = 0;
    int64_t unit = MICROSECONDS;
    bool behind_point = false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.' && !behind_point) {
            behind_point = true;
        } else if (!byte_is_digit(text.p[i]) || seconds > LONGEST_DELAY) {
            return -1;
        } else if (behind_point) {
            unit /= 10;
            fraction += (text.p[i] - '0') * unit;
        } else {
            seconds = seconds * 10 + (text.p[i] - '0');
        }
    }
    return text.n > 0 ? seconds * MICROSECONDS + fraction : -1;
}

/* What one event adds to a row. */
struct traffic_share {
    bool rejected, greylisted;
    int outcome;
    bool temporary; /* a reject with a 4yz */
    bool further;   /* one more recipient of the delivery before it */
    uint64_t weight;
    uint64_t size;
    int64_t microseconds; /* of the delay, -1: unknown */
    const struct histogram_value *delay;
    struct budget *budget; /* for the spread of a row's delays */
};

static enum smtplog_status add_delivered(struct traffic *traffic, const struct traffic_share *share,
                                         bool spread)
{
    traffic->delivered += share->weight;
    traffic->deliveries += share->further ? 0 : share->weight;
    traffic->bytes += share->size * share->weight;
    if (share->microseconds < 0) {
        return SMTPLOG_OK;
    }
    traffic->delay_sum += (uint64_t)share->microseconds * share->weight;
    if (!spread) {
        return SMTPLOG_OK;
    }
    traffic->delay.exact_limit = EXACT_DELAYS;
    traffic->delay.budget = share->budget;
    return histogram_add_placed(&traffic->delay, share->delay, share->weight);
}

static enum smtplog_status add_share(struct traffic *traffic, const struct traffic_share *share,
                                     bool spread)
{
    traffic->greylisted += share->greylisted ? share->weight : 0;
    if (share->rejected) {
        traffic->rejected += share->weight;
        traffic->rejected_temporary += share->temporary ? share->weight : 0;
        return SMTPLOG_OK;
    }
    traffic->attempts += share->weight;
    traffic->bounced += share->outcome == OUTCOME_BOUNCED ? share->weight : 0;
    if (share->outcome == OUTCOME_DEFERRED) {
        traffic->deferred += share->weight;
        if (share->microseconds > (int64_t)traffic->deferred_delay) {
            traffic->deferred_delay = (uint64_t)share->microseconds;
        }
    }
    return share->outcome == OUTCOME_DELIVERED ? add_delivered(traffic, share, spread) : SMTPLOG_OK;
}

static struct span peer_name(const struct event *event)
{
    struct span peer = event_text(event, EVENT_PEER);
    bool nameless = peer.n == 0 || span_is(peer, "unknown");
    return nameless ? event_text(event, EVENT_PEER_IP) : peer;
}

static struct span transport_name(const struct event *event)
{
    struct span transport = event_text(event, EVENT_TRANSPORT);
    bool agent = transport.n == 0 && event->mta == MTA_POSTFIX;
    return agent ? event_text(event, EVENT_DAEMON) : transport;
}

/* The recipient's domain, in lower case. A record has it only when another host is involved;
 * deliveries into mailboxes here have a domain too. */
static struct span domain_name(const struct event *event, char lower[DOMAIN_KEPT])
{
    struct span address = event_text(event, EVENT_RECIPIENT);
    size_t at = address.n;
    if (event->domain.n > 0 || event_value(event, EVENT_KIND) == KIND_REJECT) {
        return event->domain;
    }
    while (at > 0 && address.p[at - 1] != '@') {
        at--;
    }
    struct span domain = at > 0 ? span_from(address, at) : SPAN_EMPTY;
    domain.n = domain.n < DOMAIN_KEPT ? domain.n : DOMAIN_KEPT;
    bytes_lower(lower, domain.p, domain.n);
    return span_of(lower, domain.n);
}

/* The names under which an event counts, one a table; empty for none. */
static void traffic_names(const struct event *event, const struct traffic_message *message,
                          char lower[DOMAIN_KEPT], struct span names[TRAFFIC_TABLES])
{
    bool reject = event_value(event, EVENT_KIND) == KIND_REJECT;
    bool outbound = event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND;
    names[TRAFFIC_DOMAIN] = domain_name(event, lower);
    names[TRAFFIC_PROVIDER] = event->provider;
    names[TRAFFIC_PEER] = !reject && outbound ? peer_name(event) : SPAN_EMPTY;
    names[TRAFFIC_CLIENT] = reject ? event_text(event, EVENT_PEER_IP) : SPAN_EMPTY;
    names[TRAFFIC_RECIPIENT] = reject ? SPAN_EMPTY : event_text(event, EVENT_RECIPIENT);
    names[TRAFFIC_TRANSPORT] = reject ? SPAN_EMPTY : transport_name(event);
    names[TRAFFIC_SENDER] = SPAN_EMPTY;
    if (reject) {
        names[TRAFFIC_SENDER] = event_text(event, EVENT_SENDER);
    } else if (message->has_sender) {
        names[TRAFFIC_SENDER] = message->sender.n > 0 ? message->sender : SPAN_LITERAL("<>");
    }
}

/* The tables are larger than the nearest caches: all look-ups of an event are begun before the
 * first is ended. */
enum smtplog_status traffic_add(struct topk tables[TRAFFIC_TABLES], const struct event *event,
                                const struct traffic_message *message)
{
    char lower[DOMAIN_KEPT];
    struct span names[TRAFFIC_TABLES];
    struct topk_key keys[TRAFFIC_TABLES];
    traffic_names(event, message, lower, names);
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        bool search = names[t].n > 0 && t != TRAFFIC_TRANSPORT;
        keys[t] = search ? topk_prepare(&tables[t], names[t]) : (struct topk_key){names[t], 0};
    }
    int64_t microseconds = traffic_microseconds(event_text(event, EVENT_DELAY));
    struct histogram_value placed = histogram_place((double)microseconds / MICROSECONDS);
    int code = event_any_code(event);
    struct traffic_share share = {
        .rejected = event_value(event, EVENT_KIND) == KIND_REJECT,
        .greylisted = event_is_refusal(event) && span_is(event->reason_class, "greylisting"),
        .outcome = event_value(event, EVENT_STATUS),
        .temporary = code >= 400 && code < 500,
        .further = event_value(event, EVENT_FACT) == FACT_SAME_DELIVERY,
        .weight = event->repeat,
        .size = message->size,
        .microseconds = microseconds,
        .delay = &placed,
    };
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        if (keys[t].hash != 0) {
            topk_approach(&tables[t], &keys[t]);
        }
    }
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        struct topk_row *row = NULL;
        if (names[t].n == 0) {
            continue;
        }
        TRY(t == TRAFFIC_TRANSPORT ? topk_add_again(&tables[t], names[t], event->repeat, &row)
                                   : topk_add_key(&tables[t], &keys[t], event->repeat, &row));
        share.budget = tables[t].budget;
        TRY(add_share(row->value, &share, tables[t].value_size == sizeof(struct traffic)));
    }
    return SMTPLOG_OK;
}
