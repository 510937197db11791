/* Mail servers whose logs are not read, told by a line of such a log. Trust: lines are written by
 * anybody; expressions run under the match limit. One thread at a time. */
#ifndef CATALOG_OTHER_SERVER_H
#define CATALOG_OTHER_SERVER_H

#include "catalog/catalog.h"

struct other_servers;

/* Builds from a catalogue, which must outlive it. check compiles every expression now and says
 * mistakes. Free with other_servers_free. */
MUST_USE enum smtplog_status other_servers_new(const struct catalog *catalog, bool check,
                                               const struct diagnostic *diagnostic,
                                               struct other_servers **servers);
void other_servers_free(struct other_servers *servers);

/* SMTPLOG_NO_MEMORY once an answer may be wrong for want of it. */
MUST_USE enum smtplog_status other_servers_status(const struct other_servers *servers);

/* The entry of the server whose log has such lines, NULL when none is known. */
const struct catalog_entry *other_servers_find(struct other_servers *servers, struct span line);

/* Runs the samples of the entries; failures are said and counted. */
void other_servers_test(struct other_servers *servers, const struct diagnostic *diagnostic,
                        uint64_t *passed, uint64_t *failed);

#endif
