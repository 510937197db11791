/* How figures are written for people: "12,113", "36.1 %", "5 min 12 s", "1.2 GB", "21 Nov 14:05".
 * Each language has its style; a NULL style is English. */
#ifndef BASE_FIGURE_H
#define BASE_FIGURE_H

#include "base/civil_time.h"
#include "base/strbuf.h"

enum figure_unit_word {
    UNIT_SECONDS,
    UNIT_MINUTES,
    UNIT_HOURS,
    UNIT_DAYS,
    UNIT_BYTES,
    UNIT_KILOBYTES,
    UNIT_MEGABYTES,
    UNIT_GIGABYTES,
    UNIT_TERABYTES,
    UNIT_PETABYTES,
    UNIT_WORDS
};

/* Patterns hold their placeholders once each: {n}, or those named here. Borrowed texts. */
struct figure_style {
    struct span decimal, thousands;
    struct span percent, less, more; /* less and more hold {share}: "<0.1 %", ">99.9 %" */
    struct span less_than;           /* {share}, in a sentence */
    struct span unit[UNIT_WORDS];
    struct span two;       /* {first} {second}: "5 min 12 s" */
    struct span day, date; /* {day} {month}; {day} {month} {year} */
    struct span numbers;   /* {month} {day}, two digits each */
    struct span moment;    /* {date} {time} */
    struct span label;     /* {name}: {value} */
    struct span month[12]; /* short names */
};

extern const struct figure_style figure_english;

/* A text with its placeholders filled; an unknown one stays as it is. */
struct figure_part {
    const char *name;
    struct span text;
};
void figure_fill(struct strbuf *out, struct span pattern, const struct figure_part *parts,
                 size_t count);

/* "Sent: ": a name in front of a value that the caller writes. */
void format_label(struct strbuf *out, const struct figure_style *style, struct span name);

void format_count(struct strbuf *out, const struct figure_style *style, uint64_t count);

/* "36.1 %", "<0.1 %", ">99.9 %". */
void format_share(struct strbuf *out, const struct figure_style *style, double share);
/* Per cent with so many decimals, as it is. */
void format_percent(struct strbuf *out, const struct figure_style *style, double percent,
                    int decimals);
/* As it stands in a sentence: "37 %", "0.2 %", "less than 0.1 %". Never 100 of what is not all,
 * never 0 of what is something. */
void format_rough_share(struct strbuf *out, const struct figure_style *style, double share);

void format_seconds(struct strbuf *out, const struct figure_style *style, double seconds);
/* A number with its unit: "10 min". */
void format_unit(struct strbuf *out, const struct figure_style *style, enum figure_unit_word unit,
                 double number, int decimals);
void format_bytes(struct strbuf *out, const struct figure_style *style, uint64_t bytes);

enum instant_format {
    FORMAT_TIME,    /* 14:05:00 */
    FORMAT_CLOCK,   /* 14:05 */
    FORMAT_DATE,    /* 21 Nov */
    FORMAT_MINUTE,  /* 21 Nov 14:05 */
    FORMAT_NUMBERS, /* 11-21 14:05 */
    FORMAT_DAY,     /* 21 Nov 14:05:00 */
    FORMAT_YEAR     /* 21 Nov 2026 14:05:00 */
};
void format_instant(struct strbuf *out, const struct figure_style *style,
                    const struct instant *instant, enum instant_format format);

#endif
