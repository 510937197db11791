/* Events whose meaning may change when the lines before or after this log are known: of messages
 * that began before it or are open at its end (and of messages linked with them), of sessions with
 * failed log-ins cut in the same way, and of inbound keys, which may have been refused before and
 * may come back later. A snapshot keeps them; putting snapshots together takes them up again.
 * Memory is bounded; what is given up is told. Trust: events hold texts from logs. */
#ifndef TRACK_HELD_H
#define TRACK_HELD_H

#include "track/event_column.h"
#include "track/inbound.h"
#include "track/message.h"

#define HELD_MEMORY   ((size_t)16 * 1024 * 1024)  /* bytes of events while a log is read */
#define HELD_FILE     ((size_t)128 * 1024 * 1024) /* where they may go into a file */
#define HELD_KEPT     ((size_t)2 * 1024 * 1024)   /* and of those that are left in the end */
#define HELD_REFUSALS 50000                       /* of inbound keys */
#define HELD_ACCEPTS  30000

struct held;

MUST_USE enum smtplog_status held_new(struct held **held);
void held_free(struct held *held);

/* Much of what is open may be put into a temporary file there, which has no name. */
void held_allow_file(struct held *held, const char *directory);

/* An event that held_note will be given next: begins to look up its message. May be left out. */
void held_expect(struct held *held, const struct event *event);

/* Notes an event or context line, after the tracker took it. */
MUST_USE enum smtplog_status held_note(struct held *held, const struct event *event);

/* Notes a refusal that gave its inbound key a mark for the first time, and a mail let in. */
MUST_USE enum smtplog_status held_note_refusal(struct held *held, const struct event *event);
MUST_USE enum smtplog_status held_note_accept(struct held *held, const struct event *event,
                                              const struct track_context *context);

/* The same of a greylister's lines about a triplet. */
MUST_USE enum smtplog_status held_note_triplet(struct held *held, const struct event *event,
                                               bool passes);

/* What stands for the key of a mail let in: the event with the key as recipient, and without what
 * is not needed. key must hold HELD_KEY bytes. */
#define HELD_KEY 20
struct event held_accept(const struct event *event, const struct track_context *context,
                         char key[HELD_KEY]);

/* The host of all lines; empty when there were several, or lines without. */
struct span held_host(const struct held *held);

/* At the end of the log: adds the events to keep to columns, in the order they came; messages and
 * keys given up. */
MUST_USE enum smtplog_status held_finish(struct held *held, struct event_columns *columns,
                                         uint64_t *given_up);

#endif
