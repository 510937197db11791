/* A log watched while it grows: files followed, lines merged in order of time, figures of the last
 * hour beside those of the whole. Built on the parts of an analyzer. Trust: as of an analyzer. */
#ifndef LIB_WATCH_H
#define LIB_WATCH_H

#include "aggregate/recent.h"
#include "finding/finding.h"
#include "input/follow.h"
#include "lib/analyzer.h"
#include "logfmt/header_reader.h"

/* Read of what is there already: this long before the last stamp, this many bytes at most. */
#define WATCH_BEFORE ((int64_t)86400)
#define WATCH_BYTES  ((uint64_t)64 * 1024 * 1024)

/* One file. */
struct watched {
    struct follow *follow; /* owned; NULL when it cannot be watched */
    struct clock clock;
    struct clock order_clock; /* for the times of pending lines */
    struct line line;         /* pending, when has_line */
    bool has_line;
    bool starting; /* lines before watch->from are passed over */
    struct instant time;
};

struct smtplog_watch {
    struct smtplog_analyzer *analyzer; /* borrowed */
    struct watched *files;             /* owned; as the plan's */
    size_t count;
    struct header_reader reader;
    bool has_from;
    int64_t from; /* UTC; lines before are passed over at the start */
    struct recent *recent;
    bool caught_up;         /* everything that was there at first has been read */
    double checked;         /* monotonic seconds: when the files were looked at */
    int64_t log_now;        /* the latest stamp */
    double log_now_at;      /* monotonic seconds when it was met */
    int32_t log_now_offset; /* from UTC, as that stamp has it */
    uint64_t skipped;       /* lines before `from` */
    uint64_t truncated;     /* times that a file was cut: lines may be lost */
    struct finding_list findings;
    bool has_findings;
    double findings_at;
};

/* Seconds of a clock that only goes forward. */
double watch_clock(void);

#endif
