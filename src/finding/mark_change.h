/* The findings and reply texts of a day beside those of the days before it: new, known, gone. */
#ifndef FINDING_MARK_CHANGE_H
#define FINDING_MARK_CHANGE_H

#include "finding/mark.h"

#define MARK_CHANGES 64 /* of one kind */

enum mark_change_kind {
    MARK_NEW,   /* on none of the days before */
    MARK_KNOWN, /* a finding that a day before had too */
    MARK_GONE   /* not on this day: a finding of the latest day before, or one of most days */
};

struct mark_change {
    enum mark_change_kind kind;
    const struct mark *mark; /* borrowed: of this day, or of the last day that had it */
    size_t days;             /* that had it */
    struct span day;         /* known: the first of them; gone: the last */
};

struct mark_changes {
    size_t days; /* whose findings and texts are known */
    struct mark_change items[3 * MARK_CHANGES];
    size_t count;
    size_t new_texts; /* all of them, also those left out */
    bool texts_lost;  /* of one of the days or of this: what is new among them cannot be told */
};

/* One earlier day; the latest comes first. */
struct mark_day {
    struct span day;               /* 2026-11-21 */
    const struct mark_list *marks; /* NULL: not known */
};

/* Compares; what is found borrows from the lists. Too few days: nothing is called new. */
void mark_changes_find(const struct mark_list *marks, const struct mark_day *days, size_t count,
                       struct mark_changes *changes);

#endif
