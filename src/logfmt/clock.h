/* From the stamp of a line to an instant: the missing year, the missing zone, the doubled hour of
 * an autumn night. One clock an input, since all three depend on the lines before. */
#ifndef LOGFMT_CLOCK_H
#define LOGFMT_CLOCK_H

#include "base/zone.h"
#include "logfmt/header.h"

struct clock {
    struct zone *zone; /* borrowed; zone of stamps that name none */
    int first_year;    /* year of the first stamp without one, known from outside */
    bool started;
    int64_t last_local; /* local civil seconds of the line before */
    int64_t last_utc;
    /* one remembered date, for most lines share it */
    int day_year, day_month, day_day;
    int64_t day_start;
    /* local times that are far from any change of the clock, and their offset */
    int64_t steady_from, steady_until;
    int32_t steady_offset;
    /* the stamp of the line before, when it was in such a time or told its offset */
    bool has_last;
    int last_year, last_month, last_day;
    int32_t last_second;
    enum stamp_zone last_zone;
    int32_t last_offset;
};

void clock_init(struct clock *clock, struct zone *zone, int first_year);

/* clock_resolve without the look at the line before. */
void clock_resolve_anew(struct clock *clock, const struct stamp *stamp, struct instant *instant);

/* The instant of a stamp, given the lines before. A stamp without year is put within the nine
 * months after or the three months before the line before it. */
static inline void clock_resolve(struct clock *clock, const struct stamp *stamp,
                                 struct instant *instant)
{
    /* Many lines are of the second of the one before; their instant is known. */
    if (clock->has_last && stamp->second_of_day == clock->last_second &&
        stamp->day == clock->last_day && stamp->month == clock->last_month &&
        stamp->year == clock->last_year && stamp->zone == clock->last_zone &&
        (stamp->zone == STAMP_LOCAL || stamp->offset == clock->last_offset)) {
        *instant = (struct instant){.seconds = clock->last_utc,
                                    .nanosecond = stamp->nanosecond,
                                    .offset = clock->last_offset,
                                    .digits = stamp->digits};
        return;
    }
    clock_resolve_anew(clock, stamp, instant);
}

/* How many New Years lie between two stamps without year that follow each other in a file: 1 when
 * the second is a new year's, -1 when it steps back into the old year, else 0. */
int clock_year_step(const struct stamp *before, const struct stamp *after);

/* The latest year that puts the stamp not later than `latest` (seconds since 1970, UTC) plus a day.
 */
int clock_year_before(struct zone *zone, const struct stamp *stamp, int64_t latest);

#endif
