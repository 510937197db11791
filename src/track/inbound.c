/* Refusals we gave, by key. */
#include "track/inbound.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/hashmap.h"

#define FIRST_SLOTS  1024 /* of a generation; doubled when three quarters full */
#define NETWORK_BITS 32768
#define KEY_BITS     262144

struct inbound_slot {
    uint64_t key; /* 0: free */
    unsigned marks;
    int32_t nanosecond;
    int64_t first_greylisted; /* seconds; once recovered both hold how long that took */
    uint64_t tag;             /* of the first greylisting */
};

struct generation {
    struct inbound_slot *slots; /* owned; NULL while there are none */
    size_t capacity, count;
};

struct inbound {
    uint64_t seed;
    struct generation young, old;
    uint64_t networks[NETWORK_BITS / 64]; /* a bit for each network that ever got a key */
    uint64_t keys[KEY_BITS / 64];         /* a bit for each key that was ever noted */
    size_t generation_keys;               /* a generation holds at most */
    uint64_t evicted;
    struct inbound_ends ended; /* of keys given up */
    int64_t latest;            /* instant of the last reject or accept */
    inbound_ended listener;    /* may be NULL */
    void *listener_context;
};

enum smtplog_status inbound_new(struct inbound **inbound)
{
    struct inbound *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = hash_random_seed();
    made->generation_keys = INBOUND_KEYS / 2;
    *inbound = made;
    return SMTPLOG_OK;
}

void inbound_free(struct inbound *inbound)
{
    if (inbound != NULL) {
        free(inbound->young.slots);
        free(inbound->old.slots);
        free(inbound);
    }
}

void inbound_set_memory(struct inbound *inbound, size_t bytes)
{
    /* Tables double: the largest that fits twice, three quarters full. */
    size_t slots = FIRST_SLOTS;
    while (slots * 2 * sizeof(struct inbound_slot) <= bytes / 2) {
        slots *= 2;
    }
    inbound->generation_keys = slots / 4 * 3 - 1;
}

void inbound_set_listener(struct inbound *inbound, inbound_ended function, void *context)
{
    inbound->listener = function;
    inbound->listener_context = context;
}

uint64_t inbound_evicted(const struct inbound *inbound)
{
    return inbound->evicted;
}

/* Four decimal numbers without leading zeros, as inet_pton reads them. */
static bool read_ipv4(struct span text, unsigned char bytes[4])
{
    size_t at = 0;
    for (size_t i = 0; i < 4; i++) {
        unsigned value = 0;
        size_t start = at;
        while (at < text.n && at - start < 3 && byte_is_digit(text.p[at])) {
            value = value * 10 + (unsigned)(text.p[at++] - '0');
        }
        if (at == start || value > 255 || (at - start > 1 && text.p[start] == '0') ||
            (i < 3 && (at >= text.n || text.p[at++] != '.'))) {
            return false;
        }
        bytes[i] = (unsigned char)value;
    }
    return at == text.n;
}

/* The /24 of an IPv4 or the /64 of an IPv6 address, as bytes that are put into `room`; the text
 * itself when it is neither. */
static struct span network_of(struct span address, char room[16])
{
    char text[64];
    if (read_ipv4(address, (unsigned char *)room)) {
        return span_of(room, 3);
    }
    if (address.n > 0 && address.n < sizeof text) {
        memcpy(text, address.p, address.n);
        text[address.n] = '\0';
        if (inet_pton(AF_INET6, text, room) == 1) {
            return span_of(room, 8);
        }
    }
    return address;
}

static uint64_t network_hash(uint64_t seed, struct span address)
{
    char room[16];
    return hash_span(seed, network_of(address, room));
}

/* What a key looks at of an address, in small letters, put into `room`. */
static struct span lower_of(struct span text, char room[INBOUND_TEXT])
{
    size_t n = text.n < INBOUND_TEXT ? text.n : INBOUND_TEXT;
    bytes_lower(room, text.p, n);
    return span_of(room, n);
}

static uint64_t lower_hash(uint64_t seed, struct span text)
{
    char room[INBOUND_TEXT];
    return hash_span(seed, lower_of(text, room));
}

static uint64_t key_of(const struct inbound *inbound, uint64_t network, struct span sender,
                       struct span recipient)
{
    uint64_t hash = network;
    hash = hash_mix(hash, lower_hash(inbound->seed, sender));
    hash = hash_mix(hash, lower_hash(inbound->seed, recipient));
    return hash == 0 ? 1 : hash;
}

