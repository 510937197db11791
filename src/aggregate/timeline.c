/* Counts per hour, or per longer span. Bounded: at more than TIMELINE_SLOTS slots each becomes
 * longer. */
#include "aggregate/timeline.h"

#include <stdlib.h>

#define TIMELINE_SLOTS 2400 /* a hundred days of hours */

const char *timeline_series_name(enum timeline_series series)
{
    static const char *const names[TIMELINE_SERIES] = {
        "delivered",  "deferred", "bounced",        "rejected",
        "greylisted", "received", "bytes_received", "bytes_delivered"};
    return names[series];
}

void timeline_init(struct timeline *timeline)
{
    *timeline = (struct timeline){.seconds = 3600};
}

void timeline_free(struct timeline *timeline)
{
    free(timeline->slots);
    timeline_init(timeline);
}

static int64_t floor_to(int64_t value, int64_t unit)
{
    int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

/* Start of the slot of an instant: an hour by the minutes of the clock's offset, so that it holds
 * in the night the offset changes; longer slots by the offset the log began with. */
static int64_t slot_start(const struct timeline *timeline, int64_t utc, int32_t offset)
{
    int64_t shift = timeline->seconds == 3600 ? offset % 3600 : timeline->day_offset;
    return floor_to(utc + shift, timeline->seconds) - shift;
}

static size_t slot_position(const struct timeline *timeline, int64_t start)
{
    size_t low = 0;
    size_t high = timeline->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (timeline->slots[middle].start < start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Makes slots longer and folds them together. */
static void timeline_coarsen(struct timeline *timeline)
{
    if (timeline->seconds == 3600) {
        timeline->day_offset = timeline->slots[0].offset;
    }
    timeline->seconds = timeline->seconds == 3600 ? CIVIL_DAY : timeline->seconds * 2;
    size_t kept = 0;
    for (size_t i = 0; i < timeline->count; i++) {
        struct timeline_slot slot = timeline->slots[i];
        slot.start = slot_start(timeline, slot.start, slot.offset);
        if (kept > 0 && timeline->slots[kept - 1].start >= slot.start) {
            for (size_t s = 0; s < TIMELINE_SERIES; s++) {
                timeline->slots[kept - 1].count[s] += slot.count[s];
            }
        } else {
            timeline->slots[kept++] = slot;
        }
    }
    timeline->count = kept;
    timeline->last = 0;
}

static enum smtplog_status timeline_insert(struct timeline *timeline, size_t at, int64_t start,
                                           int32_t offset)
{
    if (timeline->count == timeline->capacity) {
        size_t capacity = timeline->capacity > 0 ? timeline->capacity * 2 : 64;
        struct timeline_slot *slots = realloc(timeline->slots, capacity * sizeof *slots);
        if (slots == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        timeline->slots = slots;
        timeline->capacity = capacity;
    }
    memmove(timeline->slots + at + 1, timeline->slots + at,
            (timeline->count - at) * sizeof *timeline->slots);
    timeline->slots[at] = (struct timeline_slot){.start = start, .offset = offset};
    timeline->count++;
    return SMTPLOG_OK;
}

enum smtplog_status timeline_add(struct timeline *timeline, const struct instant *time,
                                 enum timeline_series series, uint64_t weight)
{
    if (timeline->count > 0) {
        struct timeline_slot *last = &timeline->slots[timeline->last];
        if (time->seconds >= last->start && time->seconds < last->start + timeline->seconds) {
            last->count[series] += weight;
            return SMTPLOG_OK;
        }
    }
    int64_t start = slot_start(timeline, time->seconds, time->offset);
    size_t at = slot_position(timeline, start);
    if (at == timeline->count || timeline->slots[at].start != start) {
        while (timeline->count >= TIMELINE_SLOTS) {
            timeline_coarsen(timeline);
            start = slot_start(timeline, time->seconds, time->offset);
            at = slot_position(timeline, start);
        }
        if (at == timeline->count || timeline->slots[at].start != start) {
            TRY(timeline_insert(timeline, at, start, time->offset));
        }
    }
    timeline->last = at;
    timeline->slots[at].count[series] += weight;
    return SMTPLOG_OK;
}

enum smtplog_status timeline_merge(struct timeline *into, const struct timeline *from)
{
    while (from->seconds > into->seconds && into->count > 0) {
        timeline_coarsen(into);
    }
    if (into->count == 0 && from->count > 0) {
        into->seconds = from->seconds;
        into->day_offset = from->day_offset;
    }
    for (size_t i = 0; i < from->count; i++) {
        const struct timeline_slot *slot = &from->slots[i];
        struct instant start = {.seconds = slot->start, .offset = slot->offset};
        for (int s = 0; s < TIMELINE_SERIES; s++) {
            if (slot->count[s] > 0) {
                TRY(timeline_add(into, &start, (enum timeline_series)s, slot->count[s]));
            }
        }
    }
    return SMTPLOG_OK;
}

static bool slot_is_empty(const struct timeline_slot *slot)
{
    for (size_t s = 0; s < TIMELINE_SERIES; s++) {
        if (slot->count[s] > 0) {
            return false;
        }
    }
    return true;
}

enum smtplog_status timeline_subtract(struct timeline *into, const struct timeline *from)
{
    size_t kept = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct timeline_slot *slot = &from->slots[i];
        int64_t start = slot_start(into, slot->start, slot->offset);
        size_t at = slot_position(into, start);
        if (at == into->count || into->slots[at].start != start) {
            continue;
        }
        for (size_t s = 0; s < TIMELINE_SERIES; s++) {
            into->slots[at].count[s] -= slot->count[s];
        }
    }
    for (size_t i = 0; i < into->count; i++) {
        if (!slot_is_empty(&into->slots[i])) {
            into->slots[kept++] = into->slots[i];
        }
    }
    into->count = kept;
    into->last = 0;
    return SMTPLOG_OK;
}
