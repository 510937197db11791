/* Tests of base/figure: numbers, shares, durations, sizes and dates in English and as other
 * languages write them. */
#include "base/figure.h"

#include "tap.h"

/* Signs as in German and French, the sign for per cent in front as in Turkish, units and dates of
 * nobody. */
static const struct figure_style other = {
    .decimal = SPAN_CONSTANT(","),
    .thousands = SPAN_CONSTANT("\u202f"),
    .percent = SPAN_CONSTANT("%{n}"),
    .less = SPAN_CONSTANT("unter {share}"),
    .more = SPAN_CONSTANT("über {share}"),
    .less_than = SPAN_CONSTANT("weniger als {share}"),
    .unit = {[UNIT_SECONDS] = SPAN_CONSTANT("{n} sn"),
             [UNIT_MINUTES] = SPAN_CONSTANT("{n} dk"),
             [UNIT_HOURS] = SPAN_CONSTANT("{n} sa"),
             [UNIT_DAYS] = SPAN_CONSTANT("{n} g"),
             [UNIT_BYTES] = SPAN_CONSTANT("{n} o"),
             [UNIT_KILOBYTES] = SPAN_CONSTANT("{n} ko"),
             [UNIT_MEGABYTES] = SPAN_CONSTANT("{n} Mo"),
             [UNIT_GIGABYTES] = SPAN_CONSTANT("{n} Go")},
    .two = SPAN_CONSTANT("{first} und {second}"),
    .day = SPAN_CONSTANT("{day}. {month}"),
    .date = SPAN_CONSTANT("{year}-{month}-{day}"),
    .numbers = SPAN_CONSTANT("{day}.{month}."),
    .moment = SPAN_CONSTANT("{time}, {date}"),
    .month = {[10] = SPAN_CONSTANT("Kas")},
};

static struct strbuf out;

static void says(const char *wanted, const char *name)
{
    tap_span(wanted, strbuf_span(&out), "%s: %s", name, wanted);
    strbuf_clear(&out);
}

static void test_numbers(void)
{
    static const struct {
        uint64_t count;
        const char *english, *other;
    } counts[] = {{0, "0", "0"},
                  {999, "999", "999"},
                  {1000, "1,000", "1\u202f000"},
                  {12345678, "12,345,678", "12\u202f345\u202f678"}};
    static const struct {
        double share;
        const char *english, *other;
    } shares[] = {{0, "0.0 %", "%0,0"},
                  {0.0001, "<0.1 %", "unter %0,1"},
                  {0.361, "36.1 %", "%36,1"},
                  {0.9999, ">99.9 %", "über %99,9"},
                  {1, "100.0 %", "%100,0"}};
    static const struct {
        double share;
        const char *english, *other;
    } rough[] = {{0.0005, "less than 0.1 %", "weniger als %0,1"},
                 {0.002, "0.2 %", "%0,2"},
                 {0.37, "37 %", "%37"},
                 {0.999, "99 %", "%99"},
                 {1, "100 %", "%100"},
                 {0, "0 %", "%0"}};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        format_count(&out, NULL, counts[i].count);
        says(counts[i].english, "a count");
        format_count(&out, &other, counts[i].count);
        says(counts[i].other, "a count");
    }
    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        format_share(&out, &figure_english, shares[i].share);
        says(shares[i].english, "a share");
        format_share(&out, &other, shares[i].share);
        says(shares[i].other, "a share");
    }
    for (size_t i = 0; i < COUNT_OF(rough); i++) {
        format_rough_share(&out, NULL, rough[i].share);
        says(rough[i].english, "a share in a sentence");
        format_rough_share(&out, &other, rough[i].share);
        says(rough[i].other, "a share in a sentence");
    }
}

static void test_units(void)
{
    static const struct {
        double seconds;
        const char *english, *other;
    } spans[] = {{0.04, "0.04 s", "0,04 sn"}, {1.5, "1.5 s", "1,5 sn"},
                 {119, "119 s", "119 sn"},    {312, "5 min 12 s", "5 dk und 12 sn"},
                 {600, "10 min", "10 dk"},    {7260, "2 h 1 min", "2 sa und 1 dk"},
                 {7200, "2 h", "2 sa"},       {2 * 86400, "2 d 0 h", "2 g und 0 sa"}};
    static const struct {
        uint64_t bytes;
        const char *english, *other;
    } sizes[] = {{0, "0 B", "0 o"},
                 {999, "999 B", "999 o"},
                 {1230, "1.2 kB", "1,2 ko"},
                 {999600, "1.0 MB", "1,0 Mo"},
                 {12300000000u, "12 GB", "12 Go"}};
    for (size_t i = 0; i < COUNT_OF(spans); i++) {
        format_seconds(&out, NULL, spans[i].seconds);
        says(spans[i].english, "a duration");
        format_seconds(&out, &other, spans[i].seconds);
        says(spans[i].other, "a duration");
    }
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        format_bytes(&out, NULL, sizes[i].bytes);
        says(sizes[i].english, "a size");
        format_bytes(&out, &other, sizes[i].bytes);
        says(sizes[i].other, "a size");
    }
}

static void test_times(void)
{
    const struct instant time = {.seconds = 1763733900, .offset = 3600};
    static const struct {
        enum instant_format format;
        const char *english, *other;
    } times[] = {{FORMAT_TIME, "15:05:00", "15:05:00"},
                 {FORMAT_CLOCK, "15:05", "15:05"},
                 {FORMAT_DATE, "21 Nov", "21. Kas"},
                 {FORMAT_MINUTE, "21 Nov 15:05", "15:05, 21. Kas"},
                 {FORMAT_NUMBERS, "11-21 15:05", "15:05, 21.11."},
                 {FORMAT_DAY, "21 Nov 15:05:00", "15:05:00, 21. Kas"},
                 {FORMAT_YEAR, "21 Nov 2025 15:05:00", "15:05:00, 2025-Kas-21"}};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        format_instant(&out, NULL, &time, times[i].format);
        says(times[i].english, "a time");
        format_instant(&out, &other, &time, times[i].format);
        says(times[i].other, "a time");
    }
}

int main(void)
{
    strbuf_init(&out, 1000);
    test_numbers();
    test_units();
    test_times();
    strbuf_free(&out);
    return tap_end();
}
