/* Greylisting in detail: by remote domain and provider, how long we were asked to wait and how long
 * we did; what we greylist ourselves by sender; and the notices that went out, the messages that
 * the log shows in part. Fed by the ends of stories and by refusals. Trust: names come from log
 * text; tables hold a fixed number of them. */
#ifndef AGGREGATE_GREYLIST_FIGURE_H
#define AGGREGATE_GREYLIST_FIGURE_H

#include "aggregate/histogram.h"
#include "aggregate/topk.h"
#include "track/message.h"

/* How greylisted recipients ended; the five ends add up to recipients. */
struct greylist_counts {
    uint64_t recipients, recovered, refused_later, lost, waiting, other;
};

/* A row of greylisting domains and providers. */
struct greylist_row {
    struct greylist_counts ends;
    struct histogram wait; /* of the recovered */
};

/* A row of senders (by domain) that we greylisted. Keys, as in track/inbound.h. */
struct returning_row {
    uint64_t greylisted, recovered, waiting, never_returned;
};

/* Our refusals with 450: Postfix gives this code for other reasons too. Log lines. */
enum inbound_450 {
    INBOUND_450_GREYLISTING,
    INBOUND_450_POSTSCREEN, /* "Service currently unavailable": its tests are not passed yet */
    INBOUND_450_CHECK, /* smtpd's own defaults: no name, no such domain, address not verified */
    INBOUND_450_OTHER,
    INBOUND_450_KINDS
};

/* What greylisters say they did, in lines of their own. */
enum greylister_decision {
    GREYLISTER_NEW,
    GREYLISTER_EARLY, /* came back too soon */
    GREYLISTER_PASS,  /* came back and was let in */
    GREYLISTER_EXEMPT,
    GREYLISTER_DECISIONS
};

const char *greylister_decision_name(enum greylister_decision decision);

/* A row of greylisters. Log lines. */
struct greylister_row {
    uint64_t decision[GREYLISTER_DECISIONS];
    struct histogram delay; /* seconds that the greylister says a pass took */
};

struct greylist_figures {
    struct topk domains, providers; /* struct greylist_row */
    struct greylist_counts null_sender;
    uint64_t retried, not_retried; /* recipients that we tried again after a greylisting, or not */
    struct histogram retry;        /* seconds until then */
    uint64_t asked;                /* recipients whose reply named a time to wait */
    uint64_t asked_early, asked_in_time, asked_not_retried; /* these add up to it */
    struct histogram asked_wait;                            /* that time */
    struct histogram asked_late; /* how much longer we waited, of those in time */
    struct topk inbound_senders; /* struct returning_row */
    uint64_t inbound_450[INBOUND_450_KINDS];
    struct topk greylisters; /* struct greylister_row, by the name they log under */
    uint64_t greylister_triplets, greylister_passed; /* of these */
    uint64_t greylister_waiting, greylister_never;   /* and the rest */
    struct histogram greylister_wait;                /* seconds from first refusal to pass */
    uint64_t notices[NOTICES];                       /* messages */
    uint64_t notice_states[RECIPIENT_STATES];
    struct topk notice_causes; /* recipients, by class */
    uint64_t messages_before, messages_open;
    uint64_t recipients_before, recipients_open;
};

void greylist_figures_init(struct greylist_figures *figures, size_t rows);
void greylist_figures_free(struct greylist_figures *figures);

/* Adds how a greylisted recipient ended to counts. */
void greylist_count_end(struct greylist_counts *counts, const struct recipient_story *story);

/* Adds the end of a recipient's, of a message's story. */
MUST_USE enum smtplog_status greylist_figures_recipient(struct greylist_figures *figures,
                                                        const struct recipient_story *story);
void greylist_figures_message(struct greylist_figures *figures, const struct message_story *story);

/* Adds a refusal that we gave. */
void greylist_figures_refusal(struct greylist_figures *figures, const struct event *event);

/* Adds a greylister's line. */
MUST_USE enum smtplog_status greylist_figures_decision(struct greylist_figures *figures,
                                                       const struct event *event,
                                                       enum greylister_decision decision);

/* The tag of a refusal's sender, by which its row is found again. */
uint64_t greylist_sender_tag(const struct greylist_figures *figures, const struct event *event);

/* A key of that sender was greylisted for the first time; one came back; one did not (late: more
 * than a day has passed). */
MUST_USE enum smtplog_status greylist_sender_greylisted(struct greylist_figures *figures,
                                                        const struct event *event);
void greylist_sender_recovered(struct greylist_figures *figures, uint64_t tag);
void greylist_sender_ended(void *figures, uint64_t tag, bool late);

#endif
