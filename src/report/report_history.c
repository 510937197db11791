/* Attempts and rejects over time, by hour or by day. */
#include <stdlib.h>

#include "report/report_chart.h"
#include "report/section.h"

#define BAR_WIDTH     24
#define TIMELINE_ROWS 48

static uint64_t slot_height(const struct timeline_slot *slot)
{
    return slot->count[TIMELINE_DELIVERED] + slot->count[TIMELINE_DEFERRED] +
           slot->count[TIMELINE_BOUNCED] + slot->count[TIMELINE_REJECTED];
}

/* "11-21 06:00" */
static struct span slot_words(struct report_builder *b, const struct instant *start)
{
    struct strbuf text;
    strbuf_init(&text, 256);
    format_instant(&text, b->document->figures, start, FORMAT_NUMBERS);
    return document_take(b->document, &text);
}

static void add_timeline_row(struct report_builder *b, struct table *table,
                             const struct timeline_slot *slot, bool daily, uint64_t highest)
{
    struct civil c;
    struct cell *cells = table_row(b->document, table);
    if (cells == NULL) {
        return;
    }
    civil_from_seconds(slot->start + slot->offset, &c);
    cells[0].kind = CELL_INSTANT;
    cells[0].instant = (struct instant){.seconds = slot->start, .offset = slot->offset};
    cells[1] = cell_text(
        CELL_WORDS, daily ? document_printf(b->document, "%04d-%02d-%02d", c.year, c.month, c.day)
                          : slot_words(b, &cells[0].instant));
    cells[2] = cell_number(CELL_BAR, (double)slot_height(slot) / (double)highest);
    cells[3] = count_or_nothing(slot->count[TIMELINE_DELIVERED]);
    cells[4] = count_or_nothing(slot->count[TIMELINE_DEFERRED]);
    cells[5] = count_or_nothing(slot->count[TIMELINE_BOUNCED]);
    cells[6] = count_or_nothing(slot->count[TIMELINE_REJECTED]);
}

/* Folds hours into days, so that a long log fits on a page. */
static size_t fold_days(const struct timeline *timeline, struct timeline_slot *days)
{
    size_t count = 0;
    for (size_t i = 0; i < timeline->count; i++) {
        struct timeline_slot slot = timeline->slots[i];
        int64_t local = slot.start + slot.offset;
        slot.start = local - (local % CIVIL_DAY + CIVIL_DAY) % CIVIL_DAY - slot.offset;
        int64_t day = slot.start + slot.offset;
        if (count > 0 && days[count - 1].start + days[count - 1].offset == day) {
            for (size_t k = 0; k < TIMELINE_SERIES; k++) {
                days[count - 1].count[k] += slot.count[k];
            }
        } else {
            days[count++] = slot;
        }
    }
    return count;
}

static void add_rows(struct report_builder *b, const struct timeline_slot *slots, size_t count,
                     bool daily)
{
    static const struct column columns[] = {
        {.key = "start", .audience = COLUMN_DATA},
        {.audience = COLUMN_PEOPLE},
        {.audience = COLUMN_PEOPLE, .width = BAR_WIDTH},
        {.key = "delivered", .label = "column/delivered", .right = true},
        {.key = "deferred", .label = "column/deferred", .right = true},
        {.key = "bounced", .label = "column/bounced", .right = true},
        {.key = "rejected", .label = "column/rejected", .right = true}};
    uint64_t highest = 0;
    for (size_t i = 0; i < count; i++) {
        highest = slot_height(&slots[i]) > highest ? slot_height(&slots[i]) : highest;
    }
    if (!builder_filled(b, highest > 0)) {
        return;
    }
    struct section *section = builder_section(
        b, "timeline", builder_words(b, daily ? "unit/by-day" : "unit/by-hour"));
    report_chart_timeline(b, section);
    struct table *table = TABLE(b, section, "timeline", columns);
    for (size_t i = 0; i < count; i++) {
        add_timeline_row(b, table, &slots[i], daily, highest);
    }
}

void build_timeline(struct report_builder *b)
{
    const struct timeline *timeline = &b->summary->timeline;
    struct timeline_slot *slots = malloc((timeline->count + 1) * sizeof *slots);
    if (slots == NULL) {
        b->document->status = SMTPLOG_NO_MEMORY;
        return;
    }
    bool daily = timeline->seconds > 3600 || timeline->count > TIMELINE_ROWS;
    size_t count = timeline->count;
    if (daily && timeline->seconds == 3600) {
        count = fold_days(timeline, slots);
    } else if (count > 0) {
        memcpy(slots, timeline->slots, count * sizeof *slots);
    }
    add_rows(b, slots, count, daily);
    free(slots);
}
