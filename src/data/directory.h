/* Files of a directory as bytes, for pattern and catalogue files outside the program. Trust: the
 * directory belongs to the administrator; sizes and counts are limited all the same. */
#ifndef DATA_DIRECTORY_H
#define DATA_DIRECTORY_H

#include "base/arena.h"
#include "base/diagnostic.h"

struct directory_file {
    struct span path;
    struct span bytes;
};

/* Reads the file at path into the arena. SMTPLOG_IO with a diagnostic when it cannot be read,
 * SMTPLOG_LIMIT when it is larger than maximum. */
MUST_USE enum smtplog_status directory_read_file(const char *path, size_t maximum,
                                                 struct arena *arena,
                                                 const struct diagnostic *diagnostic,
                                                 struct directory_file *file);

/* Reads every file whose name ends in one of the suffixes (blank separated) in path and the
 * directories right below it, in order of path. *files is in the arena. A directory that does not
 * exist gives none, unless required. */
MUST_USE enum smtplog_status directory_read(const char *path, const char *suffixes, bool required,
                                            size_t maximum, struct arena *arena,
                                            const struct diagnostic *diagnostic,
                                            struct directory_file **files, size_t *count);

#endif
