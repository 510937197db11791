/* The findings in the report. */
#ifndef REPORT_FINDING_REPORT_H
#define REPORT_FINDING_REPORT_H

#include "report/json_writer.h"
#include "report/report.h"

/* The array `findings`. */
void finding_report_json(const struct report *report, struct json_writer *json);

#endif
