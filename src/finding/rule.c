/* Rules over named figures: recursive descent into an array of parts. */
#include "finding/rule.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct reader {
    struct rule *rule;
    struct span text;
    size_t at;
    int depth;
    bool bad;
    bool out_of_memory;
    struct rule_error *error;
    const struct diagnostic *words;
};

static uint16_t read_either(struct reader *r);

/* ---- errors ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static uint16_t refuse(struct reader *r, size_t at,
                                                             const char *format, ...)
{
    if (!r->bad) {
        va_list args;
        va_start(args, format);
        vsnprintf(r->error->said, sizeof r->error->said, diagnostic_text(r->words, format), args);
        va_end(args);
        r->error->at = at;
        r->bad = true;
    }
    return 0;
}

/* Room for one more part. Most rules have a few: their number is looked at when it is a power of 2.
 */
static bool grow(struct reader *r)
{
    struct rule *rule = r->rule;
    if (rule->count > 0 && (rule->count & (rule->count - 1)) != 0) {
        return true;
    }
    size_t room = rule->count > 0 ? rule->count * 2 : 1;
    struct rule_part *parts = realloc(rule->parts, room * sizeof *parts);
    if (parts == NULL) {
        r->bad = r->out_of_memory = true;
        return false;
    }
    rule->parts = parts;
    return true;
}

static uint16_t part(struct reader *r, enum rule_part_kind kind, size_t at, uint16_t left,
                     uint16_t right)
{
    if (r->bad) {
        return 0;
    }
    if (r->rule->count == RULE_PARTS) {
        return refuse(r, at, "the rule has more than %d parts", RULE_PARTS);
    }
    if (!grow(r)) {
        return 0;
    }
    r->rule->parts[r->rule->count] = (struct rule_part){
        .kind = kind, .at = at, .left = left, .right = right};
    return (uint16_t)r->rule->count++;
}

static bool is_truth(const struct reader *r, uint16_t number)
{
    return r->rule->parts[number].kind >= RULE_LESS;
}

/* Operands of the wrong kind are mistakes of thought: `a > b > c`, `hard_share and lost > 3`. */
static void want_truth(struct reader *r, uint16_t number, const char *otherwise)
{
    if (!r->bad && !is_truth(r, number)) {
        refuse(r, r->rule->parts[number].at, "%s", diagnostic_text(r->words, otherwise));
    }
}

static void want_number(struct reader *r, uint16_t number, const char *operator)
{
    if (!r->bad && is_truth(r, number)) {
        refuse(
            r, r->rule->parts[number].at,
            "expected a number beside %s, not a comparison; join comparisons by and, or", operator);
    }
}

/* ---- words ----------------------------------------------------------------------------------- */

static char peek(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->text.n && byte_is_space(r->text.p[r->at])) {
        r->at++;
    }
}

static bool in_name(char c)
{
    return byte_is_alpha(c) || byte_is_digit(c) || c == '_' || c == '.' || c == '-';
}

/* The word at the place of reading, not taken. */
static struct span word_here(const struct reader *r)
{
    size_t end = r->at;
    if (!byte_is_alpha(peek(r)) && peek(r) != '_') {
        return SPAN_EMPTY;
    }
    while (end < r->text.n && in_name(r->text.p[end])) {
        end++;
    }
    return span_of(r->text.p + r->at, end - r->at);
}

static bool take_word(struct reader *r, const char *word)
{
    skip_blanks(r);
    struct span here = word_here(r);
    if (!span_is(here, word)) {
        return false;
    }
    r->at += here.n;
    return true;
}

static bool take_sign(struct reader *r, const char *sign)
{
    skip_blanks(r);
    if (!span_starts(span_from(r->text, r->at), span_cstr(sign))) {
        return false;
    }
    r->at += strlen(sign);
    return true;
}

/* ---- numbers, names -------------------------------------------------------------------------- */

static double unit_here(struct reader *r)
{
    static const struct {
        const char *word;
        double seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    skip_blanks(r);
    if (peek(r) == '%') {
        r->at++;
        return 0.01;
    }
    struct span word = word_here(r);
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (span_is(word, units[i].word)) {
            r->at += word.n;
            return units[i].seconds;
        }
    }
    if (word.n > 0 && !span_is(word, "and") && !span_is(word, "or")) {
        refuse(r, r->at, "expected %%, s, min, h, d or an operator behind a number, not \"%.*s\"",
               (int)(word.n > 40 ? 40 : word.n), word.p);
    }
    return 1;
}

