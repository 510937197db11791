/* Lines of greylisters in the same log: evidence of what became of a triplet. They are context,
 * give no record and are never counted as replies. Trust: events hold texts from logs. */
#include "lib/analyzer.h"

/* In the order of the decisions; GREYLISTER_FACTS names the same. */
static const int decisions[GREYLISTER_DECISIONS] = {FACT_GREYLIST_NEW, FACT_GREYLIST_EARLY,
                                                    FACT_GREYLIST_PASS, FACT_GREYLIST_EXEMPT};

static bool decision_of(const struct event *event, enum greylister_decision *decision)
{
    int fact = event_value(event, EVENT_FACT);
    for (int i = 0; i < GREYLISTER_DECISIONS; i++) {
        if (fact == decisions[i]) {
            *decision = (enum greylister_decision)i;
            return true;
        }
    }
    return false;
}

/* A triplet was refused, or came back. */
enum smtplog_status analyzer_note_triplet(struct smtplog_analyzer *a, struct event *event,
                                          enum greylister_decision decision, bool shown)
{
    struct greylist_figures *figures = &a->summary->greylist_detail;
    struct inbound_return back = {.recovered = false};
    unsigned fresh = 0;
    if (event_text(event, EVENT_RECIPIENT).n == 0) {
        return SMTPLOG_OK;
    }
    if (!event_has(event, EVENT_SENDER)) {
        event_set_text(event, EVENT_SENDER, SPAN_EMPTY); /* the empty sender is left out */
    }
    bool passes = decision == GREYLISTER_PASS || decision == GREYLISTER_EXEMPT;
    if (passes) {
        /* Known from before may be: refused some lines ago, let in with another recipient. */
        TRY(inbound_accept(a->greylisters, event_text(event, EVENT_PEER_IP),
                           event_text(event, EVENT_SENDER), event_text(event, EVENT_RECIPIENT),
                           &event->time, &back));
    } else {
        event->reason_class = SPAN_LITERAL("greylisting");
        TRY(inbound_note(a->greylisters, event, shown, 0, &fresh, &back));
    }
    if (a->held != NULL && (passes || fresh != 0)) {
        TRY(held_note_triplet(a->held, event, passes));
    }
    figures->greylister_triplets += (fresh & INBOUND_GREYLISTED) != 0;
    figures->greylister_passed += back.recovered;
    return back.recovered ? histogram_add(&figures->greylister_wait, back.wait, 1) : SMTPLOG_OK;
}

enum smtplog_status analyzer_add_greylister(struct smtplog_analyzer *a, struct event *event,
                                            bool shown)
{
    enum greylister_decision decision = GREYLISTER_NEW;
    if (!decision_of(event, &decision)) {
        return SMTPLOG_OK;
    }
    TRY(analyzer_note_triplet(a, event, decision, shown));
    return shown ? greylist_figures_decision(&a->summary->greylist_detail, event, decision)
                 : SMTPLOG_OK;
}

void analyzer_finish_greylisters(struct smtplog_analyzer *a)
{
    struct greylist_figures *figures = &a->summary->greylist_detail;
    struct inbound_ends ends;
    inbound_finish(a->greylisters, a->summary->last.seconds, &ends);
    figures->greylister_waiting = ends.waiting;
    figures->greylister_never = ends.never_returned;
}
