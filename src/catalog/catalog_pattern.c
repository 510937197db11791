/* The expressions of catalogue entries. */
#include "catalog/catalog_pattern.h"

#include "pattern/pattern_check.h"

static size_t no_captures(struct span name)
{
    (void)name;
    return SIZE_MAX;
}

static enum smtplog_status make_pattern(const struct catalog_entry *entry, const char *key,
                                        struct arena *arena, pattern_resolve resolve, bool check,
                                        const struct diagnostic *diagnostic,
                                        struct pattern **pattern)
{
    const struct record_pair *pair = record_find(entry->record, key);
    struct span regex;
    *pattern = NULL;
    if (pair == NULL) {
        return SMTPLOG_OK;
    }
    TRY(record_regex(arena, pair->value, &regex));
    TRY(pattern_new(regex, false, resolve, pattern));
    return check ? pattern_check(*pattern, regex, entry->file, pair->line, diagnostic, entry->name)
                 : SMTPLOG_OK;
}

enum smtplog_status catalog_pattern(const struct catalog_entry *entry, const char *key,
                                    struct arena *arena, bool check,
                                    const struct diagnostic *diagnostic, struct pattern **pattern)
{
    return make_pattern(entry, key, arena, no_captures, check, diagnostic, pattern);
}

/* ---- all of a type --------------------------------------------------------------------------- */

struct loader {
    struct catalog_pattern_list *list;
    pattern_resolve resolve;
    const struct diagnostic *diagnostic;
    bool check;
    bool broken;
};

static enum smtplog_status add_item(void *context, const struct catalog_entry *entry)
{
    struct loader *loader = context;
    struct catalog_pattern_list *list = loader->list;
    if (list->count == CATALOG_PATTERNS) {
        return SMTPLOG_LIMIT;
    }
    struct catalog_pattern_item *item = &list->items[list->count];
    item->entry = entry;
    enum smtplog_status status = make_pattern(entry, "regex", &list->arena, loader->resolve,
                                              loader->check, loader->diagnostic, &item->pattern);
    list->count += item->pattern != NULL;
    if (status == SMTPLOG_FORMAT) { /* said; the other entries are looked at too */
        loader->broken = true;
        return SMTPLOG_OK;
    }
    return status;
}

enum smtplog_status catalog_pattern_list_load(struct catalog_pattern_list *list,
                                              const struct catalog *catalog, const char *type,
                                              pattern_resolve resolve, bool check,
                                              const struct diagnostic *diagnostic)
{
    struct loader loader = {list, resolve != NULL ? resolve : no_captures, diagnostic, check,
                            false};
    list->count = 0;
    arena_init(&list->arena);
    TRY(pattern_engine_new(&list->engine));
    TRY(catalog_each(catalog, type, add_item, &loader));
    return loader.broken ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

void catalog_pattern_list_free(struct catalog_pattern_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        pattern_free(list->items[i].pattern);
    }
    pattern_engine_free(list->engine);
    arena_free(&list->arena);
}
