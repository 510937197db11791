/* A language that the program speaks: its built-in translation. */
#ifndef LIB_LANGUAGE_H
#define LIB_LANGUAGE_H

#include "base/diagnostic.h"
#include "data/translation.h"

struct smtplog_language {
    struct translation translation;
    const char *name; /* static: "de" */
};

/* The translation of a language, NULL for NULL: English. */
static inline const struct translation *
language_translation(const struct smtplog_language *language)
{
    return language != NULL ? &language->translation : NULL;
}

/* Makes diagnostics speak it. */
void language_set_diagnostic(struct diagnostic *diagnostic,
                             const struct smtplog_language *language);

#endif
