/* From events to stories of recipients and messages: what each event changes. */
#include "track/message_part.h"

#include <limits.h>

static double seconds_between(const struct instant *from, const struct instant *to)
{
    return (double)(to->seconds - from->seconds) +
           (double)(to->nanosecond - from->nanosecond) / 1e9;
}

/* ---- deliveries ------------------------------------------------------------------------------ */

/* How long we waited before we tried again after the first greylisting, and after the first one
 * that named a time. */
static void note_retry(struct recipient *recipient, const struct event *event)
{
    struct refusal_note *note = recipient->note;
    if (!recipient->greylisted || note == NULL) {
        return;
    }
    if (note->retry < 0) {
        note->retry = seconds_between(&note->first_greylisted, &event->time);
    }
    if (note->asked > 0 && note->asked_gap < 0) {
        note->asked_gap = seconds_between(&note->asked_at, &event->time);
    }
}

static void note_refusal(struct recipient *recipient, const struct event *event)
{
    struct refusal_note *note = recipient->note;
    int stage = event_value(event, EVENT_STAGE);
    bool named = span_is(event->reason_class, "greylisting");
    if (event->possible_greylisting && !recipient->possible) {
        note->first_possible = event->time;
        recipient->possible = true;
        recipient->possible_first = !recipient->refused &&
                                    (stage == STAGE_RCPT || stage == STAGE_EOD);
    }
    if (named && !recipient->greylisted) {
        note->first_greylisted = event->time;
        recipient->greylisted = true;
    }
    if (named && note->asked <= 0 && event->asked_wait > 0) {
        note->asked = event->asked_wait;
        note->asked_at = event->time;
    }
    recipient->greylisted_450 |= named && event_value(event, EVENT_CODE) == 450;
    recipient->last_was_greylisting = named;
    recipient->refused = true;
}

static enum recipient_state state_of_outcome(int outcome)
{
    switch (outcome) {
    case OUTCOME_DELIVERED:
        return RECIPIENT_DELIVERED;
    case OUTCOME_DEFERRED:
        return RECIPIENT_DEFERRED;
    case OUTCOME_BOUNCED:
        return RECIPIENT_BOUNCED;
    case OUTCOME_EXPIRED:
        return RECIPIENT_EXPIRED;
    case OUTCOME_DISCARDED:
        return RECIPIENT_DISCARDED;
    case OUTCOME_FORWARDED:
        return RECIPIENT_FORWARDED;
    default:
        return RECIPIENT_UNKNOWN;
    }
}

static enum smtplog_status note_delivery(struct tracker *tracker, struct message *message,
                                         struct recipient *recipient, const struct event *event)
{
    bool stale = event_value(event, EVENT_STALE) != 0;
    bool refusal = event_is_refusal(event);
    int code = event_value(event, EVENT_CODE);
    enum recipient_state state = state_of_outcome(event_value(event, EVENT_STATUS));
    recipient->state = (uint8_t)state;
    if (event_is_attempt(event)) {
        recipient->attempts += event->repeat;
        note_retry(recipient, event);
    }
    if (refusal || event->reason_class.n > 0) {
        TRY(recipient_note(tracker, message, recipient, event));
        if (!stale && state != RECIPIENT_EXPIRED) {
            recipient->note->class_name = event->reason_class;
        }
    }
    if (refusal) {
        note_refusal(recipient, event);
    } else if (!stale && state != RECIPIENT_EXPIRED) {
        /* A failure that is no refusal (a timeout) or a success ends a run of greylisting; that
         * Exim gives up is no answer of anybody's. */
        recipient->last_was_greylisting = false;
    }
    if (state == RECIPIENT_BOUNCED) {
        recipient->bounce_code = (uint16_t)(code >= 500 ? code : 0);
    }
    if (state == RECIPIENT_DELIVERED && (recipient->greylisted || recipient->possible)) {
        const struct refusal_note *note = recipient->note;
        recipient->wait = seconds_between(
            recipient->greylisted ? &note->first_greylisted : &note->first_possible, &event->time);
    }
    return SMTPLOG_OK;
}

