/* From the stamp of a line to an instant. */
#include "logfmt/clock.h"

/* A stamp without year may lie this far behind the line before it (files joined in the wrong order)
 * and the rest of a year ahead (a quiet log). */
#define STEP_BACK ((int64_t)92 * CIVIL_DAY)
#define YEAR      ((int64_t)365 * CIVIL_DAY)

/* In the doubled hour a line this much earlier than the one before belongs to the second pass. */
#define DOUBLED_HOUR_SLACK 900
#define STRAGGLER_SLACK    60 /* the same behind the change */

void clock_init(struct clock *clock, struct zone *zone, int first_year)
{
    *clock = (struct clock){.zone = zone, .first_year = first_year};
}

static int64_t local_seconds(struct clock *clock, const struct stamp *stamp, int year)
{
    if (clock->day_day != stamp->day || clock->day_month != stamp->month ||
        clock->day_year != year) {
        clock->day_year = year;
        clock->day_month = stamp->month;
        clock->day_day = stamp->day;
        clock->day_start = civil_days(year, stamp->month, stamp->day) * CIVIL_DAY;
    }
    return clock->day_start + stamp->second_of_day;
}

/* The local time of a stamp without year: the year that puts it into the window around the last
 * line. */
static int64_t yearless_seconds(struct clock *clock, const struct stamp *stamp)
{
    if (!clock->started) {
        return local_seconds(clock, stamp, clock->first_year);
    }
    int year = clock->day_year != 0 ? clock->day_year : clock->first_year;
    int64_t local = local_seconds(clock, stamp, year);
    if (local >= clock->last_local - STEP_BACK && local < clock->last_local - STEP_BACK + YEAR) {
        return local;
    }
    struct civil last;
    civil_from_seconds(clock->last_local, &last);
    for (year = last.year - 1; year <= last.year + 1; year++) {
        local = local_seconds(clock, stamp, year);
        if (local >= clock->last_local - STEP_BACK) {
            return local;
        }
    }
    return local;
}

static bool is_steady(const struct clock *clock, int64_t local)
{
    return local >= clock->steady_from && local < clock->steady_until;
}

static int64_t utc_from_local(struct clock *clock, int64_t local)
{
    int64_t utc[2];
    if (is_steady(clock, local)) {
        return local - clock->steady_offset;
    }
    if (zone_from_local(clock->zone, local, utc) < 2 || !clock->started) {
        return utc[0];
    }
    /* Once a line was behind the change the ones after it are too, but for stragglers; before that
     * a line that would step far back is the first of them. */
    bool changed = clock->last_utc > utc[0] - CIVIL_DAY &&
                   zone_offset(clock->zone, clock->last_utc) == (int32_t)(local - utc[1]);
    int64_t slack = changed ? STRAGGLER_SLACK : DOUBLED_HOUR_SLACK;
    bool within = utc[0] >= clock->last_utc - slack && (!changed || utc[0] <= clock->last_utc);
    return within || (!changed && utc[0] >= clock->last_utc) ? utc[0] : utc[1];
}

/* Remembers how far around an instant local times are plain. */
static void note_steady(struct clock *clock, int64_t utc, int32_t offset)
{
    zone_steady(clock->zone, utc, &clock->steady_from, &clock->steady_until);
    clock->steady_from += offset;
    clock->steady_until += offset;
    clock->steady_offset = offset;
}

static void note_second(struct clock *clock, const struct stamp *stamp, bool plain)
{
    clock->has_last = plain;
    clock->last_zone = stamp->zone;
    clock->last_offset = stamp->zone == STAMP_OFFSET ? stamp->offset : clock->steady_offset;
    clock->last_second = stamp->second_of_day;
    clock->last_day = stamp->day;
    clock->last_month = stamp->month;
    clock->last_year = stamp->year;
}

void clock_resolve_anew(struct clock *clock, const struct stamp *stamp, struct instant *instant)
{
    int64_t local = stamp->year > 0 ? local_seconds(clock, stamp, stamp->year)
                                    : yearless_seconds(clock, stamp);
    int32_t offset = stamp->offset;
    bool known = stamp->zone == STAMP_OFFSET ||
                 (stamp->zone == STAMP_ABBREVIATION &&
                  zone_abbreviation(clock->zone, stamp->abbreviation, &offset));
    if (!known && stamp->zone == STAMP_ABBREVIATION &&
        (span_is(stamp->abbreviation, "UTC") || span_is(stamp->abbreviation, "GMT"))) {
        known = true;
        offset = 0;
    }
    int64_t utc = known ? local - offset : utc_from_local(clock, local);
    clock->last_local = local;
    clock->last_utc = utc;
    clock->started = true;
    instant->seconds = utc;
    instant->nanosecond = stamp->nanosecond;
    instant->digits = stamp->digits;
    note_second(clock, stamp,
                stamp->zone == STAMP_OFFSET ||
                    (stamp->zone == STAMP_LOCAL && is_steady(clock, local)));
    if (known || is_steady(clock, local)) {
        instant->offset = known ? offset : clock->steady_offset;
        return;
    }
    instant->offset = zone_offset(clock->zone, utc);
    note_steady(clock, utc, instant->offset);
}

int clock_year_step(const struct stamp *before, const struct stamp *after)
{
    /* Any common year serves; a leap day more or less does not matter at this distance. */
    int64_t a = civil_days(2023, before->month, before->day) * CIVIL_DAY + before->second_of_day;
    int64_t b = civil_days(2023, after->month, after->day) * CIVIL_DAY + after->second_of_day;
    if (b < a - STEP_BACK) {
        return 1;
    }
    return b >= a - STEP_BACK + YEAR ? -1 : 0;
}

int clock_year_before(struct zone *zone, const struct stamp *stamp, int64_t latest)
{
    struct civil c;
    civil_from_seconds(latest + zone_offset(zone, latest), &c);
    for (int year = c.year; year > c.year - 8; year--) {
        int64_t local = civil_days(year, stamp->month, stamp->day) * CIVIL_DAY +
                        stamp->second_of_day;
        struct civil check = {.year = year, .month = stamp->month, .day = stamp->day};
        int64_t utc[2];
        if (civil_is_valid(&check)) {
            (void)zone_from_local(zone, local, utc);
            if (utc[0] <= latest + CIVIL_DAY) {
                return year;
            }
        }
    }
    return c.year;
}
