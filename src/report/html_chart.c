/* Charts of a page, as inline SVG. Lengths across are percentages, so that a chart takes the width
 * there is while its words keep their size; lengths down are pixels. */
#include "base/utf8.h"
#include "report/html_part.h"

#define COLUMN_TOP    26 /* above the plot: what the value axis counts */
#define COLUMN_HEIGHT 180
#define COLUMN_SCALE  1000 /* units of the plot's own height */
#define BAR_THICK     12
#define TICKS_WIDE    10 /* names at the axis where there is room, and on a narrow screen */
#define TICKS_NARROW  5

/* Rows of bars: a name stands above its bar, or at its left where all names are short. */
struct row_style {
    const char *class;
    int height;
    int bar;  /* top of the bar in its row */
    int name; /* base line of the name */
    size_t name_columns;
};

static const struct row_style name_above = {"rows", 38, 20, 14, 40};
static const struct row_style name_left = {"\"rows left\"", 24, 4, 14, 6};

static const char *const tone_class[TONES] = {"neutral", "good",   "wait",  "bad",   "ours",
                                              "first",   "second", "third", "fourth"};

/* ---- words ----------------------------------------------------------------------------------- */

void html_value(struct html *html, enum chart_unit unit, double value)
{
    strbuf_clear(&html->cell);
    if (unit == CHART_COUNT) {
        format_count(&html->cell, html->figures, (uint64_t)(value + 0.5));
    } else if (unit == CHART_SHARE) {
        format_share(&html->cell, html->figures, value);
    } else {
        format_seconds(&html->cell, html->figures, value);
    }
    strbuf_inherit(html->out, &html->cell);
    html_text(html, strbuf_span(&html->cell));
}

/* "half 5 s, 95 % 1 min": the series of a point that are not zero. */
static void add_point_words(struct html *html, const struct chart *chart, size_t point)
{
    bool first = true;
    for (size_t k = 0; k < chart->series_count; k++) {
        if (chart->series[k].values[point] > 0) {
            if (first) {
                html_label(html, chart->points[point].name);
            } else {
                strbuf_add_cstr(html->out, ", ");
            }
            html_text(html, chart->series[k].name);
            strbuf_add_byte(html->out, ' ');
            html_value(html, chart->unit, chart->series[k].values[point]);
            first = false;
        }
    }
    if (first) {
        html_text(html, chart->points[point].name);
    }
}

/* A name from a log may be long; the whole one is in the words of its row. */
static void add_short_name(struct html *html, struct span name, size_t columns)
{
    struct strbuf clean;
    strbuf_init(&clean, 4096);
    utf8_add_clean(&clean, name);
    struct span fits = utf8_fit(strbuf_span(&clean), columns);
    html_text(html, fits);
    strbuf_add_cstr(html->out, fits.n < clean.length ? "\xe2\x80\xa6" : "");
    strbuf_inherit(html->out, &clean);
    strbuf_free(&clean);
}

static double point_sum(const struct chart *chart, size_t point)
{
    double sum = 0;
    for (size_t k = 0; k < chart->series_count; k++) {
        double value = chart->series[k].values[point];
        sum = chart->kind == CHART_RANGE ? (value > sum ? value : sum) : sum + value;
    }
    return sum;
}

static struct axis value_axis(const struct chart *chart)
{
    struct axis axis;
    double lowest = 0;
    double highest = chart->maximum;
    for (size_t i = 0; i < chart->point_count; i++) {
        double sum = point_sum(chart, i);
        double low = chart->series[0].values[i];
        highest = sum > highest ? sum : highest;
        lowest = i == 0 || low < lowest ? low : lowest;
    }
    axis_make(&axis, chart->unit, lowest, highest);
    return axis;
}

/* ---- frame ----------------------------------------------------------------------------------- */

static void open_svg(struct html *html, const struct chart *chart, const char *class, int height)
{
    unsigned id = ++html->charts;
    strbuf_addf(html->out,
                "<svg class=%s role=img aria-labelledby=\"c%ut c%ud\" height=%d>"
                "<title id=c%ut>",
                class, id, id, height, id);
    html_text(html, chart->title);
    strbuf_addf(html->out, "</title><desc id=c%ud>", id);
    html_text(html, chart->words);
    strbuf_add_cstr(html->out, "</desc>\n");
}

