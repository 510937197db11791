/* Explaining and comparing: reads what is asked for, finds the sheets, writes them. Trust:
 * arguments may be pasted from anywhere; nothing of them reaches the output unescaped. */
#include <stdio.h>
#include <stdlib.h>

#include "base/spelling.h"
#include "base/utf8.h"
#include "event/reply.h"
#include "lib/knowledge.h"
#include "lib/language.h"
#include "report/escape.h"
#include "report/explain_report.h"
#include "report/html_report.h"
#include "report/markdown_renderer.h"
#include "report/text_renderer.h"

#define ARGUMENT_MAXIMUM ((size_t)65536)
#define NAME_MAXIMUM     32

struct explainer {
    struct knowledge knowledge;
    struct provider_set *providers;
    struct explain_source source;
    struct fact_book book;
    struct diagnostic diagnostic;
    const struct smtplog_language *language;
    struct strbuf scratch;
    struct strbuf joined;
};

static void explainer_speak(struct explainer *e, const struct smtplog_language *language,
                            smtplog_diagnostic diagnostic, void *context)
{
    e->language = language;
    e->diagnostic = (struct diagnostic){.function = diagnostic, .context = context};
    language_set_diagnostic(&e->diagnostic, language);
}

static enum smtplog_status explainer_begin(struct explainer *e)
{
    struct knowledge_source source = {
        .built_in = true, .system = true, .translation = language_translation(e->language)};
    fact_book_init(&e->book, NULL);
    strbuf_init(&e->scratch, 2 * ARGUMENT_MAXIMUM);
    strbuf_init(&e->joined, 2 * ARGUMENT_MAXIMUM);
    TRY(knowledge_load(&e->knowledge, &source, &e->diagnostic));
    e->book.phrases.catalog = e->knowledge.catalog;
    e->book.document.figures = catalog_figures(e->knowledge.catalog);
    TRY(provider_set_new(e->knowledge.catalog, false, &e->diagnostic, &e->providers));
    e->source = (struct explain_source){e->knowledge.catalog, e->knowledge.classifier,
                                        e->providers};
    return SMTPLOG_OK;
}

static void explainer_end(struct explainer *e)
{
    provider_set_free(e->providers);
    fact_book_free(&e->book);
    strbuf_free(&e->scratch);
    strbuf_free(&e->joined);
    knowledge_free(&e->knowledge);
}

static enum smtplog_status write_book(struct explainer *e, const char *format, size_t width,
                                      smtplog_writer writer, void *context)
{
    struct strbuf out;
    struct text_style style = {.width = width > 0 ? width : 80};
    struct document *document = NULL;
    TRY(knowledge_status(&e->knowledge));
    TRY(e->book.document.status);
    strbuf_init(&out, (size_t)16 * 1024 * 1024);
    enum smtplog_status status = SMTPLOG_USAGE;
    if (strcmp(format, "json") == 0) {
        status = fact_book_json(&e->book, &out);
    } else if (strcmp(format, "text") == 0) {
        document = fact_book_document(&e->book);
        status = document->status == SMTPLOG_OK ? text_render(document, &style, &out)
                                                : document->status;
    } else if (strcmp(format, "html") == 0) {
        document = fact_book_document(&e->book);
        status = html_write(document, e->knowledge.catalog, "page/explained", NULL, &out);
    } else if (strcmp(format, "markdown") == 0) {
        status = markdown_render(fact_book_document(&e->book), &out);
    } else {
        diagnostic_say(&e->diagnostic, SMTPLOG_ERROR,
                       "--format: \"%s\" is not text, json, html or markdown", format);
    }
    if (status == SMTPLOG_OK && writer(context, strbuf_cstr(&out), out.length) != 0) {
        status = SMTPLOG_STOPPED;
    }
    strbuf_free(&out);
    return status;
}

/* ---- what is asked for ----------------------------------------------------------------------- */

static bool is_code(struct span what)
{
    uint64_t code = 0;
    return what.n == 3 && span_to_u64(what, 599, &code) && code >= 100;
}

