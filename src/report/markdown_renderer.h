/* A document as Markdown (CommonMark with GitHub's tables), to paste into a ticket. */
#ifndef REPORT_MARKDOWN_RENDERER_H
#define REPORT_MARKDOWN_RENDERER_H

#include "report/document.h"

MUST_USE enum smtplog_status markdown_render(const struct document *document, struct strbuf *out);

#endif
