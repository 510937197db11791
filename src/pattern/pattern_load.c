/* Pattern files made into rules: their records read, definitions put in, rules listed by daemon.
 * Trust: files of the program and of whoever runs it; mistakes are named by file and line. */
#include <stdlib.h>

#include "base/strbuf.h"
#include "pattern/pattern_check.h"
#include "pattern/pattern_set_part.h"

#define DEFINE_DEPTH     8
#define EXPANDED_MAXIMUM ((size_t)16384)

/* The file being added, and who hears of mistakes. */
struct loader {
    struct pattern_set *set;
    const struct record_file *file;
    const struct diagnostic *diagnostic;
    struct pattern_rule *rule; /* the last one, to which samples belong */
    enum smtplog_status status;
};

static void loader_complain(struct loader *loader, unsigned line, const char *what,
                            struct span detail)
{
    enum smtplog_status status = record_complain(loader->file, line, loader->diagnostic, what,
                                                 detail);
    if (loader->status == SMTPLOG_OK) {
        loader->status = status;
    }
}

static void *loader_alloc(struct loader *loader, size_t size)
{
    void *piece = arena_alloc(&loader->set->arena, size);
    if (piece == NULL) {
        loader->status = SMTPLOG_NO_MEMORY;
    }
    return piece;
}

/* ---- loading ------------------------------------------------------------------------------ */

static const char *const rule_keys[] = {"daemon", "kind", "queue", "regex", NULL};
static const char *const refine_keys[] = {"regex", NULL};
static const char *const sample_keys[] = {"line", "daemon", NULL};
static const char *const define_keys[] = {"regex", NULL};

static bool key_is_listed(struct span key, const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        if (span_is(key, *keys)) {
            return true;
        }
    }
    return false;
}

static void check_keys(struct loader *loader, const struct record *record, const char *const *keys,
                       const char *prefix, const char *second_prefix)
{
    for (size_t i = 0; i < record->pair_count; i++) {
        struct span key = record->pairs[i].key;
        bool fine = key_is_listed(key, keys) ||
                    (prefix != NULL && span_starts(key, span_cstr(prefix))) ||
                    (second_prefix != NULL && span_starts(key, span_cstr(second_prefix)));
        if (!fine) {
            loader_complain(loader, record->pairs[i].line, "unknown key", key);
        }
    }
}

static void load_define(struct loader *loader, const struct record *record)
{
    struct pattern_set *set = loader->set;
    check_keys(loader, record, define_keys, NULL, NULL);
    if (set->define_count == COUNT_OF(set->defines)) {
        loader_complain(loader, record->line, "too many defines", record->name);
        return;
    }
    struct pattern_define *define = NULL;
    for (size_t i = 0; i < set->define_count; i++) {
        if (span_equal(set->defines[i].name, record->name)) {
            define = &set->defines[i];
        }
    }
    if (define == NULL) {
        define = &set->defines[set->define_count++];
    }
    define->name = record->name;
    define->file = loader->file;
    define->line = record->line;
    if (record_regex(&set->arena, record_value(record, "regex"), &define->regex) != SMTPLOG_OK) {
        loader->status = SMTPLOG_NO_MEMORY;
    }
}

static struct pattern_refine *refine_group(struct loader *loader, struct span name)
{
    struct pattern_set *set = loader->set;
    for (size_t i = 0; i < set->refine_count; i++) {
        if (span_equal(set->refines[i]->name, name)) {
            return set->refines[i];
        }
    }
    struct pattern_refine *group = loader_alloc(loader, sizeof *group);
    if (group == NULL || set->refine_count == COUNT_OF(set->refines)) {
        return NULL;
    }
    group->name = name;
    set->refines[set->refine_count++] = group;
    return group;
}

static size_t load_field(struct loader *loader, const struct record_pair *pair, size_t prefix)
{
    struct span name = span_trim(span_from(pair->key, prefix));
    size_t field = loader->set->vocabulary.field(name);
    if (field == SIZE_MAX) {
        loader_complain(loader, pair->line, "unknown field", name);
    }
    return field;
}

static void load_set(struct loader *loader, const struct record_pair *pair,
                     struct pattern_constant *constant)
{
    const struct pattern_vocabulary *vocabulary = &loader->set->vocabulary;
    constant->field = load_field(loader, pair, 4);
    constant->text = pair->value;
    if (constant->field != SIZE_MAX && constant->field >= vocabulary->texts) {
        constant->number = vocabulary->constant(constant->field, pair->value);
        if (constant->number < 0) {
            loader_complain(loader, pair->line, "no value of this field", pair->value);
        }
    }
}