/* `5.7.1`, `X.7.1`, `x.7.1`, and with a last part `x` for all of a subject. */
static bool is_enhanced(struct span what, bool *whole_subject)
{
    char digits[16];
    *whole_subject = false;
    if (what.n < 5 || what.n >= sizeof digits) {
        return false;
    }
    memcpy(digits, what.p, what.n);
    if (digits[0] == 'X' || digits[0] == 'x') {
        digits[0] = '5';
    }
    if ((digits[what.n - 1] == 'x' || digits[what.n - 1] == 'X') && digits[what.n - 2] == '.') {
        digits[what.n - 1] = '0';
        *whole_subject = true;
    }
    return reply_enhanced_length(span_of(digits, what.n)) == what.n;
}

/* Names in upper case are meant in lower case. */
static struct span lower_name(struct explainer *e, struct span what)
{
    char lower[NAME_MAXIMUM];
    if (what.n > sizeof lower) {
        return what;
    }
    for (size_t i = 0; i < what.n; i++) {
        lower[i] = byte_lower(what.p[i]);
    }
    return document_text(&e->book.document, span_of(lower, what.n));
}

/* An enhanced code with its class letter as the catalogue has it. */
static struct span tidy_enhanced(struct explainer *e, struct span what)
{
    char tidy[16];
    memcpy(tidy, what.p, what.n);
    tidy[0] = tidy[0] == 'x' ? 'X' : tidy[0];
    return document_text(&e->book.document, span_of(tidy, what.n));
}

/* ---- near misses ---------------------------------------------------------------------------- */

struct suggestion {
    struct span what;
    struct strbuf *out;
};

static enum smtplog_status suggest(void *context, const struct catalog_entry *entry)
{
    struct suggestion *s = context;
    spelling_suggest(s->out, s->what, entry->name);
    return SMTPLOG_OK;
}

/* why: a text to be translated. */
static enum smtplog_status refuse(struct explainer *e, struct span what, const char *why)
{
    static const char *const types[] = {"class", "provider", "reply", "enhanced"};
    struct strbuf near_by;
    struct suggestion suggestion = {what, &near_by};
    strbuf_init(&near_by, 4096);
    for (size_t i = 0; i < COUNT_OF(types) && what.n <= NAME_MAXIMUM; i++) {
        (void)!catalog_each(e->knowledge.catalog, types[i], suggest, &suggestion);
    }
    int length = (int)(what.n > 60 ? 60 : what.n);
    why = diagnostic_text(&e->diagnostic, why);
    if (near_by.length > 0) {
        diagnostic_say(&e->diagnostic, SMTPLOG_ERROR, "\"%.*s\": %s; did you mean %s", length,
                       what.p, why, strbuf_cstr(&near_by));
    } else {
        diagnostic_say(&e->diagnostic, SMTPLOG_ERROR, "\"%.*s\": %s", length, what.p, why);
    }
    strbuf_free(&near_by);
    return SMTPLOG_USAGE;
}

/* ---- answers --------------------------------------------------------------------------------- */

/* A code that no entry has: its digits still say something (RFC 5321, 4.2.1). */
static enum smtplog_status explain_unassigned(struct explainer *e, struct span what)
{
    char middle[3] = {'x', what.p[1], '\0'};
    const struct catalog_entry *digit = catalog_find(e->knowledge.catalog, "digit",
                                                     span_of(what.p, 1));
    const struct catalog_entry *second = catalog_find(e->knowledge.catalog, "middle",
                                                      span_cstr(middle));
    struct fact_sheet *sheet = what.p[0] >= '2' ? fact_book_sheet(&e->book, "code") : NULL;
    if (sheet == NULL) {
        return refuse(e, what, N_("is no SMTP reply code: these run from 200 to 599"));
    }
    sheet->title = document_printf(&e->book.document, "%.*s  %.*s", SPAN_ARGS(what),
                                   SPAN_ARGS(fact_book_plain(&e->book, "explain/not-assigned")));
    sheet->aside = catalog_text(digit, "name");
    fact_sheet_add(sheet, "status", "label/status",
                   fact_book_plain(&e->book, "explain/no-standard"));
    fact_sheet_add(sheet, "meaning", "label/means", catalog_text(digit, "meaning"));
    fact_sheet_add(sheet, "middle", "label/middle-digit", catalog_text(second, "meaning"));
    fact_sheet_add(sheet, "action", "label/do-now", fact_book_plain(&e->book, "explain/read-text"));
    return SMTPLOG_OK;
}

