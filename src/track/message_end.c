/* The ends of stories: what is told of recipients and messages. Trust: as message.h. */
#include "track/message_part.h"

const char *recipient_state_name(enum recipient_state state)
{
    static const char *const names[RECIPIENT_STATES] = {
        "unknown", "delivered", "deferred", "bounced", "expired", "discarded", "forwarded"};
    return names[state];
}

const char *track_notice_name(enum track_notice notice)
{
    static const char *const names[NOTICES] = {"none",    "non_delivery", "delay",
                                               "success", "postmaster",   "other"};
    return names[notice];
}

/* Worse first: interface, "Message". */
static int state_rank(enum recipient_state state)
{
    static const int ranks[RECIPIENT_STATES] = {
        [RECIPIENT_BOUNCED] = 6,   [RECIPIENT_EXPIRED] = 5,   [RECIPIENT_DEFERRED] = 4,
        [RECIPIENT_UNKNOWN] = 3,   [RECIPIENT_DISCARDED] = 2, [RECIPIENT_FORWARDED] = 1,
        [RECIPIENT_DELIVERED] = 0,
    };
    return ranks[state];
}

static enum recipient_state worse(enum recipient_state a, enum recipient_state b)
{
    return state_rank(a) > state_rank(b) ? a : b;
}

static bool null_sender(const struct message *message)
{
    return message->sender_known && message->sender_length == 0;
}

static void tell_greylisting(struct recipient_story *story, const struct refusal_note *note)
{
    story->retried = note->retry >= 0;
    story->retry = story->retried ? note->retry : 0;
    story->asked = note->asked;
    story->asked_retry = note->asked_gap >= 0;
    story->asked_gap = story->asked_retry ? note->asked_gap : 0;
    story->domain = span_of(note->domain, note->domain_length);
    story->provider = note->provider;
}

static struct recipient_story story_of(const struct message *message,
                                       const struct recipient *recipient, enum message_fate fate)
{
    struct recipient_story story = {
        .state = (enum recipient_state)recipient->state,
        .null_sender = null_sender(message),
        .began_before = !message->begun,
        .attempts = recipient->attempts,
        .refused = recipient->refused,
        .greylisted = recipient->greylisted,
        .greylisted_450 = recipient->greylisted_450,
        .possible = recipient->possible,
        .possible_first = recipient->possible_first,
        .last_was_greylisting = recipient->last_was_greylisting,
        .bounce_code = recipient->bounce_code,
        .wait = recipient->wait,
        .domain = SPAN_EMPTY,
        .provider = SPAN_EMPTY,
    };
    if (story.state == RECIPIENT_DEFERRED && message->expired) {
        story.state = RECIPIENT_EXPIRED;
    } else if (story.state == RECIPIENT_DEFERRED && fate == FATE_REMOVED) {
        story.state = RECIPIENT_UNKNOWN;
    }
    story.open_at_end = fate == FATE_LOG_ENDS &&
                        (story.state == RECIPIENT_DEFERRED || story.state == RECIPIENT_UNKNOWN);
    if (recipient->greylisted && recipient->note != NULL) {
        tell_greylisting(&story, recipient->note);
    }
    return story;
}

enum smtplog_status recipient_tell_early(struct tracker *tracker, struct message *message,
                                         const struct recipient *recipient)
{
    struct recipient_story story = story_of(message, recipient, FATE_GIVEN_UP);
    message->told_count++;
    if (recipient->moved) {
        return SMTPLOG_OK;
    }
    message->told_state = (uint8_t)worse(story.state, (enum recipient_state)message->told_state);
    if (!recipient->shown) {
        return SMTPLOG_OK;
    }
    message->told_shown++;
    message->told_delivered += story.state == RECIPIENT_DELIVERED;
    tracker->evicted += story.state == RECIPIENT_DEFERRED;
    return tracker->listener.recipient(tracker->listener.context, &story);
}

/* Recipients that the queue manager or the list of an arrival counted but no line named. */
static enum smtplog_status tell_unseen(struct tracker *tracker, const struct message *message,
                                       enum message_fate fate, struct message_story *whole)
{
    struct recipient_story unseen = {.state = message->expired ? RECIPIENT_EXPIRED
                                                               : RECIPIENT_UNKNOWN,
                                     .null_sender = whole->null_sender,
                                     .began_before = !message->begun,
                                     .open_at_end = fate == FATE_LOG_ENDS && !message->expired};
    for (uint32_t n = message_seen(message); n < message->nrcpt; n++) {
        whole->state = worse(unseen.state, whole->state);
        whole->recipients++;
        TRY(tracker->listener.recipient(tracker->listener.context, &unseen));
    }
    return SMTPLOG_OK;
}

/* What a message's story says of the whole; its recipients are added one by one. */
static struct message_story whole_story(const struct message *message, enum message_fate fate)
{
    bool told = message->told_count > 0;
    return (struct message_story){
        .state = told ? (enum recipient_state)message->told_state : RECIPIENT_DELIVERED,
        .null_sender = null_sender(message),
        .arrival_seen = message->arrival_seen,
        .began_before = !message->begun,
        .open_at_end = fate == FATE_LOG_ENDS,
        .notice = (enum track_notice)message->notice,
        .size = message->size,
        .recipients = message->told_shown,
        .delivered = message->told_delivered,
        .has_sender = message->sender_known,
        .sender = message_sender(message),
        .client_ip = message_client(message),
        .client_name = message_client_name(message),
        .arrival = message->arrival,
        .ended = message->ended,
        .canceled = message->canceled,
        .end = message->end,
        .delivered_remote = message->delivered_remote,
        .met_deferral = message->met_deferral,
        .from_filter = message->from_filter,
    };
}

enum smtplog_status message_tell(struct tracker *tracker, const struct message *message,
                                 enum message_fate fate)
{
    struct message_story whole = whole_story(message, fate);
    for (const struct recipient *r = message->recipients; r != NULL; r = r->next) {
        if (r->moved) {
            continue;
        }
        struct recipient_story story = story_of(message, r, fate);
        whole.state = worse(story.state, whole.state);
        if (r->shown) {
            whole.recipients++;
            whole.delivered += story.state == RECIPIENT_DELIVERED;
            TRY(tracker->listener.recipient(tracker->listener.context, &story));
        }
    }
    bool no_record = message->recipient_count == 0 && message->line_shown;
    if (!message->shown && (!no_record || tracker->named_only)) {
        return SMTPLOG_OK;
    }
    if (!tracker->named_only) {
        TRY(tell_unseen(tracker, message, fate, &whole));
    }
    if (message->recipient_count == 0 && message->nrcpt == 0) {
        whole.state = RECIPIENT_UNKNOWN;
    }
    return tracker->listener.message(tracker->listener.context, &whole);
}

bool message_is_waiting(const struct message *message)
{
    for (const struct recipient *r = message->recipients; r != NULL; r = r->next) {
        if (!r->moved && r->state == RECIPIENT_DEFERRED && !message->expired) {
            return true;
        }
    }
    return message_seen(message) < message->nrcpt;
}
