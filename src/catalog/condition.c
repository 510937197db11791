/* Conditions that catalogue rules put on codes. */
#include "catalog/condition.h"

bool condition_code(struct span list, int code)
{
    char digits[3] = {(char)('0' + code / 100), (char)('0' + code / 10 % 10),
                      (char)('0' + code % 10)};
    bool asked = false;
    bool fits = false;
    struct span word;
    while (span_next_word(&list, &word)) {
        bool excludes = word.p[0] == '!';
        struct span prefix = span_from(word, excludes ? 1 : 0);
        bool same = code > 0 && prefix.n <= 3 && memcmp(digits, prefix.p, prefix.n) == 0;
        if (excludes && same) {
            return false;
        }
        asked = asked || !excludes;
        fits = fits || (!excludes && same);
    }
    return !asked || fits;
}

bool condition_enhanced(struct span list, struct span enhanced)
{
    struct span word;
    if (list.n == 0) {
        return true;
    }
    while (enhanced.n > 0 && span_next_word(&list, &word)) {
        bool open = word.p[word.n - 1] == '*';
        struct span rest = span_of(word.p + 1, word.n - (open ? 2 : 1));
        bool class_fits = word.p[0] == 'X' || word.p[0] == enhanced.p[0];
        struct span other = span_from(enhanced, 1);
        if (class_fits && (open ? span_starts(other, rest) : span_equal(other, rest))) {
            return true;
        }
    }
    return false;
}
