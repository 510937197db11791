/* What a run reads when no file is named, its progress, and its exit status. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

static const char *const usual_logs[] = {"/var/log/mail.log*", "/var/log/maillog*",
                                         "/var/log/exim4/mainlog*", "/var/log/exim/main.log*"};
static const char *const journal_files[] = {"/var/log/journal/*/*.journal",
                                            "/run/log/journal/*/*.journal"};

void cli_diagnostic(void *context, enum smtplog_severity severity, const char *text)
{
    (void)context;
    if (severity == SMTPLOG_WARNING) {
        fprintf(stderr, cli_translate(N_("smtplog: warning: %s\n")), text);
    } else {
        fprintf(stderr, "smtplog: %s\n", text);
    }
}

/* ---- progress -------------------------------------------------------------------------------- */

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    struct cli_run *p = context;
    double now = seconds_now();
    double elapsed = now - p->started;
    if (now - p->shown < 0.2 || elapsed < 0.5) {
        return;
    }
    p->shown = now;
    double megabytes = (double)done / 1e6;
    double rate = megabytes / elapsed;
    fputs(p->on_terminal ? "\r\033[K" : "", stderr);
    if (total > 0 && done <= total) {
        double left = rate > 0 ? (double)(total - done) / 1e6 / rate : 0;
        fprintf(stderr,
                cli_translate(N_("smtplog: %.0f MB of %.0f, %.0f %%, %.0f MB/s, %.0f s left")),
                megabytes, (double)total / 1e6, 100.0 * (double)done / (double)total, rate, left);
    } else {
        fprintf(stderr, cli_translate(N_("smtplog: %.0f MB, %.0f MB/s")), megabytes, rate);
    }
    fputs(p->on_terminal ? "" : "\n", stderr);
    fflush(stderr);
}

static void end_progress(struct cli_run *run)
{
    if (run->shown > 0 && run->on_terminal) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    run->shown = 0;
}

/* ---- inputs ---------------------------------------------------------------------------------- */

static bool standard_input_has_data(void)
{
    struct stat st;
    return fstat(STDIN_FILENO, &st) == 0 &&
           (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISREG(st.st_mode));
}

/* The logs that hosts usually have; says which are taken. */
static size_t add_usual_logs(struct smtplog_analyzer *analyzer, bool say)
{
    size_t added = 0;
    for (size_t i = 0; i < sizeof usual_logs / sizeof usual_logs[0]; i++) {
        glob_t found;
        if (glob(usual_logs[i], 0, NULL, &found) != 0) {
            continue;
        }
        for (size_t k = 0; k < found.gl_pathc; k++) {
            if (smtplog_analyzer_add_file(analyzer, found.gl_pathv[k]) == SMTPLOG_OK) {
                added++;
            }
        }
        if (say && found.gl_pathc > 0) {
            unsigned long long count = found.gl_pathc;
            fprintf(stderr,
                    cli_translate_count("smtplog: reading %s (%llu file)\n",
                                        "smtplog: reading %s (%llu files)\n", count),
                    usual_logs[i], count);
        }
        globfree(&found);
    }
    return added;
}

/* Journal files of this machine that may be read. */
static bool host_has_journal(void)
{
    bool readable = false;
    for (size_t i = 0; i < sizeof journal_files / sizeof journal_files[0]; i++) {
        glob_t found;
        if (glob(journal_files[i], 0, NULL, &found) != 0) {
            continue;
        }
        for (size_t k = 0; k < found.gl_pathc && !readable; k++) {
            readable = access(found.gl_pathv[k], R_OK) == 0;
        }
        globfree(&found);
    }
    return readable;
}

static bool add_named(struct smtplog_analyzer *analyzer, const struct cli_arguments *arguments)
{
    for (size_t i = 0; i < arguments->file_count; i++) {
        enum smtplog_status status = smtplog_analyzer_add_file(analyzer, arguments->files[i]);
        if (!cli_ok(status)) {
            if (status == SMTPLOG_LIMIT) {
                cli_complain("too many files");
            }
            return false;
        }
    }
    return !arguments->journal ||
           cli_ok(smtplog_analyzer_add_journal(analyzer, arguments->journal_place));
}

