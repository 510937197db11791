/* The tables of a document as comma separated values. */
#ifndef REPORT_CSV_RENDERER_H
#define REPORT_CSV_RENDERER_H

#include "report/document.h"

/* The table of that name, header first; with an empty name all of them, each behind a line
 * "# table: NAME", a blank line in between. Lines end with a line feed. SMTPLOG_USAGE when there is
 * no such table. */
MUST_USE enum smtplog_status csv_render(const struct document *document, struct span name,
                                        struct strbuf *out);

/* The names of the tables, each followed by a line feed. */
MUST_USE enum smtplog_status csv_table_names(const struct document *document, struct strbuf *out);

#endif
