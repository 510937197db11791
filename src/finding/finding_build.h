/* From figures to findings. */
#ifndef FINDING_FINDING_BUILD_H
#define FINDING_FINDING_BUILD_H

#include "aggregate/summary.h"
#include "finding/finding_rule.h"

/* Fills a list from the figures of a run, finished or not. */
MUST_USE enum smtplog_status finding_build(const struct finding_rules *rules,
                                           struct summary *summary, struct finding_list *list);

#endif
