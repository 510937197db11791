/* One event kept in memory, as it stands in a snapshot: most are dropped a moment later. Private to
 * held.c. */
#ifndef TRACK_KEPT_H
#define TRACK_KEPT_H

#include "track/event_pack.h"

struct kept {
    struct kept *next;
    uint64_t order;
    uint32_t size;
    char bytes[];
};

/* Where events are packed before it is known how long they are. */
struct kept_room {
    char *bytes; /* owned */
    size_t size;
};

MUST_USE enum smtplog_status kept_make(struct kept_room *room, enum kept_use use,
                                       const struct event *event, uint64_t order,
                                       struct kept **kept);

/* A list of them. */
void kept_free(struct kept *kept);

#endif
