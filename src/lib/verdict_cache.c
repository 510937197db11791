/* Remembers why replies were given. A table that a log of few wordings keeps small; at its largest
 * a new verdict takes the place of another, so that it never needs care. */
#include "lib/verdict_cache.h"

#include <stdlib.h>

#include "base/hashmap.h"
#include "catalog/named_host.h"

#define NEIGHBOURS     4   /* slots that a verdict may stand in, one behind the other */
#define WORD_LOOKED_AT 256 /* a longer word is taken in pieces */
#define ID_LENGTH      12  /* a word of letters and digits this long is an id */

/* What a byte is to a word, a bit each; END stands between words. */
enum {
    DIGIT = 1,
    HEX = 2, /* a letter that is a hexadecimal digit as well */
    LETTER = 4,
    DOT = 8,
    COLON = 16,
    JOIN = 32,
    AT = 64,
    OTHER = 128, /* bytes that the table does not name */
    END = 255
};
#define TELLING (DIGIT | AT) /* a word without these is kept as it is */

#define THREE(first, kind) [first] = (kind), [(first) + 1] = (kind), [(first) + 2] = (kind)
#define SIX(first, kind)   THREE(first, kind), THREE((first) + 3, kind)
#define TEN(first, kind)   SIX(first, kind), THREE((first) + 6, kind), [(first) + 9] = (kind)

static const uint8_t byte_kinds[256] = {
    TEN('0', DIGIT),  SIX('a', HEX),    SIX('A', HEX), TEN('g', LETTER), TEN('q', LETTER),
    TEN('G', LETTER), TEN('Q', LETTER), ['.'] = DOT,   [':'] = COLON,    ['-'] = JOIN,
    ['/'] = JOIN,     ['@'] = AT,       [' '] = END,   ['<'] = END,      ['>'] = END,
    ['('] = END,      [')'] = END,      ['['] = END,   [']'] = END,      [';'] = END,
    [','] = END,      ['"'] = END,      ['\''] = END,
};

static unsigned byte_kind(char c)
{
    return byte_kinds[(unsigned char)c];
}

struct word_shape {
    unsigned kinds; /* of all bytes together */
    size_t digits, dots, colons;
};

static struct word_shape shape_of(struct span word)
{
    struct word_shape shape = {0};
    for (size_t i = 0; i < word.n; i++) {
        shape.kinds |= byte_kind(word.p[i]) != 0 ? byte_kind(word.p[i]) : OTHER;
        shape.digits += byte_is_digit(word.p[i]);
        shape.dots += word.p[i] == '.';
        shape.colons += word.p[i] == ':';
    }
    return shape;
}

/* `4.16.55.1` begins like a status code: providers number their answers so. */
static bool is_like_status(struct span word)
{
    return word.n > 2 && word.p[1] == '.' && memchr("245", word.p[0], 3) != NULL;
}

static bool is_ip_address(const struct word_shape *shape)
{
    bool quad = shape->kinds == (DIGIT | DOT) && shape->dots == 3 && shape->digits >= 4;
    bool colons = (shape->kinds & ~(unsigned)(DIGIT | HEX | COLON)) == 0 && shape->colons >= 2;
    return quad || colons;
}

enum treatment {
    KEEP,
    LEAVE_OUT,      /* can differ without a difference to any rule or template */
    ONE_DIGIT,      /* so can its digits */
    ONE_DIGIT_RULES /* its digits make a difference to templates only */
};

static enum treatment treat(struct span word, const struct word_shape *shape)
{
    if ((shape->kinds & (JOIN | COLON)) == (JOIN | COLON) &&
        span_find(word, SPAN_LITERAL("://")) != SIZE_MAX) {
        return ONE_DIGIT;
    }
    bool id = word.n >= ID_LENGTH && shape->digits >= 2 &&
              (shape->kinds & ~(unsigned)(DIGIT | HEX | LETTER)) == 0 && shape->kinds != DIGIT;
    bool meaning = span_starts(word, SPAN_LITERAL("127.")) || is_like_status(word);
    if ((is_ip_address(shape) && !meaning) || id) {
        return LEAVE_OUT;
    }
    /* Four digits alone may be the number of an RFC. */
    bool number = (shape->kinds & ~(unsigned)(DIGIT | DOT | COLON | JOIN)) == 0;
    return number && !is_like_status(word) && (word.n != 4 || shape->kinds != DIGIT)
               ? ONE_DIGIT_RULES
               : KEEP;
}

