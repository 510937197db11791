/* Memory handed out in small pieces and released all at once. Pieces stay where they are. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/span.h"
#include "base/status.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *chunk; /* newest; owned */
    size_t used;               /* bytes used in the newest chunk */
    size_t total;              /* bytes of all chunks */
};

void arena_init(struct arena *arena);
void arena_free(struct arena *arena);

/* Releases every piece but keeps one chunk for the next ones. */
void arena_reset(struct arena *arena);

/* size zeroed bytes aligned for any object, or NULL when memory is short. */
void *arena_alloc(struct arena *arena, size_t size);

/* Room for `wanted` bytes that begin with the `size` ones of a piece: in its place where it is the
 * newest one and fits, else anew. NULL when memory is short. */
void *arena_grow(struct arena *arena, void *piece, size_t size, size_t wanted);

/* A copy of text, followed by a NUL that does not count. False when memory is short. */
MUST_USE bool arena_copy(struct arena *arena, struct span text, struct span *copy);

#endif
