/* smtplog daily: a snapshot of each day, and the report of one beside the days before it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/mail.h"
#include "cli/state.h"

#define EARLIER_DAYS 28 /* compared with */
#define FILLED_DAYS  31 /* filled in where the logs still hold them: a month */
#define CONTEXT_DAYS 7  /* read for messages that were in the queue before: its lifetime is 5 */
#define KEEP_DAYS    400

struct daily {
    const struct cli_arguments *arguments;
    struct state state;
    char today[SMTPLOG_DAY], first[SMTPLOG_DAY], last[SMTPLOG_DAY]; /* of the report */
    char oldest[SMTPLOG_DAY]; /* the first day that the logs hold whole; empty: not known */
    struct smtplog_analyzer *calendar;
    int exit_status;
    struct mail mail;
};

static struct smtplog_analyzer *new_analyzer(const struct cli_arguments *arguments, bool rules)
{
    struct smtplog_analyzer *made = smtplog_analyzer_new();
    bool good = cli_ok(made != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY);
    if (!good) {
        return NULL;
    }
    smtplog_analyzer_set_diagnostic(made, cli_diagnostic, NULL);
    smtplog_analyzer_set_language(made, cli_language());
    for (size_t i = 0; good && i < arguments->library_count; i++) {
        good = cli_ok(
            smtplog_analyzer_set(made, arguments->library[i].name, arguments->library[i].value));
    }
    for (size_t i = 0; rules && good && i < arguments->rule_count; i++) {
        good = cli_ok(
            smtplog_analyzer_add_rule(made, arguments->rules[i].kind, arguments->rules[i].text));
    }
    if (!good) {
        smtplog_analyzer_free(made);
        return NULL;
    }
    return made;
}

static bool step_day(const struct daily *d, const char *from, int step, char day[SMTPLOG_DAY])
{
    return cli_ok(smtplog_analyzer_day(d->calendar, from, step, day));
}

static bool is_mailed(const struct cli_arguments *arguments)
{
    bool named = false;
    for (size_t i = 0; i < arguments->library_count; i++) {
        named = named || strcmp(arguments->library[i].name, "mail-to") == 0;
    }
    /* --format mail, or a file that ends in .eml, is the message itself. */
    return named && arguments->format == NULL && arguments->output_count == 0;
}

/* ---- which days ------------------------------------------------------------------------------ */

static bool find_days(struct daily *d)
{
    const struct cli_arguments *arguments = d->arguments;
    if (!step_day(d, NULL, 0, d->today) ||
        !(arguments->date != NULL ? step_day(d, arguments->date, 0, d->last)
                                  : step_day(d, d->today, -1, d->last))) {
        return false;
    }
    if (strcmp(d->last, d->today) >= 0) {
        cli_complain("%s is not over: daily reports whole days", d->last);
        return false;
    }
    if (arguments->span == CLI_SPAN_WEEK) {
        return step_day(d, d->last, -6, d->first);
    }
    memcpy(d->first, d->last, sizeof d->first);
    if (arguments->span == CLI_SPAN_MONTH) {
        memcpy(d->first + 8, "01", 2);
    }
    return true;
}

/* What the logs hold: the day after their first line, since they may begin in the middle of one. */
static bool find_oldest(struct daily *d)
{
    struct smtplog_analyzer *analyzer = new_analyzer(d->arguments, false);
    enum smtplog_status status = SMTPLOG_USAGE;
    if (analyzer != NULL && cli_add_logs(analyzer, d->arguments, true)) {
        status = smtplog_analyzer_first_day(analyzer, d->oldest);
    }
    smtplog_analyzer_free(analyzer);
    if (status != SMTPLOG_OK) {
        d->oldest[0] = '\0';
    }
    return status == SMTPLOG_OK || status == SMTPLOG_END;
}

/* ---- snapshots ------------------------------------------------------------------------------- */

