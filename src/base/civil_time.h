/* Calendar arithmetic in the proleptic Gregorian calendar, and the text form of instants. Seconds
 * count from 1970-01-01T00:00:00Z without leap seconds (POSIX). No locale, no TZ. */
#ifndef BASE_CIVIL_TIME_H
#define BASE_CIVIL_TIME_H

#include "base/span.h"
#include "base/strbuf.h"

struct civil {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour;
    int minute;
    int second; /* 0..60 */
};

/* An instant as a log shows it. */
struct instant {
    int64_t seconds;    /* since 1970-01-01T00:00:00Z */
    int32_t nanosecond; /* 0..999999999 */
    int32_t offset;     /* of the local clock it was written in, seconds east of UTC */
    uint8_t digits;     /* digits of the fraction that the log has, 0..9 */
};

#define CIVIL_DAY ((int64_t)86400)

/* Days from 1970-01-01 to the given date. month 1..12. */
int64_t civil_days(int year, int month, int day);

/* Seconds of a civil time read as UTC. */
int64_t civil_seconds(const struct civil *civil);

void civil_from_seconds(int64_t seconds, struct civil *civil);

/* True when the date exists and the time is a time of day (second 60 allowed). */
bool civil_is_valid(const struct civil *civil);

/* Month 1..12 of an English three-letter name, any case; 0 for none. */
int civil_month(const char *name);

/* -1, 0, 1. */
static inline int instant_compare(const struct instant *a, const struct instant *b)
{
    if (a->seconds != b->seconds) {
        return a->seconds < b->seconds ? -1 : 1;
    }
    return (a->nanosecond > b->nanosecond) - (a->nanosecond < b->nanosecond);
}

/* Appends RFC 3339 with the instant's own offset and digits ("Z" only for utc = true). */
void instant_add(struct strbuf *out, const struct instant *instant);

/* For what writes many: the same at a place with room for INSTANT_TEXT bytes; returns the end of
 * what is written. date: that of the instant before, of the same writer; zeroed for the first. */
#define INSTANT_TEXT 40

struct date_text {
    int64_t day; /* since 1970-01-01 */
    bool known;
    char text[11]; /* `2026-11-21T` */
};

char *instant_put(char *at, const struct instant *instant, struct date_text *date);

#endif
