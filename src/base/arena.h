/* Memory handed out in small pieces and released all at once. Pieces are never moved. */
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

/* A copy of text, followed by a NUL that does not count. False when memory is short. */
MUST_USE bool arena_copy(struct arena *arena, struct span text, struct span *copy);

#endif
