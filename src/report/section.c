/* The table of sections, and what --section and --detail mean. Trust: names come from the command
 * line of whoever runs the program. */
#include "report/section.h"

#include "report/report_verdict.h"

struct report_section {
    const char *name;
    enum report_detail detail;
    void (*build)(struct report_builder *b);
};

static const struct report_section sections[] = {
#define ROW(name, detail, builder) {#name, REPORT_##detail, builder},
    REPORT_SECTIONS(ROW)
#undef ROW
};

static const struct report_section *find_section(struct span name)
{
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        if (span_is(name, sections[i].name)) {
            return &sections[i];
        }
    }
    return NULL;
}

bool report_has_section(struct span name)
{
    return find_section(name) != NULL;
}

void report_add_section_names(struct strbuf *out, const char *between)
{
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        strbuf_add_cstr(out, i > 0 ? between : "");
        strbuf_add_cstr(out, sections[i].name);
    }
}

/* Of a report without problems the tables are left out. Of a server that only receives, what it
 * refused is all there is to tell of greylisting and hard failure: that stays. */
static bool is_left_out(const struct report *report, const struct report_section *section)
{
    bool only = section->build == build_inbound && report->summary->recipients_refused == 0;
    return section->detail == REPORT_NORMAL && !only && report_is_quiet(report);
}

/* Asked for by name, or, when none is, part of the level of detail. */
static bool is_shown(const struct report *report, const struct report_section *section)
{
    struct span rest = report->sections;
    struct span name = SPAN_EMPTY;
    if (rest.n == 0) {
        return report->data || (section->detail <= report->detail && !is_left_out(report, section));
    }
    while (span_next_piece(&rest, ',', &name)) {
        if (span_is(span_trim(name), section->name)) {
            return true;
        }
    }
    return false;
}

void report_build(const struct report *report, struct document *document)
{
    struct report_builder b = {.report = report,
                               .summary = report->summary,
                               .document = document,
                               .phrases = {report->catalog}};
    document_init(document);
    document->figures = catalog_figures(report->catalog);
    strbuf_init(&b.text, 65536);
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        if (is_shown(report, &sections[i])) {
            sections[i].build(&b);
        }
    }
    strbuf_free(&b.text);
}
