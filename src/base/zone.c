/* Time zones from TZif files. Trust: zone files belong to the system, but every count and index in
 * them is checked; a file over ZONE_FILE_MAXIMUM is refused. */
#include "base/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONE_FILE_MAXIMUM ((size_t)65536)
#define ZONE_TYPES        256
#define ZONE_DIRECTORY    "/usr/share/zoneinfo/"

struct zone_type {
    int32_t offset;
    bool is_dst;
    char abbreviation[8];
};

/* One of the two yearly changes of a POSIX TZ rule, in the form Mm.w.d/time. */
struct zone_change {
    int month;
    int week;    /* 1..5, 5 = last */
    int weekday; /* 0 = Sunday */
    int32_t at;  /* local seconds after midnight */
};

struct zone {
    int64_t *transition; /* owned; ascending */
    uint8_t *type_of;    /* owned; type after each transition */
    size_t transitions;
    struct zone_type type[ZONE_TYPES];
    size_t types;
    bool has_rule; /* yearly changes after the last transition */
    struct zone_type standard;
    struct zone_type summer;
    struct zone_change to_summer;
    struct zone_change to_standard;
    int64_t cached_from; /* the answer of the last look-up holds in [from, until) */
    int64_t cached_until;
    int32_t cached_offset;
};

void zone_free(struct zone *zone)
{
    if (zone != NULL) {
        free(zone->transition);
        free(zone->type_of);
        free(zone);
    }
}

/* ---- POSIX TZ rule of the footer, such as CET-1CEST,M3.5.0,M10.5.0/3 -------------------- */

static bool rule_name(struct span *s, char name[8])
{
    size_t n = 0;
    bool quoted = s->n > 0 && s->p[0] == '<';
    size_t i = quoted ? 1 : 0;
    while (i < s->n && (quoted ? s->p[i] != '>' : byte_is_alpha(s->p[i]))) {
        if (n < 7) {
            name[n++] = s->p[i];
        }
        i++;
    }
    name[n] = '\0';
    *s = span_from(*s, i + (quoted ? 1 : 0));
    return n > 0;
}

static bool rule_number(struct span *s, int maximum, int *value)
{
    size_t i = 0;
    int v = 0;
    while (i < s->n && byte_is_digit(s->p[i]) && v <= maximum) {
        v = v * 10 + (s->p[i] - '0');
        i++;
    }
    *s = span_from(*s, i);
    *value = v;
    return i > 0 && v <= maximum;
}

/* [+-]hh[:mm[:ss]] in seconds, sign as written. */
static bool rule_time(struct span *s, int32_t *seconds)
{
    int sign = 1;
    if (s->n > 0 && (s->p[0] == '-' || s->p[0] == '+')) {
        sign = s->p[0] == '-' ? -1 : 1;
        *s = span_from(*s, 1);
    }
    int part[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        if (i > 0) {
            if (s->n == 0 || s->p[0] != ':') {
                break;
            }
            *s = span_from(*s, 1);
        }
        if (!rule_number(s, i == 0 ? 167 : 59, &part[i])) {
            return false;
        }
    }
    *seconds = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
    return true;
}

static bool rule_take(struct span *s, char byte)
{
    if (s->n == 0 || s->p[0] != byte) {
        return false;
    }
    *s = span_from(*s, 1);
    return true;
}

static bool rule_change(struct span *s, struct zone_change *change)
{
    if (!rule_take(s, ',') || !rule_take(s, 'M') || !rule_number(s, 12, &change->month) ||
        !rule_take(s, '.') || !rule_number(s, 5, &change->week) || !rule_take(s, '.') ||
        !rule_number(s, 6, &change->weekday) || change->month < 1 || change->week < 1) {
        return false;
    }
    change->at = 7200;
    return !rule_take(s, '/') || rule_time(s, &change->at);
}

