/* Tests of logfmt/clock: the year a stamp does not name, the zone it does not name, the doubled
 * hour. */
#include "logfmt/clock.h"

#include "tap.h"

static struct stamp stamp_of(const char *text)
{
    struct stamp stamp = {0};
    size_t length = 0;
    char line[100];
    snprintf(line, sizeof line, "%s x", text);
    if (!stamp_parse(span_cstr(line), &stamp, &length)) {
        printf("Bail out! no stamp: %s\n", text);
        exit(1);
    }
    /* Must not point into this function's memory. */
    stamp.abbreviation = stamp.zone == STAMP_ABBREVIATION ? SPAN_LITERAL("CET") : SPAN_EMPTY;
    return stamp;
}

struct row {
    const char *stamp, *instant;
};

static void run(const char *name, const char *zone_name, int first_year, const struct row *rows,
                size_t count)
{
    struct zone *zone = NULL;
    struct clock clock;
    TAP_MUST(zone_load(zone_name, &zone));
    clock_init(&clock, zone, first_year);
    for (size_t i = 0; i < count; i++) {
        struct stamp stamp = stamp_of(rows[i].stamp);
        struct instant instant;
        struct strbuf text;
        strbuf_init(&text, 100);
        clock_resolve(&clock, &stamp, &instant);
        instant_add(&text, &instant);
        tap_span(rows[i].instant, strbuf_span(&text), "%s: %s", name, rows[i].stamp);
        strbuf_free(&text);
    }
    zone_free(zone);
}

#define RUN(name, zone, year, ...)                      \
    do {                                                \
        static const struct row rows[] = {__VA_ARGS__}; \
        run(name, zone, year, rows, COUNT_OF(rows));    \
    } while (0)

static void test_years(void)
{
    RUN("into a new year", "UTC", 2025, {"Dec 31 23:59:59", "2025-12-31T23:59:59+00:00"},
        {"Jan  1 00:00:00", "2026-01-01T00:00:00+00:00"},
        {"Jan  1 00:00:01", "2026-01-01T00:00:01+00:00"});
    RUN("a late line steps back", "UTC", 2026, {"Jan  1 00:00:01", "2026-01-01T00:00:01+00:00"},
        {"Dec 31 23:59:59", "2025-12-31T23:59:59+00:00"},
        {"Jan  1 00:00:02", "2026-01-01T00:00:02+00:00"});
    RUN("a quiet log", "UTC", 2025, {"Mar  1 12:00:00", "2025-03-01T12:00:00+00:00"},
        {"Nov 20 12:00:00", "2025-11-20T12:00:00+00:00"},
        {"Jul  1 12:00:00", "2026-07-01T12:00:00+00:00"});
    RUN("three new years", "UTC", 2024, {"Dec 31 12:00:00", "2024-12-31T12:00:00+00:00"},
        {"Jun  1 12:00:00", "2025-06-01T12:00:00+00:00"},
        {"Jan  1 12:00:00", "2026-01-01T12:00:00+00:00"},
        {"Sep  1 12:00:00", "2026-09-01T12:00:00+00:00"},
        {"Feb  1 12:00:00", "2027-02-01T12:00:00+00:00"});
    RUN("29 February", "UTC", 2027, {"Dec 31 12:00:00", "2027-12-31T12:00:00+00:00"},
        {"Feb 29 12:00:00", "2028-02-29T12:00:00+00:00"},
        {"Mar  1 12:00:00", "2028-03-01T12:00:00+00:00"});
    RUN("a stamp with year in between", "UTC", 2026,
        {"Nov 21 12:00:00", "2026-11-21T12:00:00+00:00"},
        {"2027-01-02T12:00:00Z", "2027-01-02T12:00:00+00:00"},
        {"Jan  3 12:00:00", "2027-01-03T12:00:00+00:00"});
    RUN("offsets of one second", "Europe/Berlin", 2026,
        {"2026-11-21T12:00:00+02:00", "2026-11-21T12:00:00+02:00"},
        {"2026-11-21T12:00:00.25+02:00", "2026-11-21T12:00:00.25+02:00"},
        {"2026-11-21T12:00:00-03:00", "2026-11-21T12:00:00-03:00"},
        {"2026-11-21 12:00:00", "2026-11-21T12:00:00+01:00"},
        {"2026-11-21 12:00:00", "2026-11-21T12:00:00+01:00"},
        {"2026-11-21T12:00:00-03:00", "2026-11-21T12:00:00-03:00"},
        {"Sat 2026-11-21 12:00:00 CET", "2026-11-21T12:00:00+01:00"},
        {"2026-11-21T12:00:00Z", "2026-11-21T12:00:00+00:00"});
    RUN("New Year in a zone", "Asia/Tokyo", 2025, {"Dec 31 23:59:59", "2025-12-31T23:59:59+09:00"},
        {"Jan  1 00:00:01", "2026-01-01T00:00:01+09:00"});
}

