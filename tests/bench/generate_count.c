/* Counts in the truth what each written event means for recipients, messages and triplets: the
 * rules of section 2 of the interface, applied by the one who knows what happened. Lines and codes
 * are counted by the writer. */
#include "generate.h"

/* --- truth of inbound refusals --- */

void code_count(struct world *world, uint32_t code, enum direction direction)
{
    if (code != 0) {
        struct tally *tally = &world->truth.code[code];
        tally->count++;
        tally->outbound += direction == OUTBOUND;
        tally->inbound += direction == INBOUND;
    }
}

/* The code that the log shows, or 0; then the one that its words imply. */
static uint32_t refusal_code(const struct world *world, const struct refusal *refusal)
{
    return world->writer->exim ? refusal->exim_code : refusal->code;
}

static uint32_t refusal_implied(const struct world *world, const struct refusal *refusal)
{
    return world->writer->exim ? refusal->exim_implied : 0;
}

void refusal_count(struct world *world, const struct refusal *refusal)
{
    uint32_t code = refusal_code(world, refusal);
    if (world->writer->dialogues_only) {
        return; /* our server's sessions are not in them */
    }
    world->truth.rejects++;
    world->truth.reject_stage[refusal->stage]++;
    if (code != 0) {
        world->truth.reject_code[code]++;
        code_count(world, code, INBOUND);
    } else {
        world->truth.reject_implied[refusal_implied(world, refusal)]++;
    }
}

#define TRIPLET_SEEN    1u
#define TRIPLET_550     2u
#define TRIPLET_IMPLIED 4u

static uint8_t triplet_count(struct world *world, const struct refusal *refusal, uint8_t seen)
{
    uint8_t now = TRIPLET_SEEN;
    now |= refusal_code(world, refusal) == 550 ? TRIPLET_550 : 0;
    now |= refusal_implied(world, refusal) == 550 ? TRIPLET_IMPLIED : 0;
    uint8_t fresh = now & (uint8_t)~seen;
    world->truth.triplets += (fresh & TRIPLET_SEEN) != 0;
    world->truth.hard_550_triplets += (fresh & TRIPLET_550) != 0;
    world->truth.hard_550_implied_triplets += (fresh & TRIPLET_IMPLIED) != 0;
    return seen | now;
}

void spam_count(struct world *world, uint32_t triplet, const struct refusal *refusal)
{
    refusal_count(world, refusal);
    if (refusal->stage == STAGE_RCPT) { /* else the line lacks sender or recipient: no triplet */
        world->spam_seen[triplet] = triplet_count(world, refusal, world->spam_seen[triplet]);
    }
}

/* A recipient that no other refusal names. */
void second_recipient_count(struct world *world, const struct refusal *refusal)
{
    refusal_count(world, refusal);
    triplet_count(world, refusal, 0);
}

void greylist_count(struct world *world, struct message *message, const struct refusal *refusal)
{
    struct truth *truth = &world->truth;
    bool with_450 = refusal_code(world, refusal) == 450;
    refusal_count(world, refusal);
    truth->grey_reject_lines++;
    truth->grey_450_reject_lines += with_450;
    if (message->triplet == UINT32_MAX) {
        if (world->triplet_count == world->triplet_size) {
            world->triplet_size = world->triplet_size == 0 ? 1024 : world->triplet_size * 2;
            world->triplet_time = world_grow(world->triplet_time, world->triplet_size,
                                             sizeof(int64_t));
        }
        message->triplet = world->triplet_count++;
        world->triplet_time[message->triplet] = world->second;
        truth->triplets++;
        truth->grey_triplets++;
        truth->grey_450_triplets += with_450;
    }
}

/* A mail with the key of a refused triplet was accepted. */
void greylist_recover(struct world *world, struct message *message)
{
    message->returned = false;
    world->triplet_time[message->triplet] = -1;
    world->truth.triplet_recovered++;
}

void greylist_close(struct world *world)
{
    for (uint32_t i = 0; i < world->triplet_count; i++) {
        if (world->triplet_time[i] >= 0) {
            bool never = world->last_stamp - world->triplet_time[i] >= 86400;
            world->truth.triplet_never += never;
            world->truth.triplet_waiting += !never;
        }
    }
}

/* --- truth of deliveries --- */

static void refused_count(struct world *world, struct recipient *recipient,
                          const struct outcome *outcome)
{
    struct truth *truth = &world->truth;
    bool first = (recipient->flags & RECIPIENT_REFUSED) == 0;
    truth->refusal_lines++;
    recipient->flags |= RECIPIENT_REFUSED;
    recipient->flags &= (uint8_t)~RECIPIENT_LAST_GREY;
    if (outcome->wording == WORDING_GREYLISTING) {
        truth->grey_lines++;
        truth->grey_code[outcome->code]++;
        if ((recipient->flags & RECIPIENT_GREYLISTED) == 0) {
            recipient->greylisted_at = world_now(world);
        }
        recipient->flags |= RECIPIENT_GREYLISTED | RECIPIENT_LAST_GREY;
        recipient->flags |= outcome->code == 450 ? RECIPIENT_GREYLIST_450 : 0;
    } else if (outcome->wording == WORDING_POSSIBLE) {
        truth->possible_lines++;
        recipient->flags |= RECIPIENT_POSSIBLE;
        recipient->flags |= first ? RECIPIENT_BEHAVES : 0;
    }
}

