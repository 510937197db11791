/* What a trace looks for in the text of lines: a queue id, a message id, a mail address, a host, an
 * IP address or any other word. A line is concerned when the text stands in it as a whole word:
 * "bob@example.org" is not part of "jim.bob@example.org". Hosts also stand for what lies below them
 * and for the domain of an address. Trust: both the words and the lines are anybody's. */
#ifndef LIB_TRACE_SEARCH_H
#define LIB_TRACE_SEARCH_H

#include "base/span.h"
#include "base/status.h"

#define TRACE_WORD_MAXIMUM 1000

enum trace_word_kind {
    WORD_ADDRESS, /* has an @ inside: mail address or message id */
    WORD_DOMAIN,  /* @example.org: every address there */
    WORD_HOST,    /* has a dot */
    WORD_IP4,
    WORD_IP6,
    WORD_ID,   /* could be a queue id: case matters */
    WORD_OTHER /* a user's name, a message id without @ ... */
};

struct trace_word {
    enum trace_word_kind kind;
    size_t length;
    char text[TRACE_WORD_MAXIMUM]; /* in lower case where case does not matter */
    uint8_t skip[256];
};

/* Reads one thing asked for. Angle brackets and the square brackets of addresses are taken off,
 * IPv6 is brought into its usual form. False when there is no letter or digit in it or it is too
 * long. */
bool trace_word_read(struct span text, struct trace_word *word);

/* Whether the line may be concerned; false is sure. Quick. */
bool trace_word_may_be_in(const struct trace_word *word, struct span line);

/* Whether it stands in the text as a whole word. */
bool trace_word_is_in(const struct trace_word *word, struct span text);

/* Whether text has the shape of a queue id of Postfix or Exim. */
bool trace_is_queue_id(struct span text);

/* Takes the next word that could be a queue id off the front of *rest: letters, digits, hyphens. */
bool trace_next_id(struct span *rest, struct span *word);

#endif
