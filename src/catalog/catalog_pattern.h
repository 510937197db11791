/* The expression of a catalogue entry. */
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

#endif
