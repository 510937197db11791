/* A day beside others. Trust: as snapshots; one that cannot be used is said and passed over. */
#include "lib/daily.h"

#include <stdio.h>
#include <stdlib.h>

#include "finding/finding_build.h"
#include "lib/merge.h"
#include "lib/option.h"
#include "lib/rule_set.h"
#include "lib/snapshot.h"
#include "lib/time_spec.h"

static struct daily *daily_of(struct smtplog_analyzer *a)
{
    if (a->daily == NULL) {
        a->daily = calloc(1, sizeof *a->daily);
        if (a->daily != NULL) {
            figure_list_init(&a->daily->usual);
            mark_list_init(&a->daily->marks);
        }
    }
    return a->daily;
}

void daily_free(struct daily *daily)
{
    if (daily == NULL) {
        return;
    }
    for (size_t i = 0; i < daily->context_count; i++) {
        free(daily->contexts[i]);
    }
    free(daily->contexts);
    for (size_t i = 0; i < daily->day_count; i++) {
        free(daily->days[i].path);
        free(daily->days[i].before);
        if (daily->days[i].known) {
            figure_list_free(&daily->days[i].figures);
        }
        mark_list_free(&daily->days[i].marks);
    }
    figure_list_free(&daily->usual);
    mark_list_free(&daily->marks);
    free(daily);
}

/* ---- days ------------------------------------------------------------------------------------ */

static bool read_day(const char *date, int64_t *days)
{
    struct span rest = span_cstr(date);
    struct span piece;
    uint64_t parts[3] = {0};
    for (size_t i = 0; i < 3; i++) {
        if (!span_next_piece(&rest, '-', &piece) || !span_to_u64(piece, 9999, &parts[i])) {
            return false;
        }
    }
    struct civil civil = {(int)parts[0], (int)parts[1], (int)parts[2], 0, 0, 0};
    if (rest.p != NULL || !civil_is_valid(&civil)) {
        return false;
    }
    *days = civil_days(civil.year, civil.month, civil.day);
    return true;
}

static void write_day(int64_t days, char day[SMTPLOG_DAY])
{
    struct civil civil;
    char text[64];
    civil_from_seconds(days * CIVIL_DAY, &civil);
    snprintf(text, sizeof text, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
    text[SMTPLOG_DAY - 1] = '\0';
    memcpy(day, text, SMTPLOG_DAY);
}

static int64_t floor_days(int64_t seconds)
{
    int64_t rest = seconds % CIVIL_DAY;
    return (seconds - (rest < 0 ? rest + CIVIL_DAY : rest)) / CIVIL_DAY;
}

static int64_t local_day(struct smtplog_analyzer *a, int64_t utc)
{
    return floor_days(utc + zone_offset(a->zone, utc));
}

enum smtplog_status smtplog_analyzer_day(struct smtplog_analyzer *a, const char *date, int step,
                                         char day[SMTPLOG_DAY])
{
    int64_t days = 0;
    if (a->zone == NULL) {
        TRY(option_read_all(a));
    }
    if (date == NULL) {
        days = local_day(a, a->now);
    } else if (!read_day(date, &days)) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "\"%s\" is not a day such as 2026-11-21",
                       date);
        return SMTPLOG_USAGE;
    }
    write_day(days + step, day);
    return SMTPLOG_OK;
}

enum smtplog_status smtplog_analyzer_first_day(struct smtplog_analyzer *a, char day[SMTPLOG_DAY])
{
    uint64_t year = 0;
    int64_t first = INT64_MAX;
    TRY(option_read_all(a));
    TRY(option_number(a, OPTION_YEAR, 1970, 9999, &year));
    TRY(plan_make(a->given, a->given_count, a->zone, (int)year, a->now, &a->diagnostic, &a->plan));
    for (size_t i = 0; i < a->plan.count; i++) {
        const struct plan_file *file = &a->plan.files[i];
        if (file->has_stamp && file->first.seconds < first) {
            first = file->first.seconds;
        }
    }
    if (first == INT64_MAX) {
        return SMTPLOG_END;
    }
    write_day(local_day(a, first) + 1, day);
    return SMTPLOG_OK;
}

/* ---- what is compared ------------------------------------------------------------------------ */

