/* The lines of chosen messages and sessions. */
#include "track/trail.h"

#include <stdlib.h>

#include "base/hashmap.h"

#define SESSION_GAP 3600 /* seconds after which a process or client is another session */
#define FIRST_LINES 8

enum smtplog_status trail_new(struct trail **trail)
{
    struct trail *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = hash_random_seed();
    hashmap_init(&made->names);
    *trail = made;
    return SMTPLOG_OK;
}

void trail_discard(struct trail *trail, struct trail_line *line)
{
    if (line->owners == 0) {
        free(line);
        trail->lines--;
    }
}

static void release_lines(struct trail *trail, struct trail_node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        node->lines[i]->owners--;
        trail_discard(trail, node->lines[i]);
    }
    free(node->lines);
    node->lines = NULL;
    node->count = node->capacity = 0;
}

void trail_free(struct trail *trail)
{
    if (trail == NULL) {
        return;
    }
    for (size_t i = 0; i < trail->node_count; i++) {
        release_lines(trail, trail->nodes[i]);
        free(trail->nodes[i]);
    }
    hashmap_free(&trail->names);
    free(trail->nodes);
    free(trail->links);
    free(trail);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

struct name_key {
    enum trail_kind kind;
    struct span name;
};

static bool name_same(const void *item, const void *key)
{
    const struct trail_node *node = item;
    const struct name_key *wanted = key;
    return node->kind == wanted->kind && span_equal(node->name, wanted->name);
}

static uint64_t name_hash(const struct trail *trail, enum trail_kind kind, struct span name)
{
    return hash_mix(hash_span(trail->seed, name), (uint64_t)kind);
}

static struct trail_node *newest(const struct trail *trail, enum trail_kind kind, struct span name)
{
    struct name_key key = {kind, name};
    return hashmap_find(&trail->names, name_hash(trail, kind, name), name_same, &key);
}

/* The newest of a name on a host. */
static struct trail_node *newest_on(const struct trail *trail, enum trail_kind kind,
                                    struct span host, struct span name)
{
    struct trail_node *node = newest(trail, kind, name);
    while (node != NULL && !span_equal(node->host, host)) {
        node = node->older;
    }
    return node;
}

/* A new node in front of the others of its name. Its texts lie behind it. */
static enum smtplog_status make_node(struct trail *trail, enum trail_kind kind, struct span host,
                                     struct span name, struct trail_node **node)
{
    if (trail->node_count == trail->node_capacity) {
        size_t capacity = trail->node_capacity > 0 ? 2 * trail->node_capacity : 64;
        struct trail_node **grown = realloc(trail->nodes, capacity * sizeof(struct trail_node *));
        if (grown == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        trail->nodes = grown;
        trail->node_capacity = capacity;
    }
    struct trail_node *made = calloc(1, sizeof *made + host.n + name.n);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    char *text = (char *)(made + 1);
    memcpy(text, host.p, host.n);
    memcpy(text + host.n, name.p, name.n);
    made->kind = kind;
    made->host = span_of(text, host.n);
    made->name = span_of(text + host.n, name.n);
    made->hash = name_hash(trail, kind, name);
    made->older = newest(trail, kind, name);
    made->message_id = SPAN_EMPTY;
    made->order = trail->order;
    if (made->older != NULL) {
        hashmap_remove(&trail->names, made->hash, made->older);
    }
    enum smtplog_status status = hashmap_add(&trail->names, made->hash, made);
    if (status != SMTPLOG_OK) {
        free(made);
        return status;
    }
    trail->nodes[trail->node_count++] = made;
    *node = made;
    return SMTPLOG_OK;
}

static bool is_loopback(struct span address)
{
    return span_starts(address, SPAN_LITERAL("127.")) || span_is(address, "::1") ||
           span_starts(address, SPAN_LITERAL("::ffff:127."));
}

/* Facts that can only be the beginning of a message, or come near it. */
static bool event_begins_message(const struct event *event)
{
    switch (event_value(event, EVENT_FACT)) {
    case FACT_ARRIVAL:
    case FACT_QUEUED:
    case FACT_MESSAGE_ID:
        return true;
    default:
        return event_value(event, EVENT_KIND) == KIND_DELIVERY;
    }
}

enum smtplog_status trail_message(struct trail *trail, const struct event *event,
                                  struct span queue_id, struct trail_node **node)
{
    struct span host = event_text(event, EVENT_HOST);
    struct trail_node *found = newest_on(trail, TRAIL_MESSAGE, host, queue_id);
    int fact = event_value(event, EVENT_FACT);
    /* A queue id is used again once its message is gone; what comes late belongs to the old one. */
    bool again = found != NULL && ((found->ended && event_begins_message(event)) ||
                                   (found->arrived && fact == FACT_ARRIVAL));
    if (found == NULL || again) {
        TRY(make_node(trail, TRAIL_MESSAGE, host, queue_id, &found));
    }
    if (fact == FACT_ARRIVAL) {
        struct span client = event_text(event, EVENT_PEER_IP);
        found->arrived = true;
        found->local = client.n == 0 || is_loopback(client);
    }
    found->ended |= fact == FACT_REMOVED || fact == FACT_CANCELED;
    *node = found;
    return SMTPLOG_OK;
}

struct trail_node *trail_find_message(const struct trail *trail, struct span host,
                                      struct span queue_id)
{
    return newest_on(trail, TRAIL_MESSAGE, host, queue_id);
}

enum smtplog_status trail_session(struct trail *trail, const struct event *event, struct span name,
                                  struct trail_node **node)
{
    struct span host = event_text(event, EVENT_HOST);
    struct trail_node *found = newest_on(trail, TRAIL_SESSION, host, name);
    int fact = event_value(event, EVENT_FACT);
    bool late = found != NULL && found->has_time && event->has_time &&
                event->time.seconds - found->last.seconds > SESSION_GAP;
    bool other = fact == FACT_CONNECT && found != NULL && found->connected;
    if (found == NULL || found->ended || late || other) {
        if (found != NULL && !found->ended) {
            trail_end_session(trail, found);
        }
        TRY(make_node(trail, TRAIL_SESSION, host, name, &found));
    }
    found->connected |= fact == FACT_CONNECT;
    *node = found;
    return SMTPLOG_OK;
}

enum smtplog_status trail_other(struct trail *trail, struct trail_node **node)
{
    *node = newest(trail, TRAIL_OTHER, SPAN_EMPTY);
    return *node != NULL ? SMTPLOG_OK : make_node(trail, TRAIL_OTHER, SPAN_EMPTY, SPAN_EMPTY, node);
}

void trail_end_session(struct trail *trail, struct trail_node *node)
{
    node->ended = true;
    if (!node->wanted) {
        release_lines(trail, node);
    }
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool lies_in(struct span part, struct span whole)
{
    return part.n > 0 && part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static bool text_is_set(const struct event *event, size_t field)
{
    return (event->set >> field & 1) != 0 && event->text[field].n > 0;
}

/* What the event borrows from elsewhere than the line (its reason and rule live as long as the
 * run). */
static size_t bytes_beside(const struct event *event, struct span raw)
{
    size_t bytes = lies_in(event->domain, raw) ? 0 : event->domain.n;
    for (size_t i = 0; i < EVENT_TEXTS; i++) {
        if (text_is_set(event, i) && !lies_in(event->text[i], raw)) {
            bytes += event->text[i].n;
        }
    }
    return bytes;
}

static struct span move_text(struct span text, struct span raw, struct span copy, char **beside)
{
    if (text.n == 0) {
        return SPAN_EMPTY;
    }
    if (lies_in(text, raw)) {
        return span_of(copy.p + (text.p - raw.p), text.n);
    }
    char *at = *beside;
    memcpy(at, text.p, text.n);
    *beside += text.n;
    return span_of(at, text.n);
}

enum smtplog_status trail_keep(struct trail *trail, const struct event *event, struct span raw,
                               struct trail_line **line)
{
    *line = NULL;
    if (trail->lines >= TRAIL_LINES) {
        trail->dropped++;
        return SMTPLOG_OK;
    }
    struct trail_line *made = malloc(sizeof *made + raw.n + bytes_beside(event, raw));
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    char *text = (char *)(made + 1);
    char *beside = text + raw.n;
    memcpy(text, raw.p, raw.n);
    *made = (struct trail_line){
        .event = *event, .raw = span_of(text, raw.n), .file = SPAN_EMPTY, .order = trail->order++};
    for (size_t i = 0; i < EVENT_TEXTS; i++) {
        if ((event->set >> i & 1) != 0) {
            made->event.text[i] = move_text(event->text[i], raw, made->raw, &beside);
        }
    }
    made->event.domain = move_text(event->domain, raw, made->raw, &beside);
    trail->lines++;
    *line = made;
    return SMTPLOG_OK;
}

enum smtplog_status trail_push_link(struct trail *trail, const struct trail_link *link)
{
    if (trail->link_count == trail->link_capacity) {
        size_t capacity = trail->link_capacity > 0 ? 2 * trail->link_capacity : 64;
        struct trail_link *grown = realloc(trail->links, capacity * sizeof *grown);
        if (grown == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        trail->links = grown;
        trail->link_capacity = capacity;
    }
    trail->links[trail->link_count++] = *link;
    return SMTPLOG_OK;
}

static enum smtplog_status add_link(struct trail *trail, struct trail_node *node,
                                    enum trail_link_kind kind, bool backwards, struct span id,
                                    const struct event *event)
{
    struct trail_link link = {.from = node,
                              .kind = kind,
                              .backwards = backwards,
                              .id = id,
                              .words = event_text(event, EVENT_TEXT),
                              .time = event->time};
    return trail_push_link(trail, &link);
}

/* The other messages that a line names. */
static enum smtplog_status note_links(struct trail *trail, struct trail_node *node,
                                      const struct event *event)
{
    int fact = event_value(event, EVENT_FACT);
    struct span linked = event_text(event, EVENT_LINKED_ID);
    struct span before = event_text(event, EVENT_ORIG_QUEUE_ID);
    if (linked.n > 0 && fact == FACT_NOTIFICATION) {
        TRY(add_link(trail, node, TRAIL_BOUNCE, false, linked, event));
    } else if (linked.n > 0 && fact == FACT_ARRIVAL) {
        TRY(add_link(trail, node, TRAIL_BOUNCE, true, linked, event));
    } else if (linked.n > 0) {
        bool forward = event_value(event, EVENT_STATUS) == OUTCOME_FORWARDED;
        TRY(add_link(trail, node, forward ? TRAIL_FORWARD : TRAIL_RELAY, false, linked, event));
    }
    if (before.n > 0) {
        bool pickup = span_is(event_text(event, EVENT_DAEMON), "pickup");
        TRY(add_link(trail, node, pickup ? TRAIL_REQUEUE : TRAIL_RELAY, true, before, event));
    }
    return SMTPLOG_OK;
}

enum smtplog_status trail_add(struct trail *trail, struct trail_node *node, struct trail_line *line)
{
    if (node->count == node->capacity) {
        size_t capacity = node->capacity > 0 ? 2 * node->capacity : FIRST_LINES;
        struct trail_line **grown = realloc(node->lines, capacity * sizeof(struct trail_line *));
        if (grown == NULL) {
            if (line->owners == 0) {
                trail_discard(trail, line);
            }
            return SMTPLOG_NO_MEMORY;
        }
        node->lines = grown;
        node->capacity = capacity;
    }
    node->lines[node->count++] = line;
    line->owners++;
    const struct event *event = &line->event;
    if (event->has_time) {
        node->first = node->has_time ? node->first : event->time;
        node->last = event->time;
        node->has_time = true;
    }
    bool own = span_equal(event_text(event, EVENT_QUEUE_ID), node->name);
    if (node->kind == TRAIL_MESSAGE && own && node->message_id.n == 0) {
        node->message_id = event_text(event, EVENT_MESSAGE_ID);
    }
    if (node->kind == TRAIL_MESSAGE) {
        line->message = node;
    }
    return node->kind == TRAIL_MESSAGE && own ? note_links(trail, node, event) : SMTPLOG_OK;
}
