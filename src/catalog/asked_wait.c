/* How long a reply asks the sender to wait. */
#include "catalog/asked_wait.h"

#include <stdlib.h>

#include "catalog/catalog_pattern.h"

#define NUMBER_MAXIMUM 1000000

static const struct {
    const char *name;
    double seconds;
} units[] = {{"days", 86400}, {"hours", 3600}, {"minutes", 60}, {"seconds", 1}};

struct asked_waits {
    struct catalog_pattern_list list;
};

static size_t find_unit(struct span name)
{
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (span_is(name, units[i].name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

enum smtplog_status asked_waits_new(const struct catalog *catalog, bool check,
                                    const struct diagnostic *diagnostic, struct asked_waits **waits)
{
    struct asked_waits *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    enum smtplog_status status = catalog_pattern_list_load(&made->list, catalog, "wait", find_unit,
                                                           check, diagnostic);
    if (status != SMTPLOG_OK) {
        asked_waits_free(made);
        return status;
    }
    *waits = made;
    return SMTPLOG_OK;
}

enum smtplog_status asked_waits_status(const struct asked_waits *waits)
{
    return pattern_engine_status(waits->list.engine);
}

void asked_waits_free(struct asked_waits *waits)
{
    if (waits == NULL) {
        return;
    }
    catalog_pattern_list_free(&waits->list);
    free(waits);
}

static bool has_digit(struct span text)
{
    size_t i = 0;
    while (i < text.n && !byte_is_digit(text.p[i])) {
        i++;
    }
    return i < text.n;
}

double asked_waits_find(struct asked_waits *waits, struct span text)
{
    struct pattern_capture captures[PATTERN_CAPTURES];
    size_t count = 0;
    if (!has_digit(text)) {
        return 0;
    }
    for (size_t i = 0; i < waits->list.count; i++) {
        double seconds = 0;
        if (!pattern_match(waits->list.items[i].pattern, waits->list.engine, text, captures,
                           &count)) {
            continue;
        }
        for (size_t k = 0; k < count; k++) {
            uint64_t number = 0;
            if (captures[k].field < COUNT_OF(units) &&
                span_to_u64(captures[k].text, NUMBER_MAXIMUM, &number)) {
                seconds += (double)number * units[captures[k].field].seconds;
            }
        }
        if (seconds > 0) {
            return seconds <= ASKED_WAIT_MAXIMUM ? seconds : 0;
        }
    }
    return 0;
}

void asked_waits_test(struct asked_waits *waits, const struct diagnostic *diagnostic,
                      uint64_t *passed, uint64_t *failed)
{
    struct span head = SPAN_LITERAL("sample ");
    for (size_t i = 0; i < waits->list.count; i++) {
        const struct catalog_entry *entry = waits->list.items[i].entry;
        for (size_t k = 0; k < entry->record->pair_count; k++) {
            const struct record_pair *pair = &entry->texts[k];
            struct span rest = span_starts(pair->key, head) ? span_from(pair->key, head.n)
                                                            : SPAN_EMPTY;
            struct span word;
            uint64_t wanted = 0;
            if (rest.n == 0) {
                continue;
            }
            bool fine = span_next_word(&rest, &word) &&
                        span_to_u64(word, NUMBER_MAXIMUM, &wanted) &&
                        asked_waits_find(waits, pair->value) == (double)wanted;
            *passed += fine;
            *failed += !fine;
            if (!fine) {
                (void)record_complain(entry->file, pair->line, diagnostic,
                                      "the sample asks for another wait", pair->value);
            }
        }
    }
}
