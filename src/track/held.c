/* Events whose meaning may change with lines before or after this log. */
#include "track/held.h"

#include <stdlib.h>

#include "base/hashmap.h"
#include "track/kept.h"
#include "track/session.h"

#define ENDED_RING      TRACK_ENDED /* messages that ended last: a later line may still link to one */
#define LATEST_LINK     120 /* seconds after a message ended in which a line may still link to it */
#define LONGEST_SESSION 7200 /* seconds that a session lasts, at the most */
#define LONGEST_ARRIVE  3600 /* seconds from a message's arrival to its message-id, at the most */

/* A message or session, as far as it matters whether it was seen from beginning to end. */
struct part {
    uint64_t key;
    struct part *all_next, *all_before; /* of all there are */
    struct part *group;                 /* ring of parts linked with each other */
    struct kept *first, *last;          /* owned */
    size_t bytes;
    int64_t began, newest;
    int64_t host_began; /* first line of its host */
    bool is_session;
    bool begun;    /* its beginning was seen */
    bool may_have; /* it begins with a message-id: begun if nothing can have been before */
    bool named;    /* another message's line named it: a notice, or forwarded mail */
    bool ended;
    bool in_ring;
};

struct host {
    uint64_t key;
    int64_t began;
};

struct held {
    uint64_t seed;
    struct hashmap parts; /* of struct part, the newest of a key */
    struct hashmap hosts; /* of struct host, owned */
    struct part *all;     /* owned */
    size_t bytes;
    size_t session_count; /* open ones with failures */
    uint64_t order;
    struct part *ring[ENDED_RING];
    size_t ring_at;
    struct kept_room room;
    struct kept *refusals, *refusals_last;
    struct kept *accepts, *accepts_last;
    uint64_t refusal_count, accept_count;
    char host[64]; /* of the first line */
    size_t host_length;
    bool several_hosts;
    bool has_first;
    int64_t first, latest; /* of the log */
    uint64_t given_up;
    const struct host *last_host; /* of the line before: most lines have the same */
    char last_name[64];
    size_t last_length;
};

enum smtplog_status held_new(struct held **held)
{
    struct held *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = hash_random_seed();
    hashmap_init(&made->parts);
    hashmap_init(&made->hosts);
    *held = made;
    return SMTPLOG_OK;
}

void held_free(struct held *held)
{
    if (held == NULL) {
        return;
    }
    while (held->all != NULL) {
        struct part *part = held->all;
        held->all = part->all_next;
        kept_free(part->first);
        free(part);
    }
    for (size_t i = 0; i < held->hosts.capacity; i++) {
        free(held->hosts.slots[i].item);
    }
    kept_free(held->refusals);
    kept_free(held->accepts);
    free(held->room.bytes);
    hashmap_free(&held->parts);
    hashmap_free(&held->hosts);
    free(held);
}

/* ---- parts and their groups ------------------------------------------------------------------ */

static bool same_part(const void *item, const void *key)
{
    return ((const struct part *)item)->key == *(const uint64_t *)key;
}

static bool same_host(const void *item, const void *key)
{
    return ((const struct host *)item)->key == *(const uint64_t *)key;
}

static struct part *find_part(const struct held *held, uint64_t key)
{
    return hashmap_find(&held->parts, key, same_part, &key);
}

static bool is_begun(const struct part *part)
{
    bool late = part->began - part->host_began >= LONGEST_ARRIVE;
    return part->begun || (part->may_have && (part->named || late));
}

static bool group_is_whole(const struct part *part)
{
    const struct part *p = part;
    do {
        if (!is_begun(p) || !p->ended) {
            return false;
        }
        p = p->group;
    } while (p != part);
    return true;
}

static bool in_group(const struct part *part, const struct part *wanted)
{
    const struct part *p = part;
    do {
        if (p == wanted) {
            return true;
        }
        p = p->group;
    } while (p != part);
    return false;
}

static void join_groups(struct part *a, struct part *b)
{
    if (!in_group(a, b)) {
        struct part *next = a->group;
        a->group = b->group;
        b->group = next;
    }
}

