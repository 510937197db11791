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

static char *put_digits(char *at, int64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + digits;
}

void instant_add(struct strbuf *out, const struct instant *instant)
{
    struct civil c;
    civil_from_seconds(instant->seconds + instant->offset, &c);
    char text[48];
    char *at = put_digits(text, c.year < 0 ? 0 : c.year, 4);
    *at++ = '-';
    at = put_digits(at, c.month, 2);
    *at++ = '-';
    at = put_digits(at, c.day, 2);
    *at++ = 'T';
    at = put_digits(at, c.hour, 2);
    *at++ = ':';
    at = put_digits(at, c.minute, 2);
    *at++ = ':';
    at = put_digits(at, c.second, 2);
    if (instant->digits > 0) {
        char nine[9];
        put_digits(nine, instant->nanosecond, 9);
        *at++ = '.';
        memcpy(at, nine, instant->digits);
        at += instant->digits;
    }
    int32_t minutes = (instant->offset < 0 ? -instant->offset : instant->offset) / 60;
    *at++ = instant->offset < 0 ? '-' : '+';
    at = put_digits(at, minutes / 60, 2);
    *at++ = ':';
    at = put_digits(at, minutes % 60, 2);
    strbuf_add(out, text, (size_t)(at - text));
}