static int write_bytes(void *context, const char *bytes, size_t length)
{
    const int *fd = context;
    while (length > 0) {
        ssize_t written = write(*fd, bytes, length);
        if (written <= 0) {
            return 1;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

static bool write_snapshot(struct daily *d, const char *day, struct smtplog_analyzer *analyzer)
{
    int fd = state_create(&d->state, day);
    if (fd < 0) {
        return false;
    }
    enum smtplog_status status = smtplog_analyzer_report(analyzer, "snapshot", write_bytes, &fd);
    if (status == SMTPLOG_OK) {
        return state_keep(&d->state, day, fd);
    }
    state_drop(&d->state, day, fd);
    (void)cli_ok(status);
    cli_complain("%s: the snapshot of %s could not be written", d->state.path, day);
    return false;
}

/* Reads the lines of a day and keeps them. False when nothing more can be done. */
static bool make_day(struct daily *d, const char *day)
{
    struct cli_run run = {.analyzer = new_analyzer(d->arguments, false)};
    struct smtplog_outcome outcome;
    if (run.analyzer == NULL || !cli_add_logs(run.analyzer, d->arguments, false) ||
        !cli_ok(smtplog_analyzer_set(run.analyzer, "since", day)) ||
        !cli_ok(smtplog_analyzer_set(run.analyzer, "until", day)) ||
        !cli_ok(smtplog_analyzer_keep(run.analyzer))) {
        smtplog_analyzer_free(run.analyzer);
        return false;
    }
    int exit_status = cli_exit_status(&run, smtplog_analyzer_run(run.analyzer));
    smtplog_analyzer_outcome(run.analyzer, &outcome);
    bool held = d->oldest[0] != '\0' && strcmp(day, d->oldest) >= 0;
    bool good = exit_status == CLI_DONE || exit_status == CLI_PARTLY;
    d->exit_status = exit_status != CLI_DONE ? exit_status : d->exit_status;
    /* A day without a line is a day of silence, if the logs go back that far. */
    if (good && (held || outcome.lines_read > 0)) {
        good = write_snapshot(d, day, run.analyzer);
        d->exit_status = good ? d->exit_status : CLI_PARTLY;
    }
    smtplog_analyzer_free(run.analyzer);
    return good;
}

/* The days of the report, and the earlier ones that the logs still hold. */
static bool make_days(struct daily *d)
{
    char day[SMTPLOG_DAY];
    for (int back = FILLED_DAYS; back >= 0; back--) {
        if (!step_day(d, d->last, -back, day)) {
            return false;
        }
        bool wanted = strcmp(day, d->last) == 0;
        bool held = d->oldest[0] != '\0' && strcmp(day, d->oldest) >= 0;
        if ((wanted || held) && !state_has_day(&d->state, day) && !make_day(d, day)) {
            return false;
        }
    }
    return true;
}

/* ---- the report ------------------------------------------------------------------------------ */

static bool add_parts(const struct daily *d, struct smtplog_analyzer *analyzer, size_t *found)
{
    char day[SMTPLOG_DAY];
    char path[STATE_PATH];
    *found = 0;
    memcpy(day, d->first, sizeof day);
    while (strcmp(day, d->last) <= 0) {
        if (state_has_day(&d->state, day) && state_day_path(&d->state, day, path)) {
            ++*found;
            if (!cli_ok(smtplog_analyzer_add_file(analyzer, path))) {
                return false;
            }
        }
        if (!step_day(d, day, 1, day)) {
            return false;
        }
    }
    for (int back = 1; back <= CONTEXT_DAYS; back++) {
        if (!step_day(d, d->first, -back, day)) {
            return false;
        }
        if (state_has_day(&d->state, day) && state_day_path(&d->state, day, path) &&
            !cli_ok(smtplog_analyzer_add_context(analyzer, path))) {
            return false;
        }
    }
    return true;
}

/* Whole days are compared with whole days only. */
static bool add_earlier(const struct daily *d, struct smtplog_analyzer *analyzer)
{
    char day[SMTPLOG_DAY];
    char before[SMTPLOG_DAY];
    char path[STATE_PATH];
    char path_before[STATE_PATH];
    bool good = cli_ok(smtplog_analyzer_compare(analyzer, NULL, NULL, NULL, 0));
    for (int back = 1; good && d->arguments->span == CLI_SPAN_DAY && back <= EARLIER_DAYS; back++) {
        good = step_day(d, d->last, -back, day) && step_day(d, day, -1, before);
        if (!good || !state_has_day(&d->state, day)) {
            continue;
        }
        bool with_before = state_has_day(&d->state, before) &&
                           state_day_path(&d->state, before, path_before);
        good = state_day_path(&d->state, day, path) &&
               cli_ok(smtplog_analyzer_compare(analyzer, day, path,
                                               with_before ? path_before : NULL, back % 7 == 0));
    }
    return good;
}

static bool is_nagios(const struct cli_arguments *arguments)
{
    return arguments->format != NULL && strcmp(arguments->format, "nagios") == 0;
}

static int deliver(struct daily *d, struct cli_run *run, int exit_status)
{
    const struct cli_arguments *arguments = d->arguments;
    if (is_nagios(arguments)) {
        return cli_write_report(run, arguments, "text", exit_status);
    }
    int judged = cli_check_rules(run, exit_status);
    if (arguments->quiet_if_ok && judged == CLI_DONE) {
        return judged;
    }
    if (!is_mailed(arguments)) {
        return cli_write_unjudged(run, arguments, "text", judged);
    }
    return mail_send(&d->mail, run->analyzer) || judged != CLI_DONE ? judged : CLI_PARTLY;
}

static int report_days(struct daily *d)
{
    size_t found = 0;
    struct cli_run run = {.analyzer = new_analyzer(d->arguments, true)};
    if (run.analyzer == NULL) {
        return CLI_USAGE;
    }
    bool to_terminal = d->arguments->output == NULL && isatty(STDOUT_FILENO) == 1;
    bool good = cli_ok(cli_set_look(run.analyzer, d->arguments, to_terminal)) &&
                add_parts(d, run.analyzer, &found) && add_earlier(d, run.analyzer);
    int exit_status = CLI_UNREADABLE;
    if (good && found == 0) {
        if (strcmp(d->first, d->last) != 0) {
            cli_complain("the logs hold no line of %s to %s", d->first, d->last);
        } else {
            cli_complain("the logs hold no line of %s", d->first);
        }
    } else if (good) {
        enum smtplog_status status = smtplog_analyzer_merge(run.analyzer);
        exit_status = cli_exit_status(&run, status);
        exit_status = exit_status == CLI_DONE ? d->exit_status : exit_status;
        if (status == SMTPLOG_OK && exit_status != CLI_UNREADABLE) {
            exit_status = deliver(d, &run, exit_status);
        }
    }
    smtplog_analyzer_free(run.analyzer);
    return exit_status;
}

static int run_daily(struct daily *d)
{
    char oldest[SMTPLOG_DAY];
    int keep = d->arguments->keep > 0 ? d->arguments->keep : KEEP_DAYS;
    if (!find_days(d) || !find_oldest(d)) {
        return CLI_USAGE;
    }
    if (!state_open(&d->state, d->arguments->state_directory)) {
        return CLI_UNREADABLE;
    }
    if (is_mailed(d->arguments)) {
        mail_prepare(&d->mail);
    }
    cli_confine(d->arguments, d->state.path);
    if (!make_days(d)) {
        return d->exit_status != CLI_DONE ? d->exit_status : CLI_UNREADABLE;
    }
    int exit_status = report_days(d);
    if (step_day(d, d->today, -keep, oldest)) {
        state_clean(&d->state, oldest);
    }
    return exit_status;
}

int cmd_daily(const struct cli_arguments *arguments)
{
    if (!cli_check_report(arguments, "text")) {
        return CLI_USAGE;
    }
    struct daily d = {.arguments = arguments, .state = {.directory = -1, .lock = -1}};
    struct smtplog_analyzer *rules = new_analyzer(arguments, true); /* mistakes first */
    d.calendar = new_analyzer(arguments, false);
    int exit_status = CLI_USAGE;
    if (d.calendar != NULL && rules != NULL) {
        exit_status = run_daily(&d);
    }
    state_close(&d.state);
    mail_cancel(&d.mail);
    smtplog_analyzer_free(rules);
    smtplog_analyzer_free(d.calendar);
    return is_nagios(arguments) && exit_status == CLI_UNREADABLE ? CLI_PARTLY : exit_status;
}
