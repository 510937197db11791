/* All figures of a run: adding the ends of stories, and checking the sums. */
#include "aggregate/summary.h"

/* ---- stories -------------------------------------------------------------------------------- */

static void add_hard(struct summary *summary, const struct recipient_story *story)
{
    if (story->state != RECIPIENT_BOUNCED) {
        return;
    }
    if (story->bounce_code == 0) {
        summary->bounced_without_reply++;
        return;
    }
    summary->hard_recipients++;
    summary->null_hard += story->null_sender;
    summary->hard_recipient_code[story->bounce_code]++;
    summary->greylisted_and_hard_550 += story->greylisted && story->bounce_code == 550;
}

static void count_delivery(struct delivery_counts *counts, const struct recipient_story *story)
{
    uint64_t *kind = story->greylisted     ? &counts->after_greylisting
                     : story->attempts > 1 ? &counts->after_deferral
                                           : &counts->first_try;
    ++*kind;
}

enum smtplog_status summary_add_recipient(void *context, const struct recipient_story *story)
{
    struct summary *summary = context;
    summary->recipients.total++;
    summary->recipients.by_state[story->state]++;
    if (story->null_sender) {
        summary->null_recipients.total++;
        summary->null_recipients.by_state[story->state]++;
    }
    if (story->state == RECIPIENT_DELIVERED) {
        count_delivery(&summary->delivered, story);
        if (story->null_sender) {
            count_delivery(&summary->null_delivered, story);
        }
    }
    summary->recipients_refused += story->refused;
    summary->greylisted += story->greylisted;
    summary->greylisted_450 += story->greylisted_450;
    summary->null_greylisted += story->greylisted && story->null_sender;
    summary->possible_recipients += story->possible;
    add_hard(summary, story);
    signal_add_recipient(summary->signals, story);
    if (story->possible && story->possible_first && !story->greylisted &&
        story->state == RECIPIENT_DELIVERED) {
        summary->behaved_like++;
        TRY(histogram_add(&summary->behaved_wait, story->wait, 1));
    }
    if (story->greylisted) {
        greylist_count_end(&summary->greylist, story);
        if (story->state == RECIPIENT_DELIVERED) {
            TRY(histogram_add(&summary->wait, story->wait, 1));
        }
    }
    return greylist_figures_recipient(&summary->greylist_detail, story);
}

enum smtplog_status summary_add_message(void *context, const struct message_story *story)
{
    struct summary *summary = context;
    summary->messages.total++;
    summary->messages.by_state[story->state]++;
    greylist_figures_message(&summary->greylist_detail, story);
    summary->bytes_received += story->arrival_seen ? story->size : 0;
    summary->bytes_delivered += story->size * story->delivered;
    if (story->arrival_seen) {
        TRY(timeline_add(&summary->timeline, &story->arrival, TIMELINE_BYTES_RECEIVED,
                         story->size));
    }
    return flow_add_message(&summary->flow, story);
}

enum smtplog_status summary_add_cause(void *context, enum track_notice notice,
                                      struct span class_name)
{
    struct summary *summary = context;
    struct topk_row *row = NULL;
    bool counts = notice == NOTICE_NON_DELIVERY;
    struct span name = class_name.n > 0 ? class_name : SPAN_LITERAL("unknown");
    return counts ? topk_add(&summary->greylist_detail.notice_causes, name, 1, &row) : SMTPLOG_OK;
}

void summary_add_inbound(struct summary *summary, unsigned fresh)
{
    summary->inbound_refused += (fresh & INBOUND_REFUSED) != 0;
    summary->inbound_greylisted += (fresh & INBOUND_GREYLISTED) != 0;
    summary->inbound_greylisted_450 += (fresh & INBOUND_GREYLISTED_450) != 0;
    summary->inbound_550 += (fresh & INBOUND_REJECTED_550) != 0;
    summary->inbound_550_implied += (fresh & INBOUND_REJECTED_550_IMPLIED) != 0;
}

enum smtplog_status summary_add_inbound_recovery(struct summary *summary, double wait)
{
    summary->inbound_recovered++;
    return histogram_add(&summary->inbound_wait, wait, 1);
}

/* ---- sums ----------------------------------------------------------------------------------- */

static void check_sum(struct strbuf *out, const char *what, uint64_t total, uint64_t sum)
{
    if (total != sum) {
        strbuf_addf(out, "%s do not add up: %llu in all, %llu by part. ", what,
                    (unsigned long long)total, (unsigned long long)sum);
    }
}

static void check_more_sums(const struct summary *summary, struct strbuf *out)
{
    const struct greylist_figures *detail = &summary->greylist_detail;
    uint64_t messages = 0;
    uint64_t notices = 0;
    uint64_t states = 0;
    uint64_t refused_450 = 0;
    for (size_t i = 0; i < RECIPIENT_STATES; i++) {
        messages += summary->messages.by_state[i];
        states += detail->notice_states[i];
    }
    for (size_t i = 0; i < NOTICES; i++) {
        notices += detail->notices[i];
    }
    for (size_t i = 0; i < INBOUND_450_KINDS; i++) {
        refused_450 += detail->inbound_450[i];
    }
    check_sum(out, "messages", summary->messages.total, messages);
    check_sum(out, "notices", notices, states);
    check_sum(out, "rejects with 450", summary->reject_code[450], refused_450);
    check_sum(out, "greylisted recipients tried again", summary->greylist.recipients,
              detail->retried + detail->not_retried);
    check_sum(out, "recipients asked to wait", detail->asked,
              detail->asked_early + detail->asked_in_time + detail->asked_not_retried);
    check_sum(out, "triplets of greylisters", detail->greylister_triplets,
              detail->greylister_passed + detail->greylister_waiting + detail->greylister_never);
    check_sum(out, "greylisted keys", summary->inbound_greylisted,
              summary->inbound_recovered + summary->inbound_ends.waiting +
                  summary->inbound_ends.never_returned);
}

void summary_check(const struct summary *summary, struct strbuf *out)
{
    uint64_t bins = 0;
    uint64_t states = 0;
    uint64_t attempts = 0;
    uint64_t stages = 0;
    for (size_t i = 0; i < SUMMARY_BINS; i++) {
        bins += summary->bin[i];
    }
    for (size_t i = 0; i < RECIPIENT_STATES; i++) {
        states += summary->recipients.by_state[i];
    }
    for (size_t i = 0; i < OUTCOMES; i++) {
        attempts += summary->attempts[i];
    }
    for (size_t i = 0; i < STAGES; i++) {
        stages += summary->reject_stage[i];
    }
    const struct greylist_counts *g = &summary->greylist;
    check_sum(out, "lines", summary->lines_read, bins);
    check_sum(out, "recipients", summary->recipients.total, states);
    check_sum(out, "attempts", summary->attempts_total, attempts);
    check_sum(out, "rejects", summary->rejects_total, stages);
    check_sum(out, "greylisted recipients", g->recipients,
              g->recovered + g->refused_later + g->lost + g->waiting + g->other);
    check_more_sums(summary, out);
}
