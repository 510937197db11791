/* The timeline as a chart: the slots of the summary laid out evenly, quiet hours included. */
#include "report/report_chart.h"

#define COLUMNS_MOST  120
#define TICK_HOURS    6 /* between names of hours */
#define DAYS_OF_HOURS 3 /* up to so many days the axis names hours */

struct layout {
    int64_t first; /* local seconds where the first column begins */
    int64_t seconds;
    size_t columns;
};

static int64_t floor_to(int64_t value, int64_t unit)
{
    int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

static int64_t slot_local(const struct timeline_slot *slot)
{
    return slot->start + slot->offset;
}

/* Columns as wide as needed for the whole log to fit, in steps that a clock shows. */
static struct layout lay_out(const struct timeline *timeline)
{
    static const int64_t hours[] = {1, 2, 3, 4, 6, 8, 12, 24, 48, 96};
    struct layout layout = {.seconds = timeline->seconds};
    int64_t from = slot_local(&timeline->slots[0]);
    int64_t to = from;
    for (size_t i = 0; i < timeline->count; i++) {
        int64_t local = slot_local(&timeline->slots[i]);
        from = local < from ? local : from;
        to = local > to ? local : to;
    }
    for (size_t i = 0;; i++) {
        if (timeline->seconds == 3600) {
            layout.seconds = i < COUNT_OF(hours) ? hours[i] * 3600 : layout.seconds * 2;
        } else if (i > 0) {
            layout.seconds *= 2;
        }
        layout.first = floor_to(from, layout.seconds);
        int64_t columns = (floor_to(to, layout.seconds) - layout.first) / layout.seconds + 1;
        if (columns <= COLUMNS_MOST) {
            layout.columns = (size_t)columns;
            return layout;
        }
    }
}

static void name_points(struct document *document, struct chart *chart, const struct layout *layout)
{
    bool by_hour = layout->seconds * (int64_t)layout->columns <= DAYS_OF_HOURS * CIVIL_DAY;
    for (size_t i = 0; i < layout->columns; i++) {
        struct chart_point *point = &chart->points[i];
        struct strbuf text;
        struct instant at = {.seconds = layout->first + (int64_t)i * layout->seconds};
        int64_t hour = at.seconds % CIVIL_DAY / 3600;
        strbuf_init(&text, 64);
        format_instant(&text, &at, FORMAT_DAY);
        struct span whole = strbuf_span(&text); /* "21 Nov 14:00:00" */
        struct span day = span_of(whole.p, whole.n - 9);
        bool daily = layout->seconds >= CIVIL_DAY;
        point->name = document_text(document, daily ? day : span_of(whole.p, whole.n - 3));
        if (hour == 0 || daily) {
            point->tick = document_text(document, day);
        } else if (by_hour && (hour % TICK_HOURS == 0 || layout->columns <= 12)) {
            point->tick = document_text(document, span_of(whole.p + whole.n - 8, 5));
        }
        strbuf_free(&text);
    }
}

/* "per hour", "per 3 hours", "per day". */
static struct span value_words(struct document *document, int64_t seconds)
{
    if (seconds == 3600) {
        return SPAN_LITERAL("attempts and rejects per hour");
    }
    if (seconds == CIVIL_DAY) {
        return SPAN_LITERAL("attempts and rejects per day");
    }
    return seconds < CIVIL_DAY ? document_printf(document, "attempts and rejects per %d hours",
                                                 (int)(seconds / 3600))
                               : document_printf(document, "attempts and rejects per %lld days",
                                                 (long long)(seconds / CIVIL_DAY));
}

/* When there was most, for who does not see the picture. */
static struct span peak_words(struct document *document, const struct chart *chart)
{
    size_t peak = 0;
    double highest = -1;
    for (size_t i = 0; i < chart->point_count; i++) {
        double sum = 0;
        for (size_t k = 0; k < chart->series_count; k++) {
            sum += chart->series[k].values[i];
        }
        peak = sum > highest ? i : peak;
        highest = sum > highest ? sum : highest;
    }
    const struct chart_series *s = chart->series;
    return document_printf(document,
                           "Most was done at %.*s: %.0f delivered, %.0f deferred, %.0f bounced, "
                           "%.0f rejected.",
                           SPAN_ARGS(chart->points[peak].name), s[0].values[peak],
                           s[1].values[peak], s[2].values[peak], s[3].values[peak]);
}

void report_chart_timeline(const struct report *report, struct document *document,
                           struct section *section)
{
    static const struct {
        enum timeline_series from;
        const char *name;
        enum chart_tone tone;
    } series[] = {{TIMELINE_DELIVERED, "delivered", TONE_GOOD},
                  {TIMELINE_DEFERRED, "deferred", TONE_WAIT},
                  {TIMELINE_BOUNCED, "bounced", TONE_BAD},
                  {TIMELINE_REJECTED, "rejected by us", TONE_OURS}};
    const struct timeline *timeline = &report->summary->timeline;
    if (timeline->count == 0) {
        return;
    }
    struct layout layout = lay_out(timeline);
    struct chart *chart = section_chart(document, section, CHART_COLUMN, layout.columns,
                                        COUNT_OF(series));
    if (chart == NULL) {
        return;
    }
    chart->title = SPAN_LITERAL("Timeline by outcome");
    chart->tabled = true;
    chart->value_axis = value_words(document, layout.seconds);
    chart->name_axis = SPAN_LITERAL("time, by the log's own clock");
    for (size_t k = 0; k < COUNT_OF(series); k++) {
        chart->series[k].name = span_cstr(series[k].name);
        chart->series[k].tone = series[k].tone;
    }
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_slot *slot = &timeline->slots[i];
        size_t column = (size_t)((slot_local(slot) - layout.first) / layout.seconds);
        for (size_t k = 0; k < COUNT_OF(series); k++) {
            chart->series[k].values[column] += (double)slot->count[series[k].from];
        }
    }
    name_points(document, chart, &layout);
    chart->words = peak_words(document, chart);
}