static void add_legend(struct html *html, const struct chart *chart)
{
    if (chart->series_count < 2) {
        return;
    }
    strbuf_add_cstr(html->out, "<ul class=key>");
    for (size_t k = 0; k < chart->series_count; k++) {
        strbuf_addf(html->out, "<li class=t-%s>", tone_class[chart->series[k].tone]);
        html_text(html, chart->series[k].name);
    }
    strbuf_add_cstr(html->out, "</ul>\n");
}

/* The figures of a chart that no table shows. */
static void add_figures(struct html *html, const struct chart *chart)
{
    strbuf_add_cstr(html->out, "<details><summary>");
    html_text(html, html->style->figures);
    strbuf_add_cstr(html->out, "</summary><div class=scroll><table><caption>");
    html_text(html, chart->title);
    strbuf_add_cstr(html->out, "</caption><thead><tr><th scope=col>");
    html_text(html, chart->name_axis);
    for (size_t k = 0; k < chart->series_count; k++) {
        strbuf_add_cstr(html->out, "<th scope=col class=n>");
        html_text(html, chart->series[k].name);
    }
    strbuf_add_cstr(html->out, "</thead><tbody>\n");
    for (size_t i = 0; i < chart->point_count; i++) {
        strbuf_add_cstr(html->out, "<tr><th scope=row><bdi>");
        html_text(html, chart->points[i].name);
        strbuf_add_cstr(html->out, "</bdi>");
        for (size_t k = 0; k < chart->series_count; k++) {
            double value = chart->series[k].values[i];
            strbuf_addf(html->out, "<td class=n data-v=%.6g>", value);
            html_value(html, chart->unit, value);
        }
        strbuf_add_byte(html->out, '\n');
    }
    strbuf_add_cstr(html->out, "</table></div></details>\n");
}

/* ---- columns --------------------------------------------------------------------------------- */

static void add_column_grid(struct html *html, const struct axis *axis)
{
    for (size_t i = 0; i < axis->tick_count; i++) {
        int y = COLUMN_TOP + (int)(COLUMN_HEIGHT * (1 - axis_place(axis, axis->tick[i])) + 0.5);
        strbuf_addf(html->out, "<line class=%s x2=\"100%%\" y1=%d y2=%d /><text class=y x=-8 y=%d>",
                    i == 0 ? "base" : "grid", y, y, y + 4);
        html_value(html, axis->unit, axis->tick[i]);
        strbuf_add_cstr(html->out, "</text>\n");
    }
}

/* All columns of one series in one path, standing on the series before it. */
static void add_column_path(struct html *html, const struct chart *chart, const struct axis *axis,
                            size_t series)
{
    strbuf_addf(html->out, "<path class=t-%s d=\"", tone_class[chart->series[series].tone]);
    for (size_t i = 0; i < chart->point_count; i++) {
        double from = 0;
        for (size_t k = 0; k < series; k++) {
            from += chart->series[k].values[i];
        }
        double to = from + chart->series[series].values[i];
        double top = COLUMN_SCALE * (1 - axis_place(axis, to));
        double height = COLUMN_SCALE * (1 - axis_place(axis, from)) - top;
        if (to > from) {
            height = height < 4 ? 4 : height; /* what is there is seen */
            strbuf_addf(html->out, "M%zu.1 %.0fh.8v%.0fh-.8z", i, top, height);
        }
    }
    strbuf_add_cstr(html->out, "\"/>\n");
}

static void add_column_ticks(struct html *html, const struct chart *chart)
{
    size_t count = 0;
    size_t seen = 0;
    int bottom = COLUMN_TOP + COLUMN_HEIGHT;
    for (size_t i = 0; i < chart->point_count; i++) {
        count += chart->points[i].tick.n > 0;
    }
    size_t wide = count > 0 ? (count + TICKS_WIDE - 1) / TICKS_WIDE : 1;
    size_t narrow = wide * ((count / wide + TICKS_NARROW - 1) / TICKS_NARROW);
    narrow = narrow > 0 ? narrow : 1;
    for (size_t i = 0; i < chart->point_count; i++) {
        if (chart->points[i].tick.n == 0 || seen++ % wide != 0) {
            continue;
        }
        double x = 100.0 * (double)i / (double)chart->point_count;
        strbuf_addf(html->out, "<g%s><line class=base x1=\"",
                    (seen - 1) % narrow != 0 ? " class=m" : "");
        html_number(html, x);
        strbuf_add_cstr(html->out, "%\" x2=\"");
        html_number(html, x);
        strbuf_addf(html->out, "%%\" y1=%d y2=%d /><text class=%s y=%d x=\"", bottom, bottom + 5,
                    x > 92  ? "e"
                    : x > 3 ? "c"
                            : "x",
                    bottom + 19);
        html_number(html, x);
        strbuf_add_cstr(html->out, "%\">");
        html_text(html, chart->points[i].tick);
        strbuf_add_cstr(html->out, "</text></g>\n");
    }
}

