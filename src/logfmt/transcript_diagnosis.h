/* What a finished session shows: why it failed, or that it did not. A pure function of a session;
 * its words are in report/dialogue_words. No markers, no files, no classes of replies (those are
 * the catalogue's). */
#ifndef LOGFMT_TRANSCRIPT_DIAGNOSIS_H
#define LOGFMT_TRANSCRIPT_DIAGNOSIS_H

#include "logfmt/transcript_dialogue.h"

/* The first that fits a session, and further ones that are true beside it. */
enum diagnosis {
    DIAGNOSIS_ACCEPTED, /* the message was accepted, for everybody */
    DIAGNOSIS_PARTLY,   /* accepted, but not for every recipient */
    DIAGNOSIS_NO_MAIL,  /* nothing failed, no message was sent */
    DIAGNOSIS_SILENT,   /* the greeting never came */
    DIAGNOSIS_GREETING_REFUSED,
    DIAGNOSIS_GREETING_LATER,
    DIAGNOSIS_TLS_REFUSED,
    DIAGNOSIS_TLS_NEEDED,
    DIAGNOSIS_AUTH_NEEDED,
    DIAGNOSIS_AUTH_AFTER_TLS,   /* login needed, offered only under TLS */
    DIAGNOSIS_AUTH_NOT_OFFERED, /* login needed, but not offered */
    DIAGNOSIS_AUTH_REFUSED,
    DIAGNOSIS_AUTH_LATER,
    DIAGNOSIS_SENDER_REFUSED,
    DIAGNOSIS_SENDER_LATER,
    DIAGNOSIS_ADDRESS,
    DIAGNOSIS_RCPT_POLICY,
    DIAGNOSIS_GREYLISTED,
    DIAGNOSIS_RCPT_LATER,
    DIAGNOSIS_DATA_REFUSED,
    DIAGNOSIS_MESSAGE_REFUSED,
    DIAGNOSIS_MESSAGE_LATER,
    DIAGNOSIS_SEQUENCE,
    DIAGNOSIS_COMMAND,
    DIAGNOSIS_CLOSED,   /* 421 */
    DIAGNOSIS_NO_REPLY, /* the last command was never answered */
    /* further ones */
    DIAGNOSIS_AFTER_421,
    DIAGNOSIS_UNFINISHED,
    DIAGNOSIS_CUT,
    DIAGNOSES
};

#define DIAGNOSIS_FURTHER 3

struct dialogue_diagnosis {
    enum diagnosis main;
    const struct dialogue_exchange *about; /* what failed; NULL for none */
    size_t recipients, refused;            /* of RCPT commands answered */
    enum diagnosis further[DIAGNOSIS_FURTHER];
    size_t further_count;
};

void dialogue_diagnose(const struct dialogue *session, struct dialogue_diagnosis *diagnosis);

/* A name that stays the same in every language, such as "auth-after-tls". */
const char *diagnosis_name(enum diagnosis diagnosis);

#endif
