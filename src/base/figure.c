/* How figures are written for people. */
#include "base/figure.h"

#include <math.h>
#include <stdio.h>

const struct figure_style figure_english = {
    .decimal = SPAN_CONSTANT("."),
    .thousands = SPAN_CONSTANT(","),
    .percent = SPAN_CONSTANT("{n} %"),
    .less = SPAN_CONSTANT("<{share}"),
    .more = SPAN_CONSTANT(">{share}"),
    .less_than = SPAN_CONSTANT("less than {share}"),
    .unit = {[UNIT_SECONDS] = SPAN_CONSTANT("{n} s"),
             [UNIT_MINUTES] = SPAN_CONSTANT("{n} min"),
             [UNIT_HOURS] = SPAN_CONSTANT("{n} h"),
             [UNIT_DAYS] = SPAN_CONSTANT("{n} d"),
             [UNIT_BYTES] = SPAN_CONSTANT("{n} B"),
             [UNIT_KILOBYTES] = SPAN_CONSTANT("{n} kB"),
             [UNIT_MEGABYTES] = SPAN_CONSTANT("{n} MB"),
             [UNIT_GIGABYTES] = SPAN_CONSTANT("{n} GB"),
             [UNIT_TERABYTES] = SPAN_CONSTANT("{n} TB"),
             [UNIT_PETABYTES] = SPAN_CONSTANT("{n} PB")},
    .two = SPAN_CONSTANT("{first} {second}"),
    .day = SPAN_CONSTANT("{day} {month}"),
    .date = SPAN_CONSTANT("{day} {month} {year}"),
    .numbers = SPAN_CONSTANT("{month}-{day}"),
    .moment = SPAN_CONSTANT("{date} {time}"),
    .label = SPAN_CONSTANT("{name}: {value}"),
    .month = {SPAN_CONSTANT("Jan"), SPAN_CONSTANT("Feb"), SPAN_CONSTANT("Mar"),
              SPAN_CONSTANT("Apr"), SPAN_CONSTANT("May"), SPAN_CONSTANT("Jun"),
              SPAN_CONSTANT("Jul"), SPAN_CONSTANT("Aug"), SPAN_CONSTANT("Sep"),
              SPAN_CONSTANT("Oct"), SPAN_CONSTANT("Nov"), SPAN_CONSTANT("Dec")},
};

static const struct figure_style *or_english(const struct figure_style *style)
{
    return style != NULL ? style : &figure_english;
}

void format_label(struct strbuf *out, const struct figure_style *style, struct span name)
{
    const struct figure_part parts[] = {{"name", name}, {"value", SPAN_EMPTY}};
    figure_fill(out, or_english(style)->label, parts, COUNT_OF(parts));
}

/* The part whose placeholder begins a text; NULL for none. */
static const struct figure_part *part_at(struct span text, const struct figure_part *parts,
                                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(parts[i].name);
        if (text.n >= n + 2 && text.p[0] == '{' && memcmp(text.p + 1, parts[i].name, n) == 0 &&
            text.p[n + 1] == '}') {
            return &parts[i];
        }
    }
    return NULL;
}

void figure_fill(struct strbuf *out, struct span pattern, const struct figure_part *parts,
                 size_t count)
{
    while (pattern.n > 0) {
        const struct figure_part *part = part_at(pattern, parts, count);
        if (part != NULL) {
            strbuf_add_span(out, part->text);
            pattern = span_from(pattern, strlen(part->name) + 2);
        } else {
            strbuf_add_byte(out, pattern.p[0]);
            pattern = span_from(pattern, 1);
        }
    }
}

/* ---- numbers --------------------------------------------------------------------------------- */

#define FIGURE 64 /* bytes of a number */

void format_count(struct strbuf *out, const struct figure_style *style, uint64_t count)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            strbuf_add_span(out, or_english(style)->thousands);
        }
        strbuf_add_byte(out, digits[i]);
    }
}

/* A number with the sign for decimals of the language, put into a pattern as {n}. */
static void add_number(struct strbuf *out, const struct figure_style *style, struct span pattern,
                       double number, int decimals)
{
    char digits[FIGURE];
    struct strbuf text;
    snprintf(digits, sizeof digits, "%.*f", decimals, number);
    strbuf_init(&text, 4 * sizeof digits);
    for (const char *c = digits; *c != '\0'; c++) {
        strbuf_add_span(&text, *c == '.' ? or_english(style)->decimal : span_of(c, 1));
    }
    struct figure_part part = {"n", strbuf_span(&text)};
    figure_fill(out, pattern, &part, 1);
    strbuf_inherit(out, &text);
    strbuf_free(&text);
}

void format_percent(struct strbuf *out, const struct figure_style *style, double percent,
                    int decimals)
{
    add_number(out, style, or_english(style)->percent, percent, decimals);
}

/* A share within a pattern such as "<{share}". */
static void add_bound(struct strbuf *out, const struct figure_style *style, struct span pattern,
                      double percent)
{
    struct strbuf text;
    strbuf_init(&text, 4 * (size_t)FIGURE);
    format_percent(&text, style, percent, 1);
    struct figure_part part = {"share", strbuf_span(&text)};
    figure_fill(out, pattern, &part, 1);
    strbuf_inherit(out, &text);
    strbuf_free(&text);
}

