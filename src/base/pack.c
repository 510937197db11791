/* Numbers and texts as bytes, and back. Trust: bytes to read come from files that anybody may have
 * damaged. */
#include "base/pack.h"

#include <math.h>

#define MILLIONTHS 1e6
#define RAW_DOUBLE UINT64_MAX /* stands before eight bytes */

void pack_u64(struct strbuf *out, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    if (value < 0x80) {
        strbuf_add_byte(out, (char)value);
        return;
    }
    while (value >= 0x80) {
        bytes[n++] = (char)(value | 0x80);
        value >>= 7;
    }
    bytes[n++] = (char)value;
    strbuf_add(out, bytes, n);
}

void pack_i64(struct strbuf *out, int64_t value)
{
    pack_u64(out, ((uint64_t)value << 1) ^ (uint64_t)(value < 0 ? -1 : 0));
}

void pack_double(struct strbuf *out, double value)
{
    double scaled = value * MILLIONTHS;
    if (scaled >= 0 && scaled < 1e15) {
        uint64_t whole = (uint64_t)round(scaled);
        double back = (double)whole / MILLIONTHS;
        /* By their bits: -0 is not 0. */
        uint64_t bits[2];
        memcpy(&bits[0], &back, sizeof back);
        memcpy(&bits[1], &value, sizeof value);
        if (bits[0] == bits[1]) {
            pack_u64(out, whole);
            return;
        }
    }
    char bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    pack_u64(out, RAW_DOUBLE);
    strbuf_add(out, bytes, sizeof bytes);
}

void pack_text(struct strbuf *out, struct span text)
{
    pack_u64(out, text.n);
    strbuf_add_span(out, text);
}

void pack_instant(struct strbuf *out, const struct instant *instant)
{
    pack_i64(out, instant->seconds);
    pack_u64(out, (uint64_t)instant->nanosecond);
    pack_i64(out, instant->offset);
    pack_u64(out, instant->digits);
}

uint64_t unpack_long(struct unpacker *in)
{
    uint64_t value = 0;
    const unsigned char *p = (const unsigned char *)in->rest.p;
    for (size_t i = 0; i < in->rest.n && i < 10; i++) {
        value |= (uint64_t)(p[i] & 0x7f) << (7 * i);
        if (p[i] < 0x80) {
            in->rest = span_from(in->rest, i + 1);
            return value;
        }
    }
    in->damaged = true;
    in->rest.n = 0;
    return 0;
}

struct span unpack_bytes(struct unpacker *in, uint64_t n)
{
    if (n > in->rest.n) {
        in->damaged = true;
        in->rest.n = 0;
        return SPAN_EMPTY;
    }
    struct span taken = span_of(in->rest.p, (size_t)n);
    in->rest = span_from(in->rest, (size_t)n);
    return taken;
}

double unpack_double(struct unpacker *in)
{
    uint64_t whole = unpack_u64(in);
    double value = 0;
    if (whole != RAW_DOUBLE) {
        return (double)whole / MILLIONTHS;
    }
    struct span bytes = unpack_bytes(in, sizeof value);
    if (bytes.n == sizeof value) {
        memcpy(&value, bytes.p, sizeof value);
    }
    if (!isfinite(value)) {
        in->damaged = true;
        value = 0;
    }
    return value;
}

struct span unpack_text(struct unpacker *in)
{
    return unpack_bytes(in, unpack_u64(in));
}

void unpack_instant(struct unpacker *in, struct instant *instant)
{
    instant->seconds = unpack_i64(in);
    instant->nanosecond = (int32_t)unpack_count(in, 999999999);
    int64_t offset = unpack_i64(in);
    in->damaged = in->damaged || offset < -CIVIL_DAY * 2 || offset > CIVIL_DAY * 2;
    instant->offset = in->damaged ? 0 : (int32_t)offset;
    instant->digits = (uint8_t)unpack_count(in, 9);
}