bool cli_add_logs(struct smtplog_analyzer *analyzer, const struct cli_arguments *arguments,
                  bool say)
{
    if (!add_named(analyzer, arguments)) {
        return false;
    }
    if (arguments->file_count > 0 || arguments->journal || add_usual_logs(analyzer, say) > 0) {
        return true;
    }
    if (smtplog_has("journal") && host_has_journal()) {
        fputs(say ? cli_translate(N_("smtplog: no file named and no mail log in /var/log:\n"
                                     "  reading the systemd journal (--journal)\n"))
                  : "",
              stderr);
        return cli_ok(smtplog_analyzer_add_journal(analyzer, NULL));
    }
    cli_complain(
        "no file named, nothing on standard input and no mail log in /var/log; name a file, or\n"
        "  journalctl -u 'postfix*' -o short-iso-precise | smtplog analyze");
    return false;
}

static bool add_inputs(struct smtplog_analyzer *analyzer, const struct cli_arguments *arguments)
{
    bool named = arguments->file_count > 0 || arguments->journal;
    return !named && standard_input_has_data() ? cli_ok(smtplog_analyzer_add_file(analyzer, "-"))
                                               : cli_add_logs(analyzer, arguments, true);
}

static bool set_options(const struct cli_run *run, const struct cli_arguments *arguments)
{
    for (size_t i = 0; i < arguments->rule_count; i++) {
        if (!cli_ok(smtplog_analyzer_add_rule(run->analyzer, arguments->rules[i].kind,
                                              arguments->rules[i].text))) {
            return false;
        }
    }
    for (size_t i = 0; i < arguments->library_count; i++) {
        if (!cli_ok(smtplog_analyzer_set(run->analyzer, arguments->library[i].name,
                                         arguments->library[i].value))) {
            return false;
        }
    }
    return true;
}

bool cli_run_begin(struct cli_run *run, const struct cli_arguments *arguments, int *exit_status)
{
    *run = (struct cli_run){.analyzer = smtplog_analyzer_new(),
                            .started = seconds_now(),
                            .on_terminal = isatty(STDERR_FILENO) == 1};
    *exit_status = CLI_USAGE;
    if (run->analyzer == NULL) {
        return cli_ok(SMTPLOG_NO_MEMORY);
    }
    smtplog_analyzer_set_diagnostic(run->analyzer, cli_diagnostic, NULL);
    smtplog_analyzer_set_language(run->analyzer, cli_language());
    if (strcmp(arguments->progress, "always") == 0 ||
        (strcmp(arguments->progress, "auto") == 0 && run->on_terminal)) {
        smtplog_analyzer_set_progress(run->analyzer, show_progress, run);
    }
    if (!set_options(run, arguments) || !add_inputs(run->analyzer, arguments)) {
        cli_run_end(run);
        return false;
    }
    cli_confine(arguments, NULL);
    return true;
}

void cli_run_end(struct cli_run *run)
{
    smtplog_analyzer_free(run->analyzer);
    run->analyzer = NULL;
}

size_t cli_width(const struct cli_arguments *arguments)
{
    struct winsize size;
    for (size_t i = arguments->library_count; i > 0; i--) {
        if (strcmp(arguments->library[i - 1].name, "width") == 0) {
            long width = strtol(arguments->library[i - 1].value, NULL, 10);
            return width >= 72 && width <= 1000 ? (size_t)width : 80;
        }
    }
    if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= 72) {
        return size.ws_col > 100 ? 100 : size.ws_col;
    }
    return 80;
}

int cli_exit_status(struct cli_run *run, enum smtplog_status status)
{
    struct smtplog_outcome outcome;
    end_progress(run);
    smtplog_analyzer_outcome(run->analyzer, &outcome);
    if (status == SMTPLOG_USAGE || status == SMTPLOG_FORMAT) {
        return CLI_USAGE;
    }
    if (status == SMTPLOG_STOPPED) {
        return CLI_DONE;
    }
    if (status != SMTPLOG_OK) {
        cli_complain("%s", cli_translate(smtplog_status_name(status)));
        return CLI_UNREADABLE;
    }
    if (outcome.files_given > 0 && outcome.files_unreadable == outcome.files_given) {
        return CLI_UNREADABLE;
    }
    bool partly = outcome.files_unreadable > 0 || outcome.files_damaged > 0 ||
                  outcome.files_not_mail > 0 || outcome.too_little_understood;
    return partly ? CLI_PARTLY : CLI_DONE;
}
