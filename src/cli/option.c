/* The one table of options: parsing, help and the check of the manual pages come from it. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

const struct cli_option cli_options[] = {
    {0, "since", "TIME", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("show what happened from TIME on: yesterday, today, -2h, 2026-11-21, RFC 3339")},
    {0, "until", "TIME", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE,
     N_("show what happened up to TIME; a day means its end")},
    {0, "year", "YEAR", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("year of the last line, for stamps without one (default: from the file's time)")},
    {0, "tz", "ZONE", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("time zone of stamps without one: Europe/Berlin, UTC, +01:00 (default: the system's)")},
    {0, "now", "TIME", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("take TIME as the present (for tests and old logs)")},
    {0, "input", "KIND", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("auto (default), postfix, exim or transcript: what the lines are taken for")},
    {0, "journal", "[=DIR]", CLI_OPTION_JOURNAL, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE,
     N_("read the systemd journal: this machine's, or the journal files in DIR")},
    {0, "patterns", "DIR", CLI_OPTION_LIBRARY,
     CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_PATTERNS | CLI_WATCH,
     N_("read more pattern files from DIR; they replace built-in ones of the same name")},
    {0, "threshold", "LIMIT", CLI_OPTION_LIBRARY, CLI_ANALYZE,
     N_("NAME=NUMBER: from when on a finding is told (see the manual); may be given again")},
    {0, "memory", "SIZE", CLI_OPTION_LIBRARY, CLI_ANALYZE,
     N_("what may be remembered of a log: 16M (default), 1G; beyond it figures are approximate")},
    {0, "top", "N", CLI_OPTION_LIBRARY, CLI_ANALYZE,
     N_("rows of each table, 0 for all (default 10)")},
    {0, "detail", "LEVEL", CLI_OPTION_LIBRARY, CLI_ANALYZE,
     N_("brief, normal (default) or full: how many sections the report has")},
    {0, "section", "NAME", CLI_OPTION_LIBRARY, CLI_ANALYZE,
     N_("only this section; may be given again, or be a list a,b; help lists the names")},
    {0, "explain", "LEVEL", CLI_OPTION_LIBRARY, CLI_ANALYZE,
     N_("none, short (default) or full: what stands beside a code or a reason")},
    {0, "table", "NAME", CLI_OPTION_LIBRARY, CLI_ANALYZE,
     N_("of --format csv: only this table; an unknown name lists them")},
    {0, "mail-to", "ADDRESS", CLI_OPTION_LIBRARY, CLI_ANALYZE,
     N_("of --format mail: who gets it; may be a list a@b,c@d")},
    {0, "width", "COLUMNS", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_TRACE | CLI_EXPLAIN | CLI_COMPARE,
     N_("columns of the text, 72 to 1000 (default: the terminal's, else 80)")},
    {0, "code", "CODE", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: this reply code, seen or implied: 450, 45x, 4xx, 400-459")},
    {0, "enhanced", "CODE", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: enhanced status code: 4.2.0, 5.7.*")},
    {0, "dsn", "CODE", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: delivery status that the server logged: 4.7.1, 5.*")},
    {0, "class", "CLASS", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: class of refusal or failure: greylisting, rate-limit (smtplog explain lists "
        "them)")},
    {0, "stage", "STAGE", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: connect, helo, ehlo, starttls, auth, mail, rcpt, data, eod ...")},
    {0, "direction", "WAY", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: outbound or inbound")},
    {0, "kind", "KIND", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: delivery, reject, auth, reply or connection")},
    {0, "status", "STATUS", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: delivered, deferred, bounced, expired, discarded, forwarded or rejected")},
    {0, "domain", "DOMAIN", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: example.org, *.example.org (below it), .example.org (both)")},
    {0, "provider", "NAME", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: google, microsoft ... (smtplog explain lists them)")},
    {0, "peer", "HOST", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: the other side: a name, an address or a network (192.0.2.0/24)")},
    {0, "client", "HOST", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: who brought the mail: a name, an address or a network")},
    {0, "sender", "ADDRESS", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: envelope sender: ann@example.org, @example.org, <> for none")},
    {0, "recipient", "ADDRESS", CLI_OPTION_LIBRARY,
     CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: envelope recipient, before or after aliases")},
    {0, "sasl-user", "NAME", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: who had logged in")},
    {0, "queue-id", "ID", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: queue id")},
    {0, "message-id", "ID", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: message id")},
    {0, "host", "HOST", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: host that wrote the log line")},
    {0, "service", "NAME", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: service that wrote the line: postfix/submission/*")},
    {0, "daemon", "NAME", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: daemon that wrote the line: smtp, smtpd, qmgr")},
    {0, "mta", "MTA", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_WATCH,
     N_("filter: postfix, exim or transcript")},
    {0, "redact", "[=KEEP]", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE,
     N_("stable pseudonyms for addresses, hosts, users, ids; =keep-domains keeps domains")},
    {0, "redact-key", "FILE", CLI_OPTION_LIBRARY, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE,
     N_("redact with the key in FILE: the same pseudonyms in every run")},
    {0, "join", NULL, CLI_OPTION_LIBRARY, CLI_EVENTS,
     N_("add sender, message id, client and filter hops from other lines of the queue id")},
    {'e', "what", "WHAT", CLI_OPTION_WHAT, CLI_TRACE,
     N_("look for WHAT; may be given again, and then every argument is a FILE")},
    {0, "lines", NULL, CLI_OPTION_LINES, CLI_TRACE, N_("show the lines of the log as they stand")},
    {0, "fields", "LIST", CLI_OPTION_LIBRARY, CLI_EVENTS,
     N_("only these columns, comma separated: time,code,recipient")},
    {0, "format", "FORMAT", CLI_OPTION_FORMAT,
     CLI_ANALYZE | CLI_EVENTS | CLI_TRACE | CLI_EXPLAIN | CLI_COMPARE | CLI_FIGURES,
     N_("text (default), json, csv, html, markdown, prometheus, mail, nagios, snapshot; ndjson, "
        "tsv")},
    {'o', "output", "FILE", CLI_OPTION_OUTPUT, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE,
     N_("write to FILE, replaced only when complete; its suffix chooses the format; repeatable")},
    {0, "fail-if", "RULE", CLI_OPTION_RULE, CLI_ANALYZE | CLI_FIGURES | CLI_MERGE | CLI_DAILY,
     /* xgettext:no-c-format */
     N_("exit status 1 when RULE holds: 'hard_share > 5% and recipients.total > 50'; repeatable")},
    {0, "warn-if", "RULE", CLI_OPTION_RULE, CLI_ANALYZE | CLI_MERGE | CLI_DAILY,
     N_("with --format nagios: a warning when RULE holds; repeatable")},
    {0, "crit-if", "RULE", CLI_OPTION_RULE, CLI_ANALYZE | CLI_MERGE | CLI_DAILY,
     N_("with --format nagios: critical when RULE holds; repeatable")},
    {0, "date", "DAY", CLI_OPTION_DATE, CLI_DAILY,
     N_("the day to report, such as 2026-11-21 (default: yesterday)")},
    {0, "week", NULL, CLI_OPTION_SPAN, CLI_DAILY, N_("report the seven days that end with it")},
    {0, "month", NULL, CLI_OPTION_SPAN, CLI_DAILY,
     N_("report its month up to it; on the first of a month that is the month before")},
    {0, "state-dir", "DIR", CLI_OPTION_STATE, CLI_DAILY,
     N_("where snapshots are kept (default: /var/lib/smtplog, else in the home directory)")},
    {0, "keep", "DAYS", CLI_OPTION_KEEP, CLI_DAILY,
     N_("remove snapshots older than DAYS (default 400)")},
    {0, "quiet-if-ok", NULL, CLI_OPTION_QUIET, CLI_DAILY,
     N_("no report when no rule holds and everything could be read")},
    {'j', "jobs", "N", CLI_OPTION_JOBS, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE,
     N_("threads to use; the output is the same for any number")},
    {0, "color", "WHEN", CLI_OPTION_COLOR, CLI_ANALYZE | CLI_TRACE,
     N_("auto (default), always, never; NO_COLOR is honoured")},
    {0, "progress", "WHEN", CLI_OPTION_PROGRESS, CLI_ANALYZE | CLI_EVENTS | CLI_TRACE,
     N_("auto (default: when standard error is a terminal), always, never")},
    {0, "from-start", NULL, CLI_OPTION_FROM_START, CLI_WATCH,
     N_("read all that is there first, not only its last 24 hours and 64 MiB")},
    {0, "plain", NULL, CLI_OPTION_PLAIN, CLI_WATCH,
     N_("plain lines instead of the screen, as when the output is no terminal")},
    {0, "lang", "LANGUAGE", CLI_OPTION_LANG, CLI_ALL,
     N_("language of reports and messages (default: LANGUAGE, LC_ALL, LC_MESSAGES, LANG)")},
    {0, "no-sandbox", NULL, CLI_OPTION_NO_SANDBOX, CLI_ALL & ~(unsigned)CLI_PATTERNS,
     N_("keep all rights while logs are read, for systems where giving them up fails")},
    {'h', "help", NULL, CLI_OPTION_HELP, CLI_ALL, N_("show this help")},
    {'V', "version", NULL, CLI_OPTION_VERSION, CLI_ALL, N_("show the version")},
};
const size_t cli_option_count = sizeof cli_options / sizeof cli_options[0];

