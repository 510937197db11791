/* What can be read off an expression without compiling it. */
#include "pattern/expression.h"

/* Length of the class, escape or single byte at regex[at]. */
static size_t atom_length(struct span regex, size_t at)
{
    if (regex.p[at] == '\\') {
        return 2;
    }
    if (regex.p[at] != '[') {
        return 1;
    }
    size_t i = at + 1;
    i += i < regex.n && regex.p[i] == '^';
    i += i < regex.n && regex.p[i] == ']';
    while (i < regex.n && regex.p[i] != ']') {
        i += regex.p[i] == '\\' ? 2 : 1;
    }
    return i + 1 - at;
}

/* ---- literal beginnings --------------------------------------------------------------------- */

/* Whether what begins at regex[at] is taken as a whole and once: no alternative up to the closing
 * parenthesis (or the end), no quantifier behind it. */
static bool is_plain_sequence(struct span regex, size_t at)
{
    size_t depth = 0;
    for (size_t i = at; i < regex.n; i += atom_length(regex, i)) {
        if (regex.p[i] == '|' && depth == 0) {
            return false;
        }
        if (regex.p[i] == ')' && depth-- == 0) {
            return i + 1 == regex.n || memchr("?*+{", regex.p[i + 1], 4) == NULL;
        }
        depth += regex.p[i] == '(';
    }
    return true;
}

/* Length of the opening of a group with a name, `(?<name>`, at the front of rest, else 0. */
static size_t named_opening(struct span rest)
{
    if (rest.n > 4 && span_starts(rest, SPAN_LITERAL("(?<")) && byte_is_alpha(rest.p[3])) {
        size_t end = span_find(rest, SPAN_LITERAL(">"));
        return end == SIZE_MAX ? 0 : end + 1;
    }
    return 0;
}

/* Length of the opening of a group, `(?:` or `(?<name>`, at regex[at], whose content is taken as a
 * whole and once; 0 when there is none. */
static size_t plain_opening(struct span regex, size_t at)
{
    struct span rest = span_from(regex, at);
    size_t length = span_starts(rest, SPAN_LITERAL("(?:")) ? 3 : named_opening(rest);
    return length > 0 && is_plain_sequence(regex, at + length) ? length : 0;
}

/* Length of the byte that stands at regex[at] for itself, escaped or not; 0 when there is none. */
static size_t literal_length(struct span regex, size_t at)
{
    bool escaped = regex.p[at] == '\\' && at + 1 < regex.n;
    char byte = regex.p[at + (escaped ? 1 : 0)];
    if (escaped) {
        return byte_is_alpha(byte) || byte_is_digit(byte) ? 0 : 2;
    }
    return memchr("\\^$.[|()?*+{", byte, 12) != NULL ? 0 : 1;
}

void expression_read_head(struct span regex, struct expression_head *head)
{
    size_t at = 0;
    head->length = 0;
    head->whole = head->ends = false;
    if (!is_plain_sequence(regex, 0)) {
        return;
    }
    while (at < regex.n && head->length < EXPRESSION_HEAD) {
        size_t opening = plain_opening(regex, at);
        if (opening > 0) {
            at += opening;
            continue;
        }
        size_t length = literal_length(regex, at);
        if (length == 0) {
            break;
        }
        char behind = at + length < regex.n ? regex.p[at + length] : '\0';
        if (behind == '?' || behind == '*' || behind == '{') {
            return;
        }
        head->bytes[head->length++] = regex.p[at + length - 1];
        at += length;
        if (behind == '+') {
            return;
        }
    }
    head->ends = at + 1 == regex.n && regex.p[at] == '$';
    head->whole = head->length > 0 && (at == regex.n || head->ends);
}

/* ---- what it looks for ---------------------------------------------------------------------- */

/* Whether `[^c]*+c` stands at regex[at]. */
static bool seeks(struct span regex, size_t at)
{
    struct span rest = span_from(regex, at);
    return rest.n > 6 && span_starts(rest, SPAN_LITERAL("[^")) && rest.p[2] == rest.p[6] &&
           span_starts(span_from(rest, 3), SPAN_LITERAL("]*+")) && literal_length(rest, 6) == 1 &&
           (rest.n == 7 || memchr("?*{", rest.p[7], 3) == NULL);
}

