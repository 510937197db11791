/* A document as text. Knows sections, paragraphs, tables and cells, no figures. */
#include "report/text_renderer.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "report/cell.h"
#include "report/escape.h"

#define GAP            2 /* blanks between columns */
#define INDENT         2
#define NARROWEST_WRAP 12
#define NARROWEST_BAR  4
#define CELL_LENGTH    8192

struct text_renderer {
    const struct text_style *style;
    const struct figure_style *figures;
    struct strbuf *out;
    struct strbuf cell;
    struct strbuf row; /* the cells of one row, one behind the other */
    size_t
        bar_less; /* columns that bars are narrower than asked for, where the table is too wide */
};

static void set_color(struct text_renderer *r, const char *code)
{
    if (r->style->color) {
        strbuf_addf(r->out, "\033[%sm", code);
    }
}

/* True when a line must not end at this blank: a number and its unit, "95 %", "1.2 GB". */
static bool binds(struct span text, size_t blank)
{
    size_t end = blank + 1;
    while (end < text.n && text.p[end] != ' ') {
        end++;
    }
    return blank > 0 && byte_is_digit(text.p[blank - 1]) && end - blank <= 4 && end > blank + 1 &&
           !byte_is_digit(text.p[blank + 1]);
}

/* The longest head of text that fits and ends between words; all of it when one word is too long.
 */
static struct span take_line(struct span *text, size_t width)
{
    struct span fits = utf8_fit(*text, width);
    bool between = fits.n >= text->n || (text->p[fits.n] == ' ' && !binds(*text, fits.n));
    if (!between) {
        size_t cut = fits.n;
        while (cut > 0 && (text->p[cut - 1] != ' ' || binds(*text, cut - 1))) {
            cut--;
        }
        fits.n = cut > 0 ? cut : fits.n;
    }
    if (fits.n == 0 && text->n > 0) {
        fits.n = 1; /* a column too narrow for a wide character */
    }
    *text = span_from(*text, fits.n);
    while (text->n > 0 && text->p[0] == ' ') {
        *text = span_from(*text, 1);
    }
    return span_trim(fits);
}

static void add_wrapped(struct text_renderer *r, struct span raw, size_t indent)
{
    strbuf_clear(&r->cell);
    escape_terminal(&r->cell, raw);
    struct span text = strbuf_span(&r->cell);
    size_t width = r->style->width > indent + NARROWEST_WRAP ? r->style->width - indent
                                                             : NARROWEST_WRAP;
    while (text.n > 0) {
        strbuf_add_repeat(r->out, " ", indent);
        strbuf_add_span(r->out, take_line(&text, width));
        strbuf_add_byte(r->out, '\n');
    }
}

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
    return strbuf_span(&r->cell);
}

/* ---- tables -----------------------------------------------------------------------------------
 */

/* The columns of a table that are shown, with their widths. */
struct layout {
    const struct table *table;
    size_t count;
    size_t gap;                  /* blanks between columns */
    size_t place[TABLE_COLUMNS]; /* in the table */
    size_t width[TABLE_COLUMNS];
};

static const struct column *layout_column(const struct layout *layout, size_t c)
{
    return &layout->table->columns[layout->place[c]];
}

/* As wide as the title and the widest cell. */
static size_t natural_width(struct text_renderer *r, const struct layout *layout, size_t c)
{
    const struct column *column = layout_column(layout, c);
    size_t width = utf8_text_columns(column->title);
    width = width < column->width ? column->width : width;
    if (column->width > 0 && !column->wraps) {
        return width;
    }
    for (size_t row = 0; row < layout->table->row_count; row++) {
        const struct cell *cell = table_cell(layout->table, row, layout->place[c]);
        size_t columns = utf8_text_columns(cell_content(r, cell, column));
        width = columns > width ? columns : width;
    }
    return width;
}

/* Makes bars narrower where the table is too wide; returns the columns won. */
static size_t narrow_bars(struct text_renderer *r, struct layout *layout, size_t over)
{
    r->bar_less = 0;
    for (size_t c = 0; c < layout->count && over > r->bar_less; c++) {
        const struct column *column = layout_column(layout, c);
        if (column->width > NARROWEST_BAR && !column->wraps) {
            size_t spare = column->width - NARROWEST_BAR;
            r->bar_less = over < spare ? over : spare;
            layout->width[c] -= r->bar_less;
        }
    }
    return r->bar_less;
}

