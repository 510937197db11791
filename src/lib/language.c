/* Languages: built-in translations by name. */
#include "lib/language.h"

#include <stdlib.h>

#include "data/embedded.h"

#define SUFFIX ".mo"

/* Whether a file has more than its header: one that nobody has translated yet is no language. */
static bool is_translated(const struct embedded_file *file)
{
    struct translation translation;
    return translation_open(span_of((const char *)file->bytes, file->length), &translation) ==
               SMTPLOG_OK &&
           translation.count > 1;
}

/* The embedded file of a language, such as "de.mo". */
static const struct embedded_file *find_file(struct span name)
{
    size_t count = 0;
    const struct embedded_file *files = embedded_translations(&count);
    for (size_t i = 0; i < count; i++) {
        struct span path = span_cstr(files[i].path);
        if (path.n == name.n + sizeof SUFFIX - 1 && span_starts(path, name) &&
            is_translated(&files[i])) {
            return &files[i];
        }
    }
    return NULL;
}

/* "de_DE.UTF-8@euro" up to a character. */
static struct span head_of(struct span name, const char *ends)
{
    for (size_t i = 0; i < name.n; i++) {
        if (strchr(ends, name.p[i]) != NULL) {
            return span_of(name.p, i);
        }
    }
    return name;
}

static bool is_english(struct span language)
{
    static const char *const names[] = {"", "C", "POSIX", "en"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (span_is(language, names[i])) {
            return true;
        }
    }
    return false;
}

enum smtplog_status smtplog_language_new(const char *name, struct smtplog_language **language)
{
    struct span locale = head_of(span_cstr(name), ".@");
    struct span bare = head_of(locale, "_-");
    *language = NULL;
    if (is_english(bare)) {
        return SMTPLOG_OK;
    }
    const struct embedded_file *file = find_file(locale);
    file = file != NULL ? file : find_file(bare);
    if (file == NULL) {
        return SMTPLOG_USAGE;
    }
    struct smtplog_language *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->name = file->path;
    enum smtplog_status status = translation_open(span_of((const char *)file->bytes, file->length),
                                                  &made->translation);
    if (status != SMTPLOG_OK) {
        free(made);
        return status;
    }
    *language = made;
    return SMTPLOG_OK;
}

void smtplog_language_free(struct smtplog_language *language)
{
    free(language);
}

enum smtplog_status smtplog_languages(smtplog_writer writer, void *context)
{
    size_t count = 0;
    const struct embedded_file *files = embedded_translations(&count);
    if (writer(context, "en", 2) != 0 || writer(context, "\n", 1) != 0) {
        return SMTPLOG_STOPPED;
    }
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(files[i].path) - (sizeof SUFFIX - 1);
        if (is_translated(&files[i]) &&
            (writer(context, files[i].path, length) != 0 || writer(context, "\n", 1) != 0)) {
            return SMTPLOG_STOPPED;
        }
    }
    return SMTPLOG_OK;
}

const char *smtplog_translate(const struct smtplog_language *language, const char *text)
{
    /* Texts in a .mo file end with a NUL. */
    struct span said = translation_find(language_translation(language), SPAN_EMPTY, span_cstr(text),
                                        0);
    return said.n > 0 ? said.p : text;
}

const char *smtplog_translate_count(const struct smtplog_language *language, const char *one,
                                    const char *many, unsigned long long count)
{
    struct span said = translation_find(language_translation(language), SPAN_EMPTY, span_cstr(one),
                                        count);
    return said.n > 0 ? said.p : count == 1 ? one : many;
}

static const char *translate_format(const void *language, const char *one, const char *many,
                                    uint64_t count)
{
    return smtplog_translate_count(language, one, many, count);
}

void language_set_diagnostic(struct diagnostic *diagnostic, const struct smtplog_language *language)
{
    diagnostic->translate = language != NULL ? translate_format : NULL;
    diagnostic->language = language;
}
