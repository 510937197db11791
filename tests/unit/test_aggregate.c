/* Tests of aggregate/: quantiles exact and sketched, the most frequent keys exact and bounded,
 * slots of time, templates of texts. */
#include "aggregate/histogram.h"
#include "aggregate/series.h"
#include "aggregate/template.h"
#include "aggregate/timeline.h"
#include "aggregate/topk.h"

#include "tap.h"

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

#define VALUES 5000

static void test_quantiles(size_t limit, double within, const char *name)
{
    static double values[VALUES];
    static const double quantiles[] = {0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1};
    uint64_t state = 7;
    struct histogram h, left, right;
    histogram_init(&h, limit);
    histogram_init(&left, limit);
    histogram_init(&right, limit);
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = pow(10, (double)(next_random(&state) % 9000) / 1000 -
                                3); /* a millisecond to eleven days */
        TAP_MUST(histogram_add(&h, values[i], 1));
        TAP_MUST(histogram_add(i % 3 == 0 ? &left : &right, values[i], 1));
    }
    qsort(values, VALUES, sizeof values[0], compare);
    tap_ok(histogram_is_exact(&h) == (limit >= VALUES), "%s: is %sexact", name,
           limit >= VALUES ? "" : "not ");
    TAP_MUST(histogram_merge(&left, &right));
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        size_t rank = (size_t)ceil(quantiles[i] * VALUES);
        double wanted = values[rank > 0 ? rank - 1 : 0];
        tap_near(wanted, histogram_quantile(&h, quantiles[i]), within, "%s: quantile %g", name,
                 quantiles[i]);
        tap_ok(fabs(histogram_quantile(&left, quantiles[i]) -
                    histogram_quantile(&h, quantiles[i])) < 1e-12,
               "%s: the same from two halves merged", name);
    }
    tap_ok(fabs(h.maximum - values[VALUES - 1]) < 1e-12 && left.count == VALUES &&
               fabs(left.maximum - h.maximum) < 1e-12,
           "%s: the maximum is exact", name);
    histogram_free(&h);
    histogram_free(&left);
    histogram_free(&right);
}

/* Buckets ascend and hold what a plain count by index says, however dense they are; values that are
 * recalled go into the same ones. */
static void test_buckets(int64_t step, int64_t range, const char *name)
{
    enum {
        INDICES = 3000,
        LOWEST = 800
    };
    static uint64_t counts[INDICES];
    static struct histogram_memo memos[HISTOGRAM_MEMOS];
    uint64_t state = 11;
    bool same = true;
    struct histogram h, recalled;
    histogram_init(&h, 1);
    histogram_init(&recalled, 1);
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < VALUES; i++) {
        int64_t millionths = (int64_t)(next_random(&state) % (uint64_t)range + 1) * step;
        struct histogram_memo *memo = histogram_recall(memos, millionths);
        counts[histogram_place((double)millionths / 1e6).index + LOWEST]++;
        TAP_MUST(histogram_add(&h, (double)millionths / 1e6, 1));
        TAP_MUST(histogram_add_near(&recalled, &memo->value, 1, &memo->near[0]));
    }
    size_t at = 0;
    for (int32_t i = 0; i < INDICES; i++) {
        if (counts[i] > 0 && at < h.bucket_count) {
            same = same && histogram_bucket_index(h.buckets[at]) == i - LOWEST &&
                   histogram_bucket_count(h.buckets[at]) == counts[i];
            at++;
        }
    }
    tap_ok(same && at == h.bucket_count, "%s: the buckets hold the counts", name);
    tap_ok(recalled.bucket_count == h.bucket_count && recalled.count == h.count &&
               memcmp(recalled.buckets, h.buckets, h.bucket_count * sizeof *h.buckets) == 0,
           "%s: recalled values go into the same", name);
    histogram_free(&h);
    histogram_free(&recalled);
}

