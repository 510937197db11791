/* The lines of chosen messages and sessions, kept, and how these hang together: content filter
 * hops, relays, forwards, bounces, requeues, the same message id. What is chosen is decided
 * elsewhere; here a queue id that is used again begins a new message, and a link leads to the
 * message that was alive when it was written. Bounded by TRAIL_LINES. */
#ifndef TRACK_TRAIL_H
#define TRACK_TRAIL_H

#include "base/hashmap.h"
#include "logfmt/parser.h"

/* Lines kept at most; more are counted and left out. */
#define TRAIL_LINES 50000

/* Messages of one message id looked back at for the one that a filter or a forward handed in again.
 */
#define TRAIL_SAME_MAIL 16

enum trail_kind {
    TRAIL_MESSAGE, /* a queue id until it is removed */
    TRAIL_SESSION, /* what a client did, without a queue id */
    TRAIL_OTHER    /* lines that belong to neither */
};

enum trail_link_kind {
    TRAIL_RELAY,   /* `queued as Q2`: another server or a content filter */
    TRAIL_FORWARD, /* `forwarded as Q2` */
    TRAIL_BOUNCE,  /* `sender non-delivery notification: Q2`, Exim's `R=Q1` */
    TRAIL_REQUEUE, /* pickup's orig_id= */
    TRAIL_SAME     /* the same message id, handed in again on the same host */
};

struct trail_node;

/* A kept line. What the event borrows lies behind it. */
struct trail_line {
    struct event event;
    enum line_bin bin;
    uint64_t order;   /* place among all lines kept */
    struct span file; /* name of the input */
    struct span raw;
    bool matched;               /* what was asked for stands in it */
    bool redacted;              /* its texts are pseudonyms by now */
    unsigned owners;            /* nodes that hold it */
    struct trail_node *message; /* of these the message, NULL for none */
};

struct trail_link {
    struct trail_node *from, *to; /* to is NULL until it is found, or when it is not there */
    enum trail_link_kind kind;
    bool backwards;    /* written by the later of the two */
    struct span id;    /* of the other message; borrowed from the line */
    struct span words; /* of the line, which tell the kind of a notice; borrowed likewise */
    struct instant time;
};

struct trail_node {
    enum trail_kind kind;
    struct span host, name;    /* name: queue id, process, client */
    struct trail_node *older;  /* of the same name */
    struct trail_line **lines; /* owned array, in order */
    size_t count, capacity;
    uint64_t hash;
    uint64_t order; /* of the first line */
    bool has_time;
    struct instant first, last;
    bool arrived, ended;
    bool connected;         /* the session's connect was seen: a warning may stand before it */
    bool local;             /* it came from this host: over loopback, or handed in by a program */
    bool wanted;            /* asked for, or linked to what is */
    bool in_range;          /* a line lies in the time asked for and passes what else is asked */
    struct span message_id; /* borrowed from a line */
    struct trail_node *parent; /* of the chain, NULL for its first */
    size_t chain;              /* its place among the chains */
};

struct trail {
    struct hashmap names;      /* the newest node of each name; older ones hang behind it */
    struct trail_node **nodes; /* owned, in order of their first lines */
    size_t node_count, node_capacity;
    struct trail_link *links; /* owned */
    size_t link_count, link_capacity;
    size_t lines, dropped; /* kept now; left out over the maximum */
    uint64_t order, seed;
};

MUST_USE enum smtplog_status trail_new(struct trail **trail);
void trail_free(struct trail *trail);

/* Keeps a link; its texts are borrowed from lines that are kept. */
MUST_USE enum smtplog_status trail_push_link(struct trail *trail, const struct trail_link *link);

/* The message that a line with this queue id belongs to, which may begin with it. */
MUST_USE enum smtplog_status trail_message(struct trail *trail, const struct event *event,
                                           struct span queue_id, struct trail_node **node);

/* The message of that queue id on that host as it is now, or NULL. */
struct trail_node *trail_find_message(const struct trail *trail, struct span host,
                                      struct span queue_id);

/* The session that a line of a process or of a client belongs to, which may begin with it. */
MUST_USE enum smtplog_status trail_session(struct trail *trail, const struct event *event,
                                           struct span name, struct trail_node **node);

/* The node for lines that belong nowhere. */
MUST_USE enum smtplog_status trail_other(struct trail *trail, struct trail_node **node);

/* Keeps a line. *line is NULL when the maximum is reached. Then it is added to one node or two. */
MUST_USE enum smtplog_status trail_keep(struct trail *trail, const struct event *event,
                                        struct span raw, struct trail_line **line);
/* A line that could not be added and that no other node has is given back. */
MUST_USE enum smtplog_status trail_add(struct trail *trail, struct trail_node *node,
                                       struct trail_line *line);

/* Gives a kept line back that no node has. */
void trail_discard(struct trail *trail, struct trail_line *line);

/* A session is over: its lines go when nobody asked for it. */
void trail_end_session(struct trail *trail, struct trail_node *node);

/* Finds where links lead, and marks what hangs together with wanted nodes as wanted. */
MUST_USE enum smtplog_status trail_resolve(struct trail *trail);

/* Messages and sessions that hang together, with their lines in order of time. */
struct trail_chain {
    struct trail_node **nodes; /* in order of their first lines */
    size_t node_count;
    struct trail_line **lines;
    size_t line_count;
};

struct trail_chains {
    struct trail_chain *chains; /* owned, in order of their first lines; lines of nobody last */
    size_t count;
    struct trail_node **nodes; /* owned, of all */
    struct trail_line **lines; /* owned, of all */
};

/* Puts wanted nodes into chains, and collects those that have a line in range. Borrows from the
 * trail. */
MUST_USE enum smtplog_status trail_make_chains(struct trail *trail, struct trail_chains *chains);
void trail_chains_free(struct trail_chains *chains);

/* The message that a link of this message leads to, or that leads to it, NULL for none. */
struct trail_node *trail_linked(const struct trail *trail, const struct trail_node *node,
                                struct span queue_id);

#endif
