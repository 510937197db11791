/* Translations as gettext's msgfmt compiles them (.mo): look-up by context and English text, and
 * the plural rule of the language. glibc's gettext is not used, because it gives no translation in
 * the C locale, which is what cron runs in. A translation is read-only once open and may be shared.
 * Trust: built-in files and files of the administrator; the reader is safe with any bytes. */
#ifndef DATA_TRANSLATION_H
#define DATA_TRANSLATION_H

#include "base/span.h"
#include "base/status.h"

#define PLURAL_FORMS 6
#define PLURAL_STEPS 96

/* One step of a plural rule in postfix order. */
struct plural_step {
    int action; /* an operator's characters as a number, or PLURAL_NUMBER, PLURAL_N */
    uint64_t number;
};

/* The rule of a header line such as `nplurals=2; plural=(n != 1);`. */
struct plural_rule {
    struct plural_step steps[PLURAL_STEPS];
    size_t count;
    unsigned forms;
};

/* Reads the value of a Plural-Forms header. False when it is malformed, too long, or has more than
 * PLURAL_FORMS forms. */
bool plural_parse(struct span text, struct plural_rule *rule);

/* The form for a number: 0 to forms - 1. */
unsigned plural_form(const struct plural_rule *rule, uint64_t n);

struct translation {
    struct span bytes; /* borrowed */
    bool swapped;      /* written on a machine of the other byte order */
    uint32_t count, originals, translated;
    struct plural_rule plural;
};

/* Opens a .mo file held in memory, which must stay valid. SMTPLOG_FORMAT when it is none. */
MUST_USE enum smtplog_status translation_open(struct span bytes, struct translation *translation);

/* The translation of msgid under a context ("" for none), a NUL behind it; empty when there is
 * none, it is not translated, or translation is NULL. For a text with a plural msgid is the
 * singular, and n the number that decides. */
struct span translation_find(const struct translation *translation, struct span context,
                             struct span msgid, uint64_t n);

/* A line of the header entry, such as "X-Decimal"; empty when there is none. */
struct span translation_header(const struct translation *translation, const char *name);

#endif
