/* Reply texts with the parts that vary put aside, so that ten thousand variants are one row. */
#ifndef AGGREGATE_TEMPLATE_H
#define AGGREGATE_TEMPLATE_H

#include "base/strbuf.h"

#define TEMPLATE_MAXIMUM 240

/* Writes the template of text: `<...>` and mail addresses become `<address>`, host names `<host>`
 * (but for names of block lists), IP addresses `<ip>`, URLs `<url>`, words with letters and digits
 * mixed (ids) and long numbers `<id>`, other numbers `N`. Cut at TEMPLATE_MAXIMUM bytes. */
void template_make(struct span text, struct strbuf *out);

#endif
