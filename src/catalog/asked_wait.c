/* How long a reply asks the sender to wait. */
#include "catalog/asked_wait.h"

#include <stdlib.h>

#include "pattern/pattern.h"
#include "pattern/pattern_check.h"

#define WAITS_MAXIMUM  64
#define NUMBER_MAXIMUM 1000000

static const struct {
    const char *name;
    double seconds;
} units[] = {{"days", 86400}, {"hours", 3600}, {"minutes", 60}, {"seconds", 1}};

struct asked_wait {
    const struct catalog_entry *entry;
    struct pattern *pattern; /* owned */
};

struct asked_waits {
    struct pattern_engine *engine;
    struct arena arena;
    const struct diagnostic *diagnostic;
    bool check;
    bool broken;
    struct asked_wait wait[WAITS_MAXIMUM];
    size_t count;
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

static enum smtplog_status add_wait(void *context, const struct catalog_entry *entry)
{
    struct asked_waits *waits = context;
    const struct record_pair *pair = record_find(entry->record, "regex");
    struct span regex;
    if (waits->count == WAITS_MAXIMUM) {
        return SMTPLOG_LIMIT;
    }
    struct asked_wait *wait = &waits->wait[waits->count];
    wait->entry = entry;
    TRY(record_regex(&waits->arena, pair->value, &regex));
    TRY(pattern_new(regex, false, find_unit, &wait->pattern));
    waits->count++;
    enum smtplog_status status = waits->check
                                     ? pattern_check(wait->pattern, regex, entry->file, pair->line,
                                                     waits->diagnostic, entry->name)
                                     : SMTPLOG_OK;
    if (status == SMTPLOG_FORMAT) { /* said; the other entries are looked at too */
        waits->broken = true;
        return SMTPLOG_OK;
    }
    return status;
}

enum smtplog_status asked_waits_new(const struct catalog *catalog, bool check,
                                    const struct diagnostic *diagnostic, struct asked_waits **waits)
{
    struct asked_waits *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->check = check;
    made->diagnostic = diagnostic;
    arena_init(&made->arena);
    enum smtplog_status status = pattern_engine_new(&made->engine);
    if (status == SMTPLOG_OK) {
        status = catalog_each(catalog, "wait", add_wait, made);
    }
    if (status == SMTPLOG_OK && made->broken) {
        status = SMTPLOG_FORMAT;
    }
    if (status != SMTPLOG_OK) {
        asked_waits_free(made);
        return status;
    }
    *waits = made;
    return SMTPLOG_OK;
}

void asked_waits_free(struct asked_waits *waits)
{
    if (waits == NULL) {
        return;
    }
    for (size_t i = 0; i < waits->count; i++) {
        pattern_free(waits->wait[i].pattern);
    }
    pattern_engine_free(waits->engine);
    arena_free(&waits->arena);
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
    for (size_t i = 0; i < waits->count; i++) {
        double seconds = 0;
        if (!pattern_match(waits->wait[i].pattern, waits->engine, text, captures, &count)) {
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
    for (size_t i = 0; i < waits->count; i++) {
        const struct catalog_entry *entry = waits->wait[i].entry;
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
