/* Borrowed text: a pointer and a length, not terminated, owned by somebody else. Absent text is an
 * empty span, never NULL arithmetic. No function here allocates. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *p;
    size_t n;
};

#define SPAN_LITERAL(text) ((struct span){"" text, sizeof(text) - 1})
/* For an object with static storage. */
#define SPAN_CONSTANT(text)       \
    {                             \
        "" text, sizeof(text) - 1 \
    }
#define SPAN_EMPTY ((struct span){"", 0})

/* For printf's "%.*s". */
#define SPAN_ARGS(s) (int)(s).n, (s).p

static inline struct span span_of(const char *p, size_t n)
{
    return (struct span){p, n};
}

static inline struct span span_cstr(const char *text)
{
    return (struct span){text, strlen(text)};
}

static inline uint64_t bytes_read8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t bytes_read4(const char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* memcmp's equality, without a call for the short texts that logs are full of. */
static inline bool bytes_equal(const char *a, const char *b, size_t n)
{
    if (n > 32) {
        return memcmp(a, b, n) == 0;
    }
    if (n > 16 && (bytes_read8(a + 8) != bytes_read8(b + 8) ||
                   bytes_read8(a + n - 16) != bytes_read8(b + n - 16))) {
        return false;
    }
    if (n >= 8) {
        return bytes_read8(a) == bytes_read8(b) && bytes_read8(a + n - 8) == bytes_read8(b + n - 8);
    }
    if (n >= 4) {
        return bytes_read4(a) == bytes_read4(b) && bytes_read4(a + n - 4) == bytes_read4(b + n - 4);
    }
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.n == b.n && bytes_equal(a.p, b.p, a.n);
}

static inline bool span_is(struct span a, const char *text)
{
    return span_equal(a, span_cstr(text));
}

static inline bool span_starts(struct span a, struct span head)
{
    return a.n >= head.n && bytes_equal(a.p, head.p, head.n);
}

static inline struct span span_from(struct span a, size_t offset)
{
    return offset >= a.n ? (struct span){a.p + a.n, 0} : (struct span){a.p + offset, a.n - offset};
}

/* Without the blanks (not tabs) at its front. */
static inline struct span span_skip_blanks(struct span a)
{
    while (a.n > 0 && a.p[0] == ' ') {
        a = span_from(a, 1);
    }
    return a;
}

static inline bool byte_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool byte_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline bool byte_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool byte_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline char byte_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* ASCII case ignored. */
bool span_equal_nocase(struct span a, struct span b);

/* Copies n bytes with ASCII letters in lower case. */
void bytes_lower(char *to, const char *from, size_t n);

/* Offset of needle in a, or SIZE_MAX. */
size_t span_find(struct span a, struct span needle);

/* a without blanks, tabs and line ends at both sides. */
struct span span_trim(struct span a);

/* Takes the next word (separated by blanks or tabs) off the front of *rest. False when none is
 * left. */
bool span_next_word(struct span *rest, struct span *word);

/* Takes what stands before the next separator off the front of *rest; the last piece has none
 * behind it. False when *rest is used up (p == NULL). */
bool span_next_piece(struct span *rest, char separator, struct span *piece);

/* Value of a string of decimal digits only. False when there is another byte, nothing, or more
 * than maximum. */
bool span_to_u64(struct span a, uint64_t maximum, uint64_t *value);

#endif
