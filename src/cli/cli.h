/* The command line: one table of commands, one table of options. Sees the public header only. This
 * is the roof: the only place that prints and decides on an exit status. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "smtplog.h"

/* Exit statuses of interface, section 1. */
enum cli_exit {
    CLI_DONE = 0,
    CLI_NEGATIVE = 1,   /* a rule held, a test failed, nothing was found */
    CLI_USAGE = 2,      /* wrong usage */
    CLI_PARTLY = 3,     /* done, but something could not be read or understood */
    CLI_UNREADABLE = 4, /* nothing could be read */
    CLI_NAGIOS = 16     /* added to the status that a line for Nagios told: 0, 1, 2 or 3 */
};

/* Bits of the commands that an option belongs to. */
enum cli_command_bit {
    CLI_ANALYZE = 1,
    CLI_EVENTS = 2,
    CLI_PATTERNS = 4,
    CLI_EXPLAIN = 8,
    CLI_COMPARE = 16,
    CLI_WATCH = 256,
    CLI_TRACE = 512,
    CLI_FIGURES = 1024,
    CLI_MERGE = 2048,
    CLI_DAILY = 4096,
    CLI_ALL = 0xffff
};

enum cli_option_id {
    CLI_OPTION_LIBRARY, /* handed to the library by its name */
    CLI_OPTION_FORMAT,
    CLI_OPTION_COLOR,
    CLI_OPTION_PROGRESS,
    CLI_OPTION_JOBS,
    CLI_OPTION_HELP,
    CLI_OPTION_VERSION,
    CLI_OPTION_OUTPUT,
    CLI_OPTION_JOURNAL,
    CLI_OPTION_RULE,
    CLI_OPTION_DATE,
    CLI_OPTION_SPAN,
    CLI_OPTION_STATE,
    CLI_OPTION_KEEP,
    CLI_OPTION_QUIET,
    CLI_OPTION_LANG,
    CLI_OPTION_FROM_START,
    CLI_OPTION_PLAIN,
    CLI_OPTION_WHAT,
    CLI_OPTION_LINES,
    CLI_OPTION_NO_SANDBOX
};

struct cli_option {
    char letter;          /* 0 for none */
    const char *name;     /* without hyphens */
    const char *argument; /* what it takes, NULL for nothing; "[=X]" when it may be left out */
    enum cli_option_id id;
    unsigned commands;
    const char *help;
};

#define CLI_LIBRARY_OPTIONS 256
#define CLI_RULES           32
#define CLI_OUTPUTS         16

/* What daily reports. */
enum cli_span {
    CLI_SPAN_DAY,
    CLI_SPAN_WEEK,
    CLI_SPAN_MONTH
};

/* A parsed command line. Strings are those of argv. */
struct cli_arguments {
    unsigned command; /* its bit */
    bool no_sandbox;
    const char **files; /* owned array */
    size_t file_count;
    const char *format; /* NULL: the command's own */
    const char *color;  /* auto, always, never */
    const char *progress;
    const char *output; /* file to write to, the last one given; NULL: standard output */
    const char *outputs[CLI_OUTPUTS]; /* all that were given */
    size_t output_count;
    const char **what; /* owned array: what -e names */
    size_t what_count;
    bool lines;
    bool journal;
    const char *journal_place; /* NULL: this machine's */
    struct {
        const char *name, *value;
    } library[CLI_LIBRARY_OPTIONS];
    size_t library_count;
    struct {
        enum smtplog_rule kind;
        const char *text;
    } rules[CLI_RULES];
    size_t rule_count;
    const char *date; /* of daily; NULL: yesterday */
    enum cli_span span;
    const char *state_directory; /* NULL: the usual one */
    int keep;                    /* days; 0: the usual number */
    bool quiet_if_ok;
    bool from_start, plain; /* of watch */
    bool help, version;
};

struct cli_command {
    const char *name;
    const char *arguments; /* as shown in the usage line */
    const char *summary;
    unsigned bit;
    int (*run)(const struct cli_arguments *arguments);
};

extern const struct cli_command cli_commands[];
extern const size_t cli_command_count;
extern const struct cli_option cli_options[];
extern const size_t cli_option_count;

/* Options that analyze and events share are those of reading logs: figures has them too. merge has
 * those that shape a report. */
bool cli_option_belongs(const struct cli_option *option, unsigned command);

/* NULL when there is none of that name. */
const struct cli_command *cli_find_command(const char *name);

/* The index of the first argument behind argv[0] that is neither an option nor an option's value;
 * argc when there is none, or when it is not a command's because -- or an unknown option precedes
 * it. */
int cli_first_operand(int argc, char **argv);

/* Gives up, for the rest of the run, whatever these arguments do not need: other files, the
 * network, starting programs. To be called once, before anything of a log is read. folder: one more
 * that is written to, NULL for none. */
