/* Reply codes with what they are and what to do, and the reasons behind refusals. */
#include <stdlib.h>

#include "report/report_chart.h"
#include "report/section.h"

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

/* Who gave a code: for programs, and in words. */
static void add_direction(struct report_builder *b, const struct code_count *code,
                          struct cell cells[2])
{
    static const char *const names[] = {"", "in", "out", "both"};
    bool in = code->direction[DIRECTION_INBOUND] > 0 || code->implied > 0;
    bool out = code->direction[DIRECTION_OUTBOUND] > 0;
    struct span words = SPAN_EMPTY;
    if (in || out) {
        words = builder_words(b, in && out ? "direction/both"
                                 : in      ? "direction/in"
                                           : "direction/out");
    }
    cells[0] = cell_words(names[in + 2 * out]);
    cells[1] = cell_text(CELL_WORDS, words);
}

/* The reason that most of a code's refusals had, NULL when none is known. */
static const struct word_count *main_class(const struct code_count *code)
{
    const struct word_count *most = NULL;
    for (size_t i = 0; i < code->class_count; i++) {
        bool named = !span_is(code->classes[i].word, "unknown");
        if (named && (most == NULL || code->classes[i].count > most->count)) {
            most = &code->classes[i];
        }
    }
    return most;
}

/* What the code is, what most of them were, what to do. */
static struct span explain_code(struct report_builder *b, int number, const struct code_count *code)
{
    const struct catalog_entry *entry = catalog_reply(b->report->catalog, number);
    struct phrase_value what = phrase_words("what", catalog_text(entry, "short"));
    struct phrase_value todo = phrase_words("todo", catalog_text(entry, "action"));
    const struct word_count *most = main_class(code);
    if (b->report->explain == REPORT_EXPLAIN_NONE) {
        return SPAN_EMPTY;
    }
    if (entry == NULL) {
        return builder_words(b, "codes/no-standard");
    }
    if (b->report->explain == REPORT_EXPLAIN_FULL) {
        return WORDS(b, "codes/explained-full", what, todo,
                     phrase_words("meaning", catalog_text(entry, "meaning")));
    }
    if (number < 400) {
        return what.text;
    }
    if (most != NULL && code->count > 0) {
        return WORDS(b, "codes/explained-class", what,
                     phrase_percent("percent", most->count, code->count),
                     phrase_words("class", most->word), todo);
    }
    return WORDS(b, "codes/explained", what, todo);
}

/* "18", or "18 +12" with the refusals beside that show no code. */
static struct cell count_with_implied(struct report_builder *b, const struct code_count *code)
{
    return code->implied == 0
               ? cell_count(code->count)
               : cell_text(CELL_WORDS,
                           WORDS(b, "codes/count-implied", phrase_count("count", code->count),
                                 phrase_count("implied", code->implied)));
}

static void add_code_rows(struct report_builder *b, struct table *table,
                          const struct code_rank *ranks, size_t shown, uint64_t all)
{
    for (size_t i = 0; i < shown; i++) {
        const struct code_count *code = &b->summary->code[ranks[i].code];
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            return;
        }
        cells[0].kind = CELL_CODE;
        cells[0].count = (uint64_t)ranks[i].code;
        cells[1] = count_with_implied(b, code);
        cells[2] = cell_count(code->count);
        cells[3] = cell_count(code->implied);
        cells[4] = cell_share(code->count, all);
        add_direction(b, code, cells + 5);
        cells[7] = cell_words(main_stage(code));
        cells[8] = cell_text(CELL_WORDS, explain_code(b, ranks[i].code, code));
    }
}

void build_codes(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "code", .label = "column/code"},
        {.label = "column/count", .audience = COLUMN_PEOPLE, .right = true},
        {.key = "count", .audience = COLUMN_DATA},
        {.key = "implied", .audience = COLUMN_DATA},
        {.key = "share", .label = "column/share", .right = true},
        {.key = "direction", .audience = COLUMN_DATA},
        {.label = "column/direction", .audience = COLUMN_PEOPLE},
        {.key = "stage", .label = "column/stage"},
        {.key = "meaning", .label = "column/what-and-do", .wraps = true}};
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
    if (!builder_filled(b, count)) {
        return;
    }
    qsort(ranks, count, sizeof ranks[0], compare_ranks);
    size_t shown = b->report->data ? count : builder_top(b, count);
    struct section *section = builder_section(b, "codes",
                                              builder_aside(b, "unit/replies", shown, count));
    report_chart_code(b, section);
    struct table *table = TABLE(b, section, "codes", columns);
    add_code_rows(b, table, ranks, shown, all);
    if (implied > 0) {
        SAY(b, "codes/implied", phrase_count("refusals", implied));
        builder_paragraph(b, section);
    }
}

/* ---- reasons ---- */

static struct span explain_class(struct report_builder *b, struct span name)
{
    const struct catalog_entry *entry = catalog_class(b->report->catalog, name);
    struct phrase_value who = phrase_words("who", catalog_text(entry, "who"));
    struct phrase_value todo = phrase_words("todo", catalog_text(entry, "action"));
    switch (b->report->explain) {
    case REPORT_EXPLAIN_NONE:
        return SPAN_EMPTY;
    case REPORT_EXPLAIN_SHORT:
        break;
    case REPORT_EXPLAIN_FULL:
        return WORDS(b, "classes/advice-full", who, todo,
                     phrase_words("meaning", catalog_text(entry, "meaning")));
    }
    return WORDS(b, "classes/advice", who, todo);
}

void build_classes(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "class", .label = "column/class"},
        {.key = "count", .label = "column/count", .right = true},
        {.key = "advice", .label = "column/whose-and-do", .wraps = true}};
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, &b->summary->classes, &count);
    struct section *section = builder_list(b, "classes", "unit/failures", count,
                                           b->summary->classes.count);
    struct table *table = TABLE(b, section, "classes", columns);
    for (size_t i = 0; i < count; i++) {
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(rows[i]->count);
        cells[2] = cell_text(CELL_WORDS, explain_class(b, rows[i]->key));
    }
    free(rows);
}
