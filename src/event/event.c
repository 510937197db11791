/* Names of fields and values, kept in tables so that records, pattern files and documentation
 * agree. */
#include "event/event.h"

#include "base/status.h"

static const char *const field_names[EVENT_FIELDS] = {
    [EVENT_HOST] = "host",
    [EVENT_SERVICE] = "service",
    [EVENT_DAEMON] = "daemon",
    [EVENT_PID] = "pid",
    [EVENT_ENHANCED] = "enhanced",
    [EVENT_TEXT] = "text",
    [EVENT_DSN] = "dsn",
    [EVENT_QUEUE_ID] = "queue_id",
    [EVENT_MESSAGE_ID] = "message_id",
    [EVENT_SENDER] = "sender",
    [EVENT_RECIPIENT] = "recipient",
    [EVENT_ORIG_RECIPIENT] = "orig_recipient",
    [EVENT_PEER] = "peer",
    [EVENT_PEER_IP] = "peer_ip",
    [EVENT_PEER_PORT] = "peer_port",
    [EVENT_HELO] = "helo",
    [EVENT_SASL_USER] = "sasl_user",
    [EVENT_TLS] = "tls",
    [EVENT_DELAY] = "delay",
    [EVENT_DELAYS] = "delays",
    [EVENT_RELAY] = "relay",
    [EVENT_LINKED_ID] = "linked_id",
    [EVENT_ORIG_QUEUE_ID] = "orig_queue_id",
    [EVENT_PROTO] = "proto",
    [EVENT_CLIENT] = "client",
    [EVENT_SIZE] = "size",
    [EVENT_NRCPT] = "nrcpt",
    [EVENT_COUNTERS] = "counters",
    [EVENT_SEVERITY] = "severity",
    [EVENT_ACTION] = "action",
    [EVENT_LIST] = "list",
    [EVENT_METHOD] = "method",
    [EVENT_CIPHER] = "cipher",
    [EVENT_LEVEL] = "level",
    [EVENT_COUNT] = "count",
    [EVENT_TRANSPORT] = "transport",
    [EVENT_LOCAL_USER] = "local_user",
    [EVENT_DELIVERY_TIME] = "delivery_time",
    [EVENT_REPLY] = "reply",
    [EVENT_ENHANCED_REPLY] = "enhanced_reply",
    [EVENT_STAGE_WORD] = "stage_word",
    [EVENT_STATUS_WORD] = "status_word",
    [EVENT_KIND] = "kind",
    [EVENT_DIRECTION] = "direction",
    [EVENT_STAGE] = "stage",
    [EVENT_HOP] = "hop",
    [EVENT_CODE] = "code",
    [EVENT_IMPLIED_CODE] = "implied_code",
    [EVENT_STATUS] = "status",
    [EVENT_STALE] = "stale",
    [EVENT_FACT] = "fact",
};

static const char *const kind_names[] = {NULL, "delivery", "reject", "auth", "reply", "connection"};
static const char *const direction_names[] = {NULL, "outbound", "inbound"};
static const char *const hop_names[] = {NULL, "filter", "store"};
static const char *const stage_names[] = {NULL,   "connect", "helo", "ehlo", "starttls", "auth",
                                          "mail", "rcpt",    "data", "bdat", "eod",      "rset",
                                          "vrfy", "expn",    "etrn", "noop", "quit",     "other"};
static const char *const outcome_names[] = {NULL,      "delivered", "deferred",  "bounced",
                                            "expired", "discarded", "forwarded", "rejected"};
static const char *const stale_names[] = {NULL, "true"};
static const char *const fact_names[] = {
    NULL,           "arrival",        "queued",        "message_id",     "removed",
    "expired",      "force_expired",  "requeued",      "released",       "held",
    "notification", "disconnect",     "connect",       "warning",        "restart",
    "postscreen",   "anvil",          "tls",           "canceled",       "same_delivery",
    "greylist_new", "greylist_early", "greylist_pass", "greylist_exempt"};
static const char *const mta_names[] = {"", "postfix", "exim", "transcript"};

struct word_table {
    const char *const *words;
    size_t count;
};

