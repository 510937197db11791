/* Watching: opens the files, finds where to begin, reads what comes. */
#include "lib/watch.h"

#include <stdlib.h>
#include <time.h>

#include "lib/option.h"
#include "logfmt/header_reader.h"

#define TAIL_BYTES    ((size_t)64 * 1024)
#define CHECK_SECONDS 0.2

double watch_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- where to begin -------------------------------------------------------------------------- */

/* First and last stamp of the whole lines in a block of a file. */
struct stamps {
    struct stamp first, last;
    bool any;
};

static enum smtplog_status stamps_at(struct smtplog_watch *watch, const struct follow *follow,
                                     uint64_t offset, struct stamps *stamps)
{
    char *block = malloc(TAIL_BYTES);
    size_t got = 0;
    struct header header;
    struct span line;
    stamps->any = false;
    if (block == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (follow_read_at(follow, offset, block, TAIL_BYTES, &got) == SMTPLOG_OK) {
        struct span rest = span_of(block, got);
        bool whole = offset == 0 || span_next_piece(&rest, '\n', &line);
        while (whole && span_next_piece(&rest, '\n', &line)) {
            if (!header_reader_read(&watch->reader, line, &header)) {
                continue;
            }
            header.stamp.abbreviation = SPAN_EMPTY; /* borrowed from the block */
            stamps->last = header.stamp;
            stamps->first = stamps->any ? stamps->first : header.stamp;
            stamps->any = true;
        }
    }
    free(block);
    return SMTPLOG_OK;
}

static int year_of(const struct smtplog_watch *watch, const struct stamp *stamp, int64_t latest)
{
    return stamp->year > 0 ? stamp->year : clock_year_before(watch->analyzer->zone, stamp, latest);
}

static struct instant instant_of(const struct smtplog_watch *watch, const struct stamp *stamp,
                                 int64_t latest)
{
    struct clock clock;
    struct instant instant = {0};
    clock_init(&clock, watch->analyzer->zone, year_of(watch, stamp, latest));
    clock_resolve(&clock, stamp, &instant);
    return instant;
}

/* The last stamp of a file decides which day is the last. */
static enum smtplog_status note_last(struct smtplog_watch *watch, const struct watched *file)
{
    struct stamps stamps;
    uint64_t size = follow_size(file->follow);
    uint64_t offset = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
    TRY(stamps_at(watch, file->follow, offset, &stamps));
    if (stamps.any) {
        int64_t last = instant_of(watch, &stamps.last, watch->analyzer->now).seconds;
        watch->log_now = last > watch->log_now ? last : watch->log_now;
    }
    return SMTPLOG_OK;
}

static enum smtplog_status start_file(struct smtplog_watch *watch, struct watched *file, bool all)
{
    struct stamps stamps;
    uint64_t size = follow_size(file->follow);
    uint64_t offset = !all && size > WATCH_BYTES ? size - WATCH_BYTES : 0;
    int64_t latest = watch->log_now > 0 ? watch->log_now : watch->analyzer->now;
    TRY(stamps_at(watch, file->follow, offset, &stamps));
    int year = stamps.any ? year_of(watch, &stamps.first, latest) : 0;
    if (year == 0) {
        struct civil civil;
        civil_from_seconds(watch->analyzer->now, &civil);
        year = civil.year;
    }
    clock_init(&file->clock, watch->analyzer->zone, year);
    clock_init(&file->order_clock, watch->analyzer->zone, year);
    file->starting = watch->has_from;
    return follow_start_at(file->follow, offset);
}

/* ---- files ----------------------------------------------------------------------------------- */

static enum smtplog_status open_file(struct smtplog_watch *watch, size_t index, const char *path)
{
    const struct diagnostic *diagnostic = &watch->analyzer->diagnostic;
    struct watched *file = &watch->files[index];
    enum smtplog_status status = follow_new(path, &file->follow);
    watch->analyzer->plan.files[index] = (struct plan_file){.path = path, .position = index};
    if (status == SMTPLOG_FORMAT) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR,
                       "%s: is compressed; only files that grow can be watched", path);
        return SMTPLOG_OK;
    }
    if (status == SMTPLOG_IO) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%s: is a directory", path);
        return SMTPLOG_OK;
    }
    TRY(status);
    watch->analyzer->plan.files[index].readable = true;
    if (strcmp(path, "-") != 0 && !follow_is_open(file->follow)) {
        diagnostic_say(diagnostic, SMTPLOG_WARNING, "%s: not there or not readable; waiting for it",
                       path);
    }
    return SMTPLOG_OK;
}

