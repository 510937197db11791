/* Conditions that catalogue rules put on codes. */
#ifndef CATALOG_CONDITION_H
#define CATALOG_CONDITION_H

#include "base/span.h"

/* A list of prefixes (`4`, `55`, `450`); `!5` excludes. An empty list holds for any code and for
 * none (0). */
bool condition_code(struct span list, int code);

/* A list of enhanced codes: `4.7.1`, `X.2.2` (any class), `4.7.5*` (any rest). An empty list always
 * holds. */
bool condition_enhanced(struct span list, struct span enhanced);

#endif
