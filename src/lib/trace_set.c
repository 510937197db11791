/* A set of texts. */
#include "lib/trace_set.h"

void trace_set_init(struct trace_set *set, size_t maximum)
{
    *set = (struct trace_set){.seed = hash_random_seed(), .maximum = maximum};
    hashmap_init(&set->map);
    arena_init(&set->arena);
}

void trace_set_free(struct trace_set *set)
{
    hashmap_free(&set->map);
    arena_free(&set->arena);
}

static bool same_text(const void *item, const void *key)
{
    const struct trace_member *member = item;
    return span_equal(member->text, *(const struct span *)key);
}

/* A number below TRACE_SET_MARKS from a few bytes. */
static unsigned mark_of(struct span text)
{
    size_t n = text.n;
    uint32_t front = (unsigned char)text.p[n / 2] | (uint32_t)(unsigned char)text.p[n / 3] << 8;
    uint32_t back = (unsigned char)text.p[n - 1] | (uint32_t)(unsigned char)text.p[n - n / 4 - 1]
                                                       << 8;
    return (uint32_t)((front * 0x9e3779b1u ^ back * 0x85ebca6bu) + (uint32_t)n * 0xc2b2ae35u) >> 16;
}

struct trace_member *trace_set_find(const struct trace_set *set, struct span text)
{
    if (text.n == 0 || set->map.count == 0) {
        return NULL;
    }
    unsigned bit = mark_of(text);
    if ((set->marks[bit / 64] >> (bit % 64) & 1) == 0) {
        return NULL;
    }
    return hashmap_find(&set->map, hash_span(set->seed, text), same_text, &text);
}

bool trace_set_has(const struct trace_set *set, struct span text)
{
    return trace_set_find(set, text) != NULL;
}

enum smtplog_status trace_set_add(struct trace_set *set, struct span text, bool *grew)
{
    if (text.n == 0 || trace_set_has(set, text)) {
        return SMTPLOG_OK;
    }
    if (set->map.count >= set->maximum) {
        set->overflown = true;
        return SMTPLOG_OK;
    }
    struct trace_member *copy = arena_alloc(&set->arena, sizeof *copy);
    if (copy == NULL || !arena_copy(&set->arena, text, &copy->text)) {
        return SMTPLOG_NO_MEMORY;
    }
    unsigned bit = mark_of(text);
    set->marks[bit / 64] |= (uint64_t)1 << (bit % 64);
    *grew = true;
    return hashmap_add(&set->map, hash_span(set->seed, text), copy);
}

struct span trace_process_key(struct span host, struct span process,
                              char buffer[TRACE_PROCESS_MAXIMUM])
{
    if (process.n == 0 || host.n + process.n + 1 > TRACE_PROCESS_MAXIMUM) {
        return SPAN_EMPTY;
    }
    memcpy(buffer, process.p, process.n);
    buffer[process.n] = ' ';
    memcpy(buffer + process.n + 1, host.p, host.n);
    return span_of(buffer, process.n + 1 + host.n);
}
