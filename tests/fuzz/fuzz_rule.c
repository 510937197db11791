/* Rules over figures (`--fail-if`), and instants as people write them (`--since`). A rule that is
 * read can be weighed; one that is not has a place and a reason. */
#include "support.h"

#include <math.h>

#include "finding/rule.h"
#include "lib/time_spec.h"

static bool value_of(void *context, struct span name, bool baseline, double *value)
{
    const double *values = context;
    *value = baseline ? NAN : values[name.n % 4];
    return name.n != 7;
}

static void check_rule(const char *text, size_t length)
{
    static double values[] = {0, 1, -2.5, 1e308};
    struct rule *rule = malloc(sizeof *rule);
    struct rule_error error = {.at = SIZE_MAX};
    FUZZ_REQUIRE(rule != NULL);
    enum smtplog_status status = rule_parse(text, NULL, rule, &error);
    if (status == SMTPLOG_OK) {
        FUZZ_REQUIRE(rule->count > 0 && rule->count <= RULE_PARTS && rule->root < rule->count);
        (void)rule_uses_baseline(rule);
        if (rule_unknown_name(rule, value_of, values) == NULL) {
            FUZZ_REQUIRE(rule_weigh(rule, value_of, values) <= RULE_UNKNOWN);
        }
        rule_free(rule);
    } else {
        FUZZ_REQUIRE(status == SMTPLOG_USAGE);
        FUZZ_REQUIRE(error.at <= length && error.said[0] != '\0');
    }
    free(rule);
}

static void check_time(struct span text)
{
    static struct zone *zone;
    struct instant instant;
    if (zone == NULL) {
        FUZZ_REQUIRE(zone_load("Europe/Berlin", &zone) == SMTPLOG_OK);
    }
    for (int is_until = 0; is_until < 2; is_until++) {
        if (time_spec_parse(text, zone, 1795500000, is_until != 0, &instant)) {
            FUZZ_REQUIRE(instant.seconds > -70000000000 && instant.seconds < 260000000000);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1);
    FUZZ_REQUIRE(text != NULL);
    memcpy(text, bytes, size);
    text[size] = '\0';
    check_rule(text, strlen(text));
    check_time(span_of(text, size));
    free(text);
    return 0;
}