static enum smtplog_status open_files(struct smtplog_watch *watch, bool all)
{
    struct smtplog_analyzer *a = watch->analyzer;
    size_t usable = 0;
    watch->files = calloc(a->given_count + 1, sizeof *watch->files);
    a->plan.files = calloc(a->given_count + 1, sizeof *a->plan.files);
    if (watch->files == NULL || a->plan.files == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < a->given_count; i++) {
        if (a->given[i].is_journal) {
            diagnostic_say(&a->diagnostic, SMTPLOG_ERROR,
                           "the journal is watched through a pipe: journalctl -f -o "
                           "short-iso-precise | smtplog watch -");
            return SMTPLOG_USAGE;
        }
        TRY(open_file(watch, i, a->given[i].path));
        watch->count = a->plan.count = i + 1;
        usable += watch->files[i].follow != NULL;
    }
    for (size_t i = 0; i < watch->count; i++) {
        TRY(watch->files[i].follow != NULL ? note_last(watch, &watch->files[i]) : SMTPLOG_OK);
    }
    watch->has_from = a->has_since || (!all && watch->log_now > 0);
    watch->from = a->has_since ? a->since.seconds : watch->log_now - WATCH_BEFORE;
    for (size_t i = 0; i < watch->count; i++) {
        TRY(watch->files[i].follow != NULL
                ? start_file(watch, &watch->files[i], all || a->has_since)
                : SMTPLOG_OK);
    }
    return usable > 0 ? SMTPLOG_OK : SMTPLOG_IO;
}

enum smtplog_status smtplog_watch_new(struct smtplog_analyzer *analyzer, int from_start,
                                      struct smtplog_watch **watch)
{
    struct smtplog_watch *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->analyzer = analyzer;
    header_reader_init(&made->reader);
    finding_list_init(&made->findings);
    enum smtplog_status status = analyzer_prepare(analyzer);
    if (status == SMTPLOG_OK) {
        status = recent_new(&made->recent);
        analyzer->recent = made->recent;
    }
    if (status == SMTPLOG_OK) {
        status = open_files(made, from_start != 0);
    }
    if (status == SMTPLOG_OK) {
        status = analyzer_prepare_inputs(analyzer);
    }
    if (status != SMTPLOG_OK) {
        smtplog_watch_free(made);
        return status;
    }
    *watch = made;
    return SMTPLOG_OK;
}