int expression_sought_byte(struct span regex)
{
    if (!is_plain_sequence(regex, 0)) {
        return -1;
    }
    for (size_t at = 0; at < regex.n;) {
        if (seeks(regex, at)) {
            return (unsigned char)regex.p[at + 6];
        }
        size_t opening = plain_opening(regex, at);
        if (opening == 0 && regex.p[at] == '(') {
            return -1;
        }
        at += opening > 0 ? opening : atom_length(regex, at);
    }
    return -1;
}

/* ---- without captures ----------------------------------------------------------------------- */

/* Length of the opening of a group that means the same without names elsewhere, else 0. */
static size_t known_opening(struct span rest)
{
    static const char *const openings[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?s:"};
    for (size_t i = 0; i < COUNT_OF(openings); i++) {
        if (span_starts(rest, span_cstr(openings[i]))) {
            return strlen(openings[i]);
        }
    }
    return rest.n > 1 && (rest.p[1] == '?' || rest.p[1] == '*') ? 0 : 1;
}

/* Whether a backslash and this are one byte or one class, and no reference or command. */
static bool is_known_escape(char byte)
{
    return memchr("bBdDsSwWnrt", byte, 11) != NULL || !(byte_is_alpha(byte) || byte_is_digit(byte));
}

static bool repeats_group(struct span regex)
{
    for (size_t at = 0; at < regex.n; at += atom_length(regex, at)) {
        if (regex.p[at] == ')' && at + 1 < regex.n && memchr("*+{", regex.p[at + 1], 3) != NULL) {
            return true;
        }
    }
    return false;
}

/* Length of `?`, `*` or `+` with what may stand behind, at regex[at]. */
static size_t quantifier_length(struct span regex, size_t at)
{
    if (at >= regex.n || memchr("?*+", regex.p[at], 3) == NULL) {
        return 0;
    }
    bool two = at + 1 < regex.n && (regex.p[at + 1] == '+' || regex.p[at + 1] == '?');
    return two ? 2 : 1;
}

/* Length of the group, class, escape or single byte at regex[at]. */
static size_t item_length(struct span regex, size_t at)
{
    size_t depth = 0;
    size_t end = at;
    do {
        depth += regex.p[end] == '(';
        depth -= regex.p[end] == ')' && depth > 0;
        end += atom_length(regex, end);
    } while (depth > 0 && end < regex.n);
    return end - at;
}

static size_t needed_length(struct span regex);

/* Whether the item at regex[at], of that length and without a quantifier, matches nothing, too: a
 * group in which all may be there or not. */
static bool may_be_empty(struct span regex, size_t at, size_t length)
{
    size_t opening = regex.p[at] == '(' ? plain_opening(regex, at) : 0;
    return opening > 0 && opening < length &&
           needed_length(span_of(regex.p + at + opening, length - opening - 1)) == 0;
}

/* Length up to the last part without which nothing matches. */
static size_t needed_length(struct span regex)
{
    size_t needed = 0;
    for (size_t at = 0; at < regex.n;) {
        if (regex.p[at] == '|' || regex.p[at] == '{') {
            return regex.n;
        }
        size_t length = item_length(regex, at);
        size_t quantifier = quantifier_length(regex, at + length);
        bool optional = quantifier > 0 ? regex.p[at + length] != '+'
                                       : may_be_empty(regex, at, length);
        at += length + quantifier;
        needed = optional ? needed : at;
    }
    return needed;
}

bool expression_make_bare(struct span regex, struct strbuf *bare)
{
    strbuf_clear(bare);
    if (span_find(regex, SPAN_LITERAL("[:")) != SIZE_MAX ||
        span_find(regex, SPAN_LITERAL("\\Q")) != SIZE_MAX) {
        return false;
    }
    if (!repeats_group(regex)) {
        regex.n = needed_length(regex);
    }
    for (size_t at = 0; at < regex.n;) {
        struct span rest = span_from(regex, at);
        size_t length = atom_length(regex, at);
        size_t name = named_opening(rest);
        if (rest.p[0] == '(' && name == 0) {
            length = known_opening(rest);
        }
        if (length == 0 || length > rest.n || (rest.p[0] == '\\' && !is_known_escape(rest.p[1]))) {
            return false;
        }
        strbuf_add_span(bare, name > 0 ? SPAN_LITERAL("(?:") : span_of(rest.p, length));
        at += name > 0 ? name : length;
    }
    return strbuf_status(bare) == SMTPLOG_OK;
}
