/* The head of the report: the headline in words, what was read, greylisting against hard failure,
 * outcomes. */
#include <stdlib.h>

#include "report/dialogue_report.h"
#include "report/finding_report.h"
#include "report/report_build.h"
#include "report/report_chart.h"

#define BAR_WIDTH 20

struct builder {
    const struct report *report;
    const struct summary *summary;
    struct document *document;
    struct strbuf text;
};

static int percent(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (int)((100.0 * (double)part) / (double)whole + 0.5) : 0;
}

static void say_count(struct builder *b, uint64_t count, const char *behind)
{
    format_count(&b->text, count);
    strbuf_add_cstr(&b->text, behind);
}

/* ---- headline ---------------------------------------------------------------------------------
 */

static void say_greylist_ends(struct builder *b)
{
    struct summary *s = b->report->summary;
    const struct greylist_counts *g = &s->greylist;
    static const char *const words[] = {" expired", " refused for another reason", " still waiting",
                                        " ended otherwise"};
    const uint64_t counts[] = {g->lost, g->refused_later, g->waiting, g->other};
    say_count(b, g->recovered, " delivered later");
    if (g->recovered > 0) {
        strbuf_add_cstr(&b->text, " (median wait ");
        format_seconds(&b->text, histogram_quantile(&s->wait, 0.5));
        strbuf_add_cstr(&b->text, ")");
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (counts[i] > 0) {
            strbuf_add_cstr(&b->text, ", ");
            say_count(b, counts[i], words[i]);
        }
    }
}

/* "118 (33 %) " */
static void say_part(struct builder *b, uint64_t part, uint64_t whole)
{
    format_count(&b->text, part);
    strbuf_addf(&b->text, " (%d %%) ", percent(part, whole));
}

static void say_refused(struct builder *b)
{
    const struct summary *s = b->summary;
    uint64_t all = s->recipients_refused;
    uint64_t hard_550 = s->hard_recipient_code[550];
    const struct refusal_lines *lines = &s->refusal_lines[DIRECTION_OUTBOUND];
    say_count(b, all, all == 1 ? " recipient met a refusal. " : " recipients met a refusal. ");
    if (s->greylisted > 0) {
        say_part(b, s->greylisted, all);
        strbuf_add_cstr(&b->text, s->greylisted == 1 ? "was greylisted: " : "were greylisted: ");
        say_greylist_ends(b);
        strbuf_add_cstr(&b->text, ". ");
    } else {
        strbuf_add_cstr(&b->text, "None was greylisted. ");
    }
    if (s->hard_recipients > 0) {
        say_part(b, hard_550, all);
        strbuf_add_cstr(&b->text, "ended in a hard 550");
        if (s->greylisted_and_hard_550 > 0) {
            strbuf_add_cstr(&b->text, " (");
            say_count(b, s->greylisted_and_hard_550, " of them had been greylisted)");
        }
        strbuf_add_cstr(&b->text, ", ");
        say_part(b, s->hard_recipients, all);
        strbuf_add_cstr(&b->text, "in any 5yz. ");
    } else {
        strbuf_add_cstr(&b->text, "None ended in a hard 5yz. ");
    }
    strbuf_add_cstr(&b->text, "By log lines, retries included: ");
    say_count(b, lines->greylisting, " of ");
    say_count(b, lines->refusals, lines->refusals == 1 ? " refusal was" : " refusals were");
    strbuf_add_cstr(&b->text, " greylisting, ");
    say_count(b, lines->greylisting_450, " of them code 450.");
}

static void add_headline(struct builder *b, struct section *head)
{
    const struct summary *s = b->summary;
    strbuf_clear(&b->text);
    if (s->lines_read == 0) {
        strbuf_add_cstr(&b->text, "No lines: the input is empty.");
    } else if (s->recipients_refused > 0) {
        say_refused(b);
    } else if (s->recipients.total > 0) {
        strbuf_add_cstr(&b->text, "No recipient met a refusal: ");
        say_count(b, s->recipients.by_state[RECIPIENT_DELIVERED], " of ");
        say_count(b, s->recipients.total, " recipients were delivered.");
    } else if (s->rejects_total > 0) {
        strbuf_add_cstr(&b->text, "No deliveries in this log; we refused ");
        say_count(b, s->rejects_total, s->rejects_total == 1 ? " time." : " times.");
    } else if (dialogue_report_count(b->report) > 0) {
        say_count(b, dialogue_report_count(b->report),
                  dialogue_report_count(b->report) == 1 ? " SMTP session with "
                                                        : " SMTP sessions with ");
        say_count(b, s->events, s->events == 1 ? " reply." : " replies.");
    } else {
        strbuf_add_cstr(&b->text, "No deliveries and no refusals in this log.");
    }
    section_paragraph(b->document, head, strbuf_span(&b->text));
}

