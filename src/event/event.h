/* The event: what one line of a log says about SMTP, as facts without formatting. Fields are
 * borrowed spans into the line or into the parser's scratch memory and live until the next line is
 * parsed. A field can be present and empty (`from=<>`), which matters to tracking; records leave
 * such fields out. */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include "base/civil_time.h"
#include "base/span.h"

/* Every fact an event can hold. Names, types and order of output stand in event.c. Fields before
 * EVENT_TEXTS hold text, those behind hold a number. */
enum event_field {
    EVENT_HOST,
    EVENT_SERVICE,
    EVENT_DAEMON,
    EVENT_PID,
    EVENT_ENHANCED,
    EVENT_TEXT,
    EVENT_DSN,
    EVENT_QUEUE_ID,
    EVENT_MESSAGE_ID,
    EVENT_SENDER,
    EVENT_RECIPIENT,
    EVENT_ORIG_RECIPIENT,
    EVENT_PEER,
    EVENT_PEER_IP,
    EVENT_PEER_PORT,
    EVENT_HELO,
    EVENT_SASL_USER,
    EVENT_TLS,
    EVENT_DELAY,
    EVENT_DELAYS,
    /* facts for tracking and counting that records do not show */
    EVENT_RELAY,
    EVENT_LINKED_ID,
    EVENT_ORIG_QUEUE_ID,
    EVENT_PROTO,
    EVENT_CLIENT,
    EVENT_SIZE,
    EVENT_NRCPT,
    EVENT_COUNTERS,
    EVENT_SEVERITY,
    EVENT_ACTION,
    EVENT_LIST,
    EVENT_METHOD,
    EVENT_CIPHER,
    EVENT_LEVEL,
    EVENT_COUNT,
    EVENT_TRANSPORT,     /* Exim's T= */
    EVENT_LOCAL_USER,    /* who handed the message in on this host */
    EVENT_DELIVERY_TIME, /* seconds the delivery itself took, Exim's DT= */
    /* raw captures that the format reader turns into other fields */
    EVENT_REPLY,
    EVENT_ENHANCED_REPLY,
    EVENT_STAGE_WORD,
    EVENT_STATUS_WORD,
    EVENT_TEXTS,
    EVENT_KIND = EVENT_TEXTS,
    EVENT_DIRECTION,
    EVENT_STAGE,
    EVENT_HOP,
    EVENT_CODE,
    EVENT_IMPLIED_CODE,
    EVENT_STATUS,
    EVENT_STALE,
    EVENT_FACT,
    EVENT_FIELDS
};

enum event_kind {
    KIND_CONTEXT,
    KIND_DELIVERY,
    KIND_REJECT,
    KIND_AUTH,
    KIND_REPLY,
    KIND_CONNECTION
};
enum event_mta {
    MTA_NONE,
    MTA_POSTFIX,
    MTA_EXIM,
    MTA_TRANSCRIPT
};
enum event_direction {
    DIRECTION_NONE,
    DIRECTION_OUTBOUND,
    DIRECTION_INBOUND,
    DIRECTIONS
};
enum event_hop {
    HOP_NONE,
    HOP_FILTER,
    HOP_STORE
};

/* Place in the SMTP dialogue (RFC 5321, 4.3.2; AUTH of RFC 4954, BDAT of RFC 3030). */
enum event_stage {
    STAGE_NONE,
    STAGE_CONNECT,
    STAGE_HELO,
    STAGE_EHLO,
    STAGE_STARTTLS,
    STAGE_AUTH,
    STAGE_MAIL,
    STAGE_RCPT,
    STAGE_DATA,
    STAGE_BDAT,
    STAGE_EOD,
    STAGE_RSET,
    STAGE_VRFY,
    STAGE_EXPN,
    STAGE_ETRN,
    STAGE_NOOP,
    STAGE_QUIT,
    STAGE_OTHER,
    STAGES
};

enum event_outcome {
    OUTCOME_NONE,
    OUTCOME_DELIVERED,
    OUTCOME_DEFERRED,
    OUTCOME_BOUNCED,
    OUTCOME_EXPIRED,
    OUTCOME_DISCARDED,
    OUTCOME_FORWARDED,
    OUTCOME_REJECTED,
    OUTCOMES
};

/* What a line tells the tracker beyond its fields. */
enum event_fact {
    FACT_NONE,
    FACT_ARRIVAL,
    FACT_QUEUED,
    FACT_MESSAGE_ID,
    FACT_REMOVED,
    FACT_EXPIRED,
    FACT_FORCE_EXPIRED,
    FACT_REQUEUED,
    FACT_RELEASED,
    FACT_HELD,
    FACT_NOTIFICATION,
    FACT_DISCONNECT,
    FACT_CONNECT,
    FACT_WARNING,
    FACT_RESTART,
    FACT_POSTSCREEN,
    FACT_ANVIL,
    FACT_TLS,
    FACT_CANCELED,
    FACT_SAME_DELIVERY, /* one more recipient of the delivery before it */
    /* what a greylister decided */
    FACT_GREYLIST_NEW,
    FACT_GREYLIST_EARLY,
    FACT_GREYLIST_PASS,
    FACT_GREYLIST_EXEMPT
};

