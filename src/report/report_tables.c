/* The tables of the report: codes, reasons, domains, peers, texts, times, warnings, what was not
 * understood. */
#include <stdlib.h>

#include "report/report_build.h"
#include "report/report_chart.h"

#define BAR_WIDTH     24
#define TIMELINE_ROWS 48

struct builder {
    const struct report *report;
    const struct summary *summary;
    struct document *document;
};

/* "shown of all" beside a title when rows were left out. */
static struct span aside_shown(struct builder *b, const char *unit, size_t shown, size_t all)
{
    if (shown >= all) {
        return document_printf(b->document, "%s", unit);
    }
    return document_printf(b->document, "%s; %zu of %zu, --top 0 shows all", unit, shown, all);
}

static struct topk_row **sorted_rows(struct builder *b, const struct topk *table, size_t *count)
{
    struct topk_row **rows = NULL;
    *count = 0;
    enum smtplog_status status = topk_sorted(table, b->report->top, &rows, count);
    if (status != SMTPLOG_OK && b->document->status == SMTPLOG_OK) {
        b->document->status = status;
    }
    return rows;
}

static struct cell count_or_nothing(uint64_t count)
{
    return count > 0 ? cell_count(count) : (struct cell){.kind = CELL_NONE};
}

/* ---- reply codes -------------------------------------------------------------------------------
 */

struct code_rank {
    int code;
    uint64_t weight;
};

static int compare_ranks(const void *a, const void *b)
{
    const struct code_rank *x = a;
    const struct code_rank *y = b;
    if (x->weight != y->weight) {
        return x->weight > y->weight ? -1 : 1;
    }
    return x->code - y->code;
}

static const char *main_stage(const struct code_count *code)
{
    int best = STAGE_NONE;
    for (int stage = 1; stage < STAGES; stage++) {
        if (code->stage[stage] > code->stage[best] || best == STAGE_NONE) {
            best = code->stage[stage] > 0 ? stage : best;
        }
    }
    const char *word = event_value_name(EVENT_STAGE, best);
    return word != NULL ? word : "";
}

static const char *direction_word(const struct code_count *code)
{
    bool in = code->direction[DIRECTION_INBOUND] > 0 || code->implied > 0;
    bool out = code->direction[DIRECTION_OUTBOUND] > 0;
    return in && out ? "both" : in ? "in" : out ? "out" : "";
}

/* What the code is, what most of them were, what to do. */
static struct span explain_code(struct builder *b, int number, const struct code_count *code)
{
    const struct catalog_entry *entry = catalog_reply(b->report->catalog, number);
    struct span what = catalog_text(entry, "short");
    struct span todo = catalog_text(entry, "action");
    const struct word_count *most = NULL;
    for (size_t i = 0; i < code->class_count; i++) {
        bool named = !span_is(code->classes[i].word, "unknown");
        if (named && (most == NULL || code->classes[i].count > most->count)) {
            most = &code->classes[i];
        }
    }
    if (entry == NULL) {
        return SPAN_LITERAL("not a code of any standard; read the text");
    }
    if (number >= 400 && most != NULL && code->count > 0) {
        int part = (int)(100.0 * (double)most->count / (double)code->count + 0.5);
        return document_printf(b->document, "%.*s (%d %% %.*s): %.*s", SPAN_ARGS(what), part,
                               SPAN_ARGS(most->word), SPAN_ARGS(todo));
    }
    return number < 400
               ? what
               : document_printf(b->document, "%.*s: %.*s", SPAN_ARGS(what), SPAN_ARGS(todo));
}

/* "18", or "18 +12" with the refusals beside that show no code. */
static struct cell count_with_implied(struct builder *b, const struct code_count *code)
{
    struct strbuf text;
    if (code->implied == 0) {
        return cell_count(code->count);
    }
    strbuf_init(&text, 64);
    format_count(&text, code->count);
    strbuf_add_cstr(&text, " +");
    format_count(&text, code->implied);
    struct cell cell = cell_text(CELL_WORDS, document_text(b->document, strbuf_span(&text)));
    strbuf_free(&text);
    return cell;
}

