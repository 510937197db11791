/* Figures of whole messages and of connections. */
#include "aggregate/flow.h"

#include "aggregate/traffic.h"

#define MICROSECONDS  1000000
#define KEY_SEPARATOR '\t'
#define PHASE_DIGITS  12 /* the pattern lets digits and points through only */

const int64_t flow_queue_bin[FLOW_QUEUE_BINS - 1] = {60,    300,   900,   1800, 3600,
                                                     10800, 21600, 43200, 86400};

static void spread_init(struct spread *spread)
{
    *spread = (struct spread){.sum = 0};
    histogram_init(&spread->histogram, FLOW_EXACT_VALUES);
}

double spread_mean(const struct spread *spread, double unit)
{
    return spread->histogram.count > 0
               ? (double)spread->sum / unit / (double)spread->histogram.count
               : 0;
}

/* All distributions of a flow, one after the other. */
static struct spread *spread_at(struct flow *flow, size_t i)
{
    struct spread *const spreads[] = {
        &flow->size,     &flow->delivery_time, &flow->queue.spread, &flow->phase[0],
        &flow->phase[1], &flow->phase[2],      &flow->phase[3],     &flow->queue_remote.spread};
    return i < COUNT_OF(spreads) ? spreads[i] : NULL;
}

void flow_init(struct flow *flow)
{
    for (size_t t = 0; t < RECEIVED_TABLES; t++) {
        topk_init(&flow->received[t], FLOW_ROWS, sizeof(struct received_row), NULL);
    }
    for (size_t i = 0; spread_at(flow, i) != NULL; i++) {
        spread_init(spread_at(flow, i));
    }
    topk_init(&flow->handshakes, FLOW_WORD_ROWS, 1, NULL);
    topk_init(&flow->problems, FLOW_WORD_ROWS, 1, NULL);
    topk_init(&flow->action_texts, FLOW_ACTION_ROWS, 1, NULL);
}

void flow_free(struct flow *flow)
{
    for (size_t t = 0; t < RECEIVED_TABLES; t++) {
        topk_free(&flow->received[t]);
    }
    for (size_t i = 0; spread_at(flow, i) != NULL; i++) {
        histogram_free(&spread_at(flow, i)->histogram);
    }
    topk_free(&flow->handshakes);
    topk_free(&flow->problems);
    topk_free(&flow->action_texts);
}

/* ---- distributions --------------------------------------------------------------------------- */

static enum smtplog_status spread_add(struct flow *flow, struct spread *spread,
                                      int64_t microseconds, uint64_t times)
{
    if (microseconds < 0) {
        return SMTPLOG_OK;
    }
    const struct histogram_memo *memo = histogram_recall(flow->memo, microseconds);
    spread->sum += (uint64_t)microseconds * times;
    return histogram_add_placed(&spread->histogram, &memo->value, times);
}

/* ---- deliveries ------------------------------------------------------------------------------ */

/* Whether a server's line says how it went: Exim's X=, of which the absence means none, as the
 * default selector has it; Postfix's tls= since 3.11, where "none" or "may:none" is no TLS. */
static enum encryption encryption_of(const struct event *event)
{
    struct span level = event_text(event, EVENT_LEVEL);
    if (event_has(event, EVENT_TLS)) {
        return ENCRYPTION_TLS;
    }
    if (level.n > 0) {
        struct span none = SPAN_LITERAL("none");
        bool plain = level.n >= none.n && span_equal(span_from(level, level.n - none.n), none);
        return plain ? ENCRYPTION_NONE : ENCRYPTION_TLS;
    }
    return event->mta == MTA_EXIM ? ENCRYPTION_NONE : ENCRYPTION_UNKNOWN;
}

