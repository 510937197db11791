/* A trace: every line of the messages and sessions that are concerned by what is asked for. The
 * inputs are read several times: each pass finds out more about which queue ids, message ids and
 * processes belong to it, until one finds nothing new. */
#ifndef LIB_TRACE_H
#define LIB_TRACE_H

#include "lib/analyzer.h"
#include "lib/trace_cut.h"
#include "lib/trace_search.h"
#include "lib/trace_set.h"
#include "logfmt/header_reader.h"
#include "track/trail_story.h"

#define TRACE_PASSES    16    /* reads of the inputs at most */
#define TRACE_WORDS     64    /* things asked for at most */
#define TRACE_FOLLOWED  65536 /* queue ids, message ids, processes at most, each */
#define TRACE_SAME_MAIL 64    /* messages followed because of one message id: some are no ids */
#define TRACE_STAMP     40    /* bytes of a line that hold its stamp */

/* What is remembered of an input while it is read. */
struct trace_file {
    char stamp[TRACE_STAMP]; /* of the line whose time was taken last */
    size_t stamp_length;
    bool cut_records;        /* Exim writes here by syslog, which cuts its records */
    uint64_t kept;           /* number of the line kept last, for what goes on behind it */
    struct trail_node *node; /* which has it */
};

struct trace {
    struct smtplog_analyzer *analyzer; /* borrowed */
    struct trace_word *words;          /* owned */
    size_t word_count;
    struct trace_set ids, mails, processes;
    struct trace_set clients; /* of postscreen: `192.0.2.1]:40000` */
    struct trail *trail;
    struct trace_cut cut; /* its pieces are the trail's */
    struct header_reader reader;
    struct trace_file *files; /* owned; by file of the plan */
    bool grew;                /* something to follow was found in this pass */
    unsigned passes;
    bool complete;              /* the last pass found nothing new */
    struct trail_chains chains; /* owned; what was found */
};

MUST_USE enum smtplog_status trace_new(struct smtplog_analyzer *analyzer, const char *const *what,
                                       size_t count, struct trace **trace);
void trace_free(struct trace *trace);

/* Reads all inputs as often as needed. Then trace->trail holds the lines, and what is wanted is
 * marked. */
MUST_USE enum smtplog_status trace_run(struct trace *trace);

/* Whether an event does not lie before the time asked for. */
bool trace_in_range(const struct smtplog_analyzer *analyzer, const struct event *event);

/* One line whose text may concern the trace: keeps it when it does. */
MUST_USE enum smtplog_status trace_take(struct trace *trace, const struct stream_line *line,
                                        struct event *event, enum line_bin bin);

#endif