/* A hash of text that is given piece by piece, from which words are left out. */
struct reducer {
    uint64_t hash;
    const char *from; /* what was not taken in yet begins here */
};

static void reducer_replace(struct reducer *reducer, struct span word, const char *instead,
                            size_t n)
{
    reducer->hash = hash_bytes(reducer->hash, reducer->from, (size_t)(word.p - reducer->from));
    reducer->hash = hash_bytes(reducer->hash, instead, n);
    reducer->from = word.p + word.n;
}

static void leave_out(struct reducer *verdict, struct reducer *text, struct span word)
{
    reducer_replace(verdict, word, "\1", 1);
    reducer_replace(text, word, "\1", 1);
}

/* A word that is no mail address. */
static void reduce_word(struct reducer *verdict, struct reducer *text, struct span word)
{
    char zeros[WORD_LOOKED_AT];
    struct word_shape shape = shape_of(word);
    enum treatment treatment = treat(word, &shape);
    if (treatment == KEEP) {
        return;
    }
    if (treatment == LEAVE_OUT) {
        leave_out(verdict, text, word);
        return;
    }
    for (size_t i = 0; i < word.n; i++) {
        zeros[i] = byte_is_digit(word.p[i]) ? '0' : word.p[i];
    }
    reducer_replace(verdict, word, zeros, word.n);
    if (treatment == ONE_DIGIT) {
        reducer_replace(text, word, zeros, word.n);
    }
}

static void reduce_text(struct reducer *verdict, struct reducer *text, struct span all)
{
    for (size_t at = 0; at < all.n; at++) {
        size_t end = at;
        size_t most = all.n - at < WORD_LOOKED_AT ? all.n : at + WORD_LOOKED_AT;
        unsigned seen = 0;
        while (end < most && byte_kind(all.p[end]) != END) {
            seen |= byte_kind(all.p[end++]);
        }
        /* The full stop or colon behind a word is not part of it, as in templates. */
        size_t tail = end;
        bool telling = (seen & TELLING) != 0;
        enum named_host host = (seen & (DOT | AT)) == DOT ? named_host(all, at, end)
                                                          : NAMED_HOST_NONE;
        if (host != NAMED_HOST_NONE) {
            struct span word = span_of(all.p + at, end - at);
            reducer_replace(verdict, word, "\2", 1);
            if (host == NAMED_HOST_IN_BRACKETS) {
                reducer_replace(text, word, "\2", 1);
            }
            telling = false;
        }
        while (telling && tail > at + 1 && (all.p[tail - 1] == '.' || all.p[tail - 1] == ':')) {
            tail--;
        }
        if (telling && tail - at >= 3 && (seen & AT) != 0) {
            leave_out(verdict, text, span_of(all.p + at, tail - at));
        } else if (telling && tail - at >= 3) {
            reduce_word(verdict, text, span_of(all.p + at, tail - at));
        }
        at = end;
    }
}

struct verdict_keys verdict_keys_of(uint64_t seed, const struct classifier_input *input)
{
    uint64_t hash = hash_mix(seed, (uint64_t)input->code << 8 | (uint64_t)input->stage);
    hash = hash_span(hash, input->enhanced);
    hash = hash_span(hash, input->provider);
    struct reducer verdict = {hash, input->text.p};
    struct reducer text = verdict;
    reduce_text(&verdict, &text, input->text);
    const char *end = input->text.p + input->text.n;
    bool same = verdict.hash == text.hash && verdict.from == text.from;
    verdict.hash = hash_bytes(verdict.hash, verdict.from, (size_t)(end - verdict.from));
    text.hash = same ? verdict.hash : hash_bytes(text.hash, text.from, (size_t)(end - text.from));
    return (struct verdict_keys){verdict.hash != 0 ? verdict.hash : 1,
                                 text.hash != 0 ? text.hash : 1};
}