/* ---- facts of a message ---------------------------------------------------------------------- */

static enum smtplog_status note_client(struct tracker *tracker, struct message *message,
                                       const struct event *event)
{
    struct span client = event_text(event, EVENT_PEER_IP);
    struct span name = event_text(event, client.n > 0 ? EVENT_PEER : EVENT_LOCAL_USER);
    return message_set_origin(tracker, message, client.n <= CLIENT_KEPT ? client : SPAN_EMPTY,
                              span_of(name.p, name.n < NAME_KEPT ? name.n : NAME_KEPT));
}

static enum smtplog_status note_facts(struct tracker *tracker, struct message *message,
                                      const struct event *event)
{
    uint64_t number = 0;
    if (event_has(event, EVENT_SENDER)) {
        TRY(message_set_sender(tracker, message, event->text[EVENT_SENDER]));
    }
    if (event_value(event, EVENT_FACT) == FACT_ARRIVAL) {
        TRY(note_client(tracker, message, event));
    }
    if (event_has(event, EVENT_SIZE) &&
        span_to_u64(event->text[EVENT_SIZE], UINT64_MAX / 16, &number)) {
        message->size = number;
    }
    if (event_has(event, EVENT_NRCPT) && span_to_u64(event->text[EVENT_NRCPT], 1000000, &number) &&
        number > message->nrcpt) {
        message->nrcpt = (uint32_t)number;
        message->counts_originals = event->mta == MTA_EXIM;
    }
    return SMTPLOG_OK;
}

/* ---- one story under two ids ----------------------------------------------------------------- */

static bool is_loopback(struct span address)
{
    return span_starts(address, SPAN_LITERAL("127.")) || span_is(address, "::1") ||
           span_starts(address, SPAN_LITERAL("::ffff:127."));
}

/* The message that a content filter handed back to us as, or NULL when the delivery is no hop to a
 * filter. It may have ended by now. */
static enum smtplog_status filtered_message(struct tracker *tracker, const struct event *event,
                                            const struct message *message, struct message **next)
{
    struct span linked = event_text(event, EVENT_LINKED_ID);
    *next = NULL;
    if (linked.n == 0 || event_value(event, EVENT_STATUS) != OUTCOME_DELIVERED) {
        return SMTPLOG_OK;
    }
    struct message *found = NULL;
    TRY(message_of(tracker, event, linked, false, &found));
    if (found == NULL || found == message || !found->arrival_seen) {
        return SMTPLOG_OK;
    }
    struct span client = message_client(found);
    bool from_relay = client.n > 0 && span_equal(client, event_text(event, EVENT_PEER_IP));
    *next = is_loopback(client) || from_relay ? found : NULL;
    return SMTPLOG_OK;
}

/* What was seen of a recipient before belongs to its story under the other id. The note goes over
 * with it; the message it came from is charged for it until it ends. */
static void carry_over(struct recipient *from, struct recipient *to)
{
    bool adopts = to->note == NULL;
    from->moved = true;
    to->shown |= from->shown;
    to->attempts += from->attempts;
    to->refused |= from->refused;
    if (adopts) {
        to->note = from->note;
        from->note = NULL;
    }
    if (from->greylisted && (adopts || !to->greylisted)) {
        const struct refusal_note *before = adopts ? to->note : from->note;
        to->greylisted = true;
        to->greylisted_450 |= from->greylisted_450;
        to->note->first_greylisted = before->first_greylisted;
    }
    if (from->possible && adopts && !to->possible) {
        to->possible = true;
        to->possible_first = from->possible_first;
    }
}

/* The recipient of a message that an address has become: itself, or one whose original it is. */
static struct recipient *recipient_behind(const struct message *next, uint64_t address)
{
    struct recipient *behind = recipient_find(next, address);
    struct recipient *r = next->has_originals ? next->recipients : NULL;
    while (behind == NULL && r != NULL) {
        behind = r->original == address ? r : NULL;
        r = r->next;
    }
    return behind;
}

