/* Counts over time in slots that are the longer the older they are. */
#include "aggregate/series.h"

#include <stdlib.h>

#define SERIES_SLOTS 1024 /* before older ones are folded */
#define HOUR         ((int64_t)3600)
#define FINE_SPAN    CIVIL_DAY
#define HOUR_SPAN    (14 * CIVIL_DAY)
#define DAY_SPAN     (448 * CIVIL_DAY)
#define LONG_SLOT    (64 * CIVIL_DAY)

void series_free(struct series *series)
{
    free(series->slots);
    *series = (struct series){0};
}

static int64_t floor_to(int64_t value, int64_t unit)
{
    int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

/* Start of the slot that an instant falls into when the log ends at last. Every border is a
 * multiple of the longer slot before it, so that folding early never mixes two slots. */
static int64_t slot_start(int64_t time, int64_t last)
{
    if (time >= floor_to(last, HOUR) - FINE_SPAN) {
        return floor_to(time, SERIES_FINE);
    }
    if (time >= floor_to(last, CIVIL_DAY) - HOUR_SPAN) {
        return floor_to(time, HOUR);
    }
    return floor_to(time, time >= floor_to(last, LONG_SLOT) - DAY_SPAN ? CIVIL_DAY : LONG_SLOT);
}

void series_settle(struct series *series, int64_t last)
{
    size_t kept = 0;
    for (size_t i = 0; i < series->count; i++) {
        struct series_slot slot = series->slots[i];
        int64_t first = series_first(&slot);
        slot.index = (uint32_t)(slot_start(series_start(&slot), last) / SERIES_FINE);
        slot.offset = (uint32_t)(first - series_start(&slot));
        struct series_slot *before = kept > 0 ? &series->slots[kept - 1] : NULL;
        if (before != NULL && before->index == slot.index) {
            before->count += slot.count;
            before->offset = slot.offset < before->offset ? slot.offset : before->offset;
        } else {
            series->slots[kept++] = slot;
        }
    }
    series->count = kept;
}

/* First slot that begins at index or later. */
static size_t slot_position(const struct series *series, uint32_t index)
{
    size_t low = 0;
    size_t high = series->slots != NULL ? series->count : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (series->slots[middle].index < index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static enum smtplog_status make_room(struct series *series)
{
    series->limit = series->limit > 0 ? series->limit : SERIES_SLOTS;
    if (series->slots != NULL && series->count >= series->limit) {
        series_settle(series, series_start(&series->slots[series->count - 1]));
        /* A log of many days may keep more than half: fold again only after as many new ones. */
        series->limit = series->count > SERIES_SLOTS / 2 ? series->count * 2 : SERIES_SLOTS;
    }
    if (series->count == series->capacity) {
        size_t capacity = series->capacity > 0 ? series->capacity * 2 : 4;
        struct series_slot *slots = realloc(series->slots, capacity * sizeof *slots);
        if (slots == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        series->slots = slots;
        series->capacity = capacity;
    }
    return series->slots != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

static enum smtplog_status add_slot(struct series *series, const struct series_slot *slot)
{
    struct series_slot *last = series->count > 0 ? &series->slots[series->count - 1] : NULL;
    size_t at = series->count;
    if (last != NULL && last->index == slot->index) {
        at = series->count - 1;
    } else if (last != NULL && last->index > slot->index) {
        at = slot_position(series, slot->index);
    }
    if (at < series->count && series->slots[at].index == slot->index) {
        struct series_slot *same = &series->slots[at];
        same->count += slot->count;
        same->offset = slot->offset < same->offset ? slot->offset : same->offset;
        return SMTPLOG_OK;
    }
    TRY(make_room(series));
    at = slot_position(series, slot->index); /* folding moves slots */
    memmove(series->slots + at + 1, series->slots + at,
            (series->count - at) * sizeof *series->slots);
    series->slots[at] = *slot;
    series->count++;
    return SMTPLOG_OK;
}

static int64_t within_range(int64_t time)
{
    return time < 0 ? 0 : time > UINT32_MAX ? UINT32_MAX : time;
}

enum smtplog_status series_add_elsewhere(struct series *series, int64_t time, uint64_t weight)
{
    time = within_range(time);
    struct series_slot slot = {(uint32_t)(time / SERIES_FINE), (uint32_t)(time % SERIES_FINE),
                               weight};
    return add_slot(series, &slot);
}

void series_take(struct series *series, int64_t time, uint64_t weight)
{
    uint32_t index = (uint32_t)(within_range(time) / SERIES_FINE);
    size_t at = slot_position(series, index);
    bool exact = series->slots != NULL && at < series->count && series->slots[at].index == index;
    if (series->slots == NULL || (!exact && at == 0)) {
        return;
    }
    at -= !exact;
    struct series_slot *slot = &series->slots[at];
    slot->count -= weight < slot->count ? weight : slot->count;
    if (slot->count == 0) {
        memmove(slot, slot + 1, (series->count - at - 1) * sizeof *slot);
        series->count--;
    }
}

/* Into one that has nothing yet. */
static enum smtplog_status copy_slots(struct series *into, const struct series *from)
{
    into->slots = malloc(from->count * sizeof *into->slots);
    if (into->slots == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    memcpy(into->slots, from->slots, from->count * sizeof *into->slots);
    into->count = into->capacity = from->count;
    return SMTPLOG_OK;
}

enum smtplog_status series_merge(struct series *into, const struct series *from)
{
    if (into->slots == NULL && from->count > 0 && from->count < SERIES_SLOTS) {
        return copy_slots(into, from);
    }
    for (size_t i = 0; i < from->count; i++) {
        TRY(add_slot(into, &from->slots[i]));
    }
    return SMTPLOG_OK;
}
