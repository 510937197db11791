/* The report's words. Sentences, titles and labels are data: records `[phrase report/KEY]` of the
 * catalogue (patterns/codes/report.cat), whole sentences with placeholders, so that they can be
 * translated. Code names a phrase by its key and fills it with typed values; it never glues words
 * together.
 *
 *   [phrase report/head/refused]
 *   text = {recipients} recipients met a refusal.
 *   one = {recipients} recipient met a refusal.
 *
 * `one` is taken when the first count among the values is 1. Trust: phrases are the program's own
 * or an administrator's; values may hold log text and are escaped when the report is written. */
#ifndef CATALOG_PHRASE_H
#define CATALOG_PHRASE_H

#include "base/figure.h"
#include "catalog/catalog.h"

/* Where phrases come from. */
struct phrases {
    const struct catalog *catalog;
};

/* A count that never asks for a singular. */
#define PHRASE_MANY ((uint64_t)1000000)

enum phrase_kind {
    PHRASE_COUNT,   /* 12,113; the first one decides between text and one */
    PHRASE_PERCENT, /* whole: 33 % */
    PHRASE_SHARE,   /* 33.3 % */
    PHRASE_SECONDS, /* 5 min 12 s */
    PHRASE_BYTES,   /* 1.2 GB */
    PHRASE_INSTANT, /* 21 Nov 2026 14:05:00 */
    PHRASE_WORDS,   /* the program's own words, another phrase, or a name from a log */
    PHRASE_LOG      /* text from a log, put in double quotes */
};

struct phrase_value {
    const char *name; /* of the placeholder */
    enum phrase_kind kind;
    uint64_t count;
    double number;
    struct span text;
    struct instant instant;
    enum instant_format format;
};

static inline struct phrase_value phrase_count(const char *name, uint64_t count)
{
    return (struct phrase_value){.name = name, .kind = PHRASE_COUNT, .count = count};
}

static inline struct phrase_value phrase_percent(const char *name, uint64_t part, uint64_t whole)
{
    return (struct phrase_value){.name = name,
                                 .kind = PHRASE_PERCENT,
                                 .number = whole > 0 ? (double)part / (double)whole : 0};
}

static inline struct phrase_value phrase_share(const char *name, double share)
{
    return (struct phrase_value){.name = name, .kind = PHRASE_SHARE, .number = share};
}

static inline struct phrase_value phrase_seconds(const char *name, double seconds)
{
    return (struct phrase_value){.name = name, .kind = PHRASE_SECONDS, .number = seconds};
}

static inline struct phrase_value phrase_bytes(const char *name, uint64_t bytes)
{
    return (struct phrase_value){.name = name, .kind = PHRASE_BYTES, .count = bytes};
}

static inline struct phrase_value phrase_instant(const char *name, const struct instant *instant,
                                                 enum instant_format format)
{
    return (struct phrase_value){
        .name = name, .kind = PHRASE_INSTANT, .instant = *instant, .format = format};
}

static inline struct phrase_value phrase_words(const char *name, struct span words)
{
    return (struct phrase_value){.name = name, .kind = PHRASE_WORDS, .text = words};
}

static inline struct phrase_value phrase_log(const char *name, struct span text)
{
    return (struct phrase_value){.name = name, .kind = PHRASE_LOG, .text = text};
}

/* The one look-up: the text of a phrase as it stands, in the form that the language has for the
 * count (PHRASE_MANY when none decides); empty when there is no such phrase. */
struct span phrase_text(const struct phrases *phrases, const char *key, uint64_t count);

/* Appends a phrase with its placeholders filled. A key that does not exist appears as [key], a
 * placeholder without a value as it stands: wrong, but seen, and refused by the tests. */
void phrase_add(const struct phrases *phrases, struct strbuf *out, const char *key,
                const struct phrase_value *values, size_t count);

/* phrase_add with the values written in place. */
#define PHRASE_ADD(phrases, out, key, ...)                                    \
    phrase_add((phrases), (out), (key), (struct phrase_value[]){__VA_ARGS__}, \
               sizeof((struct phrase_value[]){__VA_ARGS__}) / sizeof(struct phrase_value))

#endif