static void add_codes(struct builder *b)
{
    static const struct column columns[] = {{.title = "code"},
                                            {.title = "count", .right = true},
                                            {.title = "share", .right = true},
                                            {.title = "dir"},
                                            {.title = "stage"},
                                            {.title = "what it is, and what to do", .wraps = true}};
    struct code_rank ranks[SUMMARY_CODES];
    size_t count = 0;
    uint64_t all = 0;
    uint64_t implied = 0;
    for (int code = 0; code < SUMMARY_CODES; code++) {
        const struct code_count *figures = &b->summary->code[code];
        all += figures->count;
        implied += figures->implied;
        if (figures->count + figures->implied > 0) {
            ranks[count++] = (struct code_rank){code, figures->count + figures->implied};
        }
    }
    if (count == 0) {
        return;
    }
    qsort(ranks, count, sizeof ranks[0], compare_ranks);
    size_t shown = b->report->top > 0 && b->report->top < count ? b->report->top : count;
    struct section *section = document_section(
        b->document, "codes", "REPLY CODES",
        aside_shown(b, "as logged, retries included", shown, count));
    report_chart_code(b->report, b->document, section);
    struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < shown; i++) {
        const struct code_count *code = &b->summary->code[ranks[i].code];
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            return;
        }
        cells[0] = cell_text(CELL_WORDS, document_printf(b->document, "%d", ranks[i].code));
        cells[1] = count_with_implied(b, code);
        cells[2] = cell_share(code->count, all);
        cells[3] = cell_words(direction_word(code));
        cells[4] = cell_words(main_stage(code));
        cells[5] = cell_text(CELL_WORDS, explain_code(b, ranks[i].code, code));
    }
    if (implied > 0) {
        section_paragraph(
            b->document, section,
            document_printf(b->document,
                            "+: %llu refusal%s no code in the log; what was sent follows "
                            "from the server's source (implied_code in JSON).",
                            (unsigned long long)implied,
                            implied == 1 ? " that shows" : "s that show"));
    }
}

/* ---- reasons ------------------------------------------------------------------------------------
 */

static void add_classes(struct builder *b)
{
    static const struct column columns[] = {{.title = "class"},
                                            {.title = "count", .right = true},
                                            {.title = "whose problem: what to do", .wraps = true}};
    size_t count = 0;
    struct topk_row **rows = sorted_rows(b, &b->summary->classes, &count);
    struct section *section = count > 0 ? document_section(
                                              b->document, "classes", "WHY",
                                              aside_shown(b, "refusals and failures, as logged",
                                                          count, b->summary->classes.count))
                                        : NULL;
    struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < count; i++) {
        const struct catalog_entry *entry = catalog_class(b->report->catalog, rows[i]->key);
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(rows[i]->count);
        struct span who = catalog_text(entry, "who");
        struct span todo = catalog_text(entry, "action");
        cells[2] = cell_text(CELL_WORDS, document_printf(b->document, "%.*s: %.*s", SPAN_ARGS(who),
                                                         SPAN_ARGS(todo)));
    }
    free(rows);
}

/* ---- domains, peers, clients
 * --------------------------------------------------------------------- */

/* Rows that mail was sent to, most attempts first; those that were only refused are another
 * table's. */
static struct topk_row **attempted_rows(struct builder *b, const struct topk *table, size_t *count)
{
    struct topk_row **rows = NULL;
    size_t all = 0;
    size_t kept = 0;
    enum smtplog_status status = topk_sorted(table, 0, &rows, &all);
    if (status != SMTPLOG_OK && b->document->status == SMTPLOG_OK) {
        b->document->status = status;
    }
    for (size_t i = 0; i < all; i++) {
        const struct traffic *row = rows[i]->value;
        if (row->attempts > 0) {
            rows[kept++] = rows[i];
        }
    }
    *count = kept;
    return rows;
}

