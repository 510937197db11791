/* The head of the report: the verdict, what was read, what makes figures less than exact. */
#include <stdlib.h>

#include "report/report_greylist.h"
#include "report/report_verdict.h"
#include "report/section.h"

/* ---- verdict ---- */

static void add_verdict(struct report_builder *b, struct section *head)
{
    const struct summary *s = b->summary;
    report_verdict(b);
    builder_paragraph(b, head);
    if (s->recipients_refused > 0) {
        return; /* the headline stands with its bars */
    }
    if (s->recipients.total > 0) {
        SAY(b, "head/no-refusal", phrase_count("recipients", s->recipients.total),
            phrase_count("delivered", s->recipients.by_state[RECIPIENT_DELIVERED]));
    } else if (s->rejects_total > 0) {
        SAY(b, "head/only-rejects", phrase_count("rejects", s->rejects_total));
    }
    builder_paragraph(b, head);
}

/* ---- what was read ---- */

/* Figures of a filtered log mean something else. */
static void add_filter(struct report_builder *b, struct section *head)
{
    const struct report *report = b->report;
    if (report->filter.n > 0) {
        SAY(b, "filter/shown", phrase_count("seen", report->events_seen),
            phrase_count("shown", report->events_shown), phrase_words("filter", report->filter));
        builder_say_plain(b, "filter/meaning");
        builder_paragraph(b, head);
    }
}

static struct span period(struct report_builder *b)
{
    const struct summary *s = b->summary;
    if (!s->has_period) {
        return SPAN_EMPTY;
    }
    int64_t first_day = (s->first.seconds + s->first.offset) / CIVIL_DAY;
    int64_t last_day = (s->last.seconds + s->last.offset) / CIVIL_DAY;
    int minutes = s->last.offset / 60;
    struct span zone = document_printf(b->document, "%c%02d%02d", minutes < 0 ? '-' : '+',
                                       abs(minutes) / 60, abs(minutes) % 60);
    return WORDS(
        b, "read/period", phrase_instant("first", &s->first, FORMAT_YEAR),
        phrase_instant("last", &s->last, first_day == last_day ? FORMAT_TIME : FORMAT_YEAR),
        phrase_words("zone", zone));
}

/* A pair of the overview: label and figure. */
static void add_pair(struct report_builder *b, struct table *strip, struct span label,
                     struct cell figure)
{
    struct cell *cells = table_row(b->document, strip);
    if (cells != NULL) {
        cells[0] = cell_text(CELL_WORDS, label);
        cells[1] = figure;
    }
}

static struct cell instant_cell(struct report_builder *b, const struct instant *instant)
{
    struct strbuf text;
    strbuf_init(&text, 64);
    format_instant(&text, catalog_figures(b->phrases.catalog), instant, FORMAT_YEAR);
    return cell_text(CELL_WORDS, document_take(b->document, &text));
}

static void add_input_strip(struct report_builder *b, struct table *strip, uint64_t bytes,
                            uint64_t readable)
{
    const struct report *report = b->report;
    if (b->summary->has_period) {
        add_pair(b, strip, builder_words(b, "strip/from"), instant_cell(b, &b->summary->first));
        add_pair(b, strip, builder_words(b, "strip/to"), instant_cell(b, &b->summary->last));
    }
    if (report->input_count == 1) {
        add_pair(b, strip, builder_words(b, "strip/file"),
                 cell_text(CELL_NAME, report->inputs[0].path));
    } else {
        add_pair(b, strip, builder_words(b, "strip/files"), cell_count(readable));
    }
    if (bytes > 0) {
        struct cell size = {.kind = CELL_BYTES, .count = bytes};
        add_pair(b, strip, builder_words(b, "strip/size"), size);
    }
}

static void add_inputs(struct report_builder *b, struct section *head)
{
    const struct report *report = b->report;
    uint64_t bytes = 0;
    uint64_t readable = 0;
    for (size_t i = 0; i < report->input_count; i++) {
        bytes += report->inputs[i].bytes;
        readable += report->inputs[i].readable;
    }
    struct span text = builder_join(b, period(b),
                                    report->input_count == 1
                                        ? report->inputs[0].path
                                        : WORDS(b, "read/files", phrase_count("files", readable)));
    if (bytes > 0) {
        text = builder_join(b, text, WORDS(b, "read/bytes", phrase_bytes("bytes", bytes)));
    }
    add_input_strip(b, section_strip(b->document, head, text), bytes, readable);
}

static void add_lines(struct report_builder *b, struct section *head)
{
    static const char *const keys[SUMMARY_BINS] = {"bin/event",   "bin/context",   "bin/foreign",
                                                   "bin/unknown", "bin/malformed", "bin/outside"};
    const struct summary *s = b->summary;
    struct span bins = SPAN_EMPTY;
    for (size_t i = 0; i < SUMMARY_BINS; i++) {
        if (i < 3 || s->bin[i] > 0) {
            bins = builder_join(b, bins, WORDS(b, keys[i], phrase_count("count", s->bin[i])));
        }
    }
    struct table *strip = section_strip(
        b->document, head,
        WORDS(b, "read/lines", phrase_count("lines", s->lines_read), phrase_words("bins", bins)));
    add_pair(b, strip, builder_words(b, "strip/lines"), cell_count(s->lines_read));
    add_pair(b, strip, builder_words(b, "strip/events"), cell_count(s->bin[0]));
    if (s->bin[3] + s->bin[4] > 0) {
        add_pair(b, strip, builder_words(b, "strip/not-understood"),
                 cell_count(s->bin[3] + s->bin[4]));
    }
}

/* Everything that makes figures less than exact is said here. */
static void add_caveats(struct report_builder *b, struct section *head)
{
    const struct summary *s = b->summary;
    for (size_t i = 0; i < b->report->input_count; i++) {
        const struct report_input *input = &b->report->inputs[i];
        if (!input->readable) {
            SAY(b, "read/unreadable", phrase_words("file", input->path));
        } else if (input->damage.n > 0) {
            SAY(b, "read/damaged", phrase_words("file", input->path),
                phrase_words("damage", input->damage));
        }
        builder_paragraph(b, head);
    }
    if (s->duplicate > 0) {
        SAY(b, "read/duplicate", phrase_count("lines", s->duplicate));
    }
    if (s->evicted > 0) {
        SAY(b, "read/state-lost", phrase_count("stories", s->evicted));
    }
    if (s->limits_hit > 0) {
        SAY(b, "read/limits", phrase_count("matches", s->limits_hit));
    }
    builder_paragraph(b, head);
    summary_check(s, &b->text);
    builder_paragraph(b, head);
}

void build_head(struct report_builder *b)
{
    struct section *head = document_section(b->document, "head", SPAN_EMPTY, SPAN_EMPTY);
    add_verdict(b, head);
    add_filter(b, head);
    add_inputs(b, head);
    add_lines(b, head);
    report_say_borders(b, head);
    add_caveats(b, head);
    if (report_is_quiet(b->report)) {
        builder_say_plain(b, "verdict/more");
        builder_paragraph(b, head);
    }
}
