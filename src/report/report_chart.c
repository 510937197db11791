/* The charts of the report: from figures of the summary to points and series. */
#include "report/report_chart.h"

#include <stdlib.h>

#define CODE_BARS  10
#define DELAY_ROWS 8
#define FEW        20 /* replies: shares of so few are better read than drawn */

static void set_series(struct chart *chart, size_t at, struct span name, enum chart_tone tone)
{
    chart->series[at].name = name;
    chart->series[at].tone = tone;
}

struct span chart_count_words(struct report_builder *b, uint64_t count)
{
    struct strbuf text;
    strbuf_init(&text, 64);
    format_count(&text, catalog_figures(b->phrases.catalog), count);
    return document_take(b->document, &text);
}

struct span chart_seconds_words(struct report_builder *b, double seconds)
{
    struct strbuf text;
    strbuf_init(&text, 64);
    format_seconds(&text, catalog_figures(b->phrases.catalog), seconds);
    return document_take(b->document, &text);
}

/* ---- greylisting against hard failure ---- */

/* The greylisted by their ends, then by code, then hard failures: a series for each meaning. */
static void fill_greylisting(const struct summary *s, struct chart *chart)
{
    const struct greylist_counts *g = &s->greylist;
    double whole = (double)s->recipients_refused;
    const uint64_t ends[] = {g->recovered, g->waiting + g->other, g->lost + g->refused_later};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        chart->series[i].values[0] = (double)ends[i] / whole;
    }
    chart->series[3].values[1] = (double)s->greylisted_450 / whole;
    chart->series[4].values[2] = (double)s->hard_recipient_code[550] / whole;
    chart->series[4].values[3] = (double)s->hard_recipients / whole;
}

void report_chart_greylisting(struct report_builder *b, struct section *section)
{
    const struct summary *s = b->summary;
    const struct {
        struct span name;
        uint64_t count;
    } bars[] = {{builder_words(b, "chart/greylisted"), s->greylisted},
                {builder_words(b, "chart/greylisted-450"), s->greylisted_450},
                {builder_words(b, "chart/hard-550"), s->hard_recipient_code[550]},
                {builder_words(b, "chart/hard"), s->hard_recipients}};
    struct chart *chart = s->recipients_refused > 0
                              ? section_chart(b->document, section, CHART_BAR, COUNT_OF(bars), 5)
                              : NULL;
    if (chart == NULL) {
        return;
    }
    chart->unit = CHART_SHARE;
    chart->tabled = true;
    chart->maximum = 1;
    chart->title = builder_words(b, "chart/greylisting");
    chart->value_axis = builder_words(b, "chart/of-refused");
    set_series(chart, 0, builder_words(b, "chart/recovered"), TONE_GOOD);
    set_series(chart, 1, builder_words(b, "chart/open"), TONE_NEUTRAL);
    set_series(chart, 2, builder_words(b, "chart/lost"), TONE_OURS);
    set_series(chart, 3, builder_words(b, "chart/by-450"), TONE_WAIT);
    set_series(chart, 4, builder_words(b, "chart/failed"), TONE_BAD);
    fill_greylisting(s, chart);
    for (size_t i = 0; i < COUNT_OF(bars); i++) {
        chart->points[i].name = bars[i].name;
        chart->points[i].note = chart_count_words(b, bars[i].count);
    }
    chart->words = WORDS(
        b, "chart/greylisting-words", phrase_count("refused", s->recipients_refused),
        phrase_count("greylisted", s->greylisted), phrase_count("by-450", s->greylisted_450),
        phrase_count("recovered", s->greylist.recovered),
        phrase_count("hard-550", s->hard_recipient_code[550]),
        phrase_count("hard", s->hard_recipients));
}

/* ---- waits ---- */

/* Where the classes of a distribution of waits begin, in seconds: fine where greylisters set their
 * delays (one, five, fifteen minutes, an hour). */
static const double wait_edge[] = {0,    1,    2,    5,     10,    20,    30,     60,
                                   120,  180,  300,  420,   600,   900,   1200,   1800,
                                   2700, 3600, 7200, 14400, 28800, 86400, 172800, 432000};

