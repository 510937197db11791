/* smtplog daily: a snapshot of each day, and the report of one beside the days before it. */
#include <errno.h>
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
    enum state_use use;
    struct smtplog_analyzer *unkept; /* days of the report whose snapshots could not be written */
    size_t unkept_days;
    bool partly; /* the state directory was not what it should be */
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
    if (analyzer != NULL && cli_add_logs(analyzer, d->arguments, isatty(STDERR_FILENO) == 1)) {
        status = smtplog_analyzer_first_day(analyzer, d->oldest);
    }
    smtplog_analyzer_free(analyzer);
    if (status != SMTPLOG_OK) {
        d->oldest[0] = '\0';
    }
    return status == SMTPLOG_END || cli_ok(status);
}

/* ---- snapshots ------------------------------------------------------------------------------- */

struct target {
    int fd, error;
};

static int write_bytes(void *context, const char *bytes, size_t length)
{
    struct target *target = context;
    while (length > 0) {
        ssize_t written = write(target->fd, bytes, length);
        if (written <= 0) {
            target->error = written < 0 ? errno : ENOSPC;
            return 1;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

/* Keeps what was merged as the snapshot of a day. What cannot be kept today is made again by the
 * next run, so nothing but that is lost; so is what was not read whole. */
static bool keep_day(struct daily *d, const char *day, struct smtplog_analyzer *analyzer,
                     bool whole)
{
    if (!whole) {
        cli_complain("the snapshot of %s is not kept; the next run makes it again", day);
        return false;
    }
    struct target target = {d->use == STATE_USABLE ? state_create(&d->state, day) : -1, 0};
    bool kept = false;
    if (target.fd >= 0) {
        enum smtplog_status status = smtplog_analyzer_report(analyzer, "snapshot", write_bytes,
                                                             &target);
        kept = status == SMTPLOG_OK && state_keep(&d->state, day, target.fd);
        if (status != SMTPLOG_OK) {
            state_drop(&d->state, day, target.fd, target.error != 0 ? target.error : ENOMEM);
        }
    }
    if (!kept && d->use == STATE_USABLE) {
        cli_complain("the snapshot of %s is not kept; the next run makes it again", day);
        d->use = STATE_READ_ONLY;
    }
    d->partly = d->partly || !kept;
    return kept;
}

static bool in_report(const struct daily *d, const char *day)
{
    return strcmp(day, d->first) >= 0 && strcmp(day, d->last) <= 0;
}

/* Reads the lines of a day and keeps them in the analyzer that is returned; NULL when there are
 * none, or, *good being false, nothing more can be done. *whole: no read failed. */
static struct smtplog_analyzer *read_day(struct daily *d, const char *day, bool *good, bool *whole)
{
    struct cli_run run = {.analyzer = new_analyzer(d->arguments, false)};
    struct smtplog_outcome outcome = {0};
    *good = run.analyzer != NULL && cli_add_logs(run.analyzer, d->arguments, false) &&
            cli_ok(smtplog_analyzer_set(run.analyzer, "since", day)) &&
            cli_ok(smtplog_analyzer_set(run.analyzer, "until", day)) &&
            cli_ok(smtplog_analyzer_keep(run.analyzer)) &&
            (d->use != STATE_USABLE ||
             cli_ok(smtplog_analyzer_set(run.analyzer, "temporary", d->state.path)));
    if (*good) {
        int exit_status = cli_exit_status(&run, smtplog_analyzer_run(run.analyzer));
        smtplog_analyzer_outcome(run.analyzer, &outcome);
        *good = exit_status == CLI_DONE || exit_status == CLI_PARTLY;
        d->exit_status = exit_status != CLI_DONE ? exit_status : d->exit_status;
    }
    *whole = outcome.files_failed == 0;
    /* A day without a line is a day of silence, if the logs go back that far. */
    bool held = d->oldest[0] != '\0' && strcmp(day, d->oldest) >= 0;
    if (!*good || (!held && outcome.lines_read == 0)) {
        smtplog_analyzer_free(run.analyzer);
        return NULL;
    }
    return run.analyzer;
}

/* What was under way before a day. */
static bool add_context(const struct daily *d, struct smtplog_analyzer *analyzer, const char *first)
{
    char day[SMTPLOG_DAY];
    char path[STATE_PATH];
    for (int back = 1; back <= CONTEXT_DAYS; back++) {
        if (!step_day(d, first, -back, day)) {
            return false;
        }
        if (state_has_day(&d->state, day) && state_day_path(&d->state, day, path) &&
            !cli_ok(smtplog_analyzer_add_context(analyzer, path))) {
            return false;
        }
    }
    return true;
}

/* A snapshot has the figures that the report of its day has: those of the day beside what was under
 * way before it. False when nothing more can be done. */
static bool make_day(struct daily *d, const char *day)
{
    bool good = false;
    bool whole = false;
    struct smtplog_analyzer *lines = read_day(d, day, &good, &whole);
    struct smtplog_analyzer *merged = lines != NULL ? new_analyzer(d->arguments, false) : NULL;
    if (lines != NULL) {
        good = merged != NULL && cli_ok(smtplog_analyzer_add_run(merged, lines)) &&
               add_context(d, merged, day) && cli_ok(smtplog_analyzer_merge(merged));
    }
    if (lines != NULL && good && !keep_day(d, day, merged, whole) && in_report(d, day)) {
        good = cli_ok(smtplog_analyzer_add_run(d->unkept, merged));
        d->unkept_days++;
    }
    smtplog_analyzer_free(lines);
    smtplog_analyzer_free(merged);
    return good;
}

/* The days of the report, and the earlier ones that the logs still hold; the last day comes with
 * the report when that is of one day. */
static bool make_days(struct daily *d)
{
    char day[SMTPLOG_DAY];
    for (int back = FILLED_DAYS; back >= 0; back--) {
        if (!step_day(d, d->last, -back, day)) {
            return false;
        }
        bool last = strcmp(day, d->last) == 0;
        bool held = d->oldest[0] != '\0' && strcmp(day, d->oldest) >= 0;
        bool wanted = in_report(d, day) || d->use == STATE_USABLE;
        bool later = last && d->arguments->span == CLI_SPAN_DAY;
        if ((last || held) && wanted && !later && !state_has_day(&d->state, day) &&
            !make_day(d, day)) {
            return false;
        }
    }
    return true;
}

/* ---- the report ------------------------------------------------------------------------------ */

static bool add_parts(struct daily *d, struct smtplog_analyzer *analyzer, size_t *found)
{
    char day[SMTPLOG_DAY];
    char path[STATE_PATH];
    *found = d->unkept_days;
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
    return cli_ok(smtplog_analyzer_add_run(analyzer, d->unkept)) &&
           add_context(d, analyzer, d->first);
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

static int deliver(struct daily *d, struct cli_run *run, int exit_status)
{
    const struct cli_arguments *arguments = d->arguments;
    if (cli_is_nagios(arguments)) {
        run->unknown = d->partly ? cli_translate(N_("the state directory cannot be used")) : NULL;
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

/* The day of the report when its snapshot is not there yet. *made: it is there now; *keep: it is
 * whole. */
static bool add_last_day(struct daily *d, struct smtplog_analyzer *analyzer, bool *made, bool *keep)
{
    bool good = true;
    bool whole = false;
    *made = *keep = false;
    if (d->arguments->span != CLI_SPAN_DAY || state_has_day(&d->state, d->last)) {
        return true;
    }
    struct smtplog_analyzer *lines = read_day(d, d->last, &good, &whole);
    if (lines != NULL) {
        *made = true;
        *keep = whole;
        good = cli_ok(smtplog_analyzer_add_run(analyzer, lines));
    }
    smtplog_analyzer_free(lines);
    return good;
}

static int write_days(struct daily *d, struct cli_run *run, bool made, bool whole)
{
    enum smtplog_status status = smtplog_analyzer_merge(run->analyzer);
    int exit_status = cli_exit_status(run, status);
    exit_status = exit_status == CLI_DONE ? d->exit_status : exit_status;
    if (status != SMTPLOG_OK || exit_status == CLI_UNREADABLE) {
        return exit_status;
    }
    if (made) {
        (void)keep_day(d, d->last, run->analyzer, whole);
    }
    return deliver(d, run, exit_status);
}

static int report_days(struct daily *d)
{
    size_t found = 0;
    bool made = false;
    bool whole = false;
    struct cli_run run = {.analyzer = new_analyzer(d->arguments, true)};
    if (run.analyzer == NULL) {
        return CLI_USAGE;
    }
    bool to_terminal = d->arguments->output == NULL && isatty(STDOUT_FILENO) == 1;
    bool good = cli_ok(cli_set_look(run.analyzer, d->arguments, to_terminal)) &&
                add_last_day(d, run.analyzer, &made, &whole) &&
                add_parts(d, run.analyzer, &found) && add_earlier(d, run.analyzer);
    int exit_status = d->exit_status != CLI_DONE ? d->exit_status : CLI_UNREADABLE;
    if (good && found == 0 && !made) {
        if (strcmp(d->first, d->last) != 0) {
            cli_complain("the logs hold no line of %s to %s", d->first, d->last);
        } else {
            cli_complain("the logs hold no line of %s", d->first);
        }
        exit_status = CLI_UNREADABLE;
    } else if (good) {
        exit_status = write_days(d, &run, made, whole);
    }
    smtplog_analyzer_free(run.analyzer);
    return exit_status;
}

/* Without snapshots: the days as the logs hold them, beside none. */
static int report_logs(struct daily *d)
{
    struct cli_run run = {.analyzer = new_analyzer(d->arguments, true)};
    struct smtplog_outcome outcome;
    bool to_terminal = d->arguments->output == NULL && isatty(STDOUT_FILENO) == 1;
    bool good = run.analyzer != NULL &&
                cli_ok(cli_set_look(run.analyzer, d->arguments, to_terminal)) &&
                cli_add_logs(run.analyzer, d->arguments, false) &&
                cli_ok(smtplog_analyzer_set(run.analyzer, "since", d->first)) &&
                cli_ok(smtplog_analyzer_set(run.analyzer, "until", d->last)) &&
                smtplog_analyzer_compare(run.analyzer, NULL, NULL, NULL, 0) == SMTPLOG_OK;
    int exit_status = CLI_UNREADABLE;
    d->partly = true;
    if (good) {
        cli_complain("the report is made from the logs alone: no snapshot is kept, and there are "
                     "no other days to compare with");
        enum smtplog_status status = smtplog_analyzer_run(run.analyzer);
        exit_status = cli_exit_status(&run, status);
        smtplog_analyzer_outcome(run.analyzer, &outcome);
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
    d->use = state_open(&d->state, d->arguments->state_directory);
    if (d->use == STATE_BUSY) {
        return CLI_UNREADABLE;
    }
    if (is_mailed(d->arguments)) {
        mail_prepare(&d->mail);
    }
    cli_confine(d->arguments, d->use == STATE_UNUSABLE ? NULL : d->state.path);
    if (d->use == STATE_UNUSABLE) {
        return report_logs(d);
    }
    if (!make_days(d)) {
        return d->exit_status != CLI_DONE ? d->exit_status : CLI_UNREADABLE;
    }
    int exit_status = report_days(d);
    if (d->use == STATE_USABLE && step_day(d, d->today, -keep, oldest)) {
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
    bool sound = rules != NULL;
    smtplog_analyzer_free(rules);
    d.calendar = new_analyzer(arguments, false);
    d.unkept = new_analyzer(arguments, false);
    int exit_status = CLI_USAGE;
    if (d.calendar != NULL && d.unkept != NULL && sound) {
        exit_status = run_daily(&d);
    }
    state_close(&d.state);
    mail_cancel(&d.mail);
    smtplog_analyzer_free(d.unkept);
    smtplog_analyzer_free(d.calendar);
    return exit_status == CLI_DONE && d.partly ? CLI_PARTLY : exit_status;
}
