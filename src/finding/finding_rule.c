/* Reads the rules for findings. */
#include "finding/finding_rule.h"

#include <stdlib.h>

#include "catalog/catalog_pattern.h"
#include "finding/evidence.h"

static const char *const group_names[] = {"log", "place", "client"};
static const char *const severity_names[] = {"info", "warning", "error"};
static const char *const direction_names[] = {"any", "outbound", "inbound"};

/* The place of a word in a list of names; count when it is none of them. */
static size_t find_word(struct span word, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && !span_is(word, names[i])) {
        i++;
    }
    return i;
}

/* A decimal number, all of the text. */
static bool read_number(struct span text, double *number)
{
    char copy[40];
    char *end = NULL;
    if (text.n == 0 || text.n >= sizeof copy) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (!byte_is_digit(text.p[i]) && text.p[i] != '.') {
            return false;
        }
    }
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *number = strtod(copy, &end);
    return *end == '\0';
}

bool finding_has_word(struct span list, struct span word)
{
    struct span one;
    bool any = list.n == 0;
    while (!any && span_next_word(&list, &one)) {
        bool wild = one.n > 1 && one.p[0] == 'X' && word.n == one.n &&
                    span_equal(span_from(one, 1), span_from(word, 1));
        any = wild || span_equal(one, word);
    }
    return any;
}

/* ---- thresholds ----------------------------------------------------------------------------- */

/* The value of a threshold set otherwise. */
static bool find_override(const struct finding_rules *set, struct span name, struct span *value)
{
    struct span rest = span_cstr(set->overrides != NULL ? set->overrides : "");
    struct span piece;
    bool found = false;
    while (span_next_piece(&rest, ',', &piece)) {
        size_t equal = span_find(piece, SPAN_LITERAL("="));
        if (equal != SIZE_MAX && span_equal(span_of(piece.p, equal), name)) {
            *value = span_from(piece, equal + 1);
            found = true; /* the last one counts */
        }
    }
    return found;
}

bool finding_threshold(const struct finding_rules *set, struct span name, double *number)
{
    struct span value;
    const struct catalog_entry *entry = catalog_find(set->catalog, "threshold", name);
    if (entry == NULL) {
        return false;
    }
    if (!find_override(set, name, &value)) {
        value = catalog_text(entry, "value");
    }
    return read_number(value, number);
}

static enum smtplog_status check_threshold(void *context, const struct catalog_entry *entry)
{
    const struct finding_rules *set = context;
    double number = 0;
    return read_number(catalog_text(entry, "value"), &number)
               ? SMTPLOG_OK
               : record_complain(entry->file, entry->record->line, set->diagnostic,
                                 "the value is no number", catalog_text(entry, "value"));
}

static enum smtplog_status check_overrides(const struct finding_rules *set)
{
    struct span rest = span_cstr(set->overrides != NULL ? set->overrides : "");
    struct span piece;
    while (span_next_piece(&rest, ',', &piece)) {
        size_t equal = span_find(piece, SPAN_LITERAL("="));
        struct span name = span_of(piece.p, equal == SIZE_MAX ? piece.n : equal);
        double number = 0;
        if (piece.n == 0) {
            continue;
        }
        if (catalog_find(set->catalog, "threshold", name) == NULL) {
            diagnostic_say(set->diagnostic, SMTPLOG_ERROR,
                           "--threshold: there is no threshold \"%.*s\"", SPAN_ARGS(name));
            return SMTPLOG_USAGE;
        }
        if (equal == SIZE_MAX || !read_number(span_from(piece, equal + 1), &number)) {
            diagnostic_say(set->diagnostic, SMTPLOG_ERROR,
                           "--threshold: \"%.*s\" is not NAME=NUMBER", SPAN_ARGS(piece));
            return SMTPLOG_USAGE;
        }
    }
    return SMTPLOG_OK;
}

/* ---- conditions ----------------------------------------------------------------------------- */

static bool name_is_known(void *context, struct span name, bool baseline, double *value)
{
    *value = 0;
    return !baseline && (finding_threshold(context, name, value) || evidence_name_is_known(name));
}