enum smtplog_status smtplog_analyzer_add_context(struct smtplog_analyzer *a, const char *path)
{
    struct daily *daily = daily_of(a);
    if (daily == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    char **contexts = realloc(daily->contexts, (daily->context_count + 1) * sizeof *contexts);
    char *copy = strdup(path);
    if (contexts != NULL) {
        daily->contexts = contexts;
    }
    if (contexts == NULL || copy == NULL) {
        free(copy);
        return SMTPLOG_NO_MEMORY;
    }
    contexts[daily->context_count++] = copy;
    return SMTPLOG_OK;
}

enum smtplog_status smtplog_analyzer_compare(struct smtplog_analyzer *a, const char *date,
                                             const char *path, const char *before, int same_weekday)
{
    struct daily *daily = daily_of(a);
    a->has_days = true;
    if (daily == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (date == NULL) {
        return SMTPLOG_OK; /* there are no earlier days yet */
    }
    if (daily->day_count == AGAINST_DAYS) {
        return SMTPLOG_LIMIT;
    }
    struct earlier_day *day = &daily->days[daily->day_count++];
    *day = (struct earlier_day){.path = strdup(path), .same_weekday = same_weekday != 0};
    day->before = before != NULL ? strdup(before) : NULL;
    mark_list_init(&day->marks);
    size_t n = strlen(date) < sizeof day->day - 1 ? strlen(date) : sizeof day->day - 1;
    memcpy(day->day, date, n);
    return day->path != NULL && (before == NULL || day->before != NULL) ? SMTPLOG_OK
                                                                        : SMTPLOG_NO_MEMORY;
}

enum smtplog_status daily_read_contexts(struct smtplog_analyzer *a)
{
    for (size_t i = 0; a->daily != NULL && i < a->daily->context_count; i++) {
        TRY(merge_read_file(a, a->daily->contexts[i], true));
    }
    return SMTPLOG_OK;
}

enum smtplog_status daily_find_marks(struct smtplog_analyzer *a, struct mark_list *marks)
{
    struct finding_list findings;
    enum smtplog_status status = finding_build(&a->finding_rules, a->summary, &findings);
    if (status == SMTPLOG_OK) {
        status = mark_list_build(marks, a->summary, &findings);
    }
    finding_list_free(&findings);
    return status;
}

/* With a set of snapshots and figures of its own in place of the run's. */
static enum smtplog_status find_figures(struct smtplog_analyzer *a, struct earlier_day *day)
{
    size_t bad = a->snapshots_bad;
    TRY(merge_read_file(a, day->path, false));
    if (a->snapshots_bad > bad) {
        return SMTPLOG_OK;
    }
    figure_list_init(&day->figures);
    TRY(snapshot_figures(a, &day->figures, &day->known, &day->marks, &day->has_marks));
    if (day->known) {
        return SMTPLOG_OK;
    }
    TRY(day->before != NULL ? merge_read_file(a, day->before, true) : SMTPLOG_OK);
    TRY(snapshot_merge(a));
    TRY(rule_set_build_figures(a, &day->figures));
    day->known = true;
    TRY(daily_find_marks(a, &day->marks));
    day->has_marks = true;
    return SMTPLOG_OK;
}

static enum smtplog_status read_earlier(struct smtplog_analyzer *a, struct earlier_day *day)
{
    struct summary *summary = a->summary;
    struct snapshot_set *snapshots = a->snapshots;
    a->summary = NULL;
    a->snapshots = NULL;
    enum smtplog_status status = summary_new(&a->summary);
    if (status == SMTPLOG_OK) {
        status = find_figures(a, day);
    }
    if (status == SMTPLOG_FORMAT) {
        diagnostic_say(&a->diagnostic, SMTPLOG_WARNING, "%s: damaged; passed over", day->path);
        status = SMTPLOG_OK;
    }
    summary_free(a->summary);
    snapshot_set_free(a->snapshots);
    a->summary = summary;
    a->snapshots = snapshots;
    return status;
}

static enum smtplog_status find_changes(struct smtplog_analyzer *a)
{
    struct daily *daily = a->daily;
    struct mark_day days[AGAINST_DAYS];
    size_t count = 0;
    for (size_t i = 0; i < daily->day_count; i++) {
        const struct earlier_day *day = &daily->days[i];
        if (day->known) {
            days[count++] = (struct mark_day){span_cstr(day->day),
                                              day->has_marks ? &day->marks : NULL};
        }
    }
    TRY(daily_find_marks(a, &daily->marks));
    mark_changes_find(&daily->marks, days, count, &daily->against.changes);
    return SMTPLOG_OK;
}

enum smtplog_status daily_compare(struct smtplog_analyzer *a)
{
    struct daily *daily = a->daily;
    const struct figure_list *figures = NULL;
    if (daily == NULL || daily->compared) {
        return SMTPLOG_OK;
    }
    daily->compared = true;
    TRY(rule_set_figures(a, &figures));
    for (size_t i = 0; i < daily->day_count; i++) {
        struct earlier_day *day = &daily->days[i];
        TRY(read_earlier(a, day));
        if (day->known) {
            daily->found[daily->found_count++] = (struct against_day){
                span_cstr(day->day), &day->figures, day->same_weekday};
        }
    }
    against_find(figures, daily->found, daily->found_count, &daily->against);
    if (daily->found_count > 0) {
        TRY(against_usual(figures, daily->found, daily->found_count, &daily->usual));
        a->rules->baseline = &daily->usual;
    }
    return daily->found_count > 0 ? find_changes(a) : SMTPLOG_OK;
}
