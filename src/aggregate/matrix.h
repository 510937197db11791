/* Reply code, enhanced code and outcome as the three axes they are: how often each combination was
 * logged, and which combinations contradict themselves. Trust: numbers only; samples are log text.
 */
#ifndef AGGREGATE_MATRIX_H
#define AGGREGATE_MATRIX_H

#include "base/strbuf.h"
#include "event/event.h"

#define MATRIX_CODES  600
#define MATRIX_SAMPLE 400 /* bytes kept of a sample */

/* First digit of the reply's enhanced code. */
enum matrix_enhanced {
    ENHANCED_NONE,
    ENHANCED_2,
    ENHANCED_4,
    ENHANCED_5,
    MATRIX_ENHANCED
};

/* What does not fit together. */
enum contradiction {
    CONTRADICTION_PERMANENT_CODE_TEMPORARY_ENHANCED, /* 550 4.7.1 */
    CONTRADICTION_TEMPORARY_CODE_PERMANENT_ENHANCED, /* 450 5.1.1 */
    CONTRADICTION_SUCCESS_CODE_FAILURE_ENHANCED,     /* 250 5.0.0 */
    CONTRADICTION_PERMANENT_GREETING_DEFERRED,       /* refused to talk to me: 554, deferred */
    CONTRADICTION_PERMANENT_LOGIN_DEFERRED,          /* AUTH: 535, deferred */
    CONTRADICTION_PERMANENT_REPLY_DEFERRED,          /* RCPT: 550, deferred: soft_bounce = yes? */
    CONTRADICTION_TEMPORARY_REPLY_BOUNCED,           /* RCPT: 450, bounced */
    CONTRADICTION_UNKNOWN_USER_TEMPORARY,            /* we said 450, user unknown: soft_bounce? */
    CONTRADICTIONS
};

/* Names as in JSON and in the catalogue. */
const char *contradiction_name(enum contradiction contradiction);

struct contradiction_row {
    uint64_t count;
    struct instant first; /* of the sample */
    char sample[MATRIX_SAMPLE];
};

struct matrix {
    uint64_t cell[MATRIX_CODES][MATRIX_ENHANCED][OUTCOMES];
    struct contradiction_row contradictions[CONTRADICTIONS];
};

/* Adds a delivery or a reject with a seen code that is not stale; others are passed over. */
void matrix_add(struct matrix *matrix, const struct event *event);

#endif
