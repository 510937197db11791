/* The headline in words. */
#ifndef REPORT_REPORT_HEADLINE_H
#define REPORT_REPORT_HEADLINE_H

#include "report/report_build.h"

/* Says it; there are recipients that met a refusal. */
void report_headline(struct report_builder *b);

#endif