/* Counts the delivery line just written. */
void outcome_count(struct world *world, struct recipient *recipient, const struct outcome *outcome,
                   bool stale)
{
    struct truth *truth = &world->truth;
    recipient->state = (uint8_t)outcome->status;
    if (stale) {
        return; /* repeats an old failure: neither attempt nor refusal */
    }
    truth->attempts++;
    truth->attempt[outcome->status]++;
    if (outcome->code >= 400) {
        refused_count(world, recipient, outcome);
    }
    if (outcome->status == STATUS_DEFERRED && outcome->wording != WORDING_GREYLISTING) {
        recipient->flags |= RECIPIENT_DEFERRED;
    } else if (outcome->status == STATUS_BOUNCED) {
        recipient->bounce_code = outcome->code;
        truth->hard_lines += outcome->code >= 500;
        truth->hard_code[outcome->code] += outcome->code >= 500;
    } else if (outcome->status == STATUS_DELIVERED &&
               (recipient->flags & RECIPIENT_GREYLISTED) != 0) {
        int64_t wait = (world_now(world) - recipient->greylisted_at + 500000) / 1000000;
        truth->wait[wait < WAIT_LIMIT ? wait : WAIT_LIMIT - 1]++;
    }
}

static void greylisted_close(struct truth *truth, const struct message *message,
                             const struct recipient *recipient)
{
    truth->grey_recipients++;
    truth->null_grey_recipients += message->null_sender;
    truth->grey_450_recipients += (recipient->flags & RECIPIENT_GREYLIST_450) != 0;
    truth->grey_and_hard_550 += recipient->state == STATUS_BOUNCED && recipient->bounce_code == 550;
    if (recipient->state == STATUS_DELIVERED) {
        truth->grey_recovered++;
    } else if (recipient->state == STATUS_BOUNCED && recipient->bounce_code >= 500) {
        truth->grey_refused++;
    } else if (recipient->state == STATUS_EXPIRED &&
               (recipient->flags & RECIPIENT_LAST_GREY) != 0) {
        truth->grey_lost++;
    } else if (recipient->state == STATUS_DEFERRED || recipient->state == STATUS_UNKNOWN) {
        truth->grey_waiting++;
    } else {
        truth->grey_other++;
    }
}

/* The recipient's state is final, or the log ends. */
static void recipient_close(struct world *world, const struct message *message,
                            struct recipient *recipient)
{
    struct truth *truth = &world->truth;
    if (recipient->state == STATUS_NONE && !world->recipients_named) {
        return; /* nothing in the log tells of it */
    }
    if (recipient->state == STATUS_NONE) {
        recipient->state = STATUS_UNKNOWN;
    }
    uint32_t flags = recipient->flags;
    truth->recipients++;
    truth->recipient[recipient->state]++;
    truth->null_recipients += message->null_sender;
    truth->null_recipient[recipient->state] += message->null_sender;
    truth->refused_recipients += (flags & RECIPIENT_REFUSED) != 0;
    truth->possible_recipients += (flags & RECIPIENT_POSSIBLE) != 0;
    if ((flags & RECIPIENT_GREYLISTED) != 0) {
        greylisted_close(truth, message, recipient);
    }
    if (recipient->state == STATUS_DELIVERED) {
        truth->after_greylisting += (flags & RECIPIENT_GREYLISTED) != 0;
        truth->after_deferral += (flags & (RECIPIENT_GREYLISTED | RECIPIENT_DEFERRED)) ==
                                 RECIPIENT_DEFERRED;
        truth->first_try += (flags & (RECIPIENT_GREYLISTED | RECIPIENT_DEFERRED)) == 0;
        truth->behaved_like += (flags & RECIPIENT_BEHAVES) != 0;
    } else if (recipient->state == STATUS_BOUNCED && recipient->bounce_code == 0) {
        truth->bounced_without_reply++;
    } else if (recipient->state == STATUS_BOUNCED) {
        truth->hard_recipients++;
        truth->hard_recipient_code[recipient->bounce_code]++;
        truth->hard_null_recipients += message->null_sender;
    }
}

void message_close(struct world *world, struct message *message)
{
    uint32_t worst = STATUS_NONE;
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        struct recipient *recipient = &message->recipient[i];
        recipient_close(world, message, recipient);
        if (recipient->state == STATUS_DELIVERED) {
            world->truth.bytes_delivered += message->size;
        }
        worst = recipient->state > worst ? recipient->state : worst;
    }
    /* Arrived, and nothing told yet of whom it is for. */
    worst = worst == STATUS_NONE ? STATUS_UNKNOWN : worst;
    world->truth.message[worst]++;
}
