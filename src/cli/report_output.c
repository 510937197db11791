/* Where reports go: one format on standard output, or files whose suffixes say the format, or a
 * directory of tables. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/output.h"

#define TABLE_NAMES 8192

static const struct {
    const char *suffix, *format;
} suffixes[] = {{".txt", "text"},        {".json", "json"}, {".csv", "csv"},
                {".html", "html"},       {".htm", "html"},  {".md", "markdown"},
                {".prom", "prometheus"}, {".eml", "mail"},  {".snap", "snapshot"}};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

static bool is_directory(const char *path)
{
    return ends_with(path, "/");
}

static const char *format_of_suffix(const char *path)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (ends_with(path, suffixes[i].suffix)) {
            return suffixes[i].format;
        }
    }
    return NULL;
}

/* --format for the only output; else the suffix of the file; else --format or what the command
 * takes. */
static const char *format_of(const struct cli_arguments *arguments, const char *path,
                             const char *format)
{
    const char *given = arguments->format != NULL ? arguments->format : format;
    if (path == NULL || (arguments->format != NULL && arguments->output_count == 1)) {
        return given;
    }
    if (is_directory(path)) {
        return "csv";
    }
    const char *of_suffix = format_of_suffix(path);
    return of_suffix != NULL ? of_suffix : given;
}

static bool is_nagios(const char *format)
{
    return strcmp(format, "nagios") == 0;
}

bool cli_is_nagios(const struct cli_arguments *arguments)
{
    return is_nagios(format_of(arguments, arguments->output, "text"));
}

