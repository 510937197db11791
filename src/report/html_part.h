/* What the files of the HTML renderer share: not for others. */
#ifndef REPORT_HTML_PART_H
#define REPORT_HTML_PART_H

#include "report/html_renderer.h"

struct html {
    const struct html_style *style;
    const struct figure_style *figures;
    struct strbuf *out;
    struct strbuf cell; /* a figure, before it is escaped */
    unsigned charts;    /* so far: makes their ids */
};

void html_table(struct html *html, const struct section *section, const struct table *table);
/* About how many columns of text its widest row would take. */
size_t html_table_width(const struct table *table);
void html_chart(struct html *html, const struct chart *chart);

/* A figure of a cell in words, escaped. */
void html_cell(struct html *html, const struct cell *cell);
void html_text(struct html *html, struct span text);
/* A name in front of what the caller writes: "Sent: ". */
void html_label(struct html *html, struct span name);
/* A number as an attribute may hold it: up to two decimals, no zeros at the end. */
void html_number(struct html *html, double number);
/* A value as a chart says it: "1,203", "36.1 %", "5 min". */
void html_value(struct html *html, enum chart_unit unit, double value);

/* ---- axes ---- */

#define AXIS_TICKS 8

/* The value axis of a chart: linear from 0, or logarithmic for seconds. */
struct axis {
    enum chart_unit unit;
    double low, high;
    double tick[AXIS_TICKS];
    size_t tick_count;
};

void axis_make(struct axis *axis, enum chart_unit unit, double lowest, double highest);
/* Where a value stands, 0..1 of the axis. */
double axis_place(const struct axis *axis, double value);

#endif
