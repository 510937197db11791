/* From events to stories: what became of each recipient of each message. A message is (host, queue
 * id) until it is removed; the same id afterwards is a new one. A recipient is (message, address).
 * Events must come in order of time. Memory is bounded: when the open messages need more than their
 * budget, the ones longest unseen are given up (told as evicted). Trust: addresses and ids come
 * from log text; nothing is parsed further. */
#ifndef TRACK_MESSAGE_H
#define TRACK_MESSAGE_H

#include "event/event.h"

#include "base/status.h"

/* Memory of open messages where nobody says how much, in bytes: some 20,000 of them. */
#define TRACK_MEMORY ((size_t)8 * 1024 * 1024)

/* Messages that have ended are kept this long (counted in further ends), because a content filter
 * may be done with its copy before its reply to the first one is logged. */
#define TRACK_ENDED 512

/* Where a recipient stands when its story ends. */
enum recipient_state {
    RECIPIENT_UNKNOWN, /* named by a count but never seen, or its message removed while deferred */
    RECIPIENT_DELIVERED,
    RECIPIENT_DEFERRED,
    RECIPIENT_BOUNCED,
    RECIPIENT_EXPIRED,
    RECIPIENT_DISCARDED,
    RECIPIENT_FORWARDED,
    RECIPIENT_STATES
};

const char *recipient_state_name(enum recipient_state state);

/* The story of one recipient, told when its message is removed, given up or the log ends. Spans
 * borrow until the listener returns; provider lives as long as the catalogue. */
struct recipient_story {
    enum recipient_state state;
    bool null_sender;    /* the message is a bounce or report: envelope sender <> */
    bool began_before;   /* the log does not show how the message came */
    bool open_at_end;    /* the log ends before the message does, and with it nothing is decided */
    unsigned attempts;   /* delivery attempts seen */
    bool refused;        /* met a 4yz or 5yz that was not stale */
    bool greylisted;     /* one of them named greylisting */
    bool greylisted_450; /* and that one was a 450 */
    bool possible;       /* one had a wording that greylisters share with others */
    bool possible_first; /* and it was the first refusal, at RCPT or end of data */
    bool last_was_greylisting;
    int bounce_code; /* 5yz quoted by the final bounce, 0 when none was */
    double wait;     /* seconds from the first greylisting (or possible one) to delivery */
    /* of a greylisted one */
    bool retried;     /* a further attempt followed the first greylisting */
    double retry;     /* seconds until then */
    double asked;     /* seconds that the server asked us to wait, 0 when it named none */
    bool asked_retry; /* an attempt followed the reply that asked */
    double asked_gap; /* seconds until then */
    struct span domain, provider;
};

/* Notices that the mail system writes about a message. */
enum track_notice {
    NOTICE_NONE,
    NOTICE_NON_DELIVERY,
    NOTICE_DELAY,
    NOTICE_SUCCESS,    /* a delivery status that was asked for */
    NOTICE_POSTMASTER, /* a copy for the postmaster */
    NOTICE_OTHER,      /* written by us about a message that nothing is known to be wrong with */
    NOTICES
};

const char *track_notice_name(enum track_notice notice);

/* The story of one message. */
struct message_story {
    enum recipient_state state; /* the worst of its recipients */
    bool null_sender;
    bool arrival_seen;
    bool began_before; /* the log does not show how it came */
    bool open_at_end;  /* nor how it ended */
    enum track_notice notice;
    uint64_t size; /* bytes, 0 when unknown */
    uint64_t recipients;
    uint64_t delivered; /* of these, delivered */
    /* how it came: spans borrow until the listener returns */
    bool has_sender;
    struct span sender;      /* envelope sender, empty for <> */
    struct span client_ip;   /* of the client that brought it, empty when none did */
    struct span client_name; /* its name, empty when unknown; without a client the local user */
    struct instant arrival;  /* when arrival_seen */
    bool ended;              /* removed, completed or canceled at `end` */
    bool canceled;
    struct instant end;
    bool delivered_remote; /* at least one recipient over SMTP to another host, filters aside */
    bool met_deferral;     /* at least one recipient was put off, told again or not */
    bool from_filter;      /* came back from a content filter: the same mail as another message */
};

struct track_listener {
    enum smtplog_status (*recipient)(void *context, const struct recipient_story *story);
    enum smtplog_status (*message)(void *context, const struct message_story *story);
    /* A notice went out because of a recipient of this class of failure (empty: not known). Once a
     * recipient and kind of notice. May be NULL. */
    enum smtplog_status (*cause)(void *context, enum track_notice notice, struct span class_name);
    void *context;
};

/* What a record's message knows that the record's own line does not show. Spans borrow until the
 * next call. */
struct track_context {
    bool has_sender;
    struct span sender;     /* envelope sender, empty for <> */
    struct span client_ip;  /* of the client that brought the message, empty when unknown */
    struct instant arrival; /* when it did */
    uint64_t size;          /* of the message, 0 when unknown */
    bool first_record;      /* the first delivery record of this recipient */
};

struct tracker;

/* memory: bytes for open messages, 0 for TRACK_MEMORY. */
MUST_USE enum smtplog_status tracker_new(const struct track_listener *listener, size_t memory,
                                         struct tracker **tracker);
void tracker_free(struct tracker *tracker);

/* For runs that show some events only: what no record names (recipients known by their number,
 * messages without any record) is not told. */
void tracker_tell_named_only(struct tracker *tracker);

/* An event that tracker_add will be given next: begins to look up its message. May be left out. */
void tracker_expect(struct tracker *tracker, const struct event *event);

/* Takes one event or context line. shown: it is in the range asked for and no filter hides it.
 * Stories are told of recipients and messages with a shown record, and of messages without any
 * record of which another line is shown. A delivery that hands the message to a content filter
 * (interface, "hop") is marked as such in the event: its reply says `queued as Q2`, and Q2 came
 * from a loopback address or from the relay itself. The recipient's story then goes on under Q2.
 * context: may be NULL for a context line. */
MUST_USE enum smtplog_status tracker_add(struct tracker *tracker, struct event *event, bool shown,
                                         struct track_context *context);

/* Ends all open stories, as at the end of the log. */
MUST_USE enum smtplog_status tracker_finish(struct tracker *tracker);

/* Messages given up with recipients still waiting. */
uint64_t tracker_evicted(const struct tracker *tracker);

#endif
