/* Lines read and judged by several threads ahead of their turn, and given in order. An input is cut
 * into blocks of lines; whoever is free takes the next block off the input, then reads its lines by
 * themselves (parser_read, judge_event). The thread that asks for lines does the same while the
 * next block is not ready. Blocks and what becomes of them depend on the input alone, never on the
 * number of threads. Memory: a few blocks. Trust: lines written by anybody. */
#ifndef LIB_PARSE_AHEAD_H
#define LIB_PARSE_AHEAD_H

#include "input/line_reader.h"
#include "lib/judge.h"
#include "logfmt/parser.h"

#define AHEAD_THREADS 64

struct parse_ahead;

/* A line with what it says by itself: for parser_place. */
struct ahead_line {
    struct line line;
    struct event event;
    struct parse_note note;
};

/* threads: all that work, with the one that asks, 2 to AHEAD_THREADS. Everything else is borrowed;
 * parser and judge are used by the asking thread only. No thread is started before an input is
 * attached. Free with parse_ahead_free, which stops the threads. */
MUST_USE enum smtplog_status parse_ahead_new(size_t threads, const struct knowledge *knowledge,
                                             struct parser *parser, struct judge *judge,
                                             struct parse_ahead **ahead);
void parse_ahead_free(struct parse_ahead *ahead);

/* Takes lines from a reader from now on, which is the threads' own until parse_ahead_next gave
 * SMTPLOG_END or parse_ahead_detach. One input at a time: false when there is another, or threads
 * could not be started. */
bool parse_ahead_attach(struct parse_ahead *ahead, struct source *source,
                        struct line_reader *reader);
void parse_ahead_detach(struct parse_ahead *ahead);

/* The next line of the attached input, valid until the next call. */
MUST_USE enum smtplog_status parse_ahead_next(struct parse_ahead *ahead, struct ahead_line **line);

/* Stored bytes that were consumed for the lines given so far. */
uint64_t parse_ahead_stored_done(const struct parse_ahead *ahead);

#endif
