/* Refusals we gave, by key. */
#include "track/inbound.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/hashmap.h"

#define GENERATION_KEYS  (INBOUND_KEYS / 2)
#define GENERATION_SLOTS INBOUND_KEYS

struct inbound_slot {
    uint64_t key; /* 0: free */
    unsigned marks;
    int32_t nanosecond;
    int64_t first_greylisted; /* seconds */
};

struct inbound {
    uint64_t seed;
    struct inbound_slot *young, *old; /* owned, GENERATION_SLOTS each, made when needed */
    size_t young_count, old_count;
    uint64_t evicted;
    struct inbound_ends ended; /* of keys given up */
    int64_t latest;            /* instant of the last reject or accept */
};

enum smtplog_status inbound_new(struct inbound **inbound)
{
    struct inbound *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = hash_random_seed();
    *inbound = made;
    return SMTPLOG_OK;
}

void inbound_free(struct inbound *inbound)
{
    if (inbound != NULL) {
        free(inbound->young);
        free(inbound->old);
        free(inbound);
    }
}

uint64_t inbound_evicted(const struct inbound *inbound)
{
    return inbound->evicted;
}

/* The /24 of an IPv4 or the /64 of an IPv6 address, folded into a hash; the text itself when it is neither. */
static uint64_t network_hash(uint64_t seed, struct span address)
{
    char text[64];
    unsigned char bytes[16];
    if (address.n > 0 && address.n < sizeof text) {
        memcpy(text, address.p, address.n);
        text[address.n] = '\0';
        if (inet_pton(AF_INET, text, bytes) == 1) {
            return hash_bytes(seed, (const char *)bytes, 3);
        }
        if (inet_pton(AF_INET6, text, bytes) == 1) {
            return hash_bytes(seed, (const char *)bytes, 8);
        }
    }
    return hash_span(seed, address);
}

static uint64_t lower_hash(uint64_t seed, struct span text)
{
    char lower[320];
    size_t n = text.n < sizeof lower ? text.n : sizeof lower;
    for (size_t i = 0; i < n; i++) {
        lower[i] = byte_lower(text.p[i]);
    }
    return hash_bytes(seed, lower, n);
}

static uint64_t key_of(const struct inbound *inbound, struct span client_ip, struct span sender,
                       struct span recipient)
{
    uint64_t hash = network_hash(inbound->seed, client_ip);
    hash = hash_mix(hash, lower_hash(inbound->seed, sender));
    hash = hash_mix(hash, lower_hash(inbound->seed, recipient));
    return hash == 0 ? 1 : hash;
}

static struct inbound_slot *slot_of(struct inbound_slot *slots, uint64_t key)
{
    size_t i = (size_t)key & (GENERATION_SLOTS - 1);
    while (slots[i].key != 0 && slots[i].key != key) {
        i = (i + 1) & (GENERATION_SLOTS - 1);
    }
    return &slots[i];
}

static enum smtplog_status generation_new(struct inbound_slot **slots)
{
    if (*slots == NULL) {
        *slots = calloc(GENERATION_SLOTS, sizeof **slots);
    }
    return *slots == NULL ? SMTPLOG_NO_MEMORY : SMTPLOG_OK;
}

static void count_end(const struct inbound_slot *slot, int64_t now, struct inbound_ends *ends)
{
    if ((slot->marks & INBOUND_GREYLISTED) != 0 && (slot->marks & INBOUND_RECOVERED) == 0) {
        bool late = now - slot->first_greylisted >= INBOUND_RETURN;
        *(late ? &ends->never_returned : &ends->waiting) += 1;
    }
}

static void count_generation(const struct inbound_slot *slots, int64_t now,
                             struct inbound_ends *ends)
{
    for (size_t i = 0; slots != NULL && i < GENERATION_SLOTS; i++) {
        count_end(&slots[i], now, ends);
    }
}

/* Full: the young generation becomes the old one, the old one is given up. */
static enum smtplog_status turn_generation(struct inbound *inbound)
{
    TRY(generation_new(&inbound->old));
    struct inbound_slot *slots = inbound->old;
    inbound->evicted += inbound->old_count;
    count_generation(slots, inbound->latest, &inbound->ended);
    inbound->old = inbound->young;
    inbound->old_count = inbound->young_count;
    inbound->young = slots;
    inbound->young_count = 0;
    memset(slots, 0, GENERATION_SLOTS * sizeof *slots);
    return SMTPLOG_OK;
}

