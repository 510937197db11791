/* The check that every expression from a pattern or catalogue file goes through. */
#ifndef PATTERN_PATTERN_CHECK_H
#define PATTERN_PATTERN_CHECK_H

#include "data/record_file.h"
#include "pattern/pattern.h"

/* Compiles a pattern and looks for slow forms in its regex (pattern_lint.h). Each mistake is said
 * with file and line; name tells which rule or entry. SMTPLOG_FORMAT when there was one. */
MUST_USE enum smtplog_status pattern_check(struct pattern *pattern, struct span regex,
                                           const struct record_file *file, unsigned line,
                                           const struct diagnostic *diagnostic, struct span name);

#endif