struct subject_listing {
    struct explainer *e;
    struct span what;
    struct span prefix;       /* ".7." */
    struct fact_sheet *sheet; /* made for the first code found */
};

static enum smtplog_status list_subject(void *context, const struct catalog_entry *entry)
{
    struct subject_listing *listing = context;
    if (entry->name.n > listing->prefix.n + 1 &&
        span_starts(span_from(entry->name, 1), listing->prefix)) {
        if (listing->sheet == NULL) {
            listing->sheet = fact_book_sheet(&listing->e->book, "list");
            if (listing->sheet == NULL) {
                return SMTPLOG_NO_MEMORY;
            }
            listing->sheet->title = listing->what;
        }
        struct span name = document_text(&listing->e->book.document, entry->name);
        fact_sheet_add_named(listing->sheet, name.p, name, catalog_text(entry, "short"));
    }
    return SMTPLOG_OK;
}

static enum smtplog_status answer_enhanced(struct explainer *e, struct span what,
                                           bool whole_subject)
{
    if (whole_subject) {
        struct subject_listing listing = {e, what, span_of(what.p + 1, what.n - 2), NULL};
        TRY(catalog_each(e->knowledge.catalog, "enhanced", list_subject, &listing));
        return listing.sheet != NULL
                   ? SMTPLOG_OK
                   : refuse(e, what, N_("the registry has no codes of this subject"));
    }
    struct span tidy = tidy_enhanced(e, what);
    if (explain_enhanced(&e->source, &e->book, tidy)) {
        return SMTPLOG_OK;
    }
    return refuse(e, what, N_("is not in the registry of enhanced status codes"));
}

static enum smtplog_status answer_reply(struct explainer *e, struct span what)
{
    struct reply reply = {.text = what, .enhanced = SPAN_EMPTY};
    if (!reply_parse(what, &e->scratch, &reply) && !reply_parse_enhanced(what, &reply)) {
        reply = (struct reply){.text = what, .enhanced = SPAN_EMPTY};
    }
    struct explain_subject subject = {reply.code, document_text(&e->book.document, reply.enhanced),
                                      document_text(&e->book.document, reply.text)};
    explain_reply(&e->source, &e->book, &subject);
    return SMTPLOG_OK;
}

static bool looks_like_reply(struct span what)
{
    int code = 0;
    struct span rest = what;
    struct span word;
    size_t words = 0;
    while (span_next_word(&rest, &word)) {
        words++;
    }
    return (reply_code(what, &code) && what.n > 4) || reply_enhanced_length(what) > 0 || words >= 3;
}

/* What is wrong with an argument that means nothing. */
static const char *why_not(struct span what)
{
    size_t digits = 0;
    size_t dots = 0;
    for (size_t i = 0; i < what.n; i++) {
        digits += byte_is_digit(what.p[i]);
        dots += what.p[i] == '.';
    }
    if (digits == what.n) {
        return N_("is no SMTP reply code: these have three digits, from 200 to 599");
    }
    if (digits + dots == what.n) {
        return N_(
            "is no enhanced status code: these have three parts, such as 4.7.1, of up to three "
            "digits");
    }
    return N_("is no reply code (450), enhanced code (4.7.1), reply, reason class or provider");
}

static enum smtplog_status answer(struct explainer *e, struct span what)
{
    bool whole_subject = false;
    uint64_t code = 0;
    what = span_trim(what);
    if (what.n == 0 || what.n > ARGUMENT_MAXIMUM) {
        return refuse(e, span_of(what.p, what.n > 60 ? 60 : what.n),
                      what.n == 0 ? N_("is empty") : N_("is longer than a reply can be"));
    }
    if (is_code(what)) {
        (void)span_to_u64(what, 599, &code);
        return explain_code(&e->source, &e->book, (int)code) ? SMTPLOG_OK
                                                             : explain_unassigned(e, what);
    }
    if (is_enhanced(what, &whole_subject)) {
        return answer_enhanced(e, what, whole_subject);
    }
    struct span name = lower_name(e, what);
    if (explain_class(&e->source, &e->book, name) || explain_provider(&e->source, &e->book, name)) {
        return SMTPLOG_OK;
    }
    if (looks_like_reply(what)) {
        return answer_reply(e, what);
    }
    return refuse(e, what, why_not(what));
}

