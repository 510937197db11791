/* Remembers why replies were given: direct-mapped, so that it never grows and never needs care. */
#include "lib/verdict_cache.h"

#include "base/hashmap.h"

#define KEY_TEXT 512 /* bytes of reduced text hashed at a time */

static bool ends_word(char c)
{
    return c == ' ' || c == '<' || c == '>' || c == '(' || c == ')' || c == '[' || c == ']' ||
           c == ';' || c == ',' || c == '"' || c == '\'';
}

/* Whether a word can differ without a difference to any rule. */
static bool is_variable(struct span word)
{
    size_t digits = 0;
    size_t dots = 0;
    size_t letters = 0;
    if (memchr(word.p, '@', word.n) != NULL) {
        return true;
    }
    for (size_t i = 0; i < word.n; i++) {
        digits += byte_is_digit(word.p[i]);
        dots += word.p[i] == '.';
        letters += byte_is_alpha(word.p[i]);
    }
    bool address = dots == 3 && letters == 0 && digits >= 4 && digits + dots == word.n;
    bool id = word.n >= 12 && digits >= 2 && letters > 0 && digits + letters == word.n;
    return (address && !span_starts(word, SPAN_LITERAL("127."))) || id;
}

/* The text without its variable words, hashed piece by piece. */
static uint64_t text_hash(uint64_t hash, struct span text)
{
    char reduced[KEY_TEXT];
    size_t n = 0;
    for (size_t at = 0; at < text.n;) {
        size_t end = at;
        while (end < text.n && end - at < KEY_TEXT / 2 && !ends_word(text.p[end])) {
            end++;
        }
        struct span word = span_of(text.p + at, end - at);
        if (n + word.n + 2 > KEY_TEXT) {
            hash = hash_bytes(hash, reduced, n);
            n = 0;
        }
        if (word.n >= 3 && is_variable(word)) {
            reduced[n++] = '\1';
        } else if (word.n > 0) {
            memcpy(reduced + n, word.p, word.n);
            n += word.n;
        }
        if (end < text.n && ends_word(text.p[end])) {
            reduced[n++] = text.p[end++];
        }
        at = end;
    }
    return hash_bytes(hash, reduced, n);
}

uint64_t verdict_key(uint64_t seed, const struct classifier_input *input)
{
    uint64_t hash = hash_mix(seed, (uint64_t)input->code << 8 | (uint64_t)input->stage);
    hash = hash_span(hash, input->enhanced);
    hash = hash_span(hash, input->provider);
    hash = text_hash(hash, input->text);
    return hash != 0 ? hash : 1;
}

void verdict_cache_judge(struct verdict_cache *cache, struct classifier *classifier,
                         const struct classifier_input *input, struct classifier_verdict *verdict,
                         uint64_t *key)
{
    if (cache->seed == 0) {
        cache->seed = hash_random_seed() | 1;
    }
    *key = verdict_key(cache->seed, input);
    struct verdict_slot *slot = &cache->slots[*key % VERDICT_CACHE_SLOTS];
    if (slot->key != *key) {
        classifier_judge(classifier, input, &slot->verdict);
        slot->key = *key;
    }
    *verdict = slot->verdict;
}
