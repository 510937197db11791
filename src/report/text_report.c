#include "report/report.h"
enum smtplog_status report_write_text(const struct report *report, struct strbuf *out)
{
    (void)report; strbuf_add_cstr(out, "text\n");
    return SMTPLOG_OK;
}
