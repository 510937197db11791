/* Hash table of pointers. Linear probing; removal shifts back, so there are no tombstones. */
#include "base/hashmap.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define HASHMAP_FIRST_CAPACITY ((size_t)64)

static inline uint64_t multiply_fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* One to three bytes as a number, the first the lowest: some are taken twice. */
static inline uint64_t read_few(const char *p, size_t n)
{
    const unsigned char *bytes = (const unsigned char *)p;
    size_t middle = n / 2;
    return bytes[0] | (uint64_t)bytes[middle] << middle * 8 | (uint64_t)bytes[n - 1] << (n - 1) * 8;
}

#define FOLD_START 0xa0761d6478bd642fu
#define FOLD_WORD  0xe7037ed1a0b428dbu

/* wyhash. A word that is the same as `against` makes a product of zero, and what stands before it
 * counts for nothing: who knows `against` can make as many texts of one hash as he likes. */
static inline uint64_t fold_bytes(uint64_t h, uint64_t against, const char *bytes, size_t length)
{
    size_t left = length;
    while (left > 16) {
        h = multiply_fold(bytes_read8(bytes) ^ against, bytes_read8(bytes + 8) ^ h);
        bytes += 16;
        left -= 16;
    }
    uint64_t a = 0;
    uint64_t b = 0;
    if (left >= 8) {
        a = bytes_read8(bytes);
        b = bytes_read8(bytes + left - 8);
    } else if (left >= 4) {
        a = bytes_read4(bytes) | (uint64_t)bytes_read4(bytes + left - 4) << (left - 4) * 8;
    } else if (left > 0) {
        a = read_few(bytes, left);
    }
    return multiply_fold(FOLD_WORD ^ length, multiply_fold(a ^ against, b ^ h));
}

uint64_t hash_bytes(uint64_t seed, const char *bytes, size_t length)
{
    /* Not an exclusive or: that of both factors would be known. */
    return fold_bytes(seed ^ FOLD_START, seed * FOLD_START + FOLD_WORD, bytes, length);
}

uint64_t hash_lasting(uint64_t seed, struct span text)
{
    return fold_bytes(seed ^ FOLD_START, FOLD_WORD, text.p, text.n);
}

uint64_t hash_random_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        seed = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u ^ (uint64_t)(uintptr_t)&seed;
    }
    return seed;
}

void hashmap_init(struct hashmap *map)
{
    *map = (struct hashmap){0};
}

void hashmap_free(struct hashmap *map)
{
    free(map->slots);
    *map = (struct hashmap){0};
}

void hashmap_clear(struct hashmap *map)
{
    if (map->capacity > 0) {
        memset(map->slots, 0, map->capacity * sizeof *map->slots);
    }
    map->count = 0;
}

static void hashmap_place(struct hashmap_slot *slots, size_t mask, uint64_t hash, void *item)
{
    size_t i = (size_t)hash & mask;
    while (slots[i].item != NULL) {
        i = (i + 1) & mask;
    }
    slots[i] = (struct hashmap_slot){hash, item};
}

static enum smtplog_status hashmap_grow(struct hashmap *map)
{
    size_t capacity = map->capacity > 0 ? map->capacity * 2 : HASHMAP_FIRST_CAPACITY;
    struct hashmap_slot *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->slots[i].item != NULL) {
            hashmap_place(slots, capacity - 1, map->slots[i].hash, map->slots[i].item);
        }
    }
    free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
    return SMTPLOG_OK;
}

enum smtplog_status hashmap_add(struct hashmap *map, uint64_t hash, void *item)
{
    if (map->count + 1 > map->capacity / 2) {
        TRY(hashmap_grow(map));
    }
    hashmap_place(map->slots, map->capacity - 1, hash, item);
    map->count++;
    return SMTPLOG_OK;
}

void hashmap_remove(struct hashmap *map, uint64_t hash, const void *item)
{
    if (map->capacity == 0) {
        return;
    }
    size_t mask = map->capacity - 1;
    size_t i = (size_t)hash & mask;
    while (map->slots[i].item != item) {
        if (map->slots[i].item == NULL) {
            return;
        }
        i = (i + 1) & mask;
    }
    size_t hole = i;
    for (size_t j = (i + 1) & mask; map->slots[j].item != NULL; j = (j + 1) & mask) {
        size_t home = (size_t)map->slots[j].hash & mask;
        if (((j - home) & mask) >= ((j - hole) & mask)) {
            map->slots[hole] = map->slots[j];
            hole = j;
        }
    }
    map->slots[hole] = (struct hashmap_slot){0, NULL};
    map->count--;
}
