/* New, known and gone: by the hashes of marks. */
#include "finding/mark_change.h"

#include "finding/usual.h"

static size_t days_with(uint64_t hash, const struct mark_day *days, size_t count)
{
    size_t with = 0;
    for (size_t i = 0; i < count; i++) {
        with += days[i].marks != NULL && mark_list_has(days[i].marks, hash);
    }
    return with;
}

/* The earliest day that had it. */
static struct span first_day(uint64_t hash, const struct mark_day *days, size_t count)
{
    struct span day = SPAN_EMPTY;
    for (size_t i = 0; i < count; i++) {
        if (days[i].marks != NULL && mark_list_has(days[i].marks, hash)) {
            day = days[i].day;
        }
    }
    return day;
}

static size_t changes_of(const struct mark_changes *changes, enum mark_change_kind kind)
{
    size_t found = 0;
    for (size_t i = 0; i < changes->count; i++) {
        found += changes->items[i].kind == kind;
    }
    return found;
}

static void add_change(struct mark_changes *changes, const struct mark_change *change)
{
    if (changes_of(changes, change->kind) < MARK_CHANGES) {
        changes->items[changes->count++] = *change;
    }
}

static void find_here(const struct mark_list *marks, const struct mark_day *days, size_t count,
                      struct mark_changes *changes)
{
    for (size_t i = 0; i < marks->count; i++) {
        const struct mark *mark = &marks->items[i];
        size_t with = days_with(mark->hash, days, count);
        struct mark_change change = {MARK_NEW, mark, with, SPAN_EMPTY};
        bool is_text = mark->kind == MARK_TEXT;
        if (is_text && (with > 0 || changes->texts_lost)) {
            continue;
        }
        if (with > 0) {
            change.kind = MARK_KNOWN;
            change.day = first_day(mark->hash, days, count);
        }
        changes->new_texts += is_text;
        add_change(changes, &change);
    }
}

static bool is_listed(const struct mark_changes *changes, uint64_t hash)
{
    for (size_t i = 0; i < changes->count; i++) {
        if (changes->items[i].mark->hash == hash) {
            return true;
        }
    }
    return false;
}

/* day: one of the days, whose marks are known; latest: there is none behind it. */
static void find_gone(const struct mark_list *marks, const struct mark_day *day, bool latest,
                      const struct mark_day *days, size_t count, struct mark_changes *changes)
{
    for (size_t i = 0; i < day->marks->count; i++) {
        const struct mark *mark = &day->marks->items[i];
        bool is_text = mark->kind == MARK_TEXT;
        if (mark_list_has(marks, mark->hash) || is_listed(changes, mark->hash) ||
            (is_text && marks->texts_lost)) {
            continue;
        }
        size_t with = days_with(mark->hash, days, count);
        struct mark_change change = {MARK_GONE, mark, with, day->day};
        if (with * 2 > changes->days || (!is_text && latest)) {
            add_change(changes, &change);
        }
    }
}

void mark_changes_find(const struct mark_list *marks, const struct mark_day *days, size_t count,
                       struct mark_changes *changes)
{
    *changes = (struct mark_changes){.texts_lost = marks->texts_lost};
    for (size_t i = 0; i < count; i++) {
        changes->days += days[i].marks != NULL;
        changes->texts_lost = changes->texts_lost ||
                              (days[i].marks != NULL && days[i].marks->texts_lost);
    }
    if (changes->days < USUAL_FEWEST) {
        return;
    }
    find_here(marks, days, count, changes);
    bool latest = true;
    for (size_t i = 0; i < count; i++) {
        if (days[i].marks != NULL) {
            find_gone(marks, &days[i], latest, days, count, changes);
            latest = false;
        }
    }
}
