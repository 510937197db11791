/* Numbers and texts as bytes, and back: whole numbers take a byte for each seven bits. Reading
 * never goes beyond the end; what could not be read is 0 or empty, and the reader is marked. */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/civil_time.h"
#include "base/strbuf.h"

void pack_u64(struct strbuf *out, uint64_t value);
void pack_i64(struct strbuf *out, int64_t value);
/* Exactly; a number of millionths takes few bytes. */
void pack_double(struct strbuf *out, double value);
void pack_text(struct strbuf *out, struct span text);
void pack_instant(struct strbuf *out, const struct instant *instant);

struct unpacker {
    struct span rest;
    bool damaged;
};

uint64_t unpack_long(struct unpacker *in);

/* Most numbers take one byte. */
static inline uint64_t unpack_u64(struct unpacker *in)
{
    if (in->rest.n > 0 && (unsigned char)in->rest.p[0] < 0x80) {
        uint64_t value = (unsigned char)in->rest.p[0];
        in->rest.p++;
        in->rest.n--;
        return value;
    }
    return unpack_long(in);
}

/* At most maximum: more is damage. */
static inline uint64_t unpack_count(struct unpacker *in, uint64_t maximum)
{
    uint64_t value = unpack_u64(in);
    if (value > maximum) {
        in->damaged = true;
        in->rest.n = 0;
        return 0;
    }
    return value;
}

static inline int64_t unpack_i64(struct unpacker *in)
{
    uint64_t value = unpack_u64(in);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

double unpack_double(struct unpacker *in);
/* The next n bytes, and a text with its length in front: borrowed from what is read. */
struct span unpack_bytes(struct unpacker *in, uint64_t n);
struct span unpack_text(struct unpacker *in);
void unpack_instant(struct unpacker *in, struct instant *instant);

#endif
