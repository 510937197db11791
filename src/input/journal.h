/* The systemd journal as a stream of log lines: the entries of mail servers, oldest first, each
 * written as `2026-11-21T06:00:01.123456+00:00 mx1 postfix/smtp[12]: MSG`. Reads through
 * libsystemd; a build without it has no journal. Does not wait for new entries. Trust: messages are
 * anybody's, names of programs any local user's. */
#ifndef INPUT_JOURNAL_H
#define INPUT_JOURNAL_H

#include "base/span.h"
#include "base/status.h"

struct journal;

/* What is wanted of it. */
struct journal_range {
    const char *place; /* a directory or a journal file; NULL: this machine's journal */
    int64_t since;     /* seconds since 1970: entries before need not be read; INT64_MIN: all */
    int64_t until;     /* entries from then on need not be read; INT64_MAX: all */
};

/* Whether this build reads the journal. */
bool journal_is_supported(void);

/* On failure *why says it to a person. Free with journal_close. */
MUST_USE enum smtplog_status journal_open(const struct journal_range *range,
                                          struct journal **journal, const char **why);
void journal_close(struct journal *journal);

/* Bytes of lines, as many as fit and are there; 0 at the end, also after a failure: then *damage is
 * set. */
size_t journal_read(struct journal *journal, char *bytes, size_t capacity, const char **damage);

#endif
