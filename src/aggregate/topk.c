/* A table of the most frequent keys with a fixed number of rows. */
#include "aggregate/topk.h"

#include <stdlib.h>

#define ROW_OWNED    256 /* of a row that owns memory of its own: a series, a sample */
#define ROW_OVERHEAD 40  /* of the allocator, and the row's places in the table */
#define FIRST_SLOTS  16

#define FILTER_BITS 12

/* Which keys share a counter of the filter decides which get a row: results must not differ from
 * run to run. */
#define FILTER_SEED 0x70f1a2b3c4d5e6f7u

void topk_init(struct topk *table, size_t capacity, size_t value_size, topk_release release)
{
    *table = (struct topk){.capacity = capacity,
                           .value_size = value_size,
                           .release = release,
                           .seed = hash_random_seed(),
                           .owned = release != NULL ? ROW_OWNED : 0,
                           .next_floor = UINT64_MAX};
}

static void row_free(const struct topk *table, struct topk_row *row)
{
    if (row == NULL) {
        return;
    }
    if (table->release != NULL) {
        table->release(row->value);
    }
    free(row);
}

void topk_free(struct topk *table)
{
    for (size_t i = 0; i < table->count; i++) {
        row_free(table, table->rows[i]);
    }
    row_free(table, table->spare);
    free(table->filter);
    free(table->rows);
    free(table->slots);
    topk_init(table, table->capacity, table->value_size, table->release);
}

/* ---- index ---------------------------------------------------------------------------------- */

/* The slot of a hash, or the free one where it would stand. Seeded hashes of 64 bits tell keys
 * apart: that two of a few thousand are the same is out of reach of chance, and of strangers who do
 * not know the seed. */
static inline struct topk_slot *slot_of(const struct topk *table, uint64_t hash)
{
    size_t mask = table->slot_count - 1;
    struct topk_slot *slots = table->slots;
    size_t i = topk_home(hash, mask);
    while (slots[i].hash != hash && slots[i].row != NULL) {
        i = (i + 1) & mask;
    }
    return &slots[i];
}

static inline struct topk_row *find_row(const struct topk *table, uint64_t hash)
{
    return table->count > 0 ? slot_of(table, hash)->row : NULL;
}

/* Room for one more row, three quarters full at most. */
static enum smtplog_status index_grow(struct topk *table)
{
    if (table->slot_count > 0 && table->count + 1 <= table->slot_count / 4 * 3) {
        return SMTPLOG_OK;
    }
    size_t count = table->slot_count > 0 ? table->slot_count * 2 : FIRST_SLOTS;
    struct topk_slot *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    struct topk_slot *old = table->slots;
    size_t old_count = table->slot_count;
    table->slots = slots;
    table->slot_count = count;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].row != NULL) {
            *slot_of(table, old[i].hash) = old[i];
        }
    }
    free(old);
    return SMTPLOG_OK;
}

/* Takes a row's slot out; those behind it move up. */
static void index_remove(struct topk *table, uint64_t hash)
{
    size_t mask = table->slot_count - 1;
    size_t hole = (size_t)(slot_of(table, hash) - table->slots);
    for (size_t i = (hole + 1) & mask; table->slots[i].row != NULL; i = (i + 1) & mask) {
        size_t home = topk_home(table->slots[i].hash, mask);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            table->slots[hole] = table->slots[i];
            hole = i;
        }
    }
    table->slots[hole] = (struct topk_slot){0, NULL};
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* A row with the smallest count. Counts only grow and a new key enters above the smallest, so that
 * one walk over the rows after the other finds those of a count, then those of the next: about one
 * step a replacement. */
static struct topk_row *rarest_row(struct topk *table)
{
    for (;;) {
        if (table->cursor == table->count) {
            table->cursor = 0;
            table->floor = table->next_floor;
            table->next_floor = UINT64_MAX;
        }
        struct topk_row *row = table->rows[table->cursor++];
        if (table->cursor + 4 < table->count) {
            __builtin_prefetch(table->rows[table->cursor + 4]);
        }
        bool rarest = row->count <= table->floor;
        /* The key that takes its place enters with one more, at least. */
        uint64_t next = row->count + (rarest ? 1 : 0);
        if (next < table->next_floor) {
            table->next_floor = next;
        }
        if (rarest) {
            return row;
        }
    }
}

