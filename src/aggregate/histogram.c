/* Distribution of durations or sizes: exact values first, then a sketch. */
#include "aggregate/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HISTOGRAM_GAMMA (1.01 / 0.99) /* relative error 1 % */

#define INDEX_MOST     ((1 << 17) - 1)
#define BUCKET_CHARGED ((size_t)16) /* bytes of a budget, the allocator's included */

#define FIRST_VALUES  4
#define FIRST_BUCKETS 4

void histogram_init(struct histogram *histogram, size_t exact_limit)
{
    *histogram = (struct histogram){.exact_limit = (uint32_t)exact_limit};
}

static size_t charge_of(const struct histogram *h)
{
    return h->capacity * (h->values != NULL ? sizeof *h->values : BUCKET_CHARGED);
}

void histogram_free(struct histogram *histogram)
{
    budget_give(histogram->budget, charge_of(histogram));
    free(histogram->values);
    free(histogram->buckets);
    histogram_init(histogram, histogram->exact_limit);
}

bool histogram_is_exact(const struct histogram *histogram)
{
    return histogram->bucket_count == 0 && histogram->zeros == 0;
}

/* Buckets ascend by index, which stands above the count: those of smaller indices are below this,
 * taken as signed numbers. */
static inline int64_t least_of(int32_t index)
{
    return (int64_t)((uint64_t)index << HISTOGRAM_COUNT_BITS);
}

static inline bool is_before(struct histogram_bucket bucket, int64_t least)
{
    return (int64_t)bucket.packed < least;
}

#define NEAR 8 /* buckets in a line of the cache */

/* Places that an index may have: low to high. */
struct range {
    int64_t low, high;
};

/* Narrows them down to a few around where it would stand if indices ascended evenly: what is near
 * is in one or two lines of the cache. */
static inline struct range narrow(const struct histogram *h, int32_t index, struct range range)
{
    int64_t least = least_of(index);
    int64_t below = histogram_guess(h, index) - NEAR;
    int64_t above = below + 2 * NEAR;
    if (below > range.low && below < range.high) {
        bool before = is_before(h->buckets[below - 1], least);
        range.low = before ? below : range.low;
        range.high = before ? range.high : below;
    }
    if (above > range.low && above < range.high) {
        bool before = is_before(h->buckets[above - 1], least);
        range.low = before ? above : range.low;
        range.high = before ? range.high : above;
    }
    return range;
}

/* Where the first bucket of an index or more stands. Indices ascend by at least one from bucket to
 * bucket, which bounds the place from both ends: in a dense table nothing is left to search. */
static inline size_t bucket_position(const struct histogram *h, int32_t index)
{
    int64_t count = h->bucket_count;
    if (count == 0 || index <= h->first) {
        return 0;
    }
    if (index >= h->last) {
        return (size_t)(count - (index == h->last));
    }
    int64_t low = index - h->last + count - 1;
    int64_t high = index - h->first;
    struct range range = {low > 0 ? low : 0, high < count ? high : count - 1};
    if (range.high - range.low > 2 * NEAR) {
        range = narrow(h, index, range);
    }
    /* What is left is halved without branches, for nothing foretells them. */
    const struct histogram_bucket *at = h->buckets + range.low;
    int64_t least = least_of(index);
    for (size_t left = (size_t)(range.high - range.low); left > 0;) {
        size_t half = (left + 1) / 2;
        at += half & (0 - (size_t)is_before(at[half - 1], least));
        left -= half;
    }
    return (size_t)(at - h->buckets);
}

static struct histogram_bucket make_bucket(int32_t index, uint64_t count)
{
    count = count < HISTOGRAM_COUNT_MOST ? count : HISTOGRAM_COUNT_MOST;
    return (struct histogram_bucket){(uint64_t)index << HISTOGRAM_COUNT_BITS | count};
}

