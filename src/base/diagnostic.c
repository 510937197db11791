/* Where messages for a person go. */
#include "base/diagnostic.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define MESSAGE 1000 /* bytes */

const char *diagnostic_count(const struct diagnostic *to, const char *one, const char *many,
                             uint64_t count)
{
    if (to == NULL || to->translate == NULL) {
        return count == 1 ? one : many;
    }
    return to->translate(to->language, one, many, count);
}

const char *diagnostic_text(const struct diagnostic *to, const char *text)
{
    return diagnostic_count(to, text, text, 1);
}

const char *diagnostic_error(int error)
{
    static const struct {
        int error;
        const char *text;
    } errors[] = {
        {EPERM, N_("Operation not permitted")},
        {ENOENT, N_("No such file or directory")},
        {EIO, N_("Input/output error")},
        {ENOMEM, N_("Cannot allocate memory")},
        {EACCES, N_("Permission denied")},
        {EEXIST, N_("File exists")},
        {ENOTDIR, N_("Not a directory")},
        {EISDIR, N_("Is a directory")},
        {EINVAL, N_("Invalid argument")},
        {EMFILE, N_("Too many open files")},
        {EFBIG, N_("File too large")},
        {ENOSPC, N_("No space left on device")},
        {EROFS, N_("Read-only file system")},
        {EPIPE, N_("Broken pipe")},
        {ENAMETOOLONG, N_("File name too long")},
        {ELOOP, N_("Too many levels of symbolic links")},
        {EDQUOT, N_("Disk quota exceeded")},
    };
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        if (errors[i].error == error) {
            return errors[i].text;
        }
    }
    return strerror(error);
}

void diagnostic_hand_on(const struct diagnostic *to, enum smtplog_severity severity,
                        struct span text)
{
    struct strbuf clean;
    if (to->function == NULL) {
        return;
    }
    strbuf_init(&clean, 4 * MESSAGE);
    utf8_add_clean(&clean, span_of(text.p, text.n < MESSAGE ? text.n : MESSAGE));
    if (strbuf_status(&clean) == SMTPLOG_OK) {
        to->function(to->context, severity, strbuf_cstr(&clean));
    }
    strbuf_free(&clean);
}

void diagnostic_say(const struct diagnostic *to, enum smtplog_severity severity, const char *format,
                    ...)
{
    if (to->function == NULL) {
        return;
    }
    char raw[MESSAGE];
    va_list args;
    va_start(args, format);
    const char *said = diagnostic_text(to, format);
    /* A translated format has the same conversions: msgfmt -c refuses a translation without. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int n = vsnprintf(raw, sizeof raw, said, args);
#pragma GCC diagnostic pop
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    diagnostic_hand_on(to, severity, span_of(raw, length));
}