/* Says what is wrong with a condition, with file and line. */
static enum smtplog_status read_condition(struct finding_rules *set,
                                          const struct catalog_entry *entry, struct rule *rule)
{
    struct rule_error error;
    struct span text;
    const struct record_pair *pair = record_find(entry->record, "when");
    if (!arena_copy(&set->arena, catalog_text(entry, "when"), &text)) {
        return SMTPLOG_NO_MEMORY;
    }
    enum smtplog_status status = rule_parse(text.p, set->diagnostic, rule, &error);
    if (status == SMTPLOG_USAGE) {
        return record_complain(entry->file, pair->line, set->diagnostic, "in `when`",
                               span_cstr(error.said));
    }
    TRY(status);
    const struct rule_part *unknown = set->check ? rule_unknown_name(rule, name_is_known, set)
                                                 : NULL;
    return unknown == NULL ? SMTPLOG_OK
                           : record_complain(entry->file, pair->line, set->diagnostic,
                                             "no figure, value or threshold", unknown->name);
}

/* ---- rules ---------------------------------------------------------------------------------- */

static enum smtplog_status complain(const struct finding_rules *set,
                                    const struct catalog_entry *entry, const char *key)
{
    const struct record_pair *pair = record_find(entry->record, key);
    return record_complain(entry->file, pair != NULL ? pair->line : entry->record->line,
                           set->diagnostic, "this is not understood", span_cstr(key));
}

/* A key that holds one of a few words; the first of them when it is not there. */
static bool read_choice(const struct catalog_entry *entry, const char *key,
                        const char *const *names, size_t count, size_t *choice)
{
    struct span word = catalog_text(entry, key);
    *choice = word.n == 0 ? 0 : find_word(word, names, count);
    return *choice < count;
}

/* Words of a list that name no entry of a type are mistakes. */
static enum smtplog_status check_words(const struct finding_rules *set,
                                       const struct catalog_entry *entry, const char *key,
                                       const char *type)
{
    struct span rest = catalog_text(entry, key);
    struct span word;
    while (set->check && span_next_word(&rest, &word)) {
        if (catalog_find(set->catalog, type, word) == NULL) {
            return complain(set, entry, key);
        }
    }
    return SMTPLOG_OK;
}

static enum smtplog_status read_rule(struct finding_rules *set, const struct catalog_entry *entry,
                                     struct finding_rule *rule)
{
    size_t severity = 0;
    size_t per = 0;
    size_t direction = 0;
    struct span rank = catalog_text(entry, "rank");
    *rule = (struct finding_rule){.entry = entry};
    if (!read_choice(entry, "severity", severity_names, COUNT_OF(severity_names), &severity)) {
        return complain(set, entry, "severity");
    }
    if (!read_choice(entry, "per", group_names, COUNT_OF(group_names), &per)) {
        return complain(set, entry, "per");
    }
    if (!read_choice(entry, "direction", direction_names, COUNT_OF(direction_names), &direction)) {
        return complain(set, entry, "direction");
    }
    if (rank.n > 0 && !read_number(rank, &rule->rank)) {
        return complain(set, entry, "rank");
    }
    TRY(read_condition(set, entry, &rule->when));
    TRY(check_words(set, entry, "classes", "class"));
    TRY(check_words(set, entry, "covered by", "finding"));
    rule->severity = (enum finding_severity)severity;
    rule->per = (enum finding_group)per;
    rule->direction = (enum event_direction)direction;
    TRY(catalog_pattern(entry, "text", &set->arena, set->check, set->diagnostic, &rule->text));
    return catalog_pattern(entry, "warning", &set->arena, set->check, set->diagnostic,
                           &rule->warning);
}

static enum smtplog_status add_rule(void *context, const struct catalog_entry *entry)
{
    struct finding_rules *set = context;
    if (set->count == set->capacity) {
        size_t capacity = set->capacity > 0 ? set->capacity * 2 : 32;
        struct finding_rule *rules = realloc(set->rules, capacity * sizeof *rules);
        if (rules == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        set->rules = rules;
        set->capacity = capacity;
    }
    return read_rule(set, entry, &set->rules[set->count++]);
}

enum smtplog_status finding_rules_load(struct finding_rules *set, const struct catalog *catalog,
                                       const char *overrides, bool check,
                                       const struct diagnostic *diagnostic)
{
    *set = (struct finding_rules){
        .catalog = catalog, .overrides = overrides, .check = check, .diagnostic = diagnostic};
    arena_init(&set->arena);
    TRY(pattern_engine_new(&set->engine));
    TRY(catalog_each(catalog, "threshold", check_threshold, set));
    TRY(check_overrides(set));
    return catalog_each(catalog, "finding", add_rule, set);
}

void finding_rules_free(struct finding_rules *set)
{
    for (size_t i = 0; i < set->count; i++) {
        pattern_free(set->rules[i].text);
        pattern_free(set->rules[i].warning);
        rule_free(&set->rules[i].when);
    }
    free(set->rules);
    pattern_engine_free(set->engine);
    arena_free(&set->arena);
    *set = (struct finding_rules){0};
}
