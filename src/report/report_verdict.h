/* The report in one sentence. */
#ifndef REPORT_REPORT_VERDICT_H
#define REPORT_REPORT_VERDICT_H

#include "report/report_build.h"

/* Says it, and keeps it as the document's verdict. */
void report_verdict(struct report_builder *b);

/* True when there is nothing to act on, so that a report for reading can do without its tables. */
bool report_is_quiet(const struct report *report);

#endif
