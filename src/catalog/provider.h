/* Providers by the wording of their replies, and what their own codes mean. Trust: reply texts are
 * written by remote servers; expressions run under the match limit. One thread at a time. */
#ifndef CATALOG_PROVIDER_H
#define CATALOG_PROVIDER_H

#include "catalog/catalog.h"

struct provider_set;

/* Builds from a catalogue, which must outlive the set. check compiles every expression now and says
 * mistakes. Free with provider_set_free. */
MUST_USE enum smtplog_status provider_set_new(const struct catalog *catalog, bool check,
                                              const struct diagnostic *diagnostic,
                                              struct provider_set **set);
void provider_set_free(struct provider_set *set);

/* The provider whose wording a reply text has, NULL when none is recognised. */
const struct catalog_entry *provider_of_text(struct provider_set *set, struct span text);

/* What a provider means by a reply: its own entry for the enhanced code or the wording, NULL when
 * there is none. provider is the provider's name. */
const struct catalog_entry *provider_meaning(struct provider_set *set, struct span provider,
                                             int code, struct span enhanced, struct span text);

#endif
