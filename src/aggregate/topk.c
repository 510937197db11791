/* A table of the most frequent keys with a fixed number of rows. */
#include "aggregate/topk.h"

#include <stdlib.h>

#define ROW_OWNED    256 /* of a row that owns memory of its own: a few delays, a sample */
#define ROW_OVERHEAD 96  /* of the allocator, and the row's places in the table */

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
                           .next_floor = UINT64_MAX};
    hashmap_init(&table->map);
}

static void row_free(const struct topk *table, struct topk_row *row)
{
    if (row == NULL) {
        return;
    }
    if (table->release != NULL) {
        table->release(row->value);
    }
    free((char *)row->key.p);
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
    hashmap_free(&table->map);
    topk_init(table, table->capacity, table->value_size, table->release);
}

/* Seeded hashes of 64 bits tell keys apart: that two of a few thousand are the same is out of reach
 * of chance, and of strangers who do not know the seed. The key itself would cost a cache miss at
 * every look-up. */
static bool row_same(const void *item, const void *key)
{
    (void)item;
    (void)key;
    return true;
}

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
    return table->count > 0 ? hashmap_find(&table->map, hash, row_same, NULL) : NULL;
}

static enum smtplog_status row_name(struct topk_row *row, struct span key, uint64_t hash)
{
    char *copy = malloc(key.n + 1);
    if (copy == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (key.n > 0) {
        memcpy(copy, key.p, key.n);
    }
    row->key = span_of(copy, key.n);
    row->hash = hash;
    return SMTPLOG_OK;
}

static struct topk_row *row_make(const struct topk *table, struct span key, uint64_t hash)
{
    size_t offset = (sizeof(struct topk_row) + 15) / 16 * 16;
    struct topk_row *made = calloc(1, offset + table->value_size);
    if (made == NULL || row_name(made, key, hash) != SMTPLOG_OK) {
        free(made);
        return NULL;
    }
    made->value = (char *)made + offset;
    return made;
}

static enum smtplog_status row_new(struct topk *table, struct span key, uint64_t hash,
                                   struct topk_row **row)
{
    struct topk_row *made = row_make(table, key, hash);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if ((table->count & (table->count - 1)) == 0) {
        size_t room = table->count == 0 ? 1 : table->count * 2;
        struct topk_row **rows = realloc(table->rows, room * sizeof(struct topk_row *));
        if (rows == NULL) {
            free((char *)made->key.p);
            free(made);
            return SMTPLOG_NO_MEMORY;
        }
        table->rows = rows;
    }
    table->rows[table->count++] = made;
    *row = made;
    return hashmap_add(&table->map, hash, made);
}

static uint64_t *filter_at(const struct topk *table, struct span key)
{
    return &table->filter[hash_span(FILTER_SEED, key) >> (64 - FILTER_BITS)];
}

/* The rarest row takes a new key, which was seen `before` times at most. */
static enum smtplog_status row_replace(struct topk *table, struct topk_row *rarest, struct span key,
                                       uint64_t hash, uint64_t before)
{
    char *old_key = (char *)rarest->key.p;
    uint64_t *lost = filter_at(table, rarest->key);
    *lost = rarest->count > *lost ? rarest->count : *lost;
    hashmap_remove(&table->map, rarest->hash, rarest);
    if (table->release != NULL) {
        table->release(rarest->value);
    }
    memset(rarest->value, 0, table->value_size);
    rarest->count = before;
    rarest->error = before;
    enum smtplog_status status = row_name(rarest, key, hash);
    if (status == SMTPLOG_OK) {
        free(old_key);
        status = hashmap_add(&table->map, hash, rarest);
    }
    return status;
}

/* A row for a new key of a full table: the rarest one's, or the spare one while the key is rarer
 * still. always: the key gets a row whatever its count. */
static enum smtplog_status row_contend(struct topk *table, const struct topk_key *key,
                                       uint64_t weight, bool always, struct topk_row **row)
{
    if (table->filter == NULL) {
        table->filter = calloc((size_t)1 << FILTER_BITS, sizeof *table->filter);
        table->spare = table->filter != NULL ? row_make(table, SPAN_EMPTY, 0) : NULL;
        if (table->spare == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
    }
    uint64_t *seen = filter_at(table, key->key);
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
    return row_replace(table, rarest, key->key, key->hash, always ? rarest->count : *seen);
}

/* Whether the table has room for one more row. One that was refused memory has none any more. */
static bool has_room(struct topk *table, struct span key)
{
    size_t bytes = sizeof(struct topk_row) + table->value_size + key.n + ROW_OVERHEAD +
                   (table->release != NULL ? ROW_OWNED : 0);
    if (table->count >= table->capacity) {
        return false;
    }
    if (budget_take(table->budget, bytes) || table->count < table->reserved) {
        return true;
    }
    table->capacity = table->count;
    return false;
}

static enum smtplog_status add_key(struct topk *table, const struct topk_key *key, uint64_t weight,
                                   bool always, struct topk_row **row)
{
    struct topk_row *found = hashmap_find(&table->map, key->hash, row_same, &key->key);
    if (found == NULL) {
        TRY(has_room(table, key->key) ? row_new(table, key->key, key->hash, &found)
                                      : row_contend(table, key, weight, always, &found));
    }
    found->count += weight;
    *row = found;
    return SMTPLOG_OK;
}

enum smtplog_status topk_add(struct topk *table, struct span key, uint64_t weight,
                             struct topk_row **row)
{
    struct topk_key prepared = {key, hash_span(table->seed, key)};
    return topk_add_key(table, &prepared, weight, row);
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

struct topk_key topk_prepare(const struct topk *table, struct span key)
{
    struct topk_key prepared = {key, hash_span(table->seed, key)};
    if (table->map.capacity > 0) {
        __builtin_prefetch(&table->map.slots[prepared.hash & (table->map.capacity - 1)]);
    }
    return prepared;
}

void topk_approach(const struct topk *table, const struct topk_key *key)
{
    const struct topk_row *row = hashmap_find(&table->map, key->hash, row_same, &key->key);
    if (row != NULL) {
        __builtin_prefetch(row);
        __builtin_prefetch((const char *)row + 64);
        __builtin_prefetch((const char *)row + 128);
    }
}

enum smtplog_status topk_add_key(struct topk *table, const struct topk_key *key, uint64_t weight,
                                 struct topk_row **row)
{
    return add_key(table, key, weight, false, row);
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
    qsort(copy, *count, sizeof(struct topk_row *), compare_rows);
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
        struct topk_key key = {rows[i]->key, hash_span(into->seed, rows[i]->key)};
        status = add_key(into, &key, rows[i]->count, true, &row);
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
    hashmap_remove(&table->map, row->hash, row);
    table->rows[at] = table->rows[table->count - 1];
    table->count--;
    table->last = NULL;
    table->cursor = 0;
    table->floor = 0;
    table->next_floor = UINT64_MAX;
    row_free(table, row);
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
        row->count -= row->count < part->count ? row->count : part->count;
    }
    into->last = NULL;
    into->cursor = 0; /* counts went down: the walk for the rarest begins anew */
    into->floor = 0;
    into->next_floor = UINT64_MAX;
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
