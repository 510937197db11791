/* Events kept as they stand in a snapshot, in the order they came. Most are dropped a
 * moment later, when what they belong to has ended: so they are written one behind the other, an
 * owner that is gone is not looked for in here, and only what outlives a stretch of the log is
 * moved to where it may stay: to a little memory and from there to a temporary file, if there may
 * be one, else to as much memory as it takes. Private to held.c. */
#ifndef TRACK_KEPT_H
#define TRACK_KEPT_H

#include "track/event_pack.h"
#include "track/kept_file.h"

/* Before the bytes of each event. */
struct kept {
    uint64_t order;
    uint32_t owner, life; /* whose it is, and which of those that had this number */
    uint32_t size;
    uint32_t unused;
};

/* True while the owner of that life is still there. */
typedef bool (*kept_alive)(const void *context, uint32_t owner, uint32_t life);

#define KEPT_BLOCKS 12

struct kept_log {
    char *young[KEPT_BLOCKS]; /* owned: a ring of blocks; NULL: not needed yet */
    size_t young_length[KEPT_BLOCKS];
    size_t current; /* the one that is written to */
    char *old;      /* owned: what outlived them */
    size_t old_length, old_room;
    struct kept_file file; /* what was there before that */
    const char *directory; /* of the file; NULL: there may be none */
    kept_alive alive;
    const void *context;
};

MUST_USE enum smtplog_status kept_log_init(struct kept_log *log, kept_alive alive,
                                           const void *context);
void kept_log_free(struct kept_log *log);

/* A temporary file may be made there, should it be of use. */
void kept_log_allow_file(struct kept_log *log, const char *directory);

/* Whether what is too much for the memory still has a place. */
bool kept_log_has_place(const struct kept_log *log);

/* Writes an event; head: all but its size. *size: bytes it takes in here. live: bytes of the events
 * whose owners are there, which tells when it is time to clear up. */
MUST_USE enum smtplog_status kept_log_add(struct kept_log *log, const struct kept *head,
                                          enum kept_use use, const struct event *event, size_t live,
                                          size_t *size);

/* How far the events have been read. */
struct kept_cursor {
    uint64_t at; /* of the file, then of the blocks */
    char *block; /* owned: of the file */
    size_t room, length, used;
};

/* The next event whose owner is there; NULL behind the last. Borrowed until the next call. */
MUST_USE enum smtplog_status kept_log_next(const struct kept_log *log, struct kept_cursor *cursor,
                                           const struct kept **kept);
void kept_cursor_free(struct kept_cursor *cursor);

static inline struct span kept_bytes(const struct kept *kept)
{
    return span_of((const char *)(kept + 1), kept->size);
}

#endif
