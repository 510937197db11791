/* All figures of a run: what interface, section 4 calls the summary. Fed with events and stories;
 * read by the report. Every figure is kept in one place and named as in the JSON. */
#ifndef AGGREGATE_SUMMARY_H
#define AGGREGATE_SUMMARY_H

#include "aggregate/flow.h"
#include "aggregate/funnel.h"
#include "aggregate/greylist_figure.h"
#include "aggregate/histogram.h"
#include "aggregate/matrix.h"
#include "aggregate/sighting.h"
#include "aggregate/signal.h"
#include "aggregate/template.h"
#include "aggregate/timeline.h"
#include "aggregate/topk.h"
#include "aggregate/traffic.h"
#include "base/arena.h"
#include "base/strbuf.h"
#include "event/event.h"
#include "track/inbound.h"
#include "track/message.h"

#define SUMMARY_CODES      600
#define SUMMARY_BINS       6 /* of lines, as in logfmt/parser.h */
#define SUMMARY_TABLE_ROWS 4096
#define SUMMARY_SAMPLE     400 /* bytes kept of a text shown as a sample */
#define SUMMARY_ENHANCED   64  /* enhanced codes told apart per reply code */
#define SUMMARY_CLASSES    32

/* A small set of counted words: classes, actions. Words live as long as their source (the
 * catalogue) or are copied (topk). */
struct word_count {
    struct span word;
    uint64_t count;
};

struct code_count {
    uint64_t count;   /* seen */
    uint64_t implied; /* not seen, but fixed by the server's source */
    uint64_t direction[DIRECTIONS];
    uint64_t stage[STAGES];
    struct word_count classes[SUMMARY_CLASSES];
    size_t class_count;
    struct topk enhanced; /* key: enhanced code; made on first use */
    bool has_enhanced;
};

struct template_row {
    int code; /* 0: a failure without a reply */
    enum event_direction direction;
    char class_name[32];
    uint64_t weight;
    uint64_t outcome[OUTCOMES]; /* of these, attempts and rejects that ended so */
    struct instant first, last;
    const char *sample; /* owned unless empty */
};

struct class_row {
    uint64_t permanent, temporary, other;
    struct instant first; /* when the sample came */
    char sample[SUMMARY_SAMPLE];
};

struct sample_row {
    uint64_t line;
    struct instant first; /* when the sample came */
    uint32_t file;
    char sample[SUMMARY_SAMPLE];
};

struct state_counts {
    uint64_t total;
    uint64_t by_state[RECIPIENT_STATES];
};

/* Refusal lines of one direction. */
struct refusal_lines {
    uint64_t refusals, greylisting, greylisting_450, hard, hard_550, rejected_550,
        rejected_550_implied, possible;
};

/* Templates of texts seen lately, by event.reason_key: most refusals repeat. */
#define SUMMARY_TEMPLATE_SLOTS 1024

struct template_slot {
    uint64_t key;
    uint16_t length;
    char text[TEMPLATE_MAXIMUM + 30];
};