struct topk_row *topk_find(const struct topk *table, uint64_t hash)
{
    return find_row(table, hash);
}

/* A row of a key, made of the memory of another one unless that is NULL. The value is zeroed. */
static struct topk_row *row_make(const struct topk *table, struct topk_row *old, struct span key)
{
    size_t offset = (sizeof(struct topk_row) + 15) / 16 * 16;
    struct topk_row *made = old;
    if (old == NULL || old->key.n < key.n) {
        made = realloc(old, offset + table->value_size + key.n);
    }
    if (made == NULL) {
        return NULL;
    }
    char *value = (char *)made + offset;
    *made = (struct topk_row){.key = span_of(value + table->value_size, key.n), .value = value};
    memset(value, 0, table->value_size);
    if (key.n > 0) {
        memcpy(value + table->value_size, key.p, key.n);
    }
    return made;
}

static enum smtplog_status row_new(struct topk *table, struct span key, uint64_t hash,
                                   struct topk_row **row)
{
    TRY(index_grow(table));
    if ((table->count & (table->count - 1)) == 0) {
        size_t room = table->count == 0 ? 1 : table->count * 2;
        struct topk_row **rows = realloc(table->rows, room * sizeof(struct topk_row *));
        if (rows == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        table->rows = rows;
    }
    struct topk_row *made = row_make(table, NULL, key);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->number = (uint32_t)table->count;
    table->rows[table->count++] = made;
    *slot_of(table, hash) = (struct topk_slot){hash, made};
    *row = made;
    return SMTPLOG_OK;
}

static uint64_t *filter_at(const struct topk *table, struct span key)
{
    return &table->filter[hash_lasting(FILTER_SEED, key) >> (64 - FILTER_BITS)];
}

/* The rarest row takes a new key, which was seen `before` times at most. The row may move. */
static enum smtplog_status row_replace(struct topk *table, struct topk_row **row,
                                       const struct topk_key *key, uint64_t before)
{
    struct topk_row *rarest = *row;
    uint64_t *lost = filter_at(table, rarest->key);
    uint32_t number = rarest->number;
    *lost = rarest->count > *lost ? rarest->count : *lost;
    index_remove(table, hash_span(table->seed, rarest->key));
    if (table->release != NULL) {
        table->release(rarest->value);
        memset(rarest->value, 0, table->value_size);
    }
    table->last = NULL;
    table->moves++;
    struct topk_row *made = row_make(table, rarest, key->key);
    if (made == NULL) {
        /* The run ends; the row without an index entry is freed with the table. */
        return SMTPLOG_NO_MEMORY;
    }
    made->count = before;
    made->error = before;
    made->number = number;
    table->rows[number] = made;
    *slot_of(table, key->hash) = (struct topk_slot){key->hash, made};
    *row = made;
    return SMTPLOG_OK;
}

/* A row for a new key of a full table: the rarest one's, or the spare one while the key is rarer
 * still. always: the key gets a row whatever its count. */
static enum smtplog_status row_contend(struct topk *table, const struct topk_key *key,
                                       uint64_t weight, bool always, struct topk_row **row)
{
    if (table->filter == NULL) {
        table->filter = calloc((size_t)1 << FILTER_BITS, sizeof *table->filter);
        table->spare = table->filter != NULL ? row_make(table, NULL, SPAN_EMPTY) : NULL;
        if (table->spare == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
    }
    uint64_t *seen = key->seen != NULL ? key->seen : filter_at(table, key->key);
    table->replaced++;
    *row = table->spare;
    if (!always && *seen + weight <= table->floor) {
        *seen += weight;
        return SMTPLOG_OK;
    }
    struct topk_row *rarest = rarest_row(table);
    if (!always && *seen + weight <= rarest->count) {
        table->cursor--; /* it keeps its key: the next search meets it again */
        *seen += weight;
        return SMTPLOG_OK;
    }
    *row = rarest;
    return row_replace(table, row, key, always ? rarest->count : *seen);
}

/* Whether the table has room for one more row. One that was refused memory has none any more. */
static bool has_room(struct topk *table, struct span key)
{
    size_t bytes = sizeof(struct topk_row) + table->value_size + key.n + ROW_OVERHEAD +
                   table->owned;
    if (table->count >= table->capacity) {
        return false;
    }
    if (budget_take(table->budget, bytes) || table->count < table->reserved) {
        return true;
    }
    table->capacity = table->count;
    return false;
}

/* A key that has no row. */
static enum smtplog_status add_fresh(struct topk *table, const struct topk_key *key,
                                     uint64_t weight, bool always, struct topk_row **row)
{
    TRY(has_room(table, key->key) ? row_new(table, key->key, key->hash, row)
                                  : row_contend(table, key, weight, always, row));
    (*row)->count += weight;
    return SMTPLOG_OK;
}

enum smtplog_status topk_add_key(struct topk *table, const struct topk_key *key, uint64_t weight,
                                 struct topk_row **row)
{
    bool found = key->row != NULL && key->moves == table->moves;
    struct topk_row *known = found ? key->row : find_row(table, key->hash);
    if (known == NULL) {
        return add_fresh(table, key, weight, false, row);
    }
    known->count += weight;
    *row = known;
    return SMTPLOG_OK;
}

enum smtplog_status topk_add(struct topk *table, struct span key, uint64_t weight,
                             struct topk_row **row)
{
    struct topk_key prepared = {.key = key, .hash = hash_span(table->seed, key)};
    struct topk_row *known = find_row(table, prepared.hash);
    if (known == NULL) {
        return add_fresh(table, &prepared, weight, false, row);
    }
    known->count += weight;
    *row = known;
    return SMTPLOG_OK;
}

enum smtplog_status topk_add_again(struct topk *table, struct span key, uint64_t weight,
                                   struct topk_row **row)
{
    if (table->last == NULL || !span_equal(table->last->key, key)) {
        TRY(topk_add(table, key, weight, row));
        table->last = *row != table->spare ? *row : NULL;
        return SMTPLOG_OK;
    }
    *row = table->last;
    (*row)->count += weight;
    return SMTPLOG_OK;
}

void topk_approach(const struct topk *table, struct topk_key *key)
{
    struct topk_row *row = find_row(table, key->hash);
    key->row = row;
    key->moves = table->moves;
    if (row != NULL) {
        __builtin_prefetch(row);
        __builtin_prefetch((const char *)row + 64);
        __builtin_prefetch((const char *)row + 128);
    } else if (table->filter != NULL) {
        key->seen = filter_at(table, key->key);
        __builtin_prefetch(key->seen);
    }
}

static int compare_rows(const void *a, const void *b)
{
    const struct topk_row *x = *(struct topk_row *const *)a;
    const struct topk_row *y = *(struct topk_row *const *)b;
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
    int order = n > 0 ? memcmp(x->key.p, y->key.p, n) : 0;
    return order != 0 ? order : (x->key.n > y->key.n) - (x->key.n < y->key.n);
}

/* Moves the first `wanted` rows in order to the front, the rest behind them in any order
 * (quickselect): a report shows ten rows of thousands. */
static void select_rows(struct topk_row **rows, size_t count, size_t wanted)
{
    while (count > wanted) {
        struct topk_row *pivot = rows[count / 2];
        size_t low = 0;
        size_t high = count;
        for (size_t i = 0; i < high;) {
            int order = compare_rows(&rows[i], &pivot);
            size_t to = order < 0 ? low++ : order > 0 ? --high : i;
            struct topk_row *row = rows[i];
            rows[i] = rows[to];
            rows[to] = row;
            i += order <= 0;
        }
        if (wanted > low && wanted <= high) {
            return;
        }
        if (wanted <= low) {
            count = low;
        } else {
            rows += high;
            wanted -= high;
            count -= high;
        }
    }
}

/* Rows of a snapshot come in order. */
static bool are_sorted(struct topk_row *const *rows, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (compare_rows(&rows[i - 1], &rows[i]) > 0) {
            return false;
        }
    }
    return true;
}

enum smtplog_status topk_sorted(const struct topk *table, size_t limit, struct topk_row ***rows,
                                size_t *count)
{
    struct topk_row **copy = malloc((table->count + 1) * sizeof(struct topk_row *));
    if (copy == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (table->count > 0) {
        memcpy(copy, table->rows, table->count * sizeof(struct topk_row *));
    }
    *rows = copy;
    *count = limit > 0 && limit < table->count ? limit : table->count;
    select_rows(copy, table->count, *count);
    if (!are_sorted(copy, *count)) {
        qsort(copy, *count, sizeof(struct topk_row *), compare_rows);
    }
    return SMTPLOG_OK;
}

uint64_t topk_error(const struct topk *table)
{
    uint64_t error = 0;
    for (size_t i = 0; i < table->count; i++) {
        error = table->rows[i]->error > error ? table->rows[i]->error : error;
    }
    return error;
}

/* What a key that is not in the table may have been counted at most. */
static uint64_t count_unseen(const struct topk *table)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; table->replaced > 0 && i < table->count; i++) {
        least = table->rows[i]->count < least ? table->rows[i]->count : least;
    }
    return table->replaced > 0 ? least : 0;
}

