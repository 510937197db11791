/* Tests of base/zone: TZif files, the rule behind their last change, skipped and doubled hours,
 * names. */
#include "base/zone.h"

#include "tap.h"

static int64_t at(int year, int month, int day, int hour, int minute)
{
    struct civil c = {year, month, day, hour, minute, 0};
    return civil_seconds(&c);
}

static void test_offsets(void)
{
    static const struct {
        const char *zone;
        int year, month, day, hour, minute; /* UTC */
        int offset;                         /* minutes */
    } cases[] = {
        {"UTC", 2026, 7, 1, 0, 0, 0},
        {"Europe/Berlin", 2026, 1, 1, 0, 0, 60},
        {"Europe/Berlin", 2026, 3, 29, 0, 59, 60},
        {"Europe/Berlin", 2026, 3, 29, 1, 0, 120},
        {"Europe/Berlin", 2026, 10, 25, 0, 59, 120},
        {"Europe/Berlin", 2026, 10, 25, 1, 0, 60},
        {"Europe/Berlin", 1945, 7, 1, 0, 0, 180}, /* double summer time */
        {"Europe/Berlin", 2037, 7, 1, 0, 0, 120},
        {"Europe/Berlin", 2045, 3, 26, 0, 59, 60}, /* by the rule in the footer */
        {"Europe/Berlin", 2045, 3, 26, 1, 0, 120},
        {"Europe/Berlin", 2399, 7, 1, 0, 0, 120},
        {"Europe/Berlin", 2399, 12, 31, 23, 59, 60},
        {"America/New_York", 2026, 3, 8, 6, 59, -300},
        {"America/New_York", 2026, 3, 8, 7, 0, -240},
        {"America/New_York", 2026, 11, 1, 5, 59, -240},
        {"America/New_York", 2026, 11, 1, 6, 0, -300},
        {"America/New_York", 2050, 3, 13, 6, 59, -300},
        {"America/New_York", 2050, 3, 13, 7, 0, -240},
        {"Australia/Lord_Howe", 2026, 1, 1, 0, 0, 660}, /* half an hour of summer time, south */
        {"Australia/Lord_Howe", 2026, 7, 1, 0, 0, 630},
        {"Australia/Lord_Howe", 2026, 4, 4, 14, 59, 660},
        {"Australia/Lord_Howe", 2026, 4, 4, 15, 0, 630},
        {"Australia/Lord_Howe", 2060, 1, 1, 0, 0, 660},
        {"Australia/Lord_Howe", 2060, 7, 1, 0, 0, 630},
        {"Asia/Kolkata", 2060, 7, 1, 0, 0, 330}, /* a footer without summer time */
        {"Africa/Casablanca", 2026, 7, 1, 0, 0, 60},
        {"Pacific/Kiritimati", 2026, 7, 1, 0, 0, 840},
        {"+01:00", 2026, 7, 1, 0, 0, 60},
        {"-0530", 2026, 7, 1, 0, 0, -330},
        {"+1", 2026, 7, 1, 0, 0, 60},
        {"+14", 2026, 7, 1, 0, 0, 840},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct zone *zone = NULL;
        TAP_MUST(zone_load(cases[i].zone, &zone));
        int64_t utc = at(cases[i].year, cases[i].month, cases[i].day, cases[i].hour,
                         cases[i].minute);
        tap_number(cases[i].offset * 60, zone_offset(zone, utc),
                   "%s at %04d-%02d-%02d %02d:%02d UTC", cases[i].zone, cases[i].year,
                   cases[i].month, cases[i].day, cases[i].hour, cases[i].minute);
        /* Asked in any order the answer is the same: the cache. */
        (void)zone_offset(zone, utc + 200 * CIVIL_DAY);
        (void)zone_offset(zone, utc - 200 * CIVIL_DAY);
        tap_number(cases[i].offset * 60, zone_offset(zone, utc),
                   "%s: the same after other questions", cases[i].zone);
        zone_free(zone);
    }
}

