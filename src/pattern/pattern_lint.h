/* Looks for expressions that can be made slow by the text they meet. */
#ifndef PATTERN_PATTERN_LINT_H
#define PATTERN_PATTERN_LINT_H

#include "base/span.h"

/* What is wrong with a regular expression, as static text, or NULL. Errors are: a lazy unbounded
 * quantifier
 * (`*?`, `+?`, `{n,}?`), and `.*` or `.+` that may give back (not possessive and not at the end of
 * the expression or a group). */
const char *pattern_lint(struct span regex);

#endif
