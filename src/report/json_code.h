/* Reply codes and reason classes as members of the JSON summary. */
#ifndef REPORT_JSON_CODE_H
#define REPORT_JSON_CODE_H

#include "report/json_writer.h"
#include "report/report.h"

/* codes[]: every code of a reply, as logged, those that were met most first. */
MUST_USE enum smtplog_status json_codes(const struct report *report, struct json_writer *json);

/* classes[]: why mail was refused or failed. */
MUST_USE enum smtplog_status json_classes(const struct report *report, struct json_writer *json);

/* An object of counts by stage, those that are not 0. */
void json_by_stage(struct json_writer *json, const char *name, const uint64_t counts[STAGES]);

#endif
