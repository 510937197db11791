/* The charts of the report: from figures of the summary to points and series. */
#include "report/report_chart.h"

#include <stdlib.h>

#define CODE_BARS  10
#define DELAY_ROWS 8

static void set_series(struct chart *chart, size_t at, const char *name, enum chart_tone tone)
{
    chart->series[at].name = span_cstr(name);
    chart->series[at].tone = tone;
}

static struct span seconds_text(struct document *document, double seconds)
{
    struct strbuf text;
    strbuf_init(&text, 64);
    format_seconds(&text, seconds);
    struct span kept = document_text(document, strbuf_span(&text));
    strbuf_free(&text);
    return kept;
}

static struct span count_text(struct document *document, uint64_t count)
{
    struct strbuf text;
    strbuf_init(&text, 64);
    format_count(&text, count);
    struct span kept = document_text(document, strbuf_span(&text));
    strbuf_free(&text);
    return kept;
}

/* ---- greylisting against hard failure -----------------------------------------------------------
 */

#define GREYLISTING_BARS 4

static void fill_greylisting(const struct summary *s, struct chart *chart)
{
    const struct greylist_counts *g = &s->greylist;
    uint64_t whole = s->recipients_refused;
    const uint64_t ends[] = {g->recovered, g->waiting + g->other, g->lost + g->refused_later};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        chart->series[i].values[0] = (double)ends[i] / (double)whole;
    }
    chart->series[3].values[1] = (double)s->greylisted_450 / (double)whole;
    chart->series[4].values[2] = (double)s->hard_recipient_code[550] / (double)whole;
    chart->series[4].values[3] = (double)s->hard_recipients / (double)whole;
}

void report_chart_greylisting(const struct report *report, struct document *document,
                              struct section *section)
{
    static const char *const names[GREYLISTING_BARS] = {"greylisted", "greylisted by a 450",
                                                        "hard 550", "any hard 5yz"};
    const struct summary *s = report->summary;
    const uint64_t counts[GREYLISTING_BARS] = {s->greylisted, s->greylisted_450,
                                               s->hard_recipient_code[550], s->hard_recipients};
    struct chart *chart = s->recipients_refused > 0
                              ? section_chart(document, section, CHART_BAR, GREYLISTING_BARS, 5)
                              : NULL;
    if (chart == NULL) {
        return;
    }
    chart->unit = CHART_SHARE;
    chart->tabled = true;
    chart->maximum = 1;
    chart->title = SPAN_LITERAL("Greylisting against hard failure");
    chart->value_axis = SPAN_LITERAL("share of the recipients that met a refusal");
    set_series(chart, 0, "greylisted, delivered later", TONE_GOOD);
    set_series(chart, 1, "greylisted, still open", TONE_WAIT);
    set_series(chart, 2, "greylisted, lost or refused later", TONE_BAD);
    set_series(chart, 3, "of these by code 450", TONE_WAIT);
    set_series(chart, 4, "hard failure", TONE_BAD);
    fill_greylisting(s, chart);
    for (size_t i = 0; i < GREYLISTING_BARS; i++) {
        chart->points[i].name = span_cstr(names[i]);
        chart->points[i].note = count_text(document, counts[i]);
    }
    chart->words = document_printf(
        document,
        "Of %llu recipients that met a refusal %llu were greylisted (%llu by code 450) and %llu of "
        "these delivered later; %llu ended in a hard 550 and %llu in any 5yz.",
        (unsigned long long)s->recipients_refused, (unsigned long long)s->greylisted,
        (unsigned long long)s->greylisted_450, (unsigned long long)s->greylist.recovered,
        (unsigned long long)s->hard_recipient_code[550], (unsigned long long)s->hard_recipients);
}

/* ---- waits -------------------------------------------------------------------------------------
 */

/* Where the classes of a distribution of waits begin, in seconds: fine where greylisters set their
 * delays (one, five, fifteen minutes, an hour). */
static const double wait_edge[] = {0,    1,    2,    5,     10,    20,    30,     60,
                                   120,  180,  300,  420,   600,   900,   1200,   1800,
                                   2700, 3600, 7200, 14400, 28800, 86400, 172800, 432000};

