/* Who a message is. Trust: texts from logs, copied and compared only. */
#include "track/identity.h"

#include <stdlib.h>

#include "base/hashmap.h"

enum identity_text {
    TEXT_QUEUE_ID,
    TEXT_SENDER,
    TEXT_MESSAGE_ID,
    TEXT_CLIENT,
    TEXT_CLIENT_IP,
    TEXT_USER,
    TEXTS
};

struct entry {
    uint64_t hash, host;
    char *text[TEXTS]; /* owned; NULL: not seen */
    size_t length[TEXTS];
    bool arrival_seen, arrival_taken, logged_in;
    struct instant arrival;
};

struct identity_table {
    uint64_t seed;
    struct hashmap young, old; /* of struct entry, owned */
};

struct entry_key {
    uint64_t host;
    struct span queue_id;
};

enum smtplog_status identity_table_new(struct identity_table **table)
{
    struct identity_table *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = hash_random_seed();
    hashmap_init(&made->young);
    hashmap_init(&made->old);
    *table = made;
    return SMTPLOG_OK;
}

static void entry_free(struct entry *entry)
{
    for (size_t t = 0; entry != NULL && t < TEXTS; t++) {
        free(entry->text[t]);
    }
    free(entry);
}

static void forget_generation(struct hashmap *generation)
{
    for (size_t i = 0; i < generation->capacity; i++) {
        entry_free(generation->slots[i].item);
        generation->slots[i].item = NULL;
    }
    hashmap_clear(generation);
}

void identity_table_free(struct identity_table *table)
{
    if (table == NULL) {
        return;
    }
    forget_generation(&table->young);
    forget_generation(&table->old);
    hashmap_free(&table->young);
    hashmap_free(&table->old);
    free(table);
}

/* ---- entries --------------------------------------------------------------------------------- */

static bool entry_same(const void *item, const void *key)
{
    const struct entry *entry = item;
    const struct entry_key *wanted = key;
    return entry->host == wanted->host &&
           span_equal(span_of(entry->text[TEXT_QUEUE_ID], entry->length[TEXT_QUEUE_ID]),
                      wanted->queue_id);
}

