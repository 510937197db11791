/* Which lines of the inputs may belong to a transcript, and what became of them. A line without a
 * log header may be anything; inside logs only Postfix's debug_peer lines are looked at. One
 * transcript an input, made when its first such line comes. */
#ifndef LIB_TRANSCRIPT_FEED_H
#define LIB_TRANSCRIPT_FEED_H

#include "logfmt/parser.h"
#include "logfmt/transcript.h"

struct transcript_feed;

/* dialects is borrowed. Free with transcript_feed_free. */
MUST_USE enum smtplog_status transcript_feed_new(struct transcript_dialects *dialects,
                                                 size_t file_count, struct transcript_feed **feed);
void transcript_feed_free(struct transcript_feed *feed);

/* False for a line that transcript_feed_line does not take. Nearly every line of a log is told by
 * this. */
static inline bool transcript_feed_wants(const struct event *parsed, enum line_bin bin)
{
    return bin == BIN_MALFORMED || bin == BIN_FOREIGN || parsed->is_bracketed;
}

/* Gives a line with what the parser made of it. *taken: it will come back from
 * transcript_feed_next, and is not to be counted before. */
MUST_USE enum smtplog_status transcript_feed_line(struct transcript_feed *feed, size_t file,
                                                  const struct line *line,
                                                  const struct event *parsed, enum line_bin bin,
                                                  bool *taken);

/* The input has ended, or another one begins. */
MUST_USE enum smtplog_status transcript_feed_flush(struct transcript_feed *feed, size_t file);

/* The next line whose bin is known. For BIN_EVENT result->event is the record. Lines that are no
 * part of a dialogue have the parser's bin; BIN_MALFORMED among them is BIN_FOREIGN when the input
 * holds a transcript (ask transcript_feed_found at its end). */
bool transcript_feed_next(struct transcript_feed *feed, size_t file,
                          struct transcript_result *result, enum line_bin *bin);

/* True when some line of the input was part of a dialogue. */
bool transcript_feed_found(const struct transcript_feed *feed, size_t file);

/* The transcript of an input, or NULL; its sessions are for the annotated dialogue. */
const struct transcript *transcript_feed_transcript(const struct transcript_feed *feed,
                                                    size_t file);

#endif
