/* Connections, encryption, and what rules did without refusing, in full detail. */
#include <stdlib.h>

#include "report/section.h"

/* A row for each key of three words and its count. */
static void add_words(struct report_builder *b, struct table *table, const struct topk *words,
                      enum cell_kind last)
{
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, words, &count);
    for (size_t i = 0; i < count; i++) {
        struct span rest = rows[i]->key;
        struct span first = SPAN_EMPTY;
        struct span second = SPAN_EMPTY;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL || !span_next_piece(&rest, '\t', &first) ||
            !span_next_piece(&rest, '\t', &second)) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, first);
        cells[1] = cell_text(CELL_NAME, second);
        cells[2] = cell_text(last, rest);
        cells[3] = cell_count(rows[i]->count);
    }
    free(rows);
}

/* What broke off, in words: the catalogue has some for what our own pattern files call it. */
static struct span problem_words(struct report_builder *b, struct span what)
{
    char key[64] = "problem/";
    size_t n = strlen(key);
    for (size_t i = 0; i < what.n && n + 1 < sizeof key; i++) {
        key[n++] = what.p[i] == ' ' ? '-' : byte_lower(what.p[i]);
    }
    key[n] = '\0';
    struct span words = phrase_text(&b->phrases, key, PHRASE_MANY);
    return words.n > 0 ? words : what;
}

static void add_problems(struct report_builder *b, struct table *table)
{
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, &b->summary->flow.problems, &count);
    for (size_t i = 0; i < count; i++) {
        struct span rest = rows[i]->key;
        struct span direction = SPAN_EMPTY;
        struct span what = SPAN_EMPTY;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL || !span_next_piece(&rest, '\t', &direction) ||
            !span_next_piece(&rest, '\t', &what)) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, direction);
        cells[1] = cell_text(CELL_NAME, what);
        cells[2] = cell_text(CELL_WORDS, problem_words(b, what));
        cells[3] = cell_text(CELL_NAME, rest);
        cells[4] = cell_count(rows[i]->count);
    }
    free(rows);
}

static void say_encryption(struct report_builder *b, struct section *section)
{
    const struct flow *flow = &b->summary->flow;
    uint64_t out = flow->deliveries[ENCRYPTION_TLS] + flow->deliveries[ENCRYPTION_NONE];
    uint64_t in = flow->arrivals[ENCRYPTION_TLS] + flow->arrivals[ENCRYPTION_NONE];
    if (out > 0) {
        SAY(b, "tls/deliveries", phrase_count("tls", flow->deliveries[ENCRYPTION_TLS]),
            phrase_count("all", out),
            phrase_percent("percent", flow->deliveries[ENCRYPTION_TLS], out));
    }
    if (in > 0) {
        SAY(b, "tls/arrivals", phrase_count("tls", flow->arrivals[ENCRYPTION_TLS]),
            phrase_count("all", in), phrase_percent("percent", flow->arrivals[ENCRYPTION_TLS], in));
    }
    builder_paragraph(b, section);
}

void build_tls(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "direction", .label = "column/direction"},
        {.key = "level", .label = "column/level"},
        {.key = "version", .label = "column/version", .wraps = true},
        {.key = "count", .label = "column/count", .right = true}};
    const struct flow *flow = &b->summary->flow;
    uint64_t told = flow->deliveries[ENCRYPTION_TLS] + flow->deliveries[ENCRYPTION_NONE] +
                    flow->arrivals[ENCRYPTION_TLS] + flow->arrivals[ENCRYPTION_NONE];
    if (told + flow->handshakes.count == 0) {
        return;
    }
    struct section *section = builder_section(b, "tls", builder_words(b, "unit/handshakes"));
    say_encryption(b, section);
    add_words(b, TABLE(b, section, "tls", columns), &flow->handshakes, CELL_NAME);
}

void build_connections(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "direction", .label = "column/direction"},
        {.key = "what", .audience = COLUMN_DATA},
        {.label = "column/what", .audience = COLUMN_PEOPLE},
        {.key = "stage", .label = "column/stage", .wraps = true},
        {.key = "count", .label = "column/count", .right = true}};
    const struct flow *flow = &b->summary->flow;
    if (flow->opened + flow->problems.count == 0) {
        return;
    }
    struct section *section = builder_section(b, "connections",
                                              builder_words(b, "unit/connections"));
    if (flow->opened > 0) {
        SAY(b, "connections/opened", phrase_count("count", flow->opened));
        if (flow->encrypted > 0) {
            SAY(b, "connections/encrypted", phrase_count("tls", flow->encrypted),
                phrase_percent("percent", flow->encrypted, flow->opened));
        }
        builder_paragraph(b, section);
    }
    add_problems(b, TABLE(b, section, "connections", columns));
}

void build_actions(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "action", .label = "column/action"},
        {.key = "count", .label = "column/count", .right = true}};
    static const struct column texts[] = {{.key = "action", .label = "column/action"},
                                          {.key = "stage", .label = "column/stage"},
                                          {.key = "text", .label = "column/text", .wraps = true},
                                          {.key = "count", .label = "column/count", .right = true}};
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, &b->summary->actions, &count);
    if (count > 0) {
        struct section *section = builder_section(b, "actions", builder_words(b, "unit/lines"));
        struct table *table = TABLE(b, section, "actions", columns);
        for (size_t i = 0; i < count; i++) {
            struct cell *cells = table_row(b->document, table);
            if (cells != NULL) {
                cells[0] = cell_text(CELL_NAME, rows[i]->key);
                cells[1] = cell_count(rows[i]->count);
            }
        }
        add_words(b, TABLE(b, section, "action_texts", texts), &b->summary->flow.action_texts,
                  CELL_LOG);
    }
    free(rows);
}

/* ---- texts by what they led to ---- */

void build_reasons(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "text", .label = "column/text", .wraps = true},
        {.key = "deferred", .label = "column/deferred-short", .right = true},
        {.key = "bounced", .label = "column/bounced-short", .right = true},
        {.key = "expired", .label = "column/expired-short", .right = true},
        {.key = "rejected", .label = "column/rejected-short", .right = true}};
    const struct topk *all = &b->summary->templates;
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, all, &count);
    if (count > 0) {
        struct section *section = builder_section(
            b, "reasons", builder_aside(b, "unit/attempts-and-rejects", count, all->count));
        struct table *table = TABLE(b, section, "reasons", columns);
        for (size_t i = 0; i < count; i++) {
            const struct template_row *row = rows[i]->value;
            struct cell *cells = table_row(b->document, table);
            if (cells == NULL) {
                break;
            }
            cells[0] = cell_text(CELL_LOG, rows[i]->key);
            cells[1] = count_or_nothing(row->outcome[OUTCOME_DEFERRED]);
            cells[2] = count_or_nothing(row->outcome[OUTCOME_BOUNCED]);
            cells[3] = count_or_nothing(row->outcome[OUTCOME_EXPIRED]);
            cells[4] = count_or_nothing(row->outcome[OUTCOME_REJECTED]);
        }
    }
    free(rows);
}
