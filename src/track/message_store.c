/* How messages and recipients are kept: two generations within a budget of bytes. What is used
 * moves to the young one; when that is full the old one is given up. Trust: as message.h. */
#include <stdlib.h>

#include "track/message_part.h"

#define MESSAGE_BYTES   ((size_t)296) /* of a message and its places, the allocator's included */
#define ORIGIN_OVERHEAD 16            /* of the allocator */
#define SMALLEST_MEMORY ((size_t)64 * 1024)

enum smtplog_status tracker_new(const struct track_listener *listener, size_t memory,
                                struct tracker **tracker)
{
    struct tracker *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    memory = memory == 0 ? TRACK_MEMORY : memory;
    made->listener = *listener;
    made->limit = (memory > SMALLEST_MEMORY ? memory : SMALLEST_MEMORY) / 2;
    made->seed = hash_random_seed();
    hashmap_init(&made->generations[0].map);
    hashmap_init(&made->generations[1].map);
    *tracker = made;
    return SMTPLOG_OK;
}

uint64_t tracker_evicted(const struct tracker *tracker)
{
    return tracker->evicted;
}

/* ---- memory -------------------------------------------------------------------------------- */

static struct message *message_take(struct tracker *tracker)
{
    struct message *message = tracker->free_messages;
    if (message == NULL) {
        return calloc(1, sizeof *message);
    }
    tracker->free_messages = message->next_free;
    memset(message, 0, sizeof *message);
    return message;
}

static void forget_recipients(struct tracker *tracker, struct message *message)
{
    while (message->recipients != NULL) {
        struct recipient *recipient = message->recipients;
        message->recipients = recipient->next;
        free(recipient->note);
        recipient->next = tracker->free_recipients;
        tracker->free_recipients = recipient;
    }
    if (message->index != NULL) {
        hashmap_free(message->index);
        free(message->index);
        message->index = NULL;
    }
}

static void message_give_back(struct tracker *tracker, struct message *message)
{
    forget_recipients(tracker, message);
    free(message->long_sender);
    free(message->origin);
    if (message->ended) {
        tracker->ended[message->ended_slot] = NULL;
    }
    message->next_free = tracker->free_messages;
    tracker->free_messages = message;
}

void tracker_free(struct tracker *tracker)
{
    if (tracker == NULL) {
        return;
    }
    for (size_t g = 0; g < COUNT_OF(tracker->generations); g++) {
        struct hashmap *map = &tracker->generations[g].map;
        for (size_t i = 0; i < map->capacity; i++) {
            if (map->slots[i].item != NULL) {
                message_give_back(tracker, map->slots[i].item);
            }
        }
        hashmap_free(map);
    }
    while (tracker->free_messages != NULL) {
        struct message *message = tracker->free_messages;
        tracker->free_messages = message->next_free;
        free(message);
    }
    while (tracker->free_recipients != NULL) {
        struct recipient *recipient = tracker->free_recipients;
        tracker->free_recipients = recipient->next;
        free(recipient);
    }
    free(tracker);
}

/* ---- generations ----------------------------------------------------------------------------- */

static struct generation *generation_of(struct tracker *tracker, const struct message *message)
{
    return &tracker->generations[message->generation];
}

static void message_grow(struct tracker *tracker, struct message *message, size_t bytes)
{
    message->bytes += bytes;
    generation_of(tracker, message)->bytes += bytes;
}

static enum smtplog_status message_drop(struct tracker *tracker, struct message *message,
                                        enum message_fate fate)
{
    enum smtplog_status status = message_tell(tracker, message,
                                              message->ended ? FATE_REMOVED : fate);
    struct generation *generation = generation_of(tracker, message);
    generation->bytes -= message->bytes;
    hashmap_remove(&generation->map, message->hash, message);
    message_give_back(tracker, message);
    return status;
}

static int compare_age(const void *a, const void *b)
{
    const struct message *x = ((const struct hashmap_slot *)a)->item;
    const struct message *y = ((const struct hashmap_slot *)b)->item;
    return (x->number > y->number) - (x->number < y->number);
}

/* Brings the messages of a table to its front, the oldest first: where they stand depends on a seed
 * that no result may depend on. The table is good for nothing else then but to be cleared. */
static size_t order_by_age(struct hashmap *map)
{
    size_t count = 0;
    for (size_t i = 0; i < map->capacity; i++) {
        struct hashmap_slot slot = map->slots[i];
        if (slot.item != NULL) {
            map->slots[i].item = NULL;
            map->slots[count++] = slot;
        }
    }
    if (count > 1) {
        qsort(map->slots, count, sizeof *map->slots, compare_age);
    }
    return count;
}

