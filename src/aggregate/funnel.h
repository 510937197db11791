/* How far sessions get: for each stage of the dialogue how many reached it and how many were lost
 * there. Of those who come to us by the counters that Postfix logs when a session ends
 * (`disconnect from ... ehlo=1 auth=0/3 rcpt=1/2`), of our attempts by the stage of the reply that
 * ended them. And how log-ins ended, by client and user. Trust: counters are checked, names come
 * from log text. */
#ifndef AGGREGATE_FUNNEL_H
#define AGGREGATE_FUNNEL_H

#include "aggregate/topk.h"
#include "event/event.h"

#define FUNNEL_CODES    600
#define FUNNEL_NAMES    512
#define FUNNEL_OUTCOMES 6 /* reply codes of AUTH told apart for each client and user */

/* The codes that end a log-in or go on with it, as funnel_codes[] lists them. */
extern const int funnel_codes[FUNNEL_OUTCOMES];

struct login_row {
    uint64_t ok, failed;
    uint64_t code[FUNNEL_OUTCOMES]; /* replies with that code */
};

/* Sessions end with the same few rows of counters: what they mean is worked out once. */
#define FUNNEL_MEMOS 64
#define FUNNEL_VERBS 8

struct funnel_memo {
    char counters[79];
    uint8_t length; /* of them; 0: free */
    size_t verb_count;
    struct {
        uint32_t stage, tries, failed;
    } verbs[FUNNEL_VERBS];
};

struct funnel {
    uint64_t sessions;         /* that ended with counters */
    uint64_t reached[STAGES];  /* of these, that gave a command of the stage */
    uint64_t passed[STAGES];   /* and had at least one accepted */
    uint64_t commands[STAGES]; /* given */
    uint64_t refused[STAGES];  /* of these, not accepted */
    uint64_t attempts;         /* ours */
    uint64_t delivered;
    uint64_t lost[STAGES];            /* of the attempts; STAGE_NONE: where is not logged */
    uint64_t auth_code[FUNNEL_CODES]; /* replies to AUTH, either direction */
    struct topk clients, users;       /* struct login_row */
    struct funnel_memo memos[FUNNEL_MEMOS];
};

void funnel_init(struct funnel *funnel);
void funnel_free(struct funnel *funnel);

/* Context lines that say something here, beside those with a reply code. */
#define FUNNEL_FACTS (FACT_SET(FACT_DISCONNECT) | FACT_SET(FACT_ARRIVAL))

/* Adds an event or context line of the range asked for. */
MUST_USE enum smtplog_status funnel_add(struct funnel *funnel, const struct event *event);

/* Adds failed log-ins that only a session's counters tell. */
MUST_USE enum smtplog_status funnel_add_unseen_auth(struct funnel *funnel,
                                                    const struct event *event, uint64_t count);

/* Our attempts that came as far as a stage: all but those lost before it. */
uint64_t funnel_outbound_reached(const struct funnel *funnel, enum event_stage stage);

#endif
