/* Messages that wait since a place would not take them: so that their end is told to its row. */
#include <stdlib.h>

#include "aggregate/signal_part.h"

#define FIRST_SLOTS 1024

uint64_t signal_message_key(const struct signal_set *set, const struct event *event)
{
    uint64_t hash = hash_lasting(set->seed, event_text(event, EVENT_HOST));
    return hash_lasting(hash, event_text(event, EVENT_QUEUE_ID)) | 1;
}

/* The slot of a message or a free one, NULL when the table is full and does not hold it. */
static struct signal_waiting *find_waiting(const struct signal_set *set, uint64_t message)
{
    size_t mask = set->waiting_slots - 1;
    for (size_t i = 0; i <= mask; i++) {
        struct signal_waiting *slot = &set->waiting[(message + i) & mask];
        if (slot->message == message || slot->message == 0) {
            return slot;
        }
    }
    return NULL;
}

static uint8_t *waiting_mark(const struct signal_set *set, uint64_t message)
{
    return &set->waiting_marks[(message >> 32) % SIGNAL_MARKS];
}

/* Room for one more message, three quarters full at most; none where the largest table is. */
static enum smtplog_status make_waiting(struct signal_set *set)
{
    if (set->waiting_slots == SIGNAL_WAITING ||
        (set->waiting != NULL && set->waiting_count < set->waiting_slots / 4 * 3)) {
        return SMTPLOG_OK;
    }
    if (set->waiting_marks == NULL) {
        set->waiting_marks = calloc(SIGNAL_MARKS, 1);
    }
    struct signal_set grown = {.waiting_slots = set->waiting == NULL ? FIRST_SLOTS
                                                                     : set->waiting_slots * 2};
    grown.waiting = calloc(grown.waiting_slots, sizeof *grown.waiting);
    if (set->waiting_marks == NULL || grown.waiting == NULL) {
        free(grown.waiting);
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; set->waiting != NULL && i < set->waiting_slots; i++) {
        if (set->waiting[i].message != 0) {
            *find_waiting(&grown, set->waiting[i].message) = set->waiting[i];
        }
    }
    free(set->waiting);
    set->waiting = grown.waiting;
    set->waiting_slots = grown.waiting_slots;
    return SMTPLOG_OK;
}

enum smtplog_status signal_keep_waiting(struct signal_set *set, const struct event *event,
                                        struct span place)
{
    TRY(make_waiting(set));
    uint64_t message = signal_message_key(set, event);
    struct signal_waiting *slot = find_waiting(set, message);
    bool fresh = slot != NULL && slot->message == 0;
    if (slot == NULL || (fresh && set->waiting_count >= SIGNAL_WAITING / 4 * 3)) {
        return SMTPLOG_OK;
    }
    uint8_t *mark = waiting_mark(set, message);
    set->waiting_count += fresh;
    *mark = (uint8_t)(*mark + (fresh && *mark < UINT8_MAX));
    *slot = (struct signal_waiting){message, hash_span(set->places.seed, place)};
    return SMTPLOG_OK;
}

/* Slots behind a freed one move up, so that a search may still end at the first free one. */
void signal_forget_waiting(struct signal_set *set, uint64_t message)
{
    uint8_t *mark = waiting_mark(set, message);
    struct signal_waiting *slot = *mark > 0 ? find_waiting(set, message) : NULL;
    if (slot == NULL || slot->message == 0) {
        return;
    }
    *mark = (uint8_t)(*mark - (*mark < UINT8_MAX));
    size_t mask = set->waiting_slots - 1;
    size_t hole = (size_t)(slot - set->waiting);
    size_t at = hole;
    set->waiting_count--;
    for (;;) {
        at = (at + 1) & mask;
        if (set->waiting[at].message == 0) {
            break;
        }
        size_t home = set->waiting[at].message & mask;
        size_t from_home = (at - home) & mask;
        size_t from_hole = (at - hole) & mask;
        if (from_home >= from_hole) {
            set->waiting[hole] = set->waiting[at];
            hole = at;
        }
    }
    set->waiting[hole] = (struct signal_waiting){0};
}
