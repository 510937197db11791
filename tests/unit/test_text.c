/* Tests of the text tools of base/: span, strbuf, utf8; and of the JSON writer. */
#include "base/utf8.h"
#include "report/json_writer.h"

#include "tap.h"

static void test_span(void)
{
    tap_ok(span_equal_nocase(SPAN_LITERAL("RCPT To"), SPAN_LITERAL("rcpt tO")), "case is ignored");
    tap_ok(!span_equal_nocase(SPAN_LITERAL("a"), SPAN_LITERAL("ab")), "lengths differ");
    tap_ok(!span_equal_nocase(SPAN_LITERAL("["), SPAN_LITERAL("{")), "only letters have a case");
    static const struct {
        const char *text, *needle;
        size_t at;
    } finds[] = {
        {"abcabd", "abd", 3}, {"abc", "abcd", SIZE_MAX}, {"", "a", SIZE_MAX}, {"abc", "", 0},
        {"aaab", "ab", 2},    {"abc", "c", 2},           {"", "", 0},
    };
    for (size_t i = 0; i < COUNT_OF(finds); i++) {
        tap_ok(span_find(span_cstr(finds[i].text), span_cstr(finds[i].needle)) == finds[i].at,
               "\"%s\" in \"%s\"", finds[i].needle, finds[i].text);
    }
    tap_span("a b", span_trim(SPAN_LITERAL(" \t\r\na b\v\f \n")), "trim");
    tap_span("", span_trim(SPAN_LITERAL(" \n")), "trim of nothing");
    tap_span("", span_from(SPAN_LITERAL("abc"), 99), "an offset behind the end");
    struct span rest = SPAN_LITERAL("  one\ttwo  ");
    struct span word;
    tap_ok(span_next_word(&rest, &word) && span_is(word, "one"), "first word");
    tap_ok(span_next_word(&rest, &word) && span_is(word, "two"), "second word");
    tap_ok(!span_next_word(&rest, &word), "no third word");
    rest = SPAN_LITERAL("a,,b,");
    static const char *const pieces[] = {"a", "", "b", ""};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        tap_ok(span_next_piece(&rest, ',', &word) && span_is(word, pieces[i]), "piece %zu", i);
    }
    tap_ok(!span_next_piece(&rest, ',', &word), "no fifth piece");
    /* Every length through the short cuts of comparison. */
    char a[40];
    char b[40];
    int wrong = 0;
    memset(a, 'x', sizeof a);
    for (size_t n = 0; n < sizeof a; n++) {
        memset(b, 'x', sizeof b);
        wrong += !span_equal(span_of(a, n), span_of(b, n)) ||
                 !span_starts(span_of(a, n), span_of(b, n));
        for (size_t k = 0; k < n; k++) {
            b[k] = 'y';
            wrong += span_equal(span_of(a, n), span_of(b, n)) ||
                     span_starts(span_of(a, n), span_of(b, n));
            b[k] = 'x';
        }
    }
    tap_number(0, wrong, "a difference at any place of any length is seen");
}

static void test_lower(void)
{
    char from[48];
    char to[50];
    bool same = true;
    for (size_t n = 0; n <= sizeof from; n++) {
        memset(to, '#', sizeof to);
        for (size_t i = 0; i < n; i++) {
            from[i] = (char)(n * 37 + i * 11);
        }
        bytes_lower(to + 1, from, n);
        for (size_t i = 0; i < n; i++) {
            same = same && to[i + 1] == byte_lower(from[i]);
        }
        same = same && to[0] == '#' && to[n + 1] == '#';
    }
    tap_ok(same, "letters are lowered in texts of any length, and nothing beside them");
}

static void test_numbers(void)
{
    static const struct {
        const char *text;
        uint64_t maximum;
        bool good;
        uint64_t value;
    } cases[] = {
        {"0", 9, true, 0},
        {"007", 9, true, 7},
        {"9", 9, true, 9},
        {"10", 9, false, 0},
        {"", 9, false, 0},
        {"-1", 9, false, 0},
        {"+1", 9, false, 0},
        {"1 ", 9, false, 0},
        {"1x", 99, false, 0},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"99999999999999999999999", UINT64_MAX, false, 0},
        {"5", 3, false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t value = 0;
        bool good = span_to_u64(span_cstr(cases[i].text), cases[i].maximum, &value);
        tap_ok(good == cases[i].good && (!good || value == cases[i].value), "number \"%s\"",
               cases[i].text);
    }
}

