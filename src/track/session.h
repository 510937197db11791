/* Log-in failures per SMTP session: a server may log each failure, or only `auth=0/3` when the
 * session ends. The larger of the two counts. A session is (host, service, process id) from one
 * disconnect to the next. */
#ifndef TRACK_SESSION_H
#define TRACK_SESSION_H

#include "base/status.h"
#include "event/event.h"

/* Sessions with failures kept open at a time; more are counted by their lines alone. */
#define SESSION_MAXIMUM 4096

struct session_table;

MUST_USE enum smtplog_status session_table_new(struct session_table **table);
void session_table_free(struct session_table *table);

/* Lines that end a session; beside them only failed log-ins say something here. */
#define SESSION_FACTS FACT_SET(FACT_DISCONNECT)

/* Notes an event or context line. At a disconnect *unseen gets the failed log-ins that had no line
 * of their own, else 0. */
MUST_USE enum smtplog_status session_note(struct session_table *table, const struct event *event,
                                          uint64_t *unseen);

/* One of Postfix's counters. */
struct session_count {
    struct span verb; /* empty for a word that is no counter */
    uint64_t failed, tries;
    bool valid; /* the numbers are numbers */
};

/* Takes the next word off the front of counters; false when none is left. */
bool session_next_count(struct span *counters, struct session_count *count);

/* Failed and all tries of a verb in Postfix's counters (`ehlo=1 auth=1/3 quit=1`): `auth=1/3` is 2
 * of 3 failed, a lone number means that none failed. False when the verb is not there. */
bool session_counter(struct span counters, const char *verb, uint64_t *failed, uint64_t *tries);

#endif