void cli_complain(const char *format, ...)
{
    char raw[2048];
    char clean[3 * sizeof raw + 1];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, cli_translate(format), args);
    va_end(args);
    smtplog_clean(raw, clean, sizeof clean);
    fprintf(stderr, "smtplog: %s\n", clean);
}

bool cli_option_belongs(const struct cli_option *option, unsigned command)
{
    static const char *const of_merge[] = {
        "tz",     "now",    "patterns", "top",   "detail",  "section", "explain",   "width",
        "format", "output", "color",    "table", "mail-to", "memory",  "threshold", NULL};
    static const char *const of_daily[] = {"tz",      "now",     "patterns", "top",       "detail",
                                           "section", "explain", "width",    "format",    "output",
                                           "color",   "year",    "input",    "journal",   "jobs",
                                           "table",   "mail-to", "memory",   "threshold", NULL};
    const unsigned both = CLI_ANALYZE | CLI_EVENTS;
    const char *const *more = command == CLI_MERGE ? of_merge : of_daily;
    bool of_reading = (option->commands & both) == both;
    for (size_t i = 0; (command == CLI_MERGE || command == CLI_DAILY) && more[i] != NULL; i++) {
        if (strcmp(option->name, more[i]) == 0) {
            return true;
        }
    }
    return (option->commands & command) != 0 || (of_reading && command == CLI_FIGURES);
}

