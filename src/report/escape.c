/* All escaping of output, in one place. Trust: text is whatever a stranger wrote into a log. */
#include "report/escape.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

#define REPLACEMENT SPAN_LITERAL("\xef\xbf\xbd")

/* The longest head that is clean ASCII without the two characters. */
static size_t plain_run(struct span text, char one, char other)
{
    size_t plain = utf8_plain_run(text);
    size_t n = 0;
    while (n < plain && text.p[n] != one && text.p[n] != other) {
        n++;
    }
    return n;
}

/* Takes one character off the front, as it may be shown: itself, or U+FFFD. text.n > 0. */
static struct span take_character(struct span *text)
{
    uint32_t character = 0;
    size_t length = utf8_read(*text, &character);
    struct span taken = span_of(text->p, length);
    bool bad = length == 0 || utf8_is_unsafe(character);
    *text = span_from(*text, length == 0 ? 1 : length);
    return bad ? REPLACEMENT : taken;
}

/* Text with a mark before each of the two characters. */
static void add_marked(struct strbuf *out, struct span text, char one, char other, char mark)
{
    for (;;) {
        size_t n = plain_run(text, one, other);
        strbuf_add(out, text.p, n);
        text = span_from(text, n);
        if (text.n == 0) {
            return;
        }
        struct span character = take_character(&text);
        if (character.n == 1) { /* one of the two: what else was not plain is longer */
            strbuf_add_byte(out, mark);
        }
        strbuf_add_span(out, character);
    }
}

void escape_json(struct strbuf *out, struct span text)
{
    strbuf_add_byte(out, '"');
    add_marked(out, text, '"', '\\', '\\');
    strbuf_add_byte(out, '"');
}

void escape_tsv(struct strbuf *out, struct span text)
{
    utf8_add_clean(out, text);
}

/* ---- for what writes much -------------------------------------------------------------------- */

static inline bool is_plain(char c, char one, char other)
{
    return c >= 0x20 && c < 0x7f && c != one && c != other;
}

#define EIGHT(byte) ((uint64_t)(unsigned char)(byte)*UINT64_C(0x0101010101010101))

/* Whether eight bytes are all plain: no high bit is set by one of four ways. What is added or taken
 * away goes over into the byte behind only where a byte is not plain by itself. */
static inline bool eight_plain(uint64_t eight, char one, char other)
{
    uint64_t odd = (eight - EIGHT(0x20)) | (eight + EIGHT(1)) | ((eight ^ EIGHT(one)) - EIGHT(1)) |
                   ((eight ^ EIGHT(other)) - EIGHT(1));
    return (odd & EIGHT(0x80)) == 0;
}

static inline bool copy_eight(char *to, const char *from, char one, char other)
{
    uint64_t eight = bytes_read8(from);
    memcpy(to, &eight, sizeof eight);
    return eight_plain(eight, one, other);
}

/* Four to seven bytes, as two fours that overlap. */
static inline bool copy_fours(char *to, struct span text, char one, char other)
{
    uint32_t head = bytes_read4(text.p);
    uint32_t end = bytes_read4(text.p + text.n - 4);
    memcpy(to, &head, sizeof head);
    memcpy(to + text.n - 4, &end, sizeof end);
    return eight_plain(head | (uint64_t)end << 32, one, other);
}

#ifdef __SSE2__
/* Whether sixteen bytes are all plain. Compared as signed ones, those beyond ASCII are less. */
static inline bool copy_sixteen(char *to, const char *from, char one, char other)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)from);
    _mm_storeu_si128((__m128i *)(void *)to, x);
    __m128i odd = _mm_or_si128(_mm_or_si128(_mm_cmplt_epi8(x, _mm_set1_epi8(0x20)),
                                            _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f))),
                               _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(one)),
                                            _mm_cmpeq_epi8(x, _mm_set1_epi8(other))));
    return _mm_movemask_epi8(odd) == 0;
}
#else
static inline bool copy_sixteen(char *to, const char *from, char one, char other)
{
    bool plain = copy_eight(to, from, one, other);
    return copy_eight(to + 8, from + 8, one, other) && plain;
}
#endif

/* Copies the head of a text that is clean ASCII without the two characters; returns its length. Up
 * to text.n bytes are written. In blocks, of which the last overlaps the one before; a block that
 * is not plain is left to the loop at the end. */