static uint16_t read_number(struct reader *r)
{
    size_t start = r->at;
    double value = 0;
    double unit = 0;
    size_t digits = 0;
    for (; byte_is_digit(peek(r)) || (peek(r) == '.' && unit == 0.0); r->at++) {
        if (peek(r) == '.') {
            unit = 1;
        } else if (unit > 0) {
            unit /= 10;
            value += (peek(r) - '0') * unit;
            digits++;
        } else {
            value = value * 10 + (peek(r) - '0');
            digits++;
        }
    }
    if (digits == 0 || r->text.p[r->at - 1] == '.' || !isfinite(value)) {
        return refuse(r, start, "expected a number, a name or (");
    }
    if (peek(r) == '-') {
        return refuse(r, r->at, "expected blanks around minus");
    }
    value *= unit_here(r);
    uint16_t made = part(r, RULE_NUMBER, start, 0, 0);
    if (!r->bad) {
        r->rule->parts[made].number = value;
    }
    return made;
}

static uint16_t name_part(struct reader *r, enum rule_part_kind kind, size_t at, struct span name)
{
    uint16_t made = part(r, kind, at, 0, 0);
    if (!r->bad) {
        r->rule->parts[made].name = name;
    }
    return made;
}

static uint16_t read_baseline(struct reader *r)
{
    skip_blanks(r);
    struct span name = word_here(r);
    size_t at = r->at;
    if (name.n == 0) {
        return refuse(r, at, "expected the name of a figure in baseline(...)");
    }
    r->at += name.n;
    if (!take_sign(r, ")")) {
        return refuse(r, r->at, "expected ) behind the name in baseline(...)");
    }
    return name_part(r, RULE_BASELINE, at, name);
}

static uint16_t read_name(struct reader *r)
{
    static const char *const reserved[] = {"and", "or", "not"};
    struct span name = word_here(r);
    size_t at = r->at;
    for (size_t i = 0; i < COUNT_OF(reserved); i++) {
        if (span_is(name, reserved[i])) {
            return refuse(r, at, "expected a number, a name or ( before \"%s\"", reserved[i]);
        }
    }
    r->at += name.n;
    if (span_is(name, "baseline")) {
        if (!take_sign(r, "(")) {
            return refuse(r, r->at, "expected ( behind baseline, as in baseline(code.421)");
        }
        return read_baseline(r);
    }
    return name_part(r, RULE_NAME, at, name);
}

/* ---- the grammar ----------------------------------------------------------------------------- */

static uint16_t read_parentheses(struct reader *r)
{
    size_t at = r->at++;
    uint16_t inner = read_either(r);
    if (!r->bad && !take_sign(r, ")")) {
        return refuse(r, r->at, "expected ) for the ( at %zu", at + 1);
    }
    return inner;
}

static uint16_t read_sign(struct reader *r)
{
    skip_blanks(r);
    char c = peek(r);
    size_t at = r->at;
    uint16_t made = 0;
    if (++r->depth > RULE_DEPTH) {
        return refuse(r, at, "the rule is nested more than %d deep", RULE_DEPTH);
    }
    if (c == '(') {
        made = read_parentheses(r);
    } else if (c == '-') {
        r->at++;
        made = read_sign(r);
        want_number(r, made, "-");
        made = part(r, RULE_NEGATE, at, made, 0);
    } else if (byte_is_digit(c) || c == '.') {
        made = read_number(r);
    } else if (word_here(r).n > 0) {
        made = read_name(r);
    } else if (at == r->text.n) {
        made = refuse(r, at, "expected a number, a name or ( where the rule ends");
    } else {
        made = refuse(r, at, "expected a number, a name or (");
    }
    r->depth--;
    return made;
}

static uint16_t read_product(struct reader *r)
{
    uint16_t left = read_sign(r);
    while (!r->bad) {
        skip_blanks(r);
        size_t at = r->at;
        bool times = peek(r) == '*';
        if (!times && peek(r) != '/') {
            break;
        }
        r->at++;
        want_number(r, left, times ? "*" : "/");
        uint16_t right = read_sign(r);
        want_number(r, right, times ? "*" : "/");
        left = part(r, times ? RULE_MULTIPLY : RULE_DIVIDE, at, left, right);
    }
    return left;
}

