/* A day beside others: snapshots that tell what was before, and figures of earlier days. */
#ifndef LIB_DAILY_H
#define LIB_DAILY_H

#include "lib/analyzer.h"
#include "report/report_against.h"

struct earlier_day {
    char day[12];
    char *path, *before; /* owned: its snapshot, and that of the day before it or NULL */
    struct figure_list figures;
    struct mark_list marks;
    bool known, same_weekday;
    bool has_marks;
};

struct daily {
    char **contexts; /* owned */
    size_t context_count;
    struct earlier_day days[AGAINST_DAYS];
    size_t day_count;
    struct against_day found[AGAINST_DAYS];
    size_t found_count;
    struct figure_list usual;
    struct mark_list marks; /* of the finished run */
    struct against against;
    bool compared;
};

void daily_free(struct daily *daily);

/* Reads the snapshots that tell what was before. */
MUST_USE enum smtplog_status daily_read_contexts(struct smtplog_analyzer *analyzer);

/* The findings and reply texts of a finished run, into an empty list. */
MUST_USE enum smtplog_status daily_find_marks(struct smtplog_analyzer *analyzer,
                                              struct mark_list *marks);

/* Works out the figures of the earlier days and compares those of the finished run with them. */
MUST_USE enum smtplog_status daily_compare(struct smtplog_analyzer *analyzer);

#endif