#define WORDS(table)           \
    {                          \
        table, COUNT_OF(table) \
    }

static const struct word_table value_words[EVENT_FIELDS - EVENT_TEXTS] = {
    [EVENT_KIND - EVENT_TEXTS] = WORDS(kind_names),
    [EVENT_DIRECTION - EVENT_TEXTS] = WORDS(direction_names),
    [EVENT_STAGE - EVENT_TEXTS] = WORDS(stage_names),
    [EVENT_HOP - EVENT_TEXTS] = WORDS(hop_names),
    [EVENT_STATUS - EVENT_TEXTS] = WORDS(outcome_names),
    [EVENT_STALE - EVENT_TEXTS] = WORDS(stale_names),
    [EVENT_FACT - EVENT_TEXTS] = WORDS(fact_names),
};

const char *event_field_name(enum event_field field)
{
    return field_names[field];
}

enum event_field event_field_find(struct span name)
{
    for (int f = 0; f < EVENT_FIELDS; f++) {
        if (span_is(name, field_names[f])) {
            return (enum event_field)f;
        }
    }
    return EVENT_FIELDS;
}

const char *event_value_name(enum event_field field, int value)
{
    const struct word_table *table = &value_words[field - EVENT_TEXTS];
    return value > 0 && (size_t)value < table->count ? table->words[value] : NULL;
}

int event_value_find(enum event_field field, struct span word)
{
    const struct word_table *table = &value_words[field - EVENT_TEXTS];
    if (table->count == 0) {
        uint64_t number = 0;
        return span_to_u64(word, 999, &number) ? (int)number : -1;
    }
    for (size_t i = 1; i < table->count; i++) {
        if (span_is(word, table->words[i])) {
            return (int)i;
        }
    }
    return -1;
}

const char *event_mta_name(enum event_mta mta)
{
    return mta_names[mta];
}

struct stage_words {
    const char *words;
    enum event_stage stage;
};

/* Commands, the phrases of Postfix's "(in reply to X command)" and "while X", and the stages of its
 * reject lines. The first that begins the words decides, so the longer stand first. */
static const struct stage_words stage_table[] = {
    {"RCPT", STAGE_RCPT},
    {"MAIL", STAGE_MAIL},
    {"end of DATA", STAGE_EOD},
    {"END-OF-MESSAGE", STAGE_EOD},
    {"END-OF-DATA", STAGE_EOD},
    {"message body", STAGE_EOD},
    {"message content", STAGE_EOD},
    {"sending end of data", STAGE_EOD},
    {"sending data block", STAGE_EOD},
    {"DATA", STAGE_DATA},
    {"BDAT", STAGE_BDAT},
    {"initial server greeting", STAGE_CONNECT},
    {"initial SMTP greeting", STAGE_CONNECT},
    {"initial connection", STAGE_CONNECT},
    {"CONNECT", STAGE_CONNECT},
    {"EHLO", STAGE_EHLO},
    {"LHLO", STAGE_EHLO},
    {"HELO", STAGE_HELO},
    {"STARTTLS", STAGE_STARTTLS},
    {"AUTH", STAGE_AUTH},
    {"RSET", STAGE_RSET},
    {"VRFY", STAGE_VRFY},
    {"EXPN", STAGE_EXPN},
    {"ETRN", STAGE_ETRN},
    {"NOOP", STAGE_NOOP},
    {"QUIT", STAGE_QUIT},
};

enum event_stage event_stage_from_words(struct span words)
{
    for (size_t i = 0; i < COUNT_OF(stage_table); i++) {
        struct span key = span_cstr(stage_table[i].words);
        if (words.n >= key.n && span_equal_nocase(span_of(words.p, key.n), key)) {
            return stage_table[i].stage;
        }
    }
    return STAGE_OTHER;
}

enum event_outcome event_outcome_from_word(struct span word)
{
    if (span_is(word, "sent")) {
        return OUTCOME_DELIVERED;
    }
    if (span_is(word, "SOFTBOUNCE")) {
        return OUTCOME_DEFERRED;
    }
    int value = event_value_find(EVENT_STATUS, word);
    return value < 0 ? OUTCOME_NONE : (enum event_outcome)value;
}
