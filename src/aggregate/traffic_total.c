/* What follows from the tables and the timeline. */
#include "aggregate/traffic_total.h"

#include <stdlib.h>

struct distinct traffic_distinct(const struct topk *table)
{
    struct distinct distinct = {0, table->replaced == 0};
    for (size_t i = 0; i < table->count; i++) {
        distinct.count += ((const struct traffic *)table->rows[i]->value)->delivered > 0;
    }
    return distinct;
}

struct distinct received_distinct(const struct topk *table)
{
    return (struct distinct){table->count, table->replaced == 0};
}

enum smtplog_status traffic_delay_total(const struct topk *transports, struct spread *total)
{
    *total = (struct spread){.sum = 0};
    histogram_init(&total->histogram, FLOW_EXACT_VALUES);
    for (size_t i = 0; i < transports->count; i++) {
        const struct traffic *row = transports->rows[i]->value;
        total->sum += row->delay_sum;
        TRY(histogram_merge(&total->histogram, &row->delay));
    }
    return SMTPLOG_OK;
}

static void add_counts(struct period_row *row, const struct timeline_slot *slot)
{
    for (size_t s = 0; s < TIMELINE_SERIES; s++) {
        row->count[s] += slot->count[s];
    }
}

static int64_t day_of(int64_t local)
{
    int64_t rest = local % CIVIL_DAY;
    return local - (rest < 0 ? rest + CIVIL_DAY : rest);
}

enum smtplog_status timeline_days(const struct timeline *timeline, struct period_row **rows,
                                  size_t *count)
{
    size_t used = 0;
    struct period_row *made = calloc(timeline->count + 1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < timeline->count && timeline->seconds <= CIVIL_DAY; i++) {
        const struct timeline_slot *slot = &timeline->slots[i];
        int64_t day = day_of(slot->start + slot->offset);
        /* A clock set back over midnight comes back to a day before. */
        size_t at = used;
        while (at > 0 && made[at - 1].start > day) {
            at--;
        }
        if (at == 0 || made[at - 1].start != day) {
            memmove(made + at + 1, made + at, (used - at) * sizeof *made);
            made[at] = (struct period_row){.start = day};
            used++;
            at++;
        }
        add_counts(&made[at - 1], slot);
    }
    *rows = made;
    *count = used;
    return SMTPLOG_OK;
}

bool timeline_hours(const struct timeline *timeline, struct period_row rows[HOURS_OF_DAY])
{
    for (size_t h = 0; h < HOURS_OF_DAY; h++) {
        rows[h] = (struct period_row){.start = (int64_t)h};
    }
    for (size_t i = 0; i < timeline->count && timeline->seconds == 3600; i++) {
        const struct timeline_slot *slot = &timeline->slots[i];
        int64_t local = slot->start + slot->offset;
        add_counts(&rows[(local - day_of(local)) / 3600], slot);
    }
    return timeline->seconds == 3600;
}
