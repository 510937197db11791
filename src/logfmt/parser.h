/* From a line to an event: header, clock, program, rules, and the facts that follow from what the
 * rules captured. One parser a thread; what an event borrows lives until the next line is parsed.
 * Trust: lines written by anybody. */
#ifndef LOGFMT_PARSER_H
#define LOGFMT_PARSER_H

#include "event/event.h"
#include "input/line_reader.h"
#include "logfmt/clock.h"
#include "logfmt/exim_input.h"
#include "pattern/pattern_set.h"

/* Where a line ends up; every line is in exactly one. */
enum line_bin {
    BIN_EVENT,     /* gave a record */
    BIN_CONTEXT,   /* understood, no record */
    BIN_FOREIGN,   /* another program's line */
    BIN_UNKNOWN,   /* a mail daemon's line that no pattern understands */
    BIN_MALFORMED, /* no usable header */
    BIN_OUTSIDE,   /* not between since and until */
    LINE_BINS
};

const char *line_bin_name(enum line_bin bin);

struct parser;

/* postfix is borrowed and must outlive the parser. seed: 0 for one of its own. Free with
 * parser_free. */
MUST_USE enum smtplog_status parser_new(struct pattern_set *postfix, uint64_t seed,
                                        struct parser **parser);
void parser_free(struct parser *parser);

/* Gives the parser Exim's rules, borrowed likewise. Without them lines of Exim are foreign. */
MUST_USE enum smtplog_status parser_set_exim(struct parser *parser, struct pattern_set *exim);

/* Gives the parser the rules for greylisters' lines, borrowed likewise. */
void parser_set_greylister(struct parser *parser, struct pattern_set *greylister);

/* What a run asks of lines that give no record. */
enum parser_wish {
    PARSER_WANTS_ALL,    /* what they tell, for tracking and counting */
    PARSER_WANTS_RECORDS /* nothing but that they were understood */
};

/* PARSER_WANTS_ALL until this is said, before the first line; the rules it was given are used so by
 * all their parsers. With PARSER_WANTS_RECORDS an event of BIN_CONTEXT is complete only as far as
 * its header goes (Exim's have more). Bins are the same either way, and so are all events of
 * BIN_EVENT. */
void parser_want(struct parser *parser, enum parser_wish wish);
enum parser_wish parser_wanted(const struct parser *parser);

/* What became of a line; parser_read leaves some of it to parser_place. */
struct parse_note {
    enum line_bin bin;
    bool has_stamp;
    bool unread;         /* all of it: only its place tells what the line is */
    bool is_exim;        /* by syslog */
    bool own_next;       /* the next line is best taken for one of a file of Exim's own */
    bool changed;        /* by the second step: the line was read again */
    bool is_plain;       /* has a stamp, and its place tells nothing but its time */
    unsigned limits_hit; /* matches that ran into the match limit */
    struct stamp stamp;
    struct exim_note exim;
};

/* Parses one line of an input whose clock is given. note->bin is never BIN_OUTSIDE. *event is
 * complete for BIN_EVENT and BIN_CONTEXT; for the other bins only time, host and daemon may be set.
 * SMTPLOG_NO_MEMORY is the only failure. */
MUST_USE enum smtplog_status parser_line(struct parser *parser, struct clock *clock,
                                         const struct line *line, struct event *event,
                                         struct parse_note *note);

/* The same in two steps, of which the first may be taken by another parser (made with the same
 * seed) in another thread, and in any order. */

/* Reads a line by itself. own: whether its file is taken for Exim's own. */
MUST_USE enum smtplog_status parser_read(struct parser *parser, const struct line *line, bool own,
                                         struct event *event, struct parse_note *note);

/* Puts a line that was read into its place behind the lines of all inputs that came before: time,
 * continuation, repetition. A line may be put into its place again, with the same result. */
MUST_USE enum smtplog_status parser_place(struct parser *parser, struct clock *clock,
                                          const struct line *line, struct event *event,
                                          struct parse_note *note);

/* A random seed shared by parsers that read lines for each other. */
uint64_t parser_seed(const struct parser *parser);

/* Parses the message of a Postfix daemon as it stands behind the header (used for the samples in
 * pattern files). True when a rule matched. */
bool parser_postfix_message(struct parser *parser, struct span daemon, struct span message,
                            struct event *event);

/* The same for a message of a greylister. */
bool parser_greylister_message(struct parser *parser, struct span daemon, struct span message,
                               struct event *event);

/* The same for a message of Exim, which is one daemon whatever it does. */
bool parser_exim_message(struct parser *parser, struct span daemon, struct span message,
                         struct event *event);

#endif
