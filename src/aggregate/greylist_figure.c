/* Greylisting in detail. */
#include "aggregate/greylist_figure.h"

#define EXACT_WAITS     4096
#define EXACT_ROW_WAITS 64
#define CAUSES          64
#define GREYLISTERS     16

/* Stamps have whole seconds: a retry this much before the time asked for is not early. */
#define STAMP_SECONDS 1.0

static void row_release(void *value)
{
    histogram_free(&((struct greylist_row *)value)->wait);
}

static void greylister_release(void *value)
{
    histogram_free(&((struct greylister_row *)value)->delay);
}

void greylist_figures_init(struct greylist_figures *figures, size_t rows)
{
    topk_init(&figures->domains, rows, sizeof(struct greylist_row), row_release);
    topk_init(&figures->providers, rows, sizeof(struct greylist_row), row_release);
    figures->domains.owned = figures->providers.owned = 0; /* waits ask the budget themselves */
    topk_init(&figures->inbound_senders, rows, sizeof(struct returning_row), NULL);
    topk_init(&figures->notice_causes, CAUSES, 1, NULL);
    topk_init(&figures->greylisters, GREYLISTERS, sizeof(struct greylister_row),
              greylister_release);
    histogram_init(&figures->greylister_wait, EXACT_WAITS);
    histogram_init(&figures->retry, EXACT_WAITS);
    histogram_init(&figures->asked_wait, EXACT_WAITS);
    histogram_init(&figures->asked_late, EXACT_WAITS);
}

void greylist_figures_free(struct greylist_figures *figures)
{
    topk_free(&figures->domains);
    topk_free(&figures->providers);
    topk_free(&figures->inbound_senders);
    topk_free(&figures->notice_causes);
    topk_free(&figures->greylisters);
    histogram_free(&figures->greylister_wait);
    histogram_free(&figures->retry);
    histogram_free(&figures->asked_wait);
    histogram_free(&figures->asked_late);
}

/* ---- outbound -------------------------------------------------------------------------------- */

void greylist_count_end(struct greylist_counts *counts, const struct recipient_story *story)
{
    counts->recipients++;
    switch (story->state) {
    case RECIPIENT_DELIVERED:
        counts->recovered++;
        break;
    case RECIPIENT_BOUNCED:
        *(story->bounce_code >= 500 ? &counts->refused_later : &counts->other) += 1;
        break;
    case RECIPIENT_EXPIRED:
        *(story->last_was_greylisting ? &counts->lost : &counts->other) += 1;
        break;
    case RECIPIENT_DEFERRED:
    case RECIPIENT_UNKNOWN:
        counts->waiting++;
        break;
    default:
        counts->other++;
        break;
    }
}

static enum smtplog_status add_row(struct topk *table, struct span name,
                                   const struct recipient_story *story)
{
    struct topk_row *found = NULL;
    if (name.n == 0) {
        return SMTPLOG_OK;
    }
    TRY(topk_add(table, name, 1, &found));
    struct greylist_row *row = found->value;
    row->wait.exact_limit = EXACT_ROW_WAITS;
    row->wait.budget = table->budget;
    greylist_count_end(&row->ends, story);
    return story->state == RECIPIENT_DELIVERED ? histogram_add(&row->wait, story->wait, 1)
                                               : SMTPLOG_OK;
}

static enum smtplog_status add_asked(struct greylist_figures *figures,
                                     const struct recipient_story *story)
{
    figures->asked++;
    TRY(histogram_add(&figures->asked_wait, story->asked, 1));
    if (!story->asked_retry) {
        figures->asked_not_retried++;
        return SMTPLOG_OK;
    }
    if (story->asked_gap + STAMP_SECONDS < story->asked) {
        figures->asked_early++;
        return SMTPLOG_OK;
    }
    figures->asked_in_time++;
    return histogram_add(&figures->asked_late, story->asked_gap - story->asked, 1);
}

enum smtplog_status greylist_figures_recipient(struct greylist_figures *figures,
                                               const struct recipient_story *story)
{
    figures->recipients_before += story->began_before;
    figures->recipients_open += story->open_at_end;
    if (!story->greylisted) {
        return SMTPLOG_OK;
    }
    if (story->null_sender) {
        greylist_count_end(&figures->null_sender, story);
    }
    *(story->retried ? &figures->retried : &figures->not_retried) += 1;
    if (story->retried) {
        TRY(histogram_add(&figures->retry, story->retry, 1));
    }
    if (story->asked > 0) {
        TRY(add_asked(figures, story));
    }
    TRY(add_row(&figures->domains, story->domain, story));
    return add_row(&figures->providers, story->provider, story);
}

