/* Where messages for a person go: a callback of the caller. Nothing below the command line prints.
 */
#ifndef BASE_DIAGNOSTIC_H
#define BASE_DIAGNOSTIC_H

#include "base/span.h"
#include "base/status.h"

/* Marks a text in a table that is translated when it is shown. */
#define N_(text) text

/* The translation of a printf format, with the same conversions, or the format itself: the form for
 * a count, many being the English one for all but 1. */
typedef const char *(*diagnostic_translate)(const void *language, const char *one, const char *many,
                                            uint64_t count);

struct diagnostic {
    smtplog_diagnostic function; /* NULL: messages are dropped */
    void *context;
    diagnostic_translate translate; /* NULL: English */
    const void *language;           /* handed to translate; borrowed */
};

/* The program's own text in the language of the diagnostics; to NULL is English. */
const char *diagnostic_text(const struct diagnostic *to, const char *text)
    __attribute__((format_arg(2)));

/* The form of a text that this language has for a count. */
const char *diagnostic_count(const struct diagnostic *to, const char *one, const char *many,
                             uint64_t count) __attribute__((format_arg(2), format_arg(3)));

/* What errno says, to be translated. */
const char *diagnostic_error(int error);

/* Formats one message and hands it on with every control byte and every piece of invalid UTF-8
 * replaced, since it may quote a file name or a log. Cut at 1,000 bytes. */
void diagnostic_say(const struct diagnostic *to, enum smtplog_severity severity, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));

/* The same for a text that needs no more translation. */
void diagnostic_hand_on(const struct diagnostic *to, enum smtplog_severity severity,
                        struct span text);

#endif
