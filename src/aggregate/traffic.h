/* Who the mail goes to and comes from: a table of rows by name for each of domain, provider, peer,
 * sender, recipient, transport and client. Trust: names come from log text; a table holds a fixed
 * number of them. */
#ifndef AGGREGATE_TRAFFIC_H
#define AGGREGATE_TRAFFIC_H

#include "aggregate/histogram.h"
#include "aggregate/topk.h"
#include "event/event.h"

/* A row of any of the tables. */
struct traffic {
    uint64_t attempts, delivered, deferred, bounced, rejected, greylisted;
    uint64_t rejected_temporary; /* of the rejected ones, with a 4yz */
    uint64_t deliveries;         /* delivered, further recipients of one delivery left out */
    uint64_t bytes;              /* sizes of what was delivered, once for each recipient */
    uint64_t delay_sum;          /* of the delays below, microseconds */
    uint64_t deferred_delay;     /* longest of the deferred attempts, microseconds */
    struct histogram delay;      /* seconds from arrival to delivery, of delivered attempts */
};

/* Rows of recipients and clients end before the distribution of delays. */
#define TRAFFIC_SHORT_ROW offsetof(struct traffic, delay)

/* The distribution of a row of a table; NULL when that has none, or nothing was added. */
struct histogram *traffic_delay(const struct topk *table, const struct topk_row *row);

enum traffic_table {
    TRAFFIC_DOMAIN,
    TRAFFIC_PROVIDER,
    TRAFFIC_PEER,
    TRAFFIC_SENDER,
    TRAFFIC_RECIPIENT,
    TRAFFIC_TRANSPORT, /* Exim's transport, Postfix's delivery agent */
    TRAFFIC_CLIENT,
    TRAFFIC_TABLES
};

void traffic_init(struct topk tables[TRAFFIC_TABLES], size_t rows);
void traffic_free(struct topk tables[TRAFFIC_TABLES]);

/* What an event's message knows that its own line does not say. */
struct traffic_message {
    bool has_sender;
    struct span sender; /* envelope sender, empty for <> */
    uint64_t size;      /* bytes, 0 when unknown */
};

/* Decimal seconds as Postfix prints them, such as "0.31" or "3601", in microseconds; -1 for any
 * other text. */
int64_t traffic_microseconds(struct span text);

#define TRAFFIC_DOMAIN_KEPT 255

/* A name under which an event counts, and where. */
struct traffic_name {
    struct topk *table;
    struct topk_key key;
};

/* Rows that an event will be added to. */
struct traffic_lookup {
    const struct event *event;
    bool approached;
    size_t count;                             /* of names, in the order of the tables */
    struct traffic_name name[TRAFFIC_TABLES]; /* that of the sender is empty until it is known */
    struct traffic_name *sender;              /* looked up when the message was known; NULL: not */
    char lower[TRAFFIC_DOMAIN_KEPT];          /* what a domain is when no event field holds it */
};

/* The tables are larger than the nearest caches. Begins the look-ups of an attempt or a reject, so
 * that they go on beside other work; the sender's row follows when the message is known. */
void traffic_expect(struct topk tables[TRAFFIC_TABLES], struct traffic_lookup *lookup,
                    const struct event *event);

/* Goes on with them, now that the message is known: asks for the rows. */
void traffic_approach(struct topk tables[TRAFFIC_TABLES], struct traffic_lookup *lookup,
                      const struct traffic_message *message);

/* Adds the event whose rows were looked up, after both. memos: of delays met before. */
MUST_USE enum smtplog_status traffic_add_expected(struct traffic_lookup *lookup,
                                                  const struct traffic_message *message,
                                                  struct histogram_memo memos[HISTOGRAM_MEMOS]);

/* Adds an attempt or a reject. */
MUST_USE enum smtplog_status traffic_add(struct topk tables[TRAFFIC_TABLES],
                                         const struct event *event,
                                         const struct traffic_message *message,
                                         struct histogram_memo memos[HISTOGRAM_MEMOS]);

#endif
