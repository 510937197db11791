/* Tests of finding/rule: what a rule means, where a mistake is and what was expected there, and
 * that hostile ones end in an error. */
#include "finding/rule.h"

#include "tap.h"

static bool value_of(void *context, struct span name, bool baseline, double *value)
{
    static const struct {
        const char *name;
        double value, usual;
    } figures[] = {
        {"hard_share", 0.08, 0.02},
        {"recipients.total", 60, 50},
        {"greylisting.lost", 0, 0},
        {"code.421", 10, 3},
        {"class.user-unknown", 7, 7},
        {"greylisting.wait.p95", 300, 120},
        {"greylisting_450_vs_hard_550.hard", 5, NAN},
    };
    (void)context;
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        if (span_is(name, figures[i].name)) {
            *value = baseline ? figures[i].usual : figures[i].value;
            return true;
        }
    }
    return false;
}

static void test_verdicts(void)
{
    static const struct {
        const char *rule;
        enum rule_verdict wanted;
    } cases[] = {
        {"hard_share > 5%", RULE_HOLDS},
        {"hard_share>5%", RULE_HOLDS},
        {"hard_share > 5 %", RULE_HOLDS},
        {"hard_share > 0.08", RULE_DOES_NOT_HOLD},
        {"hard_share >= 8%", RULE_HOLDS},
        {"hard_share > 5% and recipients.total > 50", RULE_HOLDS},
        {"hard_share > 5% and recipients.total > 60", RULE_DOES_NOT_HOLD},
        {"hard_share > 50% or recipients.total > 50", RULE_HOLDS},
        {"greylisting.lost > 0", RULE_DOES_NOT_HOLD},
        {"not greylisting.lost > 0", RULE_HOLDS},
        {"not not greylisting.lost > 0", RULE_DOES_NOT_HOLD},
        {"class.user-unknown = 7", RULE_HOLDS},
        {"class.user-unknown == 7", RULE_HOLDS},
        {"class.user-unknown != 7", RULE_DOES_NOT_HOLD},
        {"recipients.total - code.421 = 50", RULE_HOLDS},
        {"recipients.total\t-\tcode.421 = 50", RULE_HOLDS},
        {"2 + 3 * 4 = 14", RULE_HOLDS},
        {"(2 + 3) * 4 = 20", RULE_HOLDS},
        {"10 - 4 - 3 = 3", RULE_HOLDS},
        {"100 / 10 / 5 = 2", RULE_HOLDS},
        {"-3 < -2", RULE_HOLDS},
        {"- code.421 < 0", RULE_HOLDS},
        {"1 < 2 or 1 < 2 and 2 < 1", RULE_HOLDS}, /* and binds closer */
        {"(1 < 2 or 1 < 2) and 2 < 1", RULE_DOES_NOT_HOLD},
        {"not 1 < 2 or 1 < 2", RULE_HOLDS},
        {"greylisting.wait.p95 >= 5 min", RULE_HOLDS},
        {"greylisting.wait.p95 > 5min", RULE_DOES_NOT_HOLD},
        {"1 h = 60 min and 1 d = 24 h and 90 s = 1.5 min", RULE_HOLDS},
        {"code.421 > 3 * baseline(code.421)", RULE_HOLDS},
        {"code.421 > 4 * baseline( code.421 )", RULE_DOES_NOT_HOLD},
        {"greylisting_450_vs_hard_550.hard = 5", RULE_HOLDS},
        /* What is not known makes a rule unknown, unless the rest settles it. */
        {"greylisting_450_vs_hard_550.hard > baseline(greylisting_450_vs_hard_550.hard)",
         RULE_UNKNOWN},
        {"1 / greylisting.lost > 0", RULE_UNKNOWN},
        {"not 1 / greylisting.lost > 0", RULE_UNKNOWN},
        {"1 / 0 > 0 or 1 < 2", RULE_HOLDS},
        {"1 / 0 > 0 or 2 < 1", RULE_UNKNOWN},
        {"1 / 0 > 0 and 1 < 2", RULE_UNKNOWN},
        {"1 / 0 > 0 and 2 < 1", RULE_DOES_NOT_HOLD},
        {"  ((( 1 < 2 )))  ", RULE_HOLDS},
        {".5 < 1", RULE_HOLDS},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        static struct rule rule;
        struct rule_error error;
        enum smtplog_status status = rule_parse(cases[i].rule, NULL, &rule, &error);
        bool read = tap_ok(status == SMTPLOG_OK, "read: %s", cases[i].rule);
        if (!read) {
            printf("#   at %zu: %s\n", error.at, error.said);
            continue;
        }
        tap_ok(rule_unknown_name(&rule, value_of, NULL) == NULL, "names known: %s", cases[i].rule);
        tap_number(cases[i].wanted, rule_weigh(&rule, value_of, NULL), "verdict: %s",
                   cases[i].rule);
        tap_ok(rule_uses_baseline(&rule) == (strstr(cases[i].rule, "baseline") != NULL),
               "baseline or not: %s", cases[i].rule);
        rule_free(&rule);
    }
}

