/* Events whose meaning may change with lines before or after this log. */
#include "track/held.h"

#include <stdlib.h>

#include "track/held_key.h"
#include "track/held_part.h"
#include "track/kept.h"
#include "track/session.h"

#define ENDED_RING      TRACK_ENDED /* messages that ended last: a later line may still link to one */
#define LATEST_LINK     120 /* seconds after a message ended in which a line may still link to it */
#define LONGEST_SESSION 7200 /* seconds that a session lasts, at the most */
#define LONGEST_ARRIVE  3600 /* seconds from a message's arrival to its message-id, at the most */

struct host {
    uint64_t key;
    int64_t began;
};

struct held {
    uint64_t seed;
    struct held_parts parts;
    struct hashmap hosts; /* of struct host, owned */
    struct kept_log log;
    size_t bytes;
    size_t session_count; /* open ones with failures */
    uint64_t order;
    struct part *ring[ENDED_RING];
    size_t ring_at;
    struct held_keys keys;
    char host[64]; /* of the first line */
    size_t host_length;
    bool has_first;
    int64_t first, latest; /* of the log */
    uint64_t given_up;
    const struct host *last_host; /* of the line before: most lines have the same */
    char last_name[64];
    size_t last_length;
    struct span expected; /* the queue id of the event that comes next */
    uint64_t expected_key;
};

enum smtplog_status held_new(struct held **held)
{
    struct held *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = hash_random_seed();
    held_parts_init(&made->parts);
    hashmap_init(&made->hosts);
    held_keys_init(&made->keys);
    enum smtplog_status status = kept_log_init(&made->log, held_part_is_there, &made->parts);
    if (status != SMTPLOG_OK) {
        held_free(made);
        return status;
    }
    *held = made;
    return SMTPLOG_OK;
}

void held_free(struct held *held)
{
    if (held == NULL) {
        return;
    }
    for (size_t i = 0; i < held->hosts.capacity; i++) {
        free(held->hosts.slots[i].item);
    }
    kept_log_free(&held->log);
    held_keys_free(&held->keys);
    held_parts_free(&held->parts);
    hashmap_free(&held->hosts);
    free(held);
}

/* ---- parts and their groups ------------------------------------------------------------------ */

static bool same_host(const void *item, const void *key)
{
    return ((const struct host *)item)->key == *(const uint64_t *)key;
}

static void drop_part(struct held *held, struct part *part)
{
    for (size_t i = 0; part->in_ring && i < ENDED_RING; i++) {
        held->ring[i] = held->ring[i] == part ? NULL : held->ring[i];
    }
    held->bytes -= part->bytes;
    held_part_drop(&held->parts, part);
}

/* A group, but for those that later lines may still link to. */
static void drop_group(struct held *held, struct part *part)
{
    struct part *p = part->group;
    while (p != part) {
        struct part *next = p->group;
        if (!p->in_ring) {
            drop_part(held, p);
        }
        p = next;
    }
    drop_part(held, part);
}

/* Too much is open: what was longest without an event goes, half of the time there is. */
static void give_up(struct held *held, size_t limit)
{
    size_t all = held_parts_count(&held->parts);
    while (held->bytes > limit) {
        int64_t oldest = INT64_MAX;
        int64_t newest = INT64_MIN;
        for (size_t i = 0; i < all; i++) {
            const struct part *p = held_part_at(&held->parts, i);
            oldest = p->there && p->newest < oldest ? p->newest : oldest;
            newest = p->there && p->newest > newest ? p->newest : newest;
        }
        int64_t cut = oldest + (newest - oldest) / 4;
        for (size_t i = 0; i < all && held->bytes > limit; i++) {
            struct part *p = held_part_at(&held->parts, i);
            if (p->there && p->newest <= cut) {
                held->given_up++;
                drop_part(held, p);
            }
        }
    }
}

