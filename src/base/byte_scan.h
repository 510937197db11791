/* Looking for bytes sixteen at a time where the machine can, one by one elsewhere. Nothing outside
 * the text is read. Trust: any bytes. */
#ifndef BASE_BYTE_SCAN_H
#define BASE_BYTE_SCAN_H

#include "base/span.h"

#ifdef __SSE2__
#include <emmintrin.h>

#define BYTE_SCAN_WIDE 16

static inline __m128i bytes_load16(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Bit i: byte i is c. */
static inline unsigned bytes_mask_of(__m128i x, char c)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(c)));
}

/* Bit i: byte i is c or d. */
static inline unsigned bytes_mask_of_two(__m128i x, char c, char d)
{
    return (unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(c)), _mm_cmpeq_epi8(x, _mm_set1_epi8(d))));
}

/* Bit i: byte i is one of from to to. */
static inline unsigned bytes_mask_between(__m128i x, char from, char to)
{
    __m128i above = _mm_sub_epi8(x, _mm_set1_epi8(from));
    __m128i within = _mm_min_epu8(above, _mm_set1_epi8((char)(to - from)));
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(above, within));
}
#endif

/* Bytes in front of the first that is a, b or c; text.n when there is none. */
static inline size_t byte_scan(struct span text, char a, char b, char c)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + BYTE_SCAN_WIDE <= text.n; i += BYTE_SCAN_WIDE) {
        __m128i x = bytes_load16(text.p + i);
        __m128i found = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(a)), _mm_cmpeq_epi8(x, _mm_set1_epi8(b))),
            _mm_cmpeq_epi8(x, _mm_set1_epi8(c)));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0) {
            return i + (size_t)__builtin_ctz(mask);
        }
    }
#endif
    while (i < text.n && text.p[i] != a && text.p[i] != b && text.p[i] != c) {
        i++;
    }
    return i;
}

/* Bytes up to the last that is c, with it; 0 when there is none. */
static inline size_t byte_scan_back(struct span text, char c)
{
    size_t n = text.n;
#ifdef BYTE_SCAN_WIDE
    for (; n >= BYTE_SCAN_WIDE; n -= BYTE_SCAN_WIDE) {
        unsigned mask = bytes_mask_of(bytes_load16(text.p + n - BYTE_SCAN_WIDE), c);
        if (mask != 0) {
            return n - (size_t)(__builtin_clz(mask) - BYTE_SCAN_WIDE);
        }
    }
#endif
    while (n > 0 && text.p[n - 1] != c) {
        n--;
    }
    return n;
}

#endif
