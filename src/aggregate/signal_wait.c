/* Messages that wait since a place would not take them: so that their end is told to its row. */
#include <stdlib.h>

#include "aggregate/signal_part.h"

uint64_t signal_message_key(const struct signal_set *set, const struct event *event)
{
    uint64_t hash = hash_span(set->seed, event_text(event, EVENT_HOST));
    return hash_span(hash, event_text(event, EVENT_QUEUE_ID)) | 1;
}

/* The slot of a message or a free one, NULL when the table is full and does not hold it. */
static struct signal_waiting *find_waiting(const struct signal_set *set, uint64_t message)
{
    for (size_t i = 0; i < SIGNAL_WAITING; i++) {
        struct signal_waiting *slot = &set->waiting[(message + i) % SIGNAL_WAITING];
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

static enum smtplog_status make_waiting(struct signal_set *set)
{
    if (set->waiting == NULL) {
        free(set->waiting_marks);
        set->waiting_marks = calloc(SIGNAL_MARKS, 1);
        set->waiting = calloc(SIGNAL_WAITING, sizeof *set->waiting);
    }
    return set->waiting != NULL && set->waiting_marks != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
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
    size_t hole = (size_t)(slot - set->waiting);
    size_t at = hole;
    set->waiting_count--;
    for (;;) {
        at = (at + 1) % SIGNAL_WAITING;
        if (set->waiting[at].message == 0) {
            break;
        }
        size_t home = set->waiting[at].message % SIGNAL_WAITING;
        size_t from_home = (at + SIGNAL_WAITING - home) % SIGNAL_WAITING;
        size_t from_hole = (at + SIGNAL_WAITING - hole) % SIGNAL_WAITING;
        if (from_home >= from_hole) {
            set->waiting[hole] = set->waiting[at];
            hole = at;
        }
    }
    set->waiting[hole] = (struct signal_waiting){0};
}
