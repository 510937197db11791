/* The annotated dialogue: sessions of a transcript, each command with its reply and what it means
 * where something failed, and a diagnosis in plain words. */
#ifndef REPORT_DIALOGUE_REPORT_H
#define REPORT_DIALOGUE_REPORT_H

#include "report/json_writer.h"
#include "report/report.h"

/* The array `sessions` of the summary. */
void dialogue_report_json(const struct report *report, struct json_writer *json);

/* Sessions in all inputs. */
size_t dialogue_report_count(const struct report *report);

#endif
