/* Greylisting in detail: who greylists us and how long we wait, whom we greylist; the notices that
 * went out, and the messages that the log shows in part. */
#include <stdlib.h>

#include "aggregate/summary_memory.h"
#include "report/json_greylist.h"
#include "report/report_greylist.h"
#include "report/section.h"

/* ---- outbound ---- */

static void say_waits(struct report_builder *b, struct section *section)
{
    struct greylist_figures *f = &b->summary->greylist_detail;
    if (f->retried > 0) {
        SAY(b, "waits/retry", phrase_count("retried", f->retried),
            phrase_seconds("median", histogram_quantile(&f->retry, 0.5)),
            phrase_seconds("longest", f->retry.maximum));
    }
    if (f->not_retried > 0) {
        SAY(b, "waits/not-retried", phrase_count("recipients", f->not_retried));
    }
    builder_paragraph(b, section);
    if (f->asked > 0) {
        SAY(b, "waits/asked", phrase_count("recipients", f->asked),
            phrase_seconds("median", histogram_quantile(&f->asked_wait, 0.5)),
            phrase_count("early", f->asked_early), phrase_count("in-time", f->asked_in_time),
            phrase_count("not-retried", f->asked_not_retried));
    }
    if (f->asked_in_time > 0) {
        SAY(b, "waits/late", phrase_seconds("median", histogram_quantile(&f->asked_late, 0.5)),
            phrase_seconds("longest", f->asked_late.maximum));
    }
    builder_paragraph(b, section);
    if (f->domains.replaced > 0) {
        SAY(b, "waits/approximate", phrase_count("error", topk_error(&f->domains)));
        builder_paragraph(b, section);
    }
}

static void add_ends(struct report_builder *b, struct section *section, const char *key,
                     const char *title, const struct topk *all)
{
    const struct column columns[] = {
        {.key = "name", .label = title, .wraps = true},
        {.key = "greylisted", .label = "column/greylisted-recipients", .right = true},
        {.key = "recovered", .label = "column/recovered", .right = true},
        {.key = "refused_later", .label = "column/refused-later", .right = true},
        {.key = "lost", .label = "column/lost", .right = true},
        {.key = "waiting", .label = "column/waiting", .right = true},
        {.key = "wait_p50_seconds", .label = "column/wait-p50", .right = true},
        {.key = "wait_p95_seconds", .label = "column/wait-p95", .right = true}};
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, all, &count);
    struct table *table = count > 0 ? TABLE(b, section, key, columns) : NULL;
    for (size_t i = 0; i < count; i++) {
        struct greylist_row *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(row->ends.recipients);
        cells[2] = count_or_nothing(row->ends.recovered);
        cells[3] = count_or_nothing(row->ends.refused_later);
        cells[4] = count_or_nothing(row->ends.lost);
        cells[5] = count_or_nothing(row->ends.waiting);
        if (row->wait.count > 0) {
            cells[6] = cell_number(CELL_SECONDS, histogram_quantile(&row->wait, 0.5));
            cells[7] = cell_number(CELL_SECONDS, histogram_quantile(&row->wait, 0.95));
        }
    }
    free(rows);
}

void build_waits(struct report_builder *b)
{
    const struct greylist_figures *f = &b->summary->greylist_detail;
    size_t all = f->domains.count;
    if (all == 0) {
        return;
    }
    struct section *section = builder_section(
        b, "waits", builder_aside(b, "unit/greylisted-domains", builder_top(b, all), all));
    add_ends(b, section, "greylisting_domains", "column/domain", &f->domains);
    add_ends(b, section, "greylisting_providers", "column/provider", &f->providers);
    say_waits(b, section);
}

/* ---- inbound ---- */

static void say_other_450(struct report_builder *b, struct section *section)
{
    const uint64_t *lines = b->summary->greylist_detail.inbound_450;
    uint64_t grey = lines[INBOUND_450_GREYLISTING];
    uint64_t others = lines[INBOUND_450_POSTSCREEN] + lines[INBOUND_450_CHECK] +
                      lines[INBOUND_450_OTHER];
    if (others > 0) {
        SAY(b, "returning/other-450", phrase_count("lines", grey + others),
            phrase_count("greylisting", grey),
            phrase_count("postscreen", lines[INBOUND_450_POSTSCREEN]),
            phrase_count("check", lines[INBOUND_450_CHECK]),
            phrase_count("other", lines[INBOUND_450_OTHER]));
        builder_paragraph(b, section);
    }
}

