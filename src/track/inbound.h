/* Refusals we gave, by key (client network, sender, recipient): a bot that tries fifty times is one
 * key, not fifty. Keys are kept as seeded 64-bit hashes, INBOUND_KEYS in two generations. Trust:
 * addresses from log text, hashed only. */
#ifndef TRACK_INBOUND_H
#define TRACK_INBOUND_H

#include "base/status.h"
#include "event/event.h"

#define INBOUND_KEYS 65536

/* What a key has met; a bit each. */
enum inbound_mark {
    INBOUND_REFUSED = 1,
    INBOUND_GREYLISTED = 2,
    INBOUND_GREYLISTED_450 = 4,
    INBOUND_REJECTED_550 = 8,
    INBOUND_REJECTED_550_IMPLIED = 16,
    INBOUND_POSSIBLE = 32,
    INBOUND_RECOVERED = 64,
    INBOUND_SHOWN = 128 /* one of its rejects is shown */
};

/* How greylisted keys ended. */
struct inbound_ends {
    uint64_t waiting;        /* the log ended within INBOUND_RETURN of the first refusal */
    uint64_t never_returned; /* that time passed without the mail being accepted */
};

/* A mail that comes back later than this after its first refusal has not recovered, in seconds. */
#define INBOUND_RETURN ((int64_t)86400)

struct inbound;

#define INBOUND_TEXT 320 /* bytes of an address that a key looks at */

/* How long an address is and how it begins, large and small letters the same. */
static inline uint64_t inbound_look_of(struct span text)
{
    size_t n = text.n < INBOUND_TEXT ? text.n : INBOUND_TEXT;
    uint64_t begin = n >= 8 ? bytes_read8(text.p) | 0x2020202020202020u : 0;
    return begin * 0x9e3779b97f4a7c15u ^ n;
}

/* What a sender and recipient look like. Noted beside those that were refused, it tells of most
 * that are let in that nothing like them was, before any hash of them is worked out. */
static inline uint64_t inbound_look(struct span sender, struct span recipient)
{
    uint64_t mixed = (inbound_look_of(sender) ^ inbound_look_of(recipient) << 1) *
                     0xff51afd7ed558ccdu;
    return mixed ^ mixed >> 32;
}

/* The key of a mail as a number that does not differ from run to run: for what outlives one. */
uint64_t inbound_lasting_key(struct span client_ip, struct span sender, struct span recipient);

/* Told of each greylisted key that has not recovered when it is given up or the log ends, with the
 * tag it was noted with. late: INBOUND_RETURN has passed. */
typedef void (*inbound_ended)(void *context, uint64_t tag, bool late);

MUST_USE enum smtplog_status inbound_new(struct inbound **inbound);
void inbound_free(struct inbound *inbound);

/* Bytes for keys instead of INBOUND_KEYS of them; before the first is noted. */
void inbound_set_memory(struct inbound *inbound, size_t bytes);

void inbound_set_listener(struct inbound *inbound, inbound_ended function, void *context);

/* A mail whose key has recovered. */
struct inbound_return {
    bool recovered;
    double wait;  /* seconds since the first refusal */
    uint64_t tag; /* of that refusal */
};

/* Notes a reject under a tag of the caller's. A key is shown when one of its rejects is, with all
 * that it met before and after. *fresh gets the marks that its key shows for the first time, *back
 * the recovery among them; nothing when the event has no sender or no recipient and so no key. */
MUST_USE enum smtplog_status inbound_note(struct inbound *inbound, const struct event *event,
                                          bool shown, uint64_t tag, unsigned *fresh,
                                          struct inbound_return *back);

/* Notes that a mail of this key was accepted at an instant. *back tells of the recovery of a key
 * that is shown. */
MUST_USE enum smtplog_status inbound_accept(struct inbound *inbound, struct span client_ip,
                                            struct span sender, struct span recipient,
                                            const struct instant *time,
                                            struct inbound_return *back);

/* How the greylisted keys that have not recovered ended, given the last instant of the log. */
void inbound_finish(const struct inbound *inbound, int64_t last, struct inbound_ends *ends);

/* Keys given up because there were too many: figures count a returning one anew. */
uint64_t inbound_evicted(const struct inbound *inbound);

#endif
