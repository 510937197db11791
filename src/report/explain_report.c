/* Answers to "what is this". Texts come from the catalogue; only their order and labels stand here.
 */
#include "report/explain_report.h"

#include <stdio.h>

#include "report/explain_word.h"

static struct span text_of(const struct catalog_entry *entry, const char *key)
{
    return catalog_text(entry, key);
}

/* ---- one code -------------------------------------------------------------------------------- */

/* What is seen at which stage, a row each. */
static void add_seen(struct fact_sheet *sheet, const struct catalog_entry *entry,
                     const struct explain_source *source, struct fact_book *book)
{
    for (size_t i = 0; i < entry->record->pair_count; i++) {
        struct span key = entry->texts[i].key;
        if (!span_starts(key, SPAN_LITERAL("seen "))) {
            continue;
        }
        struct span stage = span_from(key, 5);
        struct span words = catalog_phrase(source->catalog, "stage", stage);
        struct span label = fact_book_words(book, "label/at-stage",
                                            phrase_words("stage", words.n > 0 ? words : stage));
        struct span json_key = document_printf(&book->document, "seen_%.*s", SPAN_ARGS(stage));
        fact_sheet_add_named(sheet, json_key.p, label, entry->texts[i].value);
    }
}

static void add_advice(struct fact_sheet *sheet, const struct catalog_entry *entry)
{
    fact_sheet_add(sheet, "fix_sender", "label/sender-do", text_of(entry, "fix sender"));
    fact_sheet_add(sheet, "fix_receiver", "label/receiver-do", text_of(entry, "fix receiver"));
    fact_sheet_add(sheet, "related", "label/related", text_of(entry, "related"));
}

bool explain_code(const struct explain_source *source, struct fact_book *book, int code)
{
    const struct catalog_entry *entry = catalog_reply(source->catalog, code);
    if (entry == NULL) {
        return false;
    }
    struct fact_sheet *sheet = fact_book_sheet(book, "code");
    if (sheet == NULL) {
        return true;
    }
    struct span digit = span_of(entry->name.p, 1);
    struct span digit_name = text_of(catalog_find(source->catalog, "digit", digit), "name");
    sheet->title = document_printf(&book->document, "%d  %.*s", code,
                                   SPAN_ARGS(text_of(entry, "name")));
    fact_sheet_add(sheet, "class_of_digit", "label/class", digit_name);
    fact_sheet_add(sheet, "status", "label/status",
                   catalog_phrase(source->catalog, "status", text_of(entry, "status")));
    fact_sheet_add(sheet, "source", "label/source", text_of(entry, "source"));
    bool pseudo = span_is(text_of(entry, "status"), "pseudo");
    fact_sheet_add(sheet, "said_by", "label/said-by",
                   catalog_phrase(source->catalog, "said",
                                  pseudo ? SPAN_LITERAL("nobody") : SPAN_LITERAL("server")));
    fact_sheet_add(sheet, "stages", "label/answers",
                   explain_stages(source->catalog, book, text_of(entry, "stages")));
    fact_sheet_add(sheet, "retry", "label/sender-retries",
                   catalog_phrase(source->catalog, "retry", text_of(entry, "retry")));
    fact_sheet_add(sheet, "meaning", "label/means", text_of(entry, "meaning"));
    add_seen(sheet, entry, source, book);
    fact_sheet_add(sheet, "who", "label/whose-problem", explain_whose(source->catalog, entry));
    fact_sheet_add(sheet, "action", "label/do-now", text_of(entry, "action"));
    add_advice(sheet, entry);
    return true;
}

/* ---- enhanced codes -------------------------------------------------------------------------- */

