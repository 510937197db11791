/* Owned, growing text with a maximum fixed at init. Bytes, not necessarily UTF-8; always followed
 * by a NUL that does not count. After a failed append the buffer keeps what it had and is marked,
 * so a chain of appends may be checked once at its end with strbuf_status. */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>

#include "base/span.h"
#include "base/status.h"

struct strbuf {
    char *bytes; /* owned; NULL until the first append */
    size_t length;
    size_t capacity;
    size_t maximum;
    enum smtplog_status status; /* first failure of any append, else SMTPLOG_OK */
};

void strbuf_init(struct strbuf *buf, size_t maximum);
void strbuf_free(struct strbuf *buf);

/* Length back to zero and failure forgotten; memory is kept. */
void strbuf_clear(struct strbuf *buf);

void strbuf_add(struct strbuf *buf, const char *bytes, size_t length);
void strbuf_add_byte(struct strbuf *buf, char byte);
void strbuf_add_cstr(struct strbuf *buf, const char *text);
void strbuf_add_span(struct strbuf *buf, struct span text);
void strbuf_add_repeat(struct strbuf *buf, const char *text, size_t times);
void strbuf_add_u64(struct strbuf *buf, uint64_t value);
void strbuf_addf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for length bytes behind the text, NULL when there is none; strbuf_fill says how many of them
 * have been written. */
char *strbuf_room(struct strbuf *buf, size_t length);
void strbuf_fill(struct strbuf *buf, size_t length);

static inline struct span strbuf_span(const struct strbuf *buf)
{
    return buf->length > 0 ? span_of(buf->bytes, buf->length) : SPAN_EMPTY;
}

/* Never NULL. */
static inline const char *strbuf_cstr(const struct strbuf *buf)
{
    return buf->length > 0 ? buf->bytes : "";
}

/* What memory cost one buffer its text costs the one that the text was meant for, too. */
static inline void strbuf_inherit(struct strbuf *buf, const struct strbuf *from)
{
    if (from->status == SMTPLOG_NO_MEMORY && buf->status == SMTPLOG_OK) {
        buf->status = from->status;
    }
}

MUST_USE static inline enum smtplog_status strbuf_status(const struct strbuf *buf)
{
    return buf->status;
}

#endif
