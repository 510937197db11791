/* Gathers what a rule looks at. */
#include "finding/evidence.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- figures -------------------------------------------------------------------------------- */

struct name_value {
    const char *name;
    double value;
};

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static size_t figures_of(const struct summary *s, struct name_value figures[32])
{
    const struct signal_set *signals = s->signals;
    const struct name_value list[] = {
        {"recipients.total", (double)s->recipients.total},
        {"recipients.delivered", (double)s->recipients.by_state[RECIPIENT_DELIVERED]},
        {"recipients.expired", (double)s->recipients.by_state[RECIPIENT_EXPIRED]},
        {"attempts.total", (double)s->attempts_total},
        {"attempts.delivered", (double)s->attempts[OUTCOME_DELIVERED]},
        {"attempts.outbound", (double)signals->outbound.attempts},
        {"attempts.outbound.delivered", (double)signals->outbound.delivered},
        {"messages.received", (double)s->messages_received},
        {"rejects.total", (double)s->rejects_total},
        {"auth.ok", (double)s->auth_ok},
        {"auth.failed", (double)s->auth_failed},
        {"greylisting.recipients", (double)s->greylisted},
        {"greylisting.recovered", (double)s->greylist.recovered},
        {"greylisting.lost", (double)s->greylist.lost},
        {"greylisting.stuck", (double)signals->stuck},
        {"greylisting.stuck_share", share(signals->stuck, signals->stuck + s->greylist.recovered)},
        {"greylisting.services", (double)signals->holder_count},
        {"greylisting.moved", (double)signals->moved},
        {"greylisting.moved_stuck", (double)signals->movers_stuck},
        {"server.starts", (double)signals->starts},
        {"server.stops", (double)signals->stops},
        {"server.stopped", signals->stopped ? 1 : 0},
        {"waiting", (double)signals->outbound.waiting},
    };
    memcpy(figures, list, sizeof list);
    return COUNT_OF(list);
}

static size_t values_of(const struct evidence *e, struct name_value values[32])
{
    int64_t span = e->has_time ? e->last.seconds - e->first.seconds : 0;
    const struct name_value list[] = {
        {"count", (double)e->count},
        {"share", share(e->count, e->attempts)},
        {"attempts", (double)e->attempts},
        {"delivered", (double)e->delivered},
        {"delivered_share", share(e->delivered, e->attempts)},
        {"waiting", (double)e->waiting},
        {"clients", (double)e->clients},
        {"tried", (double)e->tried},
        {"worst", (double)e->worst},
        {"minutes", (double)span / 60},
        {"began", e->began ? 1 : 0},
        {"ended", e->began && e->change.ended ? 1 : 0},
        {"before", e->began ? e->change.before : 0},
        {"during", e->began ? e->change.during : 0},
    };
    memcpy(values, list, sizeof list);
    return COUNT_OF(list);
}

static bool look_up(const struct name_value *values, size_t count, struct span name, double *value)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(name, values[i].name)) {
            *value = values[i].value;
            return true;
        }
    }
    return false;
}

bool evidence_value(const struct evidence *evidence, const struct summary *summary,
                    struct span name, double *value)
{
    struct name_value values[32];
    return look_up(values, values_of(evidence, values), name, value) ||
           look_up(values, figures_of(summary, values), name, value);
}

bool evidence_name_is_known(struct span name)
{
    struct evidence nothing = {0};
    struct signal_set signals = {0};
    double value = 0;
    struct summary *summary = calloc(1, sizeof *summary);
    if (summary == NULL) {
        return true;
    }
    summary->signals = &signals;
    bool known = evidence_value(&nothing, summary, name, &value);
    free(summary);
    return known;
}

/* ---- rows ----------------------------------------------------------------------------------- */

struct gatherer {
    const struct finding_rules *set;
    const struct finding_rule *rule;
    struct summary *summary;
    struct evidence_list *list;
};

/* The item of a place, made if it is new. */
static enum smtplog_status item_of(struct evidence_list *list, struct span place,
                                   struct evidence **item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (span_equal(list->items[i].place, place)) {
            *item = &list->items[i];
            return SMTPLOG_OK;
        }
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? list->capacity * 2 : 8;
        struct evidence *items = realloc(list->items, capacity * sizeof *items);
        if (items == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        list->items = items;
        list->capacity = capacity;
    }
    *item = &list->items[list->count++];
    **item = (struct evidence){.place = place};
    return SMTPLOG_OK;
}

