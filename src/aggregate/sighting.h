/* When each code, class and provider was seen first and last, in any order of lines. Codes and
 * providers of all events, classes of refusals and failures. */
#ifndef AGGREGATE_SIGHTING_H
#define AGGREGATE_SIGHTING_H

#include "aggregate/topk.h"
#include "event/event.h"

#define SIGHTING_CODES 600
#define SIGHTING_NAMES 128

struct sighting {
    struct instant first, last;
};

struct sightings {
    struct topk codes, classes, providers;    /* struct sighting, by "550", by name */
    struct sighting *of_code[SIGHTING_CODES]; /* rows of codes: most events have one of few */
};

void sightings_init(struct sightings *sightings);
void sightings_free(struct sightings *sightings);

MUST_USE enum smtplog_status sightings_add(struct sightings *sightings, const struct event *event);

/* NULL when it was not seen with a time. */
const struct sighting *sighting_of(const struct topk *table, struct span name);

#endif
