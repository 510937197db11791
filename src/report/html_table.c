/* Tables of a page. Each has a caption and headers with their scope; a cell carries its value for
 * sorting where its words do not sort by themselves. */
#include "report/html_part.h"

static bool is_number(enum cell_kind kind)
{
    return kind == CELL_COUNT || kind == CELL_SHARE || kind == CELL_SECONDS ||
           kind == CELL_INSTANT || kind == CELL_BAR;
}

static void add_bar(struct html *html, double part)
{
    strbuf_add_cstr(html->out, "<svg class=bar aria-hidden=true><rect width=\"");
    html_number(html, 100 * (part < 0 ? 0 : part > 1 ? 1 : part));
    strbuf_add_cstr(html->out, "%\" height=\"100%\" rx=\"2\"/></svg>");
}

void html_cell(struct html *html, const struct cell *cell)
{
    strbuf_clear(&html->cell);
    switch (cell->kind) {
    case CELL_NONE:
        return;
    case CELL_WORDS:
        html_text(html, span_trim(cell->text));
        return;
    case CELL_NAME:
        strbuf_add_cstr(html->out, "<bdi>");
        html_text(html, cell->text);
        strbuf_add_cstr(html->out, "</bdi>");
        return;
    case CELL_LOG:
        strbuf_add_cstr(html->out, "<bdi class=log>\xe2\x80\x9c");
        html_text(html, cell->text);
        strbuf_add_cstr(html->out, "\xe2\x80\x9d</bdi>");
        return;
    case CELL_COUNT:
        format_count(&html->cell, cell->count);
        break;
    case CELL_SHARE:
        format_share(&html->cell, cell->number);
        break;
    case CELL_SECONDS:
        format_seconds(&html->cell, cell->number);
        break;
    case CELL_INSTANT:
        format_instant(&html->cell, &cell->instant, FORMAT_DAY);
        break;
    case CELL_BAR:
        add_bar(html, cell->number);
        return;
    }
    html_text(html, strbuf_span(&html->cell));
}

/* The value a column is sorted by, where the words are not it. */
static void add_sort_value(struct html *html, const struct cell *cell)
{
    if (cell->kind == CELL_COUNT && cell->count >= 1000) {
        strbuf_addf(html->out, " data-v=%llu", (unsigned long long)cell->count);
    } else if (cell->kind == CELL_INSTANT) {
        strbuf_addf(html->out, " data-v=%lld", (long long)cell->instant.seconds);
    } else if (cell->kind == CELL_SHARE || cell->kind == CELL_SECONDS || cell->kind == CELL_BAR) {
        strbuf_addf(html->out, " data-v=%.6g", cell->number);
    }
}

/* The class of a column's cells: numbers at the right, a wrapping text, a bar. */
static const char *column_class(const struct column *column, enum cell_kind kind)
{
    if (kind == CELL_BAR) {
        return " class=b";
    }
    return column->right ? " class=n" : column->wraps ? " class=w" : "";
}

static void add_row(struct html *html, const struct table *table, const struct cell *cells)
{
    strbuf_add_cstr(html->out, "<tr>");
    for (size_t c = 0; c < table->column_count; c++) {
        const struct column *column = &table->columns[c];
        const struct cell *cell = &cells[c];
        bool header = c == 0 && !is_number(cell->kind) && cell->kind != CELL_NONE;
        bool below = c == 0 && cell->kind == CELL_WORDS && cell->text.n > 0 &&
                     cell->text.p[0] == ' '; /* part of the row above */
        strbuf_add_cstr(html->out, header ? "<th scope=row" : "<td");
        strbuf_add_cstr(html->out, below ? " class=in" : column_class(column, cell->kind));
        add_sort_value(html, cell);
        strbuf_add_byte(html->out, '>');
        html_cell(html, cell);
    }
    strbuf_add_byte(html->out, '\n');
}

static bool has_titles(const struct table *table)
{
    for (size_t c = 0; c < table->column_count; c++) {
        if (table->columns[c].title[0] != '\0') {
            return true;
        }
    }
    return false;
}

static void add_head(struct html *html, const struct table *table)
{
    strbuf_add_cstr(html->out, "<thead><tr>");
    for (size_t c = 0; c < table->column_count; c++) {
        const struct column *column = &table->columns[c];
        enum cell_kind kind = table->row_count > 0 ? table->cells[c].kind : CELL_NONE;
        bool named = column->title[0] != '\0';
        strbuf_add_cstr(html->out, named ? "<th scope=col" : "<td");
        strbuf_add_cstr(html->out, column_class(column, kind));
        strbuf_add_byte(html->out, '>');
        html_text(html, span_cstr(column->title));
    }
    strbuf_add_cstr(html->out, "</thead>\n");
}

/* Columns by number, for a narrow screen: there the wrapping text stands below the other cells. */
static void add_classes(struct html *html, const struct table *table)
{
    size_t wrapping = 0;
    for (size_t c = 1; c < table->column_count; c++) {
        wrapping += table->columns[c].wraps;
    }
    strbuf_addf(html->out, "<table class=\"%s%zu\">", wrapping > 0 ? "s c" : "c",
                table->column_count - wrapping);
}

void html_table(struct html *html, const struct section *section, const struct table *table)
{
    if (table->row_count == 0) {
        return;
    }
    strbuf_add_cstr(html->out, "<div class=scroll>");
    add_classes(html, table);
    strbuf_add_cstr(html->out, "<caption>");
    html_text(html, section->title);
    if (section->aside.n > 0) {
        strbuf_add_cstr(html->out, ": ");
        html_text(html, section->aside);
    }
    strbuf_add_cstr(html->out, "</caption>\n");
    if (has_titles(table)) {
        add_head(html, table);
    }
    strbuf_add_cstr(html->out, "<tbody>\n");
    for (size_t row = 0; row < table->row_count; row++) {
        add_row(html, table, &table->cells[row * table->column_count]);
    }
    strbuf_add_cstr(html->out, "</table></div>\n");
}
