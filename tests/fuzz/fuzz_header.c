/* Headers of log lines, of the syslog family and as JSON objects. What a reader that has seen lines
 * before says of one is what a new reader says. */
#include "support.h"

#include "logfmt/header_reader.h"

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->year == b->year && a->month == b->month && a->day == b->day &&
           a->second_of_day == b->second_of_day && a->nanosecond == b->nanosecond &&
           a->digits == b->digits && a->zone == b->zone &&
           (a->zone != STAMP_OFFSET || a->offset == b->offset) &&
           (a->zone != STAMP_ABBREVIATION || span_equal(a->abbreviation, b->abbreviation));
}

static void check_stamp(const struct stamp *stamp)
{
    FUZZ_REQUIRE(stamp->month >= 1 && stamp->month <= 12);
    FUZZ_REQUIRE(stamp->day >= 1 && stamp->day <= 31);
    FUZZ_REQUIRE(stamp->second_of_day >= 0 && stamp->second_of_day <= 86400);
    FUZZ_REQUIRE(stamp->nanosecond >= 0 && stamp->nanosecond <= 999999999);
    FUZZ_REQUIRE(stamp->digits <= 9);
    FUZZ_REQUIRE(stamp->year >= 0 && stamp->year <= 9999);
    FUZZ_REQUIRE(stamp->zone != STAMP_OFFSET ||
                 (stamp->offset > -172800 && stamp->offset < 172800));
}

static void check_header(struct span line, const struct header *header)
{
    check_stamp(&header->stamp);
    FUZZ_REQUIRE(fuzz_inside(line, header->host));
    FUZZ_REQUIRE(fuzz_inside(line, header->tag));
    FUZZ_REQUIRE(fuzz_inside(line, header->pid));
    FUZZ_REQUIRE(fuzz_inside(line, header->message));
}

/* A year from the stamp or from the lines before, an instant in the years that there are. */
static void check_clock(struct clock *clock, const struct stamp *stamp)
{
    struct instant instant;
    clock_resolve(clock, stamp, &instant);
    FUZZ_REQUIRE(instant.seconds > -62300000000 && instant.seconds < 253500000000);
}

static void compare(struct header_reader *used, struct clock *clock, struct span line)
{
    struct header_reader fresh;
    struct header a;
    struct header b;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    header_reader_init(&fresh);
    bool found = header_reader_read(used, line, &a);
    FUZZ_REQUIRE(found == header_reader_read(&fresh, line, &b));
    FUZZ_REQUIRE(header_reader_status(used) == SMTPLOG_OK);
    if (found && !json_line_begins(line)) {
        check_header(line, &a);
    }
    if (found) {
        FUZZ_REQUIRE(same_stamp(&a.stamp, &b.stamp));
        FUZZ_REQUIRE(span_equal(a.host, b.host) && span_equal(a.tag, b.tag));
        FUZZ_REQUIRE(span_equal(a.pid, b.pid) && span_equal(a.message, b.message));
        FUZZ_REQUIRE(a.rfc5424 == b.rfc5424 && a.repeated == b.repeated);
        check_stamp(&a.stamp);
        check_clock(clock, &a.stamp);
    }
    header_reader_free(&fresh);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const zones[] = {"UTC", "Europe/Berlin", "America/St_Johns", "-0930"};
    struct feed feed = feed_of(bytes, size);
    struct header_reader reader;
    struct zone *zone = NULL;
    struct clock clock;
    struct span line;
    header_reader_init(&reader);
    FUZZ_REQUIRE(zone_load(zones[feed_below(&feed, COUNT_OF(zones))], &zone) == SMTPLOG_OK);
    clock_init(&clock, zone, 2026);
    while (feed_line(&feed, &line)) {
        compare(&reader, &clock, line);
    }
    header_reader_free(&reader);
    zone_free(zone);
    return 0;
}