/* ---- what was read -----------------------------------------------------------------------------
 */

static void say_period(struct builder *b)
{
    const struct summary *s = b->summary;
    if (!s->has_period) {
        return;
    }
    format_instant(&b->text, &s->first, FORMAT_YEAR);
    strbuf_add_cstr(&b->text, " to ");
    int64_t first_day = (s->first.seconds + s->first.offset) / CIVIL_DAY;
    int64_t last_day = (s->last.seconds + s->last.offset) / CIVIL_DAY;
    format_instant(&b->text, &s->last, first_day == last_day ? FORMAT_TIME : FORMAT_YEAR);
    int32_t minutes = s->last.offset / 60;
    strbuf_addf(&b->text, " %c%02d%02d, ", minutes < 0 ? '-' : '+', abs((int)minutes) / 60,
                abs((int)minutes) % 60);
}

static void add_inputs(struct builder *b, struct section *head)
{
    const struct report *report = b->report;
    const struct summary *s = b->summary;
    uint64_t bytes = 0;
    size_t readable = 0;
    for (size_t i = 0; i < report->input_count; i++) {
        bytes += report->inputs[i].bytes;
        readable += report->inputs[i].readable;
    }
    strbuf_clear(&b->text);
    say_period(b);
    if (report->input_count == 1) {
        strbuf_add_span(&b->text, report->inputs[0].path);
    } else {
        strbuf_addf(&b->text, "%zu files", readable);
    }
    if (bytes > 0) {
        strbuf_add_cstr(&b->text, ", ");
        format_bytes(&b->text, bytes);
    }
    section_paragraph(b->document, head, strbuf_span(&b->text));
    strbuf_clear(&b->text);
    say_count(b, s->lines_read, " lines: ");
    say_count(b, s->bin[0], " events, ");
    say_count(b, s->bin[1], " context, ");
    say_count(b, s->bin[2], " of other programs");
    static const char *const rest[] = {" unknown", " malformed", " outside the time asked for"};
    for (size_t i = 3; i < SUMMARY_BINS; i++) {
        if (s->bin[i] > 0) {
            strbuf_add_cstr(&b->text, ", ");
            say_count(b, s->bin[i], rest[i - 3]);
        }
    }
    section_paragraph(b->document, head, strbuf_span(&b->text));
}

/* Everything that makes figures less than exact is said here. */
static void add_caveats(struct builder *b, struct section *head)
{
    const struct summary *s = b->summary;
    for (size_t i = 0; i < b->report->input_count; i++) {
        const struct report_input *input = &b->report->inputs[i];
        if (!input->readable || input->damage.n > 0) {
            struct span what = input->readable ? input->damage : SPAN_LITERAL("could not be read");
            section_paragraph(b->document, head,
                              document_printf(b->document, "Not whole: %.*s: %.*s.",
                                              SPAN_ARGS(input->path), SPAN_ARGS(what)));
        }
    }
    strbuf_clear(&b->text);
    if (s->duplicate > 0) {
        say_count(b, s->duplicate, " lines stand in two files and were counted once. ");
    }
    if (s->evicted > 0) {
        strbuf_add_cstr(&b->text, "State lost: ");
        say_count(b, s->evicted, " open messages or keys were given up to keep memory bounded. ");
    }
    if (s->limits_hit > 0) {
        say_count(b, s->limits_hit, " matches were given up as too costly. ");
    }
    summary_check(s, &b->text);
    if (b->text.length > 0) {
        section_paragraph(b->document, head, strbuf_span(&b->text));
    }
}

/* ---- greylisting against hard failure
 * ------------------------------------------------------------ */

static const struct column bar_columns[] = {{.title = ""},
                                            {.title = "", .width = BAR_WIDTH},
                                            {.title = "", .right = true},
                                            {.title = "", .right = true}};

static void add_bar_row(struct builder *b, struct table *table, const char *label, uint64_t count,
                        uint64_t whole)
{
    struct cell *cells = table_row(b->document, table);
    if (cells != NULL) {
        cells[0] = cell_words(label);
        cells[1] = cell_number(CELL_BAR, whole > 0 ? (double)count / (double)whole : 0);
        cells[2] = cell_count(count);
        cells[3] = cell_share(count, whole);
    }
}

static void add_possible(struct builder *b, struct section *section)
{
    struct summary *s = b->report->summary;
    if (s->possible_recipients == 0) {
        return;
    }
    strbuf_clear(&b->text);
    strbuf_add_cstr(&b->text, "Apart from these ");
    say_count(b, s->possible_recipients,
              s->possible_recipients == 1 ? " recipient" : " recipients");
    strbuf_add_cstr(&b->text, " met a wording that greylisters share with others");
    if (s->behaved_like > 0) {
        strbuf_add_cstr(&b->text, "; ");
        say_count(b, s->behaved_like, " behaved like it (delivered later, median wait ");
        format_seconds(&b->text, histogram_quantile(&s->behaved_wait, 0.5));
        strbuf_add_cstr(&b->text, ")");
    }
    strbuf_add_cstr(&b->text, ".");
    section_paragraph(b->document, section, strbuf_span(&b->text));
}

