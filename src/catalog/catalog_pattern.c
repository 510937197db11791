/* The expression of a catalogue entry. */
#include "catalog/catalog_pattern.h"

#include "pattern/pattern_check.h"

static size_t no_captures(struct span name)
{
    (void)name;
    return SIZE_MAX;
}

enum smtplog_status catalog_pattern(const struct catalog_entry *entry, const char *key,
                                    struct arena *arena, bool check,
                                    const struct diagnostic *diagnostic, struct pattern **pattern)
{
    const struct record_pair *pair = record_find(entry->record, key);
    struct span regex;
    *pattern = NULL;
    if (pair == NULL) {
        return SMTPLOG_OK;
    }
    TRY(record_regex(arena, pair->value, &regex));
    TRY(pattern_new(regex, false, no_captures, pattern));
    return check ? pattern_check(*pattern, regex, entry->file, pair->line, diagnostic, entry->name)
                 : SMTPLOG_OK;
}