static unsigned marks_of(const struct event *event)
{
    bool named = span_is(event->reason_class, "greylisting");
    unsigned marks = INBOUND_REFUSED;
    marks |= named ? INBOUND_GREYLISTED : 0;
    marks |= named && event_value(event, EVENT_CODE) == 450 ? INBOUND_GREYLISTED_450 : 0;
    marks |= event_value(event, EVENT_CODE) == 550 ? INBOUND_REJECTED_550 : 0;
    marks |= event_value(event, EVENT_IMPLIED_CODE) == 550 ? INBOUND_REJECTED_550_IMPLIED : 0;
    marks |= event->possible_greylisting ? INBOUND_POSSIBLE : 0;
    return marks;
}

/* The slot of a key in the young generation, taken over from the old one if it is there. */
static enum smtplog_status find_slot(struct inbound *inbound, uint64_t key, bool create,
                                     struct inbound_slot **slot)
{
    TRY(generation_new(&inbound->young));
    *slot = slot_of(inbound->young, key);
    if ((*slot)->key != 0) {
        return SMTPLOG_OK;
    }
    struct inbound_slot *before = inbound->old != NULL ? slot_of(inbound->old, key) : NULL;
    bool known = before != NULL && before->key != 0;
    if (!known && !create) {
        *slot = NULL;
        return SMTPLOG_OK;
    }
    if (inbound->young_count >= GENERATION_KEYS) {
        TRY(turn_generation(inbound));
        return find_slot(inbound, key, create, slot);
    }
    **slot = (struct inbound_slot){.key = key};
    if (known) {
        **slot = *before;
        before->marks = 0; /* counted in one generation only */
    }
    inbound->young_count++;
    return SMTPLOG_OK;
}

enum smtplog_status inbound_note(struct inbound *inbound, const struct event *event,
                                 unsigned *fresh)
{
    enum event_field to =
        event_has(event, EVENT_ORIG_RECIPIENT) ? EVENT_ORIG_RECIPIENT : EVENT_RECIPIENT;
    *fresh = 0;
    if (!event_has(event, EVENT_SENDER) || event_text(event, to).n == 0) {
        return SMTPLOG_OK;
    }
    struct inbound_slot *slot = NULL;
    uint64_t key = key_of(inbound, event_text(event, EVENT_PEER_IP),
                          event_text(event, EVENT_SENDER), event_text(event, to));
    TRY(find_slot(inbound, key, true, &slot));
    unsigned marks = marks_of(event);
    *fresh = marks & ~slot->marks;
    slot->marks |= marks;
    if ((*fresh & INBOUND_GREYLISTED) != 0) {
        slot->first_greylisted = event->time.seconds;
        slot->nanosecond = event->time.nanosecond;
    }
    inbound->latest = event->time.seconds;
    return SMTPLOG_OK;
}

enum smtplog_status inbound_accept(struct inbound *inbound, struct span client_ip,
                                   struct span sender, struct span recipient,
                                   const struct instant *time, bool *recovered, double *wait)
{
    struct inbound_slot *slot = NULL;
    *recovered = false;
    if (inbound->young == NULL) {
        return SMTPLOG_OK;
    }
    TRY(find_slot(inbound, key_of(inbound, client_ip, sender, recipient), false, &slot));
    inbound->latest = time->seconds;
    bool open = slot != NULL && (slot->marks & INBOUND_GREYLISTED) != 0 &&
                (slot->marks & INBOUND_RECOVERED) == 0;
    /* Two servers in one log may share a client network: a mail let in before the refusal is another's. Nobody
     * is let in within the second of the refusal, so equal stamps without fraction are no recovery either. */
    bool later = open && (time->seconds > slot->first_greylisted ||
                          (time->seconds == slot->first_greylisted &&
                           time->nanosecond > slot->nanosecond));
    if (!later || time->seconds - slot->first_greylisted >= INBOUND_RETURN) {
        return SMTPLOG_OK;
    }
    slot->marks |= INBOUND_RECOVERED;
    *recovered = true;
    *wait = (double)(time->seconds - slot->first_greylisted) +
            (double)(time->nanosecond - slot->nanosecond) / 1e9;
    return SMTPLOG_OK;
}

void inbound_finish(const struct inbound *inbound, int64_t last, struct inbound_ends *ends)
{
    *ends = inbound->ended;
    count_generation(inbound->young, last, ends);
    count_generation(inbound->old, last, ends);
}