static void test_local(void)
{
    static const struct {
        const char *zone;
        int year, month, day, hour, minute; /* local */
        int count;
        int first, second; /* minutes that UTC is behind local */
    } cases[] = {
        {"Europe/Berlin", 2026, 6, 1, 12, 0, 1, 120, 0},
        {"Europe/Berlin", 2026, 3, 29, 1, 59, 1, 60, 0},
        {"Europe/Berlin", 2026, 3, 29, 2, 0, 1, 60, 0}, /* skipped: as if not changed */
        {"Europe/Berlin", 2026, 3, 29, 2, 59, 1, 60, 0},
        {"Europe/Berlin", 2026, 3, 29, 3, 0, 1, 120, 0},
        {"Europe/Berlin", 2026, 10, 25, 1, 59, 1, 120, 0},
        {"Europe/Berlin", 2026, 10, 25, 2, 0, 2, 120, 60},
        {"Europe/Berlin", 2026, 10, 25, 2, 59, 2, 120, 60},
        {"Europe/Berlin", 2026, 10, 25, 3, 0, 1, 60, 0},
        {"Europe/Berlin", 2045, 10, 29, 2, 30, 2, 120, 60},
        {"Australia/Lord_Howe", 2026, 4, 5, 1, 45, 2, 660, 630},
        {"Australia/Lord_Howe", 2026, 10, 4, 2, 15, 1, 630, 0},
        {"America/New_York", 2026, 11, 1, 1, 30, 2, -240, -300},
        {"UTC", 2026, 10, 25, 2, 30, 1, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct zone *zone = NULL;
        int64_t utc[2] = {0, 0};
        TAP_MUST(zone_load(cases[i].zone, &zone));
        int64_t local = at(cases[i].year, cases[i].month, cases[i].day, cases[i].hour,
                           cases[i].minute);
        int count = zone_from_local(zone, local, utc);
        tap_number(cases[i].count, count, "%s: %04d-%02d-%02d %02d:%02d is %d instant(s)",
                   cases[i].zone, cases[i].year, cases[i].month, cases[i].day, cases[i].hour,
                   cases[i].minute, cases[i].count);
        tap_number(local - cases[i].first * 60, utc[0], "%s: the first", cases[i].zone);
        if (cases[i].count == 2) {
            tap_number(local - cases[i].second * 60, utc[1], "%s: the second", cases[i].zone);
        }
        zone_free(zone);
    }
}

/* Every local time that is an instant's comes back to it, over four years of half hours. */
static void test_round_trip(const char *name)
{
    struct zone *zone = NULL;
    int wrong = 0;
    TAP_MUST(zone_load(name, &zone));
    for (int64_t utc = at(2036, 1, 1, 0, 0); utc < at(2040, 1, 1, 0, 0); utc += 1800) {
        int64_t back[2];
        int count = zone_from_local(zone, utc + zone_offset(zone, utc), back);
        wrong += back[0] != utc && (count < 2 || back[1] != utc);
    }
    tap_number(0, wrong, "%s: there and back, 2036 to 2039", name);
    zone_free(zone);
}

static void test_names(void)
{
    static const struct {
        const char *name;
        enum smtplog_status status;
    } cases[] = {
        {"Nowhere/Town", SMTPLOG_USAGE},
        {"../../etc/passwd", SMTPLOG_USAGE},
        {"Europe", SMTPLOG_USAGE},
        {"/etc", SMTPLOG_USAGE},
        {"/dev/null", SMTPLOG_USAGE},
        {"/etc/passwd", SMTPLOG_FORMAT},
        {"+19:00", SMTPLOG_USAGE},
        {"+1:2:3", SMTPLOG_USAGE},
        {"+x", SMTPLOG_USAGE},
        {"+", SMTPLOG_USAGE},
        {"+12345", SMTPLOG_USAGE},
        {"", SMTPLOG_OK},
        {"UTC0", SMTPLOG_OK},
        {"Etc/GMT-5", SMTPLOG_OK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct zone *zone = NULL;
        tap_number(cases[i].status, zone_load(cases[i].name, &zone), "zone \"%s\"", cases[i].name);
        zone_free(zone);
    }
}

static void test_abbreviations(void)
{
    static const struct {
        const char *zone, *name;
        bool known;
        int offset;
    } cases[] = {
        {"Europe/Berlin", "CET", true, 60},      {"Europe/Berlin", "CEST", true, 120},
        {"Europe/Berlin", "EST", false, 0},      {"America/New_York", "EST", true, -300},
        {"America/New_York", "EDT", true, -240}, {"UTC", "UTC", true, 0},
        {"Europe/Berlin", "CE", false, 0},       {"Europe/Berlin", "", false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct zone *zone = NULL;
        int32_t offset = 0;
        TAP_MUST(zone_load(cases[i].zone, &zone));
        bool known = zone_abbreviation(zone, span_cstr(cases[i].name), &offset);
        tap_ok(known == cases[i].known && (!known || offset == cases[i].offset * 60),
               "\"%s\" in %s", cases[i].name, cases[i].zone);
        zone_free(zone);
    }
}

/* Cut and hostile files are refused, whatever the place of the cut. */
static void test_damage(void)
{
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    char bytes[8192];
    char path[] = "/tmp/smtplog-unit-XXXXXX";
    if (file == NULL) {
        tap_ok(true, "damaged zone files SKIP no zone files here");
        return;
    }
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    int fd = mkstemp(path);
    unsigned refused = 0;
    unsigned cuts = 0;
    for (size_t length = 0; length + 30 < n; length += 7) {
        FILE *out = fopen(path, "wb");
        fwrite(bytes, 1, length, out);
        fclose(out);
        struct zone *zone = NULL;
        refused += zone_load(path, &zone) == SMTPLOG_FORMAT;
        cuts++;
        zone_free(zone);
    }
    tap_number(cuts, refused, "a zone file cut anywhere is refused");
    unsigned survived = 0;
    for (size_t place = 0; place < n; place++) {
        char kept = bytes[place];
        bytes[place] = (char)0xff;
        FILE *out = fopen(path, "wb");
        fwrite(bytes, 1, n, out);
        fclose(out);
        bytes[place] = kept;
        struct zone *zone = NULL;
        int64_t utc[2];
        if (zone_load(path, &zone) == SMTPLOG_OK) {
            (void)zone_offset(zone, at(2026, 7, 1, 0, 0));
            (void)zone_from_local(zone, at(2060, 7, 1, 0, 0), utc);
        }
        zone_free(zone);
        survived++;
    }
    tap_number((long long)n, survived, "a zone file with any byte changed does no harm");
    if (fd >= 0) {
        remove(path);
    }
}

int main(void)
{
    test_offsets();
    test_local();
    test_round_trip("Europe/Berlin");
    test_round_trip("America/New_York");
    test_round_trip("Australia/Lord_Howe");
    test_names();
    test_abbreviations();
    test_damage();
    return tap_end();
}