static void add_traffic(struct builder *b, const char *key, const char *title, const char *unit,
                        const char *name_title, enum traffic_table which)
{
    const struct column columns[] = {
        {.title = name_title, .wraps = true}, {.title = "attempts", .right = true},
        {.title = "deliv.", .right = true},   {.title = "defer.", .right = true},
        {.title = "bounc.", .right = true},   {.title = "greyl.", .right = true},
        {.title = "95 % in", .right = true}};
    struct span kept = document_text(b->document, span_of((const char *)columns, sizeof columns));
    const struct topk *all = &b->summary->traffic[which];
    size_t count = 0;
    struct topk_row **rows = attempted_rows(b, all, &count);
    size_t shown = b->report->top > 0 && b->report->top < count ? b->report->top : count;
    struct section *section = shown > 0 ? document_section(b->document, key, title,
                                                           aside_shown(b, unit, shown, count))
                                        : NULL;
    if (which == TRAFFIC_DOMAIN) {
        report_chart_delay(b->document, section, all, rows, shown);
    }
    struct table *table = section_table(
        b->document, section, (const struct column *)(const void *)kept.p, COUNT_OF(columns));
    for (size_t i = 0; i < shown; i++) {
        struct traffic *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(row->attempts);
        cells[2] = count_or_nothing(row->delivered);
        cells[3] = count_or_nothing(row->deferred);
        cells[4] = count_or_nothing(row->bounced);
        cells[5] = count_or_nothing(row->greylisted);
        if (row->delay.count > 0) {
            cells[6] = cell_number(CELL_SECONDS, histogram_quantile(&row->delay, 0.95));
        }
    }
    if (section != NULL && all->replaced > 0) {
        section_paragraph(b->document, section,
                          document_printf(b->document,
                                          "Approximate: more names than the table holds; "
                                          "each count may be too high by %llu at most.",
                                          (unsigned long long)topk_error(all)));
    }
    free(rows);
}

/* What to do about the providers that refused us. */
static void add_provider_advice(struct builder *b)
{
    static const struct column columns[] = {{.title = ""}, {.title = "", .wraps = true}};
    size_t count = 0;
    struct topk_row **rows = attempted_rows(b, &b->summary->traffic[TRAFFIC_PROVIDER], &count);
    size_t shown = b->report->top > 0 && b->report->top < count ? b->report->top : count;
    struct table *table = NULL;
    for (size_t i = 0; i < shown; i++) {
        const struct traffic *row = rows[i]->value;
        const struct catalog_entry *entry = catalog_find(b->report->catalog, "provider",
                                                         rows[i]->key);
        struct span todo = catalog_text(entry, "action");
        if (row->deferred + row->bounced == 0 || todo.n == 0) {
            continue;
        }
        if (table == NULL) {
            table = section_table(b->document, b->document->last, columns, COUNT_OF(columns));
        }
        struct cell *cells = table_row(b->document, table);
        if (cells != NULL) {
            cells[0] = cell_text(CELL_NAME, rows[i]->key);
            cells[1] = cell_text(CELL_WORDS, todo);
        }
    }
    free(rows);
}

static void add_clients(struct builder *b)
{
    static const struct column columns[] = {{.title = "client", .wraps = true},
                                            {.title = "refused", .right = true},
                                            {.title = "greylisted", .right = true}};
    const struct topk *all = &b->summary->traffic[TRAFFIC_CLIENT];
    size_t count = 0;
    struct topk_row **rows = sorted_rows(b, all, &count);
    struct section *section = count > 0 ? document_section(
                                              b->document, "clients", "CLIENTS WE REFUSED",
                                              aside_shown(b, "reject lines", count, all->count))
                                        : NULL;
    struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < count; i++) {
        const struct traffic *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(row->rejected);
        cells[2] = count_or_nothing(row->greylisted);
    }
    free(rows);
}

/* ---- texts
 * --------------------------------------------------------------------------------------- */

static void add_texts(struct builder *b)
{
    static const struct column columns[] = {
        {.title = "count", .right = true}, {.title = "class"}, {.title = "text", .wraps = true}};
    const struct topk *all = &b->summary->templates;
    size_t count = 0;
    struct topk_row **rows = sorted_rows(b, all, &count);
    struct section *section = count > 0 ? document_section(
                                              b->document, "texts", "REFUSAL TEXTS",
                                              aside_shown(b, "addresses, hosts and ids put aside",
                                                          count, all->count))
                                        : NULL;
    struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < count; i++) {
        const struct template_row *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_count(rows[i]->count);
        cells[1] = cell_words(row->class_name);
        cells[2] = cell_text(CELL_LOG, rows[i]->key);
    }
    free(rows);
}

