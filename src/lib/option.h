/* Options of a run by the names they have on the command line, and what their values mean. */
#ifndef LIB_OPTION_H
#define LIB_OPTION_H

#include "lib/analyzer.h"

enum option {
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_YEAR,
    OPTION_TZ,
    OPTION_NOW,
    OPTION_INPUT,
    OPTION_PATTERNS,
    OPTION_TOP,
    OPTION_FIELDS,
    OPTION_MEMORY,
    OPTION_WIDTH,
    OPTION_COLOR,
    OPTION_BARS,
    OPTION_TEMPORARY,
    OPTION_LINES,
    OPTION_DETAIL,
    OPTION_SECTION,
    OPTION_EXPLAIN,
    OPTION_JOIN,
    OPTION_THRESHOLD, /* a list */
    OPTION_REDACT,
    OPTION_REDACT_KEY,
    OPTION_TABLE,
    OPTION_MAIL_TO,
    OPTION_JOBS,
    OPTIONS
};

/* Says that the value of an option is not what it should be. Always SMTPLOG_USAGE. */
enum smtplog_status option_refuse(const struct smtplog_analyzer *a, enum option option,
                                  const char *expected);

/* A number within bounds; *number stays as it is when the option is not given. */
MUST_USE enum smtplog_status option_number(const struct smtplog_analyzer *a, enum option option,
                                           uint64_t minimum, uint64_t maximum, uint64_t *number);

/* The place of the option's value in the words, which end with NULL; *choice stays as it is when
 * the option is not given. */
MUST_USE enum smtplog_status option_word(const struct smtplog_analyzer *a, enum option option,
                                         const char *const *words, const char *expected,
                                         unsigned *choice);

/* What may be remembered of a log, in bytes. */
#define OPTION_MEMORY_DEFAULT ((uint64_t)16 << 20)
#define OPTION_MEMORY_MINIMUM ((uint64_t)1 << 20)
#define OPTION_MEMORY_MAXIMUM ((uint64_t)1 << 40)
MUST_USE enum smtplog_status option_memory(const struct smtplog_analyzer *a, uint64_t *bytes);

/* Reads zone, present, range and kind of input into the analyzer. */
MUST_USE enum smtplog_status option_read_all(struct smtplog_analyzer *a);

#endif