uint64_t inbound_lasting_key(struct span client_ip, struct span sender, struct span recipient)
{
    const uint64_t seed = 0x736d74706c6f67;
    char room[INBOUND_TEXT];
    uint64_t hash = hash_lasting(seed, network_of(client_ip, room));
    hash = hash_mix(hash, hash_lasting(seed, lower_of(sender, room)));
    return hash_mix(hash, hash_lasting(seed, lower_of(recipient, room)));
}

static void note_network(struct inbound *inbound, uint64_t network)
{
    inbound->networks[network % NETWORK_BITS / 64] |= (uint64_t)1 << network % 64;
}

/* False when no key of the network was ever noted. */
static bool may_have_keys(const struct inbound *inbound, uint64_t network)
{
    return (inbound->networks[network % NETWORK_BITS / 64] >> network % 64 & 1) != 0;
}

/* Which bit: by other digits of the key than its place in a generation. */
static size_t key_bit(uint64_t key)
{
    return (size_t)(key >> 40) % KEY_BITS;
}

static void note_key(struct inbound *inbound, uint64_t key)
{
    inbound->keys[key_bit(key) / 64] |= (uint64_t)1 << key_bit(key) % 64;
}

/* False when the key was never noted: the tables of a long log are far away. */
static bool may_have_key(const struct inbound *inbound, uint64_t key)
{
    return (inbound->keys[key_bit(key) / 64] >> key_bit(key) % 64 & 1) != 0;
}

/* The slot of a key, or the free one where it belongs. */
static struct inbound_slot *slot_of(const struct generation *generation, uint64_t key)
{
    size_t mask = generation->capacity - 1;
    size_t i = (size_t)key & mask;
    while (generation->slots[i].key != 0 && generation->slots[i].key != key) {
        i = (i + 1) & mask;
    }
    return &generation->slots[i];
}

/* Makes room for one more key. */
static enum smtplog_status generation_grow(struct generation *generation)
{
    if (generation->slots != NULL && generation->count < generation->capacity / 4 * 3) {
        return SMTPLOG_OK;
    }
    struct generation grown = {.capacity = generation->capacity > 0 ? generation->capacity * 2
                                                                    : FIRST_SLOTS,
                               .count = generation->count};
    grown.slots = calloc(grown.capacity, sizeof *grown.slots);
    if (grown.slots == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < generation->capacity; i++) {
        if (generation->slots[i].key != 0) {
            *slot_of(&grown, generation->slots[i].key) = generation->slots[i];
        }
    }
    free(generation->slots);
    *generation = grown;
    return SMTPLOG_OK;
}

static void count_end(const struct inbound *inbound, const struct inbound_slot *slot, int64_t now,
                      struct inbound_ends *ends)
{
    const unsigned wanted = INBOUND_GREYLISTED | INBOUND_SHOWN;
    if ((slot->marks & (wanted | INBOUND_RECOVERED)) == wanted) {
        bool late = now - slot->first_greylisted >= INBOUND_RETURN;
        *(late ? &ends->never_returned : &ends->waiting) += 1;
        if (inbound->listener != NULL) {
            inbound->listener(inbound->listener_context, slot->tag, late);
        }
    }
}

static void count_generation(const struct inbound *inbound, const struct generation *generation,
                             int64_t now, struct inbound_ends *ends)
{
    for (size_t i = 0; i < generation->capacity; i++) {
        count_end(inbound, &generation->slots[i], now, ends);
    }
}

/* Full: the young generation becomes the old one, the old one is given up. */
static void turn_generation(struct inbound *inbound)
{
    inbound->evicted += inbound->old.count;
    count_generation(inbound, &inbound->old, inbound->latest, &inbound->ended);
    free(inbound->old.slots);
    inbound->old = inbound->young;
    inbound->young = (struct generation){0};
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
    TRY(generation_grow(&inbound->young));
    *slot = slot_of(&inbound->young, key);
    if ((*slot)->key != 0) {
        return SMTPLOG_OK;
    }
    struct inbound_slot *before = inbound->old.slots != NULL ? slot_of(&inbound->old, key) : NULL;
    bool known = before != NULL && before->key != 0;
    if (!known && !create) {
        *slot = NULL;
        return SMTPLOG_OK;
    }
    if (inbound->young.count >= inbound->generation_keys) {
        turn_generation(inbound);
        return find_slot(inbound, key, create, slot);
    }
    **slot = (struct inbound_slot){.key = key};
    if (known) {
        **slot = *before;
        before->marks = 0; /* counted in one generation only */
    }
    inbound->young.count++;
    return SMTPLOG_OK;
}

