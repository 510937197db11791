/* The end of a run: its rules weighed, its exit status. */
#include "cli/cli.h"

static bool memory_was_short;

bool cli_ok(enum smtplog_status status)
{
    if (status == SMTPLOG_NO_MEMORY && !memory_was_short) {
        memory_was_short = true;
        cli_complain("out of memory");
    }
    return status == SMTPLOG_OK;
}

int cli_last_word(int exit_status)
{
    return memory_was_short && exit_status == CLI_USAGE ? CLI_UNREADABLE : exit_status;
}

int cli_check_rules(const struct cli_run *run, int exit_status)
{
    size_t held = 0;
    if (exit_status != CLI_DONE && exit_status != CLI_PARTLY) {
        return exit_status;
    }
    if (!cli_ok(smtplog_analyzer_check_rules(run->analyzer, &held))) {
        cli_complain("the rules could not be weighed");
        return CLI_UNREADABLE;
    }
    return held > 0 ? CLI_NEGATIVE : exit_status;
}
