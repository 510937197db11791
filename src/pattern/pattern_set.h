/* The rules of pattern files, by daemon. Reads records of the types
 *   [define NAME] [event NAME] [context NAME] [refine GROUP/NAME] [sample TEXT] [nomatch TEXT]
 * (see src/man/smtplog-patterns.5). Knows fields and values only through a vocabulary, and nothing
 * of lines, headers or servers. Not thread-safe: one set a thread. */
#ifndef PATTERN_PATTERN_SET_H
#define PATTERN_PATTERN_SET_H

#include "data/record_file.h"
#include "pattern/pattern.h"

/* What the names in pattern files stand for. */
struct pattern_vocabulary {
    pattern_resolve field;                           /* capture and `set` names */
    int (*constant)(size_t field, struct span word); /* value of a word, -1 if none */
    size_t texts;                                    /* fields from here on hold numbers */
    size_t kind_field;                               /* where a rule's kind is put */
};

enum pattern_queue {
    PATTERN_QUEUE_ANY,
    PATTERN_QUEUE_YES,
    PATTERN_QUEUE_NO
};

struct pattern_constant {
    size_t field;
    struct span text; /* for text fields */
    int number;       /* for number fields */
};

struct pattern_refine_use {
    size_t field;
    struct pattern_refine *group;
};

struct pattern_sample {
    struct span name;
    struct span line;
    struct span daemon;          /* empty: the rule's first */
    const struct record *record; /* for its `want` keys */
    bool must_match;
};

struct pattern_rule {
    struct span name;
    struct span kind; /* empty for context */
    struct span daemons;
    const struct record_file *file;
    unsigned line;
    enum pattern_queue queue;
    struct pattern *pattern; /* owned by the set */
    const struct pattern_constant *constants;
    size_t constant_count;
    const struct pattern_refine_use *refines;
    size_t refine_count;
    struct pattern_sample *samples; /* in the set's arena */
    size_t sample_count;
    bool used; /* for refines: some rule names its group */
};

/* A named group of refinements, tried in file order. */
struct pattern_refine {
    struct span name;
    struct pattern_rule **rules;
    size_t count;
    bool used;
};

/* Rules of a list that are left for messages with a certain first byte. */
struct pattern_choice {
    size_t count;
    struct pattern_rule *rules[];
};

/* The rules that a message of one daemon is tried against. */
struct pattern_list {
    struct span daemon;
    struct pattern_rule **rules;
    size_t count;
    uint8_t first[32]; /* bytes a message can begin with */
    size_t minimum;
    bool prepared;
    struct pattern_choice *
        *choices; /* in the set's arena, made when needed; by queue id, first byte */
    bool known;   /* false: no rule names this daemon, only the rules for all */
};

struct pattern_set;

MUST_USE enum smtplog_status pattern_set_new(const struct pattern_vocabulary *vocabulary,
                                             struct pattern_set **set);
void pattern_set_free(struct pattern_set *set);

/* Adds a parsed file, which must stay valid. A rule replaces an earlier one of the same file name
 * and rule name (so a user's file overrides a built-in one). Mistakes are said; SMTPLOG_FORMAT. */
MUST_USE enum smtplog_status pattern_set_add(struct pattern_set *set,
                                             const struct record_file *file,
                                             const struct diagnostic *diagnostic);

/* Links refines and defines and makes the lists. To be called once, after the last file.
 * compile_all compiles every expression now and checks it as for files from outside. */
MUST_USE enum smtplog_status pattern_set_finish(struct pattern_set *set, bool compile_all,
                                                const struct diagnostic *diagnostic);

/* The list for a daemon, or NULL when no rule names it. The list for "*" holds the rules of all
 * daemons, the list for "" those that apply to every daemon. */
struct pattern_list *pattern_set_list(struct pattern_set *set, struct span daemon);

/* Every rule in order; for listing and testing. */
const struct pattern_rule *const *pattern_set_rules(const struct pattern_set *set, size_t *count);
const struct pattern_refine *const *pattern_set_refines(const struct pattern_set *set,
                                                        size_t *count);

/* Where a match puts what it says: text fields by number, number fields behind them. */
struct pattern_fields {
    struct span *text;
    int *number; /* index: field - texts */
    size_t texts;
    uint64_t *set; /* bit per field */
};

/* Whether only records are wanted: rules without a kind then put nothing into fields, that they
 * match is all that is told. */
void pattern_set_want_records(struct pattern_set *set, bool only);

/* Tries the rules of a list in order on a message. has_queue_id tells whether a queue id was
 * removed in front. Returns the rule that matched, its captures, constants and refinements put into
 * fields, or NULL. */
const struct pattern_rule *pattern_set_match(struct pattern_set *set, struct pattern_list *list,
                                             struct span message, bool has_queue_id,
                                             struct pattern_fields *fields);

/* Applies the refinements of a rule that matched once more: to fields that the format reader found
 * behind the match, in a part of the message that no rule describes. */
void pattern_set_refine(struct pattern_set *set, const struct pattern_rule *rule,
                        struct pattern_fields *fields);

/* SMTPLOG_NO_MEMORY once a match could not be tried for want of it. */
MUST_USE enum smtplog_status pattern_set_status(const struct pattern_set *set);

/* The counter of matches that ran into the match limit; lives as long as the set. */
const uint64_t *pattern_set_limits_hit(const struct pattern_set *set);

#endif
