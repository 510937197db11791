/* Time zones from TZif files (RFC 9636), read directly: the process's TZ setting is neither used
 * nor changed. A zone is read-only after loading but for a one-entry cache: one thread at a time.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/civil_time.h"
#include "base/span.h"
#include "base/status.h"

struct zone;

/* Loads a zone: "UTC", an offset such as "+01:00" or "-0530", a name below /usr/share/zoneinfo, or
 * the path of a TZif file. NULL or "" is the system's own: the TZ variable if set, else
 * /etc/localtime, else UTC. SMTPLOG_USAGE for a name that does not exist or is unsafe ("..", a
 * directory), SMTPLOG_FORMAT for a file that is no TZif. Free with zone_free. */
MUST_USE enum smtplog_status zone_load(const char *name, struct zone **zone);
void zone_free(struct zone *zone);

/* Seconds east of UTC at an instant. */
int32_t zone_offset(struct zone *zone, int64_t utc);

/* The instants at which the zone's clock shows a local time (civil time read as UTC seconds). Sets
 * utc[0] and, in the doubled hour of an autumn night, the later utc[1]; returns how many. A time
 * skipped in spring is taken as if the clock had not been changed. */
int zone_from_local(struct zone *zone, int64_t local, int64_t utc[2]);

/* The instants around utc, [*from, *until), that are two days or more away from any change of the
 * clock: there a local time is one instant, by the offset at utc. May be empty. */
void zone_steady(struct zone *zone, int64_t utc, int64_t *from, int64_t *until);

/* Offset that an abbreviation ("CET", "CEST") stands for in this zone. False when unknown here. */
bool zone_abbreviation(const struct zone *zone, struct span abbreviation, int32_t *offset);

#endif
