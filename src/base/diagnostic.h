/* Where messages for a person go: a callback of the caller. Nothing below the command line prints.
 */
#ifndef BASE_DIAGNOSTIC_H
#define BASE_DIAGNOSTIC_H

#include "base/status.h"

/* The translation of a printf format, with the same conversions, or the format itself. */
typedef const char *(*diagnostic_translate)(const void *language, const char *format);

struct diagnostic {
    smtplog_diagnostic function; /* NULL: messages are dropped */
    void *context;
    diagnostic_translate translate; /* NULL: English */
    const void *language;           /* handed to translate; borrowed */
};

/* Formats one message and hands it on with every control byte and every piece of invalid UTF-8
 * replaced, since it may quote a file name or a log. Cut at 1,000 bytes. */
void diagnostic_say(const struct diagnostic *to, enum smtplog_severity severity, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));

#endif
