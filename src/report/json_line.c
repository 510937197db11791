/* Texts from the log as JSON: refusals by template, the server's own warnings, lines that were not
 * understood. Trust: written by anybody; the writer escapes them. */
#include "report/json_line.h"

#include <stdlib.h>

enum smtplog_status json_list(const struct report *report, const struct json_writer *json,
                              const struct topk *table, struct topk_row ***rows, size_t *count)
{
    *rows = NULL;
    *count = 0;
    return json_wants_lists(json) ? topk_sorted(table, report->top, rows, count) : SMTPLOG_OK;
}

enum smtplog_status json_templates(const struct report *report, struct json_writer *json)
{
    size_t count = 0;
    struct topk_row **rows = NULL;
    TRY(json_list(report, json, &report->summary->templates, &rows, &count));
    uint64_t all = 0;
    for (size_t i = 0; i < report->summary->templates.count; i++) {
        all += report->summary->templates.rows[i]->count;
    }
    json_array(json, "templates");
    for (size_t i = 0; i < count; i++) {
        const struct template_row *row = rows[i]->value;
        json_object(json, NULL);
        json_text(json, "template", rows[i]->key);
        if (row->code > 0) {
            json_u64(json, "code", (uint64_t)row->code);
        }
        json_text(json, "class", span_cstr(row->class_name));
        json_u64(json, "count", rows[i]->count);
        json_share(json, "share", rows[i]->count, all);
        json_object(json, "outcomes");
        for (int outcome = OUTCOME_DELIVERED; outcome < OUTCOMES; outcome++) {
            if (row->outcome[outcome] > 0) {
                json_u64(json, event_value_name(EVENT_STATUS, outcome), row->outcome[outcome]);
            }
        }
        json_end(json, '}');
        json_instant(json, "first", &row->first);
        json_instant(json, "last", &row->last);
        json_text(json, "sample", span_cstr(row->sample));
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
    return SMTPLOG_OK;
}

enum smtplog_status json_warnings(const struct report *report, struct json_writer *json)
{
    size_t count = 0;
    struct topk_row **rows = NULL;
    TRY(json_list(report, json, &report->summary->warnings, &rows, &count));
    json_array(json, "warnings");
    for (size_t i = 0; i < count; i++) {
        const struct sample_row *row = rows[i]->value;
        struct span rest = rows[i]->key;
        struct span severity;
        struct span daemon;
        if (!span_next_piece(&rest, '\t', &severity) || !span_next_piece(&rest, '\t', &daemon)) {
            continue;
        }
        json_object(json, NULL);
        json_text(json, "severity", severity);
        json_text(json, "daemon", daemon);
        json_text(json, "text", span_cstr(row->sample));
        json_u64(json, "count", rows[i]->count);
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
    return SMTPLOG_OK;
}

enum smtplog_status json_not_understood(const struct report *report, struct json_writer *json)
{
    size_t count = 0;
    struct topk_row **rows = NULL;
    TRY(json_list(report, json, &report->summary->unknown, &rows, &count));
    json_array(json, "not_understood");
    for (size_t i = 0; i < count; i++) {
        const struct sample_row *row = rows[i]->value;
        json_object(json, NULL);
        json_text(json, "file", report->inputs[row->file].path);
        json_u64(json, "line", row->line);
        json_u64(json, "count", rows[i]->count);
        json_text(json, "sample", span_cstr(row->sample));
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
    return SMTPLOG_OK;
}
