/* Tests of data/translation and data/plural: look-up in files that msgfmt made, plural rules of
 * many languages, damaged files. */
#include "data/translation.h"

#include "tap.h"

/* Two numbers of the .mo format, in the order of this machine. */
static void put_u32(struct strbuf *out, uint32_t value)
{
    strbuf_add(out, (const char *)&value, sizeof value);
}

struct entry {
    const char *original, *translated;
    size_t original_length, translated_length;
};

#define ENTRY(a, b)                        \
    {                                      \
        a, b, sizeof(a) - 1, sizeof(b) - 1 \
    }

/* In order of their bytes, as msgfmt sorts them. */
static const struct entry entries[] = {
    ENTRY("",
          "Language: xx\nPlural-Forms: nplurals=3; plural=n==1 ? 0 : n<5 ? 1 : 2;\nX-Decimal: ,\n"),
    ENTRY("accepted", "genommen"),
    ENTRY("head\4{n} mail\0{n} mails", "eins\0wenige\0viele"),
    ENTRY("reply 450/name\4busy", "besetzt"),
};

static void make_mo(struct strbuf *out)
{
    uint32_t count = COUNT_OF(entries);
    uint32_t tables = 28;
    uint32_t at = tables + 16 * count;
    const uint32_t head[] = {0x950412de, 0, count, tables, tables + 8 * count, 0, 0};
    for (size_t i = 0; i < COUNT_OF(head); i++) {
        put_u32(out, head[i]);
    }
    for (int side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < count; i++) {
            size_t n = side == 0 ? entries[i].original_length : entries[i].translated_length;
            put_u32(out, (uint32_t)n);
            put_u32(out, at);
            at += (uint32_t)n + 1;
        }
    }
    for (int side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < count; i++) {
            strbuf_add(out, side == 0 ? entries[i].original : entries[i].translated,
                       (side == 0 ? entries[i].original_length : entries[i].translated_length) + 1);
        }
    }
}

static struct span find(const struct translation *t, const char *context, const char *id,
                        uint64_t n)
{
    return translation_find(t, span_cstr(context), span_cstr(id), n);
}

static void test_find(void)
{
    struct strbuf mo;
    struct translation t;
    strbuf_init(&mo, 4096);
    make_mo(&mo);
    TAP_MUST(translation_open(strbuf_span(&mo), &t));
    tap_span("genommen", find(&t, "", "accepted", 0), "a text without context");
    tap_span("besetzt", find(&t, "reply 450/name", "busy", 0), "a text with context");
    tap_span("", find(&t, "reply 451/name", "busy", 0), "of another context: none");
    tap_span("", find(&t, "", "accept", 0), "the beginning of a text: none");
    tap_span("", find(&t, "", "accepted by", 0), "a longer text: none");
    tap_span("", find(NULL, "", "accepted", 0), "no translation: none");
    tap_span("eins", find(&t, "head", "{n} mail", 1), "plural: 1");
    tap_span("wenige", find(&t, "head", "{n} mail", 3), "plural: 3");
    tap_span("viele", find(&t, "head", "{n} mail", 0x100000005), "plural: many");
    tap_span(",", translation_header(&t, "X-Decimal"), "a line of the header");
    tap_span("", translation_header(&t, "X-Dec"), "a line that is not there");
    /* Cut anywhere, or with any byte changed: refused or harmless (the sanitizers watch). */
    size_t refused = 0;
    for (size_t n = 0; n < mo.length; n++) {
        struct strbuf cut;
        strbuf_init(&cut, 4096);
        strbuf_add(&cut, mo.bytes, n);
        refused += translation_open(strbuf_span(&cut), &t) != SMTPLOG_OK;
        find(&t, "head", "{n} mail", 3);
        strbuf_free(&cut);
    }
    tap_ok(refused >= 28, "a file cut in its head is refused (%zu of %zu)", refused, mo.length);
    for (size_t i = 0; i < mo.length; i++) {
        mo.bytes[i] = (char)(mo.bytes[i] ^ 0xff);
        if (translation_open(strbuf_span(&mo), &t) == SMTPLOG_OK) {
            find(&t, "head", "{n} mail", 3);
            find(&t, "", "accepted", 0);
        }
        mo.bytes[i] = (char)(mo.bytes[i] ^ 0xff);
    }
    tap_ok(true, "a file with a changed byte does no harm");
    strbuf_free(&mo);
}

static void test_plurals(void)
{
    static const struct {
        const char *name, *rule;
        const char *forms; /* of 0 1 2 3 5 11 21 22 101 */
    } cases[] = {
        {"German", "nplurals=2; plural=(n != 1);", "101111111"},
        {"French", "nplurals=2; plural=(n > 1);", "001111111"},
        {"Indonesian", "nplurals=1; plural=0;", "000000000"},
        {"Polish",
         "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
         "201122212"},
        {"Russian",
         "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || "
         "n%100>14) ? 1 : 2);",
         "201122010"},
        {"negated", "nplurals=2; plural=!(n==1)", "101111111"},
        {"arithmetic", "nplurals=2; plural=(n*2+4)/2-n-1", "111111111"},
        {"out of range", "nplurals=2; plural=n", "010000000"},
    };
    static const uint64_t numbers[] = {0, 1, 2, 3, 5, 11, 21, 22, 101};
    static const char *const wrong[] = {"",
                                        "nplurals=2",
                                        "nplurals=0; plural=0;",
                                        "nplurals=9; plural=0;",
                                        "nplurals=2; plural=;",
                                        "nplurals=2; plural=(n;",
                                        "nplurals=2; plural=n n;",
                                        "nplurals=2; plural=n ? 1;",
                                        "nplurals=2; plural=x;",
                                        "nplurals=2; plural=n==;"};
    struct plural_rule rule;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char forms[COUNT_OF(numbers) + 1] = "";
        bool good = plural_parse(span_cstr(cases[i].rule), &rule);
        for (size_t k = 0; good && k < COUNT_OF(numbers); k++) {
            forms[k] = (char)('0' + plural_form(&rule, numbers[k]));
        }
        tap_span(cases[i].forms, span_cstr(forms), "plural of %s", cases[i].name);
    }
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        tap_ok(!plural_parse(span_cstr(wrong[i]), &rule), "refused: %s", wrong[i]);
    }
    char deep[2000] = "nplurals=2; plural=";
    size_t length = strlen(deep);
    memset(deep + length, '(', 1000);
    tap_ok(!plural_parse(span_of(deep, length + 1000), &rule), "too deep: refused");
    memset(deep + length, '!', 1000);
    tap_ok(!plural_parse(span_of(deep, length + 1000), &rule), "too many signs: refused");
}

int main(void)
{
    test_find();
    test_plurals();
    return tap_end();
}
