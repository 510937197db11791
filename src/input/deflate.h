/* Bytes packed and unpacked by zlib, whole buffers at a time. */
#ifndef INPUT_DEFLATE_H
#define INPUT_DEFLATE_H

#include "base/strbuf.h"

/* Appends the packed form of bytes. */
MUST_USE enum smtplog_status deflate_pack(struct span bytes, struct strbuf *out);

/* Appends what packed bytes stand for, `length` of them. SMTPLOG_FORMAT when they are damaged or
 * stand for more or less. */
MUST_USE enum smtplog_status deflate_unpack(struct span packed, size_t length, struct strbuf *out);

/* Appends the beginning of what they stand for, `most` bytes or all there is. */
MUST_USE enum smtplog_status deflate_unpack_head(struct span packed, size_t most,
                                                 struct strbuf *out);

/* Checksum (CRC-32 as in gzip). */
uint32_t deflate_checksum(struct span bytes);

#endif