static void add_recovery(struct builder *b, struct section *section)
{
    struct summary *s = b->report->summary;
    const struct greylist_counts *g = &s->greylist;
    uint64_t ended = g->recovered + g->lost;
    if (g->recovered == 0) {
        return;
    }
    strbuf_clear(&b->text);
    strbuf_addf(&b->text, "Of the greylisted that ended %d %% were delivered; wait median ",
                percent(g->recovered, ended));
    format_seconds(&b->text, histogram_quantile(&s->wait, 0.5));
    strbuf_add_cstr(&b->text, ", 95 % within ");
    format_seconds(&b->text, histogram_quantile(&s->wait, 0.95));
    strbuf_add_cstr(&b->text, ", longest ");
    format_seconds(&b->text, s->wait.maximum);
    strbuf_add_cstr(&b->text, ".");
    section_paragraph(b->document, section, strbuf_span(&b->text));
}

static void add_outbound_refusals(struct builder *b)
{
    const struct summary *s = b->summary;
    uint64_t all = s->recipients_refused;
    if (all == 0) {
        return;
    }
    strbuf_clear(&b->text);
    strbuf_add_cstr(&b->text, "recipients that met a refusal: ");
    format_count(&b->text, all);
    struct section *section = document_section(b->document, "greylisting",
                                               "GREYLISTING 450 AGAINST HARD 550",
                                               document_text(b->document, strbuf_span(&b->text)));
    report_chart_greylisting(b->report, b->document, section);
    report_chart_wait(b->report, b->document, section);
    struct table *table = section_table(b->document, section, bar_columns, COUNT_OF(bar_columns));
    add_bar_row(b, table, "greylisted", s->greylisted, all);
    add_bar_row(b, table, "  by a 450", s->greylisted_450, all);
    add_bar_row(b, table, "hard 550", s->hard_recipient_code[550], all);
    add_bar_row(b, table, "any hard 5yz", s->hard_recipients, all);
    if (s->bounced_without_reply > 0) {
        add_bar_row(b, table, "bounced without a reply", s->bounced_without_reply, all);
    }
    add_recovery(b, section);
    add_possible(b, section);
}

static void add_inbound_refusals(struct builder *b)
{
    struct summary *s = b->report->summary;
    uint64_t all = s->inbound_refused;
    const struct refusal_lines *lines = &s->refusal_lines[DIRECTION_INBOUND];
    if (lines->refusals == 0) {
        return;
    }
    strbuf_clear(&b->text);
    strbuf_add_cstr(&b->text, "by client network, sender, recipient: ");
    format_count(&b->text, all);
    struct section *section = document_section(b->document, "inbound", "WHAT WE REFUSED",
                                               document_text(b->document, strbuf_span(&b->text)));
    struct table *table = section_table(b->document, section, bar_columns, COUNT_OF(bar_columns));
    if (all > 0) {
        add_bar_row(b, table, "greylisted", s->inbound_greylisted, all);
        add_bar_row(b, table, "  by a 450", s->inbound_greylisted_450, all);
        add_bar_row(b, table, "rejected with 550", s->inbound_550, all);
        if (s->inbound_550_implied > 0) {
            add_bar_row(b, table, "rejected, 550 implied", s->inbound_550_implied, all);
        }
    }
    strbuf_clear(&b->text);
    strbuf_add_cstr(&b->text, "By log lines: ");
    say_count(b, lines->refusals, lines->refusals == 1 ? " refusal, " : " refusals, ");
    say_count(b, lines->greylisting, " greylisting, ");
    say_count(b, lines->rejected_550, " with 550");
    if (lines->rejected_550_implied > 0) {
        strbuf_add_cstr(&b->text, ", ");
        say_count(b, lines->rejected_550_implied, " with an implied 550");
    }
    strbuf_add_cstr(&b->text, ".");
    if (s->inbound_greylisted > 0) {
        strbuf_add_cstr(&b->text, " Of the greylisted ");
        say_count(b, s->inbound_recovered, " came back and were let in");
        if (s->inbound_recovered > 0) {
            strbuf_add_cstr(&b->text, " (median wait ");
            format_seconds(&b->text, histogram_quantile(&s->inbound_wait, 0.5));
            strbuf_add_cstr(&b->text, ")");
        }
        strbuf_add_cstr(&b->text, ", ");
        say_count(b, s->inbound_ends.never_returned, " did not return within a day, ");
        say_count(b, s->inbound_ends.waiting, " may still.");
    }
    section_paragraph(b->document, section, strbuf_span(&b->text));
}

