/* From events to stories of recipients and messages. */
#include "track/message.h"

#include <stdlib.h>

#include "base/hashmap.h"

#define QUEUE_ID_KEPT   32
#define HOST_REMEMBERED 64
#define SENDER_KEPT     112
#define CLIENT_KEPT     46 /* an IPv6 address as text */
#define NAME_KEPT       64 /* of the client's name or the local user's */

struct recipient {
    struct recipient *next;
    uint64_t address; /* seeded hash: two of one message collide once in 2^64 */
    struct recipient_story story;
    bool shown;
    bool moved; /* the story goes on under another queue id */
    struct instant first_greylisted;
    struct instant first_possible;
};

struct message {
    struct message *next_free;
    uint64_t hash;
    uint64_t host;
    uint8_t queue_id_length;
    char queue_id[QUEUE_ID_KEPT];
    bool sender_known;
    uint16_t sender_length;
    char sender[SENDER_KEPT]; /* cut when longer */
    uint8_t client_length;
    char client[CLIENT_KEPT]; /* address it came from */
    uint8_t name_length;
    char name[NAME_KEPT];
    struct instant arrival;
    bool shown;
    bool arrival_seen;
    bool expired;
    bool delivered_remote;
    bool met_deferral;
    bool from_filter;
    uint64_t size;
    uint64_t nrcpt; /* recipients named by the queue manager */
    uint64_t recipient_count;
    struct recipient *recipients;
};

struct tracker {
    struct track_listener listener;
    uint64_t seed;
    struct hashmap young, old;  /* of struct message */
    char host[HOST_REMEMBERED]; /* of the line before, with its hash: most lines have the same */
    size_t host_length;
    uint64_t host_hash;
    struct message *free_messages;
    struct recipient *free_recipients;
    uint64_t evicted;
};

const char *recipient_state_name(enum recipient_state state)
{
    static const char *const names[RECIPIENT_STATES] = {
        "unknown", "delivered", "deferred", "bounced", "expired", "discarded", "forwarded"};
    return names[state];
}

