/* Names of hosts that a log puts into its texts by itself. */
#include "catalog/named_host.h"

/* Labels of letters, digits and hyphens, the last one of letters. */
static bool is_host(struct span word)
{
    size_t dots = 0;
    size_t letters = 0;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        bool letter = byte_is_alpha(c);
        if (!letter && !byte_is_digit(c) && c != '-' && c != '.') {
            return false;
        }
        dots += c == '.';
        letters = letter ? letters + 1 : 0;
    }
    return dots > 0 && letters >= 2 && word.p[word.n - letters - 1] == '.' && word.p[0] != '.';
}

/* Whether text begins with an IP address and a closing bracket. */
static bool begins_with_address(struct span text)
{
    size_t dots = 0;
    size_t colons = 0;
    size_t i = 0;
    for (; i < text.n && text.p[i] != ']'; i++) {
        char c = byte_lower(text.p[i]);
        if (!byte_is_digit(c) && c != '.' && c != ':' && (c < 'a' || c > 'f')) {
            return false;
        }
        dots += c == '.';
        colons += c == ':';
    }
    return i < text.n && ((dots == 3 && colons == 0) || (dots == 0 && colons >= 2));
}

enum named_host named_host(struct span text, size_t at, size_t end)
{
    char behind = end < text.n ? text.p[end] : '\0';
    if (behind == '[') {
        return begins_with_address(span_from(text, end + 1)) &&
                       is_host(span_of(text.p + at, end - at))
                   ? NAMED_HOST_WITH_ADDRESS
                   : NAMED_HOST_NONE;
    }
    return behind == '>' && at > 0 && text.p[at - 1] == '<' &&
                   is_host(span_of(text.p + at, end - at))
               ? NAMED_HOST_IN_BRACKETS
               : NAMED_HOST_NONE;
}

static bool ends_word(char c)
{
    return memchr(" <>()[];,\"'", c, 11) != NULL;
}

void named_host_hide(struct span text, struct strbuf *out)
{
    size_t kept = 0; /* what is not yet added begins here */
    for (size_t at = 0; at < text.n; at++) {
        size_t end = at;
        while (end < text.n && !ends_word(text.p[end])) {
            end++;
        }
        if (end > at && named_host(text, at, end) != NAMED_HOST_NONE) {
            strbuf_add(out, text.p + kept, at - kept);
            strbuf_add_cstr(out, "x.example");
            kept = end;
        }
        at = end;
    }
    strbuf_add(out, text.p + kept, text.n - kept);
}
