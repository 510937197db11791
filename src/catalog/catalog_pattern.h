/* The expressions of catalogue entries: one of them, or all of a type. */
#ifndef CATALOG_CATALOG_PATTERN_H
#define CATALOG_CATALOG_PATTERN_H

#include "catalog/catalog.h"
#include "pattern/pattern.h"

/* Makes the pattern of a key of an entry: without captures, matching anywhere in a text. *pattern
 * is NULL when the entry has no such key; it belongs to the caller, and needs the arena for as long
 * as it lives. With check, mistakes are said with file and line: SMTPLOG_FORMAT, *pattern is made
 * all the same. */
MUST_USE enum smtplog_status catalog_pattern(const struct catalog_entry *entry, const char *key,
                                             struct arena *arena, bool check,
                                             const struct diagnostic *diagnostic,
                                             struct pattern **pattern);

#define CATALOG_PATTERNS 128 /* entries of one type with an expression */

/* Every entry of a type with the expression under its key "regex", in file order. */
struct catalog_pattern_list {
    struct pattern_engine *engine;
    struct arena arena;
    struct catalog_pattern_item {
        const struct catalog_entry *entry;
        struct pattern *pattern;
    } items[CATALOG_PATTERNS];
    size_t count;
};

/* Fills a list. resolve tells the fields of captures; NULL: there are none. With check, mistakes of
 * all entries are said before SMTPLOG_FORMAT. Free with catalog_pattern_list_free in any case. */
MUST_USE enum smtplog_status catalog_pattern_list_load(struct catalog_pattern_list *list,
                                                       const struct catalog *catalog,
                                                       const char *type, pattern_resolve resolve,
                                                       bool check,
                                                       const struct diagnostic *diagnostic);
void catalog_pattern_list_free(struct catalog_pattern_list *list);

#endif
