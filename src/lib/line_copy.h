/* Lines that two inputs hold at the same time: syslog writes an error to mail.log and to mail.err.
 * Of an input whose lines all stand in another one while both are read, each is counted once.
 * Memory: fixed. Trust: lines written by anybody; a seeded hash stands for each. */
#ifndef LIB_LINE_COPY_H
#define LIB_LINE_COPY_H

#include "base/civil_time.h"
#include "base/span.h"
#include "base/status.h"

struct line_copies;

/* files: how many inputs there may be. Free with line_copies_free. */
MUST_USE enum smtplog_status line_copies_new(size_t files, struct line_copies **copies);
void line_copies_free(struct line_copies *copies);

/* To be told every line while inputs overlap, in the order in which they are given. True when
 * another input gave this line at this instant as often, and one of the two has had no line so far
 * that the other, *whole, lacks. */
bool line_copies_note(struct line_copies *copies, size_t file, const struct instant *time,
                      struct span text, size_t *whole);

#endif
