/* What the files of the text renderer share: not for others. */
#ifndef REPORT_TEXT_PART_H
#define REPORT_TEXT_PART_H

#include "report/text_renderer.h"

#define TEXT_GAP       2 /* blanks between columns */
#define TEXT_INDENT    2
#define TEXT_NARROWEST 12 /* columns that a text is wrapped into */
#define TEXT_CELL      8192

struct text_renderer {
    const struct text_style *style;
    const struct figure_style *figures;
    struct strbuf *out;
    struct strbuf cell;
    struct strbuf row; /* the cells of one row, one behind the other */
    size_t bar_less;   /* columns that bars are narrower than asked for, in a table too wide */
};

void text_set_color(struct text_renderer *r, const char *code);

/* Takes from text the longest head that fits and ends between words; as much as fits of one word
 * that is too long. */
struct span text_take_line(struct span *text, size_t width);

void text_table(struct text_renderer *r, const struct table *table);

#endif
