/* The smtplog command: finds the command, parses its options, runs it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"

#define HELP_COLUMNS 80

const struct cli_command cli_commands[] = {
    {"analyze", "[OPTION]... [FILE]...",
     N_("the report: what happened to the mail, and what to do"), CLI_ANALYZE, cmd_analyze},
    {"events", "[OPTION]... [FILE]...", N_("one record per SMTP event, for other programs"),
     CLI_EVENTS, cmd_events},
    {"watch", "[OPTION]... [FILE]...",
     N_("a log while it grows: rates, what is refused, what to do"), CLI_WATCH, cmd_watch},
    {"trace", "[OPTION]... WHAT [FILE]...",
     N_("the story of a queue id, message id, address, host or IP: every line, in order"),
     CLI_TRACE, cmd_trace},
    {"explain", "[OPTION]... [CODE|REPLY|CLASS|PROVIDER]...",
     N_("what a reply code, an enhanced code or a whole reply means, and what to do"), CLI_EXPLAIN,
     cmd_explain},
    {"compare", "[OPTION]... CODE CODE...", N_("codes side by side"), CLI_COMPARE, cmd_compare},
    {"figures", "[OPTION]... [FILE]...",
     N_("every named figure with its value: the names that rules use"), CLI_FIGURES, cmd_figures},
    {"daily", "[OPTION]... [FILE]...", N_("for cron: yesterday, beside the days before"), CLI_DAILY,
     cmd_daily},
    {"merge", "[OPTION]... SNAPSHOT...", N_("one report from the snapshots of days or hosts"),
     CLI_MERGE, cmd_merge},
    {"patterns", "list|show|test|texts [FILE]...",
     N_("the pattern files in force, and their samples"), CLI_PATTERNS, cmd_patterns},
};
const size_t cli_command_count = sizeof cli_commands / sizeof cli_commands[0];

const struct cli_command *cli_find_command(const char *name)
{
    for (size_t i = 0; i < cli_command_count; i++) {
        if (strcmp(cli_commands[i].name, name) == 0) {
            return &cli_commands[i];
        }
    }
    return NULL;
}

/* Prints a text whose first line begins in a column; further lines begin there too. Lines that are
 * too long break at a blank. */
static void print_from(FILE *to, size_t column, const char *text)
{
    size_t used = column;
    while (*text != '\0') {
        size_t blanks = strspn(text, " ");
        size_t length = strcspn(text + blanks, " \n");
        size_t columns = smtplog_columns(text + blanks, length);
        if (used > column && used + blanks + columns > HELP_COLUMNS) {
            fprintf(to, "\n%*s", (int)column, "");
            used = column;
            text += blanks;
            blanks = 0;
        }
        fwrite(text, 1, blanks + length, to);
        used += blanks + columns;
        text += blanks + length;
        if (*text == '\n') {
            fprintf(to, "\n%*s", text[1] != '\n' && text[1] != '\0' ? (int)column : 0, "");
            used = column;
            text++;
        }
    }
    fputc('\n', to);
}

static void help_options(unsigned command, FILE *to)
{
    fprintf(to, "\n%s\n", cli_translate(N_("Options")));
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *option = &cli_options[i];
        char left[64];
        if (!cli_option_belongs(option, command)) {
            continue;
        }
        snprintf(left, sizeof left, "%c%c%s --%s%s%s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->letter ? "," : " ", option->name,
                 option->argument != NULL && option->argument[0] != '[' ? " " : "",
                 option->argument != NULL ? option->argument : "");
        fprintf(to, "  %s\n        ", left);
        print_from(to, 8, cli_translate(option->help));
    }
}

/* Commands that read logs once, from files or standard input. */
#define READERS (CLI_ANALYZE | CLI_EVENTS | CLI_FIGURES | CLI_TRACE | CLI_DAILY)

static const char *statuses_of(unsigned command)
{
    if ((command & CLI_PATTERNS) != 0) {
        return N_("Exit status: 0 done, 1 a test failed, 2 wrong usage, 4 a file could not be "
                  "read.");
    }
    if ((command & (CLI_EXPLAIN | CLI_COMPARE)) != 0) {
        return N_("Exit status: 0 done, 2 wrong usage.");
    }
    return N_("Exit status: 0 done, 1 a rule held or nothing was found, 2 wrong usage, 3 done but "
              "something could not be read or understood, 4 nothing could be read.");
}

int cli_help(const struct cli_command *command, FILE *to)
{
    if (command != NULL) {
        char summary[400];
        fprintf(to, "%s smtplog %s %s\n\n", cli_translate(N_("Usage:")), command->name,
                command->arguments);
        snprintf(summary, sizeof summary, "%s.", cli_translate(command->summary));
        print_from(to, 0, summary);
        help_options(command->bit, to);
        fputc('\n', to);
        if ((command->bit & READERS) != 0) {
            print_from(to, 0,
                       cli_translate(N_("FILE may be plain or gzip, rotated files may come in any "
                                        "order, - is standard input.")));
        }
        print_from(to, 0, cli_translate(statuses_of(command->bit)));
        return CLI_DONE;
    }
    print_from(
        to, 0,
        cli_translate(
            N_("smtplog reads mail server logs, finds every SMTP reply, and says what it means.\n\n"
               "Usage: smtplog COMMAND [OPTION]... [FILE]...\n"
               "       smtplog FILE...            the same as smtplog analyze FILE...\n\n"
               "Commands")));
    for (size_t i = 0; i < cli_command_count; i++) {
        fprintf(to, "  %-10s ", cli_commands[i].name);
        print_from(to, 13, cli_translate(cli_commands[i].summary));
    }
    print_from(to, 0,
               cli_translate(N_("  help       this text, or smtplog help COMMAND\n\n"
                                "Start with: smtplog analyze /var/log/mail.log")));
    return CLI_DONE;
}

