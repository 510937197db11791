/* The rules of a run (--fail-if, --warn-if, --crit-if) and the named figures they are weighed
 * against. */
#ifndef LIB_RULE_SET_H
#define LIB_RULE_SET_H

#include "finding/rule.h"
#include "lib/analyzer.h"
#include "report/figure_list.h"

#define RULES_MOST 32

struct set_rule {
    struct rule rule;
    enum smtplog_rule kind;
    enum rule_verdict verdict;
};

struct rule_set {
    struct set_rule rules[RULES_MOST];
    size_t count;
    struct figure_list figures; /* of the finished run */
    bool has_figures;
    const struct figure_list *baseline; /* borrowed: usual values, NULL when none are known */
};

/* The set of an analyzer, made on first use; NULL when memory is short. */
struct rule_set *rule_set_of(struct smtplog_analyzer *analyzer);
void rule_set_free(struct rule_set *set);

/* Says every name that is no figure, with near ones. Needs the knowledge, not the figures of the
 * run, so that a mistake is found before anything is read. */
MUST_USE enum smtplog_status rule_set_check(struct smtplog_analyzer *analyzer);

/* All figures of the analyzer as they stand. */
MUST_USE enum smtplog_status rule_set_build_figures(struct smtplog_analyzer *analyzer,
                                                    struct figure_list *list);

/* The figures of the finished run, worked out once. */
MUST_USE enum smtplog_status rule_set_figures(struct smtplog_analyzer *analyzer,
                                              const struct figure_list **figures);

#endif