static void test_nights(void)
{
    RUN("autumn", "Europe/Berlin", 2026, {"Oct 25 01:59:59", "2026-10-25T01:59:59+02:00"},
        {"Oct 25 02:30:00", "2026-10-25T02:30:00+02:00"},
        {"Oct 25 02:59:59", "2026-10-25T02:59:59+02:00"},
        {"Oct 25 02:00:00", "2026-10-25T02:00:00+01:00"},
        {"Oct 25 02:30:00", "2026-10-25T02:30:00+01:00"},
        {"Oct 25 03:00:00", "2026-10-25T03:00:00+01:00"});
    RUN("a late line in the doubled hour", "Europe/Berlin", 2026,
        {"Oct 25 02:30:00", "2026-10-25T02:30:00+02:00"},
        {"Oct 25 02:25:00", "2026-10-25T02:25:00+02:00"},
        {"Oct 25 02:31:00", "2026-10-25T02:31:00+02:00"});
    RUN("quiet in the second pass", "Europe/Berlin", 2026,
        {"Oct 25 02:59:00", "2026-10-25T02:59:00+02:00"},
        {"Oct 25 02:01:00", "2026-10-25T02:01:00+01:00"},
        {"Oct 25 02:50:00", "2026-10-25T02:50:00+01:00"});
    RUN("a line late by seconds at the change", "Europe/Berlin", 2026,
        {"Oct 25 02:59:59", "2026-10-25T02:59:59+02:00"},
        {"Oct 25 02:00:01", "2026-10-25T02:00:01+01:00"},
        {"Oct 25 02:59:58", "2026-10-25T02:59:58+02:00"},
        {"Oct 25 02:00:02", "2026-10-25T02:00:02+01:00"});
    RUN("beginning in the doubled hour", "Europe/Berlin", 2026,
        {"Oct 25 02:30:00", "2026-10-25T02:30:00+02:00"});
    RUN("quiet until after it", "Europe/Berlin", 2026,
        {"Oct 25 01:00:00", "2026-10-25T01:00:00+02:00"},
        {"Oct 25 03:00:00", "2026-10-25T03:00:00+01:00"},
        {"Oct 25 03:30:00", "2026-10-25T03:30:00+01:00"});
    RUN("spring", "Europe/Berlin", 2026, {"Mar 29 01:59:59", "2026-03-29T01:59:59+01:00"},
        {"Mar 29 03:00:00", "2026-03-29T03:00:00+02:00"});
    RUN("a time that was skipped", "Europe/Berlin", 2026,
        {"Mar 29 02:30:00", "2026-03-29T03:30:00+02:00"});
    RUN("half an hour", "Australia/Lord_Howe", 2026,
        {"Apr  5 01:45:00", "2026-04-05T01:45:00+11:00"},
        {"Apr  5 01:59:00", "2026-04-05T01:59:00+11:00"},
        {"Apr  5 01:30:00", "2026-04-05T01:30:00+10:30"},
        {"Apr  5 01:45:00", "2026-04-05T01:45:00+10:30"});
    RUN("New York", "America/New_York", 2026, {"Nov  1 01:50:00", "2026-11-01T01:50:00-04:00"},
        {"Nov  1 01:10:00", "2026-11-01T01:10:00-05:00"},
        {"Nov  1 02:00:00", "2026-11-01T02:00:00-05:00"});
    RUN("the day before and after", "Europe/Berlin", 2026,
        {"Oct 24 12:00:00", "2026-10-24T12:00:00+02:00"},
        {"Oct 26 12:00:00", "2026-10-26T12:00:00+01:00"},
        {"Oct 24 12:00:00", "2026-10-24T12:00:00+02:00"});
}

static void test_zones(void)
{
    RUN("zones of stamps", "Europe/Berlin", 2026,
        {"2026-07-01T12:00:00Z", "2026-07-01T12:00:00+00:00"},
        {"2026-07-01T12:00:00+05:30", "2026-07-01T12:00:00+05:30"},
        {"2026-07-01 12:00:00", "2026-07-01T12:00:00+02:00"},
        {"Jul  1 12:00:00.25", "2026-07-01T12:00:00.25+02:00"},
        {"Sun 2026-11-01 12:00:00 CET", "2026-11-01T12:00:00+01:00"});
}

static void test_steps(void)
{
    static const struct {
        const char *before, *after;
        int step;
    } cases[] = {
        {"Dec 31 23:59:59", "Jan  1 00:00:00", 1},  {"Jan  1 00:00:00", "Dec 31 23:59:59", -1},
        {"Jan  1 00:00:00", "Jan  1 00:00:00", 0},  {"Jun  1 00:00:00", "May 31 00:00:00", 0},
        {"Mar  1 00:00:00", "Nov  1 00:00:00", 0},  {"Nov  1 00:00:00", "Mar  1 00:00:00", 1},
        {"Jan  5 00:00:00", "Nov 15 00:00:00", -1}, {"Feb 28 00:00:00", "Feb 29 00:00:00", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct stamp a = stamp_of(cases[i].before);
        struct stamp b = stamp_of(cases[i].after);
        tap_number(cases[i].step, clock_year_step(&a, &b), "%s to %s", cases[i].before,
                   cases[i].after);
    }
    static const struct {
        const char *stamp;
        int64_t latest; /* 2026-11-22T12:00:00Z and others */
        int year;
    } before[] = {
        {"Nov 22 11:00:00", 1795348800, 2026},
        {"Nov 22 13:00:00", 1795348800, 2026}, /* a clock a little off */
        {"Nov 24 13:00:00", 1795348800, 2025},
        {"Jan  1 00:00:00", 1795348800, 2026},
        {"Dec 31 23:59:59", 1795348800, 2025},
        {"Feb 29 00:00:00", 1795348800, 2024},
        {"Dec 31 23:59:59", 1798761600, 2026}, /* 2027-01-01T00:00:00Z */
    };
    struct zone *zone = NULL;
    TAP_MUST(zone_load("UTC", &zone));
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        struct stamp stamp = stamp_of(before[i].stamp);
        tap_number(before[i].year, clock_year_before(zone, &stamp, before[i].latest),
                   "%s not later than %lld", before[i].stamp, (long long)before[i].latest);
    }
    zone_free(zone);
}

int main(void)
{
    test_years();
    test_nights();
    test_zones();
    test_steps();
    return tap_end();
}
