/* All escaping of output, in one place. Input may be anything a stranger wrote into a log. */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include "base/strbuf.h"

/* A JSON string with its quotes (RFC 8259): invalid UTF-8 and control characters become U+FFFD,
 * line and direction separators too. */
void escape_json(struct strbuf *out, struct span text);

/* A cell of tab separated values: as JSON but without quotes and backslashes; tabs and line ends
 * become U+FFFD. */
void escape_tsv(struct strbuf *out, struct span text);

/* Text for a terminal: no control characters, valid UTF-8. */
void escape_terminal(struct strbuf *out, struct span text);

#endif
