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

struct cli_arguments;

/* False after a message when a file has a suffix that is none of those known, a list with blanks
 * between, and --format is not given: a file of another kind was meant. */
bool output_check_suffix(const struct cli_arguments *arguments, const char *path,
                         const char *known);

/* False after messages when nothing can be written to any of the places given: nobody waits for a
 * report that has no place to go. When one is good the others are said once it is time. */
bool output_check_places(const struct cli_arguments *arguments);

#endif
