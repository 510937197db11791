/* What a trace looks for in the text of lines. */
#include "lib/trace_search.h"

#include <arpa/inet.h>

#define ID_SHORTEST 5
#define ID_LONGEST  24

/* ---- what is asked for ----------------------------------------------------------------------- */

static bool is_name_byte(char c)
{
    return byte_is_alpha(c) || byte_is_digit(c);
}

static bool is_high(char c)
{
    return (unsigned char)c >= 0x80;
}

/* `xxxxxx-xxxxxx-xx`, since Exim 4.97 `xxxxxx-xxxxxxxxxxx-xxxx` */
static bool is_exim_id(struct span text)
{
    if (text.n != 16 && text.n != 23) {
        return false;
    }
    size_t second = text.n == 16 ? 13 : 18;
    for (size_t i = 0; i < text.n; i++) {
        bool hyphen = i == 6 || i == second;
        if (hyphen ? text.p[i] != '-' : !is_name_byte(text.p[i])) {
            return false;
        }
    }
    return true;
}

bool trace_is_queue_id(struct span text)
{
    bool digit = false;
    bool lower = false;
    if (is_exim_id(text)) {
        return true;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (!is_name_byte(text.p[i])) {
            return false;
        }
        digit = digit || byte_is_digit(text.p[i]);
        lower = lower || byte_lower(text.p[i]) == text.p[i];
    }
    /* Long ids mix cases; short ones are capitals and digits. A name like "postmaster" is neither.
     */
    return text.n >= ID_SHORTEST && text.n <= ID_LONGEST && (digit || !lower);
}

static bool read_ip(struct trace_word *word, struct span text)
{
    char copy[INET6_ADDRSTRLEN + 1];
    unsigned char address[16];
    if (text.n == 0 || text.n >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    if (inet_pton(AF_INET, copy, address) == 1) {
        word->kind = WORD_IP4;
        return inet_ntop(AF_INET, address, word->text, sizeof word->text) != NULL;
    }
    if (inet_pton(AF_INET6, copy, address) == 1) {
        word->kind = WORD_IP6;
        return inet_ntop(AF_INET6, address, word->text, sizeof word->text) != NULL;
    }
    return false;
}

static enum trace_word_kind kind_of(struct span text)
{
    if (memchr(text.p, '@', text.n) != NULL) {
        return text.p[0] == '@' ? WORD_DOMAIN : WORD_ADDRESS;
    }
    if (trace_is_queue_id(text)) {
        return WORD_ID;
    }
    bool host = memchr(text.p, '.', text.n) != NULL;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        host = host && (is_name_byte(c) || c == '.' || c == '-' || c == '_');
    }
    return host ? WORD_HOST : WORD_OTHER;
}

static struct span without(struct span text, char open, char close)
{
    bool both = text.n >= 2 && text.p[0] == open && text.p[text.n - 1] == close;
    return both ? span_of(text.p + 1, text.n - 2) : text;
}

/* Horspool's table: how far to move on by the byte under the word's end. */
static void fill_skip(struct trace_word *word)
{
    size_t most = word->length < 255 ? word->length : 255;
    memset(word->skip, (int)most, sizeof word->skip);
    for (size_t i = 0; i + 1 < word->length; i++) {
        size_t distance = word->length - 1 - i;
        unsigned char c = (unsigned char)word->text[i];
        word->skip[c] = (uint8_t)(distance < 255 ? distance : 255);
        if (word->kind != WORD_ID && byte_is_alpha((char)c)) {
            word->skip[c ^ 0x20] = word->skip[c];
        }
    }
}

bool trace_word_read(struct span text, struct trace_word *word)
{
    text = span_trim(text);
    text = without(without(text, '<', '>'), '[', ']');
    struct span address = text;
    if (address.n > 5 && span_equal_nocase(span_of(address.p, 5), SPAN_LITERAL("ipv6:"))) {
        address = span_from(address, 5);
    }
    *word = (struct trace_word){.kind = WORD_OTHER};
    bool named = false;
    for (size_t i = 0; i < text.n; i++) {
        named = named || is_name_byte(text.p[i]) || is_high(text.p[i]);
    }
    if (!named || text.n >= TRACE_WORD_MAXIMUM) {
        return false;
    }
    if (read_ip(word, address)) {
        word->length = strlen(word->text);
    } else {
        word->kind = kind_of(text);
        word->length = text.n;
        if (word->kind == WORD_ID) {
            memcpy(word->text, text.p, text.n);
        } else {
            bytes_lower(word->text, text.p, text.n);
        }
    }
    fill_skip(word);
    return true;
}

/* ---- in a line ------------------------------------------------------------------------------- */

