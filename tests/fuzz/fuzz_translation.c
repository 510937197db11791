/* Look-up in compiled translations (.mo) and their plural rules. The first line of an input is the
 * text looked up, the second the plural rule that is read besides; the rest is the file. */
#include "support.h"

#include "data/translation.h"

static void check_plural(struct span text)
{
    static const uint64_t numbers[] = {0, 1, 2, 3, 5, 11, 21, 100, 111, UINT64_MAX};
    struct plural_rule rule;
    if (!plural_parse(text, &rule)) {
        return;
    }
    FUZZ_REQUIRE(rule.forms >= 1 && rule.forms <= PLURAL_FORMS);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        FUZZ_REQUIRE(plural_form(&rule, numbers[i]) < rule.forms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const contexts[] = {"", "reply 450/fix", "report"};
    struct feed feed = feed_of(bytes, size);
    struct span wanted = SPAN_EMPTY;
    struct span rule = SPAN_EMPTY;
    struct translation translation;
    (void)feed_line(&feed, &wanted);
    (void)feed_line(&feed, &rule);
    check_plural(rule);
    enum smtplog_status status = translation_open(feed.rest, &translation);
    FUZZ_REQUIRE(status == SMTPLOG_OK || status == SMTPLOG_FORMAT);
    for (size_t i = 0; status == SMTPLOG_OK && i < COUNT_OF(contexts) * 3; i++) {
        struct span found = translation_find(&translation, span_cstr(contexts[i % 3]), wanted,
                                             i * i);
        FUZZ_REQUIRE(fuzz_inside(feed.rest, found));
        FUZZ_REQUIRE(found.n == 0 || found.p[found.n] == '\0');
    }
    if (status == SMTPLOG_OK) {
        FUZZ_REQUIRE(fuzz_inside(feed.rest, translation_header(&translation, "X-Decimal")));
    }
    return 0;
}
