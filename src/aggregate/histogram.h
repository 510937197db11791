/* Distribution of durations or sizes. Keeps the values themselves up to a limit, so that quantiles
 * of small sets are exact; beyond it a sketch with relative error of 1 % at any quantile (DDSketch,
 * Masson et al. 2019). Merging in any order gives the same result. */
#ifndef AGGREGATE_HISTOGRAM_H
#define AGGREGATE_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/status.h"

/* Index and count in eight bytes, for there are hundreds in each of thousands of rows. Indices of
 * all doubles from HISTOGRAM_SMALLEST on lie between -691 and 35,490. */
struct histogram_bucket {
    uint64_t packed; /* the index in the upper 18 bits */
};

#define HISTOGRAM_COUNT_BITS 46
#define HISTOGRAM_COUNT_MOST ((UINT64_C(1) << HISTOGRAM_COUNT_BITS) - 1)

static inline int32_t histogram_bucket_index(struct histogram_bucket bucket)
{
    return (int32_t)((int64_t)bucket.packed >> HISTOGRAM_COUNT_BITS);
}

static inline uint64_t histogram_bucket_count(struct histogram_bucket bucket)
{
    return bucket.packed & HISTOGRAM_COUNT_MOST;
}

static inline void histogram_raise(struct histogram_bucket *bucket, uint64_t times)
{
    uint64_t room = HISTOGRAM_COUNT_MOST - histogram_bucket_count(*bucket);
    bucket->packed += times < room ? times : room;
}

struct histogram {
    uint64_t count;
    double maximum;
    double *values;                   /* owned; while count <= exact_limit */
    struct histogram_bucket *buckets; /* owned; ascending by index */
    struct budget *budget; /* borrowed; of the memory for values and buckets, NULL: no limit */
    uint64_t zeros;        /* values below HISTOGRAM_SMALLEST, in sketch mode */
    uint32_t exact_limit, value_count, bucket_count;
    uint32_t capacity;   /* of values, or of buckets: there are never both */
    int32_t first, last; /* index of the first and the last bucket */
};

/* Values below this are counted as zero by the sketch. */
#define HISTOGRAM_SMALLEST 1e-6

void histogram_init(struct histogram *histogram, size_t exact_limit);
void histogram_free(struct histogram *histogram);

/* Adds a value (negative ones count as 0) times over. */
MUST_USE enum smtplog_status histogram_add(struct histogram *histogram, double value,
                                           uint64_t times);

/* A value and where the sketch puts it: worked out once for a value that goes into several
 * histograms. */
struct histogram_value {
    double value;
    int32_t index;
};

struct histogram_value histogram_place(double value);

/* Where the bucket of an index between the first and the last stood if indices ascended evenly. */
static inline int64_t histogram_guess(const struct histogram *h, int32_t index)
{
    uint32_t above = (uint32_t)index - (uint32_t)h->first;
    uint32_t range = (uint32_t)h->last - (uint32_t)h->first;
    uint32_t steps = h->bucket_count - 1;
    return above <= UINT16_MAX && steps <= UINT16_MAX ? above * steps / range : 0;
}

/* Asks for the memory that adding a value will touch. */
static inline void histogram_approach(const struct histogram *h,
                                      const struct histogram_value *value)
{
    if (h->bucket_count > 0 && value->index > h->first && value->index < h->last) {
        __builtin_prefetch(&h->buckets[histogram_guess(h, value->index)]);
    }
}

MUST_USE enum smtplog_status histogram_add_placed(struct histogram *histogram,
                                                  const struct histogram_value *value,
                                                  uint64_t times);

/* The same with a guess where the bucket stands: *near, which gets where it does. */
MUST_USE enum smtplog_status histogram_add_searching(struct histogram *histogram,
                                                     const struct histogram_value *value,
                                                     uint64_t times, uint32_t *near);

static inline enum smtplog_status histogram_add_near(struct histogram *h,
                                                     const struct histogram_value *value,
                                                     uint64_t times, uint32_t *near)
{
    uint32_t at = *near;
    bool there = at < h->bucket_count && value->value >= HISTOGRAM_SMALLEST &&
                 histogram_bucket_index(h->buckets[at]) == value->index;
    if (!there) {
        return histogram_add_searching(h, value, times, near);
    }
    h->count += times;
    h->maximum = value->value > h->maximum ? value->value : h->maximum;
    histogram_raise(&h->buckets[at], times);
    return SMTPLOG_OK;
}

/* Servers print times with two digits, so that the same few hundred values come again and again:
 * where the sketch puts them is worked out once, and guessed for the histograms that all of them
 * are added to. */
#define HISTOGRAM_MEMOS 256
#define HISTOGRAM_NEAR  4 /* histograms that a memo has guesses for */

struct histogram_memo {
    int64_t millionths;
    struct histogram_value value;
    uint32_t near[HISTOGRAM_NEAR];
};

/* Where the sketch puts a number of microseconds as seconds. memos begin as zeros. */
struct histogram_memo *histogram_recall(struct histogram_memo memos[HISTOGRAM_MEMOS],
                                        int64_t millionths);

MUST_USE enum smtplog_status histogram_merge(struct histogram *into, const struct histogram *from);

/* Adds to a bucket of the sketch (INT32_MIN: of zeros), whatever the limit; the maximum is the
 * caller's to set. */
MUST_USE enum smtplog_status histogram_add_sketched(struct histogram *histogram, int32_t index,
                                                    uint64_t times);

/* Takes out what was added before: the values of `from` are among those of `into`. */
MUST_USE enum smtplog_status histogram_subtract(struct histogram *into,
                                                const struct histogram *from);

/* The smallest value with at least q of all values at or below it (nearest rank); 0 when empty.
 * Sorts the kept values. */
double histogram_quantile(struct histogram *histogram, double q);

/* How many values are at or below a limit; of the sketch with its error. */
uint64_t histogram_at_most(const struct histogram *histogram, double limit);

/* True while quantiles are exact. */
bool histogram_is_exact(const struct histogram *histogram);

#endif
