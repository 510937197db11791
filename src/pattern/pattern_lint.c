/* Looks for expressions that can be made slow by the text they meet. A scan, not a parser: classes
 * and escapes are skipped, quantifiers looked at. */
#include "pattern/pattern_lint.h"

/* Offset behind a character class that opens at `at`. */
static size_t skip_class(struct span r, size_t at)
{
    at++;
    if (at < r.n && r.p[at] == '^') {
        at++;
    }
    if (at < r.n && r.p[at] == ']') {
        at++;
    }
    while (at < r.n && r.p[at] != ']') {
        if (r.p[at] == '\\') {
            at++;
        } else if (r.p[at] == '[' && at + 1 < r.n && r.p[at + 1] == ':') {
            size_t end = span_find(span_from(r, at), span_cstr(":]"));
            at += end == SIZE_MAX ? 0 : end + 1;
        }
        at++;
    }
    return at + 1;
}

/* True when a quantifier without upper bound begins at `at`; *length is its length. */
static bool unbounded_quantifier(struct span r, size_t at, size_t *length)
{
    if (at >= r.n) {
        return false;
    }
    if (r.p[at] == '*' || r.p[at] == '+') {
        *length = 1;
        return true;
    }
    size_t i = at + 1;
    while (r.p[at] == '{' && i < r.n && byte_is_digit(r.p[i])) {
        i++;
    }
    if (r.p[at] == '{' && i > at + 1 && i + 1 < r.n && r.p[i] == ',' && r.p[i + 1] == '}') {
        *length = i + 2 - at;
        return true;
    }
    return false;
}

const char *pattern_lint(struct span r)
{
    for (size_t at = 0; at < r.n;) {
        bool dot = r.p[at] == '.';
        size_t next = r.p[at] == '\\' ? at + 2 : r.p[at] == '[' ? skip_class(r, at) : at + 1;
        size_t length = 0;
        if (r.p[at] == '(' || r.p[at] == '|' || !unbounded_quantifier(r, next, &length)) {
            at = next;
            continue;
        }
        size_t behind = next + length;
        char mark = behind < r.n ? r.p[behind] : '\0';
        if (mark == '?') {
            return "lazy unbounded quantifier: text from strangers makes it slow";
        }
        bool at_end = mark == '\0' || mark == ')' || mark == '|' || mark == '$';
        if (dot && mark != '+' && !at_end) {
            return ".* or .+ that gives back: make it possessive or name what it must not cross";
        }
        at = behind + (mark == '+');
    }
    return NULL;
}