/* A class holds what is at or above its edge and below the next. */
static void fill_wait(struct report_builder *b, struct chart *chart, size_t first, size_t last)
{
    const struct histogram *wait = &b->summary->wait;
    uint64_t below = 0;
    for (size_t i = first; i <= last; i++) {
        uint64_t upto = i == last ? wait->count : histogram_at_most(wait, wait_edge[i + 1] - 1e-9);
        struct chart_point *point = &chart->points[i - first];
        point->name = chart_seconds_words(b, wait_edge[i]);
        point->tick = point->name;
        chart->series[0].values[i - first] = (double)(upto - below);
        below = upto;
    }
}

void report_chart_wait(struct report_builder *b, struct section *section)
{
    struct histogram *wait = &b->summary->wait;
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
    struct chart *chart = section_chart(b->document, section, CHART_COLUMN, last - first + 1, 1);
    if (chart == NULL) {
        return;
    }
    chart->title = builder_words(b, "chart/wait");
    chart->value_axis = builder_words(b, "chart/wait-count");
    chart->name_axis = builder_words(b, "chart/wait-from");
    set_series(chart, 0, builder_words(b, "chart/recipients"), TONE_GOOD);
    fill_wait(b, chart, first, last);
    chart->words = WORDS(b, "chart/wait-words", phrase_count("recipients", wait->count),
                         phrase_seconds("half", histogram_quantile(wait, 0.5)),
                         phrase_seconds("most", histogram_quantile(wait, 0.95)),
                         phrase_seconds("longest", wait->maximum));
}

/* ---- reply codes ---- */

static void chart_digits(struct report_builder *b, struct section *section,
                         const uint64_t by_digit[6])
{
    const struct {
        const char *name;
        struct span meaning;
        enum chart_tone tone;
    } digits[] = {{"2yz", builder_words(b, "chart/digit-2"), TONE_GOOD},
                  {"3yz", builder_words(b, "chart/digit-3"), TONE_NEUTRAL},
                  {"4yz", builder_words(b, "chart/digit-4"), TONE_WAIT},
                  {"5yz", builder_words(b, "chart/digit-5"), TONE_BAD}};
    uint64_t all = by_digit[2] + by_digit[3] + by_digit[4] + by_digit[5];
    struct chart *chart = all > 0 ? section_chart(b->document, section, CHART_BAR, COUNT_OF(digits),
                                                  COUNT_OF(digits))
                                  : NULL;
    double share[COUNT_OF(digits)];
    if (chart == NULL) {
        return;
    }
    chart->unit = CHART_SHARE;
    chart->maximum = 1;
    chart->title = builder_words(b, "chart/digit");
    chart->value_axis = builder_words(b, "chart/of-replies");
    for (size_t i = 0; i < COUNT_OF(digits); i++) {
        share[i] = (double)by_digit[i + 2] / (double)all;
        set_series(chart, i, digits[i].meaning, digits[i].tone);
        chart->series[i].values[i] = share[i];
        chart->points[i].name = span_cstr(digits[i].name);
        chart->points[i].note = chart_count_words(b, by_digit[i + 2]);
    }
    chart->words = WORDS(b, "chart/digit-words", phrase_count("replies", all),
                         phrase_share("done", share[0]), phrase_share("more", share[1]),
                         phrase_share("later", share[2]), phrase_share("refused", share[3]));
}

struct code_bar {
    uint64_t count;
    int code;
};

static int compare_bars(const void *a, const void *b)
{
    const struct code_bar *x = a;
    const struct code_bar *y = b;
    return x->count != y->count ? (x->count > y->count ? -1 : 1) : x->code - y->code;
}

static void chart_refusing(struct report_builder *b, struct section *section,
                           const struct code_bar *bars, size_t count, uint64_t refusals)
{
    size_t shown = count < CODE_BARS ? count : CODE_BARS;
    struct chart *chart = section_chart(b->document, section, CHART_BAR, shown, 2);
    if (chart == NULL) {
        return;
    }
    chart->unit = CHART_SHARE;
    chart->title = builder_words(b, "chart/code");
    chart->value_axis = builder_words(b, "chart/of-refusals");
    set_series(chart, 0, builder_words(b, "chart/digit-4"), TONE_WAIT);
    set_series(chart, 1, builder_words(b, "chart/digit-5"), TONE_BAD);
    for (size_t i = 0; i < shown; i++) {
        chart->points[i].name = document_printf(b->document, "%d", bars[i].code);
        chart->points[i].note = chart_count_words(b, bars[i].count);
        chart->series[bars[i].code >= 500].values[i] = (double)bars[i].count / (double)refusals;
    }
    chart->words = WORDS(b, "chart/code-words", phrase_count("refusals", refusals),
                         phrase_share("share", (double)bars[0].count / (double)refusals),
                         phrase_words("code", chart->points[0].name));
}