/* ---- times
 * --------------------------------------------------------------------------------------- */

static uint64_t slot_attempts(const struct timeline_slot *slot)
{
    return slot->count[TIMELINE_DELIVERED] + slot->count[TIMELINE_DEFERRED] +
           slot->count[TIMELINE_BOUNCED];
}

static void add_timeline_row(struct builder *b, struct table *table,
                             const struct timeline_slot *slot, bool daily, uint64_t highest)
{
    struct civil c;
    struct cell *cells = table_row(b->document, table);
    if (cells == NULL) {
        return;
    }
    uint64_t all = slot_attempts(slot) + slot->count[TIMELINE_REJECTED];
    civil_from_seconds(slot->start + slot->offset, &c);
    cells[0] = cell_text(
        CELL_WORDS, daily ? document_printf(b->document, "%04d-%02d-%02d", c.year, c.month, c.day)
                          : document_printf(b->document, "%02d-%02d %02d:%02d", c.month, c.day,
                                            c.hour, c.minute));
    cells[1] = cell_number(CELL_BAR, highest > 0 ? (double)all / (double)highest : 0);
    cells[2] = count_or_nothing(slot->count[TIMELINE_DELIVERED]);
    cells[3] = count_or_nothing(slot->count[TIMELINE_DEFERRED]);
    cells[4] = count_or_nothing(slot->count[TIMELINE_BOUNCED]);
    cells[5] = count_or_nothing(slot->count[TIMELINE_REJECTED]);
}

/* Folds hours into days, so that a long log fits on a page. */
static size_t fold_days(const struct timeline *timeline, struct timeline_slot *days)
{
    size_t count = 0;
    for (size_t i = 0; i < timeline->count; i++) {
        struct timeline_slot slot = timeline->slots[i];
        int64_t local = slot.start + slot.offset;
        slot.start = local - (local % CIVIL_DAY + CIVIL_DAY) % CIVIL_DAY - slot.offset;
        int64_t day = slot.start + slot.offset;
        if (count > 0 && days[count - 1].start + days[count - 1].offset == day) {
            for (size_t k = 0; k < TIMELINE_SERIES; k++) {
                days[count - 1].count[k] += slot.count[k];
            }
        } else {
            days[count++] = slot;
        }
    }
    return count;
}

static void add_timeline(struct builder *b)
{
    static const struct column columns[] = {{.title = ""},
                                            {.title = "", .width = BAR_WIDTH},
                                            {.title = "delivered", .right = true},
                                            {.title = "deferred", .right = true},
                                            {.title = "bounced", .right = true},
                                            {.title = "rejected", .right = true}};
    const struct timeline *timeline = &b->summary->timeline;
    struct timeline_slot *slots = malloc((timeline->count + 1) * sizeof *slots);
    if (slots == NULL || timeline->count == 0) {
        free(slots);
        return;
    }
    bool daily = timeline->seconds > 3600 || timeline->count > TIMELINE_ROWS;
    size_t count = timeline->count;
    if (daily && timeline->seconds == 3600) {
        count = fold_days(timeline, slots);
    } else {
        memcpy(slots, timeline->slots, count * sizeof *slots);
    }
    uint64_t highest = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t all = slot_attempts(&slots[i]) + slots[i].count[TIMELINE_REJECTED];
        highest = all > highest ? all : highest;
    }
    if (highest > 0) {
        struct section *section = document_section(
            b->document, "timeline", "TIMELINE",
            daily ? SPAN_LITERAL("attempts and rejects by day")
                  : SPAN_LITERAL("attempts and rejects by hour"));
        report_chart_timeline(b->report, b->document, section);
        struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
        for (size_t i = 0; i < count; i++) {
            add_timeline_row(b, table, &slots[i], daily, highest);
        }
    }
    free(slots);
}

/* ---- log-ins, warnings, not understood
 * ------------------------------------------------------------ */

