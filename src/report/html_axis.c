/* Axes of charts: round numbers to end at and to mark. */
#include <math.h>

#include "report/html_part.h"

#define TICKS_WANTED 5
#define SHORTEST     0.01 /* seconds; a logarithmic axis has no zero */

/* Steps of 1, 2 and 5 times a power of ten; counts have none below one. */
static double round_step(double high, enum chart_unit unit)
{
    double raw = high / TICKS_WANTED;
    double power = pow(10, floor(log10(raw)));
    double step = power * (raw <= power ? 1 : raw <= 2 * power ? 2 : raw <= 5 * power ? 5 : 10);
    if (unit == CHART_SHARE && high > 0.99) {
        return 0.25;
    }
    return unit == CHART_COUNT && step < 1 ? 1 : step;
}

static void linear(struct axis *axis, double highest)
{
    double high = highest > 0 ? highest : 1;
    double step = round_step(high, axis->unit);
    size_t steps = (size_t)ceil(high / step - 1e-9);
    steps = steps < 1 ? 1 : steps >= AXIS_TICKS ? AXIS_TICKS - 1 : steps;
    axis->low = 0;
    axis->high = step * (double)steps;
    for (size_t i = 0; i <= steps; i++) {
        axis->tick[axis->tick_count++] = step * (double)i;
    }
}

/* Durations that people name. */
static const double duration[] = {0.01, 0.1, 1, 10, 60, 600, 3600, 21600, 86400, 432000, 2592000};

static void logarithmic(struct axis *axis, double lowest, double highest)
{
    size_t first = 0;
    size_t last = COUNT_OF(duration) - 1;
    while (first + 2 < COUNT_OF(duration) && duration[first + 1] <= lowest) {
        first++;
    }
    while (last > first + 1 && duration[last - 1] >= highest) {
        last--;
    }
    axis->low = duration[first];
    axis->high = highest > duration[last] ? highest : duration[last];
    size_t stride = (last - first) / (AXIS_TICKS - 1) + 1;
    for (size_t i = first; i <= last; i += stride) {
        axis->tick[axis->tick_count++] = duration[i];
    }
}

void axis_make(struct axis *axis, enum chart_unit unit, double lowest, double highest)
{
    *axis = (struct axis){.unit = unit};
    if (unit == CHART_SECONDS) {
        logarithmic(axis, lowest > SHORTEST ? lowest : SHORTEST, highest);
    } else {
        linear(axis, highest);
    }
}

double axis_place(const struct axis *axis, double value)
{
    double place = 0;
    if (axis->unit == CHART_SECONDS) {
        double v = value > axis->low ? value : axis->low;
        place = log(v / axis->low) / log(axis->high / axis->low);
    } else {
        place = value / axis->high;
    }
    return place < 0 ? 0 : place > 1 ? 1 : place;
}
