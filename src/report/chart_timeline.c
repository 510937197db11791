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
        bool daily = layout->seconds >= CIVIL_DAY;
        format_instant(&text, document->figures, &at, daily ? FORMAT_DATE : FORMAT_MINUTE);
        point->name = document_keep(document, &text);
        if (hour == 0 || daily) {
            format_instant(&text, document->figures, &at, FORMAT_DATE);
        } else if (by_hour && (hour % TICK_HOURS == 0 || layout->columns <= 12)) {
            format_instant(&text, document->figures, &at, FORMAT_CLOCK);
        }
        point->tick = document_take(document, &text);
    }
}

/* "per hour", "per 3 hours", "per day". */
static struct span value_words(struct report_builder *b, int64_t seconds)
{
    if (seconds == 3600) {
        return builder_words(b, "chart/per-hour");
    }
    if (seconds == CIVIL_DAY) {
        return builder_words(b, "chart/per-day");
    }
    return seconds < CIVIL_DAY
               ? WORDS(b, "chart/per-hours", phrase_count("hours", (uint64_t)seconds / 3600))
               : WORDS(b, "chart/per-days", phrase_count("days", (uint64_t)(seconds / CIVIL_DAY)));
}

/* When there was most, for who does not see the picture. */
static struct span peak_words(struct report_builder *b, const struct chart *chart)
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
    return WORDS(b, "chart/timeline-words", phrase_words("time", chart->points[peak].name),
                 phrase_count("delivered", (uint64_t)s[0].values[peak]),
                 phrase_count("deferred", (uint64_t)s[1].values[peak]),
                 phrase_count("bounced", (uint64_t)s[2].values[peak]),
                 phrase_count("rejected", (uint64_t)s[3].values[peak]));
}

void report_chart_timeline(struct report_builder *b, struct section *section)
{
    const struct {
        struct span name;
        enum timeline_series from;
        enum chart_tone tone;
    } series[] = {{builder_words(b, "chart/delivered"), TIMELINE_DELIVERED, TONE_GOOD},
                  {builder_words(b, "chart/deferred"), TIMELINE_DEFERRED, TONE_WAIT},
                  {builder_words(b, "chart/bounced"), TIMELINE_BOUNCED, TONE_BAD},
                  {builder_words(b, "chart/rejected"), TIMELINE_REJECTED, TONE_OURS}};
    const struct timeline *timeline = &b->summary->timeline;
    if (timeline->count == 0) {
        return;
    }
    struct layout layout = lay_out(timeline);
    struct chart *chart = section_chart(b->document, section, CHART_COLUMN, layout.columns,
                                        COUNT_OF(series));
    if (chart == NULL) {
        return;
    }
    chart->title = builder_words(b, "chart/timeline");
    chart->tabled = true;
    chart->value_axis = value_words(b, layout.seconds);
    chart->name_axis = builder_words(b, "chart/clock");
    for (size_t k = 0; k < COUNT_OF(series); k++) {
        chart->series[k].name = series[k].name;
        chart->series[k].tone = series[k].tone;
    }
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_slot *slot = &timeline->slots[i];
        size_t column = (size_t)((slot_local(slot) - layout.first) / layout.seconds);
        for (size_t k = 0; k < COUNT_OF(series); k++) {
            chart->series[k].values[column] += (double)slot->count[series[k].from];
        }
    }
    name_points(b->document, chart, &layout);
    chart->words = peak_words(b, chart);
}
