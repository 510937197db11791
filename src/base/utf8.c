/* UTF-8: checking, and making strange bytes harmless. Trust: bytes written by anybody. */
#include "base/utf8.h"

static bool utf8_continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t utf8_read(struct span text, uint32_t *character)
{
    unsigned char first = (unsigned char)text.p[0];
    size_t length = first < 0x80   ? 1
                    : first < 0xc2 ? 0
                    : first < 0xe0 ? 2
                    : first < 0xf0 ? 3
                    : first < 0xf5 ? 4
                                   : 0;
    if (length == 0 || length > text.n) {
        return 0;
    }
    static const uint32_t lead_mask[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = first & lead_mask[length];
    for (size_t i = 1; i < length; i++) {
        if (!utf8_continues(text.p[i])) {
            return 0;
        }
        c = c << 6 | ((unsigned char)text.p[i] & 0x3fu);
    }
    bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
    if (overlong || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return 0;
    }
    *character = c;
    return length;
}

bool utf8_is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

size_t utf8_plain_run(struct span text)
{
    size_t i = 0;
    while (i < text.n && text.p[i] >= 0x20 && text.p[i] < 0x7f) {
        i++;
    }
    return i;
}

void utf8_add_clean(struct strbuf *out, struct span text)
{
    while (text.n > 0) {
        size_t plain = utf8_plain_run(text);
        if (plain > 0) {
            strbuf_add(out, text.p, plain);
            text = span_from(text, plain);
            continue;
        }
        uint32_t c = 0;
        size_t length = utf8_read(text, &c);
        if (length == 0 || utf8_is_unsafe(c)) {
            strbuf_add_cstr(out, "\xef\xbf\xbd");
            length = length == 0 ? 1 : length;
        } else {
            strbuf_add(out, text.p, length);
        }
        text = span_from(text, length);
    }
}

struct column_range {
    uint32_t first;
    uint32_t last;
    unsigned columns;
};

/* Combining marks and wide blocks (Unicode 15, East Asian Width W and F, general category Mn),
 * coarse by block: enough to keep tables straight. */
static const struct column_range column_ranges[] = {
    {0x0300, 0x036f, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05bd, 0},   {0x0610, 0x061a, 0},
    {0x064b, 0x065f, 0},   {0x0900, 0x0902, 0},   {0x0e31, 0x0e31, 0},   {0x0e34, 0x0e3a, 0},
    {0x0e47, 0x0e4e, 0},   {0x1100, 0x115f, 2},   {0x1ab0, 0x1aff, 0},   {0x1dc0, 0x1dff, 0},
    {0x200b, 0x200d, 0},   {0x20d0, 0x20ff, 0},   {0x2e80, 0x303e, 2},   {0x3041, 0x33ff, 2},
    {0x3400, 0x4dbf, 2},   {0x4e00, 0x9fff, 2},   {0xa000, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
    {0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},   {0xfe20, 0xfe2f, 0},   {0xfe30, 0xfe6f, 2},
    {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2}, {0x1f900, 0x1f9ff, 2},
    {0x20000, 0x3fffd, 2}, {0xe0100, 0xe01ef, 0},
};

unsigned utf8_columns(uint32_t c)
{
    if (c < 0x300) {
        return 1;
    }
    for (size_t i = 0; i < COUNT_OF(column_ranges); i++) {
        if (c < column_ranges[i].first) {
            return 1;
        }
        if (c <= column_ranges[i].last) {
            return column_ranges[i].columns;
        }
    }
    return 1;
}

struct span utf8_fit(struct span text, size_t columns)
{
    size_t at = 0;
    size_t used = 0;
    while (at < text.n) {
        uint32_t c = 0;
        size_t length = utf8_read(span_from(text, at), &c);
        size_t width = length == 0 ? 1 : utf8_columns(c);
        if (used + width > columns) {
            break;
        }
        used += width;
        at += length == 0 ? 1 : length;
    }
    return span_of(text.p, at);
}

size_t utf8_text_columns(struct span text)
{
    size_t columns = 0;
    for (size_t at = 0; at < text.n;) {
        uint32_t c = 0;
        size_t length = utf8_read(span_from(text, at), &c);
        columns += length == 0 ? 1 : utf8_columns(c);
        at += length == 0 ? 1 : length;
    }
    return columns;
}
