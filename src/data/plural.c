/* The plural rule of a language: a C expression over n (GNU gettext manual, "Additional functions
 * for plural forms"), read once into postfix order and run for each number. */
#include "data/translation.h"

#define PLURAL_DEPTH 24 /* of parentheses, and of the stack */

enum {
    PLURAL_NUMBER = 1,
    PLURAL_N = 2,
    PLURAL_CHOOSE = '?'
};

/* Binary operators, loosest first; two characters are one number. */
#define TWO(a, b) ((a) << 8 | (b))
static const struct {
    int action, level;
} operators[] = {{TWO('|', '|'), 1},
                 {TWO('&', '&'), 2},
                 {TWO('=', '='), 3},
                 {TWO('!', '='), 3},
                 {TWO('<', '='), 4},
                 {TWO('>', '='), 4},
                 {'<', 4},
                 {'>', 4},
                 {'+', 5},
                 {'-', 5},
                 {'*', 6},
                 {'/', 6},
                 {'%', 6}};
#define TIGHTEST 6

struct reader {
    struct span text;
    struct plural_rule *rule;
    unsigned depth;
    bool failed;
};

static void skip_blanks(struct reader *r)
{
    while (r->text.n > 0 && (r->text.p[0] == ' ' || r->text.p[0] == '\t')) {
        r->text = span_from(r->text, 1);
    }
}

static void add_step(struct reader *r, int action, uint64_t number)
{
    if (r->rule->count == PLURAL_STEPS) {
        r->failed = true;
        return;
    }
    r->rule->steps[r->rule->count++] = (struct plural_step){action, number};
}

static bool take(struct reader *r, char wanted)
{
    skip_blanks(r);
    if (r->text.n == 0 || r->text.p[0] != wanted) {
        return false;
    }
    r->text = span_from(r->text, 1);
    return true;
}

static void read_choice(struct reader *r);

static void read_operand(struct reader *r)
{
    uint64_t number = 0;
    size_t digits = 0;
    skip_blanks(r);
    if (++r->depth > PLURAL_DEPTH) {
        r->failed = true;
    } else if (take(r, '!')) {
        read_operand(r);
        add_step(r, '!', 0);
    } else if (take(r, '(')) {
        read_choice(r);
        r->failed = r->failed || !take(r, ')');
    } else if (take(r, 'n')) {
        add_step(r, PLURAL_N, 0);
    } else {
        while (digits < r->text.n && digits < 9 && byte_is_digit(r->text.p[digits])) {
            number = number * 10 + (uint64_t)(r->text.p[digits++] - '0');
        }
        r->failed = r->failed || digits == 0;
        r->text = span_from(r->text, digits);
        add_step(r, PLURAL_NUMBER, number);
    }
    r->depth--;
}

/* An operator of a level at the front of the text; 0 for none. */
static int operator_here(struct reader *r, int level)
{
    skip_blanks(r);
    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        int action = operators[i].action;
        bool two = action > 0xff;
        char first = (char)(two ? action >> 8 : action);
        if (r->text.n > (size_t)two && r->text.p[0] == first &&
            (!two || r->text.p[1] == (char)(action & 0xff))) {
            /* The first that fits is the longest: `<=` stands before `<`. */
            return operators[i].level == level ? action : 0;
        }
    }
    return 0;
}

static void read_level(struct reader *r, int level)
{
    if (level > TIGHTEST) {
        read_operand(r);
        return;
    }
    read_level(r, level + 1);
    for (int action = operator_here(r, level); action != 0 && !r->failed;
         action = operator_here(r, level)) {
        r->text = span_from(r->text, action > 0xff ? 2 : 1);
        read_level(r, level + 1);
        add_step(r, action, 0);
    }
}

static void read_choice(struct reader *r)
{
    read_level(r, 1);
    if (r->failed || !take(r, '?')) {
        return;
    }
    if (++r->depth > PLURAL_DEPTH) {
        r->failed = true;
        return;
    }
    read_choice(r);
    r->failed = r->failed || !take(r, ':');
    if (!r->failed) {
        read_choice(r);
    }
    add_step(r, PLURAL_CHOOSE, 0);
    r->depth--;
}

static uint64_t apply(int action, uint64_t a, uint64_t b)
{
    switch (action) {
    case TWO('|', '|'):
        return a != 0 || b != 0;
    case TWO('&', '&'):
        return a != 0 && b != 0;
    case TWO('=', '='):
        return a == b;
    case TWO('!', '='):
        return a != b;
    case TWO('<', '='):
        return a <= b;
    case TWO('>', '='):
        return a >= b;
    case '<':
        return a < b;
    case '>':
        return a > b;
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '*':
        return a * b;
    case '/':
        return b != 0 ? a / b : 0;
    default:
        return b != 0 ? a % b : 0;
    }
}

/* Runs a rule; false when it does not leave exactly one number. */
static bool run(const struct plural_rule *rule, uint64_t n, uint64_t *result)
{
    uint64_t stack[PLURAL_STEPS + 1];
    size_t height = 0;
    for (size_t i = 0; i < rule->count; i++) {
        int action = rule->steps[i].action;
        size_t operands = action == PLURAL_CHOOSE                         ? 3
                          : action == '!'                                 ? 1
                          : action == PLURAL_NUMBER || action == PLURAL_N ? 0
                                                                          : 2;
        if (height < operands) {
            return false;
        }
        height -= operands;
        uint64_t *at = &stack[height++];
        if (action == PLURAL_CHOOSE) {
            *at = at[0] != 0 ? at[1] : at[2];
        } else if (action == '!') {
            *at = at[0] == 0;
        } else if (operands == 0) {
            *at = action == PLURAL_N ? n : rule->steps[i].number;
        } else {
            *at = apply(action, at[0], at[1]);
        }
    }
    *result = height == 1 ? stack[0] : 0;
    return height == 1;
}

unsigned plural_form(const struct plural_rule *rule, uint64_t n)
{
    uint64_t form = 0;
    if (rule->count == 0 || !run(rule, n, &form) || form >= rule->forms) {
        return 0;
    }
    return (unsigned)form;
}

/* Moves behind a word; false when the text does not begin with it. */
static bool take_word(struct reader *r, const char *word)
{
    skip_blanks(r);
    struct span wanted = span_cstr(word);
    if (!span_starts(r->text, wanted)) {
        return false;
    }
    r->text = span_from(r->text, wanted.n);
    return true;
}

bool plural_parse(struct span text, struct plural_rule *rule)
{
    uint64_t ignored = 0;
    struct reader r = {.text = text, .rule = rule};
    *rule = (struct plural_rule){.forms = 1};
    if (!take_word(&r, "nplurals") || !take(&r, '=')) {
        return false;
    }
    skip_blanks(&r);
    if (r.text.n == 0 || r.text.p[0] < '1' || r.text.p[0] > '0' + PLURAL_FORMS) {
        return false;
    }
    rule->forms = (unsigned)(r.text.p[0] - '0');
    r.text = span_from(r.text, 1);
    if (!take(&r, ';') || !take_word(&r, "plural") || !take(&r, '=')) {
        return false;
    }
    read_choice(&r);
    take(&r, ';');
    skip_blanks(&r);
    return !r.failed && r.text.n == 0 && run(rule, 1, &ignored);
}
