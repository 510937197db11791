/* Bytes packed and unpacked by zlib. Trust: packed bytes come from files that anybody may have
 * damaged; never more than the length told is written. */
#include "input/deflate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

/* Of tables of counts: a third of the work of the usual 6, one part in twenty larger. */
#define PACK_LEVEL 2

#define PACK_BLOCK ((uInt)256 * 1024)

enum smtplog_status deflate_pack(struct span bytes, struct strbuf *out)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, PACK_LEVEL, Z_DEFLATED, MAX_WBITS, MAX_MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return SMTPLOG_NO_MEMORY;
    }
    int done = bytes.n <= UINT_MAX ? Z_OK : Z_MEM_ERROR;
    stream.next_in = (z_const Bytef *)bytes.p;
    stream.avail_in = (uInt)bytes.n;
    while (done == Z_OK) {
        Bytef *room = (Bytef *)strbuf_room(out, PACK_BLOCK);
        if (room == NULL) {
            break;
        }
        stream.next_out = room;
        stream.avail_out = PACK_BLOCK;
        done = deflate(&stream, Z_FINISH);
        strbuf_fill(out, PACK_BLOCK - stream.avail_out);
    }
    deflateEnd(&stream);
    TRY(strbuf_status(out));
    return done == Z_STREAM_END ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

/* Without the stream's own checksum: whoever packs has a better one. */
static int unpack(struct span packed, Bytef *bytes, size_t room, size_t *length)
{
    z_stream stream = {0};
    *length = 0;
    if (packed.n > UINT_MAX || room > UINT_MAX) {
        return Z_DATA_ERROR;
    }
    stream.next_in = (z_const Bytef *)packed.p;
    stream.avail_in = (uInt)packed.n;
    stream.next_out = bytes;
    stream.avail_out = (uInt)room;
    int done = inflateInit(&stream);
    if (done != Z_OK) {
        return done;
    }
    inflateValidate(&stream, 0);
    done = inflate(&stream, Z_SYNC_FLUSH);
    *length = stream.total_out;
    inflateEnd(&stream);
    return done;
}

enum smtplog_status deflate_unpack(struct span packed, size_t length, struct strbuf *out)
{
    size_t got = 0;
    char *bytes = strbuf_room(out, length);
    if (bytes == NULL) {
        return strbuf_status(out);
    }
    int done = unpack(packed, (Bytef *)bytes, length, &got);
    if (done == Z_MEM_ERROR) {
        return SMTPLOG_NO_MEMORY;
    }
    if (done != Z_STREAM_END || got != length) {
        return SMTPLOG_FORMAT;
    }
    strbuf_fill(out, length);
    return strbuf_status(out);
}

enum smtplog_status deflate_unpack_head(struct span packed, size_t most, struct strbuf *out)
{
    size_t got = 0;
    char *bytes = strbuf_room(out, most);
    if (bytes == NULL) {
        return strbuf_status(out);
    }
    int done = unpack(packed, (Bytef *)bytes, most, &got);
    if (done == Z_MEM_ERROR) {
        return SMTPLOG_NO_MEMORY;
    }
    if (done != Z_STREAM_END && done != Z_OK && done != Z_BUF_ERROR) {
        return SMTPLOG_FORMAT;
    }
    strbuf_fill(out, got);
    return strbuf_status(out);
}

uint32_t deflate_checksum(struct span bytes)
{
    return (uint32_t)crc32(0, (const Bytef *)bytes.p, (uInt)bytes.n);
}
