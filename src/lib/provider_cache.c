/* Remembers which provider runs a mail domain or host. */
#include "lib/provider_cache.h"

#include "base/hashmap.h"

/* The slot of a name; *known tells whether it holds the answer. */
static struct provider_slot *slot_of(struct provider_cache *cache, struct span name, bool is_peer,
                                     bool *known)
{
    if (cache->seed == 0) {
        cache->seed = hash_random_seed() | 2;
    }
    uint64_t key = hash_span(cache->seed ^ (is_peer ? 1 : 0), name) | 1;
    struct provider_slot *slot = &cache->slots[(key >> 1) % PROVIDER_CACHE_SLOTS];
    *known = slot->key == key;
    slot->key = key;
    return slot;
}

const struct catalog_entry *provider_cache_peer(struct provider_cache *cache,
                                                const struct catalog *catalog, struct span host)
{
    bool known = false;
    struct provider_slot *slot = slot_of(cache, host, true, &known);
    if (!known) {
        slot->provider = catalog_provider_of_peer(catalog, host);
    }
    return slot->provider;
}

const struct catalog_entry *provider_cache_domain(struct provider_cache *cache,
                                                  const struct catalog *catalog, struct span domain)
{
    bool known = false;
    struct provider_slot *slot = slot_of(cache, domain, false, &known);
    if (!known) {
        slot->provider = catalog_provider_of_domain(catalog, domain);
    }
    return slot->provider;
}