/* Every field is described in summary_field.c: a snapshot keeps and a merge adds no other. */
struct summary {
    uint64_t memory;                         /* what a run may remember, in bytes; 0: not said */
    struct budget main_budget, other_budget; /* of the large tables; no limit unless one is set */
    struct template_slot *template_slots;    /* owned */
    struct traffic_lookup lookup;            /* of the event that is expected */
    /* lines */
    uint64_t lines_read;
    uint64_t bin[SUMMARY_BINS];
    uint64_t overlong, duplicate;
    uint64_t limits_hit; /* matches given up */
    uint64_t evicted;    /* messages and keys forgotten: their figures may be incomplete */
    bool has_period;
    struct instant first, last;
    /* events */
    uint64_t events;
    struct code_count *code; /* owned; SUMMARY_CODES */
    uint64_t attempts_total;
    uint64_t attempts[OUTCOMES];
    uint64_t rejects_total;
    uint64_t reject_stage[STAGES];
    uint64_t reject_code[SUMMARY_CODES], reject_implied[SUMMARY_CODES];
    uint64_t stage_replies[STAGES], stage_ok[STAGES], stage_temporary[STAGES],
        stage_permanent[STAGES];
    uint64_t auth_ok, auth_failed;
    uint64_t auth_code[SUMMARY_CODES];
    struct refusal_lines refusal_lines[DIRECTIONS];
    uint64_t greylist_code[SUMMARY_CODES]; /* outbound */
    uint64_t hard_code[SUMMARY_CODES];
    /* recipients and messages */
    struct state_counts recipients, null_recipients;
    struct delivery_counts {
        uint64_t first_try, after_greylisting, after_deferral;
    } delivered, null_delivered; /* all, and of these to bounces and reports */
    uint64_t recipients_refused, greylisted, greylisted_450, greylisted_and_hard_550;
    uint64_t null_greylisted, null_hard;
    struct greylist_counts greylist;
    struct greylist_figures greylist_detail;
    uint64_t possible_recipients, behaved_like;
    struct histogram wait, behaved_wait;
    uint64_t hard_recipients;
    uint64_t hard_recipient_code[SUMMARY_CODES];
    uint64_t bounced_without_reply;
    uint64_t messages_received;
    struct state_counts messages;
    uint64_t bytes_received;  /* of messages whose arrival and size were seen */
    uint64_t bytes_delivered; /* size times delivered recipients */
    /* inbound keys */
    uint64_t inbound_refused, inbound_greylisted, inbound_greylisted_450, inbound_550,
        inbound_550_implied, inbound_recovered;
    struct inbound_ends inbound_ends;
    struct histogram inbound_wait;
    /* tables */
    struct topk traffic[TRAFFIC_TABLES]; /* values: struct traffic */
    struct topk classes;                 /* struct class_row */
    struct topk reject_classes;
    struct topk templates; /* struct template_row */
    struct topk actions;
    struct topk warnings; /* struct sample_row; key "severity daemon template" */
    struct topk unknown;  /* struct sample_row; key "daemon template" */
    struct topk auth_clients, auth_users;
    struct timeline timeline;
    struct funnel funnel;
    struct sightings sightings;
    struct signal_set *signals; /* owned; what findings are made of */
    struct flow flow;
    struct matrix matrix;
    struct arena words; /* of classes that came out of a snapshot */
    struct strbuf scratch;
};

/* Makes an empty summary. Free with summary_free. */
MUST_USE enum smtplog_status summary_new(struct summary **summary);
void summary_free(struct summary *summary);

/* An event that summary_add_event will be given: begins to look up what it adds to, and goes on
 * with that. Both may be left out. */
void summary_expect(struct summary *summary, const struct event *event);
void summary_approach(struct summary *summary, const struct traffic_message *message);

/* Context lines that say something here, beside those that tell what was done with mail
 * (EVENT_ACTION) and the period, which is of every line. */
#define SUMMARY_FACTS                                                           \
    (FACT_SET(FACT_ARRIVAL) | FACT_SET(FACT_WARNING) | FACT_SET(FACT_CONNECT) | \
     FACT_SET(FACT_DISCONNECT) | FACT_SET(FACT_TLS))

/* Adds a shown context line. */
MUST_USE enum smtplog_status summary_add_context(struct summary *summary,
                                                 const struct event *event);

/* Adds a shown event or context line, with what is known of its message. */
MUST_USE enum smtplog_status summary_add_event(struct summary *summary, const struct event *event,
                                               const struct traffic_message *message);

/* Notes the time of a line in the range asked for: one that is not shown belongs to the period all
 * the same. */
void summary_widen_period(struct summary *summary, const struct instant *time);

static inline void summary_note_period(struct summary *summary, const struct event *event)
{
    bool same = summary->has_period && event->time.seconds == summary->last.seconds &&
                event->time.nanosecond == summary->last.nanosecond;
    if (event->has_time && !same) {
        summary_widen_period(summary, &event->time);
    }
}

/* Adds a message that came in at an instant, for runs that show some events only. */
MUST_USE enum smtplog_status summary_add_received(struct summary *summary,
                                                  const struct instant *arrival, bool logged_in);

/* Adds failed log-ins that a session's counters tell but no line of their own did. */
MUST_USE enum smtplog_status summary_add_unseen_auth(struct summary *summary,
                                                     const struct event *event, uint64_t count);

/* Adds a mail daemon's line that no rule understood. */
MUST_USE enum smtplog_status summary_add_unknown(struct summary *summary, const struct event *event,
                                                 struct span line);

/* Adds the end of a story; a track_listener with the summary as context. */
MUST_USE enum smtplog_status summary_add_recipient(void *summary,
                                                   const struct recipient_story *story);
MUST_USE enum smtplog_status summary_add_message(void *summary, const struct message_story *story);

MUST_USE enum smtplog_status summary_add_cause(void *summary, enum track_notice notice,
                                               struct span class_name);

/* Adds the marks an inbound key got, and the recovery of one after wait seconds. */
void summary_add_inbound(struct summary *summary, unsigned fresh);
MUST_USE enum smtplog_status summary_add_inbound_recovery(struct summary *summary, double wait);

/* What the sums say: a sentence for each that does not add up, into out; nothing when all do. */
void summary_check(const struct summary *summary, struct strbuf *out);

#endif
