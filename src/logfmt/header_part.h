/* What header.c and header_next.c share; for no one else. */
#ifndef LOGFMT_HEADER_PART_H
#define LOGFMT_HEADER_PART_H

#include "base/byte_scan.h"
#include "base/status.h"
#include "logfmt/header.h"

/* `.123456` at text[at], or nothing. */
static inline void header_take_fraction(struct span text, size_t *at, struct stamp *stamp)
{
    static const int32_t units[] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                    10000,      1000,      100,      10,      1};
    const size_t most = COUNT_OF(units) - 1;
    size_t i = *at;
    stamp->nanosecond = 0;
    stamp->digits = 0;
    if (i + 1 >= text.n || (text.p[i] != '.' && text.p[i] != ',') ||
        !byte_is_digit(text.p[i + 1])) {
        return;
    }
    size_t start = ++i;
    size_t end = text.n - start < most ? text.n : start + most;
    int32_t number = 0;
    for (; i < end && byte_is_digit(text.p[i]); i++) {
        number = number * 10 + (text.p[i] - '0');
    }
    stamp->digits = (uint8_t)(i - start);
    stamp->nanosecond = number * units[i - start];
    while (i < text.n && byte_is_digit(text.p[i])) {
        i++;
    }
    *at = i;
}

/* `HH:MM:SS[.fraction]` at text[at]. False when it is none. */
bool header_take_clock(struct span text, size_t *at, struct stamp *stamp);

/* `name[pid]:` or `name:`; the colon may be missing behind a pid. */
bool header_take_tag(struct span text, struct header *header);

/* `[ID 197553 mail.info] MSG` of Solaris. */
void header_strip_solaris_id(struct header *header);

/* Length of `stdout F ` between a container runtime's stamp and the log's own line, or 0. */
size_t header_stream_length(struct span text);

#endif
