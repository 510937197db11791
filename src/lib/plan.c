/* Which inputs there are, in which order they are read, and the year their stamps begin in. */
#include "lib/plan.h"

#include <stdlib.h>

#include "logfmt/clock.h"
#include "logfmt/header_reader.h"

#define PROBE_BYTES   ((size_t)64 * 1024)
#define PROBE_WHOLE   ((size_t)4 * 1024 * 1024) /* read through to count New Years */
#define PROBE_SAMPLES 64                        /* places looked at in a longer plain file */
#define LEAST_GAP     (14 * CIVIL_DAY)     /* a year's circle with less free of files is full */
#define OLDEST_MTIME  ((int64_t)631152000) /* 1990: a file time before that means nothing */

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        source_close(plan->files[i].source);
    }
    free(plan->files);
    *plan = (struct plan){0};
}

/* ---- stamps ---------------------------------------------------------------------------------- */

/* Walks the lines of a block and follows their stamps. */
static void walk_stamps(struct plan_file *file, struct header_reader *reader, struct span block,
                        bool cut_first, bool *any)
{
    struct span rest = block;
    struct span line;
    if (cut_first && !span_next_piece(&rest, '\n', &line)) {
        return;
    }
    while (span_next_piece(&rest, '\n', &line)) {
        struct header header;
        if (line.n < 15 || !header_reader_read(reader, line, &header)) {
            continue;
        }
        if (!file->has_stamp) {
            file->has_stamp = true;
            file->first_stamp = header.stamp;
        } else if (header.stamp.year == 0) {
            file->new_years += clock_year_step(&file->last_stamp, &header.stamp);
        }
        file->last_stamp = header.stamp;
        /* Borrowed from the block, which goes. */
        file->last_stamp.abbreviation = SPAN_EMPTY;
        *any = true;
    }
}

/* Stamps of a long plain file at evenly spread places, and at its end. */
static enum smtplog_status sample_stamps(struct plan_file *file, struct header_reader *reader,
                                         struct source *source)
{
    char *block = malloc(PROBE_BYTES);
    if (block == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    uint64_t size = file->info.stored_size;
    for (uint64_t i = 1; i <= PROBE_SAMPLES; i++) {
        size_t got = 0;
        size_t want = i == PROBE_SAMPLES ? PROBE_BYTES : 4096;
        uint64_t offset = i == PROBE_SAMPLES ? size - PROBE_BYTES : size / PROBE_SAMPLES * i;
        if (source_read_at(source, offset, block, want, &got) != SMTPLOG_OK) {
            break;
        }
        /* The last line of a block may be cut in its stamp; it is then no header and passed over.
         */
        walk_stamps(file, reader, span_of(block, got), true, &file->last_known);
    }
    free(block);
    return SMTPLOG_OK;
}

static enum smtplog_status probe_stamps(struct plan_file *file, struct header_reader *reader,
                                        struct source *source, bool year_given)
{
    struct span head;
    bool ended = false;
    bool any = false;
    bool plain = file->info.is_regular && file->info.compression == NULL;
    bool waits = !file->info.is_regular && file->info.stored_size == 0;
    TRY(source_peek(source, waits ? 1 : PROBE_BYTES, &head, &ended));
    walk_stamps(file, reader, head, false, &any);
    file->first_stamp.abbreviation = SPAN_EMPTY;
    if (!file->has_stamp || file->first_stamp.year > 0) {
        return SMTPLOG_OK;
    }
    if (!ended && plain && file->info.stored_size > PROBE_WHOLE) {
        return sample_stamps(file, reader, source);
    }
    if (!ended && (!waits || year_given)) {
        TRY(source_peek(source, PROBE_WHOLE, &head, &ended));
        file->has_stamp = false;
        file->new_years = 0;
        walk_stamps(file, reader, head, false, &any);
        file->first_stamp.abbreviation = SPAN_EMPTY;
    }
    file->last_known = ended;
    return SMTPLOG_OK;
}

/* ---- years ----------------------------------------------------------------------------------- */

/* Second of a leap year: where a stamp without year stands on the circle of the year. */
static int64_t year_position(const struct stamp *stamp)
{
    return (civil_days(2024, stamp->month, stamp->day) - civil_days(2024, 1, 1)) * CIVIL_DAY +
           stamp->second_of_day;
}

static bool needs_year(const struct plan_file *file)
{
    return file->readable && file->has_stamp && file->first_stamp.year == 0;
}

static const struct stamp *end_stamp(const struct plan_file *file)
{
    return file->last_known ? &file->last_stamp : &file->first_stamp;
}

/* Where all inputs end on the circle of the year: at the file end that is followed by the longest
 * time without any file; *widest is that time. */
static int64_t common_end(const struct plan *plan, int64_t *widest)
{
    const int64_t year = 366 * CIVIL_DAY;
    int64_t best_gap = -1;
    int64_t best_end = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (!needs_year(&plan->files[i])) {
            continue;
        }
        int64_t end = year_position(end_stamp(&plan->files[i]));
        int64_t gap = year;
        for (size_t k = 0; k < plan->count; k++) {
            if (!needs_year(&plan->files[k])) {
                continue;
            }
            int64_t first = year_position(&plan->files[k].first_stamp);
            int64_t last = year_position(end_stamp(&plan->files[k]));
            int64_t to_first = (first - end + year) % year;
            int64_t to_last = (last - end + year) % year;
            /* A file that covers this end: no gap here. */
            bool covers = to_last > 0 && to_last < to_first;
            int64_t distance = covers ? 0 : to_first == 0 ? (k == i ? year : 0) : to_first;
            gap = distance < gap ? distance : gap;
        }
        if (gap > best_gap) {
            best_gap = gap;
            best_end = end;
        }
    }
    *widest = best_gap;
    return best_end;
}

