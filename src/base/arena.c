/* Memory handed out in small pieces and released all at once. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#define ARENA_FIRST_CHUNK ((size_t)4096)
#define ARENA_CHUNK       ((size_t)65536)

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

static void arena_free_chunks(struct arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct arena_chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
}

void arena_free(struct arena *arena)
{
    arena_free_chunks(arena->chunk);
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
    if (arena->chunk != NULL) {
        arena_free_chunks(arena->chunk->older);
        arena->chunk->older = NULL;
        arena->total = arena->chunk->size;
    }
    arena->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t unit = alignof(max_align_t);
    size_t rounded = (size + unit - 1) / unit * unit;
    if (rounded < size) {
        return NULL;
    }
    if (arena->chunk == NULL || rounded > arena->chunk->size - arena->used) {
        size_t wanted = arena->chunk == NULL ? ARENA_FIRST_CHUNK : ARENA_CHUNK;
        if (wanted < rounded) {
            wanted = rounded;
        }
        struct arena_chunk *chunk = malloc(sizeof *chunk + wanted);
        if (chunk == NULL) {
            return NULL;
        }
        chunk->older = arena->chunk;
        chunk->size = wanted;
        arena->chunk = chunk;
        arena->used = 0;
        arena->total += wanted;
    }
    void *piece = arena->chunk->bytes + arena->used;
    arena->used += rounded;
    memset(piece, 0, rounded);
    return piece;
}

void *arena_grow(struct arena *arena, void *piece, size_t size, size_t wanted)
{
    size_t unit = alignof(max_align_t);
    size_t rounded = (size + unit - 1) / unit * unit;
    if (wanted <= rounded) {
        return piece;
    }
    bool last = arena->chunk != NULL && arena->used >= rounded &&
                piece == arena->chunk->bytes + (arena->used - rounded);
    if (last && wanted - rounded <= arena->chunk->size - arena->used) {
        return arena_alloc(arena, wanted - rounded) != NULL ? piece : NULL;
    }
    void *moved = arena_alloc(arena, wanted);
    if (moved != NULL) {
        memcpy(moved, piece, size);
    }
    return moved;
}

bool arena_copy(struct arena *arena, struct span text, struct span *copy)
{
    char *bytes = arena_alloc(arena, text.n + 1);
    if (bytes == NULL) {
        return false;
    }
    if (text.n > 0) {
        memcpy(bytes, text.p, text.n);
    }
    *copy = span_of(bytes, text.n);
    return true;
}
