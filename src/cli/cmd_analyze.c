/* smtplog analyze: the report. */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* --section help */
static bool asks_for_sections(const struct cli_arguments *arguments)
{
    for (size_t i = 0; i < arguments->library_count; i++) {
        if (strcmp(arguments->library[i].name, "section") == 0 &&
            strcmp(arguments->library[i].value, "help") == 0) {
            return true;
        }
    }
    return false;
}

int cmd_analyze(const struct cli_arguments *arguments)
{
    int exit_status = CLI_DONE;
    if (asks_for_sections(arguments)) {
        return smtplog_sections(cli_write, stdout) == SMTPLOG_NO_MEMORY ? CLI_UNREADABLE : CLI_DONE;
    }
    if (!cli_check_report(arguments, "text")) {
        return CLI_USAGE;
    }
    struct cli_run run;
    if (!cli_run_begin(&run, arguments, &exit_status)) {
        return exit_status;
    }
    bool to_terminal = arguments->output == NULL && isatty(STDOUT_FILENO) == 1;
    enum smtplog_status status = cli_set_look(run.analyzer, arguments, to_terminal);
    if (status == SMTPLOG_OK && cli_wants_snapshot(arguments, "text")) {
        status = smtplog_analyzer_keep(run.analyzer);
    }
    if (status == SMTPLOG_OK) {
        status = smtplog_analyzer_run(run.analyzer);
    }
    return cli_end_with_report(&run, arguments, status);
}