static struct inbound_return return_of(const struct inbound_slot *slot)
{
    return (struct inbound_return){
        .recovered = true,
        .wait = (double)slot->first_greylisted + (double)slot->nanosecond / 1e9,
        .tag = slot->tag,
    };
}

enum smtplog_status inbound_note(struct inbound *inbound, const struct event *event, bool shown,
                                 uint64_t tag, unsigned *fresh, struct inbound_return *back)
{
    enum event_field to = event_has(event, EVENT_ORIG_RECIPIENT) ? EVENT_ORIG_RECIPIENT
                                                                 : EVENT_RECIPIENT;
    *fresh = 0;
    *back = (struct inbound_return){.recovered = false};
    if (!event_has(event, EVENT_SENDER) || event_text(event, to).n == 0) {
        return SMTPLOG_OK;
    }
    struct inbound_slot *slot = NULL;
    uint64_t network = network_hash(inbound->seed, event_text(event, EVENT_PEER_IP));
    uint64_t key = key_of(inbound, network, event_text(event, EVENT_SENDER), event_text(event, to));
    note_network(inbound, network);
    note_key(inbound, inbound_look(event_text(event, EVENT_SENDER), event_text(event, to)));
    note_key(inbound, key);
    TRY(find_slot(inbound, key, true, &slot));
    unsigned marks = marks_of(event) | (shown ? INBOUND_SHOWN : 0);
    unsigned before = slot->marks;
    slot->marks |= marks;
    if ((slot->marks & INBOUND_SHOWN) != 0) {
        *fresh = (before & INBOUND_SHOWN) != 0 ? marks & ~before : slot->marks;
        *fresh &= ~(unsigned)INBOUND_SHOWN;
        if ((*fresh & INBOUND_RECOVERED) != 0) {
            *back = return_of(slot);
        }
    }
    if ((marks & ~before & INBOUND_GREYLISTED) != 0) {
        slot->first_greylisted = event->time.seconds;
        slot->nanosecond = event->time.nanosecond;
        slot->tag = tag;
    }
    inbound->latest = event->time.seconds;
    return SMTPLOG_OK;
}

/* The key of a mail that was let in; 0 when it was never noted, which most are told by a glance. */
static uint64_t known_key(const struct inbound *inbound, struct span client_ip, struct span sender,
                          struct span recipient)
{
    if (!may_have_key(inbound, inbound_look(sender, recipient))) {
        return 0;
    }
    uint64_t network = network_hash(inbound->seed, client_ip);
    uint64_t key = may_have_keys(inbound, network) ? key_of(inbound, network, sender, recipient)
                                                   : 0;
    return key != 0 && may_have_key(inbound, key) ? key : 0;
}

enum smtplog_status inbound_accept(struct inbound *inbound, struct span client_ip,
                                   struct span sender, struct span recipient,
                                   const struct instant *time, struct inbound_return *back)
{
    struct inbound_slot *slot = NULL;
    *back = (struct inbound_return){.recovered = false};
    if (inbound->young.slots == NULL) {
        return SMTPLOG_OK;
    }
    uint64_t key = known_key(inbound, client_ip, sender, recipient);
    if (key == 0) {
        inbound->latest = time->seconds;
        return SMTPLOG_OK;
    }
    TRY(find_slot(inbound, key, false, &slot));
    inbound->latest = time->seconds;
    bool open = slot != NULL && (slot->marks & INBOUND_GREYLISTED) != 0 &&
                (slot->marks & INBOUND_RECOVERED) == 0;
    /* Two servers in one log may share a client network: a mail let in before the refusal is
     * another's. Nobody is let in within the second of the refusal, so equal stamps without
     * fraction are no recovery either. */
    bool later = open &&
                 (time->seconds > slot->first_greylisted ||
                  (time->seconds == slot->first_greylisted && time->nanosecond > slot->nanosecond));
    if (!later || time->seconds - slot->first_greylisted >= INBOUND_RETURN) {
        return SMTPLOG_OK;
    }
    slot->marks |= INBOUND_RECOVERED;
    slot->first_greylisted = time->seconds - slot->first_greylisted;
    slot->nanosecond = time->nanosecond - slot->nanosecond;
    if ((slot->marks & INBOUND_SHOWN) != 0) {
        *back = return_of(slot);
    }
    return SMTPLOG_OK;
}

void inbound_finish(const struct inbound *inbound, int64_t last, struct inbound_ends *ends)
{
    *ends = inbound->ended;
    count_generation(inbound, &inbound->young, last, ends);
    count_generation(inbound, &inbound->old, last, ends);
}
