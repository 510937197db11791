/* Tests of base/pack and finding/usual: numbers and texts come back as they were, damage is seen;
 * and what is usual holds against days that went wrong. */
#include "base/pack.h"
#include "finding/usual.h"

#include "tap.h"

static void test_numbers(void)
{
    static const uint64_t whole[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX};
    static const double decimal[] = {0, 0.31, 1, 3601, 1.0 / 3, 1e-9, 1e18, -4.5, 86400.123456};
    struct strbuf out;
    strbuf_init(&out, 4096);
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        pack_u64(&out, whole[i]);
        pack_i64(&out, (int64_t)whole[i]);
    }
    for (size_t i = 0; i < COUNT_OF(decimal); i++) {
        pack_double(&out, decimal[i]);
    }
    pack_text(&out, SPAN_LITERAL("a\0b"));
    struct instant time = {.seconds = -5, .nanosecond = 7, .offset = -3600, .digits = 3};
    pack_instant(&out, &time);
    struct unpacker in = {strbuf_span(&out), false};
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        wrong += unpack_u64(&in) != whole[i];
        wrong += unpack_i64(&in) != (int64_t)whole[i];
    }
    for (size_t i = 0; i < COUNT_OF(decimal); i++) {
        double got = unpack_double(&in);
        wrong += memcmp(&got, &decimal[i], sizeof got) != 0;
    }
    tap_number(0, wrong, "numbers come back exactly");
    tap_ok(span_equal(unpack_text(&in), SPAN_LITERAL("a\0b")), "a text with any bytes");
    struct instant got;
    unpack_instant(&in, &got);
    tap_ok(instant_compare(&got, &time) == 0 && got.offset == -3600 && got.digits == 3 &&
               !in.damaged && in.rest.n == 0,
           "an instant, and nothing is left");
    /* Cut anywhere: damage is seen, nothing behind the end is read. */
    unsigned unseen = 0;
    for (size_t n = 0; n < out.length; n++) {
        struct unpacker cut = {span_of(out.bytes, n), false};
        for (size_t i = 0; i < COUNT_OF(whole); i++) {
            (void)unpack_u64(&cut);
            (void)unpack_i64(&cut);
        }
        for (size_t i = 0; i < COUNT_OF(decimal); i++) {
            (void)unpack_double(&cut);
        }
        (void)unpack_text(&cut);
        unpack_instant(&cut, &got);
        unseen += !cut.damaged;
    }
    tap_number(0, unseen, "cut short anywhere: seen");
    struct unpacker high = {strbuf_span(&out), false};
    (void)unpack_u64(&high);
    (void)unpack_u64(&high);
    tap_ok(unpack_count(&high, 0) == 0 && high.damaged, "more than a count may be is damage");
    strbuf_free(&out);
}

static void test_usual(void)
{
    static const struct {
        const char *name;
        double days[8];
        size_t count;
        double value;
        bool is_share;
        enum deviation wanted;
    } cases[] = {
        {"four days are too few", {9, 9, 9, 9}, 4, 900, false, DEVIATION_TOO_FEW},
        {"the same", {100, 100, 100, 100, 100}, 5, 100, false, DEVIATION_NONE},
        {"a fifth more is nothing", {1000, 1000, 1000, 1000, 1000}, 5, 1190, false, DEVIATION_NONE},
        {"twice as many", {100, 100, 100, 100, 100}, 5, 200, false, DEVIATION_MORE},
        {"half", {100, 100, 100, 100, 100}, 5, 50, false, DEVIATION_LESS},
        {"small counts jump by chance", {1, 1, 2, 1, 1}, 5, 3, false, DEVIATION_NONE},
        {"a wide spread is usual", {50, 100, 150, 80, 120}, 5, 180, false, DEVIATION_NONE},
        {"one bad day does not move it",
         {100, 100, 101, 99, 9000, 100},
         6,
         300,
         false,
         DEVIATION_MORE},
        {"shares", {0.03, 0.03, 0.031, 0.03, 0.029}, 5, 0.12, true, DEVIATION_MORE},
        {"a hundredth of a share is nothing",
         {0.03, 0.03, 0.03, 0.03, 0.03},
         5,
         0.039,
         true,
         DEVIATION_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double days[8];
        struct usual usual;
        memcpy(days, cases[i].days, sizeof days);
        usual_find(days, cases[i].count, NULL, 0, &usual);
        tap_number(cases[i].wanted, usual_judge(&usual, cases[i].value, cases[i].is_share), "%s",
                   cases[i].name);
    }
    double days[] = {10, 100, 100, 100, 100, 100, 10};
    double mondays[] = {10, 10};
    struct usual usual;
    usual_find(days, COUNT_OF(days), mondays, COUNT_OF(mondays), &usual);
    tap_ok(usual.median > 99 && usual.weekday < 11, "the same weekday has its own median");
    tap_number(DEVIATION_NONE, usual_judge(&usual, 11, false), "a day like its weekday is usual");
}

int main(void)
{
    test_numbers();
    test_usual();
    return tap_end();
}