/* Tells and drops every message of a generation. */
static enum smtplog_status generation_end(struct tracker *tracker, struct generation *generation,
                                          enum message_fate fate)
{
    size_t count = order_by_age(&generation->map);
    for (size_t i = 0; i < count; i++) {
        struct message *message = generation->map.slots[i].item;
        bool ended = message->ended;
        TRY(message_tell(tracker, message, ended ? FATE_REMOVED : fate));
        tracker->evicted += fate == FATE_GIVEN_UP && !ended && message_is_waiting(message);
        generation->map.slots[i].item = NULL;
        message_give_back(tracker, message);
    }
    hashmap_clear(&generation->map);
    generation->bytes = 0;
    return SMTPLOG_OK;
}

enum smtplog_status tracker_finish(struct tracker *tracker)
{
    for (size_t i = 0; i < TRACK_ENDED; i++) {
        struct message *ended = tracker->ended[(tracker->ended_at + i) % TRACK_ENDED];
        if (ended != NULL) {
            TRY(message_drop(tracker, ended, FATE_REMOVED));
        }
    }
    TRY(generation_end(tracker, &tracker->generations[1 - tracker->young], FATE_LOG_ENDS));
    return generation_end(tracker, &tracker->generations[tracker->young], FATE_LOG_ENDS);
}

/* The young generation is full: it becomes the old one, the old one is given up. */
static enum smtplog_status make_room(struct tracker *tracker, size_t bytes)
{
    if (tracker->generations[tracker->young].bytes + bytes <= tracker->limit) {
        return SMTPLOG_OK;
    }
    TRY(generation_end(tracker, &tracker->generations[1 - tracker->young], FATE_GIVEN_UP));
    tracker->young = (uint8_t)(1 - tracker->young);
    return SMTPLOG_OK;
}

static enum smtplog_status message_store(struct tracker *tracker, struct message *message)
{
    TRY(make_room(tracker, message->bytes));
    struct generation *young = &tracker->generations[tracker->young];
    TRY(hashmap_add(&young->map, message->hash, message));
    message->generation = tracker->young;
    young->bytes += message->bytes;
    return SMTPLOG_OK;
}

/* The messages that are told next ended long ago and have left the caches by now: the memory that
 * telling them takes is asked for in time. (Inline always: a function that does nothing else counts
 * as one without effect, and calls of it are left out.) */
__attribute__((always_inline)) static inline void approach_ended(const struct tracker *tracker)
{
    const struct message *next = tracker->ended[(tracker->ended_at + 1) % TRACK_ENDED];
    const struct message *later = tracker->ended[(tracker->ended_at + 2) % TRACK_ENDED];
    if (next != NULL) {
        __builtin_prefetch(next->recipients);
        __builtin_prefetch(next->origin);
    }
    for (size_t at = 0; later != NULL && at < sizeof *later; at += 64) {
        __builtin_prefetch((const char *)later + at);
    }
}

enum smtplog_status message_end(struct tracker *tracker, struct message *message)
{
    struct message *oldest = tracker->ended[tracker->ended_at];
    enum smtplog_status status = oldest != NULL ? message_drop(tracker, oldest, FATE_REMOVED)
                                                : SMTPLOG_OK;
    message->ended = true;
    message->ended_slot = (uint16_t)tracker->ended_at;
    tracker->ended[tracker->ended_at] = message;
    approach_ended(tracker);
    tracker->ended_at = (tracker->ended_at + 1) % TRACK_ENDED;
    return status;
}

/* ---- look-up ------------------------------------------------------------------------------- */

static inline uint64_t hash_of_host(struct tracker *tracker, struct span host)
{
    if (!span_equal(host, span_of(tracker->host, tracker->host_length))) {
        tracker->host_hash = hash_span(tracker->seed, host);
        tracker->host_length = host.n <= HOST_REMEMBERED ? host.n : 0;
        memcpy(tracker->host, host.p, tracker->host_length);
    }
    return host.n > 0 ? tracker->host_hash : hash_span(tracker->seed, host);
}

/* Finds what is there, in the young generation from now on. */
static enum smtplog_status find_message(struct tracker *tracker, uint64_t hash,
                                        struct message **message)
{
    struct generation *young = &tracker->generations[tracker->young];
    struct generation *old = &tracker->generations[1 - tracker->young];
    *message = hashmap_get(&young->map, hash);
    if (*message != NULL || old->map.count == 0) {
        return SMTPLOG_OK;
    }
    *message = hashmap_get(&old->map, hash);
    if (*message == NULL) {
        return SMTPLOG_OK;
    }
    hashmap_remove(&old->map, hash, *message);
    old->bytes -= (*message)->bytes;
    enum smtplog_status status = message_store(tracker, *message);
    if (status != SMTPLOG_OK) {
        message_give_back(tracker, *message);
        *message = NULL;
    }
    return status;
}