bool explain_enhanced(const struct explain_source *source, struct fact_book *book,
                      struct span enhanced)
{
    const struct catalog_entry *entry = catalog_enhanced(source->catalog, enhanced);
    if (entry == NULL) {
        return false;
    }
    struct fact_sheet *sheet = fact_book_sheet(book, "enhanced");
    if (sheet == NULL) {
        return true;
    }
    sheet->title = document_printf(&book->document, "%.*s  %.*s", SPAN_ARGS(enhanced),
                                   SPAN_ARGS(text_of(entry, "name")));
    sheet->aside = fact_book_plain(book, "explain/enhanced-code");
    const struct catalog_entry *class_entry = catalog_class(source->catalog,
                                                            text_of(entry, "class"));
    fact_sheet_add(sheet, "source", "label/source", text_of(entry, "source"));
    struct span basic = text_of(entry, "basic");
    fact_sheet_add(sheet, "basic", "label/stands-behind",
                   span_is(basic, "any") ? fact_book_plain(book, "explain/any-code") : basic);
    fact_sheet_add(sheet, "class", "label/reason-class", text_of(entry, "class"));
    fact_sheet_add(sheet, "who", "label/whose-problem", text_of(class_entry, "who"));
    fact_sheet_add(sheet, "meaning", "label/means", text_of(entry, "meaning"));
    for (size_t i = 0; i < entry->record->pair_count; i++) {
        struct span key = entry->texts[i].key;
        if (span_starts(key, SPAN_LITERAL("combined "))) {
            struct span code = span_from(key, 9);
            struct span label = fact_book_words(book, "label/with-code",
                                                phrase_words("code", code));
            struct span json = document_printf(&book->document, "combined_%.*s", SPAN_ARGS(code));
            fact_sheet_add_named(sheet, json.p, label, entry->texts[i].value);
        }
    }
    add_advice(sheet, entry);
    return true;
}

/* ---- whole replies --------------------------------------------------------------------------- */

/* Which entry gives the meaning: the ladder provider, enhanced with basic, enhanced, basic. */
struct reply_ladder {
    const struct catalog_entry *provider, *provider_code, *enhanced, *reply, *class_entry;
    struct span combined; /* meaning of the enhanced code with this basic code */
};

static struct reply_ladder climb(const struct explain_source *source,
                                 const struct explain_subject *subject)
{
    char key[32];
    struct reply_ladder ladder = {.combined = SPAN_EMPTY};
    ladder.provider = provider_of_text(source->providers, subject->text);
    if (ladder.provider != NULL) {
        ladder.provider_code = provider_meaning(source->providers, ladder.provider->name,
                                                subject->code, subject->enhanced, subject->text);
    }
    ladder.enhanced = subject->enhanced.n > 0 ? catalog_enhanced(source->catalog, subject->enhanced)
                                              : NULL;
    ladder.reply = catalog_reply(source->catalog, subject->code);
    snprintf(key, sizeof key, "combined %d", subject->code);
    ladder.combined = text_of(ladder.enhanced, key);
    return ladder;
}

/* The first text under a key on the ladder. */
static struct span ladder_text(const struct reply_ladder *ladder, const char *key)
{
    const struct catalog_entry *steps[] = {ladder->provider_code, ladder->class_entry,
                                           ladder->enhanced, ladder->reply};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        if (text_of(steps[i], key).n > 0) {
            return text_of(steps[i], key);
        }
    }
    return SPAN_EMPTY;
}

static struct span ladder_meaning(const struct reply_ladder *ladder)
{
    if (text_of(ladder->provider_code, "meaning").n > 0) {
        return text_of(ladder->provider_code, "meaning");
    }
    if (ladder->combined.n > 0) {
        return ladder->combined;
    }
    if (text_of(ladder->class_entry, "meaning").n > 0) {
        return text_of(ladder->class_entry, "meaning");
    }
    return ladder_text(ladder, "meaning");
}

static struct span retry_text(const struct explain_source *source,
                              const struct explain_subject *subject,
                              const struct reply_ladder *ladder)
{
    struct span retry = text_of(ladder->reply, "retry");
    if (retry.n == 0) {
        retry = subject->code >= 500   ? SPAN_LITERAL("no")
                : subject->code >= 400 ? SPAN_LITERAL("yes")
                                       : SPAN_LITERAL("none");
    }
    return subject->code > 0 ? catalog_phrase(source->catalog, "retry", retry) : SPAN_EMPTY;
}