__attribute__((always_inline)) static inline size_t copy_plain(char *to, struct span text, char one,
                                                               char other)
{
    size_t n = 0;
    if (text.n >= 16) {
        while (n + 16 < text.n && copy_sixteen(to + n, text.p + n, one, other)) {
            n += 16;
        }
        size_t last = text.n - 16;
        if (n >= last && copy_sixteen(to + last, text.p + last, one, other)) {
            return text.n;
        }
    } else if (text.n >= 8) {
        if (copy_eight(to, text.p, one, other) &&
            copy_eight(to + text.n - 8, text.p + text.n - 8, one, other)) {
            return text.n;
        }
    } else if (text.n >= 4 && copy_fours(to, text, one, other)) {
        return text.n;
    }
    while (n < text.n && is_plain(text.p[n], one, other)) {
        to[n] = text.p[n];
        n++;
    }
    return n;
}

/* What begins with a character that is not plain; a backslash before each of the two. */
static char *put_marked(char *to, struct span text, char one, char other)
{
    while (text.n > 0) {
        struct span character = take_character(&text);
        if (character.n == 1) {
            *to++ = '\\';
        }
        memcpy(to, character.p, character.n);
        to += character.n;
        size_t n = copy_plain(to, text, one, other);
        to += n;
        text = span_from(text, n);
    }
    return to;
}

char *escape_json_put(char *to, struct span text)
{
    size_t n = copy_plain(to, text, '"', '\\');
    return n == text.n ? to + n : put_marked(to + n, span_from(text, n), '"', '\\');
}

char *escape_tsv_put(char *to, struct span text)
{
    char none = 0x7f; /* not clean anyway: nothing is marked */
    size_t n = copy_plain(to, text, none, none);
    return n == text.n ? to + n : put_marked(to + n, span_from(text, n), none, none);
}

/* ---- terminals, Prometheus ------------------------------------------------------------------- */

void escape_terminal(struct strbuf *out, struct span text)
{
    utf8_add_clean(out, text);
}

void escape_prometheus(struct strbuf *out, struct span text)
{
    add_marked(out, text, '"', '\\', '\\');
}

/* ---- HTML ------------------------------------------------------------------------------------ */

/* NULL for a character that stands for itself. The backtick is a quote to old browsers. */
static const char *html_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '`':
        return "&#96;";
    default:
        return NULL;
    }
}

void escape_html(struct strbuf *out, struct span text)
{
    while (text.n > 0) {
        struct span character = take_character(&text);
        const char *entity = character.n == 1 ? html_entity(character.p[0]) : NULL;
        if (entity != NULL) {
            strbuf_add_cstr(out, entity);
        } else {
            strbuf_add_span(out, character);
        }
    }
}

/* ---- CSV ------------------------------------------------------------------------------------- */

/* Some spreadsheets pass over blanks before the sign, and know its full-width forms. */
static bool is_formula(struct span text)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t' || text.p[0] == '\r' ||
                          text.p[0] == '\n' || text.p[0] == '\0')) {
        text = span_from(text, 1);
    }
    if (text.n > 0 && memchr("=+-@", text.p[0], 4) != NULL) {
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(wide); i++) {
        if (span_starts(text, span_cstr(wide[i]))) {
            return true;
        }
    }
    return false;
}

/* Semicolons part cells where the comma is the decimal point. */
static bool needs_quotes(struct span text)
{
    return text.n > 0 &&
           (text.p[0] == ' ' || text.p[text.n - 1] == ' ' || memchr(text.p, ',', text.n) != NULL ||
            memchr(text.p, ';', text.n) != NULL || memchr(text.p, '"', text.n) != NULL);
}

void escape_csv(struct strbuf *out, struct span text)
{
    bool quoted = needs_quotes(text);
    if (quoted) {
        strbuf_add_byte(out, '"');
    }
    if (is_formula(text)) {
        strbuf_add_byte(out, '\'');
    }
    add_marked(out, text, '"', '"', '"');
    if (quoted) {
        strbuf_add_byte(out, '"');
    }
}

/* ---- Markdown -------------------------------------------------------------------------------- */

#define MARKDOWN_SPECIAL "\\`*_{}[]<>|~&$!#^"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* At the start of a line: lists, headings of the second kind. Adds what must be written otherwise
 * and returns what is left. */
