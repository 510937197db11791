/* What the kept lines of one message or session say. */
#include "track/trail_story.h"

#include <stdlib.h>

void trail_story_free(struct trail_story *story)
{
    free(story->recipients);
    *story = (struct trail_story){0};
}

double trail_seconds(const struct trail_line *from, const struct trail_line *to)
{
    const struct instant *a = &from->event.time;
    const struct instant *b = &to->event.time;
    return (double)(b->seconds - a->seconds) + (double)(b->nanosecond - a->nanosecond) / 1e9;
}

/* ---- recipients ------------------------------------------------------------------------------ */

static enum smtplog_status recipient_of(struct trail_story *story, struct span address,
                                        struct trail_recipient **recipient)
{
    for (size_t i = story->count; i > 0; i--) {
        if (span_equal(story->recipients[i - 1].address, address)) {
            *recipient = &story->recipients[i - 1];
            return SMTPLOG_OK;
        }
    }
    if (story->count == story->capacity) {
        size_t capacity = story->capacity > 0 ? 2 * story->capacity : 4;
        struct trail_recipient *grown = realloc(story->recipients, capacity * sizeof *grown);
        if (grown == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        story->recipients = grown;
        story->capacity = capacity;
    }
    *recipient = &story->recipients[story->count++];
    **recipient = (struct trail_recipient){.address = address};
    return SMTPLOG_OK;
}

static enum recipient_state state_of(int outcome)
{
    static const enum recipient_state states[OUTCOMES] = {
        [OUTCOME_DELIVERED] = RECIPIENT_DELIVERED, [OUTCOME_DEFERRED] = RECIPIENT_DEFERRED,
        [OUTCOME_BOUNCED] = RECIPIENT_BOUNCED,     [OUTCOME_EXPIRED] = RECIPIENT_EXPIRED,
        [OUTCOME_DISCARDED] = RECIPIENT_DISCARDED, [OUTCOME_FORWARDED] = RECIPIENT_FORWARDED,
        [OUTCOME_NONE] = RECIPIENT_UNKNOWN,        [OUTCOME_REJECTED] = RECIPIENT_UNKNOWN,
    };
    return states[outcome];
}

static void note_way(const struct trail *trail, const struct trail_node *node,
                     const struct event *event, struct trail_recipient *recipient)
{
    struct span linked = event_text(event, EVENT_LINKED_ID);
    struct trail_node *next = linked.n > 0 ? trail_linked(trail, node, linked) : NULL;
    if (next == NULL) {
        return;
    }
    bool forward = event_value(event, EVENT_STATUS) == OUTCOME_FORWARDED;
    bool back = next->local && span_equal(next->host, node->host);
    recipient->next = next;
    recipient->way = forward ? WAY_FORWARD : back ? WAY_FILTER : WAY_RELAY;
}

static enum smtplog_status note_delivery(const struct trail *trail, const struct trail_node *node,
                                         const struct trail_line *line, struct trail_story *story)
{
    const struct event *event = &line->event;
    struct trail_recipient *recipient = NULL;
    int status = event_value(event, EVENT_STATUS);
    bool stale = event_value(event, EVENT_STALE) != 0;
    TRY(recipient_of(story, event_text(event, EVENT_RECIPIENT), &recipient));
    recipient->state = state_of(status);
    recipient->decided = status != OUTCOME_DEFERRED;
    recipient->last = line;
    if (event_is_attempt(event)) {
        recipient->attempts += event->repeat;
        recipient->first = recipient->first != NULL ? recipient->first : line;
        if (recipient->greylisting != NULL && recipient->retry == NULL) {
            recipient->retry = line;
        }
    }
    bool failed = status == OUTCOME_DEFERRED || status == OUTCOME_BOUNCED;
    if (failed && !stale) {
        recipient->failure = line;
        recipient->refusals += status == OUTCOME_DEFERRED ? event->repeat : 0;
        if (recipient->greylisting == NULL && span_is(event->reason_class, "greylisting")) {
            recipient->greylisting = line;
        }
    } else if (failed && recipient->failure == NULL) {
        recipient->failure = line;
    }
    note_way(trail, node, event, recipient);
    return SMTPLOG_OK;
}

/* ---- the message, the session ---------------------------------------------------------------- */

static void note_fact(const struct trail_line *line, struct trail_story *story)
{
    const struct event *event = &line->event;
    uint64_t size = 0;
    switch (event_value(event, EVENT_FACT)) {
    case FACT_ARRIVAL:
        story->arrival = story->arrival != NULL ? story->arrival : line;
        story->accepted++;
        break;
    case FACT_REMOVED:
        story->ended = line;
        break;
    case FACT_CANCELED:
        story->canceled = line;
        break;
    case FACT_HELD:
        story->held = line;
        break;
    case FACT_RELEASED:
    case FACT_REQUEUED:
        story->held = NULL;
        break;
    default:
        break;
    }
    bool envelope = event_value(event, EVENT_FACT) == FACT_ARRIVAL ||
                    event_value(event, EVENT_FACT) == FACT_QUEUED;
    if (envelope && event_has(event, EVENT_SENDER)) {
        story->has_sender = true;
        story->sender = event_text(event, EVENT_SENDER);
    }
    if (envelope && span_to_u64(event_text(event, EVENT_SIZE), UINT64_MAX / 16, &size)) {
        story->size = size;
    }
}

/* Postfix gives up: what was still waiting has expired. */
static void note_expiry(struct trail_story *story, const struct trail_line *line)
{
    for (size_t i = 0; i < story->count; i++) {
        struct trail_recipient *recipient = &story->recipients[i];
        if (recipient->state == RECIPIENT_DEFERRED) {
            recipient->state = RECIPIENT_EXPIRED;
            recipient->decided = true;
            recipient->last = line;
        }
    }
}

static void note_event(const struct trail_line *line, struct trail_story *story)
{
    const struct event *event = &line->event;
    switch (event_value(event, EVENT_KIND)) {
    case KIND_REJECT:
        story->first_reject = story->first_reject != NULL ? story->first_reject : line;
        story->rejected = line;
        story->rejects += event->repeat;
        break;
    case KIND_AUTH:
        story->login = line;
        story->logins_failed += event->repeat;
        break;
    case KIND_CONNECTION:
        story->broken = line;
        break;
    default:
        break;
    }
}

/* Removed without a word about a recipient who waited: nothing is known of that one. */
static void close_message(struct trail_story *story)
{
    for (size_t i = 0; story->ended != NULL && i < story->count; i++) {
        if (story->recipients[i].state == RECIPIENT_DEFERRED) {
            story->recipients[i].state = RECIPIENT_UNKNOWN;
        }
    }
}

enum smtplog_status trail_story_make(const struct trail *trail, const struct trail_node *node,
                                     struct trail_story *story)
{
    *story = (struct trail_story){.sender = SPAN_EMPTY};
    for (size_t i = 0; i < node->count; i++) {
        const struct trail_line *line = node->lines[i];
        const struct event *event = &line->event;
        bool own = node->kind == TRAIL_SESSION ||
                   span_equal(event_text(event, EVENT_QUEUE_ID), node->name);
        if (!own || (line->bin != BIN_EVENT && line->bin != BIN_CONTEXT)) {
            continue;
        }
        int fact = event_value(event, EVENT_FACT);
        note_fact(line, story);
        if (fact == FACT_EXPIRED || fact == FACT_FORCE_EXPIRED) {
            note_expiry(story, line);
        }
        if (event_value(event, EVENT_KIND) == KIND_DELIVERY && node->kind == TRAIL_MESSAGE) {
            enum smtplog_status status = note_delivery(trail, node, line, story);
            if (status != SMTPLOG_OK) {
                trail_story_free(story);
                return status;
            }
        } else {
            note_event(line, story);
        }
    }
    close_message(story);
    return SMTPLOG_OK;
}