static enum smtplog_status move_recipient(struct tracker *tracker, struct recipient *recipient,
                                          struct message *next)
{
    struct recipient *behind = recipient_behind(next, recipient->address);
    if (behind == NULL) {
        TRY(recipient_add(tracker, next, recipient->address, &behind));
        behind->placeholder = true;
        behind->state = RECIPIENT_DEFERRED;
        behind->original = recipient->address;
        next->original_count++;
    }
    carry_over(recipient, behind);
    next->shown |= recipient->shown;
    return SMTPLOG_OK;
}

/* postsuper -r: what is left of the old message goes on under the new id. */
static enum smtplog_status take_over_requeued(struct tracker *tracker, const struct event *event,
                                              struct message *message)
{
    struct message *before = NULL;
    TRY(message_of(tracker, event, event_text(event, EVENT_ORIG_QUEUE_ID), false, &before));
    if (before == NULL || before == message || before->ended) {
        return SMTPLOG_OK;
    }
    for (struct recipient *r = before->recipients; r != NULL; r = r->next) {
        if (!r->moved && r->state == RECIPIENT_DEFERRED) {
            TRY(move_recipient(tracker, r, message));
        }
    }
    message->nrcpt = 0;
    before->end = event->time;
    before->nrcpt = before->counts_originals ? before->original_count : before->recipient_count;
    return message_end(tracker, before);
}

/* ---- one event ------------------------------------------------------------------------------- */

/* An address that is known under its original name only: behind a filter, or while Exim could not
 * route it. The first address that it turns into takes its place. */
static enum smtplog_status adopt(struct tracker *tracker, struct message *message,
                                 const struct event *event, uint64_t address,
                                 struct recipient **recipient)
{
    struct span original = event_text(event, EVENT_ORIG_RECIPIENT);
    *recipient = NULL;
    if (original.n == 0) {
        return SMTPLOG_OK;
    }
    struct recipient *known = recipient_find(message, hash_span(tracker->seed, original));
    bool open = known != NULL && (known->placeholder ||
                                  (event->mta == MTA_EXIM && known->state == RECIPIENT_DEFERRED));
    if (!open) {
        return SMTPLOG_OK;
    }
    *recipient = known;
    return recipient_rename(message, known, address);
}

/* Counts an address as the sender wrote it, once. */
static void note_original(struct tracker *tracker, struct message *message,
                          struct recipient *recipient, const struct event *event)
{
    struct span original = event_text(event, EVENT_ORIG_RECIPIENT);
    uint64_t hash = original.n > 0 ? hash_span(tracker->seed, original) : recipient->address;
    bool counted = recipient->original == hash;
    if (recipient->original != 0 && original.n == 0) {
        return;
    }
    bool search = original.n > 0 && event->mta == MTA_EXIM;
    for (struct recipient *r = message->recipients; search && r != NULL && !counted; r = r->next) {
        counted = r->original == hash;
    }
    recipient->original = hash;
    message->has_originals |= original.n > 0;
    message->original_count += !counted;
}

static enum smtplog_status find_recipient(struct tracker *tracker, struct message *message,
                                          const struct event *event, struct recipient **recipient,
                                          bool *is_new)
{
    uint64_t address = hash_span(tracker->seed, event_text(event, EVENT_RECIPIENT));
    *is_new = false;
    *recipient = recipient_find(message, address);
    if (*recipient == NULL) {
        TRY(adopt(tracker, message, event, address, recipient));
    }
    if (*recipient == NULL) {
        *is_new = true;
        TRY(recipient_add(tracker, message, address, recipient));
    }
    if (*is_new || (*recipient)->placeholder) {
        note_original(tracker, message, *recipient, event);
    }
    (*recipient)->placeholder = false;
    return SMTPLOG_OK;
}

