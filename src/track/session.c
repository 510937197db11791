/* Log-in failures per SMTP session. Trust: counters come from the server itself, but every number
 * is checked. */
#include "track/session.h"

#include <stdlib.h>

#include "base/hashmap.h"

#define COUNTER_MAXIMUM 1000000

struct session {
    uint64_t key;
    uint64_t failures;
};

struct session_table {
    uint64_t seed;
    struct hashmap sessions; /* of struct session, owned */
};

enum smtplog_status session_table_new(struct session_table **table)
{
    struct session_table *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = hash_random_seed();
    hashmap_init(&made->sessions);
    *table = made;
    return SMTPLOG_OK;
}

void session_table_free(struct session_table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->sessions.capacity; i++) {
        free(table->sessions.slots[i].item);
    }
    hashmap_free(&table->sessions);
    free(table);
}

/* The digits at the front of *at, as a number of COUNTER_MAXIMUM at most. */
static bool take_number(const char **at, const char *end, uint64_t *number)
{
    const char *start = *at;
    uint64_t value = 0;
    while (*at < end && byte_is_digit(**at) && value <= COUNTER_MAXIMUM) {
        value = value * 10 + (uint64_t)(*(*at)++ - '0');
    }
    *number = value;
    return *at > start && value <= COUNTER_MAXIMUM;
}

bool session_next_count(struct span *counters, struct session_count *count)
{
    const char *at = counters->p;
    const char *end = at + counters->n;
    while (at < end && byte_is_blank(*at)) {
        at++;
    }
    const char *verb = at;
    while (at<end && * at> '=') {
        at++; /* letters */
    }
    while (at < end && *at != '=' && !byte_is_blank(*at)) {
        at++;
    }
    bool any = at > verb;
    count->verb = SPAN_EMPTY;
    count->valid = false;
    if (at < end && *at == '=') {
        uint64_t ok = 0;
        count->verb = span_of(verb, (size_t)(at - verb));
        any = true;
        at++;
        count->valid = take_number(&at, end, &ok);
        uint64_t all = ok;
        if (count->valid && at < end && *at == '/') {
            at++;
            count->valid = take_number(&at, end, &all);
        }
        count->tries = all;
        count->failed = all > ok ? all - ok : 0;
    }
    while (at < end && !byte_is_blank(*at)) {
        count->valid = false;
        at++;
    }
    *counters = span_of(at, (size_t)(end - at));
    return any;
}

bool session_counter(struct span counters, const char *verb, uint64_t *failed, uint64_t *tries)
{
    struct span name = span_cstr(verb);
    struct session_count count;
    while (session_next_count(&counters, &count)) {
        if (span_equal(count.verb, name)) {
            *failed = count.failed;
            *tries = count.tries;
            return count.valid;
        }
    }
    return false;
}

static bool session_same(const void *item, const void *key)
{
    return ((const struct session *)item)->key == *(const uint64_t *)key;
}

static uint64_t session_key(const struct session_table *table, const struct event *event)
{
    uint64_t hash = hash_span(table->seed, event_text(event, EVENT_HOST));
    hash = hash_span(hash, event_text(event, EVENT_SERVICE));
    return hash_span(hash, event_text(event, EVENT_PID));
}

static enum smtplog_status note_failure(struct session_table *table, uint64_t key, uint64_t times)
{
    struct session *session = hashmap_find(&table->sessions, key, session_same, &key);
    if (session == NULL) {
        if (table->sessions.count >= SESSION_MAXIMUM) {
            return SMTPLOG_OK;
        }
        session = calloc(1, sizeof *session);
        if (session == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        session->key = key;
        enum smtplog_status status = hashmap_add(&table->sessions, key, session);
        if (status != SMTPLOG_OK) {
            free(session);
            return status;
        }
    }
    session->failures += times;
    return SMTPLOG_OK;
}

enum smtplog_status session_note(struct session_table *table, const struct event *event,
                                 uint64_t *unseen)
{
    *unseen = 0;
    if (event_value(event, EVENT_KIND) == KIND_AUTH &&
        event_value(event, EVENT_DIRECTION) != DIRECTION_OUTBOUND) {
        return note_failure(table, session_key(table, event), event->repeat);
    }
    if (event_value(event, EVENT_FACT) != FACT_DISCONNECT) {
        return SMTPLOG_OK;
    }
    uint64_t failed = 0;
    uint64_t tries = 0;
    uint64_t seen = 0;
    if (table->sessions.count > 0) {
        uint64_t key = session_key(table, event);
        struct session *session = hashmap_find(&table->sessions, key, session_same, &key);
        if (session != NULL) {
            seen = session->failures;
            hashmap_remove(&table->sessions, key, session);
            free(session);
        }
    }
    struct span counters = event_text(event, EVENT_COUNTERS);
    /* What has no "uth=" has no "auth=", and fewer words begin so. */
    if (span_find(counters, SPAN_LITERAL("uth=")) != SIZE_MAX &&
        session_counter(counters, "auth", &failed, &tries) && failed > seen) {
        *unseen = failed - seen;
    }
    return SMTPLOG_OK;
}
