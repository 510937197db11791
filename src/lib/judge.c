/* What the catalogue knows of an event. */
#include "lib/judge.h"

#include <stdlib.h>

#include "lib/provider_cache.h"
#include "lib/verdict_cache.h"

struct judge {
    const struct knowledge *knowledge;
    bool waits;
    struct verdict_cache verdicts;
    struct provider_cache providers;
};

enum smtplog_status judge_new(const struct knowledge *knowledge, uint64_t seed, bool waits,
                              struct judge **judge)
{
    struct judge *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->knowledge = knowledge;
    made->waits = waits;
    made->verdicts.seed = seed;
    *judge = made;
    return SMTPLOG_OK;
}

enum smtplog_status judge_share(const struct judge *judge, const struct knowledge *knowledge,
                                struct judge **second)
{
    return judge_new(knowledge, judge->verdicts.seed, judge->waits, second);
}

void judge_free(struct judge *judge)
{
    if (judge != NULL) {
        verdict_cache_free(&judge->verdicts);
        free(judge);
    }
}

/* Only refusals and failures have a reason. */
static bool wants_reason(const struct event *event)
{
    int kind = event_value(event, EVENT_KIND);
    int status = event_value(event, EVENT_STATUS);
    if (event_any_code(event) >= 400) {
        return true;
    }
    return kind == KIND_REJECT || kind == KIND_AUTH || kind == KIND_CONNECTION ||
           (kind == KIND_DELIVERY && event_any_code(event) == 0 &&
            (status == OUTCOME_DEFERRED || status == OUTCOME_BOUNCED || status == OUTCOME_EXPIRED));
}

void judge_event(struct judge *judge, struct event *event)
{
    const struct knowledge *knowledge = judge->knowledge;
    const struct catalog_entry *provider = NULL;
    if (event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND) {
        provider = provider_cache_peer(&judge->providers, knowledge->catalog,
                                       event_text(event, EVENT_PEER));
    }
    if (provider == NULL) {
        provider = provider_cache_domain(&judge->providers, knowledge->catalog, event->domain);
    }
    event->provider = provider != NULL ? provider->name : SPAN_EMPTY;
    if (!wants_reason(event)) {
        return;
    }
    struct span enhanced = event_text(event, EVENT_ENHANCED);
    struct classifier_input input = {
        event_any_code(event),
        enhanced.n > 0 ? enhanced : event_text(event, EVENT_DSN),
        (enum event_stage)event_value(event, EVENT_STAGE),
        event->provider,
        event_text(event, EVENT_TEXT),
    };
    struct classifier_verdict verdict;
    verdict_cache_judge(&judge->verdicts, knowledge->classifier, &input, &verdict,
                        &event->reason_key);
    event->reason_class = verdict.class_name;
    event->reason = verdict.reason;
    event->possible_greylisting = verdict.possible_greylisting;
    if (judge->waits && span_is(verdict.class_name, "greylisting")) {
        event->asked_wait = asked_waits_find(knowledge->asked_waits, input.text);
    }
}