static bool same_here(const struct trace_word *word, const char *p)
{
    if (word->kind == WORD_ID) {
        return memcmp(p, word->text, word->length) == 0;
    }
    for (size_t i = 0; i < word->length; i++) {
        if (byte_lower(p[i]) != word->text[i]) {
            return false;
        }
    }
    return true;
}

/* Offset of the word in text at or behind `from`, or SIZE_MAX. */
static size_t find_from(const struct trace_word *word, struct span text, size_t from)
{
    size_t n = word->length;
    unsigned char last = (unsigned char)word->text[n - 1];
    unsigned char other = word->kind != WORD_ID && byte_is_alpha((char)last) ? last ^ 0x20 : last;
    for (size_t at = from; at + n <= text.n;) {
        unsigned char end = (unsigned char)text.p[at + n - 1];
        if ((end == last || end == other) && same_here(word, text.p + at)) {
            return at;
        }
        at += word->skip[end];
    }
    return SIZE_MAX;
}

bool trace_word_may_be_in(const struct trace_word *word, struct span line)
{
    return find_from(word, line, 0) != SIZE_MAX;
}

static bool is_hex(char c)
{
    return byte_is_digit(c) || (byte_lower(c) >= 'a' && byte_lower(c) <= 'f');
}

/* `.x`: a name goes on behind the dot. */
static bool goes_on(struct span text, size_t at)
{
    return at + 1 < text.n && text.p[at] == '.' && is_name_byte(text.p[at + 1]);
}

static bool begins_here(const struct trace_word *word, struct span text, size_t at)
{
    char before = at > 0 ? text.p[at - 1] : ' ';
    char second = at > 1 ? text.p[at - 2] : ' ';
    bool name = is_name_byte(before) || is_high(before) || before == '_' || before == '-';
    switch (word->kind) {
    case WORD_DOMAIN:
        return true;
    case WORD_HOST:
        return !name; /* behind a dot it is a name below, behind an @ a domain */
    case WORD_ADDRESS:
        return !name && before != '.' && before != '+' && before != '%';
    case WORD_IP6:
        return !name && !(before == ':' && (is_hex(second) || second == ':') &&
                          !(at >= 5 &&
                            span_equal_nocase(span_of(text.p + at - 5, 5), SPAN_LITERAL("ipv6:"))));
    case WORD_IP4:
    case WORD_ID:
    case WORD_OTHER:
        break;
    }
    return !name && !(before == '.' && is_name_byte(second));
}

static bool ends_here(const struct trace_word *word, struct span text, size_t at)
{
    char after = at < text.n ? text.p[at] : ' ';
    if (is_name_byte(after) || is_high(after) || after == '_' || after == '-') {
        return false;
    }
    switch (word->kind) {
    case WORD_IP6:
        return after != ':' || at + 1 >= text.n ||
               !(is_hex(text.p[at + 1]) || text.p[at + 1] == ':');
    case WORD_ADDRESS:
    case WORD_DOMAIN:
    case WORD_IP4:
        return !goes_on(text, at);
    case WORD_HOST:
    case WORD_ID:
    case WORD_OTHER:
        break;
    }
    return after != '@' && !goes_on(text, at);
}

bool trace_word_is_in(const struct trace_word *word, struct span text)
{
    size_t at = 0;
    while ((at = find_from(word, text, at)) != SIZE_MAX) {
        if (begins_here(word, text, at) && ends_here(word, text, at + word->length)) {
            return true;
        }
        at++;
    }
    return false;
}

/* ---- queue ids in a line --------------------------------------------------------------------- */

static const bool id_byte[256] = {
    ['-'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
    ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true, ['A'] = true,
    ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true, ['F'] = true, ['G'] = true,
    ['H'] = true, ['I'] = true, ['J'] = true, ['K'] = true, ['L'] = true, ['M'] = true,
    ['N'] = true, ['O'] = true, ['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true,
    ['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true, ['Y'] = true,
    ['Z'] = true, ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true,
    ['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true,
    ['l'] = true, ['m'] = true, ['n'] = true, ['o'] = true, ['p'] = true, ['q'] = true,
    ['r'] = true, ['s'] = true, ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true,
    ['x'] = true, ['y'] = true, ['z'] = true,
};

bool trace_next_id(struct span *rest, struct span *word)
{
    const char *p = rest->p;
    const char *end = p + rest->n;
    while (p < end) {
        while (p < end && !id_byte[(unsigned char)*p]) {
            p++;
        }
        const char *begin = p;
        while (p < end && id_byte[(unsigned char)*p]) {
            p++;
        }
        size_t n = (size_t)(p - begin);
        if (n >= ID_SHORTEST && n <= ID_LONGEST) {
            *word = span_of(begin, n);
            *rest = span_of(p, (size_t)(end - p));
            return true;
        }
    }
    *rest = span_of(end, 0);
    return false;
}
