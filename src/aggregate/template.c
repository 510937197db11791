/* Reply texts with the parts that vary put aside. Works word by word; a word ends at a blank or one
 * of the brackets, quotes and commas around it. Trust: texts of remote servers. */
#include "aggregate/template.h"

#define TEMPLATE_LOOKED_AT ((size_t)2048) /* bytes of a text; words may be as long as the line */

struct word_shape {
    size_t letters, digits, dots, colons, hyphens, others;
    bool has_at;
    bool has_scheme; /* "://" */
    bool hex_only;
};

/* Bytes between words (EDGE), and those without which a word is kept as it is (TELLING). */
enum {
    EDGE = 1,
    TELLING = 2,
    EQUAL = 4 /* an edge, but in a URL */
};

static const uint8_t byte_kinds[256] = {
    [' '] = EDGE,    ['\t'] = EDGE,   ['('] = EDGE,    [')'] = EDGE,    ['['] = EDGE,
    [']'] = EDGE,    ['"'] = EDGE,    [','] = EDGE,    [';'] = EDGE,    ['\''] = EDGE,
    ['<'] = EDGE,    ['>'] = EDGE,    ['`'] = EDGE,    ['0'] = TELLING, ['1'] = TELLING,
    ['2'] = TELLING, ['3'] = TELLING, ['4'] = TELLING, ['5'] = TELLING, ['6'] = TELLING,
    ['7'] = TELLING, ['8'] = TELLING, ['9'] = TELLING, ['@'] = TELLING, [':'] = TELLING,
    ['.'] = TELLING, ['='] = EQUAL,
};

static unsigned kind_of(char c)
{
    return byte_kinds[(unsigned char)c];
}

static struct word_shape shape_of(struct span word)
{
    struct word_shape s = {.hex_only = true};
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        if (byte_is_digit(c)) {
            s.digits++;
        } else if (byte_is_alpha(c)) {
            s.letters++;
            s.hex_only = s.hex_only && byte_lower(c) <= 'f';
        } else if (c == '.') {
            s.dots++;
        } else if (c == ':') {
            s.colons++;
        } else if (c == '-' || c == '_') {
            s.hyphens++;
        } else {
            s.others++;
            s.has_at = s.has_at || c == '@';
        }
    }
    s.has_scheme = span_find(word, SPAN_LITERAL("://")) != SIZE_MAX;
    return s;
}

/* Labels of letters, digits and hyphens, the last one of letters: mx1.example.org. */
static bool is_host(struct span word, const struct word_shape *s)
{
    size_t letters = 0;
    size_t at = word.n;
    while (at > 0 && byte_is_alpha(word.p[at - 1])) {
        at--;
        letters++;
    }
    return s->dots > 0 && s->others == 0 && s->colons == 0 && letters >= 2 && at > 1 &&
           word.p[at - 1] == '.' && word.p[0] != '.' && word.p[at - 2] != '.';
}

/* "300s", "10MB", "98%", "0.5": a number all the same. */
static bool is_number(struct span word)
{
    size_t at = 0;
    size_t dots = 0;
    while (at < word.n && (byte_is_digit(word.p[at]) || word.p[at] == '.')) {
        dots += word.p[at++] == '.';
    }
    struct span unit = span_from(word, at);
    static const char *const units[] = {"",  "%", "s",  "m",  "h",  "d",   "ms",
                                        "b", "k", "kb", "mb", "gb", "sec", "min"};
    bool known = false;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        known = known || span_equal_nocase(unit, span_cstr(units[i]));
    }
    return known && at > dots && dots <= 1 && word.p[0] != '.';
}