void report_chart_wait(const struct report *report, struct document *document,
                       struct section *section)
{
    struct histogram *wait = &report->summary->wait;
    size_t first = 0;
    size_t last = COUNT_OF(wait_edge) - 1;
    if (wait->count == 0) {
        return;
    }
    double shortest = histogram_quantile(wait, 0);
    while (first + 1 < COUNT_OF(wait_edge) && wait_edge[first + 1] <= shortest) {
        first++;
    }
    while (last > first && wait_edge[last] > wait->maximum) {
        last--;
    }
    struct chart *chart = section_chart(document, section, CHART_COLUMN, last - first + 1, 1);
    if (chart == NULL) {
        return;
    }
    chart->title = SPAN_LITERAL("Wait from the first greylisting to delivery");
    chart->value_axis = SPAN_LITERAL("recipients delivered later");
    chart->name_axis = SPAN_LITERAL("wait of at least");
    set_series(chart, 0, "recipients", TONE_GOOD);
    /* A class holds what is at or above its edge and below the next. */
    uint64_t below = 0;
    for (size_t i = first; i <= last; i++) {
        uint64_t upto = i == last ? wait->count : histogram_at_most(wait, wait_edge[i + 1] - 1e-9);
        chart->points[i - first].name = seconds_text(document, wait_edge[i]);
        chart->points[i - first].tick = chart->points[i - first].name;
        chart->series[0].values[i - first] = (double)(upto - below);
        below = upto;
    }
    struct span median = seconds_text(document, histogram_quantile(wait, 0.5));
    struct span most = seconds_text(document, histogram_quantile(wait, 0.95));
    struct span longest = seconds_text(document, wait->maximum);
    chart->words = document_printf(document,
                                   "%llu recipients were delivered after greylisting: half within "
                                   "%.*s, 95 %% within %.*s, the last after %.*s.",
                                   (unsigned long long)wait->count, SPAN_ARGS(median),
                                   SPAN_ARGS(most), SPAN_ARGS(longest));
}

/* ---- reply codes -------------------------------------------------------------------------------
 */

static int compare_codes(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return x[0] != y[0] ? (x[0] > y[0] ? -1 : 1) : (x[1] > y[1]) - (x[1] < y[1]);
}

static void chart_digits(struct document *document, struct section *section,
                         const uint64_t by_digit[6])
{
    static const char *const names[] = {"2yz, done", "3yz, go on", "4yz, not now", "5yz, refused"};
    static const enum chart_tone tones[] = {TONE_GOOD, TONE_NEUTRAL, TONE_WAIT, TONE_BAD};
    uint64_t all = by_digit[2] + by_digit[3] + by_digit[4] + by_digit[5];
    struct chart *chart = all > 0 ? section_chart(document, section, CHART_BAR, 1, 4) : NULL;
    if (chart == NULL) {
        return;
    }
    chart->unit = CHART_SHARE;
    chart->maximum = 1;
    chart->title = SPAN_LITERAL("All replies by first digit");
    chart->value_axis = SPAN_LITERAL("share of all replies");
    chart->points[0].name = SPAN_LITERAL("replies");
    chart->points[0].note = count_text(document, all);
    for (size_t i = 0; i < 4; i++) {
        set_series(chart, i, names[i], tones[i]);
        chart->series[i].values[0] = (double)by_digit[i + 2] / (double)all;
    }
    chart->words = document_printf(
        document,
        "Of %llu replies %.1f %% were 2yz, %.1f %% 3yz, %.1f %% 4yz and "
        "%.1f %% 5yz.",
        (unsigned long long)all, 100 * chart->series[0].values[0], 100 * chart->series[1].values[0],
        100 * chart->series[2].values[0], 100 * chart->series[3].values[0]);
}

