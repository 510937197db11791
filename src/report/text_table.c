/* Tables of the text renderer. Columns are measured as a terminal measures them, so that wide and
 * combining characters keep them straight. What does not fit into the width gives way in this
 * order: bars, the gaps, titles (they wrap, then are cut), names (they wrap). Figures are never
 * cut. Text that runs from right to left is isolated (Unicode's FSI and PDI), so that a terminal
 * that turns it leaves the columns beside it where they are. Trust: cells may hold log text. */
#include <stdlib.h>

#include "base/utf8.h"
#include "report/cell.h"
#include "report/escape.h"
#include "report/text_part.h"

#define NARROWEST_BAR   4
#define NARROWEST_TITLE 4 /* of a column of figures */
#define NARROWEST_NAME  16
#define TITLE_LINES     6
#define ELLIPSIS        "\u2026"
#define ISOLATE         "\u2068"
#define ISOLATE_END     "\u2069"

static void add_bar(const struct text_renderer *r, struct strbuf *out, double part, size_t width)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t all = (size_t)((part < 1 ? part : 1) * (double)width * 8 + 0.5);
    if (part > 0 && all == 0) {
        all = 1;
    }
    if (r->style->blocks) {
        strbuf_add_repeat(out, "█", all / 8);
        strbuf_add_cstr(out, eighths[all % 8]);
    } else {
        strbuf_add_repeat(out, "#", (all + 7) / 8);
    }
}

/* The text of a cell, in r->cell. */
static struct span cell_content(struct text_renderer *r, const struct cell *cell,
                                const struct column *column)
{
    strbuf_clear(&r->cell);
    strbuf_add_repeat(&r->cell, "  ", cell->indent);
    switch (cell->kind) {
    case CELL_NONE:
        break;
    case CELL_WORDS:
    case CELL_NAME:
        escape_terminal(&r->cell, cell->text);
        break;
    case CELL_LOG:
        strbuf_add_byte(&r->cell, '"');
        escape_terminal(&r->cell, cell->text);
        strbuf_add_byte(&r->cell, '"');
        break;
    case CELL_CODE:
    case CELL_COUNT:
    case CELL_NUMBER:
    case CELL_SHARE:
    case CELL_SECONDS:
    case CELL_BYTES:
    case CELL_INSTANT:
        cell_add_figure(&r->cell, r->figures, cell);
        break;
    case CELL_BAR:
        add_bar(r, &r->cell, cell->number, column->width - r->bar_less);
        break;
    }
    strbuf_inherit(r->out, &r->cell);
    return strbuf_span(&r->cell);
}

/* ---- widths ---------------------------------------------------------------------------------- */

/* The columns of a table that are shown, with their widths. */
struct layout {
    const struct table *table;
    size_t count;
    size_t gap;                  /* blanks between columns */
    size_t place[TABLE_COLUMNS]; /* in the table */
    size_t width[TABLE_COLUMNS];
    size_t body[TABLE_COLUMNS]; /* the widest cell */
    size_t word[TABLE_COLUMNS]; /* the widest word of the title */
    bool wraps[TABLE_COLUMNS];
};

static const struct column *layout_column(const struct layout *layout, size_t c)
{
    return &layout->table->columns[layout->place[c]];
}