/* The `set` and `refine` keys of a rule, and its kind as one more constant. */
static void load_actions(struct loader *loader, const struct record *record,
                         struct pattern_rule *rule)
{
    const struct pattern_vocabulary *vocabulary = &loader->set->vocabulary;
    struct pattern_constant *constants = loader_alloc(loader,
                                                      (record->pair_count + 1) * sizeof *constants);
    struct pattern_refine_use *uses = loader_alloc(loader, (record->pair_count + 1) * sizeof *uses);
    if (constants == NULL || uses == NULL) {
        return;
    }
    rule->constants = constants;
    rule->refines = uses;
    if (rule->kind.n > 0) {
        int number = vocabulary->constant(vocabulary->kind_field, rule->kind);
        if (number < 0) {
            loader_complain(loader, record->line, "unknown kind", rule->kind);
        }
        constants[rule->constant_count++] = (struct pattern_constant){vocabulary->kind_field,
                                                                      SPAN_EMPTY, number};
    }
    for (size_t i = 0; i < record->pair_count; i++) {
        const struct record_pair *pair = &record->pairs[i];
        if (span_starts(pair->key, SPAN_LITERAL("set "))) {
            load_set(loader, pair, &constants[rule->constant_count++]);
        } else if (span_starts(pair->key, SPAN_LITERAL("refine "))) {
            struct pattern_refine_use *use = &uses[rule->refine_count++];
            use->field = load_field(loader, pair, 7);
            use->group = refine_group(loader, pair->value);
            if (use->group != NULL) {
                use->group->used = true;
            }
        }
    }
}

/* Puts defines in place of %{name}. */
static bool expand_regex(struct loader *loader, const struct record *record, struct span regex,
                         struct strbuf *out, int depth)
{
    struct pattern_set *set = loader->set;
    while (regex.n > 0) {
        size_t at = span_find(regex, SPAN_LITERAL("%{"));
        if (at == SIZE_MAX) {
            strbuf_add_span(out, regex);
            return true;
        }
        strbuf_add(out, regex.p, at);
        regex = span_from(regex, at + 2);
        size_t end = span_find(regex, SPAN_LITERAL("}"));
        struct span name = span_of(regex.p, end == SIZE_MAX ? regex.n : end);
        struct pattern_define *define = NULL;
        for (size_t i = 0; i < set->define_count; i++) {
            if (span_equal(set->defines[i].name, name)) {
                define = &set->defines[i];
                define->used = true;
            }
        }
        if (define == NULL || end == SIZE_MAX || depth == DEFINE_DEPTH) {
            loader_complain(loader, record->line, "unknown or endless define", name);
            return false;
        }
        strbuf_add_cstr(out, "(?:");
        if (!expand_regex(loader, record, define->regex, out, depth + 1)) {
            return false;
        }
        strbuf_add_cstr(out, ")");
        regex = span_from(regex, end + 1);
    }
    return true;
}

/* The expression is kept unexpanded until all defines are known. */
static struct pattern_rule *load_rule(struct loader *loader, const struct record *record)
{
    struct pattern_rule *rule = loader_alloc(loader, sizeof *rule);
    if (rule == NULL) {
        return NULL;
    }
    rule->name = record->name;
    rule->file = loader->file;
    rule->line = record->line;
    if (record->name.n == 0 || record_find(record, "regex") == NULL) {
        loader_complain(loader, record->line, "a rule needs a name and a regex", record->name);
    }
    rule->kind = record_value(record, "kind");
    load_actions(loader, record, rule);
    return rule;
}

static void load_top_rule(struct loader *loader, const struct record *record, bool is_event)
{
    struct pattern_set *set = loader->set;
    check_keys(loader, record, rule_keys, "set ", "refine ");
    struct pattern_rule *rule = load_rule(loader, record);
    if (rule == NULL) {
        return;
    }
    loader->rule = rule;
    rule->daemons = record_value(record, "daemon");
    struct span queue = record_value(record, "queue");
    rule->queue = span_is(queue, "yes")  ? PATTERN_QUEUE_YES
                  : span_is(queue, "no") ? PATTERN_QUEUE_NO
                                         : PATTERN_QUEUE_ANY;
    if (queue.n > 0 && rule->queue == PATTERN_QUEUE_ANY && !span_is(queue, "any")) {
        loader_complain(loader, record->line, "queue is yes, no or any", queue);
    }
    if (rule->daemons.n == 0 || is_event != (rule->kind.n > 0)) {
        loader_complain(loader, record->line, "a rule needs daemon, and an event its kind",
                        record->name);
    }
    for (size_t i = 0; i < set->rule_count; i++) {
        if (span_equal(set->rules[i]->name, rule->name) &&
            span_equal(set->rules[i]->file->name, loader->file->name)) {
            pattern_free(set->rules[i]->pattern);
            set->rules[i] = rule;
            return;
        }
    }
    if (set->rule_count == PATTERN_SET_MAXIMUM) {
        loader_complain(loader, record->line, "too many rules", record->name);
        return;
    }
    set->rules[set->rule_count++] = rule;
}