static void test_histogram_edges(void)
{
    struct histogram h;
    histogram_init(&h, 3);
    tap_near(0, histogram_quantile(&h, 0.5), 0, "nothing: 0");
    TAP_MUST(histogram_add(&h, 5, 1));
    tap_near(5, histogram_quantile(&h, 0), 0, "one value: every quantile");
    tap_near(5, histogram_quantile(&h, 1), 0, "one value: every quantile");
    TAP_MUST(histogram_add(&h, -2, 1));
    TAP_MUST(histogram_add(&h, 1, 1));
    tap_near(0, histogram_quantile(&h, 0.3), 0, "a negative value counts as 0");
    tap_near(1, histogram_quantile(&h, 0.5), 0, "nearest rank");
    tap_ok(histogram_is_exact(&h), "exact up to its limit");
    TAP_MUST(histogram_add(&h, 1000, 7));
    tap_ok(!histogram_is_exact(&h) && h.count == 10, "a weight takes it over the limit");
    tap_near(1000, histogram_quantile(&h, 0.5), 0.01, "weights count");
    tap_near(0, histogram_quantile(&h, 0.1), 0, "zeros stay zeros in the sketch");
    struct histogram exact;
    histogram_init(&exact, 100);
    TAP_MUST(histogram_add(&exact, 3, 2));
    TAP_MUST(histogram_merge(&exact, &h));
    tap_ok(exact.count == 12 && !histogram_is_exact(&exact),
           "a sketch merged into exact values is a sketch");
    tap_near(1000, histogram_quantile(&exact, 1), 0.01, "its quantiles hold");
    histogram_free(&exact);
    histogram_free(&h);
}

static void add_key(struct topk *table, unsigned key, uint64_t weight)
{
    char text[20];
    struct topk_row *row = NULL;
    int n = snprintf(text, sizeof text, "key%u", key);
    TAP_MUST(topk_add(table, span_of(text, (size_t)n), weight, &row));
    *(uint64_t *)row->value += weight;
}

static void test_topk_exact(void)
{
    struct topk table;
    struct topk_row **rows = NULL;
    size_t count = 0;
    topk_init(&table, 100, sizeof(uint64_t), NULL);
    for (unsigned i = 0; i < 100; i++) {
        for (unsigned k = 0; k <= i % 10; k++) {
            add_key(&table, i, 2);
        }
    }
    TAP_MUST(topk_sorted(&table, 0, &rows, &count));
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong += rows[i]->error != 0 || rows[i]->count != *(uint64_t *)rows[i]->value;
        wrong += i > 0 && rows[i]->count > rows[i - 1]->count;
        wrong += i > 0 && rows[i]->count == rows[i - 1]->count &&
                 memcmp(rows[i - 1]->key.p, rows[i]->key.p,
                        rows[i]->key.n < rows[i - 1]->key.n ? rows[i]->key.n : rows[i - 1]->key.n) >
                     0;
    }
    tap_ok(count == 100 && wrong == 0 && table.replaced == 0 && topk_error(&table) == 0,
           "as many keys as rows: exact, in order");
    free(rows);
    TAP_MUST(topk_sorted(&table, 7, &rows, &count));
    tap_ok(count == 7 && rows[0]->count == 20, "the first seven");
    tap_span("key19", rows[0]->key, "equal counts by key");
    free(rows);
    topk_free(&table);
}

static unsigned released;

static void count_release(void *value)
{
    (void)value;
    released++;
}

static void test_topk_full(void)
{
    enum {
        ROWS = 50,
        KEYS = 2000,
        ADDS = 40000
    };
    static uint64_t truth[KEYS];
    struct topk table;
    struct topk_row **rows = NULL;
    size_t count = 0;
    uint64_t state = 99;
    uint64_t total = 0;
    released = 0;
    topk_init(&table, ROWS, sizeof(uint64_t), count_release);
    for (unsigned i = 0; i < ADDS; i++) {
        uint64_t r = next_random(&state) % 1000;
        unsigned key = (unsigned)(r < 500 ? r % 10 : next_random(&state) % KEYS);
        add_key(&table, key, 1);
        truth[key]++;
        total++;
    }
    TAP_MUST(topk_sorted(&table, 0, &rows, &count));
    unsigned wrong = 0;
    unsigned frequent = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned key = 0;
        for (size_t k = 3; k < rows[i]->key.n; k++) {
            key = key * 10 + (unsigned)(rows[i]->key.p[k] - '0');
        }
        wrong += rows[i]->count < truth[key] || rows[i]->count - rows[i]->error > truth[key];
        frequent += key < 10;
    }
    tap_ok(count == ROWS && wrong == 0,
           "full: every count is the truth or more, by its error at most");
    tap_number(10, frequent, "every key with more than total/rows is there");
    tap_ok(table.replaced > 0 && topk_error(&table) <= total / ROWS && topk_error(&table) > 0,
           "the error is told and bounded (%llu)", (unsigned long long)topk_error(&table));
    free(rows);
    topk_free(&table);
    tap_ok(released > ROWS, "values are released, also those that were replaced");
}

