/* Calendar arithmetic: days from civil and back by the era method (400-year cycles starting in
 * March), so that every year from 1 to 9999 works alike. */
#include "base/civil_time.h"

int64_t civil_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

int64_t civil_seconds(const struct civil *c)
{
    return civil_days(c->year, c->month, c->day) * CIVIL_DAY + c->hour * 3600 + c->minute * 60 +
           c->second;
}

void civil_from_seconds(int64_t seconds, struct civil *civil)
{
    int64_t days = seconds / CIVIL_DAY;
    int64_t rest = seconds % CIVIL_DAY;
    if (rest < 0) {
        rest += CIVIL_DAY;
        days--;
    }
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    civil->day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    civil->month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2));
    civil->hour = (int)(rest / 3600);
    civil->minute = (int)(rest % 3600 / 60);
    civil->second = (int)(rest % 60);
}

static int civil_month_length(int year, int month)
{
    static const int lengths[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return lengths[month] + (month == 2 && leap);
}

bool civil_is_valid(const struct civil *c)
{
    return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= civil_month_length(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 60;
}

int civil_month(const char *name)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    char key[3] = {byte_lower(name[0]), byte_lower(name[1]), byte_lower(name[2])};
    for (int m = 0; m < 12; m++) {
        if (names[m * 3 + 2] == key[2] && names[m * 3 + 1] == key[1] && names[m * 3] == key[0]) {
            return m + 1;
        }
    }
    return 0;
}

static inline char *put_two(char *at, unsigned value)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
    return at + 2;
}

static void write_date(struct date_text *date, int64_t day)
{
    struct civil c;
    civil_from_seconds(day * CIVIL_DAY, &c);
    unsigned year = c.year < 0 ? 0 : (unsigned)c.year % 10000;
    char *at = put_two(put_two(date->text, year / 100), year % 100);
    *at++ = '-';
    at = put_two(at, (unsigned)c.month);
    *at++ = '-';
    put_two(at, (unsigned)c.day)[0] = 'T';
    date->day = day;
    date->known = true;
}

/* `.123` */
static char *put_fraction(char *at, const struct instant *instant)
{
    char nine[9];
    unsigned rest = (unsigned)instant->nanosecond;
    for (size_t i = sizeof nine; i > 0; i--) {
        nine[i - 1] = (char)('0' + rest % 10);
        rest /= 10;
    }
    *at++ = '.';
    memcpy(at, nine, instant->digits);
    return at + instant->digits;
}

char *instant_put(char *at, const struct instant *instant, struct date_text *date)
{
    int64_t local = instant->seconds + instant->offset;
    int64_t day = local / CIVIL_DAY - (local % CIVIL_DAY < 0);
    unsigned second = (unsigned)(local - day * CIVIL_DAY);
    if (!date->known || date->day != day) {
        write_date(date, day);
    }
    memcpy(at, date->text, sizeof date->text);
    at = put_two(at + sizeof date->text, second / 3600);
    *at++ = ':';
    at = put_two(at, second / 60 % 60);
    *at++ = ':';
    at = put_two(at, second % 60);
    if (instant->digits > 0) {
        at = put_fraction(at, instant);
    }
    unsigned minutes = (unsigned)(instant->offset < 0 ? -instant->offset : instant->offset) / 60;
    *at++ = instant->offset < 0 ? '-' : '+';
    at = put_two(at, minutes / 60 % 100);
    *at++ = ':';
    return put_two(at, minutes % 60);
}

void instant_add(struct strbuf *out, const struct instant *instant)
{
    struct date_text date = {.known = false};
    char text[INSTANT_TEXT];
    strbuf_add(out, text, (size_t)(instant_put(text, instant, &date) - text));
}