static void zone_read_rule(struct zone *zone, struct span s)
{
    int32_t west = 0;
    if (!rule_name(&s, zone->standard.abbreviation) || !rule_time(&s, &west)) {
        return;
    }
    zone->standard.offset = -west;
    if (s.n == 0) {
        zone->summer = zone->standard;
        zone->has_rule = zone->transitions == 0;
        zone->to_summer = zone->to_standard = (struct zone_change){1, 1, 0, 0};
        return;
    }
    if (!rule_name(&s, zone->summer.abbreviation)) {
        return;
    }
    zone->summer.offset = zone->standard.offset + 3600;
    zone->summer.is_dst = true;
    if (s.n > 0 && s.p[0] != ',') {
        if (!rule_time(&s, &west)) {
            return;
        }
        zone->summer.offset = -west;
    }
    zone->has_rule = rule_change(&s, &zone->to_summer) && rule_change(&s, &zone->to_standard);
}

/* UTC seconds of a yearly change, given the offset in force before it. */
static int64_t change_in_year(const struct zone_change *change, int year, int32_t offset_before)
{
    int64_t first = civil_days(year, change->month, 1);
    int weekday = (int)((first % 7 + 11) % 7); /* 1970-01-01 was a Thursday (4) */
    int64_t day = first + (change->weekday - weekday + 7) % 7 + 7 * ((int64_t)change->week - 1);
    int64_t next_month = change->month == 12 ? civil_days(year + 1, 1, 1)
                                             : civil_days(year, change->month + 1, 1);
    while (day >= next_month) {
        day -= 7;
    }
    return day * CIVIL_DAY + change->at - offset_before;
}

static void zone_look_up_rule(struct zone *zone, int64_t utc)
{
    struct civil c;
    civil_from_seconds(utc + zone->standard.offset, &c);
    int64_t edge[6];
    int32_t after[6];
    size_t n = 0;
    for (int year = c.year - 1; year <= c.year + 1; year++) {
        int64_t summer = change_in_year(&zone->to_summer, year, zone->standard.offset);
        int64_t standard = change_in_year(&zone->to_standard, year, zone->summer.offset);
        bool north = summer < standard;
        edge[n] = north ? summer : standard;
        after[n++] = north ? zone->summer.offset : zone->standard.offset;
        edge[n] = north ? standard : summer;
        after[n++] = north ? zone->standard.offset : zone->summer.offset;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        if (utc >= edge[i] && utc < edge[i + 1]) {
            zone->cached_from = edge[i];
            zone->cached_until = edge[i + 1];
            zone->cached_offset = after[i];
            return;
        }
    }
    zone->cached_from = utc;
    zone->cached_until = utc + 1;
    zone->cached_offset = zone->standard.offset;
}

/* ---- look-up ----------------------------------------------------------------------------- */

int32_t zone_offset(struct zone *zone, int64_t utc)
{
    if (utc >= zone->cached_from && utc < zone->cached_until) {
        return zone->cached_offset;
    }
    size_t low = 0;
    size_t high = zone->transitions;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->transition[middle] <= utc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == zone->transitions && zone->has_rule) {
        zone_look_up_rule(zone, utc);
        return zone->cached_offset;
    }
    zone->cached_from = low == 0 ? INT64_MIN : zone->transition[low - 1];
    zone->cached_until = low == zone->transitions ? INT64_MAX : zone->transition[low];
    zone->cached_offset = zone->type[low == 0 ? 0 : zone->type_of[low - 1]].offset;
    return zone->cached_offset;
}

int zone_from_local(struct zone *zone, int64_t local, int64_t utc[2])
{
    int32_t before = zone_offset(zone, local - CIVIL_DAY);
    int32_t after = zone_offset(zone, local + CIVIL_DAY);
    int64_t a = local - before;
    int64_t b = local - after;
    bool a_holds = zone_offset(zone, a) == before;
    bool b_holds = zone_offset(zone, b) == after;
    if (a_holds && b_holds && a != b) {
        utc[0] = a < b ? a : b;
        utc[1] = a < b ? b : a;
        return 2;
    }
    utc[0] = b_holds && !a_holds ? b : a;
    return 1;
}