void cli_confine(const struct cli_arguments *arguments, const char *folder);

/* Reads argv behind the command. False after a message on standard error. Options may stand
 * anywhere; "--" ends them; "-" is a file. */
bool cli_parse(int argc, char **argv, const struct cli_command *command,
               struct cli_arguments *arguments);

/* The language of messages, help and reports: chosen by --lang, else LANGUAGE, LC_ALL, LC_MESSAGES,
 * LANG. To be called before anything is said, and at the end. False when memory is short. */
bool cli_speak(int argc, char **argv);
void cli_speak_no_more(void);
const struct smtplog_language *cli_language(void);

/* A text of the program's own in that language. N_ marks one in a table that is translated when it
 * is shown. */
const char *cli_translate(const char *text) __attribute__((format_arg(1)));
#define N_(text) text

/* The form of a text that the language has for a count. */
const char *cli_translate_count(const char *one, const char *many, unsigned long long count)
    __attribute__((format_arg(1), format_arg(2)));

/* Prints on standard error, the name of the program in front. format is translated. */
void cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

int cli_help(const struct cli_command *command, FILE *to);

/* Callbacks for the library. */
void cli_diagnostic(void *context, enum smtplog_severity severity, const char *text);
int cli_write(void *file, const char *bytes, size_t length);

/* A run of the library for a command: the analyzer and what its progress display remembers. */
struct cli_run {
    struct smtplog_analyzer *analyzer;
    const char *unknown;   /* why a line for Nagios cannot be sure; NULL: it can */
    double started, shown; /* seconds of the monotonic clock */
    bool on_terminal;
};

/* Whether a call went well; says it, once, when memory was short for it. */
bool cli_ok(enum smtplog_status status);

/* The exit status to end with: that of a run whose beginning failed for want of memory is not that
 * of wrong usage. */
int cli_last_word(int exit_status);

/* Makes the analyzer with options and inputs set; falls back to standard input or the host's logs
 * when no file is named. False after a message, with *exit_status set. run must stay where it is
 * until cli_run_end. */
bool cli_run_begin(struct cli_run *run, const struct cli_arguments *arguments, int *exit_status);
void cli_run_end(struct cli_run *run);

/* Columns to write for: --width if given, else the terminal's, else 80. */
size_t cli_width(const struct cli_arguments *arguments);

/* Gives the library width, colour and bars: those of the terminal, if there is one. */
enum smtplog_status cli_set_look(struct smtplog_analyzer *analyzer,
                                 const struct cli_arguments *arguments, bool to_terminal);

/* Exit status after the library returned. */
int cli_exit_status(struct cli_run *run, enum smtplog_status status);

/* Weighs the rules of a finished run: CLI_NEGATIVE instead of done or partly when one held. */
int cli_check_rules(const struct cli_run *run, int exit_status);

/* Where reports go, as --format and -o say; format is for outputs of which neither says anything.
 * The first checks formats and what they need before the run: false after a message. The second
 * writes the reports of a finished run and weighs the rules; returns the exit status of the
 * command.
 */
bool cli_check_report(const struct cli_arguments *arguments, const char *format);
int cli_write_report(struct cli_run *run, const struct cli_arguments *arguments, const char *format,
                     int exit_status);

/* The same without weighing the rules. */
int cli_write_unjudged(struct cli_run *run, const struct cli_arguments *arguments,
                       const char *format, int exit_status);

/* What a command that reports ends with: the report of the run, when there is one, and the end of
 * the run. Returns the exit status of the command. */
int cli_end_with_report(struct cli_run *run, const struct cli_arguments *arguments,
                        enum smtplog_status status);

/* True when the result is the one line for Nagios, whose exit statuses are its own. */
bool cli_is_nagios(const struct cli_arguments *arguments);

/* True when one of the outputs is a snapshot. */
bool cli_wants_snapshot(const struct cli_arguments *arguments, const char *format);

int cmd_merge(const struct cli_arguments *arguments);
/* Adds the files named, else the usual logs or the journal; never standard input unless it is
 * named. say: which are taken. */
bool cli_add_logs(struct smtplog_analyzer *analyzer, const struct cli_arguments *arguments,
                  bool say);

int cmd_daily(const struct cli_arguments *arguments);
int cmd_figures(const struct cli_arguments *arguments);
int cmd_analyze(const struct cli_arguments *arguments);
int cmd_events(const struct cli_arguments *arguments);
int cmd_explain(const struct cli_arguments *arguments);
int cmd_compare(const struct cli_arguments *arguments);
int cmd_trace(const struct cli_arguments *arguments);
int cmd_patterns(const struct cli_arguments *arguments);
int cmd_watch(const struct cli_arguments *arguments);

#endif
