/* The findings in the report: numbered, worst first, each with what was seen and what to do. */
#include "report/finding_report.h"

#include "report/section.h"

/* ---- for people: a few lines each ---- */

static void add_line(struct report_builder *b, struct table *table, struct cell number,
                     struct cell text)
{
    struct cell *cells = text.text.n > 0 ? table_row(b->document, table) : NULL;
    if (cells != NULL) {
        cells[0] = number;
        cells[1] = text;
    }
}

static void add_finding(struct report_builder *b, struct table *table,
                        const struct finding *finding, size_t number)
{
    struct cell none = {0};
    add_line(b, table,
             cell_text(CELL_WORDS, WORDS(b, "finding/number", phrase_count("number", number))),
             cell_text(CELL_WORDS, finding->title));
    add_line(b, table, none, cell_text(CELL_WORDS, finding->evidence));
    add_line(b, table, none, cell_text(CELL_LOG, finding->sample));
    add_line(
        b, table, none,
        cell_text(CELL_WORDS, WORDS(b, "finding/who-and-fix", phrase_words("who", finding->who),
                                    phrase_words("fix", finding->fix))));
}

/* ---- as data: a row each ---- */

static void add_data(struct report_builder *b, struct section *section)
{
    static const struct column columns[] = {
        {.key = "id"},    {.key = "severity"}, {.key = "title"}, {.key = "evidence"},
        {.key = "who"},   {.key = "fix"},      {.key = "count"}, {.key = "share"},
        {.key = "since"}, {.key = "until"},    {.key = "sample"}};
    const struct finding_list *findings = b->report->findings;
    struct table *table = TABLE(b, section, "findings", columns);
    if (table != NULL) {
        table->audience = COLUMN_DATA;
    }
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, finding->id);
        cells[1] = cell_words(finding_severity_name(finding->severity));
        cells[2] = cell_text(CELL_WORDS, finding->title);
        cells[3] = cell_text(CELL_WORDS, finding->evidence);
        cells[4] = cell_text(CELL_WORDS, finding->who);
        cells[5] = cell_text(CELL_WORDS, finding->fix);
        cells[6] = cell_count(finding->count);
        cells[7] = cell_number(CELL_SHARE, finding->share);
        cells[8] = cell_instant(finding->has_since ? &finding->since : NULL);
        cells[9] = cell_instant(finding->has_until ? &finding->until : NULL);
        cells[10] = cell_text(CELL_LOG, finding->sample);
    }
}

void build_findings(struct report_builder *b)
{
    static const struct column columns[] = {{.key = NULL}, {.wraps = true}};
    const struct finding_list *findings = b->report->findings;
    if (findings == NULL || !builder_filled(b, findings->count)) {
        return;
    }
    struct section *section = builder_section(b, "findings", builder_words(b, "unit/findings"));
    struct table *table = TABLE(b, section, NULL, columns);
    for (size_t i = 0; i < findings->count; i++) {
        add_finding(b, table, &findings->items[i], i + 1);
    }
    add_data(b, section);
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