static uint16_t read_sum(struct reader *r)
{
    uint16_t left = read_product(r);
    while (!r->bad) {
        skip_blanks(r);
        size_t at = r->at;
        bool plus = peek(r) == '+';
        if (!plus && peek(r) != '-') {
            break;
        }
        r->at++;
        if (!plus && !byte_is_space(peek(r))) {
            return refuse(r, at, "expected blanks around minus");
        }
        want_number(r, left, plus ? "+" : "-");
        uint16_t right = read_product(r);
        want_number(r, right, plus ? "+" : "-");
        left = part(r, plus ? RULE_ADD : RULE_SUBTRACT, at, left, right);
    }
    return left;
}

/* Longer signs first. */
static const struct comparison {
    const char *sign;
    enum rule_part_kind kind;
} comparisons[] = {
    {"<=", RULE_LESS_EQUAL}, {">=", RULE_GREATER_EQUAL}, {"==", RULE_EQUAL}, {"!=", RULE_NOT_EQUAL},
    {"<", RULE_LESS},        {">", RULE_GREATER},        {"=", RULE_EQUAL},
};

static const struct comparison *take_comparison(struct reader *r)
{
    for (size_t i = 0; i < COUNT_OF(comparisons); i++) {
        if (take_sign(r, comparisons[i].sign)) {
            return &comparisons[i];
        }
    }
    return NULL;
}

static uint16_t read_comparison(struct reader *r)
{
    uint16_t left = read_sum(r);
    skip_blanks(r);
    size_t at = r->at;
    const struct comparison *found = r->bad ? NULL : take_comparison(r);
    if (found == NULL) {
        return left;
    }
    want_number(r, left, found->sign);
    uint16_t right = read_sum(r);
    want_number(r, right, found->sign);
    left = part(r, found->kind, at, left, right);
    skip_blanks(r);
    at = r->at;
    if (!r->bad && take_comparison(r) != NULL) {
        return refuse(r, at, "expected and, or, or the end: comparisons do not chain");
    }
    return left;
}

static uint16_t read_truth(struct reader *r)
{
    skip_blanks(r);
    size_t at = r->at;
    if (!take_word(r, "not")) {
        return read_comparison(r);
    }
    if (++r->depth > RULE_DEPTH) {
        return refuse(r, at, "the rule is nested more than %d deep", RULE_DEPTH);
    }
    uint16_t inner = read_truth(r);
    r->depth--;
    want_truth(r, inner,
               N_("expected a comparison behind not, such as recipients.total > 50, not a number"));
    return part(r, RULE_NOT, at, inner, 0);
}

static uint16_t read_both(struct reader *r)
{
    uint16_t left = read_truth(r);
    for (size_t at = r->at; !r->bad && take_word(r, "and"); at = r->at) {
        want_truth(
            r, left,
            N_("expected a comparison before and, such as recipients.total > 50, not a number"));
        uint16_t right = read_truth(r);
        want_truth(
            r, right,
            N_("expected a comparison behind and, such as recipients.total > 50, not a number"));
        left = part(r, RULE_AND, at, left, right);
    }
    return left;
}

static uint16_t read_either(struct reader *r)
{
    uint16_t left = read_both(r);
    for (size_t at = r->at; !r->bad && take_word(r, "or"); at = r->at) {
        want_truth(
            r, left,
            N_("expected a comparison before or, such as recipients.total > 50, not a number"));
        uint16_t right = read_both(r);
        want_truth(
            r, right,
            N_("expected a comparison behind or, such as recipients.total > 50, not a number"));
        left = part(r, RULE_OR, at, left, right);
    }
    return left;
}

