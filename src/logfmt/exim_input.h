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
 * One object a thread; lines may be read by several threads, and are put in their places by one.
 * Memory is bounded. Trust: lines written by anybody. */
#ifndef LOGFMT_EXIM_INPUT_H
#define LOGFMT_EXIM_INPUT_H

#include "input/line_reader.h"
#include "logfmt/clock.h"
#include "logfmt/exim.h"

struct exim_input;

/* seed: of the hashes in notes; the same for objects that read lines for each other. */
MUST_USE enum smtplog_status exim_input_new(struct pattern_set *set, uint64_t seed,
                                            struct exim_input **input);
void exim_input_free(struct exim_input *input);

/* What became of a line. */
enum exim_result {
    EXIM_FOREIGN, /* not Exim's: nothing was changed */
    EXIM_EVENT,
    EXIM_CONTEXT,
    EXIM_UNKNOWN
};

/* What one line says by itself leaves this to be decided by those before it. */
struct exim_note {
    bool undated;      /* no stamp as in Exim's own files: it may continue a line of one */
    bool unsure;       /* whether the line is Exim's depends on its file being Exim's own, */
    bool own_assumed;  /* which was taken for true or false */
    bool own_line;     /* a line of Exim's own file */
    bool pieced;       /* part of a record that was cut for syslog; not parsed */
    bool repeatable;   /* another line may tell the same */
    bool within_input; /* in the same file */
    uint64_t hash;     /* of what is told, when repeatable */
};

/* Reads a line of Exim's own log without regard to lines before it. own: whether its file is taken
 * for Exim's own. On EXIM_FOREIGN nothing but the note was changed. */
enum exim_result exim_input_read_file(struct exim_input *input, struct span line, bool own,
                                      struct header *header, struct event *event,
                                      struct exim_note *note);

/* The same for what came by syslog from a program that is Exim. A piece of a cut record is only
 * told. What the note says of lines of Exim's own files stays. */
enum exim_result exim_input_read_syslog(struct exim_input *input, const struct header *header,
                                        struct event *event, struct exim_note *note);

/* The rest is to be asked for the lines in their order. Inputs are told apart by their clocks. */

/* Puts a line that was read into its place; event->time is set. False: an earlier line told the
 * same, and the event keeps nothing but what stands in a header. */
bool exim_input_place(struct exim_input *input, const struct clock *clock, uint64_t line,
                      const struct exim_note *note, struct event *event);

/* Joins a piece of a cut record, and reads the record when its first line is complete. */
enum exim_result exim_input_join(struct exim_input *input, const struct line *line,
                                 const struct header *header, struct event *event,
                                 struct exim_note *note);

/* A message alone; used for the samples in pattern files. */
bool exim_input_message(struct exim_input *input, struct span message, struct event *event);

#endif
