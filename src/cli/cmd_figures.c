/* smtplog figures: the names that rules use, with their values. */
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"

int cmd_figures(const struct cli_arguments *arguments)
{
    int exit_status = CLI_DONE;
    const char *format = arguments->format;
    const char *dot = arguments->output != NULL ? strrchr(arguments->output, '.') : NULL;
    if (format == NULL) {
        format = dot != NULL && strcmp(dot, ".json") == 0 ? "json" : "text";
    }
    if (arguments->output != NULL &&
        !(output_check_suffix(arguments, arguments->output, ".json .txt") &&
          output_check_places(arguments))) {
        return CLI_USAGE;
    }
    struct cli_run run;
    if (!cli_run_begin(&run, arguments, &exit_status)) {
        return exit_status;
    }
    enum smtplog_status status = smtplog_analyzer_run(run.analyzer);
    exit_status = cli_exit_status(&run, status);
    struct output output;
    if (status == SMTPLOG_OK && exit_status != CLI_UNREADABLE) {
        if (!output_open(&output, arguments->output)) {
            cli_run_end(&run);
            return CLI_PARTLY;
        }
        status = smtplog_analyzer_figures(run.analyzer, format, cli_write, output.file);
        if (status != SMTPLOG_OK) {
            exit_status = cli_exit_status(&run, status);
        }
        exit_status = output_finish(&output, status == SMTPLOG_OK) ? exit_status : CLI_PARTLY;
        exit_status = cli_check_rules(&run, exit_status);
    }
    cli_run_end(&run);
    return exit_status;
}
