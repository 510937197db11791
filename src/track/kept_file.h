/* A temporary file for kept events that have grown old: nobody but this process can open it, and
 * its name is gone before the first byte is written. Private to kept.c. */
#ifndef TRACK_KEPT_FILE_H
#define TRACK_KEPT_FILE_H

#include "base/span.h"
#include "base/status.h"

struct kept_file {
    int descriptor; /* -1: there is none */
    bool failed;    /* nothing more goes into it; what is in it can be read */
    uint64_t length;
};

/* Without one, all is kept in memory. */
void kept_file_open(struct kept_file *file, const char *directory);
void kept_file_close(struct kept_file *file);

/* False: the bytes are not in it. */
bool kept_file_add(struct kept_file *file, struct span bytes);

MUST_USE enum smtplog_status kept_file_read(const struct kept_file *file, uint64_t at, char *bytes,
                                            size_t length);

/* Over what has been read. */
MUST_USE enum smtplog_status kept_file_write(const struct kept_file *file, uint64_t at,
                                             struct span bytes);

#endif
