/* The annotated dialogue: sessions of a transcript, each command with its reply and what it means
 * where something failed, and a diagnosis in plain words. */
#ifndef REPORT_DIALOGUE_REPORT_H
#define REPORT_DIALOGUE_REPORT_H

#include "report/document.h"
#include "report/json_writer.h"
#include "report/report.h"

/* Adds a section for each session of all inputs. Nothing when there is none. */
void dialogue_report_build(const struct report *report, struct document *document);

/* The array `sessions` of the summary. */
void dialogue_report_json(const struct report *report, struct json_writer *json);

/* Sessions in all inputs. */
size_t dialogue_report_count(const struct report *report);

#endif
