/* Who the mail goes to and comes from: a table of rows by name for each of domain, provider, peer,
 * sender and client. Trust: names come from log text; a table holds a fixed number of them. */
#ifndef AGGREGATE_TRAFFIC_H
#define AGGREGATE_TRAFFIC_H

#include "aggregate/histogram.h"
#include "aggregate/topk.h"
#include "event/event.h"

/* A row of domains, providers, peers, senders, clients. */
struct traffic {
    uint64_t attempts, delivered, deferred, bounced, rejected, greylisted;
    struct histogram delay; /* seconds from arrival to delivery, of delivered attempts */
};

enum traffic_table {
    TRAFFIC_DOMAIN,
    TRAFFIC_PROVIDER,
    TRAFFIC_PEER,
    TRAFFIC_SENDER,
    TRAFFIC_CLIENT,
    TRAFFIC_TABLES
};

void traffic_init(struct topk tables[TRAFFIC_TABLES], size_t rows);
void traffic_free(struct topk tables[TRAFFIC_TABLES]);

/* Adds an attempt or a reject. sender: the envelope sender of a delivery as known from its message,
 * p == NULL when unknown. */
MUST_USE enum smtplog_status traffic_add(struct topk tables[TRAFFIC_TABLES],
                                         const struct event *event, struct span sender);

#endif