static bool is_bar(const struct column *column)
{
    return column->width > 0 && !column->wraps;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t widest_cell(struct text_renderer *r, const struct layout *layout, size_t c)
{
    const struct column *column = layout_column(layout, c);
    size_t width = column->width;
    for (size_t row = 0; !is_bar(column) && row < layout->table->row_count; row++) {
        const struct cell *cell = table_cell(layout->table, row, layout->place[c]);
        width = larger(width, utf8_text_columns(cell_content(r, cell, column)));
    }
    return width;
}

static size_t widest_word(struct span text)
{
    size_t width = 0;
    struct span word;
    while (span_next_word(&text, &word)) {
        width = larger(width, utf8_text_columns(word));
    }
    return width;
}

static size_t used_columns(const struct layout *layout)
{
    size_t used = TEXT_INDENT + (layout->count - 1) * layout->gap;
    for (size_t c = 0; c < layout->count; c++) {
        used += layout->width[c];
    }
    return used;
}

/* Columns that are too many; wrapping ones give way first, down to the narrowest. */
static size_t too_wide(const struct text_renderer *r, const struct layout *layout)
{
    size_t used = used_columns(layout);
    size_t all = r->style->width;
    for (size_t c = 0; c < layout->count; c++) {
        if (layout->wraps[c] && layout->width[c] > TEXT_NARROWEST) {
            used -= layout->width[c] - TEXT_NARROWEST;
        }
    }
    return used > all ? used - all : 0;
}

static void narrow_bars(struct text_renderer *r, struct layout *layout)
{
    size_t over = too_wide(r, layout);
    for (size_t c = 0; c < layout->count && over > r->bar_less; c++) {
        const struct column *column = layout_column(layout, c);
        if (is_bar(column) && column->width > NARROWEST_BAR) {
            size_t spare = column->width - NARROWEST_BAR;
            r->bar_less = over < spare ? over : spare;
            layout->width[c] = larger(layout->body[c] - r->bar_less,
                                      utf8_text_columns(column->title));
        }
    }
}

/* Makes columns narrower one by one, always the one with most to spare over its least width. */
static void narrow(struct text_renderer *r, struct layout *layout,
                   size_t (*least)(const struct layout *layout, size_t c))
{
    for (size_t over = too_wide(r, layout); over > 0; over--) {
        size_t most = 0;
        size_t at = 0;
        for (size_t c = 0; c < layout->count; c++) {
            size_t low = layout->wraps[c] ? layout->width[c] : least(layout, c);
            size_t spare = layout->width[c] > low ? layout->width[c] - low : 0;
            at = spare > most ? c : at;
            most = larger(spare, most);
        }
        if (most == 0) {
            return;
        }
        layout->width[at]--;
    }
}

/* Titles may take several lines, */
static size_t least_with_words(const struct layout *layout, size_t c)
{
    return larger(layout->body[c], layout->word[c]);
}

/* then their words may be cut, */
static size_t least_with_figures(const struct layout *layout, size_t c)
{
    return larger(layout->body[c], NARROWEST_TITLE);
}

/* then names are wrapped. */
static size_t least_with_names(const struct layout *layout, size_t c)
{
    const struct column *column = layout_column(layout, c);
    return column->right || is_bar(column) ? layout->width[c]
                                           : larger(NARROWEST_NAME, NARROWEST_TITLE);
}

/* The wrapping columns share what is left. */
static void share_rest(const struct text_renderer *r, struct layout *layout)
{
    size_t used = used_columns(layout);
    size_t wrapping = 0;
    for (size_t c = 0; c < layout->count; c++) {
        wrapping += layout->wraps[c];
        used -= layout->wraps[c] ? layout->width[c] : 0;
    }
    size_t left = r->style->width > used ? r->style->width - used : 0;
    size_t each = wrapping > 0 ? larger(left / wrapping, TEXT_NARROWEST) : 0;
    for (size_t c = 0; c < layout->count; c++) {
        if (layout->wraps[c] && layout->width[c] > each) {
            layout->width[c] = each;
        }
    }
}

static void measure(struct text_renderer *r, struct layout *layout)
{
    r->bar_less = 0;
    layout->gap = TEXT_GAP;
    for (size_t c = 0; c < layout->count; c++) {
        const struct column *column = layout_column(layout, c);
        layout->wraps[c] = column->wraps;
        layout->body[c] = widest_cell(r, layout, c);
        layout->word[c] = widest_word(column->title);
        layout->width[c] = larger(layout->body[c], utf8_text_columns(column->title));
    }
    narrow_bars(r, layout);
    if (too_wide(r, layout) > 0) {
        layout->gap = 1; /* columns near to each other are better than a torn line */
    }
    narrow(r, layout, least_with_words);
    narrow(r, layout, least_with_figures);
    narrow(r, layout, least_with_names);
    for (size_t c = 0; c < layout->count; c++) {
        const struct column *column = layout_column(layout, c);
        layout->wraps[c] = layout->wraps[c] || (!column->right && !is_bar(column) &&
                                                layout->width[c] < layout->body[c]);
    }
    share_rest(r, layout);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool runs_to_the_left(struct span text)
{
    while (text.n > 0) {
        uint32_t c = 0;
        size_t length = utf8_read(text, &c);
        if (utf8_is_right_to_left(c) && length > 0) {
            return true;
        }
        text = span_from(text, length > 0 ? length : 1);
    }
    return false;
}

static void add_padded(struct text_renderer *r, struct span text, size_t width, bool right,
                       bool last)
{
    size_t columns = utf8_text_columns(text);
    size_t blanks = columns < width ? width - columns : 0;
    bool isolated = runs_to_the_left(text);
    strbuf_add_repeat(r->out, " ", right ? blanks : 0);
    strbuf_add_cstr(r->out, isolated ? ISOLATE : "");
    strbuf_add_span(r->out, text);
    strbuf_add_cstr(r->out, isolated ? ISOLATE_END : "");
    strbuf_add_repeat(r->out, " ", right || last ? 0 : blanks);
}

/* Cuts blanks that padding left at the end of the line. */
static void end_line(struct strbuf *out)
{
    while (out->length > 0 && out->bytes[out->length - 1] == ' ') {
        out->length--;
    }
    strbuf_add_byte(out, '\n');
}

/* The lines of the titles. */
struct titles {
    struct span line[TABLE_COLUMNS][TITLE_LINES];
    size_t count[TABLE_COLUMNS];
    size_t most;
};

static void take_titles(const struct layout *layout, struct titles *titles)
{
    for (size_t c = 0; c < layout->count; c++) {
        struct span rest = layout_column(layout, c)->title;
        while (rest.n > 0 && titles->count[c] < TITLE_LINES) {
            /* A word that does not fit is cut, not continued. */
            struct span words = rest;
            struct span word;
            struct span line = text_take_line(&rest, layout->width[c]);
            (void)span_next_word(&words, &word);
            if (line.n < word.n) {
                line = word;
                rest = words;
            }
            titles->line[c][titles->count[c]++] = line;
        }
        titles->most = larger(titles->most, titles->count[c]);
    }
}

static void add_title(struct text_renderer *r, struct span title, size_t width, bool right,
                      bool last)
{
    if (utf8_text_columns(title) <= width) {
        add_padded(r, title, width, right, last);
        return;
    }
    struct strbuf cut;
    strbuf_init(&cut, TEXT_CELL);
    strbuf_add_span(&cut, utf8_fit(title, width - 1));
    strbuf_add_cstr(&cut, ELLIPSIS);
    add_padded(r, strbuf_span(&cut), width, right, last);
    strbuf_free(&cut);
}

/* Titles of several lines stand on the first row of cells. */
static void add_titles(struct text_renderer *r, const struct layout *layout)
{
    struct titles titles = {.most = 0};
    take_titles(layout, &titles);
    for (size_t line = 0; line < titles.most; line++) {
        strbuf_add_repeat(r->out, " ", TEXT_INDENT);
        text_set_color(r, "2");
        for (size_t c = 0; c < layout->count; c++) {
            size_t blank = titles.most - titles.count[c];
            strbuf_add_repeat(r->out, " ", c > 0 ? layout->gap : 0);
            add_title(r, line >= blank ? titles.line[c][line - blank] : SPAN_EMPTY,
                      layout->width[c], layout_column(layout, c)->right, c + 1 == layout->count);
        }
        text_set_color(r, "0");
        end_line(r->out);
    }
}

/* The cells of a row one behind the other in r->row; rest is what each still has to show. */
static void lay_out_row(struct text_renderer *r, const struct layout *layout, size_t row,
                        struct span rest[TABLE_COLUMNS])
{
    size_t start[TABLE_COLUMNS + 1];
    strbuf_clear(&r->row);
    for (size_t c = 0; c < layout->count; c++) {
        start[c] = r->row.length;
        strbuf_add_span(&r->row, cell_content(r, table_cell(layout->table, row, layout->place[c]),
                                              layout_column(layout, c)));
    }
    start[layout->count] = r->row.length;
    strbuf_inherit(r->out, &r->row);
    for (size_t c = 0; c < layout->count; c++) {
        rest[c] = span_of(strbuf_cstr(&r->row) + start[c], start[c + 1] - start[c]);
    }
}

/* One row; a wrapping column goes on below itself. */
static void add_row(struct text_renderer *r, const struct layout *layout, size_t row)
{
    struct span rest[TABLE_COLUMNS];
    bool more = true;
    lay_out_row(r, layout, row, rest);
    while (more) {
        more = false;
        for (size_t c = 0; c < layout->count; c++) {
            const struct column *column = layout_column(layout, c);
            struct span line = rest[c];
            strbuf_add_repeat(r->out, " ", c > 0 ? layout->gap : TEXT_INDENT);
            if (layout->wraps[c]) {
                line = text_take_line(&rest[c], layout->width[c]);
            } else {
                rest[c] = SPAN_EMPTY;
            }
            more = more || rest[c].n > 0;
            add_padded(r, line, layout->width[c], column->right, c + 1 == layout->count);
        }
        end_line(r->out);
    }
}

void text_table(struct text_renderer *r, const struct table *table)
{
    struct layout layout = {.table = table};
    layout.count = table_columns(table, COLUMN_PEOPLE, layout.place);
    if (table->row_count == 0 || layout.count == 0) {
        return;
    }
    measure(r, &layout);
    add_titles(r, &layout);
    for (size_t row = 0; row < table->row_count; row++) {
        add_row(r, &layout, row);
    }
}
