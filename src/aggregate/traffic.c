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

/* Takes a name up, unless it is empty. */
static inline void look_up(struct traffic_lookup *lookup, struct topk *table, struct span name)
{
    if (name.n > 0) {
        struct traffic_name *made = &lookup->name[lookup->count++];
        made->table = table;
        made->key = topk_prepare(table, name);
    }
}

/* A name that needs no look-up ahead, or is not known yet. */
static void leave_open(struct traffic_lookup *lookup, struct topk *table, struct span name)
{
    lookup->name[lookup->count++] = (struct traffic_name){table, {.key = name}};
}

void traffic_expect(struct topk tables[TRAFFIC_TABLES], struct traffic_lookup *lookup,
                    const struct event *event)
{
    bool reject = event_value(event, EVENT_KIND) == KIND_REJECT;
    bool outbound = event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND;
    lookup->event = event;
    lookup->count = 0;
    lookup->sender = NULL;
    look_up(lookup, &tables[TRAFFIC_DOMAIN], domain_name(event, lookup->lower));
    look_up(lookup, &tables[TRAFFIC_PROVIDER], event->provider);
    if (reject) {
        look_up(lookup, &tables[TRAFFIC_SENDER], event_text(event, EVENT_SENDER));
        look_up(lookup, &tables[TRAFFIC_CLIENT], event_text(event, EVENT_PEER_IP));
        return;
    }
    if (outbound) {
        look_up(lookup, &tables[TRAFFIC_PEER], peer_name(event));
    }
    leave_open(lookup, &tables[TRAFFIC_SENDER], SPAN_EMPTY);
    look_up(lookup, &tables[TRAFFIC_RECIPIENT], event_text(event, EVENT_RECIPIENT));
    leave_open(lookup, &tables[TRAFFIC_TRANSPORT], transport_name(event));
}

void traffic_approach(struct topk tables[TRAFFIC_TABLES], struct traffic_lookup *lookup,
                      const struct traffic_message *message)
{
    for (size_t i = 0; i < lookup->count; i++) {
        struct traffic_name *name = &lookup->name[i];
        if (name->key.hash != 0) {
            topk_approach(name->table, &name->key);
        } else if (name->table == &tables[TRAFFIC_SENDER] && message->has_sender) {
            bool null = message->sender.n == 0;
            name->key = topk_prepare(name->table, null ? SPAN_LITERAL("<>") : message->sender);
            lookup->sender = name;
        }
    }
}

/* Adds one to the rows of an event. The rows are found first, and their memory asked for, then all
 * are added to. */
static enum smtplog_status add_to_rows(struct traffic_lookup *lookup, struct traffic_share *share)
{
    struct topk_row *rows[TRAFFIC_TABLES];
    bool spread = share->outcome == OUTCOME_DELIVERED && share->microseconds >= 0;
    for (size_t i = 0; i < lookup->count; i++) {
        const struct traffic_name *name = &lookup->name[i];
        struct topk *table = name->table;
        rows[i] = NULL;
        if (name->key.key.n == 0) {
            continue;
        }
        TRY(name->key.hash == 0 ? topk_add_again(table, name->key.key, share->weight, &rows[i])
                                : topk_add_key(table, &name->key, share->weight, &rows[i]));
        if (spread && has_spread(table)) {
            histogram_approach(&((const struct traffic *)rows[i]->value)->delay, share->delay);
        }
    }
    for (size_t i = 0; i < lookup->count; i++) {
        if (rows[i] != NULL) {
            const struct topk *table = lookup->name[i].table;
            share->budget = table->budget;
            TRY(add_share(rows[i]->value, share, has_spread(table)));
        }
    }
    return SMTPLOG_OK;
}

enum smtplog_status traffic_add_expected(struct traffic_lookup *lookup,
                                         const struct traffic_message *message,
                                         struct histogram_memo memos[HISTOGRAM_MEMOS])
{
    const struct event *event = lookup->event;
    int code = event_any_code(event);
    int64_t microseconds = traffic_microseconds(event_text(event, EVENT_DELAY));
    struct traffic_share share = {
        .rejected = event_value(event, EVENT_KIND) == KIND_REJECT,
        .greylisted = event_is_refusal(event) && span_is(event->reason_class, "greylisting"),
        .outcome = event_value(event, EVENT_STATUS),
        .temporary = code >= 400 && code < 500,
        .further = event_value(event, EVENT_FACT) == FACT_SAME_DELIVERY,
        .weight = event->repeat,
        .size = message->size,
        .microseconds = microseconds,
        .delay = &histogram_recall(memos, microseconds)->value,
    };
    if (lookup->sender != NULL) {
        topk_approach(lookup->sender->table, &lookup->sender->key);
    }
    return add_to_rows(lookup, &share);
}

enum smtplog_status traffic_add(struct topk tables[TRAFFIC_TABLES], const struct event *event,
                                const struct traffic_message *message,
                                struct histogram_memo memos[HISTOGRAM_MEMOS])
{
    struct traffic_lookup lookup;
    traffic_expect(tables, &lookup, event);
    traffic_approach(tables, &lookup, message);
    return traffic_add_expected(&lookup, message, memos);
}
