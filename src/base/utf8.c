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

/* Combining marks and wide blocks (Unicode 15: general category Mn, Me, Cf; East Asian Width W and
 * F), whole blocks of Indian and Tibetan marks left out: enough to keep tables straight. */
static const struct column_range column_ranges[] = {
    {0x0300, 0x036f, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05bd, 0},   {0x05bf, 0x05bf, 0},
    {0x05c1, 0x05c2, 0},   {0x05c4, 0x05c5, 0},   {0x05c7, 0x05c7, 0},   {0x0600, 0x0605, 0},
    {0x0610, 0x061a, 0},   {0x061c, 0x061c, 0},   {0x064b, 0x065f, 0},   {0x0670, 0x0670, 0},
    {0x06d6, 0x06dd, 0},   {0x06df, 0x06e4, 0},   {0x06e7, 0x06e8, 0},   {0x06ea, 0x06ed, 0},
    {0x0900, 0x0902, 0},   {0x093a, 0x093a, 0},   {0x093c, 0x093c, 0},   {0x0941, 0x0948, 0},
    {0x094d, 0x094d, 0},   {0x0951, 0x0957, 0},   {0x0962, 0x0963, 0},   {0x0e31, 0x0e31, 0},
    {0x0e34, 0x0e3a, 0},   {0x0e3b, 0x0e3e, 2},   {0x0e47, 0x0e4e, 0},   {0x0eb1, 0x0eb1, 0},
    {0x0eb4, 0x0ebc, 0},   {0x0ebe, 0x0ebf, 2},   {0x0ec5, 0x0ec5, 2},   {0x0ec7, 0x0ec7, 2},
    {0x0ec8, 0x0ecd, 0},   {0x1100, 0x115f, 2},   {0x1160, 0x11ff, 0},   {0x1ab0, 0x1ace, 0},
    {0x1acf, 0x1aff, 2},   {0x1dc0, 0x1dff, 0},   {0x200b, 0x200f, 0},   {0x202a, 0x202e, 0},
    {0x2060, 0x2064, 0},   {0x2065, 0x2065, 2},   {0x2066, 0x206f, 0},   {0x20d0, 0x20f0, 0},
    {0x20f1, 0x20ff, 2},   {0x231a, 0x231b, 2},   {0x2e80, 0x3029, 2},   {0x302a, 0x302d, 0},
    {0x302e, 0x303e, 2},   {0x3041, 0x3098, 2},   {0x3099, 0x309a, 0},   {0x309b, 0x3247, 2},
    {0x3250, 0x4dbf, 2},   {0x4e00, 0xa4cf, 2},   {0xa960, 0xa97c, 2},   {0xac00, 0xd7a3, 2},
    {0xf900, 0xfaff, 2},   {0xfb1e, 0xfb1e, 0},   {0xfe00, 0xfe0f, 0},   {0xfe10, 0xfe1f, 2},
    {0xfe20, 0xfe2f, 0},   {0xfe30, 0xfe6f, 2},   {0xfeff, 0xfeff, 0},   {0xff01, 0xff60, 2},
    {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f320, 2}, {0x1f32d, 0x1f335, 2}, {0x1f337, 0x1f37c, 2},
    {0x1f37e, 0x1f393, 2}, {0x1f3a0, 0x1f3ca, 2}, {0x1f3cf, 0x1f3d3, 2}, {0x1f3e0, 0x1f3f0, 2},
    {0x1f3f4, 0x1f3f4, 2}, {0x1f3f8, 0x1f43e, 2}, {0x1f440, 0x1f440, 2}, {0x1f442, 0x1f4fc, 2},
    {0x1f4ff, 0x1f53d, 2}, {0x1f54b, 0x1f54e, 2}, {0x1f550, 0x1f567, 2}, {0x1f57a, 0x1f57a, 2},
    {0x1f595, 0x1f596, 2}, {0x1f5a4, 0x1f5a4, 2}, {0x1f5fb, 0x1f64f, 2}, {0x1f680, 0x1f6c5, 2},
    {0x1f6cc, 0x1f6cc, 2}, {0x1f6d0, 0x1f6d2, 2}, {0x1f6d5, 0x1f6df, 2}, {0x1f6eb, 0x1f6ef, 2},
    {0x1f6f4, 0x1f6ff, 2}, {0x1f90c, 0x1f93a, 2}, {0x1f93c, 0x1f945, 2}, {0x1f947, 0x1f9ff, 2},
    {0x1fa70, 0x1faff, 2}, {0x20000, 0x3fffd, 2}, {0xe0100, 0xe01ef, 0},
};

bool utf8_is_right_to_left(uint32_t c)
{
    return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfefc) || (c >= 0x10800 && c <= 0x10fff) ||
           (c >= 0x1e800 && c <= 0x1efff);
}

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