/* (Not inline: most lines are no deliveries, and need no room for what one takes.) */
__attribute__((noinline)) static enum smtplog_status note_recipient(struct tracker *tracker,
                                                                    struct message *message,
                                                                    struct event *event, bool shown,
                                                                    struct track_context *context)
{
    struct recipient *recipient = NULL;
    struct message *next = NULL;
    TRY(find_recipient(tracker, message, event, &recipient, &context->first_record));
    recipient->shown |= shown;
    TRY(filtered_message(tracker, event, message, &next));
    if (next == NULL) {
        int outcome = event_value(event, EVENT_STATUS);
        message->met_deferral |= outcome == OUTCOME_DEFERRED;
        message->delivered_remote |= outcome == OUTCOME_DELIVERED &&
                                     event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND &&
                                     event_value(event, EVENT_HOP) == HOP_NONE;
        return note_delivery(tracker, message, recipient, event);
    }
    next->from_filter = true;
    event_set_value(event, EVENT_HOP, HOP_FILTER);
    return move_recipient(tracker, recipient, next);
}

static bool notice_fits(enum track_notice notice, int state)
{
    switch (notice) {
    case NOTICE_NON_DELIVERY:
    case NOTICE_POSTMASTER:
        return state == RECIPIENT_BOUNCED || state == RECIPIENT_EXPIRED;
    case NOTICE_DELAY:
        return state == RECIPIENT_DEFERRED;
    default:
        return false;
    }
}

/* Tells what a notice about this message is about. */
static enum smtplog_status tell_causes(struct tracker *tracker, struct message *message,
                                       enum track_notice notice)
{
    for (struct recipient *r = message->recipients; r != NULL; r = r->next) {
        int state = r->state == RECIPIENT_DEFERRED && message->expired ? RECIPIENT_EXPIRED
                                                                       : r->state;
        bool fits = r->shown && !r->moved && notice_fits(notice, state);
        if (!fits || (r->reported >> notice & 1) != 0 || tracker->listener.cause == NULL) {
            continue;
        }
        r->reported |= (uint8_t)(1 << notice);
        TRY(tracker->listener.cause(tracker->listener.context, notice,
                                    r->note != NULL ? r->note->class_name : SPAN_EMPTY));
    }
    return SMTPLOG_OK;
}

static enum track_notice notice_of(struct span text)
{
    static const struct {
        const char *beginning;
        enum track_notice notice;
    } words[] = {{"sender non-delivery", NOTICE_NON_DELIVERY},
                 {"sender delay", NOTICE_DELAY},
                 {"sender delivery status", NOTICE_SUCCESS},
                 {"postmaster", NOTICE_POSTMASTER}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (span_starts(text, span_cstr(words[i].beginning))) {
            return words[i].notice;
        }
    }
    return NOTICE_OTHER;
}

/* Postfix names the notice in a line of the message it is about. */
static enum smtplog_status note_notification(struct tracker *tracker, struct message *message,
                                             const struct event *event)
{
    struct message *notice = NULL;
    enum track_notice kind = notice_of(event_text(event, EVENT_TEXT));
    TRY(message_of(tracker, event, event_text(event, EVENT_LINKED_ID), true, &notice));
    if (notice != NULL) {
        notice->notice = (uint8_t)kind;
        notice->begun = true;
    }
    return tell_causes(tracker, message, kind);
}

/* Exim names the message in the arrival of the notice, and not its kind: a message with a recipient
 * that failed has a non-delivery notice, one with a recipient that waits a warning. */
static enum smtplog_status note_exim_notice(struct tracker *tracker, struct message *notice,
                                            const struct event *event)
{
    struct message *about = NULL;
    enum track_notice kind = NOTICE_OTHER;
    TRY(message_of(tracker, event, event_text(event, EVENT_LINKED_ID), false, &about));
    if (about == NULL || about == notice) {
        return SMTPLOG_OK;
    }
    for (const struct recipient *r = about->recipients; r != NULL; r = r->next) {
        bool failed = r->state == RECIPIENT_BOUNCED || r->state == RECIPIENT_EXPIRED;
        bool told = (r->reported >> NOTICE_NON_DELIVERY & 1) != 0;
        if (failed && !told) {
            kind = NOTICE_NON_DELIVERY;
        } else if (r->state == RECIPIENT_DEFERRED && kind == NOTICE_OTHER) {
            kind = NOTICE_DELAY;
        }
    }
    notice->notice = (uint8_t)kind;
    return tell_causes(tracker, about, kind);
}

