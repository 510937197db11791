/* The check that every expression from a pattern or catalogue file goes through. */
#include "pattern/pattern_check.h"

#include "pattern/pattern_lint.h"

enum smtplog_status pattern_check(struct pattern *pattern, struct span regex,
                                  const struct record_file *file, unsigned line,
                                  const struct diagnostic *diagnostic, struct span name)
{
    enum smtplog_status status = SMTPLOG_OK;
    char error[200];
    if (pattern_compile(pattern, error, sizeof error) != SMTPLOG_OK) {
        status = record_complain(file, line, diagnostic, error, name);
    }
    const char *finding = pattern_lint(regex);
    if (finding != NULL) {
        status = record_complain(file, line, diagnostic, finding, name);
    }
    return status;
}
