/* Remembers which provider runs a mail domain or host: a few hundred names make up most of a log,
 * and looking one up costs a look-up at each of its dots. Direct-mapped, so that it never grows. */
#ifndef LIB_PROVIDER_CACHE_H
#define LIB_PROVIDER_CACHE_H

#include "catalog/catalog.h"

#define PROVIDER_CACHE_SLOTS 4096

struct provider_slot {
    uint64_t key; /* 0: free */
    const struct catalog_entry *provider;
};

struct provider_cache {
    uint64_t seed; /* 0 until the first use */
    struct provider_slot slots[PROVIDER_CACHE_SLOTS];
};

/* As catalog_provider_of_peer and catalog_provider_of_domain. */
const struct catalog_entry *provider_cache_peer(struct provider_cache *cache,
                                                const struct catalog *catalog, struct span host);
const struct catalog_entry *provider_cache_domain(struct provider_cache *cache,
                                                  const struct catalog *catalog,
                                                  struct span domain);

#endif
