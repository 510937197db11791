/* The message part of an Exim line, and what stands in front of it in Exim's own files: stamp, process id,
 * message id. Trust: lines written by anybody. */
#ifndef LOGFMT_EXIM_H
#define LOGFMT_EXIM_H

#include "base/status.h"
#include "event/event.h"
#include "logfmt/header.h"
#include "pattern/pattern_set.h"

/* How sure the front of a line is Exim's. */
enum exim_front {
    EXIM_NONE,
    EXIM_MAYBE, /* a stamp such as Exim writes, but others do too */
    EXIM_SURE   /* a process id or a message id stands behind it */
};

struct exim;

/* set is borrowed and must outlive the reader. Free with exim_free. */
MUST_USE enum smtplog_status exim_new(struct pattern_set *set, struct exim **exim);
void exim_free(struct exim *exim);

/* Reads the front of a line of mainlog, rejectlog or paniclog: `2026-11-21 06:00:01.123 +0100 [123] `. The
 * message begins with the message id, if there is one. Nothing in *header is changed for EXIM_NONE. */
enum exim_front exim_read_front(struct span line, struct header *header);

/* Takes a message id (`1xV5CS-00000t-0P`, since 4.97 `1vMPaa-00000000001-0001`) and the blank behind it off
 * the front of *message. */
bool exim_take_message_id(struct span *message, struct span *id);

/* Takes what Exim itself writes in front of a message off what came by syslog: stamp, process id. */
void exim_strip_front(struct span *message, struct span *pid);

/* Parses a message: id, rules, fields, derived facts. The rule, or NULL. What the event borrows lives until
 * the next call, as long as the message. */
const struct pattern_rule *exim_parse(struct exim *exim, struct span message, struct event *event);

#endif