/* `0.31/12/0.4/1` in one pass: it stands on every delivery. */
static enum smtplog_status add_phases(struct flow *flow, const struct event *event)
{
    static const int64_t scale[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    struct span text = event_text(event, EVENT_DELAYS);
    size_t at = 0;
    for (size_t i = 0; i < FLOW_PHASES && at < text.n; i++, at++) {
        int64_t value = 0;
        size_t digits = 0;
        size_t decimals = 0;
        bool behind_point = false;
        for (; at < text.n && text.p[at] != '/' && digits < PHASE_DIGITS; at++) {
            if (text.p[at] == '.') {
                behind_point = true;
            } else if (decimals < COUNT_OF(scale) - 1) {
                value = value * 10 + (text.p[at] - '0');
                digits++;
                decimals += behind_point;
            }
        }
        if (digits == 0 || (at < text.n && text.p[at] != '/')) {
            return SMTPLOG_OK;
        }
        value *= scale[decimals];
        struct histogram_memo *memo = histogram_recall(flow->memo, value);
        flow->phase[i].sum += (uint64_t)value * event->repeat;
        TRY(histogram_add_near(&flow->phase[i].histogram, &memo->value, event->repeat,
                               &memo->near[i]));
    }
    return SMTPLOG_OK;
}

enum smtplog_status flow_add_delivery(struct flow *flow, const struct event *event)
{
    if (event_value(event, EVENT_STATUS) != OUTCOME_DELIVERED) {
        return SMTPLOG_OK;
    }
    if (event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND) {
        flow->deliveries[encryption_of(event)] += event->repeat;
    }
    if (event_has(event, EVENT_DELIVERY_TIME)) {
        int64_t microseconds = traffic_microseconds(event->text[EVENT_DELIVERY_TIME]);
        TRY(spread_add(flow, &flow->delivery_time, microseconds, event->repeat));
    }
    return event_has(event, EVENT_DELAYS) ? add_phases(flow, event) : SMTPLOG_OK;
}

/* ---- sessions -------------------------------------------------------------------------------- */

/* Counts three words as one key. The same few come again and again. */
static enum smtplog_status count_words(struct flow *flow, struct topk *table, struct span a,
                                       struct span b, struct span c, uint64_t weight)
{
    char *key = flow->key;
    size_t n = 0;
    const struct span words[] = {a, b, c};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t room = FLOW_KEY - n - COUNT_OF(words);
        size_t length = words[i].n < room ? words[i].n : room;
        memcpy(key + n, words[i].p, length);
        n += length;
        key[n++] = KEY_SEPARATOR;
    }
    struct topk_row *row = NULL;
    return topk_add_again(table, span_of(key, n - 1), weight, &row);
}

static struct span word_of(enum event_field field, int value)
{
    const char *word = event_value_name(field, value);
    return word != NULL ? span_cstr(word) : SPAN_EMPTY;
}

/* `TLS connection established from client` is a client's, `... to server` ours: the daemon tells.
 */
static enum smtplog_status add_handshake(struct flow *flow, const struct event *event)
{
    struct span daemon = event_text(event, EVENT_DAEMON);
    bool server = span_is(daemon, "smtpd");
    bool inbound = server || span_is(daemon, "tlsproxy");
    struct span level = event_text(event, EVENT_LEVEL);
    flow->encrypted += server ? event->repeat
                              : 0; /* tlsproxy's are postscreen's, not opened here */
    return count_words(flow, &flow->handshakes,
                       word_of(EVENT_DIRECTION, inbound ? DIRECTION_INBOUND : DIRECTION_OUTBOUND),
                       level, event_text(event, EVENT_TLS), event->repeat);
}

static enum smtplog_status add_problem(struct flow *flow, const struct event *event)
{
    struct span what = event_text(event, EVENT_ACTION);
    return count_words(flow, &flow->problems,
                       word_of(EVENT_DIRECTION, event_value(event, EVENT_DIRECTION)),
                       what.n > 0 ? what : SPAN_LITERAL("other"),
                       word_of(EVENT_STAGE, event_value(event, EVENT_STAGE)), event->repeat);
}

enum smtplog_status flow_add_session(struct flow *flow, const struct event *event)
{
    switch (event_value(event, EVENT_FACT)) {
    case FACT_CONNECT:
        flow->opened += event->repeat;
        break;
    case FACT_DISCONNECT:
        flow->closed += event->repeat;
        break;
    case FACT_TLS:
        return add_handshake(flow, event);
    case FACT_ARRIVAL:
        if (event_text(event, EVENT_PEER_IP).n > 0) {
            flow->arrivals[encryption_of(event)] += event->repeat;
        }
        break;
    default:
        break;
    }
    return event_value(event, EVENT_KIND) == KIND_CONNECTION ? add_problem(flow, event)
                                                             : SMTPLOG_OK;
}

/* ---- messages -------------------------------------------------------------------------------- */

