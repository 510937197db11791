/* A document as Markdown. Names and texts from a log stand in code spans, where no site makes a
 * message or a link of them. */
#include "report/markdown_renderer.h"

#include "report/cell.h"
#include "report/escape.h"

static bool is_bar(const struct table *table, size_t column)
{
    return table->row_count > 0 && table_cell(table, 0, column)->kind == CELL_BAR;
}

/* The columns people get, but for bars, which need a fixed pitch. */
static size_t find_columns(const struct table *table, size_t places[TABLE_COLUMNS])
{
    size_t all[TABLE_COLUMNS];
    size_t count = 0;
    size_t found = table_columns(table, COLUMN_PEOPLE, all);
    for (size_t c = 0; c < found; c++) {
        if (!is_bar(table, all[c])) {
            places[count++] = all[c];
        }
    }
    return count;
}

static void add_cell(struct strbuf *out, const struct figure_style *figures,
                     const struct cell *cell)
{
    /* A level down, as a table has no other way to say it. */
    strbuf_add_repeat(out, "&nbsp;&nbsp;", cell->indent);
    switch (cell->kind) {
    case CELL_NAME:
    case CELL_LOG:
        escape_markdown_code(out, cell->text);
        break;
    case CELL_WORDS:
        escape_markdown(out, cell->text);
        break;
    default:
        cell_add_figure(out, figures, cell);
        break;
    }
}

static void add_row(struct strbuf *out, const struct figure_style *figures,
                    const struct table *table, const size_t *places, size_t count, size_t row)
{
    for (size_t c = 0; c < count; c++) {
        strbuf_add_cstr(out, c > 0 ? " | " : "| ");
        add_cell(out, figures, table_cell(table, row, places[c]));
    }
    strbuf_add_cstr(out, " |\n");
}

/* Items: the words of each row, whatever the mark before them. */
static void add_list(struct strbuf *out, const struct figure_style *figures,
                     const struct table *table)
{
    for (size_t row = 0; row < table->row_count; row++) {
        strbuf_add_cstr(out, "- ");
        add_cell(out, figures, table_cell(table, row, table->column_count - 1));
        strbuf_add_byte(out, '\n');
    }
    strbuf_add_cstr(out, table->row_count > 0 ? "\n" : "");
}

static void add_table(struct strbuf *out, const struct figure_style *figures,
                      const struct table *table)
{
    size_t places[TABLE_COLUMNS];
    size_t count = find_columns(table, places);
    if (table->row_count == 0 || count == 0) {
        return;
    }
    if (table->list) {
        add_list(out, figures, table);
        return;
    }
    for (size_t c = 0; c < count; c++) {
        strbuf_add_cstr(out, c > 0 ? " | " : "| ");
        escape_markdown(out, table->columns[places[c]].title);
    }
    strbuf_add_cstr(out, " |\n");
    for (size_t c = 0; c < count; c++) {
        strbuf_add_cstr(out, table->columns[places[c]].right ? "| ---: " : "| --- ");
    }
    strbuf_add_cstr(out, "|\n");
    for (size_t row = 0; row < table->row_count; row++) {
        add_row(out, figures, table, places, count, row);
    }
    strbuf_add_byte(out, '\n');
}

static void add_paragraph(struct strbuf *out, struct span text, const char *mark)
{
    if (text.n > 0) {
        strbuf_add_cstr(out, mark);
        escape_markdown(out, text);
        strbuf_addf(out, "%s\n\n", mark);
    }
}

enum smtplog_status markdown_render(const struct document *document, struct strbuf *out)
{
    for (const struct section *s = document->first; s != NULL; s = s->next) {
        if (s->title.n > 0) {
            strbuf_add_cstr(out, "### ");
            escape_markdown(out, s->title);
            strbuf_add_cstr(out, "\n\n");
        }
        add_paragraph(out, s->aside, "*");
        bool first = s == document->first && s->title.n == 0;
        for (const struct block *block = s->first; block != NULL; block = block->next) {
            if (block->kind == BLOCK_TABLE) {
                add_table(out, document->figures, block->table);
            } else if (block->kind != BLOCK_CHART) {
                add_paragraph(out, block->text, first ? "**" : "");
                first = false;
            }
        }
    }
    while (out->length > 1 && out->bytes[out->length - 1] == '\n' &&
           out->bytes[out->length - 2] == '\n') {
        out->length--;
    }
    return document->status != SMTPLOG_OK ? document->status : strbuf_status(out);
}
