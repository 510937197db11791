/* Inside a dialogue: what transcript_dialogue.c and transcript_reply.c share. For these two only.
 */
#ifndef LOGFMT_TRANSCRIPT_DIALOGUE_PART_H
#define LOGFMT_TRANSCRIPT_DIALOGUE_PART_H

#include "logfmt/transcript_dialogue.h"

/* A command whose reply has not come. */
struct dialogue_pending {
    enum event_stage stage;
    size_t exchange; /* SIZE_MAX: not kept */
    size_t replies;  /* still to come: more than one for LMTP and PRDR */
    size_t next;     /* recipient that the next of them is about */
    bool per_recipient;
    bool final;    /* BDAT LAST or the dot */
    bool again;    /* a 334 was answered: not a new command */
    char *address; /* owned: of MAIL FROM and RCPT TO; NULL for none */
    size_t address_length;
};

/* A copy in the dialogue's memory, at most DIALOGUE_KEPT bytes; empty once the memory is used up.
 */
struct span dialogue_keep(struct dialogue *session, struct span text);
/* The same without credentials; guess as for secret_add_hidden. */
struct span dialogue_keep_hidden(struct dialogue *session, struct span text, bool guess);

/* True for an IPv4 or IPv6 address. */
bool dialogue_is_address(struct span text);

/* A new exchange, or NULL when no more are kept; *index is SIZE_MAX then. */
struct dialogue_exchange *dialogue_add_exchange(struct dialogue *session, size_t *index);

/* The oldest command without a reply, or NULL; and taking it off. */
struct dialogue_pending *dialogue_head(const struct dialogue *session);
void dialogue_pop(struct dialogue *session);

#endif
