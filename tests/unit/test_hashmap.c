/* Tests of base/hashmap and base/arena: removal keeps every other item to be found, against a plain
 * table. */
#include "base/arena.h"
#include "base/hashmap.h"

#include "tap.h"

#define ITEMS 3000

struct item {
    uint64_t hash;
    bool inside;
};

static struct item items[ITEMS];

static bool same(const void *item, const void *key)
{
    return item == key;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* hashes: how many different ones there are (0: all different). Few make long runs of collisions.
 */
static void test_against_table(uint64_t hashes)
{
    struct hashmap map;
    uint64_t state = 88172645463325252u;
    size_t inside = 0;
    unsigned wrong = 0;
    hashmap_init(&map);
    for (size_t i = 0; i < ITEMS; i++) {
        uint64_t random = next_random(&state);
        items[i] = (struct item){.hash = hashes > 0 ? random % hashes * 64 : random};
    }
    for (int step = 0; step < 60000; step++) {
        struct item *item = &items[next_random(&state) % ITEMS];
        if (item->inside) {
            hashmap_remove(&map, item->hash, item);
            inside--;
        } else {
            TAP_MUST(hashmap_add(&map, item->hash, item));
            inside++;
        }
        item->inside = !item->inside;
        const struct item *other = &items[next_random(&state) % ITEMS];
        wrong += (hashmap_find(&map, other->hash, same, other) != NULL) != other->inside;
    }
    for (size_t i = 0; i < ITEMS; i++) {
        wrong += (hashmap_find(&map, items[i].hash, same, &items[i]) == &items[i]) !=
                 items[i].inside;
    }
    tap_number(0, wrong, "60,000 additions and removals, %llu hashes: nothing lost, nothing left",
               (unsigned long long)hashes);
    tap_number((long long)inside, (long long)map.count, "and the count is right");
    struct item stranger = {.hash = 64};
    hashmap_remove(&map, stranger.hash, &stranger);
    tap_number((long long)inside, (long long)map.count,
               "removing what is not there changes nothing");
    hashmap_clear(&map);
    tap_ok(map.count == 0 && hashmap_find(&map, items[0].hash, same, &items[0]) == NULL, "cleared");
    hashmap_free(&map);
    tap_ok(hashmap_find(&map, 1, same, &items[0]) == NULL, "an empty map finds nothing");
    hashmap_remove(&map, 1, &items[0]);
}

static void test_hash(void)
{
    static const char text[] = "0123456789abcdef0123456789abcdef0123456789";
    unsigned equal = 0;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        equal += hash_bytes(7, text, n) == hash_bytes(7, text, n + 1);
        equal += hash_bytes(7, text, n) == hash_bytes(8, text, n);
    }
    tap_number(0, equal, "length and seed change the hash");
    char a[20] = "aaaaaaaaaaaaaaaaaaa";
    unsigned same_hash = 0;
    for (size_t i = 0; i < 19; i++) {
        uint64_t before = hash_bytes(1, a, 19);
        a[i] ^= 1;
        same_hash += before == hash_bytes(1, a, 19);
    }
    tap_number(0, same_hash, "every byte counts");
    tap_ok(hash_random_seed() != hash_random_seed(), "seeds differ");
}

/* Seeds under which two texts of five words meet. */
static unsigned meetings(const uint64_t a[5], const uint64_t b[5])
{
    unsigned met = 0;
    for (uint64_t seed = 1; seed < 100; seed++) {
        met += hash_bytes(seed, (const char *)a, 40) == hash_bytes(seed, (const char *)b, 40);
    }
    return met;
}

/* What strangers would write who know how the hash is made: words that make a product zero, and
 * words that change their places in it. */
static void test_hostile(void)
{
    const uint64_t start = 0xa0761d6478bd642fu;
    const uint64_t word = 0xe7037ed1a0b428dbu;
    const uint64_t first[][5] = {{1, 2, word, 3, 4}, {word, 1, 2, 3, 4}, {5, 6, 7, 8, 9}};
    const uint64_t second[][5] = {
        {5, 2, word, 3, 4}, {word, 5, 2, 3, 4}, {6 ^ start ^ word, 5 ^ start ^ word, 7, 8, 9}};
    unsigned met = 0;
    for (size_t i = 0; i < COUNT_OF(first); i++) {
        met += meetings(first[i], second[i]);
    }
    tap_number(0, met, "texts made to meet do not");
    tap_ok(hash_lasting(1, SPAN_LITERAL("mail.example.org, and more")) == 0xfad919c5dfb253feu &&
               hash_lasting(0x736e6170, SPAN_LITERAL("mx1")) == 0xbfbd4ea0a2719b8du,
           "what stands in files keeps its hash");
}

static void test_arena(void)
{
    struct arena arena;
    struct span copy;
    arena_init(&arena);
    char *first = arena_alloc(&arena, 10);
    unsigned wrong = 0;
    for (size_t size = 1; size < 300000; size = size * 3 + 1) {
        char *piece = arena_alloc(&arena, size);
        wrong += piece == NULL || (uintptr_t)piece % 16 != 0 || piece[0] != 0 ||
                 piece[size - 1] != 0;
        memset(piece, 'x', size);
    }
    tap_number(0, wrong, "pieces are zeroed and aligned, whatever their size");
    tap_ok(first[0] == 0 && first[9] == 0, "and do not overlap");
    tap_ok(arena_copy(&arena, SPAN_LITERAL("mx1"), &copy) && span_is(copy, "mx1") &&
               copy.p[3] == '\0',
           "a copy is followed by a NUL");
    tap_ok(arena_copy(&arena, SPAN_EMPTY, &copy) && copy.n == 0, "a copy of nothing");
    arena_reset(&arena);
    char *again = arena_alloc(&arena, 1000);
    tap_ok(again != NULL && again[0] == 0 && again[999] == 0, "zeroed also after a reset");
    arena_free(&arena);
}

int main(void)
{
    test_hash();
    test_hostile();
    test_against_table(0);
    test_against_table(1);
    test_against_table(40);
    test_arena();
    return tap_end();
}
