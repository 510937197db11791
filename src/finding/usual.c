/* What is usual: medians, and distances from them. */
#include "finding/usual.h"

#include <math.h>
#include <stdlib.h>

#define TO_DEVIATION 1.4826 /* of a normal distribution */
#define FAR          3.5    /* spreads away from the median */
#define CLOSE        0.2    /* of the median: nothing to speak of */
#define CLOSE_SHARE  0.01   /* a hundredth, of shares */

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *values, size_t count)
{
    if (count == 0) {
        return 0;
    }
    qsort(values, count, sizeof *values, compare_values);
    size_t middle = count / 2;
    return count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void usual_find(double *values, size_t count, double *weekdays, size_t weekday_count,
                struct usual *usual)
{
    *usual = (struct usual){.days = count, .has_weekday = weekday_count > 0};
    usual->median = median_of(values, count);
    usual->weekday = median_of(weekdays, weekday_count);
    for (size_t i = 0; i < count; i++) {
        values[i] = fabs(values[i] - usual->median);
    }
    usual->spread = TO_DEVIATION * median_of(values, count);
}

enum deviation usual_judge(const struct usual *usual, double value, bool is_share)
{
    double distance = fabs(value - usual->median);
    if (usual->days < USUAL_FEWEST) {
        return DEVIATION_TOO_FEW;
    }
    double chance = is_share ? CLOSE_SHARE : 2 * sqrt(usual->median + 1);
    double weekday = usual->has_weekday ? fabs(value - usual->weekday) : distance;
    double nearest = weekday < distance ? weekday : distance;
    bool near = nearest <= FAR * usual->spread || nearest <= CLOSE * usual->median ||
                nearest <= chance;
    if (near) {
        return DEVIATION_NONE;
    }
    return value > usual->median ? DEVIATION_MORE : DEVIATION_LESS;
}
