/* What is said of an input without one line of a mail server that is read: which server's log it
 * looks like, or that its lines are JSON and this build reads none. */
#ifndef LIB_OTHER_LOG_H
#define LIB_OTHER_LOG_H

#include "base/diagnostic.h"
#include "catalog/other_server.h"
#include "input/line_reader.h"

/* Kept for each input; zeroed at first. */
struct other_log {
    uint64_t looked;                    /* lines */
    const struct catalog_entry *server; /* borrowed from the catalogue; NULL: not recognised */
    uint64_t line;                      /* that showed it */
    bool json;                          /* lines of JSON, which this build does not read */
};

/* Looks at a line, of an input without a mail server's line so far or one that was not understood.
 */
void other_log_note(struct other_log *other, struct other_servers *servers,
                    const struct line *line);

/* Says of an input that none of its lines is a mail server's, and what it looks like; of any, that
 * it holds lines this build cannot read. */
void other_log_say(const struct other_log *other, const struct diagnostic *diagnostic,
                   const char *path, uint64_t lines, uint64_t mail_lines);

#endif
