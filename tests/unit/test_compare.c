/* Tests of report/explain_compare: every pair of known codes gives a sensible page, 80 columns wide
 * at most. */
#include "base/utf8.h"
#include "lib/knowledge.h"
#include "report/explain_report.h"
#include "report/text_renderer.h"

#include "tap.h"

#define NAMES 256

struct names {
    struct span name[NAMES];
    size_t count;
};

static enum smtplog_status take_name(void *context, const struct catalog_entry *entry)
{
    struct names *names = context;
    if (names->count < NAMES) {
        names->name[names->count++] = entry->name;
    }
    return SMTPLOG_OK;
}

static size_t widest(struct span text)
{
    size_t most = 0;
    struct span line;
    while (span_next_piece(&text, '\n', &line)) {
        size_t columns = utf8_text_columns(line);
        most = columns > most ? columns : most;
    }
    return most;
}

/* What is missing from a page, NULL when nothing is. */
static const char *fault(const struct explain_source *source, const struct span pair[2],
                         struct strbuf *out)
{
    struct fact_book book;
    struct text_style style = {.width = 80};
    size_t unknown = 0;
    const char *found = NULL;
    fact_book_init(&book, source->catalog);
    strbuf_clear(out);
    if (!explain_compare(source, &book, pair, 2, &unknown)) {
        found = "not known";
    } else if (book.first->summary.n == 0) {
        found = "no summary";
    } else if (book.first->rows[0].text[0].n == 0 || book.first->rows[0].text[1].n == 0) {
        found = "no name";
    } else if (text_render(fact_book_document(&book), &style, out) != SMTPLOG_OK) {
        found = "no text";
    } else if (widest(strbuf_span(out)) > 80) {
        found = "wider than 80 columns";
    } else if (span_find(strbuf_span(out), SPAN_LITERAL("WHEN TO EXPECT WHICH")) == SIZE_MAX ||
               span_find(strbuf_span(out), SPAN_LITERAL("LEARN MORE")) == SIZE_MAX) {
        found = "a part is missing";
    }
    fact_book_free(&book);
    return found;
}

static void test_pairs(const struct explain_source *source)
{
    struct names names = {.count = 0};
    struct strbuf out;
    size_t pairs = 0;
    size_t faults = 0;
    strbuf_init(&out, (size_t)1024 * 1024);
    TAP_MUST(catalog_each(source->catalog, "reply", take_name, &names));
    size_t replies = names.count;
    TAP_MUST(catalog_each(source->catalog, "enhanced", take_name, &names));
    tap_ok(replies >= 70 && names.count - replies >= 80, "%zu reply codes, %zu enhanced codes",
           replies, names.count - replies);
    for (size_t i = 0; i < names.count; i++) {
        for (size_t k = i + 1; k < names.count; k++) {
            struct span pair[2] = {names.name[i], names.name[k]};
            const char *found = fault(source, pair, &out);
            pairs++;
            faults += found != NULL;
            if (found != NULL && faults < 20) {
                printf("# %.*s and %.*s: %s\n", SPAN_ARGS(pair[0]), SPAN_ARGS(pair[1]), found);
            }
        }
    }
    tap_ok(faults == 0 && pairs == names.count * (names.count - 1) / 2,
           "all %zu pairs give a whole page", pairs);
    strbuf_free(&out);
}

/* The summary of a pair. */
static void summary_says(const struct explain_source *source, const char *a, const char *b,
                         const char *part, bool says)
{
    struct fact_book book;
    size_t unknown = 0;
    const struct span pair[2] = {span_cstr(a), span_cstr(b)};
    fact_book_init(&book, source->catalog);
    bool known = explain_compare(source, &book, pair, 2, &unknown);
    bool found = known && span_find(book.first->summary, span_cstr(part)) != SIZE_MAX;
    tap_ok(known && found == says, "%s and %s: the summary %s \"%s\"", a, b,
           says ? "says" : "does not say", part);
    fact_book_free(&book);
}

int main(void)
{
    struct knowledge *knowledge = calloc(1, sizeof *knowledge);
    struct knowledge_source built_in = {.built_in = true};
    struct diagnostic nobody = {.function = NULL, .context = NULL};
    struct provider_set *providers = NULL;
    if (knowledge == NULL) {
        return 1;
    }
    TAP_MUST(knowledge_load(knowledge, &built_in, &nobody));
    TAP_MUST(provider_set_new(knowledge->catalog, true, &nobody, &providers));
    struct explain_source source = {knowledge->catalog, knowledge->classifier, providers};
    test_pairs(&source);
    summary_says(&source, "235", "450", "never compete", true);
    summary_says(&source, "334", "550", "never compete", true);
    summary_says(&source, "450", "550", "never compete", false);
    summary_says(&source, "450", "550", "Both can answer", true);
    summary_says(&source, "450", "451", "Both are transient", true);
    summary_says(&source, "550", "554", "Both are permanent", true);
    summary_says(&source, "250", "550", "Both are", false);
    summary_says(&source, "450", "4.7.1", "never compete", false);
    provider_set_free(providers);
    knowledge_free(knowledge);
    free(knowledge);
    return tap_end();
}
