/* Instants as people give them. Trust: the command line. */
#include "lib/time_spec.h"

#include "logfmt/header.h"

#define YEAR_ONE (-62135596800) /* no calendar goes further back */

static int64_t day_start(struct zone *zone, int64_t now, int64_t days)
{
    struct civil c;
    int64_t utc[2];
    civil_from_seconds(now + zone_offset(zone, now), &c);
    int64_t local = (civil_days(c.year, c.month, c.day) + days) * CIVIL_DAY;
    (void)zone_from_local(zone, local, utc);
    return utc[0];
}

/* `-2h`: s, m, h, d, w before now. */
static bool relative(struct span text, int64_t now, int64_t *seconds)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    uint64_t n = 0;
    if (text.n < 3 || text.p[0] != '-' ||
        !span_to_u64(span_of(text.p + 1, text.n - 2), 100000000, &n)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (units[i].unit == text.p[text.n - 1]) {
            *seconds = now - (int64_t)n * units[i].seconds;
            *seconds = *seconds < YEAR_ONE ? YEAR_ONE : *seconds;
            return true;
        }
    }
    return false;
}

static bool whole_day(struct span text, struct zone *zone, int64_t now, int64_t *first,
                      int64_t *behind)
{
    int64_t days = 0;
    if (span_is(text, "yesterday")) {
        days = -1;
    } else if (!span_is(text, "today")) {
        char stamped[32];
        struct stamp stamp;
        size_t length = 0;
        if (text.n != 10) {
            return false;
        }
        memcpy(stamped, text.p, 10);
        memcpy(stamped + 10, " 00:00:00", 9);
        if (!stamp_parse(span_of(stamped, 19), &stamp, &length) || stamp.year == 0) {
            return false;
        }
        int64_t utc[2];
        int64_t local = civil_days(stamp.year, stamp.month, stamp.day) * CIVIL_DAY;
        (void)zone_from_local(zone, local, utc);
        *first = utc[0];
        (void)zone_from_local(zone, local + CIVIL_DAY, utc);
        *behind = utc[0];
        return true;
    }
    *first = day_start(zone, now, days);
    *behind = day_start(zone, now, days + 1);
    return true;
}

/* RFC 3339, a blank for the T, seconds and zone optional. */
static bool absolute(struct span text, struct zone *zone, struct instant *instant)
{
    char stamped[64];
    struct stamp stamp;
    size_t length = 0;
    if (text.n < 16 || text.n > 40) {
        return false;
    }
    memcpy(stamped, text.p, text.n);
    size_t n = text.n;
    if (n == 16) {
        memcpy(stamped + n, ":00", 3);
        n += 3;
    }
    stamped[n++] = ' ';
    if (!stamp_parse(span_of(stamped, n), &stamp, &length) || length != n || stamp.year == 0) {
        return false;
    }
    int64_t local = civil_days(stamp.year, stamp.month, stamp.day) * CIVIL_DAY +
                    stamp.second_of_day;
    int64_t utc[2] = {local - stamp.offset, 0};
    if (stamp.zone != STAMP_OFFSET) {
        (void)zone_from_local(zone, local, utc);
    }
    instant->seconds = utc[0];
    instant->nanosecond = stamp.nanosecond;
    instant->digits = stamp.digits;
    return true;
}

bool time_spec_parse(struct span text, struct zone *zone, int64_t now, bool is_until,
                     struct instant *instant)
{
    int64_t first = 0;
    int64_t behind = 0;
    *instant = (struct instant){0};
    if (whole_day(text, zone, now, &first, &behind)) {
        instant->seconds = is_until ? behind : first;
    } else if (span_is(text, "now")) {
        instant->seconds = now + (is_until ? 1 : 0);
    } else if (relative(text, now, &first)) {
        instant->seconds = first;
    } else if (absolute(text, zone, instant)) {
        /* The last instant meant: one nanosecond further is the first that is not. */
        if (is_until && ++instant->nanosecond == 1000000000) {
            instant->nanosecond = 0;
            instant->seconds++;
        }
    } else {
        return false;
    }
    instant->offset = zone_offset(zone, instant->seconds);
    return true;
}
