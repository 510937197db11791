/* Reply texts with the parts that vary put aside. Works word by word; a word ends at a blank or one of the
 * brackets, quotes and commas around it. Trust: texts of remote servers. */
#include "aggregate/template.h"

struct word_shape {
    size_t letters, digits, dots, colons, hyphens, others;
    bool has_at;
    bool has_scheme; /* "://" */
    bool hex_only;
};

static bool is_edge(char c)
{
    return c == ' ' || c == '\t' || c == '(' || c == ')' || c == '[' || c == ']' || c == '"' ||
           c == ',' || c == ';' || c == '\'' || c == '<' || c == '>' || c == '`';
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
    if (s.digits == 0) {
        return NULL;
    }
    bool quad = s.dots == 3 && s.letters == 0 && s.others == 0 && s.digits >= 4;
    if (quad || (s.colons >= 2 && s.hex_only && s.others == 0)) {
        return "<ip>";
    }
    if (s.letters == 0) {
        bool plain = s.dots + s.colons + s.hyphens + s.others == 0;
        return plain && s.digits > 7 ? "<id>" : plain ? "N" : NULL;
    }
    /* Ids mix letters and digits: 4jXQsr006Czn5Lm, ffacd0b85a97d-xyz, 1vMPaa-000001-AB. Short words such as
     * S3150 or ipv6 mean something and stay. */
    return word.n >= 9 && s.digits >= 2 && s.dots == 0 ? "<id>" : NULL;
}

static size_t add_angle(struct span text, struct strbuf *out)
{
    size_t end = span_find(text, SPAN_LITERAL(">"));
    if (end == SIZE_MAX || end > 400 ||
        memchr(text.p, ' ', end) != NULL) {
        strbuf_add_byte(out, '<');
        return 1;
    }
    strbuf_add_cstr(out, end == 1 ? "<>" : "<address>");
    return end + 1;
}

void template_make(struct span text, struct strbuf *out)
{
    size_t at = 0;
    while (at < text.n && out->length < TEMPLATE_MAXIMUM) {
        if (text.p[at] == '<') {
            at += add_angle(span_from(text, at), out);
            continue;
        }
        if (is_edge(text.p[at])) {
            strbuf_add_byte(out, text.p[at++]);
            continue;
        }
        size_t end = at;
        while (end < text.n && !is_edge(text.p[end])) {
            end++;
        }
        /* The full stop or colon behind a word is not part of it. */
        size_t tail = end;
        while (tail > at + 1 && (text.p[tail - 1] == '.' || text.p[tail - 1] == ':')) {
            tail--;
        }
        struct span word = span_of(text.p + at, tail - at);
        const char *instead = stand_in(word);
        strbuf_add_span(out, instead != NULL ? span_cstr(instead) : word);
        strbuf_add(out, text.p + tail, end - tail);
        at = end;
    }
    if (out->length > TEMPLATE_MAXIMUM) {
        out->length = TEMPLATE_MAXIMUM;
        out->bytes[TEMPLATE_MAXIMUM] = '\0';
    }
}