void report_chart_code(struct report_builder *b, struct section *section)
{
    struct code_bar bars[SUMMARY_CODES];
    uint64_t by_digit[6] = {0};
    size_t count = 0;
    for (int code = 200; code < SUMMARY_CODES; code++) {
        uint64_t seen = b->summary->code[code].count;
        by_digit[code / 100] += seen;
        if (code >= 400 && seen > 0) {
            bars[count++] = (struct code_bar){seen, code};
        }
    }
    if (by_digit[2] + by_digit[3] + by_digit[4] + by_digit[5] < FEW) {
        return;
    }
    qsort(bars, count, sizeof bars[0], compare_bars);
    chart_digits(b, section, by_digit);
    chart_refusing(b, section, bars, count, by_digit[4] + by_digit[5]);
}

/* ---- delays ---- */

static void set_quantiles(struct report_builder *b, struct chart *chart, size_t at,
                          struct span name, struct histogram *delay)
{
    static const double quantiles[] = {0.5, 0.9, 0.95, 0.99};
    chart->points[at].name = name;
    chart->points[at].note = chart_count_words(b, delay->count);
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        chart->series[i].values[at] = histogram_quantile(delay, quantiles[i]);
    }
}

/* The delays of all rows together. False when the table had to forget some. */
static bool merge_delays(struct document *document, const struct topk *all,
                         struct histogram *merged)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct traffic *row = all->rows[i]->value;
        enum smtplog_status status = histogram_merge(merged, &row->delay);
        if (status != SMTPLOG_OK) {
            document->status = status;
            return false;
        }
    }
    return all->replaced == 0 && merged->count > 0;
}

static void name_delays(struct report_builder *b, struct chart *chart, uint64_t delivered)
{
    chart->unit = CHART_SECONDS;
    chart->title = builder_words(b, "chart/delay");
    chart->value_axis = builder_words(b, "chart/delay-axis");
    chart->name_axis = builder_words(b, "chart/name");
    set_series(chart, 0, builder_words(b, "chart/half"), TONE_FIRST);
    set_series(chart, 1, builder_words(b, "chart/percent-90"), TONE_SECOND);
    set_series(chart, 2, builder_words(b, "chart/percent-95"), TONE_THIRD);
    set_series(chart, 3, builder_words(b, "chart/percent-99"), TONE_FOURTH);
    chart->words = WORDS(b, "chart/delay-words", phrase_words("name", chart->points[0].name),
                         phrase_count("delivered", delivered),
                         phrase_seconds("half", chart->series[0].values[0]),
                         phrase_seconds("most", chart->series[2].values[0]),
                         phrase_seconds("longest", chart->series[3].values[0]));
}

void report_chart_delay(struct report_builder *b, struct section *section, const struct topk *all,
                        struct topk_row *const *rows, size_t count)
{
    struct topk_row *picked[DELAY_ROWS];
    size_t shown = 0;
    struct histogram merged;
    histogram_init(&merged, 1024);
    bool whole = merge_delays(b->document, all, &merged);
    for (size_t i = 0; i < count && shown < DELAY_ROWS; i++) {
        const struct traffic *row = rows[i]->value;
        if (row->delay.count > 0) {
            picked[shown++] = rows[i];
        }
    }
    struct chart *chart = shown > 0
                              ? section_chart(b->document, section, CHART_RANGE, shown + whole, 4)
                              : NULL;
    if (chart != NULL && whole) {
        set_quantiles(b, chart, 0, builder_words(b, "chart/all"), &merged);
    }
    for (size_t i = 0; i < shown && chart != NULL; i++) {
        struct traffic *row = picked[i]->value;
        set_quantiles(b, chart, whole + i, document_text(b->document, picked[i]->key), &row->delay);
    }
    if (chart != NULL) {
        const struct traffic *first = picked[0]->value;
        name_delays(b, chart, whole ? merged.count : first->delay.count);
    }
    histogram_free(&merged);
}
