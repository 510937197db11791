/* How the text of a condition is compared with the text of an event. Trust: conditions from the
 * command line, texts from logs; matching takes at most the product of both lengths. */
#include "filter/condition_text.h"

static char fold(char c, bool ignore_case)
{
    return ignore_case ? byte_lower(c) : c;
}

bool glob_matches(struct span glob, struct span text, bool ignore_case)
{
    size_t g = 0;
    size_t t = 0;
    size_t star = SIZE_MAX; /* behind the last star, and where its match ends so far */
    size_t resume = 0;
    while (t < text.n) {
        if (g < glob.n && glob.p[g] == '*') {
            star = ++g;
            resume = t;
        } else if (g < glob.n && (glob.p[g] == '?' ||
                                  fold(glob.p[g], ignore_case) == fold(text.p[t], ignore_case))) {
            g++;
            t++;
        } else if (star != SIZE_MAX) {
            g = star;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (g < glob.n && glob.p[g] == '*') {
        g++;
    }
    return g == glob.n;
}

bool name_matches(struct span condition, struct span name)
{
    if (name.n > 1 && name.p[name.n - 1] == '.') { /* the root of the name tree */
        name.n--;
    }
    if (condition.n < 2 || condition.p[0] != '.') {
        return glob_matches(condition, name, true);
    }
    struct span tail = span_from(name, name.n > condition.n ? name.n - condition.n : 0);
    return glob_matches(span_from(condition, 1), name, true) ||
           (name.n > condition.n && glob_matches(condition, tail, true));
}

bool address_matches(struct span condition, struct span address)
{
    size_t at = address.n;
    if (span_is(condition, "<>")) {
        return address.n == 0;
    }
    if (condition.n == 0 || condition.p[0] != '@') {
        return glob_matches(condition, address, true);
    }
    while (at > 0 && address.p[at - 1] != '@') {
        at--;
    }
    return at > 0 && name_matches(span_from(condition, 1), span_from(address, at));
}

/* ---- codes ----------------------------------------------------------------------------------- */

#define CODE_LENGTH 3

static bool is_wild(char c)
{
    return c == 'x' || c == 'X' || c == 'y' || c == 'Y' || c == 'z' || c == 'Z' || c == '?';
}

static bool is_code_pattern(struct span text, bool wild)
{
    if (text.n != CODE_LENGTH || text.p[0] < '2' || text.p[0] > '5') {
        return false;
    }
    for (size_t i = 1; i < CODE_LENGTH; i++) {
        if (!byte_is_digit(text.p[i]) && !(wild && is_wild(text.p[i]))) {
            return false;
        }
    }
    return true;
}

static bool is_range(struct span text)
{
    return text.n == 2 * CODE_LENGTH + 1 && text.p[CODE_LENGTH] == '-' &&
           is_code_pattern(span_of(text.p, CODE_LENGTH), false) &&
           is_code_pattern(span_from(text, CODE_LENGTH + 1), false) &&
           memcmp(text.p, text.p + CODE_LENGTH + 1, CODE_LENGTH) <= 0;
}

bool code_condition_is_valid(struct span condition)
{
    return span_is(condition, "*") || is_range(condition) || is_code_pattern(condition, true);
}

bool code_matches(struct span condition, int code)
{
    char digits[CODE_LENGTH] = {(char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10),
                                (char)('0' + code % 10)};
    if (span_is(condition, "*")) {
        return true;
    }
    if (condition.n == 2 * CODE_LENGTH + 1) {
        return memcmp(digits, condition.p, CODE_LENGTH) >= 0 &&
               memcmp(digits, condition.p + CODE_LENGTH + 1, CODE_LENGTH) <= 0;
    }
    for (size_t i = 0; i < CODE_LENGTH; i++) {
        if (digits[i] != condition.p[i] && !is_wild(condition.p[i])) {
            return false;
        }
    }
    return true;
}
