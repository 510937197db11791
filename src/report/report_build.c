/* What the builders of sections share: words, sections, tables, rows. */
#include "report/report_build.h"

#include <stdio.h>

#define BAR_WIDTH 20

/* ---- words ---- */

struct span builder_words(struct report_builder *b, const char *key)
{
    struct span text = phrase_text(&b->phrases, key, PHRASE_MANY);
    return text.n > 0 ? text : builder_phrase(b, key, NULL, 0);
}

struct span builder_phrase(struct report_builder *b, const char *key,
                           const struct phrase_value *values, size_t count)
{
    struct strbuf text;
    strbuf_init(&text, 65536);
    phrase_add(&b->phrases, &text, key, values, count);
    return document_take(b->document, &text);
}

void builder_say(struct report_builder *b, const char *key, const struct phrase_value *values,
                 size_t count)
{
    if (b->text.length > 0) {
        strbuf_add_byte(&b->text, ' ');
    }
    phrase_add(&b->phrases, &b->text, key, values, count);
}

void builder_say_plain(struct report_builder *b, const char *key)
{
    builder_say(b, key, NULL, 0);
}

/* A paragraph that memory was short for is missing words. */
static void note_text(struct report_builder *b)
{
    if (strbuf_status(&b->text) == SMTPLOG_NO_MEMORY && b->document->status == SMTPLOG_OK) {
        b->document->status = SMTPLOG_NO_MEMORY;
    }
}

struct span builder_sentences(struct report_builder *b)
{
    note_text(b);
    return document_text(b->document, strbuf_span(&b->text));
}

void builder_paragraph(struct report_builder *b, struct section *section)
{
    if (section != NULL && b->text.length > 0) {
        section_paragraph(b->document, section, strbuf_span(&b->text));
    }
    note_text(b);
    strbuf_clear(&b->text);
}

struct span builder_join(struct report_builder *b, struct span head, struct span item)
{
    if (head.n == 0 || item.n == 0) {
        return head.n > 0 ? head : item;
    }
    return WORDS(b, "list/join", phrase_words("head", head), phrase_words("item", item));
}

/* ---- sections and tables ---- */

struct section *builder_section(struct report_builder *b, const char *key, struct span aside)
{
    char name[64];
    snprintf(name, sizeof name, "section/%s", key);
    return document_section(b->document, key, builder_words(b, name), aside);
}

struct table *builder_table(struct report_builder *b, struct section *section, const char *key,
                            const struct column *columns, size_t count)
{
    struct column *titled = section != NULL
                                ? arena_alloc(&b->document->arena, count * sizeof *titled)
                                : NULL;
    if (titled == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        titled[i] = columns[i];
        titled[i].title = columns[i].label != NULL ? builder_words(b, columns[i].label)
                                                   : SPAN_EMPTY;
    }
    struct table *table = section_table(b->document, section, titled, count);
    if (table != NULL) {
        table->key = key;
    }
    return table;
}

struct span builder_aside(struct report_builder *b, const char *unit_key, size_t shown, size_t all)
{
    struct span unit = builder_words(b, unit_key);
    if (shown >= all) {
        return unit;
    }
    return WORDS(b, "aside/shown", phrase_words("unit", unit), phrase_count("shown", shown),
                 phrase_count("all", all));
}

struct topk_row **builder_rows(struct report_builder *b, const struct topk *table, size_t *count)
{
    struct topk_row **rows = NULL;
    *count = 0;
    enum smtplog_status status = topk_sorted(table, b->report->top, &rows, count);
    if (status != SMTPLOG_OK && b->document->status == SMTPLOG_OK) {
        b->document->status = status;
    }
    return rows;
}

bool builder_filled(const struct report_builder *b, size_t count)
{
    return count > 0 || b->report->data;
}

struct section *builder_list(struct report_builder *b, const char *key, const char *unit_key,
                             size_t shown, size_t all)
{
    return builder_filled(b, shown)
               ? builder_section(b, key, builder_aside(b, unit_key, shown, all))
               : NULL;
}

size_t builder_top(const struct report_builder *b, size_t count)
{
    return b->report->top > 0 && b->report->top < count ? b->report->top : count;
}

struct table *builder_bars(struct report_builder *b, struct section *section, const char *key)
{
    static const struct column columns[] = {{.key = "figure", .audience = COLUMN_DATA},
                                            {.audience = COLUMN_PEOPLE},
                                            {.audience = COLUMN_PEOPLE, .width = BAR_WIDTH},
                                            {.key = "count", .right = true},
                                            {.key = "share", .right = true}};
    return TABLE(b, section, key, columns);
}

void builder_bar(struct report_builder *b, struct table *table, const char *figure, unsigned indent,
                 uint64_t count, uint64_t whole)
{
    char label[64];
    snprintf(label, sizeof label, "figure/%s", figure);
    struct cell *cells = builder_filled(b, count) ? table_row(b->document, table) : NULL;
    if (cells != NULL) {
        cells[0] = cell_words(figure);
        cells[1] = cell_text(CELL_WORDS, builder_words(b, label));
        cells[1].indent = indent;
        cells[2] = cell_number(CELL_BAR, whole > 0 ? (double)count / (double)whole : 0);
        cells[3] = cell_count(count);
        cells[4] = cell_share(count, whole);
    }
}