/* What greylisters log themselves: no replies, but evidence. */
static void say_greylisters(struct report_builder *b, struct section *section)
{
    const struct greylist_figures *f = &b->summary->greylist_detail;
    size_t count = 0;
    struct topk_row **rows = builder_rows(b, &f->greylisters, &count);
    for (size_t i = 0; i < count; i++) {
        const struct greylister_row *row = rows[i]->value;
        SAY(b, "returning/greylister", phrase_count("lines", rows[i]->count),
            phrase_words("name", rows[i]->key),
            phrase_count("greylisted", row->decision[GREYLISTER_NEW]),
            phrase_count("early", row->decision[GREYLISTER_EARLY]),
            phrase_count("passed", row->decision[GREYLISTER_PASS]),
            phrase_count("exempt", row->decision[GREYLISTER_EXEMPT]));
    }
    free(rows);
    if (f->greylister_triplets > 0) {
        SAY(b, "returning/triplets", phrase_count("triplets", f->greylister_triplets),
            phrase_count("passed", f->greylister_passed),
            phrase_count("waiting", f->greylister_waiting),
            phrase_count("never", f->greylister_never));
    }
    builder_paragraph(b, section);
}

void build_returning(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "sender", .label = "column/sender", .wraps = true},
        {.key = "greylisted", .label = "column/greylisted-recipients", .right = true},
        {.key = "recovered", .label = "column/came-back", .right = true},
        {.key = "waiting", .label = "column/waiting", .right = true},
        {.key = "never_returned", .label = "column/never-returned", .right = true}};
    const struct topk *all = &b->summary->greylist_detail.inbound_senders;
    struct topk_row **rows = NULL;
    size_t count = 0;
    enum smtplog_status status = greylist_senders(b->report, &rows, &count);
    if (status != SMTPLOG_OK && b->document->status == SMTPLOG_OK) {
        b->document->status = status;
    }
    if (count == 0 && b->summary->greylist_detail.greylisters.count == 0) {
        free(rows);
        return;
    }
    struct section *section = builder_section(
        b, "returning", builder_aside(b, "unit/greylisted-senders", count, all->count));
    struct table *table = count > 0 ? TABLE(b, section, "greylisted_senders", columns) : NULL;
    for (size_t i = 0; i < count; i++) {
        const struct returning_row *row = rows[i]->value;
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(row->greylisted);
        cells[2] = count_or_nothing(row->recovered);
        cells[3] = count_or_nothing(row->waiting);
        cells[4] = count_or_nothing(row->never_returned);
    }
    free(rows);
    say_greylisters(b, section);
    say_other_450(b, section);
}

/* ---- notices, and what was seen in part ---- */

static void say_notices(struct report_builder *b, struct section *section, uint64_t total)
{
    const struct greylist_figures *f = &b->summary->greylist_detail;
    uint64_t delivered = f->notice_states[RECIPIENT_DELIVERED] +
                         f->notice_states[RECIPIENT_FORWARDED];
    uint64_t failed = f->notice_states[RECIPIENT_BOUNCED] + f->notice_states[RECIPIENT_EXPIRED] +
                      f->notice_states[RECIPIENT_DISCARDED];
    SAY(b, "notices/sent", phrase_count("total", total),
        phrase_count("failure", f->notices[NOTICE_NON_DELIVERY]),
        phrase_count("delay", f->notices[NOTICE_DELAY]),
        phrase_count("success", f->notices[NOTICE_SUCCESS]),
        phrase_count("postmaster", f->notices[NOTICE_POSTMASTER]),
        phrase_count("other", f->notices[NOTICE_OTHER]));
    SAY(b, "notices/states", phrase_count("delivered", delivered), phrase_count("failed", failed),
        phrase_count("waiting", total - delivered - failed));
    builder_paragraph(b, section);
}

void build_notices(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "class", .label = "column/class", .wraps = true},
        {.key = "recipients", .label = "column/recipients", .right = true}};
    const struct greylist_figures *f = &b->summary->greylist_detail;
    uint64_t total = 0;
    size_t count = 0;
    for (size_t n = 1; n < NOTICES; n++) {
        total += f->notices[n];
    }
    if (total == 0) {
        return;
    }
    struct topk_row **rows = builder_rows(b, &f->notice_causes, &count);
    struct section *section = builder_section(
        b, "notices", builder_aside(b, "unit/notice-causes", count, f->notice_causes.count));
    say_notices(b, section, total);
    struct table *table = count > 0 ? TABLE(b, section, "notices", columns) : NULL;
    for (size_t i = 0; i < count; i++) {
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            break;
        }
        cells[0] = cell_text(CELL_NAME, rows[i]->key);
        cells[1] = cell_count(rows[i]->count);
    }
    free(rows);
}

static void count_approximate(void *context, struct span name, struct topk *table)
{
    (void)name;
    *(uint64_t *)context += table->replaced > 0;
}

void report_say_borders(struct report_builder *b, struct section *head)
{
    const struct greylist_figures *f = &b->summary->greylist_detail;
    if (f->messages_before > 0) {
        SAY(b, "read/begun-before", phrase_count("before", f->messages_before));
    }
    if (f->messages_open > 0) {
        SAY(b, "read/still-open", phrase_count("open", f->messages_open));
    }
    builder_paragraph(b, head);
    uint64_t tables = 0;
    summary_each_table(b->summary, count_approximate, &tables);
    if (tables > 0) {
        SAY(b, "read/approximate", phrase_count("tables", tables));
        builder_paragraph(b, head);
    }
}
