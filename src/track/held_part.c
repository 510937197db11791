/* Messages and sessions that events are kept of. Trust: keys are seeded hashes of texts of logs. */
#include "track/held_part.h"

#include <stdlib.h>

#define CHUNK ((size_t)256) /* parts that are made at once */

void held_parts_init(struct held_parts *parts)
{
    *parts = (struct held_parts){.chunk_count = 0};
    hashmap_init(&parts->map);
}

void held_parts_free(struct held_parts *parts)
{
    for (size_t i = 0; i < parts->chunk_count; i++) {
        free(parts->chunks[i]);
    }
    free(parts->chunks);
    hashmap_free(&parts->map);
    *parts = (struct held_parts){0};
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
    const struct part *part = held_part_at(context, number);
    return part->there && part->life == life;
}

/* ---- found by key ---------------------------------------------------------------------------- */

/* The key is the hash, which the table has compared. */
static bool same_part(const void *item, const void *key)
{
    (void)item;
    (void)key;
    return true;
}

struct part *held_part_find(const struct held_parts *parts, uint64_t key)
{
    return hashmap_find(&parts->map, key, same_part, NULL);
}

void held_part_hide(struct held_parts *parts, struct part *part)
{
    hashmap_remove(&parts->map, part->key, part);
}

static enum smtplog_status make_parts(struct held_parts *parts)
{
    struct part **chunks = realloc(parts->chunks, (parts->chunk_count + 1) * sizeof *chunks);
    if (chunks == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    parts->chunks = chunks;
    struct part *made = calloc(CHUNK, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = CHUNK; i-- > 0;) {
        made[i].number = (uint32_t)(parts->chunk_count * CHUNK + i);
        made[i].group = parts->free;
        parts->free = &made[i];
    }
    parts->chunks[parts->chunk_count++] = made;
    return SMTPLOG_OK;
}

enum smtplog_status held_part_new(struct held_parts *parts, uint64_t key, struct part **part)
{
    TRY(parts->free == NULL ? make_parts(parts) : SMTPLOG_OK);
    struct part *made = parts->free;
    struct part *before = held_part_find(parts, key);
    parts->free = made->group;
    *made = (struct part){
        .key = key, .group = made, .number = made->number, .life = made->life, .there = true};
    *part = made;
    if (before != NULL) {
        held_part_hide(parts, before);
    }
    return hashmap_add(&parts->map, key, made);
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
    part->life++;
    part->group = parts->free;
    parts->free = part;
}