/* The host of a line, noted when it is the first one. */
static enum smtplog_status host_of(struct held *held, const struct event *event,
                                   const struct host **found)
{
    struct span name = event_text(event, EVENT_HOST);
    if (held->last_host != NULL && span_equal(name, span_of(held->last_name, held->last_length))) {
        *found = held->last_host;
        return SMTPLOG_OK;
    }
    uint64_t key = hash_span(held->seed, name);
    struct host *host = hashmap_find(&held->hosts, key, same_host, &key);
    if (host == NULL) {
        host = calloc(1, sizeof *host);
        if (host == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        *host = (struct host){key, event->time.seconds};
        enum smtplog_status status = hashmap_add(&held->hosts, key, host);
        if (status != SMTPLOG_OK) {
            free(host);
            return status;
        }
    }
    if (name.n <= sizeof held->last_name) {
        memcpy(held->last_name, name.p, name.n);
        held->last_length = name.n;
        held->last_host = host;
    }
    *found = host;
    return SMTPLOG_OK;
}

static bool is_late(const struct host *host, const struct event *event)
{
    return event->time.seconds - host->began >= LONGEST_ARRIVE;
}

static enum smtplog_status new_part(struct held *held, uint64_t key, const struct host *host,
                                    const struct event *event, struct part **part)
{
    TRY(held_part_new(&held->parts, key, part));
    (*part)->newest = event->time.seconds;
    (*part)->late = is_late(host, event);
    return SMTPLOG_OK;
}

/* ---- keeping events -------------------------------------------------------------------------- */

static enum smtplog_status keep(struct held *held, struct part *part, enum kept_use use,
                                const struct event *event)
{
    size_t size = 0;
    struct kept head = {
        .order = held->order++, .owner = part->number, .life = held->parts.lives[part->number]};
    TRY(kept_log_add(&held->log, &head, use, event, held->bytes, &size));
    part->has_events = true;
    part->newest = event->time.seconds;
    part->bytes += size;
    held->bytes += size;
    return SMTPLOG_OK;
}

/* ---- messages -------------------------------------------------------------------------------- */

static uint64_t message_key(const struct held *held, const struct host *host, struct span id)
{
    bool expected = host == held->last_host && id.p == held->expected.p &&
                    id.n == held->expected.n && id.n > 0;
    return expected ? held->expected_key : hash_span(host->key, id);
}

void held_expect(struct held *held, const struct event *event)
{
    struct span name = event_text(event, EVENT_HOST);
    struct span id = event_text(event, EVENT_QUEUE_ID);
    held->expected = SPAN_EMPTY;
    if (id.n == 0 || held->last_host == NULL ||
        !span_equal(name, span_of(held->last_name, held->last_length))) {
        return;
    }
    held->expected = id;
    held->expected_key = hash_span(held->last_host->key, id);
    held_part_approach(&held->parts, held->expected_key);
}

/* A message that ended stays a while among those that lines may link to. */
static void enter_ring(struct held *held, struct part *part)
{
    struct part *leaving = held->ring[held->ring_at];
    held->ring[held->ring_at] = part;
    held->ring_at = (held->ring_at + 1) % ENDED_RING;
    __builtin_prefetch(held->ring[held->ring_at]); /* it leaves next */
    part->in_ring = true;
    if (leaving == NULL) {
        return;
    }
    leaving->in_ring = false;
    if (held_part_group_is_whole(leaving)) {
        drop_group(held, leaving);
    }
}

static bool is_loopback(struct span address)
{
    return span_starts(address, SPAN_LITERAL("127.")) || span_is(address, "::1") ||
           span_starts(address, SPAN_LITERAL("::ffff:127."));
}

/* Another message that a line speaks of belongs to the same group: the notice about this one, what
 * it was forwarded or requeued as, its copy behind a content filter. */
static enum smtplog_status link_messages(struct held *held, const struct host *host,
                                         struct part *part, const struct event *event,
                                         enum event_field field)
{
    struct span id = event_text(event, field);
    if (id.n == 0) {
        return SMTPLOG_OK;
    }
    uint64_t key = message_key(held, host, id);
    struct part *other = held_part_find(&held->parts, key);
    bool delivered = event_value(event, EVENT_KIND) == KIND_DELIVERY &&
                     event_value(event, EVENT_STATUS) == OUTCOME_DELIVERED;
    /* What another server calls it is none of ours, unless a message of that id is there. */
    bool ours = !delivered || is_loopback(event_text(event, EVENT_PEER_IP));
    if (field == EVENT_ORIG_QUEUE_ID) { /* a proxy's client names its own server's */
        ours = event_text(event, EVENT_PEER_IP).n == 0 && event_text(event, EVENT_PEER).n == 0;
    }
    if (other == NULL && ours) {
        TRY(new_part(held, key, host, event, &other));
    }
    if (other != NULL && other != part) {
        other->named = other->named || !delivered;
        held_part_join(part, other);
    }
    return SMTPLOG_OK;
}

/* Each time a message is tried again the queue manager says the same of it. */
static bool is_repeated(struct held *held, struct part *part, const struct event *event)
{
    if (event_value(event, EVENT_FACT) != FACT_QUEUED) {
        return false;
    }
    uint64_t hash = hash_mix(held->seed, event->set);
    hash = hash_span(hash, event_text(event, EVENT_SENDER));
    hash = hash_span(hash, event_text(event, EVENT_SIZE));
    hash = hash_span(hash, event_text(event, EVENT_NRCPT));
    bool repeated = hash == part->queued;
    part->queued = hash;
    return repeated;
}

static enum smtplog_status note_message(struct held *held, const struct host *host,
                                        const struct event *event)
{
    uint64_t key = message_key(held, host, event_text(event, EVENT_QUEUE_ID));
    struct part *part = held_part_find(&held->parts, key);
    int fact = event_value(event, EVENT_FACT);
    bool arrival = fact == FACT_ARRIVAL;
    bool opens = arrival || fact == FACT_QUEUED || fact == FACT_MESSAGE_ID ||
                 event_value(event, EVENT_KIND) == KIND_DELIVERY;
    if (part != NULL && arrival && part->begun && !part->ended) {
        part->ended = true; /* its end was not logged, and its id is in use again */
        enter_ring(held, part);
    }
    if (part == NULL || (part->ended && opens)) {
        TRY(new_part(held, key, host, event, &part));
    }
    if (!part->has_events) {
        part->late = is_late(host, event);
        part->begun = arrival;
        part->may_have = fact == FACT_MESSAGE_ID;
    }
    if (is_repeated(held, part, event)) {
        part->newest = event->time.seconds;
        return SMTPLOG_OK;
    }
    TRY(keep(held, part, KEPT_MESSAGE, event));
    if (event_has(event, EVENT_LINKED_ID)) {
        TRY(link_messages(held, host, part, event, EVENT_LINKED_ID));
    }
    if (event_has(event, EVENT_ORIG_QUEUE_ID)) {
        TRY(link_messages(held, host, part, event, EVENT_ORIG_QUEUE_ID));
    }
    if ((fact == FACT_REMOVED || fact == FACT_CANCELED) && !part->ended) {
        part->ended = true;
        enter_ring(held, part);
    }
    return SMTPLOG_OK;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static uint64_t session_key(const struct held *held, const struct host *host,
                            const struct event *event)
{
    uint64_t hash = hash_mix(host->key, held->seed);
    hash = hash_span(hash, event_text(event, EVENT_SERVICE));
    return hash_span(hash, event_text(event, EVENT_PID));
}

static bool counts_failures(const struct event *event)
{
    uint64_t failed = 0;
    uint64_t tries = 0;
    return session_counter(event_text(event, EVENT_COUNTERS), "auth", &failed, &tries) &&
           failed > 0;
}

/* Failed log-ins of sessions that may have begun before the log, and of those open at its end. */
static enum smtplog_status note_session(struct held *held, const struct host *host,
                                        const struct event *event)
{
    bool auth = event_value(event, EVENT_KIND) == KIND_AUTH &&
                event_value(event, EVENT_DIRECTION) != DIRECTION_OUTBOUND;
    bool disconnect = event_value(event, EVENT_FACT) == FACT_DISCONNECT;
    if (event->mta != MTA_POSTFIX || (!disconnect && !auth) ||
        event_text(event, EVENT_PID).n == 0) {
        return SMTPLOG_OK;
    }
    bool early = event->time.seconds - host->began < LONGEST_SESSION;
    if (disconnect && held->session_count == 0 && !(early && counts_failures(event))) {
        return SMTPLOG_OK;
    }
    uint64_t key = session_key(held, host, event);
    struct part *part = held_part_find(&held->parts, key);
    if (part == NULL && (auth || (early && counts_failures(event)))) {
        TRY(new_part(held, key, host, event, &part));
        part->is_session = true;
        part->begun = !early;
        held->session_count++;
    }
    if (part == NULL) {
        return SMTPLOG_OK;
    }
    TRY(keep(held, part, KEPT_SESSION, event));
    if (disconnect) {
        held_part_hide(&held->parts, part);
        held->session_count--;
        part->ended = true;
        if (part->begun) {
            drop_part(held, part);
        }
    }
    return SMTPLOG_OK;
}

enum smtplog_status held_note(struct held *held, const struct event *event)
{
    const struct host *host = NULL;
    if (!event->has_time) {
        return SMTPLOG_OK;
    }
    TRY(host_of(held, event, &host));
    if (!held->has_first) {
        held->first = event->time.seconds;
        held->has_first = true;
        struct span name = event_text(event, EVENT_HOST);
        held->host_length = name.n < sizeof held->host ? name.n : sizeof held->host;
        memcpy(held->host, name.p, held->host_length);
    }
    held->latest = event->time.seconds;
    if (event_text(event, EVENT_QUEUE_ID).n > 0) {
        TRY(note_message(held, host, event));
    }
    held->expected = SPAN_EMPTY;
    TRY(note_session(held, host, event));
    size_t most = kept_log_has_place(&held->log) ? HELD_FILE : HELD_MEMORY;
    if (held->bytes > most) {
        give_up(held, most / 2);
    }
    return SMTPLOG_OK;
}

void held_allow_file(struct held *held, const char *directory)
{
    kept_log_allow_file(&held->log, directory);
}

struct span held_host(const struct held *held)
{
    return held->hosts.count > 1 ? SPAN_EMPTY : span_of(held->host, held->host_length);
}

/* ---- inbound keys ---------------------------------------------------------------------------- */

static void key_text(uint64_t key, char text[HELD_KEY])
{
    for (size_t i = 0; i < HELD_KEY - 4; i++) {
        text[i] = "0123456789abcdef"[key >> (60 - 4 * i) & 15];
    }
    text[HELD_KEY - 4] = '\0';
}

/* The event of a key, which stands as its recipient. */
static struct event event_of_key(const struct event *event, const struct instant *time,
                                 struct span sender, uint64_t number, char key[HELD_KEY])
{
    struct event kept = {.mta = event->mta,
                         .time = *time,
                         .has_time = true,
                         .repeat = 1, /* where it stands is of no use */
                         .rule = SPAN_EMPTY,
                         .reason_class = SPAN_EMPTY,
                         .reason = SPAN_EMPTY,
                         .provider = SPAN_EMPTY,
                         .domain = SPAN_EMPTY};
    key_text(number, key);
    event_set_text(&kept, EVENT_SENDER, sender.n == 0 ? SPAN_EMPTY : SPAN_LITERAL("s"));
    event_set_text(&kept, EVENT_RECIPIENT, span_of(key, HELD_KEY - 4));
    return kept;
}

static uint64_t refusal_key(const struct event *event)
{
    enum event_field to = event_has(event, EVENT_ORIG_RECIPIENT) ? EVENT_ORIG_RECIPIENT
                                                                 : EVENT_RECIPIENT;
    return inbound_lasting_key(event_text(event, EVENT_PEER_IP), event_text(event, EVENT_SENDER),
                               event_text(event, to));
}

static uint64_t accept_key(const struct event *event, const struct track_context *context)
{
    struct span address = event_text(event, EVENT_ORIG_RECIPIENT);
    return inbound_lasting_key(context->client_ip, context->sender,
                               address.n > 0 ? address : event_text(event, EVENT_RECIPIENT));
}

struct event held_accept(const struct event *event, const struct track_context *context,
                         char key[HELD_KEY])
{
    return event_of_key(event, &context->arrival, context->sender, accept_key(event, context), key);
}

static struct event event_of_refusal(const struct event *event, uint64_t number, char key[HELD_KEY])
{
    struct event kept = event_of_key(event, &event->time, event_text(event, EVENT_SENDER), number,
                                     key);
    kept.repeat = event->repeat;
    kept.reason_class = event->reason_class;
    kept.possible_greylisting = event->possible_greylisting;
    kept.domain = event->domain;
    for (int f = EVENT_TEXTS; f < EVENT_FIELDS; f++) {
        if (event_has(event, (enum event_field)f)) {
            event_set_value(&kept, (enum event_field)f, event_value(event, (enum event_field)f));
        }
    }
    return kept;
}

/* The newest ones are kept: older ones can hardly come back any more. */
static enum smtplog_status keep_refusal(struct held *held, enum kept_use use,
                                        const struct event *event)
{
    char key[HELD_KEY];
    bool gone = false;
    uint64_t number = refusal_key(event);
    struct event kept = event_of_refusal(event, number, key);
    TRY(held_keys_add(&held->keys, &held->keys.refusals, HELD_REFUSALS, use, &kept, number,
                      held->order++, &gone));
    held->given_up += gone;
    return SMTPLOG_OK;
}

enum smtplog_status held_note_refusal(struct held *held, const struct event *event)
{
    return keep_refusal(held, KEPT_REFUSAL, event);
}

/* Of use to refusals of the day before, so those of the first day, the earliest first. */
static bool wants_accept(const struct held *held, const struct instant *time)
{
    bool in_time = !held->has_first || time->seconds - held->first < CIVIL_DAY;
    return in_time && held->keys.accepts.count < HELD_ACCEPTS;
}

static enum smtplog_status keep_accept(struct held *held, enum kept_use use,
                                       const struct event *kept, uint64_t number)
{
    bool gone = false;
    return held_keys_add(&held->keys, &held->keys.accepts, HELD_ACCEPTS, use, kept, number,
                         held->order++, &gone);
}

enum smtplog_status held_note_accept(struct held *held, const struct event *event,
                                     const struct track_context *context)
{
    char key[HELD_KEY];
    if (!wants_accept(held, &context->arrival)) {
        return SMTPLOG_OK;
    }
    uint64_t number = accept_key(event, context);
    struct event kept = event_of_key(event, &context->arrival, context->sender, number, key);
    return keep_accept(held, KEPT_ACCEPT, &kept, number);
}

enum smtplog_status held_note_triplet(struct held *held, const struct event *event, bool passes)
{
    char key[HELD_KEY];
    if (!passes) {
        return keep_refusal(held, KEPT_TRIPLET, event);
    }
    if (!wants_accept(held, &event->time)) {
        return SMTPLOG_OK;
    }
    uint64_t number = refusal_key(event);
    struct event kept = event_of_refusal(event, number, key);
    return keep_accept(held, KEPT_TRIPLET_PASS, &kept, number);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void drop_whole(struct held *held)
{
    for (size_t i = 0; i < held_parts_count(&held->parts); i++) {
        struct part *part = held_part_at(&held->parts, i);
        if (!part->there || part->is_session) {
            continue;
        }
        /* What a content filter handed back may be whole, and its reply to the first copy logged
         * behind the end of this log. */
        bool linked_later = part->in_ring && held->latest - part->newest < LATEST_LINK;
        if (!linked_later && held_part_group_is_whole(part)) {
            drop_part(held, part); /* what is left of its group is whole as well */
        }
    }
}

enum smtplog_status held_finish(struct held *held, struct event_columns *columns,
                                uint64_t *given_up)
{
    struct kept_cursor cursor = {.at = 0};
    drop_whole(held);
    give_up(held, HELD_KEPT);
    enum smtplog_status status = held_keys_write_shapes(&held->keys, columns);
    /* Room at once: growing step by step would take twice as much. */
    (void)strbuf_room(&columns->column[EVENT_COLUMN_OTHER], held->bytes);
    (void)strbuf_room(&columns->column[EVENT_COLUMN_KEY], held_keys_count(&held->keys) * 8);
    for (;;) {
        const struct kept *kept = NULL;
        status = status == SMTPLOG_OK ? kept_log_next(&held->log, &cursor, &kept) : status;
        while (
            held_keys_write_next(&held->keys, kept != NULL ? kept->order : UINT64_MAX, columns)) {
        }
        if (kept == NULL || status != SMTPLOG_OK) {
            break;
        }
        status = event_columns_add(columns, kept_bytes(kept));
    }
    *given_up = held->given_up;
    kept_cursor_free(&cursor);
    return status;
}