/* Columns as wide as their cells; the wrapping ones share what is left. */
static void measure(struct text_renderer *r, struct layout *layout)
{
    size_t used = INDENT - GAP;
    size_t wrapping = 0;
    r->bar_less = 0;
    for (size_t c = 0; c < layout->count; c++) {
        bool wraps = layout_column(layout, c)->wraps;
        layout->width[c] = natural_width(r, layout, c);
        wrapping += wraps;
        used += GAP + (wraps ? 0 : layout->width[c]);
    }
    size_t all = r->style->width;
    used -= narrow_bars(r, layout, used > all ? used - all : 0);
    layout->gap = GAP;
    if (used + wrapping * NARROWEST_WRAP > all) {
        layout->gap = 1; /* columns near to each other are better than a torn line */
        used -= (layout->count - 1) * (GAP - 1);
    }
    size_t left = all > used ? all - used : 0;
    size_t each = wrapping > 0 ? left / wrapping : 0;
    each = each > NARROWEST_WRAP ? each : NARROWEST_WRAP;
    for (size_t c = 0; c < layout->count; c++) {
        if (layout_column(layout, c)->wraps && layout->width[c] > each) {
            layout->width[c] = each;
        }
    }
}

static void add_padded(struct text_renderer *r, struct span text, size_t width, bool right,
                       bool last)
{
    size_t columns = utf8_text_columns(text);
    size_t blanks = columns < width ? width - columns : 0;
    strbuf_add_repeat(r->out, " ", right ? blanks : 0);
    strbuf_add_span(r->out, text);
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

static void add_titles(struct text_renderer *r, const struct layout *layout)
{
    bool any = false;
    for (size_t c = 0; c < layout->count; c++) {
        any = any || layout_column(layout, c)->title.n > 0;
    }
    if (!any) {
        return;
    }
    strbuf_add_repeat(r->out, " ", INDENT);
    set_color(r, "2");
    for (size_t c = 0; c < layout->count; c++) {
        const struct column *column = layout_column(layout, c);
        strbuf_add_repeat(r->out, " ", c > 0 ? layout->gap : 0);
        add_padded(r, column->title, layout->width[c], column->right, c + 1 == layout->count);
    }
    set_color(r, "0");
    end_line(r->out);
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
            strbuf_add_repeat(r->out, " ", c > 0 ? layout->gap : INDENT);
            if (column->wraps) {
                line = take_line(&rest[c], layout->width[c]);
            } else {
                rest[c] = SPAN_EMPTY;
            }
            more = more || rest[c].n > 0;
            add_padded(r, line, layout->width[c], column->right, c + 1 == layout->count);
        }
        end_line(r->out);
    }
}

static void add_table(struct text_renderer *r, const struct table *table)
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

/* ---- sections ---------------------------------------------------------------------------------
 */

static void add_heading(struct text_renderer *r, const struct section *section)
{
    if (section->title.n == 0) {
        return;
    }
    size_t used = utf8_text_columns(section->title);
    set_color(r, "1");
    if (used > r->style->width) {
        add_wrapped(r, section->title, 0);
        set_color(r, "0");
        if (section->aside.n > 0) {
            add_wrapped(r, section->aside, INDENT);
        }
        return;
    }
    strbuf_add_span(r->out, section->title);
    set_color(r, "0");
    size_t aside = utf8_text_columns(section->aside);
    if (aside > 0 && used + aside + GAP <= r->style->width) {
        strbuf_add_repeat(r->out, " ", r->style->width - used - aside);
        strbuf_add_span(r->out, section->aside);
    } else if (aside > 0) {
        strbuf_add_cstr(r->out, "\n");
        add_wrapped(r, section->aside, INDENT);
        return;
    }
    strbuf_add_byte(r->out, '\n');
}

enum smtplog_status text_render(const struct document *document, const struct text_style *style,
                                struct strbuf *out)
{
    struct text_renderer r = {.style = style, .figures = document->figures, .out = out};
    strbuf_init(&r.cell, CELL_LENGTH);
    strbuf_init(&r.row, CELL_LENGTH * TABLE_COLUMNS);
    for (const struct section *s = document->first; s != NULL; s = s->next) {
        if (s != document->first) {
            strbuf_add_byte(out, '\n');
        }
        add_heading(&r, s);
        for (const struct block *block = s->first; block != NULL; block = block->next) {
            if (block->kind == BLOCK_TABLE) {
                add_table(&r, block->table);
            } else if (block->kind != BLOCK_CHART) {
                add_wrapped(&r, block->text, s->title.n > 0 ? INDENT : 0);
            }
        }
    }
    strbuf_free(&r.cell);
    strbuf_free(&r.row);
    return document->status != SMTPLOG_OK ? document->status : strbuf_status(out);
}