void report_chart_code(const struct report *report, struct document *document,
                       struct section *section)
{
    uint64_t rank[SUMMARY_CODES][2]; /* count, code */
    uint64_t by_digit[6] = {0};
    size_t count = 0;
    for (int code = 200; code < SUMMARY_CODES; code++) {
        uint64_t seen = report->summary->code[code].count;
        by_digit[code / 100] += seen;
        if (code >= 400 && seen > 0) {
            rank[count][0] = seen;
            rank[count++][1] = (uint64_t)code;
        }
    }
    chart_digits(document, section, by_digit);
    qsort(rank, count, sizeof rank[0], compare_codes);
    uint64_t refusals = by_digit[4] + by_digit[5];
    size_t shown = count < CODE_BARS ? count : CODE_BARS;
    struct chart *chart = section_chart(document, section, CHART_BAR, shown, 2);
    if (chart == NULL) {
        return;
    }
    chart->unit = CHART_SHARE;
    chart->title = SPAN_LITERAL("Codes that refuse");
    chart->value_axis = SPAN_LITERAL("share of all 4yz and 5yz replies");
    set_series(chart, 0, "4yz, not now", TONE_WAIT);
    set_series(chart, 1, "5yz, refused", TONE_BAD);
    for (size_t i = 0; i < shown; i++) {
        size_t series = rank[i][1] >= 500;
        chart->points[i].name = document_printf(document, "%d", (int)rank[i][1]);
        chart->points[i].note = count_text(document, rank[i][0]);
        chart->series[series].values[i] = (double)rank[i][0] / (double)refusals;
    }
    chart->words = document_printf(
        document, "The most frequent of %llu refusing replies is %d with %.1f %%.",
        (unsigned long long)refusals, (int)rank[0][1], 100 * (double)rank[0][0] / (double)refusals);
}

/* ---- delays ------------------------------------------------------------------------------------
 */

static void set_quantiles(struct document *document, struct chart *chart, size_t at,
                          struct span name, struct histogram *delay)
{
    static const double quantiles[] = {0.5, 0.9, 0.95, 0.99};
    chart->points[at].name = name;
    chart->points[at].note = count_text(document, delay->count);
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        chart->series[i].values[at] = histogram_quantile(delay, quantiles[i]);
    }
}

/* The delays of all rows together. False when the table had to forget some, or memory is short. */
static bool merge_delays(const struct topk *all, struct histogram *merged)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct traffic *row = all->rows[i]->value;
        if (histogram_merge(merged, &row->delay) != SMTPLOG_OK) {
            return false;
        }
    }
    return all->replaced == 0 && merged->count > 0;
}

void report_chart_delay(struct document *document, struct section *section, const struct topk *all,
                        struct topk_row *const *rows, size_t count)
{
    struct topk_row *picked[DELAY_ROWS];
    size_t shown = 0;
    struct histogram merged;
    histogram_init(&merged, 1024);
    bool whole = merge_delays(all, &merged);
    for (size_t i = 0; i < count && shown < DELAY_ROWS; i++) {
        const struct traffic *row = rows[i]->value;
        if (row->delay.count > 0) {
            picked[shown++] = rows[i];
        }
    }
    struct chart *chart = shown > 0
                              ? section_chart(document, section, CHART_RANGE, shown + whole, 4)
                              : NULL;
    if (chart == NULL) {
        histogram_free(&merged);
        return;
    }
    chart->unit = CHART_SECONDS;
    chart->title = SPAN_LITERAL("Time from arrival to delivery");
    chart->value_axis = SPAN_LITERAL("time within which so many were delivered");
    set_series(chart, 0, "half", TONE_PALE);
    set_series(chart, 1, "90 %", TONE_MIDDLE);
    set_series(chart, 2, "95 %", TONE_DEEP);
    set_series(chart, 3, "99 %", TONE_BAD);
    if (whole) {
        set_quantiles(document, chart, 0, SPAN_LITERAL("all"), &merged);
    }
    for (size_t i = 0; i < shown; i++) {
        struct traffic *row = picked[i]->value;
        set_quantiles(document, chart, whole + i, document_text(document, picked[i]->key),
                      &row->delay);
    }
    struct span half = seconds_text(document, chart->series[0].values[0]);
    struct span most = seconds_text(document, chart->series[2].values[0]);
    chart->words = whole
                       ? document_printf(document,
                                         "Of %llu deliveries half took up to %.*s, 95 %% up to "
                                         "%.*s.",
                                         (unsigned long long)merged.count, SPAN_ARGS(half),
                                         SPAN_ARGS(most))
                       : SPAN_LITERAL("Percentiles of the time from arrival to delivery by name.");
    histogram_free(&merged);
}
