/* What the parts of the tracker share: how messages and recipients are kept. Private to
 * message*.c. Trust: as message.h. */
#ifndef TRACK_MESSAGE_PART_H
#define TRACK_MESSAGE_PART_H

#include "base/hashmap.h"
#include "track/message.h"

#define QUEUE_ID_LONGEST 24
#define HOST_REMEMBERED  64
#define SENDER_INLINE    56  /* longer ones are allocated */
#define SENDER_MAXIMUM   320 /* longer ones are cut: RFC 5321 allows 256 */
#define CLIENT_KEPT      46  /* an IPv6 address as text */
#define NAME_KEPT        64  /* of the client's name or the local user's */
#define LIST_MAXIMUM     16  /* recipients of a message that are searched one by one */
#define SLOT_BYTES       48  /* what a table needs for an item, at its emptiest */

/* What is remembered of a recipient that met a failure. */
struct refusal_note {
    struct instant first_greylisted, first_possible, asked_at;
    double asked;            /* seconds, 0: none */
    double retry, asked_gap; /* seconds; below 0: not tried again */
    struct span provider;    /* of the catalogue */
    struct span class_name;  /* of the last failure; of the catalogue */
    uint8_t domain_length;
    char domain[];
};

struct recipient {
    struct recipient *next;
    uint64_t address;          /* seeded hash: two of one message collide once in 2^64 */
    uint64_t original;         /* the same of the address as the sender wrote it; 0: not told */
    struct refusal_note *note; /* owned; NULL: no failure */
    uint32_t attempts;
    uint16_t bounce_code;
    uint8_t state;    /* enum recipient_state */
    uint8_t reported; /* kinds of notices that told of it, a bit each */
    bool shown;
    bool moved;       /* the story goes on under another queue id */
    bool placeholder; /* known from the other side of a content filter only */
    bool refused, greylisted, greylisted_450, possible, possible_first, last_was_greylisting;
    double wait;
};

/* Told apart by the hash of host and queue id alone: it is seeded and has 64 bits. */
struct message {
    union {
        struct message *next_free;
        uint64_t number; /* ascending with age: the order they are told in when many are */
    };
    uint64_t hash;
    struct recipient *recipients;
    struct hashmap *index; /* owned; of recipients by address, once there are many */
    char *long_sender;     /* owned; instead of sender */
    char *origin;          /* owned; address of the client, its name or the local user's */
    uint64_t size;
    struct instant arrival, end;
    size_t bytes;             /* all it needs */
    uint32_t nrcpt;           /* recipients named by the queue manager */
    uint32_t recipient_count; /* seen so far, told ones included */
    uint32_t original_count;  /* distinct addresses as the sender wrote them */
    uint32_t told_count;      /* recipients told and forgotten before the message ended */
    uint32_t told_shown, told_delivered; /* of these */
    uint8_t told_state;                  /* the worst of these */
    uint8_t generation;
    uint8_t notice; /* enum track_notice */
    bool sender_known, shown, line_shown, begun, arrival_seen, expired, ended, canceled;
    bool delivered_remote, met_deferral, from_filter;
    bool has_originals;    /* some recipient's address was another one before */
    bool counts_originals; /* Exim: nrcpt counts addresses before aliases are applied */
    uint16_t sender_length;
    uint16_t ended_slot; /* its place in the ring of those that ended */
    uint8_t client_length, name_length;
    char sender[SENDER_INLINE];
};

/* A queue id with the hash of its host and itself. */
struct expected_message {
    struct span queue_id; /* empty: none */
    uint64_t hash;
};

struct generation {
    struct hashmap map; /* of struct message */
    size_t bytes;
};

struct tracker {
    struct track_listener listener;
    uint64_t seed;
    size_t limit; /* bytes of a generation */
    struct generation generations[2];
    uint8_t young;              /* which of them */
    char host[HOST_REMEMBERED]; /* of the line before, with its hash: most lines have the same */
    size_t host_length;
    uint64_t host_hash;
    struct expected_message expected;   /* what tracker_expect worked out */
    struct message *ended[TRACK_ENDED]; /* a ring: those that ended last, still in their tables */
    size_t ended_at;
    struct message *free_messages;
    struct recipient *free_recipients;
    uint64_t evicted;
    uint64_t made;   /* messages, ever */
    bool named_only; /* of recipients that no line names nothing is told */
};

/* message_store.c: memory and look-up */

/* The message of an event's queue id when it is where most are: in the young generation; NULL when
 * it has to be asked for by message_of. What it takes to find it is remembered for that. */
struct message *message_known(struct tracker *tracker, const struct event *event,
                              struct span queue_id);

/* The message of a queue id on the host of an event, or NULL. With create an open one: one that has
 * ended is told and a new one made. */
MUST_USE enum smtplog_status message_of(struct tracker *tracker, const struct event *event,
                                        struct span queue_id, bool create,
                                        struct message **message);

/* Ends a message that is still open and opens a new one of the same id. */
MUST_USE enum smtplog_status message_renew(struct tracker *tracker, const struct event *event,
                                           struct message **message);

/* Marks a message as ended; it is told later. */
MUST_USE enum smtplog_status message_end(struct tracker *tracker, struct message *message);

/* The recipient of an address (a seeded hash), or NULL. */
struct recipient *recipient_find(const struct message *message, uint64_t address);

/* One that is not there yet. */
MUST_USE enum smtplog_status recipient_add(struct tracker *tracker, struct message *message,
                                           uint64_t address, struct recipient **recipient);

/* Gives a recipient another address. */
MUST_USE enum smtplog_status recipient_rename(struct message *message, struct recipient *recipient,
                                              uint64_t address);

/* The note of a recipient, made for an event when there is none. */
MUST_USE enum smtplog_status recipient_note(struct tracker *tracker, struct message *message,
                                            struct recipient *recipient, const struct event *event);

/* Notes where a message came from, once: what memory is short for stays unknown. */
MUST_USE enum smtplog_status message_set_origin(struct tracker *tracker, struct message *message,
                                                struct span client, struct span name);
MUST_USE enum smtplog_status message_set_sender(struct tracker *tracker, struct message *message,
                                                struct span sender);
struct span message_sender(const struct message *message);
struct span message_client(const struct message *message);
struct span message_client_name(const struct message *message);

/* message_end.c: telling */

enum message_fate {
    FATE_REMOVED,
    FATE_GIVEN_UP,
    FATE_LOG_ENDS
};

MUST_USE enum smtplog_status message_tell(struct tracker *tracker, const struct message *message,
                                          enum message_fate fate);

/* Tells one recipient now, so that it can be forgotten. */
MUST_USE enum smtplog_status recipient_tell_early(struct tracker *tracker, struct message *message,
                                                  const struct recipient *recipient);

/* Recipients that a line has named, in the terms that nrcpt counts in. */
static inline uint32_t message_seen(const struct message *message)
{
    return message->counts_originals ? message->original_count : message->recipient_count;
}

/* True when something of the message is still undecided. */
bool message_is_waiting(const struct message *message);

#endif
