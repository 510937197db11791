/* Inbound keys that a snapshot keeps: the refusals that marked them, and mails let in, each as a
 * time, a key and the number of a shape (event_column.h), of which there are few. Bounded. Private
 * to held.c. */
#ifndef TRACK_HELD_KEY_H
#define TRACK_HELD_KEY_H

#include "base/hashmap.h"
#include "track/event_column.h"

struct held_key {
    uint64_t time; /* seconds since the base and nanoseconds: see held_key.c */
    uint64_t key;
    uint32_t order; /* UINT32_MAX: that or later */
    uint32_t shape;
};

/* A ring: the oldest at `first`. */
struct held_ring {
    struct held_key *items; /* owned */
    size_t room, count, first;
};

struct held_keys {
    uint64_t seed;
    int64_t base; /* seconds */
    bool has_base;
    struct held_ring refusals, accepts;
    struct held_shape *shapes; /* owned */
    size_t shape_count, shape_room;
    struct hashmap numbers; /* of shapes, and one */
    char *packed;           /* owned: room for an event */
    size_t packed_room;
};

void held_keys_init(struct held_keys *keys);
void held_keys_free(struct held_keys *keys);

/* Adds an event that stands for a key. *oldest_gone: the ring had no room for one more. */
MUST_USE enum smtplog_status held_keys_add(struct held_keys *keys, struct held_ring *ring,
                                           size_t most, enum kept_use use,
                                           const struct event *event, uint64_t key, uint64_t order,
                                           bool *oldest_gone);

size_t held_keys_count(const struct held_keys *keys);

/* Those of keys that are there. */
MUST_USE enum smtplog_status held_keys_write_shapes(struct held_keys *keys,
                                                    struct event_columns *columns);

/* The next of both rings when it came before an event of that order; false: none did. */
bool held_keys_write_next(struct held_keys *keys, uint64_t order, struct event_columns *columns);

#endif
