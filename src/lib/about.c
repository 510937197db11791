/* What the library says about itself, and text made harmless. */
#include "base/diagnostic.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "input/journal.h"
#include "logfmt/json_line.h"

const char *smtplog_status_name(enum smtplog_status status)
{
    static const char *const names[] = {N_("no error"),
                                        N_("out of memory"),
                                        N_("input or output failed"),
                                        N_("malformed data file"),
                                        N_("wrong usage"),
                                        N_("limit passed"),
                                        N_("end"),
                                        N_("stopped by the writer")};
    return (size_t)status < COUNT_OF(names) ? names[status] : N_("unknown status");
}

const char *smtplog_version(void)
{
    return SMTPLOG_VERSION;
}

int smtplog_has(const char *feature)
{
    return (strcmp(feature, "journal") == 0 && journal_is_supported()) ||
           (strcmp(feature, "json") == 0 && json_line_is_supported());
}

size_t smtplog_columns(const char *text, size_t length)
{
    return utf8_text_columns(span_of(text, length));
}

size_t smtplog_clean(const char *text, char *out, size_t size)
{
    struct span rest = span_cstr(text);
    struct strbuf clean;
    struct span line;
    strbuf_init(&clean, size > 0 ? size - 1 : 0);
    for (bool first = true; span_next_piece(&rest, '\n', &line); first = false) {
        strbuf_add_cstr(&clean, first ? "" : "\n");
        utf8_add_clean(&clean, line);
    }
    size_t length = clean.length;
    if (size > 0) {
        memcpy(out, strbuf_cstr(&clean), length);
        out[length] = '\0';
    }
    strbuf_free(&clean);
    return length;
}