void smtplog_watch_free(struct smtplog_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    for (size_t i = 0; i < watch->count; i++) {
        follow_free(watch->files[i].follow);
    }
    free(watch->files);
    watch->analyzer->recent = NULL;
    recent_free(watch->recent);
    finding_list_free(&watch->findings);
    header_reader_free(&watch->reader);
    free(watch);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool is_before_start(struct smtplog_watch *watch, struct watched *file)
{
    if (!file->starting) {
        return false;
    }
    if (file->time.seconds >= watch->from) {
        file->starting = false;
        return false;
    }
    watch->skipped++;
    return true;
}

/* The next line of a file that is not before the start. */
static enum smtplog_status pull(struct smtplog_watch *watch, struct watched *file)
{
    struct header header;
    do {
        enum smtplog_status status = follow_next(file->follow, &file->line);
        if (status == SMTPLOG_END) {
            return SMTPLOG_OK;
        }
        TRY(status);
        if ((file->starting || watch->count > 1) &&
            header_reader_read(&watch->reader, file->line.text, &header)) {
            clock_resolve(&file->order_clock, &header.stamp, &file->time);
        }
    } while (is_before_start(watch, file));
    file->has_line = true;
    return SMTPLOG_OK;
}

/* The file with the earliest line; NULL when none has one. */
static enum smtplog_status choose(struct smtplog_watch *watch, size_t *chosen, bool *found)
{
    *found = false;
    for (size_t i = 0; i < watch->count; i++) {
        struct watched *file = &watch->files[i];
        if (file->follow != NULL && !file->has_line) {
            TRY(pull(watch, file));
        }
        if (file->has_line &&
            (!*found || instant_compare(&file->time, &watch->files[*chosen].time) < 0)) {
            *chosen = i;
            *found = true;
        }
    }
    return SMTPLOG_OK;
}

static enum smtplog_status take(struct smtplog_watch *watch, size_t index)
{
    struct watched *file = &watch->files[index];
    struct event *event = NULL;
    enum line_bin bin = BIN_FOREIGN;
    struct stream_line line = {.line = &file->line, .file = index, .clock = &file->clock};
    file->has_line = false;
    TRY(analyzer_parse(watch->analyzer, &line, &event, &bin));
    TRY(analyzer_process(watch->analyzer, &line, event, bin));
    if (!event->has_time) {
        return SMTPLOG_OK;
    }
    if (event->time.seconds >= watch->log_now) {
        watch->log_now = event->time.seconds;
        watch->log_now_at = watch_clock();
        watch->log_now_offset = event->time.offset;
    }
    return SMTPLOG_OK;
}

static void say_change(struct smtplog_watch *watch, size_t index, enum follow_change change)
{
    static const struct {
        enum smtplog_severity severity;
        const char *words;
    } changes[] = {
        [FOLLOW_SAME] = {SMTPLOG_INFO, NULL},
        [FOLLOW_NEW_FILE] = {SMTPLOG_INFO, N_("rotated; reading the new file")},
        [FOLLOW_TRUNCATED] = {SMTPLOG_WARNING,
                              N_("truncated; reading from its beginning, lines may be lost")},
        [FOLLOW_GONE] = {SMTPLOG_WARNING, N_("gone; waiting for it")},
        [FOLLOW_BACK] = {SMTPLOG_INFO, N_("there now")},
        [FOLLOW_UNREADABLE] = {SMTPLOG_WARNING, N_("may not be read; waiting")},
    };
    watch->truncated += change == FOLLOW_TRUNCATED;
    if (changes[change].words != NULL) {
        diagnostic_say(&watch->analyzer->diagnostic, changes[change].severity, "%s: %s",
                       watch->analyzer->plan.files[index].path,
                       diagnostic_text(&watch->analyzer->diagnostic, changes[change].words));
    }
}

static enum smtplog_status check_files(struct smtplog_watch *watch)
{
    double now = watch_clock();
    if (now - watch->checked < CHECK_SECONDS) {
        return SMTPLOG_OK;
    }
    watch->checked = now;
    for (size_t i = 0; i < watch->count; i++) {
        enum follow_change change = FOLLOW_SAME;
        if (watch->files[i].follow != NULL) {
            TRY(follow_check(watch->files[i].follow, now, &change));
            say_change(watch, i, change);
        }
    }
    return SMTPLOG_OK;
}

static bool all_ended(const struct smtplog_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->files[i].follow != NULL && !follow_ended(watch->files[i].follow)) {
            return false;
        }
    }
    return true;
}

enum smtplog_status smtplog_watch_step(struct smtplog_watch *watch, size_t lines, int *idle)
{
    size_t chosen = 0;
    bool found = true;
    *idle = 0;
    for (size_t i = 0; i < lines; i++) {
        TRY(choose(watch, &chosen, &found));
        if (!found) {
            *idle = 1;
            watch->caught_up = true;
            TRY(check_files(watch));
            return all_ended(watch) ? SMTPLOG_END : SMTPLOG_OK;
        }
        TRY(take(watch, chosen));
    }
    return SMTPLOG_OK;
}