static void drop_part(struct held *held, struct part *part)
{
    struct part *before = part;
    while (before->group != part) {
        before = before->group;
    }
    before->group = part->group;
    if (find_part(held, part->key) == part) {
        hashmap_remove(&held->parts, part->key, part);
    }
    if (part->all_before != NULL) {
        part->all_before->all_next = part->all_next;
    } else {
        held->all = part->all_next;
    }
    if (part->all_next != NULL) {
        part->all_next->all_before = part->all_before;
    }
    if (part->in_ring) {
        for (size_t i = 0; i < ENDED_RING; i++) {
            held->ring[i] = held->ring[i] == part ? NULL : held->ring[i];
        }
    }
    held->bytes -= part->bytes;
    kept_free(part->first);
    free(part);
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
    while (held->bytes > limit) {
        int64_t oldest = INT64_MAX;
        int64_t newest = INT64_MIN;
        for (const struct part *p = held->all; p != NULL; p = p->all_next) {
            oldest = p->newest < oldest ? p->newest : oldest;
            newest = p->newest > newest ? p->newest : newest;
        }
        int64_t cut = oldest + (newest - oldest) / 4;
        struct part *next = NULL;
        for (struct part *p = held->all; p != NULL; p = next) {
            next = p->all_next;
            if (p->newest <= cut && held->bytes > limit) {
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

static enum smtplog_status new_part(struct held *held, uint64_t key, const struct host *host,
                                    const struct event *event, struct part **part)
{
    struct part *made = calloc(1, sizeof *made);
    struct part *before = find_part(held, key);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->key = key;
    made->group = made;
    made->began = made->newest = event->time.seconds;
    made->all_next = held->all;
    if (held->all != NULL) {
        held->all->all_before = made;
    }
    held->all = made;
    *part = made;
    if (before != NULL) {
        hashmap_remove(&held->parts, key, before);
    }
    made->host_began = host->began;
    return hashmap_add(&held->parts, key, made);
}

/* ---- keeping events -------------------------------------------------------------------------- */

static enum smtplog_status keep(struct held *held, struct part *part, enum kept_use use,
                                const struct event *event)
{
    struct kept *made = NULL;
    TRY(kept_make(&held->room, use, event, held->order++, &made));
    *(part->last != NULL ? &part->last->next : &part->first) = made;
    part->last = made;
    part->newest = event->time.seconds;
    part->bytes += sizeof *made + made->size;
    held->bytes += sizeof *made + made->size;
    return SMTPLOG_OK;
}

/* ---- messages -------------------------------------------------------------------------------- */

static uint64_t message_key(const struct host *host, struct span id)
{
    return hash_span(host->key, id);
}

/* A message that ended stays a while among those that lines may link to. */
static void enter_ring(struct held *held, struct part *part)
{
    struct part *leaving = held->ring[held->ring_at];
    held->ring[held->ring_at] = part;
    held->ring_at = (held->ring_at + 1) % ENDED_RING;
    part->in_ring = true;
    if (leaving == NULL) {
        return;
    }
    leaving->in_ring = false;
    if (group_is_whole(leaving)) {
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
    uint64_t key = message_key(host, id);
    struct part *other = find_part(held, key);
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
        join_groups(part, other);
    }
    return SMTPLOG_OK;
}

static enum smtplog_status note_message(struct held *held, const struct host *host,
                                        const struct event *event)
{
    uint64_t key = message_key(host, event_text(event, EVENT_QUEUE_ID));
    struct part *part = find_part(held, key);
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
    if (part->first == NULL) {
        part->began = event->time.seconds;
        part->begun = arrival;
        part->may_have = fact == FACT_MESSAGE_ID;
    }
    TRY(keep(held, part, KEPT_MESSAGE, event));
    TRY(link_messages(held, host, part, event, EVENT_LINKED_ID));
    TRY(link_messages(held, host, part, event, EVENT_ORIG_QUEUE_ID));
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
    struct part *part = find_part(held, key);
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
        hashmap_remove(&held->parts, key, part);
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
    held->several_hosts = held->hosts.count > 1;
    held->latest = event->time.seconds;
    if (event_text(event, EVENT_QUEUE_ID).n > 0) {
        TRY(note_message(held, host, event));
    }
    TRY(note_session(held, host, event));
    if (held->bytes > HELD_MEMORY) {
        give_up(held, HELD_MEMORY / 2);
    }
    return SMTPLOG_OK;
}

struct span held_host(const struct held *held)
{
    return held->several_hosts ? SPAN_EMPTY : span_of(held->host, held->host_length);
}

/* ---- inbound keys ---------------------------------------------------------------------------- */

static void key_text(uint64_t key, char text[HELD_KEY])
{
    for (size_t i = 0; i < HELD_KEY - 4; i++) {
        text[i] = "0123456789abcdef"[key >> (60 - 4 * i) & 15];
    }
    text[HELD_KEY - 4] = '\0';
}

struct event held_refusal(const struct event *event, char key[HELD_KEY])
{
    enum event_field to = event_has(event, EVENT_ORIG_RECIPIENT) ? EVENT_ORIG_RECIPIENT
                                                                 : EVENT_RECIPIENT;
    struct event kept = {.mta = event->mta,
                         .time = event->time,
                         .has_time = true,
                         .repeat = event->repeat, /* where it stands is of no use */
                         .rule = SPAN_EMPTY,
                         .reason_class = event->reason_class,
                         .reason = SPAN_EMPTY,
                         .possible_greylisting = event->possible_greylisting,
                         .provider = SPAN_EMPTY,
                         .domain = event->domain};
    key_text(inbound_lasting_key(event_text(event, EVENT_PEER_IP), event_text(event, EVENT_SENDER),
                                 event_text(event, to)),
             key);
    bool nobody = event_text(event, EVENT_SENDER).n == 0;
    event_set_text(&kept, EVENT_SENDER, nobody ? SPAN_EMPTY : SPAN_LITERAL("s"));
    event_set_text(&kept, EVENT_RECIPIENT, span_of(key, HELD_KEY - 4));
    for (int f = EVENT_TEXTS; f < EVENT_FIELDS; f++) {
        if (event_has(event, (enum event_field)f)) {
            event_set_value(&kept, (enum event_field)f, event_value(event, (enum event_field)f));
        }
    }
    return kept;
}

struct event held_accept(const struct event *event, const struct track_context *context,
                         char key[HELD_KEY])
{
    struct span address = event_text(event, EVENT_ORIG_RECIPIENT);
    struct event kept = {.mta = event->mta,
                         .time = context->arrival,
                         .has_time = true,
                         .repeat = 1,
                         .rule = SPAN_EMPTY,
                         .reason_class = SPAN_EMPTY,
                         .reason = SPAN_EMPTY,
                         .provider = SPAN_EMPTY,
                         .domain = SPAN_EMPTY};
    key_text(inbound_lasting_key(context->client_ip, context->sender,
                                 address.n > 0 ? address : event_text(event, EVENT_RECIPIENT)),
             key);
    event_set_text(&kept, EVENT_SENDER, context->sender.n == 0 ? SPAN_EMPTY : SPAN_LITERAL("s"));
    event_set_text(&kept, EVENT_RECIPIENT, span_of(key, HELD_KEY - 4));
    return kept;
}

/* The newest ones are kept: older ones can hardly come back any more. */
static enum smtplog_status keep_refusal(struct held *held, enum kept_use use,
                                        const struct event *event)
{
    char key[HELD_KEY];
    struct kept *made = NULL;
    struct event kept = held_refusal(event, key);
    TRY(kept_make(&held->room, use, &kept, held->order++, &made));
    *(held->refusals_last != NULL ? &held->refusals_last->next : &held->refusals) = made;
    held->refusals_last = made;
    if (++held->refusal_count > HELD_REFUSALS) {
        struct kept *oldest = held->refusals;
        held->refusals = oldest->next;
        free(oldest);
        held->refusal_count--;
        held->given_up++;
    }
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
    return in_time && held->accept_count < HELD_ACCEPTS;
}

static enum smtplog_status keep_accept(struct held *held, enum kept_use use,
                                       const struct event *kept)
{
    struct kept *made = NULL;
    TRY(kept_make(&held->room, use, kept, held->order++, &made));
    *(held->accepts_last != NULL ? &held->accepts_last->next : &held->accepts) = made;
    held->accepts_last = made;
    held->accept_count++;
    return SMTPLOG_OK;
}

enum smtplog_status held_note_accept(struct held *held, const struct event *event,
                                     const struct track_context *context)
{
    char key[HELD_KEY];
    if (!wants_accept(held, &context->arrival)) {
        return SMTPLOG_OK;
    }
    struct event kept = held_accept(event, context, key);
    return keep_accept(held, KEPT_ACCEPT, &kept);
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
    struct event kept = held_refusal(event, key);
    return keep_accept(held, KEPT_TRIPLET_PASS, &kept);
}

/* ---- the end --------------------------------------------------------------------------------- */

static int compare_kept(const void *a, const void *b)
{
    uint64_t x = (*(const struct kept *const *)a)->order;
    uint64_t y = (*(const struct kept *const *)b)->order;
    return (x > y) - (x < y);
}

static size_t list_kept(struct kept *kept, struct kept **list)
{
    size_t count = 0;
    for (; kept != NULL; kept = kept->next) {
        list[count++] = kept;
    }
    return count;
}

static void drop_whole(struct held *held)
{
    struct part *next = NULL;
    for (struct part *part = held->all; part != NULL; part = next) {
        next = part->all_next;
        /* What a content filter handed back may be whole, and its reply to the first copy logged
         * behind the end of this log. */
        bool linked_later = part->in_ring && held->latest - part->newest < LATEST_LINK;
        if (!part->is_session && !linked_later && group_is_whole(part)) {
            drop_part(held, part); /* what is left of its group is whole as well */
        }
    }
}

enum smtplog_status held_finish(struct held *held, struct strbuf *out, uint64_t *count,
                                uint64_t *given_up)
{
    drop_whole(held);
    give_up(held, HELD_KEPT);
    size_t wanted = (size_t)(held->refusal_count + held->accept_count);
    for (const struct part *p = held->all; p != NULL; p = p->all_next) {
        for (const struct kept *k = p->first; k != NULL; k = k->next) {
            wanted++;
        }
    }
    struct kept **list = calloc(wanted + 1, sizeof *list);
    if (list == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    size_t found = list_kept(held->refusals, list);
    found += list_kept(held->accepts, list + found);
    for (const struct part *p = held->all; p != NULL; p = p->all_next) {
        found += list_kept(p->first, list + found);
    }
    qsort(list, found, sizeof *list, compare_kept);
    for (size_t i = 0; i < found; i++) {
        strbuf_add(out, list[i]->bytes, list[i]->size);
    }
    free(list);
    *count = found;
    *given_up = held->given_up;
    return strbuf_status(out);
}
