/* Tests of report/escape: every format with the names that strangers put into logs to break it. */
#include "report/escape.h"

#include <string.h>

#include "base/utf8.h"

#include "tap.h"

#define BAD "\xef\xbf\xbd"

typedef void escape_function(struct strbuf *out, struct span text);

struct escape_case {
    const char *text, *wanted;
};

static void check(const char *format, escape_function *escape, const struct escape_case *cases,
                  size_t count)
{
    struct strbuf out;
    strbuf_init(&out, 10000);
    for (size_t i = 0; i < count; i++) {
        strbuf_clear(&out);
        escape(&out, span_cstr(cases[i].text));
        tap_span(cases[i].wanted, strbuf_span(&out), "%s: %s", format, cases[i].text);
    }
    strbuf_free(&out);
}

static void test_json(void)
{
    static const struct escape_case cases[] = {
        {"250 Ok", "\"250 Ok\""},
        {"\"a\\b\"", "\"\\\"a\\\\b\\\"\""},
        {"x\\", "\"x\\\\\""},
        {"a\x01\n", "\"a" BAD BAD "\""},
        {"\xc3\xbc\"", "\"\xc3\xbc\\\"\""},
        {"\xc3\"", "\"" BAD "\\\"\""},
        {"", "\"\""},
        {"</script>", "\"</script>\""},
    };
    check("JSON", escape_json, cases, COUNT_OF(cases));
}

static void test_plain(void)
{
    static const struct escape_case tsv[] = {
        {"a\tb\nc\\d", "a" BAD "b" BAD "c\\d"},
        {"\"quotes\" stay", "\"quotes\" stay"},
    };
    static const struct escape_case terminal[] = {
        {"\x1b]0;x\x07", BAD "]0;x" BAD},
        {"\x1b[2J", BAD "[2J"},
        {"\xc2\x9b"
         "31m",
         BAD "31m"},
        {"a\rb", "a" BAD "b"},
        {"\x7f", BAD},
    };
    check("TSV", escape_tsv, tsv, COUNT_OF(tsv));
    check("terminal", escape_terminal, terminal, COUNT_OF(terminal));
}

static void test_html(void)
{
    static const struct escape_case cases[] = {
        {"250 2.0.0 Ok", "250 2.0.0 Ok"},
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"\"><img onerror>", "&quot;&gt;&lt;img onerror&gt;"},
        {"' onmouseover='x", "&#39; onmouseover=&#39;x"},
        {"` x=`", "&#96; x=&#96;"},
        {"&lt;", "&amp;lt;"},
        {"<\xc3\xbc>", "&lt;\xc3\xbc&gt;"},
        {"<\xff>", "&lt;" BAD "&gt;"},
        {"\xe2\x80\xae<moc.elpmaxe", BAD "&lt;moc.elpmaxe"},
        {"", ""},
    };
    check("HTML", escape_html, cases, COUNT_OF(cases));
}

static void test_csv(void)
{
    static const struct escape_case cases[] = {
        {"user@example.org", "user@example.org"},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"say \"no\"", "\"say \"\"no\"\"\""},
        {" blanks ", "\" blanks \""},
        {"two words", "two words"},
        {"=HYPERLINK(\"http://192.0.2.1/\",\"x\")",
         "\"'=HYPERLINK(\"\"http://192.0.2.1/\"\",\"\"x\"\")\""},
        {"@SUM(1)", "'@SUM(1)"},
        {"+1", "'+1"},
        {"-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"},
        {" =1", "\"' =1\""},
        {"\t=1", "'" BAD "=1"},
        {"\r=1", "'" BAD "=1"},
        {"\xef\xbc\x9d"
         "1",
         "'\xef\xbc\x9d"
         "1"},
        {"a=1", "a=1"},
        {"a\r\nb", "a" BAD BAD "b"},
        {"\"=1", "\"\"\"=1\""},
        {"", ""},
    };
    check("CSV", escape_csv, cases, COUNT_OF(cases));
}

