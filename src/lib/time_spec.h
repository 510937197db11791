/* Instants as people give them: `yesterday`, `today`, `now`, `-2h`, `2026-11-21`, `2026-11-21
 * 10:30`, RFC 3339.
 */
#ifndef LIB_TIME_SPEC_H
#define LIB_TIME_SPEC_H

#include "base/zone.h"

/* Reads text relative to now. For the end of a range (is_until) a whole day means its last instant:
 * the result is the first instant that is not meant any more. Local times are in zone. False when
 * it cannot be read. */
bool time_spec_parse(struct span text, struct zone *zone, int64_t now, bool is_until,
                     struct instant *instant);

#endif
