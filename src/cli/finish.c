/* The end of a run: its report where it belongs, its rules weighed, its exit status. */
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"

/* The one line for Nagios, whose exit statuses are its own. */
static int write_nagios(struct cli_run *run, const struct cli_arguments *arguments, int exit_status)
{
    struct output output;
    int state = CLI_PARTLY; /* unknown */
    const char *unknown = exit_status == CLI_PARTLY ? "not all of the log could be read or "
                                                      "understood"
                                                    : NULL;
    if (!output_open(&output, arguments->output)) {
        return state;
    }
    enum smtplog_status status = smtplog_analyzer_nagios(run->analyzer, unknown, cli_write,
                                                         output.file, &state);
    bool written = output_finish(&output, status == SMTPLOG_OK);
    return status == SMTPLOG_OK && written ? state : CLI_PARTLY;
}

int cli_check_rules(const struct cli_run *run, int exit_status)
{
    size_t held = 0;
    if (exit_status != CLI_DONE && exit_status != CLI_PARTLY) {
        return exit_status;
    }
    if (smtplog_analyzer_check_rules(run->analyzer, &held) != SMTPLOG_OK) {
        cli_complain("the rules could not be weighed");
        return CLI_UNREADABLE;
    }
    return held > 0 ? CLI_NEGATIVE : exit_status;
}

int cli_write_report(struct cli_run *run, const struct cli_arguments *arguments, const char *format,
                     int exit_status)
{
    struct output output;
    if (strcmp(format, "nagios") == 0) {
        return write_nagios(run, arguments, exit_status);
    }
    if (!output_open(&output, arguments->output)) {
        return CLI_PARTLY;
    }
    enum smtplog_status status = smtplog_analyzer_report(run->analyzer, format, cli_write,
                                                         output.file);
    if (status == SMTPLOG_USAGE || status == SMTPLOG_NO_MEMORY) {
        exit_status = cli_exit_status(run, status);
    }
    if (!output_finish(&output, status == SMTPLOG_OK)) {
        exit_status = CLI_PARTLY;
    }
    return cli_check_rules(run, exit_status);
}