static void load_refine(struct loader *loader, const struct record *record)
{
    check_keys(loader, record, refine_keys, "set ", "refine ");
    size_t slash = span_find(record->name, SPAN_LITERAL("/"));
    if (slash == SIZE_MAX) {
        loader_complain(loader, record->line, "a refine is named GROUP/NAME", record->name);
        return;
    }
    struct pattern_refine *group = refine_group(loader, span_of(record->name.p, slash));
    struct pattern_rule *rule = load_rule(loader, record);
    if (group == NULL || rule == NULL) {
        return;
    }
    struct pattern_rule **rules = realloc(group->rules, (group->count + 1) * sizeof *rules);
    if (rules == NULL) {
        loader->status = SMTPLOG_NO_MEMORY;
        return;
    }
    group->rules = rules;
    for (size_t i = 0; i < group->count; i++) {
        if (span_equal(rules[i]->name, rule->name)) {
            pattern_free(rules[i]->pattern);
            rules[i] = rule;
            return;
        }
    }
    rules[group->count++] = rule;
}

static void load_sample(struct loader *loader, const struct record *record, bool must_match)
{
    check_keys(loader, record, sample_keys, must_match ? "want " : NULL, NULL);
    for (size_t i = 0; i < record->pair_count; i++) {
        if (span_starts(record->pairs[i].key, SPAN_LITERAL("want "))) {
            (void)load_field(loader, &record->pairs[i], 5);
        }
    }
    struct pattern_rule *rule = loader->rule;
    struct span line = record_value(record, "line");
    if (rule == NULL || line.n == 0) {
        loader_complain(loader, record->line, "a sample needs a rule above and a line",
                        record->name);
        return;
    }
    struct pattern_sample *samples = loader_alloc(loader,
                                                  (rule->sample_count + 1) * sizeof *samples);
    if (samples == NULL) {
        return;
    }
    if (rule->sample_count > 0) {
        memcpy(samples, rule->samples, rule->sample_count * sizeof *samples);
    }
    samples[rule->sample_count++] = (struct pattern_sample){
        record->name, line, record_value(record, "daemon"), record, must_match};
    rule->samples = samples;
}

static void load_record(struct loader *loader, const struct record *record)
{
    if (span_is(record->type, "define")) {
        load_define(loader, record);
    } else if (span_is(record->type, "event")) {
        load_top_rule(loader, record, true);
    } else if (span_is(record->type, "context")) {
        load_top_rule(loader, record, false);
    } else if (span_is(record->type, "refine")) {
        load_refine(loader, record);
    } else if (span_is(record->type, "sample")) {
        load_sample(loader, record, true);
    } else if (span_is(record->type, "nomatch")) {
        load_sample(loader, record, false);
    } else {
        loader_complain(loader, record->line, "unknown record type", record->type);
    }
}

enum smtplog_status pattern_set_add(struct pattern_set *set, const struct record_file *file,
                                    const struct diagnostic *diagnostic)
{
    struct loader loader = {.set = set, .file = file, .diagnostic = diagnostic};
    for (size_t i = 1; i < file->record_count && loader.status != SMTPLOG_NO_MEMORY; i++) {
        load_record(&loader, &file->records[i]);
    }
    return loader.status;
}

/* ---- linking ------------------------------------------------------------------------------ */

static const struct record *record_at(const struct record_file *file, unsigned line)
{
    for (size_t i = 0; i < file->record_count; i++) {
        if (file->records[i].line == line) {
            return &file->records[i];
        }
    }
    return &file->records[0];
}

