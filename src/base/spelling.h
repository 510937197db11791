/* Near misses among names: what somebody may have meant. */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include "base/strbuf.h"

#define SPELLING_MAXIMUM 64 /* bytes of a name; longer ones are near to nothing */

/* Whether name is what given was meant to be: a few letters differ, or it holds given. */
bool spelling_is_near(struct span given, struct span name);

/* Adds name to a list "a, b, c" when it is near and the list is not long yet. */
void spelling_suggest(struct strbuf *list, struct span given, struct span name);

#endif
