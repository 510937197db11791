/* Borrowed text: comparison, search, cutting. Input may be anything, log text included. */
#include "base/span.h"

bool span_equal_nocase(struct span a, struct span b)
{
    if (a.n != b.n) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (byte_lower(a.p[i]) != byte_lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

/* Eight bytes at a time: bit 7 of each byte tells whether it is a letter A to Z. */
static uint64_t lower8(uint64_t x)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t low = x & ones * 0x7f;
    uint64_t from_a = low + ones * (0x80 - 'A');
    uint64_t behind_z = low + ones * (0x7f - 'Z');
    return x | ((from_a ^ behind_z) & ~x & ones * 0x80) >> 2;
}

static void copy_lower8(char *to, const char *from)
{
    uint64_t lower = lower8(bytes_read8(from));
    memcpy(to, &lower, sizeof lower);
}

/* The last bytes are read with some before them again, when there are any. */
void bytes_lower(char *to, const char *from, size_t n)
{
    if (n >= 8) {
        for (size_t i = 0; i + 8 < n; i += 8) {
            copy_lower8(to + i, from + i);
        }
        copy_lower8(to + n - 8, from + n - 8);
    } else if (n >= 4) {
        uint64_t ends = bytes_read4(from) | (uint64_t)bytes_read4(from + n - 4) << 32;
        ends = lower8(ends);
        memcpy(to, &ends, 4);
        memcpy(to + n - 4, (const char *)&ends + 4, 4);
    } else {
        for (size_t i = 0; i < n; i++) {
            to[i] = byte_lower(from[i]);
        }
    }
}

size_t span_find(struct span a, struct span needle)
{
    if (needle.n == 0) {
        return 0;
    }
    size_t at = 0;
    while (at + needle.n <= a.n) {
        const char *hit = memchr(a.p + at, needle.p[0], a.n - needle.n - at + 1);
        if (hit == NULL) {
            break;
        }
        if (bytes_equal(hit, needle.p, needle.n)) {
            return (size_t)(hit - a.p);
        }
        at = (size_t)(hit - a.p) + 1;
    }
    return SIZE_MAX;
}

struct span span_trim(struct span a)
{
    while (a.n > 0 && byte_is_space(a.p[0])) {
        a.p++;
        a.n--;
    }
    while (a.n > 0 && byte_is_space(a.p[a.n - 1])) {
        a.n--;
    }
    return a;
}

bool span_next_word(struct span *rest, struct span *word)
{
    if (rest->n == 0) {
        *word = SPAN_EMPTY;
        return false;
    }
    const char *at = rest->p;
    const char *end = rest->p + rest->n;
    while (at < end && byte_is_blank(*at)) {
        at++;
    }
    const char *start = at;
    while (at < end && !byte_is_blank(*at)) {
        at++;
    }
    *word = span_of(start, (size_t)(at - start));
    *rest = span_of(at, (size_t)(end - at));
    return at > start;
}

bool span_next_piece(struct span *rest, char separator, struct span *piece)
{
    if (rest->p == NULL) {
        return false;
    }
    const char *hit = rest->n > 0 ? memchr(rest->p, separator, rest->n) : NULL;
    if (hit == NULL) {
        *piece = *rest;
        *rest = (struct span){NULL, 0};
        return true;
    }
    size_t n = (size_t)(hit - rest->p);
    *piece = span_of(rest->p, n);
    *rest = span_of(hit + 1, rest->n - n - 1);
    return true;
}

bool span_to_u64(struct span a, uint64_t maximum, uint64_t *value)
{
    uint64_t v = 0;
    if (a.n == 0) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (!byte_is_digit(a.p[i])) {
            return false;
        }
        unsigned digit = (unsigned)(a.p[i] - '0');
        if (v > (maximum - digit) / 10) {
            return false;
        }
        v = v * 10 + digit;
    }
    *value = v;
    return v <= maximum;
}
