/* Small pieces that explain and compare share. */
#ifndef REPORT_EXPLAIN_WORD_H
#define REPORT_EXPLAIN_WORD_H

#include "catalog/catalog.h"
#include "report/fact_sheet.h"

/* A list of stage words as commands: "rcpt eod" is "RCPT TO, end of DATA". */
struct span explain_stages(const struct catalog *catalog, struct fact_book *book,
                           struct span stages);

/* Whose problem a code is, by its class; where the code alone does not tell, what does. */
struct span explain_whose(const struct catalog *catalog, const struct catalog_entry *entry);

#endif
