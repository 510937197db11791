/* Tests of base/civil_time: days and seconds both ways, validity, months, instants as text. */
#include "base/civil_time.h"

#include "tap.h"

static void test_days(void)
{
    static const struct {
        int year, month, day;
        int64_t days;
    } cases[] = {
        {1970, 1, 1, 0},      {1969, 12, 31, -1},   {1970, 1, 2, 1},
        {2000, 2, 29, 11016}, {2000, 3, 1, 11017},  {1900, 2, 28, -25509},
        {1900, 3, 1, -25508}, {2024, 2, 29, 19782}, {2026, 11, 21, 20778},
        {2038, 1, 19, 24855}, {1, 1, 1, -719162},   {9999, 12, 31, 2932896},
        {2100, 2, 28, 47540}, {2100, 3, 1, 47541},  {1600, 12, 31, -134775},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct civil c;
        tap_number(cases[i].days, civil_days(cases[i].year, cases[i].month, cases[i].day),
                   "days of %04d-%02d-%02d", cases[i].year, cases[i].month, cases[i].day);
        civil_from_seconds(cases[i].days * CIVIL_DAY + CIVIL_DAY - 1, &c);
        tap_ok(c.year == cases[i].year && c.month == cases[i].month && c.day == cases[i].day &&
                   c.hour == 23 && c.minute == 59 && c.second == 59,
               "and back: %04d-%02d-%02d 23:59:59", c.year, c.month, c.day);
    }
}

/* Every day of 1,200 years follows the one before. */
static void test_every_day(void)
{
    int wrong = 0;
    struct civil before;
    civil_from_seconds(civil_days(1399, 12, 31) * CIVIL_DAY, &before);
    for (int64_t day = civil_days(1400, 1, 1); day < civil_days(2600, 1, 1); day++) {
        struct civil c;
        civil_from_seconds(day * CIVIL_DAY, &c);
        bool next = c.year * 372 + c.month * 31 + c.day >
                    before.year * 372 + before.month * 31 + before.day;
        wrong += !next || !civil_is_valid(&c) || civil_days(c.year, c.month, c.day) != day;
        before = c;
    }
    tap_number(0, wrong, "1,200 years of days, one after the other");
}

static void test_valid(void)
{
    static const struct {
        struct civil c;
        bool valid;
    } cases[] = {
        {{2026, 11, 21, 6, 0, 1}, true},  {{2026, 11, 31, 0, 0, 0}, false},
        {{2026, 2, 29, 0, 0, 0}, false},  {{2024, 2, 29, 0, 0, 0}, true},
        {{2100, 2, 29, 0, 0, 0}, false},  {{2000, 2, 29, 0, 0, 0}, true},
        {{2026, 0, 1, 0, 0, 0}, false},   {{2026, 13, 1, 0, 0, 0}, false},
        {{2026, 1, 0, 0, 0, 0}, false},   {{2026, 1, 32, 0, 0, 0}, false},
        {{2026, 1, 1, 24, 0, 0}, false},  {{2026, 1, 1, 23, 60, 0}, false},
        {{2026, 1, 1, 23, 59, 60}, true}, {{2026, 1, 1, 23, 59, 61}, false},
        {{2026, 1, 1, -1, 0, 0}, false},  {{2026, 4, 31, 0, 0, 0}, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct civil *c = &cases[i].c;
        tap_number(cases[i].valid, civil_is_valid(c), "%04d-%02d-%02d %02d:%02d:%02d is %s",
                   c->year, c->month, c->day, c->hour, c->minute, c->second,
                   cases[i].valid ? "valid" : "not valid");
    }
}

static void test_month(void)
{
    static const struct {
        const char *name;
        int month;
    } cases[] = {{"Jan", 1},  {"FEB", 2}, {"mar", 3}, {"May", 5}, {"Dec ", 12},
                 {"Nov", 11}, {"Mai", 0}, {"J n", 0}, {"ovN", 0}, {"\0\0\0", 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tap_number(cases[i].month, civil_month(cases[i].name), "month of \"%s\"", cases[i].name);
    }
}

static void test_instant(void)
{
    static const struct {
        struct instant instant;
        const char *text;
    } cases[] = {
        {{0, 0, 0, 0}, "1970-01-01T00:00:00+00:00"},
        {{1795240801, 0, 3600, 0}, "2026-11-21T07:00:01+01:00"},
        {{1795240801, 123456000, 3600, 6}, "2026-11-21T07:00:01.123456+01:00"},
        {{1795240801, 123456789, -12600, 3}, "2026-11-21T02:30:01.123-03:30"},
        {{1795240801, 5, 0, 9}, "2026-11-21T06:00:01.000000005+00:00"},
        {{-1, 0, 0, 0}, "1969-12-31T23:59:59+00:00"},
        {{0, 0, 50400, 0}, "1970-01-01T14:00:00+14:00"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out;
        strbuf_init(&out, 100);
        instant_add(&out, &cases[i].instant);
        tap_span(cases[i].text, strbuf_span(&out), "instant %s", cases[i].text);
        strbuf_free(&out);
    }
    /* One after the other by the same writer, days that go back and offsets that change included.
     */
    struct date_text date = {.known = false};
    for (size_t i = 0; i < 3 * COUNT_OF(cases); i++) {
        size_t which = i * 3 % COUNT_OF(cases);
        char text[INSTANT_TEXT];
        const char *end = instant_put(text, &cases[which].instant, &date);
        tap_span(cases[which].text, span_of(text, (size_t)(end - text)), "put: %s",
                 cases[which].text);
    }
    struct instant a = {.seconds = 5, .nanosecond = 1, .offset = 3600};
    struct instant b = {.seconds = 5, .nanosecond = 2};
    tap_number(-1, instant_compare(&a, &b), "instants differ by a nanosecond");
    tap_number(1, instant_compare(&b, &a), "the other way");
    tap_number(0, instant_compare(&a, &a), "equal instants");
    b = (struct instant){.seconds = 4, .nanosecond = 999999999};
    tap_number(1, instant_compare(&a, &b), "seconds come first");
}

int main(void)
{
    test_days();
    test_every_day();
    test_valid();
    test_month();
    test_instant();
    return tap_end();
}
