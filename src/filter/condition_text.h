/* How the text of a condition is compared with the text of an event. */
#ifndef FILTER_CONDITION_TEXT_H
#define FILTER_CONDITION_TEXT_H

#include "base/span.h"

/* True when text is what the glob says: `*` stands for any bytes, `?` for one. */
bool glob_matches(struct span glob, struct span text, bool ignore_case);

/* As a glob, but `.example.org` means example.org and every name below it. Case is ignored. */
bool name_matches(struct span condition, struct span name);

/* As a glob over a mail address; `@example.org` means every address there, `@.example.org` also
 * below it, `<>` the empty address. Case is ignored. */
bool address_matches(struct span condition, struct span address);

/* A reply code against `450`, `45x`, `4xx` or `400-459`. */
bool code_condition_is_valid(struct span condition);
bool code_matches(struct span condition, int code);

#endif
