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

/* One byte of each kind at each place of texts of each length: the copy is taken when escaping
 * changes nothing, and then holds the same. */
static size_t count_copies_unlike(escape_function *escape, bool (*copy)(char *, struct span),
                                  size_t quotes)
{
    size_t unlike = 0;
    struct strbuf out;
    strbuf_init(&out, 1000);
    for (unsigned trial = 0; trial < 256u * 21 * 20; trial++) {
        char text[20], to[20];
        size_t n = trial / 256 % 21, place = trial / 256 / 21;
        memset(text, 'a' + (char)(trial % 26), sizeof text);
        text[place] = (char)(trial % 256);
        struct span span = span_of(text, n);
        strbuf_clear(&out);
        escape(&out, span);
        struct span escaped = span_of(out.bytes + quotes, out.length - 2 * quotes);
        bool copied = copy(to, span);
        unlike += copied != span_equal(escaped, span);
        unlike += copied && !span_equal(span_of(to, n), span);
    }
    strbuf_free(&out);
    return unlike;
}

static void test_copies(void)
{
    tap_number(0, (long long)count_copies_unlike(escape_json, escape_json_copy, 1),
               "JSON: copied when it stands for itself");
    tap_number(0, (long long)count_copies_unlike(escape_tsv, escape_tsv_copy, 0),
               "TSV: copied when it stands for itself");
}

int main(void)
{
    test_copies();
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
