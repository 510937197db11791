/* Tests of catalog/phrase: which form is taken, how values are written, what is seen when a key or
 * a value is missing. */
#include "catalog/phrase.h"

#include "base/arena.h"

#include "tap.h"

static const char file_text[] = "[file]\n"
                                "format = 1\n"
                                "name = codes/test\n"
                                "version = 1\n"
                                "[phrase report/test/refused]\n"
                                "text = {n} recipients met {what}.\n"
                                "one = {n} recipient met {what}.\n"
                                "[phrase report/test/figures]\n"
                                "text = {share}, {percent}, {wait}, {size}, at {time}, {n}\n"
                                "[phrase report/test/turned]\n"
                                "text = {b} before {a}, {b} again\n";

struct phrase_case {
    const char *key, *wanted;
    struct phrase_value values[6];
    size_t count;
};

static void test_filling(const struct phrases *phrases)
{
    struct instant time = {.seconds = 1763733900, .offset = 3600};
    const struct phrase_case cases[] = {
        {"test/refused",
         "2,001 recipients met \"450 wait\".",
         {phrase_count("n", 2001), phrase_log("what", SPAN_LITERAL("450 wait"))},
         2},
        {"test/refused",
         "1 recipient met a refusal.",
         {phrase_words("what", SPAN_LITERAL("a refusal")), phrase_count("n", 1)},
         2},
        {"test/refused",
         "0 recipients met nothing.",
         {phrase_count("n", 0), phrase_words("what", SPAN_LITERAL("nothing"))},
         2},
        {"test/figures",
         "<0.1 %, 33 %, 5 min 12 s, 1.2 GB, at 21 Nov 15:05, 1",
         {phrase_share("share", 0.0001), phrase_percent("percent", 1, 3),
          phrase_seconds("wait", 312), phrase_bytes("size", 1230000000),
          phrase_instant("time", &time, FORMAT_MINUTE), phrase_count("n", 1)},
         6},
        {"test/turned",
         "y before x, y again",
         {phrase_words("a", SPAN_LITERAL("x")), phrase_words("b", SPAN_LITERAL("y"))},
         2},
        /* What a stranger wrote is never taken for a placeholder. */
        {"test/turned",
         "y before {b}, y again",
         {phrase_words("a", SPAN_LITERAL("{b}")), phrase_words("b", SPAN_LITERAL("y"))},
         2},
        {"test/turned", "{b} before x, {b} again", {phrase_words("a", SPAN_LITERAL("x"))}, 1},
        {"test/nothing", "[test/nothing]", {phrase_count("n", 1)}, 1},
    };
    struct strbuf out;
    strbuf_init(&out, 10000);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        strbuf_clear(&out);
        phrase_add(phrases, &out, cases[i].key, cases[i].values, cases[i].count);
        tap_span(cases[i].wanted, strbuf_span(&out), "%s: %s", cases[i].key, cases[i].wanted);
    }
    strbuf_free(&out);
}

int main(void)
{
    struct arena arena;
    struct strbuf said;
    struct catalog *catalog = NULL;
    struct record_file file;
    arena_init(&arena);
    strbuf_init(&said, 10000);
    struct diagnostic diagnostic = tap_diagnostic(&said);
    TAP_MUST(record_file_parse(SPAN_LITERAL("test.cat"), span_cstr(file_text), true, &arena,
                               &diagnostic, &file));
    TAP_MUST(catalog_new(&catalog));
    TAP_MUST(catalog_add(catalog, &file, &diagnostic));
    struct phrases phrases = {.catalog = catalog};
    test_filling(&phrases);
    catalog_free(catalog);
    strbuf_free(&said);
    arena_free(&arena);
    return tap_end();
}
