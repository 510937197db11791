/* Hash table of pointers, open addressing, keyed by whatever the caller compares. The table owns
 * its slots, not the items. Hashes are seeded, so that text from strangers cannot be chosen to
 * collide. */
#ifndef BASE_HASHMAP_H
#define BASE_HASHMAP_H

#include "base/span.h"
#include "base/status.h"

/* A hash of texts that strangers write. While they do not know the seed they cannot make texts that
 * meet; it may be another one in the next version. */
uint64_t hash_bytes(uint64_t seed, const char *bytes, size_t length);

static inline uint64_t hash_span(uint64_t seed, struct span text)
{
    return hash_bytes(seed, text.p, text.n);
}

/* The same in every version, for what stands in files. Its seed is no secret: strangers can make
 * texts that meet. */
uint64_t hash_lasting(uint64_t seed, struct span text);

/* Folds a second value into a hash. */
static inline uint64_t hash_mix(uint64_t hash, uint64_t value)
{
    hash ^= value + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
    hash *= 0xff51afd7ed558ccdu;
    return hash ^ (hash >> 32);
}

/* A seed that differs from run to run. Results never depend on it. */
uint64_t hash_random_seed(void);

struct hashmap_slot {
    uint64_t hash;
    void *item; /* NULL: free */
};

struct hashmap {
    struct hashmap_slot *slots; /* owned */
    size_t capacity;            /* power of two, or 0 */
    size_t count;
};

/* True when item is what key describes. */
typedef bool (*hashmap_same)(const void *item, const void *key);

void hashmap_init(struct hashmap *map);
void hashmap_free(struct hashmap *map);
/* All slots free again; memory kept. */
void hashmap_clear(struct hashmap *map);

/* The item, or NULL. (Inline: so the comparison is, too.) */
static inline void *hashmap_find(const struct hashmap *map, uint64_t hash, hashmap_same same,
                                 const void *key)
{
    if (map->capacity == 0) {
        return NULL;
    }
    size_t mask = map->capacity - 1;
    for (size_t i = (size_t)hash & mask; map->slots[i].item != NULL; i = (i + 1) & mask) {
        if (map->slots[i].hash == hash && same(map->slots[i].item, key)) {
            return map->slots[i].item;
        }
    }
    return NULL;
}

/* The same where the hash is the key: one of 64 seeded bits, which no two of some thousands share.
 */
static inline void *hashmap_get(const struct hashmap *map, uint64_t hash)
{
    if (map->capacity == 0) {
        return NULL;
    }
    size_t mask = map->capacity - 1;
    size_t i = (size_t)hash & mask;
    while (map->slots[i].item != NULL && map->slots[i].hash != hash) {
        i = (i + 1) & mask;
    }
    return map->slots[i].item;
}

/* Adds an item that is not there yet. */
MUST_USE enum smtplog_status hashmap_add(struct hashmap *map, uint64_t hash, void *item);

/* Takes an item out; nothing happens when it is not there. */
void hashmap_remove(struct hashmap *map, uint64_t hash, const void *item);

#endif
