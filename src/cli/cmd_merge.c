/* smtplog merge: snapshots put together into one report. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

int cmd_merge(const struct cli_arguments *arguments)
{
    int exit_status = CLI_DONE;
    if (!cli_check_report(arguments, "text")) {
        return CLI_USAGE;
    }
    if (arguments->file_count == 0) {
        cli_complain("smtplog merge needs a snapshot: smtplog analyze -o day.snap makes one");
        return CLI_USAGE;
    }
    struct cli_run run;
    if (!cli_run_begin(&run, arguments, &exit_status)) {
        return exit_status;
    }
    bool to_terminal = arguments->output == NULL && isatty(STDOUT_FILENO) == 1;
    enum smtplog_status status = cli_set_look(run.analyzer, arguments, to_terminal);
    if (status == SMTPLOG_OK) {
        status = smtplog_analyzer_merge(run.analyzer);
    }
    return cli_end_with_report(&run, arguments, status);
}
