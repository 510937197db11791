/* A document as one web page that needs nothing from outside: style sheet and script stand in it,
 * and its content security policy lets nothing else in. Complete without the script. Trust: texts
 * from logs go through escape_html; nothing from a log ever stands in an attribute but as plain
 * escaped words. */
#ifndef REPORT_HTML_RENDERER_H
#define REPORT_HTML_RENDERER_H

#include "report/document.h"

struct html_style {
    struct span language;  /* "en", "pt-BR" */
    struct span direction; /* "ltr", "rtl" */
    /* the words of the page itself */
    struct span heading; /* of the window, with the verdict */
    struct span title, skip, sections, figures, filter, made;
    struct span rows; /* of a filtered table: %1 shown of %2 */
};

MUST_USE enum smtplog_status html_render(const struct document *document,
                                         const struct html_style *style, struct strbuf *out);

#endif
