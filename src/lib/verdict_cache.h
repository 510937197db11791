/* Remembers why replies were given. Thousands of refusals differ in an address only, and judging
 * one costs a pass over hundreds of rules. */
#ifndef LIB_VERDICT_CACHE_H
#define LIB_VERDICT_CACHE_H

#include "catalog/classifier.h"

#define VERDICT_CACHE_FIRST 256   /* slots; doubled when half of them are taken */
#define VERDICT_CACHE_SLOTS 16384 /* at most */

struct verdict_slot {
    uint64_t key; /* 0: free */
    size_t verdict;
};

struct verdict_cache {
    uint64_t seed;
    struct verdict_slot *slots; /* owned; NULL until the first verdict */
    size_t capacity, count;
    struct classifier_verdict *verdicts; /* owned; those that were given, each once */
    size_t verdict_count;
};

/* Of a cache that was zeroed, used or not. */
void verdict_cache_free(struct verdict_cache *cache);

/* Hashes of everything a verdict depends on, never 0. Left out of both are what templates leave out
 * as well: mail addresses, IP addresses (but 127.*, which block lists give meaning, and what looks
 * like a status code), long words of letters and digits mixed, names of hosts in <>; of URLs the
 * digits count as one. In the verdict's key so do those of words of digits and punctuation only,
 * and the name in front of a host's address (mx1.example.org[192.0.2.1]) is left out of it. No
 * reason may look at these. */
struct verdict_keys {
    uint64_t verdict;
    uint64_t text; /* the same for texts that have the same template */
};

struct verdict_keys verdict_keys_of(uint64_t seed, const struct classifier_input *input);

/* Judges through the cache; *key is the key of the input's text. */
void verdict_cache_judge(struct verdict_cache *cache, struct classifier *classifier,
                         const struct classifier_input *input, struct classifier_verdict *verdict,
                         uint64_t *key);

#endif