enum smtplog_status rule_parse(const char *text, const struct diagnostic *words, struct rule *rule,
                               struct rule_error *error)
{
    *rule = (struct rule){.text = strdup(text)};
    *error = (struct rule_error){0};
    if (rule->text == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    struct reader r = {.rule = rule, .text = span_cstr(rule->text), .error = error, .words = words};
    if (r.text.n > RULE_LENGTH) {
        refuse(&r, RULE_LENGTH, "the rule is longer than %d bytes", RULE_LENGTH);
    }
    rule->root = r.bad ? 0 : read_either(&r);
    skip_blanks(&r);
    if (!r.bad && r.at < r.text.n) {
        refuse(&r, r.at, "expected an operator, and, or, or the end");
    }
    want_truth(&r, rule->root,
               N_("expected a comparison as a whole, such as recipients.total > 50, not a number"));
    if (!r.bad) {
        return SMTPLOG_OK;
    }
    rule_free(rule);
    return r.out_of_memory ? SMTPLOG_NO_MEMORY : SMTPLOG_USAGE;
}

void rule_free(struct rule *rule)
{
    free(rule->text);
    free(rule->parts);
    *rule = (struct rule){0};
}

/* ---- weighing -------------------------------------------------------------------------------- */

const struct rule_part *rule_unknown_name(const struct rule *rule, rule_value value, void *context)
{
    double number = 0;
    for (size_t i = 0; i < rule->count; i++) {
        const struct rule_part *p = &rule->parts[i];
        bool named = p->kind == RULE_NAME || p->kind == RULE_BASELINE;
        if (named && !value(context, p->name, false, &number)) {
            return p;
        }
    }
    return NULL;
}

bool rule_uses_baseline(const struct rule *rule)
{
    for (size_t i = 0; i < rule->count; i++) {
        if (rule->parts[i].kind == RULE_BASELINE) {
            return true;
        }
    }
    return false;
}

static double calculate(enum rule_part_kind kind, double a, double b)
{
    switch (kind) {
    case RULE_NEGATE:
        return -a;
    case RULE_ADD:
        return a + b;
    case RULE_SUBTRACT:
        return a - b;
    case RULE_MULTIPLY:
        return a * b;
    default:
        return fabs(b) > 0 ? a / b : NAN;
    }
}

static bool compare(enum rule_part_kind kind, double a, double b)
{
    switch (kind) {
    case RULE_LESS:
        return a < b;
    case RULE_LESS_EQUAL:
        return a <= b;
    case RULE_GREATER:
        return a > b;
    case RULE_GREATER_EQUAL:
        return a >= b;
    case RULE_EQUAL:
        return !(a < b) && !(a > b);
    default:
        return a < b || a > b;
    }
}

/* Three values: what is known settles `and` and `or` where it can. */
static enum rule_verdict join(enum rule_part_kind kind, enum rule_verdict a, enum rule_verdict b)
{
    enum rule_verdict settles = kind == RULE_AND ? RULE_DOES_NOT_HOLD : RULE_HOLDS;
    if (a == settles || b == settles) {
        return settles;
    }
    return a == RULE_UNKNOWN || b == RULE_UNKNOWN ? RULE_UNKNOWN : a;
}

/* Parts stand behind those they are made of, so one pass from the front weighs them all. */
enum rule_verdict rule_weigh(const struct rule *rule, rule_value value, void *context)
{
    double numbers[RULE_PARTS] = {0};
    enum rule_verdict verdicts[RULE_PARTS] = {RULE_DOES_NOT_HOLD};
    for (size_t i = 0; i < rule->count; i++) {
        const struct rule_part *p = &rule->parts[i];
        double a = numbers[p->left];
        double b = numbers[p->right];
        if (p->kind == RULE_NUMBER) {
            numbers[i] = p->number;
        } else if (p->kind <= RULE_BASELINE) {
            bool known = value(context, p->name, p->kind == RULE_BASELINE, &numbers[i]);
            numbers[i] = known ? numbers[i] : NAN;
        } else if (p->kind < RULE_LESS) {
            numbers[i] = calculate(p->kind, a, b);
        } else if (p->kind < RULE_NOT) {
            bool unknown = isnan(a) || isnan(b);
            verdicts[i] = unknown                  ? RULE_UNKNOWN
                          : compare(p->kind, a, b) ? RULE_HOLDS
                                                   : RULE_DOES_NOT_HOLD;
        } else if (p->kind == RULE_NOT) {
            enum rule_verdict inner = verdicts[p->left];
            verdicts[i] = inner == RULE_UNKNOWN ? inner
                          : inner == RULE_HOLDS ? RULE_DOES_NOT_HOLD
                                                : RULE_HOLDS;
        } else {
            verdicts[i] = join(p->kind, verdicts[p->left], verdicts[p->right]);
        }
    }
    return verdicts[rule->root];
}