static enum smtplog_status make_message(struct tracker *tracker, uint64_t hash,
                                        struct message **message)
{
    struct message *made = message_take(tracker);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->number = tracker->made++;
    made->hash = hash;
    made->bytes = MESSAGE_BYTES;
    enum smtplog_status status = message_store(tracker, made);
    if (status != SMTPLOG_OK) {
        message_give_back(tracker, made);
        return status;
    }
    *message = made;
    return SMTPLOG_OK;
}

static uint64_t hash_of_id(struct tracker *tracker, const struct event *event, struct span queue_id)
{
    return hash_span(hash_of_host(tracker, event_text(event, EVENT_HOST)), queue_id);
}

void tracker_expect(struct tracker *tracker, const struct event *event)
{
    const struct hashmap *young = &tracker->generations[tracker->young].map;
    struct span queue_id = event_text(event, EVENT_QUEUE_ID);
    if (queue_id.n > 0 && young->capacity > 0) {
        uint64_t hash = hash_of_id(tracker, event, queue_id);
        tracker->expected = (struct expected_message){queue_id, hash};
        __builtin_prefetch(&young->slots[hash & (young->capacity - 1)]);
    }
}

static bool is_expected(const struct tracker *tracker, struct span queue_id)
{
    const struct span *expected = &tracker->expected.queue_id;
    return queue_id.p == expected->p && queue_id.n == expected->n;
}

struct message *message_known(struct tracker *tracker, const struct event *event,
                              struct span queue_id)
{
    if (!is_expected(tracker, queue_id)) {
        uint64_t hash = hash_of_id(tracker, event, queue_id);
        tracker->expected = (struct expected_message){queue_id, hash};
    }
    return hashmap_get(&tracker->generations[tracker->young].map, tracker->expected.hash);
}

enum smtplog_status message_of(struct tracker *tracker, const struct event *event,
                               struct span queue_id, bool create, struct message **message)
{
    *message = NULL;
    if (queue_id.n == 0 || queue_id.n > QUEUE_ID_LONGEST) {
        return SMTPLOG_OK;
    }
    uint64_t hash = is_expected(tracker, queue_id) ? tracker->expected.hash
                                                   : hash_of_id(tracker, event, queue_id);
    TRY(find_message(tracker, hash, message));
    if (!create || (*message != NULL && !(*message)->ended)) {
        return SMTPLOG_OK;
    }
    if (*message != NULL) {
        TRY(message_drop(tracker, *message, FATE_REMOVED));
    }
    return make_message(tracker, hash, message);
}

enum smtplog_status message_renew(struct tracker *tracker, const struct event *event,
                                  struct message **message)
{
    struct message *before = *message;
    *message = NULL;
    TRY(message_drop(tracker, before, FATE_REMOVED));
    return message_of(tracker, event, event_text(event, EVENT_QUEUE_ID), true, message);
}

/* ---- recipients ------------------------------------------------------------------------------ */

static bool recipient_same(const void *item, const void *key)
{
    return ((const struct recipient *)item)->address == *(const uint64_t *)key;
}

struct recipient *recipient_find(const struct message *message, uint64_t address)
{
    if (message->index != NULL) {
        return hashmap_find(message->index, address, recipient_same, &address);
    }
    struct recipient *r = message->recipients;
    while (r != NULL && r->address != address) {
        r = r->next;
    }
    return r;
}