static enum smtplog_status entry_set(struct entry *entry, enum identity_text which,
                                     struct span text)
{
    size_t n = text.n < IDENTITY_TEXT ? text.n : IDENTITY_TEXT;
    char *copy = malloc(n + 1);
    if (copy == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (n > 0) {
        memcpy(copy, text.p, n);
    }
    free(entry->text[which]);
    entry->text[which] = copy;
    entry->length[which] = n;
    return SMTPLOG_OK;
}

static struct span entry_text(const struct entry *entry, enum identity_text which)
{
    return entry->length[which] > 0 ? span_of(entry->text[which], entry->length[which])
                                    : SPAN_EMPTY;
}

static enum smtplog_status store(struct identity_table *table, struct entry *entry)
{
    if (table->young.count >= IDENTITY_MESSAGES / 2) {
        forget_generation(&table->old);
        struct hashmap swap = table->old;
        table->old = table->young;
        table->young = swap;
    }
    return hashmap_add(&table->young, entry->hash, entry);
}

static struct entry_key key_of(const struct identity_table *table, const struct event *event,
                               uint64_t *hash)
{
    struct entry_key key = {hash_span(table->seed, event_text(event, EVENT_HOST)),
                            event_text(event, EVENT_QUEUE_ID)};
    *hash = hash_span(key.host, key.queue_id);
    return key;
}

static struct entry *find(const struct identity_table *table, const struct event *event)
{
    uint64_t hash = 0;
    struct entry_key key = key_of(table, event, &hash);
    struct entry *entry = hashmap_find(&table->young, hash, entry_same, &key);
    return entry != NULL ? entry : hashmap_find(&table->old, hash, entry_same, &key);
}

static enum smtplog_status make(struct identity_table *table, const struct event *event,
                                struct entry **entry)
{
    uint64_t hash = 0;
    struct entry_key key = key_of(table, event, &hash);
    struct entry *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->hash = hash;
    made->host = key.host;
    enum smtplog_status status = entry_set(made, TEXT_QUEUE_ID, key.queue_id);
    if (status == SMTPLOG_OK) {
        status = store(table, made);
    }
    if (status != SMTPLOG_OK) {
        entry_free(made);
        return status;
    }
    *entry = made;
    return SMTPLOG_OK;
}

static void forget(struct identity_table *table, struct entry *entry)
{
    hashmap_remove(&table->young, entry->hash, entry);
    hashmap_remove(&table->old, entry->hash, entry);
    entry_free(entry);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* A queue id used again is a new message. */
static enum smtplog_status note_arrival(struct entry *entry, const struct event *event)
{
    for (size_t t = TEXT_SENDER; t < TEXTS; t++) {
        free(entry->text[t]);
        entry->text[t] = NULL;
        entry->length[t] = 0;
    }
    entry->arrival_taken = false;
    entry->arrival_seen = true;
    entry->arrival = event->time;
    entry->logged_in = event_text(event, EVENT_SASL_USER).n > 0 ||
                       event_text(event, EVENT_METHOD).n > 0;
    TRY(entry_set(entry, TEXT_CLIENT, event_text(event, EVENT_PEER)));
    TRY(entry_set(entry, TEXT_CLIENT_IP, event_text(event, EVENT_PEER_IP)));
    return entry_set(entry, TEXT_USER, event_text(event, EVENT_SASL_USER));
}

static enum smtplog_status note_line(struct entry *entry, const struct event *event)
{
    if (event_value(event, EVENT_FACT) == FACT_ARRIVAL) {
        TRY(note_arrival(entry, event));
    }
    if (event_has(event, EVENT_SENDER)) {
        TRY(entry_set(entry, TEXT_SENDER, event->text[EVENT_SENDER]));
    }
    struct span message_id = event_text(event, EVENT_MESSAGE_ID);
    return message_id.n > 0 ? entry_set(entry, TEXT_MESSAGE_ID, message_id) : SMTPLOG_OK;
}

static struct identity identity_of(const struct entry *entry)
{
    return (struct identity){
        .has_sender = entry->text[TEXT_SENDER] != NULL,
        .sender = entry_text(entry, TEXT_SENDER),
        .message_id = entry_text(entry, TEXT_MESSAGE_ID),
        .client = entry_text(entry, TEXT_CLIENT),
        .client_ip = entry_text(entry, TEXT_CLIENT_IP),
        .user = entry_text(entry, TEXT_USER),
        .arrival_seen = entry->arrival_seen,
        .logged_in = entry->logged_in,
        .arrival = entry->arrival,
    };
}

enum smtplog_status identity_note(struct identity_table *table, const struct event *event,
                                  struct identity *identity, bool *known)
{
    int fact = event_value(event, EVENT_FACT);
    bool tells = event_value(event, EVENT_KIND) == KIND_CONTEXT || fact == FACT_ARRIVAL;
    *known = false;
    if (event_text(event, EVENT_QUEUE_ID).n == 0) {
        return SMTPLOG_OK;
    }
    struct entry *entry = find(table, event);
    if (entry != NULL && (fact == FACT_REMOVED || fact == FACT_CANCELED)) {
        forget(table, entry);
        return SMTPLOG_OK;
    }
    bool opens = event_has(event, EVENT_SENDER) || event_has(event, EVENT_MESSAGE_ID) ||
                 fact == FACT_ARRIVAL;
    if (entry == NULL && tells && opens) {
        TRY(make(table, event, &entry));
    }
    if (entry == NULL) {
        return SMTPLOG_OK;
    }
    if (tells) {
        TRY(note_line(entry, event));
    }
    *identity = identity_of(entry);
    *known = true;
    return SMTPLOG_OK;
}

bool identity_take_arrival(struct identity_table *table, const struct event *event)
{
    struct entry *entry = event_text(event, EVENT_QUEUE_ID).n > 0 ? find(table, event) : NULL;
    bool fresh = entry != NULL && entry->arrival_seen && !entry->arrival_taken;
    if (fresh) {
        entry->arrival_taken = true;
    }
    return fresh;
}