static void test_timeline(void)
{
    struct timeline timeline;
    timeline_init(&timeline);
    struct instant t = {.seconds = 1795240801, .offset = 3600};
    TAP_MUST(timeline_add(&timeline, &t, TIMELINE_DELIVERED, 1));
    t.seconds += 3599;
    TAP_MUST(timeline_add(&timeline, &t, TIMELINE_DELIVERED, 2));
    t.seconds -= 7200;
    TAP_MUST(timeline_add(&timeline, &t, TIMELINE_REJECTED, 5));
    tap_ok(timeline.count == 3 && timeline.seconds == 3600 &&
               timeline.slots[0].count[TIMELINE_REJECTED] == 5 &&
               timeline.slots[1].start == 1795240800 &&
               timeline.slots[1].count[TIMELINE_DELIVERED] == 1 &&
               timeline.slots[2].count[TIMELINE_DELIVERED] == 2,
           "hours, in order, whatever the order of lines");
    timeline_free(&timeline);
    timeline_init(&timeline);
    t = (struct instant){.seconds = 1795240801, .offset = 20700}; /* +05:45 */
    TAP_MUST(timeline_add(&timeline, &t, TIMELINE_DELIVERED, 1));
    tap_number(1795240801 / 3600 * 3600 - 2700,
               timeline.slots[0].start - (1795240801 % 3600 >= 900 ? 3600 : 0),
               "hours begin where the log's clock shows a full hour");
    timeline_free(&timeline);
    /* A year and a half: days, and nothing lost. */
    timeline_init(&timeline);
    uint64_t state = 3;
    uint64_t total = 0;
    for (int i = 0; i < 30000; i++) {
        t = (struct instant){.seconds = 1795240801 + (int64_t)(next_random(&state) % (550 * 86400)),
                             .offset = i % 2 ? 3600 : 7200};
        TAP_MUST(timeline_add(&timeline, &t, (enum timeline_series)(i % TIMELINE_SERIES), 3));
    }
    unsigned wrong = 0;
    for (size_t i = 0; i < timeline.count; i++) {
        for (size_t s = 0; s < TIMELINE_SERIES; s++) {
            total += timeline.slots[i].count[s];
        }
        wrong += i > 0 && timeline.slots[i].start - timeline.slots[i - 1].start < timeline.seconds;
    }
    tap_ok(total == 90000 && wrong == 0 && timeline.seconds >= 86400 && timeline.count <= 2400,
           "much time: slots of %lld s that do not overlap, nothing lost",
           (long long)timeline.seconds);
    timeline_free(&timeline);
}

/* What was added can be taken back, also when its slot has been folded into a coarser one. */
static void test_series(void)
{
    struct series series = {0};
    const int64_t hour = 1795240800;
    TAP_MUST(series_add(&series, hour + 10, 2));
    TAP_MUST(series_add(&series, hour + 700, 5));
    series_take(&series, hour + 20, 1);
    tap_ok(series.count == 2 && series.slots[0].count == 1 && series.slots[1].count == 5,
           "taken from the slot of its time");
    series_take(&series, hour - 5000, 1);
    tap_ok(series.count == 2 && series.slots[0].count == 1, "nothing is there before the first");
    series_settle(&series, hour + 3 * 86400);
    tap_ok(series.count == 1 && series.slots[0].count == 6, "an hour holds both");
    series_take(&series, hour + 700, 5);
    tap_ok(series.count == 1 && series.slots[0].count == 1, "taken from the hour");
    series_take(&series, hour + 10, 1);
    tap_number(0, (long long)series.count, "a slot without any goes");
    series_free(&series);
    series_take(&series, hour, 1);
    tap_number(0, (long long)series.count, "nothing to take from");
}

