/* The end of a run: its rules weighed, its exit status. */
#include "cli/cli.h"

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
