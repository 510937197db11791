/* Greylisting in detail, notices, and what the log shows in part only, as JSON members of the
 * summary's objects. */
#ifndef REPORT_JSON_GREYLIST_H
#define REPORT_JSON_GREYLIST_H

#include "report/json_writer.h"
#include "report/report.h"

/* p50, p90, p95 and max of a distribution; an empty object when there is nothing in it. */
void json_quantiles(struct json_writer *json, const char *name, struct histogram *histogram);

/* Members of "greylisting": retry, asked, null_sender, domains, providers. */
MUST_USE enum smtplog_status json_greylist_outbound(const struct report *report,
                                                    struct json_writer *json);

/* Members of "greylisting.inbound": senders, lines_450. */
MUST_USE enum smtplog_status json_greylist_inbound(const struct report *report,
                                                   struct json_writer *json);

/* Senders that we greylisted: those that never came back first, at most the rows of a table. The
 * array is the caller's to free. */
MUST_USE enum smtplog_status greylist_senders(const struct report *report, struct topk_row ***rows,
                                              size_t *count);

/* The outermost member "notices". */
MUST_USE enum smtplog_status json_notices(const struct report *report, struct json_writer *json);

#endif
