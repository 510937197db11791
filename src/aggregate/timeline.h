/* Counts per hour, or per longer span when the log covers much time. Hours begin where the log's
 * own clock shows a full hour. */
#ifndef AGGREGATE_TIMELINE_H
#define AGGREGATE_TIMELINE_H

#include "base/civil_time.h"
#include "base/status.h"

enum timeline_series {
    TIMELINE_DELIVERED,
    TIMELINE_DEFERRED,
    TIMELINE_BOUNCED,
    TIMELINE_REJECTED,
    TIMELINE_GREYLISTED,
    TIMELINE_RECEIVED,
    TIMELINE_BYTES_RECEIVED,
    TIMELINE_BYTES_DELIVERED,
    TIMELINE_SERIES
};

/* Name of a series in JSON. */
const char *timeline_series_name(enum timeline_series series);

struct timeline_slot {
    int64_t start;  /* UTC seconds */
    int32_t offset; /* of the log's clock at that time */
    uint64_t count[TIMELINE_SERIES];
};

struct timeline {
    int64_t seconds;             /* length of a slot: 3600, then 86400, then doubled */
    struct timeline_slot *slots; /* owned; ascending */
    size_t count, capacity;
    size_t last;        /* slot hit last */
    int32_t day_offset; /* of the clock by which days are cut: one for all, so that none overlap */
};

void timeline_init(struct timeline *timeline);
void timeline_free(struct timeline *timeline);
MUST_USE enum smtplog_status timeline_add(struct timeline *timeline, const struct instant *time,
                                          enum timeline_series series, uint64_t weight);

/* Adds the slots of one to those of another. */
MUST_USE enum smtplog_status timeline_merge(struct timeline *into, const struct timeline *from);

/* Takes out what was added before; slots left with nothing go. */
MUST_USE enum smtplog_status timeline_subtract(struct timeline *into, const struct timeline *from);

#endif
