/* What a cell says: as people read it, and as data. Texts are not touched here: each format escapes
 * them in its own way. */
#ifndef REPORT_CELL_H
#define REPORT_CELL_H

#include "report/document.h"

/* Words, a name or a text from the log: to be escaped. */
bool cell_is_text(const struct cell *cell);

/* A number or an instant for people, with its unit: "12,113", "36.1 %", "5 min 12 s". Nothing for
 * texts and bars. */
void cell_add_figure(struct strbuf *out, const struct figure_style *style, const struct cell *cell);

/* The same as data: digits and a point, seconds, bytes, shares of 1, RFC 3339. */
void cell_add_value(struct strbuf *out, const struct cell *cell);

#endif
