/* Time zone files (TZif) as --tz takes them, and the two ways through a zone: an instant's offset
 * and the instants of a local time agree. */
#include "support.h"

#include <unistd.h>

static void check(struct zone *zone, int64_t utc)
{
    int64_t found[2] = {0, 0};
    int64_t from = 0;
    int64_t until = 0;
    int32_t offset = zone_offset(zone, utc);
    FUZZ_REQUIRE(offset > -86400 && offset < 86400);
    int count = zone_from_local(zone, utc + offset, found);
    FUZZ_REQUIRE(count == 1 || count == 2);
    FUZZ_REQUIRE(count < 2 || found[0] < found[1]);
    zone_steady(zone, utc, &from, &until);
    FUZZ_REQUIRE(from > INT64_MIN && until < INT64_MAX);
    /* A rule may contradict itself from year to year: then one of its two answers is as good. */
    FUZZ_REQUIRE(found[0] > utc - 2 * CIVIL_DAY && found[0] < utc + 2 * CIVIL_DAY);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const int64_t instants[] = {0,          1795500000, -5000000000,  40000000000,
                                       1774746000, 1792890000, -62135596800, 253402300799};
    struct feed feed = feed_of(bytes, size);
    struct zone *zone = NULL;
    char path[32];
    int32_t offset = 0;
    int descriptor = fuzz_file(feed.rest);
    fuzz_path(descriptor, path);
    enum smtplog_status status = zone_load(path, &zone);
    FUZZ_REQUIRE(status == SMTPLOG_OK || status == SMTPLOG_FORMAT || status == SMTPLOG_USAGE);
    for (size_t i = 0; status == SMTPLOG_OK && i < COUNT_OF(instants); i++) {
        check(zone, instants[i]);
    }
    if (status == SMTPLOG_OK) {
        (void)zone_abbreviation(zone, SPAN_LITERAL("CEST"), &offset);
        zone_free(zone);
    }
    close(descriptor);
    return 0;
}
