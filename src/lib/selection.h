/* Which events a run shows: the range of time and the filters asked for. Tracking sees every line;
 * this only decides what is counted and written. */
#ifndef LIB_SELECTION_H
#define LIB_SELECTION_H

#include "filter/filter.h"
#include "track/identity.h"

struct smtplog_analyzer;
struct report_filter;

/* A filter option as it was given. */
struct selection_option {
    enum filter_kind kind;
    char *list; /* owned */
};

struct selection {
    struct selection_option *options; /* owned; before the run */
    size_t option_count;
    struct filter *filter;             /* owned; NULL: everything is shown */
    struct identity_table *identities; /* owned; NULL when nobody asks for them */
};

/* What was decided about a line. */
struct selected {
    bool shown;               /* in the range, and the filters let it pass */
    bool has_identity;        /* the message it belongs to is known */
    struct identity identity; /* borrowed until the next line */
};

void selection_free(struct selection *selection);

/* True when a run shows all that is in its range and nobody asks for messages: nothing to judge. */
static inline bool selection_is_empty(const struct selection *selection)
{
    return selection->filter == NULL && selection->identities == NULL;
}

/* Keeps an option of the name of a filter. SMTPLOG_END when there is no such filter. */
MUST_USE enum smtplog_status selection_set(struct selection *selection, const char *name,
                                           const char *list);

/* Reads the options kept; a mistake is said. join: identities are needed in any case. */
MUST_USE enum smtplog_status selection_prepare(struct smtplog_analyzer *analyzer, bool join);

/* Judges an event (is_record) or context line, in order of time. Lines behind --until are for
 * nobody and must not be given. */
MUST_USE enum smtplog_status selection_judge(struct smtplog_analyzer *analyzer,
                                             const struct event *event, bool is_record,
                                             bool in_range, struct selected *selected);

/* Whether a line of a server that no rule understands is shown, in the range as it is. */
bool selection_shows_line(const struct selection *selection, const struct event *event);

/* Says which filter hides everything, if one does. */
void selection_say(const struct smtplog_analyzer *analyzer);

#endif
