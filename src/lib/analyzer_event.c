/* What a run does with an event: the story it belongs to, the figures it adds to, the record it
 * becomes. Trust: events hold texts from logs. */
#include "lib/analyzer.h"

#define OUTPUT_BLOCK   ((size_t)64 * 1024)
#define SENDER_MAXIMUM 65536

static enum smtplog_status write_record(struct smtplog_analyzer *a, size_t file,
                                        struct event *event)
{
    if (a->redactor != NULL) {
        TRY(redact_event(a->redactor, event));
    }
    struct span *path = &a->inputs[file].path;
    if (path->n == 0) {
        *path = redaction_path(a, a->plan.files[file].path);
    }
    event_writer_add(a->event_writer, event, *path, &a->out);
    return a->out.length >= OUTPUT_BLOCK ? analyzer_write_out(a) : SMTPLOG_OK;
}

/* said: the event as it may be shown. */
enum smtplog_status analyzer_note_reject(struct smtplog_analyzer *a, const struct event *event,
                                         const struct event *said, bool shown,
                                         struct inbound_return *back)
{
    unsigned fresh = 0;
    struct greylist_figures *detail = &a->summary->greylist_detail;
    bool named = span_is(event->reason_class, "greylisting");
    TRY(inbound_note(a->inbound, event, shown, named ? greylist_sender_tag(detail, said) : 0,
                     &fresh, back));
    summary_add_inbound(a->summary, fresh);
    if (a->held != NULL && fresh != 0) {
        TRY(held_note_refusal(a->held, event));
    }
    return (fresh & INBOUND_GREYLISTED) != 0 ? greylist_sender_greylisted(detail, said)
                                             : SMTPLOG_OK;
}

/* A refusal we gave, or a mail that came back and was let in. */
static enum smtplog_status add_inbound(struct smtplog_analyzer *a, const struct event *event,
                                       const struct event *said,
                                       const struct track_context *context, bool shown)
{
    struct inbound_return back = {.recovered = false};
    if (event_value(event, EVENT_KIND) == KIND_REJECT && event_is_refusal(event)) {
        TRY(analyzer_note_reject(a, event, said, shown, &back));
    } else if (context->first_record && context->has_sender && context->client_ip.n > 0) {
        struct span address = event_text(event, EVENT_ORIG_RECIPIENT);
        signal_accept(a->summary->signals, context->sender, event_text(event, EVENT_RECIPIENT));
        TRY(inbound_accept(a->inbound, context->client_ip, context->sender,
                           address.n > 0 ? address : event_text(event, EVENT_RECIPIENT),
                           &context->arrival, &back));
        if (a->held != NULL) {
            TRY(held_note_accept(a->held, event, context));
        }
    }
    return analyzer_note_return(a, &back);
}

enum smtplog_status analyzer_note_return(struct smtplog_analyzer *a,
                                         const struct inbound_return *back)
{
    if (!back->recovered) {
        return SMTPLOG_OK;
    }
    greylist_sender_recovered(&a->summary->greylist_detail, back->tag);
    return summary_add_inbound_recovery(a->summary, back->wait);
}

/* Under a filter the messages that came in are those of which an event is shown. */
static enum smtplog_status add_arrival_of(struct smtplog_analyzer *a, const struct event *event,
                                          const struct selected *selected)
{
    const struct identity *identity = &selected->identity;
    bool in_range = selected->has_identity && identity->arrival_seen &&
                    !(a->has_since && instant_compare(&identity->arrival, &a->since) < 0);
    if (!in_range || !identity_take_arrival(a->selection.identities, event)) {
        return SMTPLOG_OK;
    }
    return summary_add_received(a->summary, &identity->arrival, identity->logged_in);
}

/* Into the figures, with the sender as it may be shown. */
static enum smtplog_status add_figures(struct smtplog_analyzer *a, const struct event *said,
                                       const struct track_context *context)
{
    struct strbuf sender;
    struct traffic_message message = {context->has_sender, context->sender, context->size};
    if (a->redactor == NULL || context->sender.n == 0) {
        return summary_add_event(a->summary, said, &message);
    }
    strbuf_init(&sender, SENDER_MAXIMUM);
    redact_address(a->redactor, context->sender, &sender);
    message.sender = strbuf_span(&sender);
    enum smtplog_status status = strbuf_status(&sender);
    status = status == SMTPLOG_OK ? summary_add_event(a->summary, said, &message) : status;
    strbuf_free(&sender);
    return status;
}