/* The row of another table's key, which gets one whatever its count. */
static enum smtplog_status add_always(struct topk *table, const struct topk_row *from,
                                      struct topk_row **row)
{
    struct topk_key key = {.key = from->key, .hash = hash_span(table->seed, from->key)};
    *row = find_row(table, key.hash);
    if (*row == NULL) {
        return add_fresh(table, &key, from->count, true, row);
    }
    (*row)->count += from->count;
    return SMTPLOG_OK;
}

enum smtplog_status topk_merge(struct topk *into, const struct topk *from, topk_join join,
                               void *context)
{
    struct topk_row **rows = NULL;
    size_t count = 0;
    uint64_t unseen = count_unseen(from);
    TRY(topk_sorted(from, 0, &rows, &count));
    enum smtplog_status status = SMTPLOG_OK;
    for (size_t i = 0; i < into->count; i++) {
        into->rows[i]->count += unseen;
        into->rows[i]->error += unseen;
    }
    for (size_t i = 0; i < count && status == SMTPLOG_OK; i++) {
        struct topk_row *row = NULL;
        uint64_t before = into->count + into->replaced;
        status = add_always(into, rows[i], &row);
        if (status != SMTPLOG_OK) {
            break;
        }
        bool fresh = into->count + into->replaced > before;
        row->count -= fresh ? 0 : unseen;
        row->error += rows[i]->error;
        row->error -= fresh ? 0 : unseen;
        status = join(context, row->value, rows[i]->value, fresh);
    }
    into->replaced += from->replaced;
    free(rows);
    return status;
}

