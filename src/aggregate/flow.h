/* Figures of whole messages and of connections: how much came from where, how big messages are, how
 * long they took and where, how many connections were encrypted or broke off, and the texts of
 * rules that acted without refusing. Trust: names and texts come from logs; every table holds a
 * fixed number of rows. */
#ifndef AGGREGATE_FLOW_H
#define AGGREGATE_FLOW_H

#include "aggregate/histogram.h"
#include "aggregate/topk.h"
#include "event/event.h"
#include "track/message.h"

#define FLOW_ROWS         4096 /* of a table of names */
#define FLOW_ACTION_ROWS  1024
#define FLOW_WORD_ROWS    256  /* of a table of words that logs repeat */
#define FLOW_EXACT_VALUES 4096 /* values kept before a distribution becomes a sketch */
#define FLOW_PHASES       4
#define FLOW_QUEUE_BINS   10
#define FLOW_KEY          1024 /* bytes of a key of words and a text */

/* Messages received, by name; a row's count is the messages. */
enum received_table {
    RECEIVED_SENDER,
    RECEIVED_SENDER_DOMAIN, /* without a domain the client's name */
    RECEIVED_HOST,          /* the client: its name, else its address; "local" without one */
    RECEIVED_LOCAL_USER,    /* who handed it in on this host */
    RECEIVED_TABLES
};

struct received_row {
    uint64_t bytes;
};

/* A distribution with its sum, for means. */
struct spread {
    uint64_t sum; /* bytes or microseconds */
    struct histogram histogram;
};

/* Time from arrival to the end of a message: bins of 1, 5, 15, 30 minutes, 1, 3, 6, 12, 24 hours
 * (each up to, not including, its end) and what took longer. */
struct queue_time {
    uint64_t bin[FLOW_QUEUE_BINS];
    struct spread spread;
};

/* Ends of the bins in seconds; the last has none. */
extern const int64_t flow_queue_bin[FLOW_QUEUE_BINS - 1];

/* How a delivery or an arrival went over the wire. */
enum encryption {
    ENCRYPTION_UNKNOWN, /* the log does not say */
    ENCRYPTION_NONE,
    ENCRYPTION_TLS,
    ENCRYPTIONS
};

struct flow {
    struct topk received[RECEIVED_TABLES]; /* struct received_row */
    struct spread size;                    /* of received messages whose size is known */
    struct spread phase[FLOW_PHASES];      /* Postfix's delays=a/b/c/d */
    struct spread delivery_time;           /* Exim's DT= */
    struct queue_time queue, queue_remote; /* all messages; those with a remote delivery */
    /* messages */
    uint64_t with_delivery, with_deferral, with_failure, canceled, from_filter, without_size;
    /* connections */
    uint64_t opened, closed; /* by clients */
    uint64_t encrypted;      /* of the opened ones, as far as the log tells TLS */
    uint64_t arrivals[ENCRYPTIONS], deliveries[ENCRYPTIONS];
    struct topk handshakes;   /* key "direction level version" */
    struct topk problems;     /* key "direction what stage" */
    struct topk action_texts; /* key "action stage text" */
    struct histogram_memo memo[HISTOGRAM_MEMOS];
    char key[FLOW_KEY];
};

void flow_init(struct flow *flow);
void flow_free(struct flow *flow);

/* Adds an attempt's times and encryption. */
MUST_USE enum smtplog_status flow_add_delivery(struct flow *flow, const struct event *event);

/* Adds what a context line or a connection's failure says of sessions. */
MUST_USE enum smtplog_status flow_add_session(struct flow *flow, const struct event *event);

/* Adds the end of a message. */
MUST_USE enum smtplog_status flow_add_message(struct flow *flow, const struct message_story *story);

/* Adds the text of a rule that did something with a message without refusing it. */
MUST_USE enum smtplog_status flow_add_action(struct flow *flow, const struct event *event,
                                             struct span text);

/* Mean in seconds or bytes; unit is what the sum counts by (1000000 for microseconds). */
double spread_mean(const struct spread *spread, double unit);

#endif