void zone_steady(struct zone *zone, int64_t utc, int64_t *from, int64_t *until)
{
    (void)zone_offset(zone, utc);
    bool ends = zone->cached_until < INT64_MAX;
    bool begins = zone->cached_from > INT64_MIN;
    *from = begins ? zone->cached_from + 2 * CIVIL_DAY : INT64_MIN / 2;
    *until = ends ? zone->cached_until - 2 * CIVIL_DAY : INT64_MAX / 2;
}

bool zone_abbreviation(const struct zone *zone, struct span abbreviation, int32_t *offset)
{
    for (size_t i = zone->types; i > 0; i--) {
        if (span_is(abbreviation, zone->type[i - 1].abbreviation)) {
            *offset = zone->type[i - 1].offset;
            return true;
        }
    }
    const struct zone_type *rule[2] = {&zone->standard, &zone->summer};
    for (size_t i = 0; i < 2; i++) {
        if (rule[i]->abbreviation[0] != '\0' && span_is(abbreviation, rule[i]->abbreviation)) {
            *offset = rule[i]->offset;
            return true;
        }
    }
    return false;
}

/* ---- loading ------------------------------------------------------------------------------ */

static uint32_t read_be32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static int64_t read_be64(const char *p)
{
    return (int64_t)((uint64_t)read_be32(p) << 32 | read_be32(p + 4));
}

struct tzif_header {
    size_t isutc, isstd, leap, time, type, chars;
    size_t body; /* bytes of the block that follows */
};

static bool tzif_read_header(struct span file, size_t time_size, struct tzif_header *h)
{
    if (file.n < 44 || memcmp(file.p, "TZif", 4) != 0) {
        return false;
    }
    size_t *field[6] = {&h->isutc, &h->isstd, &h->leap, &h->time, &h->type, &h->chars};
    for (size_t i = 0; i < 6; i++) {
        *field[i] = read_be32(file.p + 20 + 4 * i);
        if (*field[i] > ZONE_FILE_MAXIMUM) {
            return false;
        }
    }
    h->body = h->time * (time_size + 1) + h->type * 6 + h->chars + h->leap * (time_size + 4) +
              h->isstd + h->isutc;
    return h->type >= 1 && h->type <= ZONE_TYPES && h->body <= file.n - 44;
}

/* A day and more is no zone's, though RFC 9636, 3.2 lets files say it: zone_steady counts on less.
 */
static bool is_offset(int32_t seconds)
{
    return seconds > -CIVIL_DAY && seconds < CIVIL_DAY;
}

