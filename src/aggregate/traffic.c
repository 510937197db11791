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

static bool has_spread(const struct topk *table)
{
    return table->value_size == sizeof(struct traffic);
}

struct histogram *traffic_delay(const struct topk *table, const struct topk_row *row)
{
    struct traffic *traffic = row->value;
    return has_spread(table) && traffic->delay.count > 0 ? &traffic->delay : NULL;
}

void traffic_free(struct topk tables[TRAFFIC_TABLES])
{
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        topk_free(&tables[t]);
    }
}

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
static struct span domain_name(const struct event *event, char lower[TRAFFIC_DOMAIN_KEPT])
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
    domain.n = domain.n < TRAFFIC_DOMAIN_KEPT ? domain.n : TRAFFIC_DOMAIN_KEPT;
    bytes_lower(lower, domain.p, domain.n);
    return span_of(lower, domain.n);
}

/* The names under which an event counts, one a table; empty for none. The sender's is not known
 * yet.
 */
static void find_names(struct traffic_lookup *lookup, const struct event *event)
{
    bool reject = event_value(event, EVENT_KIND) == KIND_REJECT;
    bool outbound = event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND;
    struct span *names = lookup->names;
    names[TRAFFIC_DOMAIN] = domain_name(event, lookup->lower);
    names[TRAFFIC_PROVIDER] = event->provider;
    names[TRAFFIC_PEER] = !reject && outbound ? peer_name(event) : SPAN_EMPTY;
    names[TRAFFIC_CLIENT] = reject ? event_text(event, EVENT_PEER_IP) : SPAN_EMPTY;
    names[TRAFFIC_RECIPIENT] = reject ? SPAN_EMPTY : event_text(event, EVENT_RECIPIENT);
    names[TRAFFIC_TRANSPORT] = reject ? SPAN_EMPTY : transport_name(event);
    names[TRAFFIC_SENDER] = reject ? event_text(event, EVENT_SENDER) : SPAN_EMPTY;
}

static void look_up(const struct topk tables[TRAFFIC_TABLES], struct traffic_lookup *lookup,
                    size_t table)
{
    struct span name = lookup->names[table];
    lookup->keys[table] = name.n > 0 ? topk_prepare(&tables[table], name)
                                     : (struct topk_key){name, 0};
}

void traffic_expect(const struct topk tables[TRAFFIC_TABLES], struct traffic_lookup *lookup,
                    const struct event *event)
{
    lookup->event = event;
    find_names(lookup, event);
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        if (t != TRAFFIC_TRANSPORT) {
            look_up(tables, lookup, t);
        }
    }
    lookup->keys[TRAFFIC_TRANSPORT] = (struct topk_key){lookup->names[TRAFFIC_TRANSPORT], 0};
}

void traffic_approach(const struct topk tables[TRAFFIC_TABLES], struct traffic_lookup *lookup,
                      const struct traffic_message *message)
{
    bool rejected = event_value(lookup->event, EVENT_KIND) == KIND_REJECT;
    if (!rejected && message->has_sender) {
        lookup->names[TRAFFIC_SENDER] = message->sender.n > 0 ? message->sender
                                                              : SPAN_LITERAL("<>");
        look_up(tables, lookup, TRAFFIC_SENDER);
    }
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        if (lookup->keys[t].hash != 0 && (rejected || t != TRAFFIC_SENDER)) {
            topk_approach(&tables[t], &lookup->keys[t]);
        }
    }
}

enum smtplog_status traffic_add_expected(struct topk tables[TRAFFIC_TABLES],
                                         struct traffic_lookup *lookup,
                                         const struct traffic_message *message)
{
    const struct event *event = lookup->event;
    int code = event_any_code(event);
    bool rejected = event_value(event, EVENT_KIND) == KIND_REJECT;
    int64_t microseconds = traffic_microseconds(event_text(event, EVENT_DELAY));
    struct histogram_value placed = histogram_place((double)microseconds / MICROSECONDS);
    struct traffic_share share = {
        .rejected = rejected,
        .greylisted = event_is_refusal(event) && span_is(event->reason_class, "greylisting"),
        .outcome = event_value(event, EVENT_STATUS),
        .temporary = code >= 400 && code < 500,
        .further = event_value(event, EVENT_FACT) == FACT_SAME_DELIVERY,
        .weight = event->repeat,
        .size = message->size,
        .microseconds = microseconds,
        .delay = &placed,
    };
    if (lookup->keys[TRAFFIC_SENDER].hash != 0) {
        topk_approach(&tables[TRAFFIC_SENDER], &lookup->keys[TRAFFIC_SENDER]);
    }
    struct topk_row *rows[TRAFFIC_TABLES] = {NULL};
    bool spread = share.outcome == OUTCOME_DELIVERED && microseconds >= 0;
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        struct span name = lookup->names[t];
        if (name.n == 0) {
            continue;
        }
        TRY(t == TRAFFIC_TRANSPORT
                ? topk_add_again(&tables[t], name, event->repeat, &rows[t])
                : topk_add_key(&tables[t], &lookup->keys[t], event->repeat, &rows[t]));
        if (spread && has_spread(&tables[t])) {
            histogram_approach(&((const struct traffic *)rows[t]->value)->delay, &placed);
        }
    }
    for (size_t t = 0; t < TRAFFIC_TABLES; t++) {
        if (rows[t] != NULL) {
            share.budget = tables[t].budget;
            TRY(add_share(rows[t]->value, &share, has_spread(&tables[t])));
        }
    }
    return SMTPLOG_OK;
}

enum smtplog_status traffic_add(struct topk tables[TRAFFIC_TABLES], const struct event *event,
                                const struct traffic_message *message)
{
    struct traffic_lookup lookup;
    traffic_expect(tables, &lookup, event);
    traffic_approach(tables, &lookup, message);
    return traffic_add_expected(tables, &lookup, message);
}
