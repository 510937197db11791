/* One event kept in memory, quickly: most are dropped a moment later. Private to held.c. */
#ifndef TRACK_KEPT_H
#define TRACK_KEPT_H

#include "track/event_pack.h"

/* One event that is kept, quickly: most are dropped a moment later. Behind it stand the lengths of
 * its texts, in the order of the fields, then domain and class, then the texts. */
struct kept {
    struct kept *next;
    uint64_t order, set, line;
    struct instant time;
    uint32_t file, repeat, size;
    int16_t value[EVENT_FIELDS - EVENT_TEXTS];
    uint8_t use, mta;
    bool possible_greylisting;
    uint32_t lengths[];
};

MUST_USE enum smtplog_status kept_make(enum kept_use use, const struct event *event, uint64_t order,
                                       struct kept **kept);

/* A list of them. */
void kept_free(struct kept *kept);

/* As it stands in a snapshot. */
void kept_pack(const struct kept *kept, struct strbuf *out);

#endif
