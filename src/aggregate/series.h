/* How often something happened, over time: fine slots for the last day, coarser ones before, so
 * that the beginning of a change can be told to minutes in bounded memory. Slots stand for what
 * happened only: a span without any has no slot. The slots that are left in the end depend on the
 * counts and the last instant alone, not on order or cuts. */
#ifndef AGGREGATE_SERIES_H
#define AGGREGATE_SERIES_H

#include "base/civil_time.h"
#include "base/status.h"

#define SERIES_FINE ((int64_t)300) /* seconds of a slot within the last day */

struct series_slot {
    uint32_t index;  /* start, in units of SERIES_FINE since 1970 */
    uint32_t offset; /* of the first event in it: seconds from the start */
    uint64_t count;
};

static inline int64_t series_start(const struct series_slot *slot)
{
    return slot->index * SERIES_FINE;
}

static inline int64_t series_first(const struct series_slot *slot)
{
    return series_start(slot) + slot->offset;
}

struct series {
    struct series_slot *slots; /* owned; ascending */
    size_t count, capacity;
    size_t limit; /* slots at which older ones are folded */
};

void series_free(struct series *series);

MUST_USE enum smtplog_status series_add_elsewhere(struct series *series, int64_t time,
                                                  uint64_t weight);

static inline enum smtplog_status series_add(struct series *series, int64_t time, uint64_t weight)
{
    struct series_slot *last = series->count > 0 ? &series->slots[series->count - 1] : NULL;
    uint64_t offset = last != NULL ? (uint64_t)(time - series_start(last)) : UINT64_MAX;
    if (offset >= (uint64_t)SERIES_FINE) {
        return series_add_elsewhere(series, time, weight);
    }
    last->count += weight;
    last->offset = offset < last->offset ? (uint32_t)offset : last->offset;
    return SMTPLOG_OK;
}

/* Takes back what was added at a time, which may stand in a coarser slot by now. */
void series_take(struct series *series, int64_t time, uint64_t weight);

/* Adds the counts of another. */
MUST_USE enum smtplog_status series_merge(struct series *into, const struct series *from);

/* Folds what lies more than a day before last into hours, more than two weeks into days, more than
 * a year into longer spans. */
void series_settle(struct series *series, int64_t last);

#endif
