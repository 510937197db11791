/* The report for people: built as a document, written as text. */
#include "report/report_build.h"
#include "report/text_renderer.h"

enum smtplog_status report_write_text(const struct report *report, struct strbuf *out)
{
    struct document document;
    struct text_style style = {report->width, report->color, report->bars};
    report_build(report, &document);
    enum smtplog_status status = text_render(&document, &style, out);
    document_free(&document);
    return status;
}
