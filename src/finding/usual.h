/* What is usual: one figure on earlier days, and how a value compares with that. Robust: a day or
 * two that went wrong do not move it. */
#ifndef FINDING_USUAL_H
#define FINDING_USUAL_H

#include <stdbool.h>
#include <stddef.h>

#define USUAL_FEWEST 5 /* days below which nothing is called unusual */

struct usual {
    size_t days;
    double median;
    double spread; /* median distance from the median, scaled to a standard deviation */
    bool has_weekday;
    double weekday; /* median of the same weekday */
};

/* values are reordered. weekdays: those of the same weekday among them. */
void usual_find(double *values, size_t count, double *weekdays, size_t weekday_count,
                struct usual *usual);

enum deviation {
    DEVIATION_TOO_FEW, /* days to compare with */
    DEVIATION_NONE,
    DEVIATION_MORE,
    DEVIATION_LESS
};

/* is_share: a value of 0..1, else a count or a time. What chance alone may do to small counts is no
 * deviation. */
enum deviation usual_judge(const struct usual *usual, double value, bool is_share);

#endif
