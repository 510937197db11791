/* Reply code, enhanced code and outcome as three axes: the matrix, and what does not fit together.
 */
#include "report/report_matrix.h"

#include "report/section.h"

const char *matrix_phrase(enum contradiction contradiction)
{
    static const char *const keys[CONTRADICTIONS] = {
        "contradiction/permanent-code-temporary-enhanced",
        "contradiction/temporary-code-permanent-enhanced",
        "contradiction/success-code-failure-enhanced",
        "contradiction/permanent-greeting-deferred",
        "contradiction/permanent-login-deferred",
        "contradiction/permanent-reply-deferred",
        "contradiction/temporary-reply-bounced",
        "contradiction/unknown-user-temporary"};
    return keys[contradiction];
}

void build_contradictions(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "contradiction", .audience = COLUMN_DATA},
        {.key = "count", .label = "column/count", .right = true},
        {.key = "meaning", .label = "column/meaning", .wraps = true},
        {.key = "sample", .label = "column/sample", .wraps = true}};
    struct section *section = NULL;
    struct table *table = NULL;
    for (int c = 0; c < CONTRADICTIONS; c++) {
        const struct contradiction_row *row = &b->summary->matrix.contradictions[c];
        if (row->count == 0) {
            continue;
        }
        if (table == NULL) {
            section = builder_section(b, "contradictions", builder_words(b, "unit/replies"));
            table = TABLE(b, section, "contradictions", columns);
        }
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            return;
        }
        cells[0] = cell_words(contradiction_name((enum contradiction)c));
        cells[1] = cell_count(row->count);
        cells[2] = cell_text(CELL_WORDS, builder_words(b, matrix_phrase((enum contradiction)c)));
        cells[3] = cell_text(CELL_LOG, span_cstr(row->sample));
    }
}

/* ---- the matrix ---- */

/* One row a code and digit of the enhanced code, one column an outcome. */
static const enum event_outcome shown_outcomes[] = {OUTCOME_DELIVERED, OUTCOME_DEFERRED,
                                                    OUTCOME_BOUNCED,   OUTCOME_EXPIRED,
                                                    OUTCOME_DISCARDED, OUTCOME_REJECTED};

static void add_matrix_row(struct report_builder *b, struct table *table, int code, int enhanced)
{
    static const char *const digits[MATRIX_ENHANCED] = {"none", "2.x", "4.x", "5.x"};
    const uint64_t *counts = b->summary->matrix.cell[code][enhanced];
    uint64_t all = 0;
    for (size_t i = 0; i < COUNT_OF(shown_outcomes); i++) {
        all += counts[shown_outcomes[i]];
    }
    struct cell *cells = all > 0 ? table_row(b->document, table) : NULL;
    if (cells == NULL) {
        return;
    }
    cells[0] = (struct cell){.kind = CELL_CODE, .count = (uint64_t)code};
    cells[1] = cell_words(digits[enhanced]);
    cells[2] = enhanced == ENHANCED_NONE
                   ? cell_text(CELL_WORDS, builder_words(b, "matrix/no-enhanced"))
                   : cell_words(digits[enhanced]);
    for (size_t i = 0; i < COUNT_OF(shown_outcomes); i++) {
        cells[3 + i] = count_or_nothing(counts[shown_outcomes[i]]);
    }
}

void build_matrix(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "code", .label = "column/code"},
        {.key = "enhanced", .audience = COLUMN_DATA},
        {.label = "column/enhanced", .audience = COLUMN_PEOPLE},
        {.key = "delivered", .label = "column/delivered-short", .right = true},
        {.key = "deferred", .label = "column/deferred-short", .right = true},
        {.key = "bounced", .label = "column/bounced-short", .right = true},
        {.key = "expired", .label = "column/expired-short", .right = true},
        {.key = "discarded", .label = "column/discarded-short", .right = true},
        {.key = "rejected", .label = "column/rejected-short", .right = true}};
    bool any = false;
    const uint64_t *cells = &b->summary->matrix.cell[0][0][0];
    for (size_t i = 0; i < sizeof b->summary->matrix.cell / sizeof *cells; i++) {
        any |= cells[i] > 0;
    }
    if (!any) {
        return;
    }
    struct section *section = builder_section(b, "matrix", builder_words(b, "unit/replies"));
    struct table *table = TABLE(b, section, "matrix", columns);
    for (int code = 0; code < MATRIX_CODES; code++) {
        for (int enhanced = 0; enhanced < MATRIX_ENHANCED; enhanced++) {
            add_matrix_row(b, table, code, enhanced);
        }
    }
}
