/* The charts of the report: which figures of the summary each shows. Every builder adds its chart
 * to a section, or nothing when there is nothing to draw. */
#ifndef REPORT_REPORT_CHART_H
#define REPORT_REPORT_CHART_H

#include "report/document.h"
#include "report/report.h"

/* Attempts and rejects over time, by outcome. */
void report_chart_timeline(const struct report *report, struct document *document,
                           struct section *section);
/* Recipients that met a refusal: greylisted by how it ended, against hard failures. */
void report_chart_greylisting(const struct report *report, struct document *document,
                              struct section *section);
/* How long recipients waited from their first greylisting to delivery. */
void report_chart_wait(const struct report *report, struct document *document,
                       struct section *section);
/* Shares of the reply codes that refuse, and of all replies by their first digit. */
void report_chart_code(const struct report *report, struct document *document,
                       struct section *section);
/* Percentiles of the time from arrival to delivery, of the rows given and of all. */
void report_chart_delay(struct document *document, struct section *section, const struct topk *all,
                        struct topk_row *const *rows, size_t count);

#endif
