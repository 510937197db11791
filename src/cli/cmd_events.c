/* smtplog events: one record per SMTP event, while reading. */
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"

int cmd_events(const struct cli_arguments *arguments)
{
    int exit_status = CLI_DONE;
    const char *format = arguments->format != NULL ? arguments->format : "ndjson";
    const char *path = arguments->output_count > 0 ? arguments->outputs[0] : NULL;
    if (arguments->output_count > 1) {
        cli_complain("events writes to one file");
        return CLI_USAGE;
    }
    if (path != NULL && !(output_check_suffix(arguments, path, ".ndjson .jsonl .json .tsv .txt") &&
                          output_check_places(arguments))) {
        return CLI_USAGE;
    }
    if (arguments->format == NULL && path != NULL) {
        const char *dot = strrchr(path, '.');
        dot = dot != NULL ? dot : "";
        format = strcmp(dot, ".tsv") == 0 ? "tsv" : strcmp(dot, ".txt") == 0 ? "text" : "ndjson";
    }
    struct output output;
    struct cli_run run;
    if (!cli_run_begin(&run, arguments, &exit_status)) {
        return exit_status;
    }
    if (!output_open(&output, path)) {
        cli_run_end(&run);
        return CLI_PARTLY;
    }
    enum smtplog_status status = smtplog_analyzer_events(run.analyzer, format, cli_write,
                                                         output.file);
    exit_status = cli_exit_status(&run, status);
    bool keep = status == SMTPLOG_OK && exit_status != CLI_UNREADABLE;
    if (!output_finish(&output, keep)) {
        exit_status = CLI_PARTLY;
    }
    cli_run_end(&run);
    return exit_status;
}
