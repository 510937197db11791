/* Signs of greylisting that does not end: senders that come from another network each time. */
#include <stdlib.h>

#include "aggregate/signal_part.h"
#include "track/inbound.h"

/* Which of our own services met greylisting: pools of outgoing addresses have one for each. */
void signal_note_holder(struct signal_set *set, struct span service)
{
    uint64_t hash = hash_lasting(set->seed, service);
    for (size_t i = 0; i < set->holder_count; i++) {
        if (set->holders[i] == hash) {
            return;
        }
    }
    if (set->holder_count < SIGNAL_HOLDERS) {
        set->holders[set->holder_count++] = hash;
    }
}

/* A /24, or the first four groups of an IPv6 address. */
static struct span network_of(struct span address)
{
    bool six = memchr(address.p, ':', address.n) != NULL;
    size_t groups = six ? 4 : 3;
    size_t at = 0;
    while (at < address.n && groups > 0) {
        groups -= address.p[at++] == (six ? ':' : '.');
    }
    return span_of(address.p, at);
}

static uint64_t mover_key(const struct signal_set *set, struct span sender, struct span recipient)
{
    return hash_mix(hash_lasting(set->seed, sender), hash_lasting(set->seed, recipient)) | 1;
}

/* The slot of a sender and recipient; NULL when its part of the table is full. */
static struct signal_mover *find_mover(struct signal_set *set, uint64_t key)
{
    for (size_t i = 0; i < 8; i++) {
        struct signal_mover *mover = &set->movers[(key + i) % SIGNAL_MOVERS];
        if (mover->key == key || mover->key == 0) {
            return mover;
        }
    }
    return NULL;
}

static void mark_mover(const struct signal_set *set, uint64_t key)
{
    size_t place = (size_t)(key >> 32) % SIGNAL_MARKS;
    set->mover_marks[place / 8] |= (uint8_t)(1u << place % 8);
}

static bool may_be_mover(const struct signal_set *set, uint64_t key)
{
    size_t place = (size_t)(key >> 32) % SIGNAL_MARKS;
    return (set->mover_marks[place / 8] >> place % 8 & 1) != 0;
}

static enum smtplog_status make_movers(struct signal_set *set)
{
    if (set->movers == NULL) {
        free(set->mover_marks);
        set->mover_marks = calloc(SIGNAL_MARKS / 8, 1);
        set->movers = calloc(SIGNAL_MOVERS, sizeof *set->movers);
    }
    return set->movers != NULL && set->mover_marks != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

enum smtplog_status signal_note_mover(struct signal_set *set, const struct event *event)
{
    struct span sender = event_text(event, EVENT_SENDER);
    struct span recipient = event_text(event, EVENT_RECIPIENT);
    struct span client = event_text(event, EVENT_PEER_IP);
    if (sender.n == 0 || recipient.n == 0 || client.n == 0) {
        return SMTPLOG_OK;
    }
    TRY(make_movers(set));
    uint64_t key = mover_key(set, sender, recipient);
    struct signal_mover *mover = find_mover(set, key);
    if (mover != NULL) {
        mover->key = key;
        mark_mover(set, key);
        mark_mover(set, inbound_look(sender, recipient));
    }
    uint32_t net = (uint32_t)hash_lasting(set->seed, network_of(client));
    bool known = mover == NULL || mover->nets == SIGNAL_NETS;
    for (size_t i = 0; mover != NULL && i < mover->nets; i++) {
        known = known || mover->net[i] == net;
    }
    if (!known) {
        mover->net[mover->nets++] = net;
    }
    return SMTPLOG_OK;
}

void signal_accept(struct signal_set *set, struct span sender, struct span recipient)
{
    if (set->movers == NULL || sender.n == 0 || recipient.n == 0) {
        return;
    }
    if (!may_be_mover(set, inbound_look(sender, recipient))) {
        return; /* nothing like this sender and recipient is there */
    }
    uint64_t key = mover_key(set, sender, recipient);
    if (!may_be_mover(set, key)) {
        return;
    }
    struct signal_mover *mover = find_mover(set, key);
    if (mover != NULL && mover->key == key) {
        mover->accepted = true;
    }
}

void signal_add_recipient(struct signal_set *set, const struct recipient_story *story)
{
    bool open = story->state == RECIPIENT_DEFERRED || story->state == RECIPIENT_UNKNOWN ||
                story->state == RECIPIENT_EXPIRED;
    set->stuck += open && story->last_was_greylisting && story->attempts >= SIGNAL_STUCK;
}