/* ---- outcome -----------------------------------------------------------------------------------
 */

static void say_delivered(struct builder *b)
{
    const struct delivery_counts *all = &b->summary->delivered;
    const struct delivery_counts *bounces = &b->summary->null_delivered;
    uint64_t greylisted = all->after_greylisting - bounces->after_greylisting;
    uint64_t deferred = all->after_deferral - bounces->after_deferral;
    strbuf_clear(&b->text);
    strbuf_add_cstr(&b->text, "first try ");
    format_count(&b->text, all->first_try - bounces->first_try);
    if (greylisted > 0) {
        strbuf_add_cstr(&b->text, ", after greylisting ");
        format_count(&b->text, greylisted);
    }
    if (deferred > 0) {
        strbuf_add_cstr(&b->text, ", after another deferral ");
        format_count(&b->text, deferred);
    }
}

static void add_attempts(struct builder *b, struct section *section)
{
    const struct summary *s = b->summary;
    strbuf_clear(&b->text);
    strbuf_add_cstr(&b->text, "Delivery attempts: ");
    say_count(b, s->attempts_total, ", of these ");
    say_count(b, s->attempts[OUTCOME_DELIVERED], " delivered, ");
    say_count(b, s->attempts[OUTCOME_DEFERRED], " deferred, ");
    say_count(b, s->attempts[OUTCOME_BOUNCED], " bounced");
    uint64_t named = s->attempts[OUTCOME_DELIVERED] + s->attempts[OUTCOME_DEFERRED] +
                     s->attempts[OUTCOME_BOUNCED];
    if (s->attempts_total > named) {
        strbuf_add_cstr(&b->text, ", ");
        say_count(b, s->attempts_total - named, " forwarded or discarded");
    }
    strbuf_add_cstr(&b->text, ".");
    section_paragraph(b->document, section, strbuf_span(&b->text));
}

static void add_outcome(struct builder *b)
{
    static const struct column columns[] = {{.title = ""},
                                            {.title = "", .right = true},
                                            {.title = "", .right = true},
                                            {.title = "", .wraps = true}};
    static const char *const words[RECIPIENT_STATES] = {
        [RECIPIENT_UNKNOWN] = "no line says what became of them",
        [RECIPIENT_DEFERRED] = "in the queue when the log ends",
        [RECIPIENT_BOUNCED] = "returned to the sender",
        [RECIPIENT_EXPIRED] = "given up after the queue lifetime",
        [RECIPIENT_DISCARDED] = "thrown away on purpose",
        [RECIPIENT_FORWARDED] = "sent on under another queue id",
    };
    static const enum recipient_state order[] = {
        RECIPIENT_DELIVERED, RECIPIENT_BOUNCED,   RECIPIENT_EXPIRED, RECIPIENT_DEFERRED,
        RECIPIENT_FORWARDED, RECIPIENT_DISCARDED, RECIPIENT_UNKNOWN};
    const struct summary *s = b->summary;
    uint64_t all = s->recipients.total - s->null_recipients.total;
    if (s->recipients.total == 0) {
        return;
    }
    strbuf_clear(&b->text);
    strbuf_add_cstr(&b->text, "recipients: ");
    format_count(&b->text, all);
    if (s->null_recipients.total > 0) {
        strbuf_add_cstr(&b->text, ", and ");
        format_count(&b->text, s->null_recipients.total);
        strbuf_add_cstr(&b->text, " of bounces left out");
    }
    struct section *section = document_section(b->document, "outcome", "OUTCOME",
                                               document_text(b->document, strbuf_span(&b->text)));
    struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        uint64_t count = s->recipients.by_state[order[i]] - s->null_recipients.by_state[order[i]];
        struct cell *cells = count > 0 ? table_row(b->document, table) : NULL;
        if (cells == NULL) {
            continue;
        }
        cells[0] = cell_words(recipient_state_name(order[i]));
        cells[1] = cell_count(count);
        cells[2] = cell_share(count, all);
        if (order[i] == RECIPIENT_DELIVERED) {
            say_delivered(b);
            cells[3] = cell_text(CELL_WORDS, document_text(b->document, strbuf_span(&b->text)));
        } else {
            cells[3] = cell_words(words[order[i]]);
        }
    }
    add_attempts(b, section);
}

void report_build_headline(const struct report *report, struct document *document)
{
    struct builder b = {.report = report, .summary = report->summary, .document = document};
    strbuf_init(&b.text, 65536);
    struct section *head = document_section(document, "head", "", SPAN_EMPTY);
    add_headline(&b, head);
    add_inputs(&b, head);
    add_caveats(&b, head);
    finding_report_build(report, document);
    add_outbound_refusals(&b);
    add_outcome(&b);
    add_inbound_refusals(&b);
    strbuf_free(&b.text);
}