/* A thousand variants of a reply are one row. */
static void test_variants(void)
{
    static const char *const shapes[] = {
        "%1$s@z%2$u.example: user unknown",
        "Client host [192.0.2.%2$u] blocked using bl.example; https://bl.example/%1$s",
        "Greylisted, try again in %2$u seconds, id %1$s%2$05u-%1$s",
        "connect to mx%2$u.%1$s.example[2001:db8::%2$x]:25: Connection timed out",
        "Message %1$s0%2$06u rejected at %3$02u:%3$02u:%3$02u, %2$u of %3$u kB",
        "421-4.7.0 [192.0.2.%2$u %3$u] rate limited. - gsmtp 5%1$s%2$04u.%3$u",
    };
    static const char *const words[] = {"anna", "bertha", "cebolon", "dorotea"};
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct strbuf first, other;
        unsigned different = 0;
        strbuf_init(&first, 8192);
        strbuf_init(&other, 8192);
        for (unsigned k = 0; k < 1000; k++) {
            char text[400];
            snprintf(text, sizeof text, shapes[i], words[k % COUNT_OF(words)], k % 250, k % 60);
            struct strbuf *out = k == 0 ? &first : &other;
            strbuf_clear(out);
            template_make(span_cstr(text), out);
            different += k > 0 && !span_equal(strbuf_span(&first), strbuf_span(&other));
        }
        tap_number(0, different, "a thousand variants are one: \"%s\"", strbuf_cstr(&first));
        strbuf_free(&first);
        strbuf_free(&other);
    }
}

static void test_template(void)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"<bob@z.example>: Recipient address rejected: Greylisted",
         "<address>: Recipient address rejected: Greylisted"},
        {"bob@z.example unknown", "<address> unknown"},
        {"<>: null sender", "<>: null sender"},
        {"Client host [198.51.100.7] blocked", "Client host [<ip>] blocked"},
        {"[2001:db8::7] blocked", "[<ip>] blocked"},
        {"see https://x.example/help?ip=198.51.100.7", "see <url>"},
        {"queued as 4jXQsr006Czn5Lm", "queued as <id>"},
        {"try again in 300 seconds", "try again in N seconds"},
        {"id 1234567890", "id <id>"},
        {"code S3150 of ipv6", "code S3150 of ipv6"},
        {"User unknown in virtual mailbox table", "User unknown in virtual mailbox table"},
        {"", ""},
        {"a < b", "a < b"},
        {"connect to mx1.z.example[192.0.2.7]:25: refused", "connect to <host>[<ip>]:25: refused"},
        {"blocked using bl.example.org; listed", "blocked using bl.example.org; listed"},
        {"192.0.2.7 listed at bl.example.org", "<ip> listed at bl.example.org"},
        {"at 12:34:56 for 300s, 98% of 10MB, 0.5", "at N for N, N of N, N"},
        {"id=1vMPaa-000001-AB dsn=4.7.1", "id=<id> dsn=4.7.1"},
        {"[6ATVl4DjOvSA6XNsWGoUFw.us31]", "[<id>]"},
        {"=", "="},
        {"a.b", "a.b"},
        {"the end. 5.7.1 ...", "the end. 5.7.1 ..."},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out;
        strbuf_init(&out, 8192);
        template_make(span_cstr(cases[i].text), &out);
        tap_span(cases[i].wanted, strbuf_span(&out), "template of \"%s\"", cases[i].text);
        strbuf_free(&out);
    }
    /* One word longer than any buffer must not end a run. */
    static char word[60000];
    struct strbuf out;
    memset(word, 'x', sizeof word);
    strbuf_init(&out, 8192);
    template_make(span_of(word, sizeof word), &out);
    tap_ok(strbuf_status(&out) == SMTPLOG_OK && out.length <= TEMPLATE_MAXIMUM,
           "a word of 60,000 bytes is cut");
    strbuf_free(&out);
}

int main(void)
{
    test_quantiles(VALUES, 0, "exact");
    test_quantiles(100, 0.01, "sketch");
    test_buckets(1, 1000000000, "any delay");
    test_buckets(10000, 400, "two digits");
    test_buckets(1000000, 100000, "seconds");
    test_histogram_edges();
    test_topk_exact();
    test_topk_full();
    test_timeline();
    test_series();
    test_template();
    test_variants();
    return tap_end();
}
