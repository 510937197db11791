/* Lines of Exim as they lie in a file: its own logs (mainlog, rejectlog, paniclog) or syslog. Knows
 * what goes over several lines:
 *
 *   - records that Exim cut for syslog, `[1/2] ...`, `[2/2] ...`, are put together again; the
 * record stands at the line of its first piece;
 *   - lines without a stamp behind a line of Exim's own file are its continuation: header lines
 * that the rejectlog dumps, the second line of a reply to AUTH;
 *   - a line that a second log holds as well counts once: rejectlog and paniclog repeat lines of
 * the mainlog, and into syslog Exim writes such lines twice.
 *
 * One object a thread. Memory is bounded. Trust: lines written by anybody. */
#ifndef LOGFMT_EXIM_INPUT_H
#define LOGFMT_EXIM_INPUT_H

#include "input/line_reader.h"
#include "logfmt/clock.h"
#include "logfmt/exim.h"

struct exim_input;

MUST_USE enum smtplog_status exim_input_new(struct pattern_set *set, struct exim_input **input);
void exim_input_free(struct exim_input *input);

/* What became of a line. */
enum exim_result {
    EXIM_FOREIGN, /* not Exim's: nothing was changed */
    EXIM_EVENT,
    EXIM_CONTEXT,
    EXIM_UNKNOWN
};

/* A line of Exim's own log, with its stamp resolved by the clock of its input. */
enum exim_result exim_input_file_line(struct exim_input *input, struct clock *clock,
                                      const struct line *line, struct event *event);

/* A line that came by syslog from a program that is Exim. event->time is set. */
enum exim_result exim_input_syslog_line(struct exim_input *input, const struct clock *clock,
                                        const struct line *line, const struct header *header,
                                        struct event *event);

/* A message alone; used for the samples in pattern files. */
bool exim_input_message(struct exim_input *input, struct span message, struct event *event);

#endif
