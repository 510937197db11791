/* What can be read off an expression without compiling it, for anchored matches. A scan, not a
 * parser: what it does not know it says nothing about. */
#ifndef PATTERN_EXPRESSION_H
#define PATTERN_EXPRESSION_H

#include "base/strbuf.h"

#define EXPRESSION_HEAD 32 /* bytes of a literal beginning that are kept */

/* The bytes that an expression begins with literally. */
struct expression_head {
    size_t length;
    char bytes[EXPRESSION_HEAD];
    bool whole; /* nothing else is in it: what begins so matches, */
    bool ends;  /* if it ends there, too */
};

void expression_read_head(struct span regex, struct expression_head *head);

/* A byte that each match has in it and that the expression looks for by `[^c]*+c`, else -1. */
int expression_sought_byte(struct span regex);

/* An expression that matches the same subjects and captures nothing: groups without their names,
 * and without what may be there or not at the end. (Not where a group is repeated: then a match may
 * run into its limit, and the end can make the difference.) False when it cannot be made, as with
 * back references. */
bool expression_make_bare(struct span regex, struct strbuf *bare);

#endif
