/* The charts of the report: which figures of the summary each shows. Every builder adds its chart
 * to a section, or nothing when there is nothing to draw. */
#ifndef REPORT_REPORT_CHART_H
#define REPORT_REPORT_CHART_H

#include "report/report_build.h"

/* Attempts and rejects over time, by outcome. */
void report_chart_timeline(struct report_builder *b, struct section *section);
/* Recipients that met a refusal: greylisted by how it ended, against hard failures. */
void report_chart_greylisting(struct report_builder *b, struct section *section);
/* How long recipients waited from their first greylisting to delivery. */
void report_chart_wait(struct report_builder *b, struct section *section);
/* Shares of the reply codes that refuse, and of all replies by their first digit. */
void report_chart_code(struct report_builder *b, struct section *section);
/* Percentiles of the time from arrival to delivery, of the rows given and of all. */
void report_chart_delay(struct report_builder *b, struct section *section, const struct topk *all,
                        struct topk_row *const *rows, size_t count);

/* A figure in words, kept in the document. */
struct span chart_count_words(struct report_builder *b, uint64_t count);
struct span chart_seconds_words(struct report_builder *b, double seconds);

#endif
