/* Events that snapshots keep, taken up again. Trust: snapshots are files that anybody may have
 * damaged; an event that cannot be read ends the work with an error. */
#include "lib/replay.h"

#include <stdlib.h>

#include "lib/snapshot.h"
#include "track/event_column.h"

/* Where a source stands: its next event. */
struct head {
    const struct replay_source *source;
    const struct event_names *names;
    bool waits; /* for its time, to be opened */
    struct event_reader reader;
    uint64_t left;
    bool there;
    enum kept_use use;
    struct event event;
};

static void close_head(struct head *head)
{
    event_reader_close(&head->reader);
    if (head->source != NULL && head->source->part != NULL) {
        strbuf_free(&head->source->part->bytes);
    }
}

static enum smtplog_status head_next(struct head *head)
{
    head->there = head->left > 0;
    if (!head->there) {
        close_head(head);
        return SMTPLOG_OK;
    }
    head->left--;
    TRY(event_reader_next(&head->reader, head->names, &head->use, &head->event));
    head->event.file += head->source->file_shift;
    return SMTPLOG_OK;
}

static enum smtplog_status open_events(struct smtplog_analyzer *a, struct head *head,
                                       struct span events, uint64_t count)
{
    head->left = count;
    TRY(event_reader_open(&head->reader, events, &a->arena));
    return head_next(head);
}

/* The events of a day are all of that day, but for what clocks do: so there is time enough when a
 * part is opened a day before the one it is of. */
static void head_begin(struct head *head, const struct replay_source *source)
{
    const struct snapshot_part *part = source->part;
    *head = (struct head){.source = source, .names = source->names};
    if (part != NULL) {
        head->waits = head->there = true;
        head->event.time.seconds = part->has_period ? part->first.seconds - CIVIL_DAY : INT64_MIN;
    }
}

static enum smtplog_status open_head(struct smtplog_analyzer *a, struct head *head)
{
    struct snapshot_part *part = head->source->part;
    head->waits = false;
    TRY(snapshot_part_open(part, NULL));
    head->names = &part->names;
    return open_events(a, head, part->events, part->event_count);
}

static bool comes_before(const struct head *head, const struct head *other)
{
    int order = instant_compare(&head->event.time, &other->event.time);
    return order < 0 || (order == 0 && head < other);
}

/* Heads with an event, as a heap: the earliest is the first. */
struct queue {
    struct head **heads; /* owned */
    size_t count;
};

/* Puts the head at a place where it belongs among those behind it. */
static void queue_settle(struct queue *queue, size_t at)
{
    struct head *head = queue->heads[at];
    for (;;) {
        size_t next = 2 * at + 1;
        if (next + 1 < queue->count && comes_before(queue->heads[next + 1], queue->heads[next])) {
            next++;
        }
        if (next >= queue->count || comes_before(head, queue->heads[next])) {
            queue->heads[at] = head;
            return;
        }
        queue->heads[at] = queue->heads[next];
        at = next;
    }
}

/* The first head went on, or has no event any more. */
static void queue_move(struct queue *queue)
{
    if (!queue->heads[0]->there) {
        queue->heads[0] = queue->heads[--queue->count];
    }
    if (queue->count > 0) {
        queue_settle(queue, 0);
    }
}

/* The head behind the first, or NULL. */
static const struct head *queue_second(const struct queue *queue)
{
    if (queue->count < 2) {
        return NULL;
    }
    bool right = queue->count > 2 && comes_before(queue->heads[2], queue->heads[1]);
    return queue->heads[right ? 2 : 1];
}

static enum smtplog_status queue_make(struct queue *queue, struct head *heads, size_t count)
{
    queue->heads = calloc(count + 1, sizeof(struct head *));
    if (queue->heads == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (heads[i].there) {
            queue->heads[queue->count++] = &heads[i];
        }
    }
    for (size_t i = queue->count / 2; i > 0; i--) {
        queue_settle(queue, i - 1);
    }
    return SMTPLOG_OK;
}

static enum smtplog_status accept_key(struct smtplog_analyzer *a, const struct event *event)
{
    struct inbound_return back = {.recovered = false};
    TRY(inbound_accept(a->inbound, SPAN_EMPTY, event_text(event, EVENT_SENDER),
                       event_text(event, EVENT_RECIPIENT), &event->time, &back));
    return analyzer_note_return(a, &back);
}

static enum smtplog_status replay_message(struct smtplog_analyzer *a, struct event *event,
                                          bool shown)
{
    struct track_context context;
    char key[HELD_KEY];
    analyzer_add_knowledge(a, event);
    bool was_attempt = event_is_attempt(event);
    TRY(tracker_add(a->tracker, event, shown, &context));
    if (shown && was_attempt && !event_is_attempt(event)) {
        signal_take_back(a->replayed_signals, event);
    }
    bool reject = event_value(event, EVENT_KIND) == KIND_REJECT && event_is_refusal(event);
    if (!reject && context.first_record && context.has_sender && context.client_ip.n > 0) {
        struct event accepted = held_accept(event, &context, key);
        TRY(accept_key(a, &accepted));
    }
    if (!shown) {
        return SMTPLOG_OK;
    }
    TRY(signal_note_waiting(a->replayed_signals, event));
    TRY(funnel_add(&a->summary->funnel, event));
    struct traffic_message message = {context.has_sender, context.sender, context.size};
    return summary_add_event(a->summary, event, &message);
}

