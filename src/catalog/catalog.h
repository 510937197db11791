/* What is known about SMTP: reply codes, enhanced status codes, reason classes, providers. All of
 * it comes from catalogue files (below patterns/codes); nothing here knows a code by itself.
 * Looking up is read-only, so a finished catalogue may be shared; classifying (reason.h) may not.
 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "base/figure.h"
#include "base/strbuf.h"
#include "data/record_file.h"
#include "data/translation.h"

/* One record of a catalogue file, its values joined to prose. */
struct catalog_entry {
    struct span name; /* "450", "X.7.1", "greylisting", "google" */
    const struct record_file *file;
    const struct record *record;
    struct record_pair *texts; /* same keys as the record's, values as prose */
};

struct catalog;

MUST_USE enum smtplog_status catalog_new(struct catalog **catalog);
void catalog_free(struct catalog *catalog);

/* Adds a parsed file, which must stay valid. An entry of the same type and name replaces an earlier
 * one. Mistakes (unknown type or key, missing key) are said; SMTPLOG_FORMAT. */
MUST_USE enum smtplog_status catalog_add(struct catalog *catalog, const struct record_file *file,
                                         const struct diagnostic *diagnostic);

/* Checks that every code, class and provider that an entry names exists, and every length limit.
 * For tests and files from outside; built-in files pass it in the project's own tests. */
MUST_USE enum smtplog_status catalog_check(const struct catalog *catalog,
                                           const struct diagnostic *diagnostic);

/* Puts translations in the place of English texts, for all entries added so far; those that have
 * none stay English. The translation is borrowed and must outlive the catalogue. The context of a
 * text is "TYPE NAME/KEY", such as "reply 450/fix sender". */
MUST_USE enum smtplog_status catalog_translate(struct catalog *catalog,
                                               const struct translation *translation);

/* The translation in force, NULL for English. */
const struct translation *catalog_translation(const struct catalog *catalog);

/* For catalog_translate: visits every text of every entry, in file order; and keeps the
 * translation.
 */
typedef enum smtplog_status (*catalog_visit_text)(void *context, const struct catalog_entry *entry,
                                                  struct record_pair *text);
MUST_USE enum smtplog_status catalog_each_text(struct catalog *catalog, catalog_visit_text visit,
                                               void *context);
/* How the language writes figures: records [phrase figure/...]; English when there are none. */
const struct figure_style *catalog_figures(const struct catalog *catalog);

/* For catalog_translate: takes the style from the records as they now are. */
void catalog_read_figures(struct catalog *catalog);

void catalog_keep_translation(struct catalog *catalog, const struct translation *translation);

/* Whether the text of an entry under a key is for people and so to be translated. */
bool catalog_is_translated(struct span type, struct span key);

/* Appends all texts for people as a template for translators (gettext's .pot, without its header
 * entry), in file order. */
MUST_USE enum smtplog_status catalog_template(struct catalog *catalog, struct strbuf *out);

/* Text of an entry under a key, empty when it has none or entry is NULL. */
struct span catalog_text(const struct catalog_entry *entry, const char *key);

/* The entry of a type and name ("digit" "4", "middle" "x5", "provider" "google"); NULL when
 * unknown. */
const struct catalog_entry *catalog_find(const struct catalog *catalog, const char *type,
                                         struct span name);

/* The sentence kept as [phrase group/name], empty when there is none. */
struct span catalog_phrase(const struct catalog *catalog, const char *group, struct span name);

/* NULL when unknown. */
const struct catalog_entry *catalog_reply(const struct catalog *catalog, int code);
const struct catalog_entry *catalog_class(const struct catalog *catalog, struct span name);

/* The entry for an enhanced code: the exact one (`5.7.8`) before the one for any class (`X.7.8`).
 */
const struct catalog_entry *catalog_enhanced(const struct catalog *catalog, struct span enhanced);

/* The provider that runs a mail domain or an MX host, told by suffix; NULL when none is known. */
const struct catalog_entry *catalog_provider_of_domain(const struct catalog *catalog,
                                                       struct span domain);
const struct catalog_entry *catalog_provider_of_peer(const struct catalog *catalog,
                                                     struct span host);

/* Visits all entries of a type ("reply", "class", "reason", ...) in file order. */
typedef enum smtplog_status (*catalog_visit)(void *context, const struct catalog_entry *entry);
MUST_USE enum smtplog_status catalog_each(const struct catalog *catalog, const char *type,
                                          catalog_visit visit, void *context);

#endif
