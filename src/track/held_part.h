/* Messages and sessions, as far as it matters whether they were seen from beginning to end, and how
 * they hang together. Private to held.c. */
#ifndef TRACK_HELD_PART_H
#define TRACK_HELD_PART_H

#include "base/hashmap.h"

struct part {
    uint64_t key;
    struct part *group; /* ring of parts linked with each other */
    uint64_t queued;    /* hash of the line of the queue manager that was kept last; 0: none */
    int64_t newest;
    size_t bytes;
    uint32_t number;
    bool there;
    bool has_events;
    bool is_session;
    bool begun;    /* its beginning was seen */
    bool may_have; /* it begins with a message-id: begun if nothing can have been before */
    bool late;     /* it began when a host's lines had been seen for a while */
    bool named;    /* another message's line named it: a notice, or forwarded mail */
    bool ended;
    bool in_ring;
};

/* Every event asks for its part: the table is as small as can be, so that it stays in the caches.
 */
struct held_slot {
    uint32_t tag;    /* the lower half of the key */
    uint32_t number; /* and one; 0: free */
};

struct held_parts {
    struct held_slot *slots; /* owned: the newest part of a key */
    size_t capacity, count;
    struct part **chunks; /* owned: of all parts by number */
    size_t chunk_count;
    uint32_t *lives;   /* owned: of what had each number; counted on when it goes */
    struct part *free; /* linked by group */
};

void held_parts_init(struct held_parts *parts);
void held_parts_free(struct held_parts *parts);

/* Numbers are smaller than that; one may be of a part that is not there. */
size_t held_parts_count(const struct held_parts *parts);
struct part *held_part_at(const struct held_parts *parts, size_t number);

/* A kept_alive; context: the parts. */
bool held_part_is_there(const void *context, uint32_t number, uint32_t life);

/* Begins to fetch what held_part_find will look at. */
void held_part_approach(const struct held_parts *parts, uint64_t key);

struct part *held_part_find(const struct held_parts *parts, uint64_t key);

/* One more of that key; the one before is not found by it any more. */
MUST_USE enum smtplog_status held_part_new(struct held_parts *parts, uint64_t key,
                                           struct part **part);

/* Out of its group and away. */
void held_part_drop(struct held_parts *parts, struct part *part);

/* Not found by its key any more. */
void held_part_hide(struct held_parts *parts, struct part *part);

void held_part_join(struct part *a, struct part *b);
bool held_part_group_is_whole(const struct part *part);

#endif
