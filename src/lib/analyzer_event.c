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

/* Failed log-ins that only the end of a session tells. */
static enum smtplog_status add_unseen(struct smtplog_analyzer *a, const struct event *said,
                                      uint64_t unseen)
{
    TRY(summary_add_unseen_auth(a->summary, said, unseen));
    TRY(funnel_add_unseen_auth(&a->summary->funnel, said, unseen));
    return signal_add_unseen_auth(a->summary->signals, said, unseen);
}

/* What a context line adds to, by what it tells. said: as it may be shown. */
static enum smtplog_status add_context_line(struct smtplog_analyzer *a, const struct event *event,
                                            const struct event *said, uint64_t unseen)
{
    struct summary *summary = a->summary;
    uint32_t fact = event_fact_set(event);
    TRY(unseen > 0 ? add_unseen(a, said, unseen) : SMTPLOG_OK);
    if ((fact & FUNNEL_FACTS) != 0 || event_has(said, EVENT_CODE)) {
        TRY(funnel_add(&summary->funnel, said));
    }
    TRY((fact & SIGNAL_FACTS) != 0 ? signal_add(summary->signals, said, event) : SMTPLOG_OK);
    TRY(a->recent != NULL ? recent_add(a->recent, said) : SMTPLOG_OK);
    if ((fact & SUMMARY_FACTS) != 0 || event_has(said, EVENT_ACTION)) {
        return summary_add_context(summary, said);
    }
    summary_note_period(summary, said);
    return SMTPLOG_OK;
}

/* The event as it may be shown, into a place for a copy of it. */
static enum smtplog_status show_event(struct smtplog_analyzer *a, const struct event *event,
                                      struct event *copy, const struct event **said)
{
    *copy = *event;
    *said = copy;
    return redact_event(a->redactor, copy);
}

static enum smtplog_status take_context_line(struct smtplog_analyzer *a, struct event *event,
                                             bool shown, bool in_range)
{
    struct event redacted;
    const struct event *said = event;
    uint32_t fact = event_fact_set(event);
    uint64_t unseen = 0;
    bool filtered = a->selection.filter != NULL;
    if (a->held != NULL) {
        held_expect(a->held, event);
    }
    if (event_has(event, EVENT_QUEUE_ID)) {
        TRY(tracker_add(a->tracker, event, shown && !filtered, NULL));
    }
    if ((fact & SESSION_FACTS) != 0) {
        TRY(session_note(a->sessions, event, &unseen));
    }
    TRY(a->held != NULL ? held_note(a->held, event) : SMTPLOG_OK);
    TRY(a->redactor != NULL ? show_event(a, event, &redacted, &said) : SMTPLOG_OK);
    if ((fact & GREYLISTER_FACTS) != 0) {
        TRY(analyzer_add_greylister(a, event, shown && !filtered));
    }
    if (shown && !(filtered && fact == FACT_SET(FACT_ARRIVAL))) {
        return add_context_line(a, event, said, unseen);
    }
    if (in_range) {
        summary_note_period(a->summary, event);
    }
    return SMTPLOG_OK;
}

/* What a record adds to. */
static enum smtplog_status add_record(struct smtplog_analyzer *a, const struct event *event,
                                      const struct event *said, const struct track_context *context,
                                      uint64_t unseen)
{
    struct summary *summary = a->summary;
    TRY(unseen > 0 ? add_unseen(a, said, unseen) : SMTPLOG_OK);
    TRY(funnel_add(&summary->funnel, said));
    TRY(sightings_add(&summary->sightings, said));
    TRY(signal_add(summary->signals, said, event));
    TRY(a->recent != NULL ? recent_add(a->recent, said) : SMTPLOG_OK);
    return add_figures(a, said, context);
}

static enum smtplog_status take_record(struct smtplog_analyzer *a, struct event *event,
                                       const struct selected *selected, bool in_range)
{
    struct event redacted;
    struct track_context context;
    const struct event *said = event;
    uint64_t unseen = 0;
    bool filtered = a->selection.filter != NULL;
    bool expected = selected->shown && a->redactor == NULL;
    tracker_expect(a->tracker, event);
    if (a->held != NULL) {
        held_expect(a->held, event);
    }
    if (expected) {
        summary_expect(a->summary, event);
    }
    TRY(tracker_add(a->tracker, event, selected->shown, &context));
    if (event_value(event, EVENT_KIND) == KIND_AUTH ||
        (event_fact_set(event) & SESSION_FACTS) != 0) {
        TRY(session_note(a->sessions, event, &unseen));
    }
    TRY(a->held != NULL ? held_note(a->held, event) : SMTPLOG_OK);
    TRY(a->redactor != NULL ? show_event(a, event, &redacted, &said) : SMTPLOG_OK);
    if (expected) { /* its message is known now */
        struct traffic_message message = {context.has_sender, context.sender, context.size};
        summary_approach(a->summary, &message);
    }
    TRY(add_inbound(a, event, said, &context, selected->shown));
    if ((event_fact_set(event) & GREYLISTER_FACTS) != 0) {
        TRY(analyzer_add_greylister(a, event, selected->shown && !filtered));
    }
    if (!selected->shown) {
        if (in_range) {
            summary_note_period(a->summary, event);
        }
        return SMTPLOG_OK;
    }
    TRY(filtered ? add_arrival_of(a, event, selected) : SMTPLOG_OK);
    return add_record(a, event, said, &context, unseen);
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

/* Apart from analyzer_take_event, which it would make dearer for what tells records nothing. */
__attribute__((noinline)) static enum smtplog_status take_event(struct smtplog_analyzer *a,
                                                                size_t file, struct event *event,
                                                                bool is_record, bool in_range)
{
    struct selected selected;
    if (a->has_until && event->has_time && instant_compare(&event->time, &a->until) >= 0) {
        return SMTPLOG_OK; /* later lines change nothing */
    }
    if (selection_is_empty(&a->selection)) {
        selected.shown = in_range;
        selected.has_identity = false;
    } else {
        TRY(selection_judge(a, event, is_record, in_range, &selected));
    }
    if (a->event_writer == NULL) {
        return is_record ? take_record(a, event, &selected, in_range)
                         : take_context_line(a, event, selected.shown, in_range);
    }
    if (a->join) {
        TRY(join_event(a, event, &selected));
    }
    return is_record && selected.shown ? write_record(a, file, event) : SMTPLOG_OK;
}

enum smtplog_status analyzer_take_event(struct smtplog_analyzer *a, size_t file,
                                        struct event *event, bool in_range)
{
    bool is_record = event_value(event, EVENT_KIND) != KIND_CONTEXT;
    bool tells = is_record || analyzer_tells_context(a);
    return tells ? take_event(a, file, event, is_record, in_range) : SMTPLOG_OK;
}