/* --fail-if and its kin may be given several times. */
static bool take_rule(const struct cli_option *option, const char *value,
                      struct cli_arguments *arguments)
{
    if (arguments->rule_count == CLI_RULES) {
        cli_complain("more than %d rules", CLI_RULES);
        return false;
    }
    enum smtplog_rule kind = option->name[0] == 'f'   ? SMTPLOG_FAIL_IF
                             : option->name[0] == 'w' ? SMTPLOG_WARN_IF
                                                      : SMTPLOG_CRIT_IF;
    arguments->rules[arguments->rule_count].kind = kind;
    arguments->rules[arguments->rule_count++].text = value;
    return true;
}

/* The option of a name of the given length; a unique beginning will do. */
static const struct cli_option *find_long(const char *name, size_t length, unsigned command)
{
    const struct cli_option *found = NULL;
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *option = &cli_options[i];
        if (!cli_option_belongs(option, command) || strncmp(option->name, name, length) != 0) {
            continue;
        }
        if (option->name[length] == '\0') {
            return option;
        }
        if (found != NULL) {
            return NULL;
        }
        found = option;
    }
    return found;
}

static const struct cli_option *find_letter(char letter, unsigned command)
{
    for (size_t i = 0; i < cli_option_count; i++) {
        if (cli_option_belongs(&cli_options[i], command) && cli_options[i].letter == letter &&
            letter != 0) {
            return &cli_options[i];
        }
    }
    return NULL;
}

