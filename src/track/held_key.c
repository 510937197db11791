/* Inbound keys that a snapshot keeps. Trust: what is in shapes comes from logs. */
#include "track/held_key.h"

#include <stdlib.h>

#define FIRST_ROOM ((size_t)256)

/* A time as one number: 34 bits of seconds, which reach 270 years to either side, 30 of a part. */
#define PART_BITS   30
#define SECONDS_OFF ((int64_t)1 << 33)

struct held_shape {
    uint64_t hash;
    char *bytes; /* owned: before and behind */
    uint32_t before, behind;
    uint8_t use;
    bool used; /* by a key that is there */
    uint32_t number;
};

void held_keys_init(struct held_keys *keys)
{
    *keys = (struct held_keys){.seed = hash_random_seed()};
    hashmap_init(&keys->numbers);
}

void held_keys_free(struct held_keys *keys)
{
    for (size_t i = 0; i < keys->shape_count; i++) {
        free(keys->shapes[i].bytes);
    }
    free(keys->shapes);
    free(keys->refusals.items);
    free(keys->accepts.items);
    free(keys->packed);
    hashmap_free(&keys->numbers);
    *keys = (struct held_keys){0};
}

/* ---- times ----------------------------------------------------------------------------------- */

static uint64_t time_of(struct held_keys *keys, const struct instant *time)
{
    if (!keys->has_base) {
        keys->base = time->seconds;
        keys->has_base = true;
    }
    int64_t second = time->seconds - keys->base;
    second = second < -SECONDS_OFF ? -SECONDS_OFF : second;
    second = second >= SECONDS_OFF ? SECONDS_OFF - 1 : second;
    return (uint64_t)(second + SECONDS_OFF) << PART_BITS | (uint64_t)time->nanosecond;
}

/* ---- shapes ---------------------------------------------------------------------------------- */

/* Of all that makes a shape. */
static uint64_t hash_of_shape(const struct held_keys *keys, enum kept_use use,
                              const struct event *event)
{
    uint64_t hash = hash_mix(keys->seed, event->set);
    hash = hash_mix(hash, (uint64_t)use << 32 | event->repeat);
    hash = hash_mix(hash, (uint64_t)(uint32_t)event->time.offset << 32 |
                              (uint64_t)event->time.digits << 8 | (uint64_t)event->mta << 1 |
                              event->possible_greylisting);
    hash = hash_span(hash, event->domain);
    hash = hash_span(hash, event->reason_class);
    for (uint64_t left = event->set >> EVENT_TEXTS; left != 0; left &= left - 1) {
        hash = hash_mix(hash, (uint64_t)(uint32_t)event->value[__builtin_ctzll(left)]);
    }
    return hash_mix(hash, event_text(event, EVENT_SENDER).n);
}

static bool any_item(const void *item, const void *key)
{
    (void)item;
    (void)key;
    return true; /* the hash is all there is to compare */
}

static void mark_used(const struct held_keys *keys, const struct held_ring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        keys->shapes[ring->items[i].shape].used = true;
    }
}

static void renumber(const struct held_keys *keys, const struct held_ring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        ring->items[i].shape = keys->shapes[ring->items[i].shape].number;
    }
}

/* Forgets the shapes of keys that are gone. */
static enum smtplog_status clear_shapes(struct held_keys *keys)
{
    size_t count = 0;
    mark_used(keys, &keys->refusals);
    mark_used(keys, &keys->accepts);
    for (size_t i = 0; i < keys->shape_count; i++) {
        keys->shapes[i].number = (uint32_t)count;
        count += keys->shapes[i].used;
    }
    renumber(keys, &keys->refusals);
    renumber(keys, &keys->accepts);
    hashmap_clear(&keys->numbers);
    count = 0;
    for (size_t i = 0; i < keys->shape_count; i++) {
        struct held_shape shape = keys->shapes[i];
        if (!shape.used) {
            free(shape.bytes);
            continue;
        }
        shape.used = false;
        keys->shapes[count++] = shape;
    }
    keys->shape_count = count;
    for (size_t i = 0; i < count; i++) {
        TRY(hashmap_add(&keys->numbers, keys->shapes[i].hash, (void *)(uintptr_t)(i + 1)));
    }
    return SMTPLOG_OK;
}