enum smtplog_status tracker_new(const struct track_listener *listener, struct tracker **tracker)
{
    struct tracker *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->listener = *listener;
    made->seed = hash_random_seed();
    hashmap_init(&made->young);
    hashmap_init(&made->old);
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

static void message_give_back(struct tracker *tracker, struct message *message)
{
    while (message->recipients != NULL) {
        struct recipient *recipient = message->recipients;
        message->recipients = recipient->next;
        recipient->next = tracker->free_recipients;
        tracker->free_recipients = recipient;
    }
    message->next_free = tracker->free_messages;
    tracker->free_messages = message;
}

static void free_generation(struct tracker *tracker, struct hashmap *generation)
{
    for (size_t i = 0; i < generation->capacity; i++) {
        if (generation->slots[i].item != NULL) {
            message_give_back(tracker, generation->slots[i].item);
        }
    }
    hashmap_free(generation);
}

void tracker_free(struct tracker *tracker)
{
    if (tracker == NULL) {
        return;
    }
    free_generation(tracker, &tracker->young);
    free_generation(tracker, &tracker->old);
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

/* ---- ends of stories ----------------------------------------------------------------------- */

/* Worse first: interface, "Message". */
static int state_rank(enum recipient_state state)
{
    static const int ranks[RECIPIENT_STATES] = {
        [RECIPIENT_BOUNCED] = 6,   [RECIPIENT_EXPIRED] = 5,   [RECIPIENT_DEFERRED] = 4,
        [RECIPIENT_UNKNOWN] = 3,   [RECIPIENT_DISCARDED] = 2, [RECIPIENT_FORWARDED] = 1,
        [RECIPIENT_DELIVERED] = 0,
    };
    return ranks[state];
}

static struct span message_client(const struct message *message)
{
    return span_of(message->client, message->client_length);
}

/* Recipients that the queue manager counted but no line named. */
static enum smtplog_status tell_unseen(struct tracker *tracker, const struct message *message,
                                       struct message_story *whole, bool null_sender)
{
    struct recipient_story unseen = {.state = RECIPIENT_UNKNOWN, .null_sender = null_sender};
    if (message->expired) {
        unseen.state = RECIPIENT_EXPIRED;
    }
    for (uint64_t n = message->recipient_count; n < message->nrcpt; n++) {
        if (state_rank(unseen.state) > state_rank(whole->state)) {
            whole->state = unseen.state;
        }
        whole->recipients++;
        TRY(tracker->listener.recipient(tracker->listener.context, &unseen));
    }
    return SMTPLOG_OK;
}

/* What a message's story says of the whole; its recipients are added one by one. end: the line that
 * ended it, NULL when none did. */
static struct message_story story_of(const struct message *message, const struct event *end)
{
    return (struct message_story){
        .state = RECIPIENT_DELIVERED,
        .null_sender = message->sender_known && message->sender_length == 0,
        .arrival_seen = message->arrival_seen,
        .size = message->size,
        .has_sender = message->sender_known,
        .sender = span_of(message->sender, message->sender_length),
        .client_ip = message_client(message),
        .client_name = span_of(message->name, message->name_length),
        .arrival = message->arrival,
        .ended = end != NULL,
        .canceled = end != NULL && event_value(end, EVENT_FACT) == FACT_CANCELED,
        .end = end != NULL ? end->time : (struct instant){.seconds = 0},
        .delivered_remote = message->delivered_remote,
        .met_deferral = message->met_deferral,
        .from_filter = message->from_filter,
    };
}

static enum smtplog_status message_tell(struct tracker *tracker, const struct message *message,
                                        const struct event *end)
{
    struct message_story whole = story_of(message, end);
    bool null_sender = whole.null_sender;
    for (struct recipient *r = message->recipients; r != NULL; r = r->next) {
        struct recipient_story story = r->story;
        if (r->moved) {
            continue;
        }
        if (story.state == RECIPIENT_DEFERRED && message->expired) {
            story.state = RECIPIENT_EXPIRED;
        } else if (story.state == RECIPIENT_DEFERRED && end != NULL) {
            story.state = RECIPIENT_UNKNOWN;
        }
        story.null_sender = null_sender;
        if (state_rank(story.state) > state_rank(whole.state)) {
            whole.state = story.state;
        }
        if (r->shown) {
            whole.recipients++;
            whole.delivered += story.state == RECIPIENT_DELIVERED;
            TRY(tracker->listener.recipient(tracker->listener.context, &story));
        }
    }
    if (!message->shown) {
        return SMTPLOG_OK;
    }
    TRY(tell_unseen(tracker, message, &whole, null_sender));
    if (message->recipients == NULL && message->nrcpt == 0) {
        whole.state = RECIPIENT_UNKNOWN;
    }
    return tracker->listener.message(tracker->listener.context, &whole);
}

static bool message_is_waiting(const struct message *message)
{
    for (const struct recipient *r = message->recipients; r != NULL; r = r->next) {
        if (!r->moved && r->story.state == RECIPIENT_DEFERRED && !message->expired) {
            return true;
        }
    }
    return message->recipient_count < message->nrcpt;
}

/* Tells and drops every message of a generation. */
static enum smtplog_status generation_end(struct tracker *tracker, struct hashmap *generation,
                                          bool evicted)
{
    for (size_t i = 0; i < generation->capacity; i++) {
        struct message *message = generation->slots[i].item;
        if (message == NULL) {
            continue;
        }
        TRY(message_tell(tracker, message, NULL));
        tracker->evicted += evicted && message_is_waiting(message);
        generation->slots[i].item = NULL;
        message_give_back(tracker, message);
    }
    hashmap_clear(generation);
    return SMTPLOG_OK;
}

enum smtplog_status tracker_finish(struct tracker *tracker)
{
    TRY(generation_end(tracker, &tracker->old, false));
    return generation_end(tracker, &tracker->young, false);
}

/* ---- look-up ------------------------------------------------------------------------------- */

struct message_key {
    uint64_t host;
    struct span queue_id;
};

static bool message_same(const void *item, const void *key)
{
    const struct message *message = item;
    const struct message_key *wanted = key;
    return message->host == wanted->host &&
           span_equal(span_of(message->queue_id, message->queue_id_length), wanted->queue_id);
}

static enum smtplog_status message_store(struct tracker *tracker, struct message *message)
{
    if (tracker->young.count >= TRACK_MESSAGES / 2) {
        TRY(generation_end(tracker, &tracker->old, true));
        struct hashmap swap = tracker->old;
        tracker->old = tracker->young;
        tracker->young = swap;
    }
    return hashmap_add(&tracker->young, message->hash, message);
}

static uint64_t hash_of_host(struct tracker *tracker, struct span host)
{
    if (!span_equal(host, span_of(tracker->host, tracker->host_length))) {
        tracker->host_hash = hash_span(tracker->seed, host);
        tracker->host_length = host.n <= HOST_REMEMBERED ? host.n : 0;
        memcpy(tracker->host, host.p, tracker->host_length);
    }
    return host.n > 0 ? tracker->host_hash : hash_span(tracker->seed, host);
}

/* The open message of a queue id on the host of an event; a new one when create is set; NULL
 * otherwise. */
static enum smtplog_status message_of(struct tracker *tracker, const struct event *event,
                                      struct span queue_id, bool create, struct message **message)
{
    struct span host = event_text(event, EVENT_HOST);
    struct message_key key = {0, queue_id};
    *message = NULL;
    if (key.queue_id.n == 0 || key.queue_id.n > QUEUE_ID_KEPT) {
        return SMTPLOG_OK;
    }
    key.host = hash_of_host(tracker, host);
    uint64_t hash = hash_bytes(key.host, key.queue_id.p, key.queue_id.n);
    *message = hashmap_find(&tracker->young, hash, message_same, &key);
    if (*message != NULL) {
        return SMTPLOG_OK;
    }
    *message = hashmap_find(&tracker->old, hash, message_same, &key);
    if (*message != NULL) {
        hashmap_remove(&tracker->old, hash, *message);
        return message_store(tracker, *message);
    }
    if (!create) {
        return SMTPLOG_OK;
    }
    struct message *made = message_take(tracker);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->hash = hash;
    made->host = key.host;
    made->queue_id_length = (uint8_t)key.queue_id.n;
    memcpy(made->queue_id, key.queue_id.p, key.queue_id.n);
    enum smtplog_status status = message_store(tracker, made);
    if (status != SMTPLOG_OK) {
        message_give_back(tracker, made);
        return status;
    }
    *message = made;
    return SMTPLOG_OK;
}

static struct recipient *recipient_of(struct tracker *tracker, struct message *message,
                                      struct span address)
{
    uint64_t hash = hash_span(tracker->seed, address);
    for (struct recipient *r = message->recipients; r != NULL; r = r->next) {
        if (r->address == hash) {
            return r;
        }
    }
    struct recipient *made = tracker->free_recipients;
    if (made != NULL) {
        tracker->free_recipients = made->next;
        memset(made, 0, sizeof *made);
    } else {
        made = calloc(1, sizeof *made);
    }
    if (made != NULL) {
        made->address = hash;
        made->next = message->recipients;
        message->recipients = made;
        message->recipient_count++;
    }
    return made;
}

/* ---- events --------------------------------------------------------------------------------- */

static double seconds_between(const struct instant *from, const struct instant *to)
{
    return (double)(to->seconds - from->seconds) +
           (double)(to->nanosecond - from->nanosecond) / 1e9;
}

static void note_refusal(struct recipient *recipient, const struct event *event)
{
    struct recipient_story *story = &recipient->story;
    int stage = event_value(event, EVENT_STAGE);
    bool named = span_is(event->reason_class, "greylisting");
    if (event->possible_greylisting && !story->possible) {
        recipient->first_possible = event->time;
        story->possible = true;
        story->possible_first = !story->refused && (stage == STAGE_RCPT || stage == STAGE_EOD);
    }
    if (named && !story->greylisted) {
        recipient->first_greylisted = event->time;
        story->greylisted = true;
    }
    story->greylisted_450 |= named && event_value(event, EVENT_CODE) == 450;
    story->last_was_greylisting = named;
    story->refused = true;
}

static enum recipient_state state_of_outcome(int outcome)
{
    switch (outcome) {
    case OUTCOME_DELIVERED:
        return RECIPIENT_DELIVERED;
    case OUTCOME_DEFERRED:
        return RECIPIENT_DEFERRED;
    case OUTCOME_BOUNCED:
        return RECIPIENT_BOUNCED;
    case OUTCOME_EXPIRED:
        return RECIPIENT_EXPIRED;
    case OUTCOME_DISCARDED:
        return RECIPIENT_DISCARDED;
    case OUTCOME_FORWARDED:
        return RECIPIENT_FORWARDED;
    default:
        return RECIPIENT_UNKNOWN;
    }
}

static void note_delivery(struct recipient *recipient, const struct event *event)
{
    struct recipient_story *story = &recipient->story;
    bool stale = event_value(event, EVENT_STALE) != 0;
    int code = event_value(event, EVENT_CODE);
    story->state = state_of_outcome(event_value(event, EVENT_STATUS));
    story->attempts += event_is_attempt(event) ? event->repeat : 0;
    if (event_is_refusal(event)) {
        note_refusal(recipient, event);
    } else if (!stale && story->state != RECIPIENT_EXPIRED) {
        /* A failure that is no refusal (a timeout) or a success ends a run of greylisting; that
         * Exim gives up is no answer of anybody's. */
        story->last_was_greylisting = false;
    }
    if (story->state == RECIPIENT_BOUNCED) {
        story->bounce_code = code >= 500 ? code : 0;
    }
    if (story->state == RECIPIENT_DELIVERED && (story->greylisted || story->possible)) {
        story->wait = seconds_between(story->greylisted ? &recipient->first_greylisted
                                                        : &recipient->first_possible,
                                      &event->time);
    }
}

static void note_sender(struct message *message, const struct event *event)
{
    if (!event_has(event, EVENT_SENDER)) {
        return;
    }
    struct span sender = event->text[EVENT_SENDER];
    size_t n = sender.n < SENDER_KEPT ? sender.n : SENDER_KEPT;
    message->sender_known = true;
    message->sender_length = (uint16_t)n;
    if (n > 0) {
        memcpy(message->sender, sender.p, n);
    }
}

static void note_client(struct message *message, const struct event *event)
{
    struct span client = event_text(event, EVENT_PEER_IP);
    struct span name = event_text(event, client.n > 0 ? EVENT_PEER : EVENT_LOCAL_USER);
    if (client.n > 0 && client.n <= CLIENT_KEPT) {
        message->client_length = (uint8_t)client.n;
        memcpy(message->client, client.p, client.n);
    }
    message->name_length = (uint8_t)(name.n < NAME_KEPT ? name.n : NAME_KEPT);
    memcpy(message->name, name.p, message->name_length);
}

static void note_facts(struct message *message, const struct event *event)
{
    uint64_t number = 0;
    note_sender(message, event);
    if (event_value(event, EVENT_FACT) == FACT_ARRIVAL) {
        note_client(message, event);
    }
    if (span_to_u64(event_text(event, EVENT_SIZE), UINT64_MAX / 16, &number)) {
        message->size = number;
    }
    if (span_to_u64(event_text(event, EVENT_NRCPT), 1000000, &number) && number > message->nrcpt) {
        message->nrcpt = number;
    }
}

/* ---- content filters ------------------------------------------------------------------------- */

static bool is_loopback(struct span address)
{
    return span_starts(address, SPAN_LITERAL("127.")) || span_is(address, "::1") ||
           span_starts(address, SPAN_LITERAL("::ffff:127."));
}

/* The message that a content filter handed back to us as, or NULL when the delivery is no hop to a
 * filter. */
static enum smtplog_status filtered_message(struct tracker *tracker, const struct event *event,
                                            const struct message *message, struct message **next)
{
    struct span linked = event_text(event, EVENT_LINKED_ID);
    *next = NULL;
    if (linked.n == 0 || event_value(event, EVENT_STATUS) != OUTCOME_DELIVERED) {
        return SMTPLOG_OK;
    }
    struct message *found = NULL;
    TRY(message_of(tracker, event, linked, false, &found));
    if (found == NULL || found == message || !found->arrival_seen) {
        return SMTPLOG_OK;
    }
    struct span client = message_client(found);
    bool from_relay = client.n > 0 && span_equal(client, event_text(event, EVENT_PEER_IP));
    *next = is_loopback(client) || from_relay ? found : NULL;
    return SMTPLOG_OK;
}

/* What was seen of a recipient before the filter belongs to its story behind it. */
static void carry_over(struct recipient *from, struct recipient *to)
{
    struct recipient_story before = from->story;
    from->moved = true;
    to->shown |= from->shown;
    to->story.attempts += before.attempts;
    to->story.refused |= before.refused;
    if (before.greylisted && !to->story.greylisted) {
        to->story.greylisted = true;
        to->story.greylisted_450 = before.greylisted_450;
        to->first_greylisted = from->first_greylisted;
    }
    if (to->story.state == RECIPIENT_UNKNOWN) {
        to->story.state = RECIPIENT_DEFERRED;
    }
}

/* ---- one event --------------------------------------------------------------------------------
 */

static enum smtplog_status note_recipient(struct tracker *tracker, struct message *message,
                                          struct event *event, bool shown,
                                          struct track_context *context)
{
    struct span address = event_text(event, EVENT_RECIPIENT);
    uint64_t known = message->recipient_count;
    struct recipient *recipient = recipient_of(tracker, message, address);
    struct message *next = NULL;
    if (recipient == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    context->first_record = message->recipient_count > known;
    recipient->shown |= shown;
    TRY(filtered_message(tracker, event, message, &next));
    if (next == NULL) {
        int outcome = event_value(event, EVENT_STATUS);
        note_delivery(recipient, event);
        message->met_deferral |= outcome == OUTCOME_DEFERRED;
        message->delivered_remote |= outcome == OUTCOME_DELIVERED &&
                                     event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND &&
                                     event_value(event, EVENT_HOP) == HOP_NONE;
        return SMTPLOG_OK;
    }
    next->from_filter = true;
    event_set_value(event, EVENT_HOP, HOP_FILTER);
    struct recipient *behind = recipient_of(tracker, next, address);
    if (behind == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    carry_over(recipient, behind);
    return SMTPLOG_OK;
}

static enum smtplog_status note_event(struct tracker *tracker, struct message *message,
                                      struct event *event, bool shown,
                                      struct track_context *context)
{
    message->shown |= shown;
    switch (event_value(event, EVENT_FACT)) {
    case FACT_ARRIVAL:
        message->arrival_seen = true;
        message->arrival = event->time;
        break;
    case FACT_EXPIRED:
    case FACT_FORCE_EXPIRED:
        message->expired = true;
        break;
    default:
        break;
    }
    if (event_value(event, EVENT_KIND) == KIND_DELIVERY) {
        return note_recipient(tracker, message, event, shown, context);
    }
    if (event_value(event, EVENT_KIND) == KIND_CONTEXT ||
        event_value(event, EVENT_FACT) == FACT_ARRIVAL) {
        note_facts(message, event);
    }
    return SMTPLOG_OK;
}

/* Facts that open a message even when nothing else of it was seen. */
static bool event_opens_message(const struct event *event)
{
    switch (event_value(event, EVENT_FACT)) {
    case FACT_ARRIVAL:
    case FACT_QUEUED:
    case FACT_MESSAGE_ID:
    case FACT_EXPIRED:
    case FACT_FORCE_EXPIRED:
        return true;
    default:
        return event_value(event, EVENT_KIND) == KIND_DELIVERY;
    }
}

enum smtplog_status tracker_add(struct tracker *tracker, struct event *event, bool shown,
                                struct track_context *context)
{
    struct message *message = NULL;
    *context = (struct track_context){.sender = SPAN_EMPTY, .client_ip = SPAN_EMPTY};
    TRY(message_of(tracker, event, event_text(event, EVENT_QUEUE_ID), event_opens_message(event),
                   &message));
    if (message == NULL) {
        return SMTPLOG_OK;
    }
    TRY(note_event(tracker, message, event, shown, context));
    int fact = event_value(event, EVENT_FACT);
    if (fact == FACT_REMOVED || fact == FACT_CANCELED) {
        enum smtplog_status status = message_tell(tracker, message, event);
        hashmap_remove(&tracker->young, message->hash, message);
        message_give_back(tracker, message);
        return status;
    }
    context->sender = span_of(message->sender, message->sender_length);
    context->has_sender = message->sender_known;
    context->client_ip = message_client(message);
    context->arrival = message->arrival;
    context->size = message->size;
    return SMTPLOG_OK;
}