static void test_mistakes(void)
{
    static const struct {
        const char *rule;
        size_t at;
        const char *said;
    } cases[] = {
        {"", 0, "where the rule ends"},
        {"   ", 3, "where the rule ends"},
        {"a >", 3, "where the rule ends"},
        {"a > 1 and", 9, "where the rule ends"},
        {"a > and b > 1", 4, "before \"and\""},
        {"and", 0, "before \"and\""},
        {"a", 0, "a comparison as a whole"},
        {"3 + 4", 2, "a comparison as a whole"},
        {"a > 1 and b", 10, "a comparison behind and"},
        {"a and b > 1", 0, "a comparison before and"},
        {"not a", 4, "a comparison behind not"},
        {"a or b > 1", 0, "a comparison before or"},
        {"a > b > c", 6, "comparisons do not chain"},
        {"(a > b) > c", 3, "a number beside >"},
        {"(a > b) + c > 1", 3, "a number beside +"},
        {"c * (a > b) > 1", 7, "a number beside *"},
        {"-(a > b) > 1", 4, "a number beside -"},
        {"a -b > 1", 2, "blanks around minus"},
        {"5-3 > 1", 1, "blanks around minus"},
        {"(a > 1", 6, "expected ) for the ( at 1"},
        {"a > 1)", 5, "expected an operator"},
        {"a > 1 b > 2", 6, "behind a number"},
        {"a > 5 meters", 6, "%, s, min, h, d"},
        {"a > 5.", 4, "expected a number"},
        {"a > 1..5", 4, "expected a number"},
        {"a > .", 4, "expected a number"},
        {"a & b", 2, "expected an operator"},
        {"a > 1 && b > 1", 6, "expected an operator"},
        {"a => 1", 3, "expected a number, a name or ("},
        {"baseline > 1", 9, "expected ( behind baseline"},
        {"baseline() > 1", 9, "the name of a figure"},
        {"baseline(a > 1", 11, "expected ) behind the name"},
        {"a > \xff", 4, "expected a number"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        static struct rule rule;
        struct rule_error error;
        enum smtplog_status status = rule_parse(cases[i].rule, NULL, &rule, &error);
        bool good = tap_ok(status == SMTPLOG_USAGE && error.at == cases[i].at &&
                               strstr(error.said, cases[i].said) != NULL,
                           "refused: %s", cases[i].rule);
        if (!good) {
            printf("#   status %d at %zu: %s\n", (int)status, error.at, error.said);
        }
        if (status == SMTPLOG_OK) {
            rule_free(&rule);
        }
    }
}

static void test_unknown_names(void)
{
    static struct rule rule;
    struct rule_error error;
    TAP_MUST(
        rule_parse("hard_share > 1 and baseline(hard_shar) > 1 or x > 2", NULL, &rule, &error));
    const struct rule_part *part = rule_unknown_name(&rule, value_of, NULL);
    tap_ok(part != NULL && part->at == 28, "a name without figure: its place");
    tap_span("hard_shar", part != NULL ? part->name : SPAN_EMPTY, "the first of two");
    rule_free(&rule);
}

/* Rules that go deep, long or wide end in an error, not in the stack. */
static void test_hostile(void)
{
    static const struct {
        const char *piece, *end;
        size_t times;
        const char *said;
    } cases[] = {
        {"(", "1 < 2", 1000, "nested more than"},  {"not ", "1 < 2", 900, "nested more than"},
        {"- ", "1 < 2", 1000, "nested more than"}, {"1 + ", "1 < 2", 1000, "more than"},
        {"1 < 2 or ", "1 < 2", 400, "more than"},  {"a", " < 2", 5000, "longer than"},
        {"9", " < 2", 4000, "expected a number"},  {" ", "", 4096, "where the rule ends"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        static struct rule rule;
        struct rule_error error;
        struct strbuf text;
        strbuf_init(&text, 65536);
        strbuf_add_repeat(&text, cases[i].piece, cases[i].times);
        strbuf_add_cstr(&text, cases[i].end);
        enum smtplog_status status = rule_parse(strbuf_cstr(&text), NULL, &rule, &error);
        bool good = tap_ok(status == SMTPLOG_USAGE && strstr(error.said, cases[i].said) != NULL,
                           "hostile: %zu times \"%s\"", cases[i].times, cases[i].piece);
        if (!good) {
            printf("#   status %d at %zu: %s\n", (int)status, error.at, error.said);
        }
        strbuf_free(&text);
    }
    /* As deep as allowed. */
    static struct rule rule;
    struct rule_error error;
    struct strbuf text;
    strbuf_init(&text, 4096);
    strbuf_add_repeat(&text, "(", RULE_DEPTH - 1);
    strbuf_add_cstr(&text, "1 < 2");
    strbuf_add_repeat(&text, ")", RULE_DEPTH - 1);
    TAP_MUST(rule_parse(strbuf_cstr(&text), NULL, &rule, &error));
    tap_number(RULE_HOLDS, rule_weigh(&rule, value_of, NULL), "as deep as allowed");
    rule_free(&rule);
    strbuf_free(&text);
}

int main(void)
{
    test_verdicts();
    test_mistakes();
    test_unknown_names();
    test_hostile();
    return tap_end();
}
