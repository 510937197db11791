/* Sentences of findings: texts of rules with {names} in them. */
#ifndef FINDING_SENTENCE_H
#define FINDING_SENTENCE_H

#include "finding/evidence.h"

/* Appends text with each {name} replaced: values of the evidence and of the run as counts, names
 * with "share", "before" and "during" as per cent, {place}, {since}, {until}, {first}, {last}. An
 * unknown name stays as it is. */
void sentence_add(struct strbuf *out, struct span text, const struct evidence *evidence,
                  const struct summary *summary, const struct catalog *catalog);

#endif
