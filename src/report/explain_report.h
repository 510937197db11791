/* Answers to "what is this": sheets about codes, enhanced codes, whole replies, classes and
 * providers, and about several codes side by side. */
#ifndef REPORT_EXPLAIN_REPORT_H
#define REPORT_EXPLAIN_REPORT_H

#include "catalog/classifier.h"
#include "catalog/provider.h"
#include "report/fact_sheet.h"

/* Where answers come from. */
struct explain_source {
    const struct catalog *catalog;
    struct classifier *classifier;
    struct provider_set *providers;
};

/* A reply taken apart; code 0 when it has none. */
struct explain_subject {
    int code;
    struct span enhanced;
    struct span text; /* behind both */
};

/* Each adds sheets to the book. False when the catalogue knows nothing about it. */
bool explain_code(const struct explain_source *source, struct fact_book *book, int code);
bool explain_enhanced(const struct explain_source *source, struct fact_book *book,
                      struct span enhanced);
/* code and enhanced code together, or a whole reply. */
void explain_reply(const struct explain_source *source, struct fact_book *book,
                   const struct explain_subject *subject);
bool explain_class(const struct explain_source *source, struct fact_book *book, struct span name);
bool explain_provider(const struct explain_source *source, struct fact_book *book,
                      struct span name);
/* All that can be asked for. */
void explain_list(const struct explain_source *source, struct fact_book *book);

/* Codes side by side; names are "450" or "4.7.1", at least two and at most SHEET_COLUMNS. False
 * when one is not known; *unknown is then its index. */
bool explain_compare(const struct explain_source *source, struct fact_book *book,
                     const struct span *names, size_t count, size_t *unknown);

#endif