static bool has_option(const struct cli_arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->library_count; i++) {
        if (strcmp(arguments->library[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_format(const struct cli_arguments *arguments, const char *path,
                         const char *fallback)
{
    const char *format = format_of(arguments, path, fallback);
    if (!smtplog_is_format(format) && !is_nagios(format)) {
        cli_complain("--format: there is no \"%s\"; text, json, csv, html, markdown, prometheus, "
                     "mail, nagios and snapshot there are",
                     format);
        return false;
    }
    if (strcmp(format, "mail") == 0 && !has_option(arguments, "mail-to")) {
        cli_complain("--format mail needs --mail-to ADDRESS");
        return false;
    }
    if (path != NULL && is_directory(path) && strcmp(format, "csv") != 0) {
        cli_complain("%s: a directory takes --format csv only, one file a table", path);
        return false;
    }
    return true;
}

/* --table picks one of the tables that csv has. */
static bool check_table(const struct cli_arguments *arguments, const char *format)
{
    bool csv = arguments->output_count == 0 &&
               strcmp(format_of(arguments, NULL, format), "csv") == 0;
    for (size_t i = 0; i < arguments->output_count && !csv; i++) {
        csv = strcmp(format_of(arguments, arguments->outputs[i], format), "csv") == 0;
    }
    if (!csv && has_option(arguments, "table")) {
        cli_complain("--table is for csv: give --format csv too, or -o FILE.csv");
        return false;
    }
    return true;
}

bool cli_check_report(const struct cli_arguments *arguments, const char *format)
{
    static const char known[] = ".txt .json .csv .html .htm .md .prom .eml .snap";
    bool good = arguments->output_count > 0 || check_format(arguments, NULL, format);
    for (size_t i = 0; i < arguments->output_count && good; i++) {
        good = output_check_suffix(arguments, arguments->outputs[i], known) &&
               check_format(arguments, arguments->outputs[i], format);
    }
    return good && check_table(arguments, format) && output_check_places(arguments);
}

bool cli_wants_snapshot(const struct cli_arguments *arguments, const char *format)
{
    bool wanted = arguments->output_count == 0 &&
                  strcmp(format_of(arguments, NULL, format), "snapshot") == 0;
    for (size_t i = 0; i < arguments->output_count && !wanted; i++) {
        wanted = strcmp(format_of(arguments, arguments->outputs[i], format), "snapshot") == 0;
    }
    return wanted;
}

/* ---- writing ---- */

/* The one line for Nagios, whose exit statuses are its own. */
static int write_nagios(struct cli_run *run, const char *path, int exit_status)
{
    struct output output;
    int state = CLI_PARTLY; /* unknown */
    const char *unknown = exit_status == CLI_PARTLY
                              ? cli_translate(N_("not all of the log could be read or understood"))
                              : run->unknown;
    if (!output_open(&output, path)) {
        return CLI_PARTLY;
    }
    enum smtplog_status status = smtplog_analyzer_nagios(run->analyzer, unknown, cli_write,
                                                         output.file, &state);
    bool written = output_finish(&output, status == SMTPLOG_OK);
    return status == SMTPLOG_OK && written ? CLI_NAGIOS + state : CLI_PARTLY;
}

static int write_report(struct cli_run *run, const char *format, const char *path, int exit_status)
{
    struct output output;
    if (!output_open(&output, path)) {
        return CLI_PARTLY;
    }
    enum smtplog_status status = smtplog_analyzer_report(run->analyzer, format, cli_write,
                                                         output.file);
    if (status != SMTPLOG_OK && status != SMTPLOG_STOPPED) {
        exit_status = cli_exit_status(run, status);
    }
    return output_finish(&output, status == SMTPLOG_OK) ? exit_status : CLI_PARTLY;
}

/* Names of tables, a line each. */
struct names {
    char text[TABLE_NAMES];
    size_t length;
};

static int take_names(void *context, const char *bytes, size_t length)
{
    struct names *names = context;
    if (length >= sizeof names->text - names->length) {
        return 1;
    }
    memcpy(names->text + names->length, bytes, length);
    names->length += length;
    names->text[names->length] = '\0';
    return 0;
}

/* A file for each table. */
static int write_tables(struct cli_run *run, const char *directory, int exit_status)
{
    struct names names = {.length = 0};
    char path[4096];
    if (mkdir(directory, 0750) != 0 && errno != EEXIST) {
        cli_complain("%s: %s", directory, strerror(errno));
        return CLI_PARTLY;
    }
    enum smtplog_status status = smtplog_analyzer_report(run->analyzer, "tables", take_names,
                                                         &names);
    char *name = names.text;
    char *end = NULL;
    while (status == SMTPLOG_OK && (end = strchr(name, '\n')) != NULL) {
        *end = '\0';
        int n = snprintf(path, sizeof path, "%s%s.csv", directory, name);
        status = n > 0 && (size_t)n < sizeof path
                     ? smtplog_analyzer_set(run->analyzer, "table", name)
                     : SMTPLOG_LIMIT;
        if (status == SMTPLOG_OK) {
            exit_status = write_report(run, "csv", path, exit_status);
        }
        name = end + 1;
    }
    if (status == SMTPLOG_OK) {
        status = smtplog_analyzer_set(run->analyzer, "table", "");
    }
    return status == SMTPLOG_OK ? exit_status : cli_exit_status(run, status);
}

static int write_one(struct cli_run *run, const struct cli_arguments *arguments, const char *path,
                     const char *format, int exit_status)
{
    format = format_of(arguments, path, format);
    if (is_nagios(format)) {
        return write_nagios(run, path, exit_status);
    }
    exit_status = path != NULL && is_directory(path) ? write_tables(run, path, exit_status)
                                                     : write_report(run, format, path, exit_status);
    return exit_status;
}

int cli_write_unjudged(struct cli_run *run, const struct cli_arguments *arguments,
                       const char *format, int exit_status)
{
    if (arguments->output_count == 0) {
        exit_status = write_one(run, arguments, NULL, format, exit_status);
    }
    for (size_t i = 0; i < arguments->output_count; i++) {
        exit_status = write_one(run, arguments, arguments->outputs[i], format, exit_status);
    }
    return exit_status;
}

int cli_write_report(struct cli_run *run, const struct cli_arguments *arguments, const char *format,
                     int exit_status)
{
    if (cli_is_nagios(arguments)) {
        return write_nagios(run, arguments->output, exit_status);
    }
    exit_status = cli_write_unjudged(run, arguments, format, exit_status);
    return cli_check_rules(run, exit_status);
}

int cli_end_with_report(struct cli_run *run, const struct cli_arguments *arguments,
                        enum smtplog_status status)
{
    int exit_status = cli_exit_status(run, status);
    if (status == SMTPLOG_OK && exit_status != CLI_UNREADABLE) {
        exit_status = cli_write_report(run, arguments, "text", exit_status);
    }
    cli_run_end(run);
    return exit_status;
}