/* What stands for a word, or NULL to keep it. */
static const char *stand_in(struct span word)
{
    struct word_shape s = shape_of(word);
    if (s.has_scheme) {
        return "<url>";
    }
    if (s.has_at && word.n > 2) {
        return "<address>";
    }
    if (is_host(word, &s)) {
        return "<host>";
    }
    if (s.digits == 0) {
        return NULL;
    }
    if (s.colons == 2 && s.letters + s.dots + s.others == 0 && word.n <= 8) {
        return "N"; /* a time of day */
    }
    bool quad = s.dots == 3 && s.letters == 0 && s.others == 0 && s.digits >= 4;
    if (quad || (s.colons >= 2 && s.hex_only && s.others == 0)) {
        return "<ip>";
    }
    if (s.letters == 0) {
        bool plain = s.dots + s.colons + s.hyphens + s.others == 0;
        return plain && s.digits > 7 ? "<id>" : is_number(word) ? "N" : NULL;
    }
    if (is_number(word)) {
        return "N";
    }
    /* Ids mix letters and digits: 4jXQsr006Czn5Lm, ffacd0b85a97d-xyz, 1vMPaa-000001-AB. Short words
     * such as S3150 or ipv6 mean something and stay. */
    return word.n >= 9 && s.digits >= 2 && s.letters + s.digits >= 8 ? "<id>" : NULL;
}

/* What stands for `<...>` at the front of text, with its length; NULL when it is no such thing. */
static const char *angle_stand_in(struct span text, size_t *length)
{
    size_t end = span_find(text, SPAN_LITERAL(">"));
    if (end == SIZE_MAX || end > 400 || memchr(text.p, ' ', end) != NULL) {
        return NULL;
    }
    *length = end + 1;
    return end == 1 ? "<>" : "<address>";
}

/* What stands for the word at the front of text, NULL when it is kept. *length: of what is
 * replaced; *whole: with the full stops and colons behind it, which are not part of it. */
static const char *word_stand_in(struct span text, size_t *length, size_t *whole)
{
    size_t end = 0;
    unsigned kinds = 0;
    for (; end < text.n; end++) {
        unsigned kind = kind_of(text.p[end]);
        bool ends = kind == EDGE || (kind == EQUAL && span_find(span_of(text.p, end),
                                                                SPAN_LITERAL("://")) == SIZE_MAX);
        if (ends) {
            break;
        }
        kinds |= kind;
    }
    end += end == 0; /* begins with an equals sign */
    *whole = *length = end;
    if ((kinds & TELLING) == 0) {
        return NULL;
    }
    while (*length > 1 && (text.p[*length - 1] == '.' || text.p[*length - 1] == ':')) {
        --*length;
    }
    return stand_in(span_of(text.p, *length));
}

/* The name of a block list says why, and there are few: "blocked using bl.example". */
static bool names_list(struct span before, const char *instead)
{
    static const char *const words[] = {" using ",    "listed at ", "listed by ",
                                        "listed in ", "listed on ", "found in "};
    bool names = false;
    for (size_t i = 0; i < COUNT_OF(words) && strcmp(instead, "<host>") == 0; i++) {
        struct span word = span_cstr(words[i]);
        names = names ||
                (before.n >= word.n && span_equal(span_from(before, before.n - word.n), word));
    }
    return names;
}

void template_make(struct span text, struct strbuf *out)
{
    size_t kept = 0; /* what is kept as it is begins here */
    size_t at = 0;
    if (text.n > TEMPLATE_LOOKED_AT) {
        text.n = TEMPLATE_LOOKED_AT;
    }
    while (at < text.n && out->length + (at - kept) < TEMPLATE_MAXIMUM) {
        size_t length = 1;
        size_t whole = 0;
        const char *instead = NULL;
        if (text.p[at] == '<') {
            instead = angle_stand_in(span_from(text, at), &length);
        } else if (kind_of(text.p[at]) != EDGE) {
            instead = word_stand_in(span_from(text, at), &length, &whole);
            if (instead != NULL && names_list(span_of(text.p, at), instead)) {
                instead = NULL;
            }
        }
        if (instead != NULL) {
            strbuf_add(out, text.p + kept, at - kept);
            strbuf_add_cstr(out, instead);
            kept = at + length;
        }
        at += whole > length ? whole : length;
    }
    strbuf_add(out, text.p + kept, at - kept);
    if (out->length > TEMPLATE_MAXIMUM) {
        out->length = TEMPLATE_MAXIMUM;
        out->bytes[TEMPLATE_MAXIMUM] = '\0';
    }
}
