/* Which inputs there are, in which order they are read, and the year their stamps begin in. Looks
 * at the first bytes of every input (and at more of it where stamps have no year) before anything
 * is analyzed. */
#ifndef LIB_PLAN_H
#define LIB_PLAN_H

#include "base/diagnostic.h"
#include "base/zone.h"
#include "input/source.h"
#include "input/spool.h"
#include "logfmt/header.h"

/* What is to be read. */
struct plan_input {
    char *path; /* of a file; of a journal its name in reports */
    bool is_journal;
    struct journal_range range; /* of a journal */
    const struct spool *spool;  /* standard input that is read more than once; NULL otherwise */
};

struct plan_file {
    const char *path;      /* borrowed from the caller */
    struct source *source; /* owned; kept open only when it cannot be opened again */
    struct source_info info;
    bool readable;
    bool has_stamp;
    struct stamp first_stamp, last_stamp;
    bool last_known;      /* last_stamp was seen */
    int new_years;        /* New Years between the two, as far as seen */
    int first_year;       /* of the first stamp */
    struct instant first; /* of the first stamp */
    uint64_t rotation;    /* suffix: 0 none, 1 newest rotated, higher = older */
    size_t position;      /* on the command line */
};

struct plan {
    struct plan_file *files; /* owned; in order of reading after plan_make */
    size_t count;
    uint64_t bytes; /* stored, of all regular files */
};

/* year is 0 when not given; now stands for the present. Inputs that cannot be opened are said and
 * marked. */
MUST_USE enum smtplog_status plan_make(const struct plan_input *inputs, size_t count,
                                       struct zone *zone, int year, int64_t now,
                                       const struct diagnostic *diagnostic, struct plan *plan);
/* Leaves out files that hold nothing of [since, until[: those that begin later, and rotated ones
 * whose successor begins before. */
void plan_limit(struct plan *plan, int64_t since, int64_t until);
void plan_free(struct plan *plan);

#endif