static void add_columns(struct html *html, const struct chart *chart)
{
    struct axis axis = value_axis(chart);
    open_svg(html, chart, "plot", COLUMN_TOP + COLUMN_HEIGHT + 46);
    strbuf_add_cstr(html->out, "<text class=a x=-44 y=12>");
    html_text(html, chart->value_axis);
    strbuf_add_cstr(html->out, "</text>\n");
    add_column_grid(html, &axis);
    strbuf_addf(html->out,
                "<svg y=%d width=\"100%%\" height=%d viewBox=\"0 0 %zu %d\" "
                "preserveAspectRatio=none>\n",
                COLUMN_TOP, COLUMN_HEIGHT, chart->point_count, COLUMN_SCALE);
    for (size_t k = 0; k < chart->series_count; k++) {
        add_column_path(html, chart, &axis, k);
    }
    for (size_t i = 0; i < chart->point_count; i++) {
        if (point_sum(chart, i) > 0) {
            strbuf_addf(html->out, "<rect class=hit x=%zu width=1 height=%d><title>", i,
                        COLUMN_SCALE);
            add_point_words(html, chart, i);
            strbuf_add_cstr(html->out, "</title></rect>\n");
        }
    }
    strbuf_add_cstr(html->out, "</svg>\n");
    add_column_ticks(html, chart);
    strbuf_addf(html->out, "<text class=\"a e\" x=\"100%%\" y=%d>",
                COLUMN_TOP + COLUMN_HEIGHT + 40);
    html_text(html, chart->name_axis);
    strbuf_add_cstr(html->out, "</text></svg>\n");
}

/* ---- bars and ranges ------------------------------------------------------------------------- */

static void add_percent(struct html *html, const char *name, double part)
{
    strbuf_addf(html->out, " %s=\"", name);
    html_number(html, 100 * part);
    strbuf_add_cstr(html->out, "%\"");
}

/* "25 %", "10 min": a round value, shorter than a figure is written. */
static void add_tick(struct html *html, const struct axis *axis, double value)
{
    if (axis->unit == CHART_SHARE) {
        format_percent(html->out, html->figures, 100 * value, axis->tick[1] < 0.01 ? 1 : 0);
    } else if (axis->unit == CHART_COUNT) {
        html_value(html, axis->unit, value);
    } else if (value < 60) {
        format_unit(html->out, html->figures, UNIT_SECONDS, value,
                    value >= 1     ? 0
                    : value >= 0.1 ? 1
                                   : 2);
    } else if (value < 3600) {
        format_unit(html->out, html->figures, UNIT_MINUTES, value / 60, 0);
    } else if (value < 86400) {
        format_unit(html->out, html->figures, UNIT_HOURS, value / 3600, 0);
    } else {
        format_unit(html->out, html->figures, UNIT_DAYS, value / 86400, 0);
    }
}

static void add_row_axis(struct html *html, const struct chart *chart, const struct axis *axis,
                         int bottom)
{
    for (size_t i = 0; i < axis->tick_count; i++) {
        double x = axis_place(axis, axis->tick[i]);
        bool end = i + 1 == axis->tick_count && x > 0.9;
        /* Of many, every second one goes where there is little room. */
        bool minor = axis->tick_count > 4 && (axis->tick_count - 1 - i) % 2 != 0;
        strbuf_add_cstr(html->out, i == 0 ? "<line class=base" : "<line class=grid");
        add_percent(html, "x1", x);
        add_percent(html, "x2", x);
        strbuf_addf(html->out, " y2=%d /><text class=\"%s%s\" y=%d", bottom + 4,
                    end     ? "x e"
                    : i > 0 ? "c"
                            : "x",
                    minor ? " m" : "", bottom + 18);
        add_percent(html, "x", x);
        strbuf_add_byte(html->out, '>');
        add_tick(html, axis, axis->tick[i]);
        strbuf_add_cstr(html->out, "</text>\n");
    }
    strbuf_addf(html->out, "<text class=\"a e\" x=\"100%%\" y=%d>", bottom + 38);
    html_text(html, chart->value_axis);
    strbuf_add_cstr(html->out, "</text>");
}

