/* Who a message is: what lines of one queue id tell that its other lines do not show. Kept for
 * those who ask for it (joined records, filters by sender or client) while the message is open:
 * IDENTITY_MESSAGES in two generations, the ones longest unseen are forgotten. Events must come in
 * order of time. Trust: texts are copied from logs, cut at IDENTITY_TEXT bytes. */
#ifndef TRACK_IDENTITY_H
#define TRACK_IDENTITY_H

#include "base/status.h"
#include "event/event.h"

#define IDENTITY_MESSAGES 65536
#define IDENTITY_TEXT     1000

/* Spans borrow until the next call. Texts that were not seen are empty. */
struct identity {
    bool has_sender;
    struct span sender; /* envelope sender, empty for <> */
    struct span message_id;
    struct span client, client_ip; /* name and address of who brought it */
    struct span user;              /* who had logged in for it */
    bool arrival_seen;
    bool logged_in; /* with or without a name */
    struct instant arrival;
};

struct identity_table;

MUST_USE enum smtplog_status identity_table_new(struct identity_table **table);
void identity_table_free(struct identity_table *table);

/* Takes an event or context line, shown or not, and tells what is known of its message from it and
 * the lines before. False in *known when the line names no message that was seen. */
MUST_USE enum smtplog_status identity_note(struct identity_table *table, const struct event *event,
                                           struct identity *identity, bool *known);

/* Marks the arrival of the event's message as counted; true the first time. */
bool identity_take_arrival(struct identity_table *table, const struct event *event);

#endif
