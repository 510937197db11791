/* The report as a page: built as a document, with the words of the page from the catalogue. */
#include "report/html_report.h"

#include "report/html_renderer.h"
#include "report/report_build.h"

/* Only letters, digits and hyphens go out, whatever the file of a translation says. */
struct span html_language(struct document *document, const struct catalog *catalog)
{
    const struct translation *translation = catalog_translation(catalog);
    struct span name = translation != NULL ? translation_header(translation, "Language")
                                           : SPAN_EMPTY;
    char text[16];
    size_t n = name.n < sizeof text ? name.n : 0;
    for (size_t i = 0; i < n; i++) {
        text[i] = name.p[i] == '_' ? '-' : name.p[i];
        if (!byte_is_alpha(text[i]) && !byte_is_digit(text[i]) && text[i] != '-') {
            n = 0;
        }
    }
    return n > 0 ? document_text(document, span_of(text, n)) : SPAN_LITERAL("en");
}

/* The direction of a language's writing. */
static struct span direction_of(struct span language)
{
    static const char *const to_the_left[] = {"ar", "ckb", "dv", "fa", "he",
                                              "ps", "sd",  "ug", "ur", "yi"};
    struct span first = SPAN_EMPTY;
    (void)span_next_piece(&language, '-', &first);
    for (size_t i = 0; i < COUNT_OF(to_the_left); i++) {
        if (span_is(first, to_the_left[i])) {
            return SPAN_LITERAL("rtl");
        }
    }
    return SPAN_LITERAL("ltr");
}

enum smtplog_status html_write(struct document *document, const struct catalog *catalog,
                               const char *title, const struct instant *generated,
                               struct strbuf *out)
{
    struct report_builder b = {.document = document, .phrases = {catalog}};
    struct html_style style = {.language = html_language(document, catalog)};
    style.direction = direction_of(style.language);
    style.title = builder_words(&b, title);
    style.heading = document->verdict.n > 0
                        ? WORDS(&b, "page/heading", phrase_words("title", style.title),
                                phrase_words("verdict", document->verdict))
                        : style.title;
    style.skip = builder_words(&b, "page/skip");
    style.sections = builder_words(&b, "page/sections");
    style.figures = builder_words(&b, "page/figures");
    style.filter = builder_words(&b, "page/filter");
    style.rows = WORDS(&b, "page/rows", phrase_words("shown", SPAN_LITERAL("%1")),
                       phrase_words("all", SPAN_LITERAL("%2")));
    struct span version = SPAN_LITERAL(SMTPLOG_VERSION);
    style.made = generated != NULL ? WORDS(&b, "page/made", phrase_words("version", version),
                                           phrase_instant("time", generated, FORMAT_YEAR))
                                   : WORDS(&b, "page/made-by", phrase_words("version", version));
    return html_render(document, &style, out);
}

enum smtplog_status report_write_html(const struct report *report, struct strbuf *out)
{
    struct document document;
    report_build(report, &document);
    enum smtplog_status status = html_write(&document, report->catalog, "page/title",
                                            &report->generated, out);
    document_free(&document);
    return status;
}
