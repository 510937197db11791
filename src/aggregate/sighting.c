/* When each code, class and provider was seen first and last. */
#include "aggregate/sighting.h"

#include <stdio.h>

void sightings_init(struct sightings *sightings)
{
    *sightings = (struct sightings){0};
    topk_init(&sightings->codes, SIGHTING_CODES, sizeof(struct sighting), NULL);
    topk_init(&sightings->classes, SIGHTING_NAMES, sizeof(struct sighting), NULL);
    topk_init(&sightings->providers, SIGHTING_NAMES, sizeof(struct sighting), NULL);
}

void sightings_free(struct sightings *sightings)
{
    topk_free(&sightings->codes);
    topk_free(&sightings->classes);
    topk_free(&sightings->providers);
}

static void note(struct sighting *sighting, const struct instant *time)
{
    if (instant_compare(time, &sighting->first) < 0) {
        sighting->first = *time;
    }
    if (instant_compare(time, &sighting->last) > 0) {
        sighting->last = *time;
    }
}

static enum smtplog_status add_name(struct topk *table, struct span name,
                                    const struct instant *time, struct sighting **sighting)
{
    struct topk_row *row = NULL;
    TRY(topk_add_again(table, name, 1, &row));
    *sighting = row->value;
    if (row->count == 1) {
        **sighting = (struct sighting){*time, *time};
    }
    note(*sighting, time);
    return SMTPLOG_OK;
}

static enum smtplog_status add_code(struct sightings *sightings, int code,
                                    const struct instant *time)
{
    char digits[16];
    struct sighting **known = &sightings->of_code[code];
    if (*known != NULL) {
        note(*known, time);
        return SMTPLOG_OK;
    }
    int n = snprintf(digits, sizeof digits, "%d", code);
    return add_name(&sightings->codes, span_of(digits, (size_t)n), time, known);
}

enum smtplog_status sightings_add(struct sightings *sightings, const struct event *event)
{
    struct sighting *sighting = NULL;
    int code = event_any_code(event);
    if (!event->has_time || event_value(event, EVENT_KIND) == KIND_CONTEXT) {
        return SMTPLOG_OK;
    }
    if (code > 0 && code < SIGHTING_CODES) {
        TRY(add_code(sightings, code, &event->time));
    }
    if (event->reason_class.n > 0) {
        TRY(add_name(&sightings->classes, event->reason_class, &event->time, &sighting));
    }
    return event->provider.n > 0
               ? add_name(&sightings->providers, event->provider, &event->time, &sighting)
               : SMTPLOG_OK;
}

const struct sighting *sighting_of(const struct topk *table, struct span name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (span_equal(table->rows[i]->key, name)) {
            return table->rows[i]->value;
        }
    }
    return NULL;
}