static int help_command(int argc, char **argv)
{
    int at = 1 + cli_first_operand(argc - 1, argv + 1);
    const struct cli_command *command = at < argc ? cli_find_command(argv[at]) : NULL;
    if (at < argc && command == NULL) {
        cli_complain("there is no command %s", argv[at]);
        return CLI_USAGE;
    }
    return cli_help(command, stdout);
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
    struct cli_arguments arguments;
    int exit_status = CLI_USAGE;
    if (cli_parse(argc, argv, command, &arguments)) {
        if (arguments.help) {
            exit_status = cli_help(command, stdout);
        } else if (arguments.version) {
            printf("smtplog %s\n", smtplog_version());
            exit_status = CLI_DONE;
        } else {
            exit_status = command->run(&arguments);
        }
    }
    free(arguments.files);
    free(arguments.what);
    return cli_last_word(exit_status);
}

/* Written alike but for two letters in one place, the first being the same. */
static bool is_near(const char *word, const char *name)
{
    size_t n = strlen(word);
    size_t m = strlen(name);
    size_t longer = n > m ? n : m;
    size_t same = 0;
    size_t behind = 0;
    while (same < n && same < m && word[same] == name[same]) {
        same++;
    }
    while (behind < n - same && behind < m - same && word[n - 1 - behind] == name[m - 1 - behind]) {
        behind++;
    }
    return same > 0 && same + behind + 2 >= longer;
}

/* The command that was meant by a word that is neither a command nor a file. */
static const char *command_meant(const char *word)
{
    for (size_t i = 0; i < cli_command_count && access(word, F_OK) != 0; i++) {
        if (is_near(word, cli_commands[i].name)) {
            return cli_commands[i].name;
        }
    }
    return NULL;
}

/* The command may stand behind options: it changes places with them. */
static void put_command_first(int argc, char **argv)
{
    int at = cli_first_operand(argc, argv);
    if (at < argc && (cli_find_command(argv[at]) != NULL || strcmp(argv[at], "help") == 0)) {
        char *command = argv[at];
        memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
        argv[1] = command;
    }
}

static int run_line(int argc, char **argv)
{
    put_command_first(argc, argv);
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        return cli_help(NULL, stdout);
    }
    if (argc > 1 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
        printf("smtplog %s\n", smtplog_version());
        return CLI_DONE;
    }
    if (argc > 1 && strcmp(argv[1], "help") == 0) {
        return help_command(argc, argv);
    }
    const struct cli_command *command = argc > 1 ? cli_find_command(argv[1]) : NULL;
    if (command != NULL) {
        return run_command(command, argc - 2, argv + 2);
    }
    const char *meant = argc > 1 ? command_meant(argv[1]) : NULL;
    if (meant != NULL) {
        cli_complain("there is no command and no file %s, did you mean %s?", argv[1], meant);
        return CLI_USAGE;
    }
    return run_command(&cli_commands[0], argc - 1, argv + 1);
}

/* As typed: the options may be what is wrong. */
static bool asks_for_nagios(int argc, char **argv)
{
    bool asks = false;
    for (int i = 1; i < argc && argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
        size_t length = strncmp(argv[i], "--", 2) == 0 ? strcspn(argv[i] + 2, "=") : 0;
        if (length > 1 && strncmp(argv[i] + 2, "format", length) == 0) {
            const char *value = argv[i][2 + length] == '=' ? argv[i] + 2 + length + 1 : argv[i + 1];
            asks = value != NULL && strcmp(value, "nagios") == 0;
        }
    }
    return asks;
}

/* Nagios takes 2 for critical and wants a line in any case. */
static int tell_nagios(int argc, char **argv, int exit_status)
{
    if (exit_status >= CLI_NAGIOS) {
        return exit_status - CLI_NAGIOS;
    }
    if (exit_status == CLI_DONE || !asks_for_nagios(argc, argv)) {
        return exit_status;
    }
    printf("SMTPLOG UNKNOWN: %s\n", exit_status == CLI_USAGE
                                        ? cli_translate(N_("wrong usage, see standard error"))
                                        : cli_translate(N_("the log could not be read")));
    return CLI_PARTLY;
}

int main(int argc, char **argv)
{
    /* A closed pipe is an ordinary end of output, and so is a limit of size: writes fail with EPIPE
     * or EFBIG instead of killing us. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    bool speaks = cli_speak(argc, argv);
    int exit_status = speaks ? run_line(argc, argv) : CLI_UNREADABLE;
    exit_status = output_last(tell_nagios(argc, argv, exit_status));
    cli_speak_no_more();
    return exit_status;
}
