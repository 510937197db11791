/* Texts from the log as members of the JSON summary. */
#ifndef REPORT_JSON_LINE_H
#define REPORT_JSON_LINE_H

#include "report/json_writer.h"
#include "report/report.h"

/* Rows of a list for people, as many as asked for; none for who hears figures only. The array is
 * the caller's to free. */
MUST_USE enum smtplog_status json_list(const struct report *report, const struct json_writer *json,
                                       const struct topk *table, struct topk_row ***rows,
                                       size_t *count);

/* templates[]: texts of refusals and failures, what varies left out. */
MUST_USE enum smtplog_status json_templates(const struct report *report, struct json_writer *json);

/* warnings[]: what the server says of itself. */
MUST_USE enum smtplog_status json_warnings(const struct report *report, struct json_writer *json);

/* not_understood[]: a mail daemon's lines that match no pattern. */
MUST_USE enum smtplog_status json_not_understood(const struct report *report,
                                                 struct json_writer *json);

#endif