static enum smtplog_status note_arrival(struct tracker *tracker, struct message *message,
                                        const struct event *event)
{
    message->arrival_seen = message->begun = true;
    message->arrival = event->time;
    if (event->mta == MTA_EXIM && event_has(event, EVENT_LINKED_ID)) {
        return note_exim_notice(tracker, message, event);
    }
    /* smtpd names an original id too, of a proxy's client: that is another server's. */
    bool local = event_text(event, EVENT_PEER_IP).n == 0 && event_text(event, EVENT_PEER).n == 0;
    return event->mta == MTA_POSTFIX && local && event_has(event, EVENT_ORIG_QUEUE_ID)
               ? take_over_requeued(tracker, event, message)
               : SMTPLOG_OK;
}

static enum smtplog_status note_event(struct tracker *tracker, struct message *message,
                                      struct event *event, bool shown,
                                      struct track_context *context)
{
    int kind = event_value(event, EVENT_KIND);
    *(kind == KIND_CONTEXT ? &message->line_shown : &message->shown) |= shown;
    switch (event_value(event, EVENT_FACT)) {
    case FACT_ARRIVAL:
        TRY(note_arrival(tracker, message, event));
        return note_facts(tracker, message, event);
    case FACT_MESSAGE_ID:
        message->begun = true;
        break;
    case FACT_EXPIRED:
    case FACT_FORCE_EXPIRED:
        message->expired = true;
        break;
    case FACT_NOTIFICATION:
        TRY(note_notification(tracker, message, event));
        break;
    default:
        break;
    }
    if (kind == KIND_CONTEXT) {
        return note_facts(tracker, message, event);
    }
    /* Only context lines come without a context. */
    return kind == KIND_DELIVERY && context != NULL
               ? note_recipient(tracker, message, event, shown, context)
               : SMTPLOG_OK;
}

/* Facts that open a message even when nothing else of it was seen. */
#define OPENING_FACTS                                                             \
    (FACT_SET(FACT_ARRIVAL) | FACT_SET(FACT_QUEUED) | FACT_SET(FACT_MESSAGE_ID) | \
     FACT_SET(FACT_EXPIRED) | FACT_SET(FACT_FORCE_EXPIRED))

static bool event_opens_message(const struct event *event)
{
    return (event_fact_set(event) & OPENING_FACTS) != 0 ||
           event_value(event, EVENT_KIND) == KIND_DELIVERY;
}

void tracker_tell_named_only(struct tracker *tracker)
{
    tracker->named_only = true;
}

enum smtplog_status tracker_add(struct tracker *tracker, struct event *event, bool shown,
                                struct track_context *context)
{
    struct span queue_id = event_text(event, EVENT_QUEUE_ID);
    if (context != NULL) {
        *context = (struct track_context){.sender = SPAN_EMPTY, .client_ip = SPAN_EMPTY};
    }
    if (queue_id.n == 0) {
        return SMTPLOG_OK;
    }
    struct message *message = message_known(tracker, event, queue_id);
    if (message == NULL || message->ended) {
        TRY(message_of(tracker, event, queue_id, event_opens_message(event), &message));
    }
    tracker->expected.queue_id = SPAN_EMPTY;
    if (message == NULL || message->ended) {
        return SMTPLOG_OK;
    }
    uint32_t fact = event_fact_set(event);
    if (fact == FACT_SET(FACT_ARRIVAL) && message->arrival_seen) {
        /* The line that ended the first one is missing, and its id is in use again. */
        TRY(message_renew(tracker, event, &message));
        if (message == NULL) {
            return SMTPLOG_OK;
        }
    }
    TRY(note_event(tracker, message, event, shown, context));
    if ((fact & (FACT_SET(FACT_REMOVED) | FACT_SET(FACT_CANCELED))) != 0) {
        message->canceled = fact == FACT_SET(FACT_CANCELED);
        message->end = event->time;
        return message_end(tracker, message);
    }
    if (context != NULL) {
        context->sender = message_sender(message);
        context->has_sender = message->sender_known;
        context->client_ip = message_client(message);
        context->arrival = message->arrival;
        context->size = message->size;
    }
    return SMTPLOG_OK;
}
