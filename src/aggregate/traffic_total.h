/* What follows from the tables and the timeline: totals over rows, distinct names, counts by day
 * and by hour of the day. Nothing here is kept; it is worked out for a report. */
#ifndef AGGREGATE_TRAFFIC_TOTAL_H
#define AGGREGATE_TRAFFIC_TOTAL_H

#include "aggregate/summary.h"

#define HOURS_OF_DAY 24

/* How many names there are. */
struct distinct {
    uint64_t count;
    bool exact; /* false: at least so many; the table is full */
};

/* Names that something was delivered to, and names of a table of received messages. */
struct distinct traffic_distinct(const struct topk *table);
struct distinct received_distinct(const struct topk *table);

/* The delays of all deliveries, from the table of transports. Free the histogram of *total. */
MUST_USE enum smtplog_status traffic_delay_total(const struct topk *transports,
                                                 struct spread *total);

/* One row of counts by day or hour, series as in the timeline. */
struct period_row {
    int64_t start; /* of the day, seconds of the local clock; hour of the day for hours */
    uint64_t count[TIMELINE_SERIES];
};

/* Days of the log's own clock, in order; *rows is the caller's to free. None when slots are longer
 * than a day. */
MUST_USE enum smtplog_status timeline_days(const struct timeline *timeline,
                                           struct period_row **rows, size_t *count);

/* Sums by hour of the day; false when the timeline is coarser than hours. */
bool timeline_hours(const struct timeline *timeline, struct period_row rows[HOURS_OF_DAY]);

#endif
