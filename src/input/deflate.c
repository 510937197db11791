/* Bytes packed and unpacked by zlib. Trust: packed bytes come from files that anybody may have
 * damaged; never more than the length told is written. */
#include "input/deflate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#define PACK_LEVEL \
    4 /* of tables of counts: half the work of the usual 6, one part in fifty larger */

enum smtplog_status deflate_pack(struct span bytes, struct strbuf *out)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, PACK_LEVEL, Z_DEFLATED, MAX_WBITS, MAX_MEM_LEVEL, Z_FILTERED) !=
        Z_OK) {
        return SMTPLOG_NO_MEMORY;
    }
    uLong room = deflateBound(&stream, (uLong)bytes.n);
    Bytef *packed = malloc(room);
    int done = Z_MEM_ERROR;
    if (packed != NULL && bytes.n <= UINT_MAX && room <= UINT_MAX) {
        stream.next_in = (z_const Bytef *)bytes.p;
        stream.avail_in = (uInt)bytes.n;
        stream.next_out = packed;
        stream.avail_out = (uInt)room;
        done = deflate(&stream, Z_FINISH);
    }
    if (done == Z_STREAM_END) {
        strbuf_add(out, (const char *)packed, stream.total_out);
    }
    deflateEnd(&stream);
    free(packed);
    return done == Z_STREAM_END ? strbuf_status(out) : SMTPLOG_NO_MEMORY;
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
