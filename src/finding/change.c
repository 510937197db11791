/* Finds the span in which a share is raised: for several assumed shares the span with the largest
 * likelihood ratio (a maximum sum of consecutive slots), shares estimated anew from it until they
 * hold still; the best of them is then doubted. */
#include "finding/change.h"

#include <math.h>
#include <stdlib.h>

#define ROUNDS 6

/* What a change must have, all of it: see change.h. */
#define PART_MINIMUM   20   /* events while it lasts */
#define SLOTS_MINIMUM  4    /* slots with such events: one burst is no state */
#define BEFORE_MINIMUM 30   /* events of the whole before it, in at least SLOTS_MINIMUM slots */
#define AFTER_MINIMUM  20   /* of the whole behind it, to say that it has ended */
#define FACTOR_MINIMUM 3.0  /* times the share outside */
#define RISE_MINIMUM   0.05 /* and this much more in absolute terms */
#define PEAK_FACTOR    1.5  /* times the worst that was seen outside for a while: rhythm */
#define PEAK_WHOLE     30   /* events of the whole that make such a while */
#define HOLDS_PART     20   /* events expected in a stretch of it, ... */
#define HOLDS_FACTOR   0.3  /* ... of which every one must have this part: it may not go away */
#define EVEN_FACTOR    0.7 /* of the slots that should have such an event must have one: no bursts */
#define SHARP_PART     15  /* events expected in the stretch just before, if it had begun, ... */
#define SHARP_FACTOR   0.4  /* ... of which at most this part came: it began, it did not grow */
#define RATIO_MINIMUM  15.0 /* logarithm of the likelihood ratio */

struct slot {
    int64_t start, first;
    double part, whole;
};

struct span_of_slots {
    size_t begin, end; /* end: behind the last */
    double ratio;
};

struct totals {
    double part, whole;
    size_t slots, part_slots;
};

static struct totals add_up(const struct slot *slots, size_t begin, size_t end)
{
    struct totals sum = {0};
    for (size_t i = begin; i < end; i++) {
        sum.part += slots[i].part;
        sum.whole += slots[i].whole;
        sum.slots++;
        sum.part_slots += slots[i].part > 0;
    }
    return sum;
}

static double share_of(const struct totals *sum)
{
    return sum->whole > 0 ? sum->part / sum->whole : 0;
}

/* Never 0 or 1, so that logarithms exist. */
static double smooth_share(const struct totals *sum)
{
    return (sum->part + 0.5) / (sum->whole + 1);
}

static double likelihood(const struct totals *sum, double share)
{
    return sum->part * log(share) + (sum->whole - sum->part) * log(1 - share);
}

/* The run of slots for which "share is high" explains most more than "share is low". */
static void best_run(const struct slot *slots, size_t count, double low, double high,
                     struct span_of_slots *run)
{
    double yes = log(high / low);
    double no = log((1 - high) / (1 - low));
    double sum = 0;
    double best = 0;
    size_t begin = 0;
    *run = (struct span_of_slots){0};
    for (size_t i = 0; i < count; i++) {
        double gain = slots[i].part * yes + (slots[i].whole - slots[i].part) * no;
        if (sum <= 0) {
            begin = i;
            sum = 0;
        }
        sum += gain;
        if (sum > best) {
            best = sum;
            *run = (struct span_of_slots){begin, i + 1, 0};
        }
    }
}

static struct totals minus(const struct totals *all, const struct totals *part)
{
    return (struct totals){all->part - part->part, all->whole - part->whole,
                           all->slots - part->slots, all->part_slots - part->part_slots};
}

/* The run for an assumed share, shares estimated anew until the run stays. */
static struct span_of_slots settle_run(const struct slot *slots, size_t count,
                                       const struct totals *all, double assumed)
{
    struct span_of_slots run = {0};
    double low = assumed / 5;
    double high = assumed;
    for (int round = 0; round < ROUNDS && high > low; round++) {
        struct span_of_slots next;
        best_run(slots, count, low, high, &next);
        if (next.end == next.begin || (next.begin == run.begin && next.end == run.end)) {
            break;
        }
        run = next;
        struct totals inside = add_up(slots, run.begin, run.end);
        struct totals outside = minus(all, &inside);
        low = smooth_share(&outside);
        high = smooth_share(&inside);
        run.ratio = likelihood(&inside, high) + likelihood(&outside, low) -
                    likelihood(all, smooth_share(all));
    }
    return run;
}

/* The largest share over any stretch of slots that holds PEAK_WHOLE events. */
static double worst_stretch(const struct slot *slots, size_t begin, size_t end)
{
    double worst = 0;
    double part = 0;
    double whole = 0;
    size_t from = begin;
    for (size_t i = begin; i < end; i++) {
        part += slots[i].part;
        whole += slots[i].whole;
        while (from < i && whole - slots[from].whole >= PEAK_WHOLE) {
            part -= slots[from].part;
            whole -= slots[from].whole;
            from++;
        }
        if (whole >= PEAK_WHOLE && part / whole > worst) {
            worst = part / whole;
        }
    }
    return worst;
}

