/* What the parts of the signals share. Private to signal*.c. Trust: as signal.h. */
#ifndef AGGREGATE_SIGNAL_PART_H
#define AGGREGATE_SIGNAL_PART_H

#include "aggregate/signal.h"

/* One of our own services met greylisting. */
void signal_note_holder(struct signal_set *set, struct span service);

/* We greylisted a client: from which network its sender and recipient came. */
MUST_USE enum smtplog_status signal_note_mover(struct signal_set *set, const struct event *event);

/* The message of an event; never 0. */
uint64_t signal_message_key(const struct signal_set *set, const struct event *event);

/* A message was deferred by a place, named as its row is; it waits no longer. */
MUST_USE enum smtplog_status signal_keep_waiting(struct signal_set *set, const struct event *event,
                                                 struct span place);
void signal_forget_waiting(struct signal_set *set, uint64_t message);

#endif
