/* A table of the most frequent keys with a fixed number of rows. Exact as long as the distinct keys
 * fit; after that Space-Saving (Metwally et al. 2005) over the same rows, with a filter in front
 * (Homem and Carvalho 2010): what keys without a row were seen is counted in a small array by their
 * hash, and a key takes the place of the rarest row when its counter passes that row's count, which
 * it inherits as a possible error. Most keys are rare and never get a row, which keeps rows of
 * those that are not, and is cheap. Each row carries a value of the caller's. */
#ifndef AGGREGATE_TOPK_H
#define AGGREGATE_TOPK_H

#include "base/budget.h"
#include "base/hashmap.h"

struct topk_row {
    uint64_t count;
    struct span key; /* behind the value, in the same piece of memory */
    uint64_t error;  /* the count may be too high by this much */
    void *value;     /* zeroed memory of value_size bytes */
    uint32_t number; /* among the rows of the table */
};

/* Called before a row's value is reused or released. */
typedef void (*topk_release)(void *value);

/* A place in the index of a table, with the hash beside it: a row is looked at once it is the right
 * one. */
struct topk_slot {
    uint64_t hash;
    struct topk_row *row; /* NULL: free */
};

struct topk {
    struct topk_slot *slots; /* owned; open addressing */
    size_t slot_count;       /* power of two, or 0 */
    struct topk_row **rows;  /* owned */
    size_t count, capacity;
    size_t value_size;
    topk_release release; /* may be NULL */
    uint64_t seed;
    uint64_t replaced; /* keys without a row, or rows that lost theirs: approximate when not 0 */
    uint64_t *filter;  /* owned; once the table is full */
    struct topk_row *spare; /* owned; taken for a key that gets no row */
    struct topk_row *last;  /* of topk_add_again */
    uint32_t moves;         /* how often a row was moved or removed */
    /* where the search for the rarest row goes on once the table is full */
    size_t cursor;
    uint64_t floor, next_floor;
    /* rows beyond the reserved ones need their bytes from a budget; without them the table is full
     */
    struct budget *budget; /* borrowed; NULL: none */
    size_t reserved;
    size_t owned; /* bytes that a value may own and does not take from the budget itself */
};

void topk_init(struct topk *table, size_t capacity, size_t value_size, topk_release release);
void topk_free(struct topk *table);

/* A key with its hash, for looking several up at once. */
struct topk_key {
    struct span key;
    uint64_t hash;
    struct topk_row *row; /* that topk_approach found; NULL: none, or not looked for */
    uint64_t *seen;       /* its counter in the filter, likewise */
    uint32_t moves;       /* of the table when the row was found */
};

/* Where a hash belongs in the index. */
static inline size_t topk_home(uint64_t hash, size_t mask)
{
    return (size_t)(hash >> 32) & mask;
}

/* Begins a look-up: works out the hash and asks for the memory that topk_approach will touch. */
static inline struct topk_key topk_prepare(const struct topk *table, struct span key)
{
    struct topk_key prepared = {.key = key, .hash = hash_span(table->seed, key)};
    if (table->slot_count > 0) {
        __builtin_prefetch(&table->slots[topk_home(prepared.hash, table->slot_count - 1)]);
    }
    return prepared;
}

/* Goes on with it: finds the row, if there is one, and asks for its memory. */
void topk_approach(const struct topk *table, struct topk_key *key);

/* Ends it; as topk_add. The row of a key that gets none in a full table is a spare one, which no
 * list shows. */
MUST_USE enum smtplog_status topk_add_key(struct topk *table, const struct topk_key *key,
                                          uint64_t weight, struct topk_row **row);

/* topk_add for a table whose keys come several times in a row: that of the call before is found
 * without a search. */
MUST_USE enum smtplog_status topk_add_again(struct topk *table, struct span key, uint64_t weight,
                                            struct topk_row **row);
/* The row of a key by the hash that topk_prepare gives; NULL when there is none. */
struct topk_row *topk_find(const struct topk *table, uint64_t hash);

/* The row of a key, added if it is new, its count raised by weight. */
MUST_USE enum smtplog_status topk_add(struct topk *table, struct span key, uint64_t weight,
                                      struct topk_row **row);

/* Rows by count (descending), equal counts by key (ascending): the same order for any order of
 * input while exact. The array is the caller's to free; at most limit rows, 0 for all. */
MUST_USE enum smtplog_status topk_sorted(const struct topk *table, size_t limit,
                                         struct topk_row ***rows, size_t *count);

/* Called for each row of a table that is merged into another; fresh: the row had no value yet. */
typedef enum smtplog_status (*topk_join)(void *context, void *into, const void *from, bool fresh);

/* Adds the rows of one table to another. While neither lost a key, in any order the same result; a
 * key that one of them may have lost gets what it can have had there at most as error. */
MUST_USE enum smtplog_status topk_merge(struct topk *into, const struct topk *from, topk_join join,
                                        void *context);

/* Takes weight off a row. One that is left with nothing stays until topk_tidy. */
void topk_lessen(struct topk *table, struct topk_row *row, uint64_t weight);

/* Called for each row that a table loses a part of. */
typedef enum smtplog_status (*topk_leave)(void *context, void *into, const void *from);

/* Takes out what was added before: the rows of `from` are among those of `into`, unless a full
 * table lost them. Rows that are left with nothing stay until topk_tidy. */
MUST_USE enum smtplog_status topk_subtract(struct topk *into, const struct topk *from,
                                           topk_leave leave, void *context);

/* Removes rows that count nothing. */
void topk_tidy(struct topk *table);

/* Largest error of any row. */
uint64_t topk_error(const struct topk *table);

#endif
