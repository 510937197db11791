/* Which events are shown. A filter holds conditions of several kinds (code, class, domain ...): an
 * event must pass every kind that has conditions; of one kind it is enough that one of them holds
 * and none that begins with `!` does. Trust: conditions come from the command line of whoever runs
 * the program, events from anybody. */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "base/diagnostic.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "event/event.h"

enum filter_kind {
    FILTER_CODE,
    FILTER_ENHANCED,
    FILTER_DSN,
    FILTER_CLASS,
    FILTER_STAGE,
    FILTER_DIRECTION,
    FILTER_KIND,
    FILTER_STATUS,
    FILTER_DOMAIN,
    FILTER_PROVIDER,
    FILTER_PEER,
    FILTER_CLIENT,
    FILTER_SENDER,
    FILTER_RECIPIENT,
    FILTER_USER,
    FILTER_QUEUE_ID,
    FILTER_MESSAGE_ID,
    FILTER_HOST,
    FILTER_SERVICE,
    FILTER_DAEMON,
    FILTER_MTA,
    FILTERS
};

/* What is known of the message an event belongs to beyond the event's own line. */
struct filter_message {
    bool has_sender;
    struct span sender; /* empty for <> */
    struct span message_id;
    struct span client, client_ip; /* who brought it */
    struct span user;              /* who had logged in to bring it */
};

struct filter;

MUST_USE enum smtplog_status filter_new(struct filter **filter);

/* Whose language problems are told in; must outlive the filter. */
void filter_speak(struct filter *filter, const struct diagnostic *words);

void filter_free(struct filter *filter);

/* Name of a kind, as of the option that sets it; the kind of a name, or FILTERS. */
const char *filter_name(enum filter_kind kind);
enum filter_kind filter_find(struct span name);

/* Adds the conditions of a comma separated list. known: the names that exist, where that is known
 * (known_count 0: anything goes). SMTPLOG_USAGE with a sentence in *problem when one is none. */
MUST_USE enum smtplog_status filter_add(struct filter *filter, enum filter_kind kind,
                                        struct span list, const struct span *known,
                                        size_t known_count, struct strbuf *problem);

/* True when there is a condition. */
bool filter_is_set(const struct filter *filter);

/* Whether conditions ask for what stands on other lines of the message. */
bool filter_needs_message(const struct filter *filter);

/* Whether an event is shown; counts it. message may be NULL. */
bool filter_event(struct filter *filter, const struct event *event,
                  const struct filter_message *message);

/* Whether a line that gives no record is shown: such lines have nothing but the host, service,
 * daemon and kind of server that wrote them, and are hidden by a condition on anything else. */
bool filter_line(const struct filter *filter, const struct event *line);

/* Events seen and shown, each as often as the log repeats it. */
uint64_t filter_seen(const struct filter *filter);
uint64_t filter_shown(const struct filter *filter);

/* The conditions as options: `--code 450,550 --domain !example.org`. */
void filter_describe(const struct filter *filter, struct strbuf *out);

/* When events were seen and none was shown: a sentence that names the condition that hides all. */
void filter_explain_nothing(const struct filter *filter, struct strbuf *out);

#endif