/* Newest first: as rotation numbers them, else by file time, else the one named later. */
static int compare_newest(const void *a, const void *b)
{
    const struct plan_file *x = *(struct plan_file *const *)a;
    const struct plan_file *y = *(struct plan_file *const *)b;
    if (x->rotation != y->rotation) {
        return x->rotation < y->rotation ? -1 : 1;
    }
    if (x->info.mtime != y->info.mtime) {
        return x->info.mtime > y->info.mtime ? -1 : 1;
    }
    return x->position > y->position ? -1 : 1;
}

static void set_first_year(struct plan_file *file, int last_year)
{
    file->first_year = last_year - (file->last_known ? file->new_years : 0);
}

/* --year, and no gap in the circle: the files cover a year or more, so that their order must tell.
 * Each ends not later than the newer one begins (a day of overlap allowed). */
static enum smtplog_status chain_years(struct plan *plan, int year)
{
    struct plan_file **order = calloc(plan->count + 1, sizeof(struct plan_file *));
    size_t count = 0;
    if (order == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < plan->count; i++) {
        if (needs_year(&plan->files[i])) {
            order[count++] = &plan->files[i];
        }
    }
    qsort(order, count, sizeof(struct plan_file *), compare_newest);
    for (size_t i = 0; i < count; i++) {
        int last_year = year;
        if (i > 0) {
            int64_t begin = year_position(&order[i - 1]->first_stamp);
            last_year = order[i - 1]->first_year;
            last_year -= year_position(end_stamp(order[i])) > begin + CIVIL_DAY;
        }
        set_first_year(order[i], last_year);
    }
    free(order);
    return SMTPLOG_OK;
}

/* --year: the files end together at one place of the circle; what lies behind it is of the year
 * before. */
static enum smtplog_status years_to(struct plan *plan, int year)
{
    int64_t gap = 0;
    int64_t end = common_end(plan, &gap);
    if (gap < LEAST_GAP) {
        return chain_years(plan, year);
    }
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_file *file = &plan->files[i];
        if (needs_year(file)) {
            /* Lines are not always in order: a file may end a little behind the end of them all. */
            int64_t last = year_position(end_stamp(file));
            set_first_year(file, last <= end + CIVIL_DAY ? year : year - 1);
        }
    }
    return SMTPLOG_OK;
}

/* No --year: every file was written last at its own time. */
static void years_from_times(struct plan *plan, struct zone *zone, int64_t now)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_file *file = &plan->files[i];
        if (needs_year(file)) {
            bool trusted = file->info.mtime >= OLDEST_MTIME && file->info.mtime <= now + CIVIL_DAY;
            set_first_year(
                file, clock_year_before(zone, end_stamp(file), trusted ? file->info.mtime : now));
        }
    }
}

static enum smtplog_status give_years(struct plan *plan, struct zone *zone, int year, int64_t now)
{
    for (size_t i = 0; i < plan->count; i++) {
        plan->files[i].first_year = plan->files[i].first_stamp.year;
    }
    if (year > 0) {
        return years_to(plan, year);
    }
    years_from_times(plan, zone, now);
    return SMTPLOG_OK;
}

static void find_first_instants(struct plan *plan, struct zone *zone)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_file *file = &plan->files[i];
        if (file->has_stamp) {
            struct clock clock;
            clock_init(&clock, zone, file->first_year);
            clock_resolve(&clock, &file->first_stamp, &file->first);
        }
    }
}

/* ---- order ----------------------------------------------------------------------------------- */

/* `mail.log.2.gz` is 2; `mail.log-20261121` (logrotate's dateext) counts down from far; none is 0.
 */
static uint64_t rotation_of(const char *path)
{
    static const char *const suffixes[] = {".gz", ".bz2", ".xz", ".zst", ".Z"};
    struct span name = span_cstr(path);
    uint64_t number = 0;
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        struct span suffix = span_cstr(suffixes[i]);
        if (name.n > suffix.n && span_equal(span_from(name, name.n - suffix.n), suffix)) {
            name.n -= suffix.n;
            break;
        }
    }
    size_t at = name.n;
    while (at > 0 && byte_is_digit(name.p[at - 1])) {
        at--;
    }
    if (at == 0 || at == name.n || !span_to_u64(span_from(name, at), 99999999, &number)) {
        return 0;
    }
    bool dated = name.p[at - 1] == '-' && name.n - at == 8;
    return dated ? 100000000 - number : name.p[at - 1] == '.' ? number : 0;
}

