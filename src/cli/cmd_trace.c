/* smtplog trace: the story of a message, an address or a client. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"

static const char *format_of(const struct cli_arguments *arguments)
{
    static const struct {
        const char *suffix, *format;
    } suffixes[] = {{".ndjson", "ndjson"}, {".jsonl", "ndjson"}, {".json", "ndjson"},
                    {".tsv", "tsv"},       {".html", "html"},    {".md", "markdown"},
                    {".htm", "html"}};
    const char *dot = arguments->output != NULL ? strrchr(arguments->output, '.') : NULL;
    if (arguments->format != NULL) {
        return arguments->format;
    }
    for (size_t i = 0; dot != NULL && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (strcmp(dot, suffixes[i].suffix) == 0) {
            return suffixes[i].format;
        }
    }
    return "text";
}

/* Without -e the first argument is what is looked for. False when there is none. */
static bool take_what(struct cli_arguments *arguments)
{
    if (arguments->what_count > 0) {
        return true;
    }
    if (arguments->file_count == 0) {
        cli_complain("trace: what is to be looked for? A queue id, a message id, an address, a "
                     "host:\n  smtplog trace WHAT [FILE]...");
        return false;
    }
    arguments->what[arguments->what_count++] = arguments->files[0];
    arguments->file_count--;
    memmove(arguments->files, arguments->files + 1,
            arguments->file_count * sizeof *arguments->files);
    return true;
}

static enum smtplog_status set_up(struct smtplog_analyzer *analyzer,
                                  const struct cli_arguments *arguments)
{
    bool to_terminal = arguments->output == NULL && isatty(STDOUT_FILENO) == 1;
    const char *temporary = getenv("TMPDIR");
    enum smtplog_status status = cli_set_look(analyzer, arguments, to_terminal);
    if (status == SMTPLOG_OK && arguments->lines) {
        status = smtplog_analyzer_set(analyzer, "lines", "yes");
    }
    if (status == SMTPLOG_OK && temporary != NULL && temporary[0] == '/') {
        status = smtplog_analyzer_set(analyzer, "temporary", temporary);
    }
    return status;
}

/* Says that nothing was found, and what may be the reason. */
static void say_nothing_found(const struct cli_arguments *arguments)
{
    for (size_t i = 0; i < arguments->what_count; i++) {
        const char *what = arguments->what[i];
        if (access(what, R_OK) == 0) {
            cli_complain("no line concerns \"%s\", which is a file: smtplog trace WHAT [FILE]...",
                         what);
        } else {
            cli_complain("no line concerns \"%s\"", what);
        }
    }
}

int cmd_trace(const struct cli_arguments *arguments)
{
    int exit_status = CLI_DONE;
    struct cli_arguments own = *arguments;
    struct output output;
    struct cli_run run;
    struct smtplog_outcome outcome;
    if (!take_what(&own)) {
        return CLI_USAGE;
    }
    if (own.output != NULL &&
        !(output_check_suffix(&own, own.output, ".ndjson .jsonl .json .tsv .html .htm .md .txt") &&
          output_check_places(&own))) {
        return CLI_USAGE;
    }
    if (!cli_run_begin(&run, &own, &exit_status)) {
        return exit_status;
    }
    if (!output_open(&output, own.output)) {
        cli_run_end(&run);
        return CLI_PARTLY;
    }
    enum smtplog_status status = set_up(run.analyzer, &own);
    if (status == SMTPLOG_OK) {
        status = smtplog_analyzer_trace(run.analyzer, own.what, own.what_count, format_of(&own),
                                        cli_write, output.file);
    }
    exit_status = cli_exit_status(&run, status);
    smtplog_analyzer_outcome(run.analyzer, &outcome);
    if (status == SMTPLOG_OK && outcome.traced == 0 && exit_status != CLI_UNREADABLE) {
        say_nothing_found(&own);
        exit_status = CLI_NEGATIVE;
    }
    if (!output_finish(&output, status == SMTPLOG_OK && exit_status != CLI_UNREADABLE)) {
        exit_status = CLI_PARTLY;
    }
    cli_run_end(&run);
    return exit_status;
}
