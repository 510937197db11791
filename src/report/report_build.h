/* From figures to a document: which sections there are and what stands in them. */
#ifndef REPORT_REPORT_BUILD_H
#define REPORT_REPORT_BUILD_H

#include "report/document.h"
#include "report/report.h"

/* Builds the whole report. Sections without anything to say are left out. Free with document_free.
 */
void report_build(const struct report *report, struct document *document);

/* The parts: the head with the headline, refusals and outcomes; then codes, tables and times. */
void report_build_headline(const struct report *report, struct document *document);
void report_build_tables(const struct report *report, struct document *document);

#endif
