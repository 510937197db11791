/* Change points: from when on a larger part of something went wrong than before. Works on counts
 * in slots of time. Made to stay silent in doubt: on the rhythm of night and day, on few events, at
 * the edges of a log. */
#ifndef FINDING_CHANGE_H
#define FINDING_CHANGE_H

#include "aggregate/series.h"

/* The state that began. */
struct change {
    int64_t since; /* first event of it */
    int64_t until; /* end of its last slot */
    bool ended;    /* enough followed in which it was gone */
    double before; /* share before it began */
    double during;
    uint64_t part, whole; /* counts while it lasted */
};

/* Looks for the one span in which `part` is a much larger share of `whole` than outside it. Both
 * must be settled with the same instant, and whole must hold what part holds. False when there is
 * none. */
MUST_USE enum smtplog_status change_find(const struct series *part, const struct series *whole,
                                         struct change *change, bool *found);

#endif
