/* How figures are written for people: "12,113", "36.1 %", "5 min 12 s", "1.2 GB", "21 Nov 14:05".
 */
#ifndef BASE_FIGURE_H
#define BASE_FIGURE_H

#include "base/civil_time.h"
#include "base/strbuf.h"

void format_count(struct strbuf *out, uint64_t count);
void format_share(struct strbuf *out, double share);
void format_seconds(struct strbuf *out, double seconds);
void format_bytes(struct strbuf *out, uint64_t bytes);
enum instant_format {
    FORMAT_TIME,
    FORMAT_MINUTE, /* 21 Nov 14:05 */
    FORMAT_DAY,
    FORMAT_YEAR
};
void format_instant(struct strbuf *out, const struct instant *instant, enum instant_format format);

#endif
