/* How long a reply asks the sender to wait: "greylisted for 300 seconds", "come back in 00:05:00".
 * The wordings are catalogue entries. Trust: replies are written by anybody; expressions run under
 * the match limit. One thread at a time. */
#ifndef CATALOG_ASKED_WAIT_H
#define CATALOG_ASKED_WAIT_H

#include "catalog/catalog.h"

/* Longer waits are taken for something else. */
#define ASKED_WAIT_MAXIMUM (7 * 86400.0)

struct asked_waits;

/* Builds from a catalogue, which must outlive it. check compiles every expression now and says
 * mistakes. Free with asked_waits_free. */
MUST_USE enum smtplog_status asked_waits_new(const struct catalog *catalog, bool check,
                                             const struct diagnostic *diagnostic,
                                             struct asked_waits **waits);
void asked_waits_free(struct asked_waits *waits);

/* SMTPLOG_NO_MEMORY once an answer may be wrong for want of it. */
MUST_USE enum smtplog_status asked_waits_status(const struct asked_waits *waits);

/* Seconds that the text of a reply names; 0 when it names none. */
double asked_waits_find(struct asked_waits *waits, struct span text);

/* Runs the samples of the entries; failures are said and counted. */
void asked_waits_test(struct asked_waits *waits, const struct diagnostic *diagnostic,
                      uint64_t *passed, uint64_t *failed);

#endif