static void note_time(struct evidence *item, const struct instant *first,
                      const struct instant *last)
{
    if (!item->has_time || instant_compare(first, &item->first) < 0) {
        item->first = *first;
    }
    if (!item->has_time || instant_compare(last, &item->last) > 0) {
        item->last = *last;
    }
    item->has_time = true;
}

/* Adds a row's count; the largest row gives the sample. */
static void note_row(struct evidence *item, uint64_t count, const char *sample)
{
    item->count += count;
    if (count > item->worst) {
        item->worst = count;
        item->sample = span_cstr(sample != NULL ? sample : "");
    }
}

static enum smtplog_status add_signal(struct evidence *item, const struct signal_row *row,
                                      uint64_t count)
{
    note_row(item, count, row->sample);
    if (row->has_time) {
        note_time(item, &row->first, &row->last);
    }
    return series_merge(&item->series, &row->series);
}

static struct span text_of(const struct finding_rule *rule, const char *key)
{
    return catalog_text(rule->entry, key);
}

static bool code_fits(const struct finding_rule *rule, int code)
{
    struct span codes = text_of(rule, "code");
    char digits[16];
    int n = codes.n > 0 ? snprintf(digits, sizeof digits, "%d", code) : 0;
    return finding_has_word(codes, span_of(digits, (size_t)n));
}

static bool matches(const struct gatherer *g, struct pattern *pattern, struct span text)
{
    struct pattern_capture captures[PATTERN_CAPTURES];
    size_t count = 0;
    return pattern_match(pattern, g->set->engine, text, captures, &count);
}

static bool direction_fits(const struct finding_rule *rule, enum event_direction direction)
{
    return rule->direction == DIRECTION_NONE || rule->direction == direction;
}

static enum smtplog_status gather_rows(struct gatherer *g)
{
    struct topk_row **rows = NULL;
    size_t count = 0;
    enum smtplog_status status = topk_sorted(&g->summary->signals->rows, 0, &rows, &count);
    for (size_t i = 0; i < count && status == SMTPLOG_OK; i++) {
        const struct signal_row *row = rows[i]->value;
        const struct finding_rule *rule = g->rule;
        struct span place = rule->per == FINDING_PER_PLACE ? signal_place_name(rows[i]->key)
                                                           : SPAN_EMPTY;
        struct evidence *item = NULL;
        bool fits = direction_fits(rule, row->direction) && code_fits(rule, row->code) &&
                    finding_has_word(text_of(rule, "classes"), span_cstr(row->class_name)) &&
                    finding_has_word(text_of(rule, "enhanced"), span_cstr(row->enhanced)) &&
                    !(rule->per == FINDING_PER_PLACE && place.n == 0);
        if (fits) {
            status = item_of(g->list, place, &item);
            status = status == SMTPLOG_OK ? add_signal(item, row, rows[i]->count) : status;
        }
    }
    free(rows);
    return status;
}

/* Reply texts: they have no place and no counts over time. */
static enum smtplog_status gather_texts(struct gatherer *g)
{
    struct topk_row **rows = NULL;
    size_t count = 0;
    struct evidence *item = NULL;
    enum smtplog_status status = topk_sorted(&g->summary->templates, 0, &rows, &count);
    for (size_t i = 0; i < count && status == SMTPLOG_OK; i++) {
        const struct template_row *row = rows[i]->value;
        const struct finding_rule *rule = g->rule;
        bool fits = direction_fits(rule, row->direction) && code_fits(rule, row->code) &&
                    finding_has_word(text_of(rule, "classes"), span_cstr(row->class_name)) &&
                    matches(g, rule->text, span_cstr(row->sample));
        if (fits) {
            status = item_of(g->list, SPAN_EMPTY, &item);
        }
        if (fits && status == SMTPLOG_OK) {
            note_row(item, rows[i]->count, row->sample);
            note_time(item, &row->first, &row->last);
        }
    }
    free(rows);
    return status;
}

