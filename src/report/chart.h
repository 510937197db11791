/* A chart of the document: what is shown, not how it is drawn. Values are of one unit; the names of
 * points may come from a log, so that a renderer escapes them as any other text. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "base/span.h"

#define CHART_SERIES 6 /* at most */

enum chart_kind {
    CHART_COLUMN, /* columns side by side, each the sum of its series: spans of time, classes of a
                     distribution; a point's name is where its column begins */
    CHART_BAR,    /* bars one below the other, each the sum of its series */
    CHART_RANGE /* marks on a line, one line a point: quantiles, ascending from series to series */
};

enum chart_unit {
    CHART_COUNT,
    CHART_SHARE,  /* 0..1 */
    CHART_SECONDS /* on a logarithmic axis */
};

/* What a series means, which a renderer turns into a colour. */
enum chart_tone {
    TONE_NEUTRAL,
    TONE_GOOD,
    TONE_WAIT,  /* not now: 4yz, deferred, greylisted */
    TONE_BAD,   /* never: 5yz, bounced */
    TONE_OURS,  /* refused by us */
    TONE_FIRST, /* steps of one colour, for quantiles */
    TONE_SECOND,
    TONE_THIRD,
    TONE_FOURTH,
    TONES
};

struct chart_series {
    struct span name;
    enum chart_tone tone;
    double *values; /* one a point */
};

struct chart_point {
    struct span name; /* "21 Nov 14:00", "450", "example.org" */
    struct span tick; /* the short form that may stand at the axis; empty: none */
    struct span note; /* beside the name of a bar or line: "18 of 60" */
};

struct chart {
    enum chart_kind kind;
    enum chart_unit unit;
    struct span title;
    struct span words;                 /* what the picture says, for who does not see it */
    struct span value_axis, name_axis; /* what stands at the axes */
    double maximum;                    /* of the value axis; 0: as the values ask for */
    bool tabled; /* a table of the same section shows the same figures already */
    struct chart_point *points;
    size_t point_count;
    struct chart_series series[CHART_SERIES];
    size_t series_count;
};

#endif
