/* One SMTP reply as text: code, enhanced status code, rest. Trust: written by remote servers. */
#ifndef EVENT_REPLY_H
#define EVENT_REPLY_H

#include "base/strbuf.h"

struct reply {
    int code;             /* 200..599, 0 when there is none */
    struct span enhanced; /* "5.1.1", empty when there is none (RFC 3463, RFC 2034) */
    struct span text;     /* what is left; borrowed from the input or from scratch */
};

/* True when text begins with [2-5][0-9][0-9] followed by a blank, a hyphen or the end: the only
 * thing that is a reply code here (RFC 5321, 4.2). */
bool reply_code(struct span text, int *code);

/* Length of an enhanced status code at the front of text (`[245].d.d`, up to three digits a part,
 * no further digit or dot behind), or 0. */
size_t reply_enhanced_length(struct span text);

/* Takes a reply apart. A multi-line reply whose lines were run together (`550-5.7.1 a 550 5.7.1 b`)
 * becomes one text, built in scratch, without the repeated codes (RFC 5321, 4.2.1). False when text
 * does not begin with a code. */
bool reply_parse(struct span text, struct strbuf *scratch, struct reply *reply);

/* The same for text that begins with an enhanced code alone (`5.7.1 Spam rejected`). */
bool reply_parse_enhanced(struct span text, struct reply *reply);

#endif
