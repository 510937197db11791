/* Owned, growing text. Trust: any bytes; sizes are checked against the maximum of each buffer. */
#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>

#define STRBUF_FIRST_CAPACITY 256

void strbuf_init(struct strbuf *buf, size_t maximum)
{
    *buf = (struct strbuf){.maximum = maximum};
}

void strbuf_free(struct strbuf *buf)
{
    free(buf->bytes);
    *buf = (struct strbuf){.maximum = buf->maximum};
}

void strbuf_clear(struct strbuf *buf)
{
    buf->length = 0;
    buf->status = SMTPLOG_OK;
    if (buf->bytes != NULL) {
        buf->bytes[0] = '\0';
    }
}

/* Room for extra bytes and a NUL. */
static bool strbuf_reserve(struct strbuf *buf, size_t extra)
{
    if (buf->status != SMTPLOG_OK) {
        return false;
    }
    if (extra > buf->maximum - buf->length) {
        buf->status = SMTPLOG_LIMIT;
        return false;
    }
    size_t needed = buf->length + extra + 1;
    if (needed <= buf->capacity) {
        return true;
    }
    size_t capacity = buf->capacity > 0 ? buf->capacity : STRBUF_FIRST_CAPACITY;
    while (capacity < needed) {
        capacity *= 2;
    }
    char *bytes = realloc(buf->bytes, capacity);
    if (bytes == NULL) {
        buf->status = SMTPLOG_NO_MEMORY;
        return false;
    }
    buf->bytes = bytes;
    buf->capacity = capacity;
    return true;
}

/* Mostly there is room. */
static bool has_room(const struct strbuf *buf, size_t extra)
{
    return buf->status == SMTPLOG_OK && extra <= buf->maximum - buf->length &&
           buf->length + extra < buf->capacity;
}

void strbuf_add(struct strbuf *buf, const char *bytes, size_t length)
{
    if (!has_room(buf, length) && !strbuf_reserve(buf, length)) {
        return;
    }
    if (length > 0) {
        memcpy(buf->bytes + buf->length, bytes, length);
    }
    buf->length += length;
    buf->bytes[buf->length] = '\0';
}

char *strbuf_room(struct strbuf *buf, size_t length)
{
    /* All at once, and no more than is needed: what comes is known. */
    if (buf->bytes == NULL && length < buf->maximum && buf->status == SMTPLOG_OK) {
        buf->bytes = malloc(length + 1);
        buf->capacity = buf->bytes != NULL ? length + 1 : 0;
    }
    return strbuf_reserve(buf, length) ? buf->bytes + buf->length : NULL;
}

void strbuf_fill(struct strbuf *buf, size_t length)
{
    buf->length += length;
    buf->bytes[buf->length] = '\0';
}

void strbuf_add_byte(struct strbuf *buf, char byte)
{
    if (!has_room(buf, 1) && !strbuf_reserve(buf, 1)) {
        return;
    }
    buf->bytes[buf->length++] = byte;
    buf->bytes[buf->length] = '\0';
}

void strbuf_add_cstr(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_add_span(struct strbuf *buf, struct span text)
{
    strbuf_add(buf, text.p, text.n);
}

void strbuf_add_repeat(struct strbuf *buf, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        strbuf_add_cstr(buf, text);
    }
}

void strbuf_add_u64(struct strbuf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    strbuf_add(buf, digits + at, sizeof digits - at);
}

void strbuf_addf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        buf->status = SMTPLOG_FORMAT;
    } else if (strbuf_reserve(buf, (size_t)n)) {
        vsnprintf(buf->bytes + buf->length, (size_t)n + 1, format, again);
        buf->length += (size_t)n;
    }
    va_end(again);
}