void format_share(struct strbuf *out, const struct figure_style *style, double share)
{
    double percent = share * 100;
    /* Never "0.0 %" for something that is there, nor "100.0 %" for less than all. */
    if (percent > 0 && percent < 0.05) {
        add_bound(out, style, or_english(style)->less, 0.1);
    } else if (percent < 100 && percent >= 99.95) {
        add_bound(out, style, or_english(style)->more, 99.9);
    } else {
        format_percent(out, style, percent, 1);
    }
}

void format_rough_share(struct strbuf *out, const struct figure_style *style, double share)
{
    double percent = share * 100;
    if (share > 0 && percent < 0.1) {
        add_bound(out, style, or_english(style)->less_than, 0.1);
    } else if (percent < 9.95 && percent > 0) {
        format_percent(out, style, percent, 1);
    } else {
        format_percent(out, style, share < 1 && percent > 99 ? 99 : percent, 0);
    }
}

void format_unit(struct strbuf *out, const struct figure_style *style, enum figure_unit_word unit,
                 double number, int decimals)
{
    add_number(out, style, or_english(style)->unit[unit], number, decimals);
}

/* "5 min 12 s", or "5 min" when the second is 0 and may be left out. */
static void add_two(struct strbuf *out, const struct figure_style *style,
                    enum figure_unit_word unit, unsigned long long first, unsigned long long second)
{
    struct strbuf a, b;
    strbuf_init(&a, 4 * (size_t)FIGURE);
    strbuf_init(&b, 4 * (size_t)FIGURE);
    format_unit(&a, style, unit, (double)first, 0);
    format_unit(&b, style, unit - 1, (double)second, 0);
    struct figure_part parts[] = {{"first", strbuf_span(&a)}, {"second", strbuf_span(&b)}};
    if (second != 0 || unit == UNIT_DAYS) {
        figure_fill(out, or_english(style)->two, parts, COUNT_OF(parts));
    } else {
        strbuf_add_span(out, parts[0].text);
    }
    strbuf_inherit(out, &a);
    strbuf_free(&a);
    strbuf_inherit(out, &b);
    strbuf_free(&b);
}

void format_seconds(struct strbuf *out, const struct figure_style *style, double seconds)
{
    unsigned long long s = (unsigned long long)(seconds + 0.5);
    if (seconds < 10 && seconds != floor(seconds)) {
        format_unit(out, style, UNIT_SECONDS, seconds, seconds < 1 ? 2 : 1);
    } else if (s < 120) {
        format_unit(out, style, UNIT_SECONDS, (double)s, 0);
    } else if (s < 7200) {
        add_two(out, style, UNIT_MINUTES, s / 60, s % 60);
    } else if (s < 2 * 86400) {
        add_two(out, style, UNIT_HOURS, s / 3600, s % 3600 / 60);
    } else {
        add_two(out, style, UNIT_DAYS, s / 86400, s % 86400 / 3600);
    }
}

void format_bytes(struct strbuf *out, const struct figure_style *style, uint64_t bytes)
{
    double value = (double)bytes;
    enum figure_unit_word unit = UNIT_BYTES;
    while (value >= 999.5 && unit < UNIT_PETABYTES) {
        value /= 1000;
        unit++;
    }
    format_unit(out, style, unit, value, unit > UNIT_BYTES && value < 9.95 ? 1 : 0);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void add_date(struct strbuf *out, const struct figure_style *style, const struct civil *c,
                     bool with_year)
{
    char day[16], year[16];
    snprintf(day, sizeof day, "%d", c->day);
    snprintf(year, sizeof year, "%d", c->year);
    struct figure_part parts[] = {{"day", span_cstr(day)},
                                  {"month", or_english(style)->month[c->month - 1]},
                                  {"year", span_cstr(year)}};
    figure_fill(out, with_year ? or_english(style)->date : or_english(style)->day, parts,
                COUNT_OF(parts));
}

static void add_numbers(struct strbuf *out, const struct figure_style *style, const struct civil *c)
{
    char day[16], month[16];
    snprintf(day, sizeof day, "%02d", c->day);
    snprintf(month, sizeof month, "%02d", c->month);
    struct figure_part parts[] = {{"day", span_cstr(day)}, {"month", span_cstr(month)}};
    figure_fill(out, or_english(style)->numbers, parts, COUNT_OF(parts));
}

void format_instant(struct strbuf *out, const struct figure_style *style,
                    const struct instant *instant, enum instant_format format)
{
    struct civil c;
    struct strbuf date;
    char time[32];
    civil_from_seconds(instant->seconds + instant->offset, &c);
    if (format == FORMAT_MINUTE || format == FORMAT_CLOCK || format == FORMAT_NUMBERS) {
        snprintf(time, sizeof time, "%02d:%02d", c.hour, c.minute);
    } else {
        snprintf(time, sizeof time, "%02d:%02d:%02d", c.hour, c.minute, c.second);
    }
    if (format == FORMAT_TIME || format == FORMAT_CLOCK) {
        strbuf_add_cstr(out, time);
        return;
    }
    strbuf_init(&date, 8 * (size_t)FIGURE);
    if (format == FORMAT_NUMBERS) {
        add_numbers(&date, style, &c);
    } else {
        add_date(&date, style, &c, format == FORMAT_YEAR);
    }
    struct figure_part parts[] = {{"date", strbuf_span(&date)}, {"time", span_cstr(time)}};
    if (format == FORMAT_DATE) {
        strbuf_add_span(out, parts[0].text);
    } else {
        figure_fill(out, or_english(style)->moment, parts, COUNT_OF(parts));
    }
    strbuf_inherit(out, &date);
    strbuf_free(&date);
}