/* The names under which a message counts; empty for none. */
static void received_names(const struct message_story *story, struct span names[RECEIVED_TABLES])
{
    struct span sender = story->sender;
    struct span domain = SPAN_EMPTY;
    for (size_t i = sender.n; i > 0 && domain.n == 0; i--) {
        domain = sender.p[i - 1] == '@' ? span_from(sender, i) : domain;
    }
    bool local = story->client_ip.n == 0;
    struct span client = story->client_name.n > 0 ? story->client_name : story->client_ip;
    names[RECEIVED_SENDER] = SPAN_EMPTY;
    if (story->has_sender) {
        names[RECEIVED_SENDER] = sender.n > 0 ? sender : SPAN_LITERAL("<>");
    }
    names[RECEIVED_HOST] = local ? SPAN_LITERAL("local") : client;
    names[RECEIVED_SENDER_DOMAIN] = !story->has_sender ? SPAN_EMPTY
                                    : domain.n > 0     ? domain
                                    : !local           ? client
                                    : sender.n > 0     ? sender
                                                       : SPAN_LITERAL("<>");
    names[RECEIVED_LOCAL_USER] = local ? story->client_name : SPAN_EMPTY;
}

static enum smtplog_status add_received(struct flow *flow, const struct message_story *story)
{
    struct span names[RECEIVED_TABLES];
    struct topk_key keys[RECEIVED_TABLES];
    received_names(story, names);
    for (size_t t = 0; t < RECEIVED_TABLES; t++) {
        if (names[t].n > 0) {
            keys[t] = topk_prepare(&flow->received[t], names[t]);
        }
    }
    for (size_t t = 0; t < RECEIVED_TABLES; t++) {
        if (names[t].n > 0) {
            topk_approach(&flow->received[t], &keys[t]);
        }
    }
    for (size_t t = 0; t < RECEIVED_TABLES; t++) {
        struct topk_row *row = NULL;
        if (names[t].n > 0) {
            TRY(topk_add_key(&flow->received[t], &keys[t], 1, &row));
            ((struct received_row *)row->value)->bytes += story->size;
        }
    }
    flow->size.sum += story->size;
    return story->size > 0 ? histogram_add(&flow->size.histogram, (double)story->size, 1)
                           : SMTPLOG_OK;
}

static enum smtplog_status add_queue_time(struct flow *flow, struct queue_time *queue,
                                          int64_t microseconds)
{
    size_t bin = 0;
    while (bin < FLOW_QUEUE_BINS - 1 && microseconds >= flow_queue_bin[bin] * MICROSECONDS) {
        bin++;
    }
    queue->bin[bin]++;
    return spread_add(flow, &queue->spread, microseconds, 1);
}

enum smtplog_status flow_add_message(struct flow *flow, const struct message_story *story)
{
    flow->with_delivery += story->delivered > 0;
    flow->with_deferral += story->met_deferral;
    flow->with_failure += story->state == RECIPIENT_BOUNCED || story->state == RECIPIENT_EXPIRED;
    flow->canceled += story->canceled;
    flow->from_filter += story->from_filter;
    flow->without_size += story->delivered > 0 && story->size == 0;
    if (!story->arrival_seen) {
        return SMTPLOG_OK;
    }
    TRY(add_received(flow, story));
    if (!story->ended || story->canceled) {
        return SMTPLOG_OK;
    }
    int64_t microseconds = (story->end.seconds - story->arrival.seconds) * MICROSECONDS +
                           (story->end.nanosecond - story->arrival.nanosecond) / 1000;
    microseconds = microseconds > 0 ? microseconds : 0;
    TRY(add_queue_time(flow, &flow->queue, microseconds));
    return story->delivered_remote ? add_queue_time(flow, &flow->queue_remote, microseconds)
                                   : SMTPLOG_OK;
}

/* ---- texts ----------------------------------------------------------------------------------- */

enum smtplog_status flow_add_action(struct flow *flow, const struct event *event, struct span text)
{
    struct span stage = word_of(EVENT_STAGE, event_value(event, EVENT_STAGE));
    return count_words(flow, &flow->action_texts, event_text(event, EVENT_ACTION),
                       stage.n > 0 ? stage : event_text(event, EVENT_DAEMON), text, event->repeat);
}
