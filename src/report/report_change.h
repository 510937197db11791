/* The findings and reply texts that are new, known or gone: a table of the section about other days
 * and its JSON. */
#ifndef REPORT_REPORT_CHANGE_H
#define REPORT_REPORT_CHANGE_H

#include "finding/mark_change.h"
#include "report/json_writer.h"
#include "report/report_build.h"

void report_changes_add(struct report_builder *b, struct section *section,
                        const struct mark_changes *changes);

void report_changes_json(const struct mark_changes *changes, struct json_writer *json);

#endif
