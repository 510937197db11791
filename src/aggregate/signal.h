/* Signs of trouble over time: refusals and failures by class, code and place, attempts by place,
 * the server's own warnings, its starts and stops, clients that fail again and again. What findings
 * are made of. Every table is bounded. Trust: all texts are from logs. */
#ifndef AGGREGATE_SIGNAL_H
#define AGGREGATE_SIGNAL_H

#include "aggregate/series.h"
#include "aggregate/topk.h"
#include "event/event.h"
#include "track/message.h"

#define SIGNAL_ROWS    1024
#define SIGNAL_PLACES  512
#define SIGNAL_SAMPLE  320 /* bytes kept of a text shown as a sample */
#define SIGNAL_WORD    40  /* and of a class, a code, a name that is compared */
#define SIGNAL_HOLDERS 16  /* our own services told apart that met greylisting */
#define SIGNAL_MOVERS  8192
#define SIGNAL_WAITING 32768
#define SIGNAL_MARKS   32768
#define SIGNAL_STUCK   3 /* refusals by greylisting after which a recipient is stuck */
#define SIGNAL_NETS    6

/* Refusals and failures of one kind towards or from one place. */
struct signal_row {
    enum event_direction direction;
    int code; /* 0: no reply */
    char class_name[SIGNAL_WORD];
    char enhanced[SIGNAL_WORD];
    bool has_time;
    struct instant first, last;
    struct series series;
    const char *sample; /* owned unless empty */
    uint64_t tried[4];  /* a bit per hash of a recipient or user: 256, to estimate how many */
};

/* All attempts to one place, or all that came in. */
struct signal_place {
    struct series series;
    uint64_t attempts, delivered;
    uint64_t waiting; /* messages whose last try to it was deferred; after signal_finish */
};

/* A message whose last outcome was a deferral. */
struct signal_waiting {
    uint64_t message, place;
};

/* One sender and recipient that were greylisted. */
struct signal_mover {
    uint64_t key;
    uint32_t net[SIGNAL_NETS]; /* hashes of client networks */
    uint8_t nets;
    bool accepted;
};

struct signal_set {
    uint64_t seed;
    struct topk rows;    /* struct signal_row; by direction, class, code, enhanced, place */
    struct topk places;  /* struct signal_place; by provider or domain */
    struct topk notices; /* struct signal_row; warnings and restarts by daemon and template */
    struct topk clients; /* struct signal_row; by class and client address */
    struct signal_place outbound, inbound;
    struct signal_waiting *waiting;      /* owned; open addressing, message 0: free */
    size_t waiting_count, waiting_slots; /* SIGNAL_WAITING slots at most */
    struct signal_mover *movers;         /* owned; SIGNAL_MOVERS, by hash; key 0: free */
    /* in front of the two: what is not there is mostly told by these */
    uint8_t *waiting_marks; /* owned; SIGNAL_MARKS counters by hash; at 255 for good */
    uint8_t *mover_marks;   /* owned; SIGNAL_MARKS bits by hash */
    uint64_t holders[SIGNAL_HOLDERS];
    size_t holder_count;
    /* sums */
    uint64_t starts, stops, crashes;
    bool stopped;   /* the last word of the master process was its end */
    uint64_t stuck; /* recipients greylisted again and again, never delivered */
    uint64_t movers_stuck,
        moved; /* sender and recipient from several networks: never let in; all */
    struct strbuf scratch;
    const struct event *noticed; /* whose severity, daemon and template are in scratch */
    uint64_t noticed_line;
    const struct event *expected; /* its place is looked up */
    struct topk_key place;
};

MUST_USE enum smtplog_status signal_set_new(struct signal_set **set);
void signal_set_free(struct signal_set *set);

/* An event that signal_add will be given: begins to look up its place, and goes on with that. Both
 * may be left out. */
void signal_expect(struct signal_set *set, const struct event *event);
void signal_approach(struct signal_set *set);

/* "severity daemon template" of a notice, with tabs between, until the next event is added. */
MUST_USE enum smtplog_status signal_notice_key(struct signal_set *set, const struct event *event,
                                               struct span *key);

/* Context lines that say something here. */
#define SIGNAL_FACTS                                                            \
    (FACT_SET(FACT_ARRIVAL) | FACT_SET(FACT_WARNING) | FACT_SET(FACT_RESTART) | \
     FACT_SET(FACT_REMOVED))

/* Adds an event or context line of the range asked for, as it may be shown; logged is the same as
 * the log has it, for networks and for what signal_accept is told. */
MUST_USE enum smtplog_status signal_add(struct signal_set *set, const struct event *event,
                                        const struct event *logged);

/* Adds failed log-ins that only a session's counters tell. */
MUST_USE enum smtplog_status signal_add_unseen_auth(struct signal_set *set,
                                                    const struct event *event, uint64_t count);

/* Notes that a mail of this sender and recipient was let in. */
void signal_accept(struct signal_set *set, struct span sender, struct span recipient);

/* Notes a line of a message that waits, or waits no more; what else signal_add would add stays
 * out. */
MUST_USE enum smtplog_status signal_note_waiting(struct signal_set *set, const struct event *event);

/* Takes back a delivery that signal_add was given: it went to a content filter, as is known now. */
void signal_take_back(struct signal_set *set, const struct event *event);

/* Adds the end of a recipient's story. */
void signal_add_recipient(struct signal_set *set, const struct recipient_story *story);

/* Makes the figures that need the whole log as far as it was read: settles every series at its last
 * instant. May be called again later. */
void signal_finish(struct signal_set *set, const struct instant *last);

/* Provider or domain, client, daemon: what the key of a row ends in. */
struct span signal_place_name(struct span key);

/* How many different ones a row tried, from its bits; at most some hundreds can be told. */
uint64_t signal_tried(const struct signal_row *row);

#endif
