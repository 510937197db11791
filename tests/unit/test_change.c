/* Tests of counts over time and of change points: generated logs without a change must give none,
 * true steps must be found and begin when they did. Seeds are fixed. */
#include "finding/change.h"

#include "tap.h"

#define DAY   288 /* fine slots of a day */
#define BEGIN ((int64_t)1793577600)
#define RUNS  200

static uint64_t random_state;

static double next_random(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(random_state >> 11) / 9007199254740992.0;
}

/* How many of a mean came: the sum of many small chances. */
static uint64_t draw_count(double mean)
{
    double limit = exp(-mean);
    double product = next_random();
    uint64_t count = 0;
    while (product > limit) {
        product *= next_random();
        count++;
    }
    return count;
}

struct shape {
    const char *name;
    double rate;   /* events a slot, mean */
    double share;  /* that go wrong */
    double step;   /* share from the change on; 0: no change */
    int days;      /* length of the log */
    double rhythm; /* the rate falls to this part of itself at night */
    double swing;  /* the share follows the day by this factor */
    double burst;  /* part of slots in which ten more go wrong at once */
    int lasts;     /* slots the step lasts, 0: to the end */
};

static double day_wave(int slot)
{
    return (1 - cos(6.283185307179586 * slot / DAY)) / 2;
}

/* Fills both series; the step begins at slot `at`. */
static void generate(const struct shape *shape, int at, struct series *part, struct series *whole)
{
    int slots = shape->days * DAY;
    for (int i = 0; i < slots; i++) {
        double wave = day_wave(i);
        double rate = shape->rate * (shape->rhythm + (1 - shape->rhythm) * wave);
        double share = shape->share * (1 + (shape->swing - 1) * wave);
        bool raised = shape->step > 0 && i >= at && (shape->lasts == 0 || i < at + shape->lasts);
        share = raised ? shape->step : share;
        uint64_t all = draw_count(rate);
        uint64_t wrong = 0;
        for (uint64_t k = 0; k < all; k++) {
            wrong += next_random() < share;
        }
        if (next_random() < shape->burst) {
            wrong += 10;
            all += 10;
        }
        int64_t time = BEGIN + i * SERIES_FINE + (int64_t)(next_random() * 299);
        if (all > 0) {
            TAP_MUST(series_add(whole, time, all));
        }
        if (wrong > 0) {
            TAP_MUST(series_add(part, time, wrong));
        }
    }
    series_settle(part, BEGIN + slots * SERIES_FINE);
    series_settle(whole, BEGIN + slots * SERIES_FINE);
}

/* Runs a shape; how many had a change found, and of these how many began within ten minutes (an
 * hour before the last day) of the true step. */
static void run_shape(const struct shape *shape, uint64_t seed, int *found, int *timely)
{
    *found = *timely = 0;
    for (int run = 0; run < RUNS; run++) {
        struct series part = {0};
        struct series whole = {0};
        struct change change;
        bool yes = false;
        random_state = seed * 1000 + (uint64_t)run;
        int slots = shape->days * DAY;
        int at = slots - DAY + 60 + (int)(next_random() * (DAY - 100));
        generate(shape, at, &part, &whole);
        TAP_MUST(change_find(&part, &whole, &change, &yes));
        int64_t off = yes ? change.since - (BEGIN + at * SERIES_FINE) : 0;
        *found += yes;
        *timely += yes && off >= -600 && off < 900 && change.ended == (shape->lasts > 0);
        series_free(&part);
        series_free(&whole);
    }
}

static void test_quiet(void)
{
    static const struct shape shapes[] = {
        {"nothing but a few", 2, 0.01, 0, 1, 1, 1, 0, 0},
        {"a steady share", 20, 0.05, 0, 1, 1, 1, 0, 0},
        {"a large steady share", 20, 0.6, 0, 1, 1, 1, 0, 0},
        {"night and day", 20, 0.05, 0, 1, 0.05, 1, 0, 0},
        {"night and day over a week", 10, 0.05, 0, 7, 0.05, 1, 0, 0},
        {"a share that follows the day", 10, 0.03, 0, 3, 0.1, 6, 0, 0},
        {"a rare thing in bursts", 20, 0.002, 0, 1, 0.3, 1, 0.01, 0},
        {"single events of a small server", 0.2, 0.1, 0, 3, 0.2, 1, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        int found = 0;
        int timely = 0;
        run_shape(&shapes[i], i + 1, &found, &timely);
        tap_number(0, found, "no change in %d logs: %s", RUNS, shapes[i].name);
    }
}

static void test_steps(void)
{
    static const struct shape shapes[] = {
        {"0.2 % to 37 %", 20, 0.002, 0.37, 1, 0.2, 1, 0, 0},
        {"nothing to all", 10, 0, 1, 2, 0.2, 1, 0, 0},
        {"1 % to 20 % on a rhythm", 30, 0.01, 0.2, 7, 0.1, 1, 0, 0},
        {"5 % to 90 %, for two hours", 20, 0.05, 0.9, 1, 0.5, 1, 0, 24},
    };
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        int found = 0;
        int timely = 0;
        run_shape(&shapes[i], i + 100, &found, &timely);
        tap_ok(found >= RUNS * 95 / 100, "%s: found in %d of %d", shapes[i].name, found, RUNS);
        tap_ok(timely >= found * 9 / 10, "%s: begins when it began in %d of %d", shapes[i].name,
               timely, found);
    }
}

/* The first and the last minutes of a log can be no change: there is nothing to compare with. */
static void test_edges(void)
{
    static const int at[] = {0, 1, DAY - 1};
    for (size_t i = 0; i < COUNT_OF(at); i++) {
        struct shape shape = {"", 8, 0.01, 0.9, 1, 1, 1, 0, i == 1 ? 2 : 0};
        struct series part = {0};
        struct series whole = {0};
        struct change change;
        bool found = true;
        random_state = 77 + i;
        generate(&shape, at[i], &part, &whole);
        TAP_MUST(change_find(&part, &whole, &change, &found));
        tap_ok(!found, "a step at slot %d of %d is none", at[i], DAY);
        series_free(&part);
        series_free(&whole);
    }
}

/* The same slots whatever the order and the cuts, and not many of them. */
static void test_series(void)
{
    struct series one = {0};
    struct series left = {0};
    struct series right = {0};
    uint64_t sum = 0;
    random_state = 5;
    for (int i = 0; i < 40000; i++) {
        int64_t time = BEGIN + i * 997;
        time -= (int64_t)(next_random() * 5000);
        TAP_MUST(series_add(&one, time, 1));
        TAP_MUST(series_add(i < 30000 ? &left : &right, time, 1));
    }
    int64_t last = BEGIN + 40000 * (int64_t)997;
    TAP_MUST(series_merge(&right, &left));
    series_settle(&one, last);
    series_settle(&right, last);
    bool same = one.count == right.count;
    for (size_t i = 0; i < one.count && same; i++) {
        same = one.slots[i].index == right.slots[i].index &&
               one.slots[i].offset == right.slots[i].offset &&
               one.slots[i].count == right.slots[i].count;
        sum += one.slots[i].count;
    }
    tap_ok(same, "two parts merged are the whole");
    tap_number(40000, (long long)sum, "nothing is lost by folding");
    tap_ok(one.count < 288 + 24 * 16 + 466, "460 days are few slots: %zu", one.count);
    series_free(&one);
    series_free(&left);
    series_free(&right);
}

int main(void)
{
    test_series();
    test_quiet();
    test_steps();
    test_edges();
    return tap_end();
}
