/* Outcome of calls. The enumeration is the public one, so that a failure keeps its name from the
 * lowest floor to the command line. This is the only place below lib/ that reads the public header.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "smtplog.h"

#define MUST_USE SMTPLOG_MUST_USE

/* Fails the surrounding function with the status of a call that did not succeed. For functions
 * that hold nothing to release at that point. */
#define TRY(call)                                \
    do {                                         \
        enum smtplog_status try_status = (call); \
        if (try_status != SMTPLOG_OK) {          \
            return try_status;                   \
        }                                        \
    } while (0)

/* For what few lines need: kept out of the functions that every line passes. */
#define APART __attribute__((noinline))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
