/* A document as a page, with the words of the page from the catalogue. */
#ifndef REPORT_HTML_REPORT_H
#define REPORT_HTML_REPORT_H

#include "catalog/catalog.h"
#include "report/document.h"

/* title: the phrase of the page's title; generated: the present, NULL when it does not matter. */
MUST_USE enum smtplog_status html_write(struct document *document, const struct catalog *catalog,
                                        const char *title, const struct instant *generated,
                                        struct strbuf *out);

/* The language of the catalogue's texts as pages and mails name it: "en", "pt-BR". */
struct span html_language(struct document *document, const struct catalog *catalog);

#endif
