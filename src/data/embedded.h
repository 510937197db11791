/* Files that were built into the program, as bytes: the pattern and catalogue files, which are read
 * by the same parser as a user's files, and what a web page is made with. The tables are written by
 * src/tools/embed.c at build. */
#ifndef DATA_EMBEDDED_H
#define DATA_EMBEDDED_H

#include "base/span.h"

struct embedded_file {
    const char *path; /* below patterns/, such as "postfix/smtp.pat" */
    const unsigned char *bytes;
    size_t length;
    const char *sha256; /* of the bytes, in base64 */
};

/* All built-in files in order of path; *count is how many. Static storage. */
const struct embedded_file *embedded_files(size_t *count);

/* The style sheet and the script of a page ("page.css", "page.js"). Static storage. */
const struct embedded_file *embedded_pages(size_t *count);

/* Translations as msgfmt compiled them: "de.mo". Static storage. */
const struct embedded_file *embedded_translations(size_t *count);

#endif
