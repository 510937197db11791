/* smtplog explain, smtplog compare: what codes and replies mean. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define STDIN_REPLIES 4096
#define REPLY_LENGTH  65600 /* more than the library takes for a reply */

static int exit_status_of(enum smtplog_status status)
{
    if (status == SMTPLOG_OK || status == SMTPLOG_STOPPED) {
        return CLI_DONE;
    }
    if (status == SMTPLOG_USAGE) {
        return CLI_USAGE;
    }
    cli_complain("%s", cli_translate(smtplog_status_name(status)));
    return CLI_UNREADABLE;
}

/* Lines of standard input, a reply each. */
static size_t read_replies(char **replies)
{
    size_t count = 0;
    char *line = malloc(REPLY_LENGTH);
    while (line != NULL && count < STDIN_REPLIES && fgets(line, REPLY_LENGTH, stdin) != NULL) {
        int c = strchr(line, '\n') == NULL ? 0 : '\n';
        while (c != '\n' && c != EOF) {
            c = getc(stdin); /* the rest of a line that is too long */
        }
        line[strcspn(line, "\r\n")] = '\0';
        replies[count] = line[0] != '\0' ? strdup(line) : NULL;
        count += replies[count] != NULL;
    }
    free(line);
    return count;
}

static int explain(const struct cli_arguments *arguments, const char *const *what, size_t count)
{
    const char *format = arguments->format != NULL ? arguments->format : "text";
    return exit_status_of(smtplog_explain(what, count, format, cli_width(arguments), cli_language(),
                                          cli_write, stdout, cli_diagnostic, NULL));
}

int cmd_explain(const struct cli_arguments *arguments)
{
    cli_confine(arguments, NULL);
    if (arguments->file_count != 1 || strcmp(arguments->files[0], "-") != 0) {
        return explain(arguments, arguments->files, arguments->file_count);
    }
    char **replies = calloc(STDIN_REPLIES, sizeof *replies);
    if (replies == NULL) {
        return exit_status_of(SMTPLOG_NO_MEMORY);
    }
    size_t count = read_replies(replies);
    int exit_status = CLI_USAGE;
    if (count > 0) {
        exit_status = explain(arguments, (const char *const *)replies, count);
    } else {
        cli_complain("standard input holds no reply");
    }
    for (size_t i = 0; i < count; i++) {
        free(replies[i]);
    }
    free(replies);
    return exit_status;
}

int cmd_compare(const struct cli_arguments *arguments)
{
    const char *format = arguments->format != NULL ? arguments->format : "text";
    cli_confine(arguments, NULL);
    return exit_status_of(smtplog_compare(arguments->files, arguments->file_count, format,
                                          cli_width(arguments), cli_language(), cli_write, stdout,
                                          cli_diagnostic, NULL));
}
