/* Tables of a page. Each has a caption and headers with their scope; a cell carries its value for
 * sorting where its words do not sort by themselves. */
#include "report/cell.h"
#include "report/html_part.h"

#define NUMBER_WIDTH 10
#define WORDS_WIDTH  36 /* of words on several lines */

static bool is_number(enum cell_kind kind)
{
    return kind == CELL_COUNT || kind == CELL_SHARE || kind == CELL_SECONDS ||
           kind == CELL_INSTANT || kind == CELL_BAR || kind == CELL_BYTES || kind == CELL_NUMBER;
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
    case CELL_CODE:
    case CELL_COUNT:
    case CELL_NUMBER:
    case CELL_SHARE:
    case CELL_SECONDS:
    case CELL_BYTES:
    case CELL_INSTANT:
        cell_add_figure(&html->cell, html->figures, cell);
        break;
    case CELL_BAR:
        add_bar(html, cell->number);
        return;
    }
    strbuf_inherit(html->out, &html->cell);
    html_text(html, strbuf_span(&html->cell));
}

/* The value a column is sorted by, where the words are not it. */
static void add_sort_value(struct html *html, const struct cell *cell)
{
    if ((cell->kind == CELL_COUNT || cell->kind == CELL_BYTES) && cell->count >= 1000) {
        strbuf_addf(html->out, " data-v=%llu", (unsigned long long)cell->count);
    } else if (cell->kind == CELL_INSTANT) {
        strbuf_addf(html->out, " data-v=%lld", (long long)cell->instant.seconds);
    } else if (cell->kind == CELL_SHARE || cell->kind == CELL_SECONDS || cell->kind == CELL_BAR ||
               cell->kind == CELL_NUMBER) {
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

/* The columns of a table that are shown. */
struct shown {
    const struct table *table;
    size_t count;
    size_t wrapping; /* of these but for the first, those that wrap */
    size_t place[TABLE_COLUMNS];
};

static void add_row(struct html *html, const struct shown *shown, size_t row)
{
    const struct cell *first = table_cell(shown->table, row, shown->place[0]);
    bool on = shown->wrapping > 0 && first->kind == CELL_NONE; /* goes on with the row above */
    strbuf_add_cstr(html->out, on ? "<tr class=on>" : "<tr>");
    for (size_t c = 0; c < shown->count; c++) {
        const struct column *column = &shown->table->columns[shown->place[c]];
        const struct cell *cell = table_cell(shown->table, row, shown->place[c]);
        bool header = c == 0 && !is_number(cell->kind) && cell->kind != CELL_NONE;
        bool below = c == 0 && cell->indent > 0; /* part of the row above */
        strbuf_add_cstr(html->out, header ? "<th scope=row" : "<td");
        strbuf_add_cstr(html->out, below ? " class=in" : column_class(column, cell->kind));
        add_sort_value(html, cell);
        if (shown->wrapping > 1 && c > 0 && column->wraps && column->title.n > 0) {
            strbuf_add_cstr(html->out,
                            " data-h=\""); /* stands before the words on a narrow screen */
            html_text(html, column->title);
            strbuf_add_byte(html->out, '"');
        }
        strbuf_add_byte(html->out, '>');
        html_cell(html, cell);
    }
    strbuf_add_byte(html->out, '\n');
}

static bool has_titles(const struct shown *shown)
{
    for (size_t c = 0; c < shown->count; c++) {
        if (shown->table->columns[shown->place[c]].title.n > 0) {
            return true;
        }
    }
    return false;
}

static void add_head(struct html *html, const struct shown *shown)
{
    strbuf_add_cstr(html->out, "<thead><tr>");
    for (size_t c = 0; c < shown->count; c++) {
        const struct column *column = &shown->table->columns[shown->place[c]];
        bool named = column->title.n > 0;
        strbuf_add_cstr(html->out, named ? "<th scope=col" : "<td");
        strbuf_add_cstr(html->out,
                        column_class(column, table_cell(shown->table, 0, shown->place[c])->kind));
        strbuf_add_byte(html->out, '>');
        html_text(html, column->title);
    }
    strbuf_add_cstr(html->out, "</thead>\n");
}

/* Columns by number, for a narrow screen: there the wrapping text stands below the other cells. */
static void add_classes(struct html *html, const struct shown *shown)
{
    strbuf_addf(html->out, "<table class=\"%s%zu\">", shown->wrapping > 0 ? "s c" : "c",
                shown->count - shown->wrapping);
}

size_t html_table_width(const struct table *table)
{
    size_t places[TABLE_COLUMNS];
    size_t count = table_columns(table, COLUMN_PEOPLE, places);
    size_t widest = 0;
    for (size_t row = 0; row < table->row_count; row++) {
        size_t width = 0;
        for (size_t c = 0; c < count; c++) {
            const struct cell *cell = table_cell(table, row, places[c]);
            bool words = cell->kind == CELL_WORDS && table->columns[places[c]].wraps;
            width += is_number(cell->kind)                 ? NUMBER_WIDTH
                     : words && cell->text.n > WORDS_WIDTH ? WORDS_WIDTH
                                                           : cell->text.n + 2;
        }
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void add_list(struct html *html, const struct table *table)
{
    strbuf_add_cstr(html->out, "<ul class=list>\n");
    for (size_t row = 0; row < table->row_count; row++) {
        strbuf_add_cstr(html->out, "<li>");
        html_cell(html, table_cell(table, row, table->column_count - 1));
        strbuf_add_byte(html->out, '\n');
    }
    strbuf_add_cstr(html->out, "</ul>\n");
}

void html_table(struct html *html, const struct section *section, const struct table *table)
{
    struct shown shown = {.table = table};
    shown.count = table_columns(table, COLUMN_PEOPLE, shown.place);
    for (size_t c = 1; c < shown.count; c++) {
        shown.wrapping += table->columns[shown.place[c]].wraps;
    }
    if (table->row_count == 0 || shown.count == 0) {
        return;
    }
    if (table->list) {
        add_list(html, table);
        return;
    }
    strbuf_add_cstr(html->out, "<div class=scroll>");
    add_classes(html, &shown);
    strbuf_add_cstr(html->out, "<caption>");
    if (section->aside.n == 0) {
        html_text(html, section->title);
    } else {
        html_label(html, section->title);
        html_text(html, section->aside);
    }
    strbuf_add_cstr(html->out, "</caption>\n");
    if (has_titles(&shown)) {
        add_head(html, &shown);
    }
    strbuf_add_cstr(html->out, "<tbody>\n");
    for (size_t row = 0; row < table->row_count; row++) {
        add_row(html, &shown, row);
    }
    strbuf_add_cstr(html->out, "</table></div>\n");
}