static void test_markdown(void)
{
    static const struct escape_case cases[] = {
        {"250 2.0.0 Ok", "250 2.0.0 Ok"},
        {"a|b", "a\\|b"},
        {"a\\|b", "a\\\\\\|b"},
        {"`code`", "\\`code\\`"},
        {"[x](javascript:y)", "\\[x\\](javascript:y)"},
        {"![x](//192.0.2.1)", "\\!\\[x\\](//192.0.2.1)"},
        {"<img src=x>", "\\<img src=x\\>"},
        {"&lt;", "\\&lt;"},
        {"*b* _i_ ~s~", "\\*b\\* \\_i\\_ \\~s\\~"},
        {"$x$ #1", "\\$x\\$ \\#1"},
        {"# head", "\\# head"},
        {"- item", "\\- item"},
        {"+ item", "\\+ item"},
        {"=====", "\\====="},
        {"1. item", "1\\. item"},
        {"450) item", "450\\) item"},
        {"450 4.7.1", "450 4.7.1"},
        {"> quote", "\\> quote"},
        {"    block", "block"},
        {"http://example.org/", "http\\://example.org/"},
        {"www.example.org", "www\\.example.org"},
        {":--", "\\:--"},
        {"a\nb", "a" BAD "b"},
        {"\xff|", BAD "\\|"},
        {"", ""},
    };
    static const struct escape_case code[] = {
        {"a@example.org", "`a@example.org`"},
        {"a|b", "`a\\|b`"},
        {"`", "`` ` ``"},
        {"``x`", "``` ``x` ```"},
        {"<b>*x*", "`<b>*x*`"},
        {"a\nb", "`a" BAD "b`"},
        {"", ""},
    };
    check("Markdown", escape_markdown, cases, COUNT_OF(cases));
    check("Markdown code", escape_markdown_code, code, COUNT_OF(code));
}

static void test_prometheus(void)
{
    static const struct escape_case cases[] = {
        {"example.org", "example.org"},
        {"a\"} 1\n", "a\\\"} 1" BAD},
        {"a\\", "a\\\\"},
        {"a\\n", "a\\\\n"},
        {"\xff", BAD},
        {"", ""},
    };
    check("Prometheus", escape_prometheus, cases, COUNT_OF(cases));
}

static void test_header(void)
{
    static const struct escape_case cases[] = {
        {"mx1: 12 % hard 550", "mx1: 12 % hard 550"},
        {"x\r\nBcc: a@example.org", "=?UTF-8?Q?x=EF=BF=BD=EF=BF=BDBcc=3A_a=40example=2Eorg?="},
        {"x\nBcc", "=?UTF-8?Q?x=EF=BF=BDBcc?="},
        {"\xc3\xbc", "=?UTF-8?Q?=C3=BC?="},
        {"=?UTF-8?Q?x?=", "=?UTF-8?Q?=3D=3FUTF=2D8=3FQ=3Fx=3F=3D?="},
        {" x", "=?UTF-8?Q?_x?="},
        {"\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87",
         "=?UTF-8?Q?=E4=B8=AD=E6=96=87=E4=B8=AD=E6=96=87=E4=B8=AD?=\n =?UTF-8?Q?=E6=96=87?="},
        {"", ""},
    };
    check("header", escape_header, cases, COUNT_OF(cases));
    struct strbuf in, out;
    strbuf_init(&in, 10000);
    strbuf_init(&out, 10000);
    strbuf_add_repeat(&in, "word ", 200);
    escape_header(&out, strbuf_span(&in));
    struct span rest = strbuf_span(&out);
    struct span line;
    size_t lines = 0;
    size_t longest = 0;
    while (span_next_piece(&rest, '\n', &line)) {
        longest = line.n > longest ? line.n : longest;
        lines += line.n > 0;
    }
    tap_ok(lines > 10 && longest <= 61, "a long value is folded, %zu lines of %zu at most", lines,
           longest);
    strbuf_free(&in);
    strbuf_free(&out);
}

/* What no format may let through, whatever else it does. */
static void test_every_format(void)
{
    static const struct {
        const char *name;
        escape_function *escape;
        bool folds;
    } formats[] = {
        {"JSON", escape_json, false},
        {"TSV", escape_tsv, false},
        {"terminal", escape_terminal, false},
        {"HTML", escape_html, false},
        {"CSV", escape_csv, false},
        {"Markdown", escape_markdown, false},
        {"Markdown code", escape_markdown_code, false},
        {"Prometheus", escape_prometheus, false},
        {"header", escape_header, true},
    };
    static const char hostile[] = "a\0b\x01\t\r\n\x1b[31m\x7f\xc2\x85\xc2\x9b\xd8\x9c\xe2\x80\x8e"
                                  "\xe2\x80\xae\xe2\x80\xa8\xe2\x81\xa6\xef\xbb\xbf\xff\xc0\xaf"
                                  "\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82";
    for (size_t f = 0; f < COUNT_OF(formats); f++) {
        struct strbuf out;
        size_t bad = 0;
        strbuf_init(&out, 100000);
        for (size_t n = 0; n < sizeof hostile; n++) { /* cut anywhere */
            strbuf_clear(&out);
            formats[f].escape(&out, span_of(hostile, n));
            struct span rest = strbuf_span(&out);
            while (rest.n > 0) {
                uint32_t c = 0;
                size_t length = utf8_read(rest, &c);
                bool folded = formats[f].folds && c == '\n';
                bad += length == 0 || (utf8_is_unsafe(c) && !folded);
                rest = span_from(rest, length == 0 ? 1 : length);
            }
        }
        tap_number(0, (long long)bad, "%s: only valid and harmless UTF-8", formats[f].name);
        strbuf_free(&out);
    }
}

