/* How text for people looks: width, colour and bars follow the terminal, if there is one. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

static bool utf8_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL ||
                   strstr(value, "UTF8") != NULL || strstr(value, "utf-8") != NULL;
        }
    }
    return false;
}

enum smtplog_status cli_set_look(struct smtplog_analyzer *analyzer,
                                 const struct cli_arguments *arguments, bool to_terminal)
{
    struct winsize size;
    char columns[16];
    const char *no_color = getenv("NO_COLOR");
    bool allowed = no_color == NULL || no_color[0] == '\0';
    bool color = strcmp(arguments->color, "always") == 0 ||
                 (strcmp(arguments->color, "auto") == 0 && to_terminal && allowed);
    enum smtplog_status status = smtplog_analyzer_set(analyzer, "color", color ? "yes" : "no");
    if (status == SMTPLOG_OK) {
        status = smtplog_analyzer_set(analyzer, "bars", utf8_locale() ? "yes" : "no");
    }
    for (size_t i = 0; i < arguments->library_count; i++) {
        if (strcmp(arguments->library[i].name, "width") == 0) {
            return status;
        }
    }
    if (status == SMTPLOG_OK && to_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= 72) {
        snprintf(columns, sizeof columns, "%d", size.ws_col > 160 ? 160 : size.ws_col);
        status = smtplog_analyzer_set(analyzer, "width", columns);
    }
    return status;
}
