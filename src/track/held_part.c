/* Messages and sessions that events are kept of. Trust: keys are seeded hashes of texts of logs. */
#include "track/held_part.h"

#include <stdlib.h>

#define CHUNK ((size_t)256) /* parts that are made at once */

void held_parts_init(struct held_parts *parts)
{
    *parts = (struct held_parts){.chunk_count = 0};
}

void held_parts_free(struct held_parts *parts)
{
    for (size_t i = 0; i < parts->chunk_count; i++) {
        free(parts->chunks[i]);
    }
    free(parts->chunks);
    free(parts->lives);
    free(parts->slots);
    *parts = (struct held_parts){.chunk_count = 0};
}

size_t held_parts_count(const struct held_parts *parts)
{
    return parts->chunk_count * CHUNK;
}

struct part *held_part_at(const struct held_parts *parts, size_t number)
{
    return &parts->chunks[number / CHUNK][number % CHUNK];
}

bool held_part_is_there(const void *context, uint32_t number, uint32_t life)
{
    const struct held_parts *parts = context;
    return parts->lives[number] == life;
}

/* ---- found by key ---------------------------------------------------------------------------- */

static size_t home_of(const struct held_parts *parts, uint32_t tag)
{
    return tag & (parts->capacity - 1);
}

static size_t next_slot(const struct held_parts *parts, size_t at)
{
    return (at + 1) & (parts->capacity - 1);
}

void held_part_approach(const struct held_parts *parts, uint64_t key)
{
    if (parts->capacity > 0) {
        __builtin_prefetch(&parts->slots[home_of(parts, (uint32_t)key)]);
    }
}

struct part *held_part_find(const struct held_parts *parts, uint64_t key)
{
    if (parts->capacity == 0) {
        return NULL;
    }
    for (size_t at = home_of(parts, (uint32_t)key); parts->slots[at].number != 0;
         at = next_slot(parts, at)) {
        if (parts->slots[at].tag == (uint32_t)key) {
            struct part *part = held_part_at(parts, parts->slots[at].number - 1);
            if (part->key == key) {
                return part;
            }
        }
    }
    return NULL;
}

static void place(struct held_parts *parts, struct held_slot slot)
{
    size_t at = home_of(parts, slot.tag);
    while (parts->slots[at].number != 0) {
        at = next_slot(parts, at);
    }
    parts->slots[at] = slot;
}

static enum smtplog_status slot_room(struct held_parts *parts)
{
    if ((parts->count + 1) * 3 <= parts->capacity * 2) {
        return SMTPLOG_OK;
    }
    struct held_slot *before = parts->slots;
    size_t count = parts->capacity;
    size_t capacity = count > 0 ? count * 2 : CHUNK;
    struct held_slot *slots = capacity <= UINT32_MAX ? calloc(capacity, sizeof *slots) : NULL;
    if (slots == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    parts->slots = slots;
    parts->capacity = capacity;
    for (size_t i = 0; i < count; i++) {
        if (before[i].number != 0) {
            place(parts, before[i]);
        }
    }
    free(before);
    return SMTPLOG_OK;
}

/* What stands behind the slot and may stand in it moves up. */
static void clear_slot(struct held_parts *parts, size_t at)
{
    size_t mask = parts->capacity - 1;
    for (size_t next = next_slot(parts, at); parts->slots[next].number != 0;
         next = next_slot(parts, next)) {
        size_t home = home_of(parts, parts->slots[next].tag);
        if (((next - home) & mask) >= ((next - at) & mask)) {
            parts->slots[at] = parts->slots[next];
            at = next;
        }
    }
    parts->slots[at] = (struct held_slot){0};
    parts->count--;
}

void held_part_hide(struct held_parts *parts, struct part *part)
{
    size_t at = home_of(parts, (uint32_t)part->key);
    while (parts->slots[at].number != 0 && parts->slots[at].number != part->number + 1) {
        at = next_slot(parts, at);
    }
    if (parts->slots[at].number != 0) {
        clear_slot(parts, at);
    }
}

static enum smtplog_status make_parts(struct held_parts *parts)
{
    size_t all = held_parts_count(parts);
    struct part **chunks = realloc(parts->chunks, (parts->chunk_count + 1) * sizeof *chunks);
    if (chunks != NULL) {
        parts->chunks = chunks;
    }
    uint32_t *lives = realloc(parts->lives, (all + CHUNK) * sizeof *lives);
    if (lives != NULL) {
        parts->lives = lives;
    }
    struct part *made = calloc(CHUNK, sizeof *made);
    if (chunks == NULL || lives == NULL || made == NULL || all + CHUNK >= UINT32_MAX) {
        free(made);
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = CHUNK; i-- > 0;) {
        lives[all + i] = 0;
        made[i].number = (uint32_t)(all + i);
        made[i].group = parts->free;
        parts->free = &made[i];
    }
    chunks[parts->chunk_count++] = made;
    return SMTPLOG_OK;
}

enum smtplog_status held_part_new(struct held_parts *parts, uint64_t key, struct part **part)
{
    TRY(parts->free == NULL ? make_parts(parts) : SMTPLOG_OK);
    TRY(slot_room(parts));
    struct part *made = parts->free;
    struct part *before = held_part_find(parts, key);
    parts->free = made->group;
    *made = (struct part){.key = key, .group = made, .number = made->number, .there = true};
    *part = made;
    if (before != NULL) {
        held_part_hide(parts, before);
    }
    place(parts, (struct held_slot){(uint32_t)key, made->number + 1});
    parts->count++;
    return SMTPLOG_OK;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static bool is_begun(const struct part *part)
{
    return part->begun || (part->may_have && (part->named || part->late));
}

bool held_part_group_is_whole(const struct part *part)
{
    const struct part *p = part;
    do {
        if (!is_begun(p) || !p->ended) {
            return false;
        }
        p = p->group;
    } while (p != part);
    return true;
}

static bool in_group(const struct part *part, const struct part *wanted)
{
    const struct part *p = part;
    do {
        if (p == wanted) {
            return true;
        }
        p = p->group;
    } while (p != part);
    return false;
}

void held_part_join(struct part *a, struct part *b)
{
    if (!in_group(a, b)) {
        struct part *next = a->group;
        a->group = b->group;
        b->group = next;
    }
}

void held_part_drop(struct held_parts *parts, struct part *part)
{
    struct part *before = part;
    while (before->group != part) {
        before = before->group;
    }
    before->group = part->group;
    held_part_hide(parts, part);
    part->there = false;
    parts->lives[part->number]++;
    part->group = parts->free;
    parts->free = part;
}
