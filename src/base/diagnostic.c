/* Where messages for a person go. */
#include "base/diagnostic.h"

#include <stdio.h>

#include "base/utf8.h"

void diagnostic_say(const struct diagnostic *to, enum smtplog_severity severity, const char *format,
                    ...)
{
    if (to->function == NULL) {
        return;
    }
    char raw[1000];
    va_list args;
    va_start(args, format);
    const char *said = to->translate != NULL ? to->translate(to->language, format) : format;
    /* A translated format has the same conversions: msgfmt -c refuses a translation without. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int n = vsnprintf(raw, sizeof raw, said, args);
#pragma GCC diagnostic pop
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    struct strbuf clean;
    strbuf_init(&clean, 4 * sizeof raw);
    utf8_add_clean(&clean, span_of(raw, length));
    if (strbuf_status(&clean) == SMTPLOG_OK) {
        to->function(to->context, severity, strbuf_cstr(&clean));
    }
    strbuf_free(&clean);
}