static void add_auth(struct builder *b)
{
    static const struct column columns[] = {{.title = "client", .wraps = true},
                                            {.title = "failed", .right = true}};
    const struct summary *s = b->summary;
    size_t count = 0;
    if (s->auth_failed == 0) {
        return;
    }
    struct topk_row **rows = sorted_rows(b, &s->auth_clients, &count);
    struct section *section = document_section(
        b->document, "auth", "LOG-INS THAT FAILED",
        document_printf(b->document, "failed %llu, successful %llu",
                        (unsigned long long)s->auth_failed, (unsigned long long)s->auth_ok));
    struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < count; i++) {
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(rows[i]->count);
    }
    free(rows);
}

static void add_warnings(struct builder *b)
{
    static const struct column columns[] = {
        {.title = "count", .right = true}, {.title = "daemon"}, {.title = "text", .wraps = true}};
    size_t count = 0;
    struct topk_row **rows = sorted_rows(b, &b->summary->warnings, &count);
    struct section *section = count > 0
                                  ? document_section(
                                        b->document, "warnings", "THE SERVER'S OWN WARNINGS",
                                        aside_shown(b, "lines", count, b->summary->warnings.count))
                                  : NULL;
    struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < count; i++) {
        const struct sample_row *row = rows[i]->value;
        struct span rest = rows[i]->key;
        struct span severity = SPAN_EMPTY;
        struct span daemon = SPAN_EMPTY;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL || !span_next_piece(&rest, '\t', &severity) ||
            !span_next_piece(&rest, '\t', &daemon)) {
            break;
        }
        bool plain = span_is(severity, "warning");
        cells[0] = cell_count(rows[i]->count);
        cells[1] = cell_text(CELL_NAME, daemon);
        cells[2] = cell_text(CELL_LOG,
                             document_printf(b->document, "%.*s%s%s", plain ? 0 : (int)severity.n,
                                             severity.p, plain ? "" : ": ", row->sample));
    }
    free(rows);
}

static void add_not_understood(struct builder *b)
{
    static const struct column columns[] = {
        {.title = "count", .right = true}, {.title = "first at"}, {.title = "line", .wraps = true}};
    size_t count = 0;
    struct topk_row **rows = sorted_rows(b, &b->summary->unknown, &count);
    struct section *section = count > 0
                                  ? document_section(
                                        b->document, "unknown", "NOT UNDERSTOOD",
                                        aside_shown(b,
                                                    "lines of mail daemons that match no pattern",
                                                    count, b->summary->unknown.count))
                                  : NULL;
    struct table *table = section_table(b->document, section, columns, COUNT_OF(columns));
    for (size_t i = 0; i < count; i++) {
        const struct sample_row *row = rows[i]->value;
        struct span path = b->report->inputs[row->file].path;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        size_t slash = path.n;
        while (slash > 0 && path.p[slash - 1] != '/') {
            slash--;
        }
        path = span_from(path, slash);
        cells[0] = cell_count(rows[i]->count);
        cells[1] = cell_text(CELL_NAME, document_printf(b->document, "%.*s:%llu", SPAN_ARGS(path),
                                                        (unsigned long long)row->line));
        cells[2] = cell_text(CELL_LOG, span_cstr(row->sample));
    }
    free(rows);
}

void report_build_tables(const struct report *report, struct document *document)
{
    struct builder b = {report, report->summary, document};
    add_codes(&b);
    add_classes(&b);
    add_traffic(&b, "domains", "DOMAINS", "delivery attempts by recipient domain", "domain",
                TRAFFIC_DOMAIN);
    if (b.summary->traffic[TRAFFIC_PROVIDER].count > 0) {
        add_traffic(&b, "providers", "PROVIDERS", "delivery attempts by who runs the mailboxes",
                    "provider", TRAFFIC_PROVIDER);
        add_provider_advice(&b);
    }
    add_traffic(&b, "peers", "PEERS", "delivery attempts by the host we talked to", "peer",
                TRAFFIC_PEER);
    add_texts(&b);
    add_clients(&b);
    add_auth(&b);
    add_timeline(&b);
    add_warnings(&b);
    add_not_understood(&b);
}