static bool is_when(const char *value)
{
    return value != NULL && (strcmp(value, "auto") == 0 || strcmp(value, "always") == 0 ||
                             strcmp(value, "never") == 0);
}

static bool is_count(const char *value)
{
    size_t digits = value != NULL ? strspn(value, "0123456789") : 0;
    return digits > 0 && digits < 5 && value[digits] == '\0' && strspn(value, "0") < digits;
}

static bool take_output(const char *path, struct cli_arguments *arguments)
{
    if (arguments->output_count == CLI_OUTPUTS) {
        cli_complain("at most %d files can be written", CLI_OUTPUTS);
        return false;
    }
    arguments->output = path;
    arguments->outputs[arguments->output_count++] = path;
    return true;
}

/* Options of daily alone. */
static bool take_daily(const struct cli_option *option, const char *value,
                       struct cli_arguments *arguments)
{
    switch (option->id) {
    case CLI_OPTION_DATE:
        arguments->date = value;
        return true;
    case CLI_OPTION_SPAN:
        arguments->span = strcmp(option->name, "week") == 0 ? CLI_SPAN_WEEK : CLI_SPAN_MONTH;
        return true;
    case CLI_OPTION_STATE:
        arguments->state_directory = value;
        return true;
    case CLI_OPTION_KEEP:
        if (!is_count(value)) {
            cli_complain("--keep takes a number of days, 1 or more");
            return false;
        }
        arguments->keep = (int)strtol(value, NULL, 10);
        return true;
    case CLI_OPTION_QUIET:
        arguments->quiet_if_ok = true;
        return true;
    default:
        return false;
    }
}

/* What an option without a value turns on; NULL when it is no such option. */
static bool *switch_of(enum cli_option_id id, struct cli_arguments *arguments)
{
    switch (id) {
    case CLI_OPTION_HELP:
        return &arguments->help;
    case CLI_OPTION_VERSION:
        return &arguments->version;
    case CLI_OPTION_FROM_START:
        return &arguments->from_start;
    case CLI_OPTION_PLAIN:
        return &arguments->plain;
    case CLI_OPTION_LINES:
        return &arguments->lines;
    case CLI_OPTION_NO_SANDBOX:
        return &arguments->no_sandbox;
    default:
        return NULL;
    }
}

static bool take_option(const struct cli_option *option, const char *value,
                        struct cli_arguments *arguments)
{
    bool *turned_on = switch_of(option->id, arguments);
    if (turned_on != NULL) {
        *turned_on = true;
        return true;
    }
    if (option->commands == CLI_DAILY) {
        return take_daily(option, value, arguments);
    }
    switch (option->id) {
    case CLI_OPTION_FORMAT:
        arguments->format = value;
        return true;
    case CLI_OPTION_OUTPUT:
        return take_output(value, arguments);
    case CLI_OPTION_LANG:
        return true; /* taken before anything was said: cli_speak */
    case CLI_OPTION_JOURNAL:
        arguments->journal = true;
        arguments->journal_place = value;
        return true;
    case CLI_OPTION_RULE:
        return take_rule(option, value, arguments);
    case CLI_OPTION_COLOR:
    case CLI_OPTION_PROGRESS:
        *(option->id == CLI_OPTION_COLOR ? &arguments->color : &arguments->progress) = value;
        if (!is_when(value)) {
            cli_complain("--%s is auto, always or never", option->name);
        }
        return is_when(value);
    case CLI_OPTION_JOBS:
        if (!is_count(value)) {
            cli_complain("-j takes a number of threads, 1 or more");
            return false;
        }
        break;
    case CLI_OPTION_WHAT:
        arguments->what[arguments->what_count++] = value;
        return true;
    default:
        break;
    }
    if (arguments->library_count == CLI_LIBRARY_OPTIONS) {
        cli_complain("too many options");
        return false;
    }
    arguments->library[arguments->library_count].name = option->name;
    arguments->library[arguments->library_count++].value = value != NULL ? value : "yes";
    return true;
}