/* The share stays up for as long as it is said to, and is made of many slots, not of bursts. */
static bool holds(const struct slot *slots, const struct span_of_slots *run, double high)
{
    double part = 0;
    double whole = 0;
    double expected = 0;
    double seen = 0;
    size_t from = run->begin;
    for (size_t i = run->begin; i < run->end; i++) {
        expected += 1 - pow(1 - high, slots[i].whole);
        seen += slots[i].part > 0;
        part += slots[i].part;
        whole += slots[i].whole;
        while ((whole - slots[from].whole) * high >= HOLDS_PART) {
            part -= slots[from].part;
            whole -= slots[from].whole;
            from++;
        }
        if (whole * high >= HOLDS_PART && part < HOLDS_FACTOR * high * whole) {
            return false;
        }
    }
    return seen >= EVEN_FACTOR * expected;
}

/* It was not there yet just before: what follows the time of day grows. */
static bool is_sharp(const struct slot *slots, size_t begin, double high)
{
    struct totals before = {0};
    while (begin > 0 && before.whole * high < SHARP_PART) {
        begin--;
        before.part += slots[begin].part;
        before.whole += slots[begin].whole;
    }
    return before.part <= SHARP_FACTOR * high * before.whole;
}

static bool is_certain(const struct slot *slots, size_t count, const struct totals *all,
                       const struct span_of_slots *run)
{
    struct totals inside = add_up(slots, run->begin, run->end);
    struct totals outside = minus(all, &inside);
    struct totals before = add_up(slots, 0, run->begin);
    double high = share_of(&inside);
    double low = share_of(&outside);
    double peak = worst_stretch(slots, 0, run->begin);
    double later = worst_stretch(slots, run->end, count);
    peak = later > peak ? later : peak;
    return run->ratio >= RATIO_MINIMUM && inside.part >= PART_MINIMUM &&
           inside.part_slots >= SLOTS_MINIMUM && before.whole >= BEFORE_MINIMUM &&
           before.slots >= SLOTS_MINIMUM && high >= FACTOR_MINIMUM * low &&
           high >= low + RISE_MINIMUM && high >= PEAK_FACTOR * peak &&
           is_sharp(slots, run->begin, high) && holds(slots, run, high);
}

static void describe(const struct slot *slots, size_t count, const struct span_of_slots *run,
                     struct change *change)
{
    struct totals inside = add_up(slots, run->begin, run->end);
    struct totals before = add_up(slots, 0, run->begin);
    struct totals after = add_up(slots, run->end, count);
    *change = (struct change){
        .since = slots[run->begin].first,
        .until = run->end < count ? slots[run->end].start : 0,
        .ended = after.whole >= AFTER_MINIMUM,
        .before = share_of(&before),
        .during = share_of(&inside),
        .part = (uint64_t)inside.part,
        .whole = (uint64_t)inside.whole,
    };
}

/* One slot for each of whole's, with what part has in it. */
static struct slot *join(const struct series *part, const struct series *whole)
{
    struct slot *slots = calloc(whole->count + 1, sizeof *slots);
    size_t p = 0;
    for (size_t i = 0; slots != NULL && i < whole->count; i++) {
        const struct series_slot *slot = &whole->slots[i];
        slots[i] = (struct slot){series_start(slot), series_first(slot), 0, (double)slot->count};
        while (p < part->count && part->slots[p].index < slot->index) {
            p++;
        }
        if (p < part->count && part->slots[p].index == slot->index) {
            slots[i].part = (double)part->slots[p].count;
            slots[i].first = series_first(&part->slots[p]);
            slots[i].whole = slots[i].part > slots[i].whole ? slots[i].part : slots[i].whole;
        }
    }
    return slots;
}

enum smtplog_status change_find(const struct series *part, const struct series *whole,
                                struct change *change, bool *found)
{
    static const double assumed[] = {0.98, 0.7, 0.4, 0.2, 0.1, 0.06};
    struct span_of_slots best = {0};
    *found = false;
    if (part->count < SLOTS_MINIMUM) {
        return SMTPLOG_OK;
    }
    struct slot *slots = join(part, whole);
    if (slots == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    struct totals all = add_up(slots, 0, whole->count);
    for (size_t i = 0; i < COUNT_OF(assumed); i++) {
        struct span_of_slots run = settle_run(slots, whole->count, &all, assumed[i]);
        best = run.ratio > best.ratio ? run : best;
    }
    *found = best.end > best.begin && is_certain(slots, whole->count, &all, &best);
    if (*found) {
        describe(slots, whole->count, &best, change);
    }
    free(slots);
    return SMTPLOG_OK;
}