static enum smtplog_status zone_fill(struct zone *zone, struct span body,
                                     const struct tzif_header *h)
{
    zone->transition = calloc(h->time + 1, sizeof *zone->transition);
    zone->type_of = calloc(h->time + 1, 1);
    if (zone->transition == NULL || zone->type_of == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    zone->transitions = h->time;
    zone->types = h->type;
    const char *types = body.p + h->time * 9;
    const char *names = types + h->type * 6;
    for (size_t i = 0; i < h->time; i++) {
        zone->transition[i] = read_be64(body.p + 8 * i);
        zone->type_of[i] = (uint8_t)body.p[8 * h->time + i];
        bool ordered = i == 0 || zone->transition[i - 1] < zone->transition[i];
        if (zone->type_of[i] >= h->type || !ordered) {
            return SMTPLOG_FORMAT;
        }
    }
    for (size_t i = 0; i < h->type; i++) {
        struct zone_type *type = &zone->type[i];
        type->offset = (int32_t)read_be32(types + 6 * i);
        if (!is_offset(type->offset)) {
            return SMTPLOG_FORMAT;
        }
        type->is_dst = types[6 * i + 4] != 0;
        size_t at = (unsigned char)types[6 * i + 5];
        for (size_t n = 0; n < 7 && at + n < h->chars && names[at + n] != '\0'; n++) {
            type->abbreviation[n] = names[at + n];
        }
    }
    return SMTPLOG_OK;
}

/* The second (64-bit) block and its footer; version 1 files are too old to matter. */
static enum smtplog_status zone_parse(struct zone *zone, struct span file)
{
    struct tzif_header h;
    if (!tzif_read_header(file, 4, &h) || file.p[4] < '2') {
        return SMTPLOG_FORMAT;
    }
    file = span_from(file, 44 + h.body);
    if (!tzif_read_header(file, 8, &h)) {
        return SMTPLOG_FORMAT;
    }
    TRY(zone_fill(zone, span_from(file, 44), &h));
    struct span footer = span_trim(span_from(file, 44 + h.body));
    if (footer.n > 0) {
        zone_read_rule(zone, footer);
    }
    zone->has_rule = zone->has_rule && is_offset(zone->standard.offset) &&
                     is_offset(zone->summer.offset);
    return SMTPLOG_OK;
}

static enum smtplog_status zone_load_file(struct zone *zone, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0) {
        return SMTPLOG_USAGE;
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return SMTPLOG_USAGE;
    }
    char *bytes = malloc(ZONE_FILE_MAXIMUM);
    size_t n = 0;
    while (bytes != NULL && n < ZONE_FILE_MAXIMUM) {
        ssize_t got = read(fd, bytes + n, ZONE_FILE_MAXIMUM - n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
    }
    close(fd);
    enum smtplog_status status = bytes == NULL ? SMTPLOG_NO_MEMORY
                                               : zone_parse(zone, span_of(bytes, n));
    free(bytes);
    return status;
}

/* "+01:00", "-0530", "+1". */
static bool zone_fixed(struct zone *zone, struct span name)
{
    if (name.n < 2 || (name.p[0] != '+' && name.p[0] != '-')) {
        return false;
    }
    char digits[5] = "";
    size_t n = 0;
    for (size_t i = 1; i < name.n; i++) {
        if (name.p[i] == ':' && i + 3 == name.n) {
            continue;
        }
        if (!byte_is_digit(name.p[i]) || n == 4) {
            return false;
        }
        digits[n++] = name.p[i];
    }
    uint64_t value = 0;
    if (!span_to_u64(span_of(digits, n), 9999, &value)) {
        return false;
    }
    int32_t seconds = (int32_t)(n <= 2 ? value * 3600 : value / 100 * 3600 + value % 100 * 60);
    if (seconds > 18 * 3600) {
        return false;
    }
    zone->type[0].offset = name.p[0] == '-' ? -seconds : seconds;
    zone->types = 1;
    return true;
}

static enum smtplog_status zone_load_named(struct zone *zone, const char *name)
{
    if (strcmp(name, "UTC") == 0 || strcmp(name, "UTC0") == 0 || strcmp(name, "Z") == 0) {
        memcpy(zone->type[0].abbreviation, "UTC", 4);
        zone->types = 1;
        return SMTPLOG_OK;
    }
    if (zone_fixed(zone, span_cstr(name))) {
        return SMTPLOG_OK;
    }
    if (name[0] == '/') {
        return zone_load_file(zone, name);
    }
    char path[512];
    int n = snprintf(path, sizeof path, ZONE_DIRECTORY "%s", name);
    if (strstr(name, "..") != NULL || n < 0 || (size_t)n >= sizeof path) {
        return SMTPLOG_USAGE;
    }
    return zone_load_file(zone, path);
}

static enum smtplog_status zone_load_system(struct zone *zone)
{
    const char *tz = getenv("TZ");
    if (tz != NULL) {
        tz += *tz == ':';
        if (*tz != '\0' && zone_load_named(zone, tz) == SMTPLOG_OK) {
            return SMTPLOG_OK;
        }
        zone_read_rule(zone, span_cstr(tz));
        return zone->has_rule ? SMTPLOG_OK : zone_load_named(zone, "UTC");
    }
    enum smtplog_status status = zone_load_file(zone, "/etc/localtime");
    return status == SMTPLOG_USAGE ? zone_load_named(zone, "UTC") : status;
}

enum smtplog_status zone_load(const char *name, struct zone **zone)
{
    struct zone *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    enum smtplog_status status = name == NULL || *name == '\0' ? zone_load_system(made)
                                                               : zone_load_named(made, name);
    if (status != SMTPLOG_OK) {
        zone_free(made);
        return status;
    }
    *zone = made;
    return SMTPLOG_OK;
}