/* The slot of a key: its own, a free one, or that of another key which has to make room. NULL while
 * there are no slots. */
static struct verdict_slot *slot_of(const struct verdict_cache *cache, uint64_t key)
{
    struct verdict_slot *found = NULL;
    for (size_t i = 0; i < NEIGHBOURS && cache->capacity > 0; i++) {
        struct verdict_slot *slot = &cache->slots[(key + i) & (cache->capacity - 1)];
        if (slot->key == key || slot->key == 0) {
            return slot;
        }
        found = found == NULL ? slot : found;
    }
    return found;
}

/* Without memory for more it stays as it is. */
static void grow(struct verdict_cache *cache)
{
    struct verdict_cache grown = {.capacity = VERDICT_CACHE_FIRST};
    if (cache->count * 2 < cache->capacity || cache->capacity == VERDICT_CACHE_SLOTS) {
        return;
    }
    if (cache->capacity > 0) {
        grown.capacity = cache->capacity * 2;
    }
    grown.slots = calloc(grown.capacity, sizeof *grown.slots);
    if (grown.slots == NULL) {
        return;
    }
    for (size_t i = 0; i < cache->capacity; i++) {
        if (cache->slots[i].key != 0) {
            *slot_of(&grown, cache->slots[i].key) = cache->slots[i];
        }
    }
    free(cache->slots);
    cache->slots = grown.slots;
    cache->capacity = grown.capacity;
}

static bool verdict_equal(const struct classifier_verdict *a, const struct classifier_verdict *b)
{
    return a->reason.p == b->reason.p && a->class_name.p == b->class_name.p &&
           a->reason.n == b->reason.n && a->class_name.n == b->class_name.n &&
           a->possible_greylisting == b->possible_greylisting;
}

/* The number of a verdict: there are as many as reasons, about. False without memory for it. */
static bool keep_verdict(struct verdict_cache *cache, const struct classifier_verdict *verdict,
                         size_t *number)
{
    size_t count = cache->verdict_count;
    *number = 0;
    while (*number < count && !verdict_equal(&cache->verdicts[*number], verdict)) {
        ++*number;
    }
    if (*number < count) {
        return true;
    }
    if ((count & (count - 1)) == 0) {
        size_t room = count > 0 ? count * 2 : 1;
        struct classifier_verdict *verdicts = realloc(cache->verdicts, room * sizeof *verdicts);
        if (verdicts == NULL) {
            return false;
        }
        cache->verdicts = verdicts;
    }
    cache->verdicts[cache->verdict_count++] = *verdict;
    return true;
}

/* Without memory it is judged again the next time. */
static void keep(struct verdict_cache *cache, uint64_t key,
                 const struct classifier_verdict *verdict)
{
    size_t number = 0;
    grow(cache);
    struct verdict_slot *slot = slot_of(cache, key);
    if (slot != NULL && keep_verdict(cache, verdict, &number)) {
        cache->count += slot->key == 0;
        *slot = (struct verdict_slot){key, number};
    }
}

void verdict_cache_judge(struct verdict_cache *cache, struct classifier *classifier,
                         const struct classifier_input *input, struct classifier_verdict *verdict,
                         uint64_t *key)
{
    if (cache->seed == 0) {
        cache->seed = hash_random_seed() | 1;
    }
    struct verdict_keys keys = verdict_keys_of(cache->seed, input);
    const struct verdict_slot *slot = slot_of(cache, keys.verdict);
    *key = keys.text;
    if (slot != NULL && slot->key == keys.verdict) {
        *verdict = cache->verdicts[slot->verdict];
        return;
    }
    classifier_judge(classifier, input, verdict);
    keep(cache, keys.verdict, verdict);
}

void verdict_cache_free(struct verdict_cache *cache)
{
    free(cache->slots);
    free(cache->verdicts);
    *cache = (struct verdict_cache){.seed = cache->seed};
}