void greylist_figures_message(struct greylist_figures *figures, const struct message_story *story)
{
    figures->messages_before += story->began_before;
    figures->messages_open += story->open_at_end;
    figures->notices[story->notice] += story->notice != NOTICE_NONE;
    figures->notice_states[story->state] += story->notice != NOTICE_NONE;
}

/* ---- inbound --------------------------------------------------------------------------------- */

static bool is_check(struct span class_name)
{
    static const char *const classes[] = {"rdns-helo", "sender-rejected", "unverified-recipient",
                                          "bad-domain"};
    size_t i = 0;
    while (i < COUNT_OF(classes) && !span_is(class_name, classes[i])) {
        i++;
    }
    return i < COUNT_OF(classes);
}

void greylist_figures_refusal(struct greylist_figures *figures, const struct event *event)
{
    enum inbound_450 kind = INBOUND_450_OTHER;
    if (event_value(event, EVENT_CODE) != 450) {
        return;
    }
    if (span_is(event->reason_class, "greylisting")) {
        kind = INBOUND_450_GREYLISTING;
    } else if (span_is(event_text(event, EVENT_DAEMON), "postscreen")) {
        kind = INBOUND_450_POSTSCREEN;
    } else if (is_check(event->reason_class)) {
        kind = INBOUND_450_CHECK;
    }
    figures->inbound_450[kind] += event->repeat;
}

const char *greylister_decision_name(enum greylister_decision decision)
{
    static const char *const names[GREYLISTER_DECISIONS] = {"greylisted", "early", "passed",
                                                            "exempt"};
    return names[decision];
}

/* "312", or hours, minutes and seconds: "00:05:12"; below 0 when it is neither. */
static double delay_of(struct span text)
{
    struct span part;
    double seconds = 0;
    double fraction = 0;
    size_t point = span_find(text, SPAN_LITERAL("."));
    struct span rest = point == SIZE_MAX ? text : span_of(text.p, point);
    if (point != SIZE_MAX) {
        for (size_t i = text.n; i > point + 1; i--) {
            if (!byte_is_digit(text.p[i - 1])) {
                return -1;
            }
            fraction = (fraction + (text.p[i - 1] - '0')) / 10;
        }
    }
    if (rest.n == 0) {
        return -1;
    }
    while (span_next_piece(&rest, ':', &part)) {
        uint64_t number = 0;
        if (!span_to_u64(part, 1000000000, &number)) {
            return -1;
        }
        seconds = seconds * 60 + (double)number;
    }
    return seconds + fraction;
}

enum smtplog_status greylist_figures_decision(struct greylist_figures *figures,
                                              const struct event *event,
                                              enum greylister_decision decision)
{
    struct topk_row *found = NULL;
    double delay = delay_of(event_text(event, EVENT_DELAY));
    TRY(topk_add(&figures->greylisters, event_text(event, EVENT_DAEMON), event->repeat, &found));
    struct greylister_row *row = found->value;
    row->decision[decision] += event->repeat;
    row->delay.exact_limit = EXACT_WAITS;
    return decision == GREYLISTER_PASS && delay >= 0
               ? histogram_add(&row->delay, delay, event->repeat)
               : SMTPLOG_OK;
}

static struct span sender_name(const struct event *event)
{
    bool nobody = event_text(event, EVENT_SENDER).n == 0;
    return nobody                ? SPAN_LITERAL("<>")
           : event->domain.n > 0 ? event->domain
                                 : SPAN_LITERAL("(no domain)");
}

uint64_t greylist_sender_tag(const struct greylist_figures *figures, const struct event *event)
{
    return topk_prepare(&figures->inbound_senders, sender_name(event)).hash;
}

enum smtplog_status greylist_sender_greylisted(struct greylist_figures *figures,
                                               const struct event *event)
{
    struct topk_row *found = NULL;
    TRY(topk_add(&figures->inbound_senders, sender_name(event), 1, &found));
    struct returning_row *row = found->value;
    row->greylisted++;
    return SMTPLOG_OK;
}

void greylist_sender_recovered(struct greylist_figures *figures, uint64_t tag)
{
    struct topk_row *found = topk_find(&figures->inbound_senders, tag);
    if (found != NULL) {
        ((struct returning_row *)found->value)->recovered++;
    }
}

void greylist_sender_ended(void *figures, uint64_t tag, bool late)
{
    struct greylist_figures *all = figures;
    struct topk_row *found = topk_find(&all->inbound_senders, tag);
    if (found != NULL) {
        struct returning_row *row = found->value;
        *(late ? &row->never_returned : &row->waiting) += 1;
    }
}