/* Where replies tell of it too, each is told twice: these are then not counted again. */
static enum smtplog_status gather_notices(struct gatherer *g)
{
    bool told = g->list->count > 0;
    struct topk_row **rows = NULL;
    size_t count = 0;
    struct evidence *item = NULL;
    enum smtplog_status status = topk_sorted(&g->summary->signals->notices, 0, &rows, &count);
    for (size_t i = 0; i < count && status == SMTPLOG_OK; i++) {
        const struct signal_row *row = rows[i]->value;
        if (matches(g, g->rule->warning, span_cstr(row->sample != NULL ? row->sample : ""))) {
            status = item_of(g->list, SPAN_EMPTY, &item);
            status = status == SMTPLOG_OK ? add_signal(item, row, told ? 0 : rows[i]->count)
                                          : status;
        }
    }
    free(rows);
    return status;
}

/* Clients that each fulfil the condition on their own, as one item named after the busiest. */
static enum smtplog_status gather_clients(struct gatherer *g)
{
    struct topk_row **rows = NULL;
    size_t count = 0;
    struct evidence *item = NULL;
    enum smtplog_status status = topk_sorted(&g->summary->signals->clients, 0, &rows, &count);
    for (size_t i = 0; i < count && status == SMTPLOG_OK; i++) {
        const struct signal_row *row = rows[i]->value;
        if (!finding_has_word(text_of(g->rule, "classes"), span_cstr(row->class_name))) {
            continue;
        }
        status = item_of(g->list, SPAN_EMPTY, &item);
        status = status == SMTPLOG_OK ? add_signal(item, row, rows[i]->count) : status;
        if (status == SMTPLOG_OK) {
            item->clients++;
            item->tried = item->clients == 1 ? signal_tried(row) : item->tried;
        }
    }
    if (item != NULL) {
        for (size_t i = 0; i < count && item->place.n == 0; i++) {
            const struct signal_row *row = rows[i]->value;
            if (finding_has_word(text_of(g->rule, "classes"), span_cstr(row->class_name))) {
                item->place = signal_place_name(rows[i]->key);
            }
        }
    }
    free(rows);
    return status;
}

/* ---- all attempts ---------------------------------------------------------------------------- */

static const struct signal_place *place_of(const struct summary *summary, struct span name)
{
    const struct topk *places = &summary->signals->places;
    for (size_t i = 0; i < places->count; i++) {
        /* A row that took another's place has not seen all of its own. */
        if (span_equal(places->rows[i]->key, name) && places->rows[i]->error == 0) {
            return places->rows[i]->value;
        }
    }
    return NULL;
}

static enum smtplog_status set_against(const struct gatherer *g, struct evidence *item)
{
    const struct signal_set *signals = g->summary->signals;
    const struct signal_place *whole = &signals->outbound;
    if (g->rule->per == FINDING_PER_PLACE) {
        whole = place_of(g->summary, item->place);
    } else if (g->rule->direction == DIRECTION_INBOUND || g->rule->per == FINDING_PER_CLIENT) {
        whole = &signals->inbound;
    }
    if (whole == NULL) {
        return SMTPLOG_OK;
    }
    item->attempts = whole->attempts;
    item->delivered = whole->delivered;
    item->waiting = whole->waiting;
    return change_find(&item->series, &whole->series, &item->change, &item->began);
}

enum smtplog_status evidence_gather(const struct finding_rules *set,
                                    const struct finding_rule *rule, struct summary *summary,
                                    struct evidence_list *list)
{
    struct gatherer g = {set, rule, summary, list};
    struct evidence *item = NULL;
    bool by_row = text_of(rule, "classes").n + text_of(rule, "code").n +
                      text_of(rule, "enhanced").n >
                  0;
    *list = (struct evidence_list){0};
    if (rule->per == FINDING_PER_CLIENT) {
        TRY(gather_clients(&g));
    } else if (rule->text != NULL) {
        TRY(gather_texts(&g));
    } else if (by_row) {
        TRY(gather_rows(&g));
    }
    if (rule->warning != NULL) {
        TRY(gather_notices(&g));
    }
    if (rule->warning == NULL && rule->text == NULL && !by_row) {
        TRY(item_of(list, SPAN_EMPTY, &item));
    }
    for (size_t i = 0; i < list->count; i++) {
        TRY(set_against(&g, &list->items[i]));
    }
    return SMTPLOG_OK;
}

void evidence_free(struct evidence_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        series_free(&list->items[i].series);
    }
    free(list->items);
    *list = (struct evidence_list){0};
}
