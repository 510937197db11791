/* What the kept lines of one message or session say, gathered: its recipients and how each of them
 * ended, refusals and failures at our door. Facts only; the words are found elsewhere. */
#ifndef TRACK_TRAIL_STORY_H
#define TRACK_TRAIL_STORY_H

#include "track/message.h"
#include "track/trail.h"

/* Where a message went under another queue id. */
enum trail_way {
    WAY_NONE,
    WAY_FILTER,  /* to a content filter, which handed it back */
    WAY_RELAY,   /* to another server whose log is here too */
    WAY_FORWARD, /* to another address */
    WAYS
};

/* One recipient of a message. Lines are NULL where there is none. */
struct trail_recipient {
    struct span address;
    enum recipient_state state;
    unsigned attempts;
    unsigned refusals;                    /* attempts that failed for now, greylisting included */
    bool decided;                         /* a line said how it ended */
    const struct trail_line *first;       /* first attempt */
    const struct trail_line *greylisting; /* first refusal that says greylisting */
    const struct trail_line *retry;       /* the attempt behind it */
    const struct trail_line *failure;     /* last refusal or failure that repeats no earlier one */
    const struct trail_line *last;        /* what decided */
    enum trail_way way;
    struct trail_node *next; /* the message it went on as */
};

struct trail_story {
    struct trail_recipient *recipients; /* owned */
    size_t count, capacity;
    const struct trail_line *arrival;
    bool has_sender;
    struct span sender;                /* empty for <> */
    uint64_t size;                     /* 0 when unknown */
    const struct trail_line *ended;    /* removed, completed */
    const struct trail_line *held;     /* put on hold or frozen, and not released since */
    const struct trail_line *canceled; /* the client or a milter took it back */
    const struct trail_line *rejected; /* last refusal at our door */
    size_t rejects;
    const struct trail_line *first_reject;
    size_t logins_failed;
    const struct trail_line *login;  /* the last failed one */
    const struct trail_line *broken; /* the connection ended other than it should */
    size_t accepted;                 /* messages that came in a session */
};

/* Reads the lines of a node. Borrows from the trail; free with trail_story_free. */
MUST_USE enum smtplog_status trail_story_make(const struct trail *trail,
                                              const struct trail_node *node,
                                              struct trail_story *story);
void trail_story_free(struct trail_story *story);

/* Seconds between two lines. */
double trail_seconds(const struct trail_line *from, const struct trail_line *to);

#endif
