/* Bytes packed and unpacked by zlib. Trust: packed bytes come from files that anybody may have
 * damaged; never more than the length told is written. */
#include "input/deflate.h"

#include <stdlib.h>
#include <zlib.h>

enum smtplog_status deflate_pack(struct span bytes, struct strbuf *out)
{
    uLongf room = compressBound((uLong)bytes.n);
    Bytef *packed = malloc(room);
    if (packed == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    int done = compress2(packed, &room, (const Bytef *)bytes.p, (uLong)bytes.n, 6);
    if (done == Z_OK) {
        strbuf_add(out, (const char *)packed, room);
    }
    free(packed);
    return done == Z_OK ? strbuf_status(out) : SMTPLOG_NO_MEMORY;
}

enum smtplog_status deflate_unpack(struct span packed, size_t length, struct strbuf *out)
{
    uLongf room = (uLongf)length;
    Bytef *bytes = malloc(length + 1);
    if (bytes == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    int done = uncompress(bytes, &room, (const Bytef *)packed.p, (uLong)packed.n);
    bool whole = done == Z_OK && room == length;
    if (whole) {
        strbuf_add(out, (const char *)bytes, length);
    }
    free(bytes);
    if (done == Z_MEM_ERROR) {
        return SMTPLOG_NO_MEMORY;
    }
    return !whole ? SMTPLOG_FORMAT : strbuf_status(out);
}

uint32_t deflate_checksum(struct span bytes)
{
    return (uint32_t)crc32(0, (const Bytef *)bytes.p, (uInt)bytes.n);
}