static void row_remove(struct topk *table, size_t at)
{
    struct topk_row *row = table->rows[at];
    struct topk_row *moved = table->rows[table->count - 1];
    index_remove(table, hash_span(table->seed, row->key));
    if (moved != row) {
        moved->number = (uint32_t)at;
        table->rows[at] = moved;
    }
    table->count--;
    table->moves++;
    table->last = NULL;
    table->cursor = 0;
    table->floor = 0;
    table->next_floor = UINT64_MAX;
    row_free(table, row);
}

void topk_lessen(struct topk *table, struct topk_row *row, uint64_t weight)
{
    row->count -= row->count < weight ? row->count : weight;
    table->last = NULL;
    table->cursor = 0; /* counts went down: the walk for the rarest begins anew */
    table->floor = 0;
    table->next_floor = UINT64_MAX;
}

enum smtplog_status topk_subtract(struct topk *into, const struct topk *from, topk_leave leave,
                                  void *context)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct topk_row *part = from->rows[i];
        struct topk_row *row = topk_find(into, hash_span(into->seed, part->key));
        if (row == NULL) {
            continue;
        }
        TRY(leave(context, row->value, part->value));
        topk_lessen(into, row, part->count);
    }
    return SMTPLOG_OK;
}

void topk_tidy(struct topk *table)
{
    for (size_t i = table->count; i > 0; i--) {
        if (table->rows[i - 1]->count == 0) {
            row_remove(table, i - 1);
        }
    }
}
