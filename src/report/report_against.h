/* A day beside the days before it: what the section and its JSON are made of. */
#ifndef REPORT_REPORT_AGAINST_H
#define REPORT_REPORT_AGAINST_H

#include "finding/mark_change.h"
#include "finding/usual.h"
#include "report/figure_list.h"
#include "report/json_writer.h"

#define AGAINST_ROWS  16
#define AGAINST_NAMES 24
#define AGAINST_DAYS  28

struct against_row {
    struct span name;  /* of the figure */
    const char *label; /* phrase */
    enum figure_unit unit;
    double value;
    struct usual usual;
    enum deviation deviation;
};

struct against {
    size_t days; /* compared with */
    struct against_row rows[AGAINST_ROWS];
    size_t row_count;
    struct span fresh[AGAINST_NAMES]; /* figures that all other days had at 0 */
    size_t fresh_count;
    struct span gone[AGAINST_NAMES]; /* figures that most other days had, and this one has not */
    size_t gone_count;
    struct span silent[AGAINST_DAYS]; /* days without an event */
    size_t silent_count;
    struct mark_changes changes; /* of findings and reply texts */
};

/* One earlier day. */
struct against_day {
    struct span day; /* 2026-11-21 */
    const struct figure_list *figures;
    bool same_weekday;
};

/* Compares; spans borrow from the lists. */
void against_find(const struct figure_list *figures, const struct against_day *days, size_t count,
                  struct against *against);

/* The usual value of every figure: a list of its own, for baseline(). */
MUST_USE enum smtplog_status against_usual(const struct figure_list *figures,
                                           const struct against_day *days, size_t count,
                                           struct figure_list *usual);

void against_json(const struct against *against, struct json_writer *json);

#endif
