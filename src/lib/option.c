/* Options of a run. Trust: values come from the command line of whoever runs the program. */
#include "lib/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/time_spec.h"

static const char *const option_names[OPTIONS] = {
    [OPTION_SINCE] = "since",       [OPTION_UNTIL] = "until",
    [OPTION_YEAR] = "year",         [OPTION_TZ] = "tz",
    [OPTION_NOW] = "now",           [OPTION_INPUT] = "input",
    [OPTION_PATTERNS] = "patterns", [OPTION_TOP] = "top",
    [OPTION_FIELDS] = "fields",     [OPTION_MEMORY] = "memory",
    [OPTION_WIDTH] = "width",       [OPTION_COLOR] = "color",
    [OPTION_BARS] = "bars",         [OPTION_TEMPORARY] = "temporary",
    [OPTION_LINES] = "lines",       [OPTION_DETAIL] = "detail",
    [OPTION_SECTION] = "section",   [OPTION_EXPLAIN] = "explain",
    [OPTION_JOIN] = "join",         [OPTION_THRESHOLD] = "threshold",
    [OPTION_REDACT] = "redact",     [OPTION_REDACT_KEY] = "redact-key",
    [OPTION_TABLE] = "table",       [OPTION_MAIL_TO] = "mail-to",
    [OPTION_JOBS] = "jobs",
};

/* A value given again takes the place of the one before; of a list it stands behind it. */
static enum smtplog_status keep_value(struct smtplog_analyzer *a, enum option option,
                                      const char *value)
{
    bool is_list = option == OPTION_SECTION || option == OPTION_THRESHOLD;
    const char *before = is_list ? a->option[option] : NULL;
    size_t size = strlen(value) + (before != NULL ? strlen(before) + 1 : 0) + 1;
    char *copy = malloc(size);
    if (copy == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    snprintf(copy, size, "%s%s%s", before != NULL ? before : "", before != NULL ? "," : "", value);
    free(a->option[option]);
    a->option[option] = copy;
    return SMTPLOG_OK;
}

enum smtplog_status smtplog_analyzer_set(struct smtplog_analyzer *a, const char *name,
                                         const char *value)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(name, option_names[i]) == 0) {
            return keep_value(a, (enum option)i, value);
        }
    }
    enum smtplog_status status = selection_set(&a->selection, name, value);
    if (status != SMTPLOG_END) {
        return status;
    }
    diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "unknown option \"%s\"", name);
    return SMTPLOG_USAGE;
}

enum smtplog_status option_refuse(const struct smtplog_analyzer *a, enum option option,
                                  const char *expected)
{
    diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--%s: \"%s\" is not %s", option_names[option],
                   a->option[option], diagnostic_text(&a->diagnostic, expected));
    return SMTPLOG_USAGE;
}

enum smtplog_status option_number(const struct smtplog_analyzer *a, enum option option,
                                  uint64_t minimum, uint64_t maximum, uint64_t *number)
{
    if (a->option[option] == NULL) {
        return SMTPLOG_OK;
    }
    if (!span_to_u64(span_cstr(a->option[option]), maximum, number) || *number < minimum) {
        return option_refuse(a, option, "a number in range");
    }
    return SMTPLOG_OK;
}

enum smtplog_status option_word(const struct smtplog_analyzer *a, enum option option,
                                const char *const *words, const char *expected, unsigned *choice)
{
    const char *value = a->option[option];
    for (unsigned i = 0; value != NULL && words[i] != NULL; i++) {
        if (strcmp(value, words[i]) == 0) {
            *choice = i;
            return SMTPLOG_OK;
        }
    }
    return value == NULL ? SMTPLOG_OK : option_refuse(a, option, expected);
}

static enum smtplog_status read_time(const struct smtplog_analyzer *a, enum option option,
                                     bool is_until, struct instant *instant, bool *given)
{
    *given = a->option[option] != NULL;
    if (*given &&
        !time_spec_parse(span_cstr(a->option[option]), a->zone, a->now, is_until, instant)) {
        return option_refuse(a, option,
                             "a time (yesterday, -2h, 2026-11-21, 2026-11-21T06:00:00Z)");
    }
    return SMTPLOG_OK;
}

static enum smtplog_status read_zone(struct smtplog_analyzer *a)
{
    enum smtplog_status status = zone_load(a->option[OPTION_TZ], &a->zone);
    if (status == SMTPLOG_USAGE || status == SMTPLOG_FORMAT) {
        return option_refuse(a, OPTION_TZ, "a time zone (Europe/Berlin, UTC, +01:00)");
    }
    return status;
}

enum smtplog_status option_memory(const struct smtplog_analyzer *a, uint64_t *bytes)
{
    static const char units[] = "KMG";
    struct span text = span_cstr(a->option[OPTION_MEMORY] != NULL ? a->option[OPTION_MEMORY] : "");
    uint64_t unit = 1;
    *bytes = OPTION_MEMORY_DEFAULT;
    if (a->option[OPTION_MEMORY] == NULL) {
        return SMTPLOG_OK;
    }
    for (size_t i = 0; i + 1 < sizeof units && text.n > 0; i++) {
        unit *= 1024;
        if (byte_lower(text.p[text.n - 1]) == byte_lower(units[i])) {
            text.n--;
            if (!span_to_u64(text, OPTION_MEMORY_MAXIMUM / unit, bytes)) {
                break;
            }
            *bytes *= unit;
            return *bytes >= OPTION_MEMORY_MINIMUM
                       ? SMTPLOG_OK
                       : option_refuse(a, OPTION_MEMORY, "a size from 1M on: 16M, 1G");
        }
    }
    if (!span_to_u64(text, OPTION_MEMORY_MAXIMUM, bytes) || *bytes < OPTION_MEMORY_MINIMUM) {
        return option_refuse(a, OPTION_MEMORY, "a size from 1M on: 16M, 1G");
    }
    return SMTPLOG_OK;
}

enum smtplog_status option_read_all(struct smtplog_analyzer *a)
{
    struct instant now = {0};
    bool given = false;
    TRY(read_zone(a));
    a->now = (int64_t)time(NULL);
    TRY(read_time(a, OPTION_NOW, false, &now, &given));
    a->now = given ? now.seconds : a->now;
    TRY(read_time(a, OPTION_SINCE, false, &a->since, &a->has_since));
    TRY(read_time(a, OPTION_UNTIL, true, &a->until, &a->has_until));
    const char *input = a->option[OPTION_INPUT];
    static const char *const kinds[] = {"auto", "postfix", "exim", "transcript"};
    for (size_t i = 0; input != NULL && i < COUNT_OF(kinds); i++) {
        if (strcmp(input, kinds[i]) == 0) {
            a->kind = (enum event_mta)i; /* MTA_NONE stands for auto */
            return SMTPLOG_OK;
        }
    }
    return input == NULL ? SMTPLOG_OK
                         : option_refuse(a, OPTION_INPUT, "auto, postfix, exim or transcript");
}