static void add_piece(struct html *html, const char *tone, double from, double to, int y,
                      int height)
{
    strbuf_addf(html->out, "<rect class=t-%s y=%d height=%d", tone, y, height);
    add_percent(html, "x", from);
    add_percent(html, "width", to - from);
    strbuf_add_cstr(html->out, "/>");
}

static void add_bar_pieces(struct html *html, const struct chart *chart, const struct axis *axis,
                           size_t point, int y)
{
    double from = 0;
    for (size_t k = 0; k < chart->series_count; k++) {
        double to = from + chart->series[k].values[point];
        if (to > from) {
            add_piece(html, tone_class[chart->series[k].tone], axis_place(axis, from),
                      axis_place(axis, to), y, BAR_THICK);
        }
        from = to;
    }
}

/* From mark to mark, thinner with each; a dot at the first. */
static void add_range_pieces(struct html *html, const struct chart *chart, const struct axis *axis,
                             size_t point, int y)
{
    for (size_t k = 1; k < chart->series_count; k++) {
        double from = axis_place(axis, chart->series[k - 1].values[point]);
        double to = axis_place(axis, chart->series[k].values[point]);
        int height = BAR_THICK - 3 * (int)k + 3;
        height = height < 3 ? 3 : height;
        if (to > from) {
            add_piece(html, tone_class[chart->series[k].tone], from, to,
                      y + (BAR_THICK - height) / 2, height);
        }
    }
    strbuf_addf(html->out, "<circle class=t-%s cy=%d r=%d", tone_class[chart->series[0].tone],
                y + BAR_THICK / 2, BAR_THICK / 2 + 1);
    add_percent(html, "cx", axis_place(axis, chart->series[0].values[point]));
    strbuf_add_cstr(html->out, "/>");
}

static const struct row_style *row_style(const struct chart *chart)
{
    bool left = chart->kind == CHART_BAR;
    for (size_t i = 0; i < chart->point_count; i++) {
        left = left && utf8_text_columns(chart->points[i].name) <= name_left.name_columns;
    }
    return left ? &name_left : &name_above;
}

static void add_row(struct html *html, const struct chart *chart, const struct axis *axis,
                    const struct row_style *style, size_t at)
{
    const struct chart_point *point = &chart->points[at];
    int y = style->height * (int)at;
    bool left = style == &name_left;
    strbuf_add_cstr(html->out, "\n<g><title>");
    add_point_words(html, chart, at);
    strbuf_addf(html->out, "</title><rect class=hit y=%d width=\"100%%\" height=%d /><text%s y=%d>",
                y, style->height, left ? " class=e x=-8" : "", y + style->name);
    add_short_name(html, point->name, style->name_columns);
    strbuf_addf(html->out, "</text><text class=%s x=\"100%%\" y=%d><tspan class=q>",
                left ? "v" : "e", y + style->name);
    html_text(html, point->note);
    strbuf_add_cstr(html->out, "</tspan>");
    if (chart->kind == CHART_BAR) {
        strbuf_add_cstr(html->out, " \xc2\xa0");
        html_value(html, chart->unit, point_sum(chart, at));
    }
    strbuf_add_cstr(html->out, "</text>");
    if (chart->kind == CHART_BAR) {
        add_bar_pieces(html, chart, axis, at, y + style->bar);
    } else {
        add_range_pieces(html, chart, axis, at, y + style->bar);
    }
    strbuf_add_cstr(html->out, "</g>");
}

static void add_rows(struct html *html, const struct chart *chart)
{
    struct axis axis = value_axis(chart);
    const struct row_style *style = row_style(chart);
    int bottom = style->height * (int)chart->point_count;
    open_svg(html, chart, style->class, bottom + 44);
    add_row_axis(html, chart, &axis, bottom);
    for (size_t i = 0; i < chart->point_count; i++) {
        add_row(html, chart, &axis, style, i);
    }
    strbuf_add_cstr(html->out, "</svg>\n");
}

void html_chart(struct html *html, const struct chart *chart)
{
    if (chart == NULL) {
        return;
    }
    strbuf_add_cstr(html->out, "<figure><figcaption>");
    html_text(html, chart->title);
    strbuf_add_cstr(html->out, "</figcaption>\n");
    add_legend(html, chart);
    if (chart->kind == CHART_COLUMN) {
        add_columns(html, chart);
    } else {
        add_rows(html, chart);
    }
    if (!chart->tabled) {
        add_figures(html, chart);
    }
    strbuf_add_cstr(html->out, "</figure>\n");
}