struct event {
    uint64_t set; /* bit per field that is present */
    struct span text[EVENT_TEXTS];
    int value[EVENT_FIELDS - EVENT_TEXTS];
    enum event_mta mta;
    struct instant time;
    bool has_time;
    uint32_t file; /* index of the input in reading order */
    uint64_t line, line_end;
    uint32_t repeat;          /* weight in every count: 1, or N of "message repeated N times" */
    bool duplicate;           /* another log of the same server holds the line too: counted there */
    bool is_bracketed;        /* a Postfix message begins with a bracket, as quoted dialogue does */
    struct span rule;         /* name of the pattern that made it */
    struct span reason_class; /* class of a refusal or failure, empty when none */
    struct span reason;       /* the classifier's rule that decided */
    uint64_t reason_key; /* the same for replies that differ in addresses and ids only; 0: none */
    bool possible_greylisting;
    double asked_wait; /* seconds that a greylisting reply asks to wait; 0: none */
    struct span provider;
    struct span domain;
};

static inline bool event_has(const struct event *event, enum event_field field)
{
    return (event->set >> field & 1) != 0;
}

static inline struct span event_text(const struct event *event, enum event_field field)
{
    return event_has(event, field) ? event->text[field] : SPAN_EMPTY;
}

static inline int event_value(const struct event *event, enum event_field field)
{
    return event_has(event, field) ? event->value[field - EVENT_TEXTS] : 0;
}

static inline void event_set_text(struct event *event, enum event_field field, struct span text)
{
    event->text[field] = text;
    event->set |= (uint64_t)1 << field;
}

static inline void event_set_value(struct event *event, enum event_field field, int value)
{
    event->value[field - EVENT_TEXTS] = value;
    event->set |= (uint64_t)1 << field;
}

static inline void event_clear_field(struct event *event, enum event_field field)
{
    event->set &= ~((uint64_t)1 << field);
}

/* The code that counts: the one seen, else the implied one, else 0. */
static inline int event_any_code(const struct event *event)
{
    int code = event_value(event, EVENT_CODE);
    return code != 0 ? code : event_value(event, EVENT_IMPLIED_CODE);
}

/* Refusal of interface rule "Refusal": a delivery or reject with a 4yz or 5yz code, not stale. */
static inline bool event_is_refusal(const struct event *event)
{
    int kind = event_value(event, EVENT_KIND);
    return (kind == KIND_DELIVERY || kind == KIND_REJECT) && event_any_code(event) >= 400 &&
           event_value(event, EVENT_STALE) == 0;
}

/* An attempt: a delivery that is not stale, not a filter hop and not the expiry of an earlier one.
 */
static inline bool event_is_attempt(const struct event *event)
{
    return event_value(event, EVENT_KIND) == KIND_DELIVERY &&
           event_value(event, EVENT_STALE) == 0 && event_value(event, EVENT_HOP) != HOP_FILTER &&
           event_value(event, EVENT_STATUS) != OUTCOME_EXPIRED;
}

/* Facts as a set. What takes events up names the facts of the context lines that it has to do with,
 * so that nobody is called for the others. */
#define FACT_SET(fact) ((uint32_t)1 << (fact))

/* The set of the one fact of an event. */
static inline uint32_t event_fact_set(const struct event *event)
{
    return FACT_SET(event_value(event, EVENT_FACT));
}

/* Name of a field in records, pattern files and documentation. */
const char *event_field_name(enum event_field field);

/* The field of that name, or EVENT_FIELDS. */
enum event_field event_field_find(struct span name);

/* Word for a value of a numeric field that has words (kind, direction, stage, status, hop, fact);
 * NULL when the field is a plain number or the value is 0. */
const char *event_value_name(enum event_field field, int value);

/* The value that a word stands for, or -1. For plain numbers the digits are read. */
int event_value_find(enum event_field field, struct span word);

const char *event_mta_name(enum event_mta mta);

/* Stage named by a command or by the words of a log: "RCPT TO", "end of DATA", "END-OF-MESSAGE",
 * "initial server greeting"; STAGE_OTHER for anything else. */
enum event_stage event_stage_from_words(struct span words);

/* Outcome named by Postfix's status= word, OUTCOME_NONE for the words of address probes and others.
 */
enum event_outcome event_outcome_from_word(struct span word);

#endif
