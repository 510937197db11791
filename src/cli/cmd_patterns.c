/* smtplog patterns: the pattern sets in force, and their samples. */
#include <string.h>

#include "cli/cli.h"

static const char *library_value(const struct cli_arguments *arguments, const char *name)
{
    for (size_t i = arguments->library_count; i > 0; i--) {
        if (strcmp(arguments->library[i - 1].name, name) == 0) {
            return arguments->library[i - 1].value;
        }
    }
    return NULL;
}

static int run_test(const struct cli_arguments *arguments)
{
    uint64_t passed = 0;
    uint64_t failed = 0;
    enum smtplog_status status = smtplog_patterns_test(arguments->files + 1,
                                                       arguments->file_count - 1, cli_write, stdout,
                                                       cli_diagnostic, NULL, &passed, &failed);
    if (status != SMTPLOG_OK && status != SMTPLOG_STOPPED) {
        cli_complain("the pattern files cannot be used: %s",
                     cli_translate(smtplog_status_name(status)));
        return status == SMTPLOG_IO ? CLI_UNREADABLE : CLI_NEGATIVE;
    }
    printf(cli_translate(N_("%llu samples hold, %llu fail\n")), (unsigned long long)passed,
           (unsigned long long)failed);
    return failed > 0 ? CLI_NEGATIVE : CLI_DONE;
}

int cmd_patterns(const struct cli_arguments *arguments)
{
    const char *what = arguments->file_count > 0 ? arguments->files[0] : "list";
    bool show = strcmp(what, "show") == 0;
    if (strcmp(what, "test") == 0) {
        return run_test(arguments);
    }
    if (strcmp(what, "texts") == 0) {
        enum smtplog_status texts = smtplog_patterns_texts(cli_write, stdout, cli_diagnostic, NULL);
        return texts == SMTPLOG_OK || texts == SMTPLOG_STOPPED ? CLI_DONE : CLI_USAGE;
    }
    if (!show && strcmp(what, "list") != 0) {
        cli_complain("smtplog patterns list, test, show or texts; not %s", what);
        return CLI_USAGE;
    }
    enum smtplog_status status = smtplog_patterns_list(library_value(arguments, "patterns"), show,
                                                       cli_write, stdout, cli_diagnostic, NULL);
    if (status != SMTPLOG_OK && status != SMTPLOG_STOPPED) {
        cli_complain("the pattern files cannot be used: %s",
                     cli_translate(smtplog_status_name(status)));
        return CLI_USAGE;
    }
    return CLI_DONE;
}
