/* What pattern_set.c and pattern_load.c share; for no one else. */
#ifndef PATTERN_PATTERN_SET_PART_H
#define PATTERN_PATTERN_SET_PART_H

#include "pattern/pattern_set.h"

#define PATTERN_SET_MAXIMUM 4096

struct pattern_define {
    struct span name;
    struct span regex;
    const struct record_file *file;
    unsigned line;
    bool used;
};

struct pattern_set {
    struct pattern_vocabulary vocabulary;
    struct pattern_engine *engine;
    bool records_only; /* rules without a kind put nothing into fields */
    struct arena arena;
    struct pattern_rule *rules[PATTERN_SET_MAXIMUM]; /* events and contexts, in order */
    size_t rule_count;
    struct pattern_define defines[256];
    size_t define_count;
    struct pattern_refine *refines[256];
    size_t refine_count;
    struct pattern_list *lists[256];
    size_t list_count;
    struct pattern_list everything; /* rules of all daemons, specific ones first */
    struct pattern_list general;    /* the rules for every daemon alone */
};

#endif
