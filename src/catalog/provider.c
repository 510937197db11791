/* Providers by the wording of their replies, and what their own codes mean. */
#include "catalog/provider.h"

#include <stdlib.h>

#include "catalog/catalog_pattern.h"
#include "catalog/condition.h"

#define PROVIDER_RULES 512

struct provider_rule {
    const struct catalog_entry *entry;
    struct pattern *pattern; /* owned; NULL: no wording asked */
};

struct provider_set {
    struct pattern_engine *engine;
    struct arena arena;
    const struct diagnostic *diagnostic;
    bool check;
    enum smtplog_status status;
    struct provider_rule providers[PROVIDER_RULES], codes[PROVIDER_RULES];
    size_t provider_count, code_count;
};

static enum smtplog_status add_pattern(struct provider_set *set, const struct catalog_entry *entry,
                                       const char *key, struct provider_rule *rule)
{
    rule->entry = entry;
    enum smtplog_status status = catalog_pattern(entry, key, &set->arena, set->check,
                                                 set->diagnostic, &rule->pattern);
    if (status == SMTPLOG_FORMAT) { /* said; the other entries are looked at too */
        set->status = status;
        return SMTPLOG_OK;
    }
    return status;
}

static enum smtplog_status add_provider(void *context, const struct catalog_entry *entry)
{
    struct provider_set *set = context;
    if (record_find(entry->record, "text") == NULL) {
        return SMTPLOG_OK;
    }
    if (set->provider_count == PROVIDER_RULES) {
        return SMTPLOG_LIMIT;
    }
    return add_pattern(set, entry, "text", &set->providers[set->provider_count++]);
}

static enum smtplog_status add_code(void *context, const struct catalog_entry *entry)
{
    struct provider_set *set = context;
    if (set->code_count == PROVIDER_RULES) {
        return SMTPLOG_LIMIT;
    }
    const char *key = record_find(entry->record, "wording") != NULL ? "wording" : "regex";
    return add_pattern(set, entry, key, &set->codes[set->code_count++]);
}

enum smtplog_status provider_set_new(const struct catalog *catalog, bool check,
                                     const struct diagnostic *diagnostic, struct provider_set **set)
{
    struct provider_set *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->check = check;
    made->diagnostic = diagnostic;
    arena_init(&made->arena);
    enum smtplog_status status = pattern_engine_new(&made->engine);
    if (status == SMTPLOG_OK) {
        status = catalog_each(catalog, "provider", add_provider, made);
    }
    if (status == SMTPLOG_OK) {
        status = catalog_each(catalog, "provider_code", add_code, made);
    }
    status = status == SMTPLOG_OK ? made->status : status;
    if (status != SMTPLOG_OK) {
        provider_set_free(made);
        return status;
    }
    *set = made;
    return SMTPLOG_OK;
}

void provider_set_free(struct provider_set *set)
{
    if (set == NULL) {
        return;
    }
    for (size_t i = 0; i < set->provider_count; i++) {
        pattern_free(set->providers[i].pattern);
    }
    for (size_t i = 0; i < set->code_count; i++) {
        pattern_free(set->codes[i].pattern);
    }
    pattern_engine_free(set->engine);
    arena_free(&set->arena);
    free(set);
}

static bool matches(struct provider_set *set, const struct provider_rule *rule, struct span text)
{
    struct pattern_capture captures[PATTERN_CAPTURES];
    size_t count = 0;
    return rule->pattern != NULL &&
           pattern_match(rule->pattern, set->engine, text, captures, &count);
}

const struct catalog_entry *provider_of_text(struct provider_set *set, struct span text)
{
    for (size_t i = 0; i < set->provider_count; i++) {
        if (matches(set, &set->providers[i], text)) {
            return set->providers[i].entry;
        }
    }
    return NULL;
}

const struct catalog_entry *provider_meaning(struct provider_set *set, struct span provider,
                                             int code, struct span enhanced, struct span text)
{
    for (size_t i = 0; i < set->code_count; i++) {
        const struct provider_rule *rule = &set->codes[i];
        struct span name = rule->entry->name;
        bool own = name.n > provider.n && name.p[provider.n] == '/' && span_starts(name, provider);
        struct span list = catalog_text(rule->entry, "enhanced");
        if (own && condition_code(catalog_text(rule->entry, "code"), code) &&
            condition_enhanced(list, enhanced) &&
            (rule->pattern == NULL ? list.n > 0 : matches(set, rule, text))) {
            return rule->entry;
        }
    }
    return NULL;
}
