/* The last hour of a log that grows: what was most frequent in its last minutes, how much of what a
 * second, and the newest refusals. Memory is fixed: RECENT_ROWS rows a table (Space-Saving beyond),
 * a count for each of the last RECENT_MINUTES minutes in each, RECENT_SECONDS seconds of series,
 * RECENT_EVENTS refusals. All times are of the log. Trust: texts from logs, copied and cut. */
#ifndef AGGREGATE_RECENT_H
#define AGGREGATE_RECENT_H

#include "aggregate/timeline.h"
#include "aggregate/topk.h"
#include "event/event.h"

#define RECENT_ROWS    1024
#define RECENT_MINUTES 60
#define RECENT_SECONDS 3600
#define RECENT_EVENTS  256
#define RECENT_NAME    96
#define RECENT_TEXT    320

enum recent_table {
    RECENT_CODE,     /* reply codes, those implied too */
    RECENT_CLASS,    /* reasons of refusals and failures */
    RECENT_DOMAIN,   /* recipients' domains of deliveries, senders' of rejects */
    RECENT_PROVIDER, /* of deliveries */
    RECENT_PEER,     /* servers we delivered to */
    RECENT_CLIENT,   /* clients we refused */
    RECENT_TABLES
};

/* Counts of one key. refused: of these, refusals and failures. */
struct recent_row {
    int64_t minute; /* the newest of the ring, minutes since 1970 */
    uint32_t all[RECENT_MINUTES], refused[RECENT_MINUTES];
    uint64_t refused_total;
    char queue_id[40]; /* of the last event with one */
};

/* A refusal or failure. */
struct recent_event {
    struct instant time;
    int code; /* seen or implied; 0 none */
    bool implied;
    enum event_direction direction;
    enum event_stage stage;
    enum event_outcome status;
    char class_name[32];
    char queue_id[40];
    char name[RECENT_NAME]; /* recipient, else client or peer */
    char peer[RECENT_NAME];
    char peer_ip[48];
    char domain[RECENT_NAME];
    char text[RECENT_TEXT];
    uint64_t number; /* counted up from 1 */
};

struct recent {
    struct topk table[RECENT_TABLES];
    int64_t second; /* the newest of the series, UTC; 0: nothing yet */
    uint32_t series[TIMELINE_SERIES][RECENT_SECONDS];
    struct recent_event *events; /* owned ring */
    uint64_t event_count;        /* ever */
};

MUST_USE enum smtplog_status recent_new(struct recent **recent);
void recent_free(struct recent *recent);

/* Adds an event or context line. */
MUST_USE enum smtplog_status recent_add(struct recent *recent, const struct event *event);

/* Sums of a row over the minutes that end with the one of an instant (UTC seconds). */
struct recent_sum {
    uint64_t all, refused;
};
struct recent_sum recent_row_sum(const struct recent_row *row, int64_t now, int minutes);

/* Sum of a series over the seconds ]until - seconds, until]; nothing beyond RECENT_SECONDS. */
uint64_t recent_series_sum(const struct recent *recent, enum timeline_series series, int64_t until,
                           int64_t seconds);

/* The newest refusal but `back`; NULL when there is none. */
const struct recent_event *recent_event_at(const struct recent *recent, uint64_t back);

#endif
