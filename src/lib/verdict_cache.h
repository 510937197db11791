/* Remembers why replies were given. Thousands of refusals differ in an address only, and judging one costs a pass
 * over hundreds of rules. */
#ifndef LIB_VERDICT_CACHE_H
#define LIB_VERDICT_CACHE_H

#include "catalog/classifier.h"

#define VERDICT_CACHE_SLOTS 4096

struct verdict_slot {
    uint64_t key; /* 0: free */
    struct classifier_verdict verdict;
};

struct verdict_cache {
    uint64_t seed;
    struct verdict_slot slots[VERDICT_CACHE_SLOTS];
};

/* A hash of everything a verdict depends on. Left out of the text are mail addresses, IP addresses (but 127.*,
 * which block lists give meaning) and long words of letters and digits mixed: no rule looks into these. Never
 * 0. */
uint64_t verdict_key(uint64_t seed, const struct classifier_input *input);

/* Judges through the cache; *key is the input's. */
void verdict_cache_judge(struct verdict_cache *cache, struct classifier *classifier,
                         const struct classifier_input *input, struct classifier_verdict *verdict,
                         uint64_t *key);

#endif