static enum smtplog_status pack_shape(struct held_keys *keys, enum kept_use use,
                                      const struct event *event, struct held_shape *made)
{
    struct event_shape shape;
    size_t most = event_pack_room(event);
    if (most > keys->packed_room) {
        char *packed = realloc(keys->packed, most * 2);
        if (packed == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        keys->packed = packed;
        keys->packed_room = most * 2;
    }
    size_t size = event_pack(use, event, keys->packed, keys->packed + keys->packed_room);
    if (!event_shape_of(span_of(keys->packed, size), &shape)) {
        return SMTPLOG_FORMAT;
    }
    made->bytes = malloc(shape.before.n + shape.behind.n + 1);
    if (made->bytes == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    memcpy(made->bytes, shape.before.p, shape.before.n);
    memcpy(made->bytes + shape.before.n, shape.behind.p, shape.behind.n);
    made->before = (uint32_t)shape.before.n;
    made->behind = (uint32_t)shape.behind.n;
    return SMTPLOG_OK;
}

static enum smtplog_status shape_room(struct held_keys *keys)
{
    size_t wanted = (keys->refusals.count + keys->accepts.count + FIRST_ROOM) * 2;
    if (keys->shape_count >= wanted) {
        TRY(clear_shapes(keys));
    }
    if (keys->shape_count < keys->shape_room) {
        return SMTPLOG_OK;
    }
    size_t room = keys->shape_room > 0 ? keys->shape_room * 2 : FIRST_ROOM;
    struct held_shape *shapes = realloc(keys->shapes, room * sizeof *shapes);
    if (shapes == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    keys->shapes = shapes;
    keys->shape_room = room;
    return SMTPLOG_OK;
}

static enum smtplog_status find_shape(struct held_keys *keys, enum kept_use use,
                                      const struct event *event, uint32_t *number)
{
    uint64_t hash = hash_of_shape(keys, use, event);
    uintptr_t found = (uintptr_t)hashmap_find(&keys->numbers, hash, any_item, NULL);
    if (found != 0) {
        *number = (uint32_t)(found - 1);
        return SMTPLOG_OK;
    }
    TRY(shape_room(keys));
    struct held_shape *made = &keys->shapes[keys->shape_count];
    *made = (struct held_shape){.hash = hash, .use = (uint8_t)use};
    TRY(pack_shape(keys, use, event, made));
    *number = (uint32_t)keys->shape_count++;
    return hashmap_add(&keys->numbers, hash, (void *)(uintptr_t)(*number + (uintptr_t)1));
}

/* ---- rings ----------------------------------------------------------------------------------- */

static enum smtplog_status ring_room(struct held_ring *ring, size_t most)
{
    if (ring->count < ring->room || ring->room == most) {
        return SMTPLOG_OK;
    }
    size_t room = ring->room > 0 ? ring->room * 2 : FIRST_ROOM;
    room = room < most ? room : most;
    struct held_key *items = realloc(ring->items, room * sizeof *items);
    if (items == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    ring->items = items;
    ring->room = room;
    return SMTPLOG_OK;
}

enum smtplog_status held_keys_add(struct held_keys *keys, struct held_ring *ring, size_t most,
                                  enum kept_use use, const struct event *event, uint64_t key,
                                  uint64_t order, bool *oldest_gone)
{
    struct held_key made = {.time = time_of(keys, &event->time),
                            .key = key,
                            .order = order < UINT32_MAX ? (uint32_t)order : UINT32_MAX};
    TRY(ring_room(ring, most));
    TRY(find_shape(keys, use, event, &made.shape));
    *oldest_gone = ring->count == most;
    size_t at = ring->first + ring->count;
    ring->items[at < ring->room ? at : at - ring->room] = made;
    if (*oldest_gone) {
        ring->first = ring->first + 1 < ring->room ? ring->first + 1 : 0;
    } else {
        ring->count++;
    }
    return SMTPLOG_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

size_t held_keys_count(const struct held_keys *keys)
{
    return keys->refusals.count + keys->accepts.count;
}

enum smtplog_status held_keys_write_shapes(struct held_keys *keys, struct event_columns *columns)
{
    TRY(clear_shapes(keys));
    for (size_t i = 0; i < keys->shape_count; i++) {
        const struct held_shape *shape = &keys->shapes[i];
        event_columns_add_shape(
            columns, &(struct event_shape){span_of(shape->bytes, shape->before),
                                           span_of(shape->bytes + shape->before, shape->behind)});
    }
    return SMTPLOG_OK;
}

static const struct held_key *ring_head(const struct held_ring *ring)
{
    return ring->count > 0 ? &ring->items[ring->first] : NULL;
}

bool held_keys_write_next(struct held_keys *keys, uint64_t order, struct event_columns *columns)
{
    const struct held_key *refusal = ring_head(&keys->refusals);
    const struct held_key *accept = ring_head(&keys->accepts);
    bool of_accepts = accept != NULL && (refusal == NULL || accept->order < refusal->order);
    struct held_ring *ring = of_accepts ? &keys->accepts : &keys->refusals;
    const struct held_key *head = of_accepts ? accept : refusal;
    if (head == NULL || head->order >= order) {
        return false;
    }
    int64_t second = (int64_t)(head->time >> PART_BITS) - SECONDS_OFF + keys->base;
    event_columns_add_key(columns, (enum kept_use)keys->shapes[head->shape].use, second,
                          (uint32_t)(head->time & (((uint64_t)1 << PART_BITS) - 1)), head->key,
                          head->shape);
    ring->first = ring->first + 1 < ring->room ? ring->first + 1 : 0;
    ring->count--;
    return true;
}
