/* The findings in the report: numbered, worst first, each with what was seen and what to do. */
#include "report/finding_report.h"

static void add_line(struct document *document, struct table *table, struct cell number,
                     struct cell text)
{
    struct cell *cells = text.text.n > 0 ? table_row(document, table) : NULL;
    if (cells != NULL) {
        cells[0] = number;
        cells[1] = text;
    }
}

static void add_finding(struct document *document, struct table *table,
                        const struct finding *finding, size_t number)
{
    struct cell none = {0};
    add_line(document, table, cell_text(CELL_WORDS, document_printf(document, "(%zu)", number)),
             cell_text(CELL_WORDS, finding->title));
    add_line(document, table, none, cell_text(CELL_WORDS, finding->evidence));
    add_line(document, table, none, cell_text(CELL_LOG, finding->sample));
    add_line(
        document, table, none,
        cell_text(CELL_WORDS, document_printf(document, "Who: %.*s. Fix: %.*s",
                                              SPAN_ARGS(finding->who), SPAN_ARGS(finding->fix))));
}

void finding_report_build(const struct report *report, struct document *document)
{
    static const struct column columns[] = {{.title = ""}, {.title = "", .wraps = true}};
    const struct finding_list *findings = report->findings;
    if (findings == NULL || findings->count == 0) {
        return;
    }
    struct section *section = document_section(document, "findings", "WHAT TO ACT ON",
                                               SPAN_LITERAL("worst first"));
    struct table *table = section_table(document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < findings->count; i++) {
        add_finding(document, table, &findings->items[i], i + 1);
    }
}

void finding_report_json(const struct report *report, struct json_writer *json)
{
    size_t count = report->findings != NULL ? report->findings->count : 0;
    json_array(json, "findings");
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = &report->findings->items[i];
        json_object(json, NULL);
        json_text(json, "id", finding->id);
        json_text(json, "severity", span_cstr(finding_severity_name(finding->severity)));
        json_text(json, "title", finding->title);
        json_text(json, "evidence", finding->evidence);
        json_text(json, "who", finding->who);
        json_text(json, "fix", finding->fix);
        json_u64(json, "count", finding->count);
        json_number(json, "share", finding->share);
        if (finding->has_since) {
            json_instant(json, "since", &finding->since);
        }
        if (finding->has_until) {
            json_instant(json, "until", &finding->until);
        }
        if (finding->sample.n > 0) {
            json_text(json, "sample", finding->sample);
        }
        json_end(json, '}');
    }
    json_end(json, ']');
}
