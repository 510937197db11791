/* The catalogue in another language: which of its texts are for people, their translations, and the
 * template that translators begin with. */
#include "catalog/catalog.h"

#define CONTEXT_MAXIMUM 256

/* Keys whose values are words for people, in whatever record they stand. */
static const char *const keys[] = {"text",         "name",   "short",    "action", "meaning",
                                   "fix sender",   "advice", "evidence", "title",  "who",
                                   "fix receiver", "fix",    "also"};
static const char *const prefixes[] = {"seen ", "combined "};

/* Records whose values are data, whatever their key; and names that are proper names. What is
 * called text is a sentence in a phrase only: elsewhere it is the expression that recognises a
 * reply. */
static const char *const untranslated_types[] = {"reason", "sample", "nomatch", "wait", "file"};
static const char *const named_properly[] = {"provider", "server"};

static bool is_one_of(struct span word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

bool catalog_is_translated(struct span type, struct span key)
{
    if (is_one_of(type, untranslated_types, COUNT_OF(untranslated_types)) ||
        (span_is(key, "name") && is_one_of(type, named_properly, COUNT_OF(named_properly))) ||
        (span_is(key, "text") && !span_is(type, "phrase"))) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        if (span_starts(key, span_cstr(prefixes[i]))) {
            return true;
        }
    }
    return is_one_of(key, keys, COUNT_OF(keys));
}

/* `seen in replies` is for people, `RFC 5321, 4.2.3` and `postmaster.example` are names everywhere.
 */
static bool is_prose(struct span text)
{
    struct span word;
    while (span_next_word(&text, &word)) {
        bool letters = false;
        bool name = false;
        for (size_t i = 0; i < word.n; i++) {
            bool lower = word.p[i] >= 'a' && word.p[i] <= 'z';
            letters |= lower && i > 0 && word.p[i - 1] >= 'a' && word.p[i - 1] <= 'z';
            name |= word.p[i] == '.' && i + 1 < word.n;
        }
        if (letters && !name) {
            return true;
        }
    }
    return false;
}

static bool is_translated(const struct catalog_entry *entry, const struct record_pair *text)
{
    if (span_is(text->key, "source")) {
        return !is_one_of(entry->record->type, untranslated_types, COUNT_OF(untranslated_types)) &&
               is_prose(text->value);
    }
    return catalog_is_translated(entry->record->type, text->key);
}

/* Many codes have the same source: it is translated once. */
static void add_context(struct strbuf *out, const struct catalog_entry *entry, struct span key)
{
    if (span_is(key, "source")) {
        strbuf_add_span(out, key);
        return;
    }
    strbuf_add_span(out, entry->record->type);
    strbuf_add_byte(out, ' ');
    strbuf_add_span(out, entry->name);
    strbuf_add_byte(out, '/');
    strbuf_add_span(out, key);
}

static enum smtplog_status translate_text(void *context, const struct catalog_entry *entry,
                                          struct record_pair *text)
{
    struct strbuf where;
    if (!is_translated(entry, text)) {
        return SMTPLOG_OK;
    }
    strbuf_init(&where, CONTEXT_MAXIMUM);
    add_context(&where, entry, text->key);
    /* Texts with a singular are looked up when the number is known: see phrase.c. */
    struct span said = catalog_text(entry, "one").n == 0
                           ? translation_find(context, strbuf_span(&where), text->value, 0)
                           : SPAN_EMPTY;
    text->value = said.n > 0 ? said : text->value;
    enum smtplog_status status = strbuf_status(&where);
    strbuf_free(&where);
    return status == SMTPLOG_NO_MEMORY ? status : SMTPLOG_OK;
}

enum smtplog_status catalog_translate(struct catalog *catalog,
                                      const struct translation *translation)
{
    catalog_keep_translation(catalog, translation);
    enum smtplog_status status = translation == NULL ? SMTPLOG_OK
                                                     : catalog_each_text(catalog, translate_text,
                                                                         (void *)translation);
    catalog_read_figures(catalog);
    return status;
}

/* ---- the template ---------------------------------------------------------------------------- */

static void add_quoted(struct strbuf *out, const char *keyword, struct span text)
{
    strbuf_addf(out, "%s \"", keyword);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\') {
            strbuf_add_byte(out, '\\');
        }
        strbuf_add_byte(out, text.p[i]);
    }
    strbuf_add_cstr(out, "\"\n");
}

static enum smtplog_status add_template(void *context, const struct catalog_entry *entry,
                                        struct record_pair *text)
{
    struct strbuf *out = context;
    struct strbuf where;
    struct span one = catalog_text(entry, "one");
    if (!is_translated(entry, text) || text->value.n == 0) {
        return SMTPLOG_OK;
    }
    strbuf_init(&where, CONTEXT_MAXIMUM);
    add_context(&where, entry, text->key);
    strbuf_addf(out, "#: %.*s:%u\n", SPAN_ARGS(entry->file->label), text->line);
    add_quoted(out, "msgctxt", strbuf_span(&where));
    strbuf_free(&where);
    if (one.n > 0 && span_is(text->key, "text")) {
        add_quoted(out, "msgid", one);
        add_quoted(out, "msgid_plural", text->value);
        strbuf_add_cstr(out, "msgstr[0] \"\"\nmsgstr[1] \"\"\n\n");
        return strbuf_status(out);
    }
    add_quoted(out, "msgid", text->value);
    strbuf_add_cstr(out, "msgstr \"\"\n\n");
    return strbuf_status(out);
}

enum smtplog_status catalog_template(struct catalog *catalog, struct strbuf *out)
{
    return catalog_each_text(catalog, add_template, out);
}
