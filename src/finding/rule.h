/* Rules over named figures: `hard_share > 5% and recipients.total > 50`. Parsed once, checked for
 * names, and weighed against the figures of a run. Trust: rules come from whoever runs the program,
 * perhaps out of a file; length, depth and number of parts are bounded.
 *
 *   rule       = either
 *   either     = both { "or" both }
 *   both       = truth { "and" truth }
 *   truth      = "not" truth | comparison
 *   comparison = sum [ ("<" | "<=" | ">" | ">=" | "=" | "==" | "!=") sum ]
 *   sum        = product { ("+" | "-") product }
 *   product    = sign { ("*" | "/") sign }
 *   sign       = "-" sign | number [unit] | name | "baseline" "(" name ")" | "(" either ")"
 *   unit       = "%" | "s" | "min" | "h" | "d"
 *
 * A hyphen without blanks belongs to a name; minus has blanks around it. A value that is not known
 * (a baseline without earlier days, a division by 0) makes a comparison unknown, and a rule that is
 * unknown does not hold. */
#ifndef FINDING_RULE_H
#define FINDING_RULE_H

#include "base/diagnostic.h"
#include "base/span.h"
#include "base/status.h"
#include "base/strbuf.h"

#define RULE_LENGTH 4096 /* bytes of a rule */
#define RULE_PARTS  256
#define RULE_DEPTH  40

enum rule_part_kind {
    RULE_NUMBER,
    RULE_NAME,
    RULE_BASELINE,
    RULE_NEGATE,
    RULE_ADD,
    RULE_SUBTRACT,
    RULE_MULTIPLY,
    RULE_DIVIDE,
    /* from here on truths, not numbers */
    RULE_LESS,
    RULE_LESS_EQUAL,
    RULE_GREATER,
    RULE_GREATER_EQUAL,
    RULE_EQUAL,
    RULE_NOT_EQUAL,
    RULE_NOT,
    RULE_AND,
    RULE_OR
};

struct rule_part {
    enum rule_part_kind kind;
    double number;
    struct span name; /* into the rule's text */
    size_t at;        /* place in the text */
    uint16_t left, right;
};

struct rule {
    char *text;              /* owned */
    struct rule_part *parts; /* owned; RULE_PARTS at most */
    size_t count;
    uint16_t root;
};

/* What is wrong with a rule, and where. */
struct rule_error {
    size_t at; /* byte of the text */
    char said[400];
};

/* Reads a rule. SMTPLOG_USAGE with *error filled when it is none, in the language of words (NULL:
 * English). */
MUST_USE enum smtplog_status rule_parse(const char *text, const struct diagnostic *words,
                                        struct rule *rule, struct rule_error *error);
void rule_free(struct rule *rule);

/* Where values come from: false when there is no figure of that name; *value is NAN when it is not
 * known. */
typedef bool (*rule_value)(void *context, struct span name, bool baseline, double *value);

enum rule_verdict {
    RULE_DOES_NOT_HOLD,
    RULE_HOLDS,
    RULE_UNKNOWN
};

/* The first name without a figure, NULL when all have one. */
const struct rule_part *rule_unknown_name(const struct rule *rule, rule_value value, void *context);

enum rule_verdict rule_weigh(const struct rule *rule, rule_value value, void *context);

/* True when a rule asks for earlier days. */
bool rule_uses_baseline(const struct rule *rule);

#endif