static void finish_rule(struct loader *loader, struct pattern_rule *rule, bool compile)
{
    struct pattern_set *set = loader->set;
    loader->file = rule->file;
    const struct record *record = record_at(rule->file, rule->line);
    struct span regex = SPAN_EMPTY;
    struct span expanded = SPAN_EMPTY;
    struct strbuf out;
    strbuf_init(&out, EXPANDED_MAXIMUM);
    enum smtplog_status status = record_regex(&set->arena, record_value(record, "regex"), &regex);
    if (status == SMTPLOG_OK && expand_regex(loader, record, regex, &out, 0)) {
        status = strbuf_status(&out);
        if (status == SMTPLOG_OK && !arena_copy(&set->arena, strbuf_span(&out), &expanded)) {
            status = SMTPLOG_NO_MEMORY;
        }
    }
    strbuf_free(&out);
    if (status == SMTPLOG_OK) {
        status = pattern_new(expanded, true, set->vocabulary.field, &rule->pattern);
    }
    if (status != SMTPLOG_OK) {
        loader->status = status;
        return;
    }
    if (compile && loader->status != SMTPLOG_NO_MEMORY &&
        pattern_check(rule->pattern, expanded, rule->file, rule->line, loader->diagnostic,
                      rule->name) != SMTPLOG_OK) {
        loader->status = SMTPLOG_FORMAT;
    }
}

static enum smtplog_status list_push(struct pattern_list *list, struct pattern_rule *rule)
{
    struct pattern_rule **rules = realloc(list->rules, (list->count + 1) * sizeof *rules);
    if (rules == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    rules[list->count++] = rule;
    list->rules = rules;
    return SMTPLOG_OK;
}

/* The list of a daemon, made when there is none yet. */
static enum smtplog_status list_for(struct loader *loader, struct span daemon,
                                    struct pattern_list **list)
{
    struct pattern_set *set = loader->set;
    *list = pattern_set_list(set, daemon);
    if (*list != NULL) {
        return SMTPLOG_OK;
    }
    if (set->list_count == COUNT_OF(set->lists)) {
        return SMTPLOG_LIMIT;
    }
    *list = loader_alloc(loader, sizeof **list);
    if (*list == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    (*list)->daemon = daemon;
    (*list)->known = true;
    set->lists[set->list_count++] = *list;
    return SMTPLOG_OK;
}

/* First the rules that name a daemon, then those for all. */
static void make_lists(struct loader *loader)
{
    struct pattern_set *set = loader->set;
    enum smtplog_status status = SMTPLOG_OK;
    for (size_t i = 0; i < set->rule_count && status == SMTPLOG_OK; i++) {
        struct span daemons = set->rules[i]->daemons;
        struct span daemon;
        if (span_is(daemons, "*")) {
            continue;
        }
        status = list_push(&set->everything, set->rules[i]);
        while (status == SMTPLOG_OK && span_next_word(&daemons, &daemon)) {
            struct pattern_list *list = NULL;
            status = list_for(loader, daemon, &list);
            status = status == SMTPLOG_OK ? list_push(list, set->rules[i]) : status;
        }
    }
    for (size_t i = 0; i < set->rule_count && status == SMTPLOG_OK; i++) {
        if (!span_is(set->rules[i]->daemons, "*")) {
            continue;
        }
        status = list_push(&set->everything, set->rules[i]);
        if (status == SMTPLOG_OK) {
            status = list_push(&set->general, set->rules[i]);
        }
        for (size_t k = 0; k < set->list_count && status == SMTPLOG_OK; k++) {
            status = list_push(set->lists[k], set->rules[i]);
        }
    }
    if (status != SMTPLOG_OK) {
        loader->status = status;
    }
}

enum smtplog_status pattern_set_finish(struct pattern_set *set, bool compile_all,
                                       const struct diagnostic *diagnostic)
{
    struct loader loader = {.set = set, .diagnostic = diagnostic};
    for (size_t i = 0; i < set->rule_count; i++) {
        finish_rule(&loader, set->rules[i], compile_all);
    }
    for (size_t i = 0; i < set->refine_count; i++) {
        const struct pattern_refine *group = set->refines[i];
        for (size_t k = 0; k < group->count; k++) {
            finish_rule(&loader, group->rules[k], compile_all);
        }
        if (group->count == 0 || !group->used) {
            diagnostic_say(diagnostic, SMTPLOG_ERROR, "%s: %.*s",
                           diagnostic_text(diagnostic,
                                           group->used
                                               ? N_("a refine group that is used but has no rules")
                                               : N_("a refine group that is not used by any rule")),
                           SPAN_ARGS(group->name));
            loader.status = SMTPLOG_FORMAT;
        }
    }
    for (size_t i = 0; compile_all && i < set->define_count; i++) {
        if (!set->defines[i].used) {
            loader.file = set->defines[i].file;
            loader_complain(&loader, set->defines[i].line, "a define that nothing uses",
                            set->defines[i].name);
        }
    }
    make_lists(&loader);
    return loader.status;
}
