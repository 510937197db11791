/* The message part of an Exim line, and what stands in front of it in Exim's own files: stamp,
 * process id, message id. Trust: lines written by anybody. */
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

/* The shape of Exim's stamp, before it is read: a blank between date and time. What does not have
 * it has no front of Exim's. */
static inline bool exim_looks_stamped(struct span line)
{
    return line.n > 19 && line.p[4] == '-' && line.p[10] == ' ' && line.p[13] == ':';
}

/* Reads the front of a line of mainlog, rejectlog or paniclog: `2026-11-21 06:00:01.123 +0100 [123]
 * `, with the message id behind it (empty when there is none). Nothing in *header is changed for
 * EXIM_NONE. */
enum exim_front exim_read_front(struct exim *exim, struct span line, struct header *header,
                                struct span *id);

/* What stands behind the stamp of the line whose front was read last. */
struct span exim_behind_stamp(const struct exim *exim, struct span line);

/* Takes what Exim itself writes in front of a message off what came by syslog: stamp, process id,
 * message id. */
void exim_strip_front(struct span *message, struct span *pid, struct span *id);

/* Parses a message that stood behind id: rules, fields, derived facts. The rule, or NULL. What the
 * event borrows lives until the next call, as long as the message. */
const struct pattern_rule *exim_parse(struct exim *exim, struct span message, struct span id,
                                      struct event *event);

#endif