static enum smtplog_status make_place(struct histogram *h, size_t low, int32_t index,
                                      uint64_t times)
{
    if (h->bucket_count == h->capacity) {
        uint32_t capacity = h->capacity > 0 ? h->capacity * 2 : FIRST_BUCKETS;
        size_t more = (capacity - h->capacity) * BUCKET_CHARGED;
        if (!budget_take(h->budget, more) && h->bucket_count > 0) {
            /* No memory left for this one: the nearest bucket takes the value. */
            low -= low == h->bucket_count ||
                   (low > 0 && index - histogram_bucket_index(h->buckets[low - 1]) <
                                   histogram_bucket_index(h->buckets[low]) - index);
            histogram_raise(&h->buckets[low], times);
            return SMTPLOG_OK;
        }
        struct histogram_bucket *buckets = realloc(h->buckets, capacity * sizeof *buckets);
        if (buckets == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        h->buckets = buckets;
        h->capacity = capacity;
    }
    memmove(h->buckets + low + 1, h->buckets + low, (h->bucket_count - low) * sizeof *h->buckets);
    h->buckets[low] = make_bucket(index, times);
    h->bucket_count++;
    h->first = histogram_bucket_index(h->buckets[0]);
    h->last = histogram_bucket_index(h->buckets[h->bucket_count - 1]);
    return SMTPLOG_OK;
}

/* Adds to the bucket of an index; *near gets where it stands. */
static inline enum smtplog_status add_near(struct histogram *h, int32_t index, uint64_t times,
                                           uint32_t *near)
{
    size_t at = bucket_position(h, index);
    *near = (uint32_t)at;
    if (at < h->bucket_count && histogram_bucket_index(h->buckets[at]) == index) {
        histogram_raise(&h->buckets[at], times);
        return SMTPLOG_OK;
    }
    return make_place(h, at, index, times);
}

static enum smtplog_status add_bucket(struct histogram *h, int32_t index, uint64_t times)
{
    uint32_t near = 0;
    return add_near(h, index, times, &near);
}

struct histogram_memo *histogram_recall(struct histogram_memo memos[HISTOGRAM_MEMOS],
                                        int64_t millionths)
{
    uint64_t hash = (uint64_t)millionths * 0x9e3779b97f4a7c15u;
    struct histogram_memo *memo = &memos[hash >> 56];
    if (memo->millionths != millionths) {
        memo->millionths = millionths;
        memo->value = histogram_place((double)millionths / 1e6);
    }
    return memo;
}

struct histogram_value histogram_place(double value)
{
    bool placed = value >= HISTOGRAM_SMALLEST;
    return (struct histogram_value){value > 0 ? value : 0,
                                    placed ? (int32_t)ceil(log(value) / log(HISTOGRAM_GAMMA)) : 0};
}

static enum smtplog_status add_sketched(struct histogram *h, const struct histogram_value *value,
                                        uint64_t times)
{
    if (value->value < HISTOGRAM_SMALLEST) {
        h->zeros += times;
        return SMTPLOG_OK;
    }
    return add_bucket(h, value->index, times);
}

/* Puts the kept values into buckets. */
static enum smtplog_status go_over_to_sketch(struct histogram *h)
{
    enum smtplog_status status = SMTPLOG_OK;
    double *values = h->values;
    size_t count = h->value_count;
    size_t charge = values != NULL ? charge_of(h) : 0;
    if (values == NULL) {
        return SMTPLOG_OK;
    }
    h->values = NULL;
    h->value_count = h->capacity = 0;
    for (size_t i = 0; i < count && status == SMTPLOG_OK; i++) {
        struct histogram_value value = histogram_place(values[i]);
        status = add_sketched(h, &value, 1);
    }
    budget_give(h->budget, charge);
    free(values);
    return status;
}

static enum smtplog_status keep_value(struct histogram *h, double value)
{
    if (h->value_count == h->capacity) {
        uint32_t capacity = h->capacity > 0 ? h->capacity * 2 : FIRST_VALUES;
        double *values = realloc(h->values, capacity * sizeof *values);
        if (values == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        budget_charge(h->budget, (capacity - h->capacity) * sizeof *values);
        h->values = values;
        h->capacity = capacity;
    }
    h->values[h->value_count++] = value;
    return SMTPLOG_OK;
}

enum smtplog_status histogram_add(struct histogram *h, double value, uint64_t times)
{
    struct histogram_value placed = histogram_place(value);
    return histogram_add_placed(h, &placed, times);
}

enum smtplog_status histogram_add_placed(struct histogram *h, const struct histogram_value *value,
                                         uint64_t times)
{
    uint32_t near = 0;
    return histogram_add_searching(h, value, times, &near);
}

/* Adds while there are no buckets yet, or a value that the sketch counts as zero. */
static enum smtplog_status add_first(struct histogram *h, const struct histogram_value *value,
                                     uint64_t times)
{
    if (histogram_is_exact(h) && h->count + times <= h->exact_limit) {
        for (uint64_t i = 0; i < times; i++) {
            TRY(keep_value(h, value->value));
            h->count++; /* never more than there are values */
        }
        return SMTPLOG_OK;
    }
    h->count += times;
    if (h->values != NULL) {
        TRY(go_over_to_sketch(h));
    }
    return add_sketched(h, value, times);
}

enum smtplog_status histogram_add_searching(struct histogram *h,
                                            const struct histogram_value *value, uint64_t times,
                                            uint32_t *near)
{
    h->maximum = value->value > h->maximum ? value->value : h->maximum;
    if (h->bucket_count == 0 || value->value < HISTOGRAM_SMALLEST) {
        return add_first(h, value, times);
    }
    h->count += times;
    return add_near(h, value->index, times, near);
}

enum smtplog_status histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (size_t i = 0; i < from->value_count; i++) {
        TRY(histogram_add(into, from->values[i], 1));
    }
    if (!histogram_is_exact(from)) {
        TRY(go_over_to_sketch(into));
        into->zeros += from->zeros;
        into->count += from->zeros;
        size_t at = 0; /* both ascend */
        for (size_t i = 0; i < from->bucket_count; i++) {
            uint64_t count = histogram_bucket_count(from->buckets[i]);
            int32_t index = histogram_bucket_index(from->buckets[i]);
            while (at < into->bucket_count && histogram_bucket_index(into->buckets[at]) < index) {
                at++;
            }
            if (at < into->bucket_count && histogram_bucket_index(into->buckets[at]) == index) {
                histogram_raise(&into->buckets[at], count);
            } else {
                TRY(add_bucket(into, index, count));
            }
            into->count += count;
        }
    }
    into->maximum = from->maximum > into->maximum ? from->maximum : into->maximum;
    return SMTPLOG_OK;
}

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value that stands for all of a bucket. */
static double bucket_value(const struct histogram *h, struct histogram_bucket bucket)
{
    double middle = pow(HISTOGRAM_GAMMA, histogram_bucket_index(bucket)) * 2 /
                    (1 + HISTOGRAM_GAMMA);
    return middle < h->maximum ? middle : h->maximum;
}

uint64_t histogram_at_most(const struct histogram *h, double limit)
{
    uint64_t count = 0;
    if (histogram_is_exact(h)) {
        for (size_t i = 0; i < h->value_count; i++) {
            count += h->values[i] <= limit;
        }
        return count;
    }
    count = limit >= 0 ? h->zeros : 0;
    for (size_t i = 0; i < h->bucket_count; i++) {
        count += bucket_value(h, h->buckets[i]) <= limit ? histogram_bucket_count(h->buckets[i])
                                                         : 0;
    }
    return count;
}

double histogram_quantile(struct histogram *h, double q)
{
    if (h->count == 0) {
        return 0;
    }
    uint64_t rank = (uint64_t)ceil(q * (double)h->count);
    rank = rank < 1 ? 1 : rank > h->count ? h->count : rank;
    if (histogram_is_exact(h)) {
        qsort(h->values, h->value_count, sizeof *h->values, compare_values);
        return h->values[rank - 1];
    }
    uint64_t seen = h->zeros;
    for (size_t i = 0; i < h->bucket_count && seen < rank; i++) {
        seen += histogram_bucket_count(h->buckets[i]);
        if (seen >= rank) {
            return bucket_value(h, h->buckets[i]);
        }
    }
    return 0;
}

enum smtplog_status histogram_add_sketched(struct histogram *h, int32_t index, uint64_t times)
{
    if (h->values != NULL) {
        TRY(go_over_to_sketch(h));
    }
    h->count += times;
    if (index == INT32_MIN) {
        h->zeros += times;
        return SMTPLOG_OK;
    }
    index = index < -INDEX_MOST ? -INDEX_MOST : index > INDEX_MOST ? INDEX_MOST : index;
    return add_bucket(h, index, times);
}

static void take_out_sketched(struct histogram *h, const struct histogram_value *value,
                              uint64_t times)
{
    size_t at = bucket_position(h, value->index);
    if (value->value < HISTOGRAM_SMALLEST) {
        uint64_t zeros = times < h->zeros ? times : h->zeros;
        h->zeros -= zeros;
        h->count -= zeros;
        return;
    }
    if (at == h->bucket_count || histogram_bucket_index(h->buckets[at]) != value->index) {
        return;
    }
    uint64_t count = histogram_bucket_count(h->buckets[at]);
    uint64_t taken = times < count ? times : count;
    h->buckets[at].packed -= taken;
    h->count -= taken;
}

static void take_out_value(struct histogram *h, double value)
{
    for (size_t i = 0; i < h->value_count; i++) {
        if (fabs(h->values[i] - value) <= 0) {
            h->values[i] = h->values[--h->value_count];
            h->count--;
            return;
        }
    }
}

enum smtplog_status histogram_subtract(struct histogram *into, const struct histogram *from)
{
    bool exact = histogram_is_exact(into);
    if (exact && !histogram_is_exact(from)) {
        TRY(go_over_to_sketch(into));
        exact = false;
    }
    for (size_t i = 0; i < from->value_count; i++) {
        struct histogram_value value = histogram_place(from->values[i]);
        if (exact) {
            take_out_value(into, value.value);
        } else {
            take_out_sketched(into, &value, 1);
        }
    }
    struct histogram_value zero = {0, 0};
    take_out_sketched(into, &zero, exact ? 0 : from->zeros);
    for (size_t i = 0; i < from->bucket_count; i++) {
        struct histogram_value value = {1, histogram_bucket_index(from->buckets[i])};
        take_out_sketched(into, &value, histogram_bucket_count(from->buckets[i]));
    }
    /* What is left has its own maximum; of a sketch it is not known, and the old one is an upper
     * bound. */
    into->maximum = exact ? 0 : into->maximum;
    for (size_t i = 0; exact && i < into->value_count; i++) {
        into->maximum = into->values[i] > into->maximum ? into->values[i] : into->maximum;
    }
    return SMTPLOG_OK;
}