/* A filter, a range, --redact: what daily and merge cannot have. */
static bool is_of_logs(const char *text, const struct cli_command *command)
{
    bool whole = command->bit == CLI_DAILY || command->bit == CLI_MERGE;
    return whole && text[1] == '-' &&
           find_long(text + 2, strcspn(text + 2, "="), CLI_ANALYZE) != NULL;
}

/* One argument that begins with a hyphen. *at moves on when the option takes the next one. */
static bool parse_option(int argc, char **argv, int *at, const struct cli_command *command,
                         struct cli_arguments *arguments)
{
    const char *text = argv[*at];
    const char *value = NULL;
    const struct cli_option *option = NULL;
    if (text[1] == '-') {
        size_t length = strcspn(text + 2, "=");
        option = find_long(text + 2, length, command->bit);
        value = text[2 + length] == '=' ? text + 2 + length + 1 : NULL;
    } else {
        option = find_letter(text[1], command->bit);
        value = text[2] != '\0' ? text + 2 : NULL;
    }
    if (option == NULL && is_of_logs(text, command)) {
        cli_complain("smtplog %s has no option %s: a snapshot holds all of a log; smtplog analyze "
                     "shows parts of one",
                     command->name, text);
        return false;
    }
    if (option == NULL) {
        cli_complain("smtplog %s has no option %s; try smtplog help %s", command->name, text,
                     command->name);
        return false;
    }
    if (option->argument == NULL && value != NULL) {
        cli_complain("--%s takes no value", option->name);
        return false;
    }
    bool needs_value = option->argument != NULL && option->argument[0] != '[';
    if (needs_value && value == NULL) {
        if (*at + 1 >= argc) {
            cli_complain("--%s needs a value: %s", option->name, option->argument);
            return false;
        }
        value = argv[++*at];
    }
    return take_option(option, value, arguments);
}

int cli_first_operand(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *text = argv[i];
        if (text[0] != '-' || text[1] == '\0') {
            return i;
        }
        bool is_long = text[1] == '-';
        size_t length = is_long ? strcspn(text + 2, "=") : 0;
        const struct cli_option *option = is_long ? find_long(text + 2, length, CLI_ALL)
                                                  : find_letter(text[1], CLI_ALL);
        if (option == NULL || (is_long && length == 0)) {
            return argc;
        }
        bool has_value = text[2 + length] != '\0';
        if (option->argument != NULL && option->argument[0] != '[' && !has_value) {
            i++;
        }
    }
    return argc;
}

bool cli_parse(int argc, char **argv, const struct cli_command *command,
               struct cli_arguments *arguments)
{
    bool options_ended = false;
    *arguments = (struct cli_arguments){
        .command = command->bit, .color = "auto", .progress = "auto"};
    arguments->files = calloc((size_t)argc + 1, sizeof *arguments->files);
    arguments->what = calloc((size_t)argc + 1, sizeof *arguments->what);
    if (arguments->files == NULL || arguments->what == NULL) {
        return cli_ok(SMTPLOG_NO_MEMORY);
    }
    for (int i = 0; i < argc; i++) {
        bool is_option = !options_ended && argv[i][0] == '-' && argv[i][1] != '\0';
        if (is_option && strcmp(argv[i], "--") == 0) {
            options_ended = true;
        } else if (!is_option) {
            arguments->files[arguments->file_count++] = argv[i];
        } else if (!parse_option(argc, argv, &i, command, arguments)) {
            return false;
        }
    }
    return true;
}
