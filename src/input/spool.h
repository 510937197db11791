/* Standard input for those who must read it more than once: a redirected file as it is, anything
 * else as a copy in a temporary file that nobody but this process can open: mode 0600, and its name
 * is gone before the first byte is written. Trust: contents are anybody's. */
#ifndef INPUT_SPOOL_H
#define INPUT_SPOOL_H

#include "input/source.h"

struct spool {
    int descriptor; /* -1 when there is none */
    bool is_copy;
    uint64_t start; /* where the input begins in it */
};

/* Reads all of standard input when it has to be copied. On failure *why is for a person. */
MUST_USE enum smtplog_status spool_standard_input(const char *directory, struct spool *spool,
                                                  const char **why);
void spool_close(struct spool *spool);

/* A temporary file in a directory, to be read and written; -1 and errno when there can be none. */
int spool_open_unnamed(const char *directory);

/* Whether standard input must be copied for it. */
bool spool_needs_copy(void);

#endif
