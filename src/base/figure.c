/* How figures are written for people. */
#include "base/figure.h"

#include <math.h>
#include <stdio.h>

void format_count(struct strbuf *out, uint64_t count)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            strbuf_add_byte(out, ',');
        }
        strbuf_add_byte(out, digits[i]);
    }
}

void format_share(struct strbuf *out, double share)
{
    double percent = share * 100;
    /* Never "0.0 %" for something that is there, nor "100.0 %" for less than all. */
    if (percent > 0 && percent < 0.05) {
        strbuf_add_cstr(out, "<0.1 %");
    } else if (percent < 100 && percent >= 99.95) {
        strbuf_add_cstr(out, ">99.9 %");
    } else {
        strbuf_addf(out, "%.1f %%", percent);
    }
}

void format_seconds(struct strbuf *out, double seconds)
{
    unsigned long long s = (unsigned long long)(seconds + 0.5);
    if (seconds < 10 && seconds != floor(seconds)) {
        strbuf_addf(out, seconds < 1 ? "%.2f s" : "%.1f s", seconds);
    } else if (s < 120) {
        strbuf_addf(out, "%llu s", s);
    } else if (s < 7200) {
        strbuf_addf(out, "%llu min", s / 60);
        if (s % 60 != 0) {
            strbuf_addf(out, " %llu s", s % 60);
        }
    } else if (s < 2 * 86400) {
        strbuf_addf(out, "%llu h", s / 3600);
        if (s % 3600 / 60 != 0) {
            strbuf_addf(out, " %llu min", s % 3600 / 60);
        }
    } else {
        strbuf_addf(out, "%llu d %llu h", s / 86400, s % 86400 / 3600);
    }
}

void format_bytes(struct strbuf *out, uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < COUNT_OF(units)) {
        value /= 1000;
        unit++;
    }
    strbuf_addf(out, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void format_instant(struct strbuf *out, const struct instant *instant, enum instant_format format)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c;
    civil_from_seconds(instant->seconds + instant->offset, &c);
    if (format != FORMAT_TIME) {
        strbuf_addf(out, "%d %s ", c.day, months[c.month - 1]);
    }
    if (format == FORMAT_YEAR) {
        strbuf_addf(out, "%d ", c.year);
    }
    strbuf_addf(out, "%02d:%02d", c.hour, c.minute);
    if (format != FORMAT_MINUTE) {
        strbuf_addf(out, ":%02d", c.second);
    }
}
