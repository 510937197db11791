/* Events that snapshots keep, taken up again: told to a tracker of their own in order of time, they
 * give the figures of what could not be decided within one snapshot. */
#ifndef LIB_REPLAY_H
#define LIB_REPLAY_H

#include "lib/analyzer.h"

/* The events of one snapshot. */
struct replay_source {
    struct snapshot_part *part; /* opened when its time comes; NULL: the events are there */
    struct span events;         /* as snapshots have them */
    uint64_t count;
    const struct event_names *names;
    bool shown;          /* its figures are wanted; else it only tells what was before */
    uint32_t file_shift; /* inputs before its own */
};

/* Makes the figures of all sources together. last: the last instant of their logs. *given_up: what
 * the tables had no room for. */
MUST_USE enum smtplog_status replay_run(struct smtplog_analyzer *analyzer,
                                        const struct replay_source *sources, size_t count,
                                        int64_t last, struct summary **figures);

#endif
