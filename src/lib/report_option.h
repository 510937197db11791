/* Options that say how a report looks and how much of it is shown. */
#ifndef LIB_REPORT_OPTION_H
#define LIB_REPORT_OPTION_H

#include "lib/option.h"

/* Reads them into the report. Done before the run too, so that a mistake is said at once. */
MUST_USE enum smtplog_status report_option_read(struct smtplog_analyzer *a, struct report *report);

#endif
