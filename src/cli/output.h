/* Where a command's result goes: standard output, or a file that is replaced only when complete. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
    FILE *file;
    const char *path;     /* NULL: standard output */
    char temporary[1024]; /* beside path, until output_finish */
};

/* False after a message. */
bool output_open(struct output *output, const char *path);

/* Flushes and, for a file, puts it in place; keep = false throws it away. False after a message; a
 * closed pipe on standard output is no failure. */
bool output_finish(struct output *output, bool keep);

/* At the very end: what is left for standard output. The exit status to end with. */
int output_last(int exit_status);

#endif
