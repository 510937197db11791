/* The rules of pattern files, by daemon: what they match. Loading them is in pattern_load.c. */
#include <stdlib.h>

#include "pattern/pattern_set_part.h"

#define REFINE_DEPTH 3

enum smtplog_status pattern_set_new(const struct pattern_vocabulary *vocabulary,
                                    struct pattern_set **set)
{
    struct pattern_set *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->vocabulary = *vocabulary;
    arena_init(&made->arena);
    enum smtplog_status status = pattern_engine_new(&made->engine);
    if (status != SMTPLOG_OK) {
        free(made);
        return status;
    }
    *set = made;
    return SMTPLOG_OK;
}

static void free_patterns(struct pattern_rule *const *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pattern_free(rules[i]->pattern);
    }
}

void pattern_set_free(struct pattern_set *set)
{
    if (set == NULL) {
        return;
    }
    free_patterns(set->rules, set->rule_count);
    for (size_t i = 0; i < set->refine_count; i++) {
        free_patterns(set->refines[i]->rules, set->refines[i]->count);
        free(set->refines[i]->rules);
    }
    for (size_t i = 0; i < set->list_count; i++) {
        free(set->lists[i]->rules);
    }
    free(set->everything.rules);
    free(set->general.rules);
    pattern_engine_free(set->engine);
    arena_free(&set->arena);
    free(set);
}

enum smtplog_status pattern_set_status(const struct pattern_set *set)
{
    return pattern_engine_status(set->engine);
}

const uint64_t *pattern_set_limits_hit(const struct pattern_set *set)
{
    return pattern_engine_limits_hit(set->engine);
}

const struct pattern_rule *const *pattern_set_rules(const struct pattern_set *set, size_t *count)
{
    *count = set->rule_count;
    return (const struct pattern_rule *const *)set->rules;
}

const struct pattern_refine *const *pattern_set_refines(const struct pattern_set *set,
                                                        size_t *count)
{
    *count = set->refine_count;
    return (const struct pattern_refine *const *)set->refines;
}

struct pattern_list *pattern_set_list(struct pattern_set *set, struct span daemon)
{
    if (span_is(daemon, "*")) {
        return &set->everything;
    }
    if (daemon.n == 0) {
        return &set->general;
    }
    for (size_t i = 0; i < set->list_count; i++) {
        if (span_equal(set->lists[i]->daemon, daemon)) {
            return set->lists[i];
        }
    }
    return NULL;
}

void pattern_set_want_records(struct pattern_set *set, bool only)
{
    set->records_only = only;
}

/* ---- matching ----------------------------------------------------------------------------- */

#define FIRST_BYTES 256

static inline void apply_constants(const struct pattern_set *set, const struct pattern_rule *rule,
                                   struct pattern_fields *fields)
{
    size_t texts = set->vocabulary.texts;
    for (size_t i = 0; i < rule->constant_count; i++) {
        const struct pattern_constant *constant = &rule->constants[i];
        if (constant->field < texts) {
            fields->text[constant->field] = constant->text;
        } else {
            fields->number[constant->field - texts] = constant->number;
        }
        *fields->set |= (uint64_t)1 << constant->field;
    }
}

/* Tries one rule; puts its captures and constants into fields. */
static inline bool try_rule(struct pattern_set *set, const struct pattern_rule *rule,
                            struct span subject, struct pattern_fields *fields)
{
    struct pattern_target target = {fields->text, set->vocabulary.texts, fields->set};
    if (!pattern_match_into(rule->pattern, set->engine, subject, &target)) {
        return false;
    }
    apply_constants(set, rule, fields);
    return true;
}

static void apply_refines(struct pattern_set *set, const struct pattern_rule *rule,
                          struct pattern_fields *fields, int depth)
{
    for (size_t i = 0; i < rule->refine_count && depth < REFINE_DEPTH; i++) {
        const struct pattern_refine_use *use = &rule->refines[i];
        if ((*fields->set >> use->field & 1) == 0 || use->field >= set->vocabulary.texts) {
            continue;
        }
        struct span subject = fields->text[use->field];
        for (size_t k = 0; k < use->group->count; k++) {
            struct pattern_rule *refine = use->group->rules[k];
            if (try_rule(set, refine, subject, fields)) {
                refine->used = true;
                if (refine->refine_count > 0) {
                    apply_refines(set, refine, fields, depth + 1);
                }
                break;
            }
        }
    }
}