/* From now on recipients are found by a table. */
static enum smtplog_status make_index(struct tracker *tracker, struct message *message)
{
    message->index = calloc(1, sizeof *message->index);
    if (message->index == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    hashmap_init(message->index);
    for (struct recipient *r = message->recipients; r != NULL; r = r->next) {
        TRY(hashmap_add(message->index, r->address, r));
        message_grow(tracker, message, SLOT_BYTES);
    }
    return SMTPLOG_OK;
}

static size_t origin_bytes(const struct message *message)
{
    return message->origin != NULL
               ? (size_t)message->client_length + message->name_length + ORIGIN_OVERHEAD
               : 0;
}

/* A message may use a quarter of all memory. One with more recipients has them told as they stand.
 */
static enum smtplog_status shed_recipients(struct tracker *tracker, struct message *message)
{
    size_t kept = MESSAGE_BYTES + (message->long_sender != NULL ? SENDER_MAXIMUM : 0) +
                  origin_bytes(message);
    for (struct recipient *r = message->recipients; r != NULL; r = r->next) {
        TRY(recipient_tell_early(tracker, message, r));
    }
    forget_recipients(tracker, message);
    generation_of(tracker, message)->bytes -= message->bytes - kept;
    message->bytes = kept;
    return SMTPLOG_OK;
}

enum smtplog_status recipient_add(struct tracker *tracker, struct message *message,
                                  uint64_t address, struct recipient **recipient)
{
    size_t bytes = sizeof **recipient + (message->index != NULL ? SLOT_BYTES : 0);
    if (message->bytes + bytes > tracker->limit / 2) {
        TRY(shed_recipients(tracker, message));
    }
    struct recipient *made = tracker->free_recipients;
    if (made != NULL) {
        tracker->free_recipients = made->next;
        memset(made, 0, sizeof *made);
    } else {
        made = calloc(1, sizeof *made);
    }
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->address = address;
    made->next = message->recipients;
    message->recipients = made;
    message_grow(tracker, message, bytes);
    if (++message->recipient_count - message->told_count > LIST_MAXIMUM) {
        TRY(message->index == NULL ? make_index(tracker, message)
                                   : hashmap_add(message->index, address, made));
    }
    *recipient = made;
    return SMTPLOG_OK;
}

enum smtplog_status recipient_rename(struct message *message, struct recipient *recipient,
                                     uint64_t address)
{
    if (message->index != NULL) {
        hashmap_remove(message->index, recipient->address, recipient);
    }
    recipient->address = address;
    return message->index != NULL ? hashmap_add(message->index, address, recipient) : SMTPLOG_OK;
}

enum smtplog_status recipient_note(struct tracker *tracker, struct message *message,
                                   struct recipient *recipient, const struct event *event)
{
    if (recipient->note != NULL) {
        return SMTPLOG_OK;
    }
    size_t length = event->domain.n < UINT8_MAX ? event->domain.n : 0;
    struct refusal_note *note = calloc(1, sizeof *note + length);
    if (note == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    note->retry = note->asked_gap = -1;
    note->provider = event->provider;
    note->domain_length = (uint8_t)length;
    if (length > 0) {
        memcpy(note->domain, event->domain.p, length);
    }
    recipient->note = note;
    message_grow(tracker, message, sizeof *note + length);
    return SMTPLOG_OK;
}

/* ---- texts of a message ---------------------------------------------------------------------- */

enum smtplog_status message_set_origin(struct tracker *tracker, struct message *message,
                                       struct span client, struct span name)
{
    /* A line that names no client leaves the one named before. Lengths are kept in a byte: names of
     * hosts have no more (RFC 1035, 2.3.4). */
    struct span kept = client.n > 0 ? client : message_client(message);
    kept.n = kept.n < UINT8_MAX ? kept.n : UINT8_MAX;
    name.n = name.n < UINT8_MAX ? name.n : UINT8_MAX;
    size_t before = origin_bytes(message);
    char *origin = NULL;
    if (kept.n + name.n > 0) {
        origin = malloc(kept.n + name.n);
        if (origin == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        memcpy(origin, kept.n > 0 ? kept.p : "", kept.n);
        memcpy(origin + kept.n, name.n > 0 ? name.p : "", name.n);
    }
    free(message->origin);
    message->origin = origin;
    message->client_length = (uint8_t)kept.n;
    message->name_length = (uint8_t)name.n;
    message_grow(tracker, message, origin_bytes(message) - before);
    return SMTPLOG_OK;
}

enum smtplog_status message_set_sender(struct tracker *tracker, struct message *message,
                                       struct span sender)
{
    size_t n = sender.n < SENDER_MAXIMUM ? sender.n : SENDER_MAXIMUM;
    char *place = message->sender;
    if (n > SENDER_INLINE) {
        if (message->long_sender == NULL) {
            message->long_sender = malloc(SENDER_MAXIMUM);
            message_grow(tracker, message, message->long_sender != NULL ? SENDER_MAXIMUM : 0);
        }
        if (message->long_sender == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        place = message->long_sender;
    }
    message->sender_known = true;
    message->sender_length = (uint16_t)n;
    if (n > 0) {
        memcpy(place, sender.p, n);
    }
    return SMTPLOG_OK;
}

struct span message_sender(const struct message *message)
{
    bool is_long = message->sender_length > SENDER_INLINE;
    return span_of(is_long ? message->long_sender : message->sender, message->sender_length);
}

struct span message_client(const struct message *message)
{
    return span_of(message->origin, message->client_length);
}

struct span message_client_name(const struct message *message)
{
    return message->name_length > 0
               ? span_of(message->origin + message->client_length, message->name_length)
               : SPAN_EMPTY;
}
