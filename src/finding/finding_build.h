/* From figures to findings. */
#ifndef FINDING_FINDING_BUILD_H
#define FINDING_FINDING_BUILD_H

#include "aggregate/summary.h"
#include "catalog/catalog.h"
#include "finding/finding.h"

/* Fills an empty list from the figures of a finished run. */
MUST_USE enum smtplog_status finding_build(struct summary *summary, const struct catalog *catalog,
                                           struct finding_list *list);

#endif