static void add_verdict(const struct explain_source *source, struct fact_sheet *sheet,
                        const struct explain_subject *subject, struct reply_ladder *ladder)
{
    struct classifier_input input = {subject->code, subject->enhanced, STAGE_NONE,
                                     ladder->provider != NULL ? ladder->provider->name : SPAN_EMPTY,
                                     subject->text};
    struct classifier_verdict verdict;
    if (subject->code > 0 && subject->code < 400) {
        return;
    }
    classifier_judge(source->classifier, &input, &verdict);
    ladder->class_entry = catalog_class(source->catalog, verdict.class_name);
    fact_sheet_add(sheet, "class", "label/reason-class", verdict.class_name);
    fact_sheet_add(sheet, "rule", "label/decided-by", verdict.reason);
    if (verdict.possible_greylisting) {
        fact_sheet_add(sheet, "possible", "label/possibly",
                       fact_book_plain(sheet->book, "explain/possible"));
    }
    if (span_is(verdict.class_name, "unknown")) {
        ladder->class_entry = NULL;
    }
}

void explain_reply(const struct explain_source *source, struct fact_book *book,
                   const struct explain_subject *subject)
{
    struct reply_ladder ladder = climb(source, subject);
    struct fact_sheet *sheet = fact_book_sheet(book, "reply");
    if (sheet == NULL) {
        return;
    }
    char code[16] = "";
    if (subject->code > 0) {
        snprintf(code, sizeof code, "%d", subject->code);
    }
    sheet->title = document_printf(&book->document, "%s%s%.*s  %.*s", code,
                                   code[0] != '\0' && subject->enhanced.n > 0 ? " " : "",
                                   SPAN_ARGS(subject->enhanced),
                                   SPAN_ARGS(ladder_text(&ladder, "short")));
    if (ladder.provider != NULL) {
        sheet->aside = text_of(ladder.provider, "name");
    }
    if (subject->text.n > 0) {
        fact_sheet_add(sheet, "text", "label/text",
                       document_printf(&book->document, "\"%.*s\"",
                                       (int)(subject->text.n > 1500 ? 1500 : subject->text.n),
                                       subject->text.p));
    }
    if (subject->code > 0) {
        fact_sheet_add(sheet, "code", "label/code", document_printf(&book->document, "%s", code));
    }
    fact_sheet_add(sheet, "enhanced", "label/enhanced", subject->enhanced);
    fact_sheet_add(sheet, "provider", "label/provider", text_of(ladder.provider, "name"));
    add_verdict(source, sheet, subject, &ladder);
    fact_sheet_add(sheet, "meaning", "label/means", ladder_meaning(&ladder));
    fact_sheet_add(sheet, "retry", "label/sender-retries", retry_text(source, subject, &ladder));
    fact_sheet_add(sheet, "who", "label/whose-problem", text_of(ladder.class_entry, "who"));
    fact_sheet_add(sheet, "action", "label/do-now", ladder_text(&ladder, "action"));
    fact_sheet_add(sheet, "fix_sender", "label/sender-do", ladder_text(&ladder, "fix sender"));
    fact_sheet_add(sheet, "fix_receiver", "label/receiver-do",
                   ladder_text(&ladder, "fix receiver"));
    fact_sheet_add(sheet, "look_up", "label/look-up", text_of(ladder.provider_code, "source"));
    fact_sheet_add(sheet, "source", "label/source", text_of(ladder.reply, "source"));
    fact_sheet_add(sheet, "enhanced_source", "label/enhanced-code",
                   text_of(ladder.enhanced, "source"));
    fact_sheet_add(sheet, "related", "label/related", text_of(ladder.reply, "related"));
}

/* ---- classes, providers, all ----------------------------------------------------------------- */