static void test_strbuf(void)
{
    struct strbuf buf;
    strbuf_init(&buf, 10);
    tap_span("", strbuf_span(&buf), "an empty buffer is empty text");
    tap_ok(strcmp(strbuf_cstr(&buf), "") == 0, "and an empty string");
    strbuf_add_cstr(&buf, "12345");
    strbuf_add(&buf, "67890", 5);
    tap_number(SMTPLOG_OK, strbuf_status(&buf), "filled to its maximum");
    strbuf_add_byte(&buf, 'x');
    tap_number(SMTPLOG_LIMIT, strbuf_status(&buf), "one more is too much");
    strbuf_add_cstr(&buf, "");
    tap_span("1234567890", strbuf_span(&buf), "what was there stays");
    tap_number(SMTPLOG_LIMIT, strbuf_status(&buf), "and the mark stays");
    strbuf_clear(&buf);
    strbuf_addf(&buf, "%d-%s", 42, "ab");
    tap_span("42-ab", strbuf_span(&buf), "clear forgets text and mark");
    strbuf_addf(&buf, "%s", "too long for it");
    tap_ok(strbuf_status(&buf) == SMTPLOG_LIMIT && buf.length == 5,
           "a formatted append is all or nothing");
    strbuf_free(&buf);
    strbuf_init(&buf, 1 << 20);
    for (unsigned i = 0; i < 1 << 20; i++) {
        strbuf_add_byte(&buf, (char)('a' + i % 26));
    }
    tap_ok(strbuf_status(&buf) == SMTPLOG_OK && buf.length == 1 << 20 &&
               buf.bytes[buf.length] == '\0' && buf.bytes[53] == 'b',
           "a mebibyte, byte by byte");
    strbuf_clear(&buf);
    strbuf_add_u64(&buf, UINT64_MAX);
    strbuf_add_byte(&buf, ' ');
    strbuf_add_u64(&buf, 0);
    strbuf_add_repeat(&buf, "-=", 3);
    tap_span("18446744073709551615 0-=-=-=", strbuf_span(&buf), "numbers and repetition");
    strbuf_free(&buf);
}

#define BAD "\xef\xbf\xbd"

static void test_utf8(void)
{
    static const struct {
        const char *name, *text, *clean;
    } cases[] = {
        {"plain", "250 Ok", "250 Ok"},
        {"umlaut, euro, emoji", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\xa7",
         "\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\xa7"},
        {"escape", "a\x1b[31mb", "a" BAD "[31mb"},
        {"bell, tab, delete", "\x07\t\x7f", BAD BAD BAD},
        {"C1 as UTF-8", "\xc2\x9b", BAD},
        {"no-break space is harmless", "\xc2\xa0", "\xc2\xa0"},
        {"a byte alone", "\x9b[", BAD "["},
        {"continuation alone", "\x80\xbf", BAD BAD},
        {"cut in two", "\xe2\x82", BAD BAD},
        {"cut and going on", "\xe2\x82x", BAD BAD "x"},
        {"overlong slash", "\xc0\xaf", BAD BAD},
        {"overlong in three", "\xe0\x80\xaf", BAD BAD BAD},
        {"overlong in four", "\xf0\x80\x80\xaf", BAD BAD BAD BAD},
        {"surrogate", "\xed\xa0\x80", BAD BAD BAD},
        {"last before surrogates", "\xed\x9f\xbf", "\xed\x9f\xbf"},
        {"highest", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
        {"above the highest", "\xf4\x90\x80\x80", BAD BAD BAD BAD},
        {"five bytes", "\xf8\x88\x80\x80\x80", BAD BAD BAD BAD BAD},
        {"right to left", "\xe2\x80\xae", BAD},
        {"isolate", "\xe2\x81\xa6", BAD},
        {"line separator", "\xe2\x80\xa8", BAD},
        {"byte order mark", "\xef\xbb\xbf", BAD},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        utf8_add_clean(&out, span_cstr(cases[i].text));
        tap_span(cases[i].clean, strbuf_span(&out), "clean: %s", cases[i].name);
        strbuf_free(&out);
    }
    static const struct {
        const char *text;
        size_t columns;
    } widths[] = {
        {"", 0},
        {"abc", 3},
        {"\xc3\xbc", 1},
        {"u\xcc\x88", 1},
        {"\xe4\xb8\xad\xe6\x96\x87", 4},
        {"\xf0\x9f\x93\xa7", 2},
        {"\xe2\x82\xac", 1},
        {"a\xff", 2},
    };
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        tap_number((long long)widths[i].columns,
                   (long long)utf8_text_columns(span_cstr(widths[i].text)), "columns of text %zu",
                   i);
    }
    tap_span("\xe4\xb8\xad", utf8_fit(span_cstr("\xe4\xb8\xad\xe6\x96\x87"), 3),
             "a wide character is not cut in two");
    tap_span("u\xcc\x88", utf8_fit(span_cstr("u\xcc\x88x"), 1),
             "a combining mark stays with its letter");
    tap_span("", utf8_fit(span_cstr("abc"), 0), "no columns, no text");
}

static void test_json_writer(void)
{
    struct strbuf out;
    struct json_writer json;
    strbuf_init(&out, 4000);
    json_begin(&json, &out, false);
    json_object(&json, NULL);
    json_text(&json, "a", SPAN_LITERAL("x"));
    json_array(&json, "b");
    json_u64(&json, NULL, 1);
    json_object(&json, NULL);
    json_end(&json, '}');
    json_end(&json, ']');
    json_bool(&json, "c", true);
    json_u64_at(&json, SPAN_LITERAL("4\"5"), 7);
    json_end(&json, '}');
    tap_span("{\"a\":\"x\",\"b\":[1,{}],\"c\":true,\"4\\\"5\":7}", strbuf_span(&out),
             "an object with all kinds");
    static const struct {
        double value;
        const char *text;
    } numbers[] = {{0, "0"},
                   {1, "1"},
                   {0.5, "0.5"},
                   {100, "100"},
                   {1.0 / 3, "0.333333"},
                   {602.7, "602.7"},
                   {0.0000001, "0"},
                   {1234567.25, "1234567.25"}};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        strbuf_clear(&out);
        json_add_number(&out, numbers[i].value);
        tap_span(numbers[i].text, strbuf_span(&out), "number %s", numbers[i].text);
    }
    strbuf_free(&out);
}

int main(void)
{
    test_span();
    test_lower();
    test_numbers();
    test_strbuf();
    test_utf8();
    test_json_writer();
    return tap_end();
}