static struct span add_markdown_head(struct strbuf *out, struct span text)
{
    size_t n = 0;
    while (n < text.n && is_digit(text.p[n])) {
        n++;
    }
    bool numbered = n > 0 && n < text.n && (text.p[n] == '.' || text.p[n] == ')');
    bool marked = n == 0 && text.n > 0 && memchr("+-=:", text.p[0], 4) != NULL;
    if (!numbered && !marked) {
        return text;
    }
    strbuf_add(out, text.p, n);
    strbuf_add_byte(out, '\\');
    strbuf_add_byte(out, text.p[n]);
    return span_from(text, n + 1);
}

/* Length of the head of an address that would become a link by itself up to the character that
 * must be escaped; 0 for none. */
static size_t link_head(struct span text)
{
    if (span_starts(text, SPAN_LITERAL("://"))) {
        return 1;
    }
    return text.n >= 4 && span_equal_nocase(span_of(text.p, 4), SPAN_LITERAL("www.")) ? 4 : 0;
}

void escape_markdown(struct strbuf *out, struct span text)
{
    while (text.n > 0 && text.p[0] == ' ') { /* four would make a block of code */
        text = span_from(text, 1);
    }
    text = add_markdown_head(out, text);
    while (text.n > 0) {
        size_t link = link_head(text);
        if (link > 0) {
            strbuf_add(out, text.p, link - 1);
            strbuf_add_byte(out, '\\');
            strbuf_add_byte(out, text.p[link - 1]);
            text = span_from(text, link);
            continue;
        }
        bool special = strchr(MARKDOWN_SPECIAL, text.p[0]) != NULL && text.p[0] != '\0';
        struct span character = take_character(&text);
        if (special) {
            strbuf_add_byte(out, '\\');
        }
        strbuf_add_span(out, character);
    }
}

static size_t longest_run(struct span text, char c)
{
    size_t longest = 0;
    size_t run = 0;
    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == c ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

void escape_markdown_code(struct strbuf *out, struct span text)
{
    size_t ticks = longest_run(text, '`') + 1;
    /* A blank at either end is taken off again, so that ticks of the text do not meet the fence. */
    const char *gap = ticks > 1 ? " " : "";
    if (text.n == 0) {
        return;
    }
    strbuf_add_repeat(out, "`", ticks);
    strbuf_add_cstr(out, gap);
    add_marked(out, text, '|', '|', '\\');
    strbuf_add_cstr(out, gap);
    strbuf_add_repeat(out, "`", ticks);
}

/* ---- mail headers ---------------------------------------------------------------------------- */

#define WORD_MAXIMUM                                                                               \
    60                    /* of the 75 that RFC 2047 allows, so that a field's name fits before it \
                           */
#define VALUE_MAXIMUM 200 /* longer ones are encoded, which folds them */
#define WORD_BEGIN    "=?UTF-8?Q?"
#define WORD_END      "?="

static bool is_header_plain(struct span text)
{
    return text.n <= VALUE_MAXIMUM && utf8_plain_run(text) == text.n &&
           span_find(text, SPAN_LITERAL("=?")) == SIZE_MAX && (text.n == 0 || text.p[0] != ' ') &&
           (text.n == 0 || text.p[text.n - 1] != ' ');
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == ' ';
}

static size_t encoded_length(struct span character)
{
    return character.n == 1 && is_word_byte(character.p[0]) ? 1 : 3 * character.n;
}

static void add_encoded(struct strbuf *out, struct span character)
{
    for (size_t i = 0; i < character.n; i++) {
        char c = character.p[i];
        if (c == ' ') {
            strbuf_add_byte(out, '_');
        } else if (is_word_byte(c)) {
            strbuf_add_byte(out, c);
        } else {
            strbuf_addf(out, "=%02X", (unsigned)(unsigned char)c);
        }
    }
}

void escape_header(struct strbuf *out, struct span text)
{
    if (is_header_plain(text)) {
        strbuf_add_span(out, text);
        return;
    }
    size_t room = WORD_MAXIMUM - strlen(WORD_BEGIN WORD_END);
    size_t used = 0;
    strbuf_add_cstr(out, WORD_BEGIN);
    while (text.n > 0) {
        struct span character = take_character(&text);
        size_t length = encoded_length(character);
        if (used + length > room) {
            strbuf_add_cstr(out, WORD_END "\n " WORD_BEGIN);
            used = 0;
        }
        add_encoded(out, character);
        used += length;
    }
    strbuf_add_cstr(out, WORD_END);
}
