/* A document as text for a terminal, a mail or a ticket. */
#ifndef REPORT_TEXT_RENDERER_H
#define REPORT_TEXT_RENDERER_H

#include "report/document.h"

struct text_style {
    size_t width; /* columns */
    bool color;
    bool blocks; /* bars of block characters; otherwise of # */
};

MUST_USE enum smtplog_status text_render(const struct document *document,
                                         const struct text_style *style, struct strbuf *out);

#endif