/* ---- what writes much ------------------------------------------------------------------------ */

struct put_case {
    const char *format;
    escape_function *escape;
    char *(*put)(char *to, struct span text);
    size_t quotes;
};

static const struct put_case puts_of[] = {
    {"JSON", escape_json, escape_json_put, 1},
    {"TSV", escape_tsv, escape_tsv_put, 0},
};

#define PUT_LONGEST 70 /* four blocks and more */

/* Whether put writes what escape does, and no byte behind its room. What is read stands at the end
 * of its memory, for tools that watch. */
static bool puts_the_same(const struct put_case *it, struct span text)
{
    struct strbuf wanted;
    char *given = malloc(text.n > 0 ? text.n : 1);
    char *to = malloc(ESCAPE_GROWTH * text.n + 1);
    memcpy(given, text.p, text.n);
    to[ESCAPE_GROWTH * text.n] = '~';
    strbuf_init(&wanted, 10000);
    it->escape(&wanted, text);
    char *end = it->put(to, span_of(given, text.n));
    struct span escaped = span_of(wanted.bytes + it->quotes, wanted.length - 2 * it->quotes);
    bool same = span_equal(escaped, span_of(to, (size_t)(end - to))) &&
                to[ESCAPE_GROWTH * text.n] == '~';
    strbuf_free(&wanted);
    free(given);
    free(to);
    return same;
}

/* Each byte at each place of texts of each length. */
static void test_put_bytes(const struct put_case *it)
{
    size_t unlike = 0;
    for (size_t n = 0; n <= PUT_LONGEST; n++) {
        char text[PUT_LONGEST];
        memset(text, 'a' + (char)(n % 26), sizeof text);
        unlike += !puts_the_same(it, span_of(text, n));
        for (size_t i = 0; i < 256 * n; i++) {
            char kept = text[i / 256];
            text[i / 256] = (char)(i % 256);
            unlike += !puts_the_same(it, span_of(text, n));
            text[i / 256] = kept;
        }
    }
    tap_number(0, (long long)unlike, "%s: each byte at each place of a block", it->format);
}

/* Characters of each length, whole, cut off and wrong, across each border of blocks. */
static void test_put_characters(const struct put_case *it)
{
    static const char *const pieces[] = {
        "\"",           "\\",       "\\\"",         "\"\"\"",       "\x7f\x1f",
        "\xc3\xbc",     "\xc3",     "\xc2\x85",     "\xe2\x82\xac", "\xe2\x82",
        "\xe2\x80\xae", "\xc0\xaf", "\xed\xa0\x80", "\xff\xfe",     "\xf0\x9f\x93\xa7",
        "\xf0\x9f\x93", "\xbf\"",   "\xef\xbb\xbf", "\xc3\xbc\xff", "\xf4\x90\x80\x80",
    };
    size_t unlike = 0;
    for (size_t i = 0; i < COUNT_OF(pieces) * PUT_LONGEST * 20; i++) {
        char text[2 * PUT_LONGEST];
        struct span piece = span_cstr(pieces[i % COUNT_OF(pieces)]);
        size_t place = i / COUNT_OF(pieces) % PUT_LONGEST;
        size_t behind = i / COUNT_OF(pieces) / PUT_LONGEST;
        memset(text, 'x', sizeof text);
        memcpy(text + place, piece.p, piece.n);
        unlike += !puts_the_same(it, span_of(text, place + piece.n + behind));
        memcpy(text + place / 2, piece.p, piece.n);
        unlike += !puts_the_same(it, span_of(text, place + piece.n + behind));
    }
    tap_number(0, (long long)unlike, "%s: characters at each place of a block", it->format);
}

static void test_put(void)
{
    for (size_t i = 0; i < COUNT_OF(puts_of); i++) {
        test_put_bytes(&puts_of[i]);
        test_put_characters(&puts_of[i]);
        char worst[PUT_LONGEST];
        memset(worst, '\xff', sizeof worst);
        tap_ok(puts_the_same(&puts_of[i], span_of(worst, sizeof worst)),
               "%s: a text that grows as much as can be", puts_of[i].format);
    }
}

int main(void)
{
    test_put();
    test_json();
    test_plain();
    test_html();
    test_csv();
    test_markdown();
    test_prometheus();
    test_header();
    test_every_format();
    return tap_end();
}