void pattern_set_refine(struct pattern_set *set, const struct pattern_rule *rule,
                        struct pattern_fields *fields)
{
    apply_refines(set, rule, fields, 0);
}

static void prepare_list(struct pattern_set *set, struct pattern_list *list)
{
    list->minimum = SIZE_MAX;
    for (size_t i = 0; i < list->count; i++) {
        /* A rule that cannot be compiled never matches and adds nothing; one that could not be for
         * want of memory may match anything. */
        if (pattern_first_bytes(list->rules[i]->pattern, list->first, &list->minimum) ==
            SMTPLOG_NO_MEMORY) {
            memset(list->first, 0xff, sizeof list->first);
            list->minimum = 0;
        }
    }
    list->choices = arena_alloc(&set->arena, 2 * FIRST_BYTES * sizeof(struct pattern_choice *));
    list->prepared = true;
}

static bool rule_fits(const struct pattern_rule *rule, bool has_queue_id)
{
    return rule->queue == PATTERN_QUEUE_ANY || (rule->queue == PATTERN_QUEUE_YES) == has_queue_id;
}

static struct pattern_choice *make_choice(struct pattern_set *set, const struct pattern_list *list,
                                          unsigned char first, bool has_queue_id)
{
    struct pattern_choice *choice = arena_alloc(
        &set->arena, sizeof *choice + list->count * sizeof choice->rules[0]);
    for (size_t i = 0; choice != NULL && i < list->count; i++) {
        struct pattern_rule *rule = list->rules[i];
        if (rule_fits(rule, has_queue_id) && pattern_may_begin(rule->pattern, first)) {
            choice->rules[choice->count++] = rule;
        }
    }
    return choice;
}

/* Tries one rule with all that it asks for. */
static inline bool take_rule(struct pattern_set *set, const struct pattern_rule *rule,
                             struct span message, struct pattern_fields *fields)
{
    if (!try_rule(set, rule, message, fields)) {
        return false;
    }
    if (rule->refine_count > 0) {
        apply_refines(set, rule, fields, 0);
    }
    return true;
}

/* Tries rules that fit as for queue ids. */
static const struct pattern_rule *try_rules(struct pattern_set *set,
                                            struct pattern_rule *const *rules, size_t count,
                                            struct span message, struct pattern_fields *fields)
{
    for (size_t i = 0; i < count; i++) {
        const struct pattern_rule *rule = rules[i];
        bool told = set->records_only && rule->kind.n == 0
                        ? pattern_recognizes(rule->pattern, set->engine, message)
                        : take_rule(set, rule, message, fields);
        if (told) {
            return rule;
        }
    }
    return NULL;
}

/* The same for rules of any kind; without memory for choices. */
static const struct pattern_rule *try_all(struct pattern_set *set, const struct pattern_list *list,
                                          struct span message, bool has_queue_id,
                                          struct pattern_fields *fields)
{
    const struct pattern_rule *found = NULL;
    for (size_t i = 0; i < list->count && found == NULL; i++) {
        if (rule_fits(list->rules[i], has_queue_id)) {
            found = try_rules(set, &list->rules[i], 1, message, fields);
        }
    }
    return found;
}

const struct pattern_rule *pattern_set_match(struct pattern_set *set, struct pattern_list *list,
                                             struct span message, bool has_queue_id,
                                             struct pattern_fields *fields)
{
    if (!list->prepared) {
        prepare_list(set, list);
    }
    unsigned char first = message.n > 0 ? (unsigned char)message.p[0] : 0;
    if (message.n < list->minimum || (list->first[first >> 3] >> (first & 7) & 1) == 0) {
        return NULL;
    }
    if (message.n > 0 && list->choices != NULL) {
        struct pattern_choice **choice = &list->choices[(has_queue_id ? FIRST_BYTES : 0) + first];
        if (*choice == NULL) {
            *choice = make_choice(set, list, first, has_queue_id);
        }
        if (*choice != NULL) {
            return try_rules(set, (*choice)->rules, (*choice)->count, message, fields);
        }
    }
    return try_all(set, list, message, has_queue_id, fields);
}