/* To the tracker and, when shown, into the figures. */
static enum smtplog_status add_event(struct smtplog_analyzer *a, struct event *event,
                                     const struct selected *selected, bool in_range)
{
    struct track_context context;
    uint64_t unseen = 0;
    bool is_record = event_value(event, EVENT_KIND) != KIND_CONTEXT;
    bool filtered = a->selection.filter != NULL;
    bool expected = selected->shown && a->redactor == NULL;
    tracker_expect(a->tracker, event);
    if (a->held != NULL) {
        held_expect(a->held, event);
    }
    if (expected) {
        summary_expect(a->summary, event);
    }
    TRY(tracker_add(a->tracker, event, selected->shown && (is_record || !filtered), &context));
    TRY(session_note(a->sessions, event, &unseen));
    TRY(a->held != NULL ? held_note(a->held, event) : SMTPLOG_OK);
    struct event redacted;
    const struct event *said = event;
    if (a->redactor != NULL) {
        redacted = *event;
        TRY(redact_event(a->redactor, &redacted));
        said = &redacted;
    }
    if (expected) {
        struct traffic_message message = {context.has_sender, context.sender, context.size};
        summary_approach(a->summary, &message);
    }
    TRY(add_inbound(a, event, said, &context, selected->shown));
    TRY(analyzer_add_greylister(a, event, selected->shown && !filtered));
    bool arrives = event_value(event, EVENT_FACT) == FACT_ARRIVAL && !is_record;
    if (!selected->shown || (filtered && arrives)) {
        if (in_range) {
            summary_add_hidden(a->summary, event);
        }
        return SMTPLOG_OK;
    }
    if (filtered && is_record) {
        TRY(add_arrival_of(a, event, selected));
    }
    if (unseen > 0) {
        TRY(summary_add_unseen_auth(a->summary, said, unseen));
        TRY(funnel_add_unseen_auth(&a->summary->funnel, said, unseen));
    }
    TRY(funnel_add(&a->summary->funnel, said));
    TRY(is_record ? sightings_add(&a->summary->sightings, said) : SMTPLOG_OK);
    TRY(unseen > 0 ? signal_add_unseen_auth(a->summary->signals, said, unseen) : SMTPLOG_OK);
    TRY(signal_add(a->summary->signals, said, event));
    TRY(a->recent != NULL ? recent_add(a->recent, said) : SMTPLOG_OK);
    return add_figures(a, said, &context);
}

/* Adds what other lines of the message tell. The tracker knows which deliveries go to a filter. */
static enum smtplog_status join_event(struct smtplog_analyzer *a, struct event *event,
                                      const struct selected *selected)
{
    struct track_context context;
    TRY(tracker_add(a->tracker, event, selected->shown, &context));
    if (!selected->has_identity) {
        return SMTPLOG_OK;
    }
    const struct identity *known = &selected->identity;
    if (known->has_sender && !event_has(event, EVENT_SENDER)) {
        event_set_text(event, EVENT_SENDER, known->sender);
    }
    if (known->message_id.n > 0 && !event_has(event, EVENT_MESSAGE_ID)) {
        event_set_text(event, EVENT_MESSAGE_ID, known->message_id);
    }
    struct span client = known->client_ip.n > 0 ? known->client_ip : known->client;
    if (client.n > 0) {
        event_set_text(event, EVENT_CLIENT, client);
    }
    return SMTPLOG_OK;
}

enum smtplog_status analyzer_take_event(struct smtplog_analyzer *a, size_t file,
                                        struct event *event, bool in_range)
{
    struct selected selected;
    bool is_record = event_value(event, EVENT_KIND) != KIND_CONTEXT;
    if (a->has_until && event->has_time && instant_compare(&event->time, &a->until) >= 0) {
        return SMTPLOG_OK; /* later lines change nothing */
    }
    TRY(selection_judge(a, event, is_record, in_range, &selected));
    if (a->event_writer == NULL) {
        return add_event(a, event, &selected, in_range);
    }
    if (a->join) {
        TRY(join_event(a, event, &selected));
    }
    return is_record && selected.shown ? write_record(a, file, event) : SMTPLOG_OK;
}
