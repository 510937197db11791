/* How far sessions get and how log-ins ended, in the JSON summary. */
#ifndef REPORT_JSON_FUNNEL_H
#define REPORT_JSON_FUNNEL_H

#include "report/json_writer.h"
#include "report/report.h"

/* funnel{inbound{}, outbound{}}. */
void json_funnel(const struct report *report, struct json_writer *json);

/* replies{} of AUTH by code; logins{clients[], users[]}: inside auth{}. */
MUST_USE enum smtplog_status json_funnel_auth(const struct report *report,
                                              struct json_writer *json);

#endif