/* A reply whose words were not quoted: a code, then something that is no name of its own. Two
 * words, code and enhanced code, are one reply too. */
static bool is_unquoted_reply(const char *const *what, size_t count)
{
    bool whole = false;
    if (count < 2 || !is_code(span_cstr(what[0]))) {
        return false;
    }
    if (count == 2) {
        return is_enhanced(span_cstr(what[1]), &whole);
    }
    for (size_t i = 1; i < count; i++) {
        struct span word = span_cstr(what[i]);
        if (is_code(word)) {
            return false;
        }
        if (!is_enhanced(word, &whole)) {
            return true;
        }
    }
    return false;
}

static enum smtplog_status answer_all(struct explainer *e, const char *const *what, size_t count)
{
    if (count == 0) {
        explain_list(&e->source, &e->book);
        return SMTPLOG_OK;
    }
    if (is_unquoted_reply(what, count)) {
        for (size_t i = 0; i < count; i++) {
            strbuf_add_cstr(&e->joined, i > 0 ? " " : "");
            strbuf_add_cstr(&e->joined, what[i]);
        }
        TRY(strbuf_status(&e->joined));
        return answer_reply(e, strbuf_span(&e->joined));
    }
    enum smtplog_status worst = SMTPLOG_OK;
    for (size_t i = 0; i < count; i++) {
        enum smtplog_status status = answer(e, span_cstr(what[i]));
        worst = status != SMTPLOG_OK ? status : worst;
    }
    return worst;
}

enum smtplog_status smtplog_explain(const char *const *what, size_t count, const char *format,
                                    size_t width, const struct smtplog_language *language,
                                    smtplog_writer writer, void *context,
                                    smtplog_diagnostic diagnostic, void *diagnostic_context)
{
    struct explainer *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    explainer_speak(e, language, diagnostic, diagnostic_context);
    enum smtplog_status status = explainer_begin(e);
    if (status == SMTPLOG_OK) {
        enum smtplog_status asked = answer_all(e, what, count);
        asked = e->book.document.status != SMTPLOG_OK ? e->book.document.status : asked;
        bool writes = e->book.first != NULL && asked != SMTPLOG_NO_MEMORY;
        status = writes ? write_book(e, format, width, writer, context) : asked;
        status = status == SMTPLOG_OK ? asked : status;
    }
    explainer_end(e);
    free(e);
    return status;
}

enum smtplog_status smtplog_compare(const char *const *what, size_t count, const char *format,
                                    size_t width, const struct smtplog_language *language,
                                    smtplog_writer writer, void *context,
                                    smtplog_diagnostic diagnostic, void *diagnostic_context)
{
    struct explainer *e = calloc(1, sizeof *e);
    struct span names[SHEET_COLUMNS];
    size_t unknown = 0;
    bool whole = false;
    if (e == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    explainer_speak(e, language, diagnostic, diagnostic_context);
    enum smtplog_status status = explainer_begin(e);
    if (status == SMTPLOG_OK && (count < 2 || count > SHEET_COLUMNS)) {
        diagnostic_say(&e->diagnostic, SMTPLOG_ERROR, "compare takes two to %d codes",
                       SHEET_COLUMNS);
        status = SMTPLOG_USAGE;
    }
    for (size_t i = 0; status == SMTPLOG_OK && i < count; i++) {
        names[i] = span_trim(span_cstr(what[i]));
        if (!is_code(names[i]) && !is_enhanced(names[i], &whole)) {
            status = refuse(e, names[i], N_("is no reply code (450) or enhanced code (4.7.1)"));
        } else if (!is_code(names[i])) {
            names[i] = tidy_enhanced(e, names[i]);
            status = e->book.document.status;
        }
    }
    if (status == SMTPLOG_OK && !explain_compare(&e->source, &e->book, names, count, &unknown)) {
        status = refuse(e, names[unknown], N_("is not in the catalogue"));
    }
    if (status == SMTPLOG_OK) {
        status = write_book(e, format, width, writer, context);
    }
    explainer_end(e);
    free(e);
    return status;
}
