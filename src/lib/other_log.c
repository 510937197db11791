/* What is said of an input without one line of a mail server that is read. */
#include "lib/other_log.h"

#include "logfmt/json_line.h"

#define LINES_LOOKED_AT 1000
#define BYTES_LOOKED_AT 2048

void other_log_note(struct other_log *other, struct other_servers *servers, const struct line *line)
{
    struct span text = line->text;
    other->json = other->json || (json_line_begins(text) && !json_line_is_supported());
    if (other->server != NULL || other->looked >= LINES_LOOKED_AT) {
        return;
    }
    other->looked++;
    text.n = text.n < BYTES_LOOKED_AT ? text.n : BYTES_LOOKED_AT;
    other->server = other_servers_find(servers, text);
    other->line = line->number;
}

void other_log_say(const struct other_log *other, const struct diagnostic *diagnostic,
                   const char *path, uint64_t lines, uint64_t mail_lines)
{
    if (other->json) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR,
                       "%s: this build does not read lines of JSON (it was made without jansson)",
                       path);
    }
    if (lines == 0 || mail_lines > 0) {
        return;
    }
    if (other->server == NULL) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%s:1: no line of a mail server among its %llu",
                       path, (unsigned long long)lines);
        return;
    }
    struct span name = catalog_text(other->server, "name");
    struct span advice = catalog_text(other->server, "advice");
    if (advice.n > 0) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR,
                       "%s:%llu: no line of a supported mail server among its %llu; this one shows "
                       "a %.*s: %.*s",
                       path, (unsigned long long)other->line, (unsigned long long)lines,
                       SPAN_ARGS(name), SPAN_ARGS(advice));
    } else {
        diagnostic_say(diagnostic, SMTPLOG_ERROR,
                       "%s:%llu: no line of a supported mail server among its %llu; this one shows "
                       "a %.*s, which is not supported",
                       path, (unsigned long long)other->line, (unsigned long long)lines,
                       SPAN_ARGS(name));
    }
}
