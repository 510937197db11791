/* What the head of the report says of messages that the log shows in part. */
#ifndef REPORT_REPORT_GREYLIST_H
#define REPORT_REPORT_GREYLIST_H

#include "report/report_build.h"

void report_say_borders(struct report_builder *b, struct section *head);

#endif