static int compare_files(const void *a, const void *b)
{
    const struct plan_file *x = a;
    const struct plan_file *y = b;
    if (x->has_stamp != y->has_stamp) {
        return x->has_stamp ? -1 : 1;
    }
    int order = x->has_stamp ? instant_compare(&x->first, &y->first) : 0;
    if (order != 0) {
        return order;
    }
    if (x->rotation != y->rotation) {
        return x->rotation > y->rotation ? -1 : 1;
    }
    if (x->info.mtime != y->info.mtime) {
        return x->info.mtime < y->info.mtime ? -1 : 1;
    }
    return x->position < y->position ? -1 : 1;
}

static enum smtplog_status open_input(const struct plan_input *input, struct source **source,
                                      const char **why)
{
    if (input->spool != NULL) {
        return source_open_again(input->spool->descriptor, input->spool->start, source, why);
    }
    return input->is_journal ? source_open_journal(&input->range, source, why)
                             : source_open(input->path, source, why);
}

static enum smtplog_status probe_file(struct plan_file *file, const struct plan_input *input,
                                      bool year_given, const struct diagnostic *diagnostic)
{
    const char *why = NULL;
    enum smtplog_status status = open_input(input, &file->source, &why);
    if (status == SMTPLOG_NO_MEMORY) {
        return status;
    }
    if (status != SMTPLOG_OK) {
        const char *place = input->is_journal ? input->range.place : NULL;
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%s%s%s: %s", file->path,
                       place != NULL ? ": " : "", place != NULL ? place : "",
                       diagnostic_text(diagnostic, why));
        return SMTPLOG_OK;
    }
    file->readable = true;
    file->info = *source_info(file->source);
    struct header_reader reader;
    header_reader_init(&reader);
    status = probe_stamps(file, &reader, file->source, year_given);
    header_reader_free(&reader);
    TRY(status);
    if (file->info.is_regular) {
        source_close(file->source);
        file->source = NULL;
    }
    return SMTPLOG_OK;
}

enum smtplog_status plan_make(const struct plan_input *inputs, size_t count, struct zone *zone,
                              int year, int64_t now, const struct diagnostic *diagnostic,
                              struct plan *plan)
{
    *plan = (struct plan){.files = calloc(count + 1, sizeof *plan->files)};
    if (plan->files == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        struct plan_file *file = &plan->files[plan->count++];
        file->path = inputs[i].path;
        file->position = i;
        file->rotation = rotation_of(inputs[i].path);
        enum smtplog_status status = probe_file(file, &inputs[i], year > 0, diagnostic);
        if (status != SMTPLOG_OK) {
            plan_free(plan);
            return status;
        }
        plan->bytes += file->info.is_regular ? file->info.stored_size : 0;
    }
    enum smtplog_status years = give_years(plan, zone, year, now);
    if (years != SMTPLOG_OK) {
        plan_free(plan);
        return years;
    }
    find_first_instants(plan, zone);
    qsort(plan->files, plan->count, sizeof *plan->files, compare_files);
    return SMTPLOG_OK;
}

/* `mail.log` of `mail.log.2.gz` and `mail.log-20261121`. */
static struct span stem_of(const struct plan_file *file)
{
    struct span path = span_cstr(file->path);
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/') {
        slash--;
    }
    size_t log = span_find(span_from(path, slash), SPAN_LITERAL("log"));
    return log == SIZE_MAX ? path : span_of(path.p, slash + log + 3);
}

static bool is_over(const struct plan *plan, const struct plan_file *file, int64_t since)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_file *other = &plan->files[i];
        if (other->has_stamp && other->first.seconds < since &&
            instant_compare(&other->first, &file->first) > 0 &&
            span_equal(stem_of(other), stem_of(file))) {
            return true;
        }
    }
    return false;
}

void plan_limit(struct plan *plan, int64_t since, int64_t until)
{
    size_t kept = 0;
    bool *leave = calloc(plan->count + 1, sizeof *leave);
    for (size_t i = 0; leave != NULL && i < plan->count; i++) {
        const struct plan_file *file = &plan->files[i];
        leave[i] = file->info.is_regular && file->has_stamp &&
                   (file->first.seconds >= until || is_over(plan, file, since));
    }
    for (size_t i = 0; leave != NULL && i < plan->count; i++) {
        if (leave[i]) {
            source_close(plan->files[i].source);
            plan->bytes -= plan->files[i].info.stored_size;
        } else {
            plan->files[kept++] = plan->files[i];
        }
    }
    plan->count = leave != NULL ? kept : plan->count;
    free(leave);
}