bool explain_class(const struct explain_source *source, struct fact_book *book, struct span name)
{
    const struct catalog_entry *entry = catalog_class(source->catalog, name);
    if (entry == NULL) {
        return false;
    }
    struct fact_sheet *sheet = fact_book_sheet(book, "class");
    if (sheet == NULL) {
        return true;
    }
    sheet->title = document_printf(&book->document, "%.*s  %.*s", SPAN_ARGS(name),
                                   SPAN_ARGS(text_of(entry, "short")));
    sheet->aside = fact_book_plain(book, "explain/class");
    fact_sheet_add(sheet, "who", "label/whose-problem", text_of(entry, "who"));
    struct fact_row *row = fact_sheet_row(sheet, "permanence", "label/permanence");
    if (row != NULL) {
        row->value[0] = text_of(entry, "permanence");
        row->text[0] = catalog_phrase(source->catalog, "permanence", row->value[0]);
    }
    fact_sheet_add(sheet, "meaning", "label/means", text_of(entry, "meaning"));
    fact_sheet_add(sheet, "action", "label/do-now", text_of(entry, "action"));
    add_advice(sheet, entry);
    return true;
}

struct own_codes {
    struct fact_book *book;
    struct fact_list *list;
    struct span provider;
};

static enum smtplog_status add_own_code(void *context, const struct catalog_entry *entry)
{
    struct own_codes *own = context;
    struct span name = entry->name;
    if (name.n > own->provider.n && name.p[own->provider.n] == '/' &&
        span_starts(name, own->provider)) {
        fact_list_add(own->list, fact_book_label(own->book, span_from(name, own->provider.n + 1),
                                                 text_of(entry, "meaning")));
    }
    return SMTPLOG_OK;
}

bool explain_provider(const struct explain_source *source, struct fact_book *book, struct span name)
{
    const struct catalog_entry *entry = catalog_find(source->catalog, "provider", name);
    if (entry == NULL) {
        return false;
    }
    struct fact_sheet *sheet = fact_book_sheet(book, "provider");
    if (sheet == NULL) {
        return true;
    }
    sheet->title = text_of(entry, "name");
    sheet->aside = fact_book_plain(book, "explain/provider");
    fact_sheet_add(sheet, "domains", "label/domains", text_of(entry, "domains"));
    fact_sheet_add(sheet, "peers", "label/mx-hosts", text_of(entry, "peers"));
    fact_sheet_add(sheet, "meaning", "label/means", text_of(entry, "meaning"));
    fact_sheet_add(sheet, "action", "label/do-now", text_of(entry, "action"));
    fact_sheet_add(sheet, "source", "label/source", text_of(entry, "source"));
    struct own_codes own = {book, fact_sheet_list(book, sheet, "codes", "heading/own-codes"), name};
    (void)!catalog_each(source->catalog, "provider_code", add_own_code, &own);
    return true;
}

struct listing {
    struct fact_book *book;
    const char *heading;
    struct fact_sheet *sheet;
};

static enum smtplog_status list_entry(void *context, const struct catalog_entry *entry)
{
    struct listing *listing = context;
    if (listing->sheet == NULL) {
        listing->sheet = fact_book_sheet(listing->book, "list");
        if (listing->sheet == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        listing->sheet->title = fact_book_plain(listing->book, listing->heading);
    }
    struct span name = document_text(&listing->book->document, entry->name);
    struct span words = text_of(entry, "name");
    words = words.n > 0 ? words : text_of(entry, "short");
    fact_sheet_add_named(listing->sheet, name.p, name, words);
    return SMTPLOG_OK;
}

void explain_list(const struct explain_source *source, struct fact_book *book)
{
    static const char *const types[][2] = {{"reply", "heading/replies"},
                                           {"enhanced", "heading/enhanced"},
                                           {"class", "heading/classes"},
                                           {"provider", "heading/providers"}};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct listing listing = {book, types[i][1], NULL};
        if (catalog_each(source->catalog, types[i][0], list_entry, &listing) != SMTPLOG_OK) {
            book->document.status = SMTPLOG_NO_MEMORY;
        }
    }
}