static enum smtplog_status replay_event(struct smtplog_analyzer *a, struct head *head)
{
    struct event *event = &head->event;
    bool shown = head->source->shown;
    struct inbound_return back = {.recovered = false};
    uint64_t unseen = 0;
    switch (head->use) {
    case KEPT_MESSAGE:
        return replay_message(a, event, shown);
    case KEPT_SESSION:
        TRY(session_note(a->sessions, event, &unseen));
        if (!shown) {
            return SMTPLOG_OK;
        }
        TRY(funnel_add_unseen_auth(&a->summary->funnel, event, unseen));
        return summary_add_unseen_auth(a->summary, event, unseen);
    case KEPT_REFUSAL:
        TRY(analyzer_note_reject(a, event, event, shown, &back));
        return analyzer_note_return(a, &back);
    case KEPT_ACCEPT:
        return accept_key(a, event);
    case KEPT_TRIPLET:
        return analyzer_note_triplet(a, event, GREYLISTER_NEW, shown);
    case KEPT_TRIPLET_PASS:
        return analyzer_note_triplet(a, event, GREYLISTER_PASS, shown);
    default:
        return SMTPLOG_FORMAT;
    }
}

static enum smtplog_status replay_queue(struct smtplog_analyzer *a, struct queue *queue)
{
    while (queue->count > 0) {
        struct head *head = queue->heads[0];
        if (head->waits) {
            TRY(open_head(a, head));
            queue_move(queue);
            continue;
        }
        /* Days follow each other: most events are behind one of the same. */
        const struct head *second = queue_second(queue);
        do {
            TRY(replay_event(a, head));
            TRY(head_next(head));
        } while (head->there && (second == NULL || comes_before(head, second)));
        queue_move(queue);
    }
    return SMTPLOG_OK;
}

static enum smtplog_status replay_all(struct smtplog_analyzer *a,
                                      const struct replay_source *sources, size_t count,
                                      struct head *heads)
{
    for (size_t i = 0; i < count; i++) {
        head_begin(&heads[i], &sources[i]);
        if (!heads[i].waits) {
            TRY(open_events(a, &heads[i], sources[i].events, sources[i].count));
        }
    }
    struct queue queue = {NULL, 0};
    TRY(queue_make(&queue, heads, count));
    enum smtplog_status status = replay_queue(a, &queue);
    free(queue.heads);
    return status;
}

/* What of an analyzer a replay needs for itself. */
struct tables {
    struct tracker *tracker;
    struct inbound *inbound;
    struct session_table *sessions;
    struct summary *summary;
    struct inbound *greylisters;
    struct held *held;
};

static struct tables take_tables(const struct smtplog_analyzer *a)
{
    return (struct tables){a->tracker, a->inbound,     a->sessions,
                           a->summary, a->greylisters, a->held};
}

static void put_tables(struct smtplog_analyzer *a, const struct tables *tables)
{
    a->tracker = tables->tracker;
    a->inbound = tables->inbound;
    a->sessions = tables->sessions;
    a->summary = tables->summary;
    a->greylisters = tables->greylisters;
    a->held = tables->held;
}

static enum smtplog_status finish(struct smtplog_analyzer *a, int64_t last)
{
    TRY(tracker_finish(a->tracker));
    inbound_finish(a->inbound, last, &a->summary->inbound_ends);
    struct inbound_ends ends;
    inbound_finish(a->greylisters, last, &ends);
    a->summary->greylist_detail.greylister_waiting = ends.waiting;
    a->summary->greylist_detail.greylister_never = ends.never_returned;
    a->summary->evicted = tracker_evicted(a->tracker) + inbound_evicted(a->inbound) +
                          inbound_evicted(a->greylisters);
    return SMTPLOG_OK;
}

enum smtplog_status replay_run(struct smtplog_analyzer *a, const struct replay_source *sources,
                               size_t count, int64_t last, struct summary **figures)
{
    struct tables mine = take_tables(a);
    struct tables none = {0};
    struct head *heads = calloc(count + 1, sizeof *heads);
    *figures = NULL;
    if (heads == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    put_tables(a, &none);
    a->replayed_signals = mine.summary->signals;
    enum smtplog_status status = analyzer_make_tables(a);
    if (status == SMTPLOG_OK) {
        status = replay_all(a, sources, count, heads);
    }
    if (status == SMTPLOG_OK) {
        status = finish(a, last);
    }
    *figures = a->summary;
    tracker_free(a->tracker);
    inbound_free(a->inbound);
    inbound_free(a->greylisters);
    session_table_free(a->sessions);
    put_tables(a, &mine);
    for (size_t i = 0; i < count; i++) {
        close_head(&heads[i]);
    }
    free(heads);
    return status;
}
