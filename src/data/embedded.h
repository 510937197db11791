/* The pattern and catalogue files that were built into the program, as bytes. They are read by the
 * same parser as a user's files. The table is written by src/tools/embed.c at build. */
#ifndef DATA_EMBEDDED_H
#define DATA_EMBEDDED_H

#include "base/span.h"

struct embedded_file {
    const char *path; /* below patterns/, such as "postfix/smtp.pat" */
    const unsigned char *bytes;
    size_t length;
};

/* All built-in files in order of path; *count is how many. Static storage. */
const struct embedded_file *embedded_files(size_t *count);

#endif
